/* role.c - see account.h: rights granted from–to and ended; never by oneself to oneself. */
#include "auth/account.h"

#include "auth/internal.h"
#include "auth_sql.h"
#include "base/arena.h"

/* Before there ever was a security administrator, a system administrator may appoint the first. */
static enum rc check_may_grant(struct op *op, const struct role_grant *g)
{
    struct subject s = {.owner_id = g->person_id};
    struct role_grant_any_row any;
    bool found = true;
    bool first = (op->actor.roles & ROLE_SYSTEM_ADMIN) &&
                 !(op->actor.roles & ROLE_SECURITY_ADMIN) && str_is(g->role, "security_admin");
    if (first)
        RETURN_IF(q_role_grant_any(
            &op->rd, &(struct role_grant_any_in){.hq = op->hq, .role = g->role}, &any, &found));
    if (!found && !uuid_eq(op->actor.person_id, g->person_id))
        return RC_OK;
    return policy_check(op->rd.fault, &op->actor, ACT_ROLE_GRANT, &s);
}

static enum rc check_shape(struct op *op, const struct role_grant *g)
{
    struct fault *f = op->rd.fault;
    uint32_t role = policy_role_by_name(g->role);
    if (!role && !policy_grant_by_name(g->role))
        return fail_field(f, STR("/role"), "role_unknown", "没有这种角色", "there is no such role");
    if (!str_empty(g->area_code) && !(role & (ROLE_GRID_WORKER | ROLE_LEADER)))
        return fail_field(f, STR("/area_code"), "area_not_for_role",
                          "只有网格员和包保领导的授权可限定区域",
                          "only a grid worker or a leader is granted an area");
    if (!str_empty(g->area_code) &&
        (!str_is_ascii_digits(g->area_code) || g->area_code.n < 6 || g->area_code.n > 15))
        return fail_field(f, STR("/area_code"), "area_code_invalid", "区域代码为 6 至 15 位数字",
                          "an area code has 6 to 15 digits");
    if (g->to_ms.has && g->to_ms.v <= g->from_ms)
        return fail_field(f, STR("/to"), "bad_range", "截止时间须晚于起始时间",
                          "the end must come after the beginning");
    return RC_OK;
}

static bool overlap(const struct role_grant *g, const struct role_grant_by_id_row *r)
{
    int64_t end = g->to_ms.has ? g->to_ms.v : INT64_MAX,
            other_end = r->to_ms.has ? r->to_ms.v : INT64_MAX;
    return g->from_ms < other_end && r->from_ms < end;
}

/* What the person holds in the same time must go with it. */
static enum rc check_beside_others(struct op *op, const struct role_grant *g)
{
    struct role_grant_by_id_row *list;
    size_t n;
    RETURN_IF(q_role_grant_of_person(
        &op->rd, &(struct role_grant_of_person_in){.hq = op->hq, .person_id = g->person_id}, &list,
        &n));
    uint32_t roles = policy_role_by_name(g->role);
    for (size_t i = 0; i < n; i++) {
        if (!overlap(g, &list[i]))
            continue;
        if (str_eq(list[i].role, g->role) && str_eq(list[i].area_code, g->area_code))
            return OP_FAIL(op, RC_CONFLICT, "role_held", "该人员在此期间已有同一授权",
                           "This person holds that already in this time");
        roles |= policy_role_by_name(list[i].role);
    }
    if (policy_roles_clash(roles))
        return OP_FAIL(
            op, RC_CONFLICT, "role_clash",
            "系统、安全、审计管理员须由不同的人担任，且不得兼任其他角色（三员分立）",
            "System, security and audit administrator are different people who hold no other role");
    return RC_OK;
}

enum rc role_grant_new(struct op *op, const struct command *c, const struct role_grant *g)
{
    struct account_by_login_row acc;
    RETURN_IF(change_begin(op, c));
    if (op->plan.replayed)
        return RC_OK; /* before asking: the first appointment is no longer the first when it is sent
                         again */
    RETURN_IF(check_may_grant(op, g));
    RETURN_IF(check_shape(op, g));
    RETURN_IF(auth_account_open(op, g->person_id, &acc));
    RETURN_IF(check_beside_others(op, g));
    fx_account_touch(&op->plan.fx, &(struct account_touch_in){.hq = op->hq,
                                                              .person_id = g->person_id,
                                                              .version = acc.version});
    fx_role_grant_add(
        &op->plan.fx,
        &(struct role_grant_add_in){.hq = op->hq,
                                    .id = c->id,
                                    .person_id = g->person_id,
                                    .role = g->role,
                                    .area_code = str_empty(g->area_code) ? STR_NONE : g->area_code,
                                    .from_ms = g->from_ms,
                                    .to_ms = g->to_ms,
                                    .granted_by = op->actor.person_id});
    op->plan.command.detail = str_fmt(OP_ARENA(op), "{\"role\":\"%.*s\"}", STR_ARG(g->role));
    return RC_OK;
}

enum rc role_grant_load(struct op *op, struct uuid id, struct role_grant *out)
{
    struct role_grant_by_id_row r;
    bool found;
    RETURN_IF(q_role_grant_by_id(&op->rd, &(struct role_grant_by_id_in){.hq = op->hq, .id = id}, &r,
                                 &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "grant_not_found", "没有这项授权",
                       "There is no such grant");
    *out = (struct role_grant){.id = r.id,
                               .person_id = r.person_id,
                               .role = r.role,
                               .area_code = r.area_code,
                               .from_ms = r.from_ms,
                               .to_ms = r.to_ms};
    return RC_OK;
}

enum rc role_grant_finish(struct op *op, const struct command *c, struct uuid id,
                          struct role_grant *out)
{
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ROLE_GRANT, NULL));
    RETURN_IF(role_grant_load(op, id, out));
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ROLE_GRANT,
                           &(struct subject){.owner_id = out->person_id}));
    struct command known = *c;
    known.subject_id = out->person_id;
    RETURN_IF(change_begin(op, &known));
    if (op->plan.replayed)
        return RC_OK;
    if (out->to_ms.has && out->to_ms.v <= op->now)
        return OP_FAIL(op, RC_CONFLICT, "grant_ended", "该授权已结束",
                       "This grant has ended already");
    fx_role_grant_end(&op->plan.fx,
                      &(struct role_grant_end_in){.hq = op->hq, .id = id, .now = op->now});
    op->plan.command.detail = str_fmt(OP_ARENA(op), "{\"role\":\"%.*s\"}", STR_ARG(out->role));
    return RC_OK;
}
