/* exchange_fixture.h - for this room's tests: an arena and a fault per test, shared test files, small checks. */
#ifndef XH_TABULAR_FIXTURE_H
#define XH_TABULAR_FIXTURE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct fixture {
    struct arena arena;
    struct fault fault;
};

static inline int set_up(void **state)
{
    struct fixture *x = xcalloc(1, sizeof *x);
    arena_init(&x->arena);
    fault_init(&x->fault, &x->arena);
    *state = x;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *x = *state;
    arena_free(&x->arena);
    free(x);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* The bytes of a file of the shared test data; absent where it is missing. */
static inline struct str shared_file(struct arena *a, const char *path)
{
    const char *shared = getenv("XIAOHAO_SHARED"), *root = getenv("XIAOHAO_ROOT");
    struct str full = shared ? str_fmt(a, "%s/data/%s", shared, path)
                             : str_fmt(a, "%s/../shared/data/%s", root ? root : ".", path);
    FILE *file = fopen(full.p, "rb");
    if (!file)
        return STR_NONE;
    struct buf b;
    buf_init(&b, 64 << 20);
    char chunk[8192];
    size_t n;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&b, chunk, n);
    fclose(file);
    struct str bytes = str_copy(a, b.n ? buf_view(&b) : STR(""));
    buf_free(&b);
    return bytes;
}

static inline struct str shared_or_skip(struct arena *a, const char *path)
{
    struct str s = shared_file(a, path);
    if (!s.p) {
        print_message("skipped: no shared data\n");
        skip();
    }
    return s;
}

static inline void assert_str(struct str got, const char *want)
{
    if (!str_is(got, want))
        fail_msg("wanted \"%s\", got \"%.*s\"", want, STR_ARG(got));
}

static inline void assert_fault(const struct fault *f, enum rc got, const char *code)
{
    if (got == RC_OK || !str_is(f->code, code))
        fail_msg("wanted fault %s, got rc %d, %.*s", code, (int)got, STR_ARG(f->code));
    assert_true(f->zh.n > 0 && f->en.n > 0);
}

#endif
