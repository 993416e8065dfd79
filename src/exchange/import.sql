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

-- ---- mappings remembered ----

-- name: import_mapping_by_hash :one
-- in: hq i64, kind text, headings_hash sha256
-- out: id uuid, mapping text
SELECT id, mapping FROM import_mapping WHERE hq_id = :hq AND kind = :kind AND headings_hash = :headings_hash;

-- name: import_mapping_keep :exec
-- in: hq i64, id uuid, kind text, headings_hash sha256, headings text, mapping text, used_ms i64
INSERT INTO import_mapping (hq_id, id, kind, headings_hash, headings, mapping, used_ms)
VALUES (:hq, :id, :kind, :headings_hash, :headings, :mapping, :used_ms)
ON CONFLICT (hq_id, kind, headings_hash) DO UPDATE SET
    version = CASE WHEN import_mapping.mapping = excluded.mapping THEN import_mapping.version ELSE import_mapping.version + 1 END,
    mapping = excluded.mapping, used_ms = excluded.used_ms;

-- name: import_mappings :many
-- in: hq i64, kind text?, after_ms i64?, after_id uuid?, max_rows i64
-- out: id uuid, kind text, headings text, name text?, mapping text, used_ms i64, version i64
SELECT id, kind, headings, name, mapping, used_ms, version FROM import_mapping
WHERE hq_id = :hq [[kind: AND kind = :kind]] [[after_id: AND (used_ms, id) < (:after_ms, :after_id)]]
ORDER BY used_ms DESC, id DESC LIMIT :max_rows;

-- name: import_mapping_get :one
-- in: hq i64, id uuid
-- out: like import_mappings
SELECT id, kind, headings, name, mapping, used_ms, version FROM import_mapping WHERE hq_id = :hq AND id = :id;

-- name: import_mapping_set :exec
-- in: hq i64, id uuid, was_version i64, name text?, mapping text
UPDATE import_mapping SET name = :name, mapping = :mapping, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- name: import_mapping_remove :exec
-- in: hq i64, id uuid
DELETE FROM import_mapping WHERE hq_id = :hq AND id = :id;

-- ---- jobs ----

-- name: import_job_add :exec
-- in: hq i64, id uuid, kind text, mode text, file_name text?, content sha256, person_id uuid?, process_id uuid, now i64
INSERT INTO import_job (hq_id, id, kind, mode, file_name, content, state, person_id, process_id, created_ms, beat_ms)
VALUES (:hq, :id, :kind, :mode, :file_name, :content, 'waiting', :person_id, :process_id, :now, :now);

-- name: import_job_get :one
-- in: hq i64, id uuid
-- out: id uuid, kind text, mode text, file_name text?, content sha256, state text, cancelled bool, rows_total i64, rows_read i64
-- out: rows_created i64, rows_updated i64, rows_unchanged i64, rows_refused i64, report_zh text?, report_en text?
-- out: created_ms i64, ended_ms i64?
SELECT id, kind, mode, file_name, content, state, cancelled, rows_total, rows_read, rows_created, rows_updated, rows_unchanged,
       rows_refused, report_zh, report_en, created_ms, ended_ms
FROM import_job WHERE hq_id = :hq AND id = :id;

-- name: import_jobs :many
-- in: hq i64, after_ms i64?, after_id uuid?, max_rows i64
-- out: id uuid, kind text, mode text, file_name text?, state text, cancelled bool, rows_total i64, rows_read i64
-- out: rows_created i64, rows_updated i64, rows_unchanged i64, rows_refused i64, created_ms i64, ended_ms i64?
SELECT id, kind, mode, file_name, state, cancelled, rows_total, rows_read, rows_created, rows_updated, rows_unchanged,
       rows_refused, created_ms, ended_ms
FROM import_job WHERE hq_id = :hq [[after_id: AND (created_ms, id) < (:after_ms, :after_id)]]
ORDER BY created_ms DESC, id DESC LIMIT :max_rows;

-- name: import_job_tell :exec
-- in: hq i64, id uuid, state text, rows_total i64, rows_read i64, rows_created i64, rows_updated i64, rows_unchanged i64
-- in: rows_refused i64
UPDATE import_job SET state = :state, rows_total = :rows_total, rows_read = :rows_read, rows_created = :rows_created,
    rows_updated = :rows_updated, rows_unchanged = :rows_unchanged, rows_refused = :rows_refused
WHERE hq_id = :hq AND id = :id;

-- All that this process has in hand are alive, those that wait too.
-- name: import_job_beat :exec
-- in: hq i64, process_id uuid, now i64
UPDATE import_job SET beat_ms = :now WHERE hq_id = :hq AND process_id = :process_id AND ended_ms IS NULL;

-- name: import_job_end :exec
-- in: hq i64, id uuid, state text, report_zh text?, report_en text?, now i64
UPDATE import_job SET state = :state, report_zh = :report_zh, report_en = :report_en, ended_ms = :now
WHERE hq_id = :hq AND id = :id;

-- name: import_job_cancel :exec
-- in: hq i64, id uuid
UPDATE import_job SET cancelled = TRUE WHERE hq_id = :hq AND id = :id AND ended_ms IS NULL AND state <> 'writing';

-- name: import_job_remove :exec
-- in: hq i64, id uuid
DELETE FROM import_job WHERE hq_id = :hq AND id = :id;

-- name: import_jobs_dead :many
-- in: hq i64, before_ms i64
-- out: id uuid, cancelled bool
SELECT id, cancelled FROM import_job WHERE hq_id = :hq AND ended_ms IS NULL AND beat_ms < :before_ms ORDER BY id LIMIT 20;

-- Rows of the matrix on one key, in force or to be.
-- name: import_matrix_like :many
-- in: hq i64, area_code text, now_ms i64, criterion text, category text
-- out: id uuid
SELECT id FROM matrix_row
WHERE hq_id = :hq AND area_code = :area_code AND (valid_to_ms IS NULL OR valid_to_ms > :now_ms)
  AND COALESCE(criterion_code, '') = :criterion AND (COALESCE(category_code, '') = :category OR :criterion <> '')
ORDER BY created_ms DESC, id LIMIT 10;

-- ---- facilities and frontages ----

-- name: import_editions_called :many
-- in: hq i64, title text, label text?
-- out: id uuid
SELECT id FROM edition WHERE hq_id = :hq AND title = :title [[label: AND label = :label]] ORDER BY published_ms DESC, id LIMIT 2;

-- name: import_asset_known :one
-- in: hq i64, id uuid?, external_id text?
-- out: id uuid
SELECT id FROM asset WHERE hq_id = :hq AND (id = :id OR external_id = :external_id) ORDER BY id LIMIT 1;

-- name: import_assets_like :many
-- in: hq i64, site_id uuid, kind text, name text, position text
-- out: id uuid
SELECT id FROM asset
WHERE hq_id = :hq AND site_id = :site_id AND kind_code = :kind AND name = :name AND COALESCE(position, '') = :position
ORDER BY state, id LIMIT 2;

-- name: import_frontages_known :many
-- in: hq i64, code text?, external_id text?
-- out: id uuid
SELECT id FROM frontage WHERE hq_id = :hq AND (code = :code OR external_id = :external_id) ORDER BY id LIMIT 2;
