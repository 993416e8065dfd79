-- Exchange (导入导出): cases of older systems with their rows, imports that run as jobs, mappings remembered.

-- What an older list said of a problem, row by row: nothing of it is lost. The row itself is sealed, for it may name people.
CREATE TABLE problem_import (
    hq_id BIGINT NOT NULL,
    problem_id BYTEA NOT NULL,
    seq BIGINT NOT NULL,                -- in the order they came
    again BOOLEAN NOT NULL,             -- a further row of the same number: kept, the case follows the first
    import_id BYTEA NOT NULL,           -- the command
    source TEXT NOT NULL,               -- the older system or list; '' when nobody said
    row_no BIGINT NOT NULL,             -- in the file
    number_there TEXT,
    status_there TEXT,
    kind_there TEXT,
    unit_there TEXT,
    raw_sealed BYTEA NOT NULL,          -- privacy/: JSON, heading to cell
    raw_index BYTEA NOT NULL,           -- keyed hash of the row and of what was made of it: the same again changes nothing
    version_after BIGINT NOT NULL,      -- the problem's, when this was written: still so, still as imported
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, problem_id, seq),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);
CREATE INDEX problem_import_by_import ON problem_import (hq_id, import_id, row_no);

-- Rows that were read and checked wait here until all of the file is, then become problems in one transaction.
-- What a killed or cancelled import leaves here is removed; nobody reads it.
CREATE TABLE problem_import_stage (
    hq_id BIGINT NOT NULL,
    job_id BYTEA NOT NULL,
    row_no BIGINT NOT NULL,
    action TEXT NOT NULL,               -- new | change | again
    problem_id BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    event_seq BIGINT NOT NULL,
    was_version BIGINT NOT NULL,
    year BIGINT NOT NULL,
    own_number BIGINT,                  -- the number it had here or in another headquarters, when it is free
    ordinal BIGINT NOT NULL,            -- else its turn among the new ones of the year
    state TEXT NOT NULL,
    source TEXT NOT NULL,
    site_id BYTEA,
    area_code TEXT NOT NULL,
    category_code TEXT,
    criterion_id BYTEA,
    description TEXT NOT NULL,
    place TEXT,
    lon_e7 BIGINT,
    lat_e7 BIGINT,
    severity TEXT NOT NULL,
    typical BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    unit_id BYTEA,
    reporter_id BYTEA NOT NULL,
    limit_kind TEXT NOT NULL,
    limit_amount BIGINT NOT NULL,
    reported_ms BIGINT NOT NULL,
    registered_ms BIGINT,
    dispatched_ms BIGINT,
    due_ms BIGINT,
    rectified_ms BIGINT,
    closed_ms BIGINT,
    overdue BOOLEAN NOT NULL,
    exempt BOOLEAN NOT NULL,
    rework_count BIGINT NOT NULL,
    external_id TEXT,
    search_text TEXT NOT NULL,
    note TEXT,
    list_source TEXT NOT NULL,
    number_there TEXT,
    status_there TEXT,
    kind_there TEXT,
    unit_there TEXT,
    raw_sealed BYTEA NOT NULL,
    raw_index BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,              -- what is hours old was left by a killed process
    PRIMARY KEY (hq_id, job_id, row_no)
);

-- Imports of large files while they run, and how they ended. A cancelled one leaves no row.
CREATE TABLE import_job (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,                  -- of the import's command as well
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    file_name TEXT,
    content BYTEA NOT NULL,             -- SHA-256 of what was asked
    state TEXT NOT NULL,                -- waiting | reading | checking | writing | done | refused | failed
    cancelled BOOLEAN NOT NULL DEFAULT FALSE,
    rows_total BIGINT NOT NULL DEFAULT 0,
    rows_read BIGINT NOT NULL DEFAULT 0,
    rows_created BIGINT NOT NULL DEFAULT 0,
    rows_updated BIGINT NOT NULL DEFAULT 0,
    rows_unchanged BIGINT NOT NULL DEFAULT 0,
    rows_refused BIGINT NOT NULL DEFAULT 0,
    report_zh TEXT,                     -- JSON, when it has ended
    report_en TEXT,
    person_id BYTEA,
    process_id BYTEA NOT NULL,
    created_ms BIGINT NOT NULL,
    beat_ms BIGINT NOT NULL,            -- last sign of life: one without for long was killed
    ended_ms BIGINT,
    PRIMARY KEY (hq_id, id)
);
CREATE INDEX import_job_by_time ON import_job (hq_id, created_ms, id);

-- Which heading was which field, remembered by the headings of the file.
CREATE TABLE import_mapping (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,
    headings_hash BYTEA NOT NULL,       -- SHA-256 of the headings, folded, in their order
    headings TEXT NOT NULL,             -- JSON array, as the file has them
    name TEXT,
    mapping TEXT NOT NULL,              -- JSON as of tabular/table.h
    used_ms BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, kind, headings_hash)
);
