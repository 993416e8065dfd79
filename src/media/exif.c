/* exif.c - see exif.h. Finding the block is ours, reading its directory is libexif's. */
#include "media/exif.h"

#include "base/arena.h"
#include "base/civil.h"

#include <libexif/exif-data.h>
#include <math.h>
#include <stdlib.h>

static const struct str exif_mark = STR_INIT("Exif\0\0");

static uint32_t big_endian(const char *p, size_t n)
{
    uint32_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | (uint8_t)p[i];
    return v;
}

static struct str find_in_jpeg(struct str s)
{
    size_t at = 2;
    while (at + 4 <= s.n && (uint8_t)s.p[at] == 0xff) {
        uint8_t marker = (uint8_t)s.p[at + 1];
        if (marker == 0xff) { /* fill byte */
            at++;
            continue;
        }
        size_t n = big_endian(s.p + at + 2, 2);
        if (marker == 0xda || marker == 0xd9 || n < 2 || n > s.n - at - 2)
            break;
        struct str body = str_sub(s, at + 4, n - 2);
        if (marker == 0xe1 && str_starts(body, exif_mark))
            return str_sub(body, exif_mark.n, body.n - exif_mark.n);
        at += 2 + n;
    }
    return STR_NONE;
}

static struct str find_in_png(struct str s)
{
    size_t at = 8;
    while (at + 12 <= s.n) {
        size_t n = big_endian(s.p + at, 4);
        if (n > s.n - at - 12)
            break;
        if (memcmp(s.p + at + 4, "eXIf", 4) == 0)
            return str_sub(s, at + 8, n);
        at += 12 + n;
    }
    return STR_NONE;
}

static struct str find_in_webp(struct str s)
{
    size_t at = 12;
    while (at + 8 <= s.n) {
        const uint8_t *p = (const uint8_t *)s.p + at + 4;
        size_t n = p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
        if (n > s.n - at - 8)
            break;
        if (memcmp(s.p + at, "EXIF", 4) == 0)
            return str_sub(s, at + 8, n);
        at += 8 + n + (n & 1);
    }
    return STR_NONE;
}

struct str exif_find(enum photo_format format, struct str file)
{
    switch (format) {
    case PHOTO_JPEG:
        return find_in_jpeg(file);
    case PHOTO_PNG:
        return find_in_png(file);
    case PHOTO_WEBP:
        return find_in_webp(file);
    default:
        return STR_NONE;
    }
}

static const ExifEntry *entry(ExifData *data, ExifIfd ifd, int tag, ExifFormat format)
{
    const ExifEntry *e = exif_content_get_entry(data->ifd[ifd], (ExifTag)tag);
    return e && e->data && e->format == format ? e : NULL;
}

/* Text up to its first NUL. */
static struct str ascii(ExifData *data, ExifIfd ifd, int tag)
{
    const ExifEntry *e = entry(data, ifd, tag, EXIF_FORMAT_ASCII);
    if (!e)
        return STR_NONE;
    return (struct str){(const char *)e->data, strnlen((const char *)e->data, e->size)};
}

static void read_orientation(ExifData *data, struct exif_facts *out)
{
    const ExifEntry *e = entry(data, EXIF_IFD_0, EXIF_TAG_ORIENTATION, EXIF_FORMAT_SHORT);
    if (!e || e->size < 2)
        return;
    int o = exif_get_short(e->data, exif_data_get_byte_order(data));
    if (o >= 1 && o <= 8)
        out->orientation = o;
}

/* Makers pad with spaces and NULs; what is not clean UTF-8 is dropped whole. */
static void read_camera(ExifData *data, int tag, char out[PHOTO_CAMERA_MAX])
{
    struct str s = str_trim(ascii(data, EXIF_IFD_0, tag));
    if (s.n > PHOTO_CAMERA_MAX - 1 || !utf8_valid(s))
        return;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return;
    if (s.n)
        memcpy(out, s.p, s.n);
}

static bool field(struct str s, size_t at, size_t n, int *out)
{
    int64_t v;
    struct str part = str_sub(s, at, n);
    if (part.n != n || !str_is_ascii_digits(part) || !str_to_i64(part, 0, 9999, &v))
        return false;
    *out = (int)v;
    return true;
}

/* "2021:04:11 15:47:53"; some cameras write "-" or "/" between, some a "T". */
static bool parse_local(struct str s, struct civil *c)
{
    *c = (struct civil){0};
    return s.n >= 19 && field(s, 0, 4, &c->year) && field(s, 5, 2, &c->month) &&
           field(s, 8, 2, &c->day) && field(s, 11, 2, &c->hour) && field(s, 14, 2, &c->minute) &&
           field(s, 17, 2, &c->second) && c->year >= 1970 &&
           civil_date_ok(c->year, c->month, c->day) && c->hour <= 23 && c->minute <= 59 &&
           c->second <= 59;
}

/* "+08:00", "-05:00", "Z" */
static bool parse_offset(struct str s, int *zone_min)
{
    int hours, minutes;
    s = str_trim(s);
    if (str_is(s, "Z")) {
        *zone_min = 0;
        return true;
    }
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' || !field(s, 1, 2, &hours) ||
        !field(s, 4, 2, &minutes) || hours > 14 || minutes > 59)
        return false;
    *zone_min = (s.p[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

/* When the picture was taken; where only that is written, when it was digitised. The date of last
 * change (DateTime) is no evidence and is not read. */
static void read_time(ExifData *data, int zone_min, struct exif_facts *out)
{
    enum { OFFSET_ORIGINAL = 0x9011, OFFSET_DIGITIZED = 0x9012 };
    static const struct {
        int time, offset, subsecond;
    } tags[] = {
        {EXIF_TAG_DATE_TIME_ORIGINAL, OFFSET_ORIGINAL, EXIF_TAG_SUB_SEC_TIME_ORIGINAL},
        {EXIF_TAG_DATE_TIME_DIGITIZED, OFFSET_DIGITIZED, EXIF_TAG_SUB_SEC_TIME_DIGITIZED},
    };
    for (size_t i = 0; i < sizeof tags / sizeof *tags && !out->has_taken; i++) {
        struct civil c;
        int ms, zone = zone_min;
        if (!parse_local(ascii(data, EXIF_IFD_EXIF, tags[i].time), &c))
            continue;
        struct str sub = str_trim(ascii(data, EXIF_IFD_EXIF, tags[i].subsecond));
        if (sub.n == 3 && field(sub, 0, 3, &ms))
            c.ms = ms;
        out->zone_known = parse_offset(ascii(data, EXIF_IFD_EXIF, tags[i].offset), &zone);
        out->taken_ms = civil_to_ms(&c, zone);
        out->has_taken = out->taken_ms >= 0;
    }
}

/* Degrees, minutes, seconds as three fractions; NAN where malformed. */
static double degrees(ExifData *data, int tag)
{
    const ExifEntry *e = entry(data, EXIF_IFD_GPS, tag, EXIF_FORMAT_RATIONAL);
    double parts[3];
    if (!e || e->size < 24)
        return NAN;
    for (size_t i = 0; i < 3; i++) {
        ExifRational r = exif_get_rational(e->data + 8 * i, exif_data_get_byte_order(data));
        /* Cameras write 0/0 for seconds they do not know; degrees they must know. */
        if (r.denominator == 0 && (i == 0 || r.numerator != 0))
            return NAN;
        parts[i] = r.denominator ? (double)r.numerator / (double)r.denominator : 0;
        if (i > 0 && parts[i] > 60)
            return NAN;
    }
    return parts[0] + parts[1] / 60 + parts[2] / 3600;
}

/* +1 or -1 by the hemisphere's letter; 0 where it is missing, for then the place is not known. */
static int hemisphere(ExifData *data, int tag, const char letters[2])
{
    struct str s = ascii(data, EXIF_IFD_GPS, tag);
    if (s.n != 1)
        return 0;
    return s.p[0] == letters[0] ? 1 : s.p[0] == letters[1] ? -1 : 0;
}

static void read_place(ExifData *data, struct exif_facts *out)
{
    double lat = degrees(data, EXIF_TAG_GPS_LATITUDE);
    double lon = degrees(data, EXIF_TAG_GPS_LONGITUDE);
    int north = hemisphere(data, EXIF_TAG_GPS_LATITUDE_REF, "NS");
    int east = hemisphere(data, EXIF_TAG_GPS_LONGITUDE_REF, "EW");
    if (isnan(lat) || isnan(lon) || lat > 90 || lon > 180 || !north || !east)
        return;
    int64_t lat_e7 = north * llround(lat * 1e7), lon_e7 = east * llround(lon * 1e7);
    /* 0,0 is what a camera without a fix writes. */
    if (lat_e7 == 0 && lon_e7 == 0)
        return;
    /* "void": the receiver had no valid measurement when the picture was taken. */
    if (str_is(ascii(data, EXIF_IFD_GPS, EXIF_TAG_GPS_STATUS), "V"))
        return;
    out->lat_e7 = lat_e7;
    out->lon_e7 = lon_e7;
    out->has_place = true;
}

void exif_read(struct str block, int zone_min, struct exif_facts *out)
{
    enum { BLOCK_MAX = 1 << 20 };
    *out = (struct exif_facts){.orientation = 1};
    if (str_starts(block, exif_mark))
        block = str_sub(block, exif_mark.n, block.n - exif_mark.n);
    if (block.n < 8 || block.n > BLOCK_MAX)
        return;
    /* libexif wants the mark in front and a copy it can be trusted with. */
    unsigned char *copy = xmalloc(exif_mark.n + block.n);
    memcpy(copy, exif_mark.p, exif_mark.n);
    memcpy(copy + exif_mark.n, block.p, block.n);
    ExifData *data = exif_data_new();
    if (data) {
        /* Unknown tags are kept (the offset of the time is newer than the library); nothing is
         * "repaired". */
        exif_data_unset_option(data, EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS);
        exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
        exif_data_set_option(data, EXIF_DATA_OPTION_DONT_CHANGE_MAKER_NOTE);
        exif_data_load_data(data, copy, (unsigned)(exif_mark.n + block.n));
        read_orientation(data, out);
        read_camera(data, EXIF_TAG_MAKE, out->make);
        read_camera(data, EXIF_TAG_MODEL, out->model);
        read_time(data, zone_min, out);
        read_place(data, out);
        exif_data_unref(data);
    }
    free(copy);
}
