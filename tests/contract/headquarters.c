/*
 * headquarters.c - see headquarters.h. A reader of just enough SQL: names of tables with their aliases, level by level of
 * the brackets, and the equalities of hq_id; tables tied to one another form sets, and every set must hold the parameter.
 */
#include "headquarters.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TOKENS_MAX = 6000, WORD_BYTES = 48, TABLES_MAX = 120, LEVELS_MAX = 200, TEXT_BYTES = 40000 };

struct token {
    char text[WORD_BYTES];
    int level; /* which SELECT of which brackets */
};
struct table {
    char name[WORD_BYTES], alias[WORD_BYTES];
    int level, tied_to; /* index of another table; itself: the first of its set */
    bool kept;          /* its set holds the parameter */
};
static struct statement {
    struct token tokens[TOKENS_MAX];
    size_t ntokens;
    struct table tables[TABLES_MAX];
    size_t ntables;
    int parent[LEVELS_MAX], nlevels;
    char hq[8]; /* how the parameter is spelled */
} st;

static const char *word(size_t i)
{
    return i < st.ntokens ? st.tokens[i].text : "";
}

static bool is(size_t i, const char *text)
{
    return strcasecmp(word(i), text) == 0;
}

static bool is_name(size_t i)
{
    static const char *const keywords[] = {"ON", "WHERE", "SET", "JOIN", "LEFT", "INNER", "CROSS", "GROUP", "ORDER", "LIMIT",
                                           "UNION", "USING", "VALUES", "HAVING", "RETURNING", "DO", "EXCEPT", "INTERSECT",
                                           "FOR", "SELECT", "AND", "FULL", "RIGHT", "NATURAL"};
    if (!isalpha((unsigned char)word(i)[0]) && word(i)[0] != '_')
        return false;
    for (size_t k = 0; k < sizeof keywords / sizeof *keywords; k++)
        if (is(i, keywords[k]))
            return false;
    return true;
}

/* ---- words ---- */

static const char *skip(const char *p)
{
    for (;;) {
        if (p[0] == '-' && p[1] == '-')
            p += strcspn(p, "\n");
        else if (*p == '\'')
            for (p++; *p && *p++ != '\'';)
                ;
        else if (isspace((unsigned char)*p))
            p++;
        else
            return p;
    }
}

static bool read_words(const char *p)
{
    st.ntokens = 0;
    for (p = skip(p); *p; p = skip(p)) {
        size_t n = isalnum((unsigned char)*p) || *p == '_' || *p == '?' || *p == '$' ? 1 : 0;
        while (n && (isalnum((unsigned char)p[n]) || p[n] == '_'))
            n++;
        if (n == 0)
            n = 1;
        if (st.ntokens == TOKENS_MAX || n >= WORD_BYTES)
            return false;
        snprintf(st.tokens[st.ntokens++].text, WORD_BYTES, "%.*s", (int)n, p);
        p += n;
    }
    return true;
}

/* Brackets open a level beneath; the SELECTs of a UNION are levels side by side. */
static bool read_levels(void)
{
    int stack[LEVELS_MAX], depth = 0;
    stack[0] = 0;
    st.parent[0] = -1;
    st.nlevels = 1;
    for (size_t i = 0; i < st.ntokens; i++) {
        bool beside = is(i, "UNION") || is(i, "EXCEPT") || is(i, "INTERSECT"), opens = is(i, "(");
        if (is(i, ")") && depth > 0)
            depth--;
        st.tokens[i].level = stack[depth];
        if (!beside && !opens)
            continue;
        if (st.nlevels == LEVELS_MAX || depth + 1 == LEVELS_MAX)
            return false;
        st.parent[st.nlevels] = beside ? st.parent[stack[depth]] : stack[depth];
        stack[opens ? ++depth : depth] = st.nlevels++;
    }
    return depth == 0;
}

static size_t closing(size_t open)
{
    int depth = 0;
    for (size_t i = open; i < st.ntokens; i++) {
        depth += is(i, "(") - is(i, ")");
        if (depth == 0)
            return i;
    }
    return st.ntokens;
}

/* ---- tables ---- */

/* Of the database as a whole, or no tables at all. */
static bool is_nobodys(const char *name)
{
    static const char *const names[] = {"schema_migration", "sqlite_master", "pg_catalog", "json_each", "generate_series", "unnest"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

/* WITH name [(columns)] AS (…): its body is looked at like any other. */
static bool is_named_here(const char *name)
{
    for (size_t i = 0; i + 2 < st.ntokens; i++) {
        if (strcasecmp(word(i), name) != 0 || i == 0 || !(is(i - 1, "WITH") || is(i - 1, "RECURSIVE") || is(i - 1, ",")))
            continue;
        size_t next = is(i + 1, "(") ? closing(i + 1) + 1 : i + 1;
        while (is(next, "AS") || is(next, "NOT") || is(next, "MATERIALIZED"))
            next++;
        if (next > i + 1 && is(next - 1, "MATERIALIZED"))
            return true;
        if (is(next - 1, "AS") && is(next, "("))
            return true;
    }
    return false;
}

static bool add_table(const char *name, size_t at_token, size_t alias)
{
    struct table *t = &st.tables[st.ntables];
    if (st.ntables == TABLES_MAX)
        return false;
    alias += is(alias, "AS");
    bool named = is_name(alias);
    *t = (struct table){.level = st.tokens[at_token].level, .tied_to = (int)st.ntables, .kept = name == NULL};
    snprintf(t->name, WORD_BYTES, "%s", name ? name : "(…)");
    snprintf(t->alias, WORD_BYTES, "%s", named ? word(alias) : t->name);
    t->kept = t->kept || is_nobodys(t->name) || is_named_here(t->name);
    st.ntables++;
    return true;
}

/* What is inserted carries :hq, or the hq_id of what is selected. */
static bool insert_kept(size_t table)
{
    size_t open = table + 1;
    if (is_nobodys(word(table)))
        return true;
    if (!is(open, "(") || !is(open + 1, "hq_id"))
        return false;
    size_t next = closing(open) + 1, value = next + 1;
    if (is(next, "VALUES"))
        value = next + 2;
    else if (!is(next, "SELECT"))
        return false;
    value += is(value, "DISTINCT");
    return is(value, st.hq) || is(value, "hq_id") || (is(value + 1, ".") && is(value + 2, "hq_id"));
}

/* One entry of a FROM list; answers where it ends. */
static size_t read_entry(size_t i, bool *good)
{
    size_t next = i + 1;
    if (is(i, "(")) {
        next = closing(i) + 1;
        *good = *good && add_table(NULL, i, next);
    } else {
        while (is(next, ".")) /* pg_catalog.pg_class */
            next += 2;
        if (is(next, "(")) /* a function of tables */
            next = closing(next) + 1;
        *good = *good && add_table(word(i), i, next);
    }
    next += is(next, "AS");
    return is_name(next) ? next + 1 : next;
}

static bool read_tables(char *why, size_t room)
{
    bool good = true;
    st.ntables = 0;
    for (size_t i = 0; i < st.ntokens && good; i++) {
        bool from = is(i, "FROM") && !is(i - 1, "DISTINCT"), update = is(i, "UPDATE") && !is(i + 1, "SET") && !is(i - 1, "FOR");
        if (is(i, "INTO") && !insert_kept(i + 1)) {
            snprintf(why, room, "what it inserts into %s does not carry hq_id", word(i + 1));
            return false;
        }
        if (!from && !update && !is(i, "JOIN"))
            continue;
        size_t next = read_entry(i + 1, &good);
        while (from && is(next, ",") && (is_name(next + 1) || is(next + 1, "(")))
            next = read_entry(next + 1, &good);
    }
    if (!good)
        snprintf(why, room, "more tables than can be followed");
    return good;
}

/* ---- what is tied to what ---- */

static struct table *first_of(struct table *t)
{
    while (&st.tables[t->tied_to] != t)
        t = &st.tables[t->tied_to];
    return t;
}

static void tie(struct table *a, struct table *b)
{
    struct table *x = first_of(a), *y = first_of(b);
    y->kept = x->kept = x->kept || y->kept;
    x->tied_to = (int)(y - st.tables);
}

/* By its alias, or the only one that can be meant, seen from this level outwards. */
static struct table *named(const char *alias, int level)
{
    for (; level >= 0; level = st.parent[level]) {
        struct table *only = NULL;
        size_t n = 0;
        for (size_t i = 0; i < st.ntables; i++) {
            struct table *t = &st.tables[i];
            if (t->level != level)
                continue;
            if (alias && strcasecmp(t->alias, alias) == 0)
                return t;
            if (!alias && !t->kept) {
                only = t;
                n++;
            }
        }
        if (!alias && n == 1)
            return only;
    }
    return NULL;
}

/* The table whose hq_id stands at `i` ("x.hq_id": at x); where it ends. */
static struct table *hq_at(size_t i, size_t *end)
{
    if (is(i, "hq_id")) {
        *end = i + 1;
        return named(NULL, st.tokens[i].level);
    }
    *end = i + 3;
    return is(i + 1, ".") && is(i + 2, "hq_id") ? named(word(i), st.tokens[i].level) : NULL;
}

static void read_equality(size_t equals)
{
    size_t left = equals >= 3 && is(equals - 2, ".") ? equals - 3 : equals - 1, end;
    struct table *a = hq_at(left, &end);
    if (a && end != equals)
        a = NULL;
    struct table *b = hq_at(equals + 1, &end);
    if (a && is(equals + 1, st.hq))
        first_of(a)->kept = true;
    else if (b && is(equals - 1, st.hq))
        first_of(b)->kept = true;
    else if (a && b)
        tie(a, b);
}

static bool kept(const char *sql, char *why, size_t room)
{
    if (!read_words(sql) || !read_levels()) {
        snprintf(why, room, "longer than can be followed");
        return false;
    }
    if (!read_tables(why, room))
        return false;
    for (size_t i = 1; i < st.ntokens; i++)
        if (is(i, "="))
            read_equality(i);
    for (size_t i = 0; i < st.ntables; i++)
        if (!first_of(&st.tables[i])->kept) {
            snprintf(why, room, "%s %s is not tied to :hq", st.tables[i].name, st.tables[i].alias);
            return false;
        }
    return true;
}

bool headquarters_kept_in(const char *sql, char *why, size_t room)
{
    snprintf(st.hq, sizeof st.hq, "?1");
    return kept(sql, why, room);
}

/* The statement as one engine gets it: without filters (`filter` < 0), or with the parts of one. */
static bool text_of(const struct query *q, bool pg, int filter, bool when_null, char *out)
{
    size_t n = 0;
    for (int i = 0; i < q->npieces && n < TEXT_BYTES; i++) {
        const struct sql_piece *p = &q->pieces[i];
        const char *text = pg ? p->postgresql : p->sqlite;
        if (text && (p->guard < 0 || (p->guard == filter && p->when_null == when_null)))
            n += (size_t)snprintf(out + n, TEXT_BYTES - n, "%s", text);
    }
    return n < TEXT_BYTES;
}

bool headquarters_kept(const struct query *q, char *why, size_t room)
{
    char *text = malloc(TEXT_BYTES);
    bool good = text != NULL;
    for (int pg = 0; pg < 2; pg++) {
        snprintf(st.hq, sizeof st.hq, "none");
        for (int i = 0; i < q->nin; i++)
            if (strcmp(q->in[i].name, "hq") == 0)
                snprintf(st.hq, sizeof st.hq, "%c%d", pg ? '$' : '?', i + 1);
        for (int f = -1; f < q->nin && good; f++)
            for (int null = 0; null < 2 && good; null++)
                good = text_of(q, pg, f, null, text) && kept(text, why, room);
    }
    free(text);
    return good;
}
