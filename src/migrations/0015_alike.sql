-- From one case to all alike (举一反三), and the units' own self-check ledger (自查自改台账).

CREATE TABLE alike (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    problem_id BYTEA NOT NULL,            -- the typical problem it springs from
    title TEXT NOT NULL,
    work_standard TEXT NOT NULL,          -- 工作标准
    category_code TEXT NOT NULL,
    criterion_id BYTEA,
    area_code TEXT,                       -- only sites there
    due_ms BIGINT NOT NULL,
    state TEXT NOT NULL,                  -- open | closed
    started_ms BIGINT NOT NULL,
    started_by BYTEA NOT NULL,
    closed_ms BIGINT,
    close_note TEXT,                      -- closed before its end, and why
    tasks BIGINT NOT NULL,
    tasks_done BIGINT NOT NULL DEFAULT 0,
    sites BIGINT NOT NULL,
    uncovered BIGINT NOT NULL,            -- sites alike that nobody answers for
    checked BIGINT NOT NULL DEFAULT 0,
    found BIGINT NOT NULL DEFAULT 0,      -- sites where something was found, mended at once included
    mended BIGINT NOT NULL DEFAULT 0,
    not_applicable BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id),
    FOREIGN KEY (hq_id, criterion_id) REFERENCES criterion (hq_id, id)
);
CREATE INDEX alike_by_time ON alike (hq_id, started_ms, id);
CREATE INDEX alike_by_problem ON alike (hq_id, problem_id);

-- A unit's part of it.
CREATE TABLE alike_task (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    alike_id BYTEA NOT NULL,
    unit_id BYTEA NOT NULL,
    due_ms BIGINT NOT NULL,
    state TEXT NOT NULL,                  -- open | done
    sites BIGINT NOT NULL,
    answered BIGINT NOT NULL DEFAULT 0,
    found BIGINT NOT NULL DEFAULT 0,
    mended BIGINT NOT NULL DEFAULT 0,
    not_applicable BIGINT NOT NULL DEFAULT 0,
    done_ms BIGINT,
    late BOOLEAN NOT NULL DEFAULT FALSE,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, alike_id, unit_id),
    FOREIGN KEY (hq_id, alike_id) REFERENCES alike (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id)
);
CREATE INDEX alike_task_by_alike ON alike_task (hq_id, alike_id, due_ms, id);
CREATE INDEX alike_task_by_due ON alike_task (hq_id, due_ms, id);
CREATE INDEX alike_task_by_unit ON alike_task (hq_id, unit_id, due_ms, id);
CREATE INDEX alike_task_open ON alike_task (hq_id, due_ms, id) WHERE state = 'open';

CREATE TABLE alike_answer (
    hq_id BIGINT NOT NULL,
    task_id BYTEA NOT NULL,
    site_id BYTEA NOT NULL,
    result TEXT,                          -- NULL: waits; none_found | found | mended | not_applicable
    note TEXT,
    problem_id BYTEA,                     -- what was found
    answered_ms BIGINT,
    answered_by BYTEA,
    PRIMARY KEY (hq_id, task_id, site_id),
    FOREIGN KEY (hq_id, task_id) REFERENCES alike_task (hq_id, id),
    FOREIGN KEY (hq_id, site_id) REFERENCES site (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);

CREATE TABLE alike_photo (
    hq_id BIGINT NOT NULL,
    task_id BYTEA NOT NULL,
    site_id BYTEA NOT NULL,
    role TEXT NOT NULL,                   -- before | after
    sha256 BYTEA NOT NULL,
    order_no BIGINT NOT NULL,
    PRIMARY KEY (hq_id, task_id, site_id, role, sha256),
    FOREIGN KEY (hq_id, task_id, site_id) REFERENCES alike_answer (hq_id, task_id, site_id),
    FOREIGN KEY (hq_id, sha256) REFERENCES photo (hq_id, sha256)
);

-- What a unit found itself and mends itself: counted in its favour, never against it.
CREATE TABLE self_check (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    unit_id BYTEA NOT NULL,
    site_id BYTEA,
    place TEXT,
    area_code TEXT NOT NULL,
    category_code TEXT,
    criterion_id BYTEA,
    description TEXT NOT NULL,
    state TEXT NOT NULL,                  -- open | closed | raised (turned into a problem)
    found_ms BIGINT NOT NULL,
    found_by BYTEA NOT NULL,
    nodes BIGINT NOT NULL,                -- set nodes (节点)
    nodes_done BIGINT NOT NULL DEFAULT 0,
    next_due_ms BIGINT,                   -- of the first node not done
    closed_ms BIGINT,
    close_note TEXT,
    problem_id BYTEA,
    sample_id BYTEA,                      -- drawn to be looked at
    sample_result TEXT,                   -- confirmed | noted
    sample_note TEXT,
    sampled_ms BIGINT,
    sampled_by BYTEA,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, site_id) REFERENCES site (hq_id, id),
    FOREIGN KEY (hq_id, criterion_id) REFERENCES criterion (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);
CREATE INDEX self_check_by_time ON self_check (hq_id, found_ms, id);
CREATE INDEX self_check_by_unit ON self_check (hq_id, unit_id, found_ms, id);
CREATE INDEX self_check_closed ON self_check (hq_id, closed_ms, id) WHERE state = 'closed' AND sample_id IS NULL;
CREATE INDEX self_check_by_state ON self_check (hq_id, state, found_ms, id);
CREATE INDEX self_check_sampled ON self_check (hq_id, sample_id, found_ms, id) WHERE sample_id IS NOT NULL;
CREATE INDEX self_check_unjudged ON self_check (hq_id, found_ms, id) WHERE sample_id IS NOT NULL AND sample_result IS NULL;

CREATE TABLE self_check_node (
    hq_id BIGINT NOT NULL,
    entry_id BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    title TEXT NOT NULL,
    due_ms BIGINT NOT NULL,
    done_ms BIGINT,
    note TEXT,
    PRIMARY KEY (hq_id, entry_id, seq),
    FOREIGN KEY (hq_id, entry_id) REFERENCES self_check (hq_id, id)
);

CREATE TABLE self_check_photo (
    hq_id BIGINT NOT NULL,
    entry_id BYTEA NOT NULL,
    role TEXT NOT NULL,                   -- before | after | check
    sha256 BYTEA NOT NULL,
    order_no BIGINT NOT NULL,
    PRIMARY KEY (hq_id, entry_id, role, sha256),
    FOREIGN KEY (hq_id, entry_id) REFERENCES self_check (hq_id, id),
    FOREIGN KEY (hq_id, sha256) REFERENCES photo (hq_id, sha256)
);

-- One random sample (抽查). What repeats the draw is kept with the draws (subject 'self_check', this id).
CREATE TABLE self_check_sample (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    from_ms BIGINT NOT NULL,              -- closed from … to
    to_ms BIGINT NOT NULL,
    unit_id BYTEA,
    candidates BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    by_id BYTEA NOT NULL,
    PRIMARY KEY (hq_id, id)
);
