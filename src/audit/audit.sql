-- audit.sql - the journal read in order and its seals.

-- ---- sealing ----

-- name: journal_unsealed :many
-- in: hq i64, before i64, n i64
-- out: id uuid, at_ms i64, actor_id uuid?, origin text, kind text, content sha256, subject_kind text, subject_id uuid?, detail text?
SELECT id, at_ms, actor_id, origin, kind, content, subject_kind, subject_id, detail
FROM journal WHERE hq_id = :hq AND seal_seq IS NULL AND at_ms < :before
ORDER BY at_ms, id LIMIT :n;
-- SQLite knows no figures of a fresh file and would walk the whole journal by time, every second.
-- name: journal_unsealed :many @sqlite
SELECT id, at_ms, actor_id, origin, kind, content, subject_kind, subject_id, detail
FROM journal INDEXED BY journal_unsealed WHERE hq_id = :hq AND seal_seq IS NULL AND at_ms < :before
ORDER BY at_ms, id LIMIT :n;

-- In no order: the check sorts by id, and asking for (at_ms, id) would tempt SQLite to the index by time.
-- name: journal_of_seal :many
-- in: hq i64, seq i64
-- out: like journal_unsealed
SELECT id, at_ms, actor_id, origin, kind, content, subject_kind, subject_id, detail
FROM journal WHERE hq_id = :hq AND seal_seq = :seq;

-- name: journal_mark_sealed :exec
-- in: hq i64, seq i64, at_ms i64, id uuid
UPDATE journal SET seal_seq = :seq
WHERE hq_id = :hq AND seal_seq IS NULL AND (at_ms, id) <= (:at_ms, :id);

-- name: seal_last :one
-- in: hq i64
-- out: seq i64, hash sha256
SELECT seq, hash FROM journal_seal WHERE hq_id = :hq ORDER BY seq DESC LIMIT 1;

-- A holder whose lease has passed to another finds no row here and seals nothing.
-- name: seal_add :exec
-- in: hq i64, seq i64, entries i64, previous sha256, hash sha256, leaves blob, at_ms i64, lease text, holder uuid, epoch i64
INSERT INTO journal_seal (hq_id, seq, entries, previous, hash, leaves, epoch, at_ms)
SELECT l.hq_id, :seq, :entries, :previous, :hash, :leaves, l.epoch, :at_ms
FROM lease l WHERE l.hq_id = :hq AND l.name = :lease AND l.holder = :holder AND l.epoch = :epoch;

-- ---- verifying ----

-- name: seal_page :many
-- in: hq i64, after i64, n i64
-- out: seq i64, entries i64, previous sha256, hash sha256, leaves blob, epoch i64, at_ms i64
SELECT seq, entries, previous, hash, leaves, epoch, at_ms
FROM journal_seal WHERE hq_id = :hq AND seq > :after ORDER BY seq LIMIT :n;

-- name: journal_stray :many
-- in: hq i64, n i64
-- out: id uuid, at_ms i64, seal_seq i64
SELECT j.id, j.at_ms, j.seal_seq
FROM journal j
WHERE j.hq_id = :hq AND j.seal_seq IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM journal_seal s WHERE s.hq_id = j.hq_id AND s.seq = j.seal_seq)
ORDER BY j.seal_seq, j.at_ms, j.id LIMIT :n;

-- name: journal_tail :one
-- in: hq i64
-- out: n i64, oldest_ms i64?
SELECT COUNT(*) AS n, MIN(at_ms) AS oldest_ms FROM journal WHERE hq_id = :hq AND seal_seq IS NULL;

-- ---- reading it ----

-- name: journal_list :many
-- in: hq i64, from_ms i64?, to_ms i64?, actor_id uuid?, kind text?, key_ms i64?, key_id uuid, n i64
-- out: id uuid, at_ms i64, actor_id uuid?, actor_name text?, origin text, kind text, subject_kind text, subject_id uuid?, detail text?, seal_seq i64?
SELECT j.id, j.at_ms, j.actor_id, p.name AS actor_name, j.origin, j.kind, j.subject_kind, j.subject_id, j.detail,
       j.seal_seq
FROM journal j LEFT JOIN person p ON p.hq_id = j.hq_id AND p.id = j.actor_id
WHERE j.hq_id = :hq
  [[key_ms: AND (j.at_ms, j.id) < (:key_ms, :key_id)]]
  [[from_ms: AND j.at_ms >= :from_ms]] [[to_ms: AND j.at_ms < :to_ms]]
  [[actor_id: AND j.actor_id = :actor_id]] [[kind: AND j.kind = :kind]]
ORDER BY j.at_ms DESC, j.id DESC LIMIT :n;
