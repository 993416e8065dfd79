-- Queries of 举一反三.

-- Sites alike by who answers for them; the site the problem is at stays out.
-- name: alike_sites :many
-- in: hq i64, category text, site_id uuid?, area_from text?, area_to text?
-- out: unit_id uuid?, n i64
SELECT COALESCE(s.subject_unit_id, s.territory_unit_id) AS unit_id, COUNT(*) AS n
FROM site s
WHERE s.hq_id = :hq AND s.category_code = :category AND s.state = 'active'
  [[site_id: AND s.id <> :site_id]]
  [[area_from: AND s.area_code >= :area_from AND s.area_code < :area_to]]
GROUP BY COALESCE(s.subject_unit_id, s.territory_unit_id)
ORDER BY 1;

-- name: alike_add :exec
-- in: hq i64, id uuid, problem_id uuid, title text, work_standard text, category_code text, criterion_id uuid?, area_code text?, due_ms i64, started_ms i64, started_by uuid, tasks i64, sites i64, uncovered i64
INSERT INTO alike (hq_id, id, problem_id, title, work_standard, category_code, criterion_id, area_code, due_ms, state, started_ms,
                   started_by, tasks, sites, uncovered)
VALUES (:hq, :id, :problem_id, :title, :work_standard, :category_code, :criterion_id, :area_code, :due_ms, 'open', :started_ms,
        :started_by, :tasks, :sites, :uncovered);

-- name: alike_task_add :exec
-- in: hq i64, id uuid, alike_id uuid, unit_id uuid, due_ms i64, sites i64
INSERT INTO alike_task (hq_id, id, alike_id, unit_id, due_ms, state, sites)
VALUES (:hq, :id, :alike_id, :unit_id, :due_ms, 'open', :sites);

-- One row to be answered per site, for all tasks of the drive at once.
-- name: alike_answers_open :exec
-- in: hq i64, alike_id uuid, category text, site_id uuid?, area_from text?, area_to text?
INSERT INTO alike_answer (hq_id, task_id, site_id)
SELECT t.hq_id, t.id, s.id
FROM alike_task t
JOIN site s ON s.hq_id = t.hq_id AND COALESCE(s.subject_unit_id, s.territory_unit_id) = t.unit_id
WHERE t.hq_id = :hq AND t.alike_id = :alike_id AND s.category_code = :category AND s.state = 'active'
  [[site_id: AND s.id <> :site_id]]
  [[area_from: AND s.area_code >= :area_from AND s.area_code < :area_to]];

-- name: alike_typical :exec
-- in: hq i64, id uuid
UPDATE problem SET typical = TRUE WHERE hq_id = :hq AND id = :id;

-- name: alike_by_id :one
-- in: hq i64, id uuid, now_ms i64
-- out: id uuid, problem_id uuid, problem_year i64, problem_number i64, title text, work_standard text, category_code text, criterion_id uuid?, criterion_code text?, area_code text?, due_ms i64, state text, started_ms i64, closed_ms i64?, close_note text?, tasks i64, tasks_done i64, sites i64, uncovered i64, checked i64, found i64, mended i64, not_applicable i64, version i64, overdue_tasks i64, raised i64, raised_closed i64
SELECT a.id, a.problem_id, p.year AS problem_year, p.number AS problem_number, a.title, a.work_standard, a.category_code, a.criterion_id,
       c.code AS criterion_code, a.area_code, a.due_ms, a.state, a.started_ms, a.closed_ms, a.close_note, a.tasks, a.tasks_done, a.sites,
       a.uncovered, a.checked, a.found, a.mended, a.not_applicable, a.version,
       (SELECT COUNT(*) FROM alike_task t WHERE t.hq_id = a.hq_id AND t.alike_id = a.id
          AND (t.late = TRUE OR (t.state = 'open' AND t.due_ms < CAST(:now_ms AS BIGINT)))) AS overdue_tasks,
       (SELECT COUNT(*) FROM problem q WHERE q.hq_id = a.hq_id AND q.alike_id = a.id) AS raised,
       (SELECT COUNT(*) FROM problem q WHERE q.hq_id = a.hq_id AND q.alike_id = a.id AND q.closed_ms IS NOT NULL) AS raised_closed
FROM alike a
JOIN problem p ON p.hq_id = a.hq_id AND p.id = a.problem_id
LEFT JOIN criterion c ON c.hq_id = a.hq_id AND c.id = a.criterion_id
WHERE a.hq_id = :hq AND a.id = :id;

-- name: alike_list :many
-- in: hq i64, now_ms i64, row_limit i64, key_ms i64?, key_id uuid?, state text?, problem_id uuid?, scope_unit uuid?
-- out: id uuid, problem_id uuid, problem_year i64, problem_number i64, title text, work_standard text, category_code text, criterion_id uuid?, criterion_code text?, area_code text?, due_ms i64, state text, started_ms i64, closed_ms i64?, close_note text?, tasks i64, tasks_done i64, sites i64, uncovered i64, checked i64, found i64, mended i64, not_applicable i64, version i64, overdue_tasks i64, raised i64, raised_closed i64
SELECT a.id, a.problem_id, p.year AS problem_year, p.number AS problem_number, a.title, a.work_standard, a.category_code, a.criterion_id,
       c.code AS criterion_code, a.area_code, a.due_ms, a.state, a.started_ms, a.closed_ms, a.close_note, a.tasks, a.tasks_done, a.sites,
       a.uncovered, a.checked, a.found, a.mended, a.not_applicable, a.version,
       (SELECT COUNT(*) FROM alike_task t WHERE t.hq_id = a.hq_id AND t.alike_id = a.id
          AND (t.late = TRUE OR (t.state = 'open' AND t.due_ms < CAST(:now_ms AS BIGINT)))) AS overdue_tasks,
       (SELECT COUNT(*) FROM problem q WHERE q.hq_id = a.hq_id AND q.alike_id = a.id) AS raised,
       (SELECT COUNT(*) FROM problem q WHERE q.hq_id = a.hq_id AND q.alike_id = a.id AND q.closed_ms IS NOT NULL) AS raised_closed
FROM alike a
JOIN problem p ON p.hq_id = a.hq_id AND p.id = a.problem_id
LEFT JOIN criterion c ON c.hq_id = a.hq_id AND c.id = a.criterion_id
WHERE a.hq_id = :hq
  [[key_ms: AND (a.started_ms, a.id) < (:key_ms, :key_id)]]
  [[state: AND a.state = :state]]
  [[problem_id: AND a.problem_id = :problem_id]]
  [[scope_unit: AND EXISTS (SELECT 1 FROM alike_task t WHERE t.hq_id = a.hq_id AND t.alike_id = a.id AND t.unit_id = :scope_unit)]]
ORDER BY [[problem_id: a.started_ms + 0 DESC,]] a.started_ms DESC, a.id DESC
LIMIT :row_limit;

-- name: alike_task_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, alike_id uuid, title text, work_standard text, criterion_id uuid?, category_code text, drive_state text, unit_id uuid, unit_name text, due_ms i64, state text, sites i64, answered i64, found i64, mended i64, not_applicable i64, done_ms i64?, late bool, version i64
SELECT t.id, t.alike_id, a.title, a.work_standard, a.criterion_id, a.category_code, a.state AS drive_state, t.unit_id, u.name AS unit_name,
       t.due_ms, t.state, t.sites, t.answered, t.found, t.mended, t.not_applicable, t.done_ms, t.late, t.version
FROM alike_task t
JOIN alike a ON a.hq_id = t.hq_id AND a.id = t.alike_id
JOIN unit u ON u.hq_id = t.hq_id AND u.id = t.unit_id
WHERE t.hq_id = :hq AND t.id = :id;

-- name: alike_task_list :many
-- in: hq i64, row_limit i64, key_ms i64?, key_id uuid?, alike_id uuid?, unit_id uuid?, is_open bool?, overdue_at i64?
-- out: id uuid, alike_id uuid, title text, work_standard text, criterion_id uuid?, category_code text, drive_state text, unit_id uuid, unit_name text, due_ms i64, state text, sites i64, answered i64, found i64, mended i64, not_applicable i64, done_ms i64?, late bool, version i64
SELECT t.id, t.alike_id, a.title, a.work_standard, a.criterion_id, a.category_code, a.state AS drive_state, t.unit_id, u.name AS unit_name,
       t.due_ms, t.state, t.sites, t.answered, t.found, t.mended, t.not_applicable, t.done_ms, t.late, t.version
FROM alike_task t
JOIN alike a ON a.hq_id = t.hq_id AND a.id = t.alike_id
JOIN unit u ON u.hq_id = t.hq_id AND u.id = t.unit_id
WHERE t.hq_id = :hq
  [[key_ms: AND (t.due_ms, t.id) > (:key_ms, :key_id)]]
  [[alike_id: AND t.alike_id = :alike_id]]
  [[unit_id: AND t.unit_id = :unit_id]]
  [[is_open: AND t.state = 'open']]
  [[overdue_at: AND t.state = 'open' AND t.due_ms < :overdue_at]]
ORDER BY t.due_ms, t.id
LIMIT :row_limit;

-- name: alike_answers :many
-- in: hq i64, task_id uuid, row_limit i64, key_id uuid?, waiting bool?
-- out: site_id uuid, site_code text, site_name text, area_code text, result text?, note text?, problem_id uuid?, problem_year i64?, problem_number i64?, problem_state text?, answered_ms i64?
SELECT w.site_id, s.code AS site_code, s.name AS site_name, s.area_code, w.result, w.note, w.problem_id, p.year AS problem_year,
       p.number AS problem_number, p.state AS problem_state, w.answered_ms
FROM alike_answer w
JOIN site s ON s.hq_id = w.hq_id AND s.id = w.site_id
LEFT JOIN problem p ON p.hq_id = w.hq_id AND p.id = w.problem_id
WHERE w.hq_id = :hq AND w.task_id = :task_id
  [[key_id: AND w.site_id > :key_id]]
  [[waiting: AND w.result IS NULL]]
ORDER BY w.site_id
LIMIT :row_limit;

-- name: alike_photos :many
-- in: hq i64, task_id uuid, from_site uuid, to_site uuid
-- out: site_id uuid, role text, sha256 sha256
SELECT site_id, role, sha256 FROM alike_photo
WHERE hq_id = :hq AND task_id = :task_id AND site_id >= :from_site AND site_id <= :to_site
ORDER BY site_id, role DESC, order_no;

-- name: alike_site :one
-- in: hq i64, task_id uuid, site_id uuid
-- out: name text, area_code text, category_code text, result text?
SELECT s.name, s.area_code, s.category_code, w.result
FROM alike_answer w
JOIN site s ON s.hq_id = w.hq_id AND s.id = w.site_id
WHERE w.hq_id = :hq AND w.task_id = :task_id AND w.site_id = :site_id;

-- name: alike_answer_set :exec
-- in: hq i64, task_id uuid, site_id uuid, result text, note text?, problem_id uuid?, answered_ms i64, answered_by uuid
UPDATE alike_answer SET result = :result, note = :note, problem_id = :problem_id, answered_ms = :answered_ms, answered_by = :answered_by
WHERE hq_id = :hq AND task_id = :task_id AND site_id = :site_id AND result IS NULL;

-- name: alike_photo_add :exec
-- in: hq i64, task_id uuid, site_id uuid, role text, sha256 sha256, order_no i64
INSERT INTO alike_photo (hq_id, task_id, site_id, role, sha256, order_no)
VALUES (:hq, :task_id, :site_id, :role, :sha256, :order_no);

-- name: alike_task_set :exec
-- in: hq i64, id uuid, version i64, answered i64, found i64, mended i64, not_applicable i64, state text, done_ms i64?, late bool
UPDATE alike_task SET answered = :answered, found = :found, mended = :mended, not_applicable = :not_applicable, state = :state,
    done_ms = :done_ms, late = :late, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'open';

-- Closes itself with its last task.
-- name: alike_count_on :exec
-- in: hq i64, id uuid, checked i64, found i64, mended i64, not_applicable i64, done i64, at_ms i64
UPDATE alike SET checked = checked + :checked, found = found + :found, mended = mended + :mended,
    not_applicable = not_applicable + :not_applicable, tasks_done = tasks_done + :done,
    closed_ms = CASE WHEN tasks_done + :done = tasks THEN CAST(:at_ms AS BIGINT) END,
    state = CASE WHEN tasks_done + :done = tasks THEN 'closed' ELSE 'open' END, version = version + 1
WHERE hq_id = :hq AND id = :id AND state = 'open';

-- name: alike_close :exec
-- in: hq i64, id uuid, version i64, closed_ms i64, note text
UPDATE alike SET state = 'closed', closed_ms = :closed_ms, close_note = :note, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'open';
