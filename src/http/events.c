/*
 * events.c - the hub of server-sent events (see events.h). There is one way an event reaches the
 * screens: the hub's thread reads the outbox, soon after a commit of this process and once a second
 * for those of others, and offers each row once to every open stream. A stream holds a bounded
 * queue; who reads too slowly is cut off and comes back with Last-Event-ID.
 *
 * One lock for hub and streams. `visible` is asked under it and must be quick.
 */
#include "http/events.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/hub.h"
#include "http/hub_seen.h"
#include "http/internal.h"
#include "http_sql.h"

enum {
    STREAMS_MAX = 500,
    QUEUE_BYTES = 64 * 1024,
    REPLAY_BYTES = 512 * 1024,
    HEARTBEAT_US = 20 * 1000 * 1000,
    LIFETIME_US = 600 * 1000 * 1000, /* then the client comes anew and its rights are asked anew */
    TICK_MS = 1000,
    REST_MS = 200, /* between two looks into the outbox, so that many commits cost one */
    OVERLAP_MS = 1000,
    LONG_OVERLAP_MS =
        15000, /* a slow commit's event bears an older time: looked for now and then */
    LONG_EVERY = 5,
    PAGES_MAX = 20,
};

struct stream {
    struct hub *hub;
    struct stream *prev, *next;
    void *wire;
    struct actor listener;
    struct arena arena;
    struct buf replay;
    struct buf queue;
    size_t replay_sent, queue_sent;
    int64_t opened_us, spoke_us;
    bool suspended;
    bool ended;
};

struct hub {
    pthread_mutex_t lock;
    struct stream *streams;
    _Atomic int64_t nstreams;
    bool (*visible)(const struct actor *listener, const struct event *e);
    struct seen seen;
    bool closing;
    int64_t last_ms;
    /* the thread */
    pthread_t thread;
    bool attached;
    pthread_mutex_t wake_lock;
    pthread_cond_t wake_cond;
    bool wake, stop;
    const struct env *env;
};

struct hub *hub_start(void)
{
    struct hub *h = xcalloc(1, sizeof *h);
    pthread_condattr_t attr;
    pthread_mutex_init(&h->lock, NULL);
    pthread_mutex_init(&h->wake_lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&h->wake_cond, &attr);
    pthread_condattr_destroy(&attr);
    return h;
}

void hub_stop(struct hub *h)
{
    if (!h)
        return;
    hub_detach(h);
    pthread_cond_destroy(&h->wake_cond);
    pthread_mutex_destroy(&h->wake_lock);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

void hub_set_filter(struct hub *h,
                    bool (*visible)(const struct actor *listener, const struct event *e))
{
    pthread_mutex_lock(&h->lock);
    h->visible = visible;
    pthread_mutex_unlock(&h->lock);
}

int64_t hub_streams(struct hub *h)
{
    return atomic_load(&h->nstreams);
}

/* ---- one stream ---- */

static void rouse(struct stream *s)
{
    if (!s->suspended)
        return;
    s->suspended = false;
    wire_resume(s->wire);
}

/* Under the hub's lock. */
static void offer(struct stream *s, struct str frame)
{
    if (s->ended)
        return;
    buf_str(&s->queue, frame);
    s->spoke_us = clock_ticks_us();
    if (s->queue.full)
        s->ended = true;
    rouse(s);
}

static size_t take(struct buf *b, size_t *sent, char *p, size_t max)
{
    size_t n = b->n - *sent < max ? b->n - *sent : max;
    if (n)
        memcpy(p, b->p + *sent, n);
    *sent += n;
    if (*sent == b->n) {
        *sent = 0;
        b->n = 0;
    }
    return n;
}

static ptrdiff_t stream_read(void *user, char *p, size_t max)
{
    struct stream *s = user;
    ptrdiff_t answer = -1;
    pthread_mutex_lock(&s->hub->lock);
    size_t n = take(&s->replay, &s->replay_sent, p, max);
    if (!n && !s->queue.full)
        n = take(&s->queue, &s->queue_sent, p, max);
    if (n) {
        answer = (ptrdiff_t)n;
    } else if (!s->ended && !s->hub->closing) {
        s->suspended = true;
        wire_suspend(s->wire);
        answer = 0;
    }
    pthread_mutex_unlock(&s->hub->lock);
    return answer;
}

static void stream_close(void *user)
{
    struct stream *s = user;
    struct hub *h = s->hub;
    pthread_mutex_lock(&h->lock);
    if (s->prev)
        s->prev->next = s->next;
    else
        h->streams = s->next;
    if (s->next)
        s->next->prev = s->prev;
    atomic_fetch_sub(&h->nstreams, 1);
    pthread_mutex_unlock(&h->lock);
    buf_free(&s->replay);
    buf_free(&s->queue);
    arena_free(&s->arena);
    free(s);
}

static struct stream *stream_new(struct hub *h, struct request *rq)
{
    struct stream *s = xcalloc(1, sizeof *s);
    s->hub = h;
    s->wire = rq->ex->wire;
    arena_init(&s->arena);
    buf_init(&s->replay, REPLAY_BYTES);
    buf_init(&s->queue, QUEUE_BYTES);
    s->listener = rq->op.actor;
    s->listener.name = rq->op.actor.name.p ? str_copy(&s->arena, rq->op.actor.name) : STR_NONE;
    s->listener.area_code =
        rq->op.actor.area_code.p ? str_copy(&s->arena, rq->op.actor.area_code) : STR_NONE;
    s->opened_us = s->spoke_us = clock_ticks_us();
    buf_z(&s->replay, "retry: 3000\n\n");
    return s;
}

/* NULL: no room, or the server is stopping. */
static struct stream *enter(struct hub *h, struct request *rq)
{
    pthread_mutex_lock(&h->lock);
    struct stream *s = NULL;
    if (!h->closing && h->attached && atomic_load(&h->nstreams) < STREAMS_MAX) {
        s = stream_new(h, rq);
        if (!h->streams)
            h->last_ms = rq->op.now;
        s->next = h->streams;
        if (s->next)
            s->next->prev = s;
        h->streams = s;
        atomic_fetch_add(&h->nstreams, 1);
    }
    pthread_mutex_unlock(&h->lock);
    return s;
}

/* ---- frames ---- */

static void write_frame(struct buf *out, const struct event *e)
{
    struct json_out j;
    char id[UUID_TEXT];
    uuid_format(e->id, id);
    buf_fmt(out, "id: %.*s\nevent: %s\ndata: ", UUID_TEXT, id, e->topic);
    jo_begin(&j, out, 0);
    jo_obj(&j, NULL);
    jo_z(&j, "topic", e->topic);
    jo_z(&j, "subject_kind", e->subject_kind);
    jo_uuid(&j, "subject_id", e->subject_id);
    if (e->payload.p)
        jo_raw(&j, "payload", e->payload);
    jo_end(&j);
    buf_z(out, "\n\n");
}

static bool shown(const struct hub *h, const struct stream *s, const struct event *e)
{
    return h->visible && h->visible(&s->listener, e);
}

void hub_publish(struct hub *h, const struct event *e)
{
    struct buf frame;
    if (atomic_load(&h->nstreams) == 0)
        return;
    buf_init(&frame, QUEUE_BYTES);
    write_frame(&frame, e);
    pthread_mutex_lock(&h->lock);
    if (!frame.full && seen_add(&h->seen, e->id))
        for (struct stream *s = h->streams; s; s = s->next)
            if (shown(h, s, e))
                offer(s, buf_view(&frame));
    pthread_mutex_unlock(&h->lock);
    buf_free(&frame);
}

static struct event event_of(struct arena *a, const struct outbox_after_row *row)
{
    return (struct event){.id = row->id,
                          .topic = str_z(a, row->topic),
                          .subject_kind = str_z(a, row->subject_kind),
                          .subject_id = row->subject_id,
                          .payload = row->payload};
}

/* ---- the outbox ---- */

/* Key just before the first row of a millisecond. */
static struct outbox_after_in before_ms(int64_t hq, int64_t ms)
{
    struct outbox_after_in in = {.hq = hq, .at_ms = ms - 1};
    memset(in.id.b, 0xff, sizeof in.id.b);
    return in;
}

static void poll_outbox(struct hub *h, struct db *db, struct arena *a, int64_t overlap_ms)
{
    struct fault f;
    struct reader rd = {.db = db, .arena = a, .fault = &f};
    fault_init(&f, a);
    struct outbox_after_in in = before_ms(h->env->hq, h->last_ms - overlap_ms);
    for (int page = 0; page < PAGES_MAX; page++) {
        struct outbox_after_row *rows;
        size_t n;
        if (q_outbox_after(&rd, &in, &rows, &n) != RC_OK) {
            log_warn("events: the outbox cannot be read: %.*s", STR_ARG(f.en));
            return;
        }
        for (size_t i = 0; i < n; i++) {
            struct event e = event_of(a, &rows[i]);
            hub_publish(h, &e);
        }
        if (n == 0)
            return;
        in.at_ms = rows[n - 1].at_ms;
        in.id = rows[n - 1].id;
        pthread_mutex_lock(&h->lock);
        h->last_ms = in.at_ms > h->last_ms ? in.at_ms : h->last_ms;
        pthread_mutex_unlock(&h->lock);
        if (n < 500)
            return;
    }
}

/* What a listener missed since the event it saw last; unknown or too much: it is told to load all
 * anew. */
static enum rc replay(struct request *rq, struct stream *s, struct uuid last)
{
    struct outbox_by_id_row at;
    struct outbox_after_row *rows;
    size_t n;
    bool found;
    RETURN_IF(q_outbox_by_id(&rq->op.rd, &(struct outbox_by_id_in){.hq = rq->op.hq, .id = last},
                             &at, &found));
    if (found)
        RETURN_IF(q_outbox_after(
            &rq->op.rd, &(struct outbox_after_in){.hq = rq->op.hq, .at_ms = at.at_ms, .id = last},
            &rows, &n));
    if (!found || n == 500) {
        buf_z(&s->replay, "event: resync\ndata: {}\n\n");
        return RC_OK;
    }
    for (size_t i = 0; i < n; i++) {
        struct event e = event_of(OP_ARENA(&rq->op), &rows[i]);
        if (shown(s->hub, s, &e))
            write_frame(&s->replay, &e);
    }
    if (s->replay.full) {
        buf_clear(&s->replay);
        buf_z(&s->replay, "event: resync\ndata: {}\n\n");
    }
    return RC_OK;
}

/* ---- the handler ---- */

/* Enters the hub first, so that nothing is lost between the outbox read and the first live event.
 */
enum rc events_stream(struct request *rq)
{
    struct hub *h = rq->op.env->hub;
    struct str text = request_header(rq, "Last-Event-ID");
    struct uuid last;
    if (!text.p)
        text = query_text(rq, "last_event_id");
    RETURN_IF(query_done(rq));
    struct stream *s = h ? enter(h, rq) : NULL;
    if (!s) {
        rq->op.rd.fault->retry_s = 10;
        return OP_FAIL(&rq->op, RC_BUSY, "streams_full", "实时通知连接已满，请稍后重试",
                       "No more event streams can be opened just now");
    }
    enum rc rc = text.p && uuid_parse(text, &last) ? replay(rq, s, last) : RC_OK;
    if (rc != RC_OK) {
        stream_close(s);
        return rc;
    }
    rq->ex->reply.kind = REPLY_STREAM;
    rq->ex->reply.status = 200;
    rq->ex->reply.source = (struct stream_source){stream_read, stream_close, s};
    reply_header(rq, "Content-Type", STR("text/event-stream; charset=utf-8"));
    reply_header(rq, "X-Accel-Buffering", STR("no"));
    return RC_OK;
}

/* ---- the thread ---- */

void hub_wake(struct hub *h)
{
    if (atomic_load(&h->nstreams) == 0)
        return;
    pthread_mutex_lock(&h->wake_lock);
    h->wake = true;
    pthread_cond_signal(&h->wake_cond);
    pthread_mutex_unlock(&h->wake_lock);
}

static void tend_streams(struct hub *h)
{
    int64_t now = clock_ticks_us();
    pthread_mutex_lock(&h->lock);
    for (struct stream *s = h->streams; s; s = s->next) {
        if (now - s->opened_us > LIFETIME_US) {
            s->ended = true;
            rouse(s);
        } else if (now - s->spoke_us > HEARTBEAT_US) {
            offer(s, STR(":\n\n"));
        }
    }
    pthread_mutex_unlock(&h->lock);
}

/* Waits for a commit or the tick; false at the end. */
static bool rest(struct hub *h, bool *woken)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + (int64_t)TICK_MS * 1000000;
    until.tv_sec += ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&h->wake_lock);
    while (!h->wake && !h->stop)
        if (pthread_cond_timedwait(&h->wake_cond, &h->wake_lock, &until) != 0)
            break;
    *woken = h->wake;
    h->wake = false;
    bool go_on = !h->stop;
    pthread_mutex_unlock(&h->wake_lock);
    return go_on;
}

static void *hub_loop(void *arg)
{
    struct hub *h = arg;
    struct arena arena;
    struct fault f;
    struct db *db = NULL;
    int64_t polled_us = 0;
    unsigned ticks = 0;
    bool woken;
    arena_init(&arena);
    while (rest(h, &woken)) {
        fault_init(&f, &arena);
        ticks += !woken;
        if (!woken)
            tend_streams(h);
        if (atomic_load(&h->nstreams) && (db || db_open(h->env->store, &db, &f) == RC_OK)) {
            poll_outbox(h, db, &arena, ticks % LONG_EVERY == 0 ? LONG_OVERLAP_MS : OVERLAP_MS);
            polled_us = clock_ticks_us();
        }
        arena_reset(&arena);
        int64_t left_ms = REST_MS - (clock_ticks_us() - polled_us) / 1000;
        if (woken && left_ms > 0)
            nanosleep(
                &(struct timespec){.tv_nsec = (left_ms < REST_MS ? left_ms : REST_MS) * 1000000},
                NULL);
    }
    if (db)
        db_close(db);
    arena_free(&arena);
    return NULL;
}

enum rc hub_attach(struct hub *h, const struct env *env, struct fault *f)
{
    h->env = env;
    h->closing = h->stop = h->wake = false;
    h->last_ms = clock_now(env->clock);
    if (pthread_create(&h->thread, NULL, hub_loop, h) != 0)
        return fail(f, RC_INTERNAL, "no_thread", "无法创建线程", "A thread cannot be started");
    h->attached = true;
    return RC_OK;
}

void hub_detach(struct hub *h)
{
    if (!h->attached)
        return;
    pthread_mutex_lock(&h->wake_lock);
    h->stop = true;
    pthread_cond_signal(&h->wake_cond);
    pthread_mutex_unlock(&h->wake_lock);
    pthread_join(h->thread, NULL);
    pthread_mutex_lock(&h->lock);
    h->closing = true;
    h->attached = false;
    for (struct stream *s = h->streams; s; s = s->next)
        rouse(s);
    pthread_mutex_unlock(&h->lock);
}
