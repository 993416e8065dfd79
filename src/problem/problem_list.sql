-- Lists and counts of problems.
--
-- A list is read through one index, its driver (d_…), in the order asked for; every other filter is written so that
-- neither engine takes another index for it (COALESCE(column, …) has none), and problem_list.c bounds how far is walked.

-- name: problem_list :many
-- in: hq i64, row_limit i64, by_newest bool?, by_oldest bool?, by_due bool?, by_closed bool?, by_number bool?
-- in: newest_key i64?, oldest_key i64?, due_key i64?, closed_key i64?, year_key i64?, number_key i64?, key_id uuid?
-- in: newest_end i64?, oldest_end i64?, due_end i64?, closed_end i64?, year_end i64?, number_end i64?, end_id uuid?
-- in: d_year i64?, d_number i64?, d_site uuid?, d_parent uuid?, d_alike uuid?, d_works uuid?, d_asset uuid?, d_round uuid?, d_village text?, d_town text?, d_reporter uuid?, d_handler uuid?, d_unit uuid?, d_state text?, d_open bool?, d_overdue i64?, d_category text?, d_key bool?, d_from i64?, d_to i64?
-- in: not_held bool?, state text?, is_open bool?, is_closed bool?, overdue_at i64?, unit_id uuid?, handler_id uuid?, reporter_id uuid?, site_id uuid?, round_id uuid?, area_from text?, area_to text?, category text?, severity text?, source text?, kind text?, from_ms i64?, to_ms i64?, q text?
-- out: id uuid, year i64, number i64, state text, source text, site_id uuid?, site_name text?, area_code text, category_code text?, criterion_id uuid?, criterion_code text?, description text, severity text, typical bool, unit_id uuid?, unit_name text?, limit_kind text, limit_amount i64, reported_ms i64, dispatched_ms i64?, due_ms i64?, left_ms i64?, rectified_ms i64?, closed_ms i64?, overdue bool, rework_count i64, version i64
-- out: kind text, held bool, clock_ms i64?, extension_count i64, postponed_until_ms i64?, stopped_ms i64?, exempt bool, handler_unit_id uuid?
-- out: stage text?, stage_kind text?, stage_ms i64?, stage_due_ms i64?, stage_left_ms i64?, case_limit_kind text?, case_limit_amount i64?, case_due_ms i64?, case_left_ms i64?, case_overdue bool
SELECT p.id, p.year, p.number, p.state, p.source, p.site_id, s.name, p.area_code, p.category_code, p.criterion_id, c.code,
       p.description, p.severity, p.typical, p.unit_id, u.name, p.limit_kind, p.limit_amount, p.reported_ms, p.dispatched_ms,
       p.due_ms, p.left_ms, p.rectified_ms, p.closed_ms, p.overdue, p.rework_count, p.version,
       p.kind, p.held, p.clock_ms, p.extension_count, p.postponed_until_ms, p.stopped_ms, p.exempt, p.handler_unit_id,
       p.stage, p.stage_kind, p.stage_ms, p.stage_due_ms, p.stage_left_ms, p.case_limit_kind, p.case_limit_amount,
       p.case_due_ms, p.case_left_ms, p.case_overdue
FROM problem p
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
LEFT JOIN criterion c ON c.hq_id = p.hq_id AND c.id = p.criterion_id
WHERE p.hq_id = :hq
  [[by_due: AND p.closed_ms IS NULL AND p.due_ms IS NOT NULL]]
  [[by_closed: AND p.closed_ms IS NOT NULL]]
  [[newest_key: AND (p.reported_ms, p.id) < (:newest_key, :key_id)]]
  [[oldest_key: AND (p.reported_ms, p.id) > (:oldest_key, :key_id)]]
  [[due_key: AND (p.due_ms, p.id) > (:due_key, :key_id)]]
  [[closed_key: AND (p.closed_ms, p.id) < (:closed_key, :key_id)]]
  [[year_key: AND (p.year, p.number) < (:year_key, :number_key)]]
  [[newest_end: AND (p.reported_ms, p.id) >= (:newest_end, :end_id)]]
  [[oldest_end: AND (p.reported_ms, p.id) <= (:oldest_end, :end_id)]]
  [[due_end: AND (p.due_ms, p.id) <= (:due_end, :end_id)]]
  [[closed_end: AND (p.closed_ms, p.id) >= (:closed_end, :end_id)]]
  [[year_end: AND (p.year, p.number) >= (:year_end, :number_end)]]
  [[d_year: AND p.year = :d_year AND p.number = :d_number]]
  [[d_site: AND p.site_id = :d_site]]
  [[d_parent: AND p.parent_id = :d_parent]]
  [[d_alike: AND p.alike_id = :d_alike]]
  [[d_works: AND p.works_id = :d_works]]
  [[d_asset: AND p.asset_id = :d_asset]]
  [[d_round: AND p.round_id = :d_round]]
  [[d_village: AND SUBSTR(p.area_code, 1, 12) = :d_village]]
  [[d_town: AND SUBSTR(p.area_code, 1, 9) = :d_town]]
  [[d_reporter: AND p.reporter_id = :d_reporter]]
  [[d_handler: AND p.handler_unit_id = :d_handler]]
  [[d_unit: AND p.unit_id = :d_unit]]
  [[d_state: AND p.state = :d_state]]
  [[d_open: AND p.closed_ms IS NULL]]
  [[d_overdue: AND p.closed_ms IS NULL AND p.due_ms IS NOT NULL AND p.due_ms < :d_overdue]]
  [[d_category: AND p.category_code = :d_category]]
  [[d_key: AND p.severity = 'key']]
  [[d_from: AND p.reported_ms >= :d_from]]
  [[d_to: AND p.reported_ms < :d_to]]
  [[not_held: AND p.held = FALSE]]
  [[state: AND COALESCE(p.state, '') = :state]]
  [[is_open: AND COALESCE(p.closed_ms, 0) = 0]]
  [[is_closed: AND COALESCE(p.closed_ms, 0) <> 0]]
  [[overdue_at: AND COALESCE(p.closed_ms, 0) = 0 AND COALESCE(p.due_ms, :overdue_at) < :overdue_at AND p.left_ms IS NULL
                AND COALESCE(p.state, '') IN ('dispatched', 'accepted')]]
  [[unit_id: AND COALESCE(p.unit_id, p.id) = :unit_id]]
  [[handler_id: AND COALESCE(p.handler_unit_id, p.id) = :handler_id]]
  [[reporter_id: AND COALESCE(p.reporter_id, p.id) = :reporter_id]]
  [[site_id: AND COALESCE(p.site_id, p.id) = :site_id]]
  [[round_id: AND COALESCE(p.round_id, p.id) = :round_id]]
  [[area_from: AND p.area_code || '' >= :area_from AND p.area_code || '' < :area_to]]
  [[category: AND COALESCE(p.category_code, '') = :category]]
  [[severity: AND COALESCE(p.severity, '') = :severity]]
  [[source: AND COALESCE(p.source, '') = :source]]
  [[kind: AND COALESCE(p.kind, '') = :kind]]
  [[from_ms: AND p.reported_ms + 0 >= :from_ms]]
  [[to_ms: AND p.reported_ms + 0 < :to_ms]]
  [[q: AND p.search_text LIKE :q ESCAPE '!']]
ORDER BY [[by_newest: p.reported_ms DESC, p.id DESC,]] [[by_oldest: p.reported_ms, p.id,]] [[by_due: p.due_ms, p.id,]]
  [[by_closed: p.closed_ms DESC, p.id DESC,]] [[by_number: p.year DESC, p.number DESC,]] p.hq_id
LIMIT :row_limit;

-- The same of a driver whose index has another order: few rows answer to it, and they are sorted.
-- name: problem_list_sorted :many
-- in: like problem_list
-- out: like problem_list
SELECT p.id, p.year, p.number, p.state, p.source, p.site_id, s.name, p.area_code, p.category_code, p.criterion_id, c.code,
       p.description, p.severity, p.typical, p.unit_id, u.name, p.limit_kind, p.limit_amount, p.reported_ms, p.dispatched_ms,
       p.due_ms, p.left_ms, p.rectified_ms, p.closed_ms, p.overdue, p.rework_count, p.version,
       p.kind, p.held, p.clock_ms, p.extension_count, p.postponed_until_ms, p.stopped_ms, p.exempt, p.handler_unit_id,
       p.stage, p.stage_kind, p.stage_ms, p.stage_due_ms, p.stage_left_ms, p.case_limit_kind, p.case_limit_amount,
       p.case_due_ms, p.case_left_ms, p.case_overdue
FROM problem p
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
LEFT JOIN criterion c ON c.hq_id = p.hq_id AND c.id = p.criterion_id
WHERE p.hq_id = :hq
  [[by_due: AND COALESCE(p.closed_ms, 0) = 0 AND COALESCE(p.due_ms, 0) <> 0]]
  [[by_closed: AND COALESCE(p.closed_ms, 0) <> 0]]
  [[newest_key: AND (p.reported_ms + 0, p.id) < (:newest_key, :key_id)]]
  [[oldest_key: AND (p.reported_ms + 0, p.id) > (:oldest_key, :key_id)]]
  [[due_key: AND (p.due_ms + 0, p.id) > (:due_key, :key_id)]]
  [[closed_key: AND (p.closed_ms + 0, p.id) < (:closed_key, :key_id)]]
  [[year_key: AND (p.year + 0, p.number) < (:year_key, :number_key)]]
  [[newest_end: AND (p.reported_ms + 0, p.id) >= (:newest_end, :end_id)]]
  [[oldest_end: AND (p.reported_ms + 0, p.id) <= (:oldest_end, :end_id)]]
  [[due_end: AND (p.due_ms + 0, p.id) <= (:due_end, :end_id)]]
  [[closed_end: AND (p.closed_ms + 0, p.id) >= (:closed_end, :end_id)]]
  [[year_end: AND (p.year + 0, p.number) >= (:year_end, :number_end)]]
  [[d_year: AND p.year = :d_year AND p.number = :d_number]]
  [[d_site: AND p.site_id = :d_site]]
  [[d_parent: AND p.parent_id = :d_parent]]
  [[d_alike: AND p.alike_id = :d_alike]]
  [[d_works: AND p.works_id = :d_works]]
  [[d_asset: AND p.asset_id = :d_asset]]
  [[d_round: AND p.round_id = :d_round]]
  [[d_village: AND SUBSTR(p.area_code, 1, 12) = :d_village]]
  [[d_town: AND SUBSTR(p.area_code, 1, 9) = :d_town]]
  [[d_reporter: AND p.reporter_id = :d_reporter]]
  [[d_handler: AND p.handler_unit_id = :d_handler]]
  [[d_unit: AND p.unit_id = :d_unit]]
  [[d_state: AND p.state = :d_state]]
  [[d_open: AND p.closed_ms IS NULL]]
  [[d_overdue: AND p.closed_ms IS NULL AND p.due_ms IS NOT NULL AND p.due_ms < :d_overdue]]
  [[d_category: AND p.category_code = :d_category]]
  [[d_key: AND p.severity = 'key']]
  [[d_from: AND p.reported_ms + 0 >= :d_from]]
  [[d_to: AND p.reported_ms + 0 < :d_to]]
  [[not_held: AND p.held = FALSE]]
  [[state: AND COALESCE(p.state, '') = :state]]
  [[is_open: AND COALESCE(p.closed_ms, 0) = 0]]
  [[is_closed: AND COALESCE(p.closed_ms, 0) <> 0]]
  [[overdue_at: AND COALESCE(p.closed_ms, 0) = 0 AND COALESCE(p.due_ms, :overdue_at) < :overdue_at AND p.left_ms IS NULL
                AND COALESCE(p.state, '') IN ('dispatched', 'accepted')]]
  [[unit_id: AND COALESCE(p.unit_id, p.id) = :unit_id]]
  [[handler_id: AND COALESCE(p.handler_unit_id, p.id) = :handler_id]]
  [[reporter_id: AND COALESCE(p.reporter_id, p.id) = :reporter_id]]
  [[site_id: AND COALESCE(p.site_id, p.id) = :site_id]]
  [[round_id: AND COALESCE(p.round_id, p.id) = :round_id]]
  [[area_from: AND p.area_code || '' >= :area_from AND p.area_code || '' < :area_to]]
  [[category: AND COALESCE(p.category_code, '') = :category]]
  [[severity: AND COALESCE(p.severity, '') = :severity]]
  [[source: AND COALESCE(p.source, '') = :source]]
  [[kind: AND COALESCE(p.kind, '') = :kind]]
  [[from_ms: AND p.reported_ms + 0 >= :from_ms]]
  [[to_ms: AND p.reported_ms + 0 < :to_ms]]
  [[q: AND p.search_text LIKE :q ESCAPE '!']]
ORDER BY [[by_newest: p.reported_ms + 0 DESC, p.id DESC,]] [[by_oldest: p.reported_ms + 0, p.id,]] [[by_due: p.due_ms + 0, p.id,]]
  [[by_closed: p.closed_ms + 0 DESC, p.id DESC,]] [[by_number: p.year + 0 DESC, p.number DESC,]] p.hq_id
LIMIT :row_limit;

-- The row `skip` steps on along the driver: where a walk ends; nothing: the whole is shorter.
-- name: problem_list_at :one
-- in: hq i64, skip i64, by_newest bool?, by_oldest bool?, by_due bool?, by_closed bool?, by_number bool?
-- in: newest_key i64?, oldest_key i64?, due_key i64?, closed_key i64?, year_key i64?, number_key i64?, key_id uuid?
-- in: d_year i64?, d_number i64?, d_site uuid?, d_parent uuid?, d_alike uuid?, d_works uuid?, d_asset uuid?, d_round uuid?, d_village text?, d_town text?, d_reporter uuid?, d_handler uuid?, d_unit uuid?, d_state text?, d_open bool?, d_overdue i64?, d_category text?, d_key bool?, d_from i64?, d_to i64?
-- out: id uuid
SELECT p.id FROM problem p
WHERE p.hq_id = :hq
  [[by_due: AND p.closed_ms IS NULL AND p.due_ms IS NOT NULL]]
  [[by_closed: AND p.closed_ms IS NOT NULL]]
  [[newest_key: AND (p.reported_ms, p.id) < (:newest_key, :key_id)]]
  [[oldest_key: AND (p.reported_ms, p.id) > (:oldest_key, :key_id)]]
  [[due_key: AND (p.due_ms, p.id) > (:due_key, :key_id)]]
  [[closed_key: AND (p.closed_ms, p.id) < (:closed_key, :key_id)]]
  [[year_key: AND (p.year, p.number) < (:year_key, :number_key)]]
  [[d_year: AND p.year = :d_year AND p.number = :d_number]]
  [[d_site: AND p.site_id = :d_site]]
  [[d_parent: AND p.parent_id = :d_parent]]
  [[d_alike: AND p.alike_id = :d_alike]]
  [[d_works: AND p.works_id = :d_works]]
  [[d_asset: AND p.asset_id = :d_asset]]
  [[d_round: AND p.round_id = :d_round]]
  [[d_village: AND SUBSTR(p.area_code, 1, 12) = :d_village]]
  [[d_town: AND SUBSTR(p.area_code, 1, 9) = :d_town]]
  [[d_reporter: AND p.reporter_id = :d_reporter]]
  [[d_handler: AND p.handler_unit_id = :d_handler]]
  [[d_unit: AND p.unit_id = :d_unit]]
  [[d_state: AND p.state = :d_state]]
  [[d_open: AND p.closed_ms IS NULL]]
  [[d_overdue: AND p.closed_ms IS NULL AND p.due_ms IS NOT NULL AND p.due_ms < :d_overdue]]
  [[d_category: AND p.category_code = :d_category]]
  [[d_key: AND p.severity = 'key']]
  [[d_from: AND p.reported_ms >= :d_from]]
  [[d_to: AND p.reported_ms < :d_to]]
ORDER BY [[by_newest: p.reported_ms DESC, p.id DESC,]] [[by_oldest: p.reported_ms, p.id,]] [[by_due: p.due_ms, p.id,]]
  [[by_closed: p.closed_ms DESC, p.id DESC,]] [[by_number: p.year DESC, p.number DESC,]] p.hq_id
LIMIT 1 OFFSET :skip;

-- name: problem_list_key :one
-- in: hq i64, id uuid
-- out: reported_ms i64, due_ms i64?, closed_ms i64?, year i64, number i64
SELECT reported_ms, due_ms, closed_ms, year, number FROM problem WHERE hq_id = :hq AND id = :id;

-- How many in each state, of one unit, one place or one reporter; each has an index that holds the state or few rows.
-- name: problem_state_counts :many
-- in: hq i64, only_open bool?, unit_id uuid?, town text?, village text?, area_from text?, area_to text?, reporter_id uuid?, not_unit uuid?, not_area_from text?, not_area_to text?
-- out: state text, n i64
SELECT p.state, COUNT(*) FROM problem p
WHERE p.hq_id = :hq
  [[only_open: AND p.closed_ms IS NULL]]
  [[unit_id: AND p.unit_id = :unit_id]]
  [[town: AND SUBSTR(p.area_code, 1, 9) = :town]]
  [[village: AND SUBSTR(p.area_code, 1, 12) = :village]]
  [[area_from: AND p.area_code || '' >= :area_from AND p.area_code || '' < :area_to]]
  [[reporter_id: AND p.reporter_id = :reporter_id]]
  [[not_unit: AND COALESCE(p.unit_id, p.id) <> :not_unit]]
  [[not_area_from: AND (p.area_code < :not_area_from OR p.area_code >= :not_area_to)]]
GROUP BY p.state ORDER BY p.state;

-- What is held back: little, and counted apart.
-- name: problem_held :many
-- in: hq i64, only_open bool?
-- out: state text, unit_id uuid?, area_code text, reporter_id uuid
SELECT p.state, p.unit_id, p.area_code, p.reporter_id FROM problem p
WHERE p.hq_id = :hq AND p.held = TRUE [[only_open: AND p.closed_ms IS NULL]];

-- name: problem_open_clocks :many
-- in: hq i64, scoped bool?, scope_open bool, scope_unit uuid?, scope_person uuid?, scope_area_from text?, scope_area_to text?
-- out: state text, limit_kind text, limit_amount i64, due_ms i64, left_ms i64?, clock_ms i64?, postponed_until_ms i64?
SELECT p.state, p.limit_kind, p.limit_amount, p.due_ms, p.left_ms, p.clock_ms, p.postponed_until_ms FROM problem p
WHERE p.hq_id = :hq AND p.closed_ms IS NULL AND p.due_ms IS NOT NULL
  [[scoped: AND (p.reporter_id = :scope_person OR (p.held = FALSE AND (CAST(:scope_open AS BOOLEAN)
                 OR p.unit_id = :scope_unit OR (p.area_code >= :scope_area_from AND p.area_code < :scope_area_to))))]];

-- name: problem_reported_since :many
-- in: hq i64, since_ms i64, scoped bool?, scope_open bool, scope_unit uuid?, scope_person uuid?, scope_area_from text?, scope_area_to text?
-- out: day i64, n i64
SELECT (p.reported_ms - CAST(:since_ms AS BIGINT)) / 86400000 AS day, COUNT(*) FROM problem p
WHERE p.hq_id = :hq AND p.reported_ms >= :since_ms
  [[scoped: AND (p.reporter_id = :scope_person OR (p.held = FALSE AND (CAST(:scope_open AS BOOLEAN)
                 OR p.unit_id = :scope_unit OR (p.area_code >= :scope_area_from AND p.area_code < :scope_area_to))))]]
GROUP BY 1 ORDER BY 1;

-- name: problem_closed_since :many
-- in: hq i64, since_ms i64, scoped bool?, scope_open bool, scope_unit uuid?, scope_person uuid?, scope_area_from text?, scope_area_to text?
-- out: day i64, n i64
SELECT (p.closed_ms - CAST(:since_ms AS BIGINT)) / 86400000 AS day, COUNT(*) FROM problem p
WHERE p.hq_id = :hq AND p.closed_ms >= :since_ms
  [[scoped: AND (p.reporter_id = :scope_person OR (p.held = FALSE AND (CAST(:scope_open AS BOOLEAN)
                 OR p.unit_id = :scope_unit OR (p.area_code >= :scope_area_from AND p.area_code < :scope_area_to))))]]
GROUP BY 1 ORDER BY 1;
