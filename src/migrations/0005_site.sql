-- Sites (点位).

CREATE TABLE site (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    category_code TEXT NOT NULL,        -- the type; a category of the standards
    area_id BYTEA NOT NULL,
    area_code TEXT NOT NULL,            -- of area_id, kept for filters by prefix
    address TEXT,
    lon_e7 BIGINT,                      -- WGS 84
    lat_e7 BIGINT,
    subject_unit_id BYTEA,              -- 主体责任
    territory_unit_id BYTEA,            -- 属地责任
    supervising_unit_id BYTEA,          -- 行业监管
    contact_sealed BYTEA,               -- privacy/: {"name","phone"}
    contact_masked TEXT,
    state TEXT NOT NULL,                -- active | retired
    external_id TEXT,
    note TEXT,
    created_ms BIGINT NOT NULL,
    retired_ms BIGINT,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, code),
    FOREIGN KEY (hq_id, area_id) REFERENCES area (hq_id, id),
    FOREIGN KEY (hq_id, subject_unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, territory_unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, supervising_unit_id) REFERENCES unit (hq_id, id)
);
CREATE INDEX site_by_area ON site (hq_id, area_code, code);
CREATE INDEX site_by_category ON site (hq_id, category_code, code);
CREATE INDEX site_by_subject ON site (hq_id, subject_unit_id, code);
CREATE INDEX site_by_territory ON site (hq_id, territory_unit_id, code);
CREATE INDEX site_by_supervising ON site (hq_id, supervising_unit_id, code);
CREATE UNIQUE INDEX site_external ON site (hq_id, external_id) WHERE external_id IS NOT NULL;

-- Every version a site had: what was recorded is never rewritten.
CREATE TABLE site_history (
    hq_id BIGINT NOT NULL,
    site_id BYTEA NOT NULL,
    version BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor_id BYTEA,
    change TEXT NOT NULL,               -- created | changed | retired | restored
    content TEXT NOT NULL,              -- JSON of the public fields after the change
    PRIMARY KEY (hq_id, site_id, version),
    FOREIGN KEY (hq_id, site_id) REFERENCES site (hq_id, id)
);
