/* print_test.c - prints of made pictures: what survives a change, what is kept and read back, what is refused. */
#include "media/print.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/arena.h"

enum { W = 400, H = 300, BLOBS = 160 };

struct picture {
    uint8_t *rgb;
    int width, height;
};

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Soft spots of random size and grey on grey: as much to hold on to as a photograph has. */
static struct picture make(uint32_t seed)
{
    static float v[H][W];
    struct picture p = {xmalloc((size_t)W * H * 3), W, H};
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            v[y][x] = 128;
    for (int i = 0; i < BLOBS; i++) {
        int cx = (int)(next(&seed) % W), cy = (int)(next(&seed) % H), r = 4 + (int)(next(&seed) % 24);
        float gain = (float)(next(&seed) % 160) - 80, slant = (float)(next(&seed) % 100) / 50 - 1;
        for (int y = cy - 2 * r; y < cy + 2 * r; y++)
            for (int x = cx - 2 * r; x < cx + 2 * r; x++) {
                float dx = (float)(x - cx), dy = (float)(y - cy) + slant * dx;
                if (x >= 0 && y >= 0 && x < W && y < H)
                    v[y][x] += gain * expf(-(dx * dx + dy * dy) / (float)(r * r));
            }
    }
    for (int i = 0; i < W * H; i++) {
        float grey = fminf(fmaxf(v[i / W][i % W], 0), 255);
        for (int c = 0; c < 3; c++)
            p.rgb[i * 3 + c] = (uint8_t)grey;
    }
    return p;
}

static struct picture altered(const struct picture *p, struct picture to, void (*pixel)(const struct picture *, int, int, uint8_t *))
{
    to.rgb = xmalloc((size_t)to.width * (size_t)to.height * 3);
    for (int y = 0; y < to.height; y++)
        for (int x = 0; x < to.width; x++)
            pixel(p, x, y, to.rgb + ((size_t)y * (size_t)to.width + (size_t)x) * 3);
    return to;
}

static const uint8_t *at(const struct picture *p, int x, int y)
{
    return p->rgb + ((size_t)y * (size_t)p->width + (size_t)x) * 3;
}

static void mirror(const struct picture *p, int x, int y, uint8_t *out)
{
    memcpy(out, at(p, p->width - 1 - x, y), 3);
}

static void quarter(const struct picture *p, int x, int y, uint8_t *out)
{
    memcpy(out, at(p, y, p->height - 1 - x), 3);
}

static void half_size(const struct picture *p, int x, int y, uint8_t *out)
{
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)((at(p, 2 * x, 2 * y)[c] + at(p, 2 * x + 1, 2 * y)[c] + at(p, 2 * x, 2 * y + 1)[c] +
                            at(p, 2 * x + 1, 2 * y + 1)[c]) / 4);
}

static void inner(const struct picture *p, int x, int y, uint8_t *out)
{
    memcpy(out, at(p, x + 60, y + 20), 3);
}

static void brighter(const struct picture *p, int x, int y, uint8_t *out)
{
    for (int c = 0; c < 3; c++)
        out[c] = (uint8_t)fminf((float)at(p, x, y)[c] * (c == 0 ? 1.3f : 1.15f) + 10, 255);
}

static void noisy(const struct picture *p, int x, int y, uint8_t *out)
{
    uint32_t seed = (uint32_t)(y * W + x) * 2654435761u;
    int grain = (int)(next(&seed) % 17) - 8;
    for (int c = 0; c < 3; c++) {
        int v = at(p, x, y)[c] + grain;
        out[c] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}

/* Marks of `a` that stand in `b` with nearly the same bits. */
static int found_again(const struct print *a, const struct print *b, uint64_t inverted)
{
    int n = 0;
    for (int i = 0; i < a->n; i++) {
        bool found = false;
        for (int j = 0; j < b->n && !found; j++)
            found = __builtin_popcountll(a->marks[i].bits ^ inverted ^ b->marks[j].bits) <= 8;
        n += found;
    }
    return n;
}

static void marks_survive_changes(void **state)
{
    static const struct {
        const char *what;
        void (*pixel)(const struct picture *, int, int, uint8_t *);
        int width, height;
        uint64_t inverted;
        int at_least; /* of 96 */
    } cases[] = {
        {"mirrored", mirror, W, H, PRINT_ODD, 70}, {"turned", quarter, H, W, 0, 70},
        {"half size", half_size, W / 2, H / 2, 0, 60}, {"cut to 70 %", inner, W * 7 / 10, H * 7 / 10, 0, 20},
        {"brighter", brighter, W, H, 0, 60}, {"grainy", noisy, W, H, 0, 50},
    };
    (void)state;
    for (uint32_t seed = 1; seed <= 3; seed++) {
        struct picture p = make(seed);
        struct print one, other;
        print_make(p.rgb, p.width, p.height, &one);
        assert_true(print_ok(&one));
        assert_int_equal(one.n, PRINT_MARKS);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct picture q = altered(&p, (struct picture){NULL, cases[i].width, cases[i].height}, cases[i].pixel);
            print_make(q.rgb, q.width, q.height, &other);
            free(q.rgb);
            assert_true(print_ok(&other));
            int n = found_again(&other, &one, cases[i].inverted);
            if (n < cases[i].at_least)
                fail_msg("%s, picture %u: %d marks found again", cases[i].what, (unsigned)seed, n);
        }
        free(p.rgb);
    }
}

static void other_pictures_share_no_marks(void **state)
{
    struct print one, other;
    (void)state;
    struct picture p = make(7), q = make(8);
    print_make(p.rgb, p.width, p.height, &one);
    print_make(q.rgb, q.width, q.height, &other);
    free(p.rgb);
    free(q.rgb);
    assert_in_range(found_again(&one, &other, 0), 0, 6);
    assert_in_range(found_again(&one, &other, PRINT_ODD), 0, 6);
}

static void odd_sizes_are_taken(void **state)
{
    static const int sizes[][2] = {{1, 1}, {1, 480}, {480, 1}, {2, 2}, {17, 480}, {480, 360}, {31, 33}};
    static uint8_t grey[480 * 480 * 3];
    struct print p;
    (void)state;
    uint32_t seed = 5;
    for (size_t i = 0; i < sizeof grey; i++)
        grey[i] = (uint8_t)next(&seed);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        print_make(grey, sizes[i][0], sizes[i][1], &p);
        assert_true(print_ok(&p));
    }
    memset(grey, 77, sizeof grey);
    print_make(grey, 480, 360, &p);
    assert_true(print_ok(&p));
    assert_int_equal(p.n, 0); /* nothing to hold on to */
    assert_int_equal(p.grid[0], 77);
}

static void print_is_kept_and_read_back(void **state)
{
    static struct print p, back;
    uint8_t bytes[PRINT_BYTES_MAX], keys[PRINT_KEYS * 8];
    uint64_t bits[PRINT_KEYS];
    (void)state;
    struct picture picture = make(3);
    print_make(picture.rgb, picture.width, picture.height, &p);
    free(picture.rgb);
    struct str marks = {(char *)bytes, print_pack(&p, bytes)}, grid = {(char *)p.grid, sizeof p.grid};
    assert_true(marks.n <= sizeof bytes);
    assert_true(print_unpack(marks, grid, &back));
    assert_int_equal(back.n, p.n);
    assert_memory_equal(back.grid, p.grid, sizeof p.grid);
    for (int i = 0; i < p.n; i++) {
        assert_int_equal(back.marks[i].bits, p.marks[i].bits);
        assert_memory_equal(back.marks[i].weak, p.marks[i].weak, PRINT_WEAK);
        assert_int_equal(back.marks[i].x, p.marks[i].x);
        assert_int_equal(back.marks[i].turn, p.marks[i].turn);
    }
    struct str packed = {(char *)keys, print_pack_keys(&p, keys)};
    assert_int_equal(print_unpack_keys(packed, bits), PRINT_KEYS);
    assert_int_equal(bits[PRINT_KEYS - 1], p.marks[PRINT_KEYS - 1].bits);
    packed.n--;
    assert_int_equal(print_unpack_keys(packed, bits), 0);

    /* Cut, of another version, with a mark outside: none of ours. */
    assert_false(print_unpack((struct str){marks.p, marks.n - 1}, grid, &back));
    assert_false(print_unpack(marks, (struct str){grid.p, grid.n - 1}, &back));
    assert_false(print_unpack((struct str){marks.p, 3}, grid, &back));
    bytes[0]++;
    assert_false(print_unpack(marks, grid, &back));
    bytes[0]--;
    bytes[8 + 8 + PRINT_WEAK + 1] = 0xff;
    assert_false(print_unpack(marks, grid, &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_survive_changes),
        cmocka_unit_test(other_pictures_share_no_marks),
        cmocka_unit_test(odd_sizes_are_taken),
        cmocka_unit_test(print_is_kept_and_read_back),
    };
    return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
