-- Photographs: what is known of one, its arrival, and the walk over all that a backup needs.

-- name: photo_by_sha256 :one
-- in: hq i64, sha256 sha256, me uuid?
-- out: bytes i64, format text, width i64, height i64, taken_ms i64?, lon_e7 i64?, lat_e7 i64?, at_ms i64, mine_ms i64?
SELECT p.bytes, p.format, p.width, p.height, p.taken_ms, p.lon_e7, p.lat_e7, p.at_ms, u.at_ms AS mine_ms
FROM photo p
LEFT JOIN photo_upload u ON u.hq_id = p.hq_id AND u.sha256 = p.sha256 AND u.person_id = :me
WHERE p.hq_id = :hq AND p.sha256 = :sha256;

-- name: photo_add :exec
-- in: hq i64, sha256 sha256, bytes i64, format text, width i64, height i64, taken_ms i64?, taken_zone_known bool, lon_e7 i64?, lat_e7 i64?, camera text?, dhash i64, print_version i64, at_ms i64
INSERT INTO photo (hq_id, sha256, bytes, format, width, height, taken_ms, taken_zone_known, lon_e7, lat_e7, camera,
    dhash, print_version, at_ms)
VALUES (:hq, :sha256, :bytes, :format, :width, :height, :taken_ms, :taken_zone_known, :lon_e7, :lat_e7, :camera,
    :dhash, :print_version, :at_ms)
ON CONFLICT (hq_id, sha256) DO NOTHING;

-- name: photo_upload_add :exec
-- in: hq i64, sha256 sha256, person uuid, at_ms i64
INSERT INTO photo_upload (hq_id, sha256, person_id, at_ms) VALUES (:hq, :sha256, :person, :at_ms)
ON CONFLICT (hq_id, sha256, person_id) DO NOTHING;

-- name: photo_print_add :exec
-- in: hq i64, sha256 sha256, keys blob, marks blob, grid blob
INSERT INTO photo_print (hq_id, number, sha256, keys, marks, grid)
VALUES (:hq, (SELECT value FROM serial WHERE hq_id = :hq AND name = 'photo_print' AND year = 0), :sha256, :keys, :marks,
    :grid)
ON CONFLICT (hq_id, sha256) DO NOTHING;

-- name: photo_printed :exec
-- in: hq i64, sha256 sha256, version i64
UPDATE photo SET print_version = :version WHERE hq_id = :hq AND sha256 = :sha256 AND print_version IS NULL;
