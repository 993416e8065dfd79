-- Links to answer one case (回复链接): for one recipient, for a while. The link's secret part is not stored.

CREATE TABLE reply_link (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    problem_id BYTEA NOT NULL,
    person_id BYTEA NOT NULL,           -- the recipient
    created_by BYTEA NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    ended_ms BIGINT,                    -- withdrawn, answered, or too many wrong tries
    end_reason TEXT,                    -- withdrawn | answered | tries
    tries BIGINT NOT NULL DEFAULT 0,    -- wrong ones
    device_hash BYTEA,                  -- SHA-256 of the cookie of the device the recipient confirmed on
    opened_ms BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);
CREATE INDEX reply_link_by_problem ON reply_link (hq_id, problem_id, created_ms);
