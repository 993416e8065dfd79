-- 0026_photo_found.sql - photographs found by what they are, wherever they hang: whether one may be seen is asked with
-- each of them.

CREATE INDEX alike_photo_by_sha256 ON alike_photo (hq_id, sha256);
CREATE INDEX self_check_photo_by_sha256 ON self_check_photo (hq_id, sha256);
CREATE INDEX works_photo_by_sha256 ON works_photo (hq_id, sha256);
CREATE INDEX consequence_photo_by_sha256 ON consequence_photo (hq_id, sha256);
CREATE INDEX finding_contest_photo_by_sha256 ON finding_contest_photo (hq_id, sha256);
