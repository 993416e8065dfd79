/*
 * link_suite.c - cases that belong together, over HTTP: merging that loses nothing and can be undone, no chains, what a
 * covert round holds back stays apart; parents that end only after their children.
 */
#include "world.h"

static unsigned pictures = 53000;

static json_t *problem(const struct account *who, const char *id)
{
    return GET(who, "/problems/%s", id);
}

static json_t *merge(int expect, const char *id, const char *into)
{
    return api(&world.desk, expect, "POST", packed("{s:s,s:s,s:s}", "id", new_id(), "into_id", into, "note", "同一处"),
               "/problems/%s/merge", id);
}

static json_t *unmerge(int expect, const char *id)
{
    return api(&world.desk, expect, "POST", packed("{s:s,s:s}", "id", new_id(), "note", "并错"), "/problems/%s/unmerge", id);
}

static const char *raised(void)
{
    return raise_problem(&world.inspector, world.site[0], "weekly");
}

/* Reported by the grid worker, with a picture. */
static const char *reported(char sha[SHA_BYTES])
{
    const char *id = new_id();
    snprintf(sha, SHA_BYTES, "%s", upload_picture(&world.grid, ++pictures));
    POST(&world.grid, 201,
         packed("{s:s,s:s,s:s,s:[s]}", "id", id, "site_id", world.site[0], "description", "地面破损", "photos", sha), "/problems");
    return id;
}

static json_t *visit_of(const char *problem_id)
{
    return GET(&world.desk, "/inspections/%s", text_at(problem(&world.desk, problem_id), "inspection_id"));
}

static void nothing_is_lost(void **state)
{
    (void)state;
    char sha[SHA_BYTES];
    const char *target = raised(), *source = raised(), *report = reported(sha);
    json_t *before = json_deep_copy(visit_of(source));
    json_t *p = merge(200, source, target);
    expect_text(p, "state", "merged");
    expect_text(p, "merged_into.id", target);
    assert_true(json_equal(before, visit_of(source)));
    merge(200, report, target);
    p = problem(&world.desk, target);
    expect_count(p, "merged", 2);
    expect_text(p, "merged.0.id", source);
    expect_text(p, "merged.1.id", report);
    expect_text(p, "merged.1.photos.0", sha);
    expect_text(p, "merged.1.reporter.id", world.grid.person);
    expect_text(p, "merged.0.inspection_id", text_at(before, "id"));
    json_decref(before);
    /* Its own timeline stays its own. */
    expect_text(problem(&world.desk, report), "timeline.0.photos.0.sha256", sha);
    /* Who reported it follows the target to its end; a unit sees the evidence, not who reported. */
    expect_text(problem(&world.grid, report), "merged_into.state", "registered");
    expect_text(problem(&world.grid, target), "id", target);
    dispatch(target, world.unit);
    p = problem(&world.contact, target);
    expect_text(p, "merged.1.photos.0", sha);
    expect_null(p, "merged.1.reporter");
    expect_null(p, "merged.0.inspection_id");
    /* A target with duplicates is not voided over them. */
    expect_text(act(&world.desk, 409, target, "void", packed("{s:s}", "note", "误报")), "code", "has_merged");
    p = unmerge(200, report);
    expect_text(p, "state", "registered");
    expect_null(p, "merged_into");
    expect_count(problem(&world.desk, target), "merged", 1);
    expect_text(unmerge(409, report), "code", "state_forbids");
}

static void reporter_elsewhere_follows(void **state)
{
    (void)state;
    const char *mine = new_id(), *other = raise_problem(&world.inspector, world.site[2], "weekly");
    POST(&world.grid, 201, packed("{s:s,s:s,s:s}", "id", mine, "site_id", world.site[0], "description", "越界垃圾"), "/problems");
    api_fault(&world.grid, 404, NULL, "GET", NULL, "/problems/%s", other); /* another town's */
    merge(200, mine, other);
    expect_text(problem(&world.grid, other), "id", other);
    unmerge(200, mine);
    api_fault(&world.grid, 404, NULL, "GET", NULL, "/problems/%s", other);
}

static void no_chains(void **state)
{
    (void)state;
    const char *a = raised(), *b = raised(), *c = raised();
    expect_field(merge(422, a, a), "/into_id", "merge_self");
    expect_field(merge(422, a, new_id()), "/into_id", "problem_missing");
    merge(200, a, b);
    expect_text(merge(409, c, a), "code", "target_merged");
    expect_text(merge(409, b, a), "code", "target_merged"); /* no circle either */
    merge(200, b, c);                                       /* what lay in b goes along */
    expect_text(problem(&world.desk, a), "merged_into.id", c);
    json_t *p = problem(&world.desk, c);
    expect_count(p, "merged", 2);
    unmerge(200, a);
    expect_count(problem(&world.desk, c), "merged", 1);
    expect_text(act(&world.desk, 409, a, "merge", NULL), "code", "not_direct");
    api_fault(&world.contact, 403, "not_allowed", "POST", packed("{s:s,s:s}", "id", new_id(), "into_id", c), "/problems/%s/merge", a);
}

static void closed_targets(void **state)
{
    (void)state;
    char sha[SHA_BYTES];
    const char *early = reported(sha), *target = raised(), *voided = raised();
    act(&world.desk, 200, target, "mend_on_spot", packed("{s:[s]}", "photos", upload_picture(&world.desk, ++pictures)));
    act(&world.desk, 200, voided, "void", packed("{s:s}", "note", "误报"));
    const char *late = raised();
    expect_text(merge(409, late, target), "code", "reported_after");
    expect_text(merge(409, late, voided), "code", "target_closed");
    expect_text(merge(200, early, target), "state", "merged"); /* it was there before the target ended */
}

/* ---- parent and children ---- */

static json_t *split(int expect, const char *id, const char *one, const char *two)
{
    return api(&world.desk, expect, "POST",
               packed("{s:s,s:[{s:s,s:s},{s:s,s:s,s:s,s:{s:s,s:i}}]}", "id", new_id(), "children", "id", one, "description",
                      "城管部分：清理垃圾", "id", two, "description", "住建部分：修复路面", "site_id", world.site[1], "limit", "kind",
                      "working_days", "amount", 7),
               "/problems/%s/children", id);
}

static void mend(const struct account *who, const char *id)
{
    act(who, 200, id, "accept", NULL);
    act(who, 200, id, "rectify", packed("{s:[s]}", "photos", upload_picture(who, ++pictures)));
    act(&world.checker, 200, id, "strike_off", NULL);
}

static void a_parent_ends_after_its_children(void **state)
{
    (void)state;
    char one[ID_BYTES], two[ID_BYTES];
    const char *id = raised();
    snprintf(one, sizeof one, "%s", new_id());
    snprintf(two, sizeof two, "%s", new_id());
    json_t *p = split(200, id, one, two);
    expect_count(p, "children", 2);
    expect_int(p, "progress.children", 2);
    expect_int(p, "progress.ended", 0);
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    p = problem(&world.desk, two);
    expect_text(p, "parent.id", id);
    expect_text(p, "state", "registered");
    expect_text(p, "site.id", world.site[1]);
    const char *proof = upload_picture(&world.contact, ++pictures);
    expect_text(act(&world.contact, 409, id, "rectify", packed("{s:[s]}", "photos", proof)), "code", "children_open");
    dispatch(one, world.unit);
    dispatch(two, world.rival_unit);
    mend(&world.contact, one);
    expect_int(problem(&world.contact, id), "progress.ended", 1);
    expect_text(act(&world.contact, 409, id, "rectify", packed("{s:[s]}", "photos", proof)), "code", "children_open");
    mend(&world.rival, two);
    act(&world.contact, 200, id, "rectify", packed("{s:[s]}", "photos", proof));
    act(&world.checker, 200, id, "strike_off", NULL);
}

static json_t *hang(int expect, const char *child, json_t *parent)
{
    return api(&world.desk, expect, "POST", packed("{s:s,s:o}", "id", new_id(), "parent_id", parent), "/problems/%s/parent", child);
}

static void attached_and_detached(void **state)
{
    (void)state;
    const char *parent = raised(), *child = raised(), *other = raised();
    expect_text(hang(200, child, json_string(parent)), "parent.id", parent);
    expect_text(hang(409, child, json_string(other)), "code", "has_parent");
    expect_text(hang(409, parent, json_string(other)), "code", "has_children");
    expect_text(hang(409, other, json_string(child)), "code", "parent_is_child");
    expect_field(hang(422, other, json_string(other)), "/parent_id", "parent_self");
    expect_text(merge(409, parent, other), "code", "has_children");
    expect_text(merge(409, child, parent), "code", "merge_into_parent");
    /* A child merged into another case has not ended before that one has. */
    merge(200, child, other);
    json_t *p = problem(&world.desk, parent);
    expect_int(p, "progress.ended", 0);
    expect_text(act(&world.desk, 409, parent, "void", packed("{s:s}", "note", "x")), "code", "children_open");
    unmerge(200, child);
    expect_null(hang(200, child, json_null()), "parent");
    expect_text(hang(409, child, json_null()), "code", "no_parent");
    expect_count(problem(&world.desk, parent), "children", 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_is_lost), CASE(reporter_elsewhere_follows), CASE(no_chains), CASE(closed_targets),
        CASE(a_parent_ends_after_its_children), CASE(attached_and_detached),
    };
    return SUITE(tests);
}
