-- Facilities and publicity (设施、公益宣传), editions of content (内容版本), frontages (门前三包), a plan per site (一点一策).

-- What a headquarters changed of the shipped kinds, and its own. class: facility | publicity | frontage (an item of the duty sheet).
CREATE TABLE facility_kind (
    hq_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    class TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    order_no BIGINT NOT NULL,
    criterion_code TEXT,                -- whose limit and criterion its problems take
    limit_kind TEXT NOT NULL,
    limit_amount BIGINT NOT NULL,
    mend_hours BIGINT NOT NULL,         -- frontage: hours a shop has to mend it itself (自改期); 0: none
    guidance BOOLEAN NOT NULL,          -- worded as guidance: never becomes a problem
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, code)
);

CREATE TABLE edition (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    title TEXT NOT NULL,
    label TEXT NOT NULL,                -- "2026年版"
    theme TEXT,
    content TEXT,
    from_ms BIGINT NOT NULL,
    superseded_by BYTEA,                -- the edition that follows it
    superseded_ms BIGINT,               -- from when
    replace_by_ms BIGINT,               -- a superseded one may be shown until then
    withdrawn_ms BIGINT,
    withdrawn_by BYTEA,
    withdrawn_unit BYTEA,
    withdraw_reason TEXT,
    published_by BYTEA,
    published_ms BIGINT NOT NULL,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, superseded_by) REFERENCES edition (hq_id, id)
);
CREATE INDEX edition_by_time ON edition (hq_id, from_ms, id);

CREATE TABLE asset (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    site_id BYTEA NOT NULL,
    kind_code TEXT NOT NULL,
    name TEXT NOT NULL,
    position TEXT,                      -- 位置
    width_mm BIGINT,
    height_mm BIGINT,
    edition_id BYTEA,                   -- what it shows, as last seen
    condition TEXT NOT NULL,            -- the words of facility/facility.h
    checked_ms BIGINT,
    check_id BYTEA,                     -- the last check
    state TEXT NOT NULL,                -- active | removed
    note TEXT,
    external_id TEXT,
    created_ms BIGINT NOT NULL,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, site_id) REFERENCES site (hq_id, id),
    FOREIGN KEY (hq_id, edition_id) REFERENCES edition (hq_id, id)
);
CREATE INDEX asset_by_site ON asset (hq_id, site_id, id);
CREATE INDEX asset_by_kind ON asset (hq_id, kind_code, id);
CREATE INDEX asset_by_edition ON asset (hq_id, edition_id, id) WHERE edition_id IS NOT NULL;
CREATE INDEX asset_by_condition ON asset (hq_id, condition, id);
CREATE UNIQUE INDEX asset_external ON asset (hq_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE asset_check (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    asset_id BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,              -- when it was looked at
    received_ms BIGINT NOT NULL,
    actor_id BYTEA,
    actor_unit_id BYTEA,
    condition TEXT NOT NULL,
    edition_id BYTEA,
    note TEXT,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, asset_id) REFERENCES asset (hq_id, id),
    FOREIGN KEY (hq_id, edition_id) REFERENCES edition (hq_id, id)
);
CREATE INDEX asset_check_by_asset ON asset_check (hq_id, asset_id, at_ms, id);

-- The withdrawal of an edition, carried to every board in batches (撤换).
CREATE TABLE edition_recall (
    hq_id BIGINT NOT NULL,
    edition_id BYTEA NOT NULL,
    started_ms BIGINT NOT NULL,
    boards BIGINT NOT NULL,             -- that showed it when it was withdrawn
    batches BIGINT NOT NULL DEFAULT 0,
    raised BIGINT NOT NULL DEFAULT 0,   -- problems made
    known BIGINT NOT NULL DEFAULT 0,    -- boards whose problem was open already
    after_id BYTEA,                     -- boards up to here are done
    done_ms BIGINT,
    PRIMARY KEY (hq_id, edition_id),
    FOREIGN KEY (hq_id, edition_id) REFERENCES edition (hq_id, id)
);
CREATE INDEX edition_recall_open ON edition_recall (hq_id, started_ms) WHERE done_ms IS NULL;

-- The one problem of an asset or frontage and a cause (condition, edition, an item of the duty sheet).
CREATE TABLE asset_cause (
    hq_id BIGINT NOT NULL,
    asset_id BYTEA NOT NULL,
    cause TEXT NOT NULL,
    problem_id BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, asset_id, cause),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);

CREATE TABLE frontage (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,                 -- 店招
    trade TEXT,                         -- 业态
    area_id BYTEA NOT NULL,
    area_code TEXT NOT NULL,
    site_id BYTEA,                      -- the street, market or compound it stands at
    unit_id BYTEA,                      -- 管理单位
    place TEXT,
    lon_e7 BIGINT,
    lat_e7 BIGINT,
    keeper_sealed BYTEA,                -- privacy/: {"name","phone"}
    keeper_masked TEXT,
    pledge_id BYTEA,                    -- the duty sheet in force (责任书)
    signed_ms BIGINT,
    checked_ms BIGINT,
    state TEXT NOT NULL,                -- active | closed
    note TEXT,
    external_id TEXT,
    created_ms BIGINT NOT NULL,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, code),
    FOREIGN KEY (hq_id, area_id) REFERENCES area (hq_id, id),
    FOREIGN KEY (hq_id, site_id) REFERENCES site (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id)
);
CREATE INDEX frontage_by_area ON frontage (hq_id, area_code, code);
CREATE INDEX frontage_by_site ON frontage (hq_id, site_id, code) WHERE site_id IS NOT NULL;
CREATE INDEX frontage_by_unit ON frontage (hq_id, unit_id, code) WHERE unit_id IS NOT NULL;
CREATE UNIQUE INDEX frontage_external ON frontage (hq_id, external_id) WHERE external_id IS NOT NULL;

CREATE TABLE frontage_pledge (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    frontage_id BYTEA NOT NULL,
    signed_ms BIGINT NOT NULL,
    until_ms BIGINT,
    terms TEXT NOT NULL,
    actor_id BYTEA,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, frontage_id) REFERENCES frontage (hq_id, id)
);
CREATE INDEX frontage_pledge_by_frontage ON frontage_pledge (hq_id, frontage_id, signed_ms, id);

CREATE TABLE frontage_check (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    frontage_id BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    received_ms BIGINT NOT NULL,
    actor_id BYTEA,
    actor_unit_id BYTEA,
    note TEXT,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, frontage_id) REFERENCES frontage (hq_id, id)
);
CREATE INDEX frontage_check_by_frontage ON frontage_check (hq_id, frontage_id, at_ms, id);

CREATE TABLE frontage_check_item (
    hq_id BIGINT NOT NULL,
    check_id BYTEA NOT NULL,
    item_code TEXT NOT NULL,
    order_no BIGINT NOT NULL,
    met BOOLEAN NOT NULL,
    finding_id BYTEA,                   -- new, or the one that was open already
    PRIMARY KEY (hq_id, check_id, item_code),
    FOREIGN KEY (hq_id, check_id) REFERENCES frontage_check (hq_id, id)
);

-- What was found and may first be mended by the shop itself (自改).
CREATE TABLE frontage_finding (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    frontage_id BYTEA NOT NULL,
    check_id BYTEA NOT NULL,
    item_code TEXT NOT NULL,
    found_ms BIGINT NOT NULL,
    finder_id BYTEA,
    finder_unit_id BYTEA,
    note TEXT,
    mend_by_ms BIGINT NOT NULL,
    state TEXT NOT NULL,                -- waiting | mended | raised | advised
    mended_ms BIGINT,
    mended_by BYTEA,
    mend_note TEXT,
    problem_id BYTEA,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, frontage_id) REFERENCES frontage (hq_id, id),
    FOREIGN KEY (hq_id, check_id) REFERENCES frontage_check (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);
CREATE INDEX frontage_finding_by_time ON frontage_finding (hq_id, found_ms, id);
CREATE INDEX frontage_finding_by_frontage ON frontage_finding (hq_id, frontage_id, found_ms, id);
CREATE UNIQUE INDEX frontage_finding_waiting ON frontage_finding (hq_id, frontage_id, item_code) WHERE state = 'waiting';
CREATE INDEX frontage_finding_due ON frontage_finding (hq_id, mend_by_ms, id) WHERE state = 'waiting';

-- Photographs of editions, checks of assets, duty sheets, findings and their mending.
CREATE TABLE facility_photo (
    hq_id BIGINT NOT NULL,
    owner_id BYTEA NOT NULL,
    role TEXT NOT NULL,                 -- edition | check | pledge | found | mended
    sha256 BYTEA NOT NULL,
    order_no BIGINT NOT NULL,
    PRIMARY KEY (hq_id, owner_id, role, sha256),
    FOREIGN KEY (hq_id, sha256) REFERENCES photo (hq_id, sha256)
);
CREATE INDEX facility_photo_by_sha ON facility_photo (hq_id, sha256);

-- Every version assets, editions and frontages had.
CREATE TABLE facility_history (
    hq_id BIGINT NOT NULL,
    subject_id BYTEA NOT NULL,
    version BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor_id BYTEA,
    change TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (hq_id, subject_id, version)
);

CREATE TABLE site_plan (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    site_id BYTEA NOT NULL,
    criterion_code TEXT,
    gap TEXT NOT NULL,                  -- 差距
    measures TEXT NOT NULL,             -- 整治措施
    acceptance TEXT NOT NULL,           -- 验收标准
    owner_unit_id BYTEA NOT NULL,       -- 责任单位
    owner_person_id BYTEA,              -- 责任人
    due_ms BIGINT NOT NULL,             -- 完成时限: the end of that day
    state TEXT NOT NULL,                -- open | finished | accepted | dropped
    finished_ms BIGINT,
    finished_by BYTEA,
    finished_unit BYTEA,
    closed_ms BIGINT,                   -- accepted or dropped
    created_ms BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, site_id) REFERENCES site (hq_id, id),
    FOREIGN KEY (hq_id, owner_unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, owner_person_id) REFERENCES person (hq_id, id)
);
CREATE INDEX site_plan_by_due ON site_plan (hq_id, due_ms, id);
CREATE INDEX site_plan_by_site ON site_plan (hq_id, site_id, due_ms, id);
CREATE INDEX site_plan_by_unit ON site_plan (hq_id, owner_unit_id, due_ms, id);
CREATE INDEX site_plan_open ON site_plan (hq_id, due_ms, id) WHERE closed_ms IS NULL;

CREATE TABLE site_plan_history (
    hq_id BIGINT NOT NULL,
    plan_id BYTEA NOT NULL,
    version BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor_id BYTEA,
    change TEXT NOT NULL,               -- created | changed | finished | returned | accepted | dropped
    content TEXT NOT NULL,
    PRIMARY KEY (hq_id, plan_id, version),
    FOREIGN KEY (hq_id, plan_id) REFERENCES site_plan (hq_id, id)
);
