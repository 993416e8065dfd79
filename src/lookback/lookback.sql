-- Queries of the look-back room.

-- name: lookback_rules :many
-- in: hq i64, active_only bool?
-- out: id uuid, name text, order_no i64, active bool, severity text?, category_code text?, criterion_id uuid?, unit_id uuid?, unit_name text?, rework_min i64, days_after i64, span_days i64, share_permille i64, joint bool, from_ms i64, version i64
SELECT r.id, r.name, r.order_no, r.active, r.severity, r.category_code, r.criterion_id, r.unit_id, u.name AS unit_name, r.rework_min,
       r.days_after, r.span_days, r.share_permille, r.joint, r.from_ms, r.version
FROM lookback_rule r
LEFT JOIN unit u ON u.hq_id = r.hq_id AND u.id = r.unit_id
WHERE r.hq_id = :hq [[active_only: AND r.active = TRUE]]
ORDER BY r.order_no, r.id
LIMIT 200;

-- name: lookback_rule_get :one
-- in: hq i64, id uuid
-- out: id uuid, name text, order_no i64, active bool, severity text?, category_code text?, criterion_id uuid?, unit_id uuid?, unit_name text?, rework_min i64, days_after i64, span_days i64, share_permille i64, joint bool, from_ms i64, version i64
SELECT r.id, r.name, r.order_no, r.active, r.severity, r.category_code, r.criterion_id, r.unit_id, u.name AS unit_name, r.rework_min,
       r.days_after, r.span_days, r.share_permille, r.joint, r.from_ms, r.version
FROM lookback_rule r
LEFT JOIN unit u ON u.hq_id = r.hq_id AND u.id = r.unit_id
WHERE r.hq_id = :hq AND r.id = :id;

-- name: lookback_rule_count :one
-- in: hq i64
-- out: n i64
SELECT COUNT(*) AS n FROM lookback_rule WHERE hq_id = :hq;

-- name: lookback_rule_add :exec
-- in: hq i64, id uuid, name text, order_no i64, active bool, severity text?, category_code text?, criterion_id uuid?, unit_id uuid?, rework_min i64, days_after i64, span_days i64, share_permille i64, joint bool, from_ms i64
INSERT INTO lookback_rule (hq_id, id, name, order_no, active, severity, category_code, criterion_id, unit_id, rework_min,
                           days_after, span_days, share_permille, joint, from_ms)
VALUES (:hq, :id, :name, :order_no, :active, :severity, :category_code, :criterion_id, :unit_id, :rework_min, :days_after,
        :span_days, :share_permille, :joint, :from_ms);

-- name: lookback_rule_set :exec
-- in: hq i64, id uuid, version i64, name text, order_no i64, active bool, severity text?, category_code text?, criterion_id uuid?, unit_id uuid?, rework_min i64, days_after i64, span_days i64, share_permille i64, joint bool
UPDATE lookback_rule SET name = :name, order_no = :order_no, active = :active, severity = :severity, category_code = :category_code,
    criterion_id = :criterion_id, unit_id = :unit_id, rework_min = :rework_min, days_after = :days_after, span_days = :span_days,
    share_permille = :share_permille, joint = :joint, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: lookback_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, problem_id uuid, year i64, number i64, description text, site_id uuid?, site_name text?, place text?, origin text, rule_id uuid?, rule_name text?, draw_id uuid?, state text, joint bool, from_ms i64, due_ms i64, planned_ms i64, people i64, unit_id uuid?, unit_name text?, area_code text, category_code text?, severity text, judged_ms i64?, judged_by uuid?, judged_name text?, late bool, note text?, rebound_id uuid?, chain i64, version i64
SELECT l.id, l.problem_id, p.year, p.number, p.description, p.site_id, s.name AS site_name, p.place, l.origin, l.rule_id, r.name AS rule_name,
       l.draw_id, l.state, l.joint, l.from_ms, l.due_ms, l.planned_ms, l.people, l.unit_id, u.name AS unit_name, l.area_code, l.category_code,
       l.severity, l.judged_ms, l.judged_by, j.name AS judged_name, l.late, l.note, l.rebound_id, l.chain, l.version
FROM lookback l
JOIN problem p ON p.hq_id = l.hq_id AND p.id = l.problem_id
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN lookback_rule r ON r.hq_id = l.hq_id AND r.id = l.rule_id
LEFT JOIN unit u ON u.hq_id = l.hq_id AND u.id = l.unit_id
LEFT JOIN person j ON j.hq_id = l.hq_id AND j.id = l.judged_by
WHERE l.hq_id = :hq AND l.id = :id;

-- name: lookback_list :many
-- in: hq i64, row_limit i64, key_ms i64?, key_id uuid?, state text?, missed_at i64?, unassigned bool?, unit_id uuid?, problem_id uuid?, area_from text?, area_to text?, from_ms i64?, to_ms i64?, person_id uuid?
-- out: id uuid, problem_id uuid, year i64, number i64, description text, site_id uuid?, site_name text?, place text?, origin text, rule_id uuid?, rule_name text?, draw_id uuid?, state text, joint bool, from_ms i64, due_ms i64, planned_ms i64, people i64, unit_id uuid?, unit_name text?, area_code text, category_code text?, severity text, judged_ms i64?, judged_by uuid?, judged_name text?, late bool, note text?, rebound_id uuid?, chain i64, version i64
SELECT l.id, l.problem_id, p.year, p.number, p.description, p.site_id, s.name AS site_name, p.place, l.origin, l.rule_id, r.name AS rule_name,
       l.draw_id, l.state, l.joint, l.from_ms, l.due_ms, l.planned_ms, l.people, l.unit_id, u.name AS unit_name, l.area_code, l.category_code,
       l.severity, l.judged_ms, l.judged_by, j.name AS judged_name, l.late, l.note, l.rebound_id, l.chain, l.version
FROM lookback l
[[person_id: JOIN lookback_person lp ON lp.hq_id = l.hq_id AND lp.lookback_id = l.id AND lp.person_id = :person_id]]
JOIN problem p ON p.hq_id = l.hq_id AND p.id = l.problem_id
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN lookback_rule r ON r.hq_id = l.hq_id AND r.id = l.rule_id
LEFT JOIN unit u ON u.hq_id = l.hq_id AND u.id = l.unit_id
LEFT JOIN person j ON j.hq_id = l.hq_id AND j.id = l.judged_by
WHERE l.hq_id = :hq
  [[key_ms: AND (l.due_ms, l.id) > (:key_ms, :key_id)]]
  [[state: AND l.state = :state]]
  [[missed_at: AND l.state = 'planned' AND l.due_ms < :missed_at]]
  [[unassigned: AND l.state = 'planned' AND l.people = 0]]
  [[unit_id: AND l.unit_id = :unit_id]]
  [[problem_id: AND l.problem_id = :problem_id]]
  [[area_from: AND l.area_code >= :area_from AND l.area_code < :area_to]]
  [[from_ms: AND l.due_ms >= :from_ms]]
  [[to_ms: AND l.due_ms < :to_ms]]
[[person_id: ORDER BY lp.due_ms, lp.lookback_id]]
[[person_id! ORDER BY l.due_ms, l.id]]
LIMIT :row_limit;

-- name: lookback_people :many
-- in: hq i64, id uuid
-- out: person_id uuid, name text, unit_id uuid, unit_name text
SELECT lp.person_id, p.name, p.unit_id, u.name AS unit_name
FROM lookback_person lp
JOIN person p ON p.hq_id = lp.hq_id AND p.id = lp.person_id
JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE lp.hq_id = :hq AND lp.lookback_id = :id
ORDER BY lp.order_no;

-- name: lookback_candidate_person :one
-- in: hq i64, person_id uuid, at_ms i64
-- out: name text, unit_id uuid, checks bool, joint bool
SELECT p.name, p.unit_id,
       EXISTS (SELECT 1 FROM role_grant g WHERE g.hq_id = p.hq_id AND g.person_id = p.id
               AND g.role IN ('office', 'inspector', 'joint_inspector') AND g.from_ms <= :at_ms
               AND (g.to_ms IS NULL OR g.to_ms > :at_ms)) AS checks,
       EXISTS (SELECT 1 FROM role_grant g WHERE g.hq_id = p.hq_id AND g.person_id = p.id AND g.role = 'joint_inspector'
               AND g.from_ms <= :at_ms AND (g.to_ms IS NULL OR g.to_ms > :at_ms)) AS joint
FROM person p
WHERE p.hq_id = :hq AND p.id = :person_id AND p.left_ms IS NULL;

-- name: lookback_chain :one
-- in: hq i64, id uuid
-- out: n i64
WITH RECURSIVE up(id, depth) AS (
    SELECT p.rebound_of, 1 FROM problem p WHERE p.hq_id = :hq AND p.id = :id AND p.rebound_of IS NOT NULL
    UNION ALL
    SELECT p.rebound_of, up.depth + 1 FROM up JOIN problem p ON p.hq_id = :hq AND p.id = up.id
    WHERE p.rebound_of IS NOT NULL AND up.depth < 1000
)
SELECT COUNT(*) AS n FROM up;

-- What has been struck off after the point read last, oldest first.
-- name: lookback_struck_off :many
-- in: hq i64, key_ms i64, key_id uuid, before_ms i64, row_limit i64
-- out: id uuid, severity text, category_code text?, criterion_id uuid?, unit_id uuid?, rework_count i64, closed_ms i64, area_code text, planned bool
SELECT p.id, p.severity, p.category_code, p.criterion_id, COALESCE(p.rectifier_unit_id, p.unit_id) AS unit_id, p.rework_count,
       p.closed_ms, p.area_code,
       EXISTS (SELECT 1 FROM lookback l WHERE l.hq_id = p.hq_id AND l.problem_id = p.id AND l.state = 'planned') AS planned
FROM problem p
WHERE p.hq_id = :hq AND p.closed_ms IS NOT NULL AND p.closed_ms >= :key_ms AND (p.closed_ms, p.id) > (:key_ms, :key_id)
  AND p.closed_ms < :before_ms AND p.state IN ('struck_off', 'mended_on_spot') AND p.held = FALSE
ORDER BY p.closed_ms, p.id
LIMIT :row_limit;

-- name: lookback_progress_get :one
-- in: hq i64
-- out: closed_ms i64, problem_id uuid, version i64
SELECT closed_ms, problem_id, version FROM lookback_progress WHERE hq_id = :hq;

-- name: lookback_progress_add :exec
-- in: hq i64, closed_ms i64, problem_id uuid
INSERT INTO lookback_progress (hq_id, closed_ms, problem_id) VALUES (:hq, :closed_ms, :problem_id);

-- name: lookback_progress_set :exec
-- in: hq i64, closed_ms i64, problem_id uuid, version i64
UPDATE lookback_progress SET closed_ms = :closed_ms, problem_id = :problem_id, version = version + 1
WHERE hq_id = :hq AND version = :version;

-- name: lookback_draws_since :many
-- in: hq i64, rule_id uuid, closed_day text
-- out: closed_day text
SELECT closed_day FROM lookback_draw WHERE hq_id = :hq AND rule_id = :rule_id AND closed_day >= :closed_day
ORDER BY closed_day;

-- name: lookback_draw_add :exec
-- in: hq i64, id uuid, rule_id uuid, closed_day text, candidates i64, taken i64, at_ms i64
INSERT INTO lookback_draw (hq_id, id, rule_id, closed_day, candidates, taken, at_ms)
VALUES (:hq, :id, :rule_id, :closed_day, :candidates, :taken, :at_ms);

-- name: lookback_draw_list :many
-- in: hq i64, row_limit i64, key_ms i64?, key_id uuid?, rule_id uuid?
-- out: id uuid, rule_id uuid, rule_name text, closed_day text, candidates i64, taken i64, at_ms i64
SELECT d.id, d.rule_id, r.name AS rule_name, d.closed_day, d.candidates, d.taken, d.at_ms
FROM lookback_draw d
JOIN lookback_rule r ON r.hq_id = d.hq_id AND r.id = d.rule_id
WHERE d.hq_id = :hq
  [[key_ms: AND (d.at_ms, d.id) < (:key_ms, :key_id)]]
  [[rule_id: AND d.rule_id = :rule_id]]
ORDER BY d.at_ms DESC, d.id DESC
LIMIT :row_limit;

-- name: lookback_draw_get :one
-- in: hq i64, id uuid
-- out: id uuid, rule_id uuid, rule_name text, closed_day text, candidates i64, taken i64, at_ms i64
SELECT d.id, d.rule_id, r.name AS rule_name, d.closed_day, d.candidates, d.taken, d.at_ms
FROM lookback_draw d
JOIN lookback_rule r ON r.hq_id = d.hq_id AND r.id = d.rule_id
WHERE d.hq_id = :hq AND d.id = :id;

-- name: lookback_add :exec
-- in: hq i64, id uuid, problem_id uuid, origin text, rule_id uuid?, draw_id uuid?, joint bool, from_ms i64, due_ms i64, planned_ms i64, planned_by uuid?, people i64, unit_id uuid?, area_code text, category_code text?, severity text, note text?
INSERT INTO lookback (hq_id, id, problem_id, origin, rule_id, draw_id, state, joint, from_ms, due_ms, planned_ms, planned_by, people,
                      unit_id, area_code, category_code, severity, note)
VALUES (:hq, :id, :problem_id, :origin, :rule_id, :draw_id, 'planned', :joint, :from_ms, :due_ms, :planned_ms, :planned_by, :people,
        :unit_id, :area_code, :category_code, :severity, :note)
ON CONFLICT (hq_id, problem_id) WHERE state = 'planned' DO NOTHING;

-- name: lookback_assigned :exec
-- in: hq i64, id uuid, version i64, people i64, due_ms i64
UPDATE lookback SET people = :people, due_ms = :due_ms, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'planned';

-- name: lookback_person_clear :exec
-- in: hq i64, id uuid
DELETE FROM lookback_person WHERE hq_id = :hq AND lookback_id = :id;

-- name: lookback_person_add :exec
-- in: hq i64, id uuid, person_id uuid, order_no i64, due_ms i64
INSERT INTO lookback_person (hq_id, lookback_id, person_id, order_no, due_ms) VALUES (:hq, :id, :person_id, :order_no, :due_ms);

-- name: lookback_end :exec
-- in: hq i64, id uuid, version i64, state text, judged_ms i64, judged_by uuid, late bool, note text?, rebound_id uuid?, chain i64
UPDATE lookback SET state = :state, judged_ms = :judged_ms, judged_by = :judged_by, late = :late, note = :note,
    rebound_id = :rebound_id, chain = :chain, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'planned';

-- Rates of what was judged in a period; missed: due in it and not done.
-- name: lookback_rates :many
-- in: hq i64, from_ms i64, to_ms i64, now_ms i64, by_unit bool, by_town bool, by_category bool
-- out: key text?, unit_id uuid?, name text?, holds i64, rebounds i64, late i64, missed i64
SELECT CASE WHEN :by_town THEN substr(l.area_code, 1, 9) WHEN :by_category THEN l.category_code END AS key,
       CASE WHEN :by_unit THEN l.unit_id END AS unit_id,
       MAX(CASE WHEN :by_unit THEN u.name WHEN :by_town THEN a.name END) AS name,
       COUNT(CASE WHEN l.state = 'holds' THEN 1 END) AS holds, COUNT(CASE WHEN l.state = 'rebounds' THEN 1 END) AS rebounds,
       COUNT(CASE WHEN l.late THEN 1 END) AS late, COUNT(CASE WHEN l.state = 'planned' THEN 1 END) AS missed
FROM lookback l
LEFT JOIN unit u ON u.hq_id = l.hq_id AND u.id = l.unit_id
LEFT JOIN area a ON a.hq_id = l.hq_id AND a.code = substr(l.area_code, 1, 9) AND a.valid_to_ms IS NULL
WHERE l.hq_id = :hq AND l.state <> 'cancelled'
  AND ((l.judged_ms IS NOT NULL AND l.judged_ms >= :from_ms AND l.judged_ms < :to_ms)
       OR (l.state = 'planned' AND l.due_ms >= :from_ms AND l.due_ms < :to_ms AND l.due_ms < :now_ms))
GROUP BY 1, 2
ORDER BY 1, 2;
