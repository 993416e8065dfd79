/*
 * checklist.c - checklists of published versions, kept in the process: an inspection of 12
 * observations would otherwise read and parse its criteria anew each time.
 *
 * One list of entries behind one mutex; an entry is filled before it is linked in and never changes
 * or goes away afterwards, so what standard_checklist() hands out needs no lock. A published
 * version never changes, so an entry cannot become stale.
 */
#include "standard_internal.h"

#include <pthread.h>
#include <stdlib.h>

struct entry {
    struct entry *next;
    const struct store *store;
    int64_t hq;
    struct arena arena;
    struct checklist list;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *entries;

static bool is_for(const struct entry *e, const struct op *op, struct uuid version_id,
                   struct str category)
{
    return e->store == op->env->store && e->hq == op->hq &&
           uuid_eq(e->list.version_id, version_id) && str_eq(e->list.category_code, category);
}

static const struct checklist *look_up(const struct op *op, struct uuid version_id,
                                       struct str category)
{
    const struct checklist *found = NULL;
    pthread_mutex_lock(&lock);
    for (const struct entry *e = entries; e && !found; e = e->next)
        if (is_for(e, op, version_id, category))
            found = &e->list;
    pthread_mutex_unlock(&lock);
    return found;
}

static int index_of(const char *const *names, struct str name)
{
    for (int i = 0; names[i]; i++)
        if (str_is(name, names[i]))
            return i;
    return -1;
}

/* The rows' texts already lie in the entry's arena. */
static enum rc fill_criterion(struct op *op, struct entry *e, const struct criterion_get_row *r,
                              struct criterion *out)
{
    int mode = index_of(judging_mode_names, r->mode),
        limit = index_of(limit_kind_names, r->limit_kind);
    if (mode < 0 || limit < 0)
        return OP_FAIL(op, RC_INTERNAL, "criterion_damaged", "条目 %.*s 的数据不正确",
                       "The data of criterion %.*s are wrong", STR_ARG(r->code));
    *out = (struct criterion){.id = r->id,
                              .code = r->code,
                              .text_zh = r->text_zh,
                              .text_en = r->text_en,
                              .weight = r->weight,
                              .veto = r->veto,
                              .key = str_is(r->severity, "key"),
                              .limit_kind = (enum limit_kind)limit,
                              .limit_amount = r->limit_amount,
                              .active = r->active};
    return judging_parse(&e->arena, op->rd.fault, (enum judging_mode)mode, r->mode_params,
                         &out->judging);
}

static enum rc fill(struct op *op, struct entry *e)
{
    struct reader rd = {op->rd.db, &e->arena, op->rd.fault};
    struct criterion_get_row *rows;
    size_t n;
    struct criterion_list_in in = {op->hq, e->list.version_id, e->list.category_code};
    RETURN_IF(q_criterion_list(&rd, &in, &rows, &n));
    e->list.criteria = ARENA_MANY(&e->arena, struct criterion, n + 1);
    for (size_t i = 0; i < n; i++)
        RETURN_IF(fill_criterion(op, e, &rows[i], &e->list.criteria[i]));
    e->list.n = n;
    return RC_OK;
}

static void entry_free(struct entry *e)
{
    arena_free(&e->arena);
    free(e);
}

/* Two threads may read the same list at once; the second to come throws its copy away. */
static const struct checklist *keep(struct op *op, struct entry *e)
{
    struct entry *there;
    pthread_mutex_lock(&lock);
    for (there = entries; there; there = there->next)
        if (is_for(there, op, e->list.version_id, e->list.category_code))
            break;
    if (!there) {
        e->next = entries;
        entries = e;
    }
    pthread_mutex_unlock(&lock);
    if (!there)
        return &e->list;
    entry_free(e);
    return &there->list;
}

static enum rc must_be_published(struct op *op, struct uuid version_id, struct str category)
{
    struct standard_version_get_row v;
    struct category_list_row c;
    struct category_get_in in = {op->hq, version_id, category};
    bool found;
    RETURN_IF(q_standard_version_get(&op->rd, &(struct standard_version_get_in){op->hq, version_id},
                                     &v, &found));
    if (found && str_is(v.state, "published"))
        RETURN_IF(q_category_get(&op->rd, &in, &c, &found));
    else
        found = false;
    if (found)
        return RC_OK;
    return OP_FAIL(op, RC_NOT_FOUND, "checklist_missing", "已发布的标准版本中没有该类别的检查表",
                   "No published version of a standard has a checklist of this category");
}

enum rc standard_checklist(struct op *op, struct uuid version_id, struct str category_code,
                           const struct checklist **out)
{
    *out = look_up(op, version_id, category_code);
    if (*out)
        return RC_OK;
    RETURN_IF(must_be_published(op, version_id, category_code));
    struct entry *e = xcalloc(1, sizeof *e);
    arena_init(&e->arena);
    e->store = op->env->store;
    e->hq = op->hq;
    e->list.version_id = version_id;
    e->list.category_code = str_copy(&e->arena, category_code);
    enum rc rc = fill(op, e);
    if (rc != RC_OK) {
        entry_free(e);
        return rc;
    }
    *out = keep(op, e);
    return RC_OK;
}

enum rc standard_version_at(struct op *op, int64_t at_ms, struct uuid *version_id, bool *found)
{
    struct standard_version_newest_row row;
    struct standard_version_newest_in in = {op->hq, at_ms};
    RETURN_IF(q_standard_version_newest(&op->rd, &in, &row, found));
    *version_id = *found ? row.id : UUID_NONE;
    return RC_OK;
}

enum rc standard_current_version(struct op *op, struct uuid *version_id, bool *found)
{
    return standard_version_at(op, op->now, version_id, found);
}

void standard_forget_checklists(void)
{
    pthread_mutex_lock(&lock);
    struct entry *e = entries;
    entries = NULL;
    pthread_mutex_unlock(&lock);
    while (e) {
        struct entry *next = e->next;
        entry_free(e);
        e = next;
    }
}
