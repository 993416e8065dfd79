-- What the hub of event streams reads of the outbox: everybody's committed events, in order of time.

-- name: outbox_after :many
-- in: hq i64, at_ms i64, id uuid
-- out: id uuid, at_ms i64, topic text, subject_kind text, subject_id uuid?, payload text?
SELECT id, at_ms, topic, subject_kind, subject_id, payload
FROM outbox WHERE hq_id = :hq AND (at_ms, id) > (:at_ms, :id)
ORDER BY at_ms, id LIMIT 500;

-- name: outbox_by_id :one
-- in: hq i64, id uuid
-- out: at_ms i64
SELECT at_ms FROM outbox WHERE hq_id = :hq AND id = :id;
