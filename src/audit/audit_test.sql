-- audit_test.sql - what somebody with the database in hand might do to the journal; for tests only.

-- name: tamper_detail :exec
-- in: hq i64, id uuid, detail text?
UPDATE journal SET detail = :detail WHERE hq_id = :hq AND id = :id;

-- name: tamper_actor :exec
-- in: hq i64, id uuid, actor_id uuid?
UPDATE journal SET actor_id = :actor_id WHERE hq_id = :hq AND id = :id;

-- name: tamper_time :exec
-- in: hq i64, id uuid, at_ms i64
UPDATE journal SET at_ms = :at_ms WHERE hq_id = :hq AND id = :id;

-- name: tamper_delete :exec
-- in: hq i64, id uuid
DELETE FROM journal WHERE hq_id = :hq AND id = :id;

-- name: tamper_move :exec
-- in: hq i64, id uuid, seq i64?
UPDATE journal SET seal_seq = :seq WHERE hq_id = :hq AND id = :id;

-- name: tamper_insert :exec
-- in: hq i64, id uuid, at_ms i64, seq i64?
INSERT INTO journal (hq_id, id, at_ms, origin, kind, content, subject_kind, seal_seq)
SELECT hq_id, :id, :at_ms, origin, kind, content, subject_kind, :seq FROM journal
WHERE hq_id = :hq ORDER BY at_ms, id LIMIT 1;

-- name: tamper_seal :exec
-- in: hq i64, seq i64, hash sha256
UPDATE journal_seal SET hash = :hash WHERE hq_id = :hq AND seq = :seq;

-- name: tamper_seal_delete :exec
-- in: hq i64, seq i64
DELETE FROM journal_seal WHERE hq_id = :hq AND seq = :seq;

-- name: tamper_unseal :exec
-- in: hq i64, seq i64
UPDATE journal SET seal_seq = NULL WHERE hq_id = :hq AND seal_seq = :seq;

-- name: sealed_ids :many
-- in: hq i64, seq i64
-- out: id uuid
SELECT id FROM journal WHERE hq_id = :hq AND seal_seq = :seq ORDER BY at_ms, id;
