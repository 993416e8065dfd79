-- Prints of photographs: the ones searched among, the ones still to be made.

-- name: print_keys_after :many
-- in: hq i64, after i64, row_limit i64
-- out: number i64, keys blob
SELECT number, keys FROM photo_print WHERE hq_id = :hq AND number > :after ORDER BY number LIMIT :row_limit;

-- name: print_by_sha256 :one
-- in: hq i64, sha256 sha256
-- out: number i64, marks blob, grid blob
SELECT number, marks, grid FROM photo_print WHERE hq_id = :hq AND sha256 = :sha256;

-- name: print_by_number :one
-- in: hq i64, number i64
-- out: sha256 sha256, marks blob, grid blob
SELECT sha256, marks, grid FROM photo_print WHERE hq_id = :hq AND number = :number;

-- name: photos_unprinted :many
-- in: hq i64, row_limit i64
-- out: sha256 sha256
SELECT sha256 FROM photo WHERE hq_id = :hq AND print_version IS NULL ORDER BY sha256 LIMIT :row_limit;
