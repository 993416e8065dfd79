/* multipart_test.c - forms as browsers send them, cut off, damaged, with pieces on every edge of the window. */
#include "http/multipart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#define TYPE "multipart/form-data; boundary=xX7"

struct ground {
    struct arena arena;
    struct fault fault;
    struct multipart m;
    int fd;
};

static struct ground g;

static enum rc open_form(const char *type, const void *body, size_t n)
{
    arena_init(&g.arena);
    fault_init(&g.fault, &g.arena);
    g.fd = memfd_create("form", MFD_CLOEXEC);
    assert_int_equal(write(g.fd, body, n), (ssize_t)n);
    assert_int_equal(lseek(g.fd, 0, SEEK_SET), 0);
    return multipart_open(&g.m, &g.arena, &g.fault, g.fd, str_of(type));
}

static void close_form(void)
{
    close(g.fd);
    arena_free(&g.arena);
}

/* "name[filename]=content;" for each part, or the fault's code. */
static void expect(const char *body, const char *want)
{
    struct multipart_part part;
    struct str got = STR("");
    bool more = true;
    enum rc rc = open_form(TYPE, body, strlen(body));
    while (rc == RC_OK && more) {
        struct str text = STR("");
        rc = multipart_next(&g.m, &part, &more);
        if (rc == RC_OK && more)
            rc = multipart_text(&g.m, 100, &text);
        if (rc == RC_OK && more)
            got = str_fmt(&g.arena, "%.*s%.*s%s%.*s%s=%.*s;", STR_ARG(got), STR_ARG(part.name), part.filename.p ? "[" : "",
                          STR_ARG(part.filename), part.filename.p ? "]" : "", STR_ARG(text));
    }
    if (rc != RC_OK)
        got = g.fault.code;
    if (!str_is(got, want))
        fail_msg("got %.*s, want %s", STR_ARG(got), want);
    close_form();
}

#define PART(name) "Content-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static void forms(void **state)
{
    (void)state;
    expect("--xX7\r\n" PART("note") "已清理\r\n--xX7--\r\n", "note=已清理;");
    expect("--xX7\r\n" PART("a") "1\r\n--xX7\r\n" PART("b") "\r\n--xX7--", "a=1;b=;");
    expect("preamble\r\n--xX7\r\n" PART("a") "1\r\n--xX7--\r\nepilogue", "a=1;");
    expect("--xX7\r\nContent-Disposition: form-data; name=\"p\"; filename=\"a;b.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\r\n--xX7--",
           "p[a;b.jpg]=;");
    expect("--xX7\r\ncontent-disposition: form-data; filename=\"\"; name=p\r\n\r\nx\r\n--xX7--", "p[]=x;");
    /* what only looks like a delimiter belongs to the content */
    expect("--xX7\r\n" PART("a") "x\r\n--xX\r\n-\r\n--x\r\n--xX7--", "a=x\r\n--xX\r\n-\r\n--x;");
    expect("--xX7--", "");
}

static void damaged_forms(void **state)
{
    (void)state;
    expect("", "bad_form");
    expect("--xX7", "bad_form");
    expect("--xX7\r\n", "bad_form");
    expect("--xX7\r\n" PART("a") "1", "bad_form");
    expect("--xX7\r\n" PART("a") "1\r\n--xX7", "bad_form");
    expect("--xX7\r\n" PART("a") "1\r\n--xX7x", "bad_form");
    expect("--xX7\r\nContent-Type: text/plain\r\n\r\n1\r\n--xX7--", "bad_form");
    expect("--xX7\r\n\r\n1\r\n--xX7--", "bad_form");
    expect("--xX7\r\n" PART("\xff") "1\r\n--xX7--", "bad_form");
    expect("--xX7\r\n" PART("a") "\xff\r\n--xX7--", "bad_form");
    expect("--other\r\n" PART("a") "1\r\n--other--", "bad_form");
    expect("--xX7\r\n" PART("a") "0123456789012345678901234567890123456789012345678901234567890123456789"
           "0123456789012345678901234567890123456789\r\n--xX7--", "too_long");
}

static void other_types(void **state)
{
    static const char *const types[] = {"application/json", "multipart/form-data", "multipart/form-data; boundary=",
                                        "multipart/form-data; boundary=\"a b\"", "multipart/form-data; boundary=a\tb",
                                        "multipart/mixed; boundary=x"};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        assert_int_equal(open_form(types[i], "", 0), RC_MEDIA_TYPE);
        close_form();
    }
}

/* Contents whose end falls on every place of the window's edge come out whole. */
static void every_edge_of_the_window(void **state)
{
    (void)state;
    for (size_t n = MULTIPART_WINDOW - 120; n < MULTIPART_WINDOW + 40; n++) {
        char *body = malloc(n + 200);
        struct multipart_part part;
        struct str piece;
        bool more;
        size_t head = (size_t)snprintf(body, 100, "--xX7\r\n%s", PART("p")), got = 0;
        for (size_t i = 0; i < n; i++)
            body[head + i] = (char)(i % 7 ? 'a' + (int)(i % 26) : '\r');
        memcpy(body + head + n, "\r\n--xX7--", 9);
        assert_int_equal(open_form(TYPE, body, head + n + 9), RC_OK);
        assert_int_equal(multipart_next(&g.m, &part, &more), RC_OK);
        do {
            assert_int_equal(multipart_piece(&g.m, &piece), RC_OK);
            if (memcmp(body + head + got, piece.p, piece.n) != 0)
                fail_msg("content differs at %zu of %zu", got, n);
            got += piece.n;
        } while (g.m.in_part);
        assert_int_equal(got, n);
        assert_int_equal(multipart_next(&g.m, &part, &more), RC_OK);
        assert_false(more);
        close_form();
        free(body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(damaged_forms),
        cmocka_unit_test(other_types),
        cmocka_unit_test(every_edge_of_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
