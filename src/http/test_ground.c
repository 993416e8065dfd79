/* test_ground.c - see test_ground.h. */
#include "http/test_ground.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/asset.h"
#include "http_sql.h"

enum { EVENTS_MAX = 64, REMOVE_ROOM = 128 };

struct ground ground;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t more;
    pthread_t thread;
    struct job *first, *last;
    bool stop;
    struct outbox_after_row events[EVENTS_MAX];
    size_t nevents;
} writer = {.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER};

/* ---- the writer ---- */

static struct job *next_job(void)
{
    pthread_mutex_lock(&writer.lock);
    while (!writer.first && !writer.stop)
        pthread_cond_wait(&writer.more, &writer.lock);
    struct job *j = writer.first;
    if (j)
        writer.first = j->next;
    pthread_mutex_unlock(&writer.lock);
    return j;
}

static void *write_loop(void *arg)
{
    for (struct job *j = next_job(); j; j = next_job()) {
        int hold = atomic_load(&ground.hold_ms);
        if (hold)
            nanosleep(&(struct timespec){.tv_nsec = hold * 1000000L}, NULL);
        j->end = JOB_DONE;
        if (atomic_load(&ground.stale) > 0) {
            atomic_fetch_sub(&ground.stale, 1);
            j->end = JOB_MISS;
        }
        atomic_fetch_add(&ground.jobs, 1);
        j->done(j);
    }
    return arg;
}

bool store_submit(struct store *s, struct job *job)
{
    (void)s;
    if (atomic_load(&ground.refuse))
        return false;
    pthread_mutex_lock(&writer.lock);
    job->next = NULL;
    if (writer.first)
        writer.last->next = job;
    else
        writer.first = job;
    writer.last = job;
    pthread_cond_signal(&writer.more);
    pthread_mutex_unlock(&writer.lock);
    return true;
}

bool store_alive(struct store *s)
{
    (void)s;
    return !atomic_load(&ground.away);
}

void store_stats_get(struct store *s, struct store_stats *out)
{
    (void)s;
    *out = (struct store_stats){.jobs = atomic_load(&ground.jobs)};
}

/* ---- reading ---- */

enum rc db_open(struct store *s, struct db **out, struct fault *f)
{
    (void)s;
    if (atomic_load(&ground.away))
        return fail(f, RC_BUSY, "away", "数据库不可用", "The database is away");
    atomic_fetch_add(&ground.open_dbs, 1);
    *out = xmalloc(1);
    return RC_OK;
}

void db_close(struct db *d)
{
    atomic_fetch_sub(&ground.open_dbs, 1);
    free(d);
}

enum rc db_many(struct reader *r, const struct query *q, const void *in, void **rows, size_t *n)
{
    const struct outbox_after_in *key = in;
    (void)q;
    pthread_mutex_lock(&writer.lock);
    struct outbox_after_row *list = ARENA_MANY(r->arena, struct outbox_after_row, EVENTS_MAX);
    *n = 0;
    for (size_t i = 0; i < writer.nevents; i++) {
        const struct outbox_after_row *e = &writer.events[i];
        if (e->at_ms > key->at_ms || (e->at_ms == key->at_ms && uuid_cmp(e->id, key->id) > 0))
            list[(*n)++] = *e;
    }
    pthread_mutex_unlock(&writer.lock);
    *rows = list;
    return RC_OK;
}

enum rc db_one(struct reader *r, const struct query *q, const void *in, void *row, bool *found)
{
    const struct outbox_by_id_in *key = in;
    (void)q;
    (void)r;
    *found = false;
    pthread_mutex_lock(&writer.lock);
    for (size_t i = 0; i < writer.nevents; i++)
        if (uuid_eq(writer.events[i].id, key->id)) {
            ((struct outbox_by_id_row *)row)->at_ms = writer.events[i].at_ms;
            *found = true;
        }
    pthread_mutex_unlock(&writer.lock);
    return RC_OK;
}

void ground_event(const char *topic, struct uuid id)
{
    pthread_mutex_lock(&writer.lock);
    if (writer.nevents < EVENTS_MAX)
        writer.events[writer.nevents++] =
            (struct outbox_after_row){.id = id,
                                      .at_ms = clock_now(&ground.clock),
                                      .topic = str_of(topic),
                                      .subject_kind = STR("thing"),
                                      .subject_id = id,
                                      .payload = STR("{\"n\":1}")};
    pthread_mutex_unlock(&writer.lock);
}

/* ---- change ---- */

void effects_init(struct effects *fx, struct arena *a)
{
    *fx = (struct effects){.arena = a};
}

void op_init(struct op *op, const struct env *env, struct db *db, struct arena *a, struct fault *f)
{
    *op = (struct op){.rd = {db, a, f},
                      .env = env,
                      .hq = env->hq,
                      .zone_min = env->zone_min,
                      .now = clock_now(env->clock),
                      .origin = STR("system")};
}

struct uuid change_new_id(const struct op *op)
{
    return uuid_make(op->now);
}

void change_seal(struct op *op)
{
    (void)op;
}

enum rc change_outcome(struct op *op, const struct job *job)
{
    if (job->end == JOB_DONE)
        return RC_OK;
    return OP_FAIL(op, RC_STALE, "changed_meanwhile", "记录刚被修改", "Changed meanwhile");
}

bool change_should_retry(const struct op *op)
{
    return str_is(op->rd.fault->code, "changed_meanwhile");
}

/* ---- pages ---- */

static const struct asset pages[] = {
    {"openapi.json", "application/json", STR_INIT("{}"), {0}, "\"o\""},
    {"web/assets/app-1234.js", "text/javascript; charset=utf-8", STR_INIT("plain text of a script"),
     STR_INIT("packed"), "\"a\""},
    {"web/index.html", "text/html; charset=utf-8", STR_INIT("console page"), {0}, "\"i\""},
    {"web/m/index.html", "text/html; charset=utf-8", STR_INIT("phone page"), {0}, "\"m\""},
};

const struct asset *asset_find(const char *name)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (strcmp(pages[i].name, name) == 0)
            return &pages[i];
    return NULL;
}

/* ---- the whole ---- */

void ground_start(void)
{
    snprintf(ground.dir, sizeof ground.dir, "/tmp/xiaohao-http-XXXXXX");
    if (!mkdtemp(ground.dir))
        abort();
    clock_real(&ground.clock);
    ground.env = (struct env){
        .clock = &ground.clock, .data_dir = str_of(ground.dir), .hq = 1, .zone_min = 480};
    ground.env.hub = hub_start();
    writer.stop = false;
    pthread_create(&writer.thread, NULL, write_loop, NULL);
}

void ground_stop(void)
{
    char path[REMOVE_ROOM];
    pthread_mutex_lock(&writer.lock);
    writer.stop = true;
    pthread_cond_signal(&writer.more);
    pthread_mutex_unlock(&writer.lock);
    pthread_join(writer.thread, NULL);
    hub_stop(ground.env.hub);
    snprintf(path, sizeof path, "%s/tmp", ground.dir);
    rmdir(path);
    rmdir(ground.dir);
}
