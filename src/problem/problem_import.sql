-- Cases of older systems: staged row by row, then made problems in one transaction.

-- name: problem_past_stage_add :exec
-- in: hq i64, job_id uuid, row_no i64, action text, problem_id uuid, seq i64, event_seq i64, was_version i64, year i64
-- in: own_number i64?, ordinal i64, state text, source text, site_id uuid?, area_code text, category_code text?
-- in: criterion_id uuid?, description text, place text?, lon_e7 i64?, lat_e7 i64?, severity text, typical bool, kind text
-- in: unit_id uuid?, reporter_id uuid, limit_kind text, limit_amount i64, reported_ms i64, registered_ms i64?
-- in: dispatched_ms i64?, due_ms i64?, rectified_ms i64?, closed_ms i64?, overdue bool, exempt bool, rework_count i64
-- in: external_id text?, search_text text, note text?, list_source text, number_there text?, status_there text?
-- in: kind_there text?, unit_there text?, raw_sealed blob, raw_index blob, at_ms i64
INSERT INTO problem_import_stage (hq_id, job_id, row_no, action, problem_id, seq, event_seq, was_version, year, own_number,
    ordinal, state, source, site_id, area_code, category_code, criterion_id, description, place, lon_e7, lat_e7, severity,
    typical, kind, unit_id, reporter_id, limit_kind, limit_amount, reported_ms, registered_ms, dispatched_ms, due_ms,
    rectified_ms, closed_ms, overdue, exempt, rework_count, external_id, search_text, note, list_source, number_there,
    status_there, kind_there, unit_there, raw_sealed, raw_index, at_ms)
VALUES (:hq, :job_id, :row_no, :action, :problem_id, :seq, :event_seq, :was_version, :year, :own_number,
    :ordinal, :state, :source, :site_id, :area_code, :category_code, :criterion_id, :description, :place, :lon_e7, :lat_e7,
    :severity, :typical, :kind, :unit_id, :reporter_id, :limit_kind, :limit_amount, :reported_ms, :registered_ms,
    :dispatched_ms, :due_ms, :rectified_ms, :closed_ms, :overdue, :exempt, :rework_count, :external_id, :search_text, :note,
    :list_source, :number_there, :status_there, :kind_there, :unit_there, :raw_sealed, :raw_index, :at_ms);

-- Numbers given to new ones follow the highest in use; the row is locked until the transaction ends.
-- name: problem_serial_raise :exec
-- in: hq i64, year i64, least i64
INSERT INTO serial (hq_id, name, year, value) VALUES (:hq, 'problem', :year, :least)
ON CONFLICT (hq_id, name, year) DO UPDATE SET
    value = CASE WHEN serial.value < excluded.value THEN excluded.value ELSE serial.value END;

-- name: problem_serial_add :exec
-- in: hq i64, year i64, more i64
UPDATE serial SET value = value + :more WHERE hq_id = :hq AND name = 'problem' AND year = :year;

-- name: problem_past_stage_make :exec
-- in: hq i64, job_id uuid
INSERT INTO problem (hq_id, id, year, number, state, source, site_id, area_code, category_code, criterion_id, description,
    place, lon_e7, lat_e7, severity, typical, kind, unit_id, reporter_id, limit_kind, limit_amount, reported_ms,
    registered_ms, dispatched_ms, due_ms, rectified_ms, closed_ms, overdue, exempt, rework_count, external_id, event_count,
    search_text)
SELECT s.hq_id, s.problem_id, s.year, COALESCE(s.own_number, v.value + s.ordinal), s.state, s.source, s.site_id, s.area_code,
       s.category_code, s.criterion_id, s.description, s.place, s.lon_e7, s.lat_e7, s.severity, s.typical, s.kind, s.unit_id,
       s.reporter_id, s.limit_kind, s.limit_amount, s.reported_ms, s.registered_ms, s.dispatched_ms, s.due_ms,
       s.rectified_ms, s.closed_ms, s.overdue, s.exempt, s.rework_count, s.external_id, 1, s.search_text
FROM problem_import_stage s
JOIN serial v ON v.hq_id = s.hq_id AND v.name = 'problem' AND v.year = s.year
WHERE s.hq_id = :hq AND s.job_id = :job_id AND s.action = 'new';

-- name: problem_past_stage_change :exec
-- in: hq i64, job_id uuid
UPDATE problem SET state = s.state, site_id = s.site_id, area_code = s.area_code, category_code = s.category_code,
    criterion_id = s.criterion_id, description = s.description, place = s.place, lon_e7 = s.lon_e7, lat_e7 = s.lat_e7,
    severity = s.severity, typical = s.typical, kind = s.kind, unit_id = s.unit_id, limit_kind = s.limit_kind,
    limit_amount = s.limit_amount, reported_ms = s.reported_ms, registered_ms = s.registered_ms,
    dispatched_ms = s.dispatched_ms, due_ms = s.due_ms, rectified_ms = s.rectified_ms, closed_ms = s.closed_ms,
    overdue = s.overdue, exempt = s.exempt, rework_count = s.rework_count, search_text = s.search_text,
    event_count = problem.event_count + 1, version = problem.version + 1
FROM problem_import_stage s
WHERE s.hq_id = :hq AND s.job_id = :job_id AND s.action = 'change' AND problem.hq_id = :hq AND problem.id = s.problem_id
  AND problem.version = s.was_version;

-- name: problem_past_stage_events :exec
-- in: hq i64, job_id uuid, actor_id uuid, actor_unit_id uuid?, at_ms i64, command_id uuid
INSERT INTO problem_event (hq_id, problem_id, seq, event, to_state, actor_id, actor_unit_id, unit_id, at_ms, due_ms, note,
    command_id)
SELECT s.hq_id, s.problem_id, s.event_seq, 'import', s.state, :actor_id, :actor_unit_id,
       s.unit_id, :at_ms, s.due_ms, s.note, :command_id
FROM problem_import_stage s
WHERE s.hq_id = :hq AND s.job_id = :job_id AND s.action <> 'again';

-- name: problem_past_stage_keep :exec
-- in: hq i64, job_id uuid, at_ms i64, command_id uuid
INSERT INTO problem_import (hq_id, problem_id, seq, again, import_id, source, row_no, number_there, status_there, kind_there,
    unit_there, raw_sealed, raw_index, version_after, at_ms)
SELECT s.hq_id, s.problem_id, s.seq, s.action = 'again', :command_id, s.list_source, s.row_no, s.number_there,
       s.status_there, s.kind_there, s.unit_there, s.raw_sealed, s.raw_index,
       CASE s.action WHEN 'change' THEN s.was_version + 1 WHEN 'new' THEN 1 ELSE s.was_version END, :at_ms
FROM problem_import_stage s
WHERE s.hq_id = :hq AND s.job_id = :job_id;

-- name: problem_past_stage_drop :exec
-- in: hq i64, job_id uuid
DELETE FROM problem_import_stage WHERE hq_id = :hq AND job_id = :job_id;

-- name: problem_past_stage_sweep :exec
-- in: hq i64, before_ms i64
DELETE FROM problem_import_stage WHERE hq_id = :hq AND at_ms < :before_ms;

-- What of a batch is here already. Lists are padded with their first. One table at a time and in no order: with a join or
-- an order the engines would rather walk all problems than look the few up.
-- name: problem_known :many
-- in: hq i64, by_id bool?, by_external bool?
-- in: i0 uuid, i1 uuid, i2 uuid, i3 uuid, i4 uuid, i5 uuid, i6 uuid, i7 uuid, i8 uuid, i9 uuid, i10 uuid, i11 uuid, i12 uuid, i13 uuid, i14 uuid, i15 uuid
-- in: e0 text, e1 text, e2 text, e3 text, e4 text, e5 text, e6 text, e7 text, e8 text, e9 text, e10 text, e11 text, e12 text, e13 text, e14 text, e15 text
-- out: id uuid, external_id text?, version i64, event_count i64
SELECT p.id, p.external_id, p.version, p.event_count FROM problem p
WHERE p.hq_id = :hq
  [[by_id: AND p.id IN (:i0, :i1, :i2, :i3, :i4, :i5, :i6, :i7, :i8, :i9, :i10, :i11, :i12, :i13, :i14, :i15)]]
  [[by_external: AND p.external_id IN (:e0, :e1, :e2, :e3, :e4, :e5, :e6, :e7, :e8, :e9, :e10, :e11, :e12, :e13, :e14, :e15)]];

-- name: problem_known_rows :many
-- in: hq i64, i0 uuid, i1 uuid, i2 uuid, i3 uuid, i4 uuid, i5 uuid, i6 uuid, i7 uuid, i8 uuid, i9 uuid, i10 uuid, i11 uuid, i12 uuid, i13 uuid, i14 uuid, i15 uuid
-- out: problem_id uuid, seq i64, again bool, raw_index blob, version_after i64
SELECT i.problem_id, i.seq, i.again, i.raw_index, i.version_after FROM problem_import i
WHERE i.hq_id = :hq
  AND i.problem_id IN (:i0, :i1, :i2, :i3, :i4, :i5, :i6, :i7, :i8, :i9, :i10, :i11, :i12, :i13, :i14, :i15);

-- name: problem_number_taken :one
-- in: hq i64, year i64, number i64
-- out: id uuid
SELECT id FROM problem WHERE hq_id = :hq AND year = :year AND number = :number;

-- name: problem_imports_of :many
-- in: hq i64, problem_id uuid
-- out: seq i64, again bool, import_id uuid, source text, row_no i64, number_there text?, status_there text?
-- out: kind_there text?, unit_there text?, raw_sealed blob, at_ms i64
SELECT seq, again, import_id, source, row_no, number_there, status_there, kind_there, unit_there, raw_sealed, at_ms
FROM problem_import WHERE hq_id = :hq AND problem_id = :problem_id ORDER BY seq;
