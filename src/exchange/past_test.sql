-- What the tests of imported problems look at.

-- name: past_test_rates :many
-- in: hq i64
-- out: unit text, closed i64, in_time i64
SELECT u.name AS unit, COUNT(*) AS closed, CAST(SUM(CASE WHEN p.closed_ms <= p.due_ms THEN 1 ELSE 0 END) AS BIGINT) AS in_time
FROM problem p JOIN unit u ON u.hq_id = p.hq_id AND u.id = p.unit_id
WHERE p.hq_id = :hq AND p.closed_ms IS NOT NULL AND p.due_ms IS NOT NULL AND p.source = 'import'
GROUP BY u.name ORDER BY closed DESC, u.name;

-- name: past_test_totals :one
-- in: hq i64
-- out: problems i64, closed i64, struck_off i64, placed i64, no_due i64, events i64, rows i64, staged i64, agains i64, open_late i64
SELECT (SELECT COUNT(*) FROM problem WHERE hq_id = :hq) AS problems,
       (SELECT COUNT(*) FROM problem WHERE hq_id = :hq AND closed_ms IS NOT NULL) AS closed,
       (SELECT COUNT(*) FROM problem WHERE hq_id = :hq AND state = 'struck_off') AS struck_off,
       (SELECT COUNT(*) FROM problem WHERE hq_id = :hq AND lon_e7 IS NOT NULL) AS placed,
       (SELECT COUNT(*) FROM problem WHERE hq_id = :hq AND due_ms IS NULL) AS no_due,
       (SELECT COUNT(*) FROM problem_event WHERE hq_id = :hq AND event = 'import') AS events,
       (SELECT COUNT(*) FROM problem_import WHERE hq_id = :hq) AS rows,
       (SELECT COUNT(*) FROM problem_import_stage WHERE hq_id = :hq) AS staged,
       (SELECT COUNT(*) FROM problem_import WHERE hq_id = :hq AND again) AS agains,
       (SELECT COUNT(*) FROM problem WHERE hq_id = :hq AND overdue) AS open_late;

-- name: past_test_problem :one
-- in: hq i64, external_id text
-- out: id uuid, year i64, number i64, state text, unit_id uuid?, reported_ms i64, due_ms i64?, closed_ms i64?, overdue bool
-- out: description text, place text?, lon_e7 i64?, lat_e7 i64?, category_code text?, version i64, event_count i64, area_code text
SELECT id, year, number, state, unit_id, reported_ms, due_ms, closed_ms, overdue, description, place, lon_e7, lat_e7,
       category_code, version, event_count, area_code
FROM problem WHERE hq_id = :hq AND external_id = :external_id;

-- name: past_test_touch :exec
-- in: hq i64, external_id text
UPDATE problem SET version = version + 1 WHERE hq_id = :hq AND external_id = :external_id;

-- name: import_unit_named :one
-- in: hq i64, code text
-- out: id uuid
SELECT id FROM unit WHERE hq_id = :hq AND code = :code;

-- Whatever an import may touch.
-- name: past_test_trace :one
-- in: hq i64
-- out: problems i64, events i64, imports i64, staged i64, units i64, journal i64, outbox i64, serials i64, jobs i64, mappings i64
SELECT (SELECT COUNT(*) FROM problem WHERE hq_id = :hq) AS problems,
       (SELECT COUNT(*) FROM problem_event WHERE hq_id = :hq) AS events,
       (SELECT COUNT(*) FROM problem_import WHERE hq_id = :hq) AS imports,
       (SELECT COUNT(*) FROM problem_import_stage WHERE hq_id = :hq) AS staged,
       (SELECT COUNT(*) FROM unit WHERE hq_id = :hq) AS units,
       (SELECT COUNT(*) FROM journal WHERE hq_id = :hq) AS journal,
       (SELECT COUNT(*) FROM outbox WHERE hq_id = :hq) AS outbox,
       (SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) FROM serial WHERE hq_id = :hq) AS serials,
       (SELECT COUNT(*) FROM import_job WHERE hq_id = :hq) AS jobs,
       (SELECT COUNT(*) FROM import_mapping WHERE hq_id = :hq) AS mappings;
