-- Scores: append-only differences, folded when read. A withdrawal adds the negative of what it withdraws.

CREATE TABLE score_entry (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    inspection_id BYTEA NOT NULL,
    sign BIGINT NOT NULL,               -- 1 counted, -1 taken back
    site_id BYTEA NOT NULL,
    version_id BYTEA NOT NULL,
    category_code TEXT NOT NULL,
    area_code TEXT NOT NULL,
    subject_unit_id BYTEA,
    visit_ms BIGINT NOT NULL,
    earned_e4 BIGINT NOT NULL,          -- signed
    possible_e4 BIGINT NOT NULL,        -- signed
    observations BIGINT NOT NULL,       -- signed
    not_met BIGINT NOT NULL,            -- signed
    vetoes BIGINT NOT NULL,             -- signed
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, inspection_id, sign),
    FOREIGN KEY (hq_id, inspection_id) REFERENCES inspection (hq_id, id)
);
CREATE INDEX score_entry_by_visit ON score_entry (hq_id, visit_ms);
CREATE INDEX score_entry_by_site ON score_entry (hq_id, site_id, visit_ms);
