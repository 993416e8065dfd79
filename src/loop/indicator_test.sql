-- indicator_test.sql - cases and steps as a test wants them; for the test of indicators alone.

-- name: indicator_test_add :exec
-- in: hq i64, id uuid, year i64, number i64, state text, source text, site_id uuid?, area_code text, category_code text?, reporter_id uuid, unit_id uuid?, reported_ms i64, verified_ms i64?, registered_ms i64?, due_ms i64?, left_ms i64?, case_due_ms i64?, rectified_ms i64?, closed_ms i64?, overdue bool, case_overdue bool, exempt bool, held bool, rework_count i64
INSERT INTO problem (hq_id, id, year, number, state, source, site_id, area_code, category_code, description, severity, reporter_id,
                     unit_id, limit_kind, limit_amount, reported_ms, verified_ms, registered_ms, due_ms, left_ms, case_due_ms,
                     rectified_ms, closed_ms, overdue, case_overdue, exempt, held, rework_count, search_text)
VALUES (:hq, :id, :year, :number, :state, :source, :site_id, :area_code, :category_code, 'x', 'general', :reporter_id,
        :unit_id, 'working_days', 3, :reported_ms, :verified_ms, :registered_ms, :due_ms, :left_ms, :case_due_ms,
        :rectified_ms, :closed_ms, :overdue, :case_overdue, :exempt, :held, :rework_count, 'x');

-- name: indicator_test_step :exec
-- in: hq i64, problem_id uuid, seq i64, event text, actor_id uuid, at_ms i64, stage text?, late bool?
INSERT INTO problem_event (hq_id, problem_id, seq, event, to_state, actor_id, at_ms, stage, late, command_id)
VALUES (:hq, :problem_id, :seq, :event, 'x', :actor_id, :at_ms, :stage, :late, :problem_id);
