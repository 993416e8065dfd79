-- Queries of the self-check ledger.

-- name: self_check_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, unit_id uuid, unit_name text, site_id uuid?, site_name text?, place text?, area_code text, category_code text?, criterion_id uuid?, criterion_code text?, description text, state text, found_ms i64, found_by uuid, nodes i64, nodes_done i64, next_due_ms i64?, closed_ms i64?, close_note text?, problem_id uuid?, sample_id uuid?, sample_result text?, sample_note text?, sampled_ms i64?, version i64
SELECT e.id, e.unit_id, u.name AS unit_name, e.site_id, s.name AS site_name, e.place, e.area_code, e.category_code, e.criterion_id,
       c.code AS criterion_code, e.description, e.state, e.found_ms, e.found_by, e.nodes, e.nodes_done, e.next_due_ms, e.closed_ms, e.close_note,
       e.problem_id, e.sample_id, e.sample_result, e.sample_note, e.sampled_ms, e.version
FROM self_check e
JOIN unit u ON u.hq_id = e.hq_id AND u.id = e.unit_id
LEFT JOIN site s ON s.hq_id = e.hq_id AND s.id = e.site_id
LEFT JOIN criterion c ON c.hq_id = e.hq_id AND c.id = e.criterion_id
WHERE e.hq_id = :hq AND e.id = :id;

-- name: self_check_list :many
-- in: hq i64, row_limit i64, key_ms i64?, key_id uuid?, unit_id uuid?, site_id uuid?, state text?, overdue_at i64?, sample_id uuid?, unjudged bool?, from_ms i64?, to_ms i64?
-- out: id uuid, unit_id uuid, unit_name text, site_id uuid?, site_name text?, place text?, area_code text, category_code text?, criterion_id uuid?, criterion_code text?, description text, state text, found_ms i64, found_by uuid, nodes i64, nodes_done i64, next_due_ms i64?, closed_ms i64?, close_note text?, problem_id uuid?, sample_id uuid?, sample_result text?, sample_note text?, sampled_ms i64?, version i64
SELECT e.id, e.unit_id, u.name AS unit_name, e.site_id, s.name AS site_name, e.place, e.area_code, e.category_code, e.criterion_id,
       c.code AS criterion_code, e.description, e.state, e.found_ms, e.found_by, e.nodes, e.nodes_done, e.next_due_ms, e.closed_ms, e.close_note,
       e.problem_id, e.sample_id, e.sample_result, e.sample_note, e.sampled_ms, e.version
FROM self_check e
JOIN unit u ON u.hq_id = e.hq_id AND u.id = e.unit_id
LEFT JOIN site s ON s.hq_id = e.hq_id AND s.id = e.site_id
LEFT JOIN criterion c ON c.hq_id = e.hq_id AND c.id = e.criterion_id
WHERE e.hq_id = :hq
  [[key_ms: AND (e.found_ms, e.id) < (:key_ms, :key_id)]]
  [[unit_id: AND e.unit_id = :unit_id]]
  [[site_id: AND e.site_id = :site_id]]
  [[state: AND e.state = :state]]
  [[overdue_at: AND e.state = 'open' AND e.next_due_ms < :overdue_at]]
  [[sample_id: AND e.sample_id = :sample_id]]
  [[unjudged: AND e.sample_id IS NOT NULL AND e.sample_result IS NULL]]
  [[from_ms: AND e.found_ms >= :from_ms]]
  [[to_ms: AND e.found_ms < :to_ms]]
ORDER BY e.found_ms DESC, e.id DESC
LIMIT :row_limit;

-- name: self_check_nodes :many
-- in: hq i64, id uuid
-- out: seq i64, title text, due_ms i64, done_ms i64?, note text?
SELECT seq, title, due_ms, done_ms, note FROM self_check_node WHERE hq_id = :hq AND entry_id = :id ORDER BY seq;

-- name: self_check_photos :many
-- in: hq i64, id uuid
-- out: role text, sha256 sha256
SELECT role, sha256 FROM self_check_photo WHERE hq_id = :hq AND entry_id = :id ORDER BY role DESC, order_no;

-- name: self_check_add :exec
-- in: hq i64, id uuid, unit_id uuid, site_id uuid?, place text?, area_code text, category_code text?, criterion_id uuid?, description text, found_ms i64, found_by uuid, nodes i64, next_due_ms i64?
INSERT INTO self_check (hq_id, id, unit_id, site_id, place, area_code, category_code, criterion_id, description, state, found_ms, found_by,
                        nodes, next_due_ms)
VALUES (:hq, :id, :unit_id, :site_id, :place, :area_code, :category_code, :criterion_id, :description, 'open', :found_ms, :found_by,
        :nodes, :next_due_ms);

-- name: self_check_node_add :exec
-- in: hq i64, id uuid, seq i64, title text, due_ms i64
INSERT INTO self_check_node (hq_id, entry_id, seq, title, due_ms) VALUES (:hq, :id, :seq, :title, :due_ms);

-- name: self_check_photo_add :exec
-- in: hq i64, id uuid, role text, sha256 sha256, order_no i64
INSERT INTO self_check_photo (hq_id, entry_id, role, sha256, order_no) VALUES (:hq, :id, :role, :sha256, :order_no);

-- name: self_check_node_done :exec
-- in: hq i64, id uuid, seq i64, done_ms i64, note text?
UPDATE self_check_node SET done_ms = :done_ms, note = :note WHERE hq_id = :hq AND entry_id = :id AND seq = :seq AND done_ms IS NULL;

-- name: self_check_advance :exec
-- in: hq i64, id uuid, version i64, nodes_done i64, next_due_ms i64?
UPDATE self_check SET nodes_done = :nodes_done, next_due_ms = :next_due_ms, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'open';

-- name: self_check_end :exec
-- in: hq i64, id uuid, version i64, state text, closed_ms i64, note text?, problem_id uuid?
UPDATE self_check SET state = :state, closed_ms = :closed_ms, close_note = :note, problem_id = :problem_id, next_due_ms = NULL,
    version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'open';

-- What may be drawn: closed and not drawn before.
-- name: self_check_candidates :many
-- in: hq i64, from_ms i64, to_ms i64, unit_id uuid?, row_limit i64
-- out: id uuid, unit_id uuid
SELECT e.id, e.unit_id FROM self_check e
WHERE e.hq_id = :hq AND e.state = 'closed' AND e.sample_id IS NULL AND e.closed_ms >= :from_ms AND e.closed_ms < :to_ms
  [[unit_id: AND e.unit_id = :unit_id]]
ORDER BY e.closed_ms, e.id
LIMIT :row_limit;

-- name: self_check_sample_add :exec
-- in: hq i64, id uuid, from_ms i64, to_ms i64, unit_id uuid?, candidates i64, taken i64, at_ms i64, by_id uuid
INSERT INTO self_check_sample (hq_id, id, from_ms, to_ms, unit_id, candidates, taken, at_ms, by_id)
VALUES (:hq, :id, :from_ms, :to_ms, :unit_id, :candidates, :taken, :at_ms, :by_id);

-- name: self_check_sample_get :one
-- in: hq i64, id uuid
-- out: id uuid, from_ms i64, to_ms i64, unit_id uuid?, candidates i64, taken i64, at_ms i64
SELECT id, from_ms, to_ms, unit_id, candidates, taken, at_ms FROM self_check_sample WHERE hq_id = :hq AND id = :id;

-- name: self_check_drawn :exec
-- in: hq i64, id uuid, sample_id uuid
UPDATE self_check SET sample_id = :sample_id, version = version + 1
WHERE hq_id = :hq AND id = :id AND state = 'closed' AND sample_id IS NULL;

-- name: self_check_judged :exec
-- in: hq i64, id uuid, version i64, result text, note text?, at_ms i64, by_id uuid
UPDATE self_check SET sample_result = :result, sample_note = :note, sampled_ms = :at_ms, sampled_by = :by_id, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND sample_id IS NOT NULL AND sample_result IS NULL;

-- What units found themselves in a period: counted in their favour.
-- name: self_check_counts :many
-- in: hq i64, from_ms i64, to_ms i64, now_ms i64, unit_id uuid?
-- out: unit_id uuid, unit_name text, found i64, closed i64, raised i64, overdue i64, sampled i64, confirmed i64, noted i64
SELECT e.unit_id, u.name AS unit_name, COUNT(*) AS found, COUNT(CASE WHEN e.state = 'closed' THEN 1 END) AS closed,
       COUNT(CASE WHEN e.state = 'raised' THEN 1 END) AS raised,
       COUNT(CASE WHEN e.state = 'open' AND e.next_due_ms < :now_ms THEN 1 END) AS overdue, COUNT(e.sample_id) AS sampled,
       COUNT(CASE WHEN e.sample_result = 'confirmed' THEN 1 END) AS confirmed,
       COUNT(CASE WHEN e.sample_result = 'noted' THEN 1 END) AS noted
FROM self_check e
JOIN unit u ON u.hq_id = e.hq_id AND u.id = e.unit_id
WHERE e.hq_id = :hq AND e.found_ms >= :from_ms AND e.found_ms < :to_ms [[unit_id: AND e.unit_id = :unit_id]]
GROUP BY e.unit_id, u.name, u.order_no
ORDER BY u.order_no, e.unit_id;
