/*
 * standard_room_test.c - standards on both engines: the shipped example, drafts and copies,
 * publication for ever, checklists.
 */
#include "auth/auth_ground.h"
#include "base/asset.h"
#include "standard_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct ground g;

static enum rc load(struct op *op)
{
    const struct asset *categories = asset_find("data/standard/categories.csv");
    const struct asset *criteria = asset_find("data/standard/criteria.csv");
    assert_non_null(categories);
    assert_non_null(criteria);
    const struct standard_shipped in = {categories->bytes, criteria->bytes, STR("2026")};
    return standard_load_shipped(op, &in);
}

static int begin(void **state)
{
    (void)state;
    ground_open(&g);
    ground_expect(&g, load(ground_operator(&g)), RC_OK, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    standard_forget_checklists();
    ground_close(&g);
    return 0;
}

static struct op *office(const char *kind, struct uuid subject)
{
    static int serial;
    char name[32];
    snprintf(name, sizeof name, "command %d", ++serial);
    struct op *op = ground_operator(&g);
    const struct command c = {.id = uuid_named(UUID_NONE, str_of(name)),
                              .kind = kind,
                              .content = sha256_of(str_of(name)),
                              .subject_kind = "test",
                              .subject_id = subject};
    assert_int_equal(change_begin(op, &c), RC_OK);
    return op;
}

static void queries_fit(void **state)
{
    (void)state;
    struct op *op = ground_op(&g);
    ground_expect(&g, db_check_queries(&op->rd, &standard_queries), RC_OK, NULL);
}

static void shipped_whole(void **state)
{
    (void)state;
    struct category_list_row *cats;
    struct criterion_get_row *xs;
    struct standard_version_get_row v;
    struct uuid version;
    size_t n;
    bool found;
    int64_t weight = 0;
    ground_expect(&g, load(ground_operator(&g)), RC_OK, NULL); /* again: nothing happens */
    struct op *op = ground_op(&g);
    assert_int_equal(standard_current_version(op, &version, &found), RC_OK);
    assert_true(found && uuid_eq(version, standard_shipped_version_id(STR("2026"))));
    assert_int_equal(version_load(op, version, &v), RC_OK);
    assert_true(str_is(v.state, "published") && !v.official &&
                str_is(v.notice_zh, STANDARD_NOTICE_ZH));
    assert_int_equal(v.content_hash.n, 32);
    assert_int_equal(q_category_list(&op->rd, &(struct category_list_in){1, version}, &cats, &n),
                     RC_OK);
    assert_int_equal(n, 27);
    for (size_t i = 0; i < n; i++)
        weight += cats[i].weight;
    assert_int_equal(weight, 1000);
    struct criterion_list_in in = {.hq = 1, .version_id = version};
    assert_int_equal(q_criterion_list(&op->rd, &in, &xs, &n), RC_OK);
    assert_int_equal(n, 330);
    for (size_t i = 0; i < n; i++)
        assert_true(uuid_eq(xs[i].id, uuid_named(version, xs[i].code)) && xs[i].field_sources.p);
}

static void checklists(void **state)
{
    (void)state;
    const struct checklist *a, *b;
    struct uuid version = standard_shipped_version_id(STR("2026"));
    size_t total = 0;
    struct category_list_row *cats;
    size_t n;
    struct op *op = ground_op(&g);
    assert_int_equal(q_category_list(&op->rd, &(struct category_list_in){1, version}, &cats, &n),
                     RC_OK);
    for (size_t i = 0; i < n; i++) {
        ground_expect(&g, standard_checklist(op, version, cats[i].code, &a), RC_OK, NULL);
        assert_int_equal(a->n, cats[i].criteria_count);
        total += a->n;
    }
    assert_int_equal(total, 330);
    op = ground_op(&g); /* the operation's memory is gone; the list is not */
    assert_int_equal(standard_checklist(op, version, STR("SQ"), &a), RC_OK);
    assert_int_equal(standard_checklist(op, version, STR("SQ"), &b), RC_OK);
    assert_ptr_equal(a, b);
    assert_true(str_is(a->criteria[0].code, "SQ-01") &&
                a->criteria[0].judging.mode == JUDGING_THRESHOLD);
    ground_expect(&g, standard_checklist(op, version, STR("NIX"), &a), RC_NOT_FOUND,
                  "checklist_missing");
}

static struct uuid copy_draft(const char *label)
{
    struct uuid id = uuid_named(UUID_NONE, str_of(label));
    struct op *op = office("standard_version.create", id);
    const struct version_new v = {.id = id,
                                  .standard_id = standard_shipped_id(),
                                  .label = str_of(label),
                                  .copy_of = standard_shipped_version_id(STR("2026"))};
    ground_expect(&g, standard_prepare_version(op, &v), RC_OK, NULL);
    ground_commit(&g);
    return id;
}

static void published_never_changes(void **state)
{
    (void)state;
    struct uuid draft = copy_draft("2027"), shipped = standard_shipped_version_id(STR("2026")),
                now_id;
    struct standard_version_get_row v, was;
    const struct checklist *list;
    bool found;
    struct criterion_change c = {
        .id = uuid_named(draft, STR("SQ-03")), .set = CRITERION_WEIGHT, .to = {.weight = 9}};
    struct op *op = ground_op(&g);
    ground_expect(&g, standard_checklist(op, draft, STR("SQ"), &list), RC_NOT_FOUND,
                  "checklist_missing");
    assert_int_equal(version_load(op, shipped, &was), RC_OK);
    struct str hash = str_copy(&g.arena, was.content_hash);
    op = office("criterion.change", c.id);
    ground_expect(&g, standard_prepare_criterion_change(op, &c), RC_OK, NULL);
    ground_commit(&g);
    /* Read before the publication, committed after it: refused by the database. */
    struct op late = *office("criterion.change", c.id);
    struct arena late_arena;
    struct fault late_fault;
    arena_init(&late_arena);
    fault_init(&late_fault, &late_arena);
    late.rd.arena = &late_arena;
    late.rd.fault = &late_fault;
    assert_int_equal(change_begin(&late, &(struct command){.id = uuid_named(draft, STR("late")),
                                                           .kind = "criterion.change",
                                                           .subject_kind = "criterion"}),
                     RC_OK);
    assert_int_equal(standard_prepare_criterion_change(&late, &c), RC_OK);
    ground_pass(&g, 1000);
    op = office("standard_version.publish", draft);
    ground_expect(&g, standard_prepare_publish(op, draft), RC_OK, NULL);
    ground_commit(&g);
    assert_int_equal(change_commit(&late), RC_CONFLICT);
    assert_true(str_is(late_fault.code, "version_published"));
    arena_free(&late_arena);
    op = office("criterion.change", c.id);
    ground_expect(&g, standard_prepare_criterion_change(op, &c), RC_CONFLICT, "version_published");
    op = office("standard_version.publish", draft);
    ground_expect(&g, standard_prepare_publish(op, draft), RC_CONFLICT, "version_published");

    op = ground_op(&g);
    assert_int_equal(version_load(op, draft, &v), RC_OK);
    assert_false(str_eq(v.content_hash, hash));
    assert_int_equal(version_load(op, shipped, &v), RC_OK);
    assert_true(str_eq(v.content_hash, hash));
    assert_int_equal(standard_current_version(op, &now_id, &found), RC_OK);
    assert_true(found && uuid_eq(now_id, draft));
    assert_int_equal(standard_version_at(op, op->now - 1000, &now_id, &found), RC_OK);
    assert_true(found && uuid_eq(now_id, shipped));
    assert_int_equal(standard_version_at(op, 0, &now_id, &found), RC_OK);
    assert_false(found);
    assert_int_equal(standard_checklist(op, draft, STR("SQ"), &list), RC_OK);
    assert_int_equal(list->criteria[2].weight, 9);
    struct criterion_get_row row;
    assert_int_equal(q_criterion_get(&op->rd, &(struct criterion_get_in){1, c.id}, &row, &found),
                     RC_OK);
    assert_true(str_find(row.field_sources, STR("\"weight\":\"headquarters\""), 0) > 0);
}

/* A copy that nobody changed has the same content, hence the same hash. */
static void copies_are_true(void **state)
{
    (void)state;
    struct standard_version_get_row a, b;
    struct uuid draft = copy_draft("2028");
    struct op *op = office("standard_version.publish", draft);
    ground_expect(&g, standard_prepare_publish(op, draft), RC_OK, NULL);
    ground_commit(&g);
    op = ground_op(&g);
    assert_int_equal(version_load(op, draft, &a), RC_OK);
    assert_int_equal(version_load(op, standard_shipped_version_id(STR("2026")), &b), RC_OK);
    assert_true(str_eq(a.content_hash, b.content_hash));
    op = office("standard_version.create", draft);
    const struct version_new same = {.id = uuid_named(draft, STR("x")),
                                     .standard_id = standard_shipped_id(),
                                     .label = STR("2028")};
    ground_expect(&g, standard_prepare_version(op, &same), RC_OK, NULL);
    ground_expect(&g, change_commit(op), RC_CONFLICT, "version_label_taken");
    op = office("standard_version.publish", same.id);
    ground_expect(&g, standard_prepare_publish(op, same.id), RC_NOT_FOUND, "not_found");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(queries_fit, begin, end),
        cmocka_unit_test_setup_teardown(shipped_whole, begin, end),
        cmocka_unit_test_setup_teardown(checklists, begin, end),
        cmocka_unit_test_setup_teardown(published_never_changes, begin, end),
        cmocka_unit_test_setup_teardown(copies_are_true, begin, end),
    };
    return GROUND_RUN(tests);
}
