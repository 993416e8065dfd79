/* json_in.c - see json_in.h. */
#include "base/json_in.h"

#include "base/arena.h"
#include "base/civil.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct str jin_pointer(struct jin *in, const char *key)
{
    return str_fmt(in->arena, "%.*s/%s", STR_ARG(in->at), key);
}

static struct str item_pointer(struct jin *in, const char *key, size_t i)
{
    return str_fmt(in->arena, "%.*s/%s/%zu", STR_ARG(in->at), key, i);
}

/* jansson bounds nesting itself (2048); ours is tighter, so that no walk of ours recurses far. */
static bool nests_too_deep(struct str body)
{
    int depth = 0;
    bool in_text = false;
    for (size_t i = 0; i < body.n; i++) {
        char c = body.p[i];
        if (in_text) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > JIN_DEPTH_MAX)
                return true;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return false;
}

enum rc jin_parse(struct jin *in, struct arena *a, struct fault *f, struct str body)
{
    json_error_t err;
    *in = (struct jin){.arena = a, .fault = f, .at = STR("")};
    if (nests_too_deep(body))
        return fail(f, RC_BAD, "json_too_deep", "JSON 嵌套过深（最多 %d 层）",
                    "The JSON nests deeper than %d levels", JIN_DEPTH_MAX);
    json_t *doc = json_loadb(body.p ? body.p : "", body.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &err);
    if (!doc)
        return fail(f, RC_BAD, "json_malformed", "不是正确的 JSON：第 %d 行第 %d 列，%s",
                    "Not correct JSON: line %d, column %d, %s", err.line, err.column, err.text);
    if (!json_is_object(doc)) {
        json_decref(doc);
        return fail(f, RC_BAD, "json_not_object", "JSON 最外层必须是对象", "The JSON must be an object");
    }
    in->obj = (struct json_t *)doc;
    return RC_OK;
}

void jin_free(struct jin *top)
{
    json_decref(top->obj);
    top->obj = NULL;
}

static bool asked_for(struct jin *in, const char *key)
{
    for (size_t i = 0; i < in->nseen; i++)
        if (strcmp(in->seen[i], key) == 0)
            return true;
    return false;
}

enum rc jin_done(struct jin *in)
{
    const char *key;
    json_t *value;
    json_object_foreach(in->obj, key, value)
    {
        if (!asked_for(in, key) && utf8_valid(str_of(key)))
            fail_field(in->fault, jin_pointer(in, key), "unknown_member", "没有这个字段",
                       "There is no such member");
    }
    return in->fault->rc;
}

static void note_seen(struct jin *in, const char *key)
{
    if (!asked_for(in, key) && in->nseen < JIN_KEYS_MAX)
        in->seen[in->nseen++] = key;
}

bool jin_has(struct jin *in, const char *key)
{
    note_seen(in, key);
    json_t *v = json_object_get(in->obj, key);
    return v && !json_is_null(v);
}

bool jin_is_null(struct jin *in, const char *key)
{
    note_seen(in, key);
    json_t *v = json_object_get(in->obj, key);
    return v && json_is_null(v);
}

static json_t *member(struct jin *in, const char *key, int required)
{
    note_seen(in, key);
    json_t *v = json_object_get(in->obj, key);
    if (v && !json_is_null(v))
        return v;
    if (required)
        fail_field(in->fault, jin_pointer(in, key), "required", "必填", "This is required");
    return NULL;
}

static bool wrong_type(struct jin *in, struct str pointer)
{
    fail_field(in->fault, pointer, "wrong_type", "类型不对", "The type is wrong");
    return false;
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f)
            return true;
    }
    return false;
}

static bool text(struct jin *in, json_t *v, struct str pointer, int required, size_t max, struct str *out)
{
    if (!json_is_string(v))
        return wrong_type(in, pointer);
    struct str s = {json_string_value(v), json_string_length(v)};
    if (has_control(s) || !utf8_valid(s)) {
        fail_field(in->fault, pointer, "bad_characters", "含有不可见的控制字符", "It holds control characters");
        return false;
    }
    s = str_trim(str_copy(in->arena, s));
    s = utf8_nfc(in->arena, s);
    if (required && s.n == 0) {
        fail_field(in->fault, pointer, "required", "必填", "This is required");
        return false;
    }
    if (utf8_count(s) > max) {
        fail_field(in->fault, pointer, "too_long", "最多 %zu 个字", "At most %zu characters", max);
        return false;
    }
    *out = s;
    return true;
}

bool jin_str(struct jin *in, const char *key, int required, size_t max, struct str *out)
{
    json_t *v = member(in, key, required);
    return v && text(in, v, jin_pointer(in, key), required, max, out);
}

bool jin_secret(struct jin *in, const char *key, int required, size_t max_bytes, struct str *out)
{
    json_t *v = member(in, key, required);
    if (!v)
        return false;
    if (!json_is_string(v))
        return wrong_type(in, jin_pointer(in, key));
    if (json_string_length(v) > max_bytes) {
        fail_field(in->fault, jin_pointer(in, key), "too_long", "太长", "It is too long");
        return false;
    }
    *out = str_copy(in->arena, (struct str){json_string_value(v), json_string_length(v)});
    return true;
}

static bool as_i64(struct jin *in, json_t *v, struct str at, const int64_t range[2], int64_t *out)
{
    if (!json_is_integer(v))
        return wrong_type(in, at);
    int64_t n = json_integer_value(v);
    if (n < range[0] || n > range[1]) {
        fail_field(in->fault, at, "out_of_range", "应在 %lld 与 %lld 之间",
                   "It must lie between %lld and %lld", (long long)range[0], (long long)range[1]);
        return false;
    }
    *out = n;
    return true;
}

bool jin_i64(struct jin *in, const char *key, int required, int64_t min, int64_t max, int64_t *out)
{
    json_t *v = member(in, key, required);
    return v && as_i64(in, v, jin_pointer(in, key), (const int64_t[2]){min, max}, out);
}

bool jin_bool(struct jin *in, const char *key, int required, bool *out)
{
    json_t *v = member(in, key, required);
    if (!v)
        return false;
    if (!json_is_boolean(v))
        return wrong_type(in, jin_pointer(in, key));
    *out = json_is_true(v);
    return true;
}

static bool as_uuid(struct jin *in, json_t *v, struct str pointer, struct uuid *out)
{
    if (!json_is_string(v))
        return wrong_type(in, pointer);
    struct uuid u;
    if (!uuid_parse((struct str){json_string_value(v), json_string_length(v)}, &u) || uuid_is_none(u)) {
        fail_field(in->fault, pointer, "bad_id", "不是正确的编号（UUID）", "It is not a UUID");
        return false;
    }
    *out = u;
    return true;
}

bool jin_uuid(struct jin *in, const char *key, int required, struct uuid *out)
{
    json_t *v = member(in, key, required);
    return v && as_uuid(in, v, jin_pointer(in, key), out);
}

bool jin_time(struct jin *in, const char *key, int required, int64_t *ms)
{
    json_t *v = member(in, key, required);
    if (!v)
        return false;
    if (!json_is_string(v))
        return wrong_type(in, jin_pointer(in, key));
    if (!civil_parse_rfc3339((struct str){json_string_value(v), json_string_length(v)}, ms)) {
        fail_field(in->fault, jin_pointer(in, key), "bad_time", "时间格式应如 2026-11-21T09:30:00+08:00",
                   "Write the time like 2026-11-21T09:30:00+08:00");
        return false;
    }
    return true;
}

bool jin_scaled(struct jin *in, const char *key, int required, int digits, int64_t min, int64_t max, int64_t *out)
{
    json_t *v = member(in, key, required);
    if (!v)
        return false;
    if (!json_is_number(v))
        return wrong_type(in, jin_pointer(in, key));
    double scaled = json_number_value(v) * pow(10, digits);
    if (!isfinite(scaled) || scaled < (double)min || scaled > (double)max) {
        fail_field(in->fault, jin_pointer(in, key), "out_of_range", "超出范围", "It is out of range");
        return false;
    }
    *out = llround(scaled);
    return true;
}

bool jin_enum(struct jin *in, const char *key, int required, const char *const *names, int *out)
{
    json_t *v = member(in, key, required);
    if (!v)
        return false;
    if (!json_is_string(v))
        return wrong_type(in, jin_pointer(in, key));
    for (int i = 0; names[i]; i++) {
        if (strcmp(names[i], json_string_value(v)) == 0) {
            *out = i;
            return true;
        }
    }
    fail_field(in->fault, jin_pointer(in, key), "unknown_value", "不是允许的取值", "It is not one of the allowed values");
    return false;
}

static bool as_sha256(struct jin *in, json_t *v, struct str pointer, struct sha256 *out)
{
    if (!json_is_string(v))
        return wrong_type(in, pointer);
    if (!str_unhex((struct str){json_string_value(v), json_string_length(v)}, out->b, sizeof out->b)) {
        fail_field(in->fault, pointer, "bad_sha256", "不是正确的 SHA-256", "It is not a SHA-256 in hex");
        return false;
    }
    return true;
}

bool jin_sha256(struct jin *in, const char *key, int required, struct sha256 *out)
{
    json_t *v = member(in, key, required);
    return v && as_sha256(in, v, jin_pointer(in, key), out);
}

static bool as_obj(struct jin *in, json_t *v, struct str pointer, struct jin *out)
{
    if (!json_is_object(v))
        return wrong_type(in, pointer);
    *out = (struct jin){.arena = in->arena, .fault = in->fault, .obj = (struct json_t *)v, .at = pointer};
    return true;
}

bool jin_obj(struct jin *in, const char *key, int required, struct jin *out)
{
    json_t *v = member(in, key, required);
    return v && as_obj(in, v, jin_pointer(in, key), out);
}

bool jin_arr(struct jin *in, const char *key, int required, size_t max, size_t *n)
{
    json_t *v = member(in, key, required);
    *n = 0;
    if (!v)
        return false;
    if (!json_is_array(v))
        return wrong_type(in, jin_pointer(in, key));
    if (json_array_size(v) > max) {
        fail_field(in->fault, jin_pointer(in, key), "too_many", "最多 %zu 项", "At most %zu items", max);
        return false;
    }
    *n = json_array_size(v);
    return true;
}

bool jin_arr_obj(struct jin *in, const char *key, size_t i, struct jin *out)
{
    return as_obj(in, json_array_get(json_object_get(in->obj, key), i), item_pointer(in, key, i), out);
}

bool jin_arr_str(struct jin *in, const char *key, size_t i, size_t max, struct str *out)
{
    json_t *v = json_array_get(json_object_get(in->obj, key), i);
    return text(in, v, item_pointer(in, key, i), JIN_REQUIRED, max, out);
}

bool jin_arr_i64(struct jin *in, const char *key, size_t i, int64_t min, int64_t max, int64_t *out)
{
    json_t *v = json_array_get(json_object_get(in->obj, key), i);
    return as_i64(in, v, item_pointer(in, key, i), (const int64_t[2]){min, max}, out);
}

bool jin_arr_uuid(struct jin *in, const char *key, size_t i, struct uuid *out)
{
    return as_uuid(in, json_array_get(json_object_get(in->obj, key), i), item_pointer(in, key, i), out);
}

bool jin_arr_sha256(struct jin *in, const char *key, size_t i, struct sha256 *out)
{
    return as_sha256(in, json_array_get(json_object_get(in->obj, key), i), item_pointer(in, key, i), out);
}

bool jin_raw(struct jin *in, const char *key, int required, size_t max_bytes, struct str *out)
{
    json_t *v = member(in, key, required);
    if (!v)
        return false;
    char *made = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
    if (!made)
        return wrong_type(in, jin_pointer(in, key));
    bool fits = strlen(made) <= max_bytes;
    if (fits)
        *out = str_copy(in->arena, str_of(made));
    else
        fail_field(in->fault, jin_pointer(in, key), "too_long", "太长", "It is too long");
    free(made);
    return fits;
}

struct str jin_canonical(struct jin *in)
{
    char *made = json_dumps(in->obj, JSON_COMPACT | JSON_SORT_KEYS);
    struct str s = str_copy(in->arena, str_of(made ? made : ""));
    free(made);
    return s;
}
