/*
 * standard.c - rules of catalogues: what a criterion must satisfy, the hash that seals a version,
 * where a changed value comes from. Pure.
 */
#include "standard/catalogue.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/hash.h"
#include "org/text.h"

const char *const severity_names[] = {"general", "key", NULL};
const char *const dimension_names[] = {"order", "hygiene", "service", "facility", "practice", NULL};

enum { TEXT_MAX_CHARS = 1000, LIMIT_AMOUNT_MAX = 3650, SOURCES_MAX_CHARS = 4000 };

static int index_of(const char *const *names, struct str name)
{
    for (int i = 0; names[i]; i++)
        if (str_is(name, names[i]))
            return i;
    return -1;
}

/* ---- one criterion ---- */

struct check {
    struct fault *f;
    struct str at;
};

static struct str below(const struct check *c, const char *member)
{
    return str_fmt(c->f->arena, "%.*s%s", STR_ARG(c->at), member);
}

static void check_text(const struct check *c, const struct text_rule *r)
{
    if (r->required && str_empty(str_trim(r->value)))
        fail_field(c->f, below(c, r->pointer), "required", "必填", "This is required");
    else if (r->value.p && utf8_count(r->value) > r->max_chars)
        fail_field(c->f, below(c, r->pointer), "too_long", "最多 %zu 个字",
                   "At most %zu characters", r->max_chars);
}

static void check_name(const struct check *c, const char *member, const char *const *names,
                       struct str value)
{
    if (index_of(names, value) < 0)
        fail_field(c->f, below(c, member), "unknown_value", "不是允许的取值",
                   "It is not one of the allowed values");
}

static void check_range(const struct check *c, const char *member, int64_t value,
                        const int64_t range[2])
{
    if (value < range[0] || value > range[1])
        fail_field(c->f, below(c, member), "out_of_range", "应在 %lld 与 %lld 之间",
                   "It must lie between %lld and %lld", (long long)range[0], (long long)range[1]);
}

/* The faults of the parameters, moved below "/mode_params". */
static void check_judging(const struct check *c, const struct criterion_full *x)
{
    struct fault inner;
    struct judging j;
    int mode = index_of(judging_mode_names, x->mode);
    if (mode < 0) {
        check_name(c, "/mode", judging_mode_names, x->mode);
        return;
    }
    fault_init(&inner, c->f->arena);
    if (judging_parse(c->f->arena, &inner, (enum judging_mode)mode, x->mode_params, &j) == RC_OK)
        return;
    for (size_t i = 0; i < inner.nfields; i++) {
        const struct field_error *e = &inner.fields[i];
        struct str at = str_fmt(c->f->arena, "/mode_params%.*s", STR_ARG(e->pointer));
        fail_field(c->f, below(c, str_z(c->f->arena, at)), str_z(c->f->arena, e->code), "%.*s", "",
                   STR_ARG(e->zh));
        c->f->fields[c->f->nfields - 1].en = e->en;
    }
    if (inner.nfields == 0)
        fail_field(c->f, below(c, "/mode_params"), "mode_params", "评判参数不正确",
                   "The parameters of the mode are wrong");
}

void criterion_check(struct fault *f, struct str at, const struct criterion_full *x)
{
    const struct check c = {f, at};
    const struct text_rule rules[] = {
        {"/code", x->code, true, CODE_MAX_CHARS},
        {"/category_code", x->category_code, true, CODE_MAX_CHARS},
        {"/text_zh", x->text_zh, true, TEXT_MAX_CHARS},
        {"/text_en", x->text_en, true, TEXT_MAX_CHARS},
        {"/how_zh", x->how_zh, false, TEXT_MAX_CHARS},
        {"/how_en", x->how_en, false, TEXT_MAX_CHARS},
        {"/method", x->method, false, 20},
        {"/close_zh", x->close_zh, false, TEXT_MAX_CHARS},
        {"/close_en", x->close_en, false, TEXT_MAX_CHARS},
        {"/territory_dept", x->territory_dept, false, 200},
        {"/subject_dept", x->subject_dept, false, 200},
        {"/supervising_dept", x->supervising_dept, false, 200},
        {"/sources", x->sources, false, 500},
        {"/field_sources", x->field_sources, false, SOURCES_MAX_CHARS},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        check_text(&c, &rules[i]);
    check_judging(&c, x);
    check_name(&c, "/severity", severity_names, x->severity);
    check_name(&c, "/limit/kind", limit_kind_names, x->limit_kind);
    if (!str_empty(x->dimension))
        check_name(&c, "/dimension", dimension_names, x->dimension);
    check_range(&c, "/limit/amount", x->limit_amount, (int64_t[2]){1, LIMIT_AMOUNT_MAX});
    check_range(&c, "/weight", x->weight, (int64_t[2]){0, JUDGING_WEIGHT_MAX});
    check_range(&c, "/order_no", x->order_no, (int64_t[2]){0, ORDER_NO_MAX});
    if (x->veto && !str_is(x->mode, "binary"))
        fail_field(f, below(&c, "/veto"), "veto_binary", "一票否决项须为“符合/不符合”方式",
                   "A veto criterion must be judged met or not met");
}

/* ---- the hash of a version ---- */

static int by_category(const void *a, const void *b)
{
    const struct category_new *const *x = a, *const *y = b;
    return str_cmp((*x)->code, (*y)->code);
}

static int by_criterion(const void *a, const void *b)
{
    const struct criterion_full *const *x = a, *const *y = b;
    return str_cmp((*x)->code, (*y)->code);
}

static void hash_category(struct hasher *h, const struct category_new *c)
{
    const struct str texts[] = {c->code, c->name_zh, c->name_en, c->hint_zh, c->hint_en};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hash_field(h, texts[i]);
    hash_field_i64(h, c->order_no);
    hash_field_i64(h, c->weight);
}

static void hash_criterion(struct hasher *h, const struct criterion_full *c)
{
    const struct str texts[] = {
        c->category_code,    c->code,      c->text_zh,  c->text_en,        c->how_zh,
        c->how_en,           c->method,    c->mode,     c->mode_params,    c->severity,
        c->limit_kind,       c->close_zh,  c->close_en, c->territory_dept, c->subject_dept,
        c->supervising_dept, c->dimension, c->sources,  c->field_sources};
    const int64_t numbers[] = {c->order_no, c->weight, c->veto, c->limit_amount, c->active};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hash_field(h, texts[i]);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        hash_field_i64(h, numbers[i]);
}

struct sha256 catalogue_hash(struct arena *a, const struct category_new *categories,
                             size_t ncategories, const struct criterion_full *criteria,
                             size_t ncriteria)
{
    struct hasher h;
    const struct category_new **cs = ARENA_MANY(a, const struct category_new *, ncategories + 1);
    const struct criterion_full **xs = ARENA_MANY(a, const struct criterion_full *, ncriteria + 1);
    for (size_t i = 0; i < ncategories; i++)
        cs[i] = &categories[i];
    for (size_t i = 0; i < ncriteria; i++)
        xs[i] = &criteria[i];
    qsort(cs, ncategories, sizeof *cs, by_category);
    qsort(xs, ncriteria, sizeof *xs, by_criterion);
    hash_begin(&h);
    hash_field(&h, STR("catalogue 1"));
    hash_field_i64(&h, (int64_t)ncategories);
    for (size_t i = 0; i < ncategories; i++)
        hash_category(&h, cs[i]);
    hash_field_i64(&h, (int64_t)ncriteria);
    for (size_t i = 0; i < ncriteria; i++)
        hash_criterion(&h, xs[i]);
    return hash_end(&h);
}

/* ---- where a value comes from ---- */

struct source {
    const char *key;
    unsigned members;
};
static const struct source source_keys[] = {
    {"text", CRITERION_TEXT_ZH | CRITERION_TEXT_EN},
    {"method", 0},
    {"how", CRITERION_HOW_ZH | CRITERION_HOW_EN},
    {"mode", CRITERION_MODE},
    {"mode_params", CRITERION_PARAMS | CRITERION_MODE},
    {"weight", CRITERION_WEIGHT},
    {"severity", CRITERION_SEVERITY},
    {"veto", CRITERION_VETO},
    {"limit", CRITERION_LIMIT},
    {"close", CRITERION_CLOSE_ZH | CRITERION_CLOSE_EN},
    {"departments", 0},
    {"dimension", 0},
    {"active", CRITERION_ACTIVE},
};

struct str criterion_sources_after(struct arena *a, struct str field_sources, unsigned set)
{
    struct jin in;
    struct fault f;
    struct detail d;
    fault_init(&f, a);
    bool known = field_sources.p && jin_parse(&in, a, &f, field_sources) == RC_OK;
    detail_open(&d, 0);
    for (size_t i = 0; i < sizeof source_keys / sizeof *source_keys; i++) {
        const struct source *s = &source_keys[i];
        struct str from = STR_NONE;
        if (known)
            jin_str(&in, s->key, JIN_OPTIONAL, 200, &from);
        if (s->members & set)
            from = STR("headquarters");
        if (from.p)
            jo_str(&d.j, s->key, from);
    }
    if (known)
        jin_free(&in);
    return detail_close(&d, a);
}
