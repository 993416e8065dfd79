-- Standards (测评标准): versioned catalogues; a published version never changes.

CREATE TABLE standard (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    code TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    order_no BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, code)
);

CREATE TABLE standard_version (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    standard_id BYTEA NOT NULL,
    label TEXT NOT NULL,                -- "2026"
    state TEXT NOT NULL,                -- draft | published
    official BOOLEAN NOT NULL DEFAULT FALSE, -- false: marked as an example everywhere
    notice_zh TEXT,
    notice_en TEXT,
    published_ms BIGINT,
    content_hash BYTEA,                 -- SHA-256 over categories and criteria, fixed when published
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, standard_id, label),
    FOREIGN KEY (hq_id, standard_id) REFERENCES standard (hq_id, id)
);

CREATE TABLE category (
    hq_id BIGINT NOT NULL,
    version_id BYTEA NOT NULL,
    code TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    order_no BIGINT NOT NULL,
    weight BIGINT NOT NULL,             -- thousandths of the whole
    hint_zh TEXT,
    hint_en TEXT,
    PRIMARY KEY (hq_id, version_id, code),
    FOREIGN KEY (hq_id, version_id) REFERENCES standard_version (hq_id, id)
);

CREATE TABLE criterion (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    version_id BYTEA NOT NULL,
    category_code TEXT NOT NULL,
    code TEXT NOT NULL,
    order_no BIGINT NOT NULL,
    text_zh TEXT NOT NULL,
    text_en TEXT NOT NULL,
    how_zh TEXT,
    how_en TEXT,
    method TEXT,                        -- 看 数 候 查 打 问 量
    mode TEXT NOT NULL,                 -- binary | grade | deduction | threshold | count
    mode_params TEXT NOT NULL,
    weight BIGINT NOT NULL,
    severity TEXT NOT NULL,             -- general | key
    veto BOOLEAN NOT NULL,
    limit_kind TEXT NOT NULL,           -- urgent_hours | working_hours | working_days | calendar_days
    limit_amount BIGINT NOT NULL,
    close_zh TEXT,
    close_en TEXT,
    territory_dept TEXT,
    subject_dept TEXT,
    supervising_dept TEXT,
    dimension TEXT,                     -- order | hygiene | service | facility | practice
    sources TEXT,
    field_sources TEXT,
    active BOOLEAN NOT NULL,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, version_id, code),
    FOREIGN KEY (hq_id, version_id, category_code) REFERENCES category (hq_id, version_id, code)
);
CREATE INDEX criterion_by_category ON criterion (hq_id, version_id, category_code, order_no);
