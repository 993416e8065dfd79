-- Scores: entries appended with each inspection, folded when read.

-- name: score_entry_add :exec
-- in: hq i64, id uuid, inspection_id uuid, site_id uuid, version_id uuid, category_code text, area_code text, subject_unit_id uuid?, visit_ms i64, earned_e4 i64, possible_e4 i64, observations i64, not_met i64, vetoes i64
INSERT INTO score_entry (hq_id, id, inspection_id, sign, site_id, version_id, category_code, area_code, subject_unit_id,
                         visit_ms, earned_e4, possible_e4, observations, not_met, vetoes)
VALUES (:hq, :id, :inspection_id, 1, :site_id, :version_id, :category_code, :area_code, :subject_unit_id, :visit_ms,
        :earned_e4, :possible_e4, :observations, :not_met, :vetoes);

-- The negative of what the inspection added.
-- name: score_entry_take_back :exec
-- in: hq i64, id uuid, inspection_id uuid
INSERT INTO score_entry (hq_id, id, inspection_id, sign, site_id, version_id, category_code, area_code, subject_unit_id,
                         visit_ms, earned_e4, possible_e4, observations, not_met, vetoes)
SELECT hq_id, :id, inspection_id, -1, site_id, version_id, category_code, area_code, subject_unit_id, visit_ms,
       -earned_e4, -possible_e4, -observations, -not_met, -vetoes
FROM score_entry WHERE hq_id = :hq AND inspection_id = :inspection_id AND sign = 1;

-- The same apart, for what is held back.
-- name: score_held_add :exec
-- in: hq i64, id uuid, round_id uuid, inspection_id uuid, site_id uuid, version_id uuid, category_code text, area_code text, subject_unit_id uuid?, visit_ms i64, earned_e4 i64, possible_e4 i64, observations i64, not_met i64, vetoes i64
INSERT INTO score_held (hq_id, id, round_id, inspection_id, sign, site_id, version_id, category_code, area_code,
                        subject_unit_id, visit_ms, earned_e4, possible_e4, observations, not_met, vetoes)
VALUES (:hq, :id, :round_id, :inspection_id, 1, :site_id, :version_id, :category_code, :area_code, :subject_unit_id,
        :visit_ms, :earned_e4, :possible_e4, :observations, :not_met, :vetoes);

-- name: score_held_take_back :exec
-- in: hq i64, id uuid, inspection_id uuid
INSERT INTO score_held (hq_id, id, round_id, inspection_id, sign, site_id, version_id, category_code, area_code,
                        subject_unit_id, visit_ms, earned_e4, possible_e4, observations, not_met, vetoes)
SELECT hq_id, :id, round_id, inspection_id, -1, site_id, version_id, category_code, area_code, subject_unit_id, visit_ms,
       -earned_e4, -possible_e4, -observations, -not_met, -vetoes
FROM score_held WHERE hq_id = :hq AND inspection_id = :inspection_id AND sign = 1;

-- name: score_held_join :exec
-- in: hq i64, round_id uuid
INSERT INTO score_entry (hq_id, id, inspection_id, sign, site_id, version_id, category_code, area_code, subject_unit_id,
                         visit_ms, earned_e4, possible_e4, observations, not_met, vetoes)
SELECT hq_id, id, inspection_id, sign, site_id, version_id, category_code, area_code, subject_unit_id, visit_ms,
       earned_e4, possible_e4, observations, not_met, vetoes
FROM score_held WHERE hq_id = :hq AND round_id = :round_id;

-- name: score_held_clear :exec
-- in: hq i64, round_id uuid
DELETE FROM score_held WHERE hq_id = :hq AND round_id = :round_id;

-- By category and by any of area prefix, unit, site: what every other grouping is rolled up from.
-- name: score_by_category :many
-- in: hq i64, from_ms i64, to_ms i64, area_from text?, area_to text?, category text?, unit_id uuid?, site_id uuid?
-- out: category_code text, version_id uuid, inspections i64, earned_e4 i64, possible_e4 i64, observations i64, not_met i64, vetoes i64
SELECT e.category_code, e.version_id, CAST(SUM(e.sign) AS BIGINT), CAST(SUM(e.earned_e4) AS BIGINT),
       CAST(SUM(e.possible_e4) AS BIGINT), CAST(SUM(e.observations) AS BIGINT), CAST(SUM(e.not_met) AS BIGINT),
       CAST(SUM(e.vetoes) AS BIGINT)
FROM score_entry e
WHERE e.hq_id = :hq AND e.visit_ms >= :from_ms AND e.visit_ms < :to_ms
  [[area_from: AND e.area_code >= :area_from AND e.area_code < :area_to]]
  [[category: AND e.category_code = :category]]
  [[unit_id: AND e.subject_unit_id = :unit_id]]
  [[site_id: AND e.site_id = :site_id]]
GROUP BY e.category_code, e.version_id
ORDER BY e.category_code, e.version_id;

-- name: score_by_site :many
-- in: hq i64, from_ms i64, to_ms i64, area_from text?, area_to text?, category text?, unit_id uuid?, site_id uuid?
-- out: site_id uuid, name text, inspections i64, earned_e4 i64, possible_e4 i64, observations i64, not_met i64, vetoes i64
SELECT e.site_id, s.name, CAST(SUM(e.sign) AS BIGINT), CAST(SUM(e.earned_e4) AS BIGINT), CAST(SUM(e.possible_e4) AS BIGINT),
       CAST(SUM(e.observations) AS BIGINT), CAST(SUM(e.not_met) AS BIGINT), CAST(SUM(e.vetoes) AS BIGINT)
FROM score_entry e JOIN site s ON s.hq_id = e.hq_id AND s.id = e.site_id
WHERE e.hq_id = :hq AND e.visit_ms >= :from_ms AND e.visit_ms < :to_ms
  [[area_from: AND e.area_code >= :area_from AND e.area_code < :area_to]]
  [[category: AND e.category_code = :category]]
  [[unit_id: AND e.subject_unit_id = :unit_id]]
  [[site_id: AND e.site_id = :site_id]]
GROUP BY e.site_id, s.name
HAVING SUM(e.sign) > 0
ORDER BY e.site_id;

-- name: score_by_unit :many
-- in: hq i64, from_ms i64, to_ms i64, area_from text?, area_to text?, category text?, unit_id uuid?, site_id uuid?
-- out: unit_id uuid, name text, order_no i64, inspections i64, earned_e4 i64, possible_e4 i64, observations i64, not_met i64, vetoes i64
SELECT e.subject_unit_id, u.name, u.order_no, CAST(SUM(e.sign) AS BIGINT), CAST(SUM(e.earned_e4) AS BIGINT),
       CAST(SUM(e.possible_e4) AS BIGINT), CAST(SUM(e.observations) AS BIGINT), CAST(SUM(e.not_met) AS BIGINT),
       CAST(SUM(e.vetoes) AS BIGINT)
FROM score_entry e JOIN unit u ON u.hq_id = e.hq_id AND u.id = e.subject_unit_id
WHERE e.hq_id = :hq AND e.visit_ms >= :from_ms AND e.visit_ms < :to_ms
  [[area_from: AND e.area_code >= :area_from AND e.area_code < :area_to]]
  [[category: AND e.category_code = :category]]
  [[unit_id: AND e.subject_unit_id = :unit_id]]
  [[site_id: AND e.site_id = :site_id]]
GROUP BY e.subject_unit_id, u.name, u.order_no
HAVING SUM(e.sign) > 0
ORDER BY e.subject_unit_id;

-- Towns by the first nine digits, split by category so that the weighted figure can be made.
-- name: score_by_town :many
-- in: hq i64, from_ms i64, to_ms i64, area_from text?, area_to text?, category text?, unit_id uuid?, site_id uuid?
-- out: town_code text, category_code text, version_id uuid, inspections i64, earned_e4 i64, possible_e4 i64, observations i64, not_met i64, vetoes i64
SELECT SUBSTR(e.area_code, 1, 9), e.category_code, e.version_id, CAST(SUM(e.sign) AS BIGINT), CAST(SUM(e.earned_e4) AS BIGINT),
       CAST(SUM(e.possible_e4) AS BIGINT), CAST(SUM(e.observations) AS BIGINT), CAST(SUM(e.not_met) AS BIGINT),
       CAST(SUM(e.vetoes) AS BIGINT)
FROM score_entry e
WHERE e.hq_id = :hq AND e.visit_ms >= :from_ms AND e.visit_ms < :to_ms
  [[area_from: AND e.area_code >= :area_from AND e.area_code < :area_to]]
  [[category: AND e.category_code = :category]]
  [[unit_id: AND e.subject_unit_id = :unit_id]]
  [[site_id: AND e.site_id = :site_id]]
GROUP BY SUBSTR(e.area_code, 1, 9), e.category_code, e.version_id
ORDER BY SUBSTR(e.area_code, 1, 9), e.category_code, e.version_id;

-- name: score_category_names :many
-- in: hq i64
-- out: version_id uuid, code text, name_zh text, name_en text, weight i64, order_no i64
SELECT version_id, code, name_zh, name_en, weight, order_no FROM category WHERE hq_id = :hq;

-- name: score_area_name :one
-- in: hq i64, code text
-- out: name text
SELECT name FROM area WHERE hq_id = :hq AND code = :code AND valid_to_ms IS NULL;

-- name: score_headquarters :one
-- in: hq i64
-- out: code text, name text
SELECT code, name FROM headquarters WHERE hq_id = :hq;

-- ---- proof: entries against the observations they stand for ----

-- An inspection's entries lie with the others, or apart while it is held: never in both, never in the wrong place.
-- name: score_recount :many
-- in: hq i64, row_limit i64, after_id uuid?
-- out: inspection_id uuid, kind text, vetoed bool, state text, entry_earned_e4 i64, entry_possible_e4 i64, signs i64, astray i64, obs_earned_e4 i64?, obs_possible_e4 i64?
SELECT i.id AS inspection_id, i.kind, i.vetoed, i.state,
       COALESCE((SELECT CAST(SUM(e.earned_e4) AS BIGINT) FROM score_entry e WHERE e.hq_id = i.hq_id AND e.inspection_id = i.id), 0)
         + COALESCE((SELECT CAST(SUM(h.earned_e4) AS BIGINT) FROM score_held h WHERE h.hq_id = i.hq_id AND h.inspection_id = i.id), 0),
       COALESCE((SELECT CAST(SUM(e.possible_e4) AS BIGINT) FROM score_entry e WHERE e.hq_id = i.hq_id AND e.inspection_id = i.id), 0)
         + COALESCE((SELECT CAST(SUM(h.possible_e4) AS BIGINT) FROM score_held h WHERE h.hq_id = i.hq_id AND h.inspection_id = i.id), 0),
       COALESCE((SELECT CAST(SUM(e.sign) AS BIGINT) FROM score_entry e WHERE e.hq_id = i.hq_id AND e.inspection_id = i.id), 0)
         + COALESCE((SELECT CAST(SUM(h.sign) AS BIGINT) FROM score_held h WHERE h.hq_id = i.hq_id AND h.inspection_id = i.id), 0),
       CASE WHEN i.held
         THEN (SELECT COUNT(*) FROM score_entry e WHERE e.hq_id = i.hq_id AND e.inspection_id = i.id)
         ELSE (SELECT COUNT(*) FROM score_held h WHERE h.hq_id = i.hq_id AND h.inspection_id = i.id) END AS astray,
       (SELECT CAST(SUM(o.earned_e4) AS BIGINT) FROM observation o WHERE o.hq_id = i.hq_id AND o.inspection_id = i.id),
       (SELECT CAST(SUM(o.possible_e4) AS BIGINT) FROM observation o WHERE o.hq_id = i.hq_id AND o.inspection_id = i.id)
FROM inspection i
WHERE i.hq_id = :hq [[after_id: AND i.id > :after_id]]
ORDER BY i.id
LIMIT :row_limit;
