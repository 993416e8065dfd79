/*
 * backup_suite.c - a backup made while the server serves, restored elsewhere, compared answer by
 * answer and photograph by photograph; a damaged backup and an occupied place are refused.
 */
#include "world.h"

#include <sys/stat.h>

enum { VISITS = 30, PATHS_MAX = 600 };

static char backup[PATH_BYTES];
static struct server restored;
static char *paths[PATHS_MAX];
static size_t npaths;

static void fill(void **state)
{
    (void)state;
    for (int i = 0; i < VISITS; i++) {
        const char *site = world.site[i % WORLD_SITES];
        json_t *body = visit_body_at(site, "weekly", now_ms() - (int64_t)(i + 1) * 600000),
               *o = fail_one(body, site, 0);
        const char *problem = new_id();
        json_object_set_new(o, "photos",
                            packed("[s]", upload_picture(&world.inspector, 500 + (unsigned)i)));
        json_object_set_new(
            o, "problem",
            packed("{s:s,s:s}", "id", problem, "description", "路面破损 \xf0\x9f\x9a\xa7"));
        POST(&world.inspector, 201, body, "/inspections");
        if (i % 2)
            dispatch(problem, world.unit);
        if (i % 4 == 3) {
            act(&world.contact, 200, problem, "accept", NULL);
            act(&world.contact, 200, problem, "rectify",
                packed("{s:[s]}", "photos", upload_picture(&world.contact, 900 + (unsigned)i)));
        }
    }
}

static void made_while_serving(void **state)
{
    (void)state;
    snprintf(backup, sizeof backup, "%s", scratch("backup"));
    if (program_run(&world.server, "backup", "--out", backup, "--with-keys", NULL) != 0)
        fail_msg("backup: %s", program_output());
    assert_true(server_answers(&world.server));
}

/* ---- what is compared ---- */

static void add_path(const char *before, const char *id, const char *behind)
{
    char *p = NULL;
    assert_true(npaths < PATHS_MAX);
    assert_true(asprintf(&p, "%s%s%s", before, id, behind) >= 0);
    paths[npaths++] = p;
}

static void add_each(const char *list, const char *before, const char *behind)
{
    size_t i;
    json_t *item;
    json_array_foreach(at(GET(&world.desk, "%s", list), "items"), i, item)
        add_path(before, text_at(item, "id"), behind);
}

static void list_paths(void)
{
    static const char *const lists[] = {
        "/headquarters",         "/areas?limit=200",          "/units?limit=200",
        "/people?limit=200",     "/duties?limit=200",         "/standards",
        "/sites?limit=200",      "/inspections?limit=200",    "/problems?limit=200",
        "/scores?group_by=site", "/scores?group_by=category", "/scores?group_by=unit",
        "/scores?group_by=town", "/scores?group_by=district"};
    size_t i;
    json_t *p;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        add_path(lists[k], "", "");
    add_each("/sites?limit=200", "/sites/", "/history");
    add_each("/areas?limit=200", "/areas/", "/history");
    add_each("/inspections?limit=200", "/inspections/", "");
    add_each("/problems?limit=200", "/problems/", "");
    json_array_foreach(at(GET(&world.desk, "/problems?limit=200"), "items"), i, p)
    {
        json_t *full = GET(&world.desk, "/problems/%s", text_at(p, "id"));
        const char *sha = text_at(full, "timeline.0.photos.0.sha256");
        add_path("/photos/", sha, "/original");
        add_path("/photos/", sha, "/thumb");
    }
}

static void ask(int port, const char *path, struct reply *r)
{
    char full[600];
    snprintf(full, sizeof full, "/api/v1%s", path);
    call_make(port, &(struct call){.method = "GET", .path = full, .bearer = world.desk.token}, r);
}

static void restored_and_compared(void **state)
{
    (void)state;
    if (!server_place(&restored))
        fail_msg("no second place");
    if (program_run(&restored, "restore", "--from", backup, NULL) != 0)
        fail_msg("restore: %s", program_output());
    server_start(&restored);
    list_paths();
    size_t bytes = 0;
    for (size_t i = 0; i < npaths; i++) {
        struct reply a, b;
        ask(world.server.port, paths[i], &a);
        ask(restored.port, paths[i], &b);
        if (a.status != 200 || b.status != 200 || a.bytes != b.bytes ||
            memcmp(a.body, b.body, a.bytes) != 0)
            fail_msg("%s: %d and %d\n%.1500s\n%.1500s", paths[i], a.status, b.status,
                     a.body ? a.body : "", b.body ? b.body : "");
        bytes += a.bytes;
        reply_free(&a);
        reply_free(&b);
        free(paths[i]);
    }
    print_message("%zu answers, %zu bytes, the same\n", npaths, bytes);
}

/* Sealed numbers open, new work goes on, the chain holds. */
static void the_restored_one_works(void **state)
{
    (void)state;
    api_aim(restored.port);
    json_t *clear = POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "核对"),
                         "/people/%s/reveal", world.contact.person);
    expect_text(clear, "phone", "13800138000");
    POST(&world.inspector, 201, visit_body(world.site[0], "weekly"), "/inspections");
    api_aim(world.server.port);
    server_stop(&restored);
    if (program_run(&restored, "audit", "verify", NULL) != 0)
        fail_msg("audit verify: %s", program_output());
    if (program_run(&restored, "score", "--verify", NULL) != 0)
        fail_msg("score --verify: %s", program_output());
}

static void not_over_what_is_there(void **state)
{
    (void)state;
    assert_int_equal(program_run(&restored, "restore", "--from", backup, NULL), 1);
    server_start(&restored); /* and it is unharmed */
    server_stop(&restored);
    assert_int_equal(program_run(&world.server, "backup", "--out", backup, NULL), 1);
    assert_int_equal(program_run(&world.server, "backup", NULL), 2);
    struct server nowhere;
    assert_true(server_place(&nowhere));
    assert_int_equal(program_run(&nowhere, "restore", "--from", scratch("no-such-backup"), NULL),
                     1);
}

/* One byte of the largest file is turned over. */
static void damage_is_found(void **state)
{
    (void)state;
    char command[PATH_BYTES * 2], path[PATH_BYTES] = "";
    snprintf(command, sizeof command,
             "find %s -type f -printf '%%s %%p\\n' | sort -n | tail -1 | cut -d' ' -f2-", backup);
    FILE *p = popen(command, "re");
    assert_non_null(p);
    assert_non_null(fgets(path, sizeof path, p));
    pclose(p);
    path[strcspn(path, "\n")] = '\0';
    size_t n;
    char *bytes = file_read(path, &n);
    assert_true(n > 0);
    bytes[n / 2] = (char)(bytes[n / 2] ^ 0x20);
    chmod(path, 0600);
    file_write(path, bytes, n);
    free(bytes);
    struct server fresh;
    assert_true(server_place(&fresh));
    int status = program_run(&fresh, "restore", "--from", backup, NULL);
    if (status != 1)
        fail_msg("a damaged backup (%s) was restored: %d %s", path, status, program_output());
    print_message("damaged %s: refused\n", strrchr(path, '/') + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(fill),
        CASE(made_while_serving),
        CASE(restored_and_compared),
        CASE(the_restored_one_works),
        CASE(not_over_what_is_there),
        CASE(damage_is_found),
    };
    return SUITE(tests);
}
