-- Queries of levels: what is handed on downward.

-- name: level_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, problem_id uuid, depth i64, from_unit_id uuid, from_unit_name text, to_unit_id uuid, to_unit_name text, to_person_id uuid?, to_person_name text?, state text, note text?, limit_kind text, whole_ms i64, due_ms i64?, left_ms i64?, beyond bool, overdue bool, return_count i64, handed_ms i64, handed_by uuid, accepted_ms i64?, answered_ms i64?, answered_by uuid?, answer text?, answer_seq i64?, ended_ms i64?, version i64
SELECT l.id, l.problem_id, l.depth, l.from_unit_id, fu.name, l.to_unit_id, tu.name, l.to_person_id, tp.name, l.state, l.note,
       l.limit_kind, l.whole_ms, l.due_ms, l.left_ms, l.beyond, l.overdue, l.return_count, l.handed_ms, l.handed_by,
       l.accepted_ms, l.answered_ms, l.answered_by, l.answer, l.answer_seq, l.ended_ms, l.version
FROM problem_level l
JOIN unit fu ON fu.hq_id = l.hq_id AND fu.id = l.from_unit_id
JOIN unit tu ON tu.hq_id = l.hq_id AND tu.id = l.to_unit_id
LEFT JOIN person tp ON tp.hq_id = l.hq_id AND tp.id = l.to_person_id
WHERE l.hq_id = :hq AND l.id = :id;

-- name: level_of_problem :many
-- in: hq i64, problem_id uuid, open bool?
-- out: like level_by_id
SELECT l.id, l.problem_id, l.depth, l.from_unit_id, fu.name, l.to_unit_id, tu.name, l.to_person_id, tp.name, l.state, l.note,
       l.limit_kind, l.whole_ms, l.due_ms, l.left_ms, l.beyond, l.overdue, l.return_count, l.handed_ms, l.handed_by,
       l.accepted_ms, l.answered_ms, l.answered_by, l.answer, l.answer_seq, l.ended_ms, l.version
FROM problem_level l
JOIN unit fu ON fu.hq_id = l.hq_id AND fu.id = l.from_unit_id
JOIN unit tu ON tu.hq_id = l.hq_id AND tu.id = l.to_unit_id
LEFT JOIN person tp ON tp.hq_id = l.hq_id AND tp.id = l.to_person_id
WHERE l.hq_id = :hq AND l.problem_id = :problem_id [[open: AND l.ended_ms IS NULL]]
ORDER BY l.handed_ms, l.depth, l.id;

-- name: level_list :many
-- in: hq i64, row_limit i64, key_ms i64?, key_id uuid?, to_unit uuid?, from_unit uuid?, to_person uuid?, open bool?, ended bool?, state text?
-- out: id uuid, problem_id uuid, depth i64, from_unit_id uuid, from_unit_name text, to_unit_id uuid, to_unit_name text, to_person_id uuid?, to_person_name text?, state text, note text?, limit_kind text, whole_ms i64, due_ms i64?, left_ms i64?, beyond bool, overdue bool, return_count i64, handed_ms i64, handed_by uuid, accepted_ms i64?, answered_ms i64?, answered_by uuid?, answer text?, answer_seq i64?, ended_ms i64?, version i64
-- out: year i64, number i64, problem_state text, description text, area_code text, site_name text?, severity text
SELECT l.id, l.problem_id, l.depth, l.from_unit_id, fu.name, l.to_unit_id, tu.name, l.to_person_id, tp.name, l.state, l.note,
       l.limit_kind, l.whole_ms, l.due_ms, l.left_ms, l.beyond, l.overdue, l.return_count, l.handed_ms, l.handed_by,
       l.accepted_ms, l.answered_ms, l.answered_by, l.answer, l.answer_seq, l.ended_ms, l.version,
       p.year, p.number, p.state AS problem_state, p.description, p.area_code, s.name, p.severity
FROM problem_level l
JOIN problem p ON p.hq_id = l.hq_id AND p.id = l.problem_id AND p.held = FALSE
JOIN unit fu ON fu.hq_id = l.hq_id AND fu.id = l.from_unit_id
JOIN unit tu ON tu.hq_id = l.hq_id AND tu.id = l.to_unit_id
LEFT JOIN person tp ON tp.hq_id = l.hq_id AND tp.id = l.to_person_id
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
WHERE l.hq_id = :hq
  [[key_ms: AND (l.handed_ms, l.id) < (:key_ms, :key_id)]]
  [[to_unit: AND l.to_unit_id = :to_unit]]
  [[from_unit: AND l.from_unit_id = :from_unit]]
  [[to_person: AND l.to_person_id = :to_person]]
  [[open: AND l.ended_ms IS NULL]]
  [[ended: AND l.ended_ms IS NOT NULL]]
  [[state: AND l.state = :state]]
ORDER BY l.handed_ms DESC, l.id DESC
LIMIT :row_limit;

-- name: level_involves :one
-- in: hq i64, problem_id uuid, unit_id uuid
-- out: id uuid
SELECT id FROM problem_level
WHERE hq_id = :hq AND problem_id = :problem_id AND (to_unit_id = :unit_id OR from_unit_id = :unit_id)
ORDER BY id LIMIT 1;

-- name: level_mended :one
-- in: hq i64, problem_id uuid, unit_id uuid, person_id uuid
-- out: id uuid
SELECT id FROM problem_level
WHERE hq_id = :hq AND problem_id = :problem_id AND state = 'confirmed' AND (to_unit_id = :unit_id OR answered_by = :person_id)
ORDER BY id LIMIT 1;

-- name: level_unit :one
-- in: hq i64, id uuid
-- out: name text, area_code text?, closed_ms i64?
SELECT name, area_code, closed_ms FROM unit WHERE hq_id = :hq AND id = :id;

-- name: level_units_above :many
-- in: hq i64, id uuid
-- out: id uuid
WITH RECURSIVE up (id, parent_id, n) AS (
    SELECT u.id, u.parent_id, 0 FROM unit u WHERE u.hq_id = :hq AND u.id = :id
    UNION ALL
    SELECT u.id, u.parent_id, up.n + 1 FROM unit u JOIN up ON u.id = up.parent_id WHERE u.hq_id = :hq AND up.n < 12
)
SELECT id FROM up WHERE n > 0 ORDER BY n;

-- name: level_units_below :many
-- in: hq i64, id uuid, area_from text?, area_to text?, row_limit i64
-- out: id uuid, name text, area_code text?
WITH RECURSIVE down (id, n) AS (
    SELECT u.id, 0 FROM unit u WHERE u.hq_id = :hq AND u.id = :id
    UNION ALL
    SELECT u.id, down.n + 1 FROM unit u JOIN down ON u.parent_id = down.id WHERE u.hq_id = :hq AND down.n < 12
)
SELECT u.id, u.name, u.area_code FROM unit u
WHERE u.hq_id = :hq AND u.closed_ms IS NULL AND u.id <> :id
  AND (u.id IN (SELECT id FROM down) [[area_from: OR (u.area_code > :area_from AND u.area_code < :area_to)]])
ORDER BY u.order_no, u.id
LIMIT :row_limit;

-- name: level_person :one
-- in: hq i64, id uuid
-- out: name text, unit_id uuid, left_ms i64?
SELECT name, unit_id, left_ms FROM person WHERE hq_id = :hq AND id = :id;

-- name: level_add :exec
-- in: hq i64, id uuid, problem_id uuid, depth i64, from_unit_id uuid, to_unit_id uuid, to_person_id uuid?, note text?, limit_kind text, whole_ms i64, due_ms i64?, left_ms i64?, beyond bool, handed_ms i64, handed_by uuid
INSERT INTO problem_level (hq_id, id, problem_id, depth, from_unit_id, to_unit_id, to_person_id, state, note, limit_kind,
                           whole_ms, due_ms, left_ms, beyond, handed_ms, handed_by)
VALUES (:hq, :id, :problem_id, :depth, :from_unit_id, :to_unit_id, :to_person_id, 'handed', :note, :limit_kind,
        :whole_ms, :due_ms, :left_ms, :beyond, :handed_ms, :handed_by);

-- name: level_set :exec
-- in: hq i64, id uuid, version i64, state text, due_ms i64?, left_ms i64?, overdue bool, return_count i64, accepted_ms i64?, answered_ms i64?, answered_by uuid?, answer text?, answer_seq i64?, ended_ms i64?
UPDATE problem_level SET state = :state, due_ms = :due_ms, left_ms = :left_ms, overdue = :overdue,
    return_count = :return_count, accepted_ms = :accepted_ms, answered_ms = :answered_ms,
    answered_by = COALESCE(:answered_by, answered_by), answer = COALESCE(:answer, answer),
    answer_seq = COALESCE(:answer_seq, answer_seq), ended_ms = :ended_ms, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: level_holder_set :exec
-- in: hq i64, problem_id uuid, unit_id uuid?
UPDATE problem SET handler_unit_id = :unit_id WHERE hq_id = :hq AND id = :problem_id;

-- name: level_clock_set :exec
-- in: hq i64, id uuid, version i64, due_ms i64?, left_ms i64?, overdue bool
UPDATE problem_level SET due_ms = :due_ms, left_ms = :left_ms, overdue = :overdue, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;
