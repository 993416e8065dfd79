-- Beside the line of states: handing on downward, problems from above, kinds with stages, contested findings.

-- One stretch of a case handed on downward (层层下派): who handed it to whom, with a clock of its own.
CREATE TABLE problem_level (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    problem_id BYTEA NOT NULL,
    depth BIGINT NOT NULL,              -- 1: by the unit the case was dispatched to
    from_unit_id BYTEA NOT NULL,
    to_unit_id BYTEA NOT NULL,
    to_person_id BYTEA,                 -- the person it rests with (责任到人)
    state TEXT NOT NULL,                -- the words of problem/level.h
    note TEXT,
    limit_kind TEXT NOT NULL,
    whole_ms BIGINT NOT NULL,           -- the whole limit, in the calendar's measure
    due_ms BIGINT,
    left_ms BIGINT,                     -- while the clock stands still
    beyond BOOLEAN NOT NULL DEFAULT FALSE, -- stated: later than the level above
    overdue BOOLEAN NOT NULL DEFAULT FALSE, -- the raw fact, kept for ever
    return_count BIGINT NOT NULL DEFAULT 0,
    handed_ms BIGINT NOT NULL,
    handed_by BYTEA NOT NULL,
    accepted_ms BIGINT,
    answered_ms BIGINT,
    answered_by BYTEA,
    answer TEXT,
    answer_seq BIGINT,                  -- the step of the timeline that carries the photographs
    ended_ms BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id),
    FOREIGN KEY (hq_id, from_unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, to_unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, to_person_id) REFERENCES person (hq_id, id)
);
-- One chain at a time.
CREATE UNIQUE INDEX problem_level_open ON problem_level (hq_id, problem_id, depth) WHERE ended_ms IS NULL;
CREATE INDEX problem_level_by_problem ON problem_level (hq_id, problem_id, handed_ms, id);
CREATE INDEX problem_level_by_time ON problem_level (hq_id, handed_ms, id);
CREATE INDEX problem_level_below ON problem_level (hq_id, to_unit_id, handed_ms, id);
CREATE INDEX problem_level_above ON problem_level (hq_id, from_unit_id, handed_ms, id);
CREATE INDEX problem_level_open_below ON problem_level (hq_id, to_unit_id, handed_ms, id) WHERE ended_ms IS NULL;
CREATE INDEX problem_level_open_above ON problem_level (hq_id, from_unit_id, handed_ms, id) WHERE ended_ms IS NULL;
CREATE INDEX problem_level_by_person ON problem_level (hq_id, to_person_id) WHERE ended_ms IS NULL AND to_person_id IS NOT NULL;

-- What a higher authority assigned (上级交办), beside the case it became.
CREATE TABLE problem_superior (
    hq_id BIGINT NOT NULL,
    problem_id BYTEA NOT NULL,
    seq BIGINT NOT NULL,                -- the newest counts; earlier ones show what was written before
    name TEXT NOT NULL,                 -- the superior (交办单位)
    doc_number TEXT NOT NULL,           -- 文号、编号
    item TEXT,                          -- which of the list's items
    received_ms BIGINT NOT NULL,
    due_ms BIGINT,                      -- their limit
    note TEXT,
    by_id BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    newest BOOLEAN NOT NULL DEFAULT TRUE,
    sent_ms BIGINT,                     -- when the first report went back
    PRIMARY KEY (hq_id, problem_id, seq),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);
CREATE UNIQUE INDEX problem_superior_newest ON problem_superior (hq_id, problem_id) WHERE newest;
CREATE INDEX problem_superior_by_time ON problem_superior (hq_id, received_ms, problem_id) WHERE newest;
CREATE INDEX problem_superior_by_number ON problem_superior (hq_id, doc_number) WHERE newest;

-- Rectification report back (整改情况报告).
CREATE TABLE superior_report (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    problem_id BYTEA NOT NULL,
    state TEXT NOT NULL,                -- draft | approved | sent | dropped
    final BOOLEAN NOT NULL,             -- the case had ended when it was composed
    title TEXT NOT NULL,
    found TEXT NOT NULL,
    measures TEXT NOT NULL,
    result TEXT NOT NULL,
    facts TEXT NOT NULL,                -- JSON: numbers, dates, units, photographs, as they were
    by_id BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    edited_by BYTEA,
    edited_ms BIGINT,
    approved_by BYTEA,
    approved_ms BIGINT,
    sent_by BYTEA,
    sent_ms BIGINT,
    sent_number TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);
CREATE INDEX superior_report_by_problem ON superior_report (hq_id, problem_id, at_ms, id);
-- One at a time until it is sent or dropped.
CREATE UNIQUE INDEX superior_report_unsent ON superior_report (hq_id, problem_id) WHERE state IN ('draft', 'approved');

-- Kinds of problems (问题类别) with stages and counted outputs; a version is never changed, the newest counts for
-- what is reported from then on.
CREATE TABLE problem_kind (
    hq_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    version_no BIGINT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    guidance_zh TEXT,
    guidance_en TEXT,
    enabled BOOLEAN NOT NULL,
    order_no BIGINT NOT NULL,
    from_ms BIGINT NOT NULL,
    by_id BYTEA NOT NULL,
    PRIMARY KEY (hq_id, code, version_no)
);

CREATE TABLE problem_kind_stage (
    hq_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    version_no BIGINT NOT NULL,
    stage_no BIGINT NOT NULL,
    stage TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    limit_kind TEXT,
    limit_amount BIGINT,
    compulsory BOOLEAN NOT NULL,
    proof BOOLEAN NOT NULL,             -- photographs are asked for
    stops_clock BOOLEAN NOT NULL,       -- with law enforcement: the case's own clock stands
    PRIMARY KEY (hq_id, code, version_no, stage_no),
    FOREIGN KEY (hq_id, code, version_no) REFERENCES problem_kind (hq_id, code, version_no)
);

CREATE TABLE problem_kind_output (
    hq_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    version_no BIGINT NOT NULL,
    output_no BIGINT NOT NULL,
    output TEXT NOT NULL,
    stage TEXT,                         -- counted at this stage; NULL: at any
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    unit_zh TEXT NOT NULL,              -- 户, 平方米 …
    unit_en TEXT NOT NULL,
    measure TEXT NOT NULL,              -- count | people | person_times | amount
    PRIMARY KEY (hq_id, code, version_no, output_no),
    FOREIGN KEY (hq_id, code, version_no) REFERENCES problem_kind (hq_id, code, version_no)
);

-- The stages a case walks.
CREATE TABLE problem_stage (
    hq_id BIGINT NOT NULL,
    problem_id BYTEA NOT NULL,
    stage_no BIGINT NOT NULL,
    stage TEXT NOT NULL,
    begun_ms BIGINT NOT NULL,
    due_ms BIGINT,
    done_ms BIGINT,
    late BOOLEAN NOT NULL DEFAULT FALSE,
    by_id BYTEA NOT NULL,
    unit_id BYTEA NOT NULL,
    PRIMARY KEY (hq_id, problem_id, stage_no),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);

-- What a stage brought, counted (成果). A wrong figure is taken back by a later row, never changed.
CREATE TABLE problem_output (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    problem_id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    output TEXT NOT NULL,
    amount_e2 BIGINT NOT NULL,
    more_than BOOLEAN NOT NULL,         -- 余、多
    at_ms BIGINT NOT NULL,
    unit_id BYTEA NOT NULL,
    area_code TEXT NOT NULL,
    by_id BYTEA NOT NULL,
    corrects_id BYTEA,
    superseded_by BYTEA,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);
CREATE INDEX problem_output_by_problem ON problem_output (hq_id, problem_id, at_ms, id);
CREATE INDEX problem_output_counting ON problem_output (hq_id, at_ms, kind) WHERE superseded_by IS NULL;

-- A unit contests a finding (对检查结论的申辩).
CREATE TABLE finding_contest (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    inspection_id BYTEA,
    criterion_id BYTEA,
    problem_id BYTEA,
    unit_id BYTEA NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,                -- asked | first | upheld | refused | withdrawn
    two BOOLEAN NOT NULL,               -- a veto item: two people decide
    asked_by BYTEA NOT NULL,
    asked_ms BIGINT NOT NULL,
    first_by BYTEA,
    first_ms BIGINT,
    first_note TEXT,
    decided_by BYTEA,
    decided_ms BIGINT,
    decided_note TEXT,
    result TEXT,                        -- what the observation is set to, as the first decider wrote it
    count BIGINT,
    value_e2 BIGINT,
    correction_id BYTEA,                -- the inspection that sets it right
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, inspection_id) REFERENCES inspection (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id)
);
CREATE INDEX finding_contest_by_time ON finding_contest (hq_id, asked_ms, id);
CREATE INDEX finding_contest_by_unit ON finding_contest (hq_id, unit_id, asked_ms, id);
CREATE INDEX finding_contest_by_problem ON finding_contest (hq_id, problem_id) WHERE problem_id IS NOT NULL;
-- One at a time about one observation, one problem.
CREATE UNIQUE INDEX finding_contest_once ON finding_contest (hq_id, inspection_id, criterion_id)
    WHERE inspection_id IS NOT NULL AND state <> 'withdrawn';
CREATE UNIQUE INDEX finding_contest_once_problem ON finding_contest (hq_id, problem_id)
    WHERE problem_id IS NOT NULL AND state <> 'withdrawn';

CREATE TABLE finding_contest_photo (
    hq_id BIGINT NOT NULL,
    contest_id BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    order_no BIGINT NOT NULL,
    PRIMARY KEY (hq_id, contest_id, sha256),
    FOREIGN KEY (hq_id, contest_id) REFERENCES finding_contest (hq_id, id),
    FOREIGN KEY (hq_id, sha256) REFERENCES photo (hq_id, sha256)
);
