/*
 * value.c - parameters out of, and cells into, the structs that sqlgen declares. The only place
 * that knows how each column type lies in memory and how it spells NULL.
 */
#include "store/store_engine.h"

#include <stdlib.h>

static bool all_zero(const void *p, size_t n)
{
    const uint8_t *b = p;
    for (size_t i = 0; i < n; i++)
        if (b[i])
            return false;
    return true;
}

/* Members are read with memcpy: the struct's type is not known here. */
#define MEMBER(type, c, in)                                                                        \
    ({                                                                                             \
        type member_;                                                                              \
        memcpy(&member_, (const char *)(in) + (c)->offset, sizeof member_);                        \
        member_;                                                                                   \
    })

static struct value read_bytes(const struct column *c, const void *in, size_t n)
{
    const char *p = (const char *)in + c->offset;
    return (struct value){.null = c->nullable && all_zero(p, n), .p = p, .n = n};
}

struct value value_read(const struct column *c, const void *in)
{
    struct value v = {0};
    switch (c->type) {
    case COL_I64:
        if (c->nullable) {
            struct opt_i64 o = MEMBER(struct opt_i64, c, in);
            return (struct value){.null = !o.has, .i = o.v};
        }
        v.i = MEMBER(int64_t, c, in);
        return v;
    case COL_BOOL:
        if (c->nullable) {
            struct opt_bool o = MEMBER(struct opt_bool, c, in);
            return (struct value){.null = !o.has, .i = o.v};
        }
        v.i = MEMBER(bool, c, in);
        return v;
    case COL_F64:
        v.d = MEMBER(double, c, in);
        return v;
    case COL_TEXT:
    case COL_BLOB: {
        /* NULL where a value is required goes through as NULL: the table's NOT NULL then answers.
         */
        struct str s = MEMBER(struct str, c, in);
        return (struct value){.null = s.p == NULL, .p = s.p, .n = s.n};
    }
    case COL_UUID:
        return read_bytes(c, in, sizeof(struct uuid));
    case COL_SHA256:
        return read_bytes(c, in, sizeof(struct sha256));
    }
    return v;
}

bool value_is_null(const struct column *c, const void *in)
{
    return value_read(c, in).null;
}

void sink_row(struct sink *s)
{
    size_t each = s->q->row_bytes;
    if (s->n == s->room) {
        s->room = s->room ? s->room * 2 : 16;
        s->rows = xrealloc(s->rows, s->room * each);
    }
    s->row = s->rows + s->n++ * each;
    memset(s->row, 0, each);
}

static enum rc column_fault(struct sink *s, unsigned column, const char *found)
{
    return fail(s->fault, RC_INTERNAL, "column_mismatch", "查询 %s 的列 %s 与声明不符（%s）",
                "query %s: column %s is not what was declared (%s)", s->q->name,
                s->q->out[column].name, found);
}

enum rc sink_wrong_type(struct sink *s, unsigned column, const char *found)
{
    return column_fault(s, column, found);
}

static enum rc store_null(struct sink *s, unsigned column)
{
    /* A zeroed member is how every nullable type spells NULL. */
    return s->q->out[column].nullable ? RC_OK : column_fault(s, column, "NULL");
}

static enum rc store_text(struct sink *s, const struct column *c, const struct value *v)
{
    char *copy = arena_alloc(s->arena, v->n + 1);
    if (v->n)
        memcpy(copy, v->p, v->n);
    struct str text = {copy, v->n};
    memcpy(s->row + c->offset, &text, sizeof text);
    return RC_OK;
}

static enum rc store_fixed(struct sink *s, unsigned column, const struct value *v, size_t n)
{
    if (v->n != n)
        return column_fault(s, column, "wrong length");
    memcpy(s->row + s->q->out[column].offset, v->p, n);
    return RC_OK;
}

enum rc sink_cell(struct sink *s, unsigned column, const struct value *v)
{
    const struct column *c = &s->q->out[column];
    char *to = s->row + c->offset;
    if (v->null)
        return store_null(s, column);
    switch (c->type) {
    case COL_I64:
        if (c->nullable)
            memcpy(to, &(struct opt_i64){true, v->i}, sizeof(struct opt_i64));
        else
            memcpy(to, &v->i, sizeof v->i);
        return RC_OK;
    case COL_BOOL:
        if (c->nullable)
            memcpy(to, &(struct opt_bool){true, v->i != 0}, sizeof(struct opt_bool));
        else
            memcpy(to, &(bool){v->i != 0}, sizeof(bool));
        return RC_OK;
    case COL_F64:
        memcpy(to, &v->d, sizeof v->d);
        return RC_OK;
    case COL_TEXT:
    case COL_BLOB:
        return store_text(s, c, v);
    case COL_UUID:
        return store_fixed(s, column, v, sizeof(struct uuid));
    case COL_SHA256:
        return store_fixed(s, column, v, sizeof(struct sha256));
    }
    return RC_OK;
}

/* ---- the contract check ---- */

enum rc check_column_count(const struct query *q, int n, struct fault *f)
{
    if (n == q->nout)
        return RC_OK;
    return fail(f, RC_INTERNAL, "query_columns", "查询 %s 有 %d 列，声明为 %d 列",
                "query %s has %d columns, %d are declared", q->name, n, q->nout);
}

/* A column may go without AS; but when its own name is that of another declared one, they are mixed
 * up. */
enum rc check_column(const struct query *q, int i, const char *name, struct fault *f)
{
    bool elsewhere = false;
    if (strcmp(name, q->out[i].name) == 0)
        return RC_OK;
    for (int j = 0; j < q->nout; j++)
        elsewhere |= strcmp(name, q->out[j].name) == 0;
    if (!elsewhere)
        return RC_OK;
    return fail(f, RC_INTERNAL, "query_columns",
                "查询 %s 第 %d 列名为 %s，声明为 %s（次序不对，或请用 AS）",
                "query %s: column %d is named %s, declared as %s (wrong order, or use AS)", q->name,
                i + 1, name, q->out[i].name);
}

enum rc check_type_failed(const struct query *q, int i, const char *found, struct fault *f)
{
    return fail(f, RC_INTERNAL, "query_columns", "查询 %s 的列 %s 实为 %s，与声明不符（请用 CAST）",
                "query %s: column %s is %s, which is not what is declared (use CAST)", q->name,
                q->out[i].name, found);
}
