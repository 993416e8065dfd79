-- Problems (问题): the case that is driven to its end.

CREATE TABLE problem (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    year BIGINT NOT NULL,
    number BIGINT NOT NULL,             -- serial of the year
    state TEXT NOT NULL,                -- the words of problem/problem.h
    source TEXT NOT NULL,               -- inspection | report | patrol | superior
    site_id BYTEA,
    area_code TEXT NOT NULL,
    category_code TEXT,
    criterion_id BYTEA,
    inspection_id BYTEA,                -- the observation it sprang from
    description TEXT NOT NULL,
    place TEXT,
    lon_e7 BIGINT,
    lat_e7 BIGINT,
    severity TEXT NOT NULL,             -- general 一般 | key 重点难点
    typical BOOLEAN NOT NULL DEFAULT FALSE, -- 典型
    reporter_id BYTEA NOT NULL,
    unit_id BYTEA,                      -- the unit it was dispatched to
    last_unit_id BYTEA,                 -- the unit that sent it back: its clock resumes if it returns there
    dispatcher_id BYTEA,
    rectifier_id BYTEA,
    rectifier_unit_id BYTEA,            -- the rectifier's unit at that time
    rechecker_id BYTEA,
    limit_kind TEXT NOT NULL,
    limit_amount BIGINT NOT NULL,
    reported_ms BIGINT NOT NULL,
    dispatched_ms BIGINT,
    due_ms BIGINT,
    left_ms BIGINT,                     -- what is left of the limit while the clock stands still
    rectified_ms BIGINT,
    closed_ms BIGINT,
    overdue BOOLEAN NOT NULL DEFAULT FALSE, -- the raw fact, kept for ever
    rework_count BIGINT NOT NULL DEFAULT 0,
    event_count BIGINT NOT NULL DEFAULT 0,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, year, number),
    FOREIGN KEY (hq_id, site_id) REFERENCES site (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, criterion_id) REFERENCES criterion (hq_id, id),
    FOREIGN KEY (hq_id, inspection_id) REFERENCES inspection (hq_id, id)
);
CREATE INDEX problem_by_time ON problem (hq_id, reported_ms, id);
CREATE INDEX problem_by_state ON problem (hq_id, state, reported_ms, id);
CREATE INDEX problem_by_unit ON problem (hq_id, unit_id, reported_ms, id);
CREATE INDEX problem_by_unit_state ON problem (hq_id, unit_id, state, reported_ms, id);
CREATE INDEX problem_by_site ON problem (hq_id, site_id, reported_ms, id);
CREATE INDEX problem_by_area ON problem (hq_id, area_code, reported_ms, id);
CREATE INDEX problem_by_inspection ON problem (hq_id, inspection_id);
CREATE INDEX problem_by_reporter ON problem (hq_id, reporter_id, reported_ms, id);
CREATE INDEX problem_closed ON problem (hq_id, closed_ms) WHERE closed_ms IS NOT NULL;
-- What is open stays few however many there were.
CREATE INDEX problem_open ON problem (hq_id, reported_ms, id) WHERE closed_ms IS NULL;
CREATE INDEX problem_open_by_unit ON problem (hq_id, unit_id, reported_ms, id) WHERE closed_ms IS NULL;
CREATE INDEX problem_open_by_due ON problem (hq_id, due_ms, id) WHERE closed_ms IS NULL AND due_ms IS NOT NULL;

-- The timeline (流转记录): one row per step, never changed.
CREATE TABLE problem_event (
    hq_id BIGINT NOT NULL,
    problem_id BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    event TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    actor_id BYTEA NOT NULL,
    actor_unit_id BYTEA,
    unit_id BYTEA,                      -- the unit it concerns (dispatch)
    at_ms BIGINT NOT NULL,
    due_ms BIGINT,
    note TEXT,
    command_id BYTEA NOT NULL,
    PRIMARY KEY (hq_id, problem_id, seq),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);
CREATE INDEX problem_event_by_time ON problem_event (hq_id, at_ms, problem_id);

CREATE TABLE problem_photo (
    hq_id BIGINT NOT NULL,
    problem_id BYTEA NOT NULL,
    seq BIGINT NOT NULL,                -- the step it belongs to
    sha256 BYTEA NOT NULL,
    role TEXT NOT NULL,                 -- before | after | recheck
    order_no BIGINT NOT NULL,
    PRIMARY KEY (hq_id, problem_id, seq, sha256),
    FOREIGN KEY (hq_id, problem_id, seq) REFERENCES problem_event (hq_id, problem_id, seq),
    FOREIGN KEY (hq_id, sha256) REFERENCES photo (hq_id, sha256)
);
