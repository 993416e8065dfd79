-- store_test.sql - queries of the store's own tests; `thing` has a column of every type.

-- name: thing_add :exec
-- in: hq i64, id uuid, n i64, f f64, yes bool, txt text, raw blob, hash sha256
-- in: opt_n i64?, opt_yes bool?, opt_txt text?, opt_raw blob?, opt_id uuid?, opt_hash sha256?
INSERT INTO thing (hq_id, id, n, f, yes, txt, raw, hash, opt_n, opt_yes, opt_txt, opt_raw, opt_id, opt_hash)
VALUES (:hq, :id, :n, :f, :yes, :txt, :raw, :hash, :opt_n, :opt_yes, :opt_txt, :opt_raw, :opt_id, :opt_hash);

-- name: thing_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, n i64, f f64, yes bool, txt text, raw blob, hash sha256
-- out: opt_n i64?, opt_yes bool?, opt_txt text?, opt_raw blob?, opt_id uuid?, opt_hash sha256?
SELECT id, n, f, yes, txt, raw, hash, opt_n, opt_yes, opt_txt, opt_raw, opt_id, opt_hash
FROM thing WHERE hq_id = :hq AND id = :id;

-- name: thing_search :many
-- in: hq i64, least i64?, word text?, opt_id uuid?, done bool?, lim i64
-- out: like thing_by_id
SELECT id, n, f, yes, txt, raw, hash, opt_n, opt_yes, opt_txt, opt_raw, opt_id, opt_hash
FROM thing WHERE hq_id = :hq
[[least: AND n >= :least ]] [[word: AND txt LIKE :word ESCAPE '!' -- a comment; with :colons
]] [[opt_id! AND opt_id IS NULL]] [[opt_id: AND opt_id = :opt_id]] [[done: AND yes = :done]]
ORDER BY n, id LIMIT :lim;

-- name: thing_count :one
-- in: hq i64
-- out: n i64, largest i64?
SELECT COUNT(*) AS n, MAX(n) AS largest FROM thing WHERE hq_id = :hq;

-- name: thing_names :many
-- in: hq i64
-- out: txt text
SELECT txt FROM thing WHERE hq_id = :hq ORDER BY txt;

-- name: thing_one_of_many :one
-- in: hq i64
-- out: n i64
SELECT n FROM thing WHERE hq_id = :hq;

-- name: thing_null_as_text :many
-- in: hq i64
-- out: opt_txt text
SELECT opt_txt FROM thing WHERE hq_id = :hq;

-- name: thing_set_all :exec
-- in: hq i64, n i64
UPDATE thing SET n = :n WHERE hq_id = :hq;

-- name: thing_must_be :exec
-- in: hq i64, id uuid
SELECT n FROM thing WHERE hq_id = :hq AND id = :id;

-- name: counter_add :exec
-- in: hq i64, id i64
INSERT INTO counter (hq_id, id, value, version) VALUES (:hq, :id, 0, 1);

-- name: counter_add_if_absent :exec
-- in: hq i64, id i64
INSERT INTO counter (hq_id, id, value, version) VALUES (:hq, :id, 0, 1) ON CONFLICT (hq_id, id) DO NOTHING;

-- name: counter_by_id :one
-- in: hq i64, id i64
-- out: value i64, version i64
SELECT value, version FROM counter WHERE hq_id = :hq AND id = :id;

-- name: counter_set :exec
-- in: hq i64, id i64, value i64, version i64
UPDATE counter SET value = :value, version = version + 1 WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: counter_bump :exec
-- in: hq i64, id i64
UPDATE counter SET value = value + 1 WHERE hq_id = :hq AND id = :id;

-- name: slow_add :exec
-- in: hq i64, id i64
INSERT INTO slow (hq_id, id) VALUES (:hq, :id);

-- Ends the sessions of this database that are committing, or (word given) all but this one.
-- name: sessions_end :one
-- in: everybody bool
-- out: n i64
SELECT CAST(0 AS BIGINT) AS n WHERE :everybody = TRUE OR 1 = 1;
-- name: sessions_end :one @pg
SELECT COUNT(pg_terminate_backend(pid)) AS n FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
AND (:everybody OR (query = 'COMMIT' AND state = 'active'));
