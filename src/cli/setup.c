/* setup.c - `init`, `migrate`, `user`: setting up and looking after an installation. */
#include "audit/audit.h"
#include "auth/account.h"
#include "auth/auth.h"
#include "auth/password.h"
#include "cli/cli.h"
#include "cli_sql.h"
#include "org/org.h"

#include <stdio.h>

static struct command command_named(const struct op *op, const char *kind, const char *subject_kind)
{
    struct command c = auth_command(op, kind, UUID_NONE);
    c.subject_kind = subject_kind;
    return c;
}

static enum rc create_headquarters(struct op *op, const struct options *o)
{
    struct headquarters hq = {.code = str_of(o->code ? o->code : "999999") /* assigned to nobody */,
                              .name = str_of(o->name ? o->name : "文明城市创建指挥部"), .zone_min = op->zone_min};
    struct command c = command_named(op, "headquarters.create", "headquarters");
    RETURN_IF(change_begin(op, &c));
    RETURN_IF(headquarters_prepare_create(op, &hq));
    return change_commit(op);
}

static enum rc create_admin(struct op *op, const char *login, struct str *password)
{
    struct bootstrap b = {.unit_code = STR("CJB"), .unit_name = STR("文明城市创建工作办公室"),
                          .person_name = STR("系统管理员"), .login = str_of(login)};
    struct uuid person;
    *password = password_random(OP_ARENA(op));
    RETURN_IF(password_hash(OP_ARENA(op), op->rd.fault, PASSWORD_GENERATED, *password, &b.hash));
    RETURN_IF(auth_bootstrap(op, &b, &person));
    return change_commit(op);
}

int cmd_init(struct options *o)
{
    struct process p;
    struct str password;
    const char *login = o->login ? o->login : "admin";
    if (process_open(&p, &o->at, NEED_CREATE | NEED_MIGRATED) != RC_OK)
        return EXIT_FAILED;
    enum rc rc = create_headquarters(&p.op, o);
    if (rc == RC_OK) {
        process_next(&p);
        rc = process_load_shipped(&p);
    }
    if (rc == RC_OK) {
        process_next(&p);
        rc = create_admin(&p.op, login, &password);
    }
    int status = rc == RC_OK ? EXIT_DONE : process_failed(&p);
    if (rc == RC_OK)
        printf("管理员 administrator: %s\n口令 password: %.*s\n首次登录须修改 to be changed at first sign-in\n", login,
               STR_ARG(password));
    process_close(&p);
    return status;
}

int cmd_migrate(struct options *o)
{
    struct process p;
    if (process_open(&p, &o->at, NEED_MIGRATED) != RC_OK)
        return EXIT_FAILED;
    printf("数据库结构已是最新 / the schema is up to date\n");
    process_close(&p);
    return EXIT_DONE;
}

static enum rc list_users(struct op *op)
{
    struct cli_accounts_row *rows;
    size_t n;
    RETURN_IF(q_cli_accounts(&op->rd, &(struct cli_accounts_in){.hq = op->hq}, &rows, &n));
    for (size_t i = 0; i < n; i++)
        printf("%-24.*s %.*s（%.*s）%s\n", STR_ARG(rows[i].login), STR_ARG(rows[i].name), STR_ARG(rows[i].unit_name),
               rows[i].closed_ms.has ? " 已离任 closed" : "");
    return RC_OK;
}

static enum rc reset_user(struct op *op, const char *login)
{
    struct cli_account_row row;
    struct invitation invitation;
    bool found;
    RETURN_IF(q_cli_account(&op->rd, &(struct cli_account_in){.hq = op->hq, .login = str_of(login)}, &row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "account_not_found", "没有账户 %s", "There is no account %s", login);
    struct command c = auth_command(op, "account.reset", row.person_id);
    RETURN_IF(account_reset(op, &c, row.person_id, &invitation));
    RETURN_IF(change_commit(op));
    printf("邀请码（7日内有效）invitation (valid for 7 days): %.*s\n", STR_ARG(invitation.token));
    return RC_OK;
}

int cmd_user(struct options *o)
{
    struct process p;
    bool list = strcmp(o->args[0], "list") == 0 && o->nargs == 1;
    bool reset = strcmp(o->args[0], "reset") == 0 && o->nargs == 2;
    if (!list && !reset) {
        fprintf(stderr, "xiaohao user list | xiaohao user reset LOGIN\n");
        return EXIT_USAGE;
    }
    if (process_open(&p, &o->at, NEED_HEADQUARTERS) != RC_OK)
        return EXIT_FAILED;
    enum rc rc = list ? list_users(&p.op) : reset_user(&p.op, o->args[1]);
    int status = rc == RC_OK ? EXIT_DONE : process_failed(&p);
    process_close(&p);
    return status;
}
