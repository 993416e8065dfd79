-- Queries of the limits room.

-- name: limit_state_get :one
-- in: hq i64
-- out: token uuid, version i64
SELECT token, version FROM limit_state WHERE hq_id = :hq;

-- name: limit_state_set :exec
-- in: hq i64, token uuid
INSERT INTO limit_state (hq_id, token) VALUES (:hq, :token)
ON CONFLICT (hq_id) DO UPDATE SET token = excluded.token, version = limit_state.version + 1;

-- name: working_time_get :one
-- in: hq i64
-- out: morning_from i64, morning_to i64, afternoon_from i64, afternoon_to i64, week i64
SELECT morning_from, morning_to, afternoon_from, afternoon_to, week FROM working_time WHERE hq_id = :hq;

-- name: working_time_set :exec
-- in: hq i64, morning_from i64, morning_to i64, afternoon_from i64, afternoon_to i64, week i64
INSERT INTO working_time (hq_id, morning_from, morning_to, afternoon_from, afternoon_to, week)
VALUES (:hq, :morning_from, :morning_to, :afternoon_from, :afternoon_to, :week)
ON CONFLICT (hq_id) DO UPDATE SET morning_from = excluded.morning_from, morning_to = excluded.morning_to,
    afternoon_from = excluded.afternoon_from, afternoon_to = excluded.afternoon_to, week = excluded.week;

-- name: calendar_day_list :many
-- in: hq i64, from_day i64, to_day i64
-- out: day i64, kind text, name_zh text, name_en text
SELECT day, kind, name_zh, name_en FROM calendar_day WHERE hq_id = :hq AND day >= :from_day AND day < :to_day ORDER BY day;

-- name: calendar_day_set :exec
-- in: hq i64, day i64, kind text, name_zh text, name_en text
INSERT INTO calendar_day (hq_id, day, kind, name_zh, name_en) VALUES (:hq, :day, :kind, :name_zh, :name_en)
ON CONFLICT (hq_id, day) DO UPDATE SET kind = excluded.kind, name_zh = excluded.name_zh, name_en = excluded.name_en;

-- name: calendar_day_remove :exec
-- in: hq i64, day i64
DELETE FROM calendar_day WHERE hq_id = :hq AND day = :day;

-- name: stage_limit_list :many
-- in: hq i64
-- out: stage text, is_on bool, kind text, ms i64
SELECT stage, is_on, kind, ms FROM stage_limit WHERE hq_id = :hq ORDER BY stage;

-- name: stage_limit_set :exec
-- in: hq i64, stage text, is_on bool, kind text, ms i64
INSERT INTO stage_limit (hq_id, stage, is_on, kind, ms) VALUES (:hq, :stage, :is_on, :kind, :ms)
ON CONFLICT (hq_id, stage) DO UPDATE SET is_on = excluded.is_on, kind = excluded.kind, ms = excluded.ms;

-- name: area_class_list :many
-- in: hq i64
-- out: area_code text, class text, area_name text?
SELECT c.area_code, c.class, a.name
FROM area_class c
LEFT JOIN area a ON a.hq_id = c.hq_id AND a.code = c.area_code AND a.valid_to_ms IS NULL
WHERE c.hq_id = :hq ORDER BY c.area_code;

-- name: area_class_set :exec
-- in: hq i64, area_code text, class text
INSERT INTO area_class (hq_id, area_code, class) VALUES (:hq, :area_code, :class)
ON CONFLICT (hq_id, area_code) DO UPDATE SET class = excluded.class;

-- name: area_class_remove :exec
-- in: hq i64, area_code text
DELETE FROM area_class WHERE hq_id = :hq AND area_code = :area_code;

-- name: limit_area_known :one
-- in: hq i64, code text
-- out: name text
SELECT name FROM area WHERE hq_id = :hq AND code = :code AND valid_to_ms IS NULL;

-- name: limit_category_known :one
-- in: hq i64, code text
-- out: code text
SELECT code FROM category WHERE hq_id = :hq AND code = :code LIMIT 1;

-- name: limit_criterion_known :one
-- in: hq i64, code text
-- out: code text, category_code text
SELECT code, category_code FROM criterion WHERE hq_id = :hq AND code = :code ORDER BY id DESC LIMIT 1;

-- name: limit_criterion_by_id :one
-- in: hq i64, id uuid
-- out: code text, category_code text, limit_kind text, limit_amount i64
SELECT code, category_code, limit_kind, limit_amount FROM criterion WHERE hq_id = :hq AND id = :id;

-- name: limit_rule_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, name text, basis text?, criterion_code text?, category_code text?, kind text?, area_class text?, season_from i64?, season_to i64?, severity text?, limit_kind text, limit_amount i64, replaces_id uuid?, valid_from_ms i64, valid_to_ms i64?, created_ms i64, created_by uuid?, version i64
SELECT id, name, basis, criterion_code, category_code, kind, area_class, season_from, season_to, severity, limit_kind,
       limit_amount, replaces_id, valid_from_ms, valid_to_ms, created_ms, created_by, version
FROM limit_rule WHERE hq_id = :hq AND id = :id;

-- name: limit_rule_in_force :many
-- in: hq i64, at_ms i64
-- out: like limit_rule_by_id
SELECT id, name, basis, criterion_code, category_code, kind, area_class, season_from, season_to, severity, limit_kind,
       limit_amount, replaces_id, valid_from_ms, valid_to_ms, created_ms, created_by, version
FROM limit_rule
WHERE hq_id = :hq AND valid_from_ms <= :at_ms AND (valid_to_ms IS NULL OR valid_to_ms > :at_ms)
ORDER BY valid_from_ms, id;

-- name: limit_rule_all :many
-- in: hq i64
-- out: like limit_rule_by_id
SELECT id, name, basis, criterion_code, category_code, kind, area_class, season_from, season_to, severity, limit_kind,
       limit_amount, replaces_id, valid_from_ms, valid_to_ms, created_ms, created_by, version
FROM limit_rule WHERE hq_id = :hq ORDER BY valid_from_ms, id;

-- name: limit_rule_list :many
-- in: hq i64, row_limit i64, in_force_at i64?, criterion text?, category text?, key_ms i64?, key_id uuid?
-- out: like limit_rule_by_id
SELECT id, name, basis, criterion_code, category_code, kind, area_class, season_from, season_to, severity, limit_kind,
       limit_amount, replaces_id, valid_from_ms, valid_to_ms, created_ms, created_by, version
FROM limit_rule
WHERE hq_id = :hq
  [[in_force_at: AND valid_from_ms <= :in_force_at AND (valid_to_ms IS NULL OR valid_to_ms > :in_force_at)]]
  [[criterion: AND criterion_code = :criterion]]
  [[category: AND category_code = :category]]
  [[key_ms: AND (valid_from_ms, id) < (:key_ms, :key_id)]]
ORDER BY valid_from_ms DESC, id DESC
LIMIT :row_limit;

-- name: limit_rule_add :exec
-- in: hq i64, id uuid, name text, basis text?, criterion_code text?, category_code text?, kind text?, area_class text?, season_from i64?, season_to i64?, severity text?, limit_kind text, limit_amount i64, replaces_id uuid?, valid_from_ms i64, valid_to_ms i64?, created_ms i64, created_by uuid?
INSERT INTO limit_rule (hq_id, id, name, basis, criterion_code, category_code, kind, area_class, season_from, season_to,
                        severity, limit_kind, limit_amount, replaces_id, valid_from_ms, valid_to_ms, created_ms, created_by)
VALUES (:hq, :id, :name, :basis, :criterion_code, :category_code, :kind, :area_class, :season_from, :season_to, :severity,
        :limit_kind, :limit_amount, :replaces_id, :valid_from_ms, :valid_to_ms, :created_ms, :created_by);

-- name: limit_rule_end :exec
-- in: hq i64, id uuid, valid_to_ms i64
UPDATE limit_rule SET valid_to_ms = :valid_to_ms, version = version + 1
WHERE hq_id = :hq AND id = :id AND (valid_to_ms IS NULL OR valid_to_ms > :valid_to_ms);
