/* account.c - see account.h: making, resetting and closing accounts; the first administrator. */
#include "auth/account.h"

#include "auth/internal.h"
#include "auth/password.h"
#include "auth_sql.h"
#include "base/arena.h"
#include "privacy/privacy.h"

static const struct miss login_taken = {RC_CONFLICT, "login_taken", "登录名已被使用",
                                        "This login is taken"};

struct command auth_command(const struct op *op, const char *kind, struct uuid person_id)
{
    struct command c = {
        .id = change_new_id(op), .kind = kind, .subject_kind = "account", .subject_id = person_id};
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, str_of(kind));
    hash_field_uuid(&h, c.id);
    hash_field_uuid(&h, person_id);
    c.content = hash_end(&h);
    return c;
}

static enum rc check_login(struct op *op, struct str typed, struct str *login)
{
    if (login_normal(OP_ARENA(op), typed, login))
        return RC_OK;
    return fail_field(op->rd.fault, STR("/login"), "login_invalid",
                      "登录名由 2 至 64 个字母、数字或 . _ - @ 组成",
                      "a login is made of 2 to 64 letters, digits or . _ - @");
}

static enum rc check_person(struct op *op, struct uuid person_id)
{
    struct auth_person_row p;
    bool found;
    RETURN_IF(q_auth_person(&op->rd, &(struct auth_person_in){.hq = op->hq, .id = person_id}, &p,
                            &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "person_not_found", "没有这位人员",
                       "There is no such person");
    if (p.left_ms.has)
        return OP_FAIL(op, RC_CONFLICT, "person_left", "该人员已离任", "This person has left");
    return RC_OK;
}

static enum rc load(struct op *op, struct uuid person_id, struct account_by_login_row *acc,
                    bool *found)
{
    return q_account_by_person(
        &op->rd, &(struct account_by_person_in){.hq = op->hq, .person_id = person_id}, acc, found);
}

enum rc auth_account_open(struct op *op, struct uuid person_id, struct account_by_login_row *acc)
{
    bool found;
    RETURN_IF(load(op, person_id, acc, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "account_not_found", "该人员没有账户",
                       "This person has no account");
    if (acc->closed_ms.has)
        return OP_FAIL(op, RC_CONFLICT, "account_closed", "账户已停用", "The account is closed");
    return RC_OK;
}

/* ---- invitations ---- */

/* From the command's id by a key nobody else has: repeating the command shows the same token again,
 * and the store holds nothing it could be found from. */
static enum rc token_of(struct op *op, struct uuid id, struct str *token)
{
    if (!op->env->keys)
        return OP_FAIL(op, RC_INTERNAL, "no_keys", "未加载密钥文件", "The key file is not loaded");
    struct str mac = privacy_index(op->env->keys, OP_ARENA(op), op->hq, "invitation.token",
                                   uuid_str(OP_ARENA(op), id));
    *token = auth_token_text(OP_ARENA(op), (const uint8_t *)mac.p);
    return RC_OK;
}

static enum rc invite(struct op *op, const char *purpose, struct invitation *out)
{
    RETURN_IF(token_of(op, op->plan.command.id, &out->token));
    out->expires_ms = op->now + INVITATION_MS;
    struct effect *e = fx_invitation_void(
        &op->plan.fx,
        &(struct invitation_void_in){.hq = op->hq, .person_id = out->person_id, .now = op->now});
    e->min = 0;
    e->max = INT64_MAX;
    fx_invitation_add(&op->plan.fx,
                      &(struct invitation_add_in){.hq = op->hq,
                                                  .id = op->plan.command.id,
                                                  .person_id = out->person_id,
                                                  .purpose = str_of(purpose),
                                                  .token_hash = auth_token_hash(out->token),
                                                  .created_by = op->actor.person_id,
                                                  .now = op->now,
                                                  .expires_ms = out->expires_ms});
    return RC_OK;
}

/* The same command again: what it answered then. */
static enum rc invitation_again(struct op *op, const struct command *c, struct invitation *out)
{
    struct invitation_by_id_in in = {.hq = op->hq, .id = c->id};
    struct invitation_by_token_row row;
    struct account_by_login_row acc;
    bool found;
    RETURN_IF(q_invitation_by_id(&op->rd, &in, &row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "invitation_invalid", "邀请已失效",
                       "The invitation is no longer valid");
    RETURN_IF(load(op, row.person_id, &acc, &found));
    *out = (struct invitation){
        .person_id = row.person_id, .login = acc.login, .expires_ms = row.expires_ms};
    return token_of(op, c->id, &out->token);
}

/* ---- operations ---- */

static enum rc begin(struct op *op, const struct command *c)
{
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_ACCOUNT_WRITE, NULL));
    return change_begin(op, c);
}

enum rc account_create(struct op *op, const struct command *c, struct uuid person_id,
                       struct str login, struct invitation *out)
{
    struct account_by_login_row acc;
    bool found;
    RETURN_IF(begin(op, c));
    if (op->plan.replayed)
        return invitation_again(op, c, out);
    *out = (struct invitation){.person_id = person_id};
    RETURN_IF(check_login(op, login, &out->login));
    RETURN_IF(check_person(op, person_id));
    RETURN_IF(load(op, person_id, &acc, &found));
    if (found && !acc.closed_ms.has)
        return OP_FAIL(op, RC_CONFLICT, "account_exists", "该人员已有账户",
                       "This person has an account already");
    struct effect *e =
        found
            ? fx_account_reopen(&op->plan.fx, &(struct account_reopen_in){.hq = op->hq,
                                                                          .person_id = person_id,
                                                                          .login = out->login,
                                                                          .version = acc.version})
            : fx_account_add(&op->plan.fx, &(struct account_add_in){.hq = op->hq,
                                                                    .person_id = person_id,
                                                                    .login = out->login,
                                                                    .password_history = STR("[]")});
    e->on_clash = &login_taken;
    op->plan.command.detail = found ? STR("{\"reopened\":true}") : STR_NONE;
    return invite(op, "invite", out);
}

enum rc account_reset(struct op *op, const struct command *c, struct uuid person_id,
                      struct invitation *out)
{
    struct account_by_login_row acc;
    RETURN_IF(begin(op, c));
    if (op->plan.replayed)
        return invitation_again(op, c, out);
    if (uuid_eq(person_id, op->actor.person_id))
        return OP_FAIL(op, RC_FORBIDDEN, "reset_self", "请通过修改口令更换自己的口令",
                       "Change your own password instead of resetting it");
    RETURN_IF(auth_account_open(op, person_id, &acc));
    *out = (struct invitation){.person_id = person_id, .login = acc.login};
    fx_account_reset(
        &op->plan.fx,
        &(struct account_reset_in){.hq = op->hq, .person_id = person_id, .version = acc.version});
    return invite(op, "reset", out);
}

enum rc account_close(struct op *op, const struct command *c, struct uuid person_id)
{
    struct account_by_login_row acc;
    RETURN_IF(begin(op, c));
    if (op->plan.replayed)
        return RC_OK;
    if (uuid_eq(person_id, op->actor.person_id))
        return OP_FAIL(op, RC_FORBIDDEN, "close_self", "不得停用自己的账户",
                       "Nobody closes their own account");
    RETURN_IF(auth_account_open(op, person_id, &acc));
    fx_account_close(&op->plan.fx, &(struct account_close_in){.hq = op->hq,
                                                              .person_id = person_id,
                                                              .now = op->now,
                                                              .version = acc.version});
    struct effect *e = fx_invitation_void(
        &op->plan.fx,
        &(struct invitation_void_in){.hq = op->hq, .person_id = person_id, .now = op->now});
    e->min = 0;
    e->max = INT64_MAX;
    e = fx_role_grant_end_all(
        &op->plan.fx,
        &(struct role_grant_end_all_in){.hq = op->hq, .person_id = person_id, .now = op->now});
    e->min = 0;
    e->max = INT64_MAX;
    return RC_OK;
}

static void add_account(struct op *op, const struct account_install *in, struct str login)
{
    struct effect *e = fx_account_add(
        &op->plan.fx, &(struct account_add_in){.hq = op->hq,
                                               .person_id = in->person_id,
                                               .login = login,
                                               .password_hash = in->hash,
                                               .password_ms = SOME(op->now),
                                               .password_history = password_history_add(
                                                   OP_ARENA(op), STR("[]"), in->hash),
                                               .must_change = in->must_change});
    e->on_clash = &login_taken;
}

enum rc account_install(struct op *op, const struct command *c, const struct account_install *in)
{
    struct str login;
    struct account_by_login_row acc;
    bool found;
    RETURN_IF(begin(op, c));
    if (op->plan.replayed)
        return RC_OK;
    RETURN_IF(check_login(op, in->login, &login));
    RETURN_IF(check_person(op, in->person_id));
    RETURN_IF(load(op, in->person_id, &acc, &found));
    if (found)
        return OP_FAIL(op, RC_CONFLICT, "account_exists", "该人员已有账户",
                       "This person has an account already");
    add_account(op, in, login);
    return RC_OK;
}

/* ---- the first administrator ---- */

static void add_unit(struct op *op, const struct bootstrap *in, struct uuid id)
{
    struct arena *a = OP_ARENA(op);
    struct str words = str_fmt(a, "%.*s %.*s", STR_ARG(in->unit_code), STR_ARG(in->unit_name));
    fx_bootstrap_unit_add(&op->plan.fx,
                          &(struct bootstrap_unit_add_in){.hq = op->hq,
                                                          .id = id,
                                                          .code = in->unit_code,
                                                          .name = in->unit_name,
                                                          .search_text = utf8_fold(a, words)});
}

enum rc auth_bootstrap(struct op *op, const struct bootstrap *in, struct uuid *person_id)
{
    struct account_any_row any;
    struct str login;
    bool found;
    /* Always under the same id: of two processes that set up at once, one does. */
    struct command c = auth_command(op, "auth.bootstrap", UUID_NONE);
    c.id =
        uuid_named(UUID_NONE, str_fmt(OP_ARENA(op), "xiaohao.bootstrap.%lld", (long long)op->hq));
    RETURN_IF(q_account_any(&op->rd, &(struct account_any_in){.hq = op->hq}, &any, &found));
    if (found)
        return OP_FAIL(op, RC_CONFLICT, "already_set_up", "系统已初始化，已有账户",
                       "Already set up: there are accounts");
    RETURN_IF(check_login(op, in->login, &login));
    *person_id = change_new_id(op);
    c.subject_id = *person_id;
    RETURN_IF(change_begin(op, &c));
    struct uuid unit_id = in->unit_id;
    if (uuid_is_none(unit_id)) {
        unit_id = change_new_id(op);
        add_unit(op, in, unit_id);
    }
    fx_bootstrap_person_add(
        &op->plan.fx,
        &(struct bootstrap_person_add_in){.hq = op->hq,
                                          .id = *person_id,
                                          .unit_id = unit_id,
                                          .name = in->person_name,
                                          .title = STR("系统管理员"),
                                          .search_text = utf8_fold(OP_ARENA(op), in->person_name)});
    add_account(
        op,
        &(struct account_install){.person_id = *person_id, .hash = in->hash, .must_change = true},
        login);
    fx_role_grant_add(&op->plan.fx, &(struct role_grant_add_in){.hq = op->hq,
                                                                .id = change_new_id(op),
                                                                .person_id = *person_id,
                                                                .role = STR("system_admin"),
                                                                .from_ms = op->now});
    return RC_OK;
}
