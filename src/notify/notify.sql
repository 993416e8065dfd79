-- Notices: gathered from the outbox, planned per person, packed into parcels, sent.

-- ---- gathering ----

-- name: notice_events :many
-- in: hq i64, since_ms i64, row_limit i64
-- out: id uuid, at_ms i64, topic text, subject_kind text, subject_id uuid?, payload text?
SELECT o.id, o.at_ms, o.topic, o.subject_kind, o.subject_id, o.payload
FROM outbox o
WHERE o.hq_id = :hq AND o.at_ms >= :since_ms AND o.topic IN ('notice', 'problem.reported', 'problem.moved')
  AND NOT EXISTS (SELECT 1 FROM notice_seen s WHERE s.hq_id = o.hq_id AND s.event_id = o.id)
ORDER BY o.at_ms, o.id LIMIT :row_limit;

-- name: notice_seen_add :exec
-- in: hq i64, event_id uuid, at_ms i64
INSERT INTO notice_seen (hq_id, event_id, at_ms) VALUES (:hq, :event_id, :at_ms)
ON CONFLICT (hq_id, event_id) DO NOTHING;

-- name: notice_seen_get :one
-- in: hq i64, event_id uuid
-- out: at_ms i64
SELECT at_ms FROM notice_seen WHERE hq_id = :hq AND event_id = :event_id;

-- name: notice_seen_forget :exec
-- in: hq i64, before_ms i64
DELETE FROM notice_seen WHERE hq_id = :hq AND at_ms < :before_ms;

-- name: notice_cursor_get :one
-- in: hq i64, name text
-- out: at_ms i64
SELECT at_ms FROM notice_cursor WHERE hq_id = :hq AND name = :name;

-- name: notice_cursor_set :exec
-- in: hq i64, name text, at_ms i64
INSERT INTO notice_cursor (hq_id, name, at_ms) VALUES (:hq, :name, :at_ms)
ON CONFLICT (hq_id, name) DO UPDATE SET at_ms = excluded.at_ms;

-- name: notice_problem :one
-- in: hq i64, id uuid
-- out: year i64, number i64, state text, description text, site_name text?, place text?, area_code text, unit_id uuid?, handler_unit_id uuid?, dispatcher_id uuid?, rechecker_id uuid?, severity text, due_ms i64?, held bool
SELECT p.year, p.number, p.state, p.description, s.name AS site_name, p.place, p.area_code, p.unit_id, p.handler_unit_id,
       p.dispatcher_id, p.rechecker_id, p.severity, p.due_ms, p.held
FROM problem p LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
WHERE p.hq_id = :hq AND p.id = :id;

-- name: notice_problem_step :one
-- in: hq i64, id uuid, seq i64
-- out: event text, unit_id uuid?, actor_id uuid
SELECT event, unit_id, actor_id FROM problem_event WHERE hq_id = :hq AND problem_id = :id AND seq = :seq;

-- People of a unit who hold a role (or an office permission) now.
-- name: notice_holders :many
-- in: hq i64, role text, now i64, unit_id uuid?
-- out: person_id uuid
SELECT DISTINCT g.person_id
FROM role_grant g JOIN person p ON p.hq_id = g.hq_id AND p.id = g.person_id
WHERE g.hq_id = :hq AND g.role = :role AND g.from_ms <= :now AND (g.to_ms IS NULL OR g.to_ms > :now)
  AND (p.left_ms IS NULL OR p.left_ms > :now)
  [[unit_id: AND p.unit_id = :unit_id]]
ORDER BY g.person_id;

-- Those on duty for a unit (包保领导、联络员).
-- name: notice_on_duty :many
-- in: hq i64, kind text, unit_id uuid, now i64
-- out: person_id uuid
SELECT DISTINCT d.person_id
FROM duty d JOIN person p ON p.hq_id = d.hq_id AND p.id = d.person_id
WHERE d.hq_id = :hq AND d.place_kind = 'unit' AND d.place_id = :unit_id AND d.kind = :kind
  AND d.from_ms <= :now AND (d.to_ms IS NULL OR d.to_ms > :now) AND (p.left_ms IS NULL OR p.left_ms > :now)
ORDER BY d.person_id;

-- Clocks that run, in order of their end.
-- name: notice_clocks :many
-- in: hq i64, from_ms i64, to_ms i64, after_id uuid?, row_limit i64
-- out: id uuid, state text, limit_kind text, limit_amount i64, due_ms i64, postponed_until_ms i64?
SELECT p.id, p.state, p.limit_kind, p.limit_amount, p.due_ms, p.postponed_until_ms
FROM problem p
WHERE p.hq_id = :hq AND p.closed_ms IS NULL AND p.due_ms IS NOT NULL AND p.due_ms >= :from_ms AND p.due_ms < :to_ms
  AND p.left_ms IS NULL AND p.state IN ('dispatched', 'accepted') AND p.held = FALSE
  [[after_id: AND (p.due_ms, p.id) > (:from_ms, :after_id)]]
ORDER BY p.due_ms, p.id LIMIT :row_limit;

-- name: notice_add :exec
-- in: hq i64, id uuid, person_id uuid, rule text, urgent bool, subject_kind text, subject_id uuid?, text_zh text, text_en text, at_ms i64
INSERT INTO notice (hq_id, id, person_id, rule, urgent, subject_kind, subject_id, text_zh, text_en, at_ms)
VALUES (:hq, :id, :person_id, :rule, :urgent, :subject_kind, :subject_id, :text_zh, :text_en, :at_ms)
ON CONFLICT (hq_id, id) DO NOTHING;

-- name: notice_delivery_add :exec
-- in: hq i64, channel_id uuid, recipient_id uuid, notice_id uuid, text_zh text, text_en text, at_ms i64, not_before_ms i64
INSERT INTO notice_delivery (hq_id, channel_id, recipient_id, notice_id, text_zh, text_en, at_ms, not_before_ms)
VALUES (:hq, :channel_id, :recipient_id, :notice_id, :text_zh, :text_en, :at_ms, :not_before_ms)
ON CONFLICT (hq_id, channel_id, recipient_id, notice_id) DO NOTHING;

-- ---- channels, addresses, choices ----

-- name: notice_channel_list :many
-- in: hq i64, enabled bool?
-- out: id uuid, kind text, target text, name text, settings text, secret_sealed blob?, rules text, area_code text?, unit_id uuid?, unit_name text?, enabled bool, version i64
SELECT c.id, c.kind, c.target, c.name, c.settings, c.secret_sealed, c.rules, c.area_code, c.unit_id, u.name AS unit_name, c.enabled,
       c.version
FROM notice_channel c LEFT JOIN unit u ON u.hq_id = c.hq_id AND u.id = c.unit_id
WHERE c.hq_id = :hq [[enabled: AND c.enabled = TRUE]]
ORDER BY c.id;

-- name: notice_channel_get :one
-- in: hq i64, id uuid
-- out: like notice_channel_list
SELECT c.id, c.kind, c.target, c.name, c.settings, c.secret_sealed, c.rules, c.area_code, c.unit_id, u.name AS unit_name, c.enabled,
       c.version
FROM notice_channel c LEFT JOIN unit u ON u.hq_id = c.hq_id AND u.id = c.unit_id
WHERE c.hq_id = :hq AND c.id = :id;

-- name: notice_channel_add :exec
-- in: hq i64, id uuid, kind text, target text, name text, settings text, secret_sealed blob?, rules text, area_code text?, unit_id uuid?, enabled bool
INSERT INTO notice_channel (hq_id, id, kind, target, name, settings, secret_sealed, rules, area_code, unit_id, enabled)
VALUES (:hq, :id, :kind, :target, :name, :settings, :secret_sealed, :rules, :area_code, :unit_id, :enabled);

-- name: notice_channel_set :exec
-- in: hq i64, id uuid, version i64, name text, settings text, secret_sealed blob?, rules text, area_code text?, unit_id uuid?, enabled bool
UPDATE notice_channel SET name = :name, settings = :settings, secret_sealed = COALESCE(:secret_sealed, secret_sealed), rules = :rules,
    area_code = :area_code, unit_id = :unit_id, enabled = :enabled, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: notice_addresses :many
-- in: hq i64, person_id uuid
-- out: kind text, address_sealed blob, address_masked text
SELECT kind, address_sealed, address_masked FROM notice_address WHERE hq_id = :hq AND person_id = :person_id ORDER BY kind;

-- name: notice_address_set :exec
-- in: hq i64, person_id uuid, kind text, address_sealed blob, address_masked text, at_ms i64
INSERT INTO notice_address (hq_id, person_id, kind, address_sealed, address_masked, at_ms)
VALUES (:hq, :person_id, :kind, :address_sealed, :address_masked, :at_ms)
ON CONFLICT (hq_id, person_id, kind) DO UPDATE SET address_sealed = excluded.address_sealed,
    address_masked = excluded.address_masked, at_ms = excluded.at_ms;

-- name: notice_address_drop :exec
-- in: hq i64, person_id uuid, kind text
DELETE FROM notice_address WHERE hq_id = :hq AND person_id = :person_id AND kind = :kind;

-- name: notice_phone :one
-- in: hq i64, person_id uuid
-- out: phone_sealed blob?, phone_masked text?, left_ms i64?
SELECT phone_sealed, phone_masked, left_ms FROM person WHERE hq_id = :hq AND id = :person_id;

-- name: notice_choice_get :one
-- in: hq i64, person_id uuid
-- out: kinds text, muted text, digest text, daily_min i64, quiet_from_min i64, quiet_to_min i64, urgent_passes bool, lang text, version i64
SELECT kinds, muted, digest, daily_min, quiet_from_min, quiet_to_min, urgent_passes, lang, version
FROM notice_choice WHERE hq_id = :hq AND person_id = :person_id;

-- name: notice_choice_set :exec
-- in: hq i64, person_id uuid, kinds text, muted text, digest text, daily_min i64, quiet_from_min i64, quiet_to_min i64, urgent_passes bool, lang text
INSERT INTO notice_choice (hq_id, person_id, kinds, muted, digest, daily_min, quiet_from_min, quiet_to_min, urgent_passes, lang)
VALUES (:hq, :person_id, :kinds, :muted, :digest, :daily_min, :quiet_from_min, :quiet_to_min, :urgent_passes, :lang)
ON CONFLICT (hq_id, person_id) DO UPDATE SET kinds = excluded.kinds, muted = excluded.muted, digest = excluded.digest,
    daily_min = excluded.daily_min, quiet_from_min = excluded.quiet_from_min, quiet_to_min = excluded.quiet_to_min,
    urgent_passes = excluded.urgent_passes, lang = excluded.lang, version = notice_choice.version + 1;

-- ---- one's own ----

-- name: notice_list :many
-- in: hq i64, person_id uuid, unread bool?, key_ms i64?, key_id uuid?, row_limit i64
-- out: id uuid, rule text, urgent bool, subject_kind text, subject_id uuid?, text_zh text, text_en text, at_ms i64, read_ms i64?
SELECT id, rule, urgent, subject_kind, subject_id, text_zh, text_en, at_ms, read_ms
FROM notice
WHERE hq_id = :hq AND person_id = :person_id
  [[unread: AND read_ms IS NULL]]
  [[key_ms: AND (at_ms, id) < (:key_ms, :key_id)]]
ORDER BY at_ms DESC, id DESC LIMIT :row_limit;

-- name: notice_unread_count :one
-- in: hq i64, person_id uuid, most i64
-- out: n i64
SELECT COUNT(*) FROM (SELECT id FROM notice WHERE hq_id = :hq AND person_id = :person_id AND read_ms IS NULL LIMIT :most) unread;

-- name: notice_read_one :exec
-- in: hq i64, person_id uuid, id uuid, now i64
UPDATE notice SET read_ms = :now WHERE hq_id = :hq AND person_id = :person_id AND id = :id AND read_ms IS NULL;

-- name: notice_read_until :exec
-- in: hq i64, person_id uuid, until_ms i64, now i64
UPDATE notice SET read_ms = :now WHERE hq_id = :hq AND person_id = :person_id AND read_ms IS NULL AND at_ms <= :until_ms;

-- ---- parcels ----

-- Recipients with something due and no open parcel.
-- name: notice_due :many
-- in: hq i64, now i64, row_limit i64
-- out: channel_id uuid, recipient_id uuid
SELECT DISTINCT d.channel_id, d.recipient_id
FROM notice_delivery d
WHERE d.hq_id = :hq AND d.parcel_id IS NULL AND d.not_before_ms <= :now
  AND NOT EXISTS (SELECT 1 FROM notice_parcel p WHERE p.hq_id = d.hq_id AND p.channel_id = d.channel_id
                  AND p.recipient_id = d.recipient_id AND p.state IN ('waiting', 'sending'))
ORDER BY d.channel_id, d.recipient_id LIMIT :row_limit;

-- name: notice_parcel_add :exec
-- in: hq i64, id uuid, channel_id uuid, recipient_id uuid, now i64
INSERT INTO notice_parcel (hq_id, id, channel_id, recipient_id, state, next_ms, made_ms)
VALUES (:hq, :id, :channel_id, :recipient_id, 'waiting', :now, :now);

-- name: notice_parcel_fill :exec
-- in: hq i64, id uuid, channel_id uuid, recipient_id uuid, now i64
UPDATE notice_delivery SET parcel_id = :id
WHERE hq_id = :hq AND channel_id = :channel_id AND recipient_id = :recipient_id AND parcel_id IS NULL AND not_before_ms <= :now;

-- name: notice_parcels_ready :many
-- in: hq i64, now i64, row_limit i64
-- out: id uuid, channel_id uuid, recipient_id uuid, attempts i64, made_ms i64, version i64
SELECT id, channel_id, recipient_id, attempts, made_ms, version
FROM notice_parcel WHERE hq_id = :hq AND state = 'waiting' AND next_ms <= :now
ORDER BY next_ms, id LIMIT :row_limit;

-- name: notice_parcels_stuck :many
-- in: hq i64, before_ms i64, row_limit i64
-- out: id uuid, channel_id uuid, recipient_id uuid, attempts i64, made_ms i64, version i64
SELECT id, channel_id, recipient_id, attempts, made_ms, version
FROM notice_parcel WHERE hq_id = :hq AND state = 'sending' AND begun_ms < :before_ms
ORDER BY next_ms, id LIMIT :row_limit;

-- name: notice_parcel_texts :many
-- in: hq i64, id uuid, row_limit i64
-- out: text_zh text, text_en text, at_ms i64
SELECT text_zh, text_en, at_ms FROM notice_delivery WHERE hq_id = :hq AND parcel_id = :id
ORDER BY at_ms, notice_id LIMIT :row_limit;

-- name: notice_parcel_size :one
-- in: hq i64, id uuid
-- out: n i64
SELECT COUNT(*) FROM notice_delivery WHERE hq_id = :hq AND parcel_id = :id;

-- name: notice_parcel_begin :exec
-- in: hq i64, id uuid, version i64, now i64
UPDATE notice_parcel SET state = 'sending', attempts = attempts + 1, begun_ms = :now, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'waiting';

-- name: notice_parcel_end :exec
-- in: hq i64, id uuid, version i64, state text, next_ms i64, ended_ms i64?, error text?
UPDATE notice_parcel SET state = :state, next_ms = :next_ms, ended_ms = :ended_ms, error = :error, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state = 'sending';

-- name: notice_parcel_retry :exec
-- in: hq i64, id uuid, version i64, now i64
UPDATE notice_parcel SET state = 'waiting', attempts = 0, next_ms = :now, ended_ms = NULL, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version AND state IN ('failed', 'unsure');

-- name: notice_parcel_get :one
-- in: hq i64, id uuid
-- out: id uuid, channel_id uuid, channel_name text, channel_kind text, recipient_id uuid, person_name text?, state text, attempts i64, next_ms i64, made_ms i64, ended_ms i64?, error text?, version i64
SELECT p.id, p.channel_id, c.name AS channel_name, c.kind AS channel_kind, p.recipient_id, r.name AS person_name, p.state,
       p.attempts, p.next_ms, p.made_ms, p.ended_ms, p.error, p.version
FROM notice_parcel p
JOIN notice_channel c ON c.hq_id = p.hq_id AND c.id = p.channel_id
LEFT JOIN person r ON r.hq_id = p.hq_id AND r.id = p.recipient_id
WHERE p.hq_id = :hq AND p.id = :id;

-- name: notice_parcel_list :many
-- in: hq i64, state text?, key_ms i64?, key_id uuid?, row_limit i64
-- out: like notice_parcel_get
SELECT p.id, p.channel_id, c.name AS channel_name, c.kind AS channel_kind, p.recipient_id, r.name AS person_name, p.state,
       p.attempts, p.next_ms, p.made_ms, p.ended_ms, p.error, p.version
FROM notice_parcel p
JOIN notice_channel c ON c.hq_id = p.hq_id AND c.id = p.channel_id
LEFT JOIN person r ON r.hq_id = p.hq_id AND r.id = p.recipient_id
WHERE p.hq_id = :hq
  [[state: AND p.state = :state]]
  [[key_ms: AND (p.made_ms, p.id) < (:key_ms, :key_id)]]
ORDER BY p.made_ms DESC, p.id DESC LIMIT :row_limit;
