-- Whether a photograph hangs on something open to everybody.

-- Sent by an inspector, or by somebody walking a covert round, and on no visit or problem that is disclosed (or the
-- caller's own): nobody else is to know that it is there. What others sent was never secret.
-- name: photo_is_open :one
-- in: hq i64, sha256 sha256, me uuid
-- out: open i64
SELECT CASE WHEN
    EXISTS (SELECT 1 FROM problem_photo pp JOIN problem p ON p.hq_id = pp.hq_id AND p.id = pp.problem_id
        WHERE pp.hq_id = :hq AND pp.sha256 = :sha256 AND p.held = FALSE)
    OR EXISTS (SELECT 1 FROM observation_photo op JOIN inspection i ON i.hq_id = op.hq_id AND i.id = op.inspection_id
        WHERE op.hq_id = :hq AND op.sha256 = :sha256
          AND ((i.held = FALSE AND i.earned_e4 IS NOT NULL) OR i.inspector_id = :me OR i.partner_id = :me))
    OR EXISTS (SELECT 1 FROM facility_photo fp WHERE fp.hq_id = :hq AND fp.sha256 = :sha256)
    OR EXISTS (SELECT 1 FROM alike_photo ap WHERE ap.hq_id = :hq AND ap.sha256 = :sha256)
    OR EXISTS (SELECT 1 FROM self_check_photo sp WHERE sp.hq_id = :hq AND sp.sha256 = :sha256)
    OR EXISTS (SELECT 1 FROM works_photo wp WHERE wp.hq_id = :hq AND wp.sha256 = :sha256)
    OR EXISTS (SELECT 1 FROM consequence_photo cp WHERE cp.hq_id = :hq AND cp.sha256 = :sha256)
    OR EXISTS (SELECT 1 FROM finding_contest_photo tp WHERE tp.hq_id = :hq AND tp.sha256 = :sha256)
    OR EXISTS (SELECT 1 FROM photo_upload u WHERE u.hq_id = :hq AND u.sha256 = :sha256
        AND NOT EXISTS (SELECT 1 FROM role_grant g WHERE g.hq_id = u.hq_id AND g.person_id = u.person_id
            AND g.role IN ('inspector', 'joint_inspector'))
        AND NOT EXISTS (SELECT 1 FROM round_person rp JOIN round r ON r.hq_id = rp.hq_id AND r.id = rp.round_id
            WHERE rp.hq_id = u.hq_id AND rp.person_id = u.person_id AND r.covert = TRUE AND r.state <> 'published'))
    THEN 1 ELSE 0 END AS open;
