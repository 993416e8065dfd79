-- Reads of the exports, page by page in the order of a key. What is held back of covert rounds is in none of them.

-- name: export_unit_labels :many
-- in: hq i64
-- out: id uuid, name text, code text, twins i64
SELECT u.id, u.name, u.code,
       (SELECT COUNT(*) FROM unit t WHERE t.hq_id = u.hq_id AND t.name = u.name AND t.closed_ms IS NULL) AS twins
FROM unit u WHERE u.hq_id = :hq ORDER BY u.id;

-- name: export_areas :many
-- in: hq i64, after_code text?, max_rows i64
-- out: code text, name text, kind text?, parent_code text?, order_no i64
SELECT a.code, a.name, a.kind, p.code AS parent_code, a.order_no
FROM area a LEFT JOIN area p ON p.hq_id = a.hq_id AND p.id = a.parent_id
WHERE a.hq_id = :hq AND a.valid_to_ms IS NULL [[after_code: AND a.code > :after_code]]
ORDER BY a.code LIMIT :max_rows;

-- name: export_units :many
-- in: hq i64, after_order i64?, after_id uuid?, max_rows i64
-- out: id uuid, code text, name text, short_name text?, kind text, parent_id uuid?, area_code text?, order_no i64
SELECT id, code, name, short_name, kind, parent_id, area_code, order_no
FROM unit WHERE hq_id = :hq AND closed_ms IS NULL [[after_id: AND (order_no, id) > (:after_order, :after_id)]]
ORDER BY order_no, id LIMIT :max_rows;

-- name: export_people :many
-- in: hq i64, scoped bool?, scope_unit uuid?, after_order i64?, after_id uuid?, max_rows i64
-- out: id uuid, unit_id uuid, name text, title text?, phone_masked text?, phone_sealed blob?, order_no i64, external_id text?
SELECT id, unit_id, name, title, phone_masked, phone_sealed, order_no, external_id
FROM person WHERE hq_id = :hq AND left_ms IS NULL [[scoped: AND unit_id = :scope_unit]]
[[after_id: AND (order_no, id) > (:after_order, :after_id)]]
ORDER BY order_no, id LIMIT :max_rows;

-- name: export_duties :many
-- in: hq i64, scoped bool?, scope_unit uuid?, after_ms i64?, after_id uuid?, max_rows i64
-- out: id uuid, kind text, person_name text, unit_id uuid, person_external text?, area_code text?, area_name text?
-- out: site_code text?, site_name text?, place_unit uuid?, from_ms i64, to_ms i64?, note text?
SELECT d.id, d.kind, p.name AS person_name, d.unit_id, p.external_id AS person_external, a.code AS area_code, a.name AS area_name,
       s.code AS site_code, s.name AS site_name, u.id AS place_unit, d.from_ms, d.to_ms, d.note
FROM duty d
JOIN person p ON p.hq_id = d.hq_id AND p.id = d.person_id
LEFT JOIN area a ON d.place_kind = 'area' AND a.hq_id = d.hq_id AND a.id = d.place_id
LEFT JOIN site s ON d.place_kind = 'site' AND s.hq_id = d.hq_id AND s.id = d.place_id
LEFT JOIN unit u ON d.place_kind = 'unit' AND u.hq_id = d.hq_id AND u.id = d.place_id
WHERE d.hq_id = :hq [[scoped: AND d.unit_id = :scope_unit]]
[[after_id: AND (d.from_ms, d.id) > (:after_ms, :after_id)]]
ORDER BY d.from_ms, d.id LIMIT :max_rows;

-- name: export_sites :many
-- in: hq i64, scoped bool?, scope_unit uuid?, scope_area_from text?, scope_area_to text?, after_code text?, max_rows i64
-- out: id uuid, code text, name text, category_code text, area_code text, area_name text, address text?, subject_unit_id uuid?
-- out: territory_unit_id uuid?, supervising_unit_id uuid?, contact_masked text?, contact_sealed blob?, lon_e7 i64?, lat_e7 i64?
-- out: external_id text?, note text?, state text
SELECT s.id, s.code, s.name, s.category_code, s.area_code, a.name AS area_name, s.address, s.subject_unit_id, s.territory_unit_id,
       s.supervising_unit_id, s.contact_masked, s.contact_sealed, s.lon_e7, s.lat_e7, s.external_id, s.note, s.state
FROM site s JOIN area a ON a.hq_id = s.hq_id AND a.id = s.area_id
WHERE s.hq_id = :hq
[[scoped: AND (s.subject_unit_id = :scope_unit OR s.territory_unit_id = :scope_unit OR s.supervising_unit_id = :scope_unit
    OR (s.area_code >= :scope_area_from AND s.area_code < :scope_area_to))]]
[[after_code: AND s.code > :after_code]]
ORDER BY s.code LIMIT :max_rows;

-- The newest published version of the first standard.
-- name: export_version :one
-- in: hq i64
-- out: id uuid, label text
SELECT v.id, v.label FROM standard_version v JOIN standard s ON s.hq_id = v.hq_id AND s.id = v.standard_id
WHERE v.hq_id = :hq AND v.state = 'published' ORDER BY s.order_no, s.code, v.published_ms DESC, v.id DESC LIMIT 1;

-- name: export_criteria :many
-- in: hq i64, version_id uuid, after_code text?, max_rows i64
-- out: category_code text, category_name text, code text, order_no i64, text_zh text, text_en text, how_zh text?, how_en text?
-- out: method text?, mode text, mode_params text, weight i64, severity text, veto bool, limit_kind text
-- out: limit_amount i64, close_zh text?, close_en text?, territory_dept text?, subject_dept text?
-- out: supervising_dept text?, dimension text?, sources text?, field_sources text?, active bool
SELECT c.category_code, g.name_zh AS category_name, c.code, c.order_no, c.text_zh, c.text_en, c.how_zh, c.how_en, c.method,
       c.mode, c.mode_params, c.weight, c.severity, c.veto, c.limit_kind, c.limit_amount, c.close_zh, c.close_en,
       c.territory_dept, c.subject_dept, c.supervising_dept, c.dimension, c.sources, c.field_sources, c.active
FROM criterion c JOIN category g ON g.hq_id = c.hq_id AND g.version_id = c.version_id AND g.code = c.category_code
WHERE c.hq_id = :hq AND c.version_id = :version_id [[after_code: AND c.code > :after_code]]
ORDER BY c.code LIMIT :max_rows;

-- name: export_inspections :many
-- in: hq i64, from_ms i64?, to_ms i64?, scoped bool?, scope_unit uuid?, scope_person uuid?, scope_area_from text?
-- in: scope_area_to text?, after_ms i64?, after_id uuid?, max_rows i64
-- out: id uuid, site_code text, site_name text, category_code text, area_code text, subject_unit_id uuid?, kind text, state text
-- out: visit_ms i64, completed_ms i64?, earned_e4 i64?, possible_e4 i64?, vetoed bool, note text?
SELECT i.id, s.code AS site_code, s.name AS site_name, i.category_code, i.area_code, i.subject_unit_id, i.kind, i.state, i.visit_ms,
       i.completed_ms, i.earned_e4, i.possible_e4, i.vetoed, i.note
FROM inspection i JOIN site s ON s.hq_id = i.hq_id AND s.id = i.site_id
WHERE i.hq_id = :hq AND i.held = FALSE AND i.state <> 'staged'
[[from_ms: AND i.visit_ms >= :from_ms]] [[to_ms: AND i.visit_ms < :to_ms]]
[[scoped: AND (i.subject_unit_id = :scope_unit OR i.inspector_id = :scope_person
    OR (i.area_code >= :scope_area_from AND i.area_code < :scope_area_to))]]
[[after_id: AND (i.visit_ms, i.id) > (:after_ms, :after_id)]]
ORDER BY i.visit_ms, i.id LIMIT :max_rows;

-- name: export_observations :many
-- in: hq i64, from_ms i64?, to_ms i64?, scoped bool?, scope_unit uuid?, scope_person uuid?, scope_area_from text?
-- in: scope_area_to text?, after_id uuid?, after_criterion uuid?, max_rows i64
-- out: inspection_id uuid, criterion_id uuid, site_code text, criterion_code text, visit_ms i64, result text, n i64?
-- out: value_e2 i64?, note text?, earned_e4 i64, possible_e4 i64, problem_year i64?, problem_number i64?
SELECT o.inspection_id, o.criterion_id, s.code AS site_code, c.code AS criterion_code, i.visit_ms, o.result, o.count AS n, o.value_e2,
       o.note, o.earned_e4, o.possible_e4, p.year AS problem_year, p.number AS problem_number
FROM observation o
JOIN inspection i ON i.hq_id = o.hq_id AND i.id = o.inspection_id
JOIN site s ON s.hq_id = i.hq_id AND s.id = i.site_id
JOIN criterion c ON c.hq_id = o.hq_id AND c.id = o.criterion_id
LEFT JOIN problem p ON p.hq_id = o.hq_id AND p.id = o.problem_id AND p.held = FALSE
WHERE o.hq_id = :hq AND i.held = FALSE AND i.state = 'complete'
[[from_ms: AND i.visit_ms >= :from_ms]] [[to_ms: AND i.visit_ms < :to_ms]]
[[scoped: AND (i.subject_unit_id = :scope_unit OR i.inspector_id = :scope_person
    OR (i.area_code >= :scope_area_from AND i.area_code < :scope_area_to))]]
[[after_id: AND (o.inspection_id, o.criterion_id) > (:after_id, :after_criterion)]]
ORDER BY o.inspection_id, o.criterion_id LIMIT :max_rows;

-- name: export_scores :many
-- in: hq i64, from_ms i64?, to_ms i64?, scoped bool?, scope_unit uuid?, scope_area_from text?, scope_area_to text?
-- in: after_code text?, max_rows i64
-- out: code text, name text, category_code text, area_code text, subject_unit_id uuid?, inspections i64, earned_e4 i64
-- out: possible_e4 i64, observations i64, not_met i64, vetoes i64
SELECT s.code, s.name, s.category_code, s.area_code, s.subject_unit_id, CAST(SUM(e.sign) AS BIGINT) AS inspections,
       CAST(SUM(e.earned_e4) AS BIGINT) AS earned_e4, CAST(SUM(e.possible_e4) AS BIGINT) AS possible_e4,
       CAST(SUM(e.observations) AS BIGINT) AS observations, CAST(SUM(e.not_met) AS BIGINT) AS not_met,
       CAST(SUM(e.vetoes) AS BIGINT) AS vetoes
FROM score_entry e JOIN site s ON s.hq_id = e.hq_id AND s.id = e.site_id
JOIN inspection i ON i.hq_id = e.hq_id AND i.id = e.inspection_id
WHERE e.hq_id = :hq AND i.held = FALSE
[[from_ms: AND e.visit_ms >= :from_ms]] [[to_ms: AND e.visit_ms < :to_ms]]
[[scoped: AND (e.subject_unit_id = :scope_unit OR (e.area_code >= :scope_area_from AND e.area_code < :scope_area_to))]]
[[after_code: AND s.code > :after_code]]
GROUP BY s.code, s.name, s.category_code, s.area_code, s.subject_unit_id
HAVING SUM(e.sign) > 0
ORDER BY s.code LIMIT :max_rows;

-- name: export_problems :many
-- in: hq i64, from_ms i64?, to_ms i64?, scoped bool?, scope_unit uuid?, scope_person uuid?, scope_area_from text?
-- in: scope_area_to text?, after_year i64?, after_number i64?, max_rows i64
-- out: id uuid, year i64, number i64, external_id text?, state text, source text, reported_ms i64, registered_ms i64?
-- out: dispatched_ms i64?, due_ms i64?, rectified_ms i64?, closed_ms i64?, unit_id uuid?, site_code text?, site_name text?
-- out: area_code text, category_code text?, criterion_code text?, description text, place text?, lon_e7 i64?, lat_e7 i64?
-- out: severity text, typical bool, kind text, limit_kind text, limit_amount i64, overdue bool, exempt bool, rework_count i64
-- out: list_source text?, number_there text?, status_there text?, kind_there text?, unit_there text?
SELECT p.id, p.year, p.number, p.external_id, p.state, p.source, p.reported_ms, p.registered_ms, p.dispatched_ms, p.due_ms,
       p.rectified_ms, p.closed_ms, p.unit_id, s.code AS site_code, s.name AS site_name, p.area_code, p.category_code,
       c.code AS criterion_code, p.description, p.place, p.lon_e7, p.lat_e7, p.severity, p.typical, p.kind, p.limit_kind,
       p.limit_amount, p.overdue, p.exempt, p.rework_count, i.source AS list_source, i.number_there, i.status_there, i.kind_there,
       i.unit_there
FROM problem p
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN criterion c ON c.hq_id = p.hq_id AND c.id = p.criterion_id
LEFT JOIN problem_import i ON i.hq_id = p.hq_id AND i.problem_id = p.id AND i.seq = (
    SELECT MAX(m.seq) FROM problem_import m WHERE m.hq_id = p.hq_id AND m.problem_id = p.id AND m.again = FALSE)
WHERE p.hq_id = :hq AND p.held = FALSE
[[from_ms: AND p.reported_ms >= :from_ms]] [[to_ms: AND p.reported_ms < :to_ms]]
[[scoped: AND (p.unit_id = :scope_unit OR p.handler_unit_id = :scope_unit OR p.reporter_id = :scope_person
    OR (p.area_code >= :scope_area_from AND p.area_code < :scope_area_to))]]
[[after_number: AND (p.year, p.number) > (:after_year, :after_number)]]
ORDER BY p.year, p.number LIMIT :max_rows;

-- name: export_events :many
-- in: hq i64, from_ms i64?, to_ms i64?, scoped bool?, scope_unit uuid?, scope_person uuid?, scope_area_from text?
-- in: scope_area_to text?, after_ms i64?, after_id uuid?, after_seq i64?, max_rows i64
-- out: problem_id uuid, year i64, number i64, external_id text?, seq i64, event text, from_state text?, to_state text, at_ms i64
-- out: actor_unit_id uuid?, unit_id uuid?, due_ms i64?, note text?
SELECT e.problem_id, p.year, p.number, p.external_id, e.seq, e.event, e.from_state, e.to_state, e.at_ms, e.actor_unit_id, e.unit_id,
       e.due_ms, e.note
FROM problem_event e
JOIN problem p ON p.hq_id = e.hq_id AND p.id = e.problem_id
WHERE e.hq_id = :hq AND p.held = FALSE
[[from_ms: AND e.at_ms >= :from_ms]] [[to_ms: AND e.at_ms < :to_ms]]
[[scoped: AND (p.unit_id = :scope_unit OR p.handler_unit_id = :scope_unit OR p.reporter_id = :scope_person
    OR (p.area_code >= :scope_area_from AND p.area_code < :scope_area_to))]]
[[after_id: AND (e.at_ms, e.problem_id, e.seq) > (:after_ms, :after_id, :after_seq)]]
ORDER BY e.at_ms, e.problem_id, e.seq LIMIT :max_rows;

-- name: export_ledger :many
-- in: hq i64, from_ms i64?, to_ms i64?, scoped bool?, scope_unit uuid?, scope_person uuid?, scope_area_from text?
-- in: scope_area_to text?, after_year i64?, after_number i64?, max_rows i64
-- out: year i64, number i64, reported_ms i64, source text, site_name text?, category_name text?, place text?, address text?
-- out: criterion_code text?, criterion_text text?, description text, before_photo blob?, unit_id uuid?, rectifier text?
-- out: due_ms i64?, measure text?, after_photo blob?, rectified_ms i64?, state text, rechecker text?, opinion text?
-- out: closed_ms i64?, overdue bool
SELECT p.year, p.number, p.reported_ms, p.source, s.name AS site_name,
       (SELECT g.name_zh FROM category g JOIN standard_version v ON v.hq_id = g.hq_id AND v.id = g.version_id
        WHERE g.hq_id = p.hq_id AND g.code = p.category_code AND v.state = 'published'
        ORDER BY v.published_ms DESC LIMIT 1) AS category_name,
       p.place, s.address, c.code AS criterion_code, c.text_zh AS criterion_text, p.description,
       (SELECT b.sha256 FROM problem_photo b WHERE b.hq_id = p.hq_id AND b.problem_id = p.id AND b.role = 'before'
        ORDER BY b.seq, b.order_no LIMIT 1) AS before_photo,
       p.unit_id, r.name AS rectifier, p.due_ms,
       (SELECT e.note FROM problem_event e WHERE e.hq_id = p.hq_id AND e.problem_id = p.id AND e.event = 'rectify'
        ORDER BY e.seq DESC LIMIT 1) AS measure,
       (SELECT b.sha256 FROM problem_photo b WHERE b.hq_id = p.hq_id AND b.problem_id = p.id AND b.role = 'after'
        ORDER BY b.seq DESC, b.order_no LIMIT 1) AS after_photo,
       p.rectified_ms, p.state, k.name AS rechecker,
       (SELECT e.note FROM problem_event e WHERE e.hq_id = p.hq_id AND e.problem_id = p.id AND e.event IN ('strike_off', 'return')
        ORDER BY e.seq DESC LIMIT 1) AS opinion,
       p.closed_ms, p.overdue
FROM problem p
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN criterion c ON c.hq_id = p.hq_id AND c.id = p.criterion_id
LEFT JOIN person r ON r.hq_id = p.hq_id AND r.id = p.rectifier_id
LEFT JOIN person k ON k.hq_id = p.hq_id AND k.id = p.rechecker_id
WHERE p.hq_id = :hq AND p.held = FALSE
[[from_ms: AND p.reported_ms >= :from_ms]] [[to_ms: AND p.reported_ms < :to_ms]]
[[scoped: AND (p.unit_id = :scope_unit OR p.handler_unit_id = :scope_unit OR p.reporter_id = :scope_person
    OR (p.area_code >= :scope_area_from AND p.area_code < :scope_area_to))]]
[[after_number: AND (p.year, p.number) > (:after_year, :after_number)]]
ORDER BY p.year, p.number LIMIT :max_rows;

-- name: export_matrix :many
-- in: hq i64, now_ms i64, scoped bool?, scope_unit uuid?, after_criterion text?, after_category text?, after_area text?
-- in: after_id uuid?, max_rows i64
-- out: id uuid, criterion_code text?, category_code text?, area_code text, lead_role text, territory_unit_id uuid?
-- out: subject_unit_id uuid?, supervising_unit_id uuid?, work_standard text?, deadline text?, due_ms i64?, measures text?
-- out: person text?, valid_from_ms i64, valid_to_ms i64?, created_ms i64
SELECT m.id, m.criterion_code, m.category_code, m.area_code, m.lead_role, m.territory_unit_id, m.subject_unit_id,
       m.supervising_unit_id, m.work_standard, m.deadline, m.due_ms, m.measures, p.name AS person, m.valid_from_ms, m.valid_to_ms,
       m.created_ms
FROM matrix_row m LEFT JOIN person p ON p.hq_id = m.hq_id AND p.id = m.person_id
WHERE m.hq_id = :hq AND (m.valid_to_ms IS NULL OR m.valid_to_ms > :now_ms)
[[scoped: AND (m.territory_unit_id = :scope_unit OR m.subject_unit_id = :scope_unit OR m.supervising_unit_id = :scope_unit
    OR EXISTS (SELECT 1 FROM matrix_support x WHERE x.hq_id = m.hq_id AND x.row_id = m.id AND x.unit_id = :scope_unit))]]
[[after_id: AND (COALESCE(m.criterion_code, ''), COALESCE(m.category_code, ''), m.area_code, m.id)
    > (:after_criterion, :after_category, :after_area, :after_id)]]
ORDER BY COALESCE(m.criterion_code, ''), COALESCE(m.category_code, ''), m.area_code, m.id LIMIT :max_rows;

-- name: export_matrix_support :many
-- in: hq i64, row_id uuid
-- out: unit_id uuid
SELECT unit_id FROM matrix_support WHERE hq_id = :hq AND row_id = :row_id ORDER BY order_no, unit_id;

-- name: export_facilities :many
-- in: hq i64, scoped bool?, scope_unit uuid?, scope_area_from text?, scope_area_to text?, after_id uuid?, max_rows i64
-- out: id uuid, site_code text, site_name text, kind_code text, name text, position text?, width_mm i64?, height_mm i64?
-- out: edition text?, edition_label text?, condition text, checked_ms i64?, state text, note text?, external_id text?, lon_e7 i64?, lat_e7 i64?
SELECT a.id, s.code AS site_code, s.name AS site_name, a.kind_code, a.name, a.position, a.width_mm, a.height_mm,
       e.title AS edition, e.label AS edition_label, a.condition, a.checked_ms, a.state, a.note, a.external_id, s.lon_e7, s.lat_e7
FROM asset a
JOIN site s ON s.hq_id = a.hq_id AND s.id = a.site_id
LEFT JOIN edition e ON e.hq_id = a.hq_id AND e.id = a.edition_id
WHERE a.hq_id = :hq
[[scoped: AND (s.subject_unit_id = :scope_unit OR s.territory_unit_id = :scope_unit OR s.supervising_unit_id = :scope_unit
    OR (s.area_code >= :scope_area_from AND s.area_code < :scope_area_to))]]
[[after_id: AND a.id > :after_id]]
ORDER BY a.id LIMIT :max_rows;

-- name: export_frontages :many
-- in: hq i64, scoped bool?, scope_unit uuid?, scope_area_from text?, scope_area_to text?, after_code text?, max_rows i64
-- out: code text, name text, trade text?, area_code text, site_code text?, unit_id uuid?, place text?, lon_e7 i64?, lat_e7 i64?
-- out: keeper_sealed blob?, keeper_masked text?, signed_ms i64?, checked_ms i64?, state text, note text?, external_id text?, id uuid
SELECT f.code, f.name, f.trade, f.area_code, s.code AS site_code, f.unit_id, f.place, f.lon_e7, f.lat_e7,
       f.keeper_sealed, f.keeper_masked, f.signed_ms, f.checked_ms, f.state, f.note, f.external_id, f.id
FROM frontage f LEFT JOIN site s ON s.hq_id = f.hq_id AND s.id = f.site_id
WHERE f.hq_id = :hq
[[scoped: AND (f.unit_id = :scope_unit OR (f.area_code >= :scope_area_from AND f.area_code < :scope_area_to))]]
[[after_code: AND f.code > :after_code]]
ORDER BY f.code LIMIT :max_rows;
