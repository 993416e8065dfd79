-- Queries of the organisation: headquarters, areas and their history, units, people, duties.
-- Lists obey the order number, then the code or id. A duty names its place whatever kind it is of, so its
-- queries read the name of a site too.

-- name: headquarters_get :one
-- in: hq i64
-- out: code text, name text, zone_min i64, demo bool
SELECT code, name, zone_min, demo FROM headquarters WHERE hq_id = :hq;

-- name: headquarters_add :exec
-- in: hq i64, code text, name text, zone_min i64, demo bool, created_ms i64
INSERT INTO headquarters (hq_id, code, name, zone_min, demo, created_ms)
VALUES (:hq, :code, :name, :zone_min, :demo, :created_ms);

-- ---- areas ----

-- name: area_get :one
-- in: hq i64, id uuid
-- out: id uuid, code text, parent_id uuid?, level text, kind text?, name text, order_no i64
-- out: valid_from_ms i64, valid_to_ms i64?, version i64
SELECT id, code, parent_id, level, kind, name, order_no, valid_from_ms, valid_to_ms, version
FROM area WHERE hq_id = :hq AND id = :id;

-- name: area_in_force_by_code :one
-- in: hq i64, code text
-- out: like area_get
SELECT id, code, parent_id, level, kind, name, order_no, valid_from_ms, valid_to_ms, version
FROM area WHERE hq_id = :hq AND code = :code AND valid_to_ms IS NULL;

-- name: area_list :many
-- in: hq i64, parent_id uuid?, level text?, code_from text?, code_to text?, pattern text?
-- in: after_order i64?, after_code text?, after_id uuid?, max_rows i64
-- out: like area_get
SELECT id, code, parent_id, level, kind, name, order_no, valid_from_ms, valid_to_ms, version
FROM area WHERE hq_id = :hq AND valid_to_ms IS NULL
[[parent_id: AND parent_id = :parent_id]]
[[level: AND level = :level]]
[[code_from: AND code >= :code_from AND code < :code_to]]
[[pattern: AND search_text LIKE :pattern ESCAPE '!']]
[[after_id: AND (order_no, code, id) > (:after_order, :after_code, :after_id)]]
ORDER BY order_no, code, id LIMIT :max_rows;

-- The tree of a past day: names and parents as they were then.
-- name: area_list_as_of :many
-- in: hq i64, at_ms i64, parent_id uuid?, level text?, code_from text?, code_to text?, pattern text?
-- in: after_order i64?, after_code text?, after_id uuid?, max_rows i64
-- out: like area_get
SELECT a.id AS id, h.code AS code, p.area_id AS parent_id, h.level AS level, h.kind AS kind, h.name AS name,
       a.order_no AS order_no, a.valid_from_ms AS valid_from_ms, a.valid_to_ms AS valid_to_ms, a.version AS version
FROM area_history h
JOIN area a ON a.hq_id = h.hq_id AND a.id = h.area_id
LEFT JOIN area_history p ON p.hq_id = h.hq_id AND p.code = h.parent_code AND p.valid_from_ms <= :at_ms
    AND (p.valid_to_ms IS NULL OR p.valid_to_ms > :at_ms)
WHERE h.hq_id = :hq AND h.valid_from_ms <= :at_ms AND (h.valid_to_ms IS NULL OR h.valid_to_ms > :at_ms)
[[parent_id: AND p.area_id = :parent_id]]
[[level: AND h.level = :level]]
[[code_from: AND h.code >= :code_from AND h.code < :code_to]]
[[pattern: AND lower(h.name || ' ' || h.code) LIKE :pattern ESCAPE '!']]
[[after_id: AND (a.order_no, h.code, a.id) > (:after_order, :after_code, :after_id)]]
ORDER BY a.order_no, h.code, a.id LIMIT :max_rows;

-- name: area_stretches :many
-- in: hq i64, area_id uuid
-- out: code text, parent_code text?, level text, kind text?, name text, valid_from_ms i64, valid_to_ms i64?
SELECT code, parent_code, level, kind, name, valid_from_ms, valid_to_ms
FROM area_history WHERE hq_id = :hq AND area_id = :area_id ORDER BY valid_from_ms;

-- name: area_current_stretch :one
-- in: hq i64, area_id uuid
-- out: like area_stretches
SELECT code, parent_code, level, kind, name, valid_from_ms, valid_to_ms
FROM area_history WHERE hq_id = :hq AND area_id = :area_id AND valid_to_ms IS NULL;

-- name: area_children_in_force :one
-- in: hq i64, id uuid
-- out: n i64
SELECT COUNT(*) AS n FROM area WHERE hq_id = :hq AND parent_id = :id AND valid_to_ms IS NULL;

-- What a snapshot is compared with.
-- name: area_now_list :many
-- in: hq i64, code_from text, code_to text
-- out: id uuid, code text, name text, kind text?, parent_code text?, stretch_from_ms i64, version i64, order_no i64
SELECT a.id AS id, a.code AS code, a.name AS name, a.kind AS kind, h.parent_code AS parent_code,
       h.valid_from_ms AS stretch_from_ms, a.version AS version, a.order_no AS order_no
FROM area a
JOIN area_history h ON h.hq_id = a.hq_id AND h.area_id = a.id AND h.valid_to_ms IS NULL
WHERE a.hq_id = :hq AND a.valid_to_ms IS NULL AND a.code >= :code_from AND a.code < :code_to
ORDER BY a.code;

-- name: area_counts :many
-- in: hq i64, at_ms i64, code_from text?, code_to text?
-- out: level text, kind text?, n i64
SELECT level, kind, COUNT(*) AS n FROM area_history
WHERE hq_id = :hq AND valid_from_ms <= :at_ms AND (valid_to_ms IS NULL OR valid_to_ms > :at_ms)
[[code_from: AND code >= :code_from AND code < :code_to]]
GROUP BY level, kind ORDER BY level, n DESC, kind NULLS LAST;

-- name: area_add :exec
-- in: hq i64, id uuid, code text, parent_id uuid?, level text, kind text?, name text, order_no i64
-- in: valid_from_ms i64, search_text text
INSERT INTO area (hq_id, id, code, parent_id, level, kind, name, order_no, valid_from_ms, search_text)
VALUES (:hq, :id, :code, :parent_id, :level, :kind, :name, :order_no, :valid_from_ms, :search_text);

-- name: area_set :exec
-- in: hq i64, id uuid, was_version i64, parent_id uuid?, kind text?, name text, order_no i64, search_text text
UPDATE area SET parent_id = :parent_id, kind = :kind, name = :name, order_no = :order_no,
    search_text = :search_text, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version AND valid_to_ms IS NULL;

-- name: area_close :exec
-- in: hq i64, id uuid, was_version i64, valid_to_ms i64
UPDATE area SET valid_to_ms = :valid_to_ms, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version AND valid_to_ms IS NULL;

-- name: area_stretch_add :exec
-- in: hq i64, area_id uuid, valid_from_ms i64, code text, parent_code text?, level text, kind text?, name text
INSERT INTO area_history (hq_id, area_id, valid_from_ms, code, parent_code, level, kind, name)
VALUES (:hq, :area_id, :valid_from_ms, :code, :parent_code, :level, :kind, :name);

-- name: area_stretch_end :exec
-- in: hq i64, area_id uuid, valid_from_ms i64, valid_to_ms i64
UPDATE area_history SET valid_to_ms = :valid_to_ms
WHERE hq_id = :hq AND area_id = :area_id AND valid_from_ms = :valid_from_ms AND valid_to_ms IS NULL;

-- A correction on the day the stretch began: it never showed anything else.
-- name: area_stretch_mend :exec
-- in: hq i64, area_id uuid, valid_from_ms i64, parent_code text?, kind text?, name text
UPDATE area_history SET parent_code = :parent_code, kind = :kind, name = :name
WHERE hq_id = :hq AND area_id = :area_id AND valid_from_ms = :valid_from_ms AND valid_to_ms IS NULL;

-- ---- units ----

-- name: unit_get :one
-- in: hq i64, id uuid
-- out: id uuid, code text, name text, short_name text?, kind text, parent_id uuid?, area_code text?
-- out: order_no i64, closed_ms i64?, version i64
SELECT id, code, name, short_name, kind, parent_id, area_code, order_no, closed_ms, version
FROM unit WHERE hq_id = :hq AND id = :id;

-- name: unit_get_by_code :one
-- in: hq i64, code text
-- out: like unit_get
SELECT id, code, name, short_name, kind, parent_id, area_code, order_no, closed_ms, version
FROM unit WHERE hq_id = :hq AND code = :code;

-- name: unit_list_by_name :many
-- in: hq i64, name text
-- out: like unit_get
SELECT id, code, name, short_name, kind, parent_id, area_code, order_no, closed_ms, version
FROM unit WHERE hq_id = :hq AND (name = :name OR short_name = :name) AND closed_ms IS NULL
ORDER BY order_no, id LIMIT 10;

-- name: unit_list :many
-- in: hq i64, kind text?, pattern text?, after_order i64?, after_id uuid?, max_rows i64
-- out: like unit_get
SELECT id, code, name, short_name, kind, parent_id, area_code, order_no, closed_ms, version
FROM unit WHERE hq_id = :hq
[[kind: AND kind = :kind]]
[[pattern: AND search_text LIKE :pattern ESCAPE '!']]
[[after_id: AND (order_no, id) > (:after_order, :after_id)]]
ORDER BY order_no, id LIMIT :max_rows;

-- What still hangs on a unit that is to be closed.
-- name: unit_in_use :one
-- in: hq i64, id uuid
-- out: people i64, units i64
SELECT (SELECT COUNT(*) FROM person WHERE hq_id = :hq AND unit_id = :id AND left_ms IS NULL) AS people,
       (SELECT COUNT(*) FROM unit WHERE hq_id = :hq AND parent_id = :id AND closed_ms IS NULL) AS units;

-- The unit and those above it, to refuse a circle.
-- name: unit_ancestors :many
-- in: hq i64, id uuid
-- out: id uuid
WITH RECURSIVE up(id, parent_id, depth) AS (
    SELECT id, parent_id, 0 FROM unit WHERE hq_id = :hq AND id = :id
    UNION ALL
    SELECT u.id, u.parent_id, up.depth + 1 FROM unit u JOIN up ON u.id = up.parent_id
    WHERE u.hq_id = :hq AND up.depth < 50
)
SELECT id FROM up ORDER BY depth;

-- name: unit_add :exec
-- in: hq i64, id uuid, code text, name text, short_name text?, kind text, parent_id uuid?, area_code text?
-- in: order_no i64, search_text text
INSERT INTO unit (hq_id, id, code, name, short_name, kind, parent_id, area_code, order_no, search_text)
VALUES (:hq, :id, :code, :name, :short_name, :kind, :parent_id, :area_code, :order_no, :search_text);

-- name: unit_set :exec
-- in: hq i64, id uuid, was_version i64, name text, short_name text?, kind text, parent_id uuid?, area_code text?
-- in: order_no i64, closed_ms i64?, search_text text
UPDATE unit SET name = :name, short_name = :short_name, kind = :kind, parent_id = :parent_id,
    area_code = :area_code, order_no = :order_no, closed_ms = :closed_ms, search_text = :search_text,
    version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- ---- people ----

-- name: person_get :one
-- in: hq i64, id uuid
-- out: id uuid, unit_id uuid, unit_name text, name text, title text?, phone_masked text?, phone_sealed blob?
-- out: order_no i64, left_ms i64?, external_id text?, version i64
SELECT p.id, p.unit_id, u.name AS unit_name, p.name, p.title, p.phone_masked, p.phone_sealed, p.order_no,
       p.left_ms, p.external_id, p.version
FROM person p JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE p.hq_id = :hq AND p.id = :id;

-- name: person_get_by_external :one
-- in: hq i64, external_id text
-- out: like person_get
SELECT p.id, p.unit_id, u.name AS unit_name, p.name, p.title, p.phone_masked, p.phone_sealed, p.order_no,
       p.left_ms, p.external_id, p.version
FROM person p JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE p.hq_id = :hq AND p.external_id = :external_id;

-- name: person_list :many
-- in: hq i64, unit_id uuid?, pattern text?, phone_index blob?, after_order i64?, after_id uuid?, max_rows i64
-- out: like person_get
SELECT p.id, p.unit_id, u.name AS unit_name, p.name, p.title, p.phone_masked, p.phone_sealed, p.order_no,
       p.left_ms, p.external_id, p.version
FROM person p JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE p.hq_id = :hq
[[unit_id: AND p.unit_id = :unit_id]]
[[pattern: AND p.search_text LIKE :pattern ESCAPE '!']]
[[phone_index: AND p.phone_index = :phone_index]]
[[after_id: AND (p.order_no, p.id) > (:after_order, :after_id)]]
ORDER BY p.order_no, p.id LIMIT :max_rows;

-- name: person_open_duties :one
-- in: hq i64, id uuid, at_ms i64
-- out: n i64
SELECT COUNT(*) AS n FROM duty WHERE hq_id = :hq AND person_id = :id AND (to_ms IS NULL OR to_ms > :at_ms);

-- name: person_add :exec
-- in: hq i64, id uuid, unit_id uuid, name text, title text?, phone_sealed blob?, phone_masked text?
-- in: phone_index blob?, order_no i64, external_id text?, search_text text
INSERT INTO person (hq_id, id, unit_id, name, title, phone_sealed, phone_masked, phone_index, order_no,
    external_id, search_text)
VALUES (:hq, :id, :unit_id, :name, :title, :phone_sealed, :phone_masked, :phone_index, :order_no,
    :external_id, :search_text);

-- name: person_set :exec
-- in: hq i64, id uuid, was_version i64, unit_id uuid, name text, title text?, order_no i64, left_ms i64?
-- in: search_text text
UPDATE person SET unit_id = :unit_id, name = :name, title = :title, order_no = :order_no, left_ms = :left_ms,
    search_text = :search_text, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- name: person_set_phone :exec
-- in: hq i64, id uuid, phone_sealed blob?, phone_masked text?, phone_index blob?
UPDATE person SET phone_sealed = :phone_sealed, phone_masked = :phone_masked, phone_index = :phone_index
WHERE hq_id = :hq AND id = :id;

-- ---- duties ----

-- name: duty_get :one
-- in: hq i64, id uuid
-- out: id uuid, kind text, person_id uuid, person_name text, person_order_no i64, unit_id uuid, unit_name text
-- out: place_kind text, place_id uuid, place_name text?, from_ms i64, to_ms i64?, follows_id uuid?, note text?
-- out: version i64
SELECT d.id, d.kind, d.person_id, p.name AS person_name, p.order_no AS person_order_no, d.unit_id,
       u.name AS unit_name, d.place_kind, d.place_id, COALESCE(pa.name, ps.name, pu.name) AS place_name,
       d.from_ms, d.to_ms, d.follows_id, d.note, d.version
FROM duty d
JOIN person p ON p.hq_id = d.hq_id AND p.id = d.person_id
JOIN unit u ON u.hq_id = d.hq_id AND u.id = d.unit_id
LEFT JOIN area pa ON d.place_kind = 'area' AND pa.hq_id = d.hq_id AND pa.id = d.place_id
LEFT JOIN site ps ON d.place_kind = 'site' AND ps.hq_id = d.hq_id AND ps.id = d.place_id
LEFT JOIN unit pu ON d.place_kind = 'unit' AND pu.hq_id = d.hq_id AND pu.id = d.place_id
WHERE d.hq_id = :hq AND d.id = :id;

-- name: duty_list :many
-- in: hq i64, person_id uuid?, place_id uuid?, in_force_ms i64?, ended_ms i64?
-- in: after_order i64?, after_id uuid?, max_rows i64
-- out: like duty_get
SELECT d.id, d.kind, d.person_id, p.name AS person_name, p.order_no AS person_order_no, d.unit_id,
       u.name AS unit_name, d.place_kind, d.place_id, COALESCE(pa.name, ps.name, pu.name) AS place_name,
       d.from_ms, d.to_ms, d.follows_id, d.note, d.version
FROM duty d
JOIN person p ON p.hq_id = d.hq_id AND p.id = d.person_id
JOIN unit u ON u.hq_id = d.hq_id AND u.id = d.unit_id
LEFT JOIN area pa ON d.place_kind = 'area' AND pa.hq_id = d.hq_id AND pa.id = d.place_id
LEFT JOIN site ps ON d.place_kind = 'site' AND ps.hq_id = d.hq_id AND ps.id = d.place_id
LEFT JOIN unit pu ON d.place_kind = 'unit' AND pu.hq_id = d.hq_id AND pu.id = d.place_id
WHERE d.hq_id = :hq
[[person_id: AND d.person_id = :person_id]]
[[place_id: AND d.place_id = :place_id]]
[[in_force_ms: AND d.from_ms <= :in_force_ms AND (d.to_ms IS NULL OR d.to_ms > :in_force_ms)]]
[[ended_ms: AND d.to_ms <= :ended_ms]]
[[after_id: AND (p.order_no, d.id) > (:after_order, :after_id)]]
ORDER BY p.order_no, d.id LIMIT :max_rows;

-- The place a duty is to be for, when it is there and in use.
-- name: duty_place :one
-- in: hq i64, place_kind text, id uuid
-- out: n i64
SELECT (SELECT COUNT(*) FROM area WHERE hq_id = :hq AND id = :id AND valid_to_ms IS NULL
            AND :place_kind = 'area')
     + (SELECT COUNT(*) FROM site WHERE hq_id = :hq AND id = :id AND state = 'active' AND :place_kind = 'site')
     + (SELECT COUNT(*) FROM unit WHERE hq_id = :hq AND id = :id AND closed_ms IS NULL AND :place_kind = 'unit')
     AS n;

-- The same person for the same place in the same way at the same time.
-- name: duty_overlaps :one
-- in: hq i64, person_id uuid, kind text, place_id uuid, from_ms i64, to_ms i64?
-- out: n i64
SELECT COUNT(*) AS n FROM duty
WHERE hq_id = :hq AND person_id = :person_id AND kind = :kind AND place_id = :place_id
AND (to_ms IS NULL OR to_ms > :from_ms) AND to_ms IS DISTINCT FROM from_ms
[[to_ms: AND from_ms < :to_ms]];

-- name: duty_add :exec
-- in: hq i64, id uuid, kind text, person_id uuid, unit_id uuid, place_kind text, place_id uuid, from_ms i64
-- in: to_ms i64?, follows_id uuid?, note text?
INSERT INTO duty (hq_id, id, kind, person_id, unit_id, place_kind, place_id, from_ms, to_ms, follows_id, note)
VALUES (:hq, :id, :kind, :person_id, :unit_id, :place_kind, :place_id, :from_ms, :to_ms, :follows_id, :note);

-- name: duty_set_end :exec
-- in: hq i64, id uuid, was_version i64, to_ms i64
UPDATE duty SET to_ms = :to_ms, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;
