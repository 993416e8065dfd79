/* draw_test.c - draws, commitments and walking orders: tables of cases, and what ten thousand draws look like. */
#include "base/arena.h"
#include "round/commitment.h"
#include "round/draw.h"
#include "round/walk.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static struct arena arena;
static struct fault fault;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    fault_init(&fault, &arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct uuid id_of(size_t stratum, size_t i)
{
    return uuid_named(UUID_NONE, str_fmt(&arena, "%zu/%zu", stratum, i));
}

static struct draw draw_of(const size_t *sizes, size_t n, size_t take, size_t least)
{
    struct draw d = {.day = STR("2026-11-21"), .subject_kind = "round", .subject_id = id_of(99, 1), .no = 1,
                     .take = take, .least = least, .nstrata = n};
    d.strata = ARENA_MANY(&arena, struct draw_stratum, n);
    for (size_t h = 0; h < n; h++) {
        d.strata[h] = (struct draw_stratum){.key = str_fmt(&arena, "S%02zu", h), .n = sizes[h]};
        d.strata[h].ids = ARENA_MANY(&arena, struct uuid, sizes[h] + 1);
        for (size_t i = 0; i < sizes[h]; i++)
            d.strata[h].ids[i] = id_of(h, i);
    }
    return d;
}

/* ---- quotas ---- */

static void quotas_by_largest_remainder(void **state)
{
    (void)state;
    static const struct {
        size_t sizes[6], n, take, least, quotas[6];
    } cases[] = {
        {{10, 10, 10}, 3, 9, 0, {3, 3, 3}},
        {{10, 10, 10}, 3, 10, 0, {4, 3, 3}},    /* equal remainders, equal sizes: the lesser key */
        {{50, 30, 20}, 3, 10, 0, {5, 3, 2}},
        {{53, 24, 23}, 3, 10, 0, {5, 3, 2}},    /* 5.3 2.4 2.3: one over, to the largest remainder */
        {{45, 45, 10}, 3, 10, 0, {5, 4, 1}},    /* 4.5 4.5 1.0 */
        {{90, 9, 1}, 3, 10, 0, {9, 1, 0}},
        {{90, 9, 1}, 3, 10, 1, {7, 2, 1}},      /* one each, 7 by 89 : 8 : 0 = 6.42 0.58 */
        {{90, 9, 1}, 3, 6, 2, {3, 2, 1}},       /* 2 2 1, and one more to the largest */
        {{4, 4, 4, 4}, 4, 8, 2, {2, 2, 2, 2}},
        {{1, 1, 1, 1, 1}, 5, 5, 0, {1, 1, 1, 1, 1}},
        {{7}, 1, 3, 0, {3}},
        {{7}, 1, 7, 7, {7}},
        {{3, 100000 / 2}, 2, 3, 1, {1, 2}},
        {{5, 5, 5, 5, 5, 5}, 6, 4, 0, {1, 1, 1, 1, 0, 0}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct draw d = draw_of(cases[c].sizes, cases[c].n, cases[c].take, cases[c].least);
        assert_int_equal(draw_settle(&fault, &d), RC_OK);
        for (size_t h = 0; h < cases[c].n; h++)
            if (d.strata[h].quota != cases[c].quotas[h])
                fail_msg("case %zu, stratum %zu: %zu, not %zu", c, h, d.strata[h].quota, cases[c].quotas[h]);
    }
}

static void quotas_add_up_and_never_exceed(void **state)
{
    (void)state;
    struct draw_stream numbers;
    draw_stream_begin(&numbers, sha256_of(STR("quotas")), 0);
    for (int round = 0; round < 2000; round++) {
        size_t sizes[8], n = 1 + (size_t)draw_below(&numbers, 8), all = 0, first = 0;
        size_t least = (size_t)draw_below(&numbers, 3);
        for (size_t h = 0; h < n; h++) {
            sizes[h] = 1 + (size_t)draw_below(&numbers, 60);
            all += sizes[h];
            first += least < sizes[h] ? least : sizes[h];
        }
        size_t take = first + (size_t)draw_below(&numbers, all - first + 1);
        if (take == 0)
            continue;
        struct draw d = draw_of(sizes, n, take, least);
        assert_int_equal(draw_settle(&fault, &d), RC_OK);
        size_t sum = 0;
        for (size_t h = 0; h < n; h++) {
            assert_true(d.strata[h].quota <= sizes[h]);
            assert_true(d.strata[h].quota >= (least < sizes[h] ? least : sizes[h]));
            sum += d.strata[h].quota;
        }
        assert_int_equal(sum, take);
        arena_reset(&arena);
    }
}

static void impossible_draws_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t take, least;
        const char *code;
    } cases[] = {{0, 0, "draw_too_many"}, {31, 0, "draw_too_many"}, {5, 2, "draw_too_few"}};
    for (size_t c = 0; c < 3; c++) {
        struct draw d = draw_of((const size_t[]){10, 10, 10}, 3, cases[c].take, cases[c].least);
        fault_clear(&fault);
        assert_int_equal(draw_settle(&fault, &d), RC_INVALID);
        assert_string_equal(fault.fields[0].code.p, cases[c].code);
    }
}

static void order_and_repetition_of_the_input_do_not_matter(void **state)
{
    (void)state;
    struct draw a = draw_of((const size_t[]){6, 4}, 2, 5, 0), b = draw_of((const size_t[]){6, 4}, 2, 5, 0);
    struct draw_stratum first = b.strata[0];
    b.strata[0] = b.strata[1];
    b.strata[1] = first;
    struct uuid *twice = ARENA_MANY(&arena, struct uuid, 12);
    for (size_t i = 0; i < 12; i++)
        twice[i] = first.ids[5 - i % 6];
    b.strata[1].ids = twice;
    b.strata[1].n = 12;
    assert_int_equal(draw_settle(&fault, &a), RC_OK);
    assert_int_equal(draw_settle(&fault, &b), RC_OK);
    assert_true(str_eq(draw_text(&arena, &a), draw_text(&arena, &b)));
}

/* ---- the text ---- */

static void text_is_read_back(void **state)
{
    (void)state;
    struct draw d = draw_of((const size_t[]){6, 4, 1}, 3, 5, 1), back;
    d.strata[1].key = STR("东 街%");
    assert_int_equal(draw_settle(&fault, &d), RC_OK);
    struct str text = draw_text(&arena, &d);
    assert_true(draw_read(&arena, text, &back));
    assert_int_equal(back.nstrata, 3);
    assert_int_equal(back.take, 5);
    assert_true(uuid_eq(back.subject_id, d.subject_id));
    for (size_t h = 0; h < 3; h++)
        assert_int_equal(back.strata[h].quota, d.strata[h].quota);
    struct sha256 seed = draw_seed(sha256_of(STR("key")), text);
    draw_run(&arena, &d, seed);
    draw_run(&arena, &back, seed);
    for (size_t h = 0; h < 3; h++)
        assert_memory_equal(back.strata[h].drawn, d.strata[h].drawn, d.strata[h].quota * sizeof(struct uuid));
    static const char *const bad[] = {"", "xiaohao-draw-1\n", "xiaohao-draw-2\nday x\n",
                                      "xiaohao-draw-1\nday 2026-11-21\nsubject round x\nno 1\ntake 1 least 0\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(draw_read(&arena, str_of(bad[i]), &back));
    for (size_t cut = 1; cut < text.n; cut++) /* a text cut short may be read only at the end of a stratum */
        if (draw_read(&arena, str_sub(text, 0, cut), &back))
            assert_true(back.nstrata < 3 || cut + 1 >= text.n);
}

/* ---- ten thousand draws ---- */

enum { DRAWS = 10000 };

/* The bound of chi-square with k degrees of freedom that chance passes once in a million (Wilson-Hilferty). */
static double bound(double k)
{
    double z = 4.7534, c = 2.0 / (9.0 * k);
    return k * pow(1 - c + z * sqrt(c), 3);
}

/*
 * Without replacement each candidate's count is binomial with p = q/n, counts of one stratum negatively bound: the
 * sum of (seen - expected)² / (expected (1 - p)) times (n - 1)/n follows chi-square with n - 1 degrees of freedom.
 */
static void uniform_within_strata(void **state)
{
    (void)state;
    enum { STRATA = 4 };
    static const size_t sizes[STRATA] = {3, 10, 25, 60};
    static size_t seen[STRATA][60], firsts[STRATA][60];
    struct draw d = draw_of(sizes, STRATA, 22, 1);
    assert_int_equal(draw_settle(&fault, &d), RC_OK);
    struct draw_stratum *strata = arena_dup(&arena, d.strata, STRATA * sizeof *d.strata);
    for (size_t t = 0; t < DRAWS; t++) {
        struct arena a;
        arena_init(&a);
        d.no = (int64_t)t + 1;
        for (size_t h = 0; h < STRATA; h++) {
            d.strata[h] = strata[h];
            d.strata[h].ids = arena_dup(&a, strata[h].ids, sizes[h] * sizeof(struct uuid));
        }
        struct sha256 secret = sha256_of(STR("a fixed secret"));
        draw_run(&a, &d, draw_seed(commitment_key(secret, (uint32_t)t % COMMITMENT_SLOTS), draw_text(&a, &d)));
        for (size_t h = 0; h < STRATA; h++)
            for (size_t k = 0; k < d.strata[h].quota; k++)
                for (size_t i = 0; i < sizes[h]; i++)
                    if (uuid_eq(d.strata[h].drawn[k], strata[h].ids[i])) {
                        seen[h][i]++;
                        firsts[h][i] += k == 0;
                    }
        arena_free(&a);
    }
    for (size_t h = 0; h < STRATA; h++) {
        double n = (double)sizes[h], q = (double)strata[h].quota, expected = DRAWS * q / n, chi = 0, first = 0;
        size_t total = 0;
        for (size_t i = 0; i < sizes[h]; i++) {
            double off = (double)seen[h][i] - expected, off1 = (double)firsts[h][i] - DRAWS / n;
            chi += off * off / (expected * (1 - q / n)) * (n - 1) / n;
            first += off1 * off1 / (DRAWS / n);
            total += seen[h][i];
        }
        print_message("stratum of %2zu, %zu drawn: chi-square %.1f, of the first drawn %.1f, bound %.1f\n", sizes[h],
                      strata[h].quota, chi, first, bound(n - 1));
        assert_int_equal(total, DRAWS * strata[h].quota);
        assert_true(chi < bound(n - 1) && first < bound(n - 1));
        assert_true(chi > 0);
    }
}

static void numbers_below_are_unbiased(void **state)
{
    (void)state;
    struct draw_stream numbers;
    size_t seen[7] = {0};
    draw_stream_begin(&numbers, sha256_of(STR("below")), 3);
    for (int i = 0; i < 70000; i++)
        seen[draw_below(&numbers, 7)]++;
    double chi = 0;
    for (int i = 0; i < 7; i++)
        chi += pow((double)seen[i] - 10000, 2) / 10000;
    assert_true(chi < bound(6));
    /* More than half of all numbers: about a third must be thrown away. */
    uint64_t m = (UINT64_C(1) << 63) + (UINT64_C(1) << 62);
    for (int i = 0; i < 1000; i++)
        assert_true(draw_below(&numbers, m) < m);
    assert_int_equal(draw_below(&numbers, 1), 0);
}

/* ---- the commitment ---- */

static void commitment_opens_one_slot(void **state)
{
    (void)state;
    struct sha256 secret = sha256_of(STR("secret of the day"));
    struct sha256 root = commitment_root(&arena, secret);
    static const uint32_t slots[] = {0, 1, 2, 1000, 2047, 2048, 4094, 4095};
    for (size_t i = 0; i < sizeof slots / sizeof *slots; i++) {
        struct commitment_opening o, bad;
        commitment_open(&arena, secret, slots[i], &o);
        assert_true(sha256_eq(o.key, commitment_key(secret, slots[i])));
        assert_true(commitment_holds(root, &o));
        bad = o;
        bad.key.b[31] ^= 1;
        assert_false(commitment_holds(root, &bad));
        bad = o;
        bad.slot ^= 1;
        assert_false(commitment_holds(root, &bad));
        bad = o;
        bad.slot += COMMITMENT_SLOTS;
        assert_false(commitment_holds(root, &bad));
        for (int l = 0; l < COMMITMENT_LEVELS; l++) {
            bad = o;
            bad.path[l].b[0] ^= 0x80;
            assert_false(commitment_holds(root, &bad));
        }
    }
    assert_false(sha256_eq(root, commitment_root(&arena, sha256_of(STR("of another day")))));
}

static void slots_are_named_by_the_draw(void **state)
{
    (void)state;
    size_t seen[64] = {0};
    for (size_t i = 0; i < 6400; i++) {
        uint32_t slot = commitment_slot("round", id_of(1, i), 1);
        assert_true(slot < COMMITMENT_SLOTS);
        seen[slot / 64]++;
    }
    double chi = 0;
    for (int i = 0; i < 64; i++)
        chi += pow((double)seen[i] - 100, 2) / 100;
    assert_true(chi < bound(63));
    assert_int_equal(commitment_slot("round", id_of(1, 1), 2), commitment_slot("round", id_of(1, 1), 2));
}

/* ---- the walk ---- */

static int64_t best_m;
static size_t best_of[8];

static void permute(const struct walk_place *p, size_t *order, size_t at, size_t n)
{
    if (at == n) {
        int64_t m = walk_length_m(p, order, n);
        if (m < best_m) {
            best_m = m;
            memcpy(best_of, order, n * sizeof *order);
        }
        return;
    }
    for (size_t i = at; i < n; i++) {
        size_t kept = order[at];
        order[at] = order[i];
        order[i] = kept;
        permute(p, order, at + 1, n);
        order[i] = order[at];
        order[at] = kept;
    }
}

static void all_once(const size_t *order, size_t n)
{
    size_t times[WALK_IMPROVE_MAX] = {0};
    for (size_t i = 0; i < n; i++)
        times[order[i]]++;
    for (size_t i = 0; i < n; i++)
        assert_int_equal(times[i], 1);
}

/* On 300 small sets: the very shortest way in nine of ten, never more than a tenth longer. */
static void walks_against_brute_force(void **state)
{
    (void)state;
    struct draw_stream numbers;
    size_t exact = 0;
    enum { SETS = 300 };
    draw_stream_begin(&numbers, sha256_of(STR("walk")), 0);
    for (int set = 0; set < SETS; set++) {
        struct walk_place p[8];
        size_t order[8], n = 2 + (size_t)draw_below(&numbers, 6), all[8] = {0, 1, 2, 3, 4, 5, 6, 7};
        for (size_t i = 0; i < n; i++)
            p[i] = (struct walk_place){SOME(1181500000 + (int64_t)draw_below(&numbers, 300000)),
                                       SOME(247200000 + (int64_t)draw_below(&numbers, 300000))};
        int64_t m = walk_order(&arena, p, n, NULL, order);
        best_m = INT64_MAX;
        permute(p, all, 0, n);
        all_once(order, n);
        assert_int_equal(m, walk_length_m(p, order, n));
        assert_true(m >= best_m && m * 10 <= best_m * 11);
        exact += m == best_m;
    }
    print_message("walks: %zu of %d the shortest there is\n", exact, SETS);
    assert_true(exact * 10 >= SETS * 9);
}

static void walks_begin_where_told_and_keep_the_unplaced(void **state)
{
    (void)state;
    struct walk_place p[40] = {0}, start = {SOME(1181500000), SOME(247200000)};
    size_t order[40];
    for (size_t i = 0; i < 40; i++)
        if (i % 10 != 3) /* 3, 13, 23, 33 have no coordinates */
            p[i] = (struct walk_place){SOME(1181500000 + (int64_t)((i * 17) % 40) * 1000), SOME(247200000)};
    walk_order(&arena, p, 40, &start, order);
    all_once(order, 40);
    for (size_t i = 1; i < 36; i++) /* along one street: from the start outward */
        assert_true(p[order[i]].lon_e7.v > p[order[i - 1]].lon_e7.v);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(order[36 + i], 3 + 10 * i);
    assert_int_equal(walk_order(&arena, p + 3, 1, &start, order), 0);
    assert_int_equal(walk_order(&arena, p, 0, NULL, order), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(quotas_by_largest_remainder),
        CASE(quotas_add_up_and_never_exceed),
        CASE(impossible_draws_are_refused),
        CASE(order_and_repetition_of_the_input_do_not_matter),
        CASE(text_is_read_back),
        CASE(uniform_within_strata),
        CASE(numbers_below_are_unbiased),
        CASE(commitment_opens_one_slot),
        CASE(slots_are_named_by_the_draw),
        CASE(walks_against_brute_force),
        CASE(walks_begin_where_told_and_keep_the_unplaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
