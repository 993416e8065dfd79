/*
 * problem_list_test.c - lists against a plain model on both engines: random problems with many equal times, every order
 * × random filters × who asks, paged to the end with short pages and short walks; nothing missing, nothing twice,
 * nothing out of order, nothing one may not see.
 */
#include "list_test_sql.h"
#include "loop/loop_ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { ROWS = 420, TRIALS = 700, PAGES_MAX = 2000 };

static struct stage s;
static struct list_test_add_in rows[ROWS];
static int64_t base;
static uint64_t seed;

static uint32_t roll(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

static const char *const areas[] = {"990101001001", "990101001002", "990101002001", "990101002002001", "990101001"};
static const char *const states[] = {"reported", "registered", "dispatched", "accepted", "rectified", "struck_off", "rejected", "mended_on_spot"};

static struct uuid named(const char *kind, uint32_t n)
{
    char text[32];
    snprintf(text, sizeof text, "%s %u", kind, n);
    return stage_id(text);
}

static struct uuid one_unit(void)
{
    return roll(3) == 0 ? UUID_NONE : roll(2) ? s.unit : s.other_unit;
}

static struct uuid one_person(void)
{
    const struct actor *all[] = {&s.inspector, &s.contact, &s.neighbour, &s.office};
    return all[roll(4)]->person_id;
}

static void make(int i)
{
    struct list_test_add_in *r = &rows[i];
    const char *state = states[roll(8)];
    bool closed = strcmp(state, "struck_off") == 0 || strcmp(state, "rejected") == 0 || strcmp(state, "mended_on_spot") == 0;
    bool due = strcmp(state, "dispatched") == 0 || strcmp(state, "accepted") == 0 || strcmp(state, "rectified") == 0;
    *r = (struct list_test_add_in){
        .hq = s.g.env.hq, .id = named("row", (uint32_t)i), .year = 2025 + i % 2, .number = i / 2 + 1, .state = str_of(state),
        .source = roll(3) ? STR("inspection") : STR("report"), .site_id = roll(2) ? s.site : roll(2) ? s.other_site : UUID_NONE,
        .area_code = str_of(areas[roll(5)]), .category_code = roll(4) ? STR("SC") : roll(2) ? STR("SQ") : STR_NONE,
        .severity = roll(5) ? STR("general") : STR("key"), .reporter_id = one_person(), .unit_id = due || roll(2) ? one_unit() : UUID_NONE,
        .handler_unit_id = roll(6) ? UUID_NONE : one_unit(), .reported_ms = base + (int64_t)roll(60) * 1000, .held = roll(10) == 0,
        .round_id = roll(5) ? UUID_NONE : named("round", roll(3)), .parent_id = roll(12) ? UUID_NONE : named("row", roll(4)),
        .search_text = roll(7) ? STR("积水 路面") : STR("广告 破损")};
    if (r->held)
        r->number = -r->number;
    if (due)
        r->due_ms = SOME(base + (int64_t)roll(40) * 1000);
    if (due && roll(4) == 0)
        r->left_ms = SOME(5);
    if (closed)
        r->closed_ms = SOME(base + (int64_t)roll(30) * 1000);
}

static int begin(void **state)
{
    (void)state;
    struct effects fx;
    stage_open(&s);
    base = clock_now(&s.g.clock) - HOUR_MS;
    seed = 20261121;
    struct op *op = ground_op(&s.g);
    effects_init(&fx, OP_ARENA(op));
    for (int i = 0; i < ROWS; i++) {
        make(i);
        fx_list_test_add(&fx, &rows[i]);
    }
    ground_expect(&s.g, change_run_effects(op, &fx), RC_OK, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    stage_close(&s);
    return 0;
}

/* ---- the model ---- */

static bool may_see(const struct actor *who, const struct list_test_add_in *r, const struct problem_filter *f)
{
    if (who->roles & ROLE_OFFICE)
        return true;
    if (uuid_eq(r->reporter_id, who->person_id))
        return true;
    if (r->held || !uuid_is_none(f->round_id))
        return false;
    if (who->roles & ROLE_INSPECTOR)
        return who->grants & GRANT_RECHECK;
    return uuid_eq(r->unit_id, who->unit_id) || uuid_eq(r->handler_unit_id, who->unit_id) ||
           (who->area_code.p && str_starts(r->area_code, who->area_code));
}

static bool same_or_any(struct uuid wanted, struct uuid is)
{
    return uuid_is_none(wanted) || uuid_eq(wanted, is);
}

static bool text_or_any(struct str wanted, struct str is)
{
    return !wanted.p || (is.p && str_eq(wanted, is));
}

static bool is_overdue(const struct list_test_add_in *r, int64_t at)
{
    return !r->closed_ms.has && !r->left_ms.has && r->due_ms.has && r->due_ms.v < at &&
           (str_is(r->state, "dispatched") || str_is(r->state, "accepted"));
}

static bool answers(const struct list_test_add_in *r, const struct problem_filter *f)
{
    return text_or_any(f->state, r->state) && text_or_any(f->category, r->category_code) && text_or_any(f->severity, r->severity) &&
           text_or_any(f->source, r->source) && (!f->area_code.p || str_starts(r->area_code, f->area_code)) &&
           (!f->open || !r->closed_ms.has) && (!f->closed || r->closed_ms.has) &&
           (!f->overdue_at.has || is_overdue(r, f->overdue_at.v)) && (!f->from_ms.has || r->reported_ms >= f->from_ms.v) &&
           (!f->to_ms.has || r->reported_ms < f->to_ms.v) && (!f->year.has || (r->year == f->year.v && r->number == f->number.v)) &&
           same_or_any(f->unit_id, r->unit_id) && same_or_any(f->handler_id, r->handler_unit_id) &&
           same_or_any(f->site_id, r->site_id) && same_or_any(f->round_id, r->round_id) && same_or_any(f->parent_id, r->parent_id) &&
           (!f->like.p || str_find(r->search_text, STR("广告"), 0) >= 0) &&
           (f->sort != PROBLEM_DUE || (r->due_ms.has && !r->closed_ms.has)) && (f->sort != PROBLEM_CLOSED || r->closed_ms.has);
}

static enum problem_sort order;

static int model_order(const void *a, const void *b)
{
    const struct list_test_add_in *x = *(struct list_test_add_in *const *)a, *y = *(struct list_test_add_in *const *)b;
    const int64_t xs[] = {-x->reported_ms, x->reported_ms, x->due_ms.v, -x->closed_ms.v, -(x->year * 100000 + x->number)};
    const int64_t ys[] = {-y->reported_ms, y->reported_ms, y->due_ms.v, -y->closed_ms.v, -(y->year * 100000 + y->number)};
    if (xs[order] != ys[order])
        return xs[order] < ys[order] ? -1 : 1;
    int c = uuid_cmp(x->id, y->id);
    return order == PROBLEM_NEWEST || order == PROBLEM_CLOSED ? -c : c;
}

static size_t model(const struct actor *who, const struct problem_filter *f, struct list_test_add_in *out[ROWS])
{
    size_t n = 0;
    for (int i = 0; i < ROWS; i++)
        if (may_see(who, &rows[i], f) && answers(&rows[i], f))
            out[n++] = &rows[i];
    order = f->sort;
    qsort(out, n, sizeof *out, model_order);
    return n;
}

/* ---- the trials ---- */

static void choose_places(struct problem_filter *f)
{
    static const char *const prefixes[] = {"990101001", "990101002", "990101", "990101001002", "990101002002001", "9901010020"};
    if (roll(4) == 0)
        f->unit_id = roll(2) ? s.unit : s.other_unit;
    if (roll(10) == 0)
        f->handler_id = s.unit;
    if (roll(5) == 0)
        f->site_id = roll(2) ? s.site : s.other_site;
    if (roll(8) == 0)
        f->round_id = named("round", roll(4));
    if (roll(12) == 0)
        f->parent_id = named("row", roll(4));
    if (roll(4) == 0)
        f->area_code = str_of(prefixes[roll(6)]);
}

static struct problem_filter choose(int trial)
{
    static const int64_t walks[] = {0, 3, 17, 60};
    struct problem_filter f = {.sort = (enum problem_sort)(trial % PROBLEM_SORTS), .limit = 1 + roll(30), .walk = walks[roll(4)]};
    choose_places(&f);
    if (roll(3) == 0)
        f.state = str_of(states[roll(8)]);
    if (roll(4) == 0)
        f.open = true;
    else if (roll(6) == 0)
        f.closed = true;
    if (roll(4) == 0)
        f.category = STR("SQ");
    if (roll(4) == 0)
        f.severity = roll(2) ? STR("key") : STR("general");
    if (roll(8) == 0)
        f.source = STR("report");
    if (roll(8) == 0)
        f.overdue_at = SOME(base + 20000);
    if (roll(6) == 0)
        f.from_ms = SOME(base + (int64_t)roll(60) * 1000);
    if (roll(6) == 0)
        f.to_ms = SOME(base + (int64_t)roll(60) * 1000);
    if (roll(6) == 0)
        f.like = STR("%广告%");
    if (roll(30) == 0) {
        f.year = SOME(2025);
        f.number = SOME(7);
    }
    return f;
}

static void compare(const struct actor *who, struct problem_filter f, int trial)
{
    struct list_test_add_in *expected[ROWS];
    size_t n = model(who, &f, expected), at = 0;
    for (int pages = 0; pages < PAGES_MAX; pages++) {
        struct problem_page page;
        struct op *op = ground_op(&s.g);
        op->actor = *who;
        ground_expect(&s.g, problem_list_readable(op, &f, &page), RC_OK, NULL);
        assert_true(page.n <= (size_t)(f.limit ? f.limit : 50));
        for (size_t i = 0; i < page.n; i++, at++)
            if (at >= n || !uuid_eq(page.rows[i].id, expected[at]->id))
                fail_msg("trial %d, order %s: row %zu of %zu is another (walk %d, limit %d, page %d)", trial,
                         problem_sort_names[f.sort], at, n, (int)f.walk, (int)f.limit, pages);
        if (!page.more) {
            if (at != n)
                fail_msg("trial %d, order %s: %zu rows of %zu", trial, problem_sort_names[f.sort], at, n);
            return;
        }
        f.has_after = true;
        f.after = page.next;
    }
    fail_msg("trial %d: no end", trial);
}

static void lists_as_the_model(void **state)
{
    (void)state;
    struct actor grid = s.neighbour;
    grid.roles = ROLE_GRID_WORKER;
    grid.area_code = STR("990101001");
    struct actor rechecker = s.inspector;
    rechecker.grants = GRANT_RECHECK;
    const struct actor *who[] = {&s.office, &s.contact, &grid, &s.inspector, &rechecker};
    for (int t = 0; t < TRIALS; t++)
        compare(who[t / PROBLEM_SORTS % 5], choose(t), t);
}

static void unfiltered_in_every_order(void **state)
{
    (void)state;
    for (int o = 0; o < PROBLEM_SORTS; o++) {
        compare(&s.office, (struct problem_filter){.sort = (enum problem_sort)o}, -1);
        compare(&s.contact, (struct problem_filter){.sort = (enum problem_sort)o, .limit = 7}, -2);
    }
}

/* Counts by state for everybody: what the lists show, but for what was handed on to a unit. */
static void counts_as_the_model(void **state)
{
    (void)state;
    struct actor grid = s.neighbour, rechecker = s.inspector, nobody = {0};
    grid.roles = ROLE_GRID_WORKER;
    grid.area_code = STR("990101001");
    rechecker.grants = GRANT_RECHECK;
    const struct actor *who[] = {&s.office, &s.contact, &grid, &s.inspector, &rechecker, &nobody};
    static const struct problem_filter any;
    for (size_t w = 0; w < sizeof who / sizeof *who; w++)
        for (int open = 0; open < 2; open++) {
            int64_t counts[PROBLEM_STATES], expected[PROBLEM_STATES] = {0};
            struct op *op = ground_op(&s.g);
            op->actor = *who[w];
            ground_expect(&s.g, problem_count_states(op, ACT_PROBLEM_READ, open, counts), RC_OK, NULL);
            for (int i = 0; i < ROWS; i++) {
                struct list_test_add_in r = rows[i];
                r.handler_unit_id = UUID_NONE;
                if (who[w]->roles && may_see(who[w], &r, &any) && !(open && r.closed_ms.has))
                    expected[problem_name_index(problem_state_names, r.state)]++;
            }
            for (int i = 0; i < PROBLEM_STATES; i++)
                if (counts[i] != expected[i])
                    fail_msg("actor %zu, %s%s: %lld, not %lld", w, problem_state_names[i], open ? " open" : "", (long long)counts[i],
                             (long long)expected[i]);
        }
}

static void one_link_at_a_time(void **state)
{
    (void)state;
    struct problem_page page;
    struct problem_filter f = {.parent_id = s.unit, .works_id = s.unit};
    struct op *op = ground_op(&s.g);
    op->actor = s.office;
    ground_expect(&s.g, problem_list_readable(op, &f, &page), RC_BAD, "bad_parameter");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lists_as_the_model, begin, end),
        cmocka_unit_test_setup_teardown(unfiltered_in_every_order, begin, end),
        cmocka_unit_test_setup_teardown(counts_as_the_model, begin, end),
        cmocka_unit_test_setup_teardown(one_link_at_a_time, begin, end),
    };
    return GROUND_RUN(tests);
}
