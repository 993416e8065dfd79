/* import_job.c - see import_job.h. */
#include "exchange/import_job.h"

#include "auth/policy.h"
#include "base/clock.h"
#include "base/log.h"
#include "import_sql.h"
#include "problem/problem_import.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { JOBS_WAITING_MAX = 16, TELL_EVERY_US = 400000, REPORT_BYTES_MAX = 4 * 1024 * 1024, DEAD_MS = 10 * 60 * 1000,
       STAGE_OLD_MS = 6 * 3600 * 1000 };

const char *const import_job_states[] = {"waiting", "reading", "checking", "writing", "done", "refused", "failed", NULL};

struct job_item {
    struct job_item *next;
    struct arena arena; /* of what was asked */
    struct import_request in;
    struct actor actor;
    enum lang lang;
    char *path;
};

struct import_runner {
    const struct env *env;
    struct db *db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct job_item *head, **tail;
    int waiting;
    bool stopping;
};

/* One job while it runs. */
struct running {
    struct import_runner *r;
    struct job_item *item;
    struct import_watch watch;
    int64_t told_us;
    bool cancelled, stopped;
};

/* ---- small writes of the job's own row: nobody's command ---- */

static enum rc write_alone(struct import_runner *r, void (*fill)(struct op *, struct effects *, void *), void *arg)
{
    struct arena arena;
    struct fault fault;
    struct op op;
    struct effects fx;
    arena_init(&arena);
    fault_init(&fault, &arena);
    op_init(&op, r->env, r->db, &arena, &fault);
    effects_init(&fx, &arena);
    fill(&op, &fx, arg);
    enum rc rc = change_run_effects(&op, &fx);
    if (rc != RC_OK)
        log_warn("import: %.*s", STR_ARG(fault.en));
    arena_free(&arena);
    return rc;
}

struct telling {
    struct uuid id;
    const char *state;
    size_t total;
    const struct report *report;
};

static void fill_tell(struct op *op, struct effects *fx, void *arg)
{
    const struct telling *t = arg;
    const struct report *r = t->report;
    struct import_job_tell_in in = {.hq = op->hq, .id = t->id, .state = str_of(t->state), .rows_total = (int64_t)t->total};
    if (r) {
        in.rows_read = (int64_t)r->read;
        in.rows_created = (int64_t)r->counts[REPORT_CREATED];
        in.rows_updated = (int64_t)r->counts[REPORT_UPDATED];
        in.rows_unchanged = (int64_t)r->counts[REPORT_UNCHANGED];
        in.rows_refused = (int64_t)r->counts[REPORT_REFUSED];
    }
    fx_import_job_tell(fx, &in);
    struct effect *beat = fx_import_job_beat(fx, &(struct import_job_beat_in){op->hq, op->env->process_id, op->now});
    beat->min = 0;
    beat->max = INT64_MAX;
}

struct ending {
    struct uuid id;
    const char *state;
    struct str zh, en;
};

static void fill_end(struct op *op, struct effects *fx, void *arg)
{
    const struct ending *e = arg;
    fx_import_job_end(fx, &(struct import_job_end_in){op->hq, e->id, str_of(e->state), e->zh, e->en, op->now});
}

static void fill_remove(struct op *op, struct effects *fx, void *arg)
{
    const struct uuid *id = arg;
    struct effect *e = fx_import_job_remove(fx, &(struct import_job_remove_in){op->hq, *id});
    e->min = 0;
    problem_past_drop(op, fx, *id);
}

/* ---- running ---- */

static bool is_cancelled(struct running *run)
{
    struct arena arena;
    struct fault fault;
    struct import_job_get_row row;
    bool found = false;
    arena_init(&arena);
    fault_init(&fault, &arena);
    struct reader rd = {run->r->db, &arena, &fault};
    enum rc rc = q_import_job_get(&rd, &(struct import_job_get_in){run->r->env->hq, run->item->in.id}, &row, &found);
    bool cancelled = rc == RC_OK && (!found || row.cancelled);
    arena_free(&arena);
    return cancelled;
}

static bool is_stopping(struct import_runner *r)
{
    pthread_mutex_lock(&r->lock);
    bool stopping = r->stopping;
    pthread_mutex_unlock(&r->lock);
    return stopping;
}

/* From the import's loop, on the runner's thread. */
static bool tell(void *user, enum import_phase phase, const struct report *report)
{
    static const char *const phases[] = {"reading", "checking", "writing"};
    struct running *run = user;
    int64_t now = clock_ticks_us();
    run->stopped = run->stopped || is_stopping(run->r);
    if (phase != IMPORT_WRITING && now - run->told_us < TELL_EVERY_US)
        return !run->stopped && !run->cancelled;
    run->told_us = now;
    run->cancelled = run->cancelled || is_cancelled(run);
    if (run->cancelled || run->stopped)
        return false;
    struct telling t = {run->item->in.id, phases[phase], run->watch.rows_total, report};
    (void)!write_alone(run->r, fill_tell, &t);
    /* Once more: from here on a cancel is refused (the row says "writing"). */
    run->cancelled = phase == IMPORT_WRITING && is_cancelled(run);
    return !run->cancelled;
}

static enum rc map_file(struct running *run, struct op *op, struct str *out)
{
    struct stat st;
    int fd = open(run->item->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool ok = fd >= 0 && fstat(fd, &st) == 0;
    void *p = MAP_FAILED;
    if (ok && st.st_size > 0)
        p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (fd >= 0)
        close(fd);
    if (ok && st.st_size == 0)
        *out = STR("");
    else if (p != MAP_FAILED)
        *out = (struct str){p, (size_t)st.st_size};
    else
        return OP_FAIL(op, RC_INTERNAL, "upload_failed", "上传内容无法读取", "The upload could not be read");
    return RC_OK;
}

static struct str report_json(struct op *op, struct report *report, enum lang lang)
{
    struct buf b;
    struct json_out j;
    buf_init(&b, REPORT_BYTES_MAX);
    jo_begin(&j, &b, op->zone_min);
    report_write(report, &j, NULL, lang);
    struct str s = b.full ? STR_NONE : str_copy(OP_ARENA(op), buf_view(&b));
    buf_free(&b);
    return s;
}

/* A fault of the whole file as {"fault":{code,message,errors}}. */
static struct str fault_json(struct op *op, enum lang lang)
{
    const struct fault *f = op->rd.fault;
    struct buf b;
    struct json_out j;
    buf_init(&b, REPORT_BYTES_MAX);
    jo_begin(&j, &b, op->zone_min);
    jo_obj(&j, NULL);
    jo_obj(&j, "fault");
    jo_str(&j, "code", f->code);
    jo_str(&j, "message", fault_text(f, lang));
    jo_arr(&j, "errors");
    for (size_t i = 0; i < f->nfields; i++) {
        jo_obj(&j, NULL);
        jo_str(&j, "pointer", f->fields[i].pointer);
        jo_str(&j, "code", f->fields[i].code);
        jo_str(&j, "message", lang == LANG_ZH ? f->fields[i].zh : f->fields[i].en);
        jo_end(&j);
    }
    jo_end(&j);
    jo_end(&j);
    jo_end(&j);
    struct str s = b.full ? STR_NONE : str_copy(OP_ARENA(op), buf_view(&b));
    buf_free(&b);
    return s;
}

static void end_job(struct running *run, struct op *op, enum rc rc, struct report *report)
{
    struct ending e = {.id = run->item->in.id};
    if (run->cancelled) {
        (void)!write_alone(run->r, fill_remove, &e.id);
        return;
    }
    if (run->stopped) {
        fault_clear(op->rd.fault);
        (void)!OP_FAIL(op, RC_BUSY, "server_stopped", "服务停止，导入未完成，未作任何更改，请重新导入",
                       "The server was stopped; nothing was changed, import again");
        rc = RC_BUSY;
    }
    bool refused = rc == RC_OK && !report->written && report->mode == IMPORT_ALL_OR_NOTHING;
    e.state = rc != RC_OK ? "failed" : refused ? "refused" : "done";
    e.zh = rc == RC_OK ? report_json(op, report, LANG_ZH) : fault_json(op, LANG_ZH);
    e.en = rc == RC_OK ? report_json(op, report, LANG_EN) : fault_json(op, LANG_EN);
    struct telling t = {e.id, e.state, run->watch.rows_total, rc == RC_OK ? report : NULL};
    if (rc == RC_OK)
        (void)!write_alone(run->r, fill_tell, &t);
    (void)!write_alone(run->r, fill_end, &e);
}

static void run_job(struct import_runner *r, struct job_item *item)
{
    struct running run = {.r = r, .item = item};
    struct arena arena;
    struct fault fault;
    struct op op;
    struct report report = {0};
    struct import_request in = item->in;
    arena_init(&arena);
    fault_init(&fault, &arena);
    op_init(&op, r->env, r->db, &arena, &fault);
    op.actor = item->actor;
    op.lang = item->lang;
    op.origin = STR("import");
    run.watch = (struct import_watch){.tell = tell, .user = &run};
    in.watch = &run.watch;
    struct telling t = {in.id, "reading", 0, NULL};
    enum rc rc = RC_OK;
    run.cancelled = is_cancelled(&run);
    run.stopped = is_stopping(r);
    if (!run.cancelled && !run.stopped) {
        (void)!write_alone(r, fill_tell, &t);
        rc = map_file(&run, &op, &in.bytes);
        if (rc == RC_OK)
            rc = import_run(&op, &in, &report);
    }
    end_job(&run, &op, rc, &report);
    if (in.bytes.n)
        munmap((void *)(uintptr_t)in.bytes.p, in.bytes.n);
    arena_free(&arena);
}

static void drop_item(struct job_item *item)
{
    unlink(item->path);
    free(item->path);
    arena_free(&item->arena);
    free(item);
}

static struct job_item *take(struct import_runner *r)
{
    pthread_mutex_lock(&r->lock);
    while (!r->head && !r->stopping)
        pthread_cond_wait(&r->wake, &r->lock);
    struct job_item *item = r->head;
    if (item) {
        r->head = item->next;
        r->tail = r->head ? r->tail : &r->head;
        r->waiting--;
    }
    pthread_mutex_unlock(&r->lock);
    return item;
}

/* A connection for each job: plans PostgreSQL made for empty tables would be kept, and walk them when they are full. */
static void run_alone(struct import_runner *r, struct job_item *item)
{
    struct arena arena;
    struct fault fault;
    arena_init(&arena);
    fault_init(&fault, &arena);
    if (db_open(r->env->store, &r->db, &fault) == RC_OK) {
        run_job(r, item);
        db_close(r->db);
    } else {
        log_error("import: no connection: %.*s", STR_ARG(fault.en)); /* the chore will end it */
    }
    arena_free(&arena);
}

static void *runner_main(void *arg)
{
    struct import_runner *r = arg;
    for (struct job_item *item = take(r); item; item = take(r)) {
        run_alone(r, item);
        drop_item(item);
    }
    return NULL;
}

enum rc import_runner_start(struct import_runner **out, const struct env *env, struct fault *f)
{
    struct import_runner *r = xcalloc(1, sizeof *r);
    r->env = env;
    r->tail = &r->head;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->wake, NULL);
    if (pthread_create(&r->thread, NULL, runner_main, r) != 0) {
        free(r);
        return fail(f, RC_INTERNAL, "no_thread", "无法启动导入线程", "No thread for imports");
    }
    *out = r;
    return RC_OK;
}

void import_runner_stop(struct import_runner *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* ---- starting, cancelling ---- */

static struct sha256 content_of(const struct import_job_new *j)
{
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, j->in.kind);
    hash_field_i64(&h, j->in.mode);
    hash_field(&h, j->in.mapping);
    hash_field(&h, j->in.sheet);
    hash_field_i64(&h, j->in.as_of_ms.has ? j->in.as_of_ms.v : INT64_MIN);
    hash_raw(&h, &j->bytes_hash, sizeof j->bytes_hash);
    return hash_end(&h);
}

/* Everything a thread of its own needs, copied. */
static struct job_item *item_of(const struct op *op, const struct import_job_new *j)
{
    struct job_item *item = xcalloc(1, sizeof *item);
    struct arena *a = &item->arena;
    arena_init(a);
    item->in = j->in;
    item->in.kind = str_copy(a, j->in.kind);
    item->in.mapping = j->in.mapping.p ? str_copy(a, j->in.mapping) : STR_NONE;
    item->in.sheet = j->in.sheet.p ? str_copy(a, j->in.sheet) : STR_NONE;
    item->actor = op->actor;
    item->actor.name = str_copy(a, op->actor.name.p ? op->actor.name : STR(""));
    item->actor.area_code = op->actor.area_code.p ? str_copy(a, op->actor.area_code) : STR_NONE;
    item->lang = op->lang;
    item->path = xmalloc(j->path.n + 1);
    memcpy(item->path, j->path.p, j->path.n);
    item->path[j->path.n] = '\0';
    return item;
}

static enum rc busy(struct op *op)
{
    OP_FAIL(op, RC_BUSY, "imports_waiting", "等待中的导入过多，请稍后再试", "Too many imports are waiting; try again later");
    op->rd.fault->retry_s = 60;
    return RC_BUSY;
}

static enum rc look_up(struct op *op, const struct import_job_new *j, bool *again)
{
    struct import_job_get_row row;
    RETURN_IF(q_import_job_get(&op->rd, &(struct import_job_get_in){op->hq, j->in.id}, &row, again));
    if (!*again || sha256_eq(row.content, content_of(j)))
        return RC_OK;
    return OP_FAIL(op, RC_CONFLICT, "command_id_reused", "该编号已用于内容不同的另一项操作",
                   "This id was used for another operation with other content");
}

enum rc import_job_start(struct op *op, const struct import_job_new *j, bool *again)
{
    struct import_runner *r = op->env->imports;
    struct effects fx;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_IMPORT, NULL));
    RETURN_IF(look_up(op, j, again));
    if (*again)
        return RC_OK;
    pthread_mutex_lock(&r->lock);
    bool full = r->waiting >= JOBS_WAITING_MAX || r->stopping;
    r->waiting += !full;
    pthread_mutex_unlock(&r->lock);
    if (full)
        return busy(op);
    effects_init(&fx, OP_ARENA(op));
    fx_import_job_add(&fx, &(struct import_job_add_in){
        .hq = op->hq, .id = j->in.id, .kind = j->in.kind, .mode = str_of(import_mode_names[j->in.mode]), .file_name = j->file_name,
        .content = content_of(j), .person_id = op->actor.person_id, .process_id = op->env->process_id, .now = op->now});
    enum rc rc = change_run_effects(op, &fx);
    struct job_item *item = rc == RC_OK ? item_of(op, j) : NULL;
    pthread_mutex_lock(&r->lock);
    if (item) {
        *r->tail = item;
        r->tail = &item->next;
        pthread_cond_signal(&r->wake);
    } else {
        r->waiting--;
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

enum rc import_job_cancel(struct op *op, struct uuid id)
{
    static const struct miss ended = {RC_CONFLICT, "import_ended", "导入已经结束或正在写入，不能取消",
                                      "The import has ended or is being written; it cannot be cancelled"};
    struct effects fx;
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_IMPORT, NULL));
    effects_init(&fx, OP_ARENA(op));
    fx_import_job_cancel(&fx, &(struct import_job_cancel_in){op->hq, id})->on_miss = &ended;
    return change_run_effects(op, &fx);
}

/* ---- what killed processes left ---- */

static enum rc bury(struct op *op, const struct import_jobs_dead_row *job)
{
    struct import_written_row written;
    struct effects fx;
    bool found;
    RETURN_IF(q_import_written(&op->rd, &(struct import_written_in){op->hq, job->id}, &written, &found));
    effects_init(&fx, OP_ARENA(op));
    problem_past_drop(op, &fx, job->id);
    if (job->cancelled && !found)
        fx_import_job_remove(&fx, &(struct import_job_remove_in){op->hq, job->id});
    else
        fx_import_job_end(&fx, &(struct import_job_end_in){op->hq, job->id, found ? STR("done") : STR("failed"), STR_NONE,
                                                           STR_NONE, op->now});
    return change_run_effects(op, &fx);
}

enum rc import_chore(struct op *op, bool *more)
{
    struct import_jobs_dead_row *rows;
    struct effects fx;
    size_t n;
    *more = false;
    RETURN_IF(q_import_jobs_dead(&op->rd, &(struct import_jobs_dead_in){op->hq, op->now - DEAD_MS}, &rows, &n));
    for (size_t i = 0; i < n; i++)
        RETURN_IF(bury(op, &rows[i]));
    effects_init(&fx, OP_ARENA(op));
    problem_past_sweep(op, &fx, op->now - STAGE_OLD_MS);
    return change_run_effects(op, &fx);
}
