/*
 * rate_test.c - rates, roll-ups and bands against figures worked by hand, a published month of a
 * real city, and the shared set's inspection scores (skipped where that set is missing).
 */
#include "standard/rate.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { BANDS_MAX = 8 };

static void rates_round_half_up(void **state)
{
    (void)state;
    static const struct {
        struct rate rate;
        const char *text;
    } cases[] = {
        {{0, 0}, "—"},
        {{5, 0}, "—"},
        {{0, -1}, "—"},
        {{-1, 4}, "—"},
        {{0, 7}, "0.00%"},
        {{7, 7}, "100.00%"},
        {{1, 3}, "33.33%"},
        {{2, 3}, "66.67%"},
        {{1, 8}, "12.50%"},
        {{1, 20000}, "0.01%"},      /* 0.005 % exactly: up */
        {{1, 20001}, "0.00%"},      /* just below */
        {{33333, 40000}, "83.33%"}, /* 83.3325 */
        {{3, 2}, "150.00%"},
        {{23974, 24932}, "96.16%"}, /* a city's cases closed in one month, as published */
        {{22345, 24932}, "89.62%"}, /* … and closed in time */
        {{4806, 5781}, "83.13%"},
        {{INT64_MAX, INT64_MAX}, "100.00%"},
        {{INT64_C(900000000000000000), INT64_C(1000000000000000000)}, "90.00%"},
    };
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str got = rate_text(&arena, cases[i].rate);
        if (!str_is(got, cases[i].text))
            fail_msg("case %zu: %.*s, not %s", i, STR_ARG(got), cases[i].text);
    }
    arena_free(&arena);
}

static void sums_and_weights_roll_up(void **state)
{
    (void)state;
    static const struct score_part parts[] = {
        {{300000, 400000}, 50}, /* 75 % */
        {{0, 0}, 30},           /* not visited, or all not applicable */
        {{100000, 100000}, 20}, /* 100 % */
        {{10000, 30000}, 10},   /* a third */
    };
    struct score_total t = score_roll_up(ROLL_UP_SUM, parts, 4);
    int64_t bp = -1;
    assert_true(t.sum.earned_e4 == 410000 && t.sum.possible_e4 == 530000);
    assert_true(rate_bp(score_rate(t.sum), &bp) && bp == 7736); /* 77.358… */
    assert_true(t.parts_counted == 3 && t.weight_counted == 80 && t.weight_all == 110);

    t = score_roll_up(ROLL_UP_WEIGHTED, parts, 4);
    /* 50 × 0.75 + 20 × 1 + 10 × 0.333333333 = 60.83333333 of 80 points */
    assert_true(t.sum.earned_e4 == 608333 && t.sum.possible_e4 == 800000);
    assert_true(rate_bp(score_rate(t.sum), &bp) && bp == 7604);
    assert_true(t.parts_counted == 3 && t.weight_counted == 80 && t.weight_all == 110);

    t = score_roll_up(ROLL_UP_WEIGHTED, parts + 1, 1);
    bp = -1;
    assert_false(rate_bp(score_rate(t.sum), &bp));
    assert_true(bp == -1 && t.parts_counted == 0 && t.weight_all == 30);

    t = score_roll_up(ROLL_UP_SUM, NULL, 0);
    assert_false(rate_bp(score_rate(t.sum), &bp));
}

static void large_sums_stay_exact(void **state)
{
    (void)state;
    /* A million inspections of 1000 points each. */
    struct score_sum sum = {0};
    for (int i = 0; i < 1000000; i++)
        score_sum_add(&sum, (struct score_sum){9064998, 10000000});
    int64_t bp;
    assert_true(rate_bp(score_rate(sum), &bp) && bp == 9065);
    const struct score_part part = {sum, 1000};
    struct score_total t = score_roll_up(ROLL_UP_WEIGHTED, &part, 1);
    assert_true(t.sum.earned_e4 == 9064998 && t.sum.possible_e4 == 10000000);
}

static void bands_have_edges(void **state)
{
    (void)state;
    const struct score_band bands[] = {
        {0, 7000, STR("差"), STR("Poor")},
        {7100, 8500, STR("待改进"), STR("Needs Improvement")},
        {8600, 9000, STR("合格"), STR("Adequate")},
        {9100, 10000, STR("好"), STR("Good")},
    };
    static const struct {
        int64_t value_e2;
        const char *en; /* NULL: none */
    } cases[] = {
        {-1, NULL},
        {0, "Poor"},
        {7000, "Poor"},
        {7050, "Poor"},
        {7100, "Needs Improvement"},
        {8599, "Needs Improvement"},
        {8600, "Adequate"},
        {9099, "Adequate"},
        {9100, "Good"},
        {10000, "Good"},
        {10001, NULL},
    };
    assert_true(score_bands_valid(bands, 4));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct score_band *b = score_band(bands, 4, cases[i].value_e2);
        if (!b != !cases[i].en || (b && !str_is(b->en, cases[i].en)))
            fail_msg("case %zu: %.*s", i, STR_ARG(b ? b->en : STR_NONE));
    }
    assert_null(score_band(bands, 0, 5000));
    const struct score_band wrong[] = {{0, 7100, STR("a"), STR("a")},
                                       {7100, 8500, STR("b"), STR("b")},
                                       {9000, 8900, STR("c"), STR("c")}};
    assert_false(score_bands_valid(wrong, 2));
    assert_false(score_bands_valid(wrong + 2, 1));
    assert_true(score_bands_valid(NULL, 0));
}

/* A file of the shared set, whole; absent when the set is not there. */
static struct str shared_file(struct arena *a, const char *name)
{
    const char *shared = getenv("XIAOHAO_SHARED");
    const char *root = getenv("XIAOHAO_ROOT");
    struct str path = shared ? str_fmt(a, "%s/data/4_cases/%s", shared, name)
                             : str_fmt(a, "%s/../shared/data/4_cases/%s", root ? root : ".", name);
    FILE *file = fopen(str_z(a, path), "rb");
    if (!file)
        return STR_NONE;
    char *bytes = arena_alloc(a, 1 << 20);
    struct str all = {bytes, fread(bytes, 1, 1 << 20, file)};
    fclose(file);
    return all;
}

static int64_t next_number(struct str *line)
{
    struct str part;
    int64_t v;
    assert_true(str_next(line, ',', &part));
    assert_true(str_to_i64(str_trim(part), 0, 1000000000, &v));
    return v;
}

/* Minimum_Score,Maximum_Score,Description */
static size_t read_bands(struct str file, struct score_band *bands)
{
    struct str line;
    size_t n = 0;
    assert_true(str_next(&file, '\n', &line));
    while (str_next(&file, '\n', &line) && !str_empty(line)) {
        assert_true(n < BANDS_MAX);
        int64_t min = next_number(&line), max = next_number(&line);
        struct str label = str_trim(line);
        bands[n++] = (struct score_band){min * 100, max * 100, label, label};
    }
    return n;
}

static void a_city_s_food_scores_fall_into_bands(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        int64_t want;
    } want[] = {{"Poor", 228}, {"Needs Improvement", 1693}, {"Adequate", 1723}, {"Good", 4978}};
    struct arena arena;
    arena_init(&arena);
    struct str rows = shared_file(&arena, "sf_food_inspections.csv");
    struct str legend = shared_file(&arena, "sf_food_legend.csv");
    if (!rows.p || !legend.p) {
        print_message("skipped: the shared set is not beside the repository\n");
        arena_free(&arena);
        skip();
    }
    struct score_band bands[BANDS_MAX];
    size_t n = read_bands(legend, bands);
    assert_true(n == 4 && score_bands_valid(bands, n));

    struct str line;
    int64_t in_band[BANDS_MAX] = {0}, sum = 0, count = 0;
    assert_true(str_next(&rows, '\n', &line));
    while (str_next(&rows, '\n', &line) && !str_empty(line)) {
        next_number(&line); /* business_id */
        int64_t score = next_number(&line);
        const struct score_band *b = score_band(bands, n, score * 100);
        assert_non_null(b);
        in_band[b - bands]++;
        sum += score;
        count++;
    }
    assert_true(count == 8622);
    for (size_t i = 0; i < n; i++)
        assert_true(str_is(bands[i].en, want[i].label) && in_band[i] == want[i].want);
    assert_true(score_mul_div(sum, 1000, count) == 90651); /* mean 90.651 */
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_round_half_up),
        cmocka_unit_test(sums_and_weights_roll_up),
        cmocka_unit_test(large_sums_stay_exact),
        cmocka_unit_test(bands_have_edges),
        cmocka_unit_test(a_city_s_food_scores_fall_into_bands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
