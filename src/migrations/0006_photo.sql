-- Photographs, known by the SHA-256 of their original bytes. The bytes lie in the media store.

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
    uploaded_by BYTEA,
    at_ms BIGINT NOT NULL,              -- server time of arrival
    PRIMARY KEY (hq_id, sha256)
);
CREATE INDEX photo_by_uploader ON photo (hq_id, uploaded_by, at_ms);
