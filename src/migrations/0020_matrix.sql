-- Responsibility matrix (责任矩阵): criterion or category × territory -> who leads and who supports.

CREATE TABLE matrix_row (
    hq_id BIGINT NOT NULL,
    id BYTEA NOT NULL,
    criterion_code TEXT,                -- of any version; absent: the whole category, or
    category_code TEXT,                 -- absent too: everything
    area_code TEXT NOT NULL,            -- prefix; empty: the whole headquarters
    lead_role TEXT NOT NULL,            -- territory 属地 | subject 主体 | supervising 行业监管
    territory_unit_id BYTEA,            -- absent: the site's own
    subject_unit_id BYTEA,
    supervising_unit_id BYTEA,
    work_standard TEXT,                 -- 工作标准
    deadline TEXT,                      -- 完成时限, in words
    due_ms BIGINT,                      -- and as a date where it is one
    measures TEXT,                      -- 措施要求
    person_id BYTEA,                    -- 责任人员
    valid_from_ms BIGINT NOT NULL,
    valid_to_ms BIGINT,
    end_reason TEXT,
    created_ms BIGINT NOT NULL,
    created_by BYTEA,
    version BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (hq_id, id),
    FOREIGN KEY (hq_id, territory_unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, subject_unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, supervising_unit_id) REFERENCES unit (hq_id, id),
    FOREIGN KEY (hq_id, person_id) REFERENCES person (hq_id, id)
);
CREATE INDEX matrix_by_criterion ON matrix_row (hq_id, criterion_code, valid_from_ms, id);
CREATE INDEX matrix_by_category ON matrix_row (hq_id, category_code, criterion_code, valid_from_ms, id);
CREATE INDEX matrix_by_time ON matrix_row (hq_id, created_ms, id);

-- Further units in support (协同单位).
CREATE TABLE matrix_support (
    hq_id BIGINT NOT NULL,
    row_id BYTEA NOT NULL,
    unit_id BYTEA NOT NULL,
    order_no BIGINT NOT NULL,
    PRIMARY KEY (hq_id, row_id, unit_id),
    FOREIGN KEY (hq_id, row_id) REFERENCES matrix_row (hq_id, id),
    FOREIGN KEY (hq_id, unit_id) REFERENCES unit (hq_id, id)
);
CREATE INDEX matrix_support_by_unit ON matrix_support (hq_id, unit_id);
