-- Prints of photographs (影像指纹) and what was decided about doubts (影像疑点).

ALTER TABLE photo ADD COLUMN print_version BIGINT; -- of its print; NULL: not made yet; 0: none can be made
CREATE INDEX photo_unprinted ON photo (hq_id, sha256) WHERE print_version IS NULL;

CREATE TABLE photo_print (
    hq_id BIGINT NOT NULL,
    number BIGINT NOT NULL,             -- serial: whoever sees one has seen all below it
    sha256 BYTEA NOT NULL,
    keys BYTEA NOT NULL,                -- the marks searched by, 8 bytes each: read alone when a process starts
    marks BYTEA NOT NULL,               -- media/print.h
    grid BYTEA NOT NULL,
    PRIMARY KEY (hq_id, number),
    UNIQUE (hq_id, sha256),
    FOREIGN KEY (hq_id, sha256) REFERENCES photo (hq_id, sha256)
);

-- Where a photograph was offered.
CREATE INDEX problem_photo_by_sha256 ON problem_photo (hq_id, sha256);
CREATE INDEX observation_photo_by_sha256 ON observation_photo (hq_id, sha256);

-- A later decision stands beside the earlier ones.
CREATE TABLE doubt_decision (
    hq_id BIGINT NOT NULL,
    subject_kind TEXT NOT NULL,         -- problem | inspection
    subject_id BYTEA NOT NULL,
    doubt_id BYTEA NOT NULL,            -- named by what it is about: the same doubt has the same id for ever
    seq BIGINT NOT NULL,
    decision TEXT NOT NULL,             -- cleared 排除 | confirmed 属实
    note TEXT,
    person_id BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, subject_kind, subject_id, doubt_id, seq),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);
