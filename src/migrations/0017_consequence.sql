-- Consequences (结果运用): urging, supervision orders, circulation, publication, referral; the rules that propose them.

CREATE TABLE consequence_rule (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    order_no BIGINT NOT NULL DEFAULT 0,
    active BOOLEAN NOT NULL DEFAULT TRUE,
    cause TEXT NOT NULL,                  -- the trigger: the words of consequence/consequence.h
    step TEXT NOT NULL,                   -- urge 催办 | supervise 督办 | circulate 通报 | publish 曝光 | refer 问题线索移送
    count_min BIGINT NOT NULL DEFAULT 1,
    hours BIGINT NOT NULL DEFAULT 0,      -- of limits in hours
    days BIGINT NOT NULL DEFAULT 0,       -- of limits in days
    period_days BIGINT NOT NULL DEFAULT 30,
    severity TEXT,
    category_code TEXT,
    recipients BIGINT NOT NULL,           -- bits: who is told besides the unit
    reply_days BIGINT NOT NULL,           -- working days; 0: no reply is asked for
    cooldown_days BIGINT NOT NULL,        -- after the last step in the same matter
    may_skip BOOLEAN NOT NULL DEFAULT FALSE, -- more than one step up the ladder at once
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id)
);
CREATE INDEX consequence_rule_by_order ON consequence_rule (hq_id, order_no, id);

CREATE TABLE consequence (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    problem_id BYTEA,                     -- NULL: of the unit as a whole
    unit_id BYTEA NOT NULL,
    step TEXT NOT NULL,
    level BIGINT NOT NULL,                -- 1 … 5, up the ladder
    rule_id BYTEA,                        -- NULL: by hand
    rule_version BIGINT,
    why_zh TEXT NOT NULL,
    why_en TEXT NOT NULL,
    recipients BIGINT NOT NULL,
    reply_days BIGINT NOT NULL,
    state TEXT NOT NULL,                  -- proposed | dismissed | issued | answered | closed
    proposed_ms BIGINT NOT NULL,
    proposed_by BYTEA,
    decided_ms BIGINT,
    decided_by BYTEA,
    decision_note TEXT,
    year BIGINT,                          -- of issue: the unit's record by year
    form TEXT,                            -- order 督办单 | letter 函 | circular 通报
    number BIGINT,                        -- serial of its form and year
    issuer TEXT,                          -- the headquarters' name, never its office's
    reply_due_ms BIGINT,
    answered_ms BIGINT,
    answered_by BYTEA,
    answer TEXT,
    answer_late BOOLEAN NOT NULL DEFAULT FALSE,
    closed_ms BIGINT,
    closed_by BYTEA,
    close_note TEXT,
    published_ms BIGINT,
    published_by BYTEA,
    publish_title TEXT,
    publish_text TEXT,
    reference TEXT,                       -- a referral keeps its reference alone
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, rule_id) REFERENCES consequence_rule (hq_id, id)
);
CREATE UNIQUE INDEX consequence_pending ON consequence (hq_id, problem_id) WHERE state = 'proposed' AND problem_id IS NOT NULL;
CREATE UNIQUE INDEX consequence_pending_unit ON consequence (hq_id, unit_id) WHERE state = 'proposed' AND problem_id IS NULL;
CREATE UNIQUE INDEX consequence_number ON consequence (hq_id, form, year, number) WHERE number IS NOT NULL;
CREATE INDEX consequence_by_time ON consequence (hq_id, proposed_ms, id);
CREATE INDEX consequence_by_state ON consequence (hq_id, state, proposed_ms, id);
CREATE INDEX consequence_by_problem ON consequence (hq_id, problem_id, proposed_ms) WHERE problem_id IS NOT NULL;
CREATE INDEX consequence_by_unit ON consequence (hq_id, unit_id, proposed_ms, id);
CREATE INDEX consequence_by_year ON consequence (hq_id, year, unit_id) WHERE year IS NOT NULL;
CREATE INDEX consequence_reply ON consequence (hq_id, reply_due_ms) WHERE state = 'issued' AND reply_due_ms IS NOT NULL;

CREATE TABLE consequence_photo (
    hq_id BIGINT NOT NULL,
    consequence_id BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    order_no BIGINT NOT NULL,
    PRIMARY KEY (hq_id, consequence_id, sha256),
    FOREIGN KEY (hq_id, consequence_id) REFERENCES consequence (hq_id, id),
    FOREIGN KEY (hq_id, sha256) REFERENCES photo (hq_id, sha256)
);
