-- Queries of handing over: what is bound to a person.

-- name: holding_duties :many
-- in: hq i64, person_id uuid, now_ms i64, row_limit i64
-- out: id uuid, kind text, place_kind text, place_id uuid, place_name text?, from_ms i64, version i64
SELECT d.id, d.kind, d.place_kind, d.place_id, COALESCE(a.name, s.name, u.name) AS place_name, d.from_ms, d.version
FROM duty d
LEFT JOIN area a ON a.hq_id = d.hq_id AND a.id = d.place_id
LEFT JOIN site s ON s.hq_id = d.hq_id AND s.id = d.place_id
LEFT JOIN unit u ON u.hq_id = d.hq_id AND u.id = d.place_id
WHERE d.hq_id = :hq AND d.person_id = :person_id AND (d.to_ms IS NULL OR d.to_ms > :now_ms)
ORDER BY d.from_ms, d.id LIMIT :row_limit;

-- name: holding_walks :many
-- in: hq i64, person_id uuid, area_from text?, area_to text?, site_id uuid?, unit_id uuid?, row_limit i64
-- out: round_id uuid, site_id uuid, title text, site_name text, inspector_id uuid?, partner_id uuid?, day_ms i64?
SELECT rs.round_id, rs.site_id, r.title, s.name AS site_name, rs.inspector_id, rs.partner_id, rs.day_ms
FROM round_site rs
JOIN round r ON r.hq_id = rs.hq_id AND r.id = rs.round_id AND r.state IN ('planned', 'drawn', 'running')
JOIN site s ON s.hq_id = rs.hq_id AND s.id = rs.site_id
WHERE rs.hq_id = :hq AND rs.state = 'todo' AND (rs.inspector_id = :person_id OR rs.partner_id = :person_id)
  [[area_from: AND s.area_code >= :area_from AND s.area_code < :area_to]]
  [[site_id: AND rs.site_id = :site_id]]
  [[unit_id: AND s.subject_unit_id = :unit_id]]
ORDER BY rs.round_id, rs.order_no, rs.site_id LIMIT :row_limit;

-- name: holding_rounds :many
-- in: hq i64, person_id uuid, row_limit i64
-- out: round_id uuid, title text, ends_ms i64
SELECT rp.round_id, r.title, r.ends_ms FROM round_person rp
JOIN round r ON r.hq_id = rp.hq_id AND r.id = rp.round_id AND r.state IN ('planned', 'drawn', 'running')
WHERE rp.hq_id = :hq AND rp.person_id = :person_id AND rp.left_ms IS NULL
ORDER BY r.ends_ms, rp.round_id LIMIT :row_limit;

-- name: holding_lookbacks :many
-- in: hq i64, person_id uuid, area_from text?, area_to text?, site_id uuid?, unit_id uuid?, row_limit i64
-- out: id uuid, problem_id uuid, year i64, number i64, due_ms i64, version i64, rectifier_id uuid?, rectifier_unit_id uuid?, striker_id uuid?
SELECT l.id, l.problem_id, p.year, p.number, l.due_ms, l.version, p.rectifier_id, p.rectifier_unit_id, p.striker_id
FROM lookback_person lp
JOIN lookback l ON l.hq_id = lp.hq_id AND l.id = lp.lookback_id AND l.state = 'planned'
JOIN problem p ON p.hq_id = l.hq_id AND p.id = l.problem_id
WHERE lp.hq_id = :hq AND lp.person_id = :person_id
  [[area_from: AND l.area_code >= :area_from AND l.area_code < :area_to]]
  [[site_id: AND p.site_id = :site_id]]
  [[unit_id: AND l.unit_id = :unit_id]]
ORDER BY l.due_ms, l.id LIMIT :row_limit;

-- name: holding_levels :many
-- in: hq i64, person_id uuid, area_from text?, area_to text?, site_id uuid?, unit_id uuid?, row_limit i64
-- out: id uuid, problem_id uuid, to_unit_id uuid, from_unit_id uuid, year i64, number i64, description text, due_ms i64?, version i64
SELECT l.id, l.problem_id, l.to_unit_id, l.from_unit_id, p.year, p.number, p.description, l.due_ms, l.version
FROM problem_level l
JOIN problem p ON p.hq_id = l.hq_id AND p.id = l.problem_id
WHERE l.hq_id = :hq AND l.to_person_id = :person_id AND l.ended_ms IS NULL
  [[area_from: AND p.area_code >= :area_from AND p.area_code < :area_to]]
  [[site_id: AND p.site_id = :site_id]]
  [[unit_id: AND l.to_unit_id = :unit_id]]
ORDER BY l.handed_ms + 0, l.id LIMIT :row_limit;

-- name: holding_plans :many
-- in: hq i64, person_id uuid, area_from text?, area_to text?, site_id uuid?, unit_id uuid?, row_limit i64
-- out: id uuid, site_name text, due_ms i64, version i64
SELECT g.id, s.name AS site_name, g.due_ms, g.version
FROM site_plan g
JOIN site s ON s.hq_id = g.hq_id AND s.id = g.site_id
WHERE g.hq_id = :hq AND g.owner_person_id = :person_id AND g.closed_ms IS NULL
  [[area_from: AND s.area_code >= :area_from AND s.area_code < :area_to]]
  [[site_id: AND g.site_id = :site_id]]
  [[unit_id: AND g.owner_unit_id = :unit_id]]
ORDER BY g.due_ms, g.id LIMIT :row_limit;

-- name: hand_over_roles :many
-- in: hq i64, person_id uuid, at_ms i64
-- out: role text
SELECT role FROM role_grant WHERE hq_id = :hq AND person_id = :person_id AND from_ms <= :at_ms AND (to_ms IS NULL OR to_ms > :at_ms) ORDER BY role;

-- name: hand_over_assigned :one
-- in: hq i64, lookback_id uuid, person_id uuid
-- out: order_no i64
SELECT order_no FROM lookback_person WHERE hq_id = :hq AND lookback_id = :lookback_id AND person_id = :person_id;

-- name: hand_over_place :one
-- in: hq i64, id uuid
-- out: code text
SELECT code FROM area WHERE hq_id = :hq AND id = :id;

-- name: hand_over_inspector :exec
-- in: hq i64, round_id uuid, site_id uuid, from_id uuid, to_id uuid?
UPDATE round_site SET inspector_id = :to_id
WHERE hq_id = :hq AND round_id = :round_id AND site_id = :site_id AND inspector_id = :from_id AND state = 'todo';

-- name: hand_over_partner :exec
-- in: hq i64, round_id uuid, site_id uuid, from_id uuid, to_id uuid?
UPDATE round_site SET partner_id = :to_id
WHERE hq_id = :hq AND round_id = :round_id AND site_id = :site_id AND partner_id = :from_id AND state = 'todo';

-- name: hand_over_round_leave :exec
-- in: hq i64, round_id uuid, person_id uuid, left_ms i64
UPDATE round_person SET left_ms = :left_ms WHERE hq_id = :hq AND round_id = :round_id AND person_id = :person_id AND left_ms IS NULL;

-- name: hand_over_round_join :exec
-- in: hq i64, round_id uuid, person_id uuid
INSERT INTO round_person (hq_id, round_id, person_id, left_ms) VALUES (:hq, :round_id, :person_id, NULL)
ON CONFLICT (hq_id, round_id, person_id) DO UPDATE SET left_ms = NULL;

-- name: hand_over_lookback_drop :exec
-- in: hq i64, lookback_id uuid, person_id uuid
DELETE FROM lookback_person WHERE hq_id = :hq AND lookback_id = :lookback_id AND person_id = :person_id;

-- name: hand_over_lookback_give :exec
-- in: hq i64, lookback_id uuid, person_id uuid, to_id uuid
UPDATE lookback_person SET person_id = :to_id WHERE hq_id = :hq AND lookback_id = :lookback_id AND person_id = :person_id;

-- name: hand_over_lookback_count :exec
-- in: hq i64, lookback_id uuid, version i64
UPDATE lookback SET version = version + 1,
    people = (SELECT COUNT(*) FROM lookback_person x WHERE x.hq_id = lookback.hq_id AND x.lookback_id = lookback.id)
WHERE hq_id = :hq AND id = :lookback_id AND version = :version;

-- name: hand_over_level :exec
-- in: hq i64, id uuid, version i64, person_id uuid?
UPDATE problem_level SET to_person_id = :person_id, version = version + 1 WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: hand_over_plan :exec
-- in: hq i64, id uuid, version i64, person_id uuid?
UPDATE site_plan SET owner_person_id = :person_id, version = version + 1 WHERE hq_id = :hq AND id = :id AND version = :version;
