-- Reads of the importers: what is there already.

-- name: import_areas_now :many
-- in: hq i64
-- out: id uuid, code text, name text, kind text?, parent_code text?, order_no i64
SELECT a.id, a.code, a.name, a.kind, p.code AS parent_code, a.order_no
FROM area a
LEFT JOIN area p ON p.hq_id = a.hq_id AND p.id = a.parent_id
WHERE a.hq_id = :hq AND a.valid_to_ms IS NULL ORDER BY a.code;

-- name: import_people_of_name :many
-- in: hq i64, unit_id uuid, name text
-- out: id uuid, phone_index blob?, external_id text?
SELECT id, phone_index, external_id FROM person
WHERE hq_id = :hq AND unit_id = :unit_id AND name = :name AND left_ms IS NULL ORDER BY order_no, id;

-- name: import_person_phone :one
-- in: hq i64, id uuid
-- out: phone_index blob?
SELECT phone_index FROM person WHERE hq_id = :hq AND id = :id;

-- name: import_site_names :many
-- in: hq i64
-- out: id uuid, name text, address text?
SELECT id, name, address FROM site WHERE hq_id = :hq;

-- name: import_site_codes :many
-- in: hq i64, code_from text, code_to text
-- out: code text
SELECT code FROM site WHERE hq_id = :hq AND code >= :code_from AND code < :code_to;

-- name: import_categories :many
-- in: hq i64
-- out: code text, name_zh text
SELECT DISTINCT c.code, c.name_zh
FROM category c
JOIN standard_version v ON v.hq_id = c.hq_id AND v.id = c.version_id
WHERE c.hq_id = :hq AND v.state = 'published' ORDER BY c.code;

-- name: import_written :one
-- in: hq i64, id uuid
-- out: detail text?
SELECT detail FROM journal WHERE hq_id = :hq AND id = :id;

-- The version a list of criteria adds to: the newest draft of the first standard, else its newest published one.
-- name: import_standard_base :one
-- in: hq i64
-- out: id uuid, standard_id uuid
SELECT v.id, v.standard_id
FROM standard_version v JOIN standard s ON s.hq_id = v.hq_id AND s.id = v.standard_id
WHERE v.hq_id = :hq
ORDER BY s.order_no, s.code, v.state, v.published_ms DESC, v.id DESC LIMIT 1;

-- name: import_standard_first :one
-- in: hq i64
-- out: id uuid
SELECT id FROM standard WHERE hq_id = :hq ORDER BY order_no, code LIMIT 1;

-- name: import_version_categories :many
-- in: hq i64, version_id uuid
-- out: code text, name_zh text, name_en text, order_no i64, weight i64, hint_zh text?, hint_en text?
SELECT code, name_zh, name_en, order_no, weight, hint_zh, hint_en
FROM category WHERE hq_id = :hq AND version_id = :version_id ORDER BY order_no, code;

-- name: import_version_criteria :many
-- in: hq i64, version_id uuid
-- out: category_code text, code text, order_no i64, text_zh text, text_en text, how_zh text?, how_en text?
-- out: method text?, mode text, mode_params text, weight i64, severity text, veto bool, limit_kind text
-- out: limit_amount i64, close_zh text?, close_en text?, territory_dept text?, subject_dept text?
-- out: supervising_dept text?, dimension text?, sources text?, field_sources text?, active bool
SELECT category_code, code, order_no, text_zh, text_en, how_zh, how_en, method, mode, mode_params, weight, severity,
       veto, limit_kind, limit_amount, close_zh, close_en, territory_dept, subject_dept, supervising_dept, dimension,
       sources, field_sources, active
FROM criterion WHERE hq_id = :hq AND version_id = :version_id ORDER BY category_code, order_no, code;

-- name: import_site_places :many
-- in: hq i64
-- out: id uuid, code text, name text, area_code text, category_code text
SELECT id, code, name, area_code, category_code FROM site WHERE hq_id = :hq ORDER BY code;

-- The newest published version's come first.
-- name: import_criteria :many
-- in: hq i64
-- out: id uuid, code text, category_code text
SELECT c.id, c.code, c.category_code
FROM criterion c
JOIN standard_version v ON v.hq_id = c.hq_id AND v.id = c.version_id
WHERE c.hq_id = :hq AND v.state = 'published' ORDER BY v.published_ms DESC, c.code;

-- name: import_people_called :many
-- in: hq i64, name text, unit_id uuid?
-- out: id uuid
SELECT id FROM person
WHERE hq_id = :hq AND name = :name AND left_ms IS NULL [[unit_id: AND unit_id = :unit_id]]
ORDER BY order_no, id LIMIT 10;

-- name: import_sites_called :many
-- in: hq i64, text text
-- out: id uuid
SELECT id FROM site WHERE hq_id = :hq AND (code = :text OR name = :text) AND state = 'active' ORDER BY code LIMIT 10;

-- name: import_duties_like :many
-- in: hq i64, person_id uuid, kind text, place_id uuid
-- out: from_ms i64, to_ms i64?
SELECT from_ms, to_ms FROM duty
WHERE hq_id = :hq AND person_id = :person_id AND kind = :kind AND place_id = :place_id ORDER BY from_ms;
