/* match_test.c - prints laid over one another and found among many: made pictures, no library. */
#include "evidence/match.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "evidence/index.h"

enum { W = 320, H = 240 };

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* A print as print_make() could have made it, of a picture that exists only as its marks and a wavy grey. */
static float grey(float x, float y, uint32_t seed)
{
    float a = (float)(seed % 17) + 5, b = (float)(seed % 23) + 7;
    return 128 + 60 * sinf(x / a) * cosf(y / b) + 40 * sinf((x + 2 * y) / (a + 3)) + 20 * cosf((x - y) / b);
}

static struct print make(uint32_t seed)
{
    struct print p = {.width = W, .height = H, .n = PRINT_MARKS};
    for (int i = 0; i < PRINT_GRID * PRINT_GRID; i++)
        p.grid[i] = (uint8_t)grey(((float)(i % PRINT_GRID) + 0.5f) * W / PRINT_GRID,
                                  ((float)(i / PRINT_GRID) + 0.5f) * H / PRINT_GRID, seed);
    for (int i = 0; i < p.n; i++) {
        struct print_mark *m = &p.marks[i];
        m->bits = (uint64_t)next(&seed) << 40 ^ (uint64_t)next(&seed) << 20 ^ next(&seed);
        m->x = (uint16_t)(next(&seed) % (W * PRINT_UNIT));
        m->y = (uint16_t)(next(&seed) % (H * PRINT_UNIT));
        m->scale = (uint8_t)(8 + next(&seed) % 40);
        m->turn = (uint8_t)next(&seed);
        for (int w = 0; w < PRINT_WEAK; w++)
            m->weak[w] = (uint8_t)(63 - (next(&seed) + (uint32_t)w) % PRINT_KEY_BITS);
    }
    return p;
}

/* How `to` shows what `from` shows: turned by `deg`, larger by `scale`, then moved; what falls outside is lost. */
struct change {
    const char *what;
    bool mirrored;
    float deg, scale, shift_x, shift_y;
    int width, height;
    unsigned kinds;
};

static struct print changed(const struct print *p, const struct change *c, uint32_t seed)
{
    struct print out = {.width = (uint16_t)c->width, .height = (uint16_t)c->height};
    float turn = c->deg / 360 * 6.2831853f, re = c->scale * cosf(turn), im = c->scale * sinf(turn);
    for (int i = 0; i < p->n; i++) {
        struct print_mark m = p->marks[i];
        float x = (float)m.x / PRINT_UNIT, y = (float)m.y / PRINT_UNIT;
        if (c->mirrored) {
            x = W - x;
            m.bits ^= PRINT_ODD;
            m.turn = (uint8_t)(128 - m.turn);
        }
        float tx = re * x - im * y + c->shift_x, ty = im * x + re * y + c->shift_y;
        if (tx < 1 || ty < 1 || tx >= (float)c->width - 1 || ty >= (float)c->height - 1)
            continue;
        m.x = (uint16_t)(tx * PRINT_UNIT);
        m.y = (uint16_t)(ty * PRINT_UNIT);
        m.turn = (uint8_t)(m.turn + (int)lroundf(c->deg / 360 * 256));
        m.scale = (uint8_t)(m.scale + (int)lroundf(log2f(c->scale) * PRINT_SCALE_STEPS));
        m.bits ^= UINT64_C(1) << (i % 40); /* never quite the same again */
        out.marks[out.n++] = m;
    }
    float norm = c->scale * c->scale;
    for (int i = 0; i < PRINT_GRID * PRINT_GRID; i++) {
        float x = ((float)(i % PRINT_GRID) + 0.5f) * (float)c->width / PRINT_GRID - c->shift_x;
        float y = ((float)(i / PRINT_GRID) + 0.5f) * (float)c->height / PRINT_GRID - c->shift_y;
        float bx = (re * x + im * y) / norm, by = (re * y - im * x) / norm;
        out.grid[i] = (uint8_t)(grey(c->mirrored ? W - bx : bx, by, seed) * 0.8f + 10);
    }
    return out;
}

static const struct change changes[] = {
    {"the same", false, 0, 1, 0, 0, W, H, MATCH_COPY},
    {"mirrored", true, 0, 1, 0, 0, W, H, MATCH_COPY | MATCH_MIRRORED},
    {"a quarter turn", false, 90, 1, H, 0, H, W, MATCH_COPY | MATCH_TURNED},
    {"upside down", false, 180, 1, W, H, W, H, MATCH_COPY | MATCH_TURNED},
    {"three quarters", false, 270, 1, 0, W, H, W, MATCH_COPY | MATCH_TURNED},
    {"the middle", false, 0, 1 / 0.7f, -W * 0.15f / 0.7f, -H * 0.15f / 0.7f, W, H, MATCH_CROPPED},
    {"a corner, mirrored", true, 0, 1 / 0.75f, 0, 0, W, H, MATCH_CROPPED | MATCH_MIRRORED},
    {"tilted a little", false, 3, 1.15f, -10, -25, W, H, MATCH_CROPPED},
};

static void changes_are_recognised(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 5; seed++)
        for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
            const struct change *c = &changes[i];
            struct print p = make(seed), q = changed(&p, c, seed);
            struct match m;
            if (!match_prints(&p, &q, &m) || !match_is_doubt(&m))
                fail_msg("%s: not seen, %d pairs, likeness %.2f", c->what, m.pairs, (double)m.likeness);
            if (match_kinds(&m) != c->kinds)
                fail_msg("%s: kinds %x, one %.2f other %.2f turn %.1f", c->what, match_kinds(&m), (double)m.of_one,
                         (double)m.of_other, (double)m.turn_deg);
            assert_true(fabsf(m.scale - c->scale) < 0.03f);
            assert_true(fabsf(remainderf(m.turn_deg - c->deg, 360)) < 2);
        }
}

static void others_are_not(void **state)
{
    struct match m;
    (void)state;
    for (uint32_t first = 10; first < 40; first++) {
        uint32_t seed = first;
        struct print p = make(first), q = make(first + 100), none = {.width = W, .height = H};
        assert_false(match_prints(&p, &q, &m) && match_is_doubt(&m));
        assert_false(match_prints(&p, &none, &m));
        /* The same marks over another grey: no doubt. */
        q = p;
        for (int i = 0; i < PRINT_GRID * PRINT_GRID; i++)
            q.grid[i] = (uint8_t)next(&seed);
        assert_true(match_prints(&p, &q, &m));
        assert_false(match_is_doubt(&m));
    }
}

static struct index_item item(const struct print *p, uint32_t number)
{
    struct index_item it = {.number = number};
    for (; it.n < p->n && it.n < PRINT_KEYS; it.n++)
        it.bits[it.n] = p->marks[it.n].bits;
    return it;
}

static void all_are_found_while_the_index_grows(void **state)
{
    enum { BATCH = 37, BATCHES = 30 };
    struct print_index *x = index_new();
    struct index_hit hits[INDEX_HITS];
    struct index_facts f;
    uint32_t number = 0;
    (void)state;
    for (int b = 0; b < BATCHES; b++) {
        struct index_item items[BATCH];
        for (int i = 0; i < BATCH; i++, number++) {
            struct print p = make(1000 + number);
            items[i] = item(&p, number);
        }
        assert_true(index_add(x, items, BATCH)); /* and segments merge */
        for (uint32_t probe = 0; probe < number; probe += 29) {
            struct print p = make(1000 + probe);
            struct print q = changed(&p, &changes[probe % (sizeof changes / sizeof *changes)], 1);
            assert_true(index_search(x, &q, hits) >= 1);
            assert_int_equal(hits[0].number, probe);
        }
    }
    index_facts(x, &f);
    assert_int_equal(f.photos, BATCH * BATCHES);
    assert_int_equal(f.marks, BATCH * BATCHES * PRINT_KEYS);
    assert_in_range(f.segments, 1, 6);
    assert_true(f.bytes >= f.marks * 12);
    struct print nobody = make(77), empty = {.width = W, .height = H};
    int n = index_search(x, &nobody, hits);
    assert_true(n == 0 || hits[0].votes <= 8);
    assert_int_equal(index_search(x, &empty, hits), 0);
    index_free(x);
}

/* A pattern thousands of pictures share neither hides what is rare nor overruns anything. */
static void what_all_have_counts_little(void **state)
{
    enum { ALIKE = 5000 };
    struct print_index *x = index_new();
    struct index_hit hits[INDEX_HITS];
    struct print pattern = make(5), mine = make(6);
    static struct index_item items[ALIKE + 1];
    (void)state;
    for (uint32_t i = 0; i < ALIKE; i++)
        items[i] = item(&pattern, i + 1);
    items[ALIKE] = item(&mine, ALIKE + 1);
    assert_true(index_add(x, items, ALIKE + 1));
    memcpy(mine.marks, pattern.marks, sizeof *mine.marks * PRINT_KEYS / 2);
    int n = index_search(x, &mine, hits);
    assert_int_equal(n, INDEX_HITS);
    assert_int_equal(hits[0].number, ALIKE + 1);
    index_free(x);
}

/* One adds while others search: what was there before is found in every moment. */
struct crowd {
    struct print_index *x;
    int missed;
    pthread_t thread;
};

static void *ask(void *arg)
{
    struct crowd *c = arg;
    struct index_hit hits[INDEX_HITS];
    for (int i = 0; i < 300; i++) {
        struct print p = make(2000);
        int n = index_search(c->x, &p, hits);
        c->missed += n < 1 || hits[0].number != 1;
    }
    return NULL;
}

static void searched_while_it_grows(void **state)
{
    enum { ASKERS = 3, MORE = 400 };
    struct print_index *x = index_new();
    struct crowd crowd[ASKERS];
    struct print p = make(2000);
    struct index_item first = item(&p, 1);
    (void)state;
    assert_true(index_add(x, &first, 1));
    for (int i = 0; i < ASKERS; i++) {
        crowd[i] = (struct crowd){.x = x};
        assert_int_equal(pthread_create(&crowd[i].thread, NULL, ask, &crowd[i]), 0);
    }
    for (uint32_t i = 0; i < MORE; i++) {
        p = make(3000 + i);
        struct index_item it = item(&p, 2 + i);
        assert_true(index_add(x, &it, 1));
    }
    for (int i = 0; i < ASKERS; i++) {
        pthread_join(crowd[i].thread, NULL);
        assert_int_equal(crowd[i].missed, 0);
    }
    index_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_recognised),
        cmocka_unit_test(others_are_not),
        cmocka_unit_test(all_are_found_while_the_index_grows),
        cmocka_unit_test(what_all_have_counts_little),
        cmocka_unit_test(searched_while_it_grows),
    };
    return cmocka_run_group_tests_name("match", tests, NULL, NULL);
}
