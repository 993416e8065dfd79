-- Indexes of the lists: every order a list is read in, alone and with the filters people use most, so that a page costs
-- the same after a million problems as after ten thousand.

-- By town and by village (the first 9 and 12 digits): a range over all codes of a place has no order of time.
CREATE INDEX problem_by_town ON problem (hq_id, SUBSTR(area_code, 1, 9), reported_ms, id);
CREATE INDEX problem_by_village ON problem (hq_id, SUBSTR(area_code, 1, 12), reported_ms, id);
DROP INDEX problem_by_area;
CREATE INDEX problem_by_category ON problem (hq_id, category_code, reported_ms, id);
CREATE INDEX problem_key ON problem (hq_id, reported_ms, id) WHERE severity = 'key';
-- Soonest due and latest closed.
CREATE INDEX problem_open_by_unit_due ON problem (hq_id, unit_id, due_ms, id) WHERE closed_ms IS NULL AND due_ms IS NOT NULL;
DROP INDEX problem_closed;
CREATE INDEX problem_by_closed ON problem (hq_id, closed_ms, id) WHERE closed_ms IS NOT NULL;
CREATE INDEX problem_by_unit_closed ON problem (hq_id, unit_id, closed_ms, id) WHERE closed_ms IS NOT NULL;
-- Open ones by state: what waits for whom is counted from here.
CREATE INDEX problem_open_by_state ON problem (hq_id, state) WHERE closed_ms IS NULL;
-- What is held back of covert rounds: little at any time.
CREATE INDEX problem_held_back ON problem (hq_id, state) WHERE held = TRUE;
