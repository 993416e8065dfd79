/*
 * levels_suite.c - handing on downward over HTTP: a chain of three levels and its answers upward, who may do what at
 * each, limits within the level above, clocks that stand with the case, lists, taking back, the re-check by outsiders.
 */
#include "world.h"

static unsigned pictures = 52000;

/* A unit under world.unit, one under that, and the people there. */
static struct {
    char sub[ID_BYTES], team[ID_BYTES];
    struct account street, worker, mate;
    bool made;
} below;

static void make_unit_under(char *out, const char *code, const char *name, const char *parent)
{
    snprintf(out, ID_BYTES, "%s", new_id());
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s}", "id", out, "code", code, "name", name, "kind", "department", "parent_id", parent),
         "/units");
}

static void make_chain(void)
{
    static const char *const contact[] = {"unit_contact", NULL}, *const grid[] = {"grid_worker", NULL};
    if (below.made)
        return;
    make_unit_under(below.sub, "CGJ-1", "城管一中队", world.unit);
    make_unit_under(below.team, "CGJ-11", "一中队一组", below.sub);
    world_person(&below.street, "street", below.sub, contact, NULL);
    world_person(&below.worker, "worker", below.team, grid, "990100001");
    world_person(&below.mate, "mate2", world.unit, contact, NULL);
    below.made = true;
}

static json_t *problem(const struct account *who, const char *id)
{
    return GET(who, "/problems/%s", id);
}

/* Accepted by world.unit. */
static const char *accepted(void)
{
    make_chain();
    const char *id = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    return id;
}

static json_t *hand_on(const struct account *who, int expect, const char *id, const char *unit, json_t *more)
{
    json_t *body = packed("{s:s,s:s,s:s}", "id", new_id(), "to_unit_id", unit, "note", "请办理");
    if (more)
        json_object_update(body, more);
    return api(who, expect, "POST", body, "/problems/%s/levels", id);
}

static json_t *step(const struct account *who, int expect, const char *level, const char *action, json_t *more)
{
    json_t *body = packed("{s:s,s:s}", "id", new_id(), "action", action);
    if (more)
        json_object_update(body, more);
    return api(who, expect, "POST", body, "/levels/%s/actions", level);
}

static json_t *note(const char *text)
{
    return packed("{s:s}", "note", text);
}

static json_t *answered(const struct account *who)
{
    return packed("{s:s,s:[s]}", "note", "已清理", "photos", upload_picture(who, ++pictures));
}

static json_t *hours(int n)
{
    return packed("{s:{s:s,s:i}}", "limit", "kind", "urgent_hours", "amount", n);
}

static void down_three_levels_and_up_again(void **state)
{
    (void)state;
    const char *id = accepted();
    api_fault(&below.street, 404, "problem_not_found", "GET", NULL, "/problems/%s", id);
    json_t *one = hand_on(&world.contact, 201, id, below.sub, hours(10));
    const char *first = text_at(one, "id");
    expect_text(one, "state", "handed");
    expect_text(one, "light", "green");
    expect_text(problem(&world.contact, id), "handler_unit.id", below.sub);
    /* The deepest holder reads the case; it may not hand on before it has signed for it. */
    expect_text(problem(&below.street, id), "id", id);
    expect_text(hand_on(&below.street, 409, id, below.team, hours(2)), "code", "level_not_accepted");
    step(&below.street, 200, first, "accept", NULL);
    json_t *two = hand_on(&below.street, 201, id, below.team, hours(2));
    const char *second = text_at(two, "id");
    expect_int(two, "depth", 2);
    expect_text(problem(&below.worker, id), "id", id);
    expect_text(problem(&below.street, id), "id", id); /* the level between still reads it */
    step(&below.worker, 200, second, "accept", NULL);
    expect_text(step(&below.street, 409, first, "answer", answered(&below.street)), "code", "level_open_below");
    expect_field(step(&below.worker, 422, second, "answer", note("已清理")), "/photos", "evidence_required");
    step(&below.worker, 200, second, "answer", answered(&below.worker));
    step(&below.street, 200, second, "return", note("没有清理干净"));
    json_t *proof = answered(&below.worker);
    char sha[SHA_BYTES];
    snprintf(sha, sizeof sha, "%s", text_at(proof, "photos.0"));
    step(&below.worker, 200, second, "answer", proof);
    expect_int(step(&below.street, 200, second, "confirm", NULL), "return_count", 1);
    /* Upward with the proof that was confirmed below. */
    json_t *up = step(&below.street, 200, first, "answer", packed("{s:s,s:b}", "note", "已完成", "take_over", 1));
    expect_text(up, "photos.0", sha);
    expect_text(act(&world.contact, 409, id, "rectify", NULL), "code", "level_open");
    step(&world.contact, 200, first, "confirm", NULL);
    json_t *p = act(&world.contact, 200, id, "rectify", packed("{s:s}", "note", "已整改"));
    expect_text(p, "state", "rectified");
    expect_null(p, "handler_unit");
    expect_count(p, "levels", 2);
    static const char *const steps[] = {"found", "dispatch", "accept", "hand_on", "hand_accept", "hand_on", "hand_accept",
                                        "hand_answer", "hand_return", "hand_answer", "hand_confirm", "hand_answer", "hand_confirm", "rectify"};
    expect_count(p, "timeline", sizeof steps / sizeof *steps);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char path[40];
        snprintf(path, sizeof path, "timeline.%zu.event", i);
        expect_text(p, path, steps[i]);
    }
    expect_text(p, "timeline.13.photos.0.sha256", sha);
    act(&world.checker, 200, id, "strike_off", NULL);
}

static void each_side_keeps_to_its_steps(void **state)
{
    (void)state;
    const char *id = accepted();
    expect_text(hand_on(&world.rival, 404, id, below.sub, NULL), "code", "problem_not_found");
    expect_text(hand_on(&world.desk, 403, id, below.sub, NULL), "code", "not_allowed");
    expect_field(hand_on(&world.contact, 422, id, world.rival_unit, NULL), "/to_unit_id", "not_below");
    expect_field(hand_on(&world.contact, 422, id, world.unit, NULL), "/to_unit_id", "not_below");
    const char *level = text_at(hand_on(&world.contact, 201, id, below.sub, NULL), "id");
    expect_text(hand_on(&world.contact, 403, id, below.sub, NULL), "code", "not_holder");
    expect_text(step(&world.contact, 403, level, "accept", NULL), "code", "out_of_reach");
    expect_text(step(&below.street, 403, level, "take_back", note("x")), "code", "out_of_reach");
    expect_text(step(&world.rival, 404, level, "accept", NULL), "code", "level_not_found");
    expect_text(step(&below.worker, 403, level, "accept", NULL), "code", "out_of_reach"); /* reads it by area */
    expect_field(step(&below.street, 422, level, "hand_back", NULL), "/note", "required");
    step(&below.street, 200, level, "hand_back", note("不属我中队辖区"));
    expect_text(step(&below.street, 409, level, "accept", NULL), "code", "level_state_forbids");
    expect_null(problem(&world.contact, id), "handler_unit");
    /* Within the unit to a person. */
    json_t *own = hand_on(&world.contact, 201, id, world.unit, packed("{s:s}", "to_person_id", world.colleague.person));
    level = text_at(own, "id");
    expect_text(own, "person.id", world.colleague.person);
    expect_text(step(&below.mate, 403, level, "accept", NULL), "code", "wrong_side");
    step(&world.colleague, 200, level, "accept", NULL);
    step(&world.colleague, 200, level, "answer", answered(&world.colleague));
    expect_text(step(&world.colleague, 403, level, "confirm", NULL), "code", "wrong_side");
    step(&world.contact, 200, level, "confirm", NULL);
}

static void never_later_than_above(void **state)
{
    (void)state;
    const char *id = accepted();
    expect_field(hand_on(&world.contact, 422, id, below.sub, packed("{s:{s:s,s:i}}", "limit", "kind", "calendar_days", "amount", 90)),
                 "/limit", "later_than_above");
    json_t *stated = hand_on(&world.contact, 201, id, below.sub,
                             packed("{s:{s:s,s:i},s:b}", "limit", "kind", "calendar_days", "amount", 90, "beyond", 1));
    expect_true(stated, "beyond", true);
    step(&world.contact, 200, text_at(stated, "id"), "take_back", note("改派"));
    /* Without a limit of its own: until the case is due. */
    json_t *plain = hand_on(&world.contact, 201, id, below.sub, NULL);
    expect_text(plain, "due_at", text_at(problem(&world.contact, id), "due_at"));
}

static void stands_with_the_case(void **state)
{
    (void)state;
    const char *id = accepted();
    json_t *l = hand_on(&world.contact, 201, id, below.sub, hours(5));
    const char *level = text_at(l, "id");
    act(&world.desk, 200, id, "stop", note("移送执法"));
    expect_null(GET(&below.street, "/levels/%s", level), "due_at");
    step(&below.street, 200, level, "accept", NULL);
    expect_text(hand_on(&below.street, 409, id, below.team, hours(1)), "code", "clock_stands");
    act(&world.desk, 200, id, "restart", note("执法结束"));
    assert_true(json_is_string(at(GET(&below.street, "/levels/%s", level), "due_at")));
    /* What ends the case ends its levels. */
    act(&world.desk, 200, id, "void", note("重复上报"));
    json_t *p = problem(&world.desk, id);
    expect_text(p, "levels.0.state", "ceased");
    expect_null(p, "handler_unit");
}

static void taking_back_takes_what_lies_beneath(void **state)
{
    (void)state;
    const char *id = accepted();
    const char *first = text_at(hand_on(&world.contact, 201, id, below.sub, hours(9)), "id");
    step(&below.street, 200, first, "accept", NULL);
    const char *second = text_at(hand_on(&below.street, 201, id, below.team, hours(3)), "id");
    expect_field(step(&world.contact, 422, first, "take_back", NULL), "/note", "required");
    step(&world.contact, 200, first, "take_back", note("由本级直接办理"));
    expect_text(GET(&world.contact, "/levels/%s", second), "state", "ceased");
    expect_null(problem(&world.contact, id), "handler_unit");
    act(&world.contact, 200, id, "rectify", packed("{s:[s]}", "photos", upload_picture(&world.contact, ++pictures)));
}

static void what_is_with_my_unit(void **state)
{
    (void)state;
    const char *id = accepted();
    const char *level = text_at(hand_on(&world.contact, 201, id, below.sub, hours(4)), "id");
    json_t *mine = GET(&below.street, "/levels?open=true");
    expect_text(mine, "items.0.id", level);
    expect_text(mine, "items.0.problem.id", id);
    expect_text(GET(&world.contact, "/levels?side=above&open=true"), "items.0.id", level);
    expect_count(GET(&world.rival, "/levels"), "items", 0);
    char url[120];
    snprintf(url, sizeof url, "/levels?unit_id=%s", below.sub);
    expect_count(GET(&world.rival, "%s", url), "items", 0);
    expect_text(GET(&world.desk, "%s&open=true", url), "items.0.id", level);
    json_t *list = GET(&below.street, "/problems?open=true");
    expect_text(list, "items.0.id", id); /* handed on to us: in the list of problems too */
    json_t *page = GET(&below.street, "/levels?limit=1");
    expect_count(page, "items", 1);
    assert_true(json_is_string(at(page, "next")));
    expect_text(GET(&world.contact, "/levels/units"), "items.0.id", below.sub);
}

static void whoever_mended_below_does_not_judge(void **state)
{
    (void)state;
    static const char *const both[] = {"unit_contact", "inspector", "recheck", "strike", NULL};
    struct account insider = {0};
    const char *id = accepted();
    world_person(&insider, "insider", below.sub, both, NULL);
    const char *level = text_at(hand_on(&world.contact, 201, id, below.sub, hours(8)), "id");
    step(&below.street, 200, level, "accept", NULL);
    step(&below.street, 200, level, "answer", answered(&below.street));
    step(&world.contact, 200, level, "confirm", NULL);
    act(&world.contact, 200, id, "rectify", NULL);
    expect_text(act(&insider, 403, id, "strike_off", NULL), "code", "recheck_own_unit");
    expect_text(act(&insider, 403, id, "return", note("x")), "code", "recheck_own_unit");
    act(&world.checker, 200, id, "strike_off", NULL);
}

static void the_same_command_again(void **state)
{
    (void)state;
    const char *id = accepted();
    json_t *body = packed("{s:s,s:s}", "id", new_id(), "to_unit_id", below.sub);
    json_t *once = api(&world.contact, 201, "POST", json_incref(body), "/problems/%s/levels", id);
    json_t *again = api(&world.contact, 200, "POST", body, "/problems/%s/levels", id);
    expect_text(again, "id", text_at(once, "id"));
    expect_count(problem(&world.desk, id), "levels", 1);
    json_t *act_body = packed("{s:s,s:s,s:i}", "id", new_id(), "action", "accept", "version", 99);
    api_fault(&below.street, 412, "version_conflict", "POST", act_body, "/levels/%s/actions", text_at(once, "id"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(down_three_levels_and_up_again), CASE(each_side_keeps_to_its_steps), CASE(never_later_than_above),
        CASE(stands_with_the_case),           CASE(taking_back_takes_what_lies_beneath),
        CASE(what_is_with_my_unit),           CASE(whoever_mended_below_does_not_judge), CASE(the_same_command_again),
    };
    return SUITE(tests);
}
