/*
 * unit_store.c - the headquarters' own row, and units: rules, loading, creating, changing.
 */
#include "org_internal.h"

#include "auth/policy.h"

const char *const unit_kind_names[] = {"department",   "territory", "utility",
                                       "headquarters", "other",     NULL};

/* ---- headquarters ---- */

enum rc headquarters_load(struct op *op, struct headquarters *out, bool *found)
{
    struct headquarters_get_row row;
    RETURN_IF(q_headquarters_get(&op->rd, &(struct headquarters_get_in){op->hq}, &row, found));
    if (*found)
        *out = (struct headquarters){row.code, row.name, (int)row.zone_min, row.demo};
    return RC_OK;
}

enum { ZONE_MIN_MAX = 14 * 60 };

enum rc headquarters_prepare_create(struct op *op, const struct headquarters *in)
{
    static const struct miss there = {RC_CONFLICT, "headquarters_exists", "指挥部已经建立",
                                      "The headquarters exists already"};
    struct str code;
    enum area_level level;
    const struct text_rule name = {"/name", in->name, true, NAME_MAX_CHARS};
    text_check(op->rd.fault, &name, 1);
    if (!area_code_normal(in->code, &code, &level) || level != AREA_DISTRICT)
        fail_field(op->rd.fault, STR("/code"), "area_code", "应为县级区划代码（6位数字）",
                   "A district's code of 6 digits is needed");
    if (in->zone_min < -ZONE_MIN_MAX || in->zone_min > ZONE_MIN_MAX)
        fail_field(op->rd.fault, STR("/zone_min"), "out_of_range", "时区超出范围",
                   "The zone is out of range");
    RETURN_IF(text_verdict(op->rd.fault));
    struct effect *e =
        fx_headquarters_add(&op->plan.fx, &(struct headquarters_add_in){.hq = op->hq,
                                                                        .code = code,
                                                                        .name = in->name,
                                                                        .zone_min = in->zone_min,
                                                                        .demo = in->demo,
                                                                        .created_ms = op->now});
    e->on_clash = &there;
    return RC_OK;
}

/* ---- loading ---- */

struct unit unit_of_row(const struct unit_get_row *r)
{
    return (struct unit){r->id,        r->code,      r->name,     r->short_name, r->kind,
                         r->parent_id, r->area_code, r->order_no, r->closed_ms,  r->version};
}

/* One that op's own plan creates: an import makes units and names them in the same change. */
static bool planned(const struct op *op, struct uuid id, struct unit *out)
{
    for (size_t i = 0; i < op->plan.fx.n; i++) {
        const struct unit_add_in *u = op->plan.fx.list[i].in;
        if (op->plan.fx.list[i].q != &Q_unit_add || !uuid_eq(u->id, id))
            continue;
        *out = (struct unit){.id = u->id, .code = u->code, .name = u->name, .short_name = u->short_name,
                             .kind = u->kind, .parent_id = u->parent_id, .area_code = u->area_code,
                             .order_no = u->order_no, .version = 1};
        return true;
    }
    return false;
}

enum rc unit_find(struct op *op, struct uuid id, struct unit *out, bool *found)
{
    struct unit_get_row row;
    *found = planned(op, id, out);
    if (*found)
        return RC_OK;
    RETURN_IF(q_unit_get(&op->rd, &(struct unit_get_in){op->hq, id}, &row, found));
    if (*found)
        *out = unit_of_row(&row);
    return RC_OK;
}

enum rc unit_load(struct op *op, struct uuid id, struct unit *out)
{
    bool found;
    RETURN_IF(unit_find(op, id, out, &found));
    return found ? RC_OK : org_not_found(op, "没有这个单位", "There is no such unit");
}

enum rc unit_by_code(struct op *op, struct str code, struct unit *out, bool *found)
{
    struct unit_get_row row;
    RETURN_IF(
        q_unit_get_by_code(&op->rd, &(struct unit_get_by_code_in){op->hq, code}, &row, found));
    if (*found)
        *out = unit_of_row(&row);
    return RC_OK;
}

enum rc unit_by_name(struct op *op, struct str name, struct unit *out, size_t *n)
{
    struct unit_get_row *rows;
    RETURN_IF(q_unit_list_by_name(&op->rd, &(struct unit_list_by_name_in){op->hq, name}, &rows, n));
    if (*n > 0)
        *out = unit_of_row(&rows[0]);
    return RC_OK;
}

/* ---- rules ---- */

static void check_texts(struct fault *f, const struct unit *u)
{
    const struct text_rule rules[] = {
        {"/name", u->name, true, NAME_MAX_CHARS},
        {"/short_name", u->short_name, false, 40},
        {"/kind", u->kind, true, 40},
    };
    text_check(f, rules, 3);
    if (!str_empty(u->kind) && org_name_index(unit_kind_names, u->kind) < 0)
        fail_field(f, STR("/kind"), "unknown_value", "不是允许的取值",
                   "It is not one of the allowed values");
    if (u->order_no < 0 || u->order_no > ORDER_NO_MAX)
        fail_field(f, STR("/order_no"), "out_of_range", "排序号超出范围",
                   "The order number is out of range");
}

/* A territory's area is kept in its normal form and must be in force. */
static enum rc check_area(struct op *op, struct unit *u)
{
    struct str normal;
    enum area_level level;
    struct area area;
    bool found = false;
    if (str_empty(u->area_code)) {
        u->area_code = STR_NONE;
        return RC_OK;
    }
    if (area_code_normal(u->area_code, &normal, &level))
        RETURN_IF(area_by_code(op, normal, &area, &found));
    if (!found)
        fail_field(op->rd.fault, STR("/area_code"), "area_unknown", "没有代码为 %.*s 的在用区划",
                   "No area in force has the code %.*s", STR_ARG(u->area_code));
    else
        u->area_code = normal;
    return RC_OK;
}

static enum rc check_parent(struct op *op, const struct unit *u)
{
    struct fault *f = op->rd.fault;
    struct unit parent;
    struct unit_ancestors_row *up;
    size_t n;
    bool found;
    if (uuid_is_none(u->parent_id))
        return RC_OK;
    RETURN_IF(unit_find(op, u->parent_id, &parent, &found));
    if (!found || parent.closed_ms.has) {
        fail_field(f, STR("/parent_id"), "parent_missing", "上级单位不存在或已撤销",
                   "The unit above it does not exist or was closed");
        return RC_OK;
    }
    RETURN_IF(
        q_unit_ancestors(&op->rd, &(struct unit_ancestors_in){op->hq, u->parent_id}, &up, &n));
    for (size_t i = 0; i < n; i++)
        if (uuid_eq(up[i].id, u->id))
            return fail_field(f, STR("/parent_id"), "parent_circle", "上级单位不能是本单位或其下级",
                              "A unit cannot stand below itself");
    return RC_OK;
}

static struct str unit_search(struct op *op, const struct unit *u)
{
    return search_text_make(OP_ARENA(op), (struct str[]){u->name, u->short_name, u->code}, 3);
}

static struct str unit_detail(struct op *op, const struct unit *u)
{
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_str(&d.j, "code", u->code);
    jo_str(&d.j, "name", u->name);
    jo_str(&d.j, "kind", u->kind);
    jo_uuid(&d.j, "parent_id", u->parent_id);
    jo_str(&d.j, "area_code", u->area_code);
    jo_i64(&d.j, "order_no", u->order_no);
    jo_bool(&d.j, "closed", u->closed_ms.has);
    return detail_close(&d, OP_ARENA(op));
}

/* ---- writing ---- */

static const struct miss code_taken = {RC_CONFLICT, "unit_code_taken", "该单位编码已被使用",
                                       "This unit code is taken"};

enum rc unit_prepare_create(struct op *op, const struct unit_new *in)
{
    struct unit u = {.id = in->id,
                     .code = in->code,
                     .name = in->name,
                     .short_name = text_or_none(in->short_name),
                     .kind = in->kind,
                     .parent_id = in->parent_id,
                     .area_code = in->area_code,
                     .order_no = in->order_no};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ORG_WRITE, NULL));
    text_check_code(op->rd.fault, "/code", u.code);
    check_texts(op->rd.fault, &u);
    RETURN_IF(check_area(op, &u));
    RETURN_IF(check_parent(op, &u));
    RETURN_IF(text_verdict(op->rd.fault));
    struct effect *e =
        fx_unit_add(&op->plan.fx, &(struct unit_add_in){.hq = op->hq,
                                                        .id = u.id,
                                                        .code = u.code,
                                                        .name = u.name,
                                                        .short_name = u.short_name,
                                                        .kind = u.kind,
                                                        .parent_id = u.parent_id,
                                                        .area_code = u.area_code,
                                                        .order_no = u.order_no,
                                                        .search_text = unit_search(op, &u)});
    e->on_clash = &code_taken;
    op->plan.command.detail = unit_detail(op, &u);
    return RC_OK;
}

static enum rc check_closing(struct op *op, struct uuid id)
{
    struct unit_in_use_row use;
    bool found;
    RETURN_IF(q_unit_in_use(&op->rd, &(struct unit_in_use_in){op->hq, id}, &use, &found));
    if (use.people + use.units == 0)
        return RC_OK;
    return OP_FAIL(op, RC_CONFLICT, "unit_in_use",
                   "该单位尚有%lld名在册人员、%lld个下级单位，请先调整",
                   "%lld people and %lld units still belong to it; move them first",
                   (long long)use.people, (long long)use.units);
}

static void merge(struct unit *u, const struct unit_change *in)
{
    const struct unit_new *to = &in->to;
    u->name = in->set & UNIT_NAME ? to->name : u->name;
    u->short_name = in->set & UNIT_SHORT_NAME ? text_or_none(to->short_name) : u->short_name;
    u->kind = in->set & UNIT_KIND ? to->kind : u->kind;
    u->parent_id = in->set & UNIT_PARENT ? to->parent_id : u->parent_id;
    u->area_code = in->set & UNIT_AREA ? to->area_code : u->area_code;
    u->order_no = in->set & UNIT_ORDER ? to->order_no : u->order_no;
}

enum rc unit_prepare_change(struct op *op, const struct unit_change *in)
{
    struct unit u;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ORG_WRITE, NULL));
    RETURN_IF(unit_load(op, in->id, &u));
    RETURN_IF(version_check(op->rd.fault, in->expected_version, u.version));
    merge(&u, in);
    check_texts(op->rd.fault, &u);
    if (in->set & UNIT_AREA)
        RETURN_IF(check_area(op, &u));
    if (in->set & UNIT_PARENT)
        RETURN_IF(check_parent(op, &u));
    RETURN_IF(text_verdict(op->rd.fault));
    if ((in->set & UNIT_CLOSED) && in->closed && !u.closed_ms.has) {
        RETURN_IF(check_closing(op, u.id));
        u.closed_ms = SOME(op->now);
    } else if ((in->set & UNIT_CLOSED) && !in->closed) {
        u.closed_ms = NONE_I64;
    }
    fx_unit_set(&op->plan.fx, &(struct unit_set_in){.hq = op->hq,
                                                    .id = u.id,
                                                    .was_version = u.version,
                                                    .name = u.name,
                                                    .short_name = u.short_name,
                                                    .kind = u.kind,
                                                    .parent_id = u.parent_id,
                                                    .area_code = u.area_code,
                                                    .order_no = u.order_no,
                                                    .closed_ms = u.closed_ms,
                                                    .search_text = unit_search(op, &u)});
    op->plan.command.detail = unit_detail(op, &u);
    return RC_OK;
}
