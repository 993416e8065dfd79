/* json_out.c - see json_out.h. Escapes run-wise: clean stretches are copied whole. */
#include "base/json_out.h"

#include "base/civil.h"

#include <stdlib.h>

void jo_begin(struct json_out *j, struct buf *b, int zone_min)
{
    *j = (struct json_out){.b = b, .zone_min = zone_min, .first = {true}};
}

static void lead(struct json_out *j, const char *key)
{
    if (!j->first[j->depth])
        buf_char(j->b, ',');
    j->first[j->depth] = false;
    if (key) {
        buf_char(j->b, '"');
        buf_z(j->b, key);
        buf_add(j->b, "\":", 2);
    }
}

static void open_level(struct json_out *j, const char *key, char open, char close)
{
    lead(j, key);
    buf_char(j->b, open);
    if (j->depth + 1 >= JSON_OUT_DEPTH)
        abort();
    j->depth++;
    j->first[j->depth] = true;
    j->close[j->depth] = close;
}

void jo_obj(struct json_out *j, const char *key)
{
    open_level(j, key, '{', '}');
}

void jo_arr(struct json_out *j, const char *key)
{
    open_level(j, key, '[', ']');
}

void jo_end(struct json_out *j)
{
    if (j->depth == 0)
        abort();
    buf_char(j->b, j->close[j->depth]);
    j->depth--;
}

static void quoted(struct buf *b, struct str s)
{
    static const char digits[] = "0123456789abcdef";
    size_t from = 0;
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(b, s.p + from, i - from);
        from = i + 1;
        if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t') {
            char two[2] = {'\\', c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : (char)c};
            buf_add(b, two, 2);
        } else {
            char six[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
            buf_add(b, six, 6);
        }
    }
    buf_add(b, s.p + from, s.n - from);
    buf_char(b, '"');
}

void jo_str(struct json_out *j, const char *key, struct str s)
{
    if (!s.p) {
        jo_null(j, key);
        return;
    }
    lead(j, key);
    quoted(j->b, s);
}

void jo_z(struct json_out *j, const char *key, const char *z)
{
    jo_str(j, key, str_of(z));
}

void jo_i64(struct json_out *j, const char *key, int64_t v)
{
    lead(j, key);
    buf_i64(j->b, v);
}

void jo_bool(struct json_out *j, const char *key, bool v)
{
    lead(j, key);
    buf_z(j->b, v ? "true" : "false");
}

void jo_null(struct json_out *j, const char *key)
{
    lead(j, key);
    buf_add(j->b, "null", 4);
}

void jo_scaled(struct json_out *j, const char *key, int64_t v, int digits)
{
    int64_t unit = 1;
    lead(j, key);
    while (digits > 0 && v % 10 == 0) {
        v /= 10;
        digits--;
    }
    for (int i = 0; i < digits; i++)
        unit *= 10;
    if (v < 0 && v / unit == 0)
        buf_char(j->b, '-');
    buf_i64(j->b, v / unit);
    if (digits > 0) {
        int64_t part = v % unit < 0 ? -(v % unit) : v % unit;
        buf_char(j->b, '.');
        for (int64_t d = unit / 10; d > 0; d /= 10)
            buf_char(j->b, (char)('0' + part / d % 10));
    }
}

void jo_time(struct json_out *j, const char *key, int64_t ms)
{
    char text[RFC3339_MAX];
    size_t n = civil_format(ms, j->zone_min, text);
    jo_str(j, key, (struct str){text, n});
}

void jo_uuid(struct json_out *j, const char *key, struct uuid u)
{
    if (uuid_is_none(u)) {
        jo_null(j, key);
        return;
    }
    char text[UUID_TEXT];
    uuid_format(u, text);
    jo_str(j, key, (struct str){text, UUID_TEXT});
}

void jo_sha256(struct json_out *j, const char *key, struct sha256 h)
{
    static const char digits[] = "0123456789abcdef";
    char text[64];
    for (size_t i = 0; i < sizeof h.b; i++) {
        text[2 * i] = digits[h.b[i] >> 4];
        text[2 * i + 1] = digits[h.b[i] & 15];
    }
    jo_str(j, key, (struct str){text, sizeof text});
}

void jo_raw(struct json_out *j, const char *key, struct str json)
{
    lead(j, key);
    buf_str(j->b, json);
}

void jo_opt_time(struct json_out *j, const char *key, struct opt_i64 ms)
{
    if (ms.has)
        jo_time(j, key, ms.v);
    else
        jo_null(j, key);
}

void jo_opt_i64(struct json_out *j, const char *key, struct opt_i64 v)
{
    if (v.has)
        jo_i64(j, key, v.v);
    else
        jo_null(j, key);
}

void jo_named(struct json_out *j, const char *key, struct uuid id, struct str name)
{
    if (uuid_is_none(id)) {
        jo_null(j, key);
        return;
    }
    jo_obj(j, key);
    jo_uuid(j, "id", id);
    jo_str(j, "name", name);
    jo_end(j);
}

void jo_place(struct json_out *j, const char *key, struct opt_i64 lon_e7, struct opt_i64 lat_e7)
{
    if (!lon_e7.has || !lat_e7.has) {
        jo_null(j, key);
        return;
    }
    jo_obj(j, key);
    jo_scaled(j, "lon", lon_e7.v, 7);
    jo_scaled(j, "lat", lat_e7.v, 7);
    jo_end(j);
}
