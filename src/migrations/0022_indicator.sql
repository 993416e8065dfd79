-- Indicators (考核指标): which formula counts from when, and periods closed by a signature with their marked revisions.

-- Problems recorded before their filing had a time of its own: the first step that filed them.
UPDATE problem SET registered_ms = (
    SELECT MIN(e.at_ms) FROM problem_event e
    WHERE e.hq_id = problem.hq_id AND e.problem_id = problem.id AND e.event IN ('found', 'register'))
WHERE registered_ms IS NULL;
UPDATE problem SET verified_ms = (
    SELECT MIN(e.at_ms) FROM problem_event e
    WHERE e.hq_id = problem.hq_id AND e.problem_id = problem.id AND e.event = 'verify')
WHERE verified_ms IS NULL;

-- Cohorts of a period.
CREATE INDEX problem_by_registered ON problem (hq_id, registered_ms) WHERE registered_ms IS NOT NULL;
-- An expression, so that no list in the order of due takes it and walks what is closed long since.
CREATE INDEX problem_by_due ON problem (hq_id, (due_ms + 0));
CREATE INDEX problem_by_case_due ON problem (hq_id, case_due_ms) WHERE case_due_ms IS NOT NULL;

-- A choice of formula for one indicator, or the composite's weights and bands, from a time on. Never changed: a later row
-- takes over.
CREATE TABLE indicator_rule (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    indicator TEXT NOT NULL,            -- indicator/indicator.h, or "composite"
    choice TEXT,                        -- the name of one of its formulas
    content TEXT,                       -- composite: JSON of weights and bands
    from_ms BIGINT NOT NULL,            -- for periods that end after this
    note TEXT NOT NULL,
    set_by BYTEA NOT NULL,
    set_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, indicator, from_ms, set_ms)
);

-- 考核周期.
CREATE TABLE period (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,                 -- month | quarter | year | custom
    name TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    to_ms BIGINT NOT NULL,
    revision BIGINT NOT NULL,           -- the newest: 0 as it was closed
    checked_ms BIGINT,                  -- when it was last recounted
    differing BIGINT,                   -- figures that no longer agreed then: a revision is due
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, from_ms, to_ms)
);
CREATE INDEX period_by_time ON period (hq_id, to_ms, id);

-- What was signed, and each marked revision (修订) after it.
CREATE TABLE period_revision (
    hq_id BIGINT NOT NULL,
    period_id BYTEA NOT NULL,
    revision BIGINT NOT NULL,
    reason TEXT,                        -- revisions only
    signed_by BYTEA NOT NULL,
    signed_name TEXT NOT NULL,
    signed_ms BIGINT NOT NULL,
    figures BIGINT NOT NULL,
    hash BYTEA NOT NULL,                -- SHA-256 over its figures
    PRIMARY KEY (hq_id, period_id, revision),
    FOREIGN KEY (hq_id, period_id) REFERENCES period (hq_id, id)
);
CREATE TABLE period_figure (
    hq_id BIGINT NOT NULL,
    period_id BYTEA NOT NULL,
    revision BIGINT NOT NULL,
    part TEXT NOT NULL,                 -- total | unit | area | category | score_site | score_category | …
    item TEXT NOT NULL,                 -- an indicator, a count, "score", "weighted"
    group_key TEXT NOT NULL,            -- '' for the whole; '-' for what is with no unit or category
    name TEXT NOT NULL,
    numerator BIGINT NOT NULL,
    denominator BIGINT NOT NULL,
    choice TEXT,                        -- the formula it was counted by
    PRIMARY KEY (hq_id, period_id, revision, part, item, group_key),
    FOREIGN KEY (hq_id, period_id, revision) REFERENCES period_revision (hq_id, period_id, revision)
);
