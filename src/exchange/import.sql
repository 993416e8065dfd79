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

-- name: import_site_named :many
-- in: hq i64, name text
-- out: id uuid, address text?
SELECT id, address FROM site
WHERE hq_id = :hq AND name = :name ORDER BY code;

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
