/* matrix.c - which row of the matrix decides, and how that is said. Pure. */
#include "matrix/matrix.h"

const char *const matrix_role_names[] = {"territory", "subject", "supervising", NULL};
const char *const matrix_source_names[] = {"row", "criterion", "site", "none", NULL};
const char *const matrix_doubt_names[] = {"no_unit", "unit_closed", NULL};

static const struct {
    const char *zh, *en;
} role_words[MATRIX_ROLES] = {
    [MATRIX_TERRITORY] = {"属地", "the territory"},
    [MATRIX_SUBJECT] = {"主体", "the subject"},
    [MATRIX_SUPERVISING] = {"行业监管", "the supervising department"},
};

enum { RANK_CRITERION = 2000, RANK_CATEGORY = 1000 };

static bool in_force(const struct matrix_row *row, int64_t at_ms)
{
    return row->valid_from_ms <= at_ms && !(row->valid_to_ms.has && row->valid_to_ms.v <= at_ms);
}

int matrix_rank(const struct matrix_row *row, const struct matrix_question *q)
{
    bool criterion = !str_empty(row->criterion_code), category = !str_empty(row->category_code);
    if (!in_force(row, q->at_ms) || !str_starts(q->area_code, row->area_code))
        return -1;
    if (criterion && (str_empty(q->criterion_code) || !str_eq(row->criterion_code, q->criterion_code)))
        return -1;
    if (!criterion && category && !str_eq(row->category_code, q->category_code))
        return -1;
    return (criterion ? RANK_CRITERION : category ? RANK_CATEGORY : 0) + (int)row->area_code.n;
}

/* Of two rows of one rank the newer decides: by validity, by when it was written, by id. */
static bool newer(const struct matrix_row *a, const struct matrix_row *b)
{
    if (a->valid_from_ms != b->valid_from_ms)
        return a->valid_from_ms > b->valid_from_ms;
    if (a->created_ms != b->created_ms)
        return a->created_ms > b->created_ms;
    return uuid_cmp(a->id, b->id) > 0;
}

static bool before(const struct matrix_row *a, const struct matrix_row *b, const struct matrix_question *q)
{
    int ra = matrix_rank(a, q), rb = matrix_rank(b, q);
    return ra != rb ? ra > rb : newer(a, b);
}

/* The row that comes next after `last`; NULL: none. */
static const struct matrix_row *next_row(const struct matrix_row *rows, size_t n, const struct matrix_question *q,
                                         const struct matrix_row *last)
{
    const struct matrix_row *best = NULL;
    for (size_t i = 0; i < n; i++)
        if (matrix_rank(&rows[i], q) >= 0 && &rows[i] != last && (!last || before(last, &rows[i], q)) &&
            (!best || before(&rows[i], best, q)))
            best = &rows[i];
    return best;
}

static struct matrix_unit unit_in_role(const struct matrix_row *row, const struct matrix_question *q, enum matrix_role role)
{
    return uuid_is_none(row->units[role].id) ? q->site_units[role] : row->units[role];
}

static bool can_act(const struct matrix_unit *u)
{
    return !uuid_is_none(u->id) && !u->closed;
}

static void add_support(struct matrix_answer *out, const struct matrix_unit *u)
{
    if (!can_act(u) || uuid_eq(u->id, out->lead.id))
        return;
    for (size_t i = 0; i < out->nsupport; i++)
        if (uuid_eq(out->support[i].id, u->id))
            return;
    if (out->nsupport < sizeof out->support / sizeof *out->support)
        out->support[out->nsupport++] = *u;
}

static void decide_by(struct matrix_answer *out, const struct matrix_row *row, const struct matrix_question *q)
{
    out->source = MATRIX_BY_ROW;
    out->row = row;
    out->role = row->lead;
    out->lead = unit_in_role(row, q, row->lead);
    for (int r = 0; r < MATRIX_ROLES; r++) {
        struct matrix_unit u = unit_in_role(row, q, (enum matrix_role)r);
        add_support(out, &u);
    }
    for (size_t i = 0; i < row->nsupport; i++)
        add_support(out, &row->support[i]);
}

/* Without a row: per role the department the criterion names, else the site's own; the subject before the territory
 * before the supervising department. */
static void fall_back(struct matrix_answer *out, const struct matrix_question *q)
{
    static const enum matrix_role order[] = {MATRIX_SUBJECT, MATRIX_TERRITORY, MATRIX_SUPERVISING};
    out->source = MATRIX_BY_NOBODY;
    for (size_t i = 0; i < MATRIX_ROLES; i++) {
        bool named = can_act(&q->named_units[order[i]]);
        const struct matrix_unit *u = named ? &q->named_units[order[i]] : &q->site_units[order[i]];
        if (!can_act(u))
            continue;
        if (out->source != MATRIX_BY_NOBODY) {
            add_support(out, u);
            continue;
        }
        out->source = named ? MATRIX_BY_CRITERION : MATRIX_BY_SITE;
        out->role = order[i];
        out->lead = *u;
    }
}

void matrix_resolve(const struct matrix_row *rows, size_t n, const struct matrix_question *q, struct matrix_answer *out)
{
    const struct matrix_row *row = NULL;
    *out = (struct matrix_answer){.source = MATRIX_BY_NOBODY};
    while ((row = next_row(rows, n, q, row)) != NULL) {
        struct matrix_unit lead = unit_in_role(row, q, row->lead);
        if (can_act(&lead)) {
            decide_by(out, row, q);
            return;
        }
        if (out->npassed < MATRIX_PASSED_MAX)
            out->passed[out->npassed++] =
                (struct matrix_passed){row, uuid_is_none(lead.id) ? MATRIX_NO_UNIT : MATRIX_UNIT_CLOSED};
    }
    fall_back(out, q);
}

static bool same_key(const struct matrix_row *a, const struct matrix_row *b)
{
    return str_eq(a->criterion_code, b->criterion_code) && str_eq(a->category_code, b->category_code) &&
           str_eq(a->area_code, b->area_code);
}

bool matrix_disagree(const struct matrix_row *a, const struct matrix_row *b)
{
    return same_key(a, b) && (a->lead != b->lead || !uuid_eq(a->units[a->lead].id, b->units[b->lead].id));
}

static struct str why_row(struct arena *a, const struct matrix_answer *w, bool zh)
{
    const struct matrix_row *r = w->row;
    bool criterion = !str_empty(r->criterion_code), category = !str_empty(r->category_code);
    struct str code = criterion ? r->criterion_code : r->category_code;
    struct str area = str_empty(r->area_code) ? (zh ? STR("全域") : STR("everywhere")) : r->area_code;
    if (zh)
        return str_fmt(a, "责任矩阵（%s%.*s，区划 %.*s）规定由%s单位牵头", criterion  ? "条目 "
                                                                      : category ? "类别 "
                                                                                 : "全部条目",
                       STR_ARG(code), STR_ARG(area), role_words[w->role].zh);
    return str_fmt(a, "The responsibility matrix (%s%.*s, area %.*s) lets %s lead", criterion  ? "criterion "
                                                                              : category ? "category "
                                                                                         : "all criteria",
                   STR_ARG(code), STR_ARG(area), role_words[w->role].en);
}

struct str matrix_why(struct arena *a, const struct matrix_answer *w, enum lang lang)
{
    bool zh = lang == LANG_ZH;
    switch (w->source) {
    case MATRIX_BY_ROW:
        return why_row(a, w, zh);
    case MATRIX_BY_CRITERION:
        return zh ? str_fmt(a, "责任矩阵未作规定；测评条目载明的%s部门", role_words[w->role].zh)
                  : str_fmt(a, "No row of the matrix; the criterion names it as %s", role_words[w->role].en);
    case MATRIX_BY_SITE:
        return zh ? str_fmt(a, "责任矩阵未作规定；点位的%s单位", role_words[w->role].zh)
                  : str_fmt(a, "No row of the matrix; the site's own unit as %s", role_words[w->role].en);
    case MATRIX_BY_NOBODY:
        break;
    }
    return zh ? STR("责任矩阵、测评条目和点位均未载明可承办的单位")
              : STR("Neither the matrix nor the criterion nor the site names a unit that could act");
}
