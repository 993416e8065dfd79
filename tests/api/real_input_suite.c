/*
 * real_input_suite.c - real input end to end: 同安's towns, communities and 924 sites by the
 * command line, then through the API 200 of the sites inspected with real photographs and every
 * problem driven to its end.
 */
#include "world.h"

#include <dirent.h>

enum { INSPECTED = 200, PHOTOS_MAX = 100, SITES = 924, PROBLEMS_EACH = 2 };

static char photos[PHOTOS_MAX][SHA_BYTES];
static size_t nphotos;
static char sites[SITES][ID_BYTES];
static size_t nsites;
static char problems[INSPECTED * PROBLEMS_EACH][ID_BYTES];
static size_t nproblems;

#define NEEDS_ALL()                                                                                \
    do {                                                                                           \
        NEEDS_SHARED("1_divisions/villages_2023.csv");                                             \
        NEEDS_SHARED("3_sites/xiamen_sites.csv");                                                  \
        NEEDS_SHARED("5_photos/manifest.csv");                                                     \
    } while (0)

static json_t *import_file(const char *file, const char *kind, const char *mapping,
                           const char *mode)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s", shared_path(file));
    int status = program_run(&world.server, "import", path, "--kind", kind, "--mode", mode,
                             "--mapping", mapping, "--json", NULL);
    const char *json = strchr(program_output(), '{');
    if (status != 0 || !json)
        fail_msg("import of %s: %d\n%.3000s", file, status, program_output());
    json_t *report = keep(json_loads(json, JSON_DISABLE_EOF_CHECK, NULL));
    assert_non_null(report);
    return report;
}

static void by_command_line(void **state)
{
    (void)state;
    NEEDS_ALL();
    const char *only = scratch("only.json"),
               *text = "{\"$only\":[{\"column\":\"district_code\",\"is\":\"350212\"}]}";
    char mapping[PATH_BYTES];
    file_write(only, text, strlen(text));
    json_t *r = import_file("1_divisions/villages_2023.csv", "areas", only, "all_or_nothing");
    expect_int(r, "read", 144);
    expect_int(r, "refused", 0);
    r = import_file("1_divisions/towns_2023.csv", "areas", only, "all_or_nothing");
    expect_int(r, "read", 11);
    expect_int(r, "refused", 0);
    json_t *counts = GET(&world.desk, "/areas/counts?code=350212");
    expect_int(counts, "towns", 11);
    expect_int(counts, "villages", 144);
    snprintf(mapping, sizeof mapping, "%s/tests/data/tongan_sites.mapping.json",
             getenv("SOURCE_ROOT"));
    r = import_file("3_sites/xiamen_sites.csv", "sites", mapping, "dry_run");
    expect_int(r, "read", SITES);
    expect_true(r, "written", false);
    expect_count(GET(&world.desk, "/sites?area_code=350212"), "items", 0);
    r = import_file("3_sites/xiamen_sites.csv", "sites", mapping, "good_rows");
    expect_int(r, "read", SITES);
    json_int_t created = int_at(r, "created"), refused = int_at(r, "refused");
    print_message("924 sites: %lld created, %lld refused\n", (long long)created,
                  (long long)refused);
    assert_int_equal(created + refused, SITES);
    assert_int_equal(refused, 0);
    r = import_file("3_sites/xiamen_sites.csv", "sites", mapping, "good_rows");
    expect_int(r, "unchanged", created);
    expect_int(r, "created", 0);
}

static void list_sites(void **state)
{
    (void)state;
    NEEDS_ALL();
    char cursor[700] = "";
    size_t i;
    json_t *s, *types = keep(json_object());
    do {
        json_t *page = GET(&world.desk, "/sites?area_code=350212&limit=200%s%s",
                           *cursor ? "&cursor=" : "", cursor);
        json_array_foreach(at(page, "items"), i, s)
        {
            assert_true(nsites < SITES);
            snprintf(sites[nsites++], ID_BYTES, "%s", text_at(s, "id"));
            json_object_set_new(types, text_at(s, "category_code"), json_true());
        }
        json_t *next = at(page, "next");
        snprintf(cursor, sizeof cursor, "%s", json_is_string(next) ? json_string_value(next) : "");
    } while (*cursor);
    assert_int_equal(nsites, SITES);
    print_message("of %zu types\n", json_object_size(types));
}

static void upload_folder(const char *folder)
{
    char dir[PATH_BYTES], path[PATH_BYTES * 2];
    snprintf(dir, sizeof dir, "%s", shared_path(folder));
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL && nphotos < PHOTOS_MAX;) {
        size_t n;
        struct reply r;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        char *bytes = e->d_name[0] == '.' ? NULL : file_read(path, &n);
        if (!bytes)
            continue;
        sha_text(bytes, n, photos[nphotos]);
        snprintf(path, sizeof path, "/api/v1/photos/%s", photos[nphotos]);
        call_make(api_port(),
                  &(struct call){.method = "PUT",
                                 .path = path,
                                 .body = bytes,
                                 .bytes = n,
                                 .type = "application/octet-stream",
                                 .bearer = world.inspector.token},
                  &r);
        if (r.status != 201 && r.status != 200)
            fail_msg("%s: %d %s", e->d_name, r.status, r.body);
        nphotos += r.status == 201;
        reply_free(&r);
        free(bytes);
    }
    closedir(d);
}

static void real_photographs(void **state)
{
    (void)state;
    NEEDS_ALL();
    upload_folder("5_photos/ok_street");
    upload_folder("5_photos/ok_exif");
    upload_folder("5_photos/ok_formats");
    print_message("%zu photographs\n", nphotos);
    assert_true(nphotos > 70);
}

static void inspect_one(const char *site, size_t i)
{
    json_t *body =
        visit_body_at(site, i % 3 ? "weekly" : "monthly", now_ms() - (int64_t)(i + 1) * 60000);
    for (size_t k = 0; k < PROBLEMS_EACH; k++) {
        json_t *o = fail_one(body, site, k);
        char *id = problems[nproblems++];
        id_write(id);
        json_object_set_new(o, "photos", packed("[s]", photos[(i * PROBLEMS_EACH + k) % nphotos]));
        json_object_set_new(
            o, "problem", packed("{s:s,s:s}", "id", id, "description", "现场发现问题，照片见附件"));
    }
    expect_text(POST(&world.inspector, 201, body, "/inspections"), "state", "complete");
}

static void two_hundred_inspected(void **state)
{
    (void)state;
    NEEDS_ALL();
    for (size_t i = 0; i < INSPECTED; i++)
        inspect_one(sites[i * SITES / INSPECTED], i);
    json_t *scores = GET(&world.desk, "/scores?group_by=site&area_code=350212&limit=1");
    expect_int(scores, "total.inspections", INSPECTED);
    expect_int(scores, "total.not_met", INSPECTED * PROBLEMS_EACH);
}

static void drive(const char *id, size_t i)
{
    const char *proof = photos[(i * 7 + 3) % nphotos];
    if (i % 13 == 0) {
        act(&world.desk, 200, id, "dispatch", packed("{s:s}", "unit_id", world.rival_unit));
        act(&world.rival, 200, id, "send_back", packed("{s:s}", "note", "不属本单位管理"));
    }
    if (i % 17 == 0) {
        act(&world.desk, 200, id, "mend_on_spot", packed("{s:[s]}", "photos", proof));
        return;
    }
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    act(&world.contact, 200, id, "rectify", packed("{s:[s]}", "photos", proof));
    if (i % 10 == 0) {
        act(&world.checker, 200, id, "return", packed("{s:s}", "note", "整改不到位"));
        act(&world.colleague, 200, id, "rectify",
            packed("{s:[s]}", "photos", photos[(i * 7 + 4) % nphotos]));
    }
    act(&world.checker, 200, id, "strike_off", NULL);
}

static void every_problem_to_its_end(void **state)
{
    (void)state;
    NEEDS_ALL();
    for (size_t i = 0; i < nproblems; i++)
        drive(problems[i], i);
    expect_count(GET(&world.desk, "/problems?open=true"), "items", 0);
    expect_int(GET(&world.desk, "/overview"), "open", 0);
    size_t struck = 0, mended = 0;
    for (size_t i = 0; i < nproblems; i++) {
        const char *end = text_at(GET(&world.desk, "/problems/%s", problems[i]), "state");
        struck += strcmp(end, "struck_off") == 0;
        mended += strcmp(end, "mended_on_spot") == 0;
    }
    print_message("%zu problems: %zu struck off, %zu mended on the spot\n", nproblems, struck,
                  mended);
    assert_int_equal(struck + mended, INSPECTED * PROBLEMS_EACH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(by_command_line),          CASE(list_sites),
        CASE(real_photographs),         CASE(two_hundred_inspected),
        CASE(every_problem_to_its_end),
    };
    return SUITE(tests);
}
