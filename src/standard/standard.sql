-- Queries of the standards: versions, categories, criteria. What changes a draft first touches its version row,
-- which is refused once the version is published; so nothing slips in beside a publication.

-- name: standard_list :many
-- in: hq i64
-- out: id uuid, code text, name_zh text, name_en text, order_no i64
SELECT id, code, name_zh, name_en, order_no FROM standard WHERE hq_id = :hq ORDER BY order_no, code;

-- name: standard_get :one
-- in: hq i64, id uuid
-- out: like standard_list
SELECT id, code, name_zh, name_en, order_no FROM standard WHERE hq_id = :hq AND id = :id;

-- name: standard_get_by_code :one
-- in: hq i64, code text
-- out: like standard_list
SELECT id, code, name_zh, name_en, order_no FROM standard WHERE hq_id = :hq AND code = :code;

-- name: standard_version_get :one
-- in: hq i64, id uuid
-- out: id uuid, standard_id uuid, label text, state text, official bool, notice_zh text?, notice_en text?
-- out: published_ms i64?, content_hash blob?, version i64
SELECT id, standard_id, label, state, official, notice_zh, notice_en, published_ms, content_hash, version
FROM standard_version WHERE hq_id = :hq AND id = :id;

-- Drafts first, then the newest published.
-- name: standard_version_list :many
-- in: hq i64
-- out: like standard_version_get
SELECT id, standard_id, label, state, official, notice_zh, notice_en, published_ms, content_hash, version
FROM standard_version WHERE hq_id = :hq
ORDER BY CASE WHEN published_ms IS NULL THEN 0 ELSE 1 END, published_ms DESC, label DESC, id;

-- name: standard_version_newest :one
-- in: hq i64, at_ms i64
-- out: id uuid
SELECT v.id FROM standard_version v JOIN standard s ON s.hq_id = v.hq_id AND s.id = v.standard_id
WHERE v.hq_id = :hq AND v.state = 'published' AND v.published_ms <= :at_ms
ORDER BY s.order_no, s.code, v.published_ms DESC, v.id LIMIT 1;

-- name: category_list :many
-- in: hq i64, version_id uuid
-- out: code text, name_zh text, name_en text, order_no i64, weight i64, hint_zh text?, hint_en text?
-- out: criteria_count i64
SELECT c.code, c.name_zh, c.name_en, c.order_no, c.weight, c.hint_zh, c.hint_en,
       (SELECT COUNT(*) FROM criterion x WHERE x.hq_id = c.hq_id AND x.version_id = c.version_id
            AND x.category_code = c.code) AS criteria_count
FROM category c WHERE c.hq_id = :hq AND c.version_id = :version_id ORDER BY c.order_no, c.code;

-- name: category_get :one
-- in: hq i64, version_id uuid, code text
-- out: like category_list
SELECT c.code, c.name_zh, c.name_en, c.order_no, c.weight, c.hint_zh, c.hint_en,
       (SELECT COUNT(*) FROM criterion x WHERE x.hq_id = c.hq_id AND x.version_id = c.version_id
            AND x.category_code = c.code) AS criteria_count
FROM category c WHERE c.hq_id = :hq AND c.version_id = :version_id AND c.code = :code;

-- name: category_published :one
-- in: hq i64, code text
-- out: n i64
SELECT COUNT(*) AS n FROM standard_version v
JOIN category c ON c.hq_id = v.hq_id AND c.version_id = v.id AND c.code = :code
WHERE v.hq_id = :hq AND v.state = 'published';

-- name: criterion_get :one
-- in: hq i64, id uuid
-- out: id uuid, version_id uuid, category_code text, code text, order_no i64, text_zh text, text_en text
-- out: how_zh text?, how_en text?, method text?, mode text, mode_params text, weight i64, severity text, veto bool
-- out: limit_kind text, limit_amount i64, close_zh text?, close_en text?, territory_dept text?, subject_dept text?
-- out: supervising_dept text?, dimension text?, sources text?, field_sources text?, active bool
SELECT id, version_id, category_code, code, order_no, text_zh, text_en, how_zh, how_en, method, mode, mode_params,
       weight, severity, veto, limit_kind, limit_amount, close_zh, close_en, territory_dept, subject_dept,
       supervising_dept, dimension, sources, field_sources, active
FROM criterion WHERE hq_id = :hq AND id = :id;

-- name: criterion_list :many
-- in: hq i64, version_id uuid, category text?
-- out: like criterion_get
SELECT x.id, x.version_id, x.category_code, x.code, x.order_no, x.text_zh, x.text_en, x.how_zh, x.how_en, x.method,
       x.mode, x.mode_params, x.weight, x.severity, x.veto, x.limit_kind, x.limit_amount, x.close_zh, x.close_en,
       x.territory_dept, x.subject_dept, x.supervising_dept, x.dimension, x.sources, x.field_sources, x.active
FROM criterion x JOIN category c ON c.hq_id = x.hq_id AND c.version_id = x.version_id AND c.code = x.category_code
WHERE x.hq_id = :hq AND x.version_id = :version_id
[[category: AND x.category_code = :category]]
ORDER BY c.order_no, c.code, x.order_no, x.code;

-- name: standard_add :exec
-- in: hq i64, id uuid, code text, name_zh text, name_en text, order_no i64
INSERT INTO standard (hq_id, id, code, name_zh, name_en, order_no)
VALUES (:hq, :id, :code, :name_zh, :name_en, :order_no);

-- name: standard_version_add :exec
-- in: hq i64, id uuid, standard_id uuid, label text, official bool, notice_zh text?, notice_en text?
INSERT INTO standard_version (hq_id, id, standard_id, label, state, official, notice_zh, notice_en)
VALUES (:hq, :id, :standard_id, :label, 'draft', :official, :notice_zh, :notice_en);

-- name: standard_version_touch :exec
-- in: hq i64, id uuid
UPDATE standard_version SET version = version + 1 WHERE hq_id = :hq AND id = :id AND state = 'draft';

-- name: standard_version_publish :exec
-- in: hq i64, id uuid, was_version i64, published_ms i64, content_hash sha256
UPDATE standard_version SET state = 'published', published_ms = :published_ms, content_hash = :content_hash,
    version = version + 1
WHERE hq_id = :hq AND id = :id AND state = 'draft' AND version = :was_version;

-- name: category_add :exec
-- in: hq i64, version_id uuid, code text, name_zh text, name_en text, order_no i64, weight i64, hint_zh text?
-- in: hint_en text?
INSERT INTO category (hq_id, version_id, code, name_zh, name_en, order_no, weight, hint_zh, hint_en)
VALUES (:hq, :version_id, :code, :name_zh, :name_en, :order_no, :weight, :hint_zh, :hint_en);

-- name: criterion_add :exec
-- in: hq i64, id uuid, version_id uuid, category_code text, code text, order_no i64, text_zh text, text_en text
-- in: how_zh text?, how_en text?, method text?, mode text, mode_params text, weight i64, severity text, veto bool
-- in: limit_kind text, limit_amount i64, close_zh text?, close_en text?, territory_dept text?, subject_dept text?
-- in: supervising_dept text?, dimension text?, sources text?, field_sources text?, active bool
INSERT INTO criterion (hq_id, id, version_id, category_code, code, order_no, text_zh, text_en, how_zh, how_en,
    method, mode, mode_params, weight, severity, veto, limit_kind, limit_amount, close_zh, close_en,
    territory_dept, subject_dept, supervising_dept, dimension, sources, field_sources, active)
VALUES (:hq, :id, :version_id, :category_code, :code, :order_no, :text_zh, :text_en, :how_zh, :how_en,
    :method, :mode, :mode_params, :weight, :severity, :veto, :limit_kind, :limit_amount, :close_zh, :close_en,
    :territory_dept, :subject_dept, :supervising_dept, :dimension, :sources, :field_sources, :active);

-- name: criterion_set :exec
-- in: hq i64, id uuid, text_zh text, text_en text, how_zh text?, how_en text?, mode text, mode_params text
-- in: weight i64, severity text, veto bool, limit_kind text, limit_amount i64, close_zh text?, close_en text?
-- in: field_sources text?, active bool
UPDATE criterion SET text_zh = :text_zh, text_en = :text_en, how_zh = :how_zh, how_en = :how_en, mode = :mode,
    mode_params = :mode_params, weight = :weight, severity = :severity, veto = :veto, limit_kind = :limit_kind,
    limit_amount = :limit_amount, close_zh = :close_zh, close_en = :close_en, field_sources = :field_sources,
    active = :active
WHERE hq_id = :hq AND id = :id
AND EXISTS (SELECT 1 FROM standard_version v WHERE v.hq_id = criterion.hq_id AND v.id = criterion.version_id
    AND v.state = 'draft');
