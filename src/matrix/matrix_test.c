/*
 * matrix_test.c - which row of the matrix decides: one table of rows, a table of questions.
 */
#include "matrix/matrix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Units and rows by one letter. '-' and 0: none. A capital unit is open, a small one closed. */
static struct uuid id_of(char c)
{
    struct uuid u = UUID_NONE;
    u.b[0] = (uint8_t)c;
    return u;
}

static char letter(struct uuid u)
{
    return u.b[0] ? (char)u.b[0] : '-';
}

static struct matrix_unit unit(char c)
{
    if (c == '-' || c == 0)
        return (struct matrix_unit){0};
    return (struct matrix_unit){id_of(c), STR("单位"), c >= 'a' && c <= 'z'};
}

struct row {
    char id;
    const char *criterion, *category, *area;
    enum matrix_role lead;
    const char *units; /* territory, subject, supervising */
    int64_t from, to;  /* 0: without end */
    int64_t created;
};

#define T MATRIX_TERRITORY
#define S MATRIX_SUBJECT
#define V MATRIX_SUPERVISING

static const struct row table[] = {
    {'1', "", "", "", T, "---", 10, 0, 1},                /* everything: the site's territory */
    {'2', "", "", "990100001", S, "---", 10, 0, 1},       /* in town 1 its subject */
    {'3', "", "SQ", "", V, "--A", 10, 0, 1},              /* category SQ: A supervises and leads */
    {'4', "", "SQ", "990100001", T, "B--", 10, 0, 1},     /* in town 1: B */
    {'5', "SQ-05", "SQ", "", S, "-C-", 10, 0, 1},         /* criterion SQ-05: C */
    {'6', "SQ-05", "SQ", "990100001", V, "BCD", 10, 0, 1},
    {'7', "SQ-06", "SQ", "", S, "-e-", 10, 0, 1},         /* closed unit: passed over */
    {'8', "SQ-07", "SQ", "", S, "-F-", 10, 100, 1},       /* ended at 100 */
    {'9', "SQ-07", "SQ", "", S, "-G-", 100, 0, 2},
    {'A', "SQ-08", "SQ", "", S, "-H-", 10, 0, 1},         /* both in force: the newer validity */
    {'B', "SQ-08", "SQ", "", S, "-I-", 20, 0, 1},
    {'C', "SQ-09", "SQ", "", S, "-J-", 10, 0, 1},         /* the same validity: the later written */
    {'D', "SQ-09", "SQ", "", S, "-K-", 10, 0, 2},
    {'E', "SQ-10", "SQ", "", S, "---", 10, 0, 1},         /* the site's own subject */
    {'F', "SQ-11", "SQ", "990100001001", S, "-L-", 10, 0, 1},
    {'G', "SQ-11", "SQ", "990100001", S, "-M-", 10, 0, 1},
    {'H', "", "XQ", "9901", V, "--N", 10, 0, 1},
    {'I', "XQ-01", "XQ", "", T, "O--", 500, 0, 1},        /* begins at 500 */
    {'J', "", "ZG", "", S, "-p-", 10, 0, 1},              /* closed, and nothing behind in category */
};
enum { ROWS = sizeof table / sizeof *table };

static struct matrix_row rows[ROWS];

static int build(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        const struct row *t = &table[i];
        rows[i] = (struct matrix_row){.id = id_of(t->id), .criterion_code = str_of(t->criterion),
                                      .category_code = str_of(t->category), .area_code = str_of(t->area), .lead = t->lead,
                                      .valid_from_ms = t->from, .valid_to_ms = {t->to != 0, t->to}, .created_ms = t->created};
        for (int r = 0; r < MATRIX_ROLES; r++)
            rows[i].units[r] = unit(t->units[r]);
    }
    return 0;
}

static const struct question {
    const char *criterion, *category, *area;
    int64_t at;
    const char *site, *named; /* units by role */
    enum matrix_source source;
    char row, lead;
    const char *support, *passed;
} questions[] = {
    /* criterion before category before everything */
    {"SQ-05", "SQ", "990100002001", 50, "XYZ", "---", MATRIX_BY_ROW, '5', 'C', "XZ", ""},
    {"SQ-01", "SQ", "990100002001", 50, "XYZ", "---", MATRIX_BY_ROW, '3', 'A', "XY", ""},
    {"LK-01", "LK", "990100002001", 50, "XYZ", "---", MATRIX_BY_ROW, '1', 'X', "YZ", ""},
    {"", "SQ", "990100002001", 50, "XYZ", "---", MATRIX_BY_ROW, '3', 'A', "XY", ""},
    {"", "LK", "990100002", 50, "XYZ", "---", MATRIX_BY_ROW, '1', 'X', "YZ", ""},
    {"", "", "990100002", 50, "XYZ", "---", MATRIX_BY_ROW, '1', 'X', "YZ", ""},
    {"", "", "", 50, "XYZ", "---", MATRIX_BY_ROW, '1', 'X', "YZ", ""},
    /* the deeper area, within one rank */
    {"SQ-05", "SQ", "990100001001", 50, "XYZ", "---", MATRIX_BY_ROW, '6', 'D', "BC", ""},
    {"SQ-05", "SQ", "990100001", 50, "XYZ", "---", MATRIX_BY_ROW, '6', 'D', "BC", ""},
    {"SQ-05", "SQ", "9901000010", 50, "XYZ", "---", MATRIX_BY_ROW, '6', 'D', "BC", ""},
    {"SQ-05", "SQ", "99010000", 50, "XYZ", "---", MATRIX_BY_ROW, '5', 'C', "XZ", ""},
    {"SQ-01", "SQ", "990100001001", 50, "XYZ", "---", MATRIX_BY_ROW, '4', 'B', "YZ", ""},
    {"LK-01", "LK", "990100001001", 50, "XYZ", "---", MATRIX_BY_ROW, '2', 'Y', "XZ", ""},
    {"LK-01", "LK", "990100001", 50, "XYZ", "---", MATRIX_BY_ROW, '2', 'Y', "XZ", ""},
    {"LK-01", "LK", "99010000", 50, "XYZ", "---", MATRIX_BY_ROW, '1', 'X', "YZ", ""},
    {"SQ-11", "SQ", "990100001001", 50, "XYZ", "---", MATRIX_BY_ROW, 'F', 'L', "XZ", ""},
    {"SQ-11", "SQ", "990100001001007", 50, "XYZ", "---", MATRIX_BY_ROW, 'F', 'L', "XZ", ""},
    {"SQ-11", "SQ", "990100001002", 50, "XYZ", "---", MATRIX_BY_ROW, 'G', 'M', "XZ", ""},
    {"SQ-11", "SQ", "990100001", 50, "XYZ", "---", MATRIX_BY_ROW, 'G', 'M', "XZ", ""},
    {"SQ-11", "SQ", "990100002001", 50, "XYZ", "---", MATRIX_BY_ROW, '3', 'A', "XY", ""},
    /* a criterion's row of the whole place beats a category's row of the village */
    {"SQ-10", "SQ", "990100001001", 50, "XYZ", "---", MATRIX_BY_ROW, 'E', 'Y', "XZ", ""},
    {"SQ-08", "SQ", "990100001001", 50, "XYZ", "---", MATRIX_BY_ROW, 'B', 'I', "XZ", ""},
    /* the newest wins */
    {"SQ-07", "SQ", "990100002", 50, "XYZ", "---", MATRIX_BY_ROW, '8', 'F', "XZ", ""},
    {"SQ-07", "SQ", "990100002", 99, "XYZ", "---", MATRIX_BY_ROW, '8', 'F', "XZ", ""},
    {"SQ-07", "SQ", "990100002", 100, "XYZ", "---", MATRIX_BY_ROW, '9', 'G', "XZ", ""},
    {"SQ-07", "SQ", "990100002", 5000, "XYZ", "---", MATRIX_BY_ROW, '9', 'G', "XZ", ""},
    {"SQ-08", "SQ", "990100002", 50, "XYZ", "---", MATRIX_BY_ROW, 'B', 'I', "XZ", ""},
    {"SQ-08", "SQ", "990100002", 15, "XYZ", "---", MATRIX_BY_ROW, 'A', 'H', "XZ", ""},
    {"SQ-08", "SQ", "990100002", 20, "XYZ", "---", MATRIX_BY_ROW, 'B', 'I', "XZ", ""},
    {"SQ-09", "SQ", "990100002", 50, "XYZ", "---", MATRIX_BY_ROW, 'D', 'K', "XZ", ""},
    /* validity: nothing before 10; XQ-01 begins at 500 */
    {"SQ-05", "SQ", "990100002", 9, "XYZ", "---", MATRIX_BY_SITE, 0, 'Y', "XZ", ""},
    {"SQ-05", "SQ", "990100002", 10, "XYZ", "---", MATRIX_BY_ROW, '5', 'C', "XZ", ""},
    {"XQ-01", "XQ", "990100002", 499, "XYZ", "---", MATRIX_BY_ROW, 'H', 'N', "XY", ""},
    {"XQ-01", "XQ", "990100002", 500, "XYZ", "---", MATRIX_BY_ROW, 'I', 'O', "YZ", ""},
    {"XQ-02", "XQ", "990100002", 500, "XYZ", "---", MATRIX_BY_ROW, 'H', 'N', "XY", ""},
    {"XQ-02", "XQ", "990200002", 500, "XYZ", "---", MATRIX_BY_ROW, '1', 'X', "YZ", ""},
    {"XQ-02", "XQ", "9901", 500, "XYZ", "---", MATRIX_BY_ROW, 'H', 'N', "XY", ""},
    {"XQ-02", "XQ", "990", 500, "XYZ", "---", MATRIX_BY_ROW, '1', 'X', "YZ", ""},
    /* a row that names a closed unit is passed over and said */
    {"SQ-06", "SQ", "990100002", 50, "XYZ", "---", MATRIX_BY_ROW, '3', 'A', "XY", "7"},
    {"SQ-06", "SQ", "990100001", 50, "XYZ", "---", MATRIX_BY_ROW, '4', 'B', "YZ", "7"},
    {"ZG-01", "ZG", "990100002", 50, "XYZ", "---", MATRIX_BY_ROW, '1', 'X', "YZ", "J"},
    {"ZG-01", "ZG", "990100001", 50, "XYZ", "---", MATRIX_BY_ROW, '2', 'Y', "XZ", "J"},
    /* one that leaves it to a unit the site has not, or whose unit is closed */
    {"SQ-10", "SQ", "990100002", 50, "X-Z", "---", MATRIX_BY_ROW, '3', 'A', "X", "E"},
    {"SQ-10", "SQ", "990100002", 50, "XyZ", "---", MATRIX_BY_ROW, '3', 'A', "X", "E"},
    {"LK-01", "LK", "990100002", 50, "-YZ", "---", MATRIX_BY_SITE, 0, 'Y', "Z", "1"},
    {"LK-01", "LK", "990100001", 50, "-Y-", "---", MATRIX_BY_ROW, '2', 'Y', "", ""},
    {"LK-01", "LK", "990100001", 50, "X--", "---", MATRIX_BY_ROW, '1', 'X', "", "2"},
    {"LK-01", "LK", "990100001", 50, "--Z", "---", MATRIX_BY_SITE, 0, 'Z', "", "21"},
    {"ZG-01", "ZG", "990100001", 50, "---", "---", MATRIX_BY_NOBODY, 0, '-', "", "J21"},
    /* the other roles support; closed ones do not, nobody twice, never the lead itself */
    {"SQ-05", "SQ", "990100002", 50, "Xyz", "---", MATRIX_BY_ROW, '5', 'C', "X", ""},
    {"SQ-05", "SQ", "990100002", 50, "XYX", "---", MATRIX_BY_ROW, '5', 'C', "X", ""},
    {"SQ-05", "SQ", "990100002", 50, "CYC", "---", MATRIX_BY_ROW, '5', 'C', "", ""},
    {"SQ-05", "SQ", "990100002", 50, "---", "---", MATRIX_BY_ROW, '5', 'C', "", ""},
    {"SQ-05", "SQ", "990100001", 50, "---", "---", MATRIX_BY_ROW, '6', 'D', "BC", ""},
    /* without a row: the department the criterion names, else the site's own; subject, territory, supervising */
    {"SQ-05", "SQ", "990100002", 5, "XYZ", "PQR", MATRIX_BY_CRITERION, 0, 'Q', "PR", ""},
    {"SQ-05", "SQ", "990100002", 5, "XYZ", "--R", MATRIX_BY_SITE, 0, 'Y', "XR", ""},
    {"SQ-05", "SQ", "990100002", 5, "X-Z", "--R", MATRIX_BY_SITE, 0, 'X', "R", ""},
    {"SQ-05", "SQ", "990100002", 5, "---", "--R", MATRIX_BY_CRITERION, 0, 'R', "", ""},
    {"SQ-05", "SQ", "990100002", 5, "---", "P-R", MATRIX_BY_CRITERION, 0, 'P', "R", ""},
    {"SQ-05", "SQ", "990100002", 5, "X--", "-q-", MATRIX_BY_SITE, 0, 'X', "", ""},
    {"SQ-05", "SQ", "990100002", 5, "-Y-", "-q-", MATRIX_BY_SITE, 0, 'Y', "", ""},
    {"SQ-05", "SQ", "990100002", 5, "--Z", "---", MATRIX_BY_SITE, 0, 'Z', "", ""},
    {"SQ-05", "SQ", "990100002", 5, "xyz", "---", MATRIX_BY_NOBODY, 0, '-', "", ""},
    {"SQ-05", "SQ", "990100002", 5, "---", "---", MATRIX_BY_NOBODY, 0, '-', "", ""},
    {"LK-01", "LK", "990100002", 50, "-Y-", "PQR", MATRIX_BY_CRITERION, 0, 'Q', "PR", "1"},
    /* where a row decides, names do not count */
    {"SQ-01", "SQ", "990100002", 50, "XYZ", "PQR", MATRIX_BY_ROW, '3', 'A', "XY", ""},
};
enum { QUESTIONS = sizeof questions / sizeof *questions };

static void ask(const struct question *c, const struct matrix_row *from, struct matrix_answer *out)
{
    struct matrix_question q = {.criterion_code = str_of(c->criterion), .category_code = str_of(c->category),
                                .area_code = str_of(c->area), .at_ms = c->at};
    for (int r = 0; r < MATRIX_ROLES; r++) {
        q.site_units[r] = unit(c->site[r]);
        q.named_units[r] = unit(c->named[r]);
    }
    matrix_resolve(from, ROWS, &q, out);
}

static void write_answer(const struct matrix_answer *a, char *out, size_t room)
{
    size_t n = (size_t)snprintf(out, room, "%s row %c lead %c support ", matrix_source_names[a->source],
                                a->row ? letter(a->row->id) : '-', letter(a->lead.id));
    for (size_t i = 0; i < a->nsupport; i++)
        out[n++] = letter(a->support[i].id);
    n += (size_t)snprintf(out + n, room - n, " passed ");
    for (size_t i = 0; i < a->npassed; i++)
        out[n++] = letter(a->passed[i].row->id);
    out[n] = 0;
}

static void the_table(void **state)
{
    (void)state;
    assert_true(QUESTIONS >= 60);
    for (size_t i = 0; i < QUESTIONS; i++) {
        const struct question *c = &questions[i];
        struct matrix_answer answer;
        char got[160], want[160];
        ask(c, rows, &answer);
        write_answer(&answer, got, sizeof got);
        snprintf(want, sizeof want, "%s row %c lead %c support %s passed %s", matrix_source_names[c->source],
                 c->row ? c->row : '-', c->lead, c->support, c->passed);
        if (strcmp(got, want) != 0)
            fail_msg("question %zu (%s %s %s at %lld): %s, not %s", i, c->criterion, c->category, c->area, (long long)c->at,
                     got, want);
    }
}

/* The answer does not depend on the order the rows come in. */
static void order_does_not_matter(void **state)
{
    (void)state;
    struct matrix_row turned[ROWS];
    for (size_t shift = 1; shift < ROWS; shift++) {
        for (size_t i = 0; i < ROWS; i++)
            turned[i] = rows[(ROWS - 1 - i + shift) % ROWS];
        for (size_t i = 0; i < QUESTIONS; i++) {
            struct matrix_answer a, b;
            char one[160], other[160];
            ask(&questions[i], rows, &a);
            ask(&questions[i], turned, &b);
            write_answer(&a, one, sizeof one);
            write_answer(&b, other, sizeof other);
            assert_string_equal(one, other);
        }
    }
}

static void further_units_support(void **state)
{
    (void)state;
    const struct matrix_unit more[] = {unit('X'), unit('C'), unit('U'), unit('u'), unit('U')};
    struct matrix_row one = rows[4];
    struct matrix_question q = {.criterion_code = STR("SQ-05"), .category_code = STR("SQ"), .area_code = STR("9901"),
                                .at_ms = 50, .site_units = {unit('X'), unit('Y'), unit('Z')}};
    struct matrix_answer a;
    char got[160];
    one.support = more;
    one.nsupport = sizeof more / sizeof *more;
    matrix_resolve(&one, 1, &q, &a);
    write_answer(&a, got, sizeof got);
    assert_string_equal(got, "row row 5 lead C support XZU passed ");
}

static void contradictions(void **state)
{
    (void)state;
    assert_true(matrix_disagree(&rows[9], &rows[10]));  /* SQ-08: H and I */
    assert_false(matrix_disagree(&rows[9], &rows[9]));
    assert_false(matrix_disagree(&rows[4], &rows[5]));  /* another area */
    assert_false(matrix_disagree(&rows[2], &rows[4]));  /* category and criterion */
    struct matrix_row same = rows[9];
    same.id = id_of('Z');
    assert_false(matrix_disagree(&rows[9], &same));     /* the same lead twice */
    same.lead = MATRIX_TERRITORY;
    assert_true(matrix_disagree(&rows[9], &same));      /* another role leads */
}

static void says_why(void **state)
{
    (void)state;
    struct arena arena;
    struct matrix_answer a;
    arena_init(&arena);
    ask(&questions[0], rows, &a);
    assert_true(str_is(matrix_why(&arena, &a, LANG_ZH), "责任矩阵（条目 SQ-05，区划 全域）规定由主体单位牵头"));
    assert_true(str_is(matrix_why(&arena, &a, LANG_EN),
                       "The responsibility matrix (criterion SQ-05, area everywhere) lets the subject lead"));
    for (size_t i = 0; i < QUESTIONS; i++) {
        ask(&questions[i], rows, &a);
        assert_true(matrix_why(&arena, &a, LANG_ZH).n > 0 && matrix_why(&arena, &a, LANG_EN).n > 0);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_table), cmocka_unit_test(order_does_not_matter),
                                       cmocka_unit_test(further_units_support), cmocka_unit_test(contradictions),
                                       cmocka_unit_test(says_why)};
    return cmocka_run_group_tests(tests, build, NULL);
}
