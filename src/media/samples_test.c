/*
 * samples_test.c - the real decoder over the shared photographs: every good one gives the facts its
 * manifest states and copies without metadata; nothing malformed, cut or flipped ends the service.
 *
 * Skipped where the samples are not there ($XIAOHAO_SHARED, else ../shared beside the repository).
 */
#include "media/decoder_ground.h"

#include "base/buf.h"
#include "base/civil.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum column {
    COL_FILE,
    COL_GROUP,
    COL_BYTES,
    COL_SHA256,
    COL_TYPE,
    COL_WIDTH,
    COL_HEIGHT,
    COL_ORIENTATION,
    COL_LAT,
    COL_LON,
    COL_TAKEN,
    COL_MAKE,
    COL_MODEL,
    COL_PILLOW,
    COLUMNS,
};

struct sample {
    struct str col[COLUMNS];
    const char *path;
};

static struct str photos_folder(struct ground *g)
{
    const char *shared = getenv("XIAOHAO_SHARED"), *source = getenv("SOURCE_ROOT");
    struct str dir = shared
                         ? str_fmt(&g->arena, "%s/data/5_photos", shared)
                         : str_fmt(&g->arena, "%s/../shared/data/5_photos", source ? source : ".");
    if (access(str_z(&g->arena, dir), R_OK) == 0)
        return dir;
    print_message("skipped: no shared photographs\n");
    skip();
    return STR_NONE;
}

/* One CSV record's leading columns; the quoted ones hold commas but no quotes. */
static void split(struct str line, struct sample *s)
{
    for (int i = 0; i < COLUMNS; i++) {
        bool quoted = line.n && line.p[0] == '"';
        ptrdiff_t end = str_find(line, quoted ? STR("\"") : STR(","), quoted ? 1 : 0);
        size_t n = end < 0 ? line.n : (size_t)end;
        s->col[i] = str_sub(line, quoted, n - quoted);
        line = str_sub(line, n + 1 + quoted, line.n);
    }
}

static struct sample *samples(struct ground *g, struct str dir, size_t *count)
{
    struct str line,
        text =
            ground_read(g, str_z(&g->arena, str_fmt(&g->arena, "%.*s/manifest.csv", STR_ARG(dir))));
    struct sample *all = ARENA_MANY(&g->arena, struct sample, 400);
    *count = 0;
    str_next(&text, '\n', &line);
    while (str_next(&text, '\n', &line) && line.n) {
        struct sample *s = &all[(*count)++];
        split(line, s);
        s->path = str_z(&g->arena,
                        str_fmt(&g->arena, "%.*s/%.*s", STR_ARG(dir), STR_ARG(s->col[COL_FILE])));
    }
    assert_in_range(*count, 200, 400);
    return all;
}

static bool is_malformed(const struct sample *s)
{
    return str_is(s->col[COL_GROUP], "malformed");
}

static int64_t number(struct str s)
{
    int64_t v = 0;
    assert_true(str_to_i64(s, 0, INT32_MAX, &v));
    return v;
}

static void check_size(const struct sample *s, const struct photo_facts *f)
{
    bool turned = f->orientation >= 5;
    assert_int_equal(number(s->col[COL_WIDTH]), turned ? f->height : f->width);
    assert_int_equal(number(s->col[COL_HEIGHT]), turned ? f->width : f->height);
    if (!str_empty(s->col[COL_ORIENTATION]) && f->format != PHOTO_HEIC)
        assert_int_equal(number(s->col[COL_ORIENTATION]), f->orientation);
    assert_int_equal(number(s->col[COL_BYTES]), f->bytes);
}

/* Counts places and times that agree with the manifest; what the manifest does not have, we must
 * not have. */
static void check_evidence(struct ground *g, const struct sample *s, size_t *places, size_t *times)
{
    struct photo_facts *f = &g->facts;
    double lat = strtod(str_z(&g->arena, s->col[COL_LAT]), NULL);
    double lon = strtod(str_z(&g->arena, s->col[COL_LON]), NULL);
    bool want = !str_empty(s->col[COL_LAT]) && fabs(lat) <= 90;
    assert_int_equal(want, f->has_place);
    if (want) {
        assert_true(fabs((double)f->lat_e7 / 1e7 - lat) < 1e-6);
        assert_true(fabs((double)f->lon_e7 / 1e7 - lon) < 1e-6);
        ++*places;
    }
    if (!f->has_taken) {
        /* With a zone it is no EXIF time but XMP's or the file's; one sample's directory is
         * unreadable. */
        assert_true(s->col[COL_TAKEN].n != 19 || str_is(s->col[COL_MODEL], "XXX-XXX"));
        return;
    }
    struct civil c = civil_from_ms(f->taken_ms, f->zone_known ? -300 : ZONE_SHANGHAI_MIN);
    struct str local = str_fmt(&g->arena, "%04d:%02d:%02d %02d:%02d:%02d", c.year, c.month, c.day,
                               c.hour, c.minute, c.second);
    assert_true(str_starts(s->col[COL_TAKEN], local));
    ++*times;
}

/* Only what a bare JPEG needs: no APPn but JFIF, no comment. */
static void check_plain(struct str jpeg)
{
    size_t at = 2;
    assert_int_equal(photo_sniff(jpeg), PHOTO_JPEG);
    for (;;) {
        assert_true(at + 4 <= jpeg.n && (uint8_t)jpeg.p[at] == 0xff);
        uint8_t marker = (uint8_t)jpeg.p[at + 1];
        size_t n = (size_t)(uint8_t)jpeg.p[at + 2] << 8 | (uint8_t)jpeg.p[at + 3];
        if (marker == 0xda)
            break;
        bool jfif = marker == 0xe0 && str_starts(str_sub(jpeg, at + 4, 4), STR("JFIF"));
        assert_true(jfif || marker == 0xdb || marker == 0xc0 || marker == 0xc2 || marker == 0xc4 ||
                    marker == 0xdd);
        at += 2 + n;
    }
    static const struct str traces[] = {STR_INIT("Exif\0\0"), STR_INIT("ns.adobe.com"),
                                        STR_INIT("xpacket"), STR_INIT("ICC_PROFILE"),
                                        STR_INIT("Photoshop")};
    for (size_t i = 0; i < sizeof traces / sizeof *traces; i++)
        assert_int_equal(str_find(jpeg, traces[i], 0), -1);
}

static void good_photographs_give_their_facts(void **state)
{
    struct ground *g = *state;
    struct str dir = photos_folder(g);
    struct decoder_config c = decoder_defaults();
    struct decoder *d = ground_decoder(g, &c);
    size_t count, done = 0, places = 0, times = 0;
    const struct sample *all = samples(g, dir, &count);
    for (size_t i = 0; i < count; i++) {
        const struct sample *s = &all[i];
        struct sha256 sha;
        if (is_malformed(s))
            continue;
        if (strcmp(ground_run(g, d, s->path), "ok") != 0)
            fail_msg("%s: %s", s->path, g->fault.code.p);
        assert_true(str_unhex(s->col[COL_SHA256], sha.b, sizeof sha.b));
        assert_true(sha256_eq(sha, g->facts.sha256));
        check_size(s, &g->facts);
        check_evidence(g, s, &places, &times);
        check_plain(ground_read(g, g->display));
        check_plain(ground_read(g, g->thumb));
        done++;
    }
    decoder_stop(d);
    print_message("%zu photographs, %zu with a place, %zu with a time\n", done, places, times);
    assert_int_equal(done, 124);
    assert_int_equal(places, 11); /* 14 rows have GPS: one is absurd, two are among the malformed */
    assert_int_equal(times, 37);
}

/* The same scene held in all eight ways must come out as one picture. */
static void turned_photographs_come_out_upright(void **state)
{
    struct ground *g = *state;
    struct str dir = photos_folder(g);
    static const char *const series[] = {"ok_exif/exifsamples_orientation_landscape_%d.jpg",
                                         "ok_formats/pillow_hopper_orientation_%d.webp"};
    struct decoder_config c = decoder_defaults();
    struct decoder *d = ground_decoder(g, &c);
    for (size_t k = 0; k < sizeof series / sizeof *series; k++) {
        uint64_t first = 0;
        int seen = 0;
        for (int o = 1; o <= 8; o++) {
            char name[128];
            snprintf(name, sizeof name, k == 0 ? series[0] : series[1], o);
            const char *path = str_z(&g->arena, str_fmt(&g->arena, "%.*s/%s", STR_ARG(dir), name));
            if (access(path, R_OK) != 0)
                continue;
            assert_string_equal(ground_run(g, d, path), "ok");
            assert_int_equal(g->facts.orientation, o);
            if (seen++ == 0)
                first = g->facts.fingerprint;
            assert_in_range(photo_distance(first, g->facts.fingerprint), 0, 3);
        }
        assert_int_equal(seen, k == 0 ? 8 : 5);
    }
    decoder_stop(d);
}

static uint64_t fingerprint_of(struct ground *g, struct decoder *d, struct str dir, struct str file)
{
    struct str path = str_fmt(&g->arena, "%.*s/%.*s", STR_ARG(dir), STR_ARG(file));
    assert_string_equal(ground_run(g, d, str_z(&g->arena, path)), "ok");
    return g->facts.fingerprint;
}

/* Edits after which a copy must still be recognised; the other labelled ones are beyond this hash.
 */
static bool must_be_found(struct str relation)
{
    static const char *const edits[] = {"base",      "brighter",  "grayscale", "recompress_q40",
                                        "resize_50", "watermark", "webp_q60"};
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++)
        if (str_is(relation, edits[i]))
            return true;
    return false;
}

static void copies_are_alike_and_others_are_not(void **state)
{
    struct ground *g = *state;
    struct str dir = photos_folder(g), line, a, b, relation, expected;
    struct decoder_config c = decoder_defaults();
    struct decoder *d = ground_decoder(g, &c);
    struct str path = str_fmt(&g->arena, "%.*s/near_dup_pairs.csv", STR_ARG(dir));
    struct str text = ground_read(g, str_z(&g->arena, path));
    size_t alike = 0, different = 0;
    str_next(&text, '\n', &line);
    while (str_next(&text, '\n', &line) && line.n) {
        assert_true(str_next(&line, ',', &a) && str_next(&line, ',', &b) &&
                    str_next(&line, ',', &relation) && str_next(&line, ',', &expected));
        int bits = photo_distance(fingerprint_of(g, d, dir, a), fingerprint_of(g, d, dir, b));
        if (must_be_found(relation)) {
            assert_in_range(bits, 0, PHOTO_ALIKE_MAX);
            alike++;
        } else if (str_is(expected, "different")) {
            assert_in_range(bits, 2 * PHOTO_ALIKE_MAX, 64);
            different++;
        }
    }
    decoder_stop(d);
    assert_int_equal(alike, 28);
    assert_int_equal(different, 6);
}

static bool known_code(const char *code)
{
    static const char *const known[] = {"ok", "photo_unsupported", "photo_damaged",
                                        "photo_too_large", "photo_timeout"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(code, known[i]) == 0)
            return true;
    return false;
}

/* What another library reads whole we read too, except formats we do not take; what is cut we
 * refuse. */
static void malformed_files_are_answered(void **state)
{
    struct ground *g = *state;
    struct str dir = photos_folder(g);
    struct decoder_config c = decoder_defaults();
    struct decoder *d = ground_decoder(g, &c);
    size_t count, ok = 0, unsupported = 0, damaged = 0;
    const struct sample *all = samples(g, dir, &count);
    ground_write(g, ground_tiny_png(g));
    for (size_t i = 0; i < count; i++) {
        if (!is_malformed(&all[i]))
            continue;
        const char *code = ground_run(g, d, all[i].path);
        if (!known_code(code))
            fail_msg("%s: %s", all[i].path, code);
        bool pillow = str_starts(all[i].col[COL_PILLOW], STR("ok"));
        if (pillow && !str_is(all[i].col[COL_TYPE], "GIF") && strcmp(code, "ok") != 0)
            fail_msg("%s: %s", all[i].path, code);
        if (str_find(all[i].col[COL_FILE], STR("truncated"), 0) >= 0)
            assert_string_equal(code, "photo_damaged");
        ok += strcmp(code, "ok") == 0;
        unsupported += strcmp(code, "photo_unsupported") == 0;
        damaged += strcmp(code, "photo_damaged") == 0;
        assert_string_equal(ground_run(g, d, NULL), "ok"); /* still serving */
    }
    decoder_stop(d);
    print_message("malformed: %zu readable, %zu unsupported, %zu damaged\n", ok, unsupported,
                  damaged);
    assert_int_equal(ok + unsupported + damaged, 82);
}

/* Cut at sixty places and with a few bits flipped, one sample of each format. */
static void cut_and_flipped_files_are_answered(void **state)
{
    static const char *const files[] = {
        "ok_exif/exifsamples_cam_Canon_40D.jpg", "ok_formats/pillow_exif.png",
        "ok_formats/pillow_hopper_orientation_2.webp", "ok_formats/libheif_colors-no-alpha.heic"};
    struct ground *g = *state;
    struct str dir = photos_folder(g);
    struct decoder_config c = decoder_defaults();
    struct decoder *d = ground_decoder(g, &c);
    uint32_t random = 1;
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        struct str name = str_fmt(&g->arena, "%.*s/%s", STR_ARG(dir), files[k]);
        struct str whole = ground_read(g, str_z(&g->arena, name));
        size_t flipped_ok = 0;
        for (size_t i = 0; i < 60; i++) {
            ground_write(g, str_sub(whole, 0, whole.n * i / 60));
            if (strcmp(ground_run(g, d, NULL), "ok") == 0)
                fail_msg("%s cut at %zu of %zu was taken", files[k], whole.n * i / 60, whole.n);
        }
        for (size_t i = 0; i < 60; i++) {
            char *copy = arena_dup(&g->arena, whole.p, whole.n);
            for (int bit = 0; bit < 8; bit++) {
                random = random * 1664525u + 1013904223u;
                copy[random % whole.n] = (char)(copy[random % whole.n] ^ 1 << (random >> 29));
            }
            ground_write(g, (struct str){copy, whole.n});
            const char *code = ground_run(g, d, NULL);
            assert_true(known_code(code));
            flipped_ok += strcmp(code, "ok") == 0;
        }
        print_message("%s: 60 cuts refused, %zu of 60 flipped copies still readable\n", files[k],
                      flipped_ok);
    }
    decoder_stop(d);
}

/* The sample up to places[1], with edit[0] put in at places[0] and edit[1] at the end. */
static const char *run_edited(struct ground *g, struct decoder *d, struct str whole,
                              const struct str edit[2], const size_t places[2])
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_str(&b, str_sub(whole, 0, places[0]));
    buf_str(&b, edit[0]);
    buf_str(&b, str_sub(whole, places[0], places[1] - places[0]));
    buf_str(&b, edit[1]);
    ground_write(g, buf_view(&b));
    buf_free(&b);
    return ground_run(g, d, NULL);
}

/* Telephones write odd bytes that cost no pixel; a cut file with a proper end put behind it has
 * lost some. */
static void oddities_are_told_from_damage(void **state)
{
    struct ground *g = *state;
    struct str dir = photos_folder(g), none = STR(""), junk = STR("\1\2\3\4"),
               end = STR("\xff\xd9");
    struct str name =
        str_fmt(&g->arena, "%.*s/ok_exif/exifsamples_cam_Canon_40D.jpg", STR_ARG(dir));
    struct str whole = ground_read(g, str_z(&g->arena, name));
    size_t table = 0;
    for (ptrdiff_t i = -1; (i = str_find(whole, STR("\xff\xc4"), (size_t)(i + 1))) >= 0;)
        table = (size_t)i;
    assert_true(table > 0 && table < whole.n - 800);
    const struct {
        struct str edit[2];
        size_t places[2];
        const char *want;
    } cases[] = {
        {{none, none}, {table, whole.n}, "ok"},
        {{junk, none}, {table, whole.n}, "ok"},
        {{none, junk}, {table, whole.n}, "ok"},
        {{none, none}, {table, whole.n - 800}, "photo_damaged"},
        {{none, end}, {table, whole.n - 800}, "photo_damaged"},
        {{junk, none}, {table, whole.n - 800}, "photo_damaged"},
    };
    struct decoder_config c = decoder_defaults();
    struct decoder *d = ground_decoder(g, &c);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(run_edited(g, d, whole, cases[i].edit, cases[i].places), cases[i].want);
    decoder_stop(d);
}

#define ON_GROUND(test) cmocka_unit_test_setup_teardown(test, ground_set_up, ground_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_GROUND(good_photographs_give_their_facts),
        ON_GROUND(turned_photographs_come_out_upright),
        ON_GROUND(copies_are_alike_and_others_are_not),
        ON_GROUND(malformed_files_are_answered),
        ON_GROUND(oddities_are_told_from_damage),
        ON_GROUND(cut_and_flipped_files_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
