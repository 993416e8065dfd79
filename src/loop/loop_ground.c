/* loop_ground.c - see loop_ground.h. */
#include "loop/loop_ground.h"

#include "base/asset.h"
#include "media_sql.h"
#include "org/org.h"
#include "site/site.h"
#include "standard/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

struct uuid stage_id(const char *name)
{
    return uuid_named(UUID_NONE, str_of(name));
}

struct op *stage_begin(struct stage *s, const struct actor *who, const char *kind, const char *name)
{
    struct op *op = ground_op(&s->g);
    struct command c = {.id = stage_id(name), .kind = kind, .content = sha256_of(str_of(kind)), .subject_kind = "test",
                        .subject_id = stage_id(name)};
    op->actor = *who;
    ground_expect(&s->g, change_begin(op, &c), RC_OK, NULL);
    return op;
}

static struct op *setting_up(struct stage *s, const char *kind, const char *name)
{
    struct actor operator = auth_operator();
    return stage_begin(s, &operator, kind, name);
}

static void add_places(struct stage *s)
{
    static const struct {
        const char *code, *name;
    } areas[] = {{"990101", "示范区"}, {"990101001", "东街街道"}, {"990101002", "西街街道"}}, units[] = {{"U01", "市场监管局"}, {"U02", "城管局"}};
    for (size_t i = 0; i < 3; i++) {
        struct area_new a = {.id = stage_id(areas[i].code), .code = str_of(areas[i].code), .name = str_of(areas[i].name)};
        ground_expect(&s->g, area_prepare_create(setting_up(s, "area.create", areas[i].code), &a), RC_OK, NULL);
        ground_commit(&s->g);
    }
    for (size_t i = 0; i < 2; i++) {
        struct unit_new u = {.id = stage_id(units[i].code), .code = str_of(units[i].code), .name = str_of(units[i].name),
                             .kind = STR("department")};
        ground_expect(&s->g, unit_prepare_create(setting_up(s, "unit.create", units[i].code), &u), RC_OK, NULL);
        ground_commit(&s->g);
    }
    s->unit = stage_id("U01");
    s->other_unit = stage_id("U02");
}

static struct uuid add_site(struct stage *s, const char *code, const char *area, struct uuid unit)
{
    struct site_new in = {.id = stage_id(code), .code = str_of(code), .name = str_of(code), .category_code = STR("SC"),
                          .area_id = stage_id(area), .subject_unit_id = unit};
    ground_expect(&s->g, site_prepare_create(setting_up(s, "site.create", code), &in), RC_OK, NULL);
    ground_commit(&s->g);
    return in.id;
}

static struct sha256 add_photo(struct stage *s, const char *bytes)
{
    struct effects fx;
    struct op *op = ground_op(&s->g);
    struct sha256 sha = sha256_of(str_of(bytes));
    effects_init(&fx, OP_ARENA(op));
    fx_photo_add(&fx, &(struct photo_add_in){.hq = op->hq, .sha256 = sha, .bytes = 6, .format = STR("png"), .width = 1,
                                             .height = 1, .at_ms = op->now});
    assert_int_equal(change_run_effects(op, &fx), RC_OK);
    return sha;
}

static struct actor actor_of(struct uuid id, struct uuid unit, uint32_t roles, uint32_t grants)
{
    return (struct actor){.person_id = id, .unit_id = unit, .name = STR("某人"), .roles = roles, .grants = grants};
}

static void add_people(struct stage *s)
{
    struct ground *g = &s->g;
    uint32_t grants = GRANT_VERIFY | GRANT_REGISTER | GRANT_DISPATCH | GRANT_RECHECK | GRANT_STRIKE;
    s->inspector = actor_of(ground_account(g, "ducha1", "inspector"), g->unit_id, ROLE_INSPECTOR, 0);
    s->other_inspector = actor_of(ground_account(g, "ducha2", "inspector"), g->unit_id, ROLE_INSPECTOR, 0);
    s->office = actor_of(ground_person(g, "主任"), g->unit_id, ROLE_OFFICE, grants);
    s->contact = actor_of(ground_account(g, "lianluo1", "unit_contact"), s->unit, ROLE_UNIT_CONTACT, 0);
    s->neighbour = actor_of(ground_account(g, "lianluo2", "unit_contact"), s->other_unit, ROLE_UNIT_CONTACT, 0);
}

static void find_criterion(struct stage *s)
{
    bool found;
    struct op *op = ground_op(&s->g);
    assert_int_equal(standard_version_at(op, op->now, &s->version, &found), RC_OK);
    assert_true(found);
    ground_expect(&s->g, standard_checklist(op, s->version, STR("SC"), &s->list), RC_OK, NULL);
    for (size_t i = 0; i < s->list->n && !s->binary; i++) {
        const struct criterion *c = &s->list->criteria[i];
        if (c->active && !c->veto && c->judging.mode == JUDGING_BINARY)
            s->binary = c;
    }
    assert_non_null(s->binary);
}

void stage_open(struct stage *s)
{
    *s = (struct stage){0};
    ground_open(&s->g);
    calendar_init(&s->calendar);
    s->g.env.calendar = &s->calendar;
    const struct standard_shipped in = {asset_find("data/standard/categories.csv")->bytes,
                                        asset_find("data/standard/criteria.csv")->bytes, STR("2026")};
    ground_expect(&s->g, standard_load_shipped(ground_operator(&s->g), &in), RC_OK, NULL);
    add_places(s);
    s->site = add_site(s, "SC-001", "990101001", s->unit);
    s->other_site = add_site(s, "SC-002", "990101002", s->other_unit);
    add_people(s);
    s->before = add_photo(s, "before");
    s->after = add_photo(s, "after");
    find_criterion(s);
    /* Visits are twenty minutes past when they arrive; by then everybody holds their role. */
    ground_pass(&s->g, HOUR_MS);
}

void stage_close(struct stage *s)
{
    standard_forget_checklists();
    ground_close(&s->g);
}

static const char *hex(struct stage *s, struct uuid id)
{
    return str_z(&s->g.arena, uuid_str(&s->g.arena, id));
}

struct str stage_body(struct stage *s, const char *name, struct uuid site, const char *result, const char *more)
{
    struct arena *a = &s->g.arena;
    struct str at = civil_rfc3339(a, clock_now(&s->g.clock) - 20 * MINUTE_MS, 480);
    return str_fmt(a,
                   "{\"id\":\"%s\",\"site_id\":\"%s\",\"kind\":\"patrol\",\"visit_at\":\"%.*s\",\"complete\":true,"
                   "\"observations\":[{\"criterion_id\":\"%s\",\"result\":\"%s\"%s}]}",
                   hex(s, stage_id(name)), hex(s, site), STR_ARG(at), hex(s, s->binary->id), result, more);
}

enum rc stage_inspect(struct stage *s, const struct actor *who, const char *name, struct str body)
{
    struct inspection_new in;
    struct jin j;
    struct op *op = stage_begin(s, who, "inspection.record", name);
    RETURN_IF(jin_parse(&j, OP_ARENA(op), op->rd.fault, body));
    enum rc rc = inspection_read(&j, &in);
    if (rc == RC_OK)
        rc = inspect_prepare_new(op, &in);
    jin_free(&j);
    return rc;
}

enum rc stage_act(struct stage *s, const struct actor *who, const char *name, struct uuid problem, struct problem_act act)
{
    struct op *op = stage_begin(s, who, "problem.act", name);
    return problem_prepare_act(op, problem, &act);
}

struct score stage_score(struct stage *s)
{
    struct score_filter all = {.from_ms = 0, .to_ms = INT64_MAX};
    struct score *list, total;
    struct score_proof proof;
    size_t n;
    struct op *op = ground_op(&s->g);
    ground_expect(&s->g, score_verify(op, &proof), RC_OK, NULL);
    assert_int_equal(proof.wrong, 0);
    ground_expect(&s->g, score_list(op, SCORE_BY_DISTRICT, &all, &list, &n, &total), RC_OK, NULL);
    return total;
}
