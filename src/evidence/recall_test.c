/*
 * recall_test.c - the shared photographs: every pair of near_dup_pairs.csv is told as it is labelled, and every sixth
 * other photograph is found again after all alterations. ./bench evidence does it with all of them, among a million.
 *
 * Skipped where the photographs are not there ($XIAOHAO_SHARED, else ../shared beside the repository).
 */
#include "evidence/match.h"
#include "media/alter_ground.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>
#include <glob.h>

#include "evidence/index.h"

enum { EVERY = 6, PATH_BYTES = 512, PRINTS_MAX = 100 };

static const char *folder(void)
{
    static char path[PATH_BYTES];
    const char *shared = getenv("XIAOHAO_SHARED"), *source = getenv("SOURCE_ROOT");
    if (shared)
        snprintf(path, sizeof path, "%s/data/5_photos", shared);
    else
        snprintf(path, sizeof path, "%s/../shared/data/5_photos", source ? source : ".");
    if (access(path, R_OK) != 0) {
        print_message("skipped: no shared photographs\n");
        skip();
    }
    return path;
}

/* Each file's print is made once. */
static const struct print *print_of(const char *name)
{
    static struct {
        char name[120];
        struct print print;
    } known[PRINTS_MAX];
    static int n;
    char path[PATH_BYTES];
    for (int i = 0; i < n; i++)
        if (strcmp(known[i].name, name) == 0)
            return &known[i].print;
    assert_true(n < PRINTS_MAX);
    snprintf(known[n].name, sizeof known[n].name, "%s", name);
    snprintf(path, sizeof path, "%.300s/%s", folder(), name);
    if (!alter_file_print(path, &known[n].print))
        fail_msg("no print of %s", name);
    return &known[n++].print;
}

static void labelled_pairs(void **state)
{
    char path[PATH_BYTES], line[PATH_BYTES];
    int same = 0, different = 0;
    (void)state;
    snprintf(path, sizeof path, "%.300s/near_dup_pairs.csv", folder());
    FILE *f = fopen(path, "re");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    while (fgets(line, sizeof line, f)) {
        char *rest = line, *a = strsep(&rest, ","), *b = strsep(&rest, ","), *what = strsep(&rest, ","),
             *want = strsep(&rest, ",");
        struct match m;
        bool alike = match_prints(print_of(b), print_of(a), &m) && match_is_doubt(&m);
        if (alike != (strcmp(want, "same") == 0))
            fail_msg("%s and %s (%s): %d marks, likeness %.2f", a, b, what, m.pairs, (double)m.likeness);
        same += alike;
        different += !alike;
    }
    fclose(f);
    assert_int_equal(same, 51);
    assert_int_equal(different, 6);
}

/* Flat test pictures have nothing to hold on to: they have no marks, and are found by nothing. */
static bool has_something(const struct print *p)
{
    return p->n >= 20;
}

static void altered_ones_are_found(void **state)
{
    glob_t all = {0};
    char pattern[PATH_BYTES];
    struct print_index *x = index_new();
    struct print *bases = calloc(PRINTS_MAX, sizeof *bases);
    size_t n = 0, found = 0, asked = 0;
    (void)state;
    snprintf(pattern, sizeof pattern, "%.300s/ok_*/*", folder());
    assert_int_equal(glob(pattern, 0, NULL, &all), 0);
    for (size_t i = 0; i < all.gl_pathc && n < PRINTS_MAX; i += EVERY)
        if (alter_file_print(all.gl_pathv[i], &bases[n]) && has_something(&bases[n])) {
            struct index_item item = {.number = (uint32_t)n, .n = PRINT_KEYS};
            for (int k = 0; k < item.n; k++)
                item.bits[k] = bases[n].marks[k].bits;
            assert_true(index_add(x, &item, 1));
            struct altering *a = alter_open(all.gl_pathv[i]);
            assert_non_null(a);
            for (int how = 0; how < ALTER_LISTED; how++) {
                struct index_hit hits[INDEX_HITS];
                struct print p;
                struct match m;
                bool hit = false;
                assert_true(alter_print(a, (enum alteration)how, &p));
                int nhits = index_search(x, &p, hits);
                for (int h = 0; h < nhits; h++)
                    hit = hit || (hits[h].number == n && match_prints(&p, &bases[n], &m) && match_is_doubt(&m));
                if (!hit)
                    print_message("not found: %s %s\n", alter_names[how], strrchr(all.gl_pathv[i], '/'));
                found += hit;
                asked++;
            }
            alter_close(a);
            n++;
        }
    assert_true(n >= 8);
    assert_true(found * 100 >= asked * 99);
    globfree(&all);
    free(bases);
    index_free(x);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labelled_pairs),
        cmocka_unit_test(altered_ones_are_found),
    };
    (void)argc;
    if (!alter_init(argv[0]))
        return 1;
    return cmocka_run_group_tests_name("recall", tests, NULL, NULL);
}
