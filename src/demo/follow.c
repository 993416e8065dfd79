/*
 * follow.c - what follows a case: a drive to all sites alike, half answered; look-backs planned, held and rebounded; an
 * urging and a supervision order that waits for approval; and the units' own self-check ledger.
 */
#include "alike/alike_store.h"
#include "alike/self_check.h"
#include "consequence/consequence.h"
#include "demo/play.h"
#include "lookback/lookback.h"

static struct op *op_of(struct play *p)
{
    return &p->d->p->op;
}

/* ---- 举一反三 ---- */

enum rc follow_alike(struct play *p, struct a_case *c, int64_t at_ms, int arg)
{
    (void)arg;
    RETURN_IF(play_begin(p, at_ms, &p->d->office[0], "alike.start", "alike"));
    c->made = op_of(p)->plan.command.id;
    struct alike_new in = {.id = c->made, .problem_id = c->id, .category_code = STR("SQ"),
                           .title = STR("全区社区公益宣传栏画面及内容排查"),
                           .work_standard = STR("逐一查看公益宣传画面，褪色、破损、内容过期的当即更换，不能当即更换的上报"),
                           .due_ms = play_workday(p, -5) + 18 * (int64_t)HOUR_MS};
    return play_commit(p, alike_prepare_start(op_of(p), &in));
}

static struct alike_reply reply_of(struct play *p, const struct alike_answers_row *site, size_t i)
{
    struct demo *d = p->d;
    struct alike_reply r = {.site_id = site->site_id, .result = ALIKE_NONE_FOUND};
    if (i == 1) {
        r.result = ALIKE_MENDED;
        r.note = STR("一块展板画面褪色，已当日更换");
        r.photos = &d->before[dice_below(&d->dice, PICTURES)];
        r.after = &d->after[dice_below(&d->dice, PICTURES)];
        r.nphotos = r.nafter = 1;
    }
    if (i == 4) {
        char key[UUID_TEXT];
        uuid_format(site->site_id, key);
        r.result = ALIKE_FOUND;
        r.note = STR("室外宣传栏立柱锈蚀、画面脱落，需更换整组");
        r.problem_id = demo_id("alike.found", str_of(key));
        r.photos = &d->before[dice_below(&d->dice, PICTURES)];
        r.nphotos = 1;
        d->n->problems++;
    }
    return r;
}

/* The task of a town, all of its sites at once. */
enum rc follow_alike_answer(struct play *p, struct a_case *c, int64_t at_ms, int town)
{
    const struct demo_unit *u = &p->d->units[p->d->nunits - p->d->ntowns + town];
    struct alike_task_list_row *tasks;
    struct alike_answers_row *sites;
    size_t ntasks, n;
    RETURN_IF(play_begin(p, at_ms, &u->actor, "alike.answer", "alike"));
    struct op *op = op_of(p);
    struct alike_task_list_in ti = {.hq = op->hq, .row_limit = 1, .alike_id = c->made, .unit_id = u->id};
    RETURN_IF(q_alike_task_list(&op->rd, &ti, &tasks, &ntasks));
    if (ntasks == 0)
        return RC_OK;
    struct alike_answers_in ai = {.hq = op->hq, .task_id = tasks[0].id, .row_limit = ALIKE_REPLIES_MAX};
    RETURN_IF(q_alike_answers(&op->rd, &ai, &sites, &n));
    struct alike_reply *replies = ARENA_MANY(&p->d->p->arena, struct alike_reply, n + 1);
    for (size_t i = 0; i < n; i++)
        replies[i] = reply_of(p, &sites[i], i);
    return play_commit(p, alike_prepare_answer(op, tasks[0].id, replies, n));
}

/* ---- 回头看 ---- */

enum { WHO_LOOKS = 2 };

enum rc follow_lookback(struct play *p, struct a_case *c, int64_t at_ms, int arg)
{
    (void)arg;
    RETURN_IF(play_begin(p, at_ms, &p->d->office[0], "lookback.plan", "lookback"));
    c->made = op_of(p)->plan.command.id;
    struct lookback_new in = {.id = c->made, .problem_id = c->id, .due_ms = play_workday(p, -3) + 18 * (int64_t)HOUR_MS,
                              .people = &p->d->inspectors[WHO_LOOKS].person_id, .npeople = 1,
                              .note = STR("销号后一周内复看，重点看是否反弹")};
    return play_commit(p, lookback_prepare_new(op_of(p), &in));
}

enum rc follow_lookback_judge(struct play *p, struct a_case *c, int64_t at_ms, int rebounds)
{
    struct demo *d = p->d;
    RETURN_IF(play_begin(p, at_ms, &d->inspectors[WHO_LOOKS], "lookback.judge", "lookback"));
    struct lookback_verdict v = {.id = c->made, .rebounds = rebounds, .note = STR("现场保持良好，未见反弹")};
    if (rebounds) {
        v.note = STR("整改后又有非机动车占用盲道，停放秩序反弹");
        v.rebound_id = demo_id("lookback.rebound", STR("1"));
        v.photos = &d->before[dice_below(&d->dice, PICTURES)];
        v.nphotos = 1;
        d->n->problems++;
    }
    return play_commit(p, lookback_prepare_judge(op_of(p), &v));
}

/* ---- 结果运用 ---- */

/* First the desk's own urging, then the order it proposes. */
enum rc follow_consequence(struct play *p, struct a_case *c, int64_t at_ms, int step)
{
    static const char *const why[] = {"已过整改时限，请立即办理并反馈", "催办后仍未整改到位，建议督办"};
    RETURN_IF(play_begin(p, at_ms, &p->d->office[0], "consequence.propose", "consequence"));
    struct consequence_new in = {.id = op_of(p)->plan.command.id, .problem_id = c->id, .why = str_of(why[step]),
                                 .step = step ? CONSEQUENCE_SUPERVISE : CONSEQUENCE_URGE, .reply_days = step ? 3 : 1};
    return play_commit(p, consequence_prepare_new(op_of(p), &in));
}

/* ---- 自查自改台账 ---- */

static const struct demo_unit *unit_coded(const struct demo *d, const char *code)
{
    for (int i = 0; i < d->nunits; i++)
        if (strcmp(d->units[i].code, code) == 0)
            return &d->units[i];
    return &d->units[0];
}

static struct uuid site_of(const struct demo *d, const struct demo_unit *u)
{
    for (int i = 0; i < d->nsites; i++)
        if (&d->units[d->sites[i].unit] == u)
            return d->sites[i].id;
    return d->sites[0].id;
}

static enum rc self_check(struct play *p, struct str line, int64_t at_ms)
{
    struct demo *d = p->d;
    char code[16], found[128], first[64], second[64], done[8];
    demo_field(line, 0, code, sizeof code);
    demo_field(line, 1, found, sizeof found);
    demo_field(line, 2, first, sizeof first);
    demo_field(line, 3, second, sizeof second);
    demo_field(line, 4, done, sizeof done);
    const struct demo_unit *u = unit_coded(d, code);
    struct self_check_node nodes[] = {{str_of(first), play_workday(p, 2) + 18 * (int64_t)HOUR_MS},
                                      {str_of(second), play_workday(p, -4) + 18 * (int64_t)HOUR_MS}};
    RETURN_IF(play_begin(p, at_ms, &u->actor, "self_check.record", "self_check"));
    struct self_check_new in = {.id = op_of(p)->plan.command.id, .site_id = site_of(d, u), .description = str_of(found),
                                .nodes = nodes, .nnodes = 2, .nphotos = 1,
                                .photos = &d->before[dice_below(&d->dice, PICTURES)]};
    RETURN_IF(play_commit(p, self_check_prepare_new(op_of(p), &in)));
    RETURN_IF(play_begin(p, at_ms + 3 * (int64_t)HOUR_MS, &u->actor, "self_check.node", "self_check"));
    RETURN_IF(play_commit(p, self_check_prepare_node(op_of(p), in.id, 1, STR("已落实"))));
    if (strcmp(done, "1") != 0)
        return RC_OK;
    struct self_check_proof proof = {.id = in.id, .note = STR("已整改到位"), .nphotos = 1,
                                     .photos = &d->after[dice_below(&d->dice, PICTURES)]};
    RETURN_IF(play_begin(p, at_ms + 5 * (int64_t)HOUR_MS, &u->actor, "self_check.close", "self_check"));
    return play_commit(p, self_check_prepare_close(op_of(p), &proof));
}

static enum rc self_checks(struct play *p, int64_t at_ms)
{
    struct demo_list list;
    RETURN_IF(demo_list(p->d, "self_checks", &list));
    for (size_t i = 0; i < list.n; i++)
        RETURN_IF(self_check(p, list.lines[i], at_ms + (int64_t)i * 5 * MINUTE_MS));
    return RC_OK;
}

const struct scene follow_scenes[] = {{6, 9 * 60 + 5, self_checks}, {0, 0, NULL}};
