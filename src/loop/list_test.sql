-- list_test.sql - problems as no way of the product would make them, for the test of lists alone.

-- name: list_test_add :exec
-- in: hq i64, id uuid, year i64, number i64, state text, source text, site_id uuid?, area_code text, category_code text?, severity text, reporter_id uuid, unit_id uuid?, handler_unit_id uuid?, reported_ms i64, due_ms i64?, left_ms i64?, closed_ms i64?, held bool, round_id uuid?, parent_id uuid?, search_text text
INSERT INTO problem (hq_id, id, year, number, state, source, site_id, area_code, category_code, description, severity, reporter_id,
                     unit_id, handler_unit_id, limit_kind, limit_amount, reported_ms, due_ms, left_ms, closed_ms, held, round_id,
                     parent_id, search_text)
VALUES (:hq, :id, :year, :number, :state, :source, :site_id, :area_code, :category_code, 'x', :severity, :reporter_id,
        :unit_id, :handler_unit_id, 'working_days', 3, :reported_ms, :due_ms, :left_ms, :closed_ms, :held, :round_id,
        :parent_id, :search_text);
