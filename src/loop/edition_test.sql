-- What edition_test.c counts and closes.

-- name: edition_test_counts :one
-- in: hq i64
-- out: problems i64, assets i64, reported i64, registered i64, twice i64
SELECT (SELECT COUNT(*) FROM problem WHERE hq_id = :hq) AS problems,
       (SELECT COUNT(DISTINCT asset_id) FROM problem WHERE hq_id = :hq AND asset_id IS NOT NULL) AS assets,
       (SELECT COUNT(*) FROM problem WHERE hq_id = :hq AND state = 'reported') AS reported,
       (SELECT COUNT(*) FROM problem WHERE hq_id = :hq AND state = 'registered') AS registered,
       (SELECT COUNT(*) FROM (SELECT asset_id, description FROM problem WHERE hq_id = :hq AND closed_ms IS NULL
           GROUP BY asset_id, description HAVING COUNT(*) > 1) t) AS twice;

-- name: edition_test_problem :one
-- in: hq i64, asset_id uuid
-- out: state text, source text, limit_kind text, limit_amount i64, criterion_id uuid?
SELECT state, source, limit_kind, limit_amount, criterion_id FROM problem WHERE hq_id = :hq AND asset_id = :asset_id;

-- name: edition_test_close :exec
-- in: hq i64, now_ms i64
UPDATE problem SET state = 'struck_off', closed_ms = :now_ms WHERE hq_id = :hq AND closed_ms IS NULL;
