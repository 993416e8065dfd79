-- Organisation: areas on official codes with validity, units, people, duties.

CREATE TABLE area (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    code TEXT NOT NULL,                 -- 6 (district), 9 (town), 12 (village, community), 15 (grid) digits
    parent_id BYTEA,
    level TEXT NOT NULL,                -- district | town | village | grid
    kind TEXT,                          -- 街道, 镇, 居委会, 村委会 …
    name TEXT NOT NULL,
    order_no BIGINT NOT NULL DEFAULT 0,
    valid_from_ms BIGINT NOT NULL,
    valid_to_ms BIGINT,                 -- NULL: in force
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, parent_id) REFERENCES area (hq_id, id)
);
CREATE UNIQUE INDEX area_code_in_force ON area (hq_id, code) WHERE valid_to_ms IS NULL;
CREATE INDEX area_by_order ON area (hq_id, order_no, code, id);
CREATE INDEX area_by_code ON area (hq_id, code, valid_from_ms);
CREATE INDEX area_by_parent ON area (hq_id, parent_id, order_no, code);

-- What an area was called and whose part it was, stretch by stretch: snapshots of any day are read from here.
CREATE TABLE area_history (
    hq_id BIGINT NOT NULL,
    area_id BYTEA NOT NULL,
    valid_from_ms BIGINT NOT NULL,
    valid_to_ms BIGINT,
    code TEXT NOT NULL,
    parent_code TEXT,
    level TEXT NOT NULL,
    kind TEXT,
    name TEXT NOT NULL,
    PRIMARY KEY (hq_id, area_id, valid_from_ms),
    FOREIGN KEY (hq_id, area_id) REFERENCES area (hq_id, id)
);
CREATE INDEX area_history_by_code ON area_history (hq_id, code, valid_from_ms);

CREATE TABLE unit (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    short_name TEXT,
    kind TEXT NOT NULL,                 -- department | territory | utility | headquarters | other
    parent_id BYTEA,
    area_code TEXT,                     -- a territory's own area
    order_no BIGINT NOT NULL DEFAULT 0,
    closed_ms BIGINT,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, code),
    FOREIGN KEY (hq_id, parent_id) REFERENCES unit (hq_id, id)
);
CREATE INDEX unit_by_order ON unit (hq_id, order_no, id);
CREATE INDEX unit_by_name ON unit (hq_id, name);

CREATE TABLE person (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    unit_id BYTEA NOT NULL,
    name TEXT NOT NULL,
    title TEXT,
    phone_sealed BYTEA,                 -- privacy/: encrypted
    phone_masked TEXT,
    phone_index BYTEA,                  -- keyed hash, for finding a number without opening it
    order_no BIGINT NOT NULL DEFAULT 0,
    left_ms BIGINT,
    external_id TEXT,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id)
);
CREATE INDEX person_by_unit ON person (hq_id, unit_id, order_no, id);
CREATE INDEX person_by_order ON person (hq_id, order_no, id);
CREATE INDEX person_by_phone ON person (hq_id, phone_index) WHERE phone_index IS NOT NULL;
CREATE UNIQUE INDEX person_external ON person (hq_id, external_id) WHERE external_id IS NOT NULL;

-- Who answers for which place, from when to when (挂钩、挂点、联包帮).
CREATE TABLE duty (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,                 -- leader 包保领导 | liaison 联络员 | grid 网格员 | station 站长 | inspector 督查
    person_id BYTEA NOT NULL,
    unit_id BYTEA NOT NULL,
    place_kind TEXT NOT NULL,           -- area | site | unit
    place_id BYTEA NOT NULL,
    from_ms BIGINT NOT NULL,
    to_ms BIGINT,
    follows_id BYTEA,                   -- the duty this one took over (交接)
    note TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, follows_id) REFERENCES duty (hq_id, id)
);
CREATE INDEX duty_by_person ON duty (hq_id, person_id, from_ms);
CREATE INDEX duty_by_place ON duty (hq_id, place_kind, place_id, from_ms);
