/*
 * person_store.c - people: rules, loading, creating, changing, leaving; the telephone number is
 * sealed here and opened here only. The journal names which members changed, never what they say.
 */
#include "org_internal.h"

#include "auth/policy.h"
#include "privacy/privacy.h"

#define PHONE_FIELD "person.phone"

struct person person_of_row(const struct person_get_row *r)
{
    return (struct person){.id = r->id,
                           .unit_id = r->unit_id,
                           .unit_name = r->unit_name,
                           .name = r->name,
                           .title = r->title,
                           .phone_masked = r->phone_masked,
                           .phone_sealed = r->phone_sealed,
                           .order_no = r->order_no,
                           .left_ms = r->left_ms,
                           .external_id = r->external_id,
                           .version = r->version};
}

enum rc person_find(struct op *op, struct uuid id, struct person *out, bool *found)
{
    struct person_get_row row;
    RETURN_IF(q_person_get(&op->rd, &(struct person_get_in){op->hq, id}, &row, found));
    if (*found)
        *out = person_of_row(&row);
    return RC_OK;
}

enum rc person_load(struct op *op, struct uuid id, struct person *out)
{
    bool found;
    RETURN_IF(person_find(op, id, out, &found));
    return found ? RC_OK : org_not_found(op, "没有这个人员", "There is no such person");
}

enum rc person_by_external_id(struct op *op, struct str external_id, struct person *out,
                              bool *found)
{
    struct person_get_row row;
    struct person_get_by_external_in in = {op->hq, external_id};
    RETURN_IF(q_person_get_by_external(&op->rd, &in, &row, found));
    if (*found)
        *out = person_of_row(&row);
    return RC_OK;
}

/* ---- rules ---- */

static void check_texts(struct fault *f, const struct person_new *p)
{
    const struct text_rule rules[] = {
        {"/name", p->name, true, 60},
        {"/title", p->title, false, NAME_MAX_CHARS},
        {"/external_id", p->external_id, false, CODE_MAX_CHARS},
    };
    text_check(f, rules, 3);
    if (p->order_no < 0 || p->order_no > ORDER_NO_MAX)
        fail_field(f, STR("/order_no"), "out_of_range", "排序号超出范围",
                   "The order number is out of range");
}

static enum rc check_unit(struct op *op, struct uuid unit_id)
{
    struct unit u;
    bool found = false;
    if (!uuid_is_none(unit_id))
        RETURN_IF(unit_find(op, unit_id, &u, &found));
    if (!found || u.closed_ms.has)
        fail_field(op->rd.fault, STR("/unit_id"), "unit_missing", "单位不存在或已撤销",
                   "The unit does not exist or was closed");
    return RC_OK;
}

/* The three forms a number is stored in. */
struct phone {
    struct str sealed, masked, index;
};

static void make_phone(struct op *op, struct uuid person_id, struct str clear, struct phone *out)
{
    struct str normal, number = str_trim(clear);
    *out = (struct phone){STR_NONE, STR_NONE, STR_NONE};
    if (str_empty(number))
        return;
    if (!privacy_phone_normal(OP_ARENA(op), number, &normal)) {
        fail_field(op->rd.fault, STR("/phone"), "phone", "电话号码不正确",
                   "This is no telephone number");
        return;
    }
    struct privacy_place at = {op->hq, PHONE_FIELD, person_id};
    out->sealed = privacy_seal(op->env->keys, OP_ARENA(op), &at, number);
    out->masked = privacy_mask_phone(OP_ARENA(op), number);
    out->index = privacy_index(op->env->keys, OP_ARENA(op), op->hq, PHONE_FIELD, normal);
}

static struct str person_search(struct op *op, const struct person_new *p)
{
    return search_text_make(OP_ARENA(op), (struct str[]){p->name, p->title}, 2);
}

/* ---- writing ---- */

enum rc person_prepare_create(struct op *op, const struct person_new *in)
{
    static const struct miss taken = {RC_CONFLICT, "person_exists", "该人员已存在",
                                      "This person exists already"};
    struct phone phone;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERSON_WRITE, NULL));
    check_texts(op->rd.fault, in);
    RETURN_IF(check_unit(op, in->unit_id));
    make_phone(op, in->id, in->phone, &phone);
    RETURN_IF(text_verdict(op->rd.fault));
    struct effect *e = fx_person_add(
        &op->plan.fx, &(struct person_add_in){.hq = op->hq,
                                              .id = in->id,
                                              .unit_id = in->unit_id,
                                              .name = in->name,
                                              .title = text_or_none(in->title),
                                              .phone_sealed = phone.sealed,
                                              .phone_masked = phone.masked,
                                              .phone_index = phone.index,
                                              .order_no = in->order_no,
                                              .external_id = text_or_none(in->external_id),
                                              .search_text = person_search(op, in)});
    e->on_clash = &taken;
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_uuid(&d.j, "unit_id", in->unit_id);
    jo_i64(&d.j, "order_no", in->order_no);
    op->plan.command.detail = detail_close(&d, OP_ARENA(op));
    return RC_OK;
}

static struct str change_detail(struct op *op, const struct person_change *in)
{
    static const char *const members[] = {"name", "title", "unit_id", "phone", "order_no", "left"};
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_arr(&d.j, "changed");
    for (unsigned i = 0; i < sizeof members / sizeof *members; i++)
        if (in->set & 1u << i)
            jo_z(&d.j, NULL, members[i]);
    jo_end(&d.j);
    if (in->set & PERSON_UNIT)
        jo_uuid(&d.j, "unit_id", in->to.unit_id);
    if (in->set & PERSON_LEFT)
        jo_bool(&d.j, "left", in->left);
    return detail_close(&d, OP_ARENA(op));
}

static enum rc check_leaving(struct op *op, struct uuid id)
{
    struct person_open_duties_row duties;
    bool found;
    RETURN_IF(q_person_open_duties(&op->rd, &(struct person_open_duties_in){op->hq, id, op->now},
                                   &duties, &found));
    if (duties.n == 0)
        return RC_OK;
    return OP_FAIL(
        op, RC_CONFLICT, "person_has_duties", "该人员还有%lld项在任责任分工，请先交接或结束",
        "This person still has %lld duties; hand them over or end them first", (long long)duties.n);
}

/* Nothing stays bound to somebody who is gone, or to whom it cannot follow. */
static enum rc check_bound(struct op *op, struct uuid id, bool leaves)
{
    int64_t n = 0;
    if (op->env->still_bound)
        RETURN_IF(op->env->still_bound(op, id, leaves, &n));
    if (n == 0)
        return RC_OK;
    return OP_FAIL(op, RC_CONFLICT, "person_has_work", "该人员名下还有%lld项未办结事项，请先办理交接",
                   "%lld matters are still with this person; hand them over first", (long long)n);
}

static struct person_new merged(const struct person *p, const struct person_change *in)
{
    const struct person_new *to = &in->to;
    return (struct person_new){
        .id = p->id,
        .unit_id = in->set & PERSON_UNIT ? to->unit_id : p->unit_id,
        .name = in->set & PERSON_NAME ? to->name : p->name,
        .title = in->set & PERSON_TITLE ? text_or_none(to->title) : p->title,
        .order_no = in->set & PERSON_ORDER ? to->order_no : p->order_no,
    };
}

enum rc person_prepare_change(struct op *op, const struct person_change *in)
{
    struct person p;
    struct phone phone = {0};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERSON_WRITE, NULL));
    RETURN_IF(person_load(op, in->id, &p));
    RETURN_IF(version_check(op->rd.fault, in->expected_version, p.version));
    struct person_new to = merged(&p, in);
    check_texts(op->rd.fault, &to);
    if (in->set & PERSON_UNIT)
        RETURN_IF(check_unit(op, to.unit_id));
    if (in->set & PERSON_PHONE)
        make_phone(op, p.id, in->to.phone, &phone);
    RETURN_IF(text_verdict(op->rd.fault));
    bool leaves = (in->set & PERSON_LEFT) && in->left && !p.left_ms.has;
    if (leaves && !in->handed_over)
        RETURN_IF(check_leaving(op, p.id));
    bool moves = (in->set & PERSON_UNIT) && !uuid_eq(to.unit_id, p.unit_id);
    if ((leaves || moves) && !in->handed_over)
        RETURN_IF(check_bound(op, p.id, leaves));
    if (leaves) {
        p.left_ms = SOME(op->now);
    } else if ((in->set & PERSON_LEFT) && !in->left) {
        p.left_ms = NONE_I64;
    }
    fx_person_set(&op->plan.fx, &(struct person_set_in){.hq = op->hq,
                                                        .id = p.id,
                                                        .was_version = p.version,
                                                        .unit_id = to.unit_id,
                                                        .name = to.name,
                                                        .title = to.title,
                                                        .order_no = to.order_no,
                                                        .left_ms = p.left_ms,
                                                        .search_text = person_search(op, &to)});
    if (in->set & PERSON_PHONE)
        fx_person_set_phone(&op->plan.fx,
                            &(struct person_set_phone_in){.hq = op->hq,
                                                          .id = p.id,
                                                          .phone_sealed = phone.sealed,
                                                          .phone_masked = phone.masked,
                                                          .phone_index = phone.index});
    op->plan.command.detail = change_detail(op, in);
    return RC_OK;
}

/* ---- in clear ---- */

enum rc person_prepare_reveal(struct op *op, struct uuid id, struct str reason)
{
    struct person p;
    const struct text_rule rule = {"/reason", reason, true, REASON_MAX_CHARS};
    RETURN_IF(person_load(op, id, &p));
    struct subject s = {.unit_id = p.unit_id, .owner_id = p.id};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERSON_UNMASK, &s));
    text_check(op->rd.fault, &rule, 1);
    RETURN_IF(text_verdict(op->rd.fault));
    struct detail d;
    detail_open(&d, op->zone_min);
    jo_z(&d.j, "field", "phone");
    jo_str(&d.j, "reason", reason);
    op->plan.command.detail = detail_close(&d, OP_ARENA(op));
    return RC_OK;
}

enum rc person_phone(struct op *op, const struct person *p, struct str *clear)
{
    struct subject s = {.unit_id = p->unit_id, .owner_id = p->id};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_PERSON_UNMASK, &s));
    *clear = STR_NONE;
    if (str_empty(p->phone_sealed))
        return RC_OK;
    struct privacy_place at = {op->hq, PHONE_FIELD, p->id};
    return privacy_open(op->env->keys, OP_ARENA(op), op->rd.fault, &at, p->phone_sealed, clear);
}
