/*
 * import_matrix.c - lists of the responsibility matrix (责任矩阵): criterion or category × territory, who leads and who
 * supports. A row that says what is in force already is left alone; one that says something else ends it and follows it.
 */
#include "import_internal.h"

#include "base/arena.h"
#include "matrix/matrix.h"

struct matrix_line {
    size_t row;
    struct matrix_new m;
    struct uuid support[MATRIX_SUPPORT_MAX];
};

static const char *const unit_keys[MATRIX_ROLES] = {"territory_unit", "subject_unit", "supervising_unit"};

static bool read_lead(struct import *im, struct matrix_line *l)
{
    static const char *const words[MATRIX_ROLES] = {"属地", "主体", "监管"};
    struct table_value v = import_cell(im, l->row, "lead");
    if (!report_check(im->report, &v, true, NAME_MAX_CHARS))
        return false;
    for (int i = 0; i < MATRIX_ROLES; i++)
        if (str_starts(v.text, str_of(words[i])) || str_is(v.text, matrix_role_names[i])) {
            l->m.lead = (enum matrix_role)i;
            return true;
        }
    if (str_find(v.text, STR("行业"), 0) >= 0) {
        l->m.lead = MATRIX_SUPERVISING;
        return true;
    }
    report_error(im->report, v.row, v.column, "lead_unknown", "牵头方应为属地、主体、监管之一", "Who leads is territory, subject or supervising");
    return false;
}

static bool read_area(struct import *im, struct matrix_line *l)
{
    struct table_value v = import_cell(im, l->row, "area_code");
    const struct import_area *area;
    l->m.area_code = STR("");
    if (str_empty(v.text))
        return true;
    if (import_find_area(im, v.text, &(struct area_where){0}, &area) == 1) {
        l->m.area_code = area->code;
        return true;
    }
    report_error(im->report, v.row, v.column, "area_unknown", "没有在用的区划“%.*s”", "No area in force is \"%.*s\"", STR_ARG(v.text));
    return false;
}

static enum rc read_support(struct import *im, struct matrix_line *l, bool *ok)
{
    struct table_value v = import_cell(im, l->row, "support");
    struct str rest = v.text;
    l->m.support_ids = l->support;
    while (rest.n) {
        ptrdiff_t at = str_find(rest, STR("、"), 0);
        struct str one = str_trim(at < 0 ? rest : str_sub(rest, 0, (size_t)at));
        rest = at < 0 ? STR("") : str_sub(rest, (size_t)at + 3, rest.n);
        if (str_empty(one))
            continue;
        if (l->m.nsupport == MATRIX_SUPPORT_MAX) {
            report_error(im->report, v.row, v.column, "too_many", "协同单位最多%d个", "At most %d units in support", MATRIX_SUPPORT_MAX);
            *ok = false;
            return RC_OK;
        }
        bool found;
        struct table_value part = v;
        part.text = one;
        RETURN_IF(import_find_unit_text(im, &part, l->row, &l->support[l->m.nsupport++], &found));
        *ok = *ok && found;
    }
    return RC_OK;
}

/* A person nobody knows by that name is said and left out: the row is about units. */
static enum rc read_person(struct import *im, struct matrix_line *l)
{
    struct op *op = im->op;
    struct import_people_called_row *rows;
    struct table_value v = import_cell(im, l->row, "person");
    size_t n;
    if (str_empty(v.text))
        return RC_OK;
    RETURN_IF(q_import_people_called(&op->rd, &(struct import_people_called_in){op->hq, v.text, UUID_NONE}, &rows, &n));
    if (n == 1)
        l->m.person_id = rows[0].id;
    else
        report_warning(im->report, v.row, v.column, n ? "person_ambiguous" : "person_unknown", "责任人员“%.*s”不能确定，留空",
                       "Who \"%.*s\" is cannot be told; left empty", STR_ARG(v.text));
    return RC_OK;
}

static enum rc read_line(struct import *im, struct matrix_line *l, bool *ok)
{
    *ok = read_lead(im, l);
    *ok &= read_area(im, l);
    *ok &= import_text(im, l->row, "criterion", false, CODE_MAX_CHARS, &l->m.criterion_code);
    *ok &= import_text(im, l->row, "category", false, CODE_MAX_CHARS, &l->m.category_code);
    *ok &= import_text(im, l->row, "work_standard", false, NOTE_MAX_CHARS, &l->m.work_standard);
    *ok &= import_text(im, l->row, "deadline", false, NAME_MAX_CHARS, &l->m.deadline);
    *ok &= import_text(im, l->row, "measures", false, NOTE_MAX_CHARS, &l->m.measures);
    *ok &= import_time(im, l->row, "due", &l->m.due_ms);
    *ok &= import_time(im, l->row, "from", &l->m.valid_from_ms);
    *ok &= import_time(im, l->row, "to", &l->m.valid_to_ms);
    for (int i = 0; i < MATRIX_ROLES; i++) {
        bool unit;
        RETURN_IF(import_find_unit(im, l->row, unit_keys[i], &l->m.unit_ids[i], &unit));
        *ok &= unit;
    }
    RETURN_IF(read_support(im, l, ok));
    return read_person(im, l);
}

/* ---- there already? ---- */

static bool same_text(struct str a, struct str b)
{
    return str_eq(a.p ? a : STR(""), b.p ? b : STR(""));
}

/* An empty cell asks for nothing; a beginning that was not said is whenever it began. */
static bool says_the_same(const struct matrix_row *there, const struct matrix_new *m)
{
    bool same = there->lead == m->lead && there->nsupport == m->nsupport && same_text(there->work_standard, m->work_standard) &&
                same_text(there->deadline, m->deadline) && same_text(there->measures, m->measures) &&
                there->due_ms.has == m->due_ms.has && there->due_ms.v == m->due_ms.v && uuid_eq(there->person_id, m->person_id) &&
                (!m->valid_to_ms.has || (there->valid_to_ms.has && there->valid_to_ms.v == m->valid_to_ms.v));
    for (int i = 0; same && i < MATRIX_ROLES; i++)
        same = uuid_eq(there->units[i].id, m->unit_ids[i]);
    for (size_t i = 0; same && i < m->nsupport; i++)
        same = uuid_eq(there->support[i].id, m->support_ids[i]);
    return same;
}

static enum rc is_there(struct import *im, const struct matrix_line *l, bool *there)
{
    struct op *op = im->op;
    struct import_matrix_like_row *rows;
    struct matrix_row row;
    size_t n;
    const struct import_matrix_like_in in = {.hq = op->hq, .area_code = l->m.area_code, .now_ms = op->now,
                                             .criterion = l->m.criterion_code, .category = l->m.category_code};
    *there = false;
    RETURN_IF(q_import_matrix_like(&op->rd, &in, &rows, &n));
    for (size_t i = 0; i < n && !*there; i++) {
        RETURN_IF(matrix_load(op, rows[i].id, &row));
        *there = says_the_same(&row, &l->m);
    }
    return RC_OK;
}

static enum rc plan_row(struct import *im, size_t row, enum report_outcome *outcome)
{
    struct arena *a = OP_ARENA(im->op);
    struct matrix_line *l = ARENA_NEW(a, struct matrix_line);
    bool ok, there;
    l->row = row;
    RETURN_IF(read_line(im, l, &ok));
    struct str key = str_fmt(a, "%.*s %.*s %.*s", STR_ARG(l->m.criterion_code), STR_ARG(l->m.category_code), STR_ARG(l->m.area_code));
    if (!ok || !import_first(im, row, l->m.criterion_code.n ? "criterion" : "category", key))
        return RC_OK;
    RETURN_IF(is_there(im, l, &there));
    *outcome = REPORT_UNCHANGED;
    if (there)
        return RC_OK;
    l->m.id = import_id(im, "matrix", key);
    RETURN_IF(import_outcome(im, row, matrix_prepare_put(im->op, &l->m), &ok));
    *outcome = ok ? REPORT_CREATED : REPORT_REFUSED;
    return RC_OK;
}

const struct importer import_matrix = {"matrix", import_load_areas, plan_row, NULL};
