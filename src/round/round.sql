-- Queries of the round room: days and draws, rounds with their people and sites, coverage.

-- name: draw_day_get :one
-- in: hq i64, day text
-- out: day text, at_ms i64, commitment sha256, secret_sealed blob
SELECT day, at_ms, commitment, secret_sealed FROM draw_day WHERE hq_id = :hq AND day = :day;

-- name: draw_day_list :many
-- in: hq i64, before text?, row_limit i64
-- out: day text, at_ms i64, commitment sha256
SELECT day, at_ms, commitment FROM draw_day
WHERE hq_id = :hq [[before: AND day < :before]]
ORDER BY day DESC LIMIT :row_limit;

-- name: draw_day_add :exec
-- in: hq i64, day text, at_ms i64, commitment sha256, secret_sealed blob
INSERT INTO draw_day (hq_id, day, at_ms, commitment, secret_sealed)
VALUES (:hq, :day, :at_ms, :commitment, :secret_sealed);

-- name: draw_by_subject :many
-- in: hq i64, subject_kind text, subject_id uuid
-- out: no i64, day text, at_ms i64, content text, released_ms i64?, commitment sha256, committed_ms i64, secret_sealed blob
SELECT d.no, d.day, d.at_ms, d.content, d.released_ms, c.commitment, c.at_ms AS committed_ms, c.secret_sealed
FROM draw d JOIN draw_day c ON c.hq_id = d.hq_id AND c.day = d.day
WHERE d.hq_id = :hq AND d.subject_kind = :subject_kind AND d.subject_id = :subject_id
ORDER BY d.no;

-- name: draw_add :exec
-- in: hq i64, id uuid, day text, subject_kind text, subject_id uuid, no i64, at_ms i64, actor_id uuid?, content text
INSERT INTO draw (hq_id, id, day, subject_kind, subject_id, no, at_ms, actor_id, content)
VALUES (:hq, :id, :day, :subject_kind, :subject_id, :no, :at_ms, :actor_id, :content);

-- name: draw_release :exec
-- in: hq i64, subject_kind text, subject_id uuid, at_ms i64
UPDATE draw SET released_ms = :at_ms
WHERE hq_id = :hq AND subject_kind = :subject_kind AND subject_id = :subject_id AND released_ms IS NULL;

-- name: round_by_id :one
-- in: hq i64, id uuid, me uuid?
-- out: id uuid, kind text, covert bool, title text, basis text, starts_ms i64, ends_ms i64, record_only bool, lead_unit_id uuid?, lead_unit_name text?, state text, reason text?, note text?, created_ms i64, drawn_ms i64?, started_ms i64?, closed_ms i64?, published_ms i64?, draw_count i64, version i64, mine i64
SELECT r.id, r.kind, r.covert, r.title, r.basis, r.starts_ms, r.ends_ms, r.record_only, r.lead_unit_id, u.name AS lead_unit_name, r.state,
       r.reason, r.note, r.created_ms, r.drawn_ms, r.started_ms, r.closed_ms, r.published_ms, r.draw_count, r.version,
       (SELECT COUNT(*) FROM round_person x WHERE x.hq_id = r.hq_id AND x.round_id = r.id AND x.person_id = :me
          AND x.left_ms IS NULL) AS mine
FROM round r
LEFT JOIN unit u ON u.hq_id = r.hq_id AND u.id = r.lead_unit_id
WHERE r.hq_id = :hq AND r.id = :id;

-- Open: neither covert (or published) nor only planned.
-- name: round_list :many
-- in: hq i64, row_limit i64, me uuid?, key_ms i64?, key_id uuid?, state text?, kind text?, mine bool?, of_unit uuid?
-- out: like round_by_id
SELECT r.id, r.kind, r.covert, r.title, r.basis, r.starts_ms, r.ends_ms, r.record_only, r.lead_unit_id, u.name AS lead_unit_name, r.state,
       r.reason, r.note, r.created_ms, r.drawn_ms, r.started_ms, r.closed_ms, r.published_ms, r.draw_count, r.version,
       (SELECT COUNT(*) FROM round_person x WHERE x.hq_id = r.hq_id AND x.round_id = r.id AND x.person_id = :me
          AND x.left_ms IS NULL) AS mine
FROM round r
LEFT JOIN unit u ON u.hq_id = r.hq_id AND u.id = r.lead_unit_id
WHERE r.hq_id = :hq
  [[key_ms: AND (r.starts_ms, r.id) < (:key_ms, :key_id)]]
  [[state: AND r.state = :state]]
  [[kind: AND r.kind = :kind]]
  [[mine: AND EXISTS (SELECT 1 FROM round_person y WHERE y.hq_id = r.hq_id AND y.round_id = r.id
          AND y.person_id = :me AND y.left_ms IS NULL)]]
  [[of_unit: AND (EXISTS (SELECT 1 FROM round_person y WHERE y.hq_id = r.hq_id AND y.round_id = r.id
          AND y.person_id = :me AND y.left_ms IS NULL)
        OR ((r.covert = FALSE OR r.state = 'published') AND r.state IN ('running', 'closed', 'published')
          AND EXISTS (SELECT 1 FROM round_site z JOIN site s ON s.hq_id = z.hq_id AND s.id = z.site_id
            WHERE z.hq_id = r.hq_id AND z.round_id = r.id AND (s.subject_unit_id = :of_unit
              OR s.territory_unit_id = :of_unit OR s.supervising_unit_id = :of_unit))))]]
ORDER BY r.starts_ms DESC, r.id DESC
LIMIT :row_limit;

-- name: round_counts :many
-- in: hq i64, round_id uuid
-- out: state text, n i64
SELECT state, COUNT(*) AS n FROM round_site WHERE hq_id = :hq AND round_id = :round_id GROUP BY state ORDER BY state;

-- name: round_versions :many
-- in: hq i64, round_id uuid
-- out: version_id uuid, label text, standard_name text
SELECT rv.version_id, v.label, s.name_zh AS standard_name
FROM round_version rv
JOIN standard_version v ON v.hq_id = rv.hq_id AND v.id = rv.version_id
JOIN standard s ON s.hq_id = v.hq_id AND s.id = v.standard_id
WHERE rv.hq_id = :hq AND rv.round_id = :round_id ORDER BY s.order_no, rv.version_id;

-- name: round_version_published :one
-- in: hq i64, id uuid
-- out: label text
SELECT label FROM standard_version WHERE hq_id = :hq AND id = :id AND state = 'published';

-- name: round_people :many
-- in: hq i64, round_id uuid
-- out: person_id uuid, name text, left_ms i64?
SELECT rp.person_id, p.name, rp.left_ms
FROM round_person rp JOIN person p ON p.hq_id = rp.hq_id AND p.id = rp.person_id
WHERE rp.hq_id = :hq AND rp.round_id = :round_id ORDER BY p.order_no, rp.person_id;

-- name: round_person_now :one
-- in: hq i64, id uuid
-- out: unit_id uuid
SELECT unit_id FROM person WHERE hq_id = :hq AND id = :id AND left_ms IS NULL;

-- name: round_person_roles :many
-- in: hq i64, person_id uuid, at_ms i64
-- out: role text
SELECT role FROM role_grant
WHERE hq_id = :hq AND person_id = :person_id AND from_ms <= :at_ms AND (to_ms IS NULL OR to_ms > :at_ms);

-- name: round_sites :many
-- in: hq i64, round_id uuid, row_limit i64, key_no i64?, key_id uuid?, state text?, for_person uuid?, for_unit uuid?
-- out: site_id uuid, code text, name text, category_code text, area_code text, address text?, lon_e7 i64?, lat_e7 i64?, origin text, draw_no i64?, stratum text?, order_no i64, inspector_id uuid?, inspector_name text?, partner_id uuid?, partner_name text?, day_ms i64?, state text, reason text?, inspection_id uuid?, done_ms i64?
SELECT z.site_id, s.code, s.name, s.category_code, s.area_code, s.address, s.lon_e7, s.lat_e7, z.origin, z.draw_no,
       z.stratum, z.order_no, z.inspector_id, p.name AS inspector_name, z.partner_id, q.name AS partner_name, z.day_ms, z.state, z.reason, z.inspection_id,
       z.done_ms
FROM round_site z
JOIN site s ON s.hq_id = z.hq_id AND s.id = z.site_id
LEFT JOIN person p ON p.hq_id = z.hq_id AND p.id = z.inspector_id
LEFT JOIN person q ON q.hq_id = z.hq_id AND q.id = z.partner_id
WHERE z.hq_id = :hq AND z.round_id = :round_id
  [[key_no: AND (z.order_no, z.site_id) > (:key_no, :key_id)]]
  [[state: AND z.state = :state]]
  [[for_person: AND (z.inspector_id = :for_person OR z.partner_id = :for_person OR z.inspector_id IS NULL)]]
  [[for_unit: AND (s.subject_unit_id = :for_unit OR s.territory_unit_id = :for_unit OR s.supervising_unit_id = :for_unit)]]
ORDER BY z.order_no, z.site_id
LIMIT :row_limit;

-- What one person has to walk: own sites of running rounds, and those nobody in particular has.
-- name: round_walk :many
-- in: hq i64, me uuid, now_ms i64, day_ms i64?
-- out: round_id uuid, title text, kind text, record_only bool, site_id uuid, code text, name text, category_code text, area_code text, address text?, lon_e7 i64?, lat_e7 i64?, order_no i64, inspector_id uuid?, inspector_name text?, partner_id uuid?, partner_name text?, day_ms i64?, state text
SELECT r.id AS round_id, r.title, r.kind, r.record_only, z.site_id, s.code, s.name, s.category_code, s.area_code, s.address,
       s.lon_e7, s.lat_e7, z.order_no, z.inspector_id, p.name AS inspector_name, z.partner_id, q.name AS partner_name, z.day_ms, z.state
FROM round_person rp
JOIN round r ON r.hq_id = rp.hq_id AND r.id = rp.round_id
JOIN round_site z ON z.hq_id = r.hq_id AND z.round_id = r.id
JOIN site s ON s.hq_id = z.hq_id AND s.id = z.site_id
LEFT JOIN person p ON p.hq_id = z.hq_id AND p.id = z.inspector_id
LEFT JOIN person q ON q.hq_id = z.hq_id AND q.id = z.partner_id
WHERE rp.hq_id = :hq AND rp.person_id = :me AND rp.left_ms IS NULL AND r.state = 'running'
  AND r.starts_ms <= :now_ms AND r.ends_ms > :now_ms
  AND (z.inspector_id = :me OR z.partner_id = :me OR z.inspector_id IS NULL)
  [[day_ms: AND (z.day_ms IS NULL OR z.day_ms = :day_ms)]]
ORDER BY r.starts_ms, r.id, z.order_no, z.site_id
LIMIT 500;

-- name: round_site_get :one
-- in: hq i64, round_id uuid, site_id uuid
-- out: state text, origin text, inspector_id uuid?, partner_id uuid?, day_ms i64?, inspection_id uuid?
SELECT state, origin, inspector_id, partner_id, day_ms, inspection_id FROM round_site
WHERE hq_id = :hq AND round_id = :round_id AND site_id = :site_id;

-- name: round_person_get :one
-- in: hq i64, round_id uuid, person_id uuid
-- out: left_ms i64?
SELECT left_ms FROM round_person WHERE hq_id = :hq AND round_id = :round_id AND person_id = :person_id;

-- name: round_site_named :one
-- in: hq i64, id uuid
-- out: state text
SELECT state FROM site WHERE hq_id = :hq AND id = :id;

-- Sites in service a rule may choose from, without those the round has. Visits that are held count like any other:
-- this is asked for the desk alone.
-- name: round_candidates :many
-- in: hq i64, round_id uuid, not_since_ms i64?, min_problems i64?, problems_since_ms i64, key_only bool
-- out: id uuid, category_code text, area_code text, subject_unit_id uuid?, territory_unit_id uuid?, supervising_unit_id uuid?
SELECT s.id, s.category_code, s.area_code, s.subject_unit_id, s.territory_unit_id, s.supervising_unit_id
FROM site s
WHERE s.hq_id = :hq AND s.state = 'active'
  AND NOT EXISTS (SELECT 1 FROM round_site z WHERE z.hq_id = s.hq_id AND z.round_id = :round_id AND z.site_id = s.id)
  [[not_since_ms: AND NOT EXISTS (SELECT 1 FROM inspection i WHERE i.hq_id = s.hq_id AND i.site_id = s.id
      AND i.state = 'complete' AND i.kind <> 'self_check' AND i.visit_ms >= CAST(:not_since_ms AS BIGINT))]]
  [[min_problems: AND (SELECT COUNT(*) FROM problem p WHERE p.hq_id = s.hq_id AND p.site_id = s.id
      AND p.state <> 'rejected' AND p.reported_ms >= CAST(:problems_since_ms AS BIGINT)
      AND (p.severity = 'key' OR CAST(:key_only AS BOOLEAN) = FALSE)) >= CAST(:min_problems AS BIGINT)]]
ORDER BY s.id;

-- name: round_visits :one
-- in: hq i64, round_id uuid
-- out: n i64
SELECT COUNT(*) AS n FROM inspection
WHERE hq_id = :hq AND round_id = :round_id AND state IN ('staged', 'complete', 'quarantined');

-- name: round_add :exec
-- in: hq i64, id uuid, kind text, covert bool, title text, basis text, starts_ms i64, ends_ms i64, record_only bool, lead_unit_id uuid?, note text?, created_by uuid?, created_ms i64
INSERT INTO round (hq_id, id, kind, covert, title, basis, starts_ms, ends_ms, record_only, lead_unit_id, state, note,
                   created_by, created_ms)
VALUES (:hq, :id, :kind, :covert, :title, :basis, :starts_ms, :ends_ms, :record_only, :lead_unit_id, 'planned', :note,
        :created_by, :created_ms);

-- name: round_version_add :exec
-- in: hq i64, round_id uuid, version_id uuid
INSERT INTO round_version (hq_id, round_id, version_id) VALUES (:hq, :round_id, :version_id);

-- name: round_set :exec
-- in: hq i64, id uuid, was_version i64, title text, basis text, starts_ms i64, ends_ms i64, record_only bool, note text?
UPDATE round SET title = :title, basis = :basis, starts_ms = :starts_ms, ends_ms = :ends_ms, record_only = :record_only,
    note = :note, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- name: round_move :exec
-- in: hq i64, id uuid, was_version i64, state text, drew bool, drawn_ms i64?, started_ms i64?, closed_ms i64?, published_ms i64?, published_by uuid?, reason text?
UPDATE round SET state = :state, draw_count = draw_count + CASE WHEN :drew THEN 1 ELSE 0 END,
    drawn_ms = COALESCE(drawn_ms, :drawn_ms), started_ms = COALESCE(started_ms, :started_ms),
    closed_ms = COALESCE(closed_ms, :closed_ms), published_ms = COALESCE(published_ms, :published_ms),
    published_by = COALESCE(published_by, :published_by), reason = COALESCE(reason, :reason), version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- Touches no row once the round is published: what was decided as held must not come after.
-- name: round_still_held :exec
-- in: hq i64, id uuid
UPDATE round SET draw_count = draw_count WHERE hq_id = :hq AND id = :id AND covert = TRUE AND state <> 'published';

-- name: round_touch :exec
-- in: hq i64, id uuid, was_version i64
UPDATE round SET version = version + 1 WHERE hq_id = :hq AND id = :id AND version = :was_version;

-- name: round_site_add :exec
-- in: hq i64, round_id uuid, site_id uuid, origin text, draw_no i64?, stratum text?, order_no i64
INSERT INTO round_site (hq_id, round_id, site_id, origin, draw_no, stratum, order_no, state)
VALUES (:hq, :round_id, :site_id, :origin, :draw_no, :stratum, :order_no, 'todo');

-- name: round_site_remove :exec
-- in: hq i64, round_id uuid, site_id uuid
DELETE FROM round_site
WHERE hq_id = :hq AND round_id = :round_id AND site_id = :site_id AND origin <> 'draw' AND state = 'todo';

-- name: round_site_assign :exec
-- in: hq i64, round_id uuid, site_id uuid, inspector_id uuid?, partner_id uuid?, day_ms i64?, order_no i64
UPDATE round_site SET inspector_id = :inspector_id, partner_id = :partner_id, day_ms = :day_ms, order_no = :order_no
WHERE hq_id = :hq AND round_id = :round_id AND site_id = :site_id AND state = 'todo';

-- name: round_site_order :exec
-- in: hq i64, round_id uuid, site_id uuid, order_no i64
UPDATE round_site SET order_no = :order_no WHERE hq_id = :hq AND round_id = :round_id AND site_id = :site_id;

-- name: round_site_skip :exec
-- in: hq i64, round_id uuid, site_id uuid, reason text
UPDATE round_site SET state = 'skipped', reason = :reason
WHERE hq_id = :hq AND round_id = :round_id AND site_id = :site_id AND state = 'todo';

-- name: round_sites_skip_rest :exec
-- in: hq i64, round_id uuid, reason text
UPDATE round_site SET state = 'skipped', reason = :reason
WHERE hq_id = :hq AND round_id = :round_id AND state = 'todo';

-- A counted visit does its site, also one that was skipped before the visit came in.
-- name: round_site_done :exec
-- in: hq i64, round_id uuid, site_id uuid, inspection_id uuid, done_ms i64
UPDATE round_site SET state = 'done', inspection_id = :inspection_id, done_ms = :done_ms
WHERE hq_id = :hq AND round_id = :round_id AND site_id = :site_id;

-- The visit stopped counting: another that counts stands for it, or the site is to do again.
-- name: round_site_undone :exec
-- in: hq i64, round_id uuid, site_id uuid, inspection_id uuid
UPDATE round_site SET
    state = CASE WHEN EXISTS (SELECT 1 FROM inspection i WHERE i.hq_id = :hq AND i.round_id = :round_id
        AND i.site_id = :site_id AND i.state = 'complete' AND i.id <> :inspection_id) THEN 'done' ELSE 'todo' END,
    inspection_id = (SELECT i.id FROM inspection i WHERE i.hq_id = :hq AND i.round_id = :round_id
        AND i.site_id = :site_id AND i.state = 'complete' AND i.id <> :inspection_id ORDER BY i.visit_ms DESC, i.id LIMIT 1)
WHERE hq_id = :hq AND round_id = :round_id AND site_id = :site_id AND inspection_id = :inspection_id;

-- name: round_person_add :exec
-- in: hq i64, round_id uuid, person_id uuid
INSERT INTO round_person (hq_id, round_id, person_id) VALUES (:hq, :round_id, :person_id)
ON CONFLICT (hq_id, round_id, person_id) DO UPDATE SET left_ms = NULL;

-- name: round_person_leave :exec
-- in: hq i64, round_id uuid, person_id uuid, left_ms i64
UPDATE round_person SET left_ms = :left_ms WHERE hq_id = :hq AND round_id = :round_id AND person_id = :person_id;

-- Sites by when they were last visited, of which nothing is kept but the counted visits themselves.
-- name: coverage_sites :many
-- in: hq i64, row_limit i64, since_ms i64, until_ms i64, after_code text?, category text?, area_from text?, area_to text?, unit_id uuid?, never bool?, not_lately bool?
-- out: id uuid, code text, name text, category_code text, area_code text, subject_unit_id uuid?, subject_unit_name text?, last_ms i64?
SELECT s.id, s.code, s.name, s.category_code, s.area_code, s.subject_unit_id, u.name AS subject_unit_name, v.last_ms
FROM site s
LEFT JOIN (SELECT i.hq_id, i.site_id, MAX(i.visit_ms) AS last_ms FROM inspection i
           WHERE i.hq_id = :hq AND i.state = 'complete' AND i.kind <> 'self_check'
             AND i.visit_ms < CAST(:until_ms AS BIGINT)
           GROUP BY i.hq_id, i.site_id) v ON v.hq_id = s.hq_id AND v.site_id = s.id
LEFT JOIN unit u ON u.hq_id = s.hq_id AND u.id = s.subject_unit_id
WHERE s.hq_id = :hq AND s.state = 'active' AND (v.last_ms IS NULL OR v.last_ms < :since_ms)
  [[never: AND v.last_ms IS NULL]]
  [[not_lately: AND v.last_ms IS NOT NULL]]
  [[category: AND s.category_code = :category]]
  [[area_from: AND s.area_code >= :area_from AND s.area_code < :area_to]]
  [[unit_id: AND s.subject_unit_id = :unit_id]]
  [[after_code: AND s.code > :after_code]]
ORDER BY s.code LIMIT :row_limit;

-- name: coverage_by_category :many
-- in: hq i64, since_ms i64, until_ms i64
-- out: key text, sites i64, never i64, not_lately i64
SELECT s.category_code AS key, COUNT(*) AS sites,
       CAST(SUM(CASE WHEN v.last_ms IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS never,
       CAST(SUM(CASE WHEN v.last_ms < :since_ms THEN 1 ELSE 0 END) AS BIGINT) AS not_lately
FROM site s
LEFT JOIN (SELECT i.hq_id, i.site_id, MAX(i.visit_ms) AS last_ms FROM inspection i
           WHERE i.hq_id = :hq AND i.state = 'complete' AND i.kind <> 'self_check'
             AND i.visit_ms < CAST(:until_ms AS BIGINT)
           GROUP BY i.hq_id, i.site_id) v ON v.hq_id = s.hq_id AND v.site_id = s.id
WHERE s.hq_id = :hq AND s.state = 'active'
GROUP BY s.category_code ORDER BY 1;

-- name: coverage_by_town :many
-- in: hq i64, since_ms i64, until_ms i64
-- out: key text, sites i64, never i64, not_lately i64
SELECT SUBSTR(s.area_code, 1, 9) AS key, COUNT(*) AS sites,
       CAST(SUM(CASE WHEN v.last_ms IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS never,
       CAST(SUM(CASE WHEN v.last_ms < :since_ms THEN 1 ELSE 0 END) AS BIGINT) AS not_lately
FROM site s
LEFT JOIN (SELECT i.hq_id, i.site_id, MAX(i.visit_ms) AS last_ms FROM inspection i
           WHERE i.hq_id = :hq AND i.state = 'complete' AND i.kind <> 'self_check'
             AND i.visit_ms < CAST(:until_ms AS BIGINT)
           GROUP BY i.hq_id, i.site_id) v ON v.hq_id = s.hq_id AND v.site_id = s.id
WHERE s.hq_id = :hq AND s.state = 'active'
GROUP BY SUBSTR(s.area_code, 1, 9) ORDER BY 1;

-- name: coverage_by_unit :many
-- in: hq i64, since_ms i64, until_ms i64
-- out: unit_id uuid?, sites i64, never i64, not_lately i64
SELECT s.subject_unit_id AS unit_id, COUNT(*) AS sites,
       CAST(SUM(CASE WHEN v.last_ms IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS never,
       CAST(SUM(CASE WHEN v.last_ms < :since_ms THEN 1 ELSE 0 END) AS BIGINT) AS not_lately
FROM site s
LEFT JOIN (SELECT i.hq_id, i.site_id, MAX(i.visit_ms) AS last_ms FROM inspection i
           WHERE i.hq_id = :hq AND i.state = 'complete' AND i.kind <> 'self_check'
             AND i.visit_ms < CAST(:until_ms AS BIGINT)
           GROUP BY i.hq_id, i.site_id) v ON v.hq_id = s.hq_id AND v.site_id = s.id
WHERE s.hq_id = :hq AND s.state = 'active'
GROUP BY s.subject_unit_id ORDER BY 1;

-- name: coverage_unit_name :one
-- in: hq i64, id uuid
-- out: name text
SELECT name FROM unit WHERE hq_id = :hq AND id = :id;

-- name: coverage_area_name :one
-- in: hq i64, code text
-- out: name text
SELECT name FROM area WHERE hq_id = :hq AND code = :code ORDER BY valid_from_ms DESC LIMIT 1;

-- name: coverage_category_name :one
-- in: hq i64, code text
-- out: name_zh text, name_en text
SELECT c.name_zh, c.name_en FROM category c
JOIN standard_version v ON v.hq_id = c.hq_id AND v.id = c.version_id
WHERE c.hq_id = :hq AND c.code = :code AND v.state = 'published'
ORDER BY v.published_ms DESC LIMIT 1;
