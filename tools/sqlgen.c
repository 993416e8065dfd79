/*
 * sqlgen.c - build tool: turns the named queries of one room into C for both engines.
 *
 *   sqlgen ROOM in.sql out.h out.c
 *
 * The format stands in src/store/store.h. Beyond it: `-- in:` and `-- out:` may be repeated (they
 * add up) or say `like NAME` to take the struct of an earlier query of the file; comments and white
 * space in a statement are dropped; a second block `-- name: x :many @pg` (or @sqlite) right after
 * x replaces the text for that engine alone. A room uses it like this:
 *
 *   x_sql = custom_target('x_sql', input: 'x.sql', output: ['x_sql.h', 'x_sql.c'],
 *     command: [sqlgen, 'x', '@INPUT@', '@OUTPUT0@', '@OUTPUT1@'])
 *   x_lib = static_library('x', 'x.c', x_sql, include_directories: inc, dependencies: [store])
 *   x = declare_dependency(link_with: x_lib, sources: x_sql[0], include_directories: inc,
 * dependencies: [store])
 *
 * Every fault ends the build with file:line. It stands alone (built before every room), hence its
 * own buffer.
 */
#include "sqlgen.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {":one", ":many", ":exec"};

/* Functions that one engine lacks or that read the clock; allowed only in a text for one engine. */
static const char *const banned_calls[] = {
    "now",    "string_agg", "group_concat", "iif",        "strftime",    "julianday", "datetime",
    "random", "greatest",   "least",        "to_char",    "json_object", "ifnull",    "nvl",
    "total",  "printf",     "format",       "date_trunc", "extract",     "array_agg",
};
static const char *const banned_words[] = {
    "ilike", "current_timestamp", "current_date", "current_time", "glob", "rowid"};

struct parser {
    const char *file;
    const char *at;
    int line;
    struct named *q; /* whose text is being read */
    struct piece *piece;
    bool both; /* not an override */
    bool on_sqlite, on_pg;
};

struct named queries[QUERIES_MAX];
int nqueries;
static int noverrides;

static void die(const struct parser *p, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), noreturn));
static void die(const struct parser *p, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "%s:%d: error: ", p->file, p->line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

static void add(struct text *t, const char *p, size_t n)
{
    if (t->n + n + 1 > t->room) {
        t->room = (t->n + n + 1) * 2;
        t->p = realloc(t->p, t->room);
        if (!t->p)
            abort();
    }
    memcpy(t->p + t->n, p, n);
    t->n += n;
    t->p[t->n] = '\0';
}

static void put(struct parser *p, const char *s, size_t n)
{
    add(&p->piece->sqlite, s, n);
    add(&p->piece->pg, s, n);
}

static void put_space(struct parser *p)
{
    const struct text *t = &p->piece->sqlite;
    if (t->n == 0 || t->p[t->n - 1] != ' ')
        put(p, " ", 1);
}

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Reads a name at p->at into out. */
static void read_name(struct parser *p, char out[NAME_LEN])
{
    size_t n = 0;
    while (word_char(p->at[n]))
        n++;
    if (n == 0 || n >= NAME_LEN || isdigit((unsigned char)p->at[0]))
        die(p, "a name is expected here");
    memcpy(out, p->at, n);
    out[n] = '\0';
    p->at += n;
}

static int find_field(const struct fields *f, const char *name)
{
    for (int i = 0; i < f->n; i++)
        if (strcmp(f->list[i].name, name) == 0)
            return i;
    return -1;
}

/* ---- declarations ---- */

static void skip_blanks(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
}

static struct named *find_query(const char *name)
{
    for (int i = 0; i < nqueries; i++)
        if (strcmp(queries[i].name, name) == 0)
            return &queries[i];
    return NULL;
}

static void parse_like(struct parser *p, struct fields *f, bool in)
{
    char name[NAME_LEN];
    skip_blanks(p);
    read_name(p, name);
    const struct named *other = find_query(name);
    if (!other || other == p->q || f->n > 0)
        die(p, "`like %s` must stand alone and name an earlier query", name);
    *f = in ? other->in : other->out;
    for (int i = 0; i < f->n; i++)
        f->list[i].used = false;
}

static void parse_field(struct parser *p, struct fields *f, const char *name)
{
    char type[NAME_LEN];
    int most = f == &p->q->in ? PARAMS_MAX : COLUMNS_MAX;
    if (f->n == most)
        die(p, "more than %d fields", most);
    struct field *x = &f->list[f->n];
    memset(x, 0, sizeof *x);
    if (find_field(f, name) >= 0)
        die(p, "'%s' is declared twice", name);
    memcpy(x->name, name, NAME_LEN);
    skip_blanks(p);
    read_name(p, type);
    while (x->type < NTYPES && strcmp(field_types[x->type].word, type) != 0)
        x->type++;
    if (x->type == NTYPES)
        die(p, "'%s' is no type (i64 f64 bool text blob uuid sha256)", type);
    if (*p->at == '?') {
        x->nullable = true;
        p->at++;
    }
    if (x->nullable && !field_types[x->type].nullable_ctype)
        die(p, "'%s' cannot be nullable", type);
    f->n++;
}

static void parse_fields(struct parser *p, struct fields *f, bool in)
{
    for (;;) {
        char name[NAME_LEN];
        skip_blanks(p);
        read_name(p, name);
        if (strcmp(name, "like") == 0)
            parse_like(p, f, in);
        else
            parse_field(p, f, name);
        skip_blanks(p);
        if (*p->at != ',')
            break;
        p->at++;
        skip_blanks(p);
        if (*p->at == '\n')
            break;
    }
    if (*p->at == '\r')
        p->at++;
    if (*p->at != '\n' && *p->at != '\0')
        die(p, "a comma or the end of the line is expected before '%.10s'", p->at);
}

/* ---- statement text ---- */

static void close_piece(struct parser *p)
{
    if (p->piece && p->piece->sqlite.n == 0)
        p->q->npieces--;
    p->piece = NULL;
}

static void open_piece(struct parser *p, int guard, bool when_null)
{
    close_piece(p);
    if (p->q->npieces == PIECES_MAX)
        die(p, "too many optional pieces");
    if (!p->q->pieces)
        p->q->pieces = calloc(PIECES_MAX, sizeof *p->q->pieces);
    if (!p->q->pieces)
        abort();
    p->piece = &p->q->pieces[p->q->npieces++];
    *p->piece = (struct piece){
        .guard = guard, .when_null = when_null, .on_sqlite = p->on_sqlite, .on_pg = p->on_pg};
}

static int use_param(struct parser *p, const char *name)
{
    int i = find_field(&p->q->in, name);
    if (i < 0)
        die(p, "parameter '%s' is used but not declared in `-- in:`", name);
    p->q->in.list[i].used = true;
    return i;
}

static void read_param(struct parser *p)
{
    char name[NAME_LEN], spelled[16];
    p->at++;
    if (*p->at == ':')
        die(p, "`::` is PostgreSQL only; write CAST(x AS type)");
    read_name(p, name);
    int i = use_param(p, name);
    int n = snprintf(spelled, sizeof spelled, "?%d", i + 1);
    add(&p->piece->sqlite, spelled, (size_t)n);
    spelled[0] = '$';
    add(&p->piece->pg, spelled, (size_t)n);
}

static void read_guard(struct parser *p)
{
    char name[NAME_LEN];
    if (p->piece->guard >= 0)
        die(p, "`[[` inside `[[`");
    p->at += 2;
    skip_blanks(p);
    read_name(p, name);
    int i = use_param(p, name);
    if (!p->q->in.list[i].nullable)
        die(p, "'%s' guards a piece but is not nullable (write `?` behind its type)", name);
    if (*p->at != ':' && *p->at != '!')
        die(p, "`[[%s:` or `[[%s!` is expected", name, name);
    open_piece(p, i, *p->at == '!');
    p->at++;
    put_space(p);
}

/* Copies '…' or "…" whole. */
static void read_quoted(struct parser *p)
{
    char quote = *p->at;
    const char *from = p->at++;
    for (; *p->at; p->at++) {
        if (*p->at == '\n')
            p->line++;
        if (*p->at != quote)
            continue;
        if (p->at[1] != quote)
            break;
        p->at++;
    }
    if (!*p->at)
        die(p, "the quote %c is not closed", quote);
    p->at++;
    put(p, from, (size_t)(p->at - from));
}

static bool skip_comment(struct parser *p)
{
    if (p->at[0] == '-' && p->at[1] == '-') {
        while (*p->at && *p->at != '\n')
            p->at++;
        return true;
    }
    if (p->at[0] != '/' || p->at[1] != '*')
        return false;
    const char *end = strstr(p->at, "*/");
    if (!end)
        die(p, "the comment is not closed");
    for (; p->at < end + 2; p->at++)
        p->line += *p->at == '\n';
    return true;
}

static void read_word(struct parser *p)
{
    char word[NAME_LEN] = "";
    size_t n = 0;
    while (word_char(p->at[n])) {
        if (n < NAME_LEN - 1)
            word[n] = (char)tolower((unsigned char)p->at[n]);
        n++;
    }
    bool bare = p->piece->sqlite.n == 0 || p->piece->sqlite.p[p->piece->sqlite.n - 1] != '.';
    for (size_t i = 0;
         p->both && bare && p->at[n] == '(' && i < sizeof banned_calls / sizeof *banned_calls; i++)
        if (strcmp(word, banned_calls[i]) == 0)
            die(p,
                "%s() is not the same on both engines; do it in C or give each engine a text of "
                "its own",
                word);
    for (size_t i = 0; p->both && bare && i < sizeof banned_words / sizeof *banned_words; i++)
        if (strcmp(word, banned_words[i]) == 0)
            die(p, "%s is not the same on both engines", word);
    put(p, p->at, n);
    p->at += n;
}

/* One token of the statement; false at its end. */
static bool read_token(struct parser *p)
{
    char c = *p->at;
    if (c == '\0' || c == ';') {
        if (p->piece->guard >= 0)
            die(p, "`[[` is not closed by `]]`");
        if (c == '\0')
            die(p, "the statement '%s' does not end in `;`", p->q->name);
        p->at++;
        return false;
    }
    if (isspace((unsigned char)c)) {
        p->line += c == '\n';
        p->at++;
        put_space(p);
    } else if (c == '\'' || c == '"') {
        read_quoted(p);
    } else if (c == ':') {
        read_param(p);
    } else if (c == '[' && p->at[1] == '[') {
        read_guard(p);
    } else if (c == ']' && p->at[1] == ']' && p->piece->guard >= 0) {
        p->at += 2;
        open_piece(p, -1, false);
        put_space(p);
    } else if (c == '?' || (c == '$' && p->at[1])) {
        die(p, "write parameters as :name");
    } else if (word_char(c)) {
        read_word(p);
    } else if (!skip_comment(p)) {
        put(p, p->at, 1);
        p->at++;
    }
    return true;
}

/* ---- blocks ---- */

static bool starts(const char *at, const char *z)
{
    return strncmp(at, z, strlen(z)) == 0;
}

static void next_line(struct parser *p)
{
    while (*p->at && *p->at != '\n')
        p->at++;
    if (*p->at) {
        p->at++;
        p->line++;
    }
}

static int read_kind(struct parser *p)
{
    skip_blanks(p);
    for (int kind = 0; kind < 3; kind++)
        if (starts(p->at, kinds[kind]) && !word_char(p->at[strlen(kinds[kind])])) {
            p->at += strlen(kinds[kind]);
            skip_blanks(p);
            return kind;
        }
    die(p, "the kind is missing (:one :many :exec)");
}

/* `@pg` or `@sqlite`: from now on the earlier text serves the other engine alone. */
static void begin_override(struct parser *p, const char *name, int kind)
{
    p->on_pg = starts(p->at, "@pg");
    p->on_sqlite = starts(p->at, "@sqlite");
    p->q = find_query(name);
    if (!p->on_pg && !p->on_sqlite)
        die(p, "`@pg` or `@sqlite` is expected");
    if (!p->q || p->q->kind != kind)
        die(p, "'%s' has no earlier text of this kind", name);
    for (int i = 0; i < p->q->npieces; i++) {
        p->q->pieces[i].on_pg &= !p->on_pg;
        p->q->pieces[i].on_sqlite &= !p->on_sqlite;
    }
    p->both = false;
    noverrides++;
}

static void begin_block(struct parser *p)
{
    char name[NAME_LEN];
    p->at += strlen("-- name:");
    skip_blanks(p);
    read_name(p, name);
    int kind = read_kind(p);
    if (*p->at == '@') {
        begin_override(p, name, kind);
    } else {
        if (find_query(name))
            die(p, "the name '%s' is taken", name);
        if (nqueries == QUERIES_MAX)
            die(p, "more than %d queries in one room", QUERIES_MAX);
        p->q = &queries[nqueries++];
        *p->q = (struct named){.kind = kind, .line = p->line};
        memcpy(p->q->name, name, NAME_LEN);
        memcpy(p->q->in.like, name, NAME_LEN);
        memcpy(p->q->out.like, name, NAME_LEN);
        p->both = p->on_pg = p->on_sqlite = true;
    }
    next_line(p);
}

static void check_block(struct parser *p)
{
    const struct named *q = p->q;
    p->line = q->line;
    for (int i = 0; i < q->in.n; i++)
        if (!q->in.list[i].used)
            die(p, "parameter '%s' of '%s' is declared but not used", q->in.list[i].name, q->name);
    if ((q->kind == EXEC) != (q->out.n == 0))
        die(p, "'%s': :one and :many need `-- out:`, :exec has none", q->name);
}

static void parse_block(struct parser *p)
{
    begin_block(p);
    for (; starts(p->at, "--"); next_line(p)) {
        bool in = starts(p->at, "-- in:"), out = starts(p->at, "-- out:");
        if ((in || out) && !p->both)
            die(p, "a text for one engine takes parameters and columns from the common one");
        p->at += in ? 6 : out ? 7 : 0;
        if (in || out)
            parse_fields(p, in ? &p->q->in : &p->q->out, in);
        else if (starts(p->at, "-- name:"))
            die(p, "'%s' has no statement", p->q->name);
    }
    open_piece(p, -1, false);
    while (isspace((unsigned char)*p->at)) {
        p->line += *p->at == '\n';
        p->at++;
    }
    while (read_token(p))
        ;
    close_piece(p);
    int end = p->line;
    check_block(p);
    p->line = end;
}

static void parse_file(struct parser *p)
{
    while (*p->at) {
        if (starts(p->at, "-- name:")) {
            parse_block(p);
            continue;
        }
        if (!starts(p->at, "--") && !isspace((unsigned char)*p->at))
            die(p, "text outside of a query; each statement needs a `-- name:` line of its own");
        if (starts(p->at, "-- in:") || starts(p->at, "-- out:"))
            die(p, "declaration outside of a query");
        if (starts(p->at, "--"))
            next_line(p);
        else
            p->line += *p->at++ == '\n';
    }
}

static char *read_file(const char *path)
{
    struct text t = {0};
    char block[65536];
    size_t n;
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(1);
    }
    add(&t, "", 0);
    while ((n = fread(block, 1, sizeof block, f)) > 0)
        add(&t, block, n);
    fclose(f);
    return t.p;
}

static void write_file(const char *path, const char *room, void (*emit)(FILE *, const char *))
{
    FILE *f = fopen(path, "wb");
    if (f)
        emit(f, room);
    if (!f || ferror(f) || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: sqlgen ROOM in.sql out.h out.c\n");
        return 2;
    }
    char *text = read_file(argv[2]);
    struct parser p = {.file = argv[2], .at = text, .line = 1};
    parse_file(&p);
    if (nqueries == 0)
        die(&p, "no query in the file");
    free(text);
    write_file(argv[3], argv[1], emit_header);
    write_file(argv[4], argv[1], emit_source);
    if (noverrides)
        printf("%s: %d queries, %d with a text for one engine\n", argv[2], nqueries, noverrides);
    return 0;
}
