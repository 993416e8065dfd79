-- What the test of upgrades asks and does besides; for tests only.

-- The rows were put in as a migration; history must not know of it.
-- name: upgrade_forget_filling :exec
-- in: number i64
DELETE FROM schema_migration WHERE number = :number;

-- name: upgrade_problems :many
-- in: hq i64
-- out: id uuid, state text, unit_id uuid?, number i64, held bool, kind text, events i64, photos i64
SELECT p.id, p.state, p.unit_id, p.number, p.held, p.kind,
       (SELECT COUNT(*) FROM problem_event e WHERE e.hq_id = p.hq_id AND e.problem_id = p.id),
       (SELECT COUNT(*) FROM problem_photo f WHERE f.hq_id = p.hq_id AND f.problem_id = p.id)
FROM problem p WHERE p.hq_id = :hq ORDER BY p.number;

-- name: upgrade_counts :one
-- in: hq i64
-- out: problems i64, events i64, visits i64, held i64, journal i64, people i64, scores i64
SELECT (SELECT COUNT(*) FROM problem WHERE hq_id = :hq), (SELECT COUNT(*) FROM problem_event WHERE hq_id = :hq),
       (SELECT COUNT(*) FROM inspection WHERE hq_id = :hq), (SELECT COUNT(*) FROM inspection WHERE hq_id = :hq AND held = TRUE),
       (SELECT COUNT(*) FROM journal WHERE hq_id = :hq), (SELECT COUNT(*) FROM person WHERE hq_id = :hq),
       (SELECT CAST(SUM(earned_e4) AS BIGINT) FROM score_entry WHERE hq_id = :hq);

-- name: upgrade_photo :one
-- in: hq i64, now i64
-- out: sha256 sha256
SELECT sha256 FROM photo WHERE hq_id = :hq AND at_ms < :now ORDER BY sha256 LIMIT 1;

-- name: upgrade_person :one
-- in: hq i64, now i64
-- out: id uuid
SELECT id FROM person WHERE hq_id = :hq AND (left_ms IS NULL OR left_ms > :now) ORDER BY order_no, id LIMIT 1;
