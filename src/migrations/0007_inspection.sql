-- Inspections (实地检查) and observations; the atom of every score.

CREATE TABLE inspection (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    site_id BYTEA NOT NULL,
    version_id BYTEA NOT NULL,          -- of the standard
    category_code TEXT NOT NULL,
    area_code TEXT NOT NULL,            -- the site's, at the visit
    subject_unit_id BYTEA,              -- the site's, at the visit
    kind TEXT NOT NULL,                 -- weekly | monthly | patrol | self_check | joint | leader | lookback
    inspector_id BYTEA NOT NULL,
    partner_id BYTEA,
    record_only BOOLEAN NOT NULL DEFAULT FALSE,
    state TEXT NOT NULL,                -- staged | complete | quarantined | withdrawn | corrected | rejected
    visit_ms BIGINT NOT NULL,           -- device time of the visit
    received_ms BIGINT NOT NULL,        -- server time of the first part
    completed_ms BIGINT,
    quarantine TEXT,                    -- codes why a person must look, ',' between
    corrects_id BYTEA,
    superseded_by BYTEA,
    verdict_by BYTEA,                   -- who withdrew it or decided about its quarantine
    verdict_ms BIGINT,
    verdict_reason TEXT,
    lon_e7 BIGINT,                      -- where the phone said it was, only as proof of the visit
    lat_e7 BIGINT,
    note TEXT,
    earned_e4 BIGINT,                   -- ten-thousandths of a point
    possible_e4 BIGINT,
    vetoed BOOLEAN NOT NULL DEFAULT FALSE,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, site_id) REFERENCES site (hq_id, id),
    FOREIGN KEY (hq_id, version_id) REFERENCES standard_version (hq_id, id),
    FOREIGN KEY (hq_id, inspector_id) REFERENCES person (hq_id, id)
);
CREATE INDEX inspection_by_visit ON inspection (hq_id, visit_ms, id);
CREATE INDEX inspection_by_site ON inspection (hq_id, site_id, visit_ms, id);
CREATE INDEX inspection_by_inspector ON inspection (hq_id, inspector_id, visit_ms, id);
CREATE INDEX inspection_by_subject ON inspection (hq_id, subject_unit_id, visit_ms, id);
CREATE INDEX inspection_by_partner ON inspection (hq_id, partner_id, visit_ms, id) WHERE partner_id IS NOT NULL;
-- Staged, quarantined, withdrawn, corrected, rejected: few beside those that count.
CREATE INDEX inspection_unusual ON inspection (hq_id, state, visit_ms, id) WHERE state <> 'complete';

-- Parts as they arrived, seen by nobody but their sender until `complete` counts them.
CREATE TABLE inspection_part (
    hq_id BIGINT NOT NULL,
    inspection_id BYTEA NOT NULL,
    id BYTEA NOT NULL,                  -- the part's own id
    content TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, inspection_id, id),
    FOREIGN KEY (hq_id, inspection_id) REFERENCES inspection (hq_id, id)
);

CREATE TABLE observation (
    hq_id BIGINT NOT NULL,
    inspection_id BYTEA NOT NULL,
    criterion_id BYTEA NOT NULL,
    result TEXT NOT NULL,               -- met | not_met | not_applicable | grade | count | value
    count BIGINT,
    value_e2 BIGINT,
    note TEXT,
    device_ms BIGINT NOT NULL,
    earned_e4 BIGINT NOT NULL,
    possible_e4 BIGINT NOT NULL,
    problem_id BYTEA,                   -- the problem raised with it
    PRIMARY KEY (hq_id, inspection_id, criterion_id),
    FOREIGN KEY (hq_id, inspection_id) REFERENCES inspection (hq_id, id),
    FOREIGN KEY (hq_id, criterion_id) REFERENCES criterion (hq_id, id)
);

CREATE TABLE observation_photo (
    hq_id BIGINT NOT NULL,
    inspection_id BYTEA NOT NULL,
    criterion_id BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    order_no BIGINT NOT NULL,
    PRIMARY KEY (hq_id, inspection_id, criterion_id, sha256),
    FOREIGN KEY (hq_id, inspection_id, criterion_id) REFERENCES observation (hq_id, inspection_id, criterion_id),
    FOREIGN KEY (hq_id, sha256) REFERENCES photo (hq_id, sha256)
);
