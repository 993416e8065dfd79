-- auth_test.sql - for tests only.

-- name: account_test_must_change :exec
-- in: hq i64, person_id uuid
UPDATE account SET must_change = TRUE WHERE hq_id = :hq AND person_id = :person_id;
