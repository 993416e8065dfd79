-- Requests of units: extension, postponement, appeal.

-- name: request_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, problem_id uuid, kind text, state text, asker_id uuid, asker_name text, asker_unit_id uuid?, asker_unit_name text?, note text, until_ms i64?, asked_ms i64, first_id uuid?, first_name text?, first_ms i64?, first_note text?, second_id uuid?, second_name text?, second_ms i64?, second_note text?, ended_ms i64?, version i64
-- out: year i64, number i64, description text, problem_state text, unit_id uuid?, unit_name text?
SELECT r.id, r.problem_id, r.kind, r.state, r.asker_id, a.name, r.asker_unit_id, au.name, r.note, r.until_ms, r.asked_ms,
       r.first_id, f.name, r.first_ms, r.first_note, r.second_id, s.name, r.second_ms, r.second_note, r.ended_ms, r.version,
       p.year, p.number, p.description, p.state AS problem_state, p.unit_id, u.name
FROM problem_request r
JOIN problem p ON p.hq_id = r.hq_id AND p.id = r.problem_id
JOIN person a ON a.hq_id = r.hq_id AND a.id = r.asker_id
LEFT JOIN unit au ON au.hq_id = r.hq_id AND au.id = r.asker_unit_id
LEFT JOIN person f ON f.hq_id = r.hq_id AND f.id = r.first_id
LEFT JOIN person s ON s.hq_id = r.hq_id AND s.id = r.second_id
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE r.hq_id = :hq AND r.id = :id;

-- name: request_list :many
-- in: hq i64, row_limit i64, problem_id uuid?, key_ms i64?, key_id uuid?, state text?, waiting bool?, kind text?, unit_id uuid?, not_held bool?, scope_unit uuid?, scope_area_from text?, scope_area_to text?
-- out: like request_by_id
SELECT r.id, r.problem_id, r.kind, r.state, r.asker_id, a.name, r.asker_unit_id, au.name, r.note, r.until_ms, r.asked_ms,
       r.first_id, f.name, r.first_ms, r.first_note, r.second_id, s.name, r.second_ms, r.second_note, r.ended_ms, r.version,
       p.year, p.number, p.description, p.state AS problem_state, p.unit_id, u.name
FROM problem_request r
JOIN problem p ON p.hq_id = r.hq_id AND p.id = r.problem_id
JOIN person a ON a.hq_id = r.hq_id AND a.id = r.asker_id
LEFT JOIN unit au ON au.hq_id = r.hq_id AND au.id = r.asker_unit_id
LEFT JOIN person f ON f.hq_id = r.hq_id AND f.id = r.first_id
LEFT JOIN person s ON s.hq_id = r.hq_id AND s.id = r.second_id
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE r.hq_id = :hq
  [[problem_id: AND r.problem_id = :problem_id]]
  [[key_ms: AND (r.asked_ms, r.id) < (:key_ms, :key_id)]]
  [[state: AND r.state = :state]]
  [[waiting: AND r.ended_ms IS NULL]]
  [[kind: AND r.kind = :kind]]
  [[unit_id: AND r.asker_unit_id = :unit_id]]
  [[not_held: AND p.held = FALSE]]
  [[scope_unit: AND r.asker_unit_id = :scope_unit]]
  [[scope_area_from: AND p.held = FALSE AND p.area_code >= :scope_area_from AND p.area_code < :scope_area_to]]
ORDER BY r.asked_ms DESC, r.id DESC
LIMIT :row_limit;

-- name: request_before :one
-- in: hq i64, problem_id uuid, kind text
-- out: id uuid, state text
SELECT id, state FROM problem_request
WHERE hq_id = :hq AND problem_id = :problem_id AND kind = :kind AND (ended_ms IS NULL OR (kind = 'appeal' AND state <> 'withdrawn'))
ORDER BY asked_ms DESC, id DESC
LIMIT 1;

-- name: request_add :exec
-- in: hq i64, id uuid, problem_id uuid, kind text, asker_id uuid, asker_unit_id uuid?, note text, until_ms i64?, asked_ms i64
INSERT INTO problem_request (hq_id, id, problem_id, kind, state, asker_id, asker_unit_id, note, until_ms, asked_ms)
VALUES (:hq, :id, :problem_id, :kind, 'asked', :asker_id, :asker_unit_id, :note, :until_ms, :asked_ms);

-- name: request_decide :exec
-- in: hq i64, id uuid, version i64, state text, first_id uuid?, first_ms i64?, first_note text?, second_id uuid?, second_ms i64?, second_note text?, ended_ms i64?
UPDATE problem_request SET state = :state, first_id = COALESCE(:first_id, first_id), first_ms = COALESCE(:first_ms, first_ms),
    first_note = COALESCE(:first_note, first_note), second_id = :second_id, second_ms = :second_ms,
    second_note = :second_note, ended_ms = :ended_ms, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- Who is told that a decision is theirs: people in service under this role or grant now.
-- name: request_deciders :many
-- in: hq i64, role text, at_ms i64
-- out: person_id uuid
SELECT DISTINCT g.person_id FROM role_grant g
JOIN person p ON p.hq_id = g.hq_id AND p.id = g.person_id AND p.left_ms IS NULL
WHERE g.hq_id = :hq AND g.role = :role AND g.from_ms <= :at_ms AND (g.to_ms IS NULL OR g.to_ms > :at_ms)
ORDER BY g.person_id
LIMIT 50;
