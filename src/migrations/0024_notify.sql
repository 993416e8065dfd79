-- Notices (通知) and their way out: mail, short message, group robots; what each person chose.

CREATE TABLE notice (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,                  -- named after the event, the rule and the person: never twice
    person_id BYTEA NOT NULL,
    rule TEXT NOT NULL,                 -- dispatch | return | light_red …
    urgent BOOLEAN NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BYTEA,
    text_zh TEXT NOT NULL,              -- no personal data
    text_en TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    read_ms BIGINT,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);
CREATE INDEX notice_by_person ON notice (hq_id, person_id, at_ms, id);
CREATE INDEX notice_unread ON notice (hq_id, person_id, at_ms, id) WHERE read_ms IS NULL;

-- Outbox rows that became notices already, kept as long as the gatherer looks back.
CREATE TABLE notice_seen (
    hq_id BIGINT NOT NULL,
    event_id BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, event_id)
);
CREATE INDEX notice_seen_by_time ON notice_seen (hq_id, at_ms);

CREATE TABLE notice_cursor (
    hq_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, name)
);

CREATE TABLE notice_channel (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    kind TEXT NOT NULL,                 -- mail | sms | wecom | dingtalk | feishu
    target TEXT NOT NULL,               -- people | group (a robot in one group chat)
    name TEXT NOT NULL,
    settings TEXT NOT NULL,             -- JSON: address, sender, ids; no secret
    secret_sealed BYTEA,                -- privacy/
    rules TEXT NOT NULL,                -- a group's: the rules it hears of, ' ' between
    area_code TEXT,                     -- a group's: only of this area
    unit_id BYTEA,                      -- a group's: only of this unit
    enabled BOOLEAN NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id)
);

-- Where a person is reached besides the telephone number of the register.
CREATE TABLE notice_address (
    hq_id BIGINT NOT NULL,
    person_id BYTEA NOT NULL,
    kind TEXT NOT NULL,                 -- mail | wecom | dingtalk | feishu
    address_sealed BYTEA NOT NULL,
    address_masked TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, person_id, kind),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);

CREATE TABLE notice_choice (
    hq_id BIGINT NOT NULL,
    person_id BYTEA NOT NULL,
    kinds TEXT NOT NULL,                -- ways out that are wanted, ' ' between
    muted TEXT NOT NULL,                -- rules kept inside, ' ' between
    digest TEXT NOT NULL,               -- now | hourly | daily
    daily_min BIGINT NOT NULL,          -- minute of the day of the daily digest
    quiet_from_min BIGINT NOT NULL,
    quiet_to_min BIGINT NOT NULL,       -- the same: no quiet hours
    urgent_passes BOOLEAN NOT NULL,
    lang TEXT NOT NULL,                 -- zh | en
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, person_id),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);

-- One message to one recipient. A recipient has one open parcel per channel, so that they arrive in order.
CREATE TABLE notice_parcel (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,                  -- also the message's own id, for whoever can tell a repeat
    channel_id BYTEA NOT NULL,
    recipient_id BYTEA NOT NULL,        -- a person, or the channel itself where it is a group
    state TEXT NOT NULL,                -- waiting | sending | sent | failed | unsure
    attempts BIGINT NOT NULL DEFAULT 0,
    next_ms BIGINT NOT NULL,
    made_ms BIGINT NOT NULL,
    begun_ms BIGINT,
    ended_ms BIGINT,
    error TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, channel_id) REFERENCES notice_channel (hq_id, id)
);
CREATE UNIQUE INDEX notice_parcel_open ON notice_parcel (hq_id, channel_id, recipient_id) WHERE state IN ('waiting', 'sending');
CREATE INDEX notice_parcel_due ON notice_parcel (hq_id, state, next_ms, id);
CREATE INDEX notice_parcel_by_time ON notice_parcel (hq_id, made_ms, id);

-- What goes out to whom by which channel, and when at the earliest.
CREATE TABLE notice_delivery (
    hq_id BIGINT NOT NULL,
    channel_id BYTEA NOT NULL,
    recipient_id BYTEA NOT NULL,
    notice_id BYTEA NOT NULL,           -- of a person; a group's is named like it and has its words here
    text_zh TEXT NOT NULL,
    text_en TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    not_before_ms BIGINT NOT NULL,
    parcel_id BYTEA,
    PRIMARY KEY (hq_id, channel_id, recipient_id, notice_id),
    FOREIGN KEY (hq_id, channel_id) REFERENCES notice_channel (hq_id, id),
    FOREIGN KEY (hq_id, parcel_id) REFERENCES notice_parcel (hq_id, id)
);
CREATE INDEX notice_delivery_due ON notice_delivery (hq_id, not_before_ms, channel_id, recipient_id) WHERE parcel_id IS NULL;
CREATE INDEX notice_delivery_by_parcel ON notice_delivery (hq_id, parcel_id, at_ms);
