/* table_bind.c - which column of a file is which: headings, synonyms, and the caller's mapping. See
 * table.h. */
#include "tabular/table.h"

#include "base/arena.h"
#include "base/json_in.h"

#include <jansson.h>

enum { MAPPING_TEXT = 500, MAPPING_BYTES_MAX = 256 * 1024 };

struct binder {
    struct table *table;
    struct arena *arena;
    struct fault *fault;
    struct table_map *map;
    struct jin in;      /* the mapping; in.obj NULL when there is none */
    struct str *folded; /* headings as compared, by column */
    size_t rules_made;
    struct synonym {
        size_t spec;
        struct str folded;
    } * synonyms;
    size_t nsynonyms;
    struct str named[TABLE_SPECS_MAX]; /* headings the mapping speaks of */
    size_t nnamed;
};

/* ---- headings ---- */

static bool in_set(struct str s, size_t i, size_t *n)
{
    static const struct str dropped[] = {STR_INIT(" "),  STR_INIT("\t"), STR_INIT("\n"),
                                         STR_INIT("\r"), STR_INIT("*"),  STR_INIT(":"),
                                         STR_INIT("_"),  STR_INIT("-"),  STR_INIT("　"),
                                         STR_INIT("※"),  STR_INIT("★"),  STR_INIT("\xE2\x80\x8B")};
    for (size_t k = 0; k < sizeof dropped / sizeof *dropped; k++) {
        if (str_starts(str_sub(s, i, s.n), dropped[k])) {
            *n = dropped[k].n;
            return true;
        }
    }
    return false;
}

/* Folding makes full-width forms ASCII, so "（必填）" is "(必填)" here; what stands in brackets is
 * a remark. */
static struct str fold_heading(struct arena *a, struct str s)
{
    struct str f = utf8_fold(a, s.n > MAPPING_TEXT ? STR("") : s);
    char *p = arena_alloc(a, f.n + 1);
    size_t n = 0, skip = 0;
    int depth = 0;
    for (size_t i = 0; i < f.n; i++) {
        depth += f.p[i] == '(';
        if (depth == 0 && in_set(f, i, &skip))
            i += skip - 1;
        else if (depth == 0)
            p[n++] = f.p[i];
        depth -= f.p[i] == ')' && depth > 0;
    }
    return n ? (struct str){p, n} : f;
}

/* Folded once: a hostile file has many headings. */
static void fold_synonyms(struct binder *b)
{
    const struct table_map *m = b->map;
    size_t n = 0;
    for (size_t s = 0; s < m->nspecs; s++) {
        n += 3;
        for (size_t i = 0; m->specs[s].headings && m->specs[s].headings[i]; i++)
            n++;
    }
    b->synonyms = ARENA_MANY(b->arena, struct synonym, n);
    for (size_t s = 0; s < m->nspecs; s++) {
        const char *own[] = {m->specs[s].key, m->specs[s].zh, m->specs[s].en, NULL};
        const char *const *lists[] = {own, m->specs[s].headings};
        for (size_t k = 0; k < 2; k++)
            for (size_t i = 0; lists[k] && lists[k][i]; i++)
                b->synonyms[b->nsynonyms++] =
                    (struct synonym){s, fold_heading(b->arena, str_of(lists[k][i]))};
    }
}

static bool spec_knows(const struct binder *b, size_t spec, struct str folded)
{
    for (size_t i = 0; i < b->nsynonyms; i++)
        if (b->synonyms[i].spec == spec && folded.n && str_eq(b->synonyms[i].folded, folded))
            return true;
    return false;
}

static bool any_spec_knows(const struct binder *b, struct str folded)
{
    for (size_t i = 0; i < b->nsynonyms; i++)
        if (folded.n && str_eq(b->synonyms[i].folded, folded))
            return true;
    return false;
}

/* Headings the mapping itself speaks of: as a plain text, or as the column of a source. */
static void collect_named(struct binder *b)
{
    for (size_t s = 0; b->in.obj && s < b->map->nspecs; s++) {
        json_t *v = json_object_get(b->in.obj, b->map->specs[s].key);
        const char *text = json_string_value(json_is_object(v) ? json_object_get(v, "column") : v);
        if (text && *text)
            b->named[b->nnamed++] = utf8_nfc(b->arena, str_copy(b->arena, str_of(text)));
    }
}

static bool mapping_knows(const struct binder *b, struct str heading)
{
    for (size_t i = 0; i < b->nnamed; i++)
        if (str_eq(b->named[i], heading))
            return true;
    return false;
}

/* How many of a row's cells are headings somebody knows. */
static size_t known_headings(struct binder *b, const struct grid_row *row)
{
    size_t known = 0;
    for (size_t c = 0; c < row->ncells; c++) {
        if (str_empty(row->cells[c]) || row->cells[c].n > MAPPING_TEXT)
            continue;
        known += mapping_knows(b, row->cells[c]) ||
                 any_spec_knows(b, fold_heading(b->arena, row->cells[c]));
    }
    return known;
}

static void use_headings(struct binder *b, ptrdiff_t at)
{
    struct table_map *m = b->map;
    struct grid *g = &b->table->grid;
    m->first = (size_t)(at + 1);
    m->header_row = at < 0 ? 0 : g->rows[at].number;
    m->nheadings = at < 0 ? g->ncolumns : g->rows[at].ncells;
    m->headings = ARENA_MANY(b->arena, struct str, m->nheadings);
    m->spec_of = ARENA_MANY(b->arena, ptrdiff_t, m->nheadings);
    b->folded = ARENA_MANY(b->arena, struct str, m->nheadings);
    for (size_t c = 0; c < m->nheadings; c++) {
        m->spec_of[c] = -1;
        m->headings[c] = at < 0 ? grid_column_name(b->arena, c + 1) : g->rows[at].cells[c];
        b->folded[c] = at < 0 ? STR("") : fold_heading(b->arena, m->headings[c]);
    }
}

/* ---- headings over two rows, units below them ---- */

static bool is_known(struct binder *b, struct str text)
{
    return text.n && text.n <= MAPPING_TEXT && (mapping_knows(b, text) || any_spec_knows(b, fold_heading(b->arena, text)));
}

static struct str cell_of(const struct grid_row *row, size_t c)
{
    return c < row->ncells ? row->cells[c] : STR("");
}

/* 责任单位 over 名称 and 电话: what stands below counts, with its group's name in front where that is a heading somebody
 * knows; where nothing stands below, what is above. False when the second row is one of data: something that is no
 * heading stands below one. */
static bool join_rows(struct binder *b, const struct grid_row *upper, const struct grid_row *lower, struct grid_row *out)
{
    struct str group = STR("");
    out->number = lower->number;
    out->ncells = upper->ncells > lower->ncells ? upper->ncells : lower->ncells;
    out->cells = ARENA_MANY(b->arena, struct str, out->ncells + 1);
    for (size_t c = 0; c < out->ncells; c++) {
        struct str up = cell_of(upper, c), down = cell_of(lower, c);
        group = up.n ? up : group;
        if (down.n && up.n && !str_eq(up, down) && is_known(b, up) && !is_known(b, down))
            return false;
        struct str both = down.n && group.n + down.n <= MAPPING_TEXT
                              ? str_fmt(b->arena, "%.*s%.*s", STR_ARG(group), STR_ARG(down)) : STR("");
        out->cells[c] = !down.n ? up : is_known(b, both) ? both : down;
    }
    return true;
}

/* The best single row may be half of two. */
static void try_two_rows(struct binder *b, size_t most, ptrdiff_t *best)
{
    struct grid *g = &b->table->grid;
    for (ptrdiff_t upper = *best; upper >= *best - 1 && upper >= 0; upper--) {
        struct grid_row joined;
        if ((size_t)upper + 1 >= g->nrows || !join_rows(b, &g->rows[upper], &g->rows[upper + 1], &joined) ||
            known_headings(b, &joined) <= most)
            continue;
        b->map->header[0] = g->rows[upper];
        b->map->header[1] = g->rows[upper + 1];
        b->map->nheader = 2;
        g->rows[upper + 1] = joined;
        *best = upper + 1;
        return;
    }
}

/* A row of units or remarks below the headings: （度）, （必填）, 单位：元. */
static bool is_remark(struct binder *b, struct str text)
{
    static const char *const words[] = {"度", "米", "毫米", "平方米", "元", "万元", "天", "小时", "工作日", "个", "处", "条", "年月日",
                                        "必填", "选填", "非必填", "yyyy-mm-dd", "文本", "数字", "日期"};
    struct str f = utf8_fold(b->arena, text.n > MAPPING_TEXT ? STR("") : text);
    if (f.n >= 2 && f.p[0] == '(' && f.p[f.n - 1] == ')')
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(f, words[i]))
            return true;
    return false;
}

static void pass_remarks(struct binder *b)
{
    const struct grid *g = &b->table->grid;
    struct table_map *m = b->map;
    if (m->first >= g->nrows)
        return;
    const struct grid_row *row = &g->rows[m->first];
    size_t remarks = 0;
    for (size_t c = 0; c < row->ncells; c++) {
        if (str_empty(row->cells[c]))
            continue;
        if (!is_remark(b, row->cells[c]))
            return;
        remarks++;
    }
    m->first += remarks > 0;
}

static enum rc find_header(struct binder *b)
{
    const struct grid *g = &b->table->grid;
    int64_t wanted = -1;
    size_t most = 0;
    ptrdiff_t best = -1;
    if (b->in.obj && jin_i64(&b->in, "$header_row", JIN_OPTIONAL, 0, INT32_MAX, &wanted) &&
        wanted == 0) {
        use_headings(b, -1);
        return RC_OK;
    }
    for (size_t r = 0; r < g->nrows && (r < TABLE_HEADER_ROWS || wanted > 0); r++) {
        if (wanted > 0 && g->rows[r].number != (size_t)wanted)
            continue;
        size_t known = wanted > 0 ? 1 : known_headings(b, &g->rows[r]);
        if (known > most) {
            most = known;
            best = (ptrdiff_t)r;
        }
    }
    if (best < 0)
        return fail(b->fault, RC_INVALID, "header_not_found",
                    "前 %d 行中没有找到表头，应有“%s”等列",
                    "No row of headings among the first %d; one is \"%s\"", TABLE_HEADER_ROWS,
                    b->map->nspecs ? b->map->specs[0].zh : "");
    b->map->header[0] = g->rows[best];
    b->map->nheader = 1;
    if (wanted <= 0)
        try_two_rows(b, most, &best);
    use_headings(b, best);
    pass_remarks(b);
    return RC_OK;
}

/* ---- columns ---- */

static void tie(struct binder *b, size_t spec, size_t column)
{
    struct table_binding *bind = &b->map->bindings[spec];
    bind->column = (ptrdiff_t)column;
    bind->heading = b->map->headings[column];
    if (b->map->spec_of[column] < 0)
        b->map->spec_of[column] = (ptrdiff_t)spec;
}

/* By exact heading, then folded, then letter. */
static bool find_column(struct binder *b, struct str name, size_t *column)
{
    const struct table_map *m = b->map;
    struct str folded = fold_heading(b->arena, name);
    for (size_t c = 0; c < m->nheadings && m->header_row; c++)
        if (str_eq(m->headings[c], name))
            return *column = c, true;
    for (size_t c = 0; c < m->nheadings && m->header_row; c++)
        if (folded.n && str_eq(b->folded[c], folded))
            return *column = c, true;
    size_t letter = grid_column_number(name);
    if (!letter || letter > b->table->grid.ncolumns || letter > m->nheadings)
        return false;
    *column = letter - 1;
    return true;
}

static bool mapped_column(struct binder *b, struct str name, struct str pointer, size_t *column)
{
    if (find_column(b, name, column))
        return true;
    fail_field(b->fault, pointer, "heading_unknown", "文件中没有“%.*s”这一列",
               "The file has no column \"%.*s\"", STR_ARG(name));
    return false;
}

static void bind_by_synonym(struct binder *b, size_t spec)
{
    struct table_map *m = b->map;
    ptrdiff_t found = -1;
    for (size_t c = 0; c < m->nheadings && m->header_row; c++) {
        if (!spec_knows(b, spec, b->folded[c]))
            continue;
        if (found >= 0) {
            fail_field(
                b->fault, str_fmt(b->arena, "/%s", m->specs[spec].key), "heading_duplicate",
                "“%.*s”与“%.*s”两列含义相同，请在列对应关系中指明用哪一列",
                "The columns \"%.*s\" and \"%.*s\" mean the same; say in the mapping which to use",
                STR_ARG(m->headings[found]), STR_ARG(m->headings[c]));
            return;
        }
        found = (ptrdiff_t)c;
    }
    if (found >= 0)
        tie(b, spec, (size_t)found);
}

/* ---- rules of the mapping ---- */

static struct table_rule *new_rules(struct binder *b, struct jin *at, size_t n)
{
    b->rules_made += n;
    if (b->rules_made <= TABLE_RULES_MAX)
        return ARENA_MANY(b->arena, struct table_rule, n);
    fail_field(b->fault, at->at, "too_many_rules", "规则最多 %d 条", "At most %d rules",
               TABLE_RULES_MAX);
    return NULL;
}

/* The condition of one rule; `column` is used where it names none. */
static void read_condition(struct binder *b, struct jin *in, ptrdiff_t column,
                           struct table_rule *rule)
{
    static const char *const tests[] = {"is", "starts", "ends", "contains"};
    struct str name = STR_NONE, split = STR_NONE;
    size_t at = 0, given = 0;
    jin_str(in, "column", JIN_OPTIONAL, MAPPING_TEXT, &name);
    if (name.p && mapped_column(b, name, jin_pointer(in, "column"), &at))
        column = (ptrdiff_t)at;
    else if (!name.p && column < 0)
        fail_field(b->fault, jin_pointer(in, "column"), "required", "请写明列", "Name a column");
    jin_str(in, "split", JIN_OPTIONAL, 1, &split);
    for (size_t i = 0; i < 4; i++) {
        if (!jin_has(in, tests[i]))
            continue;
        given++;
        rule->test = (enum table_test)i;
        jin_str(in, tests[i], JIN_OPTIONAL, MAPPING_TEXT, &rule->text);
    }
    if (given != 1)
        fail_field(b->fault, in->at, "bad_rule", "每条规则要有 is、starts、ends、contains 中的一个",
                   "Each rule holds one of is, starts, ends, contains");
    rule->column = column < 0 ? 0 : (size_t)column;
    rule->split = split.n == 1 ? split.p[0] : 0;
}

static size_t read_values(struct binder *b, struct jin *src, ptrdiff_t column,
                          struct table_rule *to)
{
    struct jin values;
    const char *key;
    json_t *v;
    size_t n = 0;
    if (!jin_obj(src, "values", JIN_OPTIONAL, &values))
        return 0;
    if (column < 0)
        fail_field(b->fault, jin_pointer(src, "column"), "required", "请写明列", "Name a column");
    json_object_foreach(values.obj, key, v)
    {
        struct str text = str_of(json_string_value(v));
        if (!text.p || text.n > MAPPING_TEXT || !utf8_valid(text))
            fail_field(b->fault, jin_pointer(&values, key), "wrong_type", "类型不对",
                       "The type is wrong");
        to[n++] = (struct table_rule){
            .column = column < 0 ? 0 : (size_t)column,
            .test = TABLE_IS,
            .text = utf8_nfc(b->arena, str_copy(b->arena, str_of(key))),
            .value = utf8_nfc(b->arena, str_copy(b->arena, text)),
        };
    }
    return n;
}

static void read_rules(struct binder *b, struct jin *src, struct table_binding *bind)
{
    size_t nrules = 0, nvalues = json_object_size(json_object_get(src->obj, "values"));
    jin_arr(src, "rules", JIN_OPTIONAL, TABLE_RULES_MAX, &nrules);
    struct table_rule *rules = new_rules(b, src, nrules + nvalues);
    if (!rules)
        return;
    for (size_t i = 0; i < nrules; i++) {
        struct jin one;
        if (!jin_arr_obj(src, "rules", i, &one))
            continue;
        read_condition(b, &one, bind->column, &rules[i]);
        jin_str(&one, "value", JIN_REQUIRED, MAPPING_TEXT, &rules[i].value);
        (void)!jin_done(&one);
    }
    bind->nrules = nrules + read_values(b, src, bind->column, rules + nrules);
    bind->rules = rules;
}

static void bind_by_mapping(struct binder *b, size_t spec)
{
    const char *key = b->map->specs[spec].key;
    struct table_binding *bind = &b->map->bindings[spec];
    json_t *v = json_object_get(b->in.obj, key);
    struct str name = STR_NONE;
    struct jin src;
    size_t column;
    jin_has(&b->in, key);
    if (json_is_null(v))
        return;
    if (!json_is_object(v)) {
        if (jin_str(&b->in, key, JIN_REQUIRED, MAPPING_TEXT, &name) &&
            mapped_column(b, name, jin_pointer(&b->in, key), &column))
            tie(b, spec, column);
        return;
    }
    if (!jin_obj(&b->in, key, JIN_REQUIRED, &src))
        return;
    jin_str(&src, "value", JIN_OPTIONAL, MAPPING_TEXT, &bind->constant);
    jin_str(&src, "default", JIN_OPTIONAL, MAPPING_TEXT, &bind->otherwise);
    if (jin_str(&src, "column", JIN_OPTIONAL, MAPPING_TEXT, &name) && name.p &&
        mapped_column(b, name, jin_pointer(&src, "column"), &column))
        tie(b, spec, column);
    read_rules(b, &src, bind);
    (void)!jin_done(&src);
}

static void read_only(struct binder *b)
{
    size_t n = 0;
    if (!b->in.obj || !jin_arr(&b->in, "$only", JIN_OPTIONAL, TABLE_RULES_MAX, &n) || n == 0)
        return;
    struct table_rule *rules = new_rules(b, &b->in, n);
    for (size_t i = 0; rules && i < n; i++) {
        struct jin one;
        if (!jin_arr_obj(&b->in, "$only", i, &one))
            continue;
        read_condition(b, &one, -1, &rules[i]);
        (void)!jin_done(&one);
    }
    b->map->only = rules;
    b->map->nonly = rules ? n : 0;
}

/* ---- all of it ---- */

static void require_columns(struct binder *b)
{
    struct table_map *m = b->map;
    for (size_t s = 0; s < m->nspecs; s++) {
        const struct table_binding *bind = &m->bindings[s];
        if (m->specs[s].required && bind->column < 0 && !bind->constant.p && !bind->nrules &&
            !bind->otherwise.p)
            fail_field(
                b->fault, str_fmt(b->arena, "/%s", m->specs[s].key), "column_missing",
                "文件中没有“%s”一列，请核对表头或在列对应关系中指明",
                "The file has no column \"%s\"; check the headings or name it in the mapping",
                m->specs[s].zh, m->specs[s].en);
    }
}

static enum rc bind_all(struct binder *b)
{
    struct table_map *m = b->map;
    static const char *const others[] = {"$sheet", "$create_units", "$datum", "$date_order", "$source"}; /* importers read them */
    for (size_t i = 0; b->in.obj && i < sizeof others / sizeof *others; i++)
        jin_has(&b->in, others[i]);
    fold_synonyms(b);
    collect_named(b);
    RETURN_IF(find_header(b));
    m->bindings = ARENA_MANY(b->arena, struct table_binding, m->nspecs);
    for (size_t s = 0; s < m->nspecs; s++)
        m->bindings[s] = (struct table_binding){.column = -1, .heading = STR("")};
    for (size_t s = 0; s < m->nspecs; s++) {
        if (b->in.obj && json_object_get(b->in.obj, m->specs[s].key))
            bind_by_mapping(b, s);
        else
            bind_by_synonym(b, s);
    }
    read_only(b);
    require_columns(b);
    return b->in.obj ? jin_done(&b->in) : b->fault->rc;
}

enum rc table_bind(struct table *t, const struct column_spec *specs, size_t nspecs,
                   struct str mapping, struct table_map *out)
{
    *out = (struct table_map){.table = t, .specs = specs, .nspecs = nspecs};
    struct binder b = {.table = t, .arena = t->grid.arena, .fault = t->grid.fault, .map = out};
    if (nspecs > TABLE_SPECS_MAX || mapping.n > MAPPING_BYTES_MAX)
        return fail(b.fault, RC_TOO_LARGE, "mapping_too_large", "列对应关系过大",
                    "The mapping is too large");
    if (mapping.p)
        RETURN_IF(jin_parse(&b.in, b.arena, b.fault, mapping));
    enum rc rc = bind_all(&b);
    if (b.in.obj)
        jin_free(&b.in);
    return rc;
}

enum rc table_mapping_sheet(struct arena *a, struct fault *f, struct str mapping, struct str *sheet)
{
    struct jin in;
    *sheet = STR_NONE;
    if (!mapping.p)
        return RC_OK;
    RETURN_IF(jin_parse(&in, a, f, mapping));
    jin_str(&in, "$sheet", JIN_OPTIONAL, 100, sheet);
    jin_free(&in);
    return f->rc;
}
