/* world.c - see world.h. */
#include "world.h"

struct world world;
void client_forget(void);
void client_close(void);

/* Visits of the last weeks were made by people who were inspectors then. */
#define ROLES_SINCE_MS ((int64_t)120 * 86400000)

static json_t *lists; /* site id -> criteria */

static void copy_id(char *out, const char *id)
{
    snprintf(out, ID_BYTES, "%s", id);
}

/* ---- people ---- */

static void accept_invitation(struct account *a, json_t *invitation)
{
    const char *password = "Cicada-7431-river";
    POST(NULL, 200,
         packed("{s:s,s:s,s:s}", "id", new_id(), "token", text_at(invitation, "token"), "password",
                password),
         "/invitations/accept");
    account_sign_in(a, a->login, password);
}

static void grant(const struct account *by, const struct account *to, const char *role,
                  const char *area)
{
    json_t *body = packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "person_id", to->person, "role",
                          role, "from", time_text(now_ms() - ROLES_SINCE_MS));
    if (area)
        json_object_set_new(body, "area_code", json_string(area));
    POST(by, 201, body, "/roles");
}

static void person_with_account(struct account *a, const char *login, const char *unit)
{
    char name[64];
    snprintf(a->login, sizeof a->login, "%s", login);
    copy_id(a->person, new_id());
    snprintf(name, sizeof name, "%s 君", login);
    POST(&world.admin, 201,
         packed("{s:s,s:s,s:s,s:s}", "id", a->person, "unit_id", unit, "name", name, "phone",
                "13800138000"),
         "/people");
    json_t *inv =
        POST(&world.admin, 201,
             packed("{s:s,s:s,s:s}", "id", new_id(), "person_id", a->person, "login", login),
             "/accounts");
    accept_invitation(a, inv);
}

void world_person(struct account *a, const char *login, const char *unit, const char *const *roles,
                  const char *area)
{
    person_with_account(a, login, unit);
    for (size_t i = 0; roles[i]; i++)
        grant(&world.security, a, roles[i], area);
}

/* init's password is changed at the first sign-in, then a token is taken. */
static void first_administrator(void)
{
    struct account *a = &world.admin;
    const char *fresh = "Harbour-2209-stone";
    account_sign_in(a, "admin", world.server.admin_password);
    api_fault(a, 403, "password_change_required", "GET", NULL, "/units");
    POST(a, 204,
         packed("{s:s,s:s,s:s}", "id", new_id(), "current", world.server.admin_password, "new",
                fresh),
         "/me/password");
    account_sign_in(a, "admin", fresh);
    json_t *units = GET(a, "/units");
    copy_id(world.office_unit, text_at(units, "items.0.id"));
    person_with_account(&world.security, "security", world.office_unit);
    grant(a, &world.security, "security_admin", NULL);
}

static void office_people(void)
{
    static const char *const auditor[] = {"audit_admin", NULL},
                             *const commander[] = {"commander", NULL},
                             *const desk[] = {"office", "verify", "register", "dispatch", NULL},
                             *const checker[] = {"office", "recheck", "strike", NULL},
                             *const inspector[] = {"inspector", NULL},
                             *const joint[] = {"joint_inspector", NULL};
    world_person(&world.auditor, "auditor", world.office_unit, auditor, NULL);
    world_person(&world.commander, "commander", world.office_unit, commander, NULL);
    world_person(&world.desk, "desk", world.office_unit, desk, NULL);
    world_person(&world.checker, "checker", world.office_unit, checker, NULL);
    world_person(&world.inspector, "inspector", world.office_unit, inspector, NULL);
    world_person(&world.second, "second", world.office_unit, inspector, NULL);
    world_person(&world.joint, "joint", world.office_unit, joint, NULL);
}

static void unit_people(void)
{
    static const char *const contact[] = {"unit_contact", NULL},
                             *const grid[] = {"grid_worker", NULL},
                             *const leader[] = {"leader", NULL},
                             *const station[] = {"station_manager", NULL};
    world_person(&world.contact, "contact", world.unit, contact, NULL);
    world_person(&world.colleague, "colleague", world.unit, contact, NULL);
    world_person(&world.rival, "rival", world.rival_unit, contact, NULL);
    world_person(&world.grid, "grid", world.town_unit, grid, "990100001");
    world_person(&world.leader, "leader", world.office_unit, leader, "990100001");
    world_person(&world.station, "station", world.town_unit, station, NULL);
}

/* ---- places ---- */

static void make_area(char *out, const char *code, const char *level, const char *name)
{
    copy_id(out, new_id());
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s}", "id", out, "code", code, "level", level, "name", name,
                "valid_from", "2020-01-01"),
         "/areas");
}

static void make_unit(char *out, const char *code, const char *name, const char *kind)
{
    copy_id(out, new_id());
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s}", "id", out, "code", code, "name", name, "kind", kind),
         "/units");
}

const char *make_site(const char *code, const char *category, const char *area, const char *unit)
{
    char name[80];
    const char *id = new_id();
    snprintf(name, sizeof name, "点位 %s", code);
    json_t *body =
        packed("{s:s,s:s,s:s,s:s,s:s,s:{s:f,s:f}}", "id", id, "code", code, "name", name,
               "category_code", category, "area_id", area, "place", "lon", 118.15, "lat", 24.72);
    if (unit)
        json_object_set_new(body, "subject_unit_id", json_string(unit));
    POST(&world.desk, 201, body, "/sites");
    return id;
}

static void places(void)
{
    make_area(world.district, "990100", "district", "演示区");
    make_area(world.town[0], "990100001", "town", "东溪街道");
    make_area(world.town[1], "990100002", "town", "西溪镇");
    make_area(world.village[0], "990100001001", "village", "东一社区");
    make_area(world.village[1], "990100001002", "village", "东二社区");
    make_area(world.village[2], "990100002001", "village", "西一村");
    make_unit(world.unit, "CGJ", "城市管理局", "department");
    make_unit(world.rival_unit, "ZJJ", "住房和建设局", "department");
    make_unit(world.town_unit, "DXJD", "东溪街道办事处", "territory");
}

void world_build(void)
{
    first_administrator();
    office_people();
    places();
    unit_people();
    copy_id(world.site[0], make_site("S-0001", "SQ", world.village[0], world.unit));
    copy_id(world.site[1], make_site("S-0002", "XQ", world.village[1], world.rival_unit));
    copy_id(world.site[2], make_site("S-0003", "SQ", world.village[2], world.unit));
    copy_id(world.site[3], make_site("S-0004", "ZG", world.village[2], world.unit));
}

/* ---- a suite ---- */

int world_open(void **state)
{
    (void)state;
    memset(&world, 0, sizeof world);
    if (!server_place(&world.server))
        exit(77); /* meson: skipped; testdb has printed why */
    server_init(&world.server);
    server_start(&world.server);
    api_aim(world.server.port);
    world_build();
    return 0;
}

int world_close(void **state)
{
    (void)state;
    json_decref(lists);
    lists = NULL;
    client_close();
    server_stop(&world.server);
    if (program_run(&world.server, "audit", "verify", NULL) != 0)
        fail_msg("audit verify after the suite:\n%s", program_output());
    if (program_run(&world.server, "score", "--verify", NULL) != 0)
        fail_msg("score --verify after the suite:\n%s", program_output());
    return 0;
}

int test_end(void **state)
{
    (void)state;
    client_forget();
    if (world.server.pid && (!server_lives(&world.server) || !server_answers(&world.server)))
        fail_msg("the server is gone; see %s", world.server.log);
    return 0;
}

/* ---- inspections and problems ---- */

json_t *criteria_of(const char *site)
{
    if (!lists)
        lists = json_object();
    json_t *known = json_object_get(lists, site);
    if (known)
        return known;
    known = at(GET(&world.inspector, "/sites/%s/checklist", site), "criteria");
    assert_true(json_array_size(known) > 0);
    json_object_set(lists, site, known);
    return known;
}

json_t *full_marks(json_t *c)
{
    const char *mode = text_at(c, "mode");
    json_t *o = packed("{s:s}", "criterion_id", text_at(c, "id"));
    if (strcmp(mode, "threshold") == 0) {
        json_object_set_new(o, "result", json_string("value"));
        json_object_set(o, "value", at(c, "mode_params.steps.0.at"));
    } else if (strcmp(mode, "count") == 0) {
        json_object_set_new(o, "result", json_string("count"));
        json_object_set_new(o, "count", json_integer(0));
    } else {
        json_object_set_new(o, "result", json_string("met"));
    }
    return o;
}

json_t *visit_body_at(const char *site, const char *kind, int64_t visit_ms)
{
    size_t i;
    json_t *c, *obs = json_array();
    json_array_foreach(criteria_of(site), i, c) if (json_is_true(json_object_get(c, "active")))
        json_array_append_new(obs, full_marks(c));
    return packed("{s:s,s:s,s:s,s:s,s:b,s:o}", "id", new_id(), "site_id", site, "kind", kind,
                  "visit_at", time_text(visit_ms), "complete", 1, "observations", obs);
}

json_t *visit_body(const char *site, const char *kind)
{
    return visit_body_at(site, kind, now_ms() - 60000);
}

static json_t *criterion_by_id(const char *site, const char *id)
{
    size_t i;
    json_t *c;
    json_array_foreach(criteria_of(site), i, c) if (strcmp(text_at(c, "id"), id) == 0) return c;
    return NULL;
}

json_t *fail_one(json_t *body, const char *site, size_t nth)
{
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(body, "observations"), i, o)
    {
        json_t *c = criterion_by_id(site, text_at(o, "criterion_id"));
        const char *mode = text_at(c, "mode");
        bool binary = strcmp(mode, "binary") == 0,
             cases = strcmp(mode, "grade") == 0 || strcmp(mode, "deduction") == 0;
        if ((!binary && !cases) || json_is_true(json_object_get(c, "veto")) || nth-- > 0)
            continue;
        json_object_set_new(o, "result", json_string(binary ? "not_met" : "count"));
        if (cases)
            json_object_set_new(o, "count", json_integer(2));
        return o;
    }
    fail_msg("the checklist has too few criteria that can fail");
    return NULL;
}

const char *raise_problem(const struct account *inspector, const char *site, const char *kind)
{
    const char *id = new_id();
    json_t *body = visit_body(site, kind);
    json_t *o = fail_one(body, site, 0);
    json_object_set_new(o, "problem",
                        packed("{s:s,s:s}", "id", id, "description", "门前有垃圾未清理"));
    POST(inspector, 201, body, "/inspections");
    return id;
}

json_t *act(const struct account *who, int expect, const char *problem, const char *action,
            json_t *more)
{
    json_t *body = packed("{s:s,s:s}", "id", new_id(), "action", action);
    if (more) {
        json_object_update(body, more);
        json_decref(more);
    }
    return POST(who, expect, body, "/problems/%s/actions", problem);
}

void dispatch(const char *problem, const char *unit)
{
    act(&world.desk, 200, problem, "dispatch", packed("{s:s}", "unit_id", unit));
}
