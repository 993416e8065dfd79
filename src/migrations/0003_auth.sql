-- Accounts, what they may do, sessions, invitations.

CREATE TABLE account (
    hq_id BIGINT NOT NULL,
    person_id BYTEA NOT NULL,
    login TEXT NOT NULL,                -- folded: lower case, NFKC
    password_hash TEXT,                 -- Argon2id; NULL: invited, not yet set
    password_ms BIGINT,
    password_history TEXT NOT NULL DEFAULT '[]', -- JSON: hashes no new password may match, newest first
    must_change BOOLEAN NOT NULL DEFAULT FALSE,
    failures BIGINT NOT NULL DEFAULT 0,
    locked_until_ms BIGINT,
    closed_ms BIGINT,                   -- left (离任)
    session_epoch BIGINT NOT NULL DEFAULT 1, -- sessions of an older epoch are void
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, person_id),
    UNIQUE (hq_id, login),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);

-- A role or an office permission, granted to a person from–to. Withdrawn by ending it.
CREATE TABLE role_grant (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    role TEXT NOT NULL,                 -- a name of auth/policy.h: roles and grants
    area_code TEXT,                     -- limits a grid worker or leader to an area
    from_ms BIGINT NOT NULL,
    to_ms BIGINT,
    granted_by BYTEA,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);
CREATE INDEX role_grant_by_person ON role_grant (hq_id, person_id, from_ms);

CREATE TABLE session (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,          -- SHA-256; the token itself is never stored
    person_id BYTEA NOT NULL,
    kind TEXT NOT NULL,                 -- cookie | bearer
    epoch BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,            -- coarse: written every few minutes of use
    expires_ms BIGINT NOT NULL,
    ended_ms BIGINT,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, token_hash),
    FOREIGN KEY (hq_id, person_id) REFERENCES account (hq_id, person_id)
);
CREATE INDEX session_by_person ON session (hq_id, person_id, created_ms);
CREATE INDEX session_by_expiry ON session (hq_id, expires_ms);

CREATE TABLE invitation (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    purpose TEXT NOT NULL,              -- invite | reset
    token_hash BYTEA NOT NULL,
    created_by BYTEA,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,         -- moved to now when a newer one takes its place
    used_ms BIGINT,
    PRIMARY KEY (hq_id, id),
    UNIQUE (hq_id, token_hash),
    FOREIGN KEY (hq_id, person_id) REFERENCES account (hq_id, person_id)
);
CREATE INDEX invitation_by_person ON invitation (hq_id, person_id, created_ms);
