-- Doubts about evidence: the photographs offered, where else they were offered before, what was decided.

-- name: doubt_problem_photos :many
-- in: hq i64, id uuid, row_limit i64
-- out: seq i64, event text, role text, sha256 sha256, offered_ms i64, received_ms i64?, taken_ms i64?, zone_known bool, lon_e7 i64?, lat_e7 i64?, camera text?
SELECT pp.seq, e.event, pp.role, pp.sha256, e.at_ms AS offered_ms, u.at_ms AS received_ms, ph.taken_ms,
       ph.taken_zone_known AS zone_known, ph.lon_e7, ph.lat_e7, ph.camera
FROM problem_photo pp
JOIN problem_event e ON e.hq_id = pp.hq_id AND e.problem_id = pp.problem_id AND e.seq = pp.seq
JOIN photo ph ON ph.hq_id = pp.hq_id AND ph.sha256 = pp.sha256
LEFT JOIN photo_upload u ON u.hq_id = pp.hq_id AND u.sha256 = pp.sha256 AND u.person_id = e.actor_id
WHERE pp.hq_id = :hq AND pp.problem_id = :id
ORDER BY pp.seq, pp.order_no, pp.sha256
LIMIT :row_limit;

-- name: doubt_inspection_photos :many
-- in: hq i64, id uuid, row_limit i64
-- out: sha256 sha256, offered_ms i64, received_ms i64?, taken_ms i64?, zone_known bool, lon_e7 i64?, lat_e7 i64?, camera text?
SELECT o.sha256, i.received_ms AS offered_ms, u.at_ms AS received_ms, ph.taken_ms, ph.taken_zone_known AS zone_known,
       ph.lon_e7, ph.lat_e7, ph.camera
FROM observation_photo o
JOIN inspection i ON i.hq_id = o.hq_id AND i.id = o.inspection_id
JOIN photo ph ON ph.hq_id = o.hq_id AND ph.sha256 = o.sha256
LEFT JOIN photo_upload u ON u.hq_id = o.hq_id AND u.sha256 = o.sha256 AND u.person_id = i.inspector_id
WHERE o.hq_id = :hq AND o.inspection_id = :id
ORDER BY o.criterion_id, o.order_no, o.sha256
LIMIT :row_limit;

-- name: doubt_inspection_place :one
-- in: hq i64, id uuid
-- out: lon_e7 i64?, lat_e7 i64?
SELECT s.lon_e7, s.lat_e7 FROM inspection i JOIN site s ON s.hq_id = i.hq_id AND s.id = i.site_id
WHERE i.hq_id = :hq AND i.id = :id;

-- name: doubt_problem_uses :many
-- in: hq i64, sha256 sha256, before_ms i64, row_limit i64
-- out: problem_id uuid, seq i64, event text, role text, at_ms i64
SELECT pp.problem_id, pp.seq, e.event, pp.role, e.at_ms
FROM problem_photo pp
JOIN problem_event e ON e.hq_id = pp.hq_id AND e.problem_id = pp.problem_id AND e.seq = pp.seq
WHERE pp.hq_id = :hq AND pp.sha256 = :sha256 AND e.at_ms + 0 < :before_ms
ORDER BY e.at_ms + 0, pp.problem_id, pp.seq
LIMIT :row_limit;

-- name: doubt_inspection_uses :many
-- in: hq i64, sha256 sha256, before_ms i64, row_limit i64
-- out: inspection_id uuid, at_ms i64
SELECT i.id AS inspection_id, i.received_ms AS at_ms
FROM (SELECT DISTINCT o.inspection_id FROM observation_photo o WHERE o.hq_id = :hq AND o.sha256 = :sha256) x
JOIN inspection i ON i.hq_id = :hq AND i.id = x.inspection_id
WHERE i.received_ms < :before_ms
ORDER BY i.received_ms, i.id
LIMIT :row_limit;

-- name: doubt_photo_taken :one
-- in: hq i64, sha256 sha256
-- out: taken_ms i64?, camera text?
SELECT taken_ms, camera FROM photo WHERE hq_id = :hq AND sha256 = :sha256;

-- name: doubt_decisions :many
-- in: hq i64, subject_kind text, subject_id uuid
-- out: doubt_id uuid, seq i64, decision text, note text?, person_id uuid, person_name text, at_ms i64
SELECT d.doubt_id, d.seq, d.decision, d.note, d.person_id, p.name, d.at_ms
FROM doubt_decision d
JOIN person p ON p.hq_id = d.hq_id AND p.id = d.person_id
WHERE d.hq_id = :hq AND d.subject_kind = :subject_kind AND d.subject_id = :subject_id
ORDER BY d.doubt_id, d.seq;

-- name: doubt_decision_add :exec
-- in: hq i64, subject_kind text, subject_id uuid, doubt_id uuid, seq i64, decision text, note text?, person_id uuid, at_ms i64
INSERT INTO doubt_decision (hq_id, subject_kind, subject_id, doubt_id, seq, decision, note, person_id, at_ms)
VALUES (:hq, :subject_kind, :subject_id, :doubt_id, :seq, :decision, :note, :person_id, :at_ms);
