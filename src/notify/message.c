/* message.c - see message.h. */
#include "notify/message.h"

#include "base/arena.h"
#include "base/civil.h"
#include "base/json_in.h"
#include "base/json_out.h"

#include <sodium.h>

enum { BODY_BYTES = 256 * 1024, WHY_BYTES = 200, MAIL_LINE = 76 };

static const char *const maker_urls[NOTICE_KINDS] = {
    [NOTICE_WECOM] = "https://qyapi.weixin.qq.com",
    [NOTICE_DINGTALK] = "https://oapi.dingtalk.com",
    [NOTICE_FEISHU] = "https://open.feishu.cn",
};

static struct str base64_of(struct arena *a, struct str s)
{
    size_t room = sodium_base64_ENCODED_LEN(s.n, sodium_base64_VARIANT_ORIGINAL);
    char *out = arena_alloc(a, room);
    sodium_bin2base64(out, room, (const unsigned char *)(s.p ? s.p : ""), s.n, sodium_base64_VARIANT_ORIGINAL);
    return str_of(out);
}

static struct str url_escape(struct arena *a, struct str s)
{
    static const char hex[] = "0123456789ABCDEF";
    char *out = arena_alloc(a, s.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        if (plain) {
            out[n++] = (char)c;
            continue;
        }
        out[n++] = '%';
        out[n++] = hex[c >> 4];
        out[n++] = hex[c & 15];
    }
    return (struct str){out, n};
}

static struct str server_of(const struct channel *c)
{
    struct str url = c->url.n ? c->url : str_of(maker_urls[c->kind]);
    while (url.n && url.p[url.n - 1] == '/')
        url.n--;
    return url;
}

/* ---- JSON bodies ---- */

struct body {
    struct buf b;
    struct json_out j;
};

static struct json_out *body_begin(struct body *b)
{
    buf_init(&b->b, BODY_BYTES);
    jo_begin(&b->j, &b->b, 0);
    jo_obj(&b->j, NULL);
    return &b->j;
}

static struct str body_end(struct arena *a, struct body *b)
{
    jo_end(&b->j);
    struct str s = str_copy(a, buf_view(&b->b));
    buf_free(&b->b);
    return s;
}

static struct str text_object(struct arena *a, const char *key, struct str text)
{
    struct body b;
    jo_str(body_begin(&b), key, text);
    return body_end(a, &b);
}

static void put_text(struct json_out *j, struct str text)
{
    jo_z(j, "msgtype", "text");
    jo_obj(j, "text");
    jo_str(j, "content", text);
    jo_end(j);
}

static struct str sign_of(struct arena *a, struct str key, struct str text)
{
    struct sha256 mac = hmac_of(key, text);
    return base64_of(a, (struct str){(const char *)mac.b, sizeof mac.b});
}

/* ---- each kind ---- */

static void build_sms(struct arena *a, const struct channel *c, const struct message *m, struct str to, struct message_request *out)
{
    struct body b;
    struct json_out *j = body_begin(&b);
    struct str time = str_fmt(a, "%lld", (long long)m->now_ms);
    jo_uuid(j, "id", m->id);
    jo_str(j, "account", c->login);
    jo_str(j, "to", to);
    jo_str(j, "text", m->text);
    out->body = body_end(a, &b);
    out->url = c->url;
    struct sha256 mac = hmac_of(c->secret, str_fmt(a, "%.*s\n%.*s", STR_ARG(time), STR_ARG(out->body)));
    out->headers[1] = str_fmt(a, "X-Xiaohao-Time: %.*s", STR_ARG(time));
    out->headers[2] = str_fmt(a, "X-Xiaohao-Signature: %.*s", STR_ARG(str_hex(a, mac.b, sizeof mac.b)));
}

static void build_wecom(struct arena *a, const struct channel *c, const struct message *m, struct str to, struct str token,
                        struct message_request *out)
{
    struct body b;
    struct json_out *j = body_begin(&b);
    struct str server = server_of(c);
    int64_t agent = 0;
    if (c->group) {
        out->url = str_fmt(a, "%.*s/cgi-bin/webhook/send?key=%.*s", STR_ARG(server), STR_ARG(url_escape(a, c->secret)));
    } else {
        out->url = str_fmt(a, "%.*s/cgi-bin/message/send?access_token=%.*s", STR_ARG(server), STR_ARG(url_escape(a, token)));
        (void)str_to_i64(c->agent_id, 0, INT32_MAX, &agent);
        jo_str(j, "touser", to);
        jo_i64(j, "agentid", agent);
        jo_i64(j, "enable_duplicate_check", 1);
        jo_i64(j, "duplicate_check_interval", 14400);
    }
    put_text(j, m->text);
    out->body = body_end(a, &b);
}

static void build_dingtalk(struct arena *a, const struct channel *c, const struct message *m, struct str to, struct str token,
                           struct message_request *out)
{
    struct body b;
    struct json_out *j = body_begin(&b);
    struct str server = server_of(c);
    int64_t agent = 0;
    if (!c->group) {
        out->url = str_fmt(a, "%.*s/topapi/message/corpconversation/asyncsend_v2?access_token=%.*s", STR_ARG(server),
                           STR_ARG(url_escape(a, token)));
        (void)str_to_i64(c->agent_id, 0, INT64_MAX, &agent);
        jo_i64(j, "agent_id", agent);
        jo_str(j, "userid_list", to);
        jo_obj(j, "msg");
        put_text(j, m->text);
        jo_end(j);
        out->body = body_end(a, &b);
        return;
    }
    struct str signed_at = STR("");
    if (c->sign.n) {
        struct str text = str_fmt(a, "%lld\n%.*s", (long long)m->now_ms, STR_ARG(c->sign));
        signed_at = str_fmt(a, "&timestamp=%lld&sign=%.*s", (long long)m->now_ms, STR_ARG(url_escape(a, sign_of(a, c->sign, text))));
    }
    out->url = str_fmt(a, "%.*s/robot/send?access_token=%.*s%.*s", STR_ARG(server), STR_ARG(url_escape(a, c->secret)),
                       STR_ARG(signed_at));
    put_text(j, m->text);
    out->body = body_end(a, &b);
}

static void build_feishu(struct arena *a, const struct channel *c, const struct message *m, struct str to, struct str token,
                         struct message_request *out)
{
    struct body b;
    struct json_out *j = body_begin(&b);
    struct str server = server_of(c), content = text_object(a, "text", m->text);
    jo_z(j, "msg_type", "text");
    if (!c->group) {
        out->url = str_fmt(a, "%.*s/open-apis/im/v1/messages?receive_id_type=%.*s", STR_ARG(server),
                           STR_ARG(c->id_type.n ? c->id_type : STR("open_id")));
        out->headers[1] = str_fmt(a, "Authorization: Bearer %.*s", STR_ARG(token));
        jo_str(j, "receive_id", to);
        jo_str(j, "content", content); /* JSON inside a text, as the interface wants it */
        jo_uuid(j, "uuid", m->id);
        out->body = body_end(a, &b);
        return;
    }
    out->url = str_fmt(a, "%.*s/open-apis/bot/v2/hook/%.*s", STR_ARG(server), STR_ARG(url_escape(a, c->secret)));
    if (c->sign.n) {
        struct str time = str_fmt(a, "%lld", (long long)(m->now_ms / 1000));
        jo_str(j, "timestamp", time);
        jo_str(j, "sign", sign_of(a, str_fmt(a, "%.*s\n%.*s", STR_ARG(time), STR_ARG(c->sign)), STR("")));
    }
    jo_raw(j, "content", content);
    out->body = body_end(a, &b);
}

void message_build(struct arena *a, const struct channel *c, const struct message *m, struct str to, struct str token,
                   struct message_request *out)
{
    *out = (struct message_request){.headers = {STR("Content-Type: application/json; charset=utf-8")}};
    switch (c->kind) {
    case NOTICE_SMS:
        build_sms(a, c, m, to, out);
        break;
    case NOTICE_WECOM:
        build_wecom(a, c, m, to, token, out);
        break;
    case NOTICE_DINGTALK:
        build_dingtalk(a, c, m, to, token, out);
        break;
    case NOTICE_FEISHU:
        build_feishu(a, c, m, to, token, out);
        break;
    case NOTICE_MAIL:
    case NOTICE_KINDS:
        break;
    }
}

/* ---- access tokens ---- */

bool message_token_request(struct arena *a, const struct channel *c, struct message_request *out)
{
    struct str server = server_of(c), id = url_escape(a, c->app_id), secret = url_escape(a, c->secret);
    struct body b;
    *out = (struct message_request){.headers = {STR("Content-Type: application/json; charset=utf-8")}};
    if (c->group)
        return false;
    if (c->kind == NOTICE_WECOM)
        out->url = str_fmt(a, "%.*s/cgi-bin/gettoken?corpid=%.*s&corpsecret=%.*s", STR_ARG(server), STR_ARG(id), STR_ARG(secret));
    if (c->kind == NOTICE_DINGTALK)
        out->url = str_fmt(a, "%.*s/gettoken?appkey=%.*s&appsecret=%.*s", STR_ARG(server), STR_ARG(id), STR_ARG(secret));
    if (c->kind == NOTICE_FEISHU) {
        struct json_out *j = body_begin(&b);
        out->url = str_fmt(a, "%.*s/open-apis/auth/v3/tenant_access_token/internal", STR_ARG(server));
        jo_str(j, "app_id", c->app_id);
        jo_str(j, "app_secret", c->secret);
        out->body = body_end(a, &b);
    }
    return out->url.n > 0;
}

/* The first of these members that is there. */
static bool read_text(struct jin *in, const char *const *keys, struct str *out)
{
    for (; *keys; keys++)
        if (jin_has(in, *keys) && jin_str(in, *keys, JIN_OPTIONAL, 2000, out) && out->n)
            return true;
    return false;
}

static bool read_number(struct jin *in, const char *const *keys, int64_t *out)
{
    for (; *keys; keys++)
        if (jin_has(in, *keys) && jin_i64(in, *keys, JIN_OPTIONAL, INT64_MIN, INT64_MAX, out))
            return true;
    return false;
}

bool message_token_read(struct arena *a, struct str answer, struct str *token, int64_t *lives_s)
{
    static const char *const tokens[] = {"access_token", "tenant_access_token", NULL};
    static const char *const lives[] = {"expires_in", "expire", NULL};
    struct fault f;
    struct jin in;
    fault_init(&f, a);
    if (jin_parse(&in, a, &f, answer) != RC_OK)
        return false;
    bool ok = read_text(&in, tokens, token);
    *lives_s = 0;
    if (ok && !read_number(&in, lives, lives_s))
        *lives_s = 600;
    jin_free(&in);
    return ok;
}

/* ---- answers ---- */

/* Codes that say: the token is over. */
static bool is_token_code(enum notice_kind kind, int64_t code)
{
    static const int64_t codes[] = {40001, 40014, 42001, 88, 99991661, 99991663, 99991664, 99991668};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (code == codes[i])
            return kind != NOTICE_SMS;
    return false;
}

/* Codes that say: too often, come again. */
static bool is_busy_code(int64_t code)
{
    static const int64_t codes[] = {-1, 45009, 45033, 130101, 90018, 660026, 9499, 11232, 99991400};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (code == codes[i])
            return true;
    return false;
}

static struct str told(struct arena *a, int status, struct str answer)
{
    struct str shown = answer.n > WHY_BYTES ? (struct str){answer.p, WHY_BYTES} : answer;
    while (shown.n && !utf8_valid(shown))
        shown.n--;
    return str_fmt(a, "HTTP %d: %.*s", status, STR_ARG(shown));
}

enum message_end message_answer(struct arena *a, const struct channel *c, int status, struct str answer, struct str *why)
{
    static const char *const codes[] = {"errcode", "code", "StatusCode", NULL};
    struct fault f;
    struct jin in;
    int64_t code = 0;
    *why = told(a, status, answer);
    if (status == 429)
        return MESSAGE_LATER;
    if (status >= 500 || status < 200)
        return MESSAGE_UNSURE;
    if (status == 401 && c->kind == NOTICE_FEISHU && !c->group)
        return MESSAGE_TOKEN;
    fault_init(&f, a);
    if (jin_parse(&in, a, &f, answer) == RC_OK) {
        (void)read_number(&in, codes, &code);
        jin_free(&in);
    } else if (c->kind != NOTICE_SMS) {
        return status < 300 ? MESSAGE_UNSURE : MESSAGE_REFUSED; /* these makers always answer in JSON */
    }
    if (is_token_code(c->kind, code) && !c->group)
        return MESSAGE_TOKEN;
    if (is_busy_code(code))
        return MESSAGE_LATER;
    if (status >= 300 || code != 0)
        return MESSAGE_REFUSED;
    *why = STR_NONE;
    return MESSAGE_SENT;
}

bool message_knows_repeats(enum notice_kind kind, bool group)
{
    return kind == NOTICE_MAIL || kind == NOTICE_SMS || (!group && (kind == NOTICE_WECOM || kind == NOTICE_FEISHU));
}

/* ---- mail ---- */

struct str message_mail_address(struct str from)
{
    ptrdiff_t open = str_find(from, STR("<"), 0), close = str_find(from, STR(">"), 0);
    if (open < 0 || close < open)
        return str_trim(from);
    return str_sub(from, (size_t)open + 1, (size_t)(close - open) - 1);
}

static struct str encoded_word(struct arena *a, struct str s)
{
    return s.n ? str_fmt(a, "=?UTF-8?B?%.*s?=", STR_ARG(base64_of(a, s))) : STR("");
}

/* Several encoded words, each within the 75 characters RFC 2047 allows. */
static struct str header_text(struct arena *a, struct str s)
{
    struct str out = STR("");
    while (s.n) {
        size_t n = s.n < 42 ? s.n : 42;
        while (n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
            n--;
        out = str_fmt(a, "%.*s%s%.*s", STR_ARG(out), out.n ? "\r\n " : "", STR_ARG(encoded_word(a, str_sub(s, 0, n))));
        s = str_sub(s, n, SIZE_MAX);
    }
    return out;
}

static struct str sender(struct arena *a, struct str from)
{
    ptrdiff_t open = str_find(from, STR("<"), 0);
    struct str address = message_mail_address(from), name = open > 0 ? str_trim(str_sub(from, 0, (size_t)open)) : STR("");
    return str_fmt(a, "%.*s%s<%.*s>", STR_ARG(header_text(a, name)), name.n ? " " : "", STR_ARG(address));
}

static struct str mail_date(struct arena *a, int64_t ms)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct civil c = civil_from_ms(ms, 0);
    return str_fmt(a, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[c.weekday - 1], c.day, months[c.month - 1], c.year, c.hour,
                   c.minute, c.second);
}

static struct str folded_base64(struct arena *a, struct str text)
{
    struct str b = base64_of(a, text);
    char *out = arena_alloc(a, b.n + (b.n / MAIL_LINE + 1) * 2);
    size_t n = 0;
    for (size_t i = 0; i < b.n; i += MAIL_LINE) {
        size_t k = b.n - i < MAIL_LINE ? b.n - i : MAIL_LINE;
        memcpy(out + n, b.p + i, k);
        n += k;
        memcpy(out + n, "\r\n", 2);
        n += 2;
    }
    return (struct str){out, n};
}

struct str message_mail(struct arena *a, const struct channel *c, const struct message *m, struct str to)
{
    char id[UUID_TEXT + 1];
    struct str address = message_mail_address(c->from);
    ptrdiff_t at = str_find(address, STR("@"), 0);
    struct str domain = at >= 0 ? str_sub(address, (size_t)at + 1, SIZE_MAX) : STR("localhost");
    uuid_format(m->id, id);
    id[UUID_TEXT] = 0;
    return str_fmt(a,
                   "Date: %.*s\r\nFrom: %.*s\r\nTo: <%.*s>\r\nSubject: %.*s\r\nMessage-ID: <%s@%.*s>\r\n"
                   "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
                   "Content-Transfer-Encoding: base64\r\n\r\n%.*s",
                   STR_ARG(mail_date(a, m->now_ms)), STR_ARG(sender(a, c->from)), STR_ARG(to), STR_ARG(header_text(a, m->title)), id,
                   STR_ARG(domain), STR_ARG(folded_base64(a, m->text)));
}
