/* notify_http.c - one's own notices and choices over HTTP. */
#include "notify/internal.h"

#include "auth/policy.h"
#include "privacy/privacy.h"

enum { UNREAD_SHOWN_MAX = 1000, READ_MAX = 200, RULES_MAX = 100, ADDRESS_MAX = 200 };

/* ---- the list ---- */

/* What follows the first line is for outside (links). */
static struct str first_line(struct str text)
{
    struct str line = STR("");
    (void)str_next(&text, '\n', &line);
    return line;
}

static void put_notice(struct json_out *j, enum lang lang, const struct notice_list_row *n)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", n->id);
    jo_str(j, "rule", n->rule);
    jo_bool(j, "urgent", n->urgent);
    jo_str(j, "text", first_line(lang == LANG_EN ? n->text_en : n->text_zh));
    jo_str(j, "subject_kind", n->subject_kind);
    jo_uuid(j, "subject_id", n->subject_id);
    jo_time(j, "at", n->at_ms);
    jo_bool(j, "read", n->read_ms.has);
    jo_end(j);
}

static enum rc put_unread(struct request *rq)
{
    struct notice_unread_count_row row = {0};
    struct notice_unread_count_in in = {.hq = rq->op.hq, .person_id = rq->op.actor.person_id, .most = UNREAD_SHOWN_MAX};
    bool found;
    RETURN_IF(q_notice_unread_count(&rq->op.rd, &in, &row, &found));
    jo_i64(&rq->json, "unread", row.n);
    return RC_OK;
}

static enum rc list_notices(struct request *rq)
{
    struct notice_list_in in = {.hq = rq->op.hq, .person_id = rq->op.actor.person_id};
    struct notice_list_row *rows;
    struct opt_bool unread;
    struct page page;
    size_t n;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(query_bool(rq, "unread", &unread));
    RETURN_IF(query_done(rq));
    in.row_limit = page.limit + 1;
    if (unread.has && unread.v)
        in.unread = unread;
    if (page.has_cursor) {
        in.key_ms = SOME(page.key_i64);
        in.key_id = page.key_id;
    }
    RETURN_IF(q_notice_list(&rq->op.rd, &in, &rows, &n));
    bool more = n > (size_t)page.limit;
    if (more)
        n = (size_t)page.limit;
    jo_obj(&rq->json, NULL);
    RETURN_IF(put_unread(rq));
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        put_notice(&rq->json, rq->op.lang, &rows[i]);
    page_end(rq, &page, more, n ? rows[n - 1].at_ms : 0, n ? rows[n - 1].id : UUID_NONE, STR_NONE);
    return reply_json(rq, 200);
}

/* ---- reading ---- */

static enum rc after_read(struct request *rq)
{
    jo_obj(&rq->json, NULL);
    RETURN_IF(put_unread(rq));
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static void mark_one(struct op *op, struct uuid id)
{
    struct effect *e = fx_notice_read_one(&op->plan.fx, &(struct notice_read_one_in){
        .hq = op->hq, .person_id = op->actor.person_id, .id = id, .now = op->now});
    e->min = 0; /* read already, or another's */
}

static void mark_until(struct op *op, int64_t until_ms)
{
    struct effect *e = fx_notice_read_until(&op->plan.fx, &(struct notice_read_until_in){
        .hq = op->hq, .person_id = op->actor.person_id, .until_ms = until_ms, .now = op->now});
    e->min = 0;
    e->max = INT64_MAX;
}

static enum rc read_notices(struct request *rq)
{
    struct command command;
    struct uuid id, ids[READ_MAX];
    int64_t until_ms;
    struct jin in;
    size_t n = 0;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &id);
    if (jin_arr(&in, "notice_ids", JIN_OPTIONAL, READ_MAX, &n))
        for (size_t i = 0; i < n; i++)
            jin_arr_uuid(&in, "notice_ids", i, &ids[i]);
    bool all = jin_time(&in, "until", JIN_OPTIONAL, &until_ms);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "notice.read", "person", rq->op.actor.person_id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed) {
        for (size_t i = 0; i < n; i++)
            mark_one(&rq->op, ids[i]);
        if (all)
            mark_until(&rq->op, until_ms);
    }
    return http_commit(rq, after_read);
}

/* ---- choices ---- */

static void put_words(struct json_out *j, const char *key, struct str words)
{
    struct str part;
    jo_arr(j, key);
    while (str_next(&words, ' ', &part))
        if (part.n)
            jo_str(j, NULL, part);
    jo_end(j);
}

static void put_minute(struct json_out *j, struct op *op, const char *key, int minute)
{
    jo_str(j, key, str_fmt(OP_ARENA(op), "%02d:%02d", minute / 60, minute % 60));
}

static enum rc put_addresses(struct request *rq)
{
    struct notice_addresses_row *rows;
    struct notice_phone_row phone;
    struct op *op = &rq->op;
    bool found;
    size_t n;
    RETURN_IF(q_notice_addresses(&op->rd, &(struct notice_addresses_in){op->hq, op->actor.person_id}, &rows, &n));
    RETURN_IF(q_notice_phone(&op->rd, &(struct notice_phone_in){op->hq, op->actor.person_id}, &phone, &found));
    jo_obj(&rq->json, "addresses");
    for (size_t i = 0; i < n; i++)
        jo_str(&rq->json, str_z(OP_ARENA(op), rows[i].kind), rows[i].address_masked);
    if (found && phone.phone_masked.n)
        jo_str(&rq->json, "sms", phone.phone_masked);
    jo_end(&rq->json);
    return RC_OK;
}

static enum rc put_offered(struct request *rq)
{
    struct notice_channel_list_row *rows;
    struct notice_channel_list_in in = {.hq = rq->op.hq, .enabled = SOME_BOOL(true)};
    unsigned kinds = 0;
    size_t n;
    RETURN_IF(q_notice_channel_list(&rq->op.rd, &in, &rows, &n));
    for (size_t i = 0; i < n; i++)
        if (str_is(rows[i].target, "people"))
            kinds |= kinds_of_words(rows[i].kind);
    put_words(&rq->json, "offered", words_of_kinds(OP_ARENA(&rq->op), kinds));
    return RC_OK;
}

static enum rc reply_choice(struct request *rq)
{
    struct op *op = &rq->op;
    struct notice_choice c;
    RETURN_IF(choice_load(op, op->actor.person_id, &c));
    jo_obj(&rq->json, NULL);
    put_words(&rq->json, "kinds", words_of_kinds(OP_ARENA(op), c.kinds));
    RETURN_IF(put_offered(rq));
    put_words(&rq->json, "muted", c.muted);
    jo_z(&rq->json, "digest", notice_digest_names[c.digest]);
    put_minute(&rq->json, op, "daily_at", c.daily_min);
    put_minute(&rq->json, op, "quiet_from", c.quiet_from_min);
    put_minute(&rq->json, op, "quiet_to", c.quiet_to_min);
    jo_bool(&rq->json, "urgent_passes", c.urgent_passes);
    jo_z(&rq->json, "lang", c.lang == LANG_EN ? "en" : "zh");
    RETURN_IF(put_addresses(rq));
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc get_choice(struct request *rq)
{
    RETURN_IF(query_done(rq));
    return reply_choice(rq);
}

static void read_minute(struct jin *in, const char *key, int64_t *out)
{
    struct str text, hour;
    int64_t h, m;
    if (!jin_str(in, key, JIN_OPTIONAL, 5, &text))
        return;
    struct str rest = text;
    if (str_next(&rest, ':', &hour) && hour.n == 2 && rest.n == 2 && str_to_i64(hour, 0, 23, &h) && str_to_i64(rest, 0, 59, &m))
        *out = h * 60 + m;
    else
        fail_field(in->fault, jin_pointer(in, key), "bad_time", "时间应为“时:分”，如 22:00", "The time must be hours:minutes, as 22:00");
}

/* Words of a list, joined; each must be known to `known`. */
static struct str read_words(struct jin *in, const char *key, size_t max, bool (*known)(struct str), struct str old)
{
    struct str out = STR(""), word;
    size_t n;
    if (!jin_arr(in, key, JIN_OPTIONAL, max, &n))
        return old;
    for (size_t i = 0; i < n; i++) {
        if (!jin_arr_str(in, key, i, 60, &word))
            continue;
        if (!known(word) || str_find(word, STR(" "), 0) >= 0)
            fail_field(in->fault, str_fmt(in->arena, "%.*s/%zu", STR_ARG(jin_pointer(in, key)), i), "unknown_word", "没有这一项",
                       "There is no such word");
        else
            out = str_fmt(in->arena, "%.*s%s%.*s", STR_ARG(out), out.n ? " " : "", STR_ARG(word));
    }
    return out;
}

static bool is_kind(struct str word)
{
    return kinds_of_words(word) != 0;
}

/* Rules of announcements are their rooms' own words. */
static bool is_rule(struct str word)
{
    return word.n > 0;
}

static void read_choice(struct op *op, struct jin *in, const struct notice_choice *old, struct notice_choice_set_in *out)
{
    static const char *const langs[] = {"zh", "en", NULL};
    int digest = (int)old->digest, lang = old->lang == LANG_EN;
    *out = (struct notice_choice_set_in){.hq = op->hq, .person_id = op->actor.person_id, .daily_min = old->daily_min,
                                         .quiet_from_min = old->quiet_from_min, .quiet_to_min = old->quiet_to_min,
                                         .urgent_passes = old->urgent_passes};
    out->kinds = read_words(in, "kinds", NOTICE_KINDS, is_kind, words_of_kinds(OP_ARENA(op), old->kinds));
    out->muted = read_words(in, "muted", RULES_MAX, is_rule, old->muted);
    jin_enum(in, "digest", JIN_OPTIONAL, notice_digest_names, &digest);
    read_minute(in, "daily_at", &out->daily_min);
    read_minute(in, "quiet_from", &out->quiet_from_min);
    read_minute(in, "quiet_to", &out->quiet_to_min);
    jin_bool(in, "urgent_passes", JIN_OPTIONAL, &out->urgent_passes);
    jin_enum(in, "lang", JIN_OPTIONAL, langs, &lang);
    out->digest = str_of(notice_digest_names[digest]);
    out->lang = str_of(langs[lang]);
}

/* First letter and, of a mail address, the domain. */
static struct str mask(struct arena *a, struct str address)
{
    ptrdiff_t at = str_find(address, STR("@"), 0);
    size_t n = address.n ? 1 : 0;
    while (n < address.n && ((unsigned char)address.p[n] & 0xc0) == 0x80)
        n++;
    return str_fmt(a, "%.*s***%.*s", (int)n, address.p, STR_ARG(at > 0 ? str_sub(address, (size_t)at, SIZE_MAX) : STR("")));
}

static bool is_mail(struct str s)
{
    ptrdiff_t at = str_find(s, STR("@"), 0);
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || strchr("<>,;:\"\\()[]", s.p[i]))
            return false;
    return at > 0 && (size_t)at + 1 < s.n && str_find(s, STR("@"), (size_t)at + 1) < 0;
}

/* Read first, so that every fault is named; effects are added by set_addresses(). */
struct addresses {
    struct str to[NOTICE_KINDS];
    bool drop[NOTICE_KINDS];
};

static void read_addresses(struct jin *in, struct addresses *out)
{
    struct jin list;
    if (!jin_obj(in, "addresses", JIN_OPTIONAL, &list))
        return;
    for (int k = 0; k < NOTICE_KINDS; k++) {
        const char *key = notice_kind_names[k];
        if (k == NOTICE_SMS)
            continue; /* the telephone number is the register's */
        if (jin_is_null(&list, key))
            out->drop[k] = true;
        else if (jin_has(&list, key) && jin_str(&list, key, JIN_REQUIRED, ADDRESS_MAX, &out->to[k]) && k == NOTICE_MAIL && !is_mail(out->to[k]))
            fail_field(in->fault, jin_pointer(&list, key), "bad_address", "邮箱地址不正确", "This is no mail address");
    }
}

static void set_addresses(struct op *op, const struct addresses *in)
{
    struct privacy_place place = address_place(op, op->actor.person_id);
    for (int k = 0; k < NOTICE_KINDS; k++) {
        struct str kind = str_of(notice_kind_names[k]);
        if (in->drop[k])
            fx_notice_address_drop(&op->plan.fx, &(struct notice_address_drop_in){op->hq, op->actor.person_id, kind})->min = 0;
        if (in->to[k].n)
            fx_notice_address_set(&op->plan.fx, &(struct notice_address_set_in){
                .hq = op->hq, .person_id = op->actor.person_id, .kind = kind,
                .address_sealed = privacy_seal(op->env->keys, OP_ARENA(op), &place, in->to[k]),
                .address_masked = mask(OP_ARENA(op), in->to[k]), .at_ms = op->now});
    }
}

static enum rc put_choice(struct request *rq)
{
    struct notice_choice_set_in choice;
    struct addresses addresses = {0};
    struct notice_choice old;
    struct command command;
    struct jin in;
    RETURN_IF(choice_load(&rq->op, rq->op.actor.person_id, &old));
    RETURN_IF(request_json(rq, &in));
    read_choice(&rq->op, &in, &old, &choice);
    read_addresses(&in, &addresses);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "notice.choose", "person", rq->op.actor.person_id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed) {
        fx_notice_choice_set(&rq->op.plan.fx, &choice);
        set_addresses(&rq->op, &addresses);
    }
    return http_commit(rq, reply_choice);
}

const struct route notify_routes[] = {
    {HTTP_GET, "/api/v1/notices", ACT_SELF, list_notices, 0, 0},
    {HTTP_POST, "/api/v1/notices/read", ACT_SELF, read_notices, 0, 0},
    {HTTP_GET, "/api/v1/me/notice-choice", ACT_SELF, get_choice, 0, 0},
    {HTTP_PUT, "/api/v1/me/notice-choice", ACT_SELF, put_choice, 0, 0},
    {0},
};
