/*
 * password_ops.c - see sign_in.h: changing one's own password, setting one with an invitation.
 *
 * The commands of these are told apart by id, kind and person alone: a hash of the request would
 * put a fast hash of the password into the journal.
 */
#include "auth/sign_in.h"

#include "auth/internal.h"
#include "auth/password.h"
#include "auth_sql.h"
#include "base/arena.h"

static const struct miss invitation_gone = {RC_NOT_FOUND, "invitation_invalid",
                                            "邀请无效、已使用或已过期",
                                            "The invitation is invalid, used or out of date"};

static enum rc refuse_reused(struct op *op, const char *pointer)
{
    return fail_field(op->rd.fault, str_of(pointer), "password_reused",
                      "不得使用最近 %d 次用过的口令",
                      "none of the last %d passwords may be used again", PASSWORD_REMEMBERED);
}

static void set_password(struct op *op, struct uuid person_id,
                         const struct account_password_set_in *in)
{
    struct account_password_set_in row = *in;
    row.hq = op->hq;
    row.person_id = person_id;
    row.now = op->now;
    fx_account_password_set(&op->plan.fx, &row);
}

/* ---- one's own ---- */

static struct command change_command(const struct op *op, const struct password_change *p)
{
    struct command c = auth_command(op, "password.change", op->actor.person_id);
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, str_of(c.kind));
    hash_field_uuid(&h, op->actor.person_id);
    c.id = p->id;
    c.content = hash_end(&h);
    return c;
}

enum rc password_change_load(struct op *op, struct password_change *p)
{
    struct account_by_login_row acc;
    struct command c = change_command(op, p);
    RETURN_IF(change_begin(op, &c));
    p->done_before = op->plan.replayed;
    if (p->done_before)
        return RC_OK;
    RETURN_IF(auth_account_open(op, op->actor.person_id, &acc));
    RETURN_IF(password_check(op->rd.fault, STR("/new"), acc.login, p->fresh));
    p->hash = acc.password_hash;
    p->history = acc.password_history;
    p->login = acc.login;
    p->version = acc.version;
    p->epoch = acc.session_epoch;
    p->locked = acc.locked_until_ms.has && acc.locked_until_ms.v > op->now;
    return RC_OK;
}

void password_change_work(struct op *op, struct password_change *p)
{
    if (p->done_before)
        return;
    p->hashed = RC_OK;
    p->right = password_verify(p->hash, p->current) && !p->locked;
    if (!p->right)
        return;
    p->reused = password_history_has(OP_ARENA(op), p->history, p->fresh);
    if (!p->reused)
        p->hashed =
            password_hash(OP_ARENA(op), op->rd.fault, PASSWORD_CHOSEN, p->fresh, &p->fresh_hash);
}

/* A session left open must not be a way to guess the password behind it. */
static enum rc decide_wrong(struct op *op, const struct password_change *p)
{
    struct command c = auth_command(op, "password.refused", op->actor.person_id);
    RETURN_IF(change_begin(op, &c));
    struct effect *e = fx_account_failed(
        &op->plan.fx,
        &(struct account_failed_in){.hq = op->hq,
                                    .person_id = p->locked ? UUID_NONE : op->actor.person_id,
                                    .now = op->now,
                                    .most = LOCK_AFTER_FAILURES,
                                    .until = op->now + LOCK_MS});
    e->min = 0;
    return RC_OK;
}

enum rc password_change_decide(struct op *op, struct password_change *p)
{
    struct command c = change_command(op, p);
    if (p->done_before)
        return change_begin(op, &c);
    if (!p->right)
        return decide_wrong(op, p);
    if (p->reused)
        return refuse_reused(op, "/new");
    RETURN_IF(p->hashed);
    RETURN_IF(change_begin(op, &c));
    set_password(op, op->actor.person_id,
                 &(struct account_password_set_in){
                     .password_hash = p->fresh_hash,
                     .history = password_history_add(OP_ARENA(op), p->history, p->fresh_hash),
                     .epoch = p->epoch + 1,
                     .version = p->version});
    struct effect *e = fx_session_keep(
        &op->plan.fx,
        &(struct session_keep_in){.hq = op->hq, .id = op->actor.session_id, .epoch = p->epoch + 1});
    e->min = 0;
    return RC_OK;
}

enum rc password_change_answer(struct op *op, const struct password_change *p)
{
    if (p->done_before || p->right)
        return RC_OK;
    return OP_FAIL(op, RC_FORBIDDEN, "current_password_wrong", "当前口令不正确，或账户暂时锁定",
                   "The current password is wrong, or the account is locked for a while");
}

/* ---- with an invitation ---- */

static struct command accept_command(const struct op *op, const struct invitation_accept *i)
{
    struct command c = auth_command(op, "invitation.accept", i->person_id);
    struct sha256 token = sha256_of(i->token);
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, str_of(c.kind));
    hash_raw(&h, &token, sizeof token);
    c.id = i->id;
    c.content = hash_end(&h);
    return c;
}

static enum rc gone(struct op *op)
{
    return OP_FAIL(op, invitation_gone.rc, invitation_gone.code, invitation_gone.zh,
                   invitation_gone.en);
}

/* Carried out before: only the login is to be answered again. */
static enum rc accept_again(struct op *op, struct invitation_accept *i)
{
    struct account_by_login_row acc;
    i->person_id = op->plan.command.subject_id;
    RETURN_IF(auth_account_open(op, i->person_id, &acc));
    i->login = acc.login;
    return RC_OK;
}

enum rc invitation_accept_load(struct op *op, struct invitation_accept *i)
{
    struct account_by_login_row acc;
    struct invitation_by_token_row inv;
    bool found;
    op->actor = (struct actor){0};
    struct command c = accept_command(op, i);
    RETURN_IF(change_begin(op, &c));
    i->done_before = op->plan.replayed;
    if (i->done_before)
        return accept_again(op, i);
    struct invitation_by_token_in in = {.hq = op->hq, .token_hash = sha256_of(i->token)};
    RETURN_IF(q_invitation_by_token(&op->rd, &in, &inv, &found));
    if (!found || inv.used_ms.has || inv.expires_ms <= op->now)
        return gone(op);
    RETURN_IF(auth_account_open(op, inv.person_id, &acc));
    RETURN_IF(password_check(op->rd.fault, STR("/password"), acc.login, i->password));
    i->invitation_id = inv.id;
    i->person_id = inv.person_id;
    i->login = acc.login;
    i->history = acc.password_history;
    i->version = acc.version;
    i->epoch = acc.session_epoch;
    return RC_OK;
}

void invitation_accept_work(struct op *op, struct invitation_accept *i)
{
    if (i->done_before)
        return;
    i->hashed = RC_OK;
    i->reused = password_history_has(OP_ARENA(op), i->history, i->password);
    if (!i->reused)
        i->hashed =
            password_hash(OP_ARENA(op), op->rd.fault, PASSWORD_CHOSEN, i->password, &i->hash);
}

enum rc invitation_accept_decide(struct op *op, struct invitation_accept *i)
{
    struct command c = accept_command(op, i);
    if (i->done_before)
        return change_begin(op, &c);
    if (i->reused)
        return refuse_reused(op, "/password");
    RETURN_IF(i->hashed);
    RETURN_IF(change_begin(op, &c));
    set_password(op, i->person_id,
                 &(struct account_password_set_in){
                     .password_hash = i->hash,
                     .history = password_history_add(OP_ARENA(op), i->history, i->hash),
                     .epoch = i->epoch + 1,
                     .version = i->version});
    struct effect *e = fx_invitation_use(
        &op->plan.fx,
        &(struct invitation_use_in){.hq = op->hq, .id = i->invitation_id, .now = op->now});
    e->on_miss = &invitation_gone;
    return RC_OK;
}
