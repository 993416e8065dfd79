-- What the first page counts beside problems.

-- name: overview_sites :one
-- in: hq i64, scoped bool?, scope_unit uuid?, scope_area_from text?, scope_area_to text?
-- out: n i64
SELECT COUNT(*) FROM site s WHERE s.hq_id = :hq AND s.state = 'active'
  [[scoped: AND (s.subject_unit_id = :scope_unit OR s.territory_unit_id = :scope_unit
                 OR s.supervising_unit_id = :scope_unit OR (s.area_code >= :scope_area_from AND s.area_code < :scope_area_to))]];

-- name: overview_inspections :one
-- in: hq i64, since_ms i64, scoped bool?, scope_open bool, scope_unit uuid?, scope_person uuid?, scope_area_from text?, scope_area_to text?
-- out: n i64
SELECT COUNT(*) FROM inspection i WHERE i.hq_id = :hq AND i.visit_ms >= :since_ms AND i.state = 'complete'
  [[scoped: AND (i.inspector_id = :scope_person OR i.partner_id = :scope_person
                 OR (i.held = FALSE AND (CAST(:scope_open AS BOOLEAN) OR i.subject_unit_id = :scope_unit
                     OR (i.area_code >= :scope_area_from AND i.area_code < :scope_area_to))))]];
