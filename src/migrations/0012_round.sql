-- Rounds (督查轮次), draws under the daily commitment, and the scores of covert rounds kept apart.

-- A secret for every day, drawn or not; published is its commitment (round/commitment.h).
CREATE TABLE draw_day (
    hq_id BIGINT NOT NULL,
    day TEXT NOT NULL,                  -- "2026-11-21" in the headquarters' zone
    at_ms BIGINT NOT NULL,
    commitment BYTEA NOT NULL,
    secret_sealed BYTEA NOT NULL,       -- privacy/
    PRIMARY KEY (hq_id, day)
);

-- What was drawn, as the text anyone repeats it from (round/draw.h).
CREATE TABLE draw (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    day TEXT NOT NULL,
    subject_kind TEXT NOT NULL,         -- round | lookback
    subject_id BYTEA NOT NULL,
    no BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor_id BYTEA,
    content TEXT NOT NULL,
    released_ms BIGINT,                 -- its key may be given out from then on, once the day is over
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, subject_kind, subject_id, no),
    FOREIGN KEY (hq_id, day) REFERENCES draw_day (hq_id, day)
);

CREATE TABLE round (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,                 -- the words of round/round.h
    covert BOOLEAN NOT NULL,            -- 暗访: nothing of it shows until it is published
    title TEXT NOT NULL,
    basis TEXT NOT NULL,                -- 依据: annual plan, document
    starts_ms BIGINT NOT NULL,
    ends_ms BIGINT NOT NULL,            -- the last day's end
    record_only BOOLEAN NOT NULL,
    lead_unit_id BYTEA,                 -- 牵头单位
    state TEXT NOT NULL,                -- planned | drawn | running | closed | published | cancelled
    reason TEXT,                        -- why it was cancelled
    note TEXT,
    created_by BYTEA,
    created_ms BIGINT NOT NULL,
    drawn_ms BIGINT,
    started_ms BIGINT,
    closed_ms BIGINT,
    published_ms BIGINT,
    published_by BYTEA,
    draw_count BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, lead_unit_id) REFERENCES unit (hq_id, id)
);
CREATE INDEX round_by_start ON round (hq_id, starts_ms, id);
CREATE INDEX round_by_state ON round (hq_id, state, starts_ms, id);

-- The standards' versions it is judged by; none: the one in force at the visit.
CREATE TABLE round_version (
    hq_id BIGINT NOT NULL,
    round_id BYTEA NOT NULL,
    version_id BYTEA NOT NULL,
    PRIMARY KEY (hq_id, round_id, version_id),
    FOREIGN KEY (hq_id, round_id) REFERENCES round (hq_id, id),
    FOREIGN KEY (hq_id, version_id) REFERENCES standard_version (hq_id, id)
);

-- Who walks it. Who leaves stays on record: what they saw before may still arrive.
CREATE TABLE round_person (
    hq_id BIGINT NOT NULL,
    round_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    left_ms BIGINT,
    PRIMARY KEY (hq_id, round_id, person_id),
    FOREIGN KEY (hq_id, round_id) REFERENCES round (hq_id, id),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);
CREATE INDEX round_person_by_person ON round_person (hq_id, person_id, round_id);

CREATE TABLE round_site (
    hq_id BIGINT NOT NULL,
    round_id BYTEA NOT NULL,
    site_id BYTEA NOT NULL,
    origin TEXT NOT NULL,               -- name | rule | draw
    draw_no BIGINT,
    stratum TEXT,
    order_no BIGINT NOT NULL,           -- walking order
    inspector_id BYTEA,                 -- none: anybody of the round
    partner_id BYTEA,
    day_ms BIGINT,                      -- midnight of the day it is planned for
    state TEXT NOT NULL,                -- todo | done | skipped
    reason TEXT,                        -- why it was skipped
    inspection_id BYTEA,                -- the visit that did it
    done_ms BIGINT,
    PRIMARY KEY (hq_id, round_id, site_id),
    FOREIGN KEY (hq_id, round_id) REFERENCES round (hq_id, id),
    FOREIGN KEY (hq_id, site_id) REFERENCES site (hq_id, id)
);
CREATE INDEX round_site_by_order ON round_site (hq_id, round_id, order_no, site_id);
CREATE INDEX round_site_by_inspector ON round_site (hq_id, inspector_id, day_ms) WHERE inspector_id IS NOT NULL;
CREATE INDEX round_site_by_partner ON round_site (hq_id, partner_id, day_ms) WHERE partner_id IS NOT NULL;

-- As score_entry, of rounds not published yet; joined to it at publication.
CREATE TABLE score_held (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    round_id BYTEA NOT NULL,
    inspection_id BYTEA NOT NULL,
    sign BIGINT NOT NULL,
    site_id BYTEA NOT NULL,
    version_id BYTEA NOT NULL,
    category_code TEXT NOT NULL,
    area_code TEXT NOT NULL,
    subject_unit_id BYTEA,
    visit_ms BIGINT NOT NULL,
    earned_e4 BIGINT NOT NULL,
    possible_e4 BIGINT NOT NULL,
    observations BIGINT NOT NULL,
    not_met BIGINT NOT NULL,
    vetoes BIGINT NOT NULL,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, inspection_id, sign),
    FOREIGN KEY (hq_id, inspection_id) REFERENCES inspection (hq_id, id)
);
CREATE INDEX score_held_by_round ON score_held (hq_id, round_id);

CREATE INDEX inspection_held ON inspection (hq_id, visit_ms, id) WHERE held = TRUE;
