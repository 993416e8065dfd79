-- Queries of improvement works.

-- name: works_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, title text, content text?, kind text, area_code text, site_id uuid?, site_name text?, lead_unit_id uuid, lead_unit_name text, plan_fen i64, paid_fen i64, start_ms i64?, end_ms i64, state text, milestones i64, milestones_done i64, next_due_ms i64?, created_ms i64, completed_ms i64?, complete_note text?, ended_ms i64?, end_note text?, version i64, linked i64, linked_open i64
SELECT w.id, w.title, w.content, w.kind, w.area_code, w.site_id, s.name AS site_name, w.lead_unit_id, u.name AS lead_unit_name, w.plan_fen,
       w.paid_fen, w.start_ms, w.end_ms, w.state, w.milestones, w.milestones_done, w.next_due_ms, w.created_ms, w.completed_ms,
       w.complete_note, w.ended_ms, w.end_note, w.version,
       (SELECT COUNT(*) FROM problem p WHERE p.hq_id = w.hq_id AND p.works_id = w.id) AS linked,
       (SELECT COUNT(*) FROM problem p WHERE p.hq_id = w.hq_id AND p.works_id = w.id AND p.closed_ms IS NULL) AS linked_open
FROM works w
JOIN unit u ON u.hq_id = w.hq_id AND u.id = w.lead_unit_id
LEFT JOIN site s ON s.hq_id = w.hq_id AND s.id = w.site_id
WHERE w.hq_id = :hq AND w.id = :id;

-- name: works_list :many
-- in: hq i64, row_limit i64, key_ms i64?, key_id uuid?, state text?, kind text?, lead_unit_id uuid?, area_from text?, area_to text?, overdue_at i64?
-- out: id uuid, title text, content text?, kind text, area_code text, site_id uuid?, site_name text?, lead_unit_id uuid, lead_unit_name text, plan_fen i64, paid_fen i64, start_ms i64?, end_ms i64, state text, milestones i64, milestones_done i64, next_due_ms i64?, created_ms i64, completed_ms i64?, complete_note text?, ended_ms i64?, end_note text?, version i64, linked i64, linked_open i64
SELECT w.id, w.title, w.content, w.kind, w.area_code, w.site_id, s.name AS site_name, w.lead_unit_id, u.name AS lead_unit_name, w.plan_fen,
       w.paid_fen, w.start_ms, w.end_ms, w.state, w.milestones, w.milestones_done, w.next_due_ms, w.created_ms, w.completed_ms,
       w.complete_note, w.ended_ms, w.end_note, w.version,
       (SELECT COUNT(*) FROM problem p WHERE p.hq_id = w.hq_id AND p.works_id = w.id) AS linked,
       (SELECT COUNT(*) FROM problem p WHERE p.hq_id = w.hq_id AND p.works_id = w.id AND p.closed_ms IS NULL) AS linked_open
FROM works w
JOIN unit u ON u.hq_id = w.hq_id AND u.id = w.lead_unit_id
LEFT JOIN site s ON s.hq_id = w.hq_id AND s.id = w.site_id
WHERE w.hq_id = :hq
  [[key_ms: AND (w.end_ms, w.id) > (:key_ms, :key_id)]]
  [[state: AND w.state = :state]]
  [[kind: AND w.kind = :kind]]
  [[lead_unit_id: AND w.lead_unit_id = :lead_unit_id]]
  [[area_from: AND w.area_code >= :area_from AND w.area_code < :area_to]]
  [[overdue_at: AND w.state IN ('planned', 'under_way') AND (w.next_due_ms < :overdue_at OR w.end_ms < :overdue_at)]]
ORDER BY w.end_ms, w.id
LIMIT :row_limit;

-- name: works_milestones :many
-- in: hq i64, id uuid
-- out: seq i64, title text, due_ms i64, done_ms i64?, late bool, note text?
SELECT seq, title, due_ms, done_ms, late, note FROM works_milestone WHERE hq_id = :hq AND works_id = :id ORDER BY seq;

-- name: works_payments :many
-- in: hq i64, id uuid
-- out: id uuid, fen i64, note text?, at_ms i64
SELECT id, fen, note, at_ms FROM works_payment WHERE hq_id = :hq AND works_id = :id ORDER BY at_ms, id LIMIT 500;

-- name: works_photos :many
-- in: hq i64, id uuid
-- out: sha256 sha256
SELECT sha256 FROM works_photo WHERE hq_id = :hq AND works_id = :id ORDER BY order_no;

-- name: works_problems :many
-- in: hq i64, works_id uuid, row_limit i64, key_id uuid?, state text?, is_open bool?
-- out: id uuid, year i64, number i64, state text, description text, site_name text?, place text?, unit_id uuid?, unit_name text?, due_ms i64?, postponed_until_ms i64?, rectified_ms i64?, closed_ms i64?
SELECT p.id, p.year, p.number, p.state, p.description, s.name AS site_name, p.place, p.unit_id, u.name AS unit_name, p.due_ms,
       p.postponed_until_ms, p.rectified_ms, p.closed_ms
FROM problem p
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE p.hq_id = :hq AND p.works_id = :works_id
  [[key_id: AND p.id > :key_id]]
  [[state: AND p.state = :state]]
  [[is_open: AND p.closed_ms IS NULL]]
ORDER BY p.id
LIMIT :row_limit;

-- name: works_unit_open :one
-- in: hq i64, id uuid
-- out: name text
SELECT name FROM unit WHERE hq_id = :hq AND id = :id AND closed_ms IS NULL;

-- name: works_add :exec
-- in: hq i64, id uuid, title text, content text?, kind text, area_code text, site_id uuid?, lead_unit_id uuid, plan_fen i64, start_ms i64?, end_ms i64, milestones i64, next_due_ms i64?, created_ms i64
INSERT INTO works (hq_id, id, title, content, kind, area_code, site_id, lead_unit_id, plan_fen, start_ms, end_ms, state, milestones,
                   next_due_ms, created_ms)
VALUES (:hq, :id, :title, :content, :kind, :area_code, :site_id, :lead_unit_id, :plan_fen, :start_ms, :end_ms, 'planned', :milestones,
        :next_due_ms, :created_ms);

-- name: works_set :exec
-- in: hq i64, id uuid, version i64, title text, content text?, lead_unit_id uuid, plan_fen i64, start_ms i64?, end_ms i64
UPDATE works SET title = :title, content = :content, lead_unit_id = :lead_unit_id, plan_fen = :plan_fen, start_ms = :start_ms,
    end_ms = :end_ms, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: works_milestone_add :exec
-- in: hq i64, id uuid, seq i64, title text, due_ms i64
INSERT INTO works_milestone (hq_id, works_id, seq, title, due_ms) VALUES (:hq, :id, :seq, :title, :due_ms);

-- name: works_milestone_done :exec
-- in: hq i64, id uuid, seq i64, done_ms i64, late bool, note text?
UPDATE works_milestone SET done_ms = :done_ms, late = :late, note = :note
WHERE hq_id = :hq AND works_id = :id AND seq = :seq AND done_ms IS NULL;

-- name: works_progress :exec
-- in: hq i64, id uuid, version i64, state text, milestones i64, milestones_done i64, next_due_ms i64?
UPDATE works SET state = :state, milestones = :milestones, milestones_done = :milestones_done, next_due_ms = :next_due_ms,
    version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: works_payment_add :exec
-- in: hq i64, id uuid, works_id uuid, fen i64, note text?, at_ms i64, by_id uuid
INSERT INTO works_payment (hq_id, id, works_id, fen, note, at_ms, by_id) VALUES (:hq, :id, :works_id, :fen, :note, :at_ms, :by_id);

-- name: works_paid :exec
-- in: hq i64, id uuid, fen i64
UPDATE works SET paid_fen = paid_fen + :fen, version = version + 1 WHERE hq_id = :hq AND id = :id AND paid_fen + :fen >= 0;

-- name: works_photo_add :exec
-- in: hq i64, id uuid, sha256 sha256, order_no i64
INSERT INTO works_photo (hq_id, works_id, sha256, order_no) VALUES (:hq, :id, :sha256, :order_no);

-- name: works_photo_clear :exec
-- in: hq i64, id uuid
DELETE FROM works_photo WHERE hq_id = :hq AND works_id = :id;

-- name: works_completed :exec
-- in: hq i64, id uuid, version i64, completed_ms i64?, completed_by uuid?, note text?, state text
UPDATE works SET state = :state, completed_ms = :completed_ms, completed_by = :completed_by, complete_note = :note, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: works_end :exec
-- in: hq i64, id uuid, version i64, state text, ended_ms i64, note text?
UPDATE works SET state = :state, ended_ms = :ended_ms, end_note = :note, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- Beside the mark in its timeline, which moves the version.
-- name: works_problem_set :exec
-- in: hq i64, id uuid, works_id uuid?
UPDATE problem SET works_id = :works_id WHERE hq_id = :hq AND id = :id;
