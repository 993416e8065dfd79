/* photo_test.c - formats by first bytes, fingerprints, and EXIF blocks made by hand, good and
 * absurd. */
#include "media/exif.h"

#include "base/arena.h"
#include "base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void formats_are_known_by_their_bytes(void **state)
{
    (void)state;
    static const struct {
        struct str in;
        enum photo_format want;
    } cases[] = {
        {STR_INIT("\xff\xd8\xff\xe0"), PHOTO_JPEG},
        {STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), PHOTO_PNG},
        {STR_INIT("RIFF\x10\0\0\0WEBPVP8 "), PHOTO_WEBP},
        {STR_INIT("\0\0\0\x18"
                  "ftypheic\0\0\0\0"),
         PHOTO_HEIC},
        {STR_INIT("\0\0\0\x18"
                  "ftypmif1\0\0\0\0"),
         PHOTO_HEIC},
        {STR_INIT("\0\0\0\x1c"
                  "ftypavif\0\0\0\0mif1"),
         PHOTO_NONE},
        {STR_INIT("\0\0\0\x18"
                  "ftypmp42\0\0\0\0"),
         PHOTO_NONE},
        {STR_INIT("RIFF\x10\0\0\0WAVEfmt "), PHOTO_NONE},
        {STR_INIT("GIF89a"), PHOTO_NONE},
        {STR_INIT("II*\0\x08\0\0\0"), PHOTO_NONE},
        {STR_INIT("<svg xmlns='http://www.w3.org/2000/svg'/>"), PHOTO_NONE},
        {STR_INIT("\xff\xd8"), PHOTO_NONE},
        {STR_INIT(""), PHOTO_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(photo_sniff(cases[i].in), cases[i].want);
    assert_null(photo_format_name(PHOTO_NONE));
    assert_string_equal(photo_format_mime(PHOTO_HEIC), "image/heic");
}

static void fingerprints_follow_the_picture(void **state)
{
    (void)state;
    enum { W = 90, H = 80 };
    static uint8_t rising[W * H * 3], falling[W * H * 3];
    for (int i = 0; i < W * H; i++)
        for (int c = 0; c < 3; c++) {
            rising[i * 3 + c] = (uint8_t)(i % W * 2);
            falling[i * 3 + c] = (uint8_t)(200 - i % W * 2);
        }
    assert_true(photo_fingerprint(rising, W, H) == UINT64_MAX);
    assert_true(photo_fingerprint(falling, W, H) == 0);
    assert_int_equal(photo_distance(UINT64_MAX, 0), 64);
    assert_int_equal(photo_distance(0xF0, 0x0F), 8);
    /* Smaller than the grid: no reading beyond the pixels. */
    assert_true(photo_fingerprint((const uint8_t[]){1, 2, 3}, 1, 1) == 0);
}

/* A big-endian TIFF: IFD0 with orientation and pointers, the EXIF and GPS directories behind it. */
struct tiff {
    char p[512];
    size_t n;
};

static void put(struct tiff *t, uint32_t v, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--)
        t->p[t->n++] = (char)(v >> (8 * i));
}

static void put_entry(struct tiff *t, uint32_t tag_and_type, uint32_t count, uint32_t value)
{
    put(t, tag_and_type, 4);
    put(t, count, 4);
    put(t, value, 4);
}

struct place_case {
    uint32_t lat[6], lon[6];
    char ns, ew;
    bool ok;
    int64_t lat_e7, lon_e7;
};

enum { IFD_GPS = 26, TEXT_LAT = 26 + 54, TEXT_LON = TEXT_LAT + 24 };

static void make_place(struct tiff *t, const struct place_case *c)
{
    t->n = 0;
    memcpy(t->p, "MM\0*\0\0\0\x08", 8);
    t->n = 8;
    put(t, 1, 2);
    put_entry(t, 0x88250004, 1, IFD_GPS);
    put(t, 0, 4);
    put(t, 4, 2);
    put_entry(t, 0x00010002, 2, (uint32_t)(uint8_t)c->ns << 24);
    put_entry(t, 0x00020005, 3, TEXT_LAT);
    put_entry(t, 0x00030002, 2, (uint32_t)(uint8_t)c->ew << 24);
    put_entry(t, 0x00040005, 3, TEXT_LON);
    put(t, 0, 4);
    for (int i = 0; i < 6; i++)
        put(t, c->lat[i], 4);
    for (int i = 0; i < 6; i++)
        put(t, c->lon[i], 4);
}

static void places_are_read_or_refused(void **state)
{
    (void)state;
    static const struct place_case cases[] = {
        {{24, 1, 30, 1, 0, 1}, {118, 1, 6, 1, 36, 1}, 'N', 'E', true, 245000000, 1181100000},
        {{24, 1, 30, 1, 0, 1}, {118, 1, 6, 1, 36, 1}, 'S', 'W', true, -245000000, -1181100000},
        {{245, 10, 0, 1, 0, 0}, {118, 1, 0, 1, 0, 0}, 'N', 'E', true, 245000000, 1180000000},
        {{0, 1, 0, 1, 0, 1}, {0, 1, 0, 1, 0, 1}, 'N', 'E', false, 0, 0},
        {{24, 0, 30, 1, 0, 1}, {118, 1, 6, 1, 36, 1}, 'N', 'E', false, 0, 0},
        {{91, 1, 0, 1, 0, 1}, {118, 1, 6, 1, 36, 1}, 'N', 'E', false, 0, 0},
        {{24, 1, 0, 1, 0, 1}, {181, 1, 0, 1, 0, 1}, 'N', 'E', false, 0, 0},
        {{24, 1, 61, 1, 0, 1}, {118, 1, 6, 1, 36, 1}, 'N', 'E', false, 0, 0},
        {{4294967295u, 1, 0, 1, 0, 1}, {1, 1, 0, 1, 0, 1}, 'N', 'E', false, 0, 0},
        {{24, 1, 30, 1, 0, 1}, {118, 1, 6, 1, 36, 1}, '?', 'E', false, 0, 0},
        {{24, 1, 30, 1, 0, 1}, {118, 1, 6, 1, 36, 1}, 0, 'E', false, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tiff t;
        struct exif_facts facts;
        make_place(&t, &cases[i]);
        exif_read((struct str){t.p, t.n}, ZONE_SHANGHAI_MIN, &facts);
        assert_int_equal(facts.has_place, cases[i].ok);
        assert_true(facts.lat_e7 == cases[i].lat_e7 && facts.lon_e7 == cases[i].lon_e7);
        /* Cut anywhere: no fact is invented, nothing is read beyond the end. */
        for (size_t n = 0; n < t.n; n++) {
            exif_read((struct str){t.p, n}, ZONE_SHANGHAI_MIN, &facts);
            assert_false(facts.has_place);
        }
    }
}

static void make_time(struct tiff *t, const char *time, const char *offset)
{
    enum { IFD_EXIF = 26, TIME_AT = 26 + 30, OFFSET_AT = TIME_AT + 20 };
    memcpy(t->p, "MM\0*\0\0\0\x08", 8);
    t->n = 8;
    put(t, 1, 2);
    put_entry(t, 0x87690004, 1, IFD_EXIF);
    put(t, 0, 4);
    put(t, offset ? 2 : 1, 2);
    put_entry(t, 0x90030002, 20, TIME_AT);
    put_entry(t, 0x90110002, 7, OFFSET_AT);
    put(t, 0, 4);
    memset(t->p + TIME_AT, 0, 20 + 7);
    memcpy(t->p + TIME_AT, time, strlen(time));
    if (offset)
        memcpy(t->p + OFFSET_AT, offset, strlen(offset));
    t->n = OFFSET_AT + 7;
}

static void times_keep_what_the_camera_knew(void **state)
{
    (void)state;
    static const struct {
        const char *time, *offset;
        const char *want; /* in +08:00; NULL: no time */
        bool zone_known;
    } cases[] = {
        {"2026:11:21 09:30:00", NULL, "2026-11-21T09:30:00+08:00", false},
        {"2026:11:21 09:30:00", "+08:00", "2026-11-21T09:30:00+08:00", true},
        {"2026:11:21 09:30:00", "-05:00", "2026-11-21T22:30:00+08:00", true},
        {"2026:11:21 09:30:00", "Z", "2026-11-21T17:30:00+08:00", true},
        {"2026:11:21 09:30:00", "   :  ", "2026-11-21T09:30:00+08:00", false},
        {"2026:11:21 09:30:00", "+99:00", "2026-11-21T09:30:00+08:00", false},
        {"2026-11-21 09:30:00", NULL, "2026-11-21T09:30:00+08:00", false},
        {"0000:00:00 00:00:00", NULL, NULL, false},
        {"    :  :     :  :  ", NULL, NULL, false},
        {"2026:02:30 09:30:00", NULL, NULL, false},
        {"2026:11:21 24:30:00", NULL, NULL, false},
        {"2026:11:21", NULL, NULL, false},
        {"1960:11:21 09:30:00", NULL, NULL, false},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tiff t;
        struct exif_facts facts;
        make_time(&t, cases[i].time, cases[i].offset);
        exif_read((struct str){t.p, t.n}, ZONE_SHANGHAI_MIN, &facts);
        assert_int_equal(facts.has_taken, cases[i].want != NULL);
        assert_int_equal(facts.zone_known, cases[i].zone_known);
        if (cases[i].want)
            assert_string_equal(civil_rfc3339(&a, facts.taken_ms, ZONE_SHANGHAI_MIN).p,
                                cases[i].want);
    }
    arena_free(&a);
}

static void blocks_are_found_in_each_container(void **state)
{
    (void)state;
    static const struct {
        enum photo_format format;
        struct str file, want;
    } cases[] = {
        {PHOTO_JPEG,
         STR_INIT("\xff\xd8\xff\xe0\0\4ab\xff\xe1\0\x0b"
                  "Exif\0\0MM*"),
         STR_INIT("MM*")},
        {PHOTO_JPEG,
         STR_INIT("\xff\xd8\xff\xe1\xff\xff"
                  "Exif\0\0MM*"),
         STR_INIT("")},
        {PHOTO_JPEG, STR_INIT("\xff\xd8\xff\xe1\0\0"), STR_INIT("")},
        {PHOTO_PNG, STR_INIT("\x89PNG\r\n\x1a\n\0\0\0\1tEXt.crc!\0\0\0\3eXIfMM*crc!"),
         STR_INIT("MM*")},
        {PHOTO_PNG,
         STR_INIT("\x89PNG\r\n\x1a\n\xff\xff\xff\xff"
                  "eXIfMM*crc!"),
         STR_INIT("")},
        {PHOTO_WEBP, STR_INIT("RIFF....WEBPVP8 \1\0\0\0x\0EXIF\3\0\0\0MM*"), STR_INIT("MM*")},
        {PHOTO_WEBP, STR_INIT("RIFF....WEBPEXIF\xff\xff\xff\xffMM*"), STR_INIT("")},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(str_eq(exif_find(cases[i].format, cases[i].file), cases[i].want));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_known_by_their_bytes),
        cmocka_unit_test(fingerprints_follow_the_picture),
        cmocka_unit_test(places_are_read_or_refused),
        cmocka_unit_test(times_keep_what_the_camera_knew),
        cmocka_unit_test(blocks_are_found_in_each_container),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
