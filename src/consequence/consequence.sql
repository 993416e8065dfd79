-- Queries of the consequences.

-- name: consequence_rules :many
-- in: hq i64, active_only bool?
-- out: id uuid, name text, order_no i64, active bool, cause text, step text, count_min i64, hours i64, days i64, period_days i64, severity text?, category_code text?, recipients i64, reply_days i64, cooldown_days i64, may_skip bool, version i64
SELECT id, name, order_no, active, cause, step, count_min, hours, days, period_days, severity, category_code, recipients, reply_days,
       cooldown_days, may_skip, version
FROM consequence_rule
WHERE hq_id = :hq [[active_only: AND active = TRUE]]
ORDER BY order_no, id
LIMIT 100;

-- name: consequence_rule_get :one
-- in: hq i64, id uuid
-- out: id uuid, name text, order_no i64, active bool, cause text, step text, count_min i64, hours i64, days i64, period_days i64, severity text?, category_code text?, recipients i64, reply_days i64, cooldown_days i64, may_skip bool, version i64
SELECT id, name, order_no, active, cause, step, count_min, hours, days, period_days, severity, category_code, recipients, reply_days,
       cooldown_days, may_skip, version
FROM consequence_rule
WHERE hq_id = :hq AND id = :id;

-- name: consequence_rule_ids :many
-- in: hq i64
-- out: id uuid
SELECT id FROM consequence_rule WHERE hq_id = :hq ORDER BY id;

-- name: consequence_rule_add :exec
-- in: hq i64, id uuid, name text, order_no i64, active bool, cause text, step text, count_min i64, hours i64, days i64, period_days i64, severity text?, category_code text?, recipients i64, reply_days i64, cooldown_days i64, may_skip bool
INSERT INTO consequence_rule (hq_id, id, name, order_no, active, cause, step, count_min, hours, days, period_days, severity,
                              category_code, recipients, reply_days, cooldown_days, may_skip)
VALUES (:hq, :id, :name, :order_no, :active, :cause, :step, :count_min, :hours, :days, :period_days, :severity, :category_code,
        :recipients, :reply_days, :cooldown_days, :may_skip);

-- name: consequence_rule_set :exec
-- in: hq i64, id uuid, version i64, name text, order_no i64, active bool, cause text, step text, count_min i64, hours i64, days i64, period_days i64, severity text?, category_code text?, recipients i64, reply_days i64, cooldown_days i64, may_skip bool
UPDATE consequence_rule SET name = :name, order_no = :order_no, active = :active, cause = :cause, step = :step, count_min = :count_min,
    hours = :hours, days = :days, period_days = :period_days, severity = :severity, category_code = :category_code,
    recipients = :recipients, reply_days = :reply_days, cooldown_days = :cooldown_days, may_skip = :may_skip, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- The open cases a unit has in hand with their clock running, by due moment.
-- name: consequence_cases :many
-- in: hq i64, key_ms i64, key_id uuid, row_limit i64
-- out: id uuid, unit_id uuid, state text, severity text, category_code text?, limit_kind text, limit_units i64, due_ms i64, given_ms i64?, until_ms i64?, rework_count i64, sent_back_count i64, rebound_of uuid?, past i64
SELECT p.id, p.unit_id, p.state, p.severity, p.category_code, p.limit_kind, p.limit_amount * (1 + p.extension_count) AS limit_units,
       p.due_ms, p.dispatched_ms AS given_ms, p.postponed_until_ms AS until_ms, p.rework_count, p.sent_back_count, p.rebound_of,
       (SELECT COUNT(*) FROM consequence c WHERE c.hq_id = p.hq_id AND c.problem_id = p.id) AS past
FROM problem p
WHERE p.hq_id = :hq AND p.closed_ms IS NULL AND p.due_ms IS NOT NULL AND p.due_ms >= :key_ms AND (p.due_ms, p.id) > (:key_ms, :key_id)
  AND p.state IN ('dispatched', 'accepted') AND p.left_ms IS NULL AND p.held = FALSE AND p.unit_id IS NOT NULL
ORDER BY p.due_ms, p.id
LIMIT :row_limit;

-- name: consequence_past_of_problem :many
-- in: hq i64, problem_id uuid
-- out: step text, state text, rule_id uuid?, at_ms i64, reply_due_ms i64?, answered_ms i64?
SELECT step, state, rule_id, COALESCE(decided_ms, proposed_ms) AS at_ms, reply_due_ms, answered_ms
FROM consequence WHERE hq_id = :hq AND problem_id = :problem_id
ORDER BY proposed_ms;

-- name: consequence_past_of_unit :many
-- in: hq i64, unit_id uuid, since_ms i64
-- out: step text, state text, rule_id uuid?, at_ms i64, reply_due_ms i64?, answered_ms i64?
SELECT step, state, rule_id, COALESCE(decided_ms, proposed_ms) AS at_ms, reply_due_ms, answered_ms
FROM consequence WHERE hq_id = :hq AND unit_id = :unit_id AND problem_id IS NULL AND proposed_ms >= :since_ms
ORDER BY proposed_ms;

-- When cases ran over their limit: those whose fact is recorded, and those that run now.
-- name: consequence_ran_over :many
-- in: hq i64, since_ms i64, now_ms i64
-- out: unit_id uuid, due_ms i64
SELECT p.unit_id, p.due_ms FROM problem p
WHERE p.hq_id = :hq AND p.due_ms IS NOT NULL AND p.due_ms >= :since_ms AND p.due_ms < :now_ms AND p.held = FALSE AND p.exempt = FALSE
  AND p.unit_id IS NOT NULL
  AND (p.overdue = TRUE OR (p.closed_ms IS NULL AND p.left_ms IS NULL AND p.state IN ('dispatched', 'accepted')))
ORDER BY p.unit_id, p.due_ms;

-- For a trial: what is in hand, and what was at any time since; newest first.
-- name: consequence_trial_cases :many
-- in: hq i64, row_limit i64
-- out: id uuid, year i64, number i64, unit_id uuid?, unit_name text?, description text, severity text, category_code text?, limit_kind text, limit_units i64, rebound_of uuid?, reported_ms i64
SELECT p.id, p.year, p.number, p.unit_id, u.name AS unit_name, p.description, p.severity, p.category_code, p.limit_kind,
       p.limit_amount * (1 + p.extension_count) AS limit_units, p.rebound_of, p.reported_ms
FROM problem p
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE p.hq_id = :hq AND p.closed_ms IS NULL AND p.held = FALSE AND p.dispatched_ms IS NOT NULL
ORDER BY p.reported_ms DESC, p.id DESC
LIMIT :row_limit;

-- name: consequence_trial_closed :many
-- in: hq i64, since_ms i64, row_limit i64
-- out: id uuid, year i64, number i64, unit_id uuid?, unit_name text?, description text, severity text, category_code text?, limit_kind text, limit_units i64, rebound_of uuid?, reported_ms i64
SELECT p.id, p.year, p.number, p.unit_id, u.name AS unit_name, p.description, p.severity, p.category_code, p.limit_kind,
       p.limit_amount * (1 + p.extension_count) AS limit_units, p.rebound_of, p.reported_ms
FROM problem p
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE p.hq_id = :hq AND p.closed_ms IS NOT NULL AND p.closed_ms >= :since_ms AND p.held = FALSE AND p.dispatched_ms IS NOT NULL
ORDER BY p.closed_ms DESC, p.id DESC
LIMIT :row_limit;

-- name: consequence_trial_steps :many
-- in: hq i64, problem_id uuid
-- out: event text, to_state text, unit_id uuid?, at_ms i64, due_ms i64?
SELECT event, to_state, unit_id, at_ms, due_ms FROM problem_event
WHERE hq_id = :hq AND problem_id = :problem_id
ORDER BY seq;

-- name: consequence_unit :one
-- in: hq i64, id uuid
-- out: name text, kind text, parent_id uuid?
SELECT name, kind, parent_id FROM unit WHERE hq_id = :hq AND id = :id;

-- name: consequence_issuer :one
-- in: hq i64
-- out: name text
SELECT name FROM headquarters WHERE hq_id = :hq;

-- name: consequence_territory :one
-- in: hq i64, site_id uuid
-- out: unit_id uuid?
SELECT territory_unit_id AS unit_id FROM site WHERE hq_id = :hq AND id = :site_id;

-- name: consequence_leaders :many
-- in: hq i64, site_id uuid?, unit_id uuid, at_ms i64
-- out: person_id uuid
SELECT DISTINCT d.person_id FROM duty d
WHERE d.hq_id = :hq AND d.kind = 'leader' AND d.from_ms <= :at_ms AND (d.to_ms IS NULL OR d.to_ms > :at_ms)
  AND ((d.place_kind = 'unit' AND d.place_id = :unit_id) [[site_id: OR (d.place_kind = 'site' AND d.place_id = :site_id)]])
ORDER BY d.person_id
LIMIT 20;

-- Who decides: the leaders of the headquarters.
-- name: consequence_deciders :many
-- in: hq i64, at_ms i64
-- out: person_id uuid
SELECT DISTINCT g.person_id FROM role_grant g
JOIN person p ON p.hq_id = g.hq_id AND p.id = g.person_id AND p.left_ms IS NULL
WHERE g.hq_id = :hq AND g.role = 'commander' AND g.from_ms <= :at_ms AND (g.to_ms IS NULL OR g.to_ms > :at_ms)
ORDER BY g.person_id
LIMIT 50;

-- Whose name stands in the text: people of the unit and who has acted on the case.
-- name: consequence_named :many
-- in: hq i64, unit_id uuid, problem_id uuid?, said text
-- out: name text
SELECT p.name FROM person p
WHERE p.hq_id = :hq AND length(p.name) >= 2 AND :said LIKE '%' || p.name || '%'
  AND (p.unit_id = :unit_id
       [[problem_id: OR p.id IN (SELECT e.actor_id FROM problem_event e WHERE e.hq_id = :hq AND e.problem_id = :problem_id)
                     OR p.id IN (SELECT q.reporter_id FROM problem q WHERE q.hq_id = :hq AND q.id = :problem_id)]])
ORDER BY p.name
LIMIT 5;

-- name: consequence_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, problem_id uuid?, problem_year i64?, problem_number i64?, description text?, site_name text?, unit_id uuid, unit_name text, step text, level i64, rule_id uuid?, rule_name text?, rule_version i64?, why_zh text, why_en text, recipients i64, reply_days i64, state text, proposed_ms i64, proposed_by uuid?, proposed_name text?, decided_ms i64?, decided_by uuid?, decided_name text?, decision_note text?, year i64?, form text?, number i64?, issuer text?, reply_due_ms i64?, answered_ms i64?, answer text?, answer_late bool, closed_ms i64?, close_note text?, published_ms i64?, publish_title text?, publish_text text?, reference text?, version i64
SELECT c.id, c.problem_id, p.year AS problem_year, p.number AS problem_number, p.description, s.name AS site_name, c.unit_id, u.name AS unit_name,
       c.step, c.level, c.rule_id, r.name AS rule_name, c.rule_version, c.why_zh, c.why_en, c.recipients, c.reply_days, c.state, c.proposed_ms,
       c.proposed_by, pp.name AS proposed_name, c.decided_ms, c.decided_by, dp.name AS decided_name, c.decision_note, c.year, c.form,
       c.number, c.issuer, c.reply_due_ms, c.answered_ms, c.answer, c.answer_late, c.closed_ms, c.close_note, c.published_ms, c.publish_title,
       c.publish_text, c.reference, c.version
FROM consequence c
JOIN unit u ON u.hq_id = c.hq_id AND u.id = c.unit_id
LEFT JOIN problem p ON p.hq_id = c.hq_id AND p.id = c.problem_id
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN consequence_rule r ON r.hq_id = c.hq_id AND r.id = c.rule_id
LEFT JOIN person pp ON pp.hq_id = c.hq_id AND pp.id = c.proposed_by
LEFT JOIN person dp ON dp.hq_id = c.hq_id AND dp.id = c.decided_by
WHERE c.hq_id = :hq AND c.id = :id;

-- name: consequence_list :many
-- in: hq i64, row_limit i64, key_ms i64?, key_id uuid?, state text?, step text?, unit_id uuid?, problem_id uuid?, year i64?, waiting_at i64?, scope_unit uuid?
-- out: id uuid, problem_id uuid?, problem_year i64?, problem_number i64?, description text?, site_name text?, unit_id uuid, unit_name text, step text, level i64, rule_id uuid?, rule_name text?, rule_version i64?, why_zh text, why_en text, recipients i64, reply_days i64, state text, proposed_ms i64, proposed_by uuid?, proposed_name text?, decided_ms i64?, decided_by uuid?, decided_name text?, decision_note text?, year i64?, form text?, number i64?, issuer text?, reply_due_ms i64?, answered_ms i64?, answer text?, answer_late bool, closed_ms i64?, close_note text?, published_ms i64?, publish_title text?, publish_text text?, reference text?, version i64
SELECT c.id, c.problem_id, p.year AS problem_year, p.number AS problem_number, p.description, s.name AS site_name, c.unit_id, u.name AS unit_name,
       c.step, c.level, c.rule_id, r.name AS rule_name, c.rule_version, c.why_zh, c.why_en, c.recipients, c.reply_days, c.state, c.proposed_ms,
       c.proposed_by, pp.name AS proposed_name, c.decided_ms, c.decided_by, dp.name AS decided_name, c.decision_note, c.year, c.form,
       c.number, c.issuer, c.reply_due_ms, c.answered_ms, c.answer, c.answer_late, c.closed_ms, c.close_note, c.published_ms, c.publish_title,
       c.publish_text, c.reference, c.version
FROM consequence c
JOIN unit u ON u.hq_id = c.hq_id AND u.id = c.unit_id
LEFT JOIN problem p ON p.hq_id = c.hq_id AND p.id = c.problem_id
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN consequence_rule r ON r.hq_id = c.hq_id AND r.id = c.rule_id
LEFT JOIN person pp ON pp.hq_id = c.hq_id AND pp.id = c.proposed_by
LEFT JOIN person dp ON dp.hq_id = c.hq_id AND dp.id = c.decided_by
WHERE c.hq_id = :hq
  [[key_ms: AND (c.proposed_ms, c.id) < (:key_ms, :key_id)]]
  [[state: AND c.state = :state]]
  [[step: AND c.step = :step]]
  [[unit_id: AND c.unit_id = :unit_id]]
  [[problem_id: AND c.problem_id = :problem_id]]
  [[year: AND c.year = :year]]
  [[waiting_at: AND c.state = 'issued' AND c.reply_due_ms < :waiting_at]]
  [[scope_unit: AND c.unit_id = :scope_unit AND c.state IN ('issued', 'answered', 'closed') AND c.step <> 'refer'
                AND (c.step <> 'publish' OR c.published_ms IS NOT NULL)]]
ORDER BY [[problem_id: c.proposed_ms + 0 DESC,]] c.proposed_ms DESC, c.id DESC
LIMIT :row_limit;

-- name: consequence_photos :many
-- in: hq i64, id uuid
-- out: sha256 sha256
SELECT sha256 FROM consequence_photo WHERE hq_id = :hq AND consequence_id = :id ORDER BY order_no;

-- The record of units by year. Of single officials there is none.
-- name: consequence_record :many
-- in: hq i64, year i64, unit_id uuid?, no_referrals bool?
-- out: unit_id uuid, unit_name text, urge i64, supervise i64, circulate i64, publish i64, refer i64, answered i64, late i64
SELECT c.unit_id, u.name AS unit_name, COUNT(CASE WHEN c.step = 'urge' THEN 1 END) AS urge,
       COUNT(CASE WHEN c.step = 'supervise' THEN 1 END) AS supervise, COUNT(CASE WHEN c.step = 'circulate' THEN 1 END) AS circulate,
       COUNT(CASE WHEN c.step = 'publish' AND c.published_ms IS NOT NULL THEN 1 END) AS publish,
       COUNT(CASE WHEN c.step = 'refer' THEN 1 END) AS refer, COUNT(c.answered_ms) AS answered,
       COUNT(CASE WHEN c.answer_late THEN 1 END) AS late
FROM consequence c
JOIN unit u ON u.hq_id = c.hq_id AND u.id = c.unit_id
WHERE c.hq_id = :hq AND c.year = :year [[unit_id: AND c.unit_id = :unit_id]] [[no_referrals: AND c.step <> 'refer']]
GROUP BY c.unit_id, u.name, u.order_no
ORDER BY u.order_no, c.unit_id;

-- name: consequence_add :exec
-- in: hq i64, id uuid, problem_id uuid?, unit_id uuid, step text, level i64, rule_id uuid?, rule_version i64?, why_zh text, why_en text, recipients i64, reply_days i64, proposed_ms i64, proposed_by uuid?
INSERT INTO consequence (hq_id, id, problem_id, unit_id, step, level, rule_id, rule_version, why_zh, why_en, recipients, reply_days,
                         state, proposed_ms, proposed_by)
VALUES (:hq, :id, :problem_id, :unit_id, :step, :level, :rule_id, :rule_version, :why_zh, :why_en, :recipients, :reply_days,
        'proposed', :proposed_ms, :proposed_by);

-- name: consequence_dismiss :exec
-- in: hq i64, id uuid, version i64, decided_ms i64, decided_by uuid, note text
UPDATE consequence SET state = 'dismissed', decided_ms = :decided_ms, decided_by = :decided_by, decision_note = :note, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'proposed';

-- The serial has been moved on before it in the same plan.
-- name: consequence_issue :exec
-- in: hq i64, id uuid, version i64, decided_ms i64, decided_by uuid, note text?, year i64, form text?, serial text?, issuer text, reply_due_ms i64?, reference text?
UPDATE consequence SET state = 'issued', decided_ms = :decided_ms, decided_by = :decided_by, decision_note = :note, year = :year,
    form = :form, number = (SELECT value FROM serial WHERE hq_id = :hq AND name = :serial AND year = :year), issuer = :issuer,
    reply_due_ms = :reply_due_ms, reference = :reference, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'proposed';

-- name: consequence_publish :exec
-- in: hq i64, id uuid, version i64, published_ms i64, published_by uuid, title text, said text
UPDATE consequence SET published_ms = :published_ms, published_by = :published_by, publish_title = :title, publish_text = :said,
    version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'issued' AND published_ms IS NULL;

-- name: consequence_answered :exec
-- in: hq i64, id uuid, version i64, answered_ms i64, answered_by uuid, answer text, late bool
UPDATE consequence SET state = 'answered', answered_ms = :answered_ms, answered_by = :answered_by, answer = :answer, answer_late = :late,
    version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'issued';

-- name: consequence_photo_add :exec
-- in: hq i64, id uuid, sha256 sha256, order_no i64
INSERT INTO consequence_photo (hq_id, consequence_id, sha256, order_no) VALUES (:hq, :id, :sha256, :order_no);

-- name: consequence_close :exec
-- in: hq i64, id uuid, version i64, closed_ms i64, closed_by uuid, note text
UPDATE consequence SET state = 'closed', closed_ms = :closed_ms, closed_by = :closed_by, close_note = :note, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state IN ('issued', 'answered');
