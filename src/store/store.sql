-- store.sql - what the store itself asks: is the database there, and which migrations has it seen.
-- schema_migration belongs to no headquarters; it describes the database as a whole.

-- name: store_ping :one
-- out: n i64
SELECT CAST(1 AS BIGINT) AS n;

-- name: migration_table_there :one
-- out: n i64
SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration';
-- name: migration_table_there :one @pg
SELECT COUNT(*) AS n FROM pg_catalog.pg_class WHERE oid = to_regclass('schema_migration');

-- name: migration_table_make :exec
CREATE TABLE IF NOT EXISTS schema_migration (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 BYTEA NOT NULL
);

-- name: migration_list :many
-- out: number i64, name text, sha256 sha256
SELECT number, name, sha256 FROM schema_migration ORDER BY number;

-- name: migration_add :exec
-- in: number i64, name text, sha256 sha256
INSERT INTO schema_migration (number, name, sha256) VALUES (:number, :name, :sha256);
