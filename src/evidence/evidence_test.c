/*
 * evidence_test.c - prints in the store on both engines: found by a process that starts, by one that runs already, and
 * made afterwards for photographs from before there were any. The decoder is the real one.
 */
#include "evidence/evidence.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "auth/auth_ground.h"
#include "base/hash.h"
#include "evidence_sql.h"
#include "evidence_test_sql.h"
#include "media/decoder.h"
#include "media/media_http.h"
#include "media/media_store.h"
#include "media_sql.h"

enum { W = 320, H = 240, BLOBS = 120, PATIENCE_MS = 20000 };

static struct place {
    struct ground g;
    char media[200];
} t;

/* ---- pictures: a PNG of soft spots ---- */

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void paint(float v[H][W], uint32_t seed)
{
    for (int i = 0; i < W * H; i++)
        v[i / W][i % W] = 128;
    for (int i = 0; i < BLOBS; i++) {
        int cx = (int)(next(&seed) % W), cy = (int)(next(&seed) % H), r = 4 + (int)(next(&seed) % 20);
        float gain = (float)(next(&seed) % 160) - 80, slant = (float)(next(&seed) % 100) / 50 - 1;
        for (int y = cy - 2 * r; y < cy + 2 * r; y++)
            for (int x = cx - 2 * r; x < cx + 2 * r; x++) {
                float dx = (float)(x - cx), dy = (float)(y - cy) + slant * dx;
                if (x >= 0 && y >= 0 && x < W && y < H)
                    v[y][x] += gain * expf(-(dx * dx + dy * dy) / (float)(r * r));
            }
    }
}

static size_t chunk(uint8_t *out, const char *type, const uint8_t *data, size_t n)
{
    uint32_t c = 0xffffffffu, head[2] = {(uint32_t)n, 0};
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(head[0] >> (24 - 8 * i));
    memcpy(out + 4, type, 4);
    memcpy(out + 8, data, n);
    for (size_t i = 4; i < n + 8; i++) {
        c ^= out[i];
        for (int k = 0; k < 8; k++)
            c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    }
    for (int i = 0; i < 4; i++)
        out[n + 8 + (size_t)i] = (uint8_t)(~c >> (24 - 8 * i));
    return n + 12;
}

/* Grey, one byte a pixel, zlib's frame around stored blocks of one row each. */
static struct str png(struct arena *a, float v[H][W], bool mirrored)
{
    uint8_t *rows = arena_alloc(a, (size_t)H * (W + 6) + 16), *out = arena_alloc(a, (size_t)H * (W + 6) + 200);
    uint8_t head[13] = {0, 0, W >> 8, W & 255, 0, 0, H >> 8, H & 255, 8, 0, 0, 0, 0};
    uint32_t s1 = 1, s2 = 0;
    size_t n = 0, at = 8;
    rows[n++] = 0x78;
    rows[n++] = 0x01;
    for (int y = 0; y < H; y++) {
        const uint8_t frame[6] = {y == H - 1, (W + 1) & 255, (W + 1) >> 8, (uint8_t)~((W + 1) & 255),
                                  (uint8_t)~((W + 1) >> 8), 0};
        memcpy(rows + n, frame, 6);
        n += 6;
        for (int x = 0; x < W; x++)
            rows[n + (size_t)x] = (uint8_t)fminf(fmaxf(v[y][mirrored ? W - 1 - x : x], 0), 255);
        for (int i = -1; i < W; i++) {
            s1 = (s1 + (i < 0 ? 0 : rows[n + (size_t)i])) % 65521;
            s2 = (s2 + s1) % 65521;
        }
        n += W;
    }
    for (int i = 0; i < 4; i++)
        rows[n++] = (uint8_t)((s2 << 16 | s1) >> (24 - 8 * i));
    memcpy(out, "\x89PNG\r\n\x1a\n", 8);
    at += chunk(out + at, "IHDR", head, sizeof head);
    at += chunk(out + at, "IDAT", rows, n);
    at += chunk(out + at, "IEND", head, 0);
    return (struct str){(char *)out, at};
}

/* ---- photographs in the store ---- */

static void store_file(struct op *op, struct sha256 sha, enum media_variant v, struct str bytes)
{
    struct media_write *w;
    assert_int_equal(media_begin(op->env->media, &t.g.fault, 1 << 22, &w), RC_OK);
    assert_int_equal(media_write_piece(w, &t.g.fault, bytes), RC_OK);
    assert_int_equal(media_commit(w, &t.g.fault, &(struct media_key){sha, v}), RC_OK);
}

/* As an upload leaves it; the display copy is the picture itself. */
static struct sha256 add_photo(uint32_t seed, bool mirrored, bool with_copy)
{
    static float v[H][W];
    struct photo_facts facts;
    struct op *op = ground_op(&t.g);
    paint(v, seed);
    struct str bytes = png(OP_ARENA(op), v, mirrored);
    struct sha256 sha = sha256_of(bytes);
    const char *dir = str_z(OP_ARENA(op), str_of(t.g.folder));
    const char *in = str_z(OP_ARENA(op), str_fmt(OP_ARENA(op), "%s/in", dir)),
               *copy = str_z(OP_ARENA(op), str_fmt(OP_ARENA(op), "%s/copy", dir)),
               *thumb = str_z(OP_ARENA(op), str_fmt(OP_ARENA(op), "%s/thumb", dir));
    FILE *f = fopen(in, "wbe");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
    fclose(f);
    struct decode_job job = {.original = in, .display = copy, .thumb = thumb, .zone_min = 480};
    assert_int_equal(decoder_run(t.g.env.decoder, OP_ARENA(op), &t.g.fault, &job, &facts), RC_OK);
    if (with_copy)
        store_file(op, sha, MEDIA_DISPLAY, bytes);
    struct command c = {.id = uuid_make(op->now + seed), .kind = "test.photo", .content = sha, .subject_kind = "photo"};
    assert_int_equal(change_begin(op, &c), RC_OK);
    fx_photo_add(&op->plan.fx, &(struct photo_add_in){.hq = op->hq, .sha256 = sha, .bytes = (int64_t)bytes.n,
                                                      .format = STR("png"), .width = W, .height = H,
                                                      .print_version = PRINT_VERSION, .at_ms = op->now});
    photo_plan_print(op, sha, facts.print);
    ground_commit(&t.g);
    return sha;
}

/* Waits until the index of this process is at least that far, then searches. */
static size_t search(struct evidence *e, struct sha256 sha, size_t want, struct likeness **out)
{
    size_t n = 0;
    t.g.env.evidence = e;
    for (int waited = 0; waited < PATIENCE_MS; waited += 20) {
        struct op *op = ground_op(&t.g);
        assert_int_equal(evidence_search(op, sha, out, &n), RC_OK);
        if (n >= want && evidence_state(e) == EVIDENCE_READY)
            return n;
        nanosleep(&(struct timespec){0, 20000000}, NULL);
    }
    return n;
}

static struct evidence *start(void)
{
    struct evidence *e;
    assert_int_equal(evidence_start(&e, &t.g.env, &t.g.fault), RC_OK);
    return e;
}

static int set_up(void **state)
{
    struct decoder_config decoder = decoder_defaults();
    (void)state;
    ground_open(&t.g);
    snprintf(t.media, sizeof t.media, "file:%.128s/media", t.g.folder);
    assert_int_equal(media_store_open(&t.g.env.media, &t.g.fault, t.media), RC_OK);
    assert_int_equal(decoder_start(&t.g.env.decoder, &t.g.fault, &decoder), RC_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    decoder_stop(t.g.env.decoder);
    media_store_close(t.g.env.media);
    ground_close(&t.g);
    return 0;
}

/* ---- tests ---- */

static void found_by_who_starts_and_by_who_runs(void **state)
{
    struct likeness *found;
    (void)state;
    struct sha256 base = add_photo(1, false, true);
    add_photo(2, false, true);
    assert_int_equal(evidence_state(NULL), EVIDENCE_OFF);
    struct evidence *first = start(), *second = start();
    assert_int_equal(search(first, base, 0, &found), 0); /* only itself, which is left out */
    struct sha256 copy = add_photo(1, true, true);
    struct evidence *both[] = {first, second};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(search(both[i], base, 1, &found), 1);
        assert_true(sha256_eq(found[0].sha256, copy));
        assert_true(found[0].match.mirrored);
        assert_int_equal(search(both[i], copy, 1, &found), 1);
        assert_true(sha256_eq(found[0].sha256, base));
    }
    assert_int_equal(search(first, sha256_of(STR("none")), 0, &found), 0);
    t.g.env.evidence = NULL;
    evidence_stop(first);
    evidence_stop(second);
    evidence_stop(NULL);
}

static void run_chore(int most)
{
    bool more = true;
    for (; more && most > 0; most--) {
        more = false;
        assert_int_equal(evidence_chore(ground_op(&t.g), &more), RC_OK);
    }
    assert_false(more);
}

static void older_ones_get_theirs(void **state)
{
    struct likeness *found;
    struct test_versions_row *rows;
    struct effects fx;
    size_t n;
    (void)state;
    struct sha256 base = add_photo(3, false, true), copy = add_photo(3, true, true), lost = add_photo(4, false, false);
    for (uint32_t seed = 10; seed < 14; seed++)
        add_photo(seed, false, true);
    struct op *op = ground_op(&t.g);
    effects_init(&fx, OP_ARENA(op));
    fx_test_forget_prints(&fx, &(struct test_forget_prints_in){op->hq})->max = 1000;
    fx_test_forget_versions(&fx, &(struct test_forget_versions_in){op->hq})->max = 1000;
    assert_int_equal(change_run_effects(op, &fx), RC_OK);
    run_chore(10);
    op = ground_op(&t.g);
    assert_int_equal(q_test_versions(&op->rd, &(struct test_versions_in){op->hq}, &rows, &n), RC_OK);
    assert_int_equal(n, 7);
    for (size_t i = 0; i < n; i++) {
        assert_true(rows[i].print_version.has);
        assert_int_equal(rows[i].print_version.v, sha256_eq(rows[i].sha256, lost) ? 0 : PRINT_VERSION);
    }
    struct evidence *e = start();
    assert_int_equal(search(e, copy, 1, &found), 1);
    assert_true(sha256_eq(found[0].sha256, base));
    assert_int_equal(search(e, lost, 0, &found), 0);
    t.g.env.evidence = NULL;
    evidence_stop(e);
    run_chore(1); /* nothing is left to do, and nothing is done */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(found_by_who_starts_and_by_who_runs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(older_ones_get_theirs, set_up, tear_down),
    };
    return GROUND_RUN(tests);
}
