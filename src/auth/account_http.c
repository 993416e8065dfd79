/* account_http.c - accounts and grants over HTTP, for the system and the security administrator. */
#include "auth/auth.h"

#include "auth/auth_json.h"
#include "auth_sql.h"
#include "base/arena.h"

/* ---- JSON ---- */

static void write_bits(struct json_out *j, const char *key, uint32_t bits, const char *(*name)(int))
{
    jo_arr(j, key);
    for (int i = 0; name(i); i++)
        if (bits & (1u << i))
            jo_z(j, NULL, name(i));
    jo_end(j);
}

enum rc auth_write_me(struct request *rq, const char *key)
{
    const struct actor *a = &rq->op.actor;
    struct json_out *j = &rq->json;
    struct auth_unit_name_row unit = {0};
    bool found;
    RETURN_IF(q_auth_unit_name(
        &rq->op.rd, &(struct auth_unit_name_in){.hq = rq->op.hq, .id = a->unit_id}, &unit, &found));
    jo_obj(j, key);
    jo_uuid(j, "person_id", a->person_id);
    jo_str(j, "name", a->name);
    jo_named(j, "unit", found ? a->unit_id : UUID_NONE, unit.name);
    write_bits(j, "roles", a->roles, policy_role_name);
    write_bits(j, "grants", a->grants, policy_grant_name);
    jo_arr(j, "actions");
    for (int i = ACT_ORG_READ; i < ACT_COUNT_; i++)
        if (policy_may(a, (enum action)i))
            jo_z(j, NULL, policy_action_name((enum action)i));
    jo_end(j);
    jo_str(j, "area_code", a->area_code);
    jo_bool(j, "must_change_password", a->must_change_password);
    jo_end(j);
    return RC_OK;
}

void auth_write_grant(struct json_out *j, const struct role_grant *g)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", g->id);
    jo_uuid(j, "person_id", g->person_id);
    jo_str(j, "role", g->role);
    jo_str(j, "area_code", g->area_code);
    jo_time(j, "from", g->from_ms);
    jo_opt_time(j, "to", g->to_ms);
    jo_end(j);
}

/* ---- /accounts ---- */

static const char *state_of(const struct account_list_row *r, int64_t now)
{
    if (r->closed_ms.has)
        return "closed";
    if (!r->password_hash.p)
        return "invited";
    return r->locked_until_ms.has && r->locked_until_ms.v > now ? "locked" : "active";
}

struct account_page {
    const struct account_list_row *rows;
    size_t n;
    const struct account_list_grants_row *grants;
    size_t ngrants;
};

static void write_account(struct request *rq, const struct account_page *p,
                          const struct account_list_row *r)
{
    struct json_out *j = &rq->json;
    jo_obj(j, NULL);
    jo_uuid(j, "person_id", r->person_id);
    jo_str(j, "person_name", r->name);
    jo_named(j, "unit", r->unit_id, r->unit_name);
    jo_str(j, "login", r->login);
    jo_z(j, "state", state_of(r, rq->op.now));
    jo_arr(j, "roles");
    for (size_t i = 0; i < p->ngrants; i++)
        if (uuid_eq(p->grants[i].person_id, r->person_id))
            jo_str(j, NULL, p->grants[i].role);
    jo_end(j);
    jo_end(j);
}

static enum rc accounts_get(struct request *rq)
{
    struct op *op = &rq->op;
    struct page page;
    struct account_list_row *rows;
    struct account_page p = {0};
    RETURN_IF(request_page(rq, &page));
    struct str q = query_text(rq, "q");
    q = str_empty(q) ? STR_NONE : str_like(OP_ARENA(op), q);
    RETURN_IF(query_done(rq));
    RETURN_IF(q_account_list(
        &op->rd,
        &(struct account_list_in){.hq = op->hq,
                                  .after = page.has_cursor ? page.key_text : STR_NONE,
                                  .q = q,
                                  .n = page.limit + 1},
        &rows, &p.n));
    bool more = p.n > (size_t)page.limit;
    p.rows = rows;
    p.n = more ? (size_t)page.limit : p.n;
    struct str last = p.n ? rows[p.n - 1].login : STR("");
    if (p.n) {
        struct account_list_grants_row *grants;
        RETURN_IF(q_account_list_grants(
            &op->rd,
            &(struct account_list_grants_in){
                .hq = op->hq, .first = rows[0].login, .last = last, .q = q, .now = op->now},
            &grants, &p.ngrants));
        p.grants = grants;
    }
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < p.n; i++)
        write_account(rq, &p, &rows[i]);
    page_end(rq, &page, more, 0, p.n ? rows[p.n - 1].person_id : UUID_NONE, last);
    return reply_json(rq, 200);
}

static enum rc invitation_done(struct request *rq)
{
    const struct invitation *inv = rq->state;
    struct json_out *j = &rq->json;
    auth_forget(rq->op.env);
    jo_obj(j, NULL);
    jo_obj(j, "account");
    jo_uuid(j, "person_id", inv->person_id);
    jo_str(j, "login", inv->login);
    jo_z(j, "state", "invited");
    jo_end(j);
    jo_str(j, "token", inv->token);
    jo_time(j, "expires_at", inv->expires_ms);
    jo_end(j);
    reply_header(rq, "Cache-Control", STR("no-store"));
    return reply_json(rq, rq->op.plan.replayed ? 200 : 201);
}

static enum rc accounts_post(struct request *rq)
{
    struct invitation *inv = ARENA_NEW(OP_ARENA(&rq->op), struct invitation);
    struct uuid id, person_id = UUID_NONE;
    struct str login = STR("");
    struct command c;
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &id);
    jin_uuid(&in, "person_id", JIN_REQUIRED, &person_id);
    jin_str(&in, "login", 1, 200, &login);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "account.create", "account", person_id, &c));
    RETURN_IF(account_create(&rq->op, &c, person_id, login, inv));
    rq->state = inv;
    return http_commit(rq, invitation_done);
}

/* The body {"id"} and the command of a route with {person_id} or {id} in its path. */
static enum rc id_only(struct request *rq, const char *kind, struct uuid subject_id,
                       struct command *c)
{
    struct jin in;
    struct uuid id;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &id);
    RETURN_IF(jin_done(&in));
    return request_command(rq, &in, kind, "account", subject_id, c);
}

static enum rc account_reset_post(struct request *rq)
{
    struct invitation *inv = ARENA_NEW(OP_ARENA(&rq->op), struct invitation);
    struct uuid person_id;
    struct command c;
    RETURN_IF(path_uuid(rq, "person_id", &person_id));
    RETURN_IF(id_only(rq, "account.reset", person_id, &c));
    RETURN_IF(account_reset(&rq->op, &c, person_id, inv));
    rq->state = inv;
    return http_commit(rq, invitation_done);
}

static enum rc done_empty(struct request *rq)
{
    auth_forget(rq->op.env);
    return reply_empty(rq, 204);
}

static enum rc account_close_post(struct request *rq)
{
    struct uuid person_id;
    struct command c;
    RETURN_IF(path_uuid(rq, "person_id", &person_id));
    RETURN_IF(id_only(rq, "account.close", person_id, &c));
    RETURN_IF(account_close(&rq->op, &c, person_id));
    return http_commit(rq, done_empty);
}

/* ---- /roles ---- */

static enum rc roles_of_person_get(struct request *rq)
{
    struct role_grant_by_id_row *rows;
    struct uuid person_id;
    size_t n;
    RETURN_IF(path_uuid(rq, "id", &person_id));
    RETURN_IF(query_done(rq));
    RETURN_IF(q_role_grant_of_person(
        &rq->op.rd, &(struct role_grant_of_person_in){.hq = rq->op.hq, .person_id = person_id},
        &rows, &n));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        auth_write_grant(&rq->json, &(struct role_grant){.id = rows[i].id,
                                                         .person_id = rows[i].person_id,
                                                         .role = rows[i].role,
                                                         .area_code = rows[i].area_code,
                                                         .from_ms = rows[i].from_ms,
                                                         .to_ms = rows[i].to_ms});
    jo_end(&rq->json);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

/* Shows the grant as the store has it now. */
static enum rc grant_done(struct request *rq)
{
    const struct uuid *id = rq->state;
    struct role_grant g;
    auth_forget(rq->op.env);
    RETURN_IF(role_grant_load(&rq->op, *id, &g));
    auth_write_grant(&rq->json, &g);
    bool made = str_is(str_of(rq->op.plan.command.kind), "role.grant") && !rq->op.plan.replayed;
    return reply_json(rq, made ? 201 : 200);
}

static enum rc roles_post(struct request *rq)
{
    struct role_grant g = {.from_ms = rq->op.now};
    struct command c;
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &g.id);
    jin_uuid(&in, "person_id", JIN_REQUIRED, &g.person_id);
    jin_str(&in, "role", 1, 40, &g.role);
    jin_str(&in, "area_code", JIN_OPTIONAL, 15, &g.area_code);
    jin_time(&in, "from", JIN_OPTIONAL, &g.from_ms);
    g.to_ms.has = jin_time(&in, "to", JIN_OPTIONAL, &g.to_ms.v);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "role.grant", "account", g.person_id, &c));
    RETURN_IF(role_grant_new(&rq->op, &c, &g));
    rq->state = arena_dup(OP_ARENA(&rq->op), &g.id, sizeof g.id);
    return http_commit(rq, grant_done);
}

static enum rc role_end_post(struct request *rq)
{
    struct role_grant g;
    struct uuid id;
    struct command c;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(id_only(rq, "role.end", UUID_NONE, &c));
    RETURN_IF(role_grant_finish(&rq->op, &c, id, &g));
    rq->state = arena_dup(OP_ARENA(&rq->op), &id, sizeof id);
    return http_commit(rq, grant_done);
}

const struct route account_routes[] = {
    {HTTP_GET, "/api/v1/accounts", ACT_ACCOUNT_WRITE, accounts_get, 0, 0},
    {HTTP_POST, "/api/v1/accounts", ACT_ACCOUNT_WRITE, accounts_post, 0, 0},
    {HTTP_POST, "/api/v1/accounts/{person_id}/reset", ACT_ACCOUNT_WRITE, account_reset_post, 0, 0},
    {HTTP_POST, "/api/v1/accounts/{person_id}/close", ACT_ACCOUNT_WRITE, account_close_post, 0, 0},
    {HTTP_GET, "/api/v1/people/{id}/roles", ACT_ORG_READ, roles_of_person_get, 0, 0},
    /* The operation asks for ACT_ROLE_GRANT itself: the first security administrator is appointed
       by another. */
    {HTTP_POST, "/api/v1/roles", ACT_ORG_READ, roles_post, 0, 0},
    {HTTP_POST, "/api/v1/roles/{id}/end", ACT_ROLE_GRANT, role_end_post, 0, 0},
    {0},
};
