/*
 * routes_test.c - the routes of organisation, standards and sites asked over sockets, on both
 * engines. Who asks is said in a header of the test's own instead of a session. Ports 22600 and on.
 */
#include "auth/auth_ground.h"
#include "base/asset.h"
#include "http/test_client.h"
#include "org/org.h"
#include "org/org_http.h"
#include "site/site_http.h"
#include "standard/standard_http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { PORT = 22600, PORTS = 100 };

static struct ground g;
static struct http_server *server;
static struct buf reply;
static int port;

#define ID(last) "0192f0c5-7b1e-7cc3-8a55-0000000000" last

/* cmocka has a fail() of its own. */
static enum rc refuse(struct request *rq, enum rc rc, const char *code)
{
    return fault_set(rq->op.rd.fault, rc, code, __FILE__, __LINE__, "不可以", "You may not");
}

static enum rc who(struct request *rq)
{
    struct str role = request_header(rq, "X-Test-Role");
    if (!role.p)
        return refuse(rq, RC_UNAUTHORIZED, "sign_in");
    rq->op.actor.roles = policy_role_by_name(role);
    rq->op.actor.person_id = uuid_named(UUID_NONE, role);
    return RC_OK;
}

static enum rc may(struct request *rq, int action)
{
    return policy_may(&rq->op.actor, (enum action)action) ? RC_OK
                                                          : refuse(rq, RC_FORBIDDEN, "not_allowed");
}

static int start(void **state)
{
    static const struct route *const tables[] = {org_routes, standard_routes, site_routes, NULL};
    (void)state;
    ground_open(&g);
    buf_init(&reply, 4 << 20);
    const struct standard_shipped in = {asset_find("data/standard/categories.csv")->bytes,
                                        asset_find("data/standard/criteria.csv")->bytes,
                                        STR("2026")};
    ground_expect(&g, standard_load_shipped(ground_operator(&g), &in), RC_OK, NULL);
    struct http_config cfg = {.listen = STR("127.0.0.1"),
                              .env = &g.env,
                              .tables = tables,
                              .authenticate = who,
                              .authorize = may,
                              .timeout_s = 5};
    enum rc rc = RC_INTERNAL;
    for (int p = PORT; p < PORT + PORTS && rc != RC_OK; p++) {
        cfg.port = p;
        rc = http_start(&server, &cfg, &g.fault);
    }
    assert_int_equal(rc, RC_OK);
    port = http_port(server);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    http_stop(server);
    standard_forget_checklists();
    ground_close(&g);
    buf_free(&reply);
    return 0;
}

/* One request; fails unless it is answered with `status`, and with a body that has `text` (NULL:
 * any). */
struct ask {
    const char *role, *method, *path, *json, *if_match;
    int status;
    const char *text;
};

static void ask(const struct ask *a)
{
    char extra[128] = "";
    size_t n = a->json ? strlen(a->json) : 0;
    if (a->if_match)
        snprintf(extra, sizeof extra, "If-Match: \"%s\"\r\n", a->if_match);
    buf_clear(&reply);
    int status =
        client_ask(port, &reply,
                   "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Test-Role: %s\r\n%s"
                   "%sContent-Length: %zu\r\n\r\n%s",
                   a->method, a->path, a->role, extra,
                   n ? "Content-Type: application/json\r\n" : "", n, a->json ? a->json : "");
    struct str body = client_body(&reply);
    if (status != a->status || (a->text && !client_has(&reply, a->text)))
        fail_msg("%s %s: %d %.*s (wanted %d %s)", a->method, a->path, status,
                 (int)(body.n < 900 ? body.n : 900), body.p ? body.p : "", a->status,
                 a->text ? a->text : "");
}

static void ask_all(const struct ask *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ask(&list[i]);
}
#define ASK(list) ask_all(list, sizeof list / sizeof *list)

#define DISTRICT                                                                                   \
    "{\"id\":\"" ID("01") "\",\"code\":\"990101\",\"level\":\"district\",\"name\":\"示范区\","  \
                          "\"valid_from\":\"2020-01-01\"}"
#define TOWN                                                                                       \
    "{\"id\":\"" ID("02") "\",\"code\":\"990101001000\",\"level\":\"town\",\"kind\":\"街道\","   \
                          "\"name\":\"东街街道\","                                             \
                          "\"valid_from\":\"2020-01-01\"}"
#define UNIT                                                                                          \
    "{\"id\":\"" ID("03") "\",\"code\":\"U01\",\"name\":\"市场监管局\",\"kind\":\"department\"," \
                          "\"order_no\":5}"
#define PERSON                                                                                     \
    "{\"id\":\"" ID("04") "\",\"unit_id\":\"" ID(                                                  \
        "03") "\",\"name\":\"张小明\",\"phone\":\"13800001234\"}"
#define SITE                                                                                       \
    "{\"id\":\"" ID("05") "\",\"code\":\"SQ-0001\",\"name\":\"东街社区\",\"category_code\":"   \
                          "\"SQ\",\"area_id\":\"" ID(                                              \
                              "02") "\",\"place\":{\"lon\":118.1,\"lat\":24.4},\"subject_unit_"    \
                                    "id\":\"" ID("03") "\",\"contact\":{\"name\":\"李四\","      \
                                                       "\"phone\":\"13900005678\"}}"

static void organisation(void **state)
{
    (void)state;
    static const struct ask list[] = {
        {"office", "POST", "/api/v1/areas", DISTRICT, NULL, 201, "\"code\":\"990101\""},
        {"office", "POST", "/api/v1/areas", DISTRICT, NULL, 200, "\"code\":\"990101\""},
        {"office", "POST", "/api/v1/areas", TOWN, NULL, 201, "\"code\":\"990101001\""},
        {"inspector", "POST", "/api/v1/areas", TOWN, NULL, 403, "not_allowed"},
        {"office", "POST", "/api/v1/areas",
         "{\"id\":\"" ID("01") "\",\"code\":\"990102\",\"level\":\"district\",\"name\":\"x\"}",
         NULL, 409, "command_id_reused"},
        {"office", "POST", "/api/v1/areas",
         "{\"id\":\"" ID("0a") "\",\"code\":\"12\",\"level\":\"town\",\"name\":\"x\"}", NULL, 422,
         "/code"},
        {"office", "PATCH", "/api/v1/areas/" ID("02"),
         "{\"name\":\"东门街道\",\"effective_on\":\"2024-03-01\"}", NULL, 428, "if_match_required"},
        {"office", "PATCH", "/api/v1/areas/" ID("02"),
         "{\"name\":\"东门街道\",\"effective_on\":\"2024-03-01\"}", "1", 200, "东门街道"},
        {"office", "PATCH", "/api/v1/areas/" ID("02"), "{\"name\":\"东门街道\"}", "1", 412,
         "version_mismatch"},
        {"inspector", "GET", "/api/v1/areas?as_of=2022-01-01&level=town", NULL, NULL, 200,
         "东街街道"},
        {"inspector", "GET", "/api/v1/areas?level=town", NULL, NULL, 200, "东门街道"},
        {"inspector", "GET", "/api/v1/areas?colour=red", NULL, NULL, 400, "unknown_parameter"},
        {"inspector", "GET", "/api/v1/areas/counts?as_of=2022-01-01", NULL, NULL, 200,
         "\"towns\":1"},
        {"inspector", "GET", "/api/v1/areas/" ID("02") "/history", NULL, NULL, 200, "2024-03-01"},
        {"inspector", "GET", "/api/v1/areas/" ID("ff"), NULL, NULL, 404, "not_found"},
        {"office", "POST", "/api/v1/units", UNIT, NULL, 201, "\"order_no\":5"},
        {"office", "PATCH", "/api/v1/units/" ID("03"),
         "{\"area_code\":\"990101001000\",\"short_name\":\"市监局\"}", "1", 200,
         "\"area_code\":\"990101001\""},
        {"office", "PATCH", "/api/v1/units/" ID("03"), "{\"short_name\":null}", "2", 200,
         "\"short_name\":null"},
        {"inspector", "GET", "/api/v1/units?q=%E5%B8%82%E5%9C%BA&kind=department", NULL, NULL, 200,
         "市场监管局"},
        {"inspector", "GET", "/api/v1/units?limit=1", NULL, NULL, 200, "\"next\":\""},
        {"office", "POST", "/api/v1/people", PERSON, NULL, 201, "138****1234"},
        {"inspector", "GET", "/api/v1/people?q=13800001234", NULL, NULL, 200, "张小明"},
        {"inspector", "GET", "/api/v1/people?unit_id=" ID("03"), NULL, NULL, 200, "张小明"},
        {"office", "POST", "/api/v1/people/" ID("04") "/reveal",
         "{\"id\":\"" ID("20") "\",\"reason\":\"通知整改\"}", NULL, 200, "13800001234"},
        {"inspector", "POST", "/api/v1/people/" ID("04") "/reveal",
         "{\"id\":\"" ID("21") "\",\"reason\":\"好奇\"}", NULL, 403, "out_of_reach"},
        {"office", "POST", "/api/v1/duties",
         "{\"id\":\"" ID("06") "\",\"kind\":\"leader\",\"person_id\":\"" ID(
             "04") "\",\"place_kind\":\"area\",\"place_id\":\"" ID("02") "\"}",
         NULL, 201, "东门街道"},
        {"inspector", "GET", "/api/v1/duties?in_force=true&person_id=" ID("04"), NULL, NULL, 200,
         "\"kind\":\"leader\""},
        {"office", "PATCH", "/api/v1/people/" ID("04"), "{\"left\":true}", "1", 409,
         "person_has_duties"},
        {"office", "POST", "/api/v1/duties/" ID("06") "/hand-over",
         "{\"id\":\"" ID("07") "\",\"to_person_id\":\"" ID("04") "\"}", NULL, 422,
         "before_beginning"},
        {"office", "POST", "/api/v1/duties/" ID("06") "/end", "{\"id\":\"" ID("22") "\"}", NULL,
         200, "\"to\":\""},
        {"office", "GET", "/api/v1/headquarters", NULL, NULL, 404, "not_found"},
    };
    ASK(list);
}

static void standards(void **state)
{
    (void)state;
    char shipped[40] = "", path[256], json[512];
    struct uuid standard = standard_shipped_id(),
                version = standard_shipped_version_id(STR("2026"));
    uuid_format(version, shipped);
    static const struct ask list[] = {
        {"inspector", "GET", "/api/v1/standards", NULL, NULL, 200, STANDARD_NOTICE_ZH},
        {"inspector", "POST", "/api/v1/standards", "{}", NULL, 403, "not_allowed"},
        {"office", "POST", "/api/v1/standards",
         "{\"id\":\"" ID(
             "30") "\",\"code\":\"ws\",\"name_zh\":\"卫生城市\",\"name_en\":\"Hygienic city\"}",
         NULL, 201, "\"versions\":[]"},
    };
    ASK(list);
    snprintf(path, sizeof path, "/api/v1/standard-versions/%s", shipped);
    ask(&(struct ask){"inspector", "GET", path, NULL, NULL, 200, "\"criteria_count\":"});
    snprintf(path, sizeof path, "/api/v1/standard-versions/%s/criteria?category=SQ", shipped);
    ask(&(struct ask){"inspector", "GET", path, NULL, NULL, 200, "\"code\":\"SQ-01\""});
    char of[40] = "";
    uuid_format(standard, of);
    snprintf(
        json, sizeof json,
        "{\"id\":\"" ID("31") "\",\"standard_id\":\"%s\",\"label\":\"2027\",\"copy_of\":\"%s\"}",
        of, shipped);
    ask(&(struct ask){"office", "POST", "/api/v1/standard-versions", json, NULL, 201,
                      "\"state\":\"draft\""});
    char criterion[40] = "";
    struct uuid draft;
    assert_true(uuid_parse(STR(ID("31")), &draft));
    uuid_format(uuid_named(draft, STR("SQ-03")), criterion);
    snprintf(path, sizeof path, "/api/v1/criteria/%s", criterion);
    const struct ask rest[] = {
        {"office", "PATCH", path,
         "{\"weight\":7,\"limit\":{\"kind\":\"urgent_hours\",\"amount\":4}}", NULL, 200,
         "urgent_hours"},
        {"office", "PATCH", path, "{\"mode\":\"grade\",\"mode_params\":{\"steps\":[]}}", NULL, 422,
         "/mode_params"},
        {"office", "PATCH", path, "{\"limit\":{\"kind\":\"years\",\"amount\":4}}", NULL, 422,
         "/limit/kind"},
        {"office", "POST", "/api/v1/standard-versions/" ID("31") "/publish",
         "{\"id\":\"" ID("32") "\"}", NULL, 200, "\"state\":\"published\""},
        {"office", "PATCH", path, "{\"weight\":8}", NULL, 409, "version_published"},
    };
    ASK(rest);
}

static void sites(void **state)
{
    (void)state;
    static const struct ask list[] = {
        {"office", "POST", "/api/v1/areas", DISTRICT, NULL, 201, NULL},
        {"office", "POST", "/api/v1/areas", TOWN, NULL, 201, NULL},
        {"office", "POST", "/api/v1/units", UNIT, NULL, 201, NULL},
        {"office", "POST", "/api/v1/sites", SITE, NULL, 201,
         "\"contact_masked\":\"李* 139****5678\""},
        {"office", "POST", "/api/v1/sites", SITE, NULL, 200, "\"version\":1"},
        {"office", "POST", "/api/v1/sites", "{\"id\":\"" ID("40") "\"}", NULL, 422, "/area_id"},
        {"office", "PATCH", "/api/v1/sites/" ID("05"), "{\"place\":null,\"name\":\"东门社区\"}",
         "1", 200, "\"place\":null"},
        {"office", "PATCH", "/api/v1/sites/" ID("05"), "{\"code\":\"X\"}", "2", 422,
         "unknown_member"},
        {"inspector", "GET", "/api/v1/sites?q=sq-0001&category=SQ&area_code=990101&state=active",
         NULL, NULL, 200, "东门社区"},
        {"unit_contact", "GET", "/api/v1/sites", NULL, NULL, 200, "\"items\":[]"},
        {"unit_contact", "GET", "/api/v1/sites/" ID("05"), NULL, NULL, 404, "not_found"},
        {"inspector", "GET", "/api/v1/sites/" ID("05") "/history", NULL, NULL, 200,
         "\"change\":\"created\""},
        {"inspector", "GET", "/api/v1/sites/" ID("05") "/checklist", NULL, NULL, 200,
         "\"code\":\"SQ-01\""},
        {"inspector", "GET", "/api/v1/sites/" ID("05") "/plate.png", NULL, NULL, 200,
         "Content-Type: image/png"},
        {"office", "POST", "/api/v1/sites/" ID("05") "/reveal",
         "{\"id\":\"" ID("41") "\",\"reason\":\"联系整改\"}", NULL, 200, "13900005678"},
        {"office", "POST", "/api/v1/sites/" ID("05") "/retire",
         "{\"id\":\"" ID("42") "\",\"reason\":\"拆除\"}", NULL, 200, "\"state\":\"retired\""},
        {"office", "POST", "/api/v1/sites/" ID("05") "/retire",
         "{\"id\":\"" ID("42") "\",\"reason\":\"拆除\"}", NULL, 200, "\"version\":3"},
        {"office", "POST", "/api/v1/sites/" ID("05") "/retire",
         "{\"id\":\"" ID("43") "\",\"reason\":\"拆除\"}", NULL, 409, "site_retired"},
        {"office", "POST", "/api/v1/sites/" ID("05") "/restore",
         "{\"id\":\"" ID("44") "\",\"reason\":\"重建\"}", NULL, 200, "\"state\":\"active\""},
        {"inspector", "GET", "/s/" ID("05"), NULL, NULL, 303, "/#/sites/" ID("05")},
    };
    ASK(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(organisation, start, stop),
        cmocka_unit_test_setup_teardown(standards, start, stop),
        cmocka_unit_test_setup_teardown(sites, start, stop),
    };
    return GROUND_RUN(tests);
}
