-- Queries of the executor: the journal row that remembers a command, the outbox, serials.

-- name: journal_by_id :one
-- in: hq i64, id uuid
-- out: actor_id uuid?, kind text, content sha256, subject_kind text, subject_id uuid?
SELECT actor_id, kind, content, subject_kind, subject_id
FROM journal WHERE hq_id = :hq AND id = :id;

-- name: journal_add :exec
-- in: hq i64, id uuid, at_ms i64, actor_id uuid?, origin text, kind text, content sha256, subject_kind text, subject_id uuid?, detail text?
INSERT INTO journal (hq_id, id, at_ms, actor_id, origin, kind, content, subject_kind, subject_id, detail)
VALUES (:hq, :id, :at_ms, :actor_id, :origin, :kind, :content, :subject_kind, :subject_id, :detail);

-- name: outbox_add :exec
-- in: hq i64, id uuid, at_ms i64, topic text, subject_kind text, subject_id uuid?, payload text?
INSERT INTO outbox (hq_id, id, at_ms, topic, subject_kind, subject_id, payload)
VALUES (:hq, :id, :at_ms, :topic, :subject_kind, :subject_id, :payload);

-- name: serial_next :exec
-- in: hq i64, name text, year i64
INSERT INTO serial (hq_id, name, year, value) VALUES (:hq, :name, :year, 1)
ON CONFLICT (hq_id, name, year) DO UPDATE SET value = serial.value + 1;
