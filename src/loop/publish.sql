-- What publication asks beside its rooms.

-- name: publish_problems :many
-- in: hq i64, round_id uuid
-- out: id uuid
SELECT id FROM problem WHERE hq_id = :hq AND round_id = :round_id AND held = TRUE ORDER BY reported_ms, number DESC, id;

-- Must touch nothing.
-- name: publish_none_left :exec
-- in: hq i64, round_id uuid
UPDATE problem SET held = TRUE WHERE hq_id = :hq AND round_id = :round_id AND held = TRUE;
