-- Queries of problems from above and of the reports back.

-- name: superior_newest :one
-- in: hq i64, problem_id uuid
-- out: problem_id uuid, seq i64, name text, doc_number text, item text?, received_ms i64, due_ms i64?, note text?, at_ms i64, sent_ms i64?
SELECT problem_id, seq, name, doc_number, item, received_ms, due_ms, note, at_ms, sent_ms FROM problem_superior
WHERE hq_id = :hq AND problem_id = :problem_id AND newest;

-- name: superior_list :many
-- in: hq i64, row_limit i64, key_ms i64?, key_id uuid?, unsent bool?, sent bool?, due_before i64?, doc_number text?, scope_unit uuid?
-- out: problem_id uuid, seq i64, name text, doc_number text, item text?, received_ms i64, due_ms i64?, note text?, at_ms i64, sent_ms i64?
-- out: year i64, number i64, state text, description text, unit_id uuid?, unit_name text?, own_due_ms i64?, own_left_ms i64?, report_id uuid?, report_state text?
SELECT s.problem_id, s.seq, s.name, s.doc_number, s.item, s.received_ms, s.due_ms, s.note, s.at_ms, s.sent_ms,
       p.year, p.number, p.state, p.description, p.unit_id, u.name AS unit_name, p.due_ms AS own_due_ms, p.left_ms AS own_left_ms,
       r.id AS report_id, r.state AS report_state
FROM problem_superior s
JOIN problem p ON p.hq_id = s.hq_id AND p.id = s.problem_id AND p.held = FALSE
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
LEFT JOIN superior_report r ON r.hq_id = s.hq_id AND r.problem_id = s.problem_id AND r.state IN ('draft', 'approved')
WHERE s.hq_id = :hq AND s.newest
  [[key_ms: AND (s.received_ms, s.problem_id) < (:key_ms, :key_id)]]
  [[unsent: AND s.sent_ms IS NULL]]
  [[sent: AND s.sent_ms IS NOT NULL]]
  [[due_before: AND s.due_ms < :due_before]]
  [[doc_number: AND s.doc_number = :doc_number]]
  [[scope_unit: AND p.unit_id = :scope_unit]]
ORDER BY s.received_ms DESC, s.problem_id DESC
LIMIT :row_limit;

-- name: superior_age :exec
-- in: hq i64, problem_id uuid
UPDATE problem_superior SET newest = FALSE WHERE hq_id = :hq AND problem_id = :problem_id AND newest;

-- name: superior_add :exec
-- in: hq i64, problem_id uuid, seq i64, name text, doc_number text, item text?, received_ms i64, due_ms i64?, note text?, by_id uuid, at_ms i64, sent_ms i64?
INSERT INTO problem_superior (hq_id, problem_id, seq, name, doc_number, item, received_ms, due_ms, note, by_id, at_ms, sent_ms)
VALUES (:hq, :problem_id, :seq, :name, :doc_number, :item, :received_ms, :due_ms, :note, :by_id, :at_ms, :sent_ms);

-- name: superior_sent :exec
-- in: hq i64, problem_id uuid, sent_ms i64
UPDATE problem_superior SET sent_ms = COALESCE(sent_ms, :sent_ms) WHERE hq_id = :hq AND problem_id = :problem_id AND newest;

-- name: report_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, problem_id uuid, state text, final bool, title text, found text, measures text, result text, facts text, by_id uuid, by_name text?, at_ms i64, edited_by uuid?, edited_ms i64?, approved_by uuid?, approved_name text?, approved_ms i64?, sent_by uuid?, sent_ms i64?, sent_number text?, version i64
SELECT r.id, r.problem_id, r.state, r.final, r.title, r.found, r.measures, r.result, r.facts, r.by_id, b.name, r.at_ms,
       r.edited_by, r.edited_ms, r.approved_by, a.name AS approved_name, r.approved_ms, r.sent_by, r.sent_ms, r.sent_number, r.version
FROM superior_report r
LEFT JOIN person b ON b.hq_id = r.hq_id AND b.id = r.by_id
LEFT JOIN person a ON a.hq_id = r.hq_id AND a.id = r.approved_by
WHERE r.hq_id = :hq AND r.id = :id;

-- name: report_of_problem :many
-- in: hq i64, problem_id uuid
-- out: id uuid, state text, final bool, title text, at_ms i64, sent_ms i64?, sent_number text?, version i64
SELECT id, state, final, title, at_ms, sent_ms, sent_number, version FROM superior_report
WHERE hq_id = :hq AND problem_id = :problem_id ORDER BY at_ms, id LIMIT 50;

-- name: report_add :exec
-- in: hq i64, id uuid, problem_id uuid, final bool, title text, found text, measures text, result text, facts text, by_id uuid, at_ms i64
INSERT INTO superior_report (hq_id, id, problem_id, state, final, title, found, measures, result, facts, by_id, at_ms)
VALUES (:hq, :id, :problem_id, 'draft', :final, :title, :found, :measures, :result, :facts, :by_id, :at_ms);

-- name: report_set :exec
-- in: hq i64, id uuid, version i64, state text, title text, found text, measures text, result text, edited_by uuid?, edited_ms i64?, approved_by uuid?, approved_ms i64?, sent_by uuid?, sent_ms i64?, sent_number text?
UPDATE superior_report SET state = :state, title = :title, found = :found, measures = :measures, result = :result,
    edited_by = :edited_by, edited_ms = :edited_ms, approved_by = :approved_by, approved_ms = :approved_ms,
    sent_by = :sent_by, sent_ms = :sent_ms, sent_number = :sent_number, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;
