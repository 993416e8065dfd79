/* read.c - what handlers ask of a request: parameters, headers, cookies, content, the command in
 * it. */
#include "http/internal.h"

#include "base/civil.h"

enum { COOKIE_MAX = 4096 };

/* ---- path and query ---- */

struct str path_text(struct request *rq, const char *name)
{
    const struct route_entry *e = rq->ex->match.entry;
    for (size_t i = 0; e && i < e->nsegments; i++)
        if ((e->params >> i & 1) && str_is(e->segments[i], name))
            return rq->ex->match.values[i];
    return STR_NONE;
}

enum rc path_uuid(struct request *rq, const char *name, struct uuid *out)
{
    struct str text = path_text(rq, name);
    if (text.p && uuid_parse(text, out))
        return RC_OK;
    return OP_FAIL(&rq->op, RC_NOT_FOUND, "not_found", "没有这条记录", "There is no such record");
}

static struct str query_word(struct http_exchange *ex, struct str raw)
{
    char *text = arena_alloc(&ex->arena, raw.n + 1);
    size_t n = 0;
    /* The guard has decoded it once: it cannot fail. */
    if (!percent_decode(raw, true, text, &n))
        n = 0;
    struct str s = {text, n};
    return utf8_valid(s) ? utf8_nfc(&ex->arena, s) : STR("");
}

static void add_param(struct http_exchange *ex, struct str part)
{
    struct str name, value = part;
    if (part.n == 0)
        return;
    if (!str_next(&value, '=', &name))
        return;
    struct query_param p = {query_word(ex, name), value.p ? query_word(ex, value) : STR(""), false};
    for (size_t i = 0; i < ex->nquery && !ex->query_bad; i++)
        if (str_eq(ex->query[i].name, p.name)) {
            ex->query_bad = true;
            fail(&ex->fault, RC_BAD, "duplicate_parameter", "参数“%.*s”重复",
                 "The parameter \"%.*s\" stands twice", STR_ARG(p.name));
        }
    if (ex->nquery == QUERY_MAX) {
        ex->query_bad = true;
        fail(&ex->fault, RC_BAD, "too_many_parameters", "参数过多",
             "There are too many parameters");
        return;
    }
    ex->query[ex->nquery++] = p;
}

void query_parse(struct http_exchange *ex)
{
    struct str rest = ex->facts.query, part;
    while (!ex->query_bad && str_next(&rest, '&', &part))
        add_param(ex, part);
}

struct str query_text(struct request *rq, const char *name)
{
    struct http_exchange *ex = rq->ex;
    for (size_t i = 0; i < ex->nquery; i++)
        if (str_is(ex->query[i].name, name)) {
            ex->query[i].asked = true;
            return ex->query[i].value;
        }
    return STR_NONE;
}

static enum rc bad_parameter(struct request *rq, const char *name)
{
    return OP_FAIL(&rq->op, RC_BAD, "bad_parameter", "参数“%s”的值不正确",
                   "The value of parameter \"%s\" is not acceptable", name);
}

enum rc query_i64(struct request *rq, const char *name, int64_t min, int64_t max,
                  struct opt_i64 *out)
{
    struct str s = query_text(rq, name);
    *out = NONE_I64;
    if (!s.p)
        return RC_OK;
    out->has = str_to_i64(s, min, max, &out->v);
    return out->has ? RC_OK : bad_parameter(rq, name);
}

enum rc query_uuid(struct request *rq, const char *name, struct uuid *out)
{
    struct str s = query_text(rq, name);
    *out = UUID_NONE;
    return !s.p || uuid_parse(s, out) ? RC_OK : bad_parameter(rq, name);
}

enum rc query_name(struct request *rq, const char *name, const char *const *words, struct str *out)
{
    *out = query_text(rq, name);
    for (size_t i = 0; out->p && words[i]; i++)
        if (str_is(*out, words[i]))
            return RC_OK;
    return out->p ? bad_parameter(rq, name) : RC_OK;
}

enum rc query_time(struct request *rq, const char *name, struct opt_i64 *out)
{
    struct str s = query_text(rq, name);
    *out = NONE_I64;
    if (!s.p)
        return RC_OK;
    out->has = civil_parse_rfc3339(s, &out->v) || civil_parse_date(s, rq->op.zone_min, &out->v);
    return out->has ? RC_OK : bad_parameter(rq, name);
}

enum rc query_bool(struct request *rq, const char *name, struct opt_bool *out)
{
    struct str s = query_text(rq, name);
    *out = (struct opt_bool){0};
    if (!s.p)
        return RC_OK;
    if (!str_is(s, "true") && !str_is(s, "false"))
        return bad_parameter(rq, name);
    *out = (struct opt_bool){true, str_is(s, "true")};
    return RC_OK;
}

enum rc query_done(struct request *rq)
{
    struct http_exchange *ex = rq->ex;
    for (size_t i = 0; i < ex->nquery; i++)
        if (!ex->query[i].asked && !str_is(ex->query[i].name, "lang"))
            return OP_FAIL(&rq->op, RC_BAD, "unknown_parameter", "不认识参数“%.*s”",
                           "The parameter \"%.*s\" is not known here", STR_ARG(ex->query[i].name));
    return RC_OK;
}

/* ---- headers ---- */

struct str request_header(struct request *rq, const char *name)
{
    return header_find(rq->ex->headers, rq->ex->nheaders, name);
}

struct str request_cookie(struct request *rq, const char *name)
{
    struct http_exchange *ex = rq->ex;
    for (size_t i = 0; i < ex->nheaders; i++) {
        struct str rest = ex->headers[i].value, pair, key;
        if (!ascii_same(ex->headers[i].name, "Cookie") || rest.n > COOKIE_MAX)
            continue;
        while (str_next(&rest, ';', &pair)) {
            pair = str_trim(pair);
            if (str_next(&pair, '=', &key) && pair.p && str_is(key, name))
                return pair;
        }
    }
    return STR_NONE;
}

struct str request_base_url(struct request *rq)
{
    struct str proto = request_header(rq, "X-Forwarded-Proto");
    bool https = rq->ex->through_proxy && ascii_same(proto, "https");
    return str_fmt(&rq->ex->arena, "%s://%.*s", https ? "https" : "http",
                   STR_ARG(request_header(rq, "Host")));
}

/* The first of zh and en that Accept-Language names with the highest weight. */
static bool accepted_language(struct str list, enum lang *out)
{
    struct str item, tag;
    int64_t best = 0;
    while (str_next(&list, ',', &item)) {
        int64_t weight = 1000;
        item = str_trim(item);
        if (!str_next(&item, ';', &tag))
            continue;
        item = item.p ? str_trim(item) : item;
        if (item.p && (item.n < 3 || item.p[0] != 'q' || item.p[1] != '=' ||
                       !str_to_scaled(str_sub(item, 2, item.n - 2), 3, &weight)))
            continue;
        tag = str_sub(str_trim(tag), 0, 2);
        bool zh = ascii_same(tag, "zh"), en = ascii_same(tag, "en");
        if ((zh || en) && weight > best) {
            best = weight;
            *out = zh ? LANG_ZH : LANG_EN;
        }
    }
    return best > 0;
}

static bool named_language(struct str s, enum lang *out)
{
    bool zh = str_is(s, "zh") || str_is(s, "zh-CN"), en = str_is(s, "en");
    if (zh || en)
        *out = zh ? LANG_ZH : LANG_EN;
    return zh || en;
}

enum lang request_language(struct http_exchange *ex)
{
    enum lang lang = LANG_ZH;
    if (named_language(query_text(&ex->rq, "lang"), &lang))
        return lang;
    if (named_language(request_cookie(&ex->rq, "lang"), &lang))
        return lang;
    struct str accept = request_header(&ex->rq, "Accept-Language");
    return accept.p && accepted_language(accept, &lang) ? lang : LANG_ZH;
}

enum rc request_if_match(struct request *rq, bool required, struct opt_i64 *version)
{
    struct str s = request_header(rq, "If-Match");
    *version = NONE_I64;
    if (!s.p && required)
        return OP_FAIL(&rq->op, RC_BAD, "if_match_required", "修改前须用 If-Match 指明所依据的版本",
                       "If-Match must say which version is being changed");
    if (!s.p || str_is(s, "*"))
        return RC_OK;
    if (s.n > 2 && s.p[0] == '"' && s.p[s.n - 1] == '"')
        version->has = str_to_i64(str_sub(s, 1, s.n - 2), 0, INT64_MAX, &version->v);
    if (!version->has)
        return OP_FAIL(&rq->op, RC_BAD, "bad_if_match", "If-Match 不正确", "If-Match is malformed");
    return RC_OK;
}

/* ---- content ---- */

/* "application/json", with no charset other than UTF-8. */
static bool is_json(struct str type)
{
    struct str kind;
    if (!type.p || !str_next(&type, ';', &kind) || !ascii_same(str_trim(kind), "application/json"))
        return false;
    if (!type.p || str_trim(type).n == 0)
        return true;
    type = str_trim(type);
    return ascii_same(type, "charset=utf-8") || ascii_same(type, "charset=\"utf-8\"");
}

enum rc request_json(struct request *rq, struct jin *in)
{
    struct http_exchange *ex = rq->ex;
    if (!is_json(rq->content_type))
        return OP_FAIL(&rq->op, RC_MEDIA_TYPE, "json_expected", "请求内容须为 application/json",
                       "The content must be application/json");
    RETURN_IF(jin_parse(in, &ex->arena, &ex->fault, rq->body));
    struct doc *d = ARENA_NEW(&ex->arena, struct doc);
    *d = (struct doc){*in, ex->docs};
    ex->docs = d;
    return RC_OK;
}

static enum rc command_id(struct request *rq, struct jin *in, struct uuid *out)
{
    struct str key = request_header(rq, "Idempotency-Key");
    *out = UUID_NONE;
    if (in && rq->route->method == HTTP_POST && jin_has(in, "id")) {
        if (!jin_uuid(in, "id", JIN_REQUIRED, out))
            return rq->op.rd.fault->rc;
    } else if (key.p && !uuid_parse(key, out)) {
        return OP_FAIL(&rq->op, RC_BAD, "bad_idempotency_key", "Idempotency-Key 须为 UUID",
                       "Idempotency-Key must be a UUID");
    }
    if (uuid_is_none(*out))
        *out = change_new_id(&rq->op);
    return RC_OK;
}

enum rc request_command(struct request *rq, struct jin *in, const char *kind,
                        const char *subject_kind, struct uuid subject_id, struct command *out)
{
    struct hasher h;
    *out = (struct command){.kind = kind, .subject_kind = subject_kind, .subject_id = subject_id};
    RETURN_IF(command_id(rq, in, &out->id));
    hash_begin(&h);
    hash_field(&h, str_of(method_word(rq->route->method)));
    hash_field(&h, rq->path);
    if (in)
        hash_field(&h, jin_canonical(in));
    if (rq->route->flags & ROUTE_UPLOAD)
        hash_raw(&h, &rq->upload_sha256, sizeof rq->upload_sha256);
    out->content = hash_end(&h);
    return RC_OK;
}
