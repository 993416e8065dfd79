-- Queries of the responsibility matrix.

-- name: matrix_get :one
-- in: hq i64, id uuid
-- out: id uuid, criterion_code text?, category_code text?, area_code text, lead_role text
-- out: territory_unit_id uuid?, territory_name text?, territory_closed i64?, subject_unit_id uuid?, subject_name text?
-- out: subject_closed i64?, supervising_unit_id uuid?, supervising_name text?, supervising_closed i64?
-- out: work_standard text?, deadline text?, due_ms i64?, measures text?, person_id uuid?, person_name text?
-- out: valid_from_ms i64, valid_to_ms i64?, end_reason text?, created_ms i64, version i64
SELECT m.id, m.criterion_code, m.category_code, m.area_code, m.lead_role,
       m.territory_unit_id, ut.name AS territory_name, ut.closed_ms AS territory_closed,
       m.subject_unit_id, us.name AS subject_name, us.closed_ms AS subject_closed,
       m.supervising_unit_id, uv.name AS supervising_name, uv.closed_ms AS supervising_closed,
       m.work_standard, m.deadline, m.due_ms, m.measures, m.person_id, p.name AS person_name,
       m.valid_from_ms, m.valid_to_ms, m.end_reason, m.created_ms, m.version
FROM matrix_row m
LEFT JOIN unit ut ON ut.hq_id = m.hq_id AND ut.id = m.territory_unit_id
LEFT JOIN unit us ON us.hq_id = m.hq_id AND us.id = m.subject_unit_id
LEFT JOIN unit uv ON uv.hq_id = m.hq_id AND uv.id = m.supervising_unit_id
LEFT JOIN person p ON p.hq_id = m.hq_id AND p.id = m.person_id
WHERE m.hq_id = :hq AND m.id = :id;

-- The rows that may speak about a matter.
-- name: matrix_candidates :many
-- in: hq i64, at_ms i64, criterion text?, category text?
-- out: like matrix_get
SELECT m.id, m.criterion_code, m.category_code, m.area_code, m.lead_role,
       m.territory_unit_id, ut.name AS territory_name, ut.closed_ms AS territory_closed,
       m.subject_unit_id, us.name AS subject_name, us.closed_ms AS subject_closed,
       m.supervising_unit_id, uv.name AS supervising_name, uv.closed_ms AS supervising_closed,
       m.work_standard, m.deadline, m.due_ms, m.measures, m.person_id, p.name AS person_name,
       m.valid_from_ms, m.valid_to_ms, m.end_reason, m.created_ms, m.version
FROM (SELECT g.id FROM matrix_row g WHERE g.hq_id = :hq AND g.category_code IS NULL AND g.criterion_code IS NULL
      [[criterion: UNION ALL SELECT c.id FROM matrix_row c WHERE c.hq_id = :hq AND c.criterion_code = :criterion]]
      [[category: UNION ALL SELECT d.id FROM matrix_row d
                  WHERE d.hq_id = :hq AND d.category_code = :category AND d.criterion_code IS NULL]]) k
JOIN matrix_row m ON m.hq_id = :hq AND m.id = k.id
LEFT JOIN unit ut ON ut.hq_id = m.hq_id AND ut.id = m.territory_unit_id
LEFT JOIN unit us ON us.hq_id = m.hq_id AND us.id = m.subject_unit_id
LEFT JOIN unit uv ON uv.hq_id = m.hq_id AND uv.id = m.supervising_unit_id
LEFT JOIN person p ON p.hq_id = m.hq_id AND p.id = m.person_id
WHERE m.hq_id = :hq AND m.valid_from_ms <= :at_ms AND (m.valid_to_ms IS NULL OR m.valid_to_ms > :at_ms);

-- Every row in force at a moment.
-- name: matrix_in_force :many
-- in: hq i64, at_ms i64
-- out: like matrix_get
SELECT m.id, m.criterion_code, m.category_code, m.area_code, m.lead_role,
       m.territory_unit_id, ut.name AS territory_name, ut.closed_ms AS territory_closed,
       m.subject_unit_id, us.name AS subject_name, us.closed_ms AS subject_closed,
       m.supervising_unit_id, uv.name AS supervising_name, uv.closed_ms AS supervising_closed,
       m.work_standard, m.deadline, m.due_ms, m.measures, m.person_id, p.name AS person_name,
       m.valid_from_ms, m.valid_to_ms, m.end_reason, m.created_ms, m.version
FROM matrix_row m
LEFT JOIN unit ut ON ut.hq_id = m.hq_id AND ut.id = m.territory_unit_id
LEFT JOIN unit us ON us.hq_id = m.hq_id AND us.id = m.subject_unit_id
LEFT JOIN unit uv ON uv.hq_id = m.hq_id AND uv.id = m.supervising_unit_id
LEFT JOIN person p ON p.hq_id = m.hq_id AND p.id = m.person_id
WHERE m.hq_id = :hq AND m.valid_from_ms <= :at_ms AND (m.valid_to_ms IS NULL OR m.valid_to_ms > :at_ms)
ORDER BY m.area_code, m.category_code, m.criterion_code, m.valid_from_ms, m.id;

-- name: matrix_list :many
-- in: hq i64, in_force_at i64?, criterion text?, category text?, area_from text?, area_to text?, unit_id uuid?
-- in: key_ms i64?, key_id uuid?, max_rows i64
-- out: like matrix_get
SELECT m.id, m.criterion_code, m.category_code, m.area_code, m.lead_role,
       m.territory_unit_id, ut.name AS territory_name, ut.closed_ms AS territory_closed,
       m.subject_unit_id, us.name AS subject_name, us.closed_ms AS subject_closed,
       m.supervising_unit_id, uv.name AS supervising_name, uv.closed_ms AS supervising_closed,
       m.work_standard, m.deadline, m.due_ms, m.measures, m.person_id, p.name AS person_name,
       m.valid_from_ms, m.valid_to_ms, m.end_reason, m.created_ms, m.version
FROM matrix_row m
LEFT JOIN unit ut ON ut.hq_id = m.hq_id AND ut.id = m.territory_unit_id
LEFT JOIN unit us ON us.hq_id = m.hq_id AND us.id = m.subject_unit_id
LEFT JOIN unit uv ON uv.hq_id = m.hq_id AND uv.id = m.supervising_unit_id
LEFT JOIN person p ON p.hq_id = m.hq_id AND p.id = m.person_id
WHERE m.hq_id = :hq
[[in_force_at: AND m.valid_from_ms <= :in_force_at AND (m.valid_to_ms IS NULL OR m.valid_to_ms > :in_force_at)]]
[[criterion: AND m.criterion_code = :criterion]]
[[category: AND m.category_code = :category]]
[[area_from: AND m.area_code >= :area_from AND m.area_code < :area_to]]
[[unit_id: AND (m.territory_unit_id = :unit_id OR m.subject_unit_id = :unit_id OR m.supervising_unit_id = :unit_id
    OR EXISTS (SELECT 1 FROM matrix_support x WHERE x.hq_id = m.hq_id AND x.row_id = m.id AND x.unit_id = :unit_id))]]
[[key_id: AND (m.created_ms, m.id) < (:key_ms, :key_id)]]
ORDER BY m.created_ms DESC, m.id DESC LIMIT :max_rows;

-- What a unit has to do by the matrix: rows that name it, and rows that leave a role to the site's own where it is that.
-- name: matrix_tasks :many
-- in: hq i64, unit_id uuid, at_ms i64, key_ms i64?, key_id uuid?, max_rows i64
-- out: id uuid, criterion_code text?, category_code text?, area_code text, lead_role text
-- out: territory_unit_id uuid?, subject_unit_id uuid?, supervising_unit_id uuid?, criterion_text text?, work_standard text?
-- out: deadline text?, due_ms i64?, measures text?, person_id uuid?, person_name text?, territory_sites i64
-- out: subject_sites i64, supervising_sites i64, valid_from_ms i64, created_ms i64
SELECT t.id, t.criterion_code, t.category_code, t.area_code, t.lead_role, t.territory_unit_id, t.subject_unit_id,
       t.supervising_unit_id, t.criterion_text, t.work_standard, t.deadline, t.due_ms, t.measures, t.person_id, t.person_name,
       t.territory_sites, t.subject_sites, t.supervising_sites, t.valid_from_ms, t.created_ms
FROM (
  SELECT m.id, m.criterion_code, m.category_code, m.area_code, m.lead_role, m.territory_unit_id, m.subject_unit_id,
         m.supervising_unit_id, m.work_standard, m.deadline, m.due_ms, m.measures, m.person_id, p.name AS person_name,
         m.valid_from_ms, m.created_ms,
         (SELECT c.text_zh FROM criterion c JOIN standard_version v ON v.hq_id = c.hq_id AND v.id = c.version_id
          WHERE c.hq_id = m.hq_id AND c.code = m.criterion_code AND v.state = 'published'
          ORDER BY v.published_ms DESC LIMIT 1) AS criterion_text,
         CASE WHEN m.territory_unit_id IS NULL THEN (SELECT COUNT(*) FROM site s
             WHERE s.hq_id = m.hq_id AND s.territory_unit_id = :unit_id AND s.state = 'active'
               AND (m.category_code IS NULL OR s.category_code = m.category_code)
               AND substr(s.area_code, 1, length(m.area_code)) = m.area_code) ELSE 0 END AS territory_sites,
         CASE WHEN m.subject_unit_id IS NULL THEN (SELECT COUNT(*) FROM site s
             WHERE s.hq_id = m.hq_id AND s.subject_unit_id = :unit_id AND s.state = 'active'
               AND (m.category_code IS NULL OR s.category_code = m.category_code)
               AND substr(s.area_code, 1, length(m.area_code)) = m.area_code) ELSE 0 END AS subject_sites,
         CASE WHEN m.supervising_unit_id IS NULL THEN (SELECT COUNT(*) FROM site s
             WHERE s.hq_id = m.hq_id AND s.supervising_unit_id = :unit_id AND s.state = 'active'
               AND (m.category_code IS NULL OR s.category_code = m.category_code)
               AND substr(s.area_code, 1, length(m.area_code)) = m.area_code) ELSE 0 END AS supervising_sites,
         CASE WHEN m.territory_unit_id = :unit_id OR m.subject_unit_id = :unit_id OR m.supervising_unit_id = :unit_id
              OR EXISTS (SELECT 1 FROM matrix_support x
                         WHERE x.hq_id = m.hq_id AND x.row_id = m.id AND x.unit_id = :unit_id) THEN 1 ELSE 0 END AS named
  FROM matrix_row m
  LEFT JOIN person p ON p.hq_id = m.hq_id AND p.id = m.person_id
  WHERE m.hq_id = :hq AND m.valid_from_ms <= :at_ms AND (m.valid_to_ms IS NULL OR m.valid_to_ms > :at_ms)
  [[key_id: AND (m.created_ms, m.id) < (:key_ms, :key_id)]]
) t
WHERE t.named = 1 OR t.territory_sites + t.subject_sites + t.supervising_sites > 0
ORDER BY t.created_ms DESC, t.id DESC LIMIT :max_rows;

-- name: matrix_supports :many
-- in: hq i64, row_id uuid
-- out: unit_id uuid, name text, closed_ms i64?
SELECT s.unit_id, u.name, u.closed_ms
FROM matrix_support s JOIN unit u ON u.hq_id = s.hq_id AND u.id = s.unit_id
WHERE s.hq_id = :hq AND s.row_id = :row_id ORDER BY s.order_no, s.unit_id;

-- Rows on one key that are, or will be, in force.
-- name: matrix_on_key :many
-- in: hq i64, criterion text?, category text?, area_code text, from_ms i64
-- out: id uuid, valid_from_ms i64, version i64
SELECT id, valid_from_ms, version FROM matrix_row
WHERE hq_id = :hq AND area_code = :area_code AND (valid_to_ms IS NULL OR valid_to_ms > :from_ms)
[[criterion: AND criterion_code = :criterion]] [[criterion! AND criterion_code IS NULL]]
[[category: AND category_code = :category]] [[category! AND category_code IS NULL]]
ORDER BY valid_from_ms, id;

-- name: matrix_criterion :one
-- in: hq i64, id uuid
-- out: code text, category_code text, territory_dept text?, subject_dept text?, supervising_dept text?
SELECT code, category_code, territory_dept, subject_dept, supervising_dept FROM criterion WHERE hq_id = :hq AND id = :id;

-- name: matrix_criterion_by_code :one
-- in: hq i64, version_id uuid, code text
-- out: id uuid, category_code text
SELECT id, category_code FROM criterion WHERE hq_id = :hq AND version_id = :version_id AND code = :code;

-- name: matrix_criteria :many
-- in: hq i64, version_id uuid
-- out: code text, category_code text
SELECT code, category_code FROM criterion
WHERE hq_id = :hq AND version_id = :version_id AND active = TRUE ORDER BY category_code, order_no, code;

-- name: matrix_site :one
-- in: hq i64, id uuid
-- out: area_code text, category_code text, territory_unit_id uuid?, territory_name text?, territory_closed i64?
-- out: subject_unit_id uuid?, subject_name text?, subject_closed i64?, supervising_unit_id uuid?, supervising_name text?
-- out: supervising_closed i64?
SELECT s.area_code, s.category_code, s.territory_unit_id, ut.name AS territory_name, ut.closed_ms AS territory_closed,
       s.subject_unit_id, us.name AS subject_name, us.closed_ms AS subject_closed,
       s.supervising_unit_id, uv.name AS supervising_name, uv.closed_ms AS supervising_closed
FROM site s
LEFT JOIN unit ut ON ut.hq_id = s.hq_id AND ut.id = s.territory_unit_id
LEFT JOIN unit us ON us.hq_id = s.hq_id AND us.id = s.subject_unit_id
LEFT JOIN unit uv ON uv.hq_id = s.hq_id AND uv.id = s.supervising_unit_id
WHERE s.hq_id = :hq AND s.id = :id;

-- Where there are sites at all, and how many of them lack a unit (or have one that is closed) in each role.
-- name: matrix_ground :many
-- in: hq i64
-- out: area_code text, category_code text, sites i64, without_territory i64, without_subject i64, without_supervising i64
SELECT substr(s.area_code, 1, 9) AS area_code, s.category_code, COUNT(*) AS sites,
       SUM(CASE WHEN ut.id IS NULL THEN 1 ELSE 0 END) AS without_territory,
       SUM(CASE WHEN us.id IS NULL THEN 1 ELSE 0 END) AS without_subject,
       SUM(CASE WHEN uv.id IS NULL THEN 1 ELSE 0 END) AS without_supervising
FROM site s
LEFT JOIN unit ut ON ut.hq_id = s.hq_id AND ut.id = s.territory_unit_id AND ut.closed_ms IS NULL
LEFT JOIN unit us ON us.hq_id = s.hq_id AND us.id = s.subject_unit_id AND us.closed_ms IS NULL
LEFT JOIN unit uv ON uv.hq_id = s.hq_id AND uv.id = s.supervising_unit_id AND uv.closed_ms IS NULL
WHERE s.hq_id = :hq AND s.state = 'active'
GROUP BY substr(s.area_code, 1, 9), s.category_code ORDER BY 1, 2;

-- name: matrix_add :exec
-- in: hq i64, id uuid, criterion_code text?, category_code text?, area_code text, lead_role text, territory_unit_id uuid?
-- in: subject_unit_id uuid?, supervising_unit_id uuid?, work_standard text?, deadline text?, due_ms i64?, measures text?
-- in: person_id uuid?, valid_from_ms i64, valid_to_ms i64?, created_ms i64, created_by uuid?
INSERT INTO matrix_row (hq_id, id, criterion_code, category_code, area_code, lead_role, territory_unit_id, subject_unit_id,
    supervising_unit_id, work_standard, deadline, due_ms, measures, person_id, valid_from_ms, valid_to_ms, created_ms, created_by)
VALUES (:hq, :id, :criterion_code, :category_code, :area_code, :lead_role, :territory_unit_id, :subject_unit_id,
    :supervising_unit_id, :work_standard, :deadline, :due_ms, :measures, :person_id, :valid_from_ms, :valid_to_ms, :created_ms,
    :created_by);

-- name: matrix_support_add :exec
-- in: hq i64, row_id uuid, unit_id uuid, order_no i64
INSERT INTO matrix_support (hq_id, row_id, unit_id, order_no) VALUES (:hq, :row_id, :unit_id, :order_no);

-- name: matrix_end :exec
-- in: hq i64, id uuid, was_version i64, valid_to_ms i64, end_reason text?
UPDATE matrix_row SET valid_to_ms = :valid_to_ms, end_reason = :end_reason, version = version + 1
WHERE hq_id = :hq AND id = :id AND version = :was_version;
