-- Queries of kinds: versions, stages walked, outputs counted.

-- name: kind_at :one
-- in: hq i64, code text, at_ms i64?
-- out: code text, version_no i64, name_zh text, name_en text, guidance_zh text?, guidance_en text?, enabled bool, order_no i64, from_ms i64
SELECT code, version_no, name_zh, name_en, guidance_zh, guidance_en, enabled, order_no, from_ms FROM problem_kind
WHERE hq_id = :hq AND code = :code [[at_ms: AND from_ms <= :at_ms]]
ORDER BY version_no DESC LIMIT 1;

-- name: kind_first :one
-- in: hq i64, code text
-- out: like kind_at
SELECT code, version_no, name_zh, name_en, guidance_zh, guidance_en, enabled, order_no, from_ms FROM problem_kind
WHERE hq_id = :hq AND code = :code ORDER BY version_no LIMIT 1;

-- name: kind_versions :many
-- in: hq i64, code text
-- out: version_no i64, from_ms i64, by_id uuid, by_name text?, enabled bool
SELECT k.version_no, k.from_ms, k.by_id, p.name, k.enabled FROM problem_kind k
LEFT JOIN person p ON p.hq_id = k.hq_id AND p.id = k.by_id
WHERE k.hq_id = :hq AND k.code = :code ORDER BY k.version_no DESC LIMIT 200;

-- name: kind_codes :many
-- in: hq i64
-- out: code text
SELECT code FROM problem_kind WHERE hq_id = :hq AND version_no = 1 ORDER BY code LIMIT 200;

-- name: kind_stages :many
-- in: hq i64, code text, version_no i64
-- out: stage text, name_zh text, name_en text, limit_kind text?, limit_amount i64?, compulsory bool, proof bool, stops_clock bool
SELECT stage, name_zh, name_en, limit_kind, limit_amount, compulsory, proof, stops_clock FROM problem_kind_stage
WHERE hq_id = :hq AND code = :code AND version_no = :version_no ORDER BY stage_no;

-- name: kind_outputs :many
-- in: hq i64, code text, version_no i64
-- out: output text, stage text?, name_zh text, name_en text, unit_zh text, unit_en text, measure text
SELECT output, stage, name_zh, name_en, unit_zh, unit_en, measure FROM problem_kind_output
WHERE hq_id = :hq AND code = :code AND version_no = :version_no ORDER BY output_no;

-- name: kind_add :exec
-- in: hq i64, code text, version_no i64, name_zh text, name_en text, guidance_zh text?, guidance_en text?, enabled bool, order_no i64, from_ms i64, by_id uuid
INSERT INTO problem_kind (hq_id, code, version_no, name_zh, name_en, guidance_zh, guidance_en, enabled, order_no, from_ms, by_id)
VALUES (:hq, :code, :version_no, :name_zh, :name_en, :guidance_zh, :guidance_en, :enabled, :order_no, :from_ms, :by_id);

-- name: kind_stage_add :exec
-- in: hq i64, code text, version_no i64, stage_no i64, stage text, name_zh text, name_en text, limit_kind text?, limit_amount i64?, compulsory bool, proof bool, stops_clock bool
INSERT INTO problem_kind_stage (hq_id, code, version_no, stage_no, stage, name_zh, name_en, limit_kind, limit_amount,
                                compulsory, proof, stops_clock)
VALUES (:hq, :code, :version_no, :stage_no, :stage, :name_zh, :name_en, :limit_kind, :limit_amount, :compulsory, :proof, :stops_clock);

-- name: kind_output_add :exec
-- in: hq i64, code text, version_no i64, output_no i64, output text, stage text?, name_zh text, name_en text, unit_zh text, unit_en text, measure text
INSERT INTO problem_kind_output (hq_id, code, version_no, output_no, output, stage, name_zh, name_en, unit_zh, unit_en, measure)
VALUES (:hq, :code, :version_no, :output_no, :output, :stage, :name_zh, :name_en, :unit_zh, :unit_en, :measure);

-- name: kind_of_problem_set :exec
-- in: hq i64, id uuid, kind text
UPDATE problem SET kind = :kind WHERE hq_id = :hq AND id = :id;

-- name: kind_walked :many
-- in: hq i64, problem_id uuid
-- out: stage_no i64, stage text, begun_ms i64, due_ms i64?, done_ms i64?, late bool
SELECT stage_no, stage, begun_ms, due_ms, done_ms, late FROM problem_stage
WHERE hq_id = :hq AND problem_id = :problem_id ORDER BY stage_no;

-- name: kind_stage_begin :exec
-- in: hq i64, problem_id uuid, stage_no i64, stage text, begun_ms i64, due_ms i64?, by_id uuid, unit_id uuid
INSERT INTO problem_stage (hq_id, problem_id, stage_no, stage, begun_ms, due_ms, by_id, unit_id)
VALUES (:hq, :problem_id, :stage_no, :stage, :begun_ms, :due_ms, :by_id, :unit_id);

-- name: kind_stage_finish :exec
-- in: hq i64, problem_id uuid, stage_no i64, done_ms i64, late bool
UPDATE problem_stage SET done_ms = :done_ms, late = :late
WHERE hq_id = :hq AND problem_id = :problem_id AND stage_no = :stage_no AND done_ms IS NULL;

-- name: kind_figure_add :exec
-- in: hq i64, id uuid, problem_id uuid, kind text, stage text, output text, amount_e2 i64, more_than bool, at_ms i64, unit_id uuid, area_code text, by_id uuid, corrects_id uuid?
INSERT INTO problem_output (hq_id, id, problem_id, kind, stage, output, amount_e2, more_than, at_ms, unit_id, area_code, by_id, corrects_id)
VALUES (:hq, :id, :problem_id, :kind, :stage, :output, :amount_e2, :more_than, :at_ms, :unit_id, :area_code, :by_id, :corrects_id);

-- name: kind_figure_supersede :exec
-- in: hq i64, id uuid, by uuid
UPDATE problem_output SET superseded_by = :by WHERE hq_id = :hq AND id = :id AND superseded_by IS NULL;

-- name: kind_figure_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, problem_id uuid, kind text, stage text, output text, amount_e2 i64, more_than bool, at_ms i64, unit_id uuid, area_code text, superseded_by uuid?
SELECT id, problem_id, kind, stage, output, amount_e2, more_than, at_ms, unit_id, area_code, superseded_by FROM problem_output
WHERE hq_id = :hq AND id = :id;

-- name: kind_figures :many
-- in: hq i64, problem_id uuid
-- out: like kind_figure_by_id
SELECT id, problem_id, kind, stage, output, amount_e2, more_than, at_ms, unit_id, area_code, superseded_by FROM problem_output
WHERE hq_id = :hq AND problem_id = :problem_id ORDER BY at_ms, id;

-- name: kind_sums :many
-- in: hq i64, from_ms i64, to_ms i64, kind text?, unit_id uuid?, area_from text?, area_to text?, scoped bool?, scope_unit uuid?, scope_area_from text?, scope_area_to text?, by_unit bool?, by_area bool?, row_limit i64
-- out: kind text, output text, unit_id uuid?, unit_name text?, area_code text?, amount_e2 i64, inexact i64, cases i64
SELECT o.kind, o.output,
       [[by_unit: o.unit_id]] [[by_unit! CAST(NULL AS BYTEA)]] AS unit_id, [[by_unit: MIN(u.name)]] [[by_unit! CAST(NULL AS TEXT)]] AS unit_name,
       [[by_area: SUBSTR(o.area_code, 1, 9)]] [[by_area! CAST(NULL AS TEXT)]] AS area_code,
       CAST(SUM(o.amount_e2) AS BIGINT) AS amount_e2, CAST(SUM(CASE WHEN o.more_than THEN 1 ELSE 0 END) AS BIGINT) AS inexact,
       COUNT(DISTINCT o.problem_id) AS cases
FROM problem_output o
JOIN problem p ON p.hq_id = o.hq_id AND p.id = o.problem_id AND p.held = FALSE
LEFT JOIN unit u ON u.hq_id = o.hq_id AND u.id = o.unit_id
WHERE o.hq_id = :hq AND o.superseded_by IS NULL AND o.at_ms >= :from_ms AND o.at_ms < :to_ms
  [[kind: AND o.kind = :kind]]
  [[unit_id: AND o.unit_id = :unit_id]]
  [[area_from: AND o.area_code >= :area_from AND o.area_code < :area_to]]
  [[scoped: AND (o.unit_id = :scope_unit OR (o.area_code >= :scope_area_from AND o.area_code < :scope_area_to))]]
GROUP BY o.kind, o.output [[by_unit: , o.unit_id]] [[by_area: , SUBSTR(o.area_code, 1, 9)]]
ORDER BY o.kind, o.output [[by_unit: , MIN(u.order_no), o.unit_id]] [[by_area: , SUBSTR(o.area_code, 1, 9)]]
LIMIT :row_limit;
