-- What only the command line asks.

-- name: cli_accounts :many
-- in: hq i64
-- out: login text, name text, unit_name text, closed_ms i64?
SELECT a.login, p.name, u.name AS unit_name, a.closed_ms
FROM account a
JOIN person p ON p.hq_id = a.hq_id AND p.id = a.person_id
JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE a.hq_id = :hq ORDER BY a.login;

-- name: cli_account :one
-- in: hq i64, login text
-- out: person_id uuid
SELECT person_id FROM account WHERE hq_id = :hq AND login = :login;
