-- Look-back (回头看): rules and draws that plan them, who does them, what they found.

-- What is looked back on after strike-off. Empty conditions match everything.
CREATE TABLE lookback_rule (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    order_no BIGINT NOT NULL DEFAULT 0,   -- the first that matches plans
    active BOOLEAN NOT NULL DEFAULT TRUE,
    severity TEXT,
    category_code TEXT,
    criterion_id BYTEA,
    unit_id BYTEA,                        -- who rectified
    rework_min BIGINT NOT NULL DEFAULT 0,
    days_after BIGINT NOT NULL,           -- not before so many days after strike-off
    span_days BIGINT NOT NULL,            -- and within so many days from then
    share_permille BIGINT NOT NULL,       -- 1000: every one; else a random draw of this share of each day's strike-offs
    joint BOOLEAN NOT NULL DEFAULT FALSE, -- with the discipline inspection or efficiency office
    from_ms BIGINT NOT NULL,              -- strike-offs from then on
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, criterion_id) REFERENCES criterion (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id)
);
CREATE INDEX lookback_rule_by_order ON lookback_rule (hq_id, order_no, id);

-- One random draw of one rule over one day's strike-offs. What repeats it is kept with the draws (subject 'lookback', this id).
CREATE TABLE lookback_draw (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    rule_id BYTEA NOT NULL,
    closed_day TEXT NOT NULL,             -- whose strike-offs
    candidates BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, rule_id, closed_day),
    FOREIGN KEY (hq_id, rule_id) REFERENCES lookback_rule (hq_id, id)
);
CREATE INDEX lookback_draw_by_time ON lookback_draw (hq_id, at_ms, id);

CREATE TABLE lookback (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    problem_id BYTEA NOT NULL,
    origin TEXT NOT NULL,                 -- rule | draw | hand
    rule_id BYTEA,
    draw_id BYTEA,
    state TEXT NOT NULL,                  -- planned | holds | rebounds | cancelled
    joint BOOLEAN NOT NULL,
    from_ms BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,
    planned_ms BIGINT NOT NULL,
    planned_by BYTEA,                     -- NULL: the rules
    people BIGINT NOT NULL DEFAULT 0,     -- how many it is assigned to
    unit_id BYTEA,                        -- the rectifier's unit at that time
    area_code TEXT NOT NULL,
    category_code TEXT,
    severity TEXT NOT NULL,
    judged_ms BIGINT,
    judged_by BYTEA,
    late BOOLEAN NOT NULL DEFAULT FALSE,  -- judged after its date
    note TEXT,
    rebound_id BYTEA,                     -- the new case
    chain BIGINT NOT NULL DEFAULT 0,      -- how often this matter has rebounded, this time included
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id),
    FOREIGN KEY (hq_id, rule_id) REFERENCES lookback_rule (hq_id, id),
    FOREIGN KEY (hq_id, draw_id) REFERENCES lookback_draw (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, rebound_id) REFERENCES problem (hq_id, id)
);
-- One at a time.
CREATE UNIQUE INDEX lookback_open ON lookback (hq_id, problem_id) WHERE state = 'planned';
CREATE INDEX lookback_by_problem ON lookback (hq_id, problem_id, due_ms, id);
CREATE INDEX lookback_by_unit ON lookback (hq_id, unit_id, due_ms, id);
CREATE INDEX lookback_by_due ON lookback (hq_id, due_ms, id);
CREATE INDEX lookback_by_state ON lookback (hq_id, state, due_ms, id);
CREATE INDEX lookback_judged ON lookback (hq_id, judged_ms) WHERE judged_ms IS NOT NULL;

CREATE TABLE lookback_person (
    hq_id BIGINT NOT NULL,
    lookback_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    order_no BIGINT NOT NULL,
    due_ms BIGINT NOT NULL,               -- the look-back's own: a person's list is read in its order
    PRIMARY KEY (hq_id, lookback_id, person_id),
    FOREIGN KEY (hq_id, lookback_id) REFERENCES lookback (hq_id, id),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);
CREATE INDEX lookback_person_by_person ON lookback_person (hq_id, person_id, due_ms, lookback_id);

-- How far the rules have read the strike-offs.
CREATE TABLE lookback_progress (
    hq_id BIGINT NOT NULL PRIMARY KEY,
    closed_ms BIGINT NOT NULL,
    problem_id BYTEA NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
