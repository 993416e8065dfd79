-- auth.sql - accounts, grants, sessions, invitations.

-- ---- who is it ----

-- name: session_by_token :one
-- in: hq i64, token_hash sha256
-- out: id uuid, kind text, epoch i64, seen_ms i64, expires_ms i64, ended_ms i64?, person_id uuid, account_epoch i64, must_change bool, closed_ms i64?, name text, left_ms i64?, unit_id uuid, unit_area text?
SELECT s.id, s.kind, s.epoch, s.seen_ms, s.expires_ms, s.ended_ms, s.person_id, a.session_epoch AS account_epoch,
       a.must_change, a.closed_ms, p.name, p.left_ms, p.unit_id, u.area_code AS unit_area
FROM session s
JOIN account a ON a.hq_id = s.hq_id AND a.person_id = s.person_id
JOIN person p ON p.hq_id = s.hq_id AND p.id = s.person_id
JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE s.hq_id = :hq AND s.token_hash = :token_hash;

-- name: grants_in_force :many
-- in: hq i64, person_id uuid, now i64
-- out: role text, area_code text?
SELECT role, area_code FROM role_grant
WHERE hq_id = :hq AND person_id = :person_id AND from_ms <= :now AND (to_ms IS NULL OR to_ms > :now)
ORDER BY from_ms DESC, id DESC;

-- name: auth_unit_name :one
-- in: hq i64, id uuid
-- out: name text
SELECT name FROM unit WHERE hq_id = :hq AND id = :id;

-- name: auth_unit_area :one
-- in: hq i64, id uuid
-- out: area_code text?
SELECT area_code FROM unit WHERE hq_id = :hq AND id = :id;

-- ---- sessions ----

-- name: session_add :exec
-- in: hq i64, id uuid, token_hash sha256, person_id uuid, kind text, epoch i64, now i64, expires_ms i64
INSERT INTO session (hq_id, id, token_hash, person_id, kind, epoch, created_ms, seen_ms, expires_ms)
VALUES (:hq, :id, :token_hash, :person_id, :kind, :epoch, :now, :now, :expires_ms);

-- name: session_end :exec
-- in: hq i64, id uuid, now i64
UPDATE session SET ended_ms = :now WHERE hq_id = :hq AND id = :id AND ended_ms IS NULL;

-- name: session_seen :exec
-- in: hq i64, id uuid, seen_ms i64
UPDATE session SET seen_ms = :seen_ms WHERE hq_id = :hq AND id = :id AND seen_ms < :seen_ms;

-- name: session_keep :exec
-- in: hq i64, id uuid, epoch i64
UPDATE session SET epoch = :epoch WHERE hq_id = :hq AND id = :id;

-- name: session_forget_old :exec
-- in: hq i64, before i64
DELETE FROM session WHERE hq_id = :hq AND expires_ms < :before;

-- name: invitation_forget_old :exec
-- in: hq i64, before i64
DELETE FROM invitation WHERE hq_id = :hq AND expires_ms < :before;

-- ---- accounts ----

-- name: account_by_login :one
-- in: hq i64, login text
-- out: person_id uuid, login text, password_hash text?, password_history text, must_change bool, failures i64, locked_until_ms i64?, closed_ms i64?, session_epoch i64, version i64, name text, left_ms i64?, unit_id uuid
SELECT a.person_id, a.login, a.password_hash, a.password_history, a.must_change, a.failures, a.locked_until_ms,
       a.closed_ms, a.session_epoch, a.version, p.name, p.left_ms, p.unit_id
FROM account a JOIN person p ON p.hq_id = a.hq_id AND p.id = a.person_id
WHERE a.hq_id = :hq AND a.login = :login;

-- name: account_by_person :one
-- in: hq i64, person_id uuid
-- out: like account_by_login
SELECT a.person_id, a.login, a.password_hash, a.password_history, a.must_change, a.failures, a.locked_until_ms,
       a.closed_ms, a.session_epoch, a.version, p.name, p.left_ms, p.unit_id
FROM account a JOIN person p ON p.hq_id = a.hq_id AND p.id = a.person_id
WHERE a.hq_id = :hq AND a.person_id = :person_id;

-- name: account_any :one
-- in: hq i64
-- out: person_id uuid
SELECT person_id FROM account WHERE hq_id = :hq LIMIT 1;

-- name: auth_person :one
-- in: hq i64, id uuid
-- out: name text, unit_id uuid, left_ms i64?
SELECT name, unit_id, left_ms FROM person WHERE hq_id = :hq AND id = :id;

-- name: account_list :many
-- in: hq i64, after text?, q text?, n i64
-- out: person_id uuid, login text, password_hash text?, locked_until_ms i64?, closed_ms i64?, name text, unit_id uuid, unit_name text
SELECT a.person_id, a.login, a.password_hash, a.locked_until_ms, a.closed_ms, p.name, p.unit_id, u.name AS unit_name
FROM account a
JOIN person p ON p.hq_id = a.hq_id AND p.id = a.person_id
JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE a.hq_id = :hq [[after: AND a.login > :after]]
  [[q: AND (a.login LIKE :q ESCAPE '!' OR p.search_text LIKE :q ESCAPE '!')]]
ORDER BY a.login LIMIT :n;

-- name: account_list_grants :many
-- in: hq i64, first text, last text, q text?, now i64
-- out: person_id uuid, role text
SELECT g.person_id, g.role
FROM account a
JOIN person p ON p.hq_id = a.hq_id AND p.id = a.person_id
JOIN role_grant g ON g.hq_id = a.hq_id AND g.person_id = a.person_id
WHERE a.hq_id = :hq AND a.login >= :first AND a.login <= :last
  [[q: AND (a.login LIKE :q ESCAPE '!' OR p.search_text LIKE :q ESCAPE '!')]]
  AND g.from_ms <= :now AND (g.to_ms IS NULL OR g.to_ms > :now)
ORDER BY a.login, g.from_ms, g.id;

-- name: account_add :exec
-- in: hq i64, person_id uuid, login text, password_hash text?, password_ms i64?, password_history text, must_change bool
INSERT INTO account (hq_id, person_id, login, password_hash, password_ms, password_history, must_change)
VALUES (:hq, :person_id, :login, :password_hash, :password_ms, :password_history, :must_change);

-- name: account_reopen :exec
-- in: hq i64, person_id uuid, login text, version i64
UPDATE account SET login = :login, password_hash = NULL, closed_ms = NULL, failures = 0, locked_until_ms = NULL,
       must_change = FALSE, session_epoch = session_epoch + 1, version = version + 1
WHERE hq_id = :hq AND person_id = :person_id AND version = :version AND closed_ms IS NOT NULL;

-- A failure after a lock-out has run off counts from one again.
-- name: account_failed :exec
-- in: hq i64, person_id uuid, now i64, most i64, until i64
UPDATE account SET
    failures = CASE WHEN locked_until_ms IS NOT NULL AND locked_until_ms <= :now THEN 1 ELSE failures + 1 END,
    locked_until_ms = CASE
        WHEN locked_until_ms IS NOT NULL AND locked_until_ms > :now THEN locked_until_ms
        WHEN locked_until_ms IS NULL AND failures + 1 >= :most THEN :until
        ELSE NULL END
WHERE hq_id = :hq AND person_id = :person_id;

-- A right password counts only while the account is not locked: guesses sent all at once meet this row one by one.
-- name: account_signed_in :exec
-- in: hq i64, person_id uuid, now i64, epoch i64
UPDATE account SET failures = 0, locked_until_ms = NULL
WHERE hq_id = :hq AND person_id = :person_id AND session_epoch = :epoch AND closed_ms IS NULL
  AND (locked_until_ms IS NULL OR locked_until_ms <= :now);

-- name: account_password_set :exec
-- in: hq i64, person_id uuid, password_hash text, history text, now i64, epoch i64, version i64
UPDATE account SET password_hash = :password_hash, password_history = :history, password_ms = :now,
       must_change = FALSE, failures = 0, locked_until_ms = NULL, session_epoch = :epoch, version = version + 1
WHERE hq_id = :hq AND person_id = :person_id AND version = :version AND closed_ms IS NULL;

-- name: account_reset :exec
-- in: hq i64, person_id uuid, version i64
UPDATE account SET password_hash = NULL, failures = 0, locked_until_ms = NULL, must_change = FALSE,
       session_epoch = session_epoch + 1, version = version + 1
WHERE hq_id = :hq AND person_id = :person_id AND version = :version AND closed_ms IS NULL;

-- name: account_close :exec
-- in: hq i64, person_id uuid, now i64, version i64
UPDATE account SET closed_ms = :now, password_hash = NULL, session_epoch = session_epoch + 1, version = version + 1
WHERE hq_id = :hq AND person_id = :person_id AND version = :version AND closed_ms IS NULL;

-- The account's row stands guard over the person's grants: two given at once do not slip past each other.
-- name: account_touch :exec
-- in: hq i64, person_id uuid, version i64
UPDATE account SET version = version + 1 WHERE hq_id = :hq AND person_id = :person_id AND version = :version;

-- ---- invitations ----

-- name: invitation_add :exec
-- in: hq i64, id uuid, person_id uuid, purpose text, token_hash sha256, created_by uuid?, now i64, expires_ms i64
INSERT INTO invitation (hq_id, id, person_id, purpose, token_hash, created_by, created_ms, expires_ms)
VALUES (:hq, :id, :person_id, :purpose, :token_hash, :created_by, :now, :expires_ms);

-- name: invitation_by_token :one
-- in: hq i64, token_hash sha256
-- out: id uuid, person_id uuid, purpose text, expires_ms i64, used_ms i64?
SELECT id, person_id, purpose, expires_ms, used_ms FROM invitation WHERE hq_id = :hq AND token_hash = :token_hash;

-- name: invitation_by_id :one
-- in: hq i64, id uuid
-- out: like invitation_by_token
SELECT id, person_id, purpose, expires_ms, used_ms FROM invitation WHERE hq_id = :hq AND id = :id;

-- name: invitation_use :exec
-- in: hq i64, id uuid, now i64
UPDATE invitation SET used_ms = :now WHERE hq_id = :hq AND id = :id AND used_ms IS NULL AND expires_ms > :now;

-- name: invitation_void :exec
-- in: hq i64, person_id uuid, now i64
UPDATE invitation SET expires_ms = :now
WHERE hq_id = :hq AND person_id = :person_id AND used_ms IS NULL AND expires_ms > :now;

-- ---- grants ----

-- name: role_grant_add :exec
-- in: hq i64, id uuid, person_id uuid, role text, area_code text?, from_ms i64, to_ms i64?, granted_by uuid?
INSERT INTO role_grant (hq_id, id, person_id, role, area_code, from_ms, to_ms, granted_by)
VALUES (:hq, :id, :person_id, :role, :area_code, :from_ms, :to_ms, :granted_by);

-- name: role_grant_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, person_id uuid, role text, area_code text?, from_ms i64, to_ms i64?
SELECT id, person_id, role, area_code, from_ms, to_ms FROM role_grant WHERE hq_id = :hq AND id = :id;

-- name: role_grant_of_person :many
-- in: hq i64, person_id uuid
-- out: like role_grant_by_id
SELECT id, person_id, role, area_code, from_ms, to_ms FROM role_grant
WHERE hq_id = :hq AND person_id = :person_id ORDER BY from_ms, id;

-- name: role_grant_any :one
-- in: hq i64, role text
-- out: id uuid
SELECT id FROM role_grant WHERE hq_id = :hq AND role = :role LIMIT 1;

-- name: role_grant_end :exec
-- in: hq i64, id uuid, now i64
UPDATE role_grant SET to_ms = CASE WHEN from_ms > :now THEN from_ms ELSE :now END
WHERE hq_id = :hq AND id = :id AND (to_ms IS NULL OR to_ms > :now);

-- name: role_grant_end_all :exec
-- in: hq i64, person_id uuid, now i64
UPDATE role_grant SET to_ms = CASE WHEN from_ms > :now THEN from_ms ELSE :now END
WHERE hq_id = :hq AND person_id = :person_id AND (to_ms IS NULL OR to_ms > :now);

-- ---- the first day: the rows the first administrator needs before any other room has made one ----

-- name: bootstrap_unit_add :exec
-- in: hq i64, id uuid, code text, name text, search_text text
INSERT INTO unit (hq_id, id, code, name, kind, order_no, search_text)
VALUES (:hq, :id, :code, :name, 'headquarters', 0, :search_text);

-- name: bootstrap_person_add :exec
-- in: hq i64, id uuid, unit_id uuid, name text, title text, search_text text
INSERT INTO person (hq_id, id, unit_id, name, title, order_no, search_text)
VALUES (:hq, :id, :unit_id, :name, :title, 0, :search_text);
