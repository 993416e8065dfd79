-- Queries of contested findings.

-- name: contest_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, inspection_id uuid?, criterion_id uuid?, criterion_code text?, criterion_zh text?, criterion_en text?, problem_id uuid?, unit_id uuid, unit_name text, reason text, state text, two bool, asked_by uuid, asked_name text?, asked_ms i64, first_by uuid?, first_name text?, first_left_ms i64?, first_ms i64?, first_note text?, decided_by uuid?, decided_name text?, decided_ms i64?, decided_note text?, result text?, count i64?, value_e2 i64?, correction_id uuid?, version i64, inspector_id uuid?, partner_id uuid?
SELECT x.id, x.inspection_id, x.criterion_id, c.code, c.text_zh, c.text_en, x.problem_id, x.unit_id, u.name, x.reason, x.state,
       x.two, x.asked_by, a.name AS asked_name, x.asked_ms, x.first_by, f.name AS first_name, f.left_ms AS first_left_ms, x.first_ms, x.first_note,
       x.decided_by, d.name AS decided_name, x.decided_ms, x.decided_note, x.result, x.count, x.value_e2, x.correction_id,
       x.version, i.inspector_id, i.partner_id
FROM finding_contest x
JOIN unit u ON u.hq_id = x.hq_id AND u.id = x.unit_id
LEFT JOIN criterion c ON c.hq_id = x.hq_id AND c.id = x.criterion_id
LEFT JOIN inspection i ON i.hq_id = x.hq_id AND i.id = x.inspection_id
LEFT JOIN person a ON a.hq_id = x.hq_id AND a.id = x.asked_by
LEFT JOIN person f ON f.hq_id = x.hq_id AND f.id = x.first_by
LEFT JOIN person d ON d.hq_id = x.hq_id AND d.id = x.decided_by
WHERE x.hq_id = :hq AND x.id = :id;

-- name: contest_list :many
-- in: hq i64, row_limit i64, key_ms i64?, key_id uuid?, unit_id uuid?, problem_id uuid?, inspection_id uuid?, state text?, open bool?
-- out: like contest_by_id
SELECT x.id, x.inspection_id, x.criterion_id, c.code, c.text_zh, c.text_en, x.problem_id, x.unit_id, u.name, x.reason, x.state,
       x.two, x.asked_by, a.name AS asked_name, x.asked_ms, x.first_by, f.name AS first_name, f.left_ms AS first_left_ms, x.first_ms, x.first_note,
       x.decided_by, d.name AS decided_name, x.decided_ms, x.decided_note, x.result, x.count, x.value_e2, x.correction_id,
       x.version, i.inspector_id, i.partner_id
FROM finding_contest x
JOIN unit u ON u.hq_id = x.hq_id AND u.id = x.unit_id
LEFT JOIN criterion c ON c.hq_id = x.hq_id AND c.id = x.criterion_id
LEFT JOIN inspection i ON i.hq_id = x.hq_id AND i.id = x.inspection_id
LEFT JOIN person a ON a.hq_id = x.hq_id AND a.id = x.asked_by
LEFT JOIN person f ON f.hq_id = x.hq_id AND f.id = x.first_by
LEFT JOIN person d ON d.hq_id = x.hq_id AND d.id = x.decided_by
WHERE x.hq_id = :hq
  [[key_ms: AND (x.asked_ms, x.id) < (:key_ms, :key_id)]]
  [[unit_id: AND x.unit_id = :unit_id]]
  [[problem_id: AND x.problem_id = :problem_id]]
  [[inspection_id: AND x.inspection_id = :inspection_id]]
  [[state: AND x.state = :state]]
  [[open: AND x.state IN ('asked', 'first')]]
ORDER BY [[problem_id: x.asked_ms + 0 DESC,]] [[inspection_id: x.asked_ms + 0 DESC,]] x.asked_ms DESC, x.id DESC
LIMIT :row_limit;

-- name: contest_photos :many
-- in: hq i64, id uuid
-- out: sha256 sha256
SELECT sha256 FROM finding_contest_photo WHERE hq_id = :hq AND contest_id = :id ORDER BY order_no;

-- name: contest_finding :one
-- in: hq i64, inspection_id uuid, criterion_id uuid
-- out: state text, subject_unit_id uuid?, superseded_by uuid?, veto bool, earned_e4 i64, possible_e4 i64, problem_id uuid?
SELECT i.state, i.subject_unit_id, i.superseded_by, c.veto, o.earned_e4, o.possible_e4, o.problem_id
FROM observation o
JOIN inspection i ON i.hq_id = o.hq_id AND i.id = o.inspection_id
JOIN criterion c ON c.hq_id = o.hq_id AND c.id = o.criterion_id
WHERE o.hq_id = :hq AND o.inspection_id = :inspection_id AND o.criterion_id = :criterion_id;

-- name: contest_successor :one
-- in: hq i64, id uuid
-- out: state text, superseded_by uuid?
SELECT state, superseded_by FROM inspection WHERE hq_id = :hq AND id = :id;

-- name: contest_observations :many
-- in: hq i64, id uuid
-- out: criterion_id uuid, result text, count i64?, value_e2 i64?, note text?, device_ms i64, problem_id uuid?
SELECT criterion_id, result, count, value_e2, note, device_ms, problem_id FROM observation
WHERE hq_id = :hq AND inspection_id = :id ORDER BY criterion_id;

-- name: contest_place :one
-- in: hq i64, id uuid
-- out: lon_e7 i64?, lat_e7 i64?
SELECT lon_e7, lat_e7 FROM inspection WHERE hq_id = :hq AND id = :id;

-- name: contest_add :exec
-- in: hq i64, id uuid, inspection_id uuid?, criterion_id uuid?, problem_id uuid?, unit_id uuid, reason text, two bool, asked_by uuid, asked_ms i64
INSERT INTO finding_contest (hq_id, id, inspection_id, criterion_id, problem_id, unit_id, reason, state, two, asked_by, asked_ms)
VALUES (:hq, :id, :inspection_id, :criterion_id, :problem_id, :unit_id, :reason, 'asked', :two, :asked_by, :asked_ms);

-- name: contest_photo_add :exec
-- in: hq i64, contest_id uuid, sha256 sha256, order_no i64
INSERT INTO finding_contest_photo (hq_id, contest_id, sha256, order_no) VALUES (:hq, :contest_id, :sha256, :order_no);

-- name: contest_set :exec
-- in: hq i64, id uuid, version i64, state text, first_by uuid?, first_ms i64?, first_note text?, decided_by uuid?, decided_ms i64?, decided_note text?, result text?, count i64?, value_e2 i64?, correction_id uuid?
UPDATE finding_contest SET state = :state, first_by = :first_by, first_ms = :first_ms, first_note = :first_note,
    decided_by = :decided_by, decided_ms = :decided_ms, decided_note = :decided_note, result = :result, count = :count,
    value_e2 = :value_e2, correction_id = :correction_id, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: contest_round_site :exec
-- in: hq i64, round_id uuid, was_id uuid, now_id uuid
UPDATE round_site SET inspection_id = :now_id WHERE hq_id = :hq AND round_id = :round_id AND inspection_id = :was_id;

-- name: contest_decider :one
-- in: hq i64, person_id uuid, at_ms i64
-- out: role text
SELECT role FROM role_grant
WHERE hq_id = :hq AND person_id = :person_id AND role = 'office' AND from_ms <= :at_ms AND (to_ms IS NULL OR to_ms > :at_ms)
ORDER BY role LIMIT 1;
