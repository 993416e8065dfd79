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

-- ---- leases ----

-- name: lease_take :exec
-- in: hq i64, name text, holder uuid, now i64, until i64
INSERT INTO lease (hq_id, name, holder, epoch, until_ms) VALUES (:hq, :name, :holder, 1, :until)
ON CONFLICT (hq_id, name) DO UPDATE SET
    holder = excluded.holder,
    epoch = CASE WHEN lease.holder = excluded.holder THEN lease.epoch ELSE lease.epoch + 1 END,
    until_ms = excluded.until_ms
WHERE lease.holder = excluded.holder OR lease.until_ms < :now;

-- name: lease_by_name :one
-- in: hq i64, name text
-- out: holder uuid, epoch i64, until_ms i64
SELECT holder, epoch, until_ms FROM lease WHERE hq_id = :hq AND name = :name;

-- name: lease_leave :exec
-- in: hq i64, name text, holder uuid
UPDATE lease SET until_ms = 0 WHERE hq_id = :hq AND name = :name AND holder = :holder;
