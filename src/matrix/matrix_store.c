/* matrix_store.c - rows of the matrix in the database: loading, putting, ending. */
#include "matrix_internal.h"

#include "org/org.h"
#include "org/text.h"
#include "standard/catalogue.h"

enum { DEADLINE_MAX_CHARS = 200 };

enum matrix_role matrix_role_of(struct str name)
{
    for (int i = 0; i < MATRIX_ROLES; i++)
        if (str_is(name, matrix_role_names[i]))
            return (enum matrix_role)i;
    return MATRIX_SUBJECT;
}

struct matrix_row matrix_of_row(const struct matrix_get_row *r)
{
    return (struct matrix_row){
        .id = r->id,
        .criterion_code = r->criterion_code,
        .category_code = r->category_code,
        .area_code = r->area_code,
        .lead = matrix_role_of(r->lead_role),
        .units = {[MATRIX_TERRITORY] = {r->territory_unit_id, r->territory_name, r->territory_closed.has},
                  [MATRIX_SUBJECT] = {r->subject_unit_id, r->subject_name, r->subject_closed.has},
                  [MATRIX_SUPERVISING] = {r->supervising_unit_id, r->supervising_name, r->supervising_closed.has}},
        .work_standard = r->work_standard,
        .deadline = r->deadline,
        .measures = r->measures,
        .due_ms = r->due_ms,
        .person_id = r->person_id,
        .person_name = r->person_name,
        .valid_from_ms = r->valid_from_ms,
        .valid_to_ms = r->valid_to_ms,
        .end_reason = r->end_reason,
        .created_ms = r->created_ms,
        .version = r->version};
}

enum rc matrix_read_supports(struct op *op, struct matrix_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct matrix_supports_row *s;
        size_t ns;
        RETURN_IF(q_matrix_supports(&op->rd, &(struct matrix_supports_in){op->hq, rows[i].id}, &s, &ns));
        struct matrix_unit *units = ARENA_MANY(OP_ARENA(op), struct matrix_unit, ns);
        for (size_t k = 0; k < ns; k++)
            units[k] = (struct matrix_unit){s[k].unit_id, s[k].name, s[k].closed_ms.has};
        rows[i].support = units;
        rows[i].nsupport = ns;
    }
    return RC_OK;
}

enum rc matrix_load(struct op *op, struct uuid id, struct matrix_row *out)
{
    struct matrix_get_row row;
    bool found;
    RETURN_IF(q_matrix_get(&op->rd, &(struct matrix_get_in){op->hq, id}, &row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "not_found", "责任矩阵中没有这一行", "The matrix has no such row");
    *out = matrix_of_row(&row);
    return matrix_read_supports(op, out, 1);
}

/* ---- putting ---- */

static enum rc check_unit(struct op *op, struct str pointer, struct uuid id)
{
    struct unit u;
    bool found;
    if (uuid_is_none(id))
        return RC_OK;
    RETURN_IF(unit_find(op, id, &u, &found));
    if (!found || u.closed_ms.has)
        fail_field(op->rd.fault, pointer, "unit_missing", "单位不存在或已撤销", "The unit does not exist or was closed");
    return RC_OK;
}

static enum rc check_units(struct op *op, const struct matrix_new *in)
{
    struct arena *a = OP_ARENA(op);
    for (int r = 0; r < MATRIX_ROLES; r++)
        RETURN_IF(check_unit(op, str_fmt(a, "/%s_unit_id", matrix_role_names[r]), in->unit_ids[r]));
    for (size_t i = 0; i < in->nsupport; i++) {
        struct str at = str_fmt(a, "/support_unit_ids/%zu", i);
        RETURN_IF(check_unit(op, at, in->support_ids[i]));
        for (size_t k = 0; k < i; k++)
            if (uuid_eq(in->support_ids[i], in->support_ids[k]))
                fail_field(op->rd.fault, at, "unit_twice", "同一单位重复", "The same unit twice");
    }
    return RC_OK;
}

/* A criterion's row carries the criterion's category. */
static enum rc check_about(struct op *op, const struct matrix_new *in, struct str *category)
{
    struct uuid version;
    bool found = false;
    *category = text_or_none(in->category_code);
    if (str_empty(in->criterion_code)) {
        if (category->p)
            RETURN_IF(standard_category_published(op, *category, &found));
        if (category->p && !found)
            fail_field(op->rd.fault, STR("/category_code"), "category_unknown", "已发布的测评标准中没有这个类别",
                       "No published standard has this category");
        return RC_OK;
    }
    struct matrix_criterion_by_code_row row = {0};
    RETURN_IF(standard_current_version(op, &version, &found));
    if (found)
        RETURN_IF(q_matrix_criterion_by_code(
            &op->rd, &(struct matrix_criterion_by_code_in){op->hq, version, in->criterion_code}, &row, &found));
    if (!found)
        fail_field(op->rd.fault, STR("/criterion_code"), "criterion_unknown", "现行测评标准中没有这个条目",
                   "The standard in force has no such criterion");
    else if (category->p && !str_eq(*category, row.category_code))
        fail_field(op->rd.fault, STR("/category_code"), "category_differs", "条目不属于这个类别",
                   "The criterion is not of this category");
    *category = found ? row.category_code : *category;
    return RC_OK;
}

static enum rc check_area(struct op *op, struct str code)
{
    struct area area;
    bool found;
    if (str_empty(code))
        return RC_OK;
    RETURN_IF(area_by_code(op, code, &area, &found));
    if (!found)
        fail_field(op->rd.fault, STR("/area_code"), "area_missing", "没有这个区划", "There is no such area");
    return RC_OK;
}

static enum rc check_person(struct op *op, struct uuid id)
{
    struct person p;
    bool found;
    if (uuid_is_none(id))
        return RC_OK;
    RETURN_IF(person_find(op, id, &p, &found));
    if (!found || p.left_ms.has)
        fail_field(op->rd.fault, STR("/person_id"), "person_missing", "没有这个人员，或已离任",
                   "There is no such person, or they have left");
    return RC_OK;
}

/* Ends what is in force on the key; *to: when a row already written follows the new one. */
static enum rc end_before(struct op *op, const struct matrix_new *in, struct str category, int64_t from, struct opt_i64 *to)
{
    struct matrix_on_key_row *rows;
    size_t n;
    struct matrix_on_key_in key = {op->hq, text_or_none(in->criterion_code), category,
                                   in->area_code.p ? in->area_code : STR(""), from};
    RETURN_IF(q_matrix_on_key(&op->rd, &key, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        if (rows[i].valid_from_ms > from) {
            if (!to->has || to->v > rows[i].valid_from_ms)
                *to = SOME(rows[i].valid_from_ms);
            continue;
        }
        fx_matrix_end(&op->plan.fx, &(struct matrix_end_in){.hq = op->hq, .id = rows[i].id, .was_version = rows[i].version,
                                                            .valid_to_ms = from});
    }
    return RC_OK;
}

static struct str put_detail(struct op *op, const struct matrix_new *in)
{
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "criterion_code", in->criterion_code);
    jo_str(&d.j, "category_code", in->category_code);
    jo_str(&d.j, "area_code", in->area_code);
    jo_z(&d.j, "lead_role", matrix_role_names[in->lead]);
    jo_uuid(&d.j, "territory_unit_id", in->unit_ids[MATRIX_TERRITORY]);
    jo_uuid(&d.j, "subject_unit_id", in->unit_ids[MATRIX_SUBJECT]);
    jo_uuid(&d.j, "supervising_unit_id", in->unit_ids[MATRIX_SUPERVISING]);
    jo_uuid(&d.j, "person_id", in->person_id);
    return detail_close(&d, OP_ARENA(op));
}

static void add_row(struct op *op, const struct matrix_new *in, struct str category, int64_t from, struct opt_i64 to)
{
    static const struct miss taken = {RC_CONFLICT, "matrix_row_exists", "该编号已被使用", "This id has been used"};
    struct effect *e = fx_matrix_add(&op->plan.fx, &(struct matrix_add_in){
        .hq = op->hq, .id = in->id, .criterion_code = text_or_none(in->criterion_code), .category_code = category,
        .area_code = in->area_code.p ? in->area_code : STR(""), .lead_role = str_of(matrix_role_names[in->lead]),
        .territory_unit_id = in->unit_ids[MATRIX_TERRITORY], .subject_unit_id = in->unit_ids[MATRIX_SUBJECT],
        .supervising_unit_id = in->unit_ids[MATRIX_SUPERVISING], .work_standard = text_or_none(in->work_standard),
        .deadline = text_or_none(in->deadline), .due_ms = in->due_ms, .measures = text_or_none(in->measures),
        .person_id = in->person_id, .valid_from_ms = from, .valid_to_ms = to, .created_ms = op->now,
        .created_by = op->actor.person_id});
    e->on_clash = &taken;
    for (size_t i = 0; i < in->nsupport; i++)
        fx_matrix_support_add(&op->plan.fx,
                              &(struct matrix_support_add_in){op->hq, in->id, in->support_ids[i], (int64_t)i});
}

enum rc matrix_prepare_put(struct op *op, const struct matrix_new *in)
{
    const struct text_rule rules[] = {{"/work_standard", in->work_standard, false, NOTE_MAX_CHARS},
                                      {"/deadline", in->deadline, false, DEADLINE_MAX_CHARS},
                                      {"/measures", in->measures, false, NOTE_MAX_CHARS}};
    int64_t from = in->valid_from_ms.has ? in->valid_from_ms.v : op->now;
    struct opt_i64 to = in->valid_to_ms;
    struct str category;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_MATRIX_WRITE, NULL));
    text_check(op->rd.fault, rules, sizeof rules / sizeof *rules);
    RETURN_IF(check_about(op, in, &category));
    RETURN_IF(check_area(op, in->area_code));
    RETURN_IF(check_units(op, in));
    RETURN_IF(check_person(op, in->person_id));
    if (to.has && to.v <= from)
        fail_field(op->rd.fault, STR("/valid_to"), "before_start", "截止时间应晚于起始时间", "The end lies before the start");
    RETURN_IF(text_verdict(op->rd.fault));
    if (!in->beside)
        RETURN_IF(end_before(op, in, category, from, &to));
    add_row(op, in, category, from, to);
    op->plan.command.detail = put_detail(op, in);
    change_event(op, "matrix.changed", "matrix_row", in->id, STR_NONE);
    return RC_OK;
}

enum rc matrix_prepare_end(struct op *op, struct uuid id, struct opt_i64 version, struct str reason)
{
    const struct text_rule rule = {"/reason", reason, true, REASON_MAX_CHARS};
    struct matrix_row row;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_MATRIX_WRITE, NULL));
    RETURN_IF(matrix_load(op, id, &row));
    RETURN_IF(version_check(op->rd.fault, version, row.version));
    text_check(op->rd.fault, &rule, 1);
    RETURN_IF(text_verdict(op->rd.fault));
    if (row.valid_to_ms.has && row.valid_to_ms.v <= op->now)
        return OP_FAIL(op, RC_CONFLICT, "matrix_row_ended", "这一行已经失效", "This row has ended already");
    fx_matrix_end(&op->plan.fx, &(struct matrix_end_in){
        .hq = op->hq, .id = id, .was_version = row.version, .end_reason = reason,
        .valid_to_ms = row.valid_from_ms > op->now ? row.valid_from_ms : op->now});
    change_event(op, "matrix.changed", "matrix_row", id, STR_NONE);
    return RC_OK;
}
