/*
 * import_place.c - coordinates of a row: WGS 84, or GCJ-02 where the heading or the mapping says so; what systems write
 * where they know nothing is no place.
 */
#include "import_internal.h"

#include "base/arena.h"
#include "base/datum.h"

enum { DEGREE_E7 = 10000000 };

static void say(struct import *im, const struct table_value *v, bool strict)
{
    if (strict)
        report_error(im->report, v->row, v->column, "bad_coordinate", "坐标应为十进制度数，如 118.0874790",
                     "A coordinate is a number of degrees like 118.0874790");
    else
        report_warning(im->report, v->row, v->column, "bad_coordinate", "坐标无法识别，未采用",
                       "This is no coordinate; left out");
}

/* One coordinate; absent where the cell is empty. */
static bool read_degrees(const struct table_value *v, int64_t limit, struct opt_i64 *out)
{
    struct str text = str_trim(v->text);
    ptrdiff_t point = str_find(text, STR("."), 0);
    *out = NONE_I64;
    if (str_empty(text))
        return true;
    if (point >= 0 && text.n - (size_t)point > 8) /* machines write fifteen digits: a tenth of a millimetre is enough */
        text = str_sub(text, 0, (size_t)point + 8);
    out->has = str_to_scaled(text, 7, &out->v) && out->v >= -limit * DEGREE_E7 && out->v <= limit * DEGREE_E7;
    return out->has;
}

/* Zeros and whole degrees are what systems write where nothing is known. */
static bool placeholder(int64_t lon, int64_t lat)
{
    return lon == 0 || lat == 0 || (lon % DEGREE_E7 == 0 && lat % DEGREE_E7 == 0);
}

static bool heading_says_gcj02(const struct import *im, const char *key)
{
    ptrdiff_t spec = table_spec(&im->map, key);
    struct arena *a = OP_ARENA(im->op);
    if (spec < 0 || im->map.bindings[spec].column < 0 || !im->map.headings)
        return false;
    struct str h = utf8_fold(a, im->map.headings[im->map.bindings[spec].column]);
    static const char *const words[] = {"gcj", "火星", "高德", "腾讯"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_find(h, str_of(words[i]), 0) >= 0)
            return true;
    return false;
}

static void take_place(struct import *im, size_t row, bool gcj02, struct opt_i64 place[2])
{
    struct place_e7 p = {place[0].v, place[1].v};
    if (placeholder(p.lon, p.lat)) {
        report_warning(im->report, import_row_number(im, row), 0, "place_placeholder", "坐标是占位值，未采用",
                       "The place is a placeholder; left out");
        place[0] = place[1] = NONE_I64;
        return;
    }
    if (gcj02)
        p = datum_to_wgs84(p);
    place[0] = SOME(p.lon);
    place[1] = SOME(p.lat);
}

/* Reads both, so that a fault in either is named. */
static bool read_pair(struct import *im, size_t row, const char *const names[2], bool strict, struct opt_i64 place[2])
{
    bool good = true;
    for (int i = 0; i < 2; i++) {
        struct table_value v = import_cell(im, row, names[i]);
        if (read_degrees(&v, i ? 90 : 180, &place[i]))
            continue;
        say(im, &v, strict);
        good = false;
    }
    return good;
}

bool import_place(struct import *im, size_t row, bool strict, struct opt_i64 place[2])
{
    static const char *const wgs84[] = {"lon", "lat"}, *const shifted[] = {"lon_gcj02", "lat_gcj02"};
    bool gcj02 = im->gcj02 || heading_says_gcj02(im, "lon");
    bool good = read_pair(im, row, wgs84, strict, place);
    if (good && !place[0].has && !place[1].has) {
        gcj02 = true;
        good = read_pair(im, row, shifted, strict, place);
    }
    if (good && place[0].has && place[1].has) {
        take_place(im, row, gcj02, place);
        return true;
    }
    if (good && place[0].has != place[1].has)
        report_warning(im->report, import_row_number(im, row), 0, "place_half", "经纬度只有一个，未采用",
                       "Only one of longitude and latitude is there; left out");
    place[0] = place[1] = NONE_I64;
    return good || !strict;
}
