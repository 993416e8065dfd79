/* doubt_test.c - the rules of doubts, by tables: time and place of one photograph, and which earlier uses count. */
#include "loop/doubt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/civil.h"

#define T0 INT64_C(1770000000000)
#define NEVER ((struct opt_i64){0})

/* Minutes after T0; 0 kinds: DOUBT_KINDS ends the list. */
static const struct {
    const char *what, *role;
    bool taken, reported;
    int64_t taken_min, received_min, reported_min;
    int64_t distance_m; /* < 0: unknown */
    enum doubt_kind kinds[3];
    int64_t value;      /* of the first */
} photos[] = {
    {"nothing known", "after", false, true, 0, 60, 0, -1, {DOUBT_KINDS}, 0},
    {"fresh proof", "after", true, true, 50, 60, 0, 20, {DOUBT_KINDS}, 0},
    {"taken as it was reported", "after", true, true, -10, 60, 0, 20, {DOUBT_KINDS}, 0},
    {"proof older than the report", "after", true, true, -11, 60, 0, 20, {DOUBT_TAKEN_BEFORE, DOUBT_KINDS}, 11 * MINUTE_MS},
    {"the finding is older than its report", "before", true, true, -30, 60, 0, 20, {DOUBT_KINDS}, 0},
    {"proof on a visit, no report", NULL, true, false, -30, 60, 0, 20, {DOUBT_KINDS}, 0},
    {"camera a little ahead", "after", true, true, 70, 60, 0, 20, {DOUBT_KINDS}, 0},
    {"camera ahead", "after", true, true, 71, 60, 0, 20, {DOUBT_TAKEN_AFTER, DOUBT_KINDS}, 11 * MINUTE_MS},
    {"three days before", "before", true, true, 0, 3 * 1440, 0, 20, {DOUBT_KINDS}, 0},
    {"more than three days before", "before", true, true, 0, 3 * 1440 + 1, 0, 20, {DOUBT_TAKEN_LONG_BEFORE, DOUBT_KINDS},
     (3 * 1440 + 1) * MINUTE_MS},
    {"old and offered as proof", "after", true, true, -5000, 60, 0, 20,
     {DOUBT_TAKEN_BEFORE, DOUBT_TAKEN_LONG_BEFORE, DOUBT_KINDS}, 5000 * MINUTE_MS},
    {"at the end of the street", "after", true, true, 50, 60, 0, 500, {DOUBT_KINDS}, 0},
    {"elsewhere", "after", true, true, 50, 60, 0, 501, {DOUBT_FAR, DOUBT_KINDS}, 501},
    {"elsewhere and never", NULL, false, false, 0, 60, 0, 9000000, {DOUBT_FAR, DOUBT_KINDS}, 9000000},
};

static void time_and_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof photos / sizeof *photos; i++) {
        struct doubt out[DOUBT_KINDS];
        struct doubt_subject s = {.kind = "problem"};
        struct doubt_photo p = {.role = photos[i].role ? str_of(photos[i].role) : STR_NONE,
                                .received_ms = T0 + photos[i].received_min * MINUTE_MS};
        if (photos[i].reported)
            s.reported_ms = SOME(T0 + photos[i].reported_min * MINUTE_MS);
        if (photos[i].taken)
            p.taken_ms = SOME(T0 + photos[i].taken_min * MINUTE_MS);
        if (photos[i].distance_m >= 0)
            p.distance_m = SOME(photos[i].distance_m);
        size_t want = 0, n = doubt_time_place(&s, &p, out);
        while (photos[i].kinds[want] != DOUBT_KINDS)
            want++;
        if (n != want)
            fail_msg("%s: %zu doubts, not %zu", photos[i].what, n, want);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(out[k].kind, photos[i].kinds[k]);
        if (n)
            assert_int_equal(out[0].value, photos[i].value);
    }
}

/* Ids by one letter: s the subject, v its visit, l a linked problem, o another problem, w another visit. */
static struct uuid id_of(char letter)
{
    struct uuid u = UUID_NONE;
    u.b[0] = (uint8_t)letter;
    return u;
}

static const struct {
    const char *what, *role;
    char problem, visit;
    int64_t seq, minutes; /* of the use; the photograph was offered at T0 in step 5 */
    const char *event;
    bool counts;
} uses[] = {
    {"another problem's, before", "after", 'o', 0, 2, -60, "rectify", true},
    {"another problem's, at the same time", "after", 'o', 0, 2, 0, "rectify", false},
    {"another problem's, later", "after", 'o', 0, 2, 60, "rectify", false},
    {"another visit's", "after", 0, 'w', 0, -60, "", true},
    {"the finding's own, as its first photograph", "before", 0, 'v', 0, -60, "", false},
    {"the finding's own, as proof of mending", "after", 0, 'v', 0, -60, "", true},
    {"this problem's own finding, as proof", "after", 's', 0, 1, -60, "report", true},
    {"proof offered once and returned", "after", 's', 0, 4, -30, "rectify", true},
    {"the same step", "after", 's', 0, 5, -1, "rectify", false},
    {"what the level below answered with", "after", 's', 0, 4, -30, "hand_answer", false},
    {"a rebound begins with the look-back's photograph", "before", 'l', 0, 9, -30, "rebound", false},
    {"proof of the case it is linked to", "after", 'l', 0, 3, -90, "rectify", true},
    {"another problem's, as a finding", "before", 'o', 0, 1, -60, "report", true},
};

static void earlier_uses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        struct doubt_subject s = {.kind = "problem", .id = id_of('s'), .inspection_id = id_of('v'), .linked = {id_of('l')}};
        struct doubt_photo p = {.seq = 5, .role = str_of(uses[i].role), .offered_ms = T0};
        struct doubt_use use = {.problem_id = uses[i].problem ? id_of(uses[i].problem) : UUID_NONE,
                                .inspection_id = uses[i].visit ? id_of(uses[i].visit) : UUID_NONE, .seq = uses[i].seq,
                                .event = str_of(uses[i].event), .at_ms = T0 + uses[i].minutes * MINUTE_MS};
        if (doubt_use_counts(&s, &p, &use) != uses[i].counts)
            fail_msg("%s: %s", uses[i].what, uses[i].counts ? "does not count" : "counts");
    }
    /* On a visit nothing is linked, and its own photographs are no source. */
    struct doubt_subject visit = {.kind = "inspection", .id = id_of('w')};
    struct doubt_photo p = {.offered_ms = T0};
    assert_false(doubt_use_counts(&visit, &p, &(struct doubt_use){.inspection_id = id_of('w'), .at_ms = T0 - 1}));
    assert_true(doubt_use_counts(&visit, &p, &(struct doubt_use){.inspection_id = id_of('v'), .at_ms = T0 - 1}));
    assert_true(doubt_use_counts(&visit, &p, &(struct doubt_use){.problem_id = id_of('o'), .at_ms = T0 - 1}));
    visit.inspection_id = id_of('v'); /* the one it corrects */
    assert_false(doubt_use_counts(&visit, &p, &(struct doubt_use){.inspection_id = id_of('v'), .at_ms = T0 - 1}));
}

static void names_last(void **state)
{
    struct doubt_subject s = {.kind = "problem", .id = id_of('s')}, t = {.kind = "problem", .id = id_of('t')};
    struct doubt_photo p = {.seq = 2}, q = {.seq = 3};
    struct doubt_source from = {.use = {.problem_id = id_of('o')}}, other = {.use = {.inspection_id = id_of('o')}};
    struct doubt d = {.kind = DOUBT_LOOKS_LIKE, .photo = &p, .source = &from}, e = d;
    (void)state;
    assert_true(uuid_eq(doubt_id(&s, &d), doubt_id(&s, &e)));
    assert_false(uuid_eq(doubt_id(&s, &d), doubt_id(&t, &d)));
    e.kind = DOUBT_SAME_PHOTO;
    assert_false(uuid_eq(doubt_id(&s, &d), doubt_id(&s, &e)));
    e = d;
    e.source = &other;
    assert_false(uuid_eq(doubt_id(&s, &d), doubt_id(&s, &e)));
    e = d;
    e.photo = &q; /* offered again */
    assert_false(uuid_eq(doubt_id(&s, &d), doubt_id(&s, &e)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_and_place),
        cmocka_unit_test(earlier_uses),
        cmocka_unit_test(names_last),
    };
    return cmocka_run_group_tests_name("doubt", tests, NULL, NULL);
}
