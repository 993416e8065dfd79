-- Queries of the inspection room.

-- name: inspection_by_id :one
-- in: hq i64, id uuid
-- out: round_id uuid?, round_title text?, held bool, id uuid, site_id uuid, site_name text, version_id uuid, category_code text, area_code text, subject_unit_id uuid?, kind text, inspector_id uuid, inspector_name text, partner_id uuid?, partner_name text?, record_only bool, state text, visit_ms i64, received_ms i64, completed_ms i64?, quarantine text?, corrects_id uuid?, superseded_by uuid?, verdict_by uuid?, verdict_name text?, verdict_ms i64?, verdict_reason text?, note text?, earned_e4 i64?, possible_e4 i64?, vetoed bool, version i64
SELECT i.round_id, r.title AS round_title, i.held, i.id, i.site_id, s.name, i.version_id, i.category_code, i.area_code, i.subject_unit_id, i.kind, i.inspector_id,
       p.name, i.partner_id, q.name, i.record_only, i.state, i.visit_ms, i.received_ms, i.completed_ms, i.quarantine,
       i.corrects_id, i.superseded_by, i.verdict_by, v.name, i.verdict_ms, i.verdict_reason, i.note, i.earned_e4,
       i.possible_e4, i.vetoed, i.version
FROM inspection i
JOIN site s ON s.hq_id = i.hq_id AND s.id = i.site_id
JOIN person p ON p.hq_id = i.hq_id AND p.id = i.inspector_id
LEFT JOIN person q ON q.hq_id = i.hq_id AND q.id = i.partner_id
LEFT JOIN round r ON r.hq_id = i.hq_id AND r.id = i.round_id
LEFT JOIN person v ON v.hq_id = i.hq_id AND v.id = i.verdict_by
WHERE i.hq_id = :hq AND i.id = :id;

-- name: inspection_list :many
-- in: hq i64, me uuid, row_limit i64, key_ms i64?, key_id uuid?, site_id uuid?, inspector_id uuid?, state text?, unusual bool?, category text?, area_from text?, area_to text?, unit_id uuid?, from_ms i64?, to_ms i64?, round_id uuid?, disclosed bool?, scope_unit uuid?, scope_inspector uuid?, scope_partner uuid?, scope_area_from text?, scope_area_to text?
-- out: like inspection_by_id
SELECT i.round_id, r.title AS round_title, i.held, i.id, i.site_id, s.name, i.version_id, i.category_code, i.area_code, i.subject_unit_id, i.kind, i.inspector_id,
       p.name, i.partner_id, q.name, i.record_only, i.state, i.visit_ms, i.received_ms, i.completed_ms, i.quarantine,
       i.corrects_id, i.superseded_by, i.verdict_by, v.name, i.verdict_ms, i.verdict_reason, i.note, i.earned_e4,
       i.possible_e4, i.vetoed, i.version
FROM inspection i
JOIN site s ON s.hq_id = i.hq_id AND s.id = i.site_id
JOIN person p ON p.hq_id = i.hq_id AND p.id = i.inspector_id
LEFT JOIN person q ON q.hq_id = i.hq_id AND q.id = i.partner_id
LEFT JOIN round r ON r.hq_id = i.hq_id AND r.id = i.round_id
LEFT JOIN person v ON v.hq_id = i.hq_id AND v.id = i.verdict_by
WHERE i.hq_id = :hq AND (i.state <> 'staged' OR i.inspector_id = :me)
  [[key_ms: AND (i.visit_ms, i.id) < (:key_ms, :key_id)]]
  [[site_id: AND i.site_id = :site_id]]
  [[inspector_id: AND i.inspector_id = :inspector_id]]
  [[state: AND i.state = :state]]
  [[unusual: AND i.state <> 'complete']]
  [[category: AND i.category_code = :category]]
  [[area_from: AND i.area_code >= :area_from AND i.area_code < :area_to]]
  [[unit_id: AND i.subject_unit_id = :unit_id]]
  [[from_ms: AND i.visit_ms >= :from_ms]]
  [[to_ms: AND i.visit_ms < :to_ms]]
  [[round_id: AND i.round_id = :round_id]]
  [[disclosed: AND i.held = FALSE AND (i.earned_e4 IS NOT NULL OR i.kind = 'self_check')]]
  [[scope_unit: AND i.subject_unit_id = :scope_unit]]
  [[scope_inspector: AND i.inspector_id = :scope_inspector]]
  [[scope_partner: AND i.partner_id = :scope_partner]]
  [[scope_area_from: AND i.area_code >= :scope_area_from AND i.area_code < :scope_area_to]]
ORDER BY i.visit_ms DESC, i.id DESC
LIMIT :row_limit;

-- name: inspection_observations :many
-- in: hq i64, id uuid
-- out: criterion_id uuid, code text, text_zh text, text_en text, mode text, veto bool, result text, count i64?, value_e2 i64?, note text?, earned_e4 i64, possible_e4 i64, problem_id uuid?
SELECT o.criterion_id, c.code, c.text_zh, c.text_en, c.mode, c.veto, o.result, o.count, o.value_e2, o.note, o.earned_e4,
       o.possible_e4, o.problem_id
FROM observation o
JOIN criterion c ON c.hq_id = o.hq_id AND c.id = o.criterion_id
WHERE o.hq_id = :hq AND o.inspection_id = :id
ORDER BY c.order_no, o.criterion_id;

-- name: inspection_photos :many
-- in: hq i64, id uuid
-- out: criterion_id uuid, sha256 sha256
SELECT criterion_id, sha256 FROM observation_photo
WHERE hq_id = :hq AND inspection_id = :id
ORDER BY criterion_id, order_no;

-- name: inspection_parts :many
-- in: hq i64, id uuid
-- out: content text
SELECT content FROM inspection_part WHERE hq_id = :hq AND inspection_id = :id ORDER BY at_ms, id;

-- name: inspection_part_count :one
-- in: hq i64, id uuid
-- out: n i64
SELECT COUNT(*) FROM inspection_part WHERE hq_id = :hq AND inspection_id = :id;

-- name: inspection_site :one
-- in: hq i64, id uuid
-- out: name text, category_code text, area_code text, subject_unit_id uuid?, territory_unit_id uuid?, supervising_unit_id uuid?, retired_ms i64?
SELECT name, category_code, area_code, subject_unit_id, territory_unit_id, supervising_unit_id, retired_ms FROM site WHERE hq_id = :hq AND id = :id;

-- name: inspection_partner :one
-- in: hq i64, id uuid
-- out: name text
SELECT name FROM person WHERE hq_id = :hq AND id = :id AND left_ms IS NULL;

-- name: inspection_roles_at :many
-- in: hq i64, person_id uuid, at_ms i64
-- out: role text
SELECT role FROM role_grant
WHERE hq_id = :hq AND person_id = :person_id AND from_ms <= :at_ms AND (to_ms IS NULL OR to_ms > :at_ms);

-- name: inspection_photo_stored :one
-- in: hq i64, sha256 sha256
-- out: at_ms i64
SELECT at_ms FROM photo WHERE hq_id = :hq AND sha256 = :sha256;

-- name: inspection_add :exec
-- in: hq i64, id uuid, site_id uuid, version_id uuid, category_code text, area_code text, subject_unit_id uuid?, kind text, inspector_id uuid, partner_id uuid?, record_only bool, state text, visit_ms i64, received_ms i64, completed_ms i64?, quarantine text?, corrects_id uuid?, lon_e7 i64?, lat_e7 i64?, note text?, earned_e4 i64?, possible_e4 i64?, vetoed bool, round_id uuid?, held bool
INSERT INTO inspection (hq_id, id, site_id, version_id, category_code, area_code, subject_unit_id, kind, inspector_id,
                        partner_id, record_only, state, visit_ms, received_ms, completed_ms, quarantine, corrects_id,
                        lon_e7, lat_e7, note, earned_e4, possible_e4, vetoed, round_id, held)
VALUES (:hq, :id, :site_id, :version_id, :category_code, :area_code, :subject_unit_id, :kind, :inspector_id, :partner_id,
        :record_only, :state, :visit_ms, :received_ms, :completed_ms, :quarantine, :corrects_id, :lon_e7, :lat_e7, :note,
        :earned_e4, :possible_e4, :vetoed, :round_id, :held);

-- name: inspection_part_add :exec
-- in: hq i64, inspection_id uuid, id uuid, content text, at_ms i64
INSERT INTO inspection_part (hq_id, inspection_id, id, content, at_ms) VALUES (:hq, :inspection_id, :id, :content, :at_ms);

-- A part belongs to what is still staged: the version moves with each.
-- name: inspection_touch :exec
-- in: hq i64, id uuid, version i64
UPDATE inspection SET version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'staged';

-- name: inspection_settle :exec
-- in: hq i64, id uuid, version i64, state text, completed_ms i64?, quarantine text?, earned_e4 i64?, possible_e4 i64?, vetoed bool, superseded_by uuid?, verdict_by uuid?, verdict_ms i64?, verdict_reason text?
UPDATE inspection SET state = :state, completed_ms = :completed_ms, quarantine = :quarantine, earned_e4 = :earned_e4,
    possible_e4 = :possible_e4, vetoed = :vetoed, superseded_by = :superseded_by,
    verdict_by = COALESCE(:verdict_by, verdict_by), verdict_ms = COALESCE(:verdict_ms, verdict_ms),
    verdict_reason = COALESCE(:verdict_reason, verdict_reason), version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- Publication.
-- name: inspection_unhold :exec
-- in: hq i64, round_id uuid
UPDATE inspection SET held = FALSE WHERE hq_id = :hq AND round_id = :round_id AND held = TRUE;

-- name: observation_add :exec
-- in: hq i64, inspection_id uuid, criterion_id uuid, result text, count i64?, value_e2 i64?, note text?, device_ms i64, earned_e4 i64, possible_e4 i64, problem_id uuid?
INSERT INTO observation (hq_id, inspection_id, criterion_id, result, count, value_e2, note, device_ms, earned_e4,
                         possible_e4, problem_id)
VALUES (:hq, :inspection_id, :criterion_id, :result, :count, :value_e2, :note, :device_ms, :earned_e4, :possible_e4,
        :problem_id);

-- name: observation_photo_add :exec
-- in: hq i64, inspection_id uuid, criterion_id uuid, sha256 sha256, order_no i64
INSERT INTO observation_photo (hq_id, inspection_id, criterion_id, sha256, order_no)
VALUES (:hq, :inspection_id, :criterion_id, :sha256, :order_no);
