-- Queries of facilities, publicity, editions and frontages.

-- name: facility_kind_list :many
-- in: hq i64
-- out: code text, class text, name_zh text, name_en text, order_no i64, criterion_code text?, limit_kind text
-- out: limit_amount i64, mend_hours i64, guidance bool, active bool, version i64
SELECT code, class, name_zh, name_en, order_no, criterion_code, limit_kind, limit_amount, mend_hours, guidance, active, version
FROM facility_kind WHERE hq_id = :hq ORDER BY order_no, code;

-- name: facility_kind_add :exec
-- in: hq i64, code text, class text, name_zh text, name_en text, order_no i64, criterion_code text?, limit_kind text
-- in: limit_amount i64, mend_hours i64, guidance bool, active bool
INSERT INTO facility_kind (hq_id, code, class, name_zh, name_en, order_no, criterion_code, limit_kind, limit_amount, mend_hours,
    guidance, active)
VALUES (:hq, :code, :class, :name_zh, :name_en, :order_no, :criterion_code, :limit_kind, :limit_amount, :mend_hours, :guidance,
    :active);

-- name: facility_kind_set :exec
-- in: hq i64, code text, was_version i64, name_zh text, name_en text, order_no i64, criterion_code text?, limit_kind text
-- in: limit_amount i64, mend_hours i64, guidance bool, active bool
UPDATE facility_kind SET name_zh = :name_zh, name_en = :name_en, order_no = :order_no, criterion_code = :criterion_code,
    limit_kind = :limit_kind, limit_amount = :limit_amount, mend_hours = :mend_hours, guidance = :guidance, active = :active,
    version = version + 1
WHERE hq_id = :hq AND code = :code AND version = :was_version;

-- ---- assets ----

-- name: asset_get :one
-- in: hq i64, id uuid
-- out: id uuid, site_id uuid, site_name text, site_code text, area_code text, category_code text, site_state text
-- out: subject_unit_id uuid?, territory_unit_id uuid?, supervising_unit_id uuid?, kind_code text, name text, position text?
-- out: width_mm i64?, height_mm i64?, edition_id uuid?, edition_title text?, edition_label text?, edition_from_ms i64?
-- out: edition_superseded_ms i64?, edition_replace_by_ms i64?, edition_withdrawn_ms i64?, condition text, checked_ms i64?
-- out: check_id uuid?, state text, note text?, external_id text?, created_ms i64, version i64
SELECT a.id, a.site_id, s.name AS site_name, s.code AS site_code, s.area_code, s.category_code, s.state AS site_state,
       s.subject_unit_id, s.territory_unit_id, s.supervising_unit_id, a.kind_code, a.name, a.position, a.width_mm, a.height_mm,
       a.edition_id, e.title AS edition_title, e.label AS edition_label, e.from_ms AS edition_from_ms,
       e.superseded_ms AS edition_superseded_ms, e.replace_by_ms AS edition_replace_by_ms,
       e.withdrawn_ms AS edition_withdrawn_ms, a.condition, a.checked_ms, a.check_id, a.state, a.note, a.external_id,
       a.created_ms, a.version
FROM asset a
JOIN site s ON s.hq_id = a.hq_id AND s.id = a.site_id
LEFT JOIN edition e ON e.hq_id = a.hq_id AND e.id = a.edition_id
WHERE a.hq_id = :hq AND a.id = :id;

-- name: asset_list :many
-- in: hq i64, site_id uuid?, kind text?, condition text?, bad bool?, edition_id uuid?, outdated_at i64?, state text?
-- in: area_from text?, area_to text?, unit_id uuid?, pattern text?, unchecked_since i64?, after_id uuid?, scoped bool?
-- in: scope_unit uuid?, scope_area_from text?, scope_area_to text?, max_rows i64
-- out: like asset_get
SELECT a.id, a.site_id, s.name AS site_name, s.code AS site_code, s.area_code, s.category_code, s.state AS site_state,
       s.subject_unit_id, s.territory_unit_id, s.supervising_unit_id, a.kind_code, a.name, a.position, a.width_mm, a.height_mm,
       a.edition_id, e.title AS edition_title, e.label AS edition_label, e.from_ms AS edition_from_ms,
       e.superseded_ms AS edition_superseded_ms, e.replace_by_ms AS edition_replace_by_ms,
       e.withdrawn_ms AS edition_withdrawn_ms, a.condition, a.checked_ms, a.check_id, a.state, a.note, a.external_id,
       a.created_ms, a.version
FROM asset a
JOIN site s ON s.hq_id = a.hq_id AND s.id = a.site_id
LEFT JOIN edition e ON e.hq_id = a.hq_id AND e.id = a.edition_id
WHERE a.hq_id = :hq
[[site_id: AND a.site_id = :site_id]]
[[kind: AND a.kind_code = :kind]]
[[condition: AND a.condition = :condition]]
[[bad: AND a.condition <> 'good']]
[[edition_id: AND a.edition_id = :edition_id]]
[[outdated_at: AND (e.withdrawn_ms IS NOT NULL OR (e.superseded_ms IS NOT NULL AND e.replace_by_ms <= :outdated_at))]]
[[state: AND a.state = :state]]
[[area_from: AND s.area_code >= :area_from AND s.area_code < :area_to]]
[[unit_id: AND (s.subject_unit_id = :unit_id OR s.territory_unit_id = :unit_id OR s.supervising_unit_id = :unit_id)]]
[[pattern: AND a.search_text LIKE :pattern ESCAPE '!']]
[[unchecked_since: AND (a.checked_ms IS NULL OR a.checked_ms < :unchecked_since)]]
[[scoped: AND (s.subject_unit_id = :scope_unit OR s.territory_unit_id = :scope_unit
    OR s.supervising_unit_id = :scope_unit OR (s.area_code >= :scope_area_from AND s.area_code < :scope_area_to))]]
[[after_id: AND a.id > :after_id]]
ORDER BY a.id LIMIT :max_rows;

-- name: asset_id_by_external :one
-- in: hq i64, external_id text
-- out: id uuid
SELECT id FROM asset WHERE hq_id = :hq AND external_id = :external_id;

-- name: asset_add :exec
-- in: hq i64, id uuid, site_id uuid, kind_code text, name text, position text?, width_mm i64?, height_mm i64?
-- in: edition_id uuid?, condition text, checked_ms i64?, check_id uuid?, state text, note text?, external_id text?
-- in: created_ms i64, search_text text
INSERT INTO asset (hq_id, id, site_id, kind_code, name, position, width_mm, height_mm, edition_id, condition, checked_ms,
    check_id, state, note, external_id, created_ms, search_text)
VALUES (:hq, :id, :site_id, :kind_code, :name, :position, :width_mm, :height_mm, :edition_id, :condition, :checked_ms,
    :check_id, :state, :note, :external_id, :created_ms, :search_text);

-- name: asset_set :exec
-- in: hq i64, id uuid, was_version i64, kind_code text, name text, position text?, width_mm i64?, height_mm i64?
-- in: edition_id uuid?, condition text, checked_ms i64?, check_id uuid?, state text, note text?, search_text text
UPDATE asset SET kind_code = :kind_code, name = :name, position = :position, width_mm = :width_mm, height_mm = :height_mm,
    edition_id = :edition_id, condition = :condition, checked_ms = :checked_ms, check_id = :check_id, state = :state,
    note = :note, search_text = :search_text, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- name: asset_check_list :many
-- in: hq i64, asset_id uuid, key_ms i64?, key_id uuid?, max_rows i64
-- out: id uuid, at_ms i64, received_ms i64, actor_id uuid?, actor_name text?, unit_id uuid?, unit_name text?, condition text
-- out: edition_id uuid?, edition_title text?, note text?
SELECT c.id, c.at_ms, c.received_ms, c.actor_id, p.name AS actor_name, c.actor_unit_id AS unit_id, u.name AS unit_name,
       c.condition, c.edition_id, e.title AS edition_title, c.note
FROM asset_check c
LEFT JOIN person p ON p.hq_id = c.hq_id AND p.id = c.actor_id
LEFT JOIN unit u ON u.hq_id = c.hq_id AND u.id = c.actor_unit_id
LEFT JOIN edition e ON e.hq_id = c.hq_id AND e.id = c.edition_id
WHERE c.hq_id = :hq AND c.asset_id = :asset_id
[[key_id: AND (c.at_ms, c.id) < (:key_ms, :key_id)]]
ORDER BY c.at_ms DESC, c.id DESC LIMIT :max_rows;

-- name: asset_check_add :exec
-- in: hq i64, id uuid, asset_id uuid, at_ms i64, received_ms i64, actor_id uuid?, actor_unit_id uuid?, condition text
-- in: edition_id uuid?, note text?
INSERT INTO asset_check (hq_id, id, asset_id, at_ms, received_ms, actor_id, actor_unit_id, condition, edition_id, note)
VALUES (:hq, :id, :asset_id, :at_ms, :received_ms, :actor_id, :actor_unit_id, :condition, :edition_id, :note);

-- ---- editions ----

-- name: edition_get :one
-- in: hq i64, id uuid
-- out: id uuid, title text, label text, theme text?, content text?, from_ms i64, superseded_by uuid?, superseded_ms i64?
-- out: replace_by_ms i64?, withdrawn_ms i64?, withdrawn_by uuid?, withdrawn_by_name text?, withdrawn_unit uuid?
-- out: withdraw_reason text?, published_by uuid?, published_by_name text?, published_ms i64, version i64
SELECT e.id, e.title, e.label, e.theme, e.content, e.from_ms, e.superseded_by, e.superseded_ms, e.replace_by_ms,
       e.withdrawn_ms, e.withdrawn_by, w.name AS withdrawn_by_name, e.withdrawn_unit, e.withdraw_reason, e.published_by,
       p.name AS published_by_name, e.published_ms, e.version
FROM edition e
LEFT JOIN person p ON p.hq_id = e.hq_id AND p.id = e.published_by
LEFT JOIN person w ON w.hq_id = e.hq_id AND w.id = e.withdrawn_by
WHERE e.hq_id = :hq AND e.id = :id;

-- name: edition_list :many
-- in: hq i64, pattern text?, withdrawn bool?, standing bool?, key_ms i64?, key_id uuid?, max_rows i64
-- out: like edition_get
SELECT e.id, e.title, e.label, e.theme, e.content, e.from_ms, e.superseded_by, e.superseded_ms, e.replace_by_ms,
       e.withdrawn_ms, e.withdrawn_by, w.name AS withdrawn_by_name, e.withdrawn_unit, e.withdraw_reason, e.published_by,
       p.name AS published_by_name, e.published_ms, e.version
FROM edition e
LEFT JOIN person p ON p.hq_id = e.hq_id AND p.id = e.published_by
LEFT JOIN person w ON w.hq_id = e.hq_id AND w.id = e.withdrawn_by
WHERE e.hq_id = :hq
[[pattern: AND e.search_text LIKE :pattern ESCAPE '!']]
[[withdrawn: AND e.withdrawn_ms IS NOT NULL]]
[[standing: AND e.withdrawn_ms IS NULL]]
[[key_id: AND (e.from_ms, e.id) < (:key_ms, :key_id)]]
ORDER BY e.from_ms DESC, e.id DESC LIMIT :max_rows;

-- name: edition_boards :one
-- in: hq i64, id uuid
-- out: boards i64
SELECT COUNT(*) AS boards FROM asset a JOIN site s ON s.hq_id = a.hq_id AND s.id = a.site_id
WHERE a.hq_id = :hq AND a.edition_id = :id AND a.state = 'active' AND s.state = 'active';

-- name: edition_recall_get :one
-- in: hq i64, id uuid
-- out: started_ms i64, boards i64, batches i64, raised i64, known i64, done_ms i64?
SELECT started_ms, boards, batches, raised, known, done_ms FROM edition_recall WHERE hq_id = :hq AND edition_id = :id;

-- name: edition_add :exec
-- in: hq i64, id uuid, title text, label text, theme text?, content text?, from_ms i64, published_by uuid?, published_ms i64
-- in: search_text text
INSERT INTO edition (hq_id, id, title, label, theme, content, from_ms, published_by, published_ms, search_text)
VALUES (:hq, :id, :title, :label, :theme, :content, :from_ms, :published_by, :published_ms, :search_text);

-- name: edition_supersede :exec
-- in: hq i64, id uuid, by_id uuid, superseded_ms i64, replace_by_ms i64
UPDATE edition SET superseded_by = :by_id, superseded_ms = :superseded_ms, replace_by_ms = :replace_by_ms, version = version + 1
WHERE hq_id = :hq AND id = :id AND superseded_by IS NULL AND withdrawn_ms IS NULL;

-- name: edition_withdraw :exec
-- in: hq i64, id uuid, withdrawn_ms i64, withdrawn_by uuid?, withdrawn_unit uuid?, withdraw_reason text
UPDATE edition SET withdrawn_ms = :withdrawn_ms, withdrawn_by = :withdrawn_by, withdrawn_unit = :withdrawn_unit,
    withdraw_reason = :withdraw_reason, version = version + 1
WHERE hq_id = :hq AND id = :id AND withdrawn_ms IS NULL;

-- name: edition_recall_add :exec
-- in: hq i64, edition_id uuid, started_ms i64
INSERT INTO edition_recall (hq_id, edition_id, started_ms, boards)
SELECT :hq, :edition_id, :started_ms, COUNT(*) FROM asset a JOIN site s ON s.hq_id = a.hq_id AND s.id = a.site_id
WHERE a.hq_id = :hq AND a.edition_id = :edition_id AND a.state = 'active' AND s.state = 'active';

-- Holds an edition as it was read, against its withdrawal by another at the same time.
-- name: edition_hold :exec
-- in: hq i64, id uuid, was_version i64
UPDATE edition SET version = version WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- ---- frontages ----

-- name: frontage_get :one
-- in: hq i64, id uuid
-- out: id uuid, code text, name text, trade text?, area_id uuid, area_code text, area_name text, site_id uuid?
-- out: site_name text?, category_code text?, subject_unit_id uuid?, territory_unit_id uuid?, supervising_unit_id uuid?
-- out: unit_id uuid?, unit_name text?, place text?, lon_e7 i64?, lat_e7 i64?, keeper_sealed blob?, keeper_masked text?
-- out: pledge_id uuid?, signed_ms i64?, checked_ms i64?, state text, note text?, external_id text?, created_ms i64, version i64
SELECT f.id, f.code, f.name, f.trade, f.area_id, f.area_code, a.name AS area_name, f.site_id, s.name AS site_name,
       s.category_code, s.subject_unit_id, s.territory_unit_id, s.supervising_unit_id, f.unit_id, u.name AS unit_name, f.place,
       f.lon_e7, f.lat_e7, f.keeper_sealed, f.keeper_masked, f.pledge_id, f.signed_ms, f.checked_ms, f.state, f.note,
       f.external_id, f.created_ms, f.version
FROM frontage f
JOIN area a ON a.hq_id = f.hq_id AND a.id = f.area_id
LEFT JOIN site s ON s.hq_id = f.hq_id AND s.id = f.site_id
LEFT JOIN unit u ON u.hq_id = f.hq_id AND u.id = f.unit_id
WHERE f.hq_id = :hq AND f.id = :id;

-- name: frontage_list :many
-- in: hq i64, site_id uuid?, unit_id uuid?, area_from text?, area_to text?, state text?, pledged bool?, unpledged bool?
-- in: unchecked_since i64?, pattern text?, after_code text?, scoped bool?, scope_unit uuid?, scope_area_from text?
-- in: scope_area_to text?, max_rows i64
-- out: like frontage_get
SELECT f.id, f.code, f.name, f.trade, f.area_id, f.area_code, a.name AS area_name, f.site_id, s.name AS site_name,
       s.category_code, s.subject_unit_id, s.territory_unit_id, s.supervising_unit_id, f.unit_id, u.name AS unit_name, f.place,
       f.lon_e7, f.lat_e7, f.keeper_sealed, f.keeper_masked, f.pledge_id, f.signed_ms, f.checked_ms, f.state, f.note,
       f.external_id, f.created_ms, f.version
FROM frontage f
JOIN area a ON a.hq_id = f.hq_id AND a.id = f.area_id
LEFT JOIN site s ON s.hq_id = f.hq_id AND s.id = f.site_id
LEFT JOIN unit u ON u.hq_id = f.hq_id AND u.id = f.unit_id
WHERE f.hq_id = :hq
[[site_id: AND f.site_id = :site_id]]
[[unit_id: AND (f.unit_id = :unit_id OR s.subject_unit_id = :unit_id OR s.territory_unit_id = :unit_id
    OR s.supervising_unit_id = :unit_id)]]
[[area_from: AND f.area_code >= :area_from AND f.area_code < :area_to]]
[[state: AND f.state = :state]]
[[pledged: AND f.pledge_id IS NOT NULL]]
[[unpledged: AND f.pledge_id IS NULL]]
[[unchecked_since: AND (f.checked_ms IS NULL OR f.checked_ms < :unchecked_since)]]
[[pattern: AND f.search_text LIKE :pattern ESCAPE '!']]
[[scoped: AND (f.unit_id = :scope_unit OR s.subject_unit_id = :scope_unit OR s.territory_unit_id = :scope_unit
    OR s.supervising_unit_id = :scope_unit OR (f.area_code >= :scope_area_from AND f.area_code < :scope_area_to))]]
[[after_code: AND f.code > :after_code]]
ORDER BY f.code LIMIT :max_rows;

-- name: frontage_id_by_code :one
-- in: hq i64, code text
-- out: id uuid
SELECT id FROM frontage WHERE hq_id = :hq AND code = :code;

-- name: frontage_add :exec
-- in: hq i64, id uuid, code text, name text, trade text?, area_id uuid, area_code text, site_id uuid?, unit_id uuid?
-- in: place text?, lon_e7 i64?, lat_e7 i64?, keeper_sealed blob?, keeper_masked text?, signed_ms i64?, checked_ms i64?
-- in: state text, note text?, external_id text?, created_ms i64, search_text text
INSERT INTO frontage (hq_id, id, code, name, trade, area_id, area_code, site_id, unit_id, place, lon_e7, lat_e7, keeper_sealed,
    keeper_masked, signed_ms, checked_ms, state, note, external_id, created_ms, search_text)
VALUES (:hq, :id, :code, :name, :trade, :area_id, :area_code, :site_id, :unit_id, :place, :lon_e7, :lat_e7, :keeper_sealed,
    :keeper_masked, :signed_ms, :checked_ms, :state, :note, :external_id, :created_ms, :search_text);

-- name: frontage_set :exec
-- in: hq i64, id uuid, was_version i64, name text, trade text?, area_id uuid, area_code text, site_id uuid?, unit_id uuid?
-- in: place text?, lon_e7 i64?, lat_e7 i64?, keeper_sealed blob?, keeper_masked text?, pledge_id uuid?, signed_ms i64?
-- in: checked_ms i64?, state text, note text?, search_text text
UPDATE frontage SET name = :name, trade = :trade, area_id = :area_id, area_code = :area_code, site_id = :site_id,
    unit_id = :unit_id, place = :place, lon_e7 = :lon_e7, lat_e7 = :lat_e7, keeper_sealed = :keeper_sealed,
    keeper_masked = :keeper_masked, pledge_id = :pledge_id, signed_ms = :signed_ms, checked_ms = :checked_ms, state = :state,
    note = :note, search_text = :search_text, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- name: frontage_pledge_list :many
-- in: hq i64, frontage_id uuid
-- out: id uuid, signed_ms i64, until_ms i64?, terms text, actor_id uuid?, actor_name text?, at_ms i64
SELECT g.id, g.signed_ms, g.until_ms, g.terms, g.actor_id, p.name AS actor_name, g.at_ms
FROM frontage_pledge g LEFT JOIN person p ON p.hq_id = g.hq_id AND p.id = g.actor_id
WHERE g.hq_id = :hq AND g.frontage_id = :frontage_id ORDER BY g.signed_ms DESC, g.id DESC;

-- name: frontage_pledge_add :exec
-- in: hq i64, id uuid, frontage_id uuid, signed_ms i64, until_ms i64?, terms text, actor_id uuid?, at_ms i64
INSERT INTO frontage_pledge (hq_id, id, frontage_id, signed_ms, until_ms, terms, actor_id, at_ms)
VALUES (:hq, :id, :frontage_id, :signed_ms, :until_ms, :terms, :actor_id, :at_ms);

-- name: frontage_check_list :many
-- in: hq i64, frontage_id uuid, key_ms i64?, key_id uuid?, max_rows i64
-- out: id uuid, at_ms i64, received_ms i64, actor_id uuid?, actor_name text?, unit_id uuid?, unit_name text?, note text?
SELECT c.id, c.at_ms, c.received_ms, c.actor_id, p.name AS actor_name, c.actor_unit_id AS unit_id, u.name AS unit_name, c.note
FROM frontage_check c
LEFT JOIN person p ON p.hq_id = c.hq_id AND p.id = c.actor_id
LEFT JOIN unit u ON u.hq_id = c.hq_id AND u.id = c.actor_unit_id
WHERE c.hq_id = :hq AND c.frontage_id = :frontage_id
[[key_id: AND (c.at_ms, c.id) < (:key_ms, :key_id)]]
ORDER BY c.at_ms DESC, c.id DESC LIMIT :max_rows;

-- name: frontage_check_items :many
-- in: hq i64, check_id uuid
-- out: item_code text, met bool, finding_id uuid?
SELECT item_code, met, finding_id FROM frontage_check_item WHERE hq_id = :hq AND check_id = :check_id ORDER BY order_no, item_code;

-- name: frontage_check_add :exec
-- in: hq i64, id uuid, frontage_id uuid, at_ms i64, received_ms i64, actor_id uuid?, actor_unit_id uuid?, note text?
INSERT INTO frontage_check (hq_id, id, frontage_id, at_ms, received_ms, actor_id, actor_unit_id, note)
VALUES (:hq, :id, :frontage_id, :at_ms, :received_ms, :actor_id, :actor_unit_id, :note);

-- name: frontage_check_item_add :exec
-- in: hq i64, check_id uuid, item_code text, order_no i64, met bool, finding_id uuid?
INSERT INTO frontage_check_item (hq_id, check_id, item_code, order_no, met, finding_id)
VALUES (:hq, :check_id, :item_code, :order_no, :met, :finding_id);

-- name: finding_get :one
-- in: hq i64, id uuid
-- out: id uuid, frontage_id uuid, frontage_name text, frontage_code text, area_code text, site_id uuid?, unit_id uuid?
-- out: subject_unit_id uuid?, territory_unit_id uuid?, supervising_unit_id uuid?, check_id uuid, item_code text
-- out: found_ms i64, finder_id uuid?, finder_unit_id uuid?, note text?, mend_by_ms i64, state text, mended_ms i64?
-- out: mended_by uuid?, mend_note text?, problem_id uuid?, version i64
SELECT x.id, x.frontage_id, f.name AS frontage_name, f.code AS frontage_code, f.area_code, f.site_id, f.unit_id,
       s.subject_unit_id, s.territory_unit_id, s.supervising_unit_id, x.check_id, x.item_code, x.found_ms, x.finder_id,
       x.finder_unit_id, x.note, x.mend_by_ms, x.state, x.mended_ms, x.mended_by, x.mend_note, x.problem_id, x.version
FROM frontage_finding x
JOIN frontage f ON f.hq_id = x.hq_id AND f.id = x.frontage_id
LEFT JOIN site s ON s.hq_id = f.hq_id AND s.id = f.site_id
WHERE x.hq_id = :hq AND x.id = :id;

-- name: finding_list :many
-- in: hq i64, frontage_id uuid?, state text?, over_at i64?, area_from text?, area_to text?, scoped bool?, scope_unit uuid?
-- in: scope_area_from text?, scope_area_to text?, key_ms i64?, key_id uuid?, max_rows i64
-- out: like finding_get
SELECT x.id, x.frontage_id, f.name AS frontage_name, f.code AS frontage_code, f.area_code, f.site_id, f.unit_id,
       s.subject_unit_id, s.territory_unit_id, s.supervising_unit_id, x.check_id, x.item_code, x.found_ms, x.finder_id,
       x.finder_unit_id, x.note, x.mend_by_ms, x.state, x.mended_ms, x.mended_by, x.mend_note, x.problem_id, x.version
FROM frontage_finding x
JOIN frontage f ON f.hq_id = x.hq_id AND f.id = x.frontage_id
LEFT JOIN site s ON s.hq_id = f.hq_id AND s.id = f.site_id
WHERE x.hq_id = :hq
[[frontage_id: AND x.frontage_id = :frontage_id]]
[[state: AND x.state = :state]]
[[over_at: AND x.state = 'waiting' AND x.mend_by_ms < :over_at]]
[[area_from: AND f.area_code >= :area_from AND f.area_code < :area_to]]
[[scoped: AND (f.unit_id = :scope_unit OR s.subject_unit_id = :scope_unit OR s.territory_unit_id = :scope_unit
    OR s.supervising_unit_id = :scope_unit OR (f.area_code >= :scope_area_from AND f.area_code < :scope_area_to))]]
[[key_id: AND (x.found_ms, x.id) < (:key_ms, :key_id)]]
ORDER BY x.found_ms DESC, x.id DESC LIMIT :max_rows;

-- What one shop still has to mend, and the last that went by.
-- name: finding_waiting :many
-- in: hq i64, frontage_id uuid
-- out: like finding_get
SELECT x.id, x.frontage_id, f.name AS frontage_name, f.code AS frontage_code, f.area_code, f.site_id, f.unit_id,
       s.subject_unit_id, s.territory_unit_id, s.supervising_unit_id, x.check_id, x.item_code, x.found_ms, x.finder_id,
       x.finder_unit_id, x.note, x.mend_by_ms, x.state, x.mended_ms, x.mended_by, x.mend_note, x.problem_id, x.version
FROM frontage_finding x
JOIN frontage f ON f.hq_id = x.hq_id AND f.id = x.frontage_id
LEFT JOIN site s ON s.hq_id = f.hq_id AND s.id = f.site_id
WHERE x.hq_id = :hq AND x.frontage_id = :frontage_id AND x.state = 'waiting';

-- name: finding_over :many
-- in: hq i64, at_ms i64, max_rows i64
-- out: like finding_get
SELECT x.id, x.frontage_id, f.name AS frontage_name, f.code AS frontage_code, f.area_code, f.site_id, f.unit_id,
       s.subject_unit_id, s.territory_unit_id, s.supervising_unit_id, x.check_id, x.item_code, x.found_ms, x.finder_id,
       x.finder_unit_id, x.note, x.mend_by_ms, x.state, x.mended_ms, x.mended_by, x.mend_note, x.problem_id, x.version
FROM frontage_finding x
JOIN frontage f ON f.hq_id = x.hq_id AND f.id = x.frontage_id
LEFT JOIN site s ON s.hq_id = f.hq_id AND s.id = f.site_id
WHERE x.hq_id = :hq AND x.state = 'waiting' AND x.mend_by_ms < :at_ms ORDER BY x.mend_by_ms, x.id LIMIT :max_rows;

-- name: finding_add :exec
-- in: hq i64, id uuid, frontage_id uuid, check_id uuid, item_code text, found_ms i64, finder_id uuid?, finder_unit_id uuid?
-- in: note text?, mend_by_ms i64, state text, problem_id uuid?
INSERT INTO frontage_finding (hq_id, id, frontage_id, check_id, item_code, found_ms, finder_id, finder_unit_id, note, mend_by_ms,
    state, problem_id)
VALUES (:hq, :id, :frontage_id, :check_id, :item_code, :found_ms, :finder_id, :finder_unit_id, :note, :mend_by_ms, :state,
    :problem_id);

-- name: finding_set :exec
-- in: hq i64, id uuid, was_version i64, state text, mended_ms i64?, mended_by uuid?, mend_note text?, problem_id uuid?
UPDATE frontage_finding SET state = :state, mended_ms = :mended_ms, mended_by = :mended_by, mend_note = :mend_note,
    problem_id = :problem_id, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- ---- photographs and history ----

-- name: facility_photo_stored :one
-- in: hq i64, sha256 sha256
-- out: at_ms i64
SELECT at_ms FROM photo WHERE hq_id = :hq AND sha256 = :sha256;

-- name: facility_photo_list :many
-- in: hq i64, owner_id uuid
-- out: role text, sha256 sha256
SELECT role, sha256 FROM facility_photo WHERE hq_id = :hq AND owner_id = :owner_id ORDER BY role, order_no;

-- name: facility_photo_add :exec
-- in: hq i64, owner_id uuid, role text, sha256 sha256, order_no i64
INSERT INTO facility_photo (hq_id, owner_id, role, sha256, order_no) VALUES (:hq, :owner_id, :role, :sha256, :order_no);

-- name: facility_history_list :many
-- in: hq i64, subject_id uuid
-- out: version i64, at_ms i64, actor_id uuid?, actor_name text?, change text, content text
SELECT h.version, h.at_ms, h.actor_id, p.name AS actor_name, h.change, h.content
FROM facility_history h LEFT JOIN person p ON p.hq_id = h.hq_id AND p.id = h.actor_id
WHERE h.hq_id = :hq AND h.subject_id = :subject_id ORDER BY h.version DESC;

-- name: facility_history_add :exec
-- in: hq i64, subject_id uuid, version i64, at_ms i64, actor_id uuid?, change text, content text
INSERT INTO facility_history (hq_id, subject_id, version, at_ms, actor_id, change, content)
VALUES (:hq, :subject_id, :version, :at_ms, :actor_id, :change, :content);
