/* people.c - who is meant, where they are reached, and what they chose. */
#include "notify/internal.h"

#include "base/arena.h"
#include "base/json_in.h"
#include "privacy/privacy.h"

void people_add(struct op *op, struct people *p, struct uuid id)
{
    if (uuid_is_none(id))
        return;
    for (size_t i = 0; i < p->n; i++)
        if (uuid_eq(p->list[i], id))
            return;
    if (p->n == p->room) {
        size_t room = p->room ? p->room * 2 : 16;
        struct uuid *list = ARENA_MANY(OP_ARENA(op), struct uuid, room);
        if (p->n)
            memcpy(list, p->list, p->n * sizeof *list);
        p->list = list;
        p->room = room;
    }
    p->list[p->n++] = id;
}

static enum rc add_holders(struct op *op, struct people *p, const char *role, struct uuid unit_id)
{
    struct notice_holders_row *rows;
    size_t n;
    struct notice_holders_in in = {.hq = op->hq, .role = str_of(role), .now = op->now, .unit_id = unit_id};
    RETURN_IF(q_notice_holders(&op->rd, &in, &rows, &n));
    for (size_t i = 0; i < n; i++)
        people_add(op, p, rows[i].person_id);
    return RC_OK;
}

static enum rc add_on_duty(struct op *op, struct people *p, const char *kind, struct uuid unit_id)
{
    struct notice_on_duty_row *rows;
    size_t n;
    struct notice_on_duty_in in = {.hq = op->hq, .kind = str_of(kind), .unit_id = unit_id, .now = op->now};
    RETURN_IF(q_notice_on_duty(&op->rd, &in, &rows, &n));
    for (size_t i = 0; i < n; i++)
        people_add(op, p, rows[i].person_id);
    return RC_OK;
}

enum rc people_of_unit(struct op *op, struct people *p, struct uuid unit_id, bool leaders)
{
    if (uuid_is_none(unit_id))
        return RC_OK;
    RETURN_IF(add_holders(op, p, "unit_contact", unit_id));
    RETURN_IF(add_holders(op, p, "station_manager", unit_id));
    RETURN_IF(add_on_duty(op, p, "liaison", unit_id));
    if (!leaders)
        return RC_OK;
    RETURN_IF(add_holders(op, p, "leader", unit_id));
    return add_on_duty(op, p, "leader", unit_id);
}

enum rc people_with(struct op *op, struct people *p, const char *role)
{
    return add_holders(op, p, role, UUID_NONE);
}

/* ---- choices ---- */

unsigned kinds_of_words(struct str words)
{
    unsigned kinds = 0;
    for (unsigned k = 0; k < NOTICE_KINDS; k++)
        if (notice_word_in(words, str_of(notice_kind_names[k])))
            kinds |= 1u << k;
    return kinds;
}

struct str words_of_kinds(struct arena *a, unsigned kinds)
{
    struct str out = STR("");
    for (unsigned k = 0; k < NOTICE_KINDS; k++)
        if (kinds & (1u << k))
            out = str_fmt(a, "%.*s%s%s", STR_ARG(out), out.n ? " " : "", notice_kind_names[k]);
    return out;
}

enum rc choice_load(struct op *op, struct uuid person_id, struct notice_choice *out)
{
    struct notice_choice_get_row row;
    bool found;
    *out = notice_choice_default();
    RETURN_IF(q_notice_choice_get(&op->rd, &(struct notice_choice_get_in){op->hq, person_id}, &row, &found));
    if (!found)
        return RC_OK;
    out->kinds = kinds_of_words(row.kinds);
    out->muted = row.muted;
    for (int d = 0; notice_digest_names[d]; d++)
        if (str_is(row.digest, notice_digest_names[d]))
            out->digest = (enum notice_digest)d;
    out->daily_min = (int)row.daily_min;
    out->quiet_from_min = (int)row.quiet_from_min;
    out->quiet_to_min = (int)row.quiet_to_min;
    out->urgent_passes = row.urgent_passes;
    out->lang = str_is(row.lang, "en") ? LANG_EN : LANG_ZH;
    out->version = row.version;
    return RC_OK;
}

/* ---- addresses ---- */

struct privacy_place address_place(const struct op *op, struct uuid person_id)
{
    return (struct privacy_place){.hq = op->hq, .field = "person.notice_address", .record_id = person_id};
}

struct privacy_place channel_secret_place(const struct op *op, struct uuid id)
{
    return (struct privacy_place){.hq = op->hq, .field = "notice_channel.secret", .record_id = id};
}

enum rc has_address(struct op *op, struct uuid person_id, unsigned *kinds)
{
    struct notice_addresses_row *rows;
    struct notice_phone_row phone;
    bool found;
    size_t n;
    *kinds = 0;
    RETURN_IF(q_notice_addresses(&op->rd, &(struct notice_addresses_in){op->hq, person_id}, &rows, &n));
    for (size_t i = 0; i < n; i++)
        *kinds |= kinds_of_words(rows[i].kind);
    RETURN_IF(q_notice_phone(&op->rd, &(struct notice_phone_in){op->hq, person_id}, &phone, &found));
    if (found && phone.phone_sealed.n)
        *kinds |= 1u << NOTICE_SMS;
    if (!found || (phone.left_ms.has && phone.left_ms.v <= op->now))
        *kinds = 0; /* who has left is written to no more */
    return RC_OK;
}

static enum rc phone_of(struct op *op, struct uuid person_id, struct str *out)
{
    struct notice_phone_row row;
    struct privacy_place place = {.hq = op->hq, .field = "person.phone", .record_id = person_id};
    bool found;
    RETURN_IF(q_notice_phone(&op->rd, &(struct notice_phone_in){op->hq, person_id}, &row, &found));
    if (!found || !row.phone_sealed.n)
        return RC_OK;
    return privacy_open(op->env->keys, OP_ARENA(op), op->rd.fault, &place, row.phone_sealed, out);
}

enum rc address_of(struct op *op, struct uuid person_id, enum notice_kind kind, struct str *out)
{
    struct notice_addresses_row *rows;
    struct privacy_place place = address_place(op, person_id);
    size_t n;
    *out = STR_NONE;
    if (kind == NOTICE_SMS)
        return phone_of(op, person_id, out);
    RETURN_IF(q_notice_addresses(&op->rd, &(struct notice_addresses_in){op->hq, person_id}, &rows, &n));
    for (size_t i = 0; i < n; i++)
        if (str_is(rows[i].kind, notice_kind_names[kind]))
            return privacy_open(op->env->keys, OP_ARENA(op), op->rd.fault, &place, rows[i].address_sealed, out);
    return RC_OK;
}

/* ---- channels ---- */

static void read_settings(struct jin *in, struct channel *c)
{
    const struct {
        const char *key;
        struct str *to;
    } texts[] = {{"url", &c->url},       {"from", &c->from},         {"login", &c->login},
                 {"app_id", &c->app_id}, {"agent_id", &c->agent_id}, {"id_type", &c->id_type}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        jin_str(in, texts[i].key, JIN_OPTIONAL, 500, texts[i].to);
    jin_bool(in, "plain", JIN_OPTIONAL, &c->plain);
}

static enum rc open_secret(struct op *op, const struct notice_channel_list_row *row, struct channel *out)
{
    struct privacy_place place = channel_secret_place(op, row->id);
    struct str clear;
    struct jin in;
    if (!row->secret_sealed.n)
        return RC_OK;
    RETURN_IF(privacy_open(op->env->keys, OP_ARENA(op), op->rd.fault, &place, row->secret_sealed, &clear));
    RETURN_IF(jin_parse(&in, OP_ARENA(op), op->rd.fault, clear));
    jin_str(&in, "secret", JIN_OPTIONAL, 1000, &out->secret);
    jin_str(&in, "sign", JIN_OPTIONAL, 1000, &out->sign);
    jin_free(&in);
    return op->rd.fault->rc;
}

enum rc channel_open(struct op *op, const struct notice_channel_list_row *row, struct channel *out)
{
    struct jin in;
    *out = (struct channel){.id = row->id, .group = str_is(row->target, "group")};
    for (int k = 0; k < NOTICE_KINDS; k++)
        if (str_is(row->kind, notice_kind_names[k]))
            out->kind = (enum notice_kind)k;
    RETURN_IF(jin_parse(&in, OP_ARENA(op), op->rd.fault, row->settings));
    read_settings(&in, out);
    jin_free(&in);
    RETURN_IF(op->rd.fault->rc);
    return open_secret(op, row, out);
}
