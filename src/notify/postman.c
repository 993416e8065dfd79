/*
 * postman.c - packs deliveries into parcels and sends them, one process at a time.
 *
 * A parcel is marked as being sent before the first byte leaves and ends with what the other side said. What was being
 * sent when a process died goes out again under the same id where the other side knows repeats, and is "unsure" else.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"
#include "change/lease.h"
#include "notify/internal.h"
#include "notify/link.h"
#include "notify/wire.h"

#include <stdlib.h>

enum { ROUND_S = 2, PARCELS_PER_ROUND = 20, PACK_PER_ROUND = 100, SHOWN_LINES = 30, TOKENS_MAX = 16, STUCK_MS = 5 * 60 * 1000 };

struct token {
    struct uuid channel_id;
    char text[1024];
    int64_t until_ms;
};

struct postman {
    const struct env *env;
    struct db *db;
    struct arena arena;
    struct ticker ticker;
    struct lease lease;
    struct wire *wire;
    struct token tokens[TOKENS_MAX];
    size_t next_token;
};

static enum rc run(struct op *op, struct effects *fx)
{
    return fx->n ? change_run_effects(op, fx) : RC_OK;
}

/* ---- packing ---- */

static enum rc pack(struct op *op)
{
    struct notice_due_row *rows;
    size_t n;
    RETURN_IF(q_notice_due(&op->rd, &(struct notice_due_in){.hq = op->hq, .now = op->now, .row_limit = PACK_PER_ROUND}, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        struct effects fx;
        struct uuid id = uuid_make(op->now);
        effects_init(&fx, OP_ARENA(op));
        fx_notice_parcel_add(&fx, &(struct notice_parcel_add_in){.hq = op->hq, .id = id, .channel_id = rows[i].channel_id,
                                                                .recipient_id = rows[i].recipient_id, .now = op->now});
        struct effect *e = fx_notice_parcel_fill(&fx, &(struct notice_parcel_fill_in){
            .hq = op->hq, .id = id, .channel_id = rows[i].channel_id, .recipient_id = rows[i].recipient_id, .now = op->now});
        e->max = INT64_MAX;
        RETURN_IF(run(op, &fx));
    }
    return RC_OK;
}

/* ---- words ---- */

/* Several notices become one message: a line each, the rest counted. */
static enum rc compose(struct op *op, struct uuid parcel_id, enum lang lang, struct message *out)
{
    struct arena *a = OP_ARENA(op);
    struct notice_parcel_texts_row *rows;
    struct notice_parcel_size_row size = {0};
    bool found;
    size_t n;
    RETURN_IF(q_notice_parcel_texts(&op->rd, &(struct notice_parcel_texts_in){op->hq, parcel_id, SHOWN_LINES}, &rows, &n));
    RETURN_IF(q_notice_parcel_size(&op->rd, &(struct notice_parcel_size_in){op->hq, parcel_id}, &size, &found));
    bool en = lang == LANG_EN;
    out->title = n == 1 ? (en ? STR("Xiaohao: notice") : STR("销号平台通知"))
                        : str_fmt(a, en ? "Xiaohao: %lld notices" : "销号平台通知（%lld条）", (long long)size.n);
    out->text = STR("");
    for (size_t i = 0; i < n; i++) {
        struct str line = link_complete(op, en ? rows[i].text_en : rows[i].text_zh);
        out->text = n == 1 ? line : str_fmt(a, "%.*s%s%zu. %.*s", STR_ARG(out->text), i ? "\n" : "", i + 1, STR_ARG(line));
    }
    if (size.n > (int64_t)n)
        out->text = str_fmt(a, en ? "%.*s\n… and %lld more inside." : "%.*s\n……另有%lld条，请登录平台查看。", STR_ARG(out->text),
                            (long long)size.n - (long long)n);
    return RC_OK;
}

/* ---- sending ---- */

static struct token *token_kept(struct postman *p, struct uuid channel_id, int64_t now)
{
    for (size_t i = 0; i < TOKENS_MAX; i++)
        if (uuid_eq(p->tokens[i].channel_id, channel_id) && p->tokens[i].until_ms > now)
            return &p->tokens[i];
    return NULL;
}

static void token_drop(struct postman *p, struct uuid channel_id)
{
    for (size_t i = 0; i < TOKENS_MAX; i++)
        if (uuid_eq(p->tokens[i].channel_id, channel_id))
            p->tokens[i] = (struct token){0};
}

static enum message_end token_for(struct postman *p, struct op *op, const struct channel *c, struct str *token, struct str *why)
{
    struct message_request rq;
    struct token *kept = token_kept(p, c->id, op->now);
    struct str answer, got;
    int64_t lives_s;
    int status;
    *token = kept ? str_of(kept->text) : STR("");
    if (kept || !message_token_request(OP_ARENA(op), c, &rq))
        return MESSAGE_SENT;
    /* Asking for a token delivers nothing: whatever goes wrong here is worth another try. */
    if (wire_http(p->wire, OP_ARENA(op), &rq, &status, &answer, why) != MESSAGE_SENT)
        return MESSAGE_LATER;
    kept = &p->tokens[p->next_token++ % TOKENS_MAX];
    if (!message_token_read(OP_ARENA(op), answer, &got, &lives_s) || got.n >= sizeof kept->text) {
        (void)message_answer(OP_ARENA(op), c, status, answer, why);
        return MESSAGE_LATER;
    }
    *kept = (struct token){.channel_id = c->id, .until_ms = op->now + lives_s * 1000 * 9 / 10};
    memcpy(kept->text, got.p, got.n);
    *token = str_of(kept->text);
    return MESSAGE_SENT;
}

static enum message_end send_http(struct postman *p, struct op *op, const struct channel *c, const struct message *m, struct str to,
                                  struct str *why)
{
    for (int turn = 0; turn < 2; turn++) {
        struct message_request rq;
        struct str token, answer;
        int status;
        enum message_end end = token_for(p, op, c, &token, why);
        if (end != MESSAGE_SENT)
            return end;
        message_build(OP_ARENA(op), c, m, to, token, &rq);
        end = wire_http(p->wire, OP_ARENA(op), &rq, &status, &answer, why);
        if (end != MESSAGE_SENT)
            return end;
        end = message_answer(OP_ARENA(op), c, status, answer, why);
        if (end != MESSAGE_TOKEN)
            return end;
        token_drop(p, c->id);
    }
    return MESSAGE_LATER;
}

static enum rc deliver(struct postman *p, struct op *op, const struct notice_parcels_ready_row *parcel, enum message_end *end,
                       struct str *why)
{
    struct notice_channel_list_row row;
    struct notice_channel_get_in in = {op->hq, parcel->channel_id};
    struct notice_choice choice = notice_choice_default();
    struct message m = {.id = parcel->id, .now_ms = op->now};
    struct channel c;
    struct str to = STR_NONE;
    bool found;
    RETURN_IF(q_notice_channel_get(&op->rd, &in, &row, &found));
    *end = MESSAGE_REFUSED;
    *why = STR("channel disabled");
    if (!found || !row.enabled)
        return RC_OK;
    RETURN_IF(channel_open(op, &row, &c));
    if (!c.group) {
        RETURN_IF(choice_load(op, parcel->recipient_id, &choice));
        RETURN_IF(address_of(op, parcel->recipient_id, c.kind, &to));
        *why = STR("no address");
        if (!to.n)
            return RC_OK;
    }
    RETURN_IF(compose(op, parcel->id, choice.lang, &m));
    *end = c.kind == NOTICE_MAIL ? wire_mail(p->wire, OP_ARENA(op), &c, to, message_mail(OP_ARENA(op), &c, &m, to), why)
                                 : send_http(p, op, &c, &m, to, why);
    if (*end == MESSAGE_UNSURE && message_knows_repeats(c.kind, c.group))
        *end = MESSAGE_LATER;
    return RC_OK;
}

/* An error names no address: servers like to repeat it. */
static struct str without_address(struct str why)
{
    return str_find(why, STR("@"), 0) >= 0 ? STR("refused by the server") : why;
}

static enum rc finish(struct op *op, const struct notice_parcels_ready_row *parcel, int64_t attempts, enum message_end end, struct str why)
{
    struct effects fx;
    int64_t wait = notice_backoff_ms(attempts);
    const char *state = end == MESSAGE_SENT ? "sent" : end == MESSAGE_UNSURE ? "unsure" : end == MESSAGE_LATER && wait >= 0 ? "waiting" : "failed";
    bool over = strcmp(state, "waiting") != 0;
    effects_init(&fx, OP_ARENA(op));
    fx_notice_parcel_end(&fx, &(struct notice_parcel_end_in){
        .hq = op->hq, .id = parcel->id, .version = parcel->version + 1, .state = str_of(state), .next_ms = op->now + (over ? 0 : wait),
        .ended_ms = over ? SOME(op->now) : NONE_I64, .error = why.n ? without_address(why) : STR_NONE});
    if (end != MESSAGE_SENT)
        log_warn("notice not sent (%s)", state);
    return run(op, &fx);
}

static enum rc send_parcel(struct postman *p, struct op *op, const struct notice_parcels_ready_row *parcel)
{
    struct effects fx;
    enum message_end end;
    struct str why = STR_NONE;
    effects_init(&fx, OP_ARENA(op));
    fx_notice_parcel_begin(&fx, &(struct notice_parcel_begin_in){.hq = op->hq, .id = parcel->id, .version = parcel->version, .now = op->now});
    RETURN_IF(run(op, &fx));
    RETURN_IF(deliver(p, op, parcel, &end, &why));
    return finish(op, parcel, parcel->attempts + 1, end, why);
}

/* ---- left behind ---- */

/* As if the answer had been lost, which it was. */
static enum rc recover(struct op *op)
{
    struct notice_parcels_stuck_row *rows;
    struct notice_parcels_stuck_in in = {.hq = op->hq, .before_ms = op->now - STUCK_MS, .row_limit = PARCELS_PER_ROUND};
    size_t n;
    RETURN_IF(q_notice_parcels_stuck(&op->rd, &in, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        struct notice_channel_list_row channel;
        struct channel c = {0};
        bool found;
        RETURN_IF(q_notice_channel_get(&op->rd, &(struct notice_channel_get_in){op->hq, rows[i].channel_id}, &channel, &found));
        if (found)
            RETURN_IF(channel_open(op, &channel, &c));
        struct notice_parcels_ready_row parcel = {.id = rows[i].id, .version = rows[i].version - 1};
        enum message_end end = found && message_knows_repeats(c.kind, c.group) ? MESSAGE_LATER : MESSAGE_UNSURE;
        RETURN_IF(finish(op, &parcel, rows[i].attempts, end, STR("interrupted while sending")));
    }
    return RC_OK;
}

enum rc postman_round(struct postman *p, struct op *op, int *sent)
{
    struct notice_parcels_ready_row *rows;
    size_t n;
    *sent = 0;
    RETURN_IF(recover(op));
    RETURN_IF(pack(op));
    struct notice_parcels_ready_in in = {.hq = op->hq, .now = op->now, .row_limit = PARCELS_PER_ROUND};
    RETURN_IF(q_notice_parcels_ready(&op->rd, &in, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        op->now = clock_now(op->env->clock);
        RETURN_IF(send_parcel(p, op, &rows[i]));
        ++*sent;
    }
    return RC_OK;
}

/* ---- the thread ---- */

static bool anything_to_do(struct op *op)
{
    struct notice_due_row *due;
    struct notice_parcels_ready_row *ready;
    struct notice_parcels_stuck_row *stuck;
    size_t a, b, c;
    if (q_notice_due(&op->rd, &(struct notice_due_in){.hq = op->hq, .now = op->now, .row_limit = 1}, &due, &a) != RC_OK ||
        q_notice_parcels_ready(&op->rd, &(struct notice_parcels_ready_in){.hq = op->hq, .now = op->now, .row_limit = 1}, &ready, &b) != RC_OK ||
        q_notice_parcels_stuck(&op->rd, &(struct notice_parcels_stuck_in){.hq = op->hq, .before_ms = op->now - STUCK_MS, .row_limit = 1},
                               &stuck, &c) != RC_OK)
        return false;
    return a + b + c > 0;
}

static void begin(struct postman *p, struct op *op, struct fault *f)
{
    arena_reset(&p->arena);
    fault_init(f, &p->arena);
    op_init(op, p->env, p->db, &p->arena, f);
}

static void tick(void *arg)
{
    struct postman *p = arg;
    int sent = PARCELS_PER_ROUND;
    while (sent == PARCELS_PER_ROUND && !p->ticker.stopping) {
        struct fault f;
        struct op op;
        bool ours = false;
        begin(p, &op, &f);
        sent = 0;
        if (!anything_to_do(&op) || lease_take(&op, &p->lease, &ours) != RC_OK || !ours)
            return;
        if (postman_round(p, &op, &sent) != RC_OK && f.rc != RC_STALE)
            log_warn("sending notices: %.*s [%.*s]", STR_ARG(f.en), STR_ARG(f.code));
    }
}

struct postman *postman_new(const struct env *env)
{
    struct postman *p = xcalloc(1, sizeof *p);
    p->env = env;
    p->wire = wire_new();
    p->lease.name = "postman";
    arena_init(&p->arena);
    return p;
}

void postman_free(struct postman *p)
{
    if (!p)
        return;
    wire_free(p->wire);
    if (p->db)
        db_close(p->db);
    arena_free(&p->arena);
    free(p);
}

enum rc postman_start(struct postman **out, const struct env *env, struct fault *f)
{
    struct postman *p;
    wire_setup();
    p = postman_new(env);
    enum rc rc = db_open(env->store, &p->db, f);
    if (rc == RC_OK)
        rc = ticker_start(&p->ticker, ROUND_S, tick, p, f);
    if (rc == RC_OK)
        *out = p;
    else
        postman_free(p);
    return rc;
}

void postman_stop(struct postman *p)
{
    struct fault f;
    struct op op;
    if (!p)
        return;
    ticker_stop(&p->ticker);
    begin(p, &op, &f);
    if (p->lease.epoch > 0 && lease_leave(&op, &p->lease) != RC_OK)
        log_warn("sending notices: %.*s", STR_ARG(f.en));
    postman_free(p);
}
