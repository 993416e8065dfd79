-- What the first page counts beside problems.

-- name: overview_sites :one
-- in: hq i64, unit_id uuid?, area_from text?, area_to text?
-- out: n i64
SELECT COUNT(*) FROM site s WHERE s.hq_id = :hq AND s.state = 'active'
  [[unit_id: AND s.subject_unit_id = :unit_id]]
  [[area_from: AND s.area_code >= :area_from AND s.area_code < :area_to]];

-- name: overview_inspections :one
-- in: hq i64, since_ms i64, unit_id uuid?, area_from text?, area_to text?
-- out: n i64
SELECT COUNT(*) FROM inspection i WHERE i.hq_id = :hq AND i.visit_ms >= :since_ms AND i.state = 'complete'
  [[unit_id: AND i.subject_unit_id = :unit_id]]
  [[area_from: AND i.area_code >= :area_from AND i.area_code < :area_to]];
