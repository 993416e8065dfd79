/*
 * round_loop_test.c - rounds on both engines, from plan to publication: what is held back and joins, draws repeated by
 * a program that shares nothing with this one, selections and shares, what of a visit waits for a person.
 */
#include "loop/loop_ground.h"
#include "loop/publish.h"
#include "problem_sql.h"
#include "round/draw_store.h"
#include "round_sql.h"
#include "site/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum { EXTRA_SITES = 12 };

static struct stage s;
static struct uuid extra[EXTRA_SITES];
static int commands;

static struct uuid round_id(const char *name)
{
    return stage_id(name);
}

static struct op *begin_by(const struct actor *who, const char *kind)
{
    char name[40];
    snprintf(name, sizeof name, "round command %d", commands++);
    return stage_begin(&s, who, kind, name);
}

static int begin(void **state)
{
    (void)state;
    stage_open(&s);
    for (int i = 0; i < EXTRA_SITES; i++) {
        char code[16];
        snprintf(code, sizeof code, "SC-1%02d", i);
        extra[i] = stage_id(code);
        struct site_new in = {.id = extra[i], .code = str_of(code), .name = str_of(code), .category_code = STR("SC"),
                              .area_id = stage_id(i < 8 ? "990101001" : "990101002"),
                              .subject_unit_id = i % 2 ? s.unit : s.other_unit,
                              .lon_e7 = SOME(1181500000 + 10000 * ((7 * i) % 12)), .lat_e7 = SOME(247200000)};
        struct actor operator = auth_operator();
        ground_expect(&s.g, site_prepare_create(begin_by(&operator, "site.create"), &in), RC_OK, NULL);
        ground_commit(&s.g);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

/* ---- makings ---- */

static int64_t today(void)
{
    return civil_midnight(clock_now(&s.g.clock), ZONE_SHANGHAI_MIN);
}

static struct uuid plan(const char *name, enum round_kind kind, bool covert)
{
    struct round_new r = {.id = round_id(name), .kind = kind, .covert = covert, .title = str_of(name),
                          .basis = STR("年度督查计划"), .starts_ms = today(), .ends_ms = today() + 3 * (int64_t)DAY_MS};
    ground_expect(&s.g, round_prepare_create(begin_by(&s.office, "round.plan"), &r), RC_OK, NULL);
    ground_commit(&s.g);
    return r.id;
}

static void choose(struct round_selection sel, enum rc want, const char *code)
{
    ground_expect(&s.g, round_prepare_select(begin_by(&s.office, "round.select"), &sel), want, code);
    if (want == RC_OK)
        ground_commit(&s.g);
}

static void name_site(struct uuid id, struct uuid site)
{
    struct uuid *ids = arena_dup(&s.g.arena, &site, sizeof site);
    choose((struct round_selection){.round_id = id, .site_ids = ids, .nsites = 1}, RC_OK, NULL);
}

static void send_out(struct uuid id, const struct uuid *people, size_t n)
{
    ground_expect(&s.g, round_prepare_people(begin_by(&s.office, "round.people"), id, people, n), RC_OK, NULL);
    ground_commit(&s.g);
    ground_expect(&s.g, round_prepare_start(begin_by(&s.office, "round.start"), id), RC_OK, NULL);
    ground_commit(&s.g);
}

static void send_both(struct uuid id)
{
    send_out(id, (const struct uuid[]){s.inspector.person_id, s.other_inspector.person_id}, 2);
}

static struct round_by_id_row load(struct uuid id)
{
    struct round_by_id_row row;
    struct op *op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, round_load(op, id, &row), RC_OK, NULL);
    return row;
}

static size_t sites_of(struct uuid id, struct round_sites_row **rows)
{
    size_t n;
    struct op *op = ground_op(&s.g);
    struct round_sites_in in = {.hq = op->hq, .round_id = id, .row_limit = 1000};
    struct reader rd = op->rd;
    rd.arena = &s.g.arena; /* outlives the operation */
    assert_int_equal(q_round_sites(&rd, &in, rows, &n), RC_OK);
    return n;
}

static void expect_site(struct uuid id, struct uuid site, const char *state)
{
    struct round_sites_row *rows;
    size_t n = sites_of(id, &rows), i = 0;
    while (i < n && !uuid_eq(rows[i].site_id, site))
        i++;
    assert_true(i < n);
    if (!str_is(rows[i].state, state))
        fail_msg("the site is %.*s, not %s", STR_ARG(rows[i].state), state);
}

/* A visit of the round with one observation; members in `more` begin with ','. */
static struct str visit(const char *name, struct uuid round, struct uuid site, int64_t at_ms, const char *result,
                        const char *more)
{
    struct arena *a = &s.g.arena;
    return str_fmt(a,
                   "{\"id\":\"%.*s\",\"site_id\":\"%.*s\",\"round_id\":\"%.*s\",\"visit_at\":\"%.*s\",\"complete\":true"
                   "%s,\"observations\":[{\"criterion_id\":\"%.*s\",\"result\":\"%s\"%s}]}",
                   STR_ARG(uuid_str(a, stage_id(name))), STR_ARG(uuid_str(a, site)), STR_ARG(uuid_str(a, round)),
                   STR_ARG(civil_rfc3339(a, at_ms, 480)), *more == ',' ? more : "", STR_ARG(uuid_str(a, s.binary->id)),
                   result, *more == '+' ? more + 1 : "");
}

static int64_t just_now(void)
{
    return clock_now(&s.g.clock) - 20 * MINUTE_MS;
}

static void go(const struct actor *who, const char *name, struct str body, const char *state)
{
    struct inspection_by_id_row row;
    ground_expect(&s.g, stage_inspect(&s, who, name, body), RC_OK, NULL);
    ground_commit(&s.g);
    struct op *op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, inspection_load(op, stage_id(name), &row), RC_OK, NULL);
    if (!str_is(row.state, state))
        fail_msg("%s is %.*s (%.*s), not %s", name, STR_ARG(row.state), STR_ARG(row.quarantine), state);
}

static void publish(struct uuid id)
{
    ground_expect(&s.g, round_prepare_close(begin_by(&s.office, "round.close"), id, STR("其余改期")), RC_OK, NULL);
    ground_commit(&s.g);
    ground_expect(&s.g, publish_prepare(begin_by(&s.office, "round.publish"), id), RC_OK, NULL);
    ground_commit(&s.g);
}

static struct problem_by_id_row problem(const char *name)
{
    struct problem_by_id_row row;
    struct op *op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, problem_load(op, stage_id(name), &row), RC_OK, NULL);
    return row;
}

static const char *raising(const char *name)
{
    return str_z(&s.g.arena, str_fmt(&s.g.arena, "+,\"problem\":{\"id\":\"%.*s\",\"description\":\"占用消防通道\"}",
                                     STR_ARG(uuid_str(&s.g.arena, stage_id(name)))));
}

/* ---- held back, then joined ---- */

static void what_is_held_joins_at_publication(void **state)
{
    (void)state;
    struct inspection_by_id_row row;
    struct uuid id = plan("covert", ROUND_WALK_THROUGH, true);
    name_site(id, s.site);
    name_site(id, s.other_site);
    send_both(id);
    go(&s.inspector, "open visit", stage_body(&s, "open visit", s.site, "met", ""), "complete");
    assert_int_equal(stage_score(&s).inspections, 1);
    go(&s.inspector, "held visit", visit("held visit", id, s.site, just_now(), "not_met", raising("held problem")),
       "complete");
    go(&s.other_inspector, "taken back", visit("taken back", id, s.other_site, just_now(), "met", ""), "complete");
    expect_site(id, s.other_site, "done");
    ground_expect(&s.g, inspect_prepare_withdraw(begin_by(&s.other_inspector, "inspection.withdraw"),
                                                 stage_id("taken back"), STR("重做")), RC_OK, NULL);
    ground_commit(&s.g);
    expect_site(id, s.site, "done");
    expect_site(id, s.other_site, "todo");
    assert_int_equal(stage_score(&s).inspections, 1);
    assert_true(problem("held problem").held && problem("held problem").number < 0);
    struct op *op = ground_op(&s.g);
    op->actor = s.contact;
    ground_expect(&s.g, inspection_load(op, stage_id("held visit"), &row), RC_NOT_FOUND, "inspection_not_found");
    publish(id);
    assert_int_equal(stage_score(&s).inspections, 2);
    assert_true(!problem("held problem").held && problem("held problem").number == 1);
    op = ground_op(&s.g);
    op->actor = s.contact;
    ground_expect(&s.g, inspection_load(op, stage_id("held visit"), &row), RC_OK, NULL);
    ground_expect(&s.g, inspection_load(op, stage_id("taken back"), &row), RC_NOT_FOUND, NULL);
    expect_site(id, s.other_site, "skipped");
    /* What comes in later waits, and counts in the open when somebody lets it. */
    go(&s.other_inspector, "late", visit("late", id, s.other_site, just_now(), "met", ""), "quarantined");
    ground_expect(&s.g, inspect_prepare_judge(begin_by(&s.office, "inspection.judge"), stage_id("late"), true,
                                              STR("网络故障")), RC_OK, NULL);
    ground_commit(&s.g);
    assert_int_equal(stage_score(&s).inspections, 3);
    expect_site(id, s.other_site, "done");
}

/* A visit decided while its round was held, written after the publication, is decided anew. */
static void nothing_slips_past_the_publication(void **state)
{
    (void)state;
    struct uuid id = plan("slip", ROUND_WALK_THROUGH, true);
    name_site(id, s.site);
    send_both(id);
    struct str body = visit("slow", id, s.site, just_now(), "met", "");
    int64_t version = load(id).version;
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "slow", body), RC_OK, NULL);
    struct op apart, *op = &s.g.op;
    struct fault f;
    struct effects fx;
    fault_init(&f, &s.g.arena);
    op_init(&apart, &s.g.env, s.g.db, &s.g.arena, &f);
    effects_init(&fx, &s.g.arena);
    fx_round_move(&fx, &(struct round_move_in){.hq = apart.hq, .id = id, .was_version = version, .state = STR("published"),
                                               .published_ms = SOME(apart.now)});
    assert_int_equal(change_run_effects(&apart, &fx), RC_OK);
    ground_expect(&s.g, change_commit(op), RC_STALE, "changed_meanwhile");
    assert_true(change_should_retry(op));
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "slow", body), RC_OK, NULL);
    ground_commit(&s.g);
    struct inspection_by_id_row row;
    op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, inspection_load(op, stage_id("slow"), &row), RC_OK, NULL);
    assert_false(row.held);
}

/* ---- draws ---- */

static struct str draws_json(struct uuid id, bool force)
{
    struct draw_record *list;
    struct json_out j;
    struct buf out;
    size_t n;
    struct op *op = ground_op(&s.g);
    ground_expect(&s.g, draw_records(op, "round", id, force, &list, &n), RC_OK, NULL);
    buf_init(&out, 1 << 20);
    jo_begin(&j, &out, 480);
    jo_obj(&j, NULL);
    jo_uuid(&j, "round_id", id);
    draw_json(&j, "items", list, n);
    jo_null(&j, "next");
    jo_end(&j);
    struct str text = str_copy(&s.g.arena, buf_view(&out));
    buf_free(&out);
    return text;
}

static const char *wrong_in(struct str json)
{
    struct draw_claim *claims;
    struct fault f;
    size_t n;
    fault_init(&f, &s.g.arena);
    if (draw_file_check(&s.g.arena, &f, json, &claims, &n) != RC_OK)
        return "unreadable";
    assert_int_equal(n, 1);
    return claims[0].wrong;
}

/* The other program's answer: its exit status, the ids it prints in `out`. */
static int repeat_elsewhere(const struct draw_record *r, char out[][UUID_TEXT + 1], size_t most, size_t *n)
{
    char file[200], command[4000];
    const char *program = getenv("DRAW_REPEAT");
    snprintf(file, sizeof file, "%s/draw.txt", s.g.folder);
    FILE *f = fopen(file, "wb");
    assert_non_null(program);
    assert_non_null(f);
    assert_int_equal(fwrite(r->text.p, 1, r->text.n, f), r->text.n);
    fclose(f);
    struct arena *a = &s.g.arena;
    snprintf(command, sizeof command, "%s %s %.*s %u %.*s %.*s", program, file,
             STR_ARG(str_hex(a, r->commitment.b, 32)), r->opening.slot, STR_ARG(str_hex(a, r->opening.key.b, 32)),
             STR_ARG(str_hex(a, r->opening.path, sizeof r->opening.path)));
    FILE *p = popen(command, "r");
    assert_non_null(p);
    *n = 0;
    char line[80];
    while (*n < most && fgets(line, sizeof line, p))
        snprintf(out[(*n)++], UUID_TEXT + 1, "%.*s", UUID_TEXT, line);
    int status = pclose(p);
    unlink(file);
    return WEXITSTATUS(status);
}

static void draws_are_repeated_by_a_stranger(void **state)
{
    (void)state;
    struct round_sites_row *sites;
    struct draw_record *list;
    char told[20][UUID_TEXT + 1];
    size_t n, ntold, agreed = 0;
    struct uuid id = plan("drawn", ROUND_WEEKLY, true);
    struct round_selection sel = {.round_id = id, .has_draw = true, .take = 7, .least = 1, .by = ROUND_BY_TOWN};
    /* Nobody but a demonstration names the secret. */
    ground_expect(&s.g, draw_commitment_demo(ground_op(&s.g), sha256_of(STR("known"))), RC_FORBIDDEN, "not_demo");
    choose(sel, RC_OK, NULL);
    assert_int_equal(sites_of(id, &sites), 7);
    send_both(id);
    publish(id);
    assert_string_equal(wrong_in(draws_json(id, false)), "sealed"); /* the day is not over */
    ground_pass(&s.g, DAY_MS);
    struct str json = draws_json(id, false);
    assert_null(wrong_in(json));
    struct op *op = ground_op(&s.g);
    op->rd.arena = &s.g.arena;
    ground_expect(&s.g, draw_records(op, "round", id, false, &list, &n), RC_OK, NULL);
    assert_int_equal(n, 1);
    assert_int_equal(repeat_elsewhere(&list[0], told, 20, &ntold), 0);
    assert_int_equal(ntold, 7);
    for (size_t i = 0; i < ntold; i++)
        for (size_t k = 0; k < 7; k++) {
            char at[UUID_TEXT];
            uuid_format(sites[k].site_id, at);
            agreed += memcmp(at, told[i], UUID_TEXT) == 0;
        }
    assert_int_equal(agreed, 7);
    list[0].opening.key.b[3] ^= 4;
    assert_int_equal(repeat_elsewhere(&list[0], told, 20, &ntold), 1);
}

static struct str altered(struct str json, const char *what, const char *by)
{
    char *copy = str_z(&s.g.arena, json), *at = strstr(copy, what);
    assert_non_null(at);
    memcpy(at, by, strlen(by));
    return str_of(copy);
}

static void an_altered_file_is_found_out(void **state)
{
    (void)state;
    struct uuid id = plan("altered", ROUND_WEEKLY, false);
    choose((struct round_selection){.round_id = id, .has_draw = true, .take = 4, .by = ROUND_BY_NOTHING}, RC_OK, NULL);
    struct str json = draws_json(id, true);
    assert_null(wrong_in(json));
    char *key = strstr(json.p, "\"key\":\"") + 7, flipped[2] = {*key == '0' ? '1' : '0', 0};
    char head[20];
    snprintf(head, sizeof head, "\"key\":\"%c", *key);
    struct str other = altered(json, head, str_z(&s.g.arena, str_fmt(&s.g.arena, "\"key\":\"%s", flipped)));
    assert_string_equal(wrong_in(other), "commitment");
    char *drawn = strstr(json.p, "\"drawn\":[\"") + 10;
    char first[UUID_TEXT + 1] = "", second[UUID_TEXT + 1] = "";
    memcpy(first, drawn, UUID_TEXT);
    memcpy(second, drawn + UUID_TEXT + 3, UUID_TEXT);
    char *copy = str_z(&s.g.arena, json);
    memcpy(copy + (drawn - json.p), second, UUID_TEXT);
    memcpy(copy + (drawn - json.p) + UUID_TEXT + 3, first, UUID_TEXT);
    assert_string_equal(wrong_in(str_of(copy)), "drawn");
    assert_string_equal(wrong_in(altered(json, "take 4 least 0", "take 3 least 0")), "quota");
    assert_string_equal(wrong_in(altered(json, "\\nno 1", "\\nno 2")), "text");
    assert_string_equal(wrong_in(STR("{\"items\":[{}]}")), "unreadable");
}

static void a_day_has_one_commitment(void **state)
{
    (void)state;
    struct draw_day_list_row *days;
    size_t n;
    bool more;
    for (int i = 0; i < 3; i++)
        ground_expect(&s.g, draw_commitment_chore(ground_op(&s.g), &more), RC_OK, NULL);
    ground_pass(&s.g, DAY_MS);
    ground_expect(&s.g, draw_commitment_chore(ground_op(&s.g), &more), RC_OK, NULL);
    struct op *op = ground_op(&s.g);
    assert_int_equal(q_draw_day_list(&op->rd, &(struct draw_day_list_in){.hq = op->hq, .row_limit = 9}, &days, &n), RC_OK);
    assert_int_equal(n, 2);
    assert_true(str_is(days[0].day, "2026-11-22") && str_is(days[1].day, "2026-11-21"));
    assert_false(sha256_eq(days[0].commitment, days[1].commitment));
}

/* ---- by rule ---- */

static void rules_choose(void **state)
{
    (void)state;
    go(&s.inspector, "before", stage_body(&s, "before", s.site, "met", ""), "complete");
    go(&s.inspector, "with problem",
       stage_body(&s, "with problem", s.other_site, "not_met",
                  str_z(&s.g.arena, str_fmt(&s.g.arena, ",\"problem\":{\"id\":\"%.*s\",\"description\":\"x\",\"severity\":\"key\"}",
                                            STR_ARG(uuid_str(&s.g.arena, stage_id("key problem")))))), "complete");
    const struct {
        struct round_rule rule;
        size_t n;
    } cases[] = {
        {{.ncategories = 0}, EXTRA_SITES + 2}, /* everything: a dragnet */
        {{.categories = {STR_INIT("SC")}, .ncategories = 1}, EXTRA_SITES + 2},
        {{.categories = {STR_INIT("XX")}, .ncategories = 1}, 0},
        {{.area_codes = {STR_INIT("990101002")}, .nareas = 1}, 5},
        {{.area_codes = {STR_INIT("990101")}, .nareas = 1}, EXTRA_SITES + 2},
        {{.unit_ids = {s.unit}, .nunits = 1}, 7},
        {{.not_since_ms = SOME(today() - DAY_MS)}, EXTRA_SITES},
        {{.not_since_ms = SOME(clock_now(&s.g.clock))}, EXTRA_SITES + 2},
        {{.min_problems = SOME(1)}, 1},
        {{.min_problems = SOME(1), .key_only = true}, 1},
        {{.min_problems = SOME(2)}, 0},
        {{.min_problems = SOME(1), .problems_since_ms = SOME(clock_now(&s.g.clock) + 1)}, 0},
        {{.min_problems = SOME(1), .area_codes = {STR_INIT("990101001")}, .nareas = 1}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct round_sites_row *rows;
        char name[20];
        snprintf(name, sizeof name, "rule %zu", i);
        struct uuid id = plan(name, ROUND_DRAGNET, false);
        struct round_selection sel = {.round_id = id, .has_rule = true, .rule = cases[i].rule};
        choose(sel, cases[i].n ? RC_OK : RC_INVALID, cases[i].n ? NULL : "nothing_selected");
        size_t n = sites_of(id, &rows);
        if (n != cases[i].n)
            fail_msg("case %zu: %zu sites, not %zu", i, n, cases[i].n);
    }
}

/* ---- shares ---- */

static void shares_follow_the_walk(void **state)
{
    (void)state;
    struct round_sites_row *rows;
    struct uuid id = plan("shares", ROUND_MONTHLY, false), people[] = {s.inspector.person_id, s.other_inspector.person_id};
    choose((struct round_selection){.round_id = id, .has_rule = true}, RC_OK, NULL);
    ground_expect(&s.g, round_prepare_people(begin_by(&s.office, "round.people"), id, &s.contact.person_id, 1), RC_INVALID,
                  "may_not_inspect");
    ground_expect(&s.g, round_prepare_people(begin_by(&s.office, "round.people"), id, people, 2), RC_OK, NULL);
    ground_commit(&s.g);
    struct round_pair pairs[] = {{people[0], UUID_NONE}, {people[1], UUID_NONE}};
    int64_t days[] = {today(), today() + DAY_MS};
    struct round_assignment a = {.round_id = id, .pairs = pairs, .npairs = 2, .days_ms = days, .ndays = 2};
    ground_expect(&s.g, round_prepare_assign(begin_by(&s.office, "round.assign"), &a), RC_OK, NULL);
    ground_commit(&s.g);
    size_t n = sites_of(id, &rows), mine = 0, first_day = 0;
    assert_int_equal(n, EXTRA_SITES + 2);
    for (size_t i = 0; i < n; i++) {
        mine += uuid_eq(rows[i].inspector_id, people[0]);
        first_day += rows[i].day_ms.has && rows[i].day_ms.v == days[0];
        assert_false(uuid_is_none(rows[i].inspector_id));
    }
    assert_true(mine == 6 && first_day == 7); /* stretches of 3, 4, 3, 4 */
    int64_t out = today() + 9 * (int64_t)DAY_MS;
    a.days_ms = &out;
    a.ndays = 1;
    ground_expect(&s.g, round_prepare_assign(begin_by(&s.office, "round.assign"), &a), RC_INVALID, "outside_round");
    /* The last two change places. */
    struct uuid swapped[] = {rows[n - 1].site_id, rows[n - 2].site_id};
    ground_expect(&s.g, round_prepare_reorder(begin_by(&s.office, "round.reorder"), id, swapped, 2), RC_OK, NULL);
    ground_commit(&s.g);
    assert_int_equal(sites_of(id, &rows), n);
    assert_true(uuid_eq(rows[n - 2].site_id, swapped[0]) && uuid_eq(rows[n - 1].site_id, swapped[1]));
}

static void what_was_drawn_stays(void **state)
{
    (void)state;
    struct round_sites_row *rows;
    struct uuid id = plan("stays", ROUND_JOINT, false);
    name_site(id, s.site);
    choose((struct round_selection){.round_id = id, .has_draw = true, .take = 2}, RC_OK, NULL);
    size_t n = sites_of(id, &rows);
    assert_int_equal(n, 3);
    for (size_t i = 0; i < n; i++) {
        bool drawn = str_is(rows[i].origin, "draw");
        struct op *op = begin_by(&s.office, "round.remove");
        ground_expect(&s.g, round_prepare_remove(op, id, &rows[i].site_id, 1), RC_OK, NULL);
        ground_expect(&s.g, change_commit(op), drawn ? RC_CONFLICT : RC_OK, drawn ? "drawn_stays" : NULL);
    }
    send_out(id, &s.inspector.person_id, 1);
    ground_expect(&s.g, round_prepare_close(begin_by(&s.office, "round.close"), id, STR(" ")), RC_INVALID, "sites_left");
    ground_expect(&s.g, round_prepare_skip(begin_by(&s.other_inspector, "round.skip"), id, rows[1].site_id, STR("停业")),
                  RC_NOT_FOUND, "round_not_found");
    ground_expect(&s.g, round_prepare_skip(begin_by(&s.inspector, "round.skip"), id,
                                           rows[str_is(rows[1].origin, "draw") ? 1 : 2].site_id, STR("停业")), RC_OK, NULL);
    ground_commit(&s.g);
    ground_expect(&s.g, round_prepare_remove(begin_by(&s.office, "round.remove"), id, &rows[1].site_id, 1), RC_CONFLICT,
                  "state_forbids");
    ground_expect(&s.g, round_prepare_cancel(begin_by(&s.office, "round.cancel"), id, STR("改期")), RC_OK, NULL);
    ground_commit(&s.g);
    assert_true(str_is(load(id).state, "cancelled"));
}

/* ---- visits that do not fit ---- */

static void visits_are_checked_by_the_round(void **state)
{
    (void)state;
    struct uuid id = plan("checked", ROUND_WALK_THROUGH, true);
    name_site(id, s.site);
    name_site(id, extra[0]);
    ground_expect(&s.g, stage_inspect(&s, &s.inspector, "too early", visit("too early", id, s.site, just_now(), "met", "")),
                  RC_INVALID, "round_missing"); /* not of it yet, and it does not run */
    send_both(id);
    struct round_share share = {.inspector_id = s.other_inspector.person_id, .site_ids = &s.site, .nsites = 1};
    struct round_assignment a = {.round_id = id, .shares = &share, .nshares = 1};
    ground_expect(&s.g, round_prepare_assign(begin_by(&s.office, "round.assign"), &a), RC_OK, NULL);
    ground_commit(&s.g);
    const struct {
        const char *name;
        struct uuid round, site;
        const char *more, *pointer, *code;
    } refused[] = {
        {"elsewhere", id, extra[1], "", "/site_id", "site_not_in_round"},
        {"no round", stage_id("nothing"), s.site, "", "/round_id", "round_missing"},
        {"other kind", id, extra[0], ",\"kind\":\"patrol\"", "/kind", "kind_of_round"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct str body = visit(refused[i].name, refused[i].round, refused[i].site, just_now(), "met", refused[i].more);
        ground_expect(&s.g, stage_inspect(&s, &s.inspector, refused[i].name, body), RC_INVALID, refused[i].code);
        assert_true(str_is(s.g.fault.fields[0].pointer, refused[i].pointer));
    }
    go(&s.inspector, "not mine", visit("not mine", id, s.site, just_now(), "met", ""), "quarantined");
    go(&s.inspector, "free", visit("free", id, extra[0], just_now(), "met", ""), "complete");
    go(&s.other_inspector, "before it began", visit("before it began", id, s.site, today() - HOUR_MS, "met", ""),
       "quarantined");
    ground_expect(&s.g, round_prepare_people(begin_by(&s.office, "round.people"), id, &s.inspector.person_id, 1), RC_OK, NULL);
    ground_commit(&s.g);
    go(&s.other_inspector, "has left", visit("has left", id, s.site, just_now(), "met", ""), "quarantined");
    ground_expect(&s.g, round_prepare_cancel(begin_by(&s.office, "round.cancel"), id, STR("取消")), RC_CONFLICT, "has_visits");
    assert_int_equal(stage_score(&s).inspections, 0);
}

static void towns_look_at_each_other(void **state)
{
    (void)state;
    struct uuid id = plan("cross", ROUND_CROSS_CHECK, false);
    name_site(id, s.site);
    name_site(id, s.other_site);
    send_out(id, &s.contact.person_id, 1);
    struct str own = visit("own", id, s.site, just_now(), "met", "");
    ground_expect(&s.g, stage_inspect(&s, &s.contact, "own", own), RC_INVALID, "own_site");
    /* A cross-check goes through the whole list: one observation is not enough. */
    struct str theirs = visit("theirs", id, s.other_site, just_now(), "met", "");
    ground_expect(&s.g, stage_inspect(&s, &s.contact, "theirs", theirs), RC_INVALID, "criterion_left_out");
    assert_true(str_is(s.g.fault.fields[0].code, "criterion_left_out"));
    struct str alone = stage_body(&s, "alone", s.other_site, "met", "");
    char *kind = strstr(alone.p, "patrol");
    struct str cross = str_fmt(&s.g.arena, "%.*scross_check%s", (int)(kind - alone.p), alone.p, kind + 6);
    ground_expect(&s.g, stage_inspect(&s, &s.contact, "alone", cross), RC_INVALID, "required");
    assert_true(str_is(s.g.fault.fields[0].pointer, "/round_id"));
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(what_is_held_joins_at_publication), CASE(nothing_slips_past_the_publication),
        CASE(draws_are_repeated_by_a_stranger),  CASE(an_altered_file_is_found_out),
        CASE(a_day_has_one_commitment),          CASE(rules_choose),
        CASE(shares_follow_the_walk),            CASE(what_was_drawn_stays),
        CASE(visits_are_checked_by_the_round),   CASE(towns_look_at_each_other),
    };
    return GROUND_RUN(tests);
}
