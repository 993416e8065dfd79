-- Links to answer one case.

-- name: reply_link_add :exec
-- in: hq i64, id uuid, problem_id uuid, person_id uuid, created_by uuid, created_ms i64, expires_ms i64
INSERT INTO reply_link (hq_id, id, problem_id, person_id, created_by, created_ms, expires_ms)
VALUES (:hq, :id, :problem_id, :person_id, :created_by, :created_ms, :expires_ms);

-- name: reply_link_get :one
-- in: hq i64, id uuid
-- out: id uuid, problem_id uuid, person_id uuid, person_name text, phone_sealed blob?, phone_masked text?, created_ms i64, expires_ms i64, ended_ms i64?, end_reason text?, tries i64, device_hash blob?, version i64
SELECT l.id, l.problem_id, l.person_id, p.name AS person_name, p.phone_sealed, p.phone_masked, l.created_ms, l.expires_ms, l.ended_ms,
       l.end_reason, l.tries, l.device_hash, l.version
FROM reply_link l JOIN person p ON p.hq_id = l.hq_id AND p.id = l.person_id
WHERE l.hq_id = :hq AND l.id = :id;

-- name: reply_link_list :many
-- in: hq i64, problem_id uuid
-- out: id uuid, person_id uuid, person_name text, created_ms i64, expires_ms i64, opened_ms i64?, ended_ms i64?, end_reason text?
SELECT l.id, l.person_id, p.name AS person_name, l.created_ms, l.expires_ms, l.opened_ms, l.ended_ms, l.end_reason
FROM reply_link l JOIN person p ON p.hq_id = l.hq_id AND p.id = l.person_id
WHERE l.hq_id = :hq AND l.problem_id = :problem_id
ORDER BY l.created_ms DESC, l.id DESC LIMIT 50;

-- name: reply_link_try :exec
-- in: hq i64, id uuid, version i64, ended_ms i64?, end_reason text?
UPDATE reply_link SET tries = tries + 1, ended_ms = COALESCE(:ended_ms, ended_ms), end_reason = COALESCE(:end_reason, end_reason),
    version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND ended_ms IS NULL;

-- name: reply_link_bind :exec
-- in: hq i64, id uuid, version i64, device_hash blob, now i64
UPDATE reply_link SET device_hash = :device_hash, opened_ms = COALESCE(opened_ms, :now), version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND ended_ms IS NULL;

-- name: reply_link_end :exec
-- in: hq i64, id uuid, now i64, reason text
UPDATE reply_link SET ended_ms = :now, end_reason = :reason, version = version + 1
WHERE hq_id = :hq AND id = :id AND ended_ms IS NULL;

-- Photographs of the case itself: what its link may show.
-- name: reply_photo :one
-- in: hq i64, problem_id uuid, sha256 sha256
-- out: seq i64
SELECT seq FROM problem_photo WHERE hq_id = :hq AND problem_id = :problem_id AND sha256 = :sha256 ORDER BY seq LIMIT 1;
