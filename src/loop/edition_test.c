/*
 * edition_test.c - facilities, editions and frontages through the loop on both engines: one open problem per cause, a
 * recall of ten thousand boards that is killed on its way, the shop's own time, the matrix's rows in the database.
 */
#include "edition_sql.h"
#include "facility_sql.h"
#include "loop/edition.h"
#include "edition_test_sql.h"
#include "loop/loop_ground.h"
#include "matrix/matrix.h"
#include "matrix_sql.h"
#include "org/org.h"
#include "site/plan.h"
#include "site_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct stage s;

static int begin(void **state)
{
    (void)state;
    stage_open(&s);
    return 0;
}

static int end(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

static struct op *starting(const struct actor *who, const char *kind)
{
    static int serial;
    char name[40];
    snprintf(name, sizeof name, "edition command %d", ++serial);
    return stage_begin(&s, who, kind, name);
}

static void commit(void)
{
    ground_commit(&s.g);
    ground_pass(&s.g, MINUTE_MS);
}

static struct edition_test_counts_row counts(void)
{
    struct edition_test_counts_row row;
    bool found;
    struct op *op = ground_op(&s.g);
    ground_expect(&s.g, q_edition_test_counts(&op->rd, &(struct edition_test_counts_in){op->hq}, &row, &found), RC_OK, NULL);
    return row;
}

/* ---- makings ---- */

static struct uuid edition(const char *name, struct uuid before)
{
    struct op *op = starting(&s.office, "edition.publish");
    const struct edition_new e = {.id = stage_id(name), .title = str_of(name), .label = STR("2026年版"), .content = STR("讲文明"),
                                  .supersedes_id = before};
    ground_expect(&s.g, edition_prepare_publish(op, &e), RC_OK, NULL);
    commit();
    return e.id;
}

static struct uuid board(const char *name, struct uuid site, struct uuid shows, enum facility_condition condition)
{
    struct op *op = starting(&s.office, "asset.create");
    const struct asset_new a = {.id = stage_id(name), .site_id = site, .kind_code = STR("board"), .name = str_of(name)};
    const struct asset_look look = {.id = a.id, .at_ms = op->now, .condition = condition, .edition_seen = true, .edition_id = shows};
    ground_expect(&s.g, edition_prepare_asset(op, &a, &look), RC_OK, NULL);
    commit();
    return a.id;
}

static void look(const struct actor *who, struct uuid asset, enum facility_condition condition, struct uuid shows)
{
    static int serial;
    char name[32];
    snprintf(name, sizeof name, "look %d", ++serial);
    struct op *op = starting(who, "asset.check");
    const struct asset_look l = {.id = stage_id(name), .at_ms = op->now, .condition = condition, .edition_seen = true,
                                 .edition_id = shows};
    ground_expect(&s.g, edition_prepare_look(op, asset, &l), RC_OK, NULL);
    commit();
}

static void withdraw(struct uuid id)
{
    struct op *op = starting(&s.office, "edition.withdraw");
    ground_expect(&s.g, edition_prepare_withdraw(op, id, STR("内容有误")), RC_OK, NULL);
    commit();
}

static struct edition_recall_get_row recall_of(struct uuid id)
{
    struct edition_recall_get_row row;
    bool found;
    struct op *op = ground_op(&s.g);
    ground_expect(&s.g, q_edition_recall_get(&op->rd, &(struct edition_recall_get_in){op->hq, id}, &row, &found), RC_OK, NULL);
    assert_true(found);
    return row;
}

/* All there is to do; answers the number of commands. */
static int run_recalls(void)
{
    bool more = true;
    int steps = 0;
    for (; more; steps++)
        ground_expect(&s.g, edition_recall_chore(ground_op(&s.g), &more), RC_OK, NULL);
    return steps - 1;
}

/* Strikes off whatever is open. */
static void close_all(void)
{
    struct effects fx;
    struct op *op = ground_op(&s.g);
    effects_init(&fx, OP_ARENA(op));
    fx_edition_test_close(&fx, &(struct edition_test_close_in){op->hq, op->now})->max = 100000;
    fx.list[0].min = 0;
    assert_int_equal(change_run_effects(op, &fx), RC_OK);
}

/* ---- tests ---- */

static void queries_fit(void **state)
{
    (void)state;
    struct op *op = ground_op(&s.g);
    const struct query_set *const sets[] = {&facility_queries, &matrix_queries, &edition_queries, &site_queries};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        ground_expect(&s.g, db_check_queries(&op->rd, sets[i]), RC_OK, NULL);
}

static void one_open_problem_per_cause(void **state)
{
    (void)state;
    struct uuid e = edition("价值观", UUID_NONE);
    struct uuid id = board("东门宣传栏", s.site, e, FACILITY_GOOD);
    assert_int_equal(counts().problems, 0);
    look(&s.inspector, id, FACILITY_FADED, e);
    assert_int_equal(counts().problems, 1);
    look(&s.inspector, id, FACILITY_DAMAGED, e); /* the same cause, still open */
    look(&s.contact, id, FACILITY_DAMAGED, e);
    assert_int_equal(counts().problems, 1);
    close_all();
    look(&s.contact, id, FACILITY_DAMAGED, e); /* closed since, and damaged again */
    assert_int_equal(counts().problems, 2);
    assert_int_equal(counts().reported, 1); /* the unit's own people found it */
    look(&s.contact, id, FACILITY_GOOD, e);
    assert_int_equal(counts().problems, 2);
    /* a look that comes late says nothing about now */
    close_all();
    struct op *op = starting(&s.inspector, "asset.check");
    const struct asset_look late = {.id = stage_id("late"), .at_ms = op->now - DAY_MS, .condition = FACILITY_MISSING};
    ground_expect(&s.g, edition_prepare_look(op, id, &late), RC_OK, NULL);
    commit();
    assert_int_equal(counts().problems, 2);
    struct asset a;
    op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, asset_read(op, id, &a), RC_OK, NULL);
    assert_int_equal(a.condition, FACILITY_GOOD);
}

static void whose_sites_only(void **state)
{
    (void)state;
    struct uuid id = board("东门宣传栏", s.site, UUID_NONE, FACILITY_GOOD);
    struct asset a;
    struct op *op = ground_op(&s.g);
    op->actor = s.neighbour;
    ground_expect(&s.g, asset_read(op, id, &a), RC_NOT_FOUND, "not_found");
    op = starting(&s.neighbour, "asset.check");
    const struct asset_look l = {.id = stage_id("l"), .at_ms = op->now, .condition = FACILITY_DAMAGED};
    ground_expect(&s.g, edition_prepare_look(op, id, &l), RC_NOT_FOUND, "not_found");
    op = starting(&s.contact, "edition.withdraw");
    ground_expect(&s.g, edition_prepare_withdraw(op, id, STR("x")), RC_FORBIDDEN, "not_allowed");
}

static void limits_of_kinds(void **state)
{
    (void)state;
    struct uuid id = board("东门宣传栏", s.site, UUID_NONE, FACILITY_DAMAGED);
    struct edition_test_problem_row p;
    bool found;
    struct op *op = ground_op(&s.g);
    struct edition_test_problem_in in = {op->hq, id};
    ground_expect(&s.g, q_edition_test_problem(&op->rd, &in, &p, &found), RC_OK, NULL);
    assert_true(found && str_is(p.limit_kind, "working_days") && p.limit_amount == 5 && str_is(p.source, "asset"));
    assert_true(str_is(p.state, "registered") && uuid_is_none(p.criterion_id));
    /* linked to a criterion, its problems take that one and its limit */
    op = starting(&s.office, "facility_kind.put");
    const struct facility_kind k = {.code = STR("nursing_room"), .class = FACILITY_PLAIN, .name_zh = STR("母婴室"),
                                    .name_en = STR("Nursing room"), .criterion_code = s.binary->code,
                                    .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 9, .active = true};
    ground_expect(&s.g, facility_kind_prepare_put(op, &k, SOME(0)), RC_OK, NULL);
    commit();
    op = starting(&s.office, "asset.create");
    const struct asset_new a = {.id = stage_id("room"), .site_id = s.site, .kind_code = k.code, .name = STR("母婴室")};
    const struct asset_look l = {.id = a.id, .at_ms = op->now, .condition = FACILITY_NOT_OPEN};
    ground_expect(&s.g, edition_prepare_asset(op, &a, &l), RC_OK, NULL);
    commit();
    op = ground_op(&s.g);
    in.asset_id = a.id;
    ground_expect(&s.g, q_edition_test_problem(&op->rd, &in, &p, &found), RC_OK, NULL);
    assert_true(found && uuid_eq(p.criterion_id, s.binary->id) && p.limit_amount == s.binary->limit_amount);
    assert_true(str_is(p.limit_kind, limit_kind_names[s.binary->limit_kind]));
    op = starting(&s.office, "facility_kind.put");
    ground_expect(&s.g, facility_kind_prepare_put(op, &k, SOME(0)), RC_STALE, "version_mismatch");
}

static void superseded_and_withdrawn(void **state)
{
    (void)state;
    struct uuid first = edition("旧版", UUID_NONE), id = board("甲", s.site, first, FACILITY_GOOD);
    struct uuid second = edition("新版", first);
    assert_int_equal(counts().problems, 0);
    look(&s.inspector, id, FACILITY_GOOD, first); /* the time to replace it is over */
    assert_int_equal(counts().problems, 1);
    look(&s.inspector, id, FACILITY_GOOD, second);
    close_all();
    look(&s.inspector, id, FACILITY_GOOD, second);
    assert_int_equal(counts().problems, 1);
    struct uuid third = board("乙", s.other_site, second, FACILITY_GOOD);
    withdraw(second);
    /* replaced before its batch came: not raised */
    struct uuid fresh = edition("又新版", UUID_NONE);
    look(&s.inspector, third, FACILITY_GOOD, fresh);
    assert_int_equal(run_recalls(), 1);
    assert_int_equal(counts().problems, 2);
    struct edition_recall_get_row r = recall_of(second);
    assert_true(r.boards == 2 && r.raised == 1 && r.known == 0 && r.done_ms.has);
    /* said to show it after the withdrawal: the check raises it */
    look(&s.inspector, third, FACILITY_GOOD, second);
    assert_int_equal(counts().problems, 3);
    /* an open problem is known, and not made again */
    close_all();
    struct uuid last = edition("末版", UUID_NONE);
    look(&s.inspector, id, FACILITY_GOOD, last);
    look(&s.inspector, third, FACILITY_GOOD, last);
    withdraw(last);
    look(&s.inspector, id, FACILITY_GOOD, last);
    assert_int_equal(counts().problems, 4);
    run_recalls();
    r = recall_of(last);
    assert_true(r.boards == 2 && r.raised == 1 && r.known == 1 && r.done_ms.has);
    assert_int_equal(counts().problems, 5);
    assert_int_equal(counts().twice, 0);
    struct op *op = starting(&s.office, "edition.withdraw");
    ground_expect(&s.g, edition_prepare_withdraw(op, last, STR("再次")), RC_CONFLICT, "edition_withdrawn");
    op = starting(&s.office, "edition.recall");
    ground_expect(&s.g, edition_prepare_recall(op, last), RC_CONFLICT, "recall_done");
}

static int64_t many(void)
{
    int64_t n = 10000;
    if (getenv("XIAOHAO_BOARDS"))
        assert_true(str_to_i64(str_of(getenv("XIAOHAO_BOARDS")), 1000, 1000000, &n));
    return n;
}

static void add_many(struct uuid shows)
{
    for (int from = 0; from < many(); from += 1000) {
        struct effects fx;
        struct op *op = ground_op(&s.g);
        effects_init(&fx, OP_ARENA(op));
        for (int i = from; i < from + 1000; i++) {
            char name[32];
            snprintf(name, sizeof name, "board %d", i);
            fx_asset_add(&fx, &(struct asset_add_in){.hq = op->hq, .id = stage_id(name), .site_id = i % 2 ? s.site : s.other_site,
                                                     .kind_code = STR("board"), .name = str_copy(OP_ARENA(op), str_of(name)),
                                                     .edition_id = shows, .condition = STR("good"), .state = STR("active"),
                                                     .created_ms = op->now, .search_text = STR("")});
        }
        assert_int_equal(change_run_effects(op, &fx), RC_OK);
    }
}

/* Ten thousand boards: each once, whatever comes between. */
static void ten_thousand_boards(void **state)
{
    (void)state;
    struct uuid e = edition("大版", UUID_NONE);
    bool more;
    add_many(e);
    withdraw(e);
    assert_int_equal(recall_of(e).boards, many());
    for (int i = 0; i < 7; i++)
        ground_expect(&s.g, edition_recall_chore(ground_op(&s.g), &more), RC_OK, NULL);
    assert_int_equal(recall_of(e).raised, 7 * RECALL_BATCH);
    /* killed in a batch: decided, never committed */
    struct op *op = starting(&s.office, "edition.recall");
    ground_expect(&s.g, edition_prepare_recall(op, e), RC_OK, NULL);
    assert_int_equal(counts().problems, 7 * RECALL_BATCH);
    /* a batch by hand, from what another has just moved on: refused, nothing doubled */
    struct op two;
    struct arena arena;
    struct fault fault;
    arena_init(&arena);
    fault_init(&fault, &arena);
    op_init(&two, &s.g.env, s.g.db, &arena, &fault);
    two.actor = s.office;
    const struct command c = {.id = stage_id("by hand"), .kind = "edition.recall", .content = sha256_of(STR("x")),
                              .subject_kind = "edition", .subject_id = e};
    assert_int_equal(change_begin(&two, &c), RC_OK);
    assert_int_equal(edition_prepare_recall(&two, e), RC_OK);
    ground_expect(&s.g, edition_recall_chore(ground_op(&s.g), &more), RC_OK, NULL);
    assert_int_equal(change_commit(&two), RC_STALE);
    arena_free(&arena);
    assert_int_equal(recall_of(e).raised, 8 * RECALL_BATCH);
    /* after a restart the chore goes on where the row stands */
    int64_t began = clock_ticks_us();
    int steps = run_recalls();
    print_message("%d batches in %.1f s\n", steps, (double)(clock_ticks_us() - began) / 1e6);
    struct edition_recall_get_row r = recall_of(e);
    assert_true(r.raised == many() && r.known == 0 && r.done_ms.has && r.batches == many() / RECALL_BATCH + 1);
    struct edition_test_counts_row n = counts();
    assert_true(n.problems == many() && n.assets == many() && n.twice == 0);
    run_recalls();
    assert_int_equal(counts().problems, many());
}

/* ---- frontages ---- */

static struct uuid shop(const char *name)
{
    struct op *op = starting(&s.office, "frontage.create");
    const struct frontage_new f = {.id = stage_id(name), .code = str_of(name), .name = str_of(name), .trade = STR("餐饮"),
                                   .area_id = stage_id("990101001"), .site_id = s.site,
                                   .keeper = {STR("王掌柜"), STR("13900139009")}};
    ground_expect(&s.g, frontage_prepare_create(op, &f), RC_OK, NULL);
    commit();
    return f.id;
}

static struct finding_get_row check_shop(struct uuid id, const char *item)
{
    static int serial;
    char name[32];
    struct finding_get_row *rows;
    size_t n;
    snprintf(name, sizeof name, "shop look %d", ++serial);
    struct op *op = starting(&s.inspector, "frontage.check");
    const struct frontage_item items[] = {{.code = str_of(item), .note = STR("门前堆物"), .photos = &s.before, .nphotos = 1},
                                          {.code = STR("greening"), .met = true}};
    const struct frontage_look l = {.id = stage_id(name), .frontage_id = id, .at_ms = op->now, .items = items, .nitems = 2};
    ground_expect(&s.g, edition_prepare_frontage_look(op, &l), RC_OK, NULL);
    commit();
    op = ground_op(&s.g);
    ground_expect(&s.g, q_finding_list(&op->rd, &(struct finding_list_in){.hq = op->hq, .max_rows = 1}, &rows, &n), RC_OK, NULL);
    assert_int_equal(n, 1);
    return rows[0];
}

static void the_shop_mends_it_first(void **state)
{
    (void)state;
    struct uuid id = shop("M-1");
    bool more;
    struct finding_get_row x = check_shop(id, "hygiene");
    assert_true(str_is(x.state, "waiting"));
    struct uuid finding = x.id;
    x = check_shop(id, "hygiene"); /* found again: the same chance, no second one */
    assert_true(uuid_eq(x.id, finding));
    struct op *op = starting(&s.inspector, "frontage.raise");
    ground_expect(&s.g, edition_prepare_raise(op, finding), RC_CONFLICT, "self_mend_running");
    op = starting(&s.contact, "frontage.mended");
    ground_expect(&s.g, finding_prepare_mended(op, finding, STR("已清理"), NULL, 0), RC_INVALID, "evidence_required");
    op = starting(&s.contact, "frontage.mended");
    ground_expect(&s.g, finding_prepare_mended(op, finding, STR("已清理"), &s.after, 1), RC_OK, NULL);
    commit();
    ground_pass(&s.g, 3 * DAY_MS);
    ground_expect(&s.g, edition_frontage_chore(ground_op(&s.g), &more), RC_OK, NULL);
    assert_int_equal(counts().problems, 0);
}

static void its_time_goes_by(void **state)
{
    (void)state;
    struct uuid id = shop("M-2");
    bool more;
    struct finding_get_row x = check_shop(id, "hygiene");
    struct uuid finding = x.id;
    ground_expect(&s.g, edition_frontage_chore(ground_op(&s.g), &more), RC_OK, NULL);
    assert_int_equal(counts().problems, 0);
    ground_pass(&s.g, DAY_MS + HOUR_MS);
    struct op *op = starting(&s.contact, "frontage.mended");
    ground_expect(&s.g, finding_prepare_mended(op, finding, STR("已清理"), &s.after, 1), RC_CONFLICT, "self_mend_over");
    ground_expect(&s.g, edition_frontage_chore(ground_op(&s.g), &more), RC_OK, NULL);
    ground_expect(&s.g, edition_frontage_chore(ground_op(&s.g), &more), RC_OK, NULL);
    assert_int_equal(counts().problems, 1);
    assert_int_equal(counts().registered, 1);
    op = starting(&s.inspector, "frontage.raise");
    ground_expect(&s.g, edition_prepare_raise(op, finding), RC_CONFLICT, "finding_settled");
    /* again, with the problem still open: linked to it, no second one */
    check_shop(id, "hygiene");
    ground_pass(&s.g, 2 * DAY_MS);
    ground_expect(&s.g, edition_frontage_chore(ground_op(&s.g), &more), RC_OK, NULL);
    assert_int_equal(counts().problems, 1);
    close_all();
    x = check_shop(id, "hygiene");
    ground_pass(&s.g, 2 * DAY_MS);
    op = starting(&s.inspector, "frontage.raise"); /* by hand */
    ground_expect(&s.g, edition_prepare_raise(op, x.id), RC_OK, NULL);
    commit();
    assert_int_equal(counts().problems, 2);
    assert_int_equal(counts().twice, 0);
}

static void no_time_and_advice(void **state)
{
    (void)state;
    struct uuid id = shop("M-3");
    const struct facility_kind now = {.code = STR("hygiene"), .class = FACILITY_FRONTAGE, .name_zh = STR("包卫生"),
                                      .name_en = STR("Clean"), .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 1, .active = true},
                               vendors = {.code = STR("vendors"), .class = FACILITY_FRONTAGE, .name_zh = STR("引导"),
                                          .name_en = STR("Advice"), .limit_kind = LIMIT_WORKING_DAYS, .limit_amount = 1,
                                          .guidance = true, .active = true};
    const struct facility_kind *kinds[] = {&now, &vendors};
    for (size_t i = 0; i < 2; i++) {
        struct op *op = starting(&s.office, "facility_kind.put");
        ground_expect(&s.g, facility_kind_prepare_put(op, kinds[i], (struct opt_i64){0}), RC_OK, NULL);
        commit();
    }
    struct finding_get_row x = check_shop(id, "hygiene");
    assert_true(str_is(x.state, "raised") && !uuid_is_none(x.problem_id));
    assert_int_equal(counts().problems, 1);
    x = check_shop(id, "vendors");
    assert_true(str_is(x.state, "advised") && uuid_is_none(x.problem_id));
    bool more;
    ground_pass(&s.g, 30LL * DAY_MS);
    ground_expect(&s.g, edition_frontage_chore(ground_op(&s.g), &more), RC_OK, NULL);
    assert_int_equal(counts().problems, 1);
}

static void keepers_are_sealed(void **state)
{
    (void)state;
    struct uuid id = shop("M-4");
    struct frontage f;
    struct frontage_keeper k;
    struct op *op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, frontage_read(op, id, &f), RC_OK, NULL);
    assert_true(f.keeper_sealed.n > 20 && str_find(f.keeper_sealed, STR("13900139009"), 0) < 0);
    assert_true(str_find(f.keeper_masked, STR("13900139009"), 0) < 0 && str_find(f.keeper_masked, STR("王掌柜"), 0) < 0);
    ground_expect(&s.g, frontage_open_keeper(op, &f, &k), RC_OK, NULL);
    assert_true(str_is(k.phone, "13900139009"));
    op = ground_op(&s.g);
    op->actor = s.inspector;
    ground_expect(&s.g, frontage_open_keeper(op, &f, &k), RC_FORBIDDEN, "out_of_reach");
}

/* ---- the matrix in the database ---- */

static void put(const char *name, const char *criterion, const char *category, const char *area, struct uuid subject,
                int64_t from, bool beside)
{
    struct op *op = starting(&s.office, "matrix.put");
    const struct matrix_new m = {.id = stage_id(name), .criterion_code = str_of(criterion), .category_code = str_of(category),
                                 .area_code = str_of(area), .lead = MATRIX_SUBJECT, .unit_ids = {[MATRIX_SUBJECT] = subject},
                                 .valid_from_ms = {from != 0, from}, .beside = beside};
    ground_expect(&s.g, matrix_prepare_put(op, &m), RC_OK, NULL);
    commit();
}

static struct matrix_answer propose(int64_t at)
{
    struct matrix_answer a;
    struct op *op = ground_op(&s.g);
    const struct matrix_matter m = {.site_id = s.site, .criterion_id = s.binary->id, .at_ms = {at != 0, at}};
    ground_expect(&s.g, matrix_propose(op, &m, &a), RC_OK, NULL);
    return a;
}

static void the_newest_row_wins(void **state)
{
    (void)state;
    struct matrix_row row;
    assert_int_equal(propose(0).source, MATRIX_BY_SITE);
    put("one", "", "SC", "", s.other_unit, 0, false);
    int64_t between = ground_op(&s.g)->now;
    assert_true(uuid_eq(propose(0).lead.id, s.other_unit));
    ground_pass(&s.g, HOUR_MS);
    put("two", "", "SC", "", s.unit, 0, false);
    assert_true(uuid_eq(propose(0).lead.id, s.unit));
    assert_true(uuid_eq(propose(between).lead.id, s.other_unit)); /* kept with its validity */
    ground_expect(&s.g, matrix_load(ground_op(&s.g), stage_id("one"), &row), RC_OK, NULL);
    assert_true(row.valid_to_ms.has);
    char code[32];
    snprintf(code, sizeof code, "%.*s", STR_ARG(s.binary->code));
    put("three", code, "", "990101001", s.other_unit, 0, false);
    assert_true(uuid_eq(propose(0).lead.id, s.other_unit));
    ground_expect(&s.g, matrix_load(ground_op(&s.g), stage_id("three"), &row), RC_OK, NULL);
    assert_true(str_is(row.category_code, "SC"));
    /* one that begins later ends it then, and not before */
    int64_t later = ground_op(&s.g)->now + DAY_MS;
    put("four", code, "", "990101001", s.unit, later, false);
    assert_true(uuid_eq(propose(0).lead.id, s.other_unit) && uuid_eq(propose(later).lead.id, s.unit));
    /* and one written now for the time before it ends where it begins */
    put("five", code, "", "990101001", s.unit, 0, false);
    ground_expect(&s.g, matrix_load(ground_op(&s.g), stage_id("five"), &row), RC_OK, NULL);
    assert_true(row.valid_to_ms.has && row.valid_to_ms.v == later);
    struct op *op = starting(&s.office, "matrix.end");
    ground_expect(&s.g, matrix_prepare_end(op, stage_id("five"), SOME(7), STR("x")), RC_STALE, "version_mismatch");
    op = starting(&s.office, "matrix.end");
    ground_expect(&s.g, matrix_prepare_end(op, stage_id("five"), SOME(1), STR("写错")), RC_OK, NULL);
    commit();
    assert_true(uuid_eq(propose(0).row->id, stage_id("two")));
}

static void what_a_row_may_not_say(void **state)
{
    (void)state;
    struct op *op = starting(&s.office, "matrix.put");
    const struct matrix_new m = {.id = stage_id("m"), .criterion_code = STR("NO-99"), .area_code = STR("000000"),
                                 .unit_ids = {stage_id("nobody")}, .person_id = stage_id("nobody")};
    ground_expect(&s.g, matrix_prepare_put(op, &m), RC_INVALID, "criterion_unknown");
    assert_int_equal(op->rd.fault->nfields, 4);
    op = starting(&s.contact, "matrix.put");
    ground_expect(&s.g, matrix_prepare_put(op, &m), RC_FORBIDDEN, "not_allowed");
}

/* ---- a plan per site ---- */

static enum rc move(const struct actor *who, enum plan_event event, const char *note)
{
    struct op *op = starting(who, "site_plan.act");
    return plan_prepare_event(op, stage_id("plan"), event, str_of(note));
}

static void a_plan_per_site(void **state)
{
    (void)state;
    struct site_plan p;
    struct op *op = starting(&s.office, "site_plan.create");
    const struct plan_new in = {.id = stage_id("plan"), .site_id = s.site, .gap = STR("缺母婴室"), .measures = STR("增设"),
                                .acceptance = STR("可使用"), .owner_unit_id = s.unit, .due_ms = op->now + DAY_MS};
    ground_expect(&s.g, plan_prepare_create(op, &in), RC_OK, NULL);
    commit();
    op = ground_op(&s.g);
    op->actor = s.neighbour;
    ground_expect(&s.g, plan_read(op, in.id, &p), RC_NOT_FOUND, "not_found");
    ground_expect(&s.g, move(&s.neighbour, PLAN_FINISH, "完成"), RC_NOT_FOUND, "not_found");
    ground_expect(&s.g, move(&s.office, PLAN_ACCEPT, ""), RC_CONFLICT, "state_forbids");
    ground_expect(&s.g, move(&s.contact, PLAN_FINISH, " "), RC_INVALID, "required");
    ground_expect(&s.g, move(&s.contact, PLAN_FINISH, "完成"), RC_OK, NULL);
    commit();
    ground_expect(&s.g, move(&s.contact, PLAN_ACCEPT, ""), RC_FORBIDDEN, "not_allowed");
    ground_expect(&s.g, move(&s.office, PLAN_RETURN, "未达标"), RC_OK, NULL);
    commit();
    ground_pass(&s.g, 2 * DAY_MS);
    op = ground_op(&s.g);
    op->actor = s.contact;
    ground_expect(&s.g, plan_read(op, in.id, &p), RC_OK, NULL);
    assert_true(p.state == PLAN_OPEN && plan_overdue(&p, op->now));
    ground_expect(&s.g, move(&s.office, PLAN_FINISH, "代为完成"), RC_OK, NULL);
    commit();
    ground_expect(&s.g, move(&s.office, PLAN_ACCEPT, ""), RC_FORBIDDEN, "accept_own");
    ground_expect(&s.g, move(&s.office, PLAN_RETURN, "由单位报"), RC_OK, NULL);
    commit();
    ground_expect(&s.g, move(&s.contact, PLAN_FINISH, "完成"), RC_OK, NULL);
    commit();
    ground_expect(&s.g, move(&s.office, PLAN_ACCEPT, ""), RC_OK, NULL);
    commit();
    ground_expect(&s.g, move(&s.office, PLAN_DROP, "x"), RC_CONFLICT, "state_forbids");
}

#define CASE_OF(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE_OF(queries_fit),         CASE_OF(one_open_problem_per_cause), CASE_OF(whose_sites_only),
        CASE_OF(limits_of_kinds),     CASE_OF(superseded_and_withdrawn),   CASE_OF(ten_thousand_boards),
        CASE_OF(the_shop_mends_it_first), CASE_OF(its_time_goes_by),       CASE_OF(no_time_and_advice),
        CASE_OF(keepers_are_sealed),  CASE_OF(the_newest_row_wins),        CASE_OF(what_a_row_may_not_say),
        CASE_OF(a_plan_per_site),
    };
    return GROUND_RUN(tests);
}
