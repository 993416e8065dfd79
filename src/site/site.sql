-- Queries of the sites.

-- name: site_get :one
-- in: hq i64, id uuid
-- out: id uuid, code text, name text, category_code text, area_id uuid, area_code text, area_name text
-- out: address text?, lon_e7 i64?, lat_e7 i64?, subject_unit_id uuid?, subject_unit_name text?
-- out: territory_unit_id uuid?, territory_unit_name text?, supervising_unit_id uuid?, supervising_unit_name text?
-- out: contact_sealed blob?, contact_masked text?, state text, external_id text?, note text?, created_ms i64
-- out: retired_ms i64?, version i64
SELECT s.id, s.code, s.name, s.category_code, s.area_id, s.area_code, a.name AS area_name, s.address, s.lon_e7,
       s.lat_e7, s.subject_unit_id, us.name AS subject_unit_name, s.territory_unit_id,
       ut.name AS territory_unit_name, s.supervising_unit_id, uv.name AS supervising_unit_name, s.contact_sealed,
       s.contact_masked, s.state, s.external_id, s.note, s.created_ms, s.retired_ms, s.version
FROM site s
JOIN area a ON a.hq_id = s.hq_id AND a.id = s.area_id
LEFT JOIN unit us ON us.hq_id = s.hq_id AND us.id = s.subject_unit_id
LEFT JOIN unit ut ON ut.hq_id = s.hq_id AND ut.id = s.territory_unit_id
LEFT JOIN unit uv ON uv.hq_id = s.hq_id AND uv.id = s.supervising_unit_id
WHERE s.hq_id = :hq AND s.id = :id;

-- name: site_id_by_code :one
-- in: hq i64, code text
-- out: id uuid
SELECT id FROM site WHERE hq_id = :hq AND code = :code;

-- name: site_id_by_external :one
-- in: hq i64, external_id text
-- out: id uuid
SELECT id FROM site WHERE hq_id = :hq AND external_id = :external_id;

-- name: site_list :many
-- in: hq i64, category text?, area_from text?, area_to text?, unit_id uuid?, state text?, pattern text?
-- in: after_code text?, scoped bool?, scope_unit uuid?, scope_area_from text?, scope_area_to text?, max_rows i64
-- out: like site_get
SELECT s.id, s.code, s.name, s.category_code, s.area_id, s.area_code, a.name AS area_name, s.address, s.lon_e7,
       s.lat_e7, s.subject_unit_id, us.name AS subject_unit_name, s.territory_unit_id,
       ut.name AS territory_unit_name, s.supervising_unit_id, uv.name AS supervising_unit_name, s.contact_sealed,
       s.contact_masked, s.state, s.external_id, s.note, s.created_ms, s.retired_ms, s.version
FROM site s
JOIN area a ON a.hq_id = s.hq_id AND a.id = s.area_id
LEFT JOIN unit us ON us.hq_id = s.hq_id AND us.id = s.subject_unit_id
LEFT JOIN unit ut ON ut.hq_id = s.hq_id AND ut.id = s.territory_unit_id
LEFT JOIN unit uv ON uv.hq_id = s.hq_id AND uv.id = s.supervising_unit_id
WHERE s.hq_id = :hq
[[category: AND s.category_code = :category]]
[[area_from: AND s.area_code >= :area_from AND s.area_code < :area_to]]
[[unit_id: AND (s.subject_unit_id = :unit_id OR s.territory_unit_id = :unit_id OR s.supervising_unit_id = :unit_id)]]
[[state: AND s.state = :state]]
[[pattern: AND s.search_text LIKE :pattern ESCAPE '!']]
[[scoped: AND (s.subject_unit_id = :scope_unit OR s.territory_unit_id = :scope_unit
    OR s.supervising_unit_id = :scope_unit OR (s.area_code >= :scope_area_from AND s.area_code < :scope_area_to))]]
[[after_code: AND s.code > :after_code]]
ORDER BY s.code LIMIT :max_rows;

-- name: site_history_list :many
-- in: hq i64, site_id uuid
-- out: version i64, at_ms i64, actor_id uuid?, actor_name text?, change text, content text
SELECT h.version, h.at_ms, h.actor_id, p.name AS actor_name, h.change, h.content
FROM site_history h
LEFT JOIN person p ON p.hq_id = h.hq_id AND p.id = h.actor_id
WHERE h.hq_id = :hq AND h.site_id = :site_id ORDER BY h.version DESC;

-- name: site_add :exec
-- in: hq i64, id uuid, code text, name text, category_code text, area_id uuid, area_code text, address text?
-- in: lon_e7 i64?, lat_e7 i64?, subject_unit_id uuid?, territory_unit_id uuid?, supervising_unit_id uuid?
-- in: contact_sealed blob?, contact_masked text?, external_id text?, note text?, created_ms i64, search_text text
INSERT INTO site (hq_id, id, code, name, category_code, area_id, area_code, address, lon_e7, lat_e7,
    subject_unit_id, territory_unit_id, supervising_unit_id, contact_sealed, contact_masked, state, external_id,
    note, created_ms, search_text)
VALUES (:hq, :id, :code, :name, :category_code, :area_id, :area_code, :address, :lon_e7, :lat_e7,
    :subject_unit_id, :territory_unit_id, :supervising_unit_id, :contact_sealed, :contact_masked, 'active',
    :external_id, :note, :created_ms, :search_text);

-- name: site_set :exec
-- in: hq i64, id uuid, was_version i64, name text, category_code text, area_id uuid, area_code text, address text?
-- in: lon_e7 i64?, lat_e7 i64?, subject_unit_id uuid?, territory_unit_id uuid?, supervising_unit_id uuid?
-- in: contact_sealed blob?, contact_masked text?, note text?, search_text text
UPDATE site SET name = :name, category_code = :category_code, area_id = :area_id, area_code = :area_code,
    address = :address, lon_e7 = :lon_e7, lat_e7 = :lat_e7, subject_unit_id = :subject_unit_id,
    territory_unit_id = :territory_unit_id, supervising_unit_id = :supervising_unit_id,
    contact_sealed = :contact_sealed, contact_masked = :contact_masked, note = :note, search_text = :search_text,
    version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- name: site_set_state :exec
-- in: hq i64, id uuid, was_version i64, state text, retired_ms i64?
UPDATE site SET state = :state, retired_ms = :retired_ms, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- name: site_history_add :exec
-- in: hq i64, site_id uuid, version i64, at_ms i64, actor_id uuid?, change text, content text
INSERT INTO site_history (hq_id, site_id, version, at_ms, actor_id, change, content)
VALUES (:hq, :site_id, :version, :at_ms, :actor_id, :change, :content);

-- ---- a plan per site (一点一策) ----

-- name: plan_get :one
-- in: hq i64, id uuid
-- out: id uuid, site_id uuid, site_code text, site_name text, area_code text, subject_unit_id uuid?, territory_unit_id uuid?
-- out: supervising_unit_id uuid?, criterion_code text?, gap text, measures text, acceptance text, owner_unit_id uuid
-- out: owner_unit_name text, owner_person_id uuid?, owner_person_name text?, due_ms i64, state text, finished_ms i64?
-- out: finished_by uuid?, finished_unit uuid?, closed_ms i64?, created_ms i64, version i64
SELECT g.id, g.site_id, s.code AS site_code, s.name AS site_name, s.area_code, s.subject_unit_id, s.territory_unit_id,
       s.supervising_unit_id, g.criterion_code, g.gap, g.measures, g.acceptance, g.owner_unit_id, u.name AS owner_unit_name,
       g.owner_person_id, p.name AS owner_person_name, g.due_ms, g.state, g.finished_ms, g.finished_by, g.finished_unit,
       g.closed_ms, g.created_ms, g.version
FROM site_plan g
JOIN site s ON s.hq_id = g.hq_id AND s.id = g.site_id
JOIN unit u ON u.hq_id = g.hq_id AND u.id = g.owner_unit_id
LEFT JOIN person p ON p.hq_id = g.hq_id AND p.id = g.owner_person_id
WHERE g.hq_id = :hq AND g.id = :id;

-- name: plan_list :many
-- in: hq i64, site_id uuid?, owner_unit uuid?, state text?, is_open bool?, overdue_at i64?, area_from text?, area_to text?
-- in: key_ms i64?, key_id uuid?, scoped bool?, scope_unit uuid?, scope_area_from text?, scope_area_to text?, max_rows i64
-- out: like plan_get
SELECT g.id, g.site_id, s.code AS site_code, s.name AS site_name, s.area_code, s.subject_unit_id, s.territory_unit_id,
       s.supervising_unit_id, g.criterion_code, g.gap, g.measures, g.acceptance, g.owner_unit_id, u.name AS owner_unit_name,
       g.owner_person_id, p.name AS owner_person_name, g.due_ms, g.state, g.finished_ms, g.finished_by, g.finished_unit,
       g.closed_ms, g.created_ms, g.version
FROM site_plan g
JOIN site s ON s.hq_id = g.hq_id AND s.id = g.site_id
JOIN unit u ON u.hq_id = g.hq_id AND u.id = g.owner_unit_id
LEFT JOIN person p ON p.hq_id = g.hq_id AND p.id = g.owner_person_id
WHERE g.hq_id = :hq
[[site_id: AND g.site_id = :site_id]]
[[owner_unit: AND g.owner_unit_id = :owner_unit]]
[[state: AND g.state = :state]]
[[is_open: AND g.closed_ms IS NULL]]
[[overdue_at: AND g.closed_ms IS NULL AND g.state = 'open' AND g.due_ms < :overdue_at]]
[[area_from: AND s.area_code >= :area_from AND s.area_code < :area_to]]
[[scoped: AND (g.owner_unit_id = :scope_unit OR s.subject_unit_id = :scope_unit OR s.territory_unit_id = :scope_unit
    OR s.supervising_unit_id = :scope_unit OR (s.area_code >= :scope_area_from AND s.area_code < :scope_area_to))]]
[[key_id: AND (g.due_ms, g.id) > (:key_ms, :key_id)]]
ORDER BY g.due_ms, g.id LIMIT :max_rows;

-- name: plan_add :exec
-- in: hq i64, id uuid, site_id uuid, criterion_code text?, gap text, measures text, acceptance text, owner_unit_id uuid
-- in: owner_person_id uuid?, due_ms i64, created_ms i64
INSERT INTO site_plan (hq_id, id, site_id, criterion_code, gap, measures, acceptance, owner_unit_id, owner_person_id, due_ms,
    state, created_ms)
VALUES (:hq, :id, :site_id, :criterion_code, :gap, :measures, :acceptance, :owner_unit_id, :owner_person_id, :due_ms, 'open',
    :created_ms);

-- name: plan_set :exec
-- in: hq i64, id uuid, was_version i64, criterion_code text?, gap text, measures text, acceptance text, owner_unit_id uuid
-- in: owner_person_id uuid?, due_ms i64, state text, finished_ms i64?, finished_by uuid?, finished_unit uuid?, closed_ms i64?
UPDATE site_plan SET criterion_code = :criterion_code, gap = :gap, measures = :measures, acceptance = :acceptance,
    owner_unit_id = :owner_unit_id, owner_person_id = :owner_person_id, due_ms = :due_ms, state = :state,
    finished_ms = :finished_ms, finished_by = :finished_by, finished_unit = :finished_unit, closed_ms = :closed_ms,
    version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- name: plan_history_list :many
-- in: hq i64, plan_id uuid
-- out: version i64, at_ms i64, actor_id uuid?, actor_name text?, change text, content text
SELECT h.version, h.at_ms, h.actor_id, p.name AS actor_name, h.change, h.content
FROM site_plan_history h LEFT JOIN person p ON p.hq_id = h.hq_id AND p.id = h.actor_id
WHERE h.hq_id = :hq AND h.plan_id = :plan_id ORDER BY h.version DESC;

-- name: plan_history_add :exec
-- in: hq i64, plan_id uuid, version i64, at_ms i64, actor_id uuid?, change text, content text
INSERT INTO site_plan_history (hq_id, plan_id, version, at_ms, actor_id, change, content)
VALUES (:hq, :plan_id, :version, :at_ms, :actor_id, :change, :content);
