-- For backup_test.c. `headquarters` and `quote(hq_id)` stand for any table and all its columns.

-- name: test_headquarters_add :exec
-- in: hq i64
INSERT INTO headquarters (hq_id, code, name, created_ms) VALUES (:hq, '350212', '测试指挥部', 0);

-- name: test_columns :many
-- in: tab text
-- out: name text
SELECT name FROM pragma_table_info(:tab) ORDER BY cid;
-- name: test_columns :many @pg
SELECT CAST(column_name AS TEXT) AS name FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = :tab ORDER BY ordinal_position;

-- name: test_rows :many
-- out: line text
SELECT quote(hq_id) AS line FROM headquarters ORDER BY 1;
-- name: test_rows :many @pg
SELECT CAST(x AS TEXT) AS line FROM headquarters x ORDER BY 1;
