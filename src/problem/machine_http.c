/*
 * machine_http.c - the machine as data for pages, exports and tests: states, events, transitions, in the
 * headquarters' own words where it has some.
 */
#include "problem/problem_http.h"
#include "problem/problem_store.h"

enum { LABELS_MAX = PROBLEM_STATES + PROBLEM_EVENTS, LABEL_CHARS = 20 };

static const char *const subjects[] = {"state", "event", NULL};

struct labels {
    struct machine_label_list_row *rows;
    size_t n;
};

static const struct machine_label_list_row *own_label(const struct labels *l, const char *subject, const char *code)
{
    for (size_t i = 0; i < l->n; i++)
        if (str_is(l->rows[i].subject, subject) && str_is(l->rows[i].code, code))
            return &l->rows[i];
    return NULL;
}

static void put_words(struct json_out *j, const struct labels *l, const char *subject, const char *code,
                      const struct problem_word *w)
{
    const struct machine_label_list_row *own = own_label(l, subject, code);
    jo_z(j, "code", code);
    jo_str(j, "zh", own ? own->zh : str_of(w->zh));
    jo_str(j, "en", own ? own->en : str_of(w->en));
    jo_z(j, "gb", w->gb);
    jo_bool(j, "renamed", own != NULL);
}

static void put_names(struct json_out *j, const char *key, const char *const *names, unsigned bits)
{
    jo_arr(j, key);
    for (int i = 0; names[i]; i++)
        if (bits >> i & 1)
            jo_z(j, NULL, names[i]);
    jo_end(j);
}

static void put_states(struct json_out *j, const struct labels *l)
{
    jo_arr(j, "states");
    for (int s = 0; s < PROBLEM_STATES; s++) {
        jo_obj(j, NULL);
        put_words(j, l, "state", problem_state_names[s], &problem_state_words[s]);
        jo_bool(j, "closed", problem_is_closed((enum problem_state)s));
        jo_end(j);
    }
    jo_end(j);
}

static void put_events(struct json_out *j, const struct labels *l)
{
    jo_arr(j, "events");
    for (int e = 0; e < PROBLEM_EVENTS; e++) {
        jo_obj(j, NULL);
        put_words(j, l, "event", problem_event_names[e], &problem_event_words[e]);
        jo_z(j, "permission", policy_action_name(problem_event_action((enum problem_event)e)));
        jo_end(j);
    }
    jo_end(j);
}

static void put_transitions(struct json_out *j)
{
    size_t n;
    const struct problem_transition *t = problem_transitions(&n);
    jo_arr(j, "transitions");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_z(j, "from", problem_state_names[t[i].from]);
        jo_z(j, "event", problem_event_names[t[i].event]);
        jo_z(j, "to", problem_state_names[t[i].to]);
        jo_z(j, "permission", policy_action_name(t[i].action));
        jo_bool(j, "direct", !(t[i].guards & VIA_ROOM));
        put_names(j, "guards", problem_guard_names, t[i].guards);
        jo_z(j, "clock", problem_clock_effect_names[t[i].clock]);
        jo_end(j);
    }
    jo_end(j);
}

static enum rc send_machine(struct request *rq)
{
    struct labels l;
    RETURN_IF(q_machine_label_list(&rq->op.rd, &(struct machine_label_list_in){rq->op.hq}, &l.rows, &l.n));
    jo_obj(&rq->json, NULL);
    put_states(&rq->json, &l);
    put_events(&rq->json, &l);
    put_transitions(&rq->json);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc machine_get(struct request *rq)
{
    RETURN_IF(query_done(rq));
    return send_machine(rq);
}

struct label_edit {
    int subject;
    struct str code, zh, en; /* zh absent: back to the shipped words */
};

static void read_label(struct jin *list, size_t i, struct label_edit *e)
{
    struct jin in;
    *e = (struct label_edit){.subject = 0};
    if (!jin_arr_obj(list, "labels", i, &in))
        return;
    jin_enum(&in, "subject", JIN_REQUIRED, subjects, &e->subject);
    const char *const *names = e->subject ? problem_event_names : problem_state_names;
    bool known = false;
    jin_str(&in, "code", JIN_REQUIRED, 40, &e->code);
    for (int k = 0; names[k]; k++)
        known = known || str_is(e->code, names[k]);
    if (!known)
        fail_field(in.fault, jin_pointer(&in, "code"), "unknown", "没有这个状态或环节", "There is no such state or step");
    if (!jin_is_null(&in, "zh"))
        jin_str(&in, "zh", JIN_REQUIRED, LABEL_CHARS, &e->zh);
    if (!jin_is_null(&in, "en"))
        jin_str(&in, "en", JIN_REQUIRED, 2 * LABEL_CHARS, &e->en);
    if (!e->zh.p != !e->en.p)
        fail_field(in.fault, jin_pointer(&in, "en"), "required", "中英文名称须同时填写", "Give both the Chinese and the English word");
    if (jin_done(&in) != RC_OK)
        return;
}

static void write_label(struct op *op, const struct label_edit *e)
{
    struct str subject = str_of(subjects[e->subject]);
    if (e->zh.p)
        fx_machine_label_set(&op->plan.fx, &(struct machine_label_set_in){op->hq, subject, e->code, e->zh, e->en});
    else
        fx_machine_label_remove(&op->plan.fx, &(struct machine_label_remove_in){op->hq, subject, e->code})->min = 0;
}

static enum rc labels_put(struct request *rq)
{
    struct op *op = &rq->op;
    struct command command;
    struct jin in;
    size_t n = 0;
    RETURN_IF(request_json(rq, &in));
    jin_arr(&in, "labels", JIN_REQUIRED, LABELS_MAX, &n);
    struct label_edit *list = ARENA_MANY(OP_ARENA(op), struct label_edit, n + 1);
    for (size_t i = 0; i < n; i++)
        read_label(&in, i, &list[i]);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "limits.labels", "limits", UUID_NONE, &command));
    RETURN_IF(change_begin(op, &command));
    if (!op->plan.replayed) {
        RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_LIMIT_WRITE, NULL));
        for (size_t i = 0; i < n; i++)
            write_label(op, &list[i]);
        change_event(op, "limits.changed", "limits", UUID_NONE, STR_NONE);
    }
    return http_commit(rq, send_machine);
}

const struct route machine_routes[] = {
    {HTTP_GET, "/api/v1/problem-machine", ACT_LIMIT_READ, machine_get, 0, 0},
    {HTTP_PUT, "/api/v1/problem-machine/labels", ACT_LIMIT_WRITE, labels_put, 0, 0},
    {0},
};
