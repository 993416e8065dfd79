-- The case in full: what stands beside the line of states, its further clocks, and what is held back of covert rounds.

ALTER TABLE problem ADD COLUMN kind TEXT NOT NULL DEFAULT 'general';      -- problem_kind.code: stages of its own
ALTER TABLE problem ADD COLUMN held BOOLEAN NOT NULL DEFAULT FALSE;       -- of a covert round, not disclosed yet; its number is negative till then
ALTER TABLE problem ADD COLUMN round_id BYTEA;
ALTER TABLE problem ADD COLUMN parent_id BYTEA;                           -- 父案
ALTER TABLE problem ADD COLUMN merged_into BYTEA;                         -- 合并至
ALTER TABLE problem ADD COLUMN rebound_of BYTEA;                          -- the struck-off case it is the rebound of
ALTER TABLE problem ADD COLUMN rebounded BOOLEAN NOT NULL DEFAULT FALSE;  -- 已反弹
ALTER TABLE problem ADD COLUMN alike_id BYTEA;                            -- the drive (举一反三) that brought it
ALTER TABLE problem ADD COLUMN asset_id BYTEA;                            -- the facility, board or frontage it is about
ALTER TABLE problem ADD COLUMN works_id BYTEA;                            -- the improvement works that will end it
ALTER TABLE problem ADD COLUMN handler_unit_id BYTEA;                     -- handed on downward to
ALTER TABLE problem ADD COLUMN sent_back_count BIGINT NOT NULL DEFAULT 0;
ALTER TABLE problem ADD COLUMN settled BOOLEAN NOT NULL DEFAULT FALSE;    -- whose it is has been decided (裁定)
ALTER TABLE problem ADD COLUMN extension_count BIGINT NOT NULL DEFAULT 0; -- 延期
ALTER TABLE problem ADD COLUMN postponed_count BIGINT NOT NULL DEFAULT 0; -- 暂缓整改
ALTER TABLE problem ADD COLUMN postponed_until_ms BIGINT;
ALTER TABLE problem ADD COLUMN stopped_ms BIGINT;                         -- with law enforcement since
ALTER TABLE problem ADD COLUMN exempt BOOLEAN NOT NULL DEFAULT FALSE;     -- an upheld appeal: out of statistics of overdue, the fact stays
ALTER TABLE problem ADD COLUMN stage TEXT;                                -- the stage whose clock runs: verify | register | dispatch | accept | recheck
ALTER TABLE problem ADD COLUMN stage_kind TEXT;
ALTER TABLE problem ADD COLUMN stage_ms BIGINT;                           -- its limit, in milliseconds of its kind
ALTER TABLE problem ADD COLUMN stage_due_ms BIGINT;
ALTER TABLE problem ADD COLUMN stage_left_ms BIGINT;
ALTER TABLE problem ADD COLUMN case_limit_kind TEXT;                      -- the whole case's limit
ALTER TABLE problem ADD COLUMN case_limit_amount BIGINT;
ALTER TABLE problem ADD COLUMN case_due_ms BIGINT;
ALTER TABLE problem ADD COLUMN case_left_ms BIGINT;
ALTER TABLE problem ADD COLUMN case_overdue BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE problem ADD COLUMN clock_ms BIGINT;                           -- all the handling clock was given: the limit and its extensions
ALTER TABLE problem ADD COLUMN limit_stated BOOLEAN NOT NULL DEFAULT FALSE; -- by somebody: rules leave it alone
ALTER TABLE problem ADD COLUMN covert BOOLEAN NOT NULL DEFAULT FALSE;     -- was once held: who found it, and on what visit, stays unsaid
ALTER TABLE problem ADD COLUMN limit_rule_id BYTEA;                       -- the rule its limit came from
ALTER TABLE problem ADD COLUMN external_id TEXT;                          -- of the system it was imported from
ALTER TABLE problem ADD COLUMN verified_ms BIGINT;
ALTER TABLE problem ADD COLUMN registered_ms BIGINT;
ALTER TABLE problem ADD COLUMN striker_id BYTEA;                          -- who struck it off
CREATE UNIQUE INDEX problem_external ON problem (hq_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX problem_by_handler ON problem (hq_id, handler_unit_id, reported_ms, id) WHERE handler_unit_id IS NOT NULL;
CREATE INDEX problem_by_round ON problem (hq_id, round_id, reported_ms, id) WHERE round_id IS NOT NULL;
CREATE INDEX problem_by_parent ON problem (hq_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX problem_by_merged ON problem (hq_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX problem_by_rebound ON problem (hq_id, rebound_of) WHERE rebound_of IS NOT NULL;
CREATE INDEX problem_by_alike ON problem (hq_id, alike_id) WHERE alike_id IS NOT NULL;
CREATE INDEX problem_by_works ON problem (hq_id, works_id) WHERE works_id IS NOT NULL;
CREATE INDEX problem_by_asset ON problem (hq_id, asset_id) WHERE asset_id IS NOT NULL;

-- What a step did to the clock of the stage it ended: whether in time, for the rates of GB/T 30428.4 (按时核实率、按时派遣率 …).
ALTER TABLE problem_event ADD COLUMN stage TEXT;
ALTER TABLE problem_event ADD COLUMN late BOOLEAN;
ALTER TABLE problem_event ADD COLUMN request_id BYTEA;                    -- the request it decided

-- Requests (申请): asked by a unit, decided by one or by two different people.
CREATE TABLE problem_request (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    problem_id BYTEA NOT NULL,
    kind TEXT NOT NULL,                 -- extension | postponement | appeal
    state TEXT NOT NULL,                -- asked | first | granted | refused | withdrawn
    asker_id BYTEA NOT NULL,
    asker_unit_id BYTEA,
    note TEXT NOT NULL,
    until_ms BIGINT,                    -- postponement: until when
    asked_ms BIGINT NOT NULL,
    first_id BYTEA,                     -- who decided first
    first_ms BIGINT,
    first_note TEXT,
    second_id BYTEA,
    second_ms BIGINT,
    second_note TEXT,
    ended_ms BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, problem_id) REFERENCES problem (hq_id, id)
);
CREATE INDEX problem_request_by_problem ON problem_request (hq_id, problem_id, asked_ms, id);
CREATE INDEX problem_request_by_state ON problem_request (hq_id, state, asked_ms, id);
CREATE INDEX problem_request_by_unit ON problem_request (hq_id, asker_unit_id, asked_ms, id);
-- One of a kind waits at a time.
CREATE UNIQUE INDEX problem_request_waiting ON problem_request (hq_id, problem_id, kind) WHERE ended_ms IS NULL;

-- Visits of a round. Held: of a covert round not published yet.
ALTER TABLE inspection ADD COLUMN round_id BYTEA;
ALTER TABLE inspection ADD COLUMN held BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX inspection_by_round ON inspection (hq_id, round_id, visit_ms, id) WHERE round_id IS NOT NULL;
