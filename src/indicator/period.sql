-- Closed periods, their revisions and frozen figures.

-- name: period_by_id :one
-- in: hq i64, id uuid
-- out: id uuid, kind text, name text, from_ms i64, to_ms i64, revision i64, version i64, checked_ms i64?, differing i64?, signed_by uuid, signed_name text, signed_ms i64, reason text?, figures i64, hash sha256
SELECT p.id, p.kind, p.name, p.from_ms, p.to_ms, p.revision, p.version, p.checked_ms, p.differing, r.signed_by, r.signed_name,
       r.signed_ms, r.reason, r.figures, r.hash
FROM period p
JOIN period_revision r ON r.hq_id = p.hq_id AND r.period_id = p.id AND r.revision = p.revision
WHERE p.hq_id = :hq AND p.id = :id;

-- name: period_list :many
-- in: hq i64, from_ms i64, to_ms i64
-- out: like period_by_id
SELECT p.id, p.kind, p.name, p.from_ms, p.to_ms, p.revision, p.version, p.checked_ms, p.differing, r.signed_by, r.signed_name,
       r.signed_ms, r.reason, r.figures, r.hash
FROM period p
JOIN period_revision r ON r.hq_id = p.hq_id AND r.period_id = p.id AND r.revision = p.revision
WHERE p.hq_id = :hq AND p.to_ms > :from_ms AND p.to_ms <= :to_ms
ORDER BY p.to_ms, p.id;

-- name: period_by_span :one
-- in: hq i64, from_ms i64, to_ms i64
-- out: id uuid
SELECT id FROM period WHERE hq_id = :hq AND from_ms = :from_ms AND to_ms = :to_ms;

-- name: period_revisions :many
-- in: hq i64, period_id uuid
-- out: revision i64, reason text?, signed_by uuid, signed_name text, signed_ms i64, figures i64, hash sha256
SELECT revision, reason, signed_by, signed_name, signed_ms, figures, hash FROM period_revision
WHERE hq_id = :hq AND period_id = :period_id ORDER BY revision;

-- name: period_figures :many
-- in: hq i64, period_id uuid, revision i64, part text?, only_key text?, key_from text?, key_to text?, row_limit i64?, after_item text?, after_key text?
-- out: part text, item text, group_key text, name text, numerator i64, denominator i64, choice text?
SELECT part, item, group_key, name, numerator, denominator, choice FROM period_figure
WHERE hq_id = :hq AND period_id = :period_id AND revision = :revision
  [[part: AND part = :part]]
  [[only_key: AND group_key = :only_key]]
  [[key_from: AND group_key >= :key_from AND group_key < :key_to]]
  [[after_item: AND (item, group_key) > (:after_item, :after_key)]]
ORDER BY part, item, group_key
[[row_limit: LIMIT :row_limit]];

-- name: period_add :exec
-- in: hq i64, id uuid, kind text, name text, from_ms i64, to_ms i64
INSERT INTO period (hq_id, id, kind, name, from_ms, to_ms, revision) VALUES (:hq, :id, :kind, :name, :from_ms, :to_ms, 0);

-- name: period_revise :exec
-- in: hq i64, id uuid, version i64, revision i64
UPDATE period SET revision = :revision, checked_ms = NULL, differing = NULL, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :version;

-- name: period_revision_add :exec
-- in: hq i64, period_id uuid, revision i64, reason text?, signed_by uuid, signed_name text, signed_ms i64, figures i64, hash sha256
INSERT INTO period_revision (hq_id, period_id, revision, reason, signed_by, signed_name, signed_ms, figures, hash)
VALUES (:hq, :period_id, :revision, :reason, :signed_by, :signed_name, :signed_ms, :figures, :hash);

-- name: period_figure_add :exec
-- in: hq i64, period_id uuid, revision i64, part text, item text, group_key text, name text, numerator i64, denominator i64, choice text?
INSERT INTO period_figure (hq_id, period_id, revision, part, item, group_key, name, numerator, denominator, choice)
VALUES (:hq, :period_id, :revision, :part, :item, :group_key, :name, :numerator, :denominator, :choice);

-- The closed period whose check is oldest.
-- name: period_to_check :one
-- in: hq i64, since_ms i64, before_ms i64
-- out: id uuid, revision i64
SELECT id, revision FROM period
WHERE hq_id = :hq AND to_ms > :since_ms AND COALESCE(checked_ms, 0) < :before_ms
ORDER BY COALESCE(checked_ms, 0), id LIMIT 1;

-- Notes a check of what was the newest revision then.
-- name: period_checked :exec
-- in: hq i64, id uuid, revision i64, checked_ms i64, differing i64
UPDATE period SET checked_ms = :checked_ms, differing = :differing WHERE hq_id = :hq AND id = :id AND revision = :revision;
