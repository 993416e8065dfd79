/*
 * sqlgen.h - what the parser of tools/sqlgen (sqlgen.c) hands to its writer (sqlgen_out.c).
 */
#ifndef XH_TOOLS_SQLGEN_H
#define XH_TOOLS_SQLGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Parameters are bits of a 64-bit mask in store/; a row may have more columns. */
enum { PARAMS_MAX = 64, COLUMNS_MAX = 128, PIECES_MAX = 128, QUERIES_MAX = 512, NAME_LEN = 64 };

struct text {
    char *p;
    size_t n, room;
};

struct field {
    char name[NAME_LEN];
    int type; /* index into field_types */
    bool nullable;
    bool used;
};

struct piece {
    struct text sqlite, pg;
    int guard;
    bool when_null;
    bool on_sqlite, on_pg;
};

struct fields {
    struct field list[COLUMNS_MAX];
    int n;
    char like[NAME_LEN]; /* the query whose struct is used: its own unless `like NAME` */
};

enum { ONE, MANY, EXEC };

struct named {
    char name[NAME_LEN];
    int kind;
    int line;
    struct fields in, out;
    struct piece *pieces;
    int npieces;
};

struct field_type {
    const char *word, *col, *ctype, *nullable_ctype;
};
enum { NTYPES = 7 };
extern const struct field_type field_types[NTYPES];

extern struct named queries[QUERIES_MAX];
extern int nqueries;

void emit_header(FILE *h, const char *room);
void emit_source(FILE *c, const char *room);

#endif
