/* channel_http.c - the ways out, set up by the system administrator; what was sent and what was not. */
#include "notify/internal.h"

#include "auth/policy.h"
#include "base/arena.h"
#include "privacy/privacy.h"

enum { TEXT_MAX = 500, SECRET_MAX = 500, RULES_MAX = 60 };

static const char *const targets[] = {"people", "group", NULL};
static const char *const parcel_states[] = {"waiting", "sending", "sent", "failed", "unsure", NULL};

/* What a channel of each kind cannot do without. */
static const struct {
    enum notice_kind kind;
    bool group;
    const char *needs[4];
} needs[] = {
    {NOTICE_MAIL, false, {"url", "from"}},
    {NOTICE_SMS, false, {"url"}},
    {NOTICE_WECOM, false, {"app_id", "agent_id"}},
    {NOTICE_WECOM, true, {NULL}},
    {NOTICE_DINGTALK, false, {"app_id", "agent_id"}},
    {NOTICE_DINGTALK, true, {NULL}},
    {NOTICE_FEISHU, false, {"app_id"}},
    {NOTICE_FEISHU, true, {NULL}},
};
enum { NEEDS = sizeof needs / sizeof *needs };

/* ---- showing ---- */

static void put_channel(struct json_out *j, const struct notice_channel_list_row *c)
{
    struct str words = c->rules, part;
    jo_obj(j, NULL);
    jo_uuid(j, "id", c->id);
    jo_str(j, "kind", c->kind);
    jo_str(j, "target", c->target);
    jo_str(j, "name", c->name);
    jo_raw(j, "settings", c->settings);
    jo_bool(j, "has_secret", c->secret_sealed.n > 0);
    jo_arr(j, "rules");
    while (str_next(&words, ' ', &part))
        if (part.n)
            jo_str(j, NULL, part);
    jo_end(j);
    jo_str(j, "area_code", c->area_code);
    jo_named(j, "unit", c->unit_id, c->unit_name);
    jo_bool(j, "enabled", c->enabled);
    jo_i64(j, "version", c->version);
    jo_end(j);
}

static enum rc list_channels(struct request *rq)
{
    struct notice_channel_list_row *rows;
    size_t n;
    RETURN_IF(query_done(rq));
    RETURN_IF(q_notice_channel_list(&rq->op.rd, &(struct notice_channel_list_in){.hq = rq->op.hq}, &rows, &n));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        put_channel(&rq->json, &rows[i]);
    jo_end(&rq->json);
    jo_null(&rq->json, "next");
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc load(struct op *op, struct uuid id, struct notice_channel_list_row *row)
{
    bool found;
    RETURN_IF(q_notice_channel_get(&op->rd, &(struct notice_channel_get_in){op->hq, id}, row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "channel_not_found", "没有这个通知渠道", "There is no such channel");
    return RC_OK;
}

static enum rc reply_channel(struct request *rq, int status)
{
    struct notice_channel_list_row row;
    RETURN_IF(load(&rq->op, rq->op.plan.command.subject_id, &row));
    put_channel(&rq->json, &row);
    return reply_versioned(rq, status, row.version);
}

static enum rc after_create(struct request *rq)
{
    return reply_channel(rq, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_change(struct request *rq)
{
    return reply_channel(rq, 200);
}

/* ---- reading ---- */

static bool is_url(enum notice_kind kind, struct str url)
{
    if (kind == NOTICE_MAIL)
        return str_starts(url, STR("smtp://")) || str_starts(url, STR("smtps://"));
    return str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
}

/* The settings as JSON of known members alone. */
static struct str read_settings(struct op *op, struct jin *in, enum notice_kind kind, bool group)
{
    static const char *const keys[] = {"url", "from", "login", "app_id", "agent_id", "id_type", NULL};
    struct jin s;
    struct json_out j;
    struct buf b;
    bool plain = false;
    if (!jin_obj(in, "settings", JIN_REQUIRED, &s))
        return STR("{}");
    buf_init(&b, 1 << 16);
    jo_begin(&j, &b, 0);
    jo_obj(&j, NULL);
    for (int i = 0; keys[i]; i++) {
        struct str text;
        if (!jin_str(&s, keys[i], JIN_OPTIONAL, TEXT_MAX, &text) || !text.n)
            continue;
        if (strcmp(keys[i], "url") == 0 && !is_url(kind, text))
            fail_field(in->fault, jin_pointer(&s, "url"), "bad_url", "服务地址不正确", "The server's address is wrong");
        jo_str(&j, keys[i], text);
    }
    if (jin_bool(&s, "plain", JIN_OPTIONAL, &plain))
        jo_bool(&j, "plain", plain);
    jo_end(&j);
    for (size_t i = 0; i < NEEDS; i++)
        for (int k = 0; needs[i].kind == kind && needs[i].group == group && k < 4 && needs[i].needs[k]; k++)
            if (!jin_has(&s, needs[i].needs[k]))
                fail_field(in->fault, jin_pointer(&s, needs[i].needs[k]), "required", "必填", "Required");
    struct str out = str_copy(OP_ARENA(op), buf_view(&b));
    buf_free(&b);
    return out;
}

/* Sealed; absent when the body brings none. */
static struct str read_secret(struct op *op, struct jin *in, struct uuid id)
{
    struct privacy_place place = channel_secret_place(op, id);
    struct str secret = STR_NONE, sign = STR_NONE;
    struct json_out j;
    struct buf b;
    bool has = jin_secret(in, "secret", JIN_OPTIONAL, SECRET_MAX, &secret);
    has = jin_secret(in, "sign", JIN_OPTIONAL, SECRET_MAX, &sign) || has;
    if (!has)
        return STR_NONE;
    buf_init(&b, 1 << 16);
    jo_begin(&j, &b, 0);
    jo_obj(&j, NULL);
    jo_str(&j, "secret", secret.p ? secret : STR(""));
    jo_str(&j, "sign", sign.p ? sign : STR(""));
    jo_end(&j);
    struct str sealed = privacy_seal(op->env->keys, OP_ARENA(op), &place, buf_view(&b));
    buf_free(&b);
    return sealed;
}

static struct str read_rules(struct jin *in)
{
    struct str out = STR(""), word;
    size_t n;
    if (!jin_arr(in, "rules", JIN_OPTIONAL, RULES_MAX, &n))
        return out;
    for (size_t i = 0; i < n; i++) {
        if (!jin_arr_str(in, "rules", i, 60, &word))
            continue;
        if (!notice_rule_of(word))
            fail_field(in->fault, str_fmt(in->arena, "/rules/%zu", i), "unknown_word", "没有这一项", "There is no such word");
        out = str_fmt(in->arena, "%.*s%s%.*s", STR_ARG(out), out.n ? " " : "", STR_ARG(word));
    }
    return out;
}

struct fields {
    struct str name, settings, secret, rules, area_code;
    struct uuid unit_id;
    bool enabled;
};

static void read_fields(struct op *op, struct jin *in, struct uuid id, enum notice_kind kind, bool group, struct fields *f)
{
    f->enabled = true;
    jin_str(in, "name", JIN_REQUIRED, 100, &f->name);
    f->settings = read_settings(op, in, kind, group);
    f->secret = read_secret(op, in, id);
    f->rules = read_rules(in);
    f->area_code = STR_NONE;
    jin_str(in, "area_code", JIN_OPTIONAL, 20, &f->area_code);
    jin_uuid(in, "unit_id", JIN_OPTIONAL, &f->unit_id);
    jin_bool(in, "enabled", JIN_OPTIONAL, &f->enabled);
}

static enum rc create_channel(struct request *rq)
{
    struct command command;
    struct uuid id = UUID_NONE;
    struct fields f = {0};
    struct jin in;
    int kind = 0, target = 0;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &id);
    jin_enum(&in, "kind", JIN_REQUIRED, notice_kind_names, &kind);
    jin_enum(&in, "target", JIN_REQUIRED, targets, &target);
    read_fields(&rq->op, &in, id, (enum notice_kind)kind, target == 1, &f);
    if (target == 1 && kind <= NOTICE_SMS)
        fail_field(in.fault, STR("/target"), "no_groups", "邮件、短信渠道不支持群机器人", "Mail and short messages have no groups");
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "notice_channel.create", "notice_channel", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        fx_notice_channel_add(&rq->op.plan.fx, &(struct notice_channel_add_in){
            .hq = rq->op.hq, .id = id, .kind = str_of(notice_kind_names[kind]), .target = str_of(targets[target]), .name = f.name,
            .settings = f.settings, .secret_sealed = f.secret, .rules = f.rules, .area_code = f.area_code, .unit_id = f.unit_id,
            .enabled = f.enabled});
    return http_commit(rq, after_create);
}

static enum rc change_channel(struct request *rq)
{
    struct notice_channel_list_row row;
    struct opt_i64 version;
    struct command command;
    struct fields f = {0};
    struct channel c;
    struct uuid id;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_if_match(rq, true, &version));
    RETURN_IF(load(&rq->op, id, &row));
    RETURN_IF(channel_open(&rq->op, &row, &c));
    RETURN_IF(request_json(rq, &in));
    read_fields(&rq->op, &in, id, c.kind, c.group, &f);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "notice_channel.change", "notice_channel", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        fx_notice_channel_set(&rq->op.plan.fx, &(struct notice_channel_set_in){
            .hq = rq->op.hq, .id = id, .version = version.v, .name = f.name, .settings = f.settings, .secret_sealed = f.secret,
            .rules = f.rules, .area_code = f.area_code, .unit_id = f.unit_id, .enabled = f.enabled});
    return http_commit(rq, after_change);
}

/* ---- trying ---- */

static enum rc after_try(struct request *rq)
{
    return reply_empty(rq, 202);
}

/* A message to the administrator's own address, or to the group; its fate is seen among the parcels. */
static enum rc try_channel(struct request *rq)
{
    struct op *op = &rq->op;
    struct notice_channel_list_row row;
    struct command command;
    struct channel c;
    struct uuid id, ignored;
    struct jin in;
    unsigned reached;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    RETURN_IF(jin_done(&in));
    RETURN_IF(load(op, id, &row));
    RETURN_IF(channel_open(op, &row, &c));
    RETURN_IF(has_address(op, op->actor.person_id, &reached));
    if (!row.enabled)
        return OP_FAIL(op, RC_CONFLICT, "channel_disabled", "该渠道未启用", "This channel is not enabled");
    if (!c.group && !(reached & (1u << c.kind)))
        return OP_FAIL(op, RC_CONFLICT, "no_address", "请先在本人的通知设置中填写该渠道的接收地址",
                       "Give an address of your own for this channel first");
    RETURN_IF(request_command(rq, &in, "notice_channel.try", "notice_channel", id, &command));
    RETURN_IF(change_begin(op, &command));
    if (!op->plan.replayed)
        fx_notice_delivery_add(&op->plan.fx, &(struct notice_delivery_add_in){
            .hq = op->hq, .channel_id = id, .recipient_id = c.group ? id : op->actor.person_id, .notice_id = change_row_id(op),
            .text_zh = STR("这是一条测试消息，收到说明渠道可用。"), .text_en = STR("This is a trial message: the channel works."),
            .at_ms = op->now, .not_before_ms = op->now});
    return http_commit(rq, after_try);
}

/* ---- parcels ---- */

static void put_parcel(struct json_out *j, const struct notice_parcel_get_row *p)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", p->id);
    jo_named(j, "channel", p->channel_id, p->channel_name);
    jo_str(j, "kind", p->channel_kind);
    jo_named(j, "person", p->person_name.n ? p->recipient_id : UUID_NONE, p->person_name);
    jo_str(j, "state", p->state);
    jo_i64(j, "attempts", p->attempts);
    jo_time(j, "made_at", p->made_ms);
    jo_time(j, "next_at", p->next_ms);
    jo_opt_time(j, "ended_at", p->ended_ms);
    jo_str(j, "error", p->error);
    jo_end(j);
}

static enum rc list_parcels(struct request *rq)
{
    struct notice_parcel_list_in in = {.hq = rq->op.hq};
    struct notice_parcel_get_row *rows;
    struct page page;
    size_t n;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_name(rq, "state", parcel_states, &in.state));
    RETURN_IF(query_done(rq));
    in.row_limit = page.limit + 1;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    RETURN_IF(q_notice_parcel_list(&rq->op.rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    if (more)
        n = (size_t)page.limit;
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        put_parcel(&rq->json, &rows[i]);
    page_end(rq, &page, more, n ? rows[n - 1].made_ms : 0, n ? rows[n - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

static enum rc load_parcel(struct op *op, struct uuid id, struct notice_parcel_get_row *row)
{
    bool found;
    RETURN_IF(q_notice_parcel_get(&op->rd, &(struct notice_parcel_get_in){op->hq, id}, row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "parcel_not_found", "没有这条发送记录", "There is no such parcel");
    return RC_OK;
}

static enum rc after_retry(struct request *rq)
{
    struct notice_parcel_get_row row;
    RETURN_IF(load_parcel(&rq->op, rq->op.plan.command.subject_id, &row));
    put_parcel(&rq->json, &row);
    return reply_json(rq, 200);
}

/* A person decides about what was given up or is unsure. */
static enum rc retry_parcel(struct request *rq)
{
    static const struct miss not_over = {RC_CONFLICT, "parcel_open", "该消息尚未结束，或该接收人已有新的消息在发送",
                                         "This parcel is not over, or a newer one to the same recipient is on its way"};
    struct notice_parcel_get_row row;
    struct command command;
    struct uuid id, ignored;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    RETURN_IF(jin_done(&in));
    RETURN_IF(load_parcel(&rq->op, id, &row));
    RETURN_IF(request_command(rq, &in, "notice_parcel.retry", "notice_parcel", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed) {
        struct effect *e = fx_notice_parcel_retry(&rq->op.plan.fx, &(struct notice_parcel_retry_in){
            .hq = rq->op.hq, .id = id, .version = row.version, .now = rq->op.now});
        e->on_miss = e->on_clash = &not_over;
    }
    return http_commit(rq, after_retry);
}

const struct route notice_channel_routes[] = {
    {HTTP_GET, "/api/v1/notice-channels", ACT_NOTICE_WRITE, list_channels, 0, 0},
    {HTTP_POST, "/api/v1/notice-channels", ACT_NOTICE_WRITE, create_channel, 0, 0},
    {HTTP_PATCH, "/api/v1/notice-channels/{id}", ACT_NOTICE_WRITE, change_channel, 0, 0},
    {HTTP_POST, "/api/v1/notice-channels/{id}/try", ACT_NOTICE_WRITE, try_channel, 0, 0},
    {HTTP_GET, "/api/v1/notice-parcels", ACT_NOTICE_WRITE, list_parcels, 0, 0},
    {HTTP_POST, "/api/v1/notice-parcels/{id}/retry", ACT_NOTICE_WRITE, retry_parcel, 0, 0},
    {0},
};
