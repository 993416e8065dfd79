-- Photographs, known by the SHA-256 of their original bytes. The bytes lie in the media store and were complete
-- there before the row was written.

CREATE TABLE photo (
    hq_id BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    bytes BIGINT NOT NULL,
    format TEXT NOT NULL,               -- jpeg | png | webp | heic
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    taken_ms BIGINT,                    -- EXIF
    taken_zone_known BOOLEAN NOT NULL DEFAULT FALSE,
    lon_e7 BIGINT,                      -- EXIF
    lat_e7 BIGINT,
    camera TEXT,
    dhash BIGINT,
    at_ms BIGINT NOT NULL,              -- server time of first arrival
    PRIMARY KEY (hq_id, sha256)
);

-- Who has brought it, and when: each is answered by his own row, so that nobody learns of another's.
CREATE TABLE photo_upload (
    hq_id BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    person_id BYTEA NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (hq_id, sha256, person_id),
    FOREIGN KEY (hq_id, sha256) REFERENCES photo (hq_id, sha256),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);
CREATE INDEX photo_upload_by_person ON photo_upload (hq_id, person_id, at_ms);
