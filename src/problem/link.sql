-- Queries of merging, and of parents and children.

-- name: link_facts :one
-- in: hq i64, id uuid
-- out: id uuid, state text, held bool, round_id uuid?, parent_id uuid?, reported_ms i64, closed_ms i64?, children i64, open_children i64, merged i64, open_levels i64
SELECT p.id, p.state, p.held, p.round_id, p.parent_id, p.reported_ms, p.closed_ms,
       (SELECT COUNT(*) FROM problem c WHERE c.hq_id = p.hq_id AND c.parent_id = p.id) AS children,
       (SELECT COUNT(*) FROM problem c LEFT JOIN problem t ON t.hq_id = c.hq_id AND t.id = c.merged_into
        WHERE c.hq_id = p.hq_id AND c.parent_id = p.id
          AND (c.closed_ms IS NULL OR (c.merged_into IS NOT NULL AND t.closed_ms IS NULL AND t.id <> p.id))) AS open_children,
       (SELECT COUNT(*) FROM problem m WHERE m.hq_id = p.hq_id AND m.merged_into = p.id) AS merged,
       (SELECT COUNT(*) FROM problem_level l WHERE l.hq_id = p.hq_id AND l.problem_id = p.id AND l.ended_ms IS NULL) AS open_levels
FROM problem p WHERE p.hq_id = :hq AND p.id = :id;

-- name: link_merged :many
-- in: hq i64, id uuid, row_limit i64
-- out: id uuid, year i64, number i64, source text, description text, place text?, site_name text?, reported_ms i64, reporter_id uuid, reporter_name text?, inspection_id uuid?, criterion_code text?, held bool, version i64
SELECT p.id, p.year, p.number, p.source, p.description, p.place, s.name, p.reported_ms, p.reporter_id, r.name,
       p.inspection_id, c.code, p.held, p.version
FROM problem p
LEFT JOIN person r ON r.hq_id = p.hq_id AND r.id = p.reporter_id
LEFT JOIN site s ON s.hq_id = p.hq_id AND s.id = p.site_id
LEFT JOIN criterion c ON c.hq_id = p.hq_id AND c.id = p.criterion_id
WHERE p.hq_id = :hq AND p.merged_into = :id
ORDER BY p.reported_ms + 0, p.id
LIMIT :row_limit;

-- name: link_relatives :many
-- in: hq i64, parent_id uuid?, id uuid?, row_limit i64
-- out: id uuid, year i64, number i64, state text, description text, unit_id uuid?, unit_name text?, due_ms i64?, left_ms i64?, limit_kind text, limit_amount i64, closed_ms i64?, overdue bool, held bool, merged_into uuid?, target_closed_ms i64?
SELECT p.id, p.year, p.number, p.state, p.description, p.unit_id, u.name, p.due_ms, p.left_ms, p.limit_kind, p.limit_amount,
       p.closed_ms, p.overdue, p.held, p.merged_into, t.closed_ms AS target_closed_ms
FROM problem p
LEFT JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
LEFT JOIN problem t ON t.hq_id = p.hq_id AND t.id = p.merged_into
WHERE p.hq_id = :hq [[parent_id: AND p.parent_id = :parent_id]] [[id: AND p.id = :id]]
ORDER BY p.year + 0, p.number, p.id
LIMIT :row_limit;

-- name: link_follows :one
-- in: hq i64, id uuid, person_id uuid
-- out: id uuid
SELECT id FROM problem WHERE hq_id = :hq AND merged_into = :id AND reporter_id = :person_id ORDER BY id LIMIT 1;

-- name: link_place :one
-- in: hq i64, id uuid
-- out: name text, area_code text, category_code text
SELECT name, area_code, category_code FROM site WHERE hq_id = :hq AND id = :id AND retired_ms IS NULL;

-- name: link_target_set :exec
-- in: hq i64, id uuid, target_id uuid, was_id uuid
UPDATE problem SET merged_into = :target_id WHERE hq_id = :hq AND id = :id AND merged_into = :was_id;

-- name: link_parent_set :exec
-- in: hq i64, id uuid, parent_id uuid?
UPDATE problem SET parent_id = :parent_id WHERE hq_id = :hq AND id = :id;
