/*
 * area_store.c - areas in the database: loading, creating, changing, closing, counting. The
 * stretches of area_history are written beside each change, so that any past day can be shown.
 */
#include "org_internal.h"

#include "auth/policy.h"
#include "base/civil.h"

#include <stdlib.h>

struct area area_of_row(const struct area_get_row *r)
{
    struct area a = {.id = r->id,
                     .code = r->code,
                     .parent_id = r->parent_id,
                     .kind = r->kind,
                     .name = r->name,
                     .order_no = r->order_no,
                     .valid_from_ms = r->valid_from_ms,
                     .valid_to_ms = r->valid_to_ms,
                     .version = r->version};
    if (!area_level_by_name(r->level, &a.level))
        a.level = AREA_GRID;
    return a;
}

int64_t org_today(const struct op *op)
{
    return civil_midnight(op->now, op->zone_min);
}

enum rc org_not_found(struct op *op, const char *zh, const char *en)
{
    return OP_FAIL(op, RC_NOT_FOUND, "not_found", zh, en);
}

int org_name_index(const char *const *names, struct str name)
{
    for (int i = 0; names[i]; i++)
        if (str_is(name, names[i]))
            return i;
    return -1;
}

enum rc version_check(struct fault *f, struct opt_i64 expected, int64_t there)
{
    if (!expected.has || expected.v == there)
        return RC_OK;
    return fail(f, RC_STALE, "version_mismatch", "记录已被他人修改，请刷新后重新编辑",
                "The record was changed by someone else; reload and edit again");
}

/* ---- loading ---- */

enum rc area_find(struct op *op, struct uuid id, struct area *out, bool *found)
{
    struct area_get_row row;
    RETURN_IF(q_area_get(&op->rd, &(struct area_get_in){op->hq, id}, &row, found));
    if (*found)
        *out = area_of_row(&row);
    return RC_OK;
}

enum rc area_load(struct op *op, struct uuid id, struct area *out)
{
    bool found;
    RETURN_IF(area_find(op, id, out, &found));
    return found ? RC_OK : org_not_found(op, "没有这个区划", "There is no such area");
}

enum rc area_by_code(struct op *op, struct str code, struct area *out, bool *found)
{
    struct area_get_row row;
    RETURN_IF(q_area_in_force_by_code(&op->rd, &(struct area_in_force_by_code_in){op->hq, code},
                                      &row, found));
    if (*found)
        *out = area_of_row(&row);
    return RC_OK;
}

enum rc area_count(struct op *op, int64_t at_ms, struct str code_prefix, struct area_counts *out)
{
    struct area_counts_row *rows;
    size_t n;
    struct area_counts_in in = {.hq = op->hq,
                                .at_ms = at_ms,
                                .code_from = code_prefix,
                                .code_to = code_range_end(OP_ARENA(op), code_prefix)};
    RETURN_IF(q_area_counts(&op->rd, &in, &rows, &n));
    *out = (struct area_counts){.kinds = ARENA_MANY(OP_ARENA(op), struct area_kind_count, n + 1)};
    for (size_t i = 0; i < n; i++) {
        if (str_is(rows[i].level, area_level_names[AREA_TOWN]))
            out->towns += rows[i].n;
        if (!str_is(rows[i].level, area_level_names[AREA_VILLAGE]))
            continue;
        out->villages += rows[i].n;
        out->kinds[out->nkinds++] = (struct area_kind_count){rows[i].kind, rows[i].n};
    }
    return RC_OK;
}

/* ---- effects ---- */

static const struct miss code_taken = {RC_CONFLICT, "area_code_taken", "该区划代码正在使用",
                                       "This area code is in use"};

static struct str area_search(struct op *op, struct str name, struct str code)
{
    return search_text_make(OP_ARENA(op), (struct str[]){name, code}, 2);
}

static void fx_new_area(struct op *op, const struct area *a, struct str parent_code)
{
    struct str level = str_of(area_level_names[a->level]);
    struct effect *e = fx_area_add(
        &op->plan.fx, &(struct area_add_in){.hq = op->hq,
                                            .id = a->id,
                                            .code = a->code,
                                            .parent_id = a->parent_id,
                                            .level = level,
                                            .kind = a->kind,
                                            .name = a->name,
                                            .order_no = a->order_no,
                                            .valid_from_ms = a->valid_from_ms,
                                            .search_text = area_search(op, a->name, a->code)});
    e->on_clash = &code_taken;
    fx_area_stretch_add(&op->plan.fx,
                        &(struct area_stretch_add_in){.hq = op->hq,
                                                      .area_id = a->id,
                                                      .valid_from_ms = a->valid_from_ms,
                                                      .code = a->code,
                                                      .parent_code = parent_code,
                                                      .level = level,
                                                      .kind = a->kind,
                                                      .name = a->name});
}

/* A new stretch from `at_ms`, or the current one mended when it began that very day. */
static void fx_new_stretch(struct op *op, const struct area *a, struct str parent_code,
                           const int64_t from_at[2])
{
    if (from_at[0] == from_at[1]) {
        fx_area_stretch_mend(&op->plan.fx,
                             &(struct area_stretch_mend_in){.hq = op->hq,
                                                            .area_id = a->id,
                                                            .valid_from_ms = from_at[0],
                                                            .parent_code = parent_code,
                                                            .kind = a->kind,
                                                            .name = a->name});
        return;
    }
    fx_area_stretch_end(&op->plan.fx, &(struct area_stretch_end_in){.hq = op->hq,
                                                                    .area_id = a->id,
                                                                    .valid_from_ms = from_at[0],
                                                                    .valid_to_ms = from_at[1]});
    fx_area_stretch_add(&op->plan.fx,
                        &(struct area_stretch_add_in){.hq = op->hq,
                                                      .area_id = a->id,
                                                      .valid_from_ms = from_at[1],
                                                      .code = a->code,
                                                      .parent_code = parent_code,
                                                      .level = str_of(area_level_names[a->level]),
                                                      .kind = a->kind,
                                                      .name = a->name});
}

static void fx_set_area(struct op *op, const struct area *a)
{
    fx_area_set(&op->plan.fx,
                &(struct area_set_in){.hq = op->hq,
                                      .id = a->id,
                                      .was_version = a->version,
                                      .parent_id = a->parent_id,
                                      .kind = a->kind,
                                      .name = a->name,
                                      .order_no = a->order_no,
                                      .search_text = area_search(op, a->name, a->code)});
}

static void fx_close_area(struct op *op, struct uuid id, int64_t version, const int64_t from_at[2])
{
    fx_area_stretch_end(&op->plan.fx, &(struct area_stretch_end_in){.hq = op->hq,
                                                                    .area_id = id,
                                                                    .valid_from_ms = from_at[0],
                                                                    .valid_to_ms = from_at[1]});
    fx_area_close(&op->plan.fx,
                  &(struct area_close_in){
                      .hq = op->hq, .id = id, .was_version = version, .valid_to_ms = from_at[1]});
}

/* ---- creating ---- */

static void check_texts(struct fault *f, struct str name, struct str kind)
{
    const struct text_rule rules[] = {{"/name", name, true, NAME_MAX_CHARS},
                                      {"/kind", kind, false, 40}};
    text_check(f, rules, 2);
}

static void check_day(struct op *op, const char *pointer, int64_t ms)
{
    if (ms > op->now)
        fail_field(op->rd.fault, str_of(pointer), "in_future", "日期不能晚于今天",
                   "The day cannot lie ahead");
}

static void check_level(struct fault *f, struct str said, enum area_level is)
{
    enum area_level level;
    if (str_empty(said))
        return;
    if (!area_level_by_name(said, &level))
        fail_field(f, STR("/level"), "unknown_value", "不是允许的取值",
                   "It is not one of the allowed values");
    else if (level != is)
        fail_field(f, STR("/level"), "level_code", "层级与区划代码的位数不符",
                   "The level does not agree with the length of the code");
}

/* The nearest area in force whose code begins this one's; only a district may stand alone. */
static enum rc parent_by_prefix(struct op *op, const struct area *a, struct area *parent)
{
    bool found = false;
    for (struct str code = area_code_parent(a->code); code.p && !found;
         code = area_code_parent(code))
        RETURN_IF(area_by_code(op, code, parent, &found));
    if (!found && a->level != AREA_DISTRICT)
        fail_field(op->rd.fault, STR("/parent_id"), "parent_missing",
                   "没有找到上级区划，请先建立上级",
                   "No area above it was found; create that first");
    return RC_OK;
}

static enum rc check_parent(struct op *op, enum area_level level, struct uuid parent_id,
                            struct area *parent)
{
    bool found;
    RETURN_IF(area_find(op, parent_id, parent, &found));
    if (!found || parent->valid_to_ms.has)
        fail_field(op->rd.fault, STR("/parent_id"), "parent_missing", "上级区划不存在或已撤销",
                   "The area above it does not exist or was closed");
    else if (parent->level >= level)
        fail_field(op->rd.fault, STR("/parent_id"), "parent_level", "上级区划的层级必须更高",
                   "The area above it must be of a higher level");
    return RC_OK;
}

static struct str area_detail(struct op *op, const struct area *a)
{
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "code", a->code);
    jo_str(&d.j, "name", a->name);
    jo_str(&d.j, "kind", a->kind);
    jo_uuid(&d.j, "parent_id", a->parent_id);
    jo_i64(&d.j, "order_no", a->order_no);
    jo_opt_time(&d.j, "valid_to", a->valid_to_ms);
    return detail_close(&d, OP_ARENA(op));
}

enum rc area_prepare_create(struct op *op, const struct area_new *in)
{
    struct fault *f = op->rd.fault;
    struct area parent = {0},
                a = {.id = in->id,
                     .kind = text_or_none(in->kind),
                     .name = in->name,
                     .order_no = in->order_no,
                     .valid_from_ms = in->valid_from_ms.has ? in->valid_from_ms.v : org_today(op)};
    RETURN_IF(policy_check(f, &op->actor, ACT_ORG_WRITE, NULL));
    check_texts(f, in->name, in->kind);
    check_day(op, "/valid_from", a.valid_from_ms);
    if (!area_code_normal(in->code, &a.code, &a.level))
        return fail_field(f, STR("/code"), "area_code", "区划代码应为6、9、12或15位数字",
                          "An area code has 6, 9, 12 or 15 digits");
    check_level(f, in->level, a.level);
    if (uuid_is_none(in->parent_id))
        RETURN_IF(parent_by_prefix(op, &a, &parent));
    else
        RETURN_IF(check_parent(op, a.level, in->parent_id, &parent));
    RETURN_IF(text_verdict(f));
    a.parent_id = parent.id;
    fx_new_area(op, &a, parent.code);
    op->plan.command.detail = area_detail(op, &a);
    return RC_OK;
}

/* ---- changing ---- */

static enum rc close_area(struct op *op, const struct area_change *in, struct area *a,
                          int64_t stretch_from)
{
    struct area_children_in_force_row children;
    bool found;
    RETURN_IF(q_area_children_in_force(&op->rd, &(struct area_children_in_force_in){op->hq, a->id},
                                       &children, &found));
    if (children.n > 0)
        return OP_FAIL(
            op, RC_CONFLICT, "area_has_children", "该区划下还有%lld个在用的下级区划，请先处理",
            "%lld areas below it are still in force; deal with them first", (long long)children.n);
    check_day(op, "/closed_on", in->closed_ms);
    if (in->closed_ms < stretch_from)
        fail_field(op->rd.fault, STR("/closed_on"), "before_last_change",
                   "撤销日期不能早于最近一次变更的日期",
                   "It cannot be closed before its last change");
    RETURN_IF(text_verdict(op->rd.fault));
    fx_close_area(op, a->id, a->version, (int64_t[2]){stretch_from, in->closed_ms});
    a->valid_to_ms = SOME(in->closed_ms);
    return RC_OK;
}

static enum rc alter_area(struct op *op, const struct area_change *in, struct area *a,
                          const struct area_stretches_row *stretch)
{
    struct fault *f = op->rd.fault;
    struct area parent = {0};
    struct str parent_code = stretch->parent_code;
    int64_t at = in->effective_ms.has ? in->effective_ms.v : org_today(op);
    a->name = in->set & AREA_NAME ? in->name : a->name;
    a->kind = in->set & AREA_KIND ? text_or_none(in->kind) : a->kind;
    a->order_no = in->set & AREA_ORDER ? in->order_no : a->order_no;
    check_texts(f, a->name, a->kind);
    if (in->set & AREA_PARENT) {
        RETURN_IF(check_parent(op, a->level, in->parent_id, &parent));
        a->parent_id = parent.id;
        parent_code = parent.code;
    }
    bool shown = in->set & (AREA_NAME | AREA_KIND | AREA_PARENT);
    if (shown)
        check_day(op, "/effective_on", at);
    if (shown && at < stretch->valid_from_ms)
        fail_field(f, STR("/effective_on"), "before_last_change",
                   "生效日期不能早于最近一次变更的日期",
                   "It cannot take effect before the last change");
    RETURN_IF(text_verdict(f));
    if (shown)
        fx_new_stretch(op, a, parent_code, (int64_t[2]){stretch->valid_from_ms, at});
    fx_set_area(op, a);
    return RC_OK;
}

enum rc area_prepare_change(struct op *op, const struct area_change *in)
{
    struct area a;
    struct area_stretches_row stretch;
    bool found;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ORG_WRITE, NULL));
    RETURN_IF(area_load(op, in->id, &a));
    RETURN_IF(version_check(op->rd.fault, in->expected_version, a.version));
    RETURN_IF(q_area_current_stretch(&op->rd, &(struct area_current_stretch_in){op->hq, a.id},
                                     &stretch, &found));
    if (!found)
        return OP_FAIL(op, RC_CONFLICT, "area_closed", "该区划已撤销，不能再修改",
                       "This area was closed; it cannot change");
    if ((in->set & AREA_CLOSE) && (in->set & ~(unsigned)AREA_CLOSE))
        return fail_field(op->rd.fault, STR("/closed_on"), "close_alone",
                          "撤销不能与其他修改同时进行",
                          "Closing cannot be joined with other changes");
    if (in->set & AREA_CLOSE)
        RETURN_IF(close_area(op, in, &a, stretch.valid_from_ms));
    else
        RETURN_IF(alter_area(op, in, &a, &stretch));
    op->plan.command.detail = area_detail(op, &a);
    return RC_OK;
}

/* ---- a whole list ---- */

struct snapshot {
    struct op *op;
    const struct area_snapshot *in;
    struct area_diff *diff;
    struct uuid *made; /* ids of the areas this snapshot creates, in the order of the steps */
};

static struct str entry_pointer(struct snapshot *s, const struct area_entry *e, const char *member)
{
    return str_fmt(OP_ARENA(s->op), "/entries/%zu/%s", (size_t)(e - s->in->entries), member);
}

static void check_entry(struct snapshot *s, const struct area_entry *e)
{
    struct fault *f = s->op->rd.fault;
    struct str normal;
    enum area_level level;
    if (!area_code_normal(e->code, &normal, &level) || !str_eq(normal, e->code))
        fail_field(f, entry_pointer(s, e, "code"), "area_code", "区划代码应为6、9、12或15位数字",
                   "An area code has 6, 9, 12 or 15 digits");
    else if (!str_starts(e->code, s->in->scope))
        fail_field(f, entry_pointer(s, e, "code"), "outside_scope", "该区划不在本次快照的范围内",
                   "This area lies outside what the list is for");
    if (str_empty(str_trim(e->name)) || utf8_count(e->name) > NAME_MAX_CHARS)
        fail_field(f, entry_pointer(s, e, "name"), "area_name", "名称必填，且不超过120个字",
                   "A name of at most 120 characters is needed");
}

static int by_code(const void *a, const void *b)
{
    const struct area_entry *const *x = a, *const *y = b;
    return str_cmp((*x)->code, (*y)->code);
}

static enum rc check_entries(struct snapshot *s)
{
    const struct area_entry **sorted =
        ARENA_MANY(OP_ARENA(s->op), const struct area_entry *, s->in->n + 1);
    if (s->in->n > AREA_SNAPSHOT_MAX)
        return OP_FAIL(s->op, RC_TOO_LARGE, "snapshot_too_large", "一次最多导入%d个区划",
                       "At most %d areas at once", AREA_SNAPSHOT_MAX);
    for (size_t i = 0; i < s->in->n; i++) {
        sorted[i] = &s->in->entries[i];
        check_entry(s, sorted[i]);
    }
    qsort(sorted, s->in->n, sizeof *sorted, by_code);
    for (size_t i = 1; i < s->in->n; i++)
        if (str_eq(sorted[i]->code, sorted[i - 1]->code))
            fail_field(s->op->rd.fault, entry_pointer(s, sorted[i], "code"), "duplicate_code",
                       "代码 %.*s 重复", "The code %.*s is in the list twice",
                       STR_ARG(sorted[i]->code));
    return text_verdict(s->op->rd.fault);
}

/* Who an entry's parent is: one this snapshot creates, or one in force before. */
static enum rc parent_for(struct snapshot *s, const struct area_entry *e, size_t step,
                          struct area *parent)
{
    bool found = false, gone = false;
    struct str code = e->parent_code.p ? e->parent_code : area_code_parent(e->code);
    *parent = (struct area){0};
    if (!code.p)
        return RC_OK;
    for (size_t i = 0; i < step; i++) {
        const struct area_step *p = &s->diff->steps[i];
        gone |= p->kind == AREA_STEP_CLOSE && str_eq(p->now->code, code);
        if (p->kind != AREA_STEP_CREATE || !str_eq(p->entry->code, code))
            continue;
        *parent = (struct area){.id = s->made[i], .code = code};
        return RC_OK;
    }
    if (!gone)
        RETURN_IF(area_by_code(s->op, code, parent, &found));
    if (!found)
        fail_field(s->op->rd.fault, entry_pointer(s, e, "code"), "parent_missing",
                   "没有找到上级区划 %.*s", "The area above it, %.*s, was not found",
                   STR_ARG(code));
    return RC_OK;
}

static enum rc do_create(struct snapshot *s, size_t step, const struct area *parent)
{
    struct op *op = s->op;
    const struct area_entry *e = s->diff->steps[step].entry;
    struct area a = {.id = s->made[step],
                     .code = e->code,
                     .parent_id = parent->id,
                     .kind = text_or_none(e->kind),
                     .name = e->name,
                     .order_no = e->order_no,
                     .valid_from_ms = s->in->at_ms};
    struct str normal;
    if (!area_code_normal(e->code, &normal, &a.level))
        return RC_OK; /* named by check_entry() */
    fx_new_area(op, &a, parent->code);
    return RC_OK;
}

static enum rc do_alter(struct snapshot *s, size_t step, const struct area *parent)
{
    const struct area_step *p = &s->diff->steps[step];
    struct area a;
    RETURN_IF(area_load(s->op, p->now->id, &a));
    a.name = p->entry->name;
    a.kind = p->entry->kind.p ? text_or_none(p->entry->kind) : a.kind;
    bool moved = p->entry->parent_code.p != NULL;
    a.parent_id = moved ? parent->id : a.parent_id;
    a.order_no = p->entry->order_said ? p->entry->order_no : a.order_no;
    bool shown = moved || p->entry->kind.p || !str_eq(p->entry->name, p->now->name);
    if (shown)
        fx_new_stretch(s->op, &a, moved ? parent->code : p->now->parent_code,
                       (int64_t[2]){p->now->stretch_from_ms, s->in->at_ms});
    fx_set_area(s->op, &a);
    return RC_OK;
}

static enum rc do_step(struct snapshot *s, size_t step)
{
    const struct area_step *p = &s->diff->steps[step];
    struct area parent;
    if (p->now && p->now->stretch_from_ms > s->in->at_ms)
        return OP_FAIL(
            s->op, RC_CONFLICT, "snapshot_too_old", "%.*s 在该日期之后已有变更，请按时间顺序导入",
            "%.*s has changed after that day; import in the order of time", STR_ARG(p->now->code));
    if (p->kind == AREA_STEP_CLOSE) {
        fx_close_area(s->op, p->now->id, p->now->version,
                      (int64_t[2]){p->now->stretch_from_ms, s->in->at_ms});
        return RC_OK;
    }
    RETURN_IF(parent_for(s, p->entry, step, &parent));
    return p->kind == AREA_STEP_CREATE ? do_create(s, step, &parent) : do_alter(s, step, &parent);
}

static struct str snapshot_detail(struct snapshot *s)
{
    struct detail d;
    detail_open(&d, s->op->zone_min);
    jo_str(&d.j, "scope", s->in->scope);
    jo_time(&d.j, "as_of", s->in->at_ms);
    jo_i64(&d.j, "created", (int64_t)s->diff->created);
    jo_i64(&d.j, "renamed", (int64_t)s->diff->renamed);
    jo_i64(&d.j, "altered", (int64_t)s->diff->altered);
    jo_i64(&d.j, "closed", (int64_t)s->diff->closed);
    return detail_close(&d, OP_ARENA(s->op));
}

static enum rc load_now(struct op *op, struct str scope, struct area_now **now, size_t *n)
{
    struct area_now_list_row *rows;
    struct area_now_list_in in = {op->hq, scope, code_range_end(OP_ARENA(op), scope)};
    RETURN_IF(q_area_now_list(&op->rd, &in, &rows, n));
    *now = ARENA_MANY(OP_ARENA(op), struct area_now, *n + 1);
    for (size_t i = 0; i < *n; i++)
        (*now)[i] = (struct area_now){rows[i].id,     rows[i].code,        rows[i].name,
                                      rows[i].kind,   rows[i].parent_code, rows[i].stretch_from_ms,
                                      rows[i].version,     rows[i].order_no};
    return RC_OK;
}

enum rc area_prepare_snapshot(struct op *op, const struct area_snapshot *in, struct area_diff *diff)
{
    struct snapshot s = {.op = op, .in = in, .diff = diff};
    struct area_now *now;
    size_t nnow;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ORG_WRITE, NULL));
    check_day(op, "/as_of", in->at_ms);
    RETURN_IF(check_entries(&s));
    RETURN_IF(load_now(op, in->scope, &now, &nnow));
    area_snapshot_diff(OP_ARENA(op),
                       &(struct area_comparison){in->scope, now, nnow, in->entries, in->n}, diff);
    s.made = ARENA_MANY(OP_ARENA(op), struct uuid, diff->n + 1);
    for (size_t i = 0; i < diff->n; i++)
        if (diff->steps[i].kind == AREA_STEP_CREATE)
            s.made[i] = uuid_named(op->plan.command.id, diff->steps[i].entry->code);
    for (size_t i = 0; i < diff->n; i++)
        RETURN_IF(do_step(&s, i));
    RETURN_IF(text_verdict(op->rd.fault));
    op->plan.command.detail = snapshot_detail(&s);
    return RC_OK;
}
