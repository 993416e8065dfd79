/* civil.c - see civil.h. Day arithmetic after Howard Hinnant's public-domain chrono algorithms. */
#include "base/civil.h"

#include <stdio.h>

int64_t civil_days(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct civil civil_from_ms(int64_t ms, int zone_min)
{
    int64_t local = ms + (int64_t)zone_min * MINUTE_MS;
    int64_t days = floor_div(local, DAY_MS);
    int64_t rest = local - days * DAY_MS;
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int month = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct civil){
        .year = (int)(yoe + era * 400) + (month <= 2),
        .month = month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
        .hour = (int)(rest / HOUR_MS),
        .minute = (int)(rest / MINUTE_MS % 60),
        .second = (int)(rest / 1000 % 60),
        .ms = (int)(rest % 1000),
        .weekday = (int)(((days + 3) % 7 + 7) % 7) + 1,
    };
}

int64_t civil_to_ms(const struct civil *c, int zone_min)
{
    int64_t days = civil_days(c->year, c->month, c->day);
    return days * DAY_MS + c->hour * (int64_t)HOUR_MS + c->minute * (int64_t)MINUTE_MS +
           c->second * 1000 + c->ms - (int64_t)zone_min * MINUTE_MS;
}

bool civil_date_ok(int year, int month, int day)
{
    static const int last[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
        return false;
    return day <= last[month - 1] + (month == 2 && leap);
}

int64_t civil_midnight(int64_t ms, int zone_min)
{
    int64_t shift = (int64_t)zone_min * MINUTE_MS;
    return floor_div(ms + shift, DAY_MS) * DAY_MS - shift;
}

static bool digits(struct str s, size_t at, size_t n, int *out)
{
    int64_t v;
    struct str part = str_sub(s, at, n);
    if (part.n != n || !str_is_ascii_digits(part) || !str_to_i64(part, 0, 9999, &v))
        return false;
    *out = (int)v;
    return true;
}

static bool parse_day(struct str s, struct civil *c)
{
    return s.n >= 10 && digits(s, 0, 4, &c->year) && s.p[4] == '-' && digits(s, 5, 2, &c->month) &&
           s.p[7] == '-' && digits(s, 8, 2, &c->day) && c->year >= 1970 &&
           civil_date_ok(c->year, c->month, c->day);
}

static bool parse_offset(struct str s, int *zone_min)
{
    int h, m;
    if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z')) {
        *zone_min = 0;
        return true;
    }
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' || !digits(s, 1, 2, &h) ||
        !digits(s, 4, 2, &m) || h > 23 || m > 59)
        return false;
    *zone_min = (s.p[0] == '-' ? -1 : 1) * (h * 60 + m);
    return true;
}

bool civil_parse_rfc3339(struct str s, int64_t *ms)
{
    struct civil c = {0};
    int zone_min;
    if (!parse_day(s, &c) || s.n < 20 || (s.p[10] != 'T' && s.p[10] != 't') || s.p[13] != ':' ||
        s.p[16] != ':' || !digits(s, 11, 2, &c.hour) || !digits(s, 14, 2, &c.minute) ||
        !digits(s, 17, 2, &c.second) || c.hour > 23 || c.minute > 59 || c.second > 59)
        return false;
    size_t at = 19;
    if (s.p[at] == '.') {
        int scale = 100, seen = 0;
        for (at++; at < s.n && s.p[at] >= '0' && s.p[at] <= '9'; at++, seen++, scale /= 10)
            c.ms += scale * (s.p[at] - '0');
        if (!seen)
            return false;
    }
    if (!parse_offset(str_sub(s, at, s.n), &zone_min))
        return false;
    *ms = civil_to_ms(&c, zone_min);
    return true;
}

bool civil_parse_date(struct str s, int zone_min, int64_t *ms)
{
    struct civil c = {0};
    if (s.n != 10 || !parse_day(s, &c))
        return false;
    *ms = civil_to_ms(&c, zone_min);
    return true;
}

static char *put2(char *p, int v)
{
    p[0] = (char)('0' + v / 10 % 10);
    p[1] = (char)('0' + v % 10);
    return p + 2;
}

size_t civil_format(int64_t ms, int zone_min, char out[RFC3339_MAX])
{
    struct civil c = civil_from_ms(ms, zone_min);
    char *p = put2(put2(out, c.year / 100), c.year % 100);
    *p++ = '-';
    p = put2(p, c.month);
    *p++ = '-';
    p = put2(p, c.day);
    *p++ = 'T';
    p = put2(p, c.hour);
    *p++ = ':';
    p = put2(p, c.minute);
    *p++ = ':';
    p = put2(p, c.second);
    if (c.ms) {
        *p++ = '.';
        *p++ = (char)('0' + c.ms / 100);
        p = put2(p, c.ms % 100);
    }
    int off = zone_min < 0 ? -zone_min : zone_min;
    *p++ = zone_min < 0 ? '-' : '+';
    p = put2(p, off / 60);
    *p++ = ':';
    p = put2(p, off % 60);
    return (size_t)(p - out);
}

struct str civil_rfc3339(struct arena *a, int64_t ms, int zone_min)
{
    char text[RFC3339_MAX];
    size_t n = civil_format(ms, zone_min, text);
    return str_copy(a, (struct str){text, n});
}

struct str civil_date(struct arena *a, int64_t ms, int zone_min)
{
    char text[RFC3339_MAX];
    civil_format(ms, zone_min, text);
    return str_copy(a, (struct str){text, 10});
}
