-- 0027_everyday.sql - indexes of everyday pages: requests by time, and where a photograph was used without a look at the rows.

CREATE INDEX problem_request_by_time ON problem_request (hq_id, asked_ms, id);
DROP INDEX observation_photo_by_sha256;
CREATE INDEX observation_photo_by_sha256 ON observation_photo (hq_id, sha256, inspection_id);
DROP INDEX problem_photo_by_sha256;
CREATE INDEX problem_photo_by_sha256 ON problem_photo (hq_id, sha256, problem_id);
CREATE INDEX problem_request_waiting_by_time ON problem_request (hq_id, asked_ms, id) WHERE ended_ms IS NULL;
CREATE INDEX finding_contest_by_inspection ON finding_contest (hq_id, inspection_id) WHERE inspection_id IS NOT NULL;
