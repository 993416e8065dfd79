-- Indicators: cohorts of a period, counted by one key and listed by the same conditions.
--
-- Every cohort leaves out what is held back. Handling and closing leave out what is voided, merged, rejected or in
-- dispute, and what stands paused; filing leaves out what is merged (it was filed with the other one), and a stage that
-- merging or voiding broke off was not done. "due_ms + 0" has an index of its own, which no list may take.

-- name: indicator_reported :many
-- in: hq i64, from_ms i64, to_ms i64, by_unit bool?, by_area bool?, by_category bool?, unit_id uuid?, area_from text?, area_to text?, category text?
-- out: unit_id uuid?, key text, reported i64, valid i64, decided i64
SELECT [[by_unit: p.unit_id]] [[by_unit! CAST(NULL AS BYTEA)]], [[by_area: SUBSTR(p.area_code, 1, 9) ||]] [[by_category: COALESCE(p.category_code, '') ||]] '',
       COUNT(*), COUNT(*) FILTER (WHERE p.registered_ms IS NOT NULL AND p.state NOT IN ('voided', 'merged')),
       COUNT(*) FILTER (WHERE p.state NOT IN ('reported', 'verified'))
FROM problem p
WHERE p.hq_id = :hq AND p.held = FALSE AND p.reported_ms >= :from_ms AND p.reported_ms < :to_ms
  [[unit_id: AND p.unit_id = :unit_id]]
  [[area_from: AND p.area_code >= :area_from AND p.area_code < :area_to]]
  [[category: AND p.category_code = :category]]
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: indicator_filed :many
-- in: like indicator_reported
-- out: unit_id uuid?, key text, filed i64, kept i64, missed i64, public i64
SELECT [[by_unit: p.unit_id]] [[by_unit! CAST(NULL AS BYTEA)]], [[by_area: SUBSTR(p.area_code, 1, 9) ||]] [[by_category: COALESCE(p.category_code, '') ||]] '',
       COUNT(*), COUNT(*) FILTER (WHERE p.state <> 'voided'), COUNT(*) FILTER (WHERE p.source = 'superior'),
       COUNT(*) FILTER (WHERE p.source = 'report' AND p.verified_ms IS NOT NULL)
FROM problem p
WHERE p.hq_id = :hq AND p.held = FALSE AND p.registered_ms >= :from_ms AND p.registered_ms < :to_ms AND p.state <> 'merged'
  [[unit_id: AND p.unit_id = :unit_id]]
  [[area_from: AND p.area_code >= :area_from AND p.area_code < :area_to]]
  [[category: AND p.category_code = :category]]
GROUP BY 1, 2 ORDER BY 1, 2;

-- Stages that ended in the period, by case: in time when none of them was late.
-- name: indicator_stages :many
-- in: like indicator_reported
-- out: unit_id uuid?, key text, stage text, ended i64, in_time i64, public_ended i64, public_in_time i64
SELECT [[by_unit: p.unit_id]] [[by_unit! CAST(NULL AS BYTEA)]], [[by_area: SUBSTR(p.area_code, 1, 9) ||]] [[by_category: COALESCE(p.category_code, '') ||]] '',
       x.stage, COUNT(*), COUNT(*) FILTER (WHERE x.lates = 0), COUNT(*) FILTER (WHERE p.source = 'report'),
       COUNT(*) FILTER (WHERE p.source = 'report' AND x.lates = 0)
FROM (SELECT e.problem_id, e.stage, COUNT(*) FILTER (WHERE e.late = TRUE) AS lates
      FROM problem_event e
      WHERE e.hq_id = :hq AND e.at_ms >= :from_ms AND e.at_ms < :to_ms AND e.stage IS NOT NULL
        AND e.event NOT IN ('merge', 'void')
      GROUP BY e.problem_id, e.stage) x
JOIN problem p ON p.hq_id = :hq AND p.id = x.problem_id
WHERE p.held = FALSE
  [[unit_id: AND p.unit_id = :unit_id]]
  [[area_from: AND p.area_code >= :area_from AND p.area_code < :area_to]]
  [[category: AND p.category_code = :category]]
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- name: indicator_dispatched :many
-- in: like indicator_reported
-- out: unit_id uuid?, key text, dispatched i64, accurate i64
SELECT [[by_unit: p.unit_id]] [[by_unit! CAST(NULL AS BYTEA)]], [[by_area: SUBSTR(p.area_code, 1, 9) ||]] [[by_category: COALESCE(p.category_code, '') ||]] '',
       COUNT(*), COUNT(*) FILTER (WHERE x.backs = 0)
FROM (SELECT e.problem_id, COUNT(*) FILTER (WHERE e.event = 'send_back') AS backs,
             COUNT(*) FILTER (WHERE e.event = 'dispatch') AS dispatches
      FROM problem_event e
      WHERE e.hq_id = :hq AND e.at_ms >= :from_ms AND e.at_ms < :to_ms AND e.event IN ('dispatch', 'send_back')
      GROUP BY e.problem_id) x
JOIN problem p ON p.hq_id = :hq AND p.id = x.problem_id
WHERE p.held = FALSE AND x.dispatches > 0
  [[unit_id: AND p.unit_id = :unit_id]]
  [[area_from: AND p.area_code >= :area_from AND p.area_code < :area_to]]
  [[category: AND p.category_code = :category]]
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: indicator_handling :many
-- in: like indicator_reported
-- out: unit_id uuid?, key text, due i64, judged i64, handled i64, in_time i64, again i64, raw_overdue i64, exempt i64
SELECT [[by_unit: p.unit_id]] [[by_unit! CAST(NULL AS BYTEA)]], [[by_area: SUBSTR(p.area_code, 1, 9) ||]] [[by_category: COALESCE(p.category_code, '') ||]] '',
       COUNT(*), COUNT(*) FILTER (WHERE p.exempt = FALSE),
       COUNT(*) FILTER (WHERE p.state IN ('rectified', 'struck_off', 'mended_on_spot') AND COALESCE(p.rectified_ms, p.closed_ms) < :to_ms),
       COUNT(*) FILTER (WHERE p.exempt = FALSE AND p.overdue = FALSE AND p.state IN ('rectified', 'struck_off', 'mended_on_spot')
                          AND COALESCE(p.rectified_ms, p.closed_ms) < :to_ms AND COALESCE(p.rectified_ms, p.closed_ms) <= p.due_ms),
       COUNT(*) FILTER (WHERE p.rework_count > 0 AND p.state IN ('rectified', 'struck_off', 'mended_on_spot')
                          AND COALESCE(p.rectified_ms, p.closed_ms) < :to_ms),
       COUNT(*) FILTER (WHERE p.overdue = TRUE OR COALESCE(p.rectified_ms, p.closed_ms, :to_ms) > p.due_ms),
       COUNT(*) FILTER (WHERE p.exempt = TRUE)
FROM problem p
WHERE p.hq_id = :hq AND p.held = FALSE AND p.due_ms + 0 >= :from_ms AND p.due_ms + 0 < :to_ms
  AND p.state NOT IN ('voided', 'merged', 'rejected', 'disputed')
  AND (p.left_ms IS NULL OR p.state NOT IN ('dispatched', 'accepted'))
  [[unit_id: AND p.unit_id = :unit_id]]
  [[area_from: AND p.area_code >= :area_from AND p.area_code < :area_to]]
  [[category: AND p.category_code = :category]]
GROUP BY 1, 2 ORDER BY 1, 2;

-- Where the whole case has a limit of its own, that one; else the limit of handling, and what was handled in time was
-- closed in time.
-- name: indicator_closing :many
-- in: like indicator_reported
-- out: unit_id uuid?, key text, due i64, judged i64, closed i64, in_time i64, again i64
SELECT [[by_unit: p.unit_id]] [[by_unit! CAST(NULL AS BYTEA)]], [[by_area: SUBSTR(p.area_code, 1, 9) ||]] [[by_category: COALESCE(p.category_code, '') ||]] '',
       COUNT(*), COUNT(*) FILTER (WHERE p.exempt = FALSE), COUNT(*) FILTER (WHERE p.closed_ms < :to_ms),
       COUNT(*) FILTER (WHERE p.exempt = FALSE AND p.closed_ms < :to_ms AND
           CASE WHEN p.case_due_ms IS NOT NULL THEN p.case_overdue = FALSE AND p.closed_ms <= p.case_due_ms
                ELSE p.overdue = FALSE AND COALESCE(p.rectified_ms, p.closed_ms) <= p.due_ms END),
       COUNT(*) FILTER (WHERE p.rework_count > 0)
FROM problem p
WHERE p.hq_id = :hq AND p.held = FALSE
  AND ((p.case_due_ms >= :from_ms AND p.case_due_ms < :to_ms)
       OR (p.case_due_ms IS NULL AND p.due_ms + 0 >= :from_ms AND p.due_ms + 0 < :to_ms))
  AND p.state NOT IN ('voided', 'merged', 'rejected', 'disputed')
  AND (p.left_ms IS NULL OR p.state NOT IN ('dispatched', 'accepted'))
  [[unit_id: AND p.unit_id = :unit_id]]
  [[area_from: AND p.area_code >= :area_from AND p.area_code < :area_to]]
  [[category: AND p.category_code = :category]]
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: indicator_ended :many
-- in: like indicator_reported
-- out: unit_id uuid?, key text, ended i64, in_time i64
SELECT [[by_unit: p.unit_id]] [[by_unit! CAST(NULL AS BYTEA)]], [[by_area: SUBSTR(p.area_code, 1, 9) ||]] [[by_category: COALESCE(p.category_code, '') ||]] '',
       COUNT(*), COUNT(*) FILTER (WHERE
           CASE WHEN p.case_due_ms IS NOT NULL THEN p.case_overdue = FALSE AND p.closed_ms <= p.case_due_ms
                ELSE p.overdue = FALSE AND COALESCE(p.rectified_ms, p.closed_ms) <= p.due_ms END)
FROM problem p
WHERE p.hq_id = :hq AND p.held = FALSE AND p.closed_ms >= :from_ms AND p.closed_ms < :to_ms AND p.exempt = FALSE
  AND COALESCE(p.case_due_ms, p.due_ms) IS NOT NULL AND p.state NOT IN ('voided', 'merged', 'rejected')
  [[unit_id: AND p.unit_id = :unit_id]]
  [[area_from: AND p.area_code >= :area_from AND p.area_code < :area_to]]
  [[category: AND p.category_code = :category]]
GROUP BY 1, 2 ORDER BY 1, 2;

-- Filed before `at_ms` and not closed before it.
-- name: indicator_carried :many
-- in: hq i64, at_ms i64, by_unit bool?, by_area bool?, by_category bool?, unit_id uuid?, area_from text?, area_to text?, category text?
-- out: unit_id uuid?, key text, carried i64
SELECT [[by_unit: p.unit_id]] [[by_unit! CAST(NULL AS BYTEA)]], [[by_area: SUBSTR(p.area_code, 1, 9) ||]] [[by_category: COALESCE(p.category_code, '') ||]] '',
       COUNT(*)
FROM problem p
WHERE p.hq_id = :hq AND p.held = FALSE AND p.registered_ms < :at_ms AND (p.closed_ms IS NULL OR p.closed_ms >= :at_ms)
  [[unit_id: AND p.unit_id = :unit_id]]
  [[area_from: AND p.area_code >= :area_from AND p.area_code < :area_to]]
  [[category: AND p.category_code = :category]]
GROUP BY 1, 2 ORDER BY 1, 2;

-- The cases behind a figure: one cohort (in_…) and what narrows it (is_…).
-- name: indicator_cases :many
-- in: hq i64, from_ms i64, to_ms i64, row_limit i64, key_ms i64?, key_id uuid?
-- in: in_reported bool?, in_filed bool?, in_stage text?, in_dispatched bool?, in_handling bool?, in_closing bool?, in_ended bool?, in_carried i64?
-- in: is_valid bool?, is_decided bool?, is_kept bool?, is_missed bool?, is_public bool?, is_verified bool?, is_stage_in_time text?, is_accurate bool?, is_judged bool?, is_handled bool?, is_handled_in_time bool?, is_closed bool?, is_closed_in_time bool?, is_again bool?, is_raw_overdue bool?, is_exempt bool?
-- in: unit_id uuid?, area_from text?, area_to text?, category text?, key_unit uuid?, key_no_unit bool?, key_town text?, key_category text?, key_no_category bool?
-- out: id uuid, year i64, number i64, state text, description text, unit_id uuid?, unit_name text?, site_id uuid?, site_name text?, area_code text, category_code text?, source text, reported_ms i64, registered_ms i64?, due_ms i64?, case_due_ms i64?, rectified_ms i64?, closed_ms i64?, overdue bool, exempt bool, rework_count i64
SELECT p.id, p.year, p.number, p.state, p.description, p.unit_id, u.name, p.site_id, s.name, p.area_code, p.category_code, p.source,
       p.reported_ms, p.registered_ms, p.due_ms, p.case_due_ms, p.rectified_ms, p.closed_ms, p.overdue, p.exempt, p.rework_count
FROM problem p
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
WHERE p.hq_id = :hq AND p.held = FALSE
  [[key_ms: AND (p.reported_ms + 0, p.id) < (:key_ms, :key_id)]]
  [[in_reported: AND p.reported_ms >= :from_ms AND p.reported_ms < :to_ms]]
  [[in_filed: AND p.registered_ms >= :from_ms AND p.registered_ms < :to_ms AND p.state <> 'merged']]
  [[in_stage: AND p.id IN (SELECT e.problem_id FROM problem_event e WHERE e.hq_id = :hq AND e.at_ms >= :from_ms
                           AND e.at_ms < :to_ms AND e.stage = :in_stage AND e.event NOT IN ('merge', 'void'))]]
  [[is_stage_in_time: AND p.id NOT IN (SELECT e.problem_id FROM problem_event e WHERE e.hq_id = :hq AND e.at_ms >= :from_ms
                           AND e.at_ms < :to_ms AND e.stage = :is_stage_in_time AND e.late = TRUE
                           AND e.event NOT IN ('merge', 'void'))]]
  [[in_dispatched: AND p.id IN (SELECT e.problem_id FROM problem_event e WHERE e.hq_id = :hq AND e.at_ms >= :from_ms
                           AND e.at_ms < :to_ms AND e.event = 'dispatch')]]
  [[is_accurate: AND p.id NOT IN (SELECT e.problem_id FROM problem_event e WHERE e.hq_id = :hq AND e.at_ms >= :from_ms
                           AND e.at_ms < :to_ms AND e.event = 'send_back')]]
  [[in_handling: AND p.due_ms + 0 >= :from_ms AND p.due_ms + 0 < :to_ms
                 AND p.state NOT IN ('voided', 'merged', 'rejected', 'disputed')
                 AND (p.left_ms IS NULL OR p.state NOT IN ('dispatched', 'accepted'))]]
  [[in_closing: AND ((p.case_due_ms >= :from_ms AND p.case_due_ms < :to_ms)
                     OR (p.case_due_ms IS NULL AND p.due_ms + 0 >= :from_ms AND p.due_ms + 0 < :to_ms))
                AND p.state NOT IN ('voided', 'merged', 'rejected', 'disputed')
                AND (p.left_ms IS NULL OR p.state NOT IN ('dispatched', 'accepted'))]]
  [[in_ended: AND p.closed_ms >= :from_ms AND p.closed_ms < :to_ms AND p.exempt = FALSE
              AND COALESCE(p.case_due_ms, p.due_ms) IS NOT NULL AND p.state NOT IN ('voided', 'merged', 'rejected')]]
  [[in_carried: AND p.registered_ms < :in_carried AND (p.closed_ms IS NULL OR p.closed_ms >= :in_carried)]]
  [[is_valid: AND p.registered_ms IS NOT NULL AND p.state NOT IN ('voided', 'merged')]]
  [[is_decided: AND p.state NOT IN ('reported', 'verified')]]
  [[is_kept: AND p.state <> 'voided']]
  [[is_missed: AND p.source = 'superior']]
  [[is_public: AND p.source = 'report']]
  [[is_verified: AND p.verified_ms IS NOT NULL]]
  [[is_judged: AND p.exempt = FALSE]]
  [[is_handled: AND p.state IN ('rectified', 'struck_off', 'mended_on_spot') AND COALESCE(p.rectified_ms, p.closed_ms) < :to_ms]]
  [[is_handled_in_time: AND p.overdue = FALSE AND COALESCE(p.rectified_ms, p.closed_ms) <= p.due_ms]]
  [[is_closed: AND p.closed_ms < :to_ms]]
  [[is_closed_in_time: AND CASE WHEN p.case_due_ms IS NOT NULL THEN p.case_overdue = FALSE AND p.closed_ms <= p.case_due_ms
                                ELSE p.overdue = FALSE AND COALESCE(p.rectified_ms, p.closed_ms) <= p.due_ms END]]
  [[is_again: AND p.rework_count > 0]]
  [[is_raw_overdue: AND (p.overdue = TRUE OR COALESCE(p.rectified_ms, p.closed_ms, :to_ms) > p.due_ms)]]
  [[is_exempt: AND p.exempt = TRUE]]
  [[unit_id: AND p.unit_id = :unit_id]]
  [[area_from: AND p.area_code >= :area_from AND p.area_code < :area_to]]
  [[category: AND p.category_code = :category]]
  [[key_unit: AND p.unit_id = :key_unit]]
  [[key_no_unit: AND p.unit_id IS NULL]]
  [[key_town: AND SUBSTR(p.area_code, 1, 9) = :key_town]]
  [[key_category: AND p.category_code = :key_category]]
  [[key_no_category: AND p.category_code IS NULL]]
ORDER BY p.reported_ms DESC, p.id DESC
LIMIT :row_limit;

-- ---- names and order ----

-- name: indicator_units :many
-- in: hq i64
-- out: id uuid, name text, order_no i64
SELECT id, name, order_no FROM unit WHERE hq_id = :hq;

-- name: indicator_towns :many
-- in: hq i64
-- out: code text, name text, order_no i64
SELECT code, name, order_no FROM area WHERE hq_id = :hq AND valid_to_ms IS NULL AND LENGTH(code) <= 9;

-- The newest version's names win.
-- name: indicator_categories :many
-- in: hq i64
-- out: code text, name_zh text, name_en text, order_no i64
SELECT c.code, c.name_zh, c.name_en, c.order_no FROM category c
JOIN standard_version v ON v.hq_id = c.hq_id AND v.id = c.version_id
WHERE c.hq_id = :hq
ORDER BY c.code, COALESCE(v.published_ms, 0), c.version_id;

-- ---- rules ----

-- name: indicator_rules :many
-- in: hq i64, at_ms i64?
-- out: id uuid, indicator text, choice text?, content text?, from_ms i64, note text, set_by uuid, set_by_name text?, set_ms i64
SELECT r.id, r.indicator, r.choice, r.content, r.from_ms, r.note, r.set_by, p.name, r.set_ms
FROM indicator_rule r
LEFT JOIN person p ON p.hq_id = r.hq_id AND p.id = r.set_by
WHERE r.hq_id = :hq [[at_ms: AND r.from_ms < :at_ms]]
ORDER BY r.indicator, r.from_ms, r.set_ms, r.id;

-- name: indicator_rule_add :exec
-- in: hq i64, id uuid, indicator text, choice text?, content text?, from_ms i64, note text, set_by uuid, set_ms i64
INSERT INTO indicator_rule (hq_id, id, indicator, choice, content, from_ms, note, set_by, set_ms)
VALUES (:hq, :id, :indicator, :choice, :content, :from_ms, :note, :set_by, :set_ms);
