-- Backup and restore: what a database consists of. These queries are about the database as a whole, so those on
-- catalogues name no headquarters. `headquarters` in backup_count stands for any table: backup_facts.c puts the
-- name in, as the catalogue gives it.

-- name: backup_tables :many
-- out: name text
SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name;
-- name: backup_tables :many @pg
SELECT CAST(tablename AS TEXT) AS name FROM pg_catalog.pg_tables WHERE schemaname = current_schema()
ORDER BY tablename;

-- name: backup_count :one
-- out: n i64
SELECT COUNT(*) AS n FROM headquarters;

-- name: backup_headquarters :many
-- out: hq_id i64
SELECT hq_id FROM headquarters ORDER BY hq_id;

-- name: backup_journal_head :one
-- in: hq i64
-- out: seq i64, hash sha256
SELECT seq, hash FROM journal_seal WHERE hq_id = :hq ORDER BY seq DESC LIMIT 1;

-- name: backup_photos :many
-- in: hq i64, after sha256, row_limit i64
-- out: sha256 sha256
SELECT sha256 FROM photo WHERE hq_id = :hq AND sha256 > :after ORDER BY sha256 LIMIT :row_limit;

-- A name under which another connection (pg_dump) sees what this one sees.
-- name: backup_snapshot :one
-- out: name text
SELECT '' AS name;
-- name: backup_snapshot :one @pg
SELECT pg_export_snapshot() AS name;
