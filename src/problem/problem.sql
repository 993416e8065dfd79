-- Queries of the problem room.

-- Who reported or acted may be nobody: a list imported from the command line.
-- name: problem_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, year i64, number i64, state text, source text, site_id uuid?, site_name text?, area_code text, category_code text?, criterion_id uuid?, criterion_code text?, description text, severity text, typical bool, unit_id uuid?, unit_name text?, limit_kind text, limit_amount i64, reported_ms i64, dispatched_ms i64?, due_ms i64?, left_ms i64?, rectified_ms i64?, closed_ms i64?, overdue bool, rework_count i64, version i64, inspection_id uuid?, place text?, lon_e7 i64?, lat_e7 i64?, reporter_id uuid, reporter_name text?, last_unit_id uuid?, rectifier_id uuid?, rectifier_unit_id uuid?, event_count i64, subject_unit_id uuid?, subject_unit_name text?, territory_unit_id uuid?, territory_unit_name text?, site_lon_e7 i64?, site_lat_e7 i64?
-- out: kind text, held bool, covert bool, round_id uuid?, parent_id uuid?, merged_into uuid?, rebound_of uuid?, rebounded bool, alike_id uuid?, asset_id uuid?, works_id uuid?, handler_unit_id uuid?, handler_unit_name text?
-- out: sent_back_count i64, returned bool, settled bool, extension_count i64, postponed_count i64, postponed_until_ms i64?, stopped_ms i64?, exempt bool
-- out: clock_ms i64?, stage text?, stage_kind text?, stage_ms i64?, stage_due_ms i64?, stage_left_ms i64?, case_limit_kind text?, case_limit_amount i64?, case_due_ms i64?, case_left_ms i64?, case_overdue bool
-- out: limit_stated bool, limit_rule_id uuid?, external_id text?, verified_ms i64?, registered_ms i64?, striker_id uuid?, dispatcher_id uuid?, rechecker_id uuid?
SELECT p.id, p.year, p.number, p.state, p.source, p.site_id, s.name, p.area_code, p.category_code, p.criterion_id, c.code,
       p.description, p.severity, p.typical, p.unit_id, u.name, p.limit_kind, p.limit_amount, p.reported_ms, p.dispatched_ms,
       p.due_ms, p.left_ms, p.rectified_ms, p.closed_ms, p.overdue, p.rework_count, p.version,
       p.inspection_id, p.place, p.lon_e7, p.lat_e7, p.reporter_id, r.name, p.last_unit_id, p.rectifier_id, p.rectifier_unit_id,
       p.event_count, s.subject_unit_id, su.name, s.territory_unit_id, tu.name, s.lon_e7 AS site_lon_e7, s.lat_e7 AS site_lat_e7,
       p.kind, p.held, p.covert, p.round_id, p.parent_id, p.merged_into, p.rebound_of, p.rebounded, p.alike_id, p.asset_id,
       p.works_id, p.handler_unit_id, hu.name AS handler_unit_name,
       p.sent_back_count,
       EXISTS (SELECT 1 FROM problem_event e WHERE e.hq_id = p.hq_id AND e.problem_id = p.id AND e.event = 'send_back'
                                               AND e.actor_unit_id = p.unit_id) AS returned,
       p.settled, p.extension_count, p.postponed_count, p.postponed_until_ms, p.stopped_ms, p.exempt,
       p.clock_ms, p.stage, p.stage_kind, p.stage_ms, p.stage_due_ms, p.stage_left_ms, p.case_limit_kind, p.case_limit_amount,
       p.case_due_ms, p.case_left_ms, p.case_overdue,
       p.limit_stated, p.limit_rule_id, p.external_id, p.verified_ms, p.registered_ms, p.striker_id, p.dispatcher_id,
       p.rechecker_id
FROM problem p
LEFT JOIN person r ON r.hq_id = p.hq_id AND r.id = p.reporter_id
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
LEFT JOIN unit su ON su.hq_id = p.hq_id AND su.id = s.subject_unit_id
LEFT JOIN unit tu ON tu.hq_id = p.hq_id AND tu.id = s.territory_unit_id
LEFT JOIN criterion c ON c.hq_id = p.hq_id AND c.id = p.criterion_id
LEFT JOIN unit hu ON hu.hq_id = p.hq_id AND hu.id = p.handler_unit_id
WHERE p.hq_id = :hq AND p.id = :id;

-- name: problem_events :many
-- in: hq i64, id uuid
-- out: seq i64, event text, from_state text?, to_state text, actor_id uuid, actor_name text?, actor_unit_id uuid?, actor_unit_name text?, unit_id uuid?, unit_name text?, at_ms i64, due_ms i64?, note text?, stage text?, late bool?, request_id uuid?
SELECT e.seq, e.event, e.from_state, e.to_state, e.actor_id, a.name, e.actor_unit_id, au.name, e.unit_id, u.name,
       e.at_ms, e.due_ms, e.note, e.stage, e.late, e.request_id
FROM problem_event e
LEFT JOIN person a ON a.hq_id = e.hq_id AND a.id = e.actor_id
LEFT JOIN unit au ON au.hq_id = e.hq_id AND au.id = e.actor_unit_id
LEFT JOIN unit u ON u.hq_id = e.hq_id AND u.id = e.unit_id
WHERE e.hq_id = :hq AND e.problem_id = :id
ORDER BY e.seq;

-- name: problem_photos :many
-- in: hq i64, id uuid
-- out: seq i64, sha256 sha256, role text, taken_ms i64?, lon_e7 i64?, lat_e7 i64?
SELECT pp.seq, pp.sha256, pp.role, ph.taken_ms, ph.lon_e7, ph.lat_e7
FROM problem_photo pp
JOIN photo ph ON ph.hq_id = pp.hq_id AND ph.sha256 = pp.sha256
WHERE pp.hq_id = :hq AND pp.problem_id = :id
ORDER BY pp.seq, pp.order_no;

-- name: problem_photo_stored :one
-- in: hq i64, sha256 sha256
-- out: at_ms i64
SELECT at_ms FROM photo WHERE hq_id = :hq AND sha256 = :sha256;

-- name: problem_unit_open :one
-- in: hq i64, id uuid
-- out: name text
SELECT name FROM unit WHERE hq_id = :hq AND id = :id AND closed_ms IS NULL;

-- name: problem_criterion :one
-- in: hq i64, id uuid
-- out: code text, category_code text, severity text, limit_kind text, limit_amount i64
SELECT code, category_code, severity, limit_kind, limit_amount FROM criterion WHERE hq_id = :hq AND id = :id;

-- name: problem_site :one
-- in: hq i64, id uuid
-- out: name text, area_code text, category_code text
SELECT name, area_code, category_code FROM site WHERE hq_id = :hq AND id = :id;

-- name: problem_area :one
-- in: hq i64, id uuid
-- out: code text
SELECT code FROM area WHERE hq_id = :hq AND id = :id AND valid_to_ms IS NULL;

-- Held problems have numbers of their own, below nothing; public ones follow the serial without a gap.
-- name: problem_add :exec
-- in: hq i64, id uuid, year i64, serial text, sign i64, state text, source text, site_id uuid?, area_code text, category_code text?, criterion_id uuid?, inspection_id uuid?, description text, place text?, lon_e7 i64?, lat_e7 i64?, severity text, typical bool, reporter_id uuid, limit_kind text, limit_amount i64, reported_ms i64, closed_ms i64?, event_count i64, search_text text
-- in: kind text, held bool, round_id uuid?, parent_id uuid?, rebound_of uuid?, alike_id uuid?, asset_id uuid?, external_id text?, limit_stated bool, limit_rule_id uuid?, registered_ms i64?
-- in: stage text?, stage_kind text?, stage_ms i64?, stage_due_ms i64?, case_limit_kind text?, case_limit_amount i64?, case_due_ms i64?
INSERT INTO problem (hq_id, id, year, number, state, source, site_id, area_code, category_code, criterion_id, inspection_id,
                     description, place, lon_e7, lat_e7, severity, typical, reporter_id, limit_kind, limit_amount,
                     reported_ms, closed_ms, event_count, search_text, kind, held, covert, round_id, parent_id, rebound_of,
                     alike_id, asset_id, external_id, limit_stated, limit_rule_id, registered_ms, stage, stage_kind,
                     stage_ms, stage_due_ms, case_limit_kind, case_limit_amount, case_due_ms)
VALUES (:hq, :id, :year,
        CAST(:sign AS BIGINT) * (SELECT value FROM serial WHERE hq_id = :hq AND name = CAST(:serial AS TEXT) AND year = :year),
        :state, :source, :site_id, :area_code, :category_code, :criterion_id, :inspection_id, :description, :place, :lon_e7,
        :lat_e7, :severity, :typical, :reporter_id, :limit_kind, :limit_amount, :reported_ms, :closed_ms, :event_count,
        :search_text, :kind, :held, :held, :round_id, :parent_id, :rebound_of, :alike_id, :asset_id, :external_id,
        :limit_stated, :limit_rule_id, :registered_ms, :stage, :stage_kind, :stage_ms, :stage_due_ms, :case_limit_kind,
        :case_limit_amount, :case_due_ms);

-- name: problem_move :exec
-- in: hq i64, id uuid, version i64, state text, unit_id uuid?, last_unit_id uuid?, dispatcher_id uuid?, rectifier_id uuid?, rectifier_unit_id uuid?, rechecker_id uuid?, striker_id uuid?, limit_kind text, limit_amount i64, limit_stated bool, limit_rule_id uuid?, verified_ms i64?, registered_ms i64?, dispatched_ms i64?, rectified_ms i64?, closed_ms i64?, overdue bool, case_overdue bool, exempt bool, rework_count i64
-- in: sent_back_count i64, settled bool, extension_count i64, postponed_count i64, postponed_until_ms i64?, stopped_ms i64?, rebounded bool, merged_into uuid?
-- in: clock_ms i64?, due_ms i64?, left_ms i64?, stage text?, stage_kind text?, stage_ms i64?, stage_due_ms i64?, stage_left_ms i64?, case_limit_kind text?, case_limit_amount i64?, case_due_ms i64?, case_left_ms i64?
UPDATE problem SET state = :state, unit_id = :unit_id, last_unit_id = :last_unit_id,
    handler_unit_id = CASE WHEN unit_id IS NOT DISTINCT FROM :unit_id THEN handler_unit_id ELSE NULL END,
    dispatcher_id = COALESCE(:dispatcher_id, dispatcher_id), rectifier_id = :rectifier_id,
    rectifier_unit_id = :rectifier_unit_id, rechecker_id = COALESCE(:rechecker_id, rechecker_id),
    striker_id = COALESCE(:striker_id, striker_id),
    limit_kind = :limit_kind, limit_amount = :limit_amount, limit_stated = :limit_stated, limit_rule_id = :limit_rule_id,
    verified_ms = :verified_ms, registered_ms = :registered_ms, dispatched_ms = :dispatched_ms,
    rectified_ms = :rectified_ms, closed_ms = :closed_ms, overdue = :overdue, case_overdue = :case_overdue,
    exempt = :exempt, rework_count = :rework_count, sent_back_count = :sent_back_count, settled = :settled,
    extension_count = :extension_count, postponed_count = :postponed_count, postponed_until_ms = :postponed_until_ms,
    stopped_ms = :stopped_ms, rebounded = :rebounded, merged_into = :merged_into,
    clock_ms = :clock_ms, due_ms = :due_ms, left_ms = :left_ms, stage = :stage, stage_kind = :stage_kind,
    stage_ms = :stage_ms, stage_due_ms = :stage_due_ms, stage_left_ms = :stage_left_ms,
    case_limit_kind = :case_limit_kind, case_limit_amount = :case_limit_amount, case_due_ms = :case_due_ms,
    case_left_ms = :case_left_ms, event_count = event_count + 1, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: problem_mark :exec
-- in: hq i64, id uuid, version i64
UPDATE problem SET event_count = event_count + 1, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: problem_disclose_row :exec
-- in: hq i64, id uuid, year i64
UPDATE problem SET held = FALSE, year = :year,
    number = (SELECT value FROM serial WHERE hq_id = :hq AND name = 'problem' AND year = :year)
WHERE hq_id = :hq AND id = :id AND held = TRUE;

-- name: problem_event_add :exec
-- in: hq i64, problem_id uuid, seq i64, event text, from_state text?, to_state text, actor_id uuid, actor_unit_id uuid?, unit_id uuid?, at_ms i64, due_ms i64?, note text?, command_id uuid, stage text?, late bool?, request_id uuid?
INSERT INTO problem_event (hq_id, problem_id, seq, event, from_state, to_state, actor_id, actor_unit_id, unit_id, at_ms,
                           due_ms, note, command_id, stage, late, request_id)
VALUES (:hq, :problem_id, :seq, :event, :from_state, :to_state, :actor_id, :actor_unit_id, :unit_id, :at_ms, :due_ms, :note,
        :command_id, :stage, :late, :request_id);

-- name: problem_photo_add :exec
-- in: hq i64, problem_id uuid, seq i64, sha256 sha256, role text, order_no i64
INSERT INTO problem_photo (hq_id, problem_id, seq, sha256, role, order_no)
VALUES (:hq, :problem_id, :seq, :sha256, :role, :order_no);

-- name: machine_label_list :many
-- in: hq i64
-- out: subject text, code text, zh text, en text
SELECT subject, code, zh, en FROM machine_label WHERE hq_id = :hq ORDER BY subject, code;

-- name: machine_label_set :exec
-- in: hq i64, subject text, code text, zh text, en text
INSERT INTO machine_label (hq_id, subject, code, zh, en) VALUES (:hq, :subject, :code, :zh, :en)
ON CONFLICT (hq_id, subject, code) DO UPDATE SET zh = excluded.zh, en = excluded.en;

-- name: machine_label_remove :exec
-- in: hq i64, subject text, code text
DELETE FROM machine_label WHERE hq_id = :hq AND subject = :subject AND code = :code;
