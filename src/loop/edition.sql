-- Queries of what turns facilities, editions and frontages into problems.

-- name: edition_criterion :one
-- in: hq i64, version_id uuid, code text
-- out: id uuid, category_code text, limit_kind text, limit_amount i64, severity text
SELECT id, category_code, limit_kind, limit_amount, severity FROM criterion
WHERE hq_id = :hq AND version_id = :version_id AND code = :code;

-- The last problem of an asset and a cause, and whether it (or what it was merged into) is still open.
-- name: edition_cause :one
-- in: hq i64, asset_id uuid, cause text
-- out: problem_id uuid, is_open i64
SELECT c.problem_id,
       CASE WHEN p.closed_ms IS NULL OR (t.id IS NOT NULL AND t.closed_ms IS NULL) THEN 1 ELSE 0 END AS is_open
FROM asset_cause c
JOIN problem p ON p.hq_id = c.hq_id AND p.id = c.problem_id
LEFT JOIN problem t ON t.hq_id = p.hq_id AND t.id = p.merged_into
WHERE c.hq_id = :hq AND c.asset_id = :asset_id AND c.cause = :cause;

-- name: edition_cause_add :exec
-- in: hq i64, asset_id uuid, cause text, problem_id uuid, at_ms i64
INSERT INTO asset_cause (hq_id, asset_id, cause, problem_id, at_ms) VALUES (:hq, :asset_id, :cause, :problem_id, :at_ms);

-- name: edition_cause_move :exec
-- in: hq i64, asset_id uuid, cause text, was_id uuid, problem_id uuid, at_ms i64
UPDATE asset_cause SET problem_id = :problem_id, at_ms = :at_ms
WHERE hq_id = :hq AND asset_id = :asset_id AND cause = :cause AND problem_id = :was_id;

-- name: edition_recall_open :one
-- in: hq i64, edition_id uuid?
-- out: edition_id uuid, title text, label text, withdrawn_by uuid?, withdrawn_unit uuid?, withdraw_reason text?, boards i64
-- out: batches i64, after_id uuid?, done_ms i64?
SELECT r.edition_id, e.title, e.label, e.withdrawn_by, e.withdrawn_unit, e.withdraw_reason, r.boards, r.batches, r.after_id,
       r.done_ms
FROM edition_recall r JOIN edition e ON e.hq_id = r.hq_id AND e.id = r.edition_id
WHERE r.hq_id = :hq [[edition_id: AND r.edition_id = :edition_id]] [[edition_id! AND r.done_ms IS NULL]]
ORDER BY r.started_ms LIMIT 1;

-- Boards that still show an edition, in the order of their ids; `cause_open`: its problem is known. Asked per board, not
-- joined: without statistics PostgreSQL joined every cause with every board.
-- name: edition_boards_after :many
-- in: hq i64, edition_id uuid, after_id uuid?, max_rows i64
-- out: id uuid, kind_code text, name text, position text?, site_id uuid, site_name text, area_code text, category_code text
-- out: lon_e7 i64?, lat_e7 i64?, cause_problem uuid?, cause_open i64
SELECT a.id, a.kind_code, a.name, a.position, a.site_id, s.name AS site_name, s.area_code, s.category_code, s.lon_e7, s.lat_e7,
       (SELECT c.problem_id FROM asset_cause c WHERE c.hq_id = a.hq_id AND c.asset_id = a.id AND c.cause = 'edition')
           AS cause_problem,
       COALESCE((SELECT CASE WHEN p.closed_ms IS NULL OR (t.id IS NOT NULL AND t.closed_ms IS NULL) THEN 1 ELSE 0 END
                 FROM asset_cause c
                 JOIN problem p ON p.hq_id = c.hq_id AND p.id = c.problem_id
                 LEFT JOIN problem t ON t.hq_id = p.hq_id AND t.id = p.merged_into
                 WHERE c.hq_id = a.hq_id AND c.asset_id = a.id AND c.cause = 'edition'), 0) AS cause_open
FROM asset a
JOIN site s ON s.hq_id = a.hq_id AND s.id = a.site_id AND s.state = 'active'
WHERE a.hq_id = :hq AND a.edition_id = :edition_id AND a.state = 'active' [[after_id: AND a.id > :after_id]]
ORDER BY a.id LIMIT :max_rows;

-- Holds a board as it was read, against its renewal at the same time.
-- name: edition_still_shown :exec
-- in: hq i64, id uuid, edition_id uuid
UPDATE asset SET version = version WHERE hq_id = :hq AND id = :id AND edition_id = :edition_id AND state = 'active';

-- name: edition_recall_step :exec
-- in: hq i64, edition_id uuid, was_batches i64, raised i64, known i64, after_id uuid?, done_ms i64?
UPDATE edition_recall SET batches = batches + 1, raised = raised + :raised, known = known + :known, after_id = :after_id,
    done_ms = :done_ms
WHERE hq_id = :hq AND edition_id = :edition_id AND batches = :was_batches AND done_ms IS NULL;

-- name: edition_findings_over :many
-- in: hq i64, at_ms i64, max_rows i64
-- out: id uuid
SELECT id FROM frontage_finding WHERE hq_id = :hq AND state = 'waiting' AND mend_by_ms < :at_ms
ORDER BY mend_by_ms, id LIMIT :max_rows;

-- name: edition_finding_photos :many
-- in: hq i64, owner_id uuid, role text
-- out: sha256 sha256
SELECT sha256 FROM facility_photo WHERE hq_id = :hq AND owner_id = :owner_id AND role = :role ORDER BY order_no;

-- name: edition_asset_problems :many
-- in: hq i64, asset_id uuid
-- out: id uuid, cause text?
SELECT p.id, c.cause FROM problem p
LEFT JOIN asset_cause c ON c.hq_id = p.hq_id AND c.asset_id = p.asset_id AND c.problem_id = p.id
WHERE p.hq_id = :hq AND p.asset_id = :asset_id ORDER BY p.reported_ms + 0 DESC, p.id DESC LIMIT 100;

-- What was sent back as not theirs, with the dispatch it answered.
-- name: edition_sent_back :many
-- in: hq i64, from_ms i64, max_rows i64
-- out: problem_id uuid, unit_id uuid?, unit_name text?, at_ms i64, note text?, dispatched_ms i64?, site_id uuid?
-- out: criterion_id uuid?, category_code text?, area_code text
SELECT e.problem_id, e.actor_unit_id AS unit_id, u.name AS unit_name, e.at_ms, e.note,
       (SELECT MAX(d.at_ms) FROM problem_event d WHERE d.hq_id = e.hq_id AND d.problem_id = e.problem_id
          AND d.event = 'dispatch' AND d.seq < e.seq) AS dispatched_ms,
       p.site_id, p.criterion_id, p.category_code, p.area_code
FROM problem_event e
JOIN problem p ON p.hq_id = e.hq_id AND p.id = e.problem_id AND p.held = FALSE
LEFT JOIN unit u ON u.hq_id = e.hq_id AND u.id = e.actor_unit_id
WHERE e.hq_id = :hq AND e.at_ms >= :from_ms AND e.event = 'send_back'
ORDER BY e.at_ms DESC, e.problem_id LIMIT :max_rows;
