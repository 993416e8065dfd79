/* draw_store.c - see draw_store.h. */
#include "round/draw_store.h"

#include "base/arena.h"
#include "base/civil.h"
#include "org/org.h"
#include "privacy/privacy.h"
#include "round_sql.h"

#include <sodium.h>

#define SECRET_FIELD "draw.secret"

static struct privacy_place place_of(int64_t hq, struct str day)
{
    return (struct privacy_place){hq, SECRET_FIELD, uuid_named(UUID_NONE, day)};
}

static enum rc open_secret(struct op *op, struct str day, struct str sealed, struct sha256 *out)
{
    struct privacy_place at = place_of(op->hq, day);
    struct str clear;
    RETURN_IF(privacy_open(op->env->keys, OP_ARENA(op), op->rd.fault, &at, sealed, &clear));
    if (str_unhex(clear, out->b, sizeof out->b))
        return RC_OK;
    return OP_FAIL(op, RC_INTERNAL, "sealed_damaged", "抽取密钥已损坏", "The secret of the draws is damaged");
}

/* ---- the day ---- */

/* `stated` NULL: a secret nobody knows, which is how it is everywhere but in the demonstration. */
static enum rc make_day(struct op *op, struct str day, const struct sha256 *stated)
{
    struct sha256 secret;
    struct privacy_place at = place_of(op->hq, day);
    struct command c = {.kind = "draw.commit", .content = sha256_of(day), .subject_kind = "draw_day",
                        .id = uuid_named(UUID_NONE, str_fmt(OP_ARENA(op), "commitment/%lld/%.*s", (long long)op->hq,
                                                            STR_ARG(day)))};
    RETURN_IF(change_begin(op, &c));
    if (op->plan.replayed)
        return RC_OK;
    if (stated)
        secret = *stated;
    else
        randombytes_buf(secret.b, sizeof secret.b);
    struct sha256 root = commitment_root(OP_ARENA(op), secret);
    op->plan.command.detail = str_fmt(OP_ARENA(op), "{\"day\":\"%.*s\",\"commitment\":\"%.*s\"}", STR_ARG(day),
                                      STR_ARG(str_hex(OP_ARENA(op), root.b, sizeof root.b)));
    fx_draw_day_add(&op->plan.fx, &(struct draw_day_add_in){
        .hq = op->hq, .day = day, .at_ms = op->now, .commitment = root,
        .secret_sealed = privacy_seal(op->env->keys, OP_ARENA(op), &at,
                                      str_hex(OP_ARENA(op), secret.b, sizeof secret.b))});
    return change_commit(op);
}

/* The day's row, made by an operation of its own when it is not there. */
static enum rc today(struct op *op, struct draw_day_get_row *row)
{
    struct str day = civil_date(OP_ARENA(op), op->now, op->zone_min);
    struct draw_day_get_in in = {.hq = op->hq, .day = day};
    bool found;
    RETURN_IF(q_draw_day_get(&op->rd, &in, row, &found));
    if (found)
        return RC_OK;
    struct op apart;
    op_init(&apart, op->env, op->rd.db, OP_ARENA(op), op->rd.fault);
    apart.now = op->now;
    RETURN_IF(make_day(&apart, day, NULL));
    RETURN_IF(q_draw_day_get(&op->rd, &in, row, &found));
    return found ? RC_OK
                 : OP_FAIL(op, RC_BUSY, "busy", "系统正忙，未作任何更改，请稍后重试",
                           "Busy; nothing was changed. Try again shortly");
}

enum rc draw_commitment_chore(struct op *op, bool *more)
{
    struct draw_day_get_row row;
    *more = false;
    return today(op, &row);
}

enum rc draw_commitment_demo(struct op *op, struct sha256 secret)
{
    struct headquarters hq;
    bool found;
    RETURN_IF(headquarters_load(op, &hq, &found));
    if (!found || !hq.demo)
        return OP_FAIL(op, RC_FORBIDDEN, "not_demo", "只有演示区可以指定抽取密钥", "Only a demonstration states the secret of its draws");
    return make_day(op, civil_date(OP_ARENA(op), op->now, op->zone_min), &secret);
}

/* ---- drawing ---- */

enum rc draw_prepare(struct op *op, struct draw *d)
{
    static const struct miss again = {RC_CONFLICT, "drawn_already", "已有同一次抽取", "This has been drawn already"};
    struct draw_day_get_row row;
    struct sha256 secret;
    RETURN_IF(draw_settle(op->rd.fault, d));
    RETURN_IF(today(op, &row));
    RETURN_IF(open_secret(op, row.day, row.secret_sealed, &secret));
    d->day = row.day;
    struct str text = draw_text(OP_ARENA(op), d);
    uint32_t slot = commitment_slot(d->subject_kind, d->subject_id, d->no);
    draw_run(OP_ARENA(op), d, draw_seed(commitment_key(secret, slot), text));
    struct effect *e = fx_draw_add(&op->plan.fx, &(struct draw_add_in){
        .hq = op->hq, .id = change_row_id(op), .day = d->day, .subject_kind = str_of(d->subject_kind),
        .subject_id = d->subject_id, .no = d->no, .at_ms = op->now, .actor_id = op->actor.person_id, .content = text});
    e->on_clash = &again;
    return RC_OK;
}

void draw_release(struct op *op, const char *subject_kind, struct uuid subject_id)
{
    struct effect *e = fx_draw_release(&op->plan.fx, &(struct draw_release_in){
        .hq = op->hq, .subject_kind = str_of(subject_kind), .subject_id = subject_id, .at_ms = op->now});
    e->min = 0;
    e->max = INT64_MAX;
}

/* ---- giving out ---- */

static enum rc fill(struct op *op, const struct draw_by_subject_row *row, bool force, struct draw_record *r)
{
    struct sha256 secret;
    struct str today_is = civil_date(OP_ARENA(op), op->now, op->zone_min);
    *r = (struct draw_record){.no = row->no, .at_ms = row->at_ms, .committed_ms = row->committed_ms, .day = row->day,
                              .text = row->content, .commitment = row->commitment, .released_ms = row->released_ms};
    r->open = force || (row->released_ms.has && str_cmp(row->day, today_is) < 0);
    struct draw d;
    if (!draw_read(OP_ARENA(op), row->content, &d))
        return OP_FAIL(op, RC_INTERNAL, "draw_damaged", "抽取记录已损坏", "The record of the draw is damaged");
    r->drawn = d;
    RETURN_IF(open_secret(op, row->day, row->secret_sealed, &secret));
    struct commitment_opening o;
    commitment_open(OP_ARENA(op), secret, commitment_slot(d.subject_kind, d.subject_id, d.no), &o);
    draw_run(OP_ARENA(op), &r->drawn, draw_seed(o.key, row->content));
    if (r->open)
        r->opening = o;
    return RC_OK;
}

enum rc draw_records(struct op *op, const char *subject_kind, struct uuid subject_id, bool force,
                     struct draw_record **out, size_t *n)
{
    struct draw_by_subject_row *rows;
    struct draw_by_subject_in in = {.hq = op->hq, .subject_kind = str_of(subject_kind), .subject_id = subject_id};
    RETURN_IF(q_draw_by_subject(&op->rd, &in, &rows, n));
    *out = ARENA_MANY(OP_ARENA(op), struct draw_record, *n + 1);
    for (size_t i = 0; i < *n; i++)
        RETURN_IF(fill(op, &rows[i], force, &(*out)[i]));
    return RC_OK;
}

static void put_opening(struct json_out *j, const struct draw_record *r)
{
    jo_bool(j, "open", r->open);
    if (!r->open) {
        jo_null(j, "slot");
        jo_null(j, "key");
        jo_null(j, "path");
        return;
    }
    jo_i64(j, "slot", r->opening.slot);
    jo_sha256(j, "key", r->opening.key);
    jo_arr(j, "path");
    for (int l = 0; l < COMMITMENT_LEVELS; l++)
        jo_sha256(j, NULL, r->opening.path[l]);
    jo_end(j);
}

void draw_json(struct json_out *j, const char *key, const struct draw_record *list, size_t n)
{
    jo_arr(j, key);
    for (size_t i = 0; i < n; i++) {
        const struct draw_record *r = &list[i];
        jo_obj(j, NULL);
        jo_i64(j, "no", r->no);
        jo_str(j, "day", r->day);
        jo_time(j, "drawn_at", r->at_ms);
        jo_sha256(j, "commitment", r->commitment);
        jo_time(j, "committed_at", r->committed_ms);
        jo_str(j, "text", r->text);
        put_opening(j, r);
        jo_arr(j, "drawn");
        for (size_t h = 0; h < r->drawn.nstrata; h++)
            for (size_t k = 0; k < r->drawn.strata[h].quota; k++)
                jo_uuid(j, NULL, r->drawn.strata[h].drawn[k]);
        jo_end(j);
        jo_end(j);
    }
    jo_end(j);
}
