-- store_bad_test.sql - declarations that are wrong, each in one way; the contract check must refuse every one.

-- name: bad_swapped :many
-- in: hq i64
-- out: txt text, opt_txt text?
SELECT opt_txt, txt FROM thing WHERE hq_id = :hq;

-- name: bad_count :many
-- in: hq i64
-- out: txt text
SELECT txt, n FROM thing WHERE hq_id = :hq;

-- name: bad_class :many
-- in: hq i64
-- out: n text
SELECT n FROM thing WHERE hq_id = :hq;

-- name: bad_variant :many
-- in: hq i64, word text?
-- out: n i64
SELECT n FROM thing WHERE hq_id = :hq [[word: AND no_such_column = :word]];

-- name: bad_table :exec
-- in: hq i64
DELETE FROM no_such_table WHERE hq_id = :hq;
