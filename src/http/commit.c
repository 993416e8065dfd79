/*
 * commit.c - requests that wait without a thread: for the store's writer (http_commit) and for the
 * two workers (http_work). The connection is suspended before the job is published; after that the
 * exchange belongs to the other side until it resumes the connection.
 */
#include "http/internal.h"

#include <stdlib.h>

#include "base/log.h"
#include "http/hub.h"

enum { WORKERS = 2, WORK_QUEUE_MAX = 256 };

static void busy(struct http_exchange *ex)
{
    ex->fault.retry_s = 1;
    fail(&ex->fault, RC_BUSY, "busy", "系统正忙，未作任何更改，请稍后重试",
         "Busy; nothing was changed. Try again shortly");
}

/* The server is remembered first: after the resume the exchange may be gone. */
static void give_back(struct http_exchange *ex)
{
    struct http_server *s = ex->server;
    wire_resume(ex->wire);
    atomic_fetch_sub(&s->away, 1);
}

/* From here on nobody may touch the exchange but the one it is given to. False: the server is
 * stopping. */
static bool take_away(struct http_exchange *ex)
{
    struct http_server *s = ex->server;
    atomic_fetch_add(&s->away, 1);
    if (atomic_load(&s->no_more_away)) {
        atomic_fetch_sub(&s->away, 1);
        busy(ex);
        return false;
    }
    ex->resumed = true;
    wire_suspend(ex->wire);
    return true;
}

/* ---- commits ---- */

enum rc http_commit(struct request *rq, handler_fn *after)
{
    struct http_exchange *ex = rq->ex;
    ex->after = after;
    if (rq->op.plan.replayed) {
        ex->next = NEXT_AFTER;
        return RC_OK;
    }
    change_seal(&rq->op);
    ex->next = NEXT_COMMIT;
    return RC_OK;
}

/* On the writer's thread, after the commit. */
static void committed(struct job *job)
{
    struct http_exchange *ex = job->user;
    struct hub *hub = ex->server->cfg.env->hub;
    if (hub && job->end == JOB_DONE)
        hub_wake(hub);
    give_back(ex);
}

bool commit_submit(struct http_exchange *ex)
{
    struct effects *fx = &ex->rq.op.plan.fx;
    ex->awaiting_commit = true;
    ex->job = (struct job){.fx = fx->list, .n = fx->n, .done = committed, .user = ex};
    if (!take_away(ex))
        return false;
    if (!store_submit(ex->server->cfg.env->store, &ex->job)) {
        busy(ex);
        give_back(ex);
    }
    return true;
}

/* ---- workers ---- */

struct workers {
    struct http_server *server;
    pthread_t threads[WORKERS];
    int nthreads;
    pthread_mutex_t lock;
    pthread_cond_t more;
    struct http_exchange *first, *last;
    int waiting;
    bool stopping;
};

static struct http_exchange *next_work(struct workers *w)
{
    pthread_mutex_lock(&w->lock);
    while (!w->first && !w->stopping)
        pthread_cond_wait(&w->more, &w->lock);
    struct http_exchange *ex = w->first;
    if (ex) {
        w->first = ex->link;
        w->last = w->first ? w->last : NULL;
        w->waiting--;
    }
    pthread_mutex_unlock(&w->lock);
    return ex;
}

static void *work_loop(void *arg)
{
    struct workers *w = arg;
    for (struct http_exchange *ex = next_work(w); ex; ex = next_work(w)) {
        bool health = exchange_is_health(ex);
        ex->rq.op.rd.db = health ? NULL : thread_db(w->server, &ex->fault);
        if (health || ex->rq.op.rd.db)
            ex->work(&ex->rq);
        give_back(ex);
    }
    return NULL;
}

struct workers *workers_start(struct http_server *s)
{
    struct workers *w = xcalloc(1, sizeof *w);
    w->server = s;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->more, NULL);
    for (; w->nthreads < WORKERS; w->nthreads++)
        if (pthread_create(&w->threads[w->nthreads], NULL, work_loop, w) != 0)
            break;
    if (w->nthreads == 0) {
        log_error("no worker thread could be started");
        abort();
    }
    return w;
}

void workers_stop(struct workers *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->more);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->nthreads; i++)
        pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->more);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

enum rc http_work(struct request *rq, void (*work)(struct request *rq), handler_fn *after)
{
    struct http_exchange *ex = rq->ex;
    ex->work = work;
    ex->after = after;
    ex->next = NEXT_WORK;
    return RC_OK;
}

bool workers_submit(struct http_exchange *ex)
{
    struct workers *w = ex->server->workers;
    ex->awaiting_commit = false;
    ex->link = NULL;
    if (!take_away(ex))
        return false;
    pthread_mutex_lock(&w->lock);
    bool room = w->waiting < WORK_QUEUE_MAX && !w->stopping;
    if (room) {
        if (w->last)
            w->last->link = ex;
        else
            w->first = ex;
        w->last = ex;
        w->waiting++;
        pthread_cond_signal(&w->more);
    }
    pthread_mutex_unlock(&w->lock);
    if (!room) {
        busy(ex);
        give_back(ex);
    }
    return true;
}
