/*
 * change.c - the executor: one command, one transaction, one journal row under the command's id.
 *
 * The journal row goes first: a command sent twice at once meets its own key there, before any effect of the
 * room has run, and the loser is told what the winner did.
 */
#include "change/change.h"

#include "base/clock.h"
#include "base/json_out.h"
#include "change_sql.h"


static const struct miss command_taken = {RC_CONFLICT, "command_taken", "该操作编号已被使用",
                                          "This command id has been used"};

void op_init(struct op *op, const struct env *env, struct db *db, struct arena *a, struct fault *f)
{
    *op = (struct op){
        .rd = {.db = db, .arena = a, .fault = f},
        .env = env,
        .hq = env->hq,
        .zone_min = env->zone_min,
        .now = clock_now(env->clock),
        .origin = STR("system"),
    };
    effects_init(&op->plan.fx, a);
}

struct uuid change_new_id(const struct op *op)
{
    return uuid_make(op->now);
}

/* A version 7 id whose random part comes from the command and the place in its plan. */
struct uuid change_row_id(const struct op *op)
{
    struct uuid named = uuid_named(op->plan.command.id, str_fmt(op->rd.arena, "%zu", op->plan.fx.n));
    for (int i = 0; i < 6; i++)
        named.b[i] = (uint8_t)((uint64_t)op->now >> (40 - 8 * i));
    named.b[6] = (uint8_t)(0x70 | (named.b[6] & 0x0f));
    return named;
}

/* Compares a journal row found under our id with the command in hand. */
static enum rc same_command(struct op *op, const struct journal_by_id_row *row)
{
    const struct command *c = &op->plan.command;
    if (str_is(row->kind, c->kind) && sha256_eq(row->content, c->content) &&
        uuid_eq(row->actor_id, op->actor.person_id)) {
        op->plan.replayed = true;
        op->plan.command.subject_id = row->subject_id;
        return RC_OK;
    }
    return OP_FAIL(op, RC_CONFLICT, "command_id_reused", "该编号已用于内容不同的另一项操作",
                   "This id was used for another operation with other content");
}

static enum rc look_up(struct op *op, bool *found)
{
    struct journal_by_id_row row;
    RETURN_IF(q_journal_by_id(&op->rd, &(struct journal_by_id_in){.hq = op->hq, .id = op->plan.command.id},
                              &row, found));
    return *found ? same_command(op, &row) : RC_OK;
}

enum rc change_begin(struct op *op, const struct command *command)
{
    bool found;
    op->plan = (struct plan){.command = *command};
    effects_init(&op->plan.fx, op->rd.arena);
    RETURN_IF(look_up(op, &found));
    if (op->plan.replayed)
        return RC_OK;
    struct effect *first = effects_add(&op->plan.fx, &Q_journal_add, &(struct journal_add_in){0});
    first->on_clash = &command_taken;
    return RC_OK;
}

void change_event(struct op *op, const char *topic, const char *subject_kind, struct uuid subject_id, struct str payload)
{
    fx_outbox_add(&op->plan.fx, &(struct outbox_add_in){
        .hq = op->hq, .id = change_row_id(op), .at_ms = op->now, .topic = str_of(topic),
        .subject_kind = str_of(subject_kind), .subject_id = subject_id, .payload = payload});
}

static void put_ids(struct json_out *j, const char *key, const struct uuid *ids, size_t n)
{
    jo_arr(j, key);
    for (size_t i = 0; i < n; i++)
        jo_uuid(j, NULL, ids[i]);
    jo_end(j);
}

void change_announce(struct op *op, const struct announcement *a)
{
    struct json_out j;
    struct buf b;
    buf_init(&b, 1 << 20);
    jo_begin(&j, &b, op->zone_min);
    jo_obj(&j, NULL);
    jo_z(&j, "rule", a->rule);
    jo_bool(&j, "urgent", a->urgent);
    put_ids(&j, "people", a->people, a->npeople);
    put_ids(&j, "units", a->units, a->nunits);
    jo_str(&j, "zh", a->zh);
    jo_str(&j, "en", a->en);
    jo_end(&j);
    change_event(op, ANNOUNCE_TOPIC, a->subject_kind, a->subject_id, str_copy(op->rd.arena, buf_view(&b)));
    buf_free(&b);
}

void change_next_serial(struct op *op, const char *name, int64_t year)
{
    fx_serial_next(&op->plan.fx, &(struct serial_next_in){.hq = op->hq, .name = str_of(name), .year = year});
}

/* The journal row was given its place by change_begin(); what it says is known only now. */
void change_seal(struct op *op)
{
    const struct command *c = &op->plan.command;
    struct journal_add_in row = {
        .hq = op->hq, .id = c->id, .at_ms = op->now, .actor_id = op->actor.person_id, .origin = op->origin,
        .kind = str_of(c->kind), .content = c->content, .subject_kind = str_of(c->subject_kind),
        .subject_id = c->subject_id, .detail = c->detail};
    op->plan.fx.list[0].in = arena_dup(op->rd.arena, &row, sizeof row);
}

static enum rc told(struct op *op, const struct miss *m)
{
    return OP_FAIL(op, m->rc, m->code, m->zh, m->en);
}

static enum rc busy(struct op *op)
{
    OP_FAIL(op, RC_BUSY, "busy", "系统正忙，未作任何更改，请稍后重试", "Busy; nothing was changed. Try again shortly");
    op->rd.fault->retry_s = 1;
    return RC_BUSY;
}

static enum rc lost(struct op *op)
{
    bool found;
    RETURN_IF(look_up(op, &found));
    return found ? RC_OK : busy(op);
}

enum rc change_outcome(struct op *op, const struct job *job)
{
    static const struct miss stale = {RC_STALE, "changed_meanwhile", "记录刚被他人修改，请刷新后重试",
                                      "The record has just been changed by someone else; reload and try again"};
    static const struct miss exists = {RC_CONFLICT, "already_exists", "已有相同的记录", "Such a record exists already"};
    const struct effect *e = job->at < job->n ? &job->fx[job->at] : NULL;
    bool found;
    switch (job->end) {
    case JOB_DONE:
        return RC_OK;
    case JOB_MISS:
        return told(op, e && e->on_miss ? e->on_miss : &stale);
    case JOB_CLASH:
        if (e && e->on_clash == &command_taken) {
            RETURN_IF(look_up(op, &found));
            return found ? RC_OK : busy(op);
        }
        return told(op, e && e->on_clash ? e->on_clash : &exists);
    case JOB_REFERENCE:
        return OP_FAIL(op, RC_INVALID, "reference_missing", "引用的记录不存在（%s）",
                       "A record it refers to does not exist (%s)", e ? e->q->name : "");
    case JOB_CHECK:
        return OP_FAIL(op, RC_INVALID, "value_refused", "内容不符合数据约束（%s）",
                       "The content breaks a rule of the data (%s)", e ? e->q->name : "");
    case JOB_BUSY:
        return busy(op);
    case JOB_LOST:
        return lost(op);
    case JOB_BROKEN:
        break;
    }
    return OP_FAIL(op, RC_INTERNAL, "store_failed", "保存失败，未作任何更改", "Saving failed; nothing was changed");
}

bool change_should_retry(const struct op *op)
{
    const struct fault *f = op->rd.fault;
    return f->rc == RC_STALE && str_is(f->code, "changed_meanwhile");
}

static enum rc run(struct op *op, struct effects *fx)
{
    struct job job = {.fx = fx->list, .n = fx->n};
    store_run(op->env->store, &job);
    return change_outcome(op, &job);
}

enum rc change_run_effects(struct op *op, struct effects *fx)
{
    return run(op, fx);
}

enum rc change_commit(struct op *op)
{
    if (op->plan.replayed)
        return RC_OK;
    change_seal(op);
    return run(op, &op->plan.fx);
}
