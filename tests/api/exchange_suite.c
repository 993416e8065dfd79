/*
 * exchange_suite.c - exchange from outside: problems of older systems imported with their history, imports as jobs and their
 * cancelling, mappings remembered, exports in every form cut to who asks; Baltimore's cases where the shared data are there.
 */
#include "world.h"

#include <time.h>

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

static json_t *send_list(int expect, const char *path, const char *text)
{
    api_bytes(text, strlen(text), "text/csv");
    return api(&world.desk, expect, "POST", NULL, "%s", path);
}

static const char old_cases[] =
    "案卷号,办理状态,上报时间,截止时间,结案时间,处置单位,问题描述,地点,经度,纬度\n"
    "OLD-1,已结案,2025-03-01 09:00,2025-03-03 09:00,2025-03-02 18:00,城市管理局,垃圾满溢,东街1号,118.1,24.7\n"
    "OLD-2,处理中,2025-03-01 09:00,2025-03-03 09:00,,城市管理局,路面破损,东街2号,39,-77\n"
    "OLD-3,已结案,2025-03-05 09:00,2025-03-04 09:00,2025-03-04 09:00,住房和建设局,早于发现,东街3号,,\n";

static json_t *problem_called(const struct account *who, const char *text)
{
    return at(GET(who, "/problems?q=%s", text), "items.0");
}

static void old_cases_with_history(void **state)
{
    (void)state;
    json_t *r = send_list(200, "/imports?kind=problems&mode=dry_run", old_cases);
    expect_int(r, "created", 3);
    expect_true(r, "written", false);
    assert_null(problem_called(&world.desk, "OLD-1"));
    r = send_list(200, "/imports?kind=problems&mode=all_or_nothing", old_cases);
    expect_int(r, "created", 3);
    expect_true(r, "written", true);
    json_t *p = problem_called(&world.desk, "OLD-1");
    assert_non_null(p);
    expect_text(p, "state", "struck_off");
    expect_text(p, "source", "import");
    json_t *full = GET(&world.desk, "/problems/%s", text_at(p, "id"));
    assert_non_null(strstr(api_last()->body, "\"import\""));
    expect_text(full, "state", "struck_off");
    char old[ID_BYTES];
    snprintf(old, sizeof old, "%s", text_at(p, "id"));
    json_t *rows = GET(&world.desk, "/problems/%s/imported", old);
    expect_text(rows, "items.0.status_there", "已结案");
    assert_null(at(rows, "items.0.cells"));
    rows = POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "核对"), "/problems/%s/imported/reveal", old);
    expect_text(rows, "items.0.cells.0.1", "OLD-1");
    POST(&world.desk, 422, packed("{s:s}", "id", new_id()), "/problems/%s/imported/reveal", old);
    POST(&world.contact, 403, packed("{s:s,s:s}", "id", new_id(), "reason", "想看"), "/problems/%s/imported/reveal", old);
    expect_text(GET(&world.auditor, "/journal?kind=import.reveal&limit=1"), "items.0.kind", "import.reveal");
    p = problem_called(&world.desk, "OLD-2");
    expect_text(p, "state", "accepted");
    /* Its unit goes on with it as with any other. */
    json_t *mine = GET(&world.contact, "/problems/%s", text_at(p, "id"));
    expect_text(mine, "state", "accepted");
    api(&world.rival, 404, "GET", NULL, "/problems/%s", text_at(p, "id"));
    r = send_list(200, "/imports?kind=problems&mode=all_or_nothing", old_cases);
    expect_int(r, "unchanged", 3);
    expect_int(r, "created", 0);
}

static const char strange[] = "单号,何时,怎么样了,谁管,啥事\nS-1,2025-04-01,办完了,城市管理局,甲\nS-2,2025-04-02,在办,城市管理局,乙\n";

static void mapping_remembered(void **state)
{
    (void)state;
    static const char mapping[] = "%7B%22external_id%22%3A%22%E5%8D%95%E5%8F%B7%22%2C%22reported%22%3A%22%E4%BD%95%E6%97%B6%22%2C"
                                  "%22state%22%3A%7B%22column%22%3A%22%E6%80%8E%E4%B9%88%E6%A0%B7%E4%BA%86%22%2C%22values%22%3A%7B"
                                  "%22%E5%8A%9E%E5%AE%8C%E4%BA%86%22%3A%22closed%22%2C%22%E5%9C%A8%E5%8A%9E%22%3A%22open%22%7D%7D%2C"
                                  "%22unit%22%3A%22%E8%B0%81%E7%AE%A1%22%2C%22description%22%3A%22%E5%95%A5%E4%BA%8B%22%7D";
    char path[1200];
    send_list(422, "/imports?kind=problems&mode=dry_run", strange);
    snprintf(path, sizeof path, "/imports?kind=problems&mode=all_or_nothing&mapping=%s", mapping);
    json_t *r = send_list(200, path, strange);
    expect_int(r, "created", 2);
    expect_text(problem_called(&world.desk, "S-1"), "state", "struck_off");
    r = send_list(200, "/imports?kind=problems&mode=all_or_nothing", strange); /* now it knows */
    expect_int(r, "unchanged", 2);
    assert_non_null(strstr(api_last()->body, "mapping_recalled"));
    send_list(422, "/imports?kind=problems&mode=dry_run&remembered=false", strange);
    json_t *m = at(GET(&world.desk, "/import-mappings?kind=problems"), "items.0");
    assert_non_null(m);
    expect_text(m, "headings.0", "单号");
    expect_text(m, "mapping.reported", "何时");
    char id[ID_BYTES];
    snprintf(id, sizeof id, "%s", text_at(m, "id"));
    char tag[24];
    snprintf(tag, sizeof tag, "\"%lld\"", (long long)int_at(m, "version"));
    api_if_match(tag);
    m = api(&world.desk, 200, "PATCH", packed("{s:s}", "name", "老台账"), "/import-mappings/%s", id);
    expect_text(m, "name", "老台账");
    api_if_match(tag);
    api_fault(&world.desk, 412, NULL, "PATCH", packed("{s:s}", "name", "又改"), "/import-mappings/%s", id);
    api(&world.contact, 403, "GET", NULL, "/import-mappings");
    api(&world.desk, 204, "DELETE", NULL, "/import-mappings/%s", id);
    send_list(422, "/imports?kind=problems&mode=dry_run", strange);
}

/* ---- jobs ---- */

static char *large_list(size_t rows)
{
    size_t room = rows * 160 + 200, n = 0;
    char *text = malloc(room);
    n += (size_t)snprintf(text, room, "案卷号,办理状态,上报时间,截止时间,结案时间,处置单位,问题描述\n");
    for (size_t i = 0; i < rows; i++)
        n += (size_t)snprintf(text + n, room - n, "BIG-%06zu,已结案,2025-03-%02zu 09:00,2025-03-%02zu 20:00,2025-03-%02zu 18:00,城市管理局,第%zu件\n", i, i % 28 + 1,
                     i % 28 + 1, i % 28 + 1, i);
    return text;
}

static json_t *job_until(const char *id, const char *ended)
{
    for (int i = 0; i < 2000; i++) {
        json_t *j = GET(&world.desk, "/import-jobs/%s", id);
        if (!json_is_null(at(j, "ended"))) {
            expect_text(j, "state", ended);
            return j;
        }
        pause_ms(50);
    }
    fail_msg("the job does not end");
    return NULL;
}

static void job_written(void **state)
{
    (void)state;
    char *text = large_list(3000);
    const char *key = new_id();
    char id[ID_BYTES];
    snprintf(id, sizeof id, "%s", key);
    api_key(id);
    json_t *j = send_list(202, "/import-jobs?kind=problems&mode=all_or_nothing&file_name=big.csv", text);
    expect_text(j, "id", id);
    j = job_until(id, "done");
    expect_int(j, "rows_total", 3000);
    expect_int(j, "created", 3000);
    expect_text(j, "file_name", "big.csv");
    expect_true(j, "report.written", true);
    api_key(id); /* sent again: the same job */
    expect_text(send_list(202, "/import-jobs?kind=problems&mode=all_or_nothing&file_name=big.csv", text), "state", "done");
    api_fault(&world.desk, 409, "import_ended", "POST", NULL, "/import-jobs/%s/cancel", id);
    expect_text(GET(&world.desk, "/import-jobs?limit=1"), "items.0.id", id);
    api(&world.contact, 403, "GET", NULL, "/import-jobs/%s", id);
    api(&world.desk, 404, "GET", NULL, "/import-jobs/%s", new_id());
    free(text);
    j = send_list(202, "/import-jobs?kind=problems&mode=all_or_nothing", "案卷号,上报时间,处置单位\nX-1,,城市管理局\nX-2,2025-01-01,无此单位\n");
    snprintf(id, sizeof id, "%s", text_at(j, "id"));
    j = job_until(id, "refused");
    expect_int(j, "refused", 2);
    assert_true(json_array_size(at(j, "report.rows")) >= 2);
    j = send_list(202, "/import-jobs?kind=sites&mode=dry_run", "完全不是点位\n1\n");
    snprintf(id, sizeof id, "%s", text_at(j, "id"));
    expect_text(job_until(id, "failed"), "report.fault.code", "header_not_found");
}

static void job_cancelled(void **state)
{
    (void)state;
    char *text = large_list(30000);
    json_int_t journal = (json_int_t)json_array_size(at(GET(&world.auditor, "/journal?kind=import&limit=200"), "items"));
    for (char *p = text; (p = strstr(p, "BIG-")) != NULL; p += 4)
        memcpy(p, "CAN-", 4);
    json_t *j = send_list(202, "/import-jobs?kind=problems&mode=all_or_nothing", text);
    char id[ID_BYTES];
    snprintf(id, sizeof id, "%s", text_at(j, "id"));
    expect_text(POST(&world.desk, 202, NULL, "/import-jobs/%s/cancel", id), "state", "cancelling");
    for (int i = 0; i < 2000; i++) {
        struct reply r;
        char path[120];
        snprintf(path, sizeof path, "/api/v1/import-jobs/%s", id);
        call_make(api_port(), &(struct call){.method = "GET", .path = path, .bearer = world.desk.token}, &r);
        int status = r.status;
        reply_free(&r);
        if (status == 404)
            break;
        assert_true(i < 1999);
        pause_ms(50);
    }
    assert_null(problem_called(&world.desk, "CAN-000001"));
    assert_int_equal(json_array_size(at(GET(&world.auditor, "/journal?kind=import&limit=200"), "items")), journal);
    free(text);
}

/* The process is killed while a job checks, and while it writes: there is all of it or nothing, and it can be sent again. */
static void kill_when(const char *moment, const char *prefix)
{
    enum { ROWS = 4000 };
    char *text = large_list(ROWS), id[ID_BYTES];
    for (char *p = text; (p = strstr(p, "BIG-")) != NULL; p += 4)
        memcpy(p, prefix, 4);
    json_t *j = send_list(202, "/import-jobs?kind=problems&mode=all_or_nothing", text);
    snprintf(id, sizeof id, "%s", text_at(j, "id"));
    for (int i = 0; i < 20000; i++) {
        j = GET(&world.desk, "/import-jobs/%s", id);
        if (strcmp(text_at(j, "state"), moment) == 0 && (int_at(j, "read") > 0 || strcmp(moment, "writing") == 0))
            break;
        if (!json_is_null(at(j, "ended")))
            break;
        pause_ms(2);
    }
    print_message("  killed while %s, %lld rows read\n", text_at(j, "state"), (long long)int_at(j, "read"));
    server_kill(&world.server);
    server_start(&world.server);
    api_aim(world.server.port);
    j = send_list(200, "/imports?kind=problems&mode=dry_run", text);
    json_int_t none = int_at(j, "created"), all = int_at(j, "unchanged");
    assert_int_equal(none + all, ROWS);
    assert_true(none == 0 || all == 0);
    json_t *first = problem_called(&world.desk, prefix);
    assert_true((first != NULL) == (all > 0));
    j = send_list(200, "/imports?kind=problems&mode=all_or_nothing", text);
    expect_int(j, "created", none);
    expect_int(j, "unchanged", all);
    free(text);
}

static void job_killed(void **state)
{
    (void)state;
    kill_when("checking", "KIC-");
    kill_when("writing", "KIW-");
}

/* ---- exports ---- */

static void exports(void **state)
{
    static const char *const kinds[] = {"areas", "units", "people", "duties", "sites", "standard", "inspections", "observations",
                                        "scores", "problems", "events", "ledger", "matrix", "facilities", "frontages", "limit_rules",
                                        "calendar_days"};
    static const char *const formats[] = {"csv", "xlsx", "json"};
    (void)state;
    raise_problem(&world.inspector, world.site[0], "weekly");
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (size_t f = 0; f < sizeof formats / sizeof *formats; f++) {
            api(&world.desk, 200, "GET", NULL, "/exports/%s?format=%s", kinds[k], formats[f]);
            assert_true(api_last()->bytes > 20);
            if (f == 1)
                assert_memory_equal(api_last()->body, "PK", 2);
        }
    json_t *map = GET(&world.desk, "/exports/sites?format=geojson");
    expect_text(map, "type", "FeatureCollection");
    expect_count(map, "features", WORLD_SITES);
    json_t *problems = GET(&world.desk, "/exports/problems?format=json");
    assert_true(json_array_size(at(problems, "items")) >= 3000);
    size_t all = json_array_size(at(problems, "items"));
    json_t *mine = GET(&world.rival, "/exports/problems?format=json");
    assert_true(json_array_size(at(mine, "items")) < all);
    api_fault(&world.desk, 404, "unknown_kind", "GET", NULL, "/exports/secrets");
    api_fault(&world.desk, 400, "format_not_possible", "GET", NULL, "/exports/areas?format=geojson");
    api(&world.desk, 400, "GET", NULL, "/exports/areas?format=pdf");
    api(&world.inspector, 403, "GET", NULL, "/exports/problems");
    api(&world.grid, 403, "GET", NULL, "/exports/problems");
    api(&world.admin, 403, "GET", NULL, "/exports/people");
    api(&world.contact, 403, "GET", NULL, "/exports/people?unmask_reason=%s", "why");
    api(&world.desk, 200, "GET", NULL, "/exports/people?unmask_reason=%s", "check");
    expect_text(GET(&world.auditor, "/journal?kind=export&limit=1"), "items.0.kind", "export");
    assert_non_null(strstr(api_last()->body, "check"));
}

static void ledger_with_pictures(void **state)
{
    (void)state;
    const char *p = raise_problem(&world.inspector, world.site[0], "weekly");
    char id[ID_BYTES];
    snprintf(id, sizeof id, "%s", p);
    api(&world.desk, 200, "GET", NULL, "/exports/ledger?format=xlsx&pictures=false&from=2026-01-01");
    size_t without = api_last()->bytes;
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    act(&world.contact, 200, id, "rectify", packed("{s:s,s:[s]}", "note", "已清理", "photos", upload_picture(&world.contact, 77)));
    api(&world.desk, 200, "GET", NULL, "/exports/ledger?format=xlsx&words=gbt");
    assert_true(api_last()->bytes > without);
    api(&world.desk, 200, "GET", NULL, "/exports/ledger?format=csv&words=gbt");
    assert_non_null(strstr(api_last()->body, "处置反馈"));
    assert_non_null(strstr(api_last()->body, "已清理"));
}

static void command_line(void **state)
{
    (void)state;
    char list[PATH_BYTES];
    snprintf(list, sizeof list, "%s", scratch("units.csv"));
    if (program_run(&world.server, "export", "units", "--out", list, NULL) != 0)
        fail_msg("%s", program_output());
    if (program_run(&world.server, "import", list, "--kind", "units", NULL) != 0)
        fail_msg("%s", program_output());
    assert_int_equal(program_run(&world.server, "export", "units", NULL), 2);
    assert_int_equal(program_run(&world.server, "export", "nothing", "--out", list, NULL), 1);
    assert_int_equal(program_run(&world.server, "export", "sites", "--out", scratch("sites.geojson"), NULL), 0);
    size_t n;
    char *p = file_read(scratch("sites.geojson"), &n);
    assert_non_null(strstr(p, "FeatureCollection"));
    free(p);
    /* Nobody reported what a list from the command line holds: it is listed and opened like any other. */
    static const char old[] = "外部编号,状态,发现时间,销号时间,问题描述,责任单位\n"
                              "CLI-1,已结案,2026-01-05,2026-01-06,命令行导入,城市管理局\n"
                              "CLI-2,处理中,2026-01-05,,命令行导入,城市管理局\n";
    file_write(list, old, sizeof old - 1);
    if (program_run(&world.server, "import", list, "--kind", "problems", NULL) != 0)
        fail_msg("%s", program_output());
    for (int i = 1; i <= 2; i++) {
        json_t *one = problem_called(&world.desk, i == 1 ? "CLI-1" : "CLI-2");
        assert_non_null(one);
        one = GET(&world.desk, "/problems/%s", text_at(one, "id"));
        assert_true(json_is_null(at(one, "reporter")));
        expect_text(one, "timeline.0.event", "import");
        assert_true(json_is_null(at(one, "timeline.0.actor")));
    }
    GET(&world.contact, "/problems/%s", text_at(problem_called(&world.desk, "CLI-2"), "id"));
}

static void baltimore(void **state)
{
    (void)state;
    NEEDS_SHARED("4_cases/baltimore311_sample.csv");
    size_t n;
    char *p = file_read(shared_path("4_cases/baltimore311_sample.csv"), &n);
    api_bytes(p, n, "text/csv");
    json_t *j = api(&world.desk, 202, "POST", NULL,
                    "/import-jobs?kind=problems&mode=all_or_nothing&mapping=%%7B%%22%%24create_units%%22%%3Atrue%%2C"
                    "%%22external_id%%22%%3A%%22SRRecordID%%22%%7D");
    char id[ID_BYTES];
    snprintf(id, sizeof id, "%s", text_at(j, "id"));
    j = job_until(id, "done");
    expect_int(j, "created", 6040);
    expect_int(j, "refused", 0);
    free(p);
    json_t *list = GET(&world.desk, "/exports/problems?format=json&to=2020-01-01");
    json_int_t both = 0, in_time = 0;
    size_t i;
    json_t *one;
    json_array_foreach(at(list, "items"), i, one)
    {
        const char *due = json_string_value(json_object_get(one, "due")), *closed = json_string_value(json_object_get(one, "closed"));
        both += due && closed;
        in_time += due && closed && strcmp(closed, due) <= 0; /* one zone: order of texts is order of times */
    }
    assert_int_equal(both, 5781);
    assert_int_equal(in_time, 4806);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(old_cases_with_history), CASE(mapping_remembered), CASE(job_written),  CASE(job_cancelled), CASE(job_killed),
        CASE(exports),                CASE(ledger_with_pictures), CASE(command_line), CASE(baltimore),
    };
    return SUITE(tests);
}
