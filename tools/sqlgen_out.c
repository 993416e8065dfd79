/*
 * sqlgen_out.c - writes what sqlgen.c has parsed: the header with structs and wrappers, and the
 * source with one `struct query` each, the text in pieces for both engines.
 */
#include "sqlgen.h"

#include <string.h>

const struct field_type field_types[NTYPES] = {
    {"i64", "COL_I64", "int64_t", "struct opt_i64"},
    {"f64", "COL_F64", "double", NULL},
    {"bool", "COL_BOOL", "bool", "struct opt_bool"},
    {"text", "COL_TEXT", "struct str", "struct str"},
    {"blob", "COL_BLOB", "struct str", "struct str"},
    {"uuid", "COL_UUID", "struct uuid", "struct uuid"},
    {"sha256", "COL_SHA256", "struct sha256", "struct sha256"},
};

static const char *const kind_consts[] = {"QUERY_ONE", "QUERY_MANY", "QUERY_EXEC"};

static void emit_struct(FILE *h, const struct named *q, const struct fields *f, const char *suffix)
{
    if (f->n == 0 || strcmp(f->like, q->name) != 0)
        return;
    fprintf(h, "struct %s_%s {\n", q->name, suffix);
    for (int i = 0; i < f->n; i++) {
        const struct field *x = &f->list[i];
        fprintf(h, "    %s %s;\n",
                x->nullable ? field_types[x->type].nullable_ctype : field_types[x->type].ctype,
                x->name);
    }
    fprintf(h, "};\n");
}

static void emit_wrapper(FILE *h, const struct named *q)
{
    char in[NAME_LEN * 2] = "";
    const char *arg = q->in.n ? "in" : "NULL";
    if (q->in.n)
        snprintf(in, sizeof in, ", const struct %s_in *in", q->in.like);
    if (q->kind == EXEC)
        fprintf(h,
                "static inline struct effect *fx_%s(struct effects *fx%s)\n"
                "{\n    return effects_add(fx, &Q_%s, %s);\n}\n",
                q->name, in, q->name, arg);
    else if (q->kind == ONE)
        fprintf(h,
                "MUST_CHECK static inline enum rc q_%s(struct reader *r%s, struct %s_row *row, "
                "bool *found)\n"
                "{\n    return db_one(r, &Q_%s, %s, row, found);\n}\n",
                q->name, in, q->out.like, q->name, arg);
    else
        fprintf(h,
                "MUST_CHECK static inline enum rc q_%s(struct reader *r%s, struct %s_row **rows, "
                "size_t *n)\n"
                "{\n    void *list = NULL;\n    enum rc rc = db_many(r, &Q_%s, %s, &list, n);\n"
                "    *rows = list;\n    return rc;\n}\n",
                q->name, in, q->out.like, q->name, arg);
}

void emit_header(FILE *h, const char *room)
{
    fprintf(h, "/* Made by tools/sqlgen from %s.sql. */\n#ifndef XH_SQL_%s\n#define XH_SQL_%s\n\n",
            room, room, room);
    fprintf(h, "#include \"store/store.h\"\n\nextern const struct query_set %s_queries;\n", room);
    for (int i = 0; i < nqueries; i++) {
        const struct named *q = &queries[i];
        fputc('\n', h);
        emit_struct(h, q, &q->in, "in");
        emit_struct(h, q, &q->out, "row");
        fprintf(h, "extern const struct query Q_%s;\n", q->name);
        emit_wrapper(h, q);
    }
    fprintf(h, "\n#endif\n");
}

static void emit_text(FILE *c, bool there, const struct text *t)
{
    if (!there) {
        fputs("NULL", c);
        return;
    }
    fputc('"', c);
    for (size_t i = 0; i < t->n; i++) {
        if (t->p[i] == '\n') {
            fputs("\\n", c);
            continue;
        }
        if (t->p[i] == '"' || t->p[i] == '\\')
            fputc('\\', c);
        fputc(t->p[i], c);
    }
    fputc('"', c);
}

static void emit_columns(FILE *c, const struct named *q, const struct fields *f, const char *suffix)
{
    if (f->n == 0)
        return;
    fprintf(c, "static const struct column %s_%s_columns[] = {\n", q->name, suffix);
    for (int i = 0; i < f->n; i++) {
        const struct field *x = &f->list[i];
        fprintf(c, "    {\"%s\", %s, %s, offsetof(struct %s_%s, %s)},\n", x->name,
                field_types[x->type].col, x->nullable ? "true" : "false", f->like, suffix, x->name);
    }
    fprintf(c, "};\n");
}

static void emit_columns_use(FILE *c, const struct named *q, const struct fields *f,
                             const char *suffix)
{
    if (f->n)
        fprintf(c, "    %s_%s_columns, %d, sizeof(struct %s_%s),\n", q->name, suffix, f->n, f->like,
                suffix);
    else
        fprintf(c, "    NULL, 0, 0,\n");
}

static void emit_query(FILE *c, const struct named *q)
{
    fputc('\n', c);
    emit_columns(c, q, &q->in, "in");
    emit_columns(c, q, &q->out, "row");
    fprintf(c, "static const struct sql_piece %s_pieces[] = {\n", q->name);
    for (int i = 0; i < q->npieces; i++) {
        const struct piece *x = &q->pieces[i];
        fputs("    {", c);
        emit_text(c, x->on_sqlite, &x->sqlite);
        fputs(",\n     ", c);
        emit_text(c, x->on_pg, &x->pg);
        fprintf(c, ", %d, %s},\n", x->guard, x->when_null ? "true" : "false");
    }
    fprintf(c, "};\nconst struct query Q_%s = {\n    \"%s\", %s, %s_pieces, %d,\n", q->name,
            q->name, kind_consts[q->kind], q->name, q->npieces);
    emit_columns_use(c, q, &q->in, "in");
    emit_columns_use(c, q, &q->out, "row");
    fprintf(c, "};\n");
}

void emit_source(FILE *c, const char *room)
{
    fprintf(
        c,
        "/* Made by tools/sqlgen from %s.sql. */\n#include \"%s_sql.h\"\n\n#include <stddef.h>\n",
        room, room);
    for (int i = 0; i < nqueries; i++)
        emit_query(c, &queries[i]);
    fprintf(c, "\nstatic const struct query *const list[] = {\n");
    for (int i = 0; i < nqueries; i++)
        fprintf(c, "    &Q_%s,\n", queries[i].name);
    fprintf(c, "};\nconst struct query_set %s_queries = {\"%s\", list, %d};\n", room, room,
            nqueries);
}
