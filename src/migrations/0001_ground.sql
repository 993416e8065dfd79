-- Ground: who the headquarters is, the journal that is also the memory of commands, the outbox, serials.
-- Portable subset only (SQLite 3.40, PostgreSQL 15): times are UTC milliseconds, ids are 16 bytes, every key
-- begins with hq_id. No triggers, no sequences, no deferrable constraints.

CREATE TABLE headquarters (
    hq_id BIGINT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,                 -- administrative code of its district, 6 digits
    name TEXT NOT NULL,
    zone_min BIGINT NOT NULL DEFAULT 480,
    demo BOOLEAN NOT NULL DEFAULT FALSE,
    settings TEXT NOT NULL DEFAULT '{}',
    created_ms BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);

-- One row per command carried out: its result is kept under its id, and it is the journal (操作日志).
CREATE TABLE journal (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,                  -- the command's id
    at_ms BIGINT NOT NULL,
    actor_id BYTEA,
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    content BYTEA NOT NULL,             -- SHA-256 of what was asked
    subject_kind TEXT NOT NULL,
    subject_id BYTEA,
    detail TEXT,
    seal_seq BIGINT,                    -- NULL: not sealed yet
    PRIMARY KEY (hq_id, id)
);
CREATE INDEX journal_unsealed ON journal (hq_id, at_ms, id) WHERE seal_seq IS NULL;
CREATE INDEX journal_by_seal ON journal (hq_id, seal_seq);
CREATE INDEX journal_by_time ON journal (hq_id, at_ms, id);
CREATE INDEX journal_by_subject ON journal (hq_id, subject_kind, subject_id, at_ms);

-- The chain: each seal covers `entries` journal rows and the seal before it. `leaves` lists, in (at_ms, id)
-- order, each row's id (16 bytes) and hash (32), so that a check can name the row that was touched.
CREATE TABLE journal_seal (
    hq_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    leaves BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, seq)
);

-- Fenced leases: one holder at a time, the epoch grows with each change of holder.
CREATE TABLE lease (
    hq_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    holder BYTEA NOT NULL,
    epoch BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, name)
);

CREATE TABLE outbox (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    topic TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BYTEA,
    payload TEXT,
    PRIMARY KEY (hq_id, id)
);
CREATE INDEX outbox_by_time ON outbox (hq_id, at_ms, id);

-- Numbers people read, per headquarters and year.
CREATE TABLE serial (
    hq_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    year BIGINT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (hq_id, name, year)
);
