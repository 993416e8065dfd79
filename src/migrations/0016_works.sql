-- Improvement works (改造工程) that end many problems: milestones, money in fen, proof.

CREATE TABLE works (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    title TEXT NOT NULL,
    content TEXT,
    kind TEXT NOT NULL,                   -- compound 老旧小区 | road 道路 | parking 停车 | drainage 排水 | market 市场 | other
    area_code TEXT NOT NULL,
    site_id BYTEA,
    lead_unit_id BYTEA NOT NULL,
    plan_fen BIGINT NOT NULL,
    paid_fen BIGINT NOT NULL DEFAULT 0,
    start_ms BIGINT,
    end_ms BIGINT NOT NULL,               -- planned end
    state TEXT NOT NULL,                  -- planned | under_way | completed | accepted | stopped
    milestones BIGINT NOT NULL DEFAULT 0,
    milestones_done BIGINT NOT NULL DEFAULT 0,
    next_due_ms BIGINT,                   -- of the first milestone not reached
    created_ms BIGINT NOT NULL,
    completed_ms BIGINT,
    completed_by BYTEA,
    complete_note TEXT,
    ended_ms BIGINT,                      -- accepted or stopped
    end_note TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, site_id) REFERENCES site (hq_id, id),
    FOREIGN KEY (hq_id, lead_unit_id) REFERENCES unit (hq_id, id)
);
CREATE INDEX works_by_end ON works (hq_id, end_ms, id);
CREATE INDEX works_by_unit ON works (hq_id, lead_unit_id, end_ms, id);
CREATE INDEX works_by_state ON works (hq_id, state, end_ms, id);

-- In the order a list of the problems that wait is read.
CREATE INDEX works_problem ON problem (hq_id, works_id, id) WHERE works_id IS NOT NULL;

CREATE TABLE works_milestone (
    hq_id BIGINT NOT NULL,
    works_id BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    title TEXT NOT NULL,
    due_ms BIGINT NOT NULL,
    done_ms BIGINT,
    late BOOLEAN NOT NULL DEFAULT FALSE,
    note TEXT,
    PRIMARY KEY (hq_id, works_id, seq),
    FOREIGN KEY (hq_id, works_id) REFERENCES works (hq_id, id)
);

CREATE TABLE works_payment (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    works_id BYTEA NOT NULL,
    fen BIGINT NOT NULL,                  -- negative: paid back, corrected
    note TEXT,
    at_ms BIGINT NOT NULL,
    by_id BYTEA NOT NULL,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, works_id) REFERENCES works (hq_id, id)
);
CREATE INDEX works_payment_by_works ON works_payment (hq_id, works_id, at_ms, id);

CREATE TABLE works_photo (
    hq_id BIGINT NOT NULL,
    works_id BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    order_no BIGINT NOT NULL,
    PRIMARY KEY (hq_id, works_id, sha256),
    FOREIGN KEY (hq_id, works_id) REFERENCES works (hq_id, id),
    FOREIGN KEY (hq_id, sha256) REFERENCES photo (hq_id, sha256)
);
