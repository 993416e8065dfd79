-- What evidence_test.c does to rows that the product never does.

-- name: test_forget_prints :exec
-- in: hq i64
DELETE FROM photo_print WHERE hq_id = :hq;

-- name: test_forget_versions :exec
-- in: hq i64
UPDATE photo SET print_version = NULL WHERE hq_id = :hq;

-- name: test_versions :many
-- in: hq i64
-- out: sha256 sha256, print_version i64?
SELECT sha256, print_version FROM photo WHERE hq_id = :hq ORDER BY sha256;
