-- Time limits (时限): the headquarters' own working calendar, limits of the desk's stages, rules that give problems theirs.

-- Which state of all this holds; every change gives it a new token, so that each process knows when to read anew.
CREATE TABLE limit_state (
    hq_id BIGINT NOT NULL,
    token BYTEA NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id)
);

-- Daily windows and week (作息时间), minutes from midnight; none: the shipped ones.
CREATE TABLE working_time (
    hq_id BIGINT NOT NULL,
    morning_from BIGINT NOT NULL,
    morning_to BIGINT NOT NULL,
    afternoon_from BIGINT NOT NULL,
    afternoon_to BIGINT NOT NULL,
    week BIGINT NOT NULL,               -- bit 0 Monday … bit 6 Sunday
    PRIMARY KEY (hq_id)
);

-- Days of the headquarters' own, over the shipped holidays.
CREATE TABLE calendar_day (
    hq_id BIGINT NOT NULL,
    day BIGINT NOT NULL,                -- days since 1970-01-01
    kind TEXT NOT NULL,                 -- holiday | makeup | half_am | half_pm
    name_zh TEXT NOT NULL,
    name_en TEXT NOT NULL,
    PRIMARY KEY (hq_id, day)
);

CREATE TABLE stage_limit (
    hq_id BIGINT NOT NULL,
    stage TEXT NOT NULL,                -- the words of limits/limits.h
    is_on BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    ms BIGINT NOT NULL,                 -- milliseconds of the kind
    PRIMARY KEY (hq_id, stage)
);

-- Class of an area (A、B、C 类区域); areas below inherit it.
CREATE TABLE area_class (
    hq_id BIGINT NOT NULL,
    area_code TEXT NOT NULL,
    class TEXT NOT NULL,                -- A | B | C
    PRIMARY KEY (hq_id, area_code)
);

-- Rules of limits: never changed, only ended; a new one takes the place of the old, which stays beside it.
CREATE TABLE limit_rule (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    name TEXT NOT NULL,
    basis TEXT,                         -- 依据
    criterion_code TEXT,
    category_code TEXT,
    kind TEXT,                          -- of problem
    area_class TEXT,
    season_from BIGINT,                 -- month * 100 + day
    season_to BIGINT,
    severity TEXT,
    limit_kind TEXT NOT NULL,
    limit_amount BIGINT NOT NULL,
    replaces_id BYTEA,
    valid_from_ms BIGINT NOT NULL,
    valid_to_ms BIGINT,
    created_ms BIGINT NOT NULL,
    created_by BYTEA,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id)
);
CREATE INDEX limit_rule_by_time ON limit_rule (hq_id, valid_from_ms, id);

-- Words for states and steps where the headquarters has its own (名称).
CREATE TABLE machine_label (
    hq_id BIGINT NOT NULL,
    subject TEXT NOT NULL,              -- state | event
    code TEXT NOT NULL,
    zh TEXT NOT NULL,
    en TEXT NOT NULL,
    PRIMARY KEY (hq_id, subject, code)
);
