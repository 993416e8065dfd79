/*
 * import_suite.c - lists over HTTP: dry run, all or nothing, good rows, faults by row and column,
 * encodings, the XLSX an office has, templates, repeats; CSV conformance files and damaged
 * workbooks never do harm.
 */
#include "world.h"

#include <dirent.h>
#include <iconv.h>

static json_t *import_as(const struct account *who, int expect, const char *kind, const char *mode,
                         const void *p, size_t n)
{
    api_bytes(p, n, "text/csv");
    return api(who, expect, "POST", NULL, "/imports?kind=%s&mode=%s", kind, mode);
}

static json_t *import_text(const char *kind, const char *mode, const char *text)
{
    return import_as(&world.desk, 200, kind, mode, text, strlen(text));
}

static void expect_counts(json_t *r, json_int_t read, json_int_t created, json_int_t updated,
                          json_int_t unchanged, json_int_t refused)
{
    const struct {
        const char *name;
        json_int_t value;
    } counts[] = {{"read", read},
                  {"created", created},
                  {"updated", updated},
                  {"unchanged", unchanged},
                  {"refused", refused}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        expect_int(r, counts[i].name, counts[i].value);
}

static size_t units_called(const char *text)
{
    return json_array_size(at(GET(&world.desk, "/units?limit=200&q=%s", text), "items"));
}

static const char good_units[] =
    "演示区责任单位一览表,,,\n填报单位：创建办,,填报日期：2026年,\n单位代码,单位名称,单位类别,"
    "排序号\n"
    "IM-1,甲水务公司,公用事业,11\nIM-2,乙园林中心,部门,12\nIM-3,丙供电公司,公用事业,13\n";

static void dry_run_writes_nothing(void **state)
{
    (void)state;
    json_t *r = import_text("units", "dry_run", good_units);
    expect_counts(r, 3, 3, 0, 0, 0);
    expect_true(r, "written", false);
    expect_int(r, "header_row", 3);
    assert_int_equal(units_called("IM-"), 0);
}

static void written_once(void **state)
{
    (void)state;
    const char *key = new_id();
    api_key(key);
    json_t *r = import_text("units", "all_or_nothing", good_units);
    expect_counts(r, 3, 3, 0, 0, 0);
    expect_true(r, "written", true);
    assert_int_equal(units_called("IM-"), 3);
    api_key(key); /* the same command: the same counts */
    expect_int(import_text("units", "all_or_nothing", good_units), "created", 3);
    r = import_text("units", "all_or_nothing", good_units);
    expect_counts(r, 3, 0, 0, 3, 0);
    r = import_text("units", "all_or_nothing",
                    "单位代码,单位名称,单位类别,排序号\nIM-1,甲水务有限公司,公用事业,11\n");
    expect_counts(r, 1, 0, 1, 0, 0);
    assert_int_equal(units_called("甲水务有限"), 1);
    expect_text(GET(&world.auditor, "/journal?kind=import&limit=1"), "items.0.kind", "import");
}

static const char mixed[] =
    "点位编号,点位名称,点位类型,地址,行政区划代码,责任单位,联系人,联系电话,经度,纬度\n"
    "IS-1,一号点,社区,路1号,990100001001,城市管理局,张三,13800138001,118.1,24.7\n"
    "IS-2,,社区,路2号,990100001001,城市管理局,,,,\n"
    "IS-3,三号点,天外类型,路3号,990100001001,城市管理局,,,,\n"
    "IS-4,四号点,社区,路4号,990100009009,城市管理局,,,,\n"
    "IS-5,五号点,社区,路5号,990100001001,没有这个单位,,,,\n"
    "IS-6,六号点,社区,路6号,990100001001,城市管理局,李四,12,,\n"
    "IS-7,七号点,社区,路7号,990100001001,城市管理局,,,198.1,24.7\n"
    "IS-1,又一号点,社区,路8号,990100001001,城市管理局,,,,\n"
    "IS-9,九号点,居民小区,路9号,990100001002,住房和建设局,,,118.2,24.8\n";

static void has_row(json_t *r, json_int_t row, const char *column)
{
    size_t i;
    json_t *line;
    json_array_foreach(at(r, "rows"), i,
                       line) if (int_at(line, "row") == row && strlen(text_at(line, "code")) > 0 &&
                                 strlen(text_at(line, "message")) > 0 &&
                                 (!column || (json_is_string(at(line, "column")) &&
                                              strstr(text_at(line, "column"), column)))) return;
    fail_msg("no fault of row %lld, column %s in %s", (long long)row, column ? column : "",
             json_dumps(at(r, "rows"), 0));
}

static void faults_by_row_and_column(void **state)
{
    (void)state;
    json_t *r = import_text("sites", "all_or_nothing", mixed);
    expect_true(r, "written", false);
    assert_true(int_at(r, "refused") >= 6);
    has_row(r, 3, "点位名称");
    has_row(r, 4, "点位类型");
    has_row(r, 5, "行政区划代码");
    has_row(r, 6, "责任单位");
    has_row(r, 7, "联系电话");
    has_row(r, 8, "经度");
    has_row(r, 9, NULL);
    expect_count(GET(&world.desk, "/sites?q=IS-"), "items", 0);
}

static void good_rows_alone(void **state)
{
    (void)state;
    json_t *r = import_text("sites", "good_rows", mixed);
    expect_true(r, "written", true);
    assert_int_equal(int_at(r, "read"), 9);
    assert_int_equal(int_at(r, "created") + int_at(r, "refused"), 9);
    json_t *sites = GET(&world.desk, "/sites?q=IS-");
    expect_count(sites, "items", (size_t)int_at(r, "created"));
    expect_text(GET(&world.desk, "/sites?q=IS-9"), "items.0.subject_unit.id", world.rival_unit);
    assert_null(strstr(api_last()->body, "13800138001"));
}

static void people_with_accounts(void **state)
{
    (void)state;
    json_t *r = import_text("people", "all_or_nothing",
                            "姓名,单位名称,职务,手机号码\n赵一,城市管理局,科员,13700137000\n"
                            "钱二,住房和建设局,主任,13700137001\n");
    expect_counts(r, 2, 2, 0, 0, 0);
    json_t *p = GET(&world.desk, "/people?q=%s", "%E8%B5%B5%E4%B8%80");
    expect_count(p, "items", 1);
    assert_null(strstr(api_last()->body, "13700137000"));
}

/* ---- encodings ---- */

static char *encoded(const char *text, const char *encoding, size_t *n)
{
    size_t in = strlen(text), room = in * 4 + 8;
    char *out = malloc(room), *to = out, *from = (char *)(uintptr_t)text;
    iconv_t cd = iconv_open(encoding, "UTF-8");
    assert_true(cd != (iconv_t)-1);
    assert_true(iconv(cd, &from, &in, &to, &room) != (size_t)-1);
    iconv_close(cd);
    *n = (size_t)(to - out);
    return out;
}

static void encodings(void **state)
{
    static const char *const names[] = {"GB18030", "GBK", "UTF-16", "UTF-8"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char text[600];
        size_t n;
        snprintf(text, sizeof text,
                 "单位代码,单位名称,单位类别\nEN-%zu,编码测试单位之%zu号与住房和城乡建设局,部门\n",
                 i, i);
        char *p = encoded(text, names[i], &n);
        json_t *r = import_as(&world.desk, 200, "units", "all_or_nothing", p, n);
        expect_int(r, "created", 1);
        free(p);
    }
    size_t n; /* without its mark nobody can know */
    char *p = encoded("单位代码,单位名称,单位类别\nEN-9,无标记,部门\n", "UTF-16LE", &n);
    expect_text(import_as(&world.desk, 422, "units", "all_or_nothing", p, n), "code",
                "encoding_unknown");
    free(p);
    assert_int_equal(units_called("EN-"), sizeof names / sizeof *names);
    assert_int_equal(units_called("%E4%BD%8F%E6%88%BF%E5%92%8C%E5%9F%8E%E4%B9%A1"),
                     sizeof names / sizeof *names);
}

static void one_list_in_five_shapes(void **state)
{
    (void)state;
    NEEDS_SHARED("6_forms/encodings");
    static const char *const files[] = {"utf8.csv", "utf8_bom_crlf.csv", "gbk_crlf.csv",
                                        "semicolon.csv", "text_codes.xlsx"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char name[120];
        size_t n;
        snprintf(name, sizeof name, "6_forms/encodings/jingjiang_villages_%s", files[i]);
        char *p = file_read(shared_path(name), &n);
        assert_non_null(p);
        json_t *r = import_as(&world.desk, 200, "areas", "all_or_nothing", p, n);
        free(p);
        if (int_at(r, "refused") || int_at(r, i ? "unchanged" : "created") < 257)
            fail_msg("%s: %.2000s", files[i], api_last()->body);
    }
    expect_int(GET(&world.desk, "/areas/counts?code=321282"), "villages", 257);
}

static void templates_are_read_back(void **state)
{
    static const char *const kinds[] = {"areas", "units", "people", "duties", "sites", "standard", "problems"};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        api(&world.desk, 200, "GET", NULL, "/imports/%s/template.xlsx", kinds[i]);
        size_t n = api_last()->bytes;
        char *copy = malloc(n);
        memcpy(copy, api_last()->body, n);
        assert_memory_equal(copy, "PK", 2);
        struct reply r;
        char path[100];
        snprintf(path, sizeof path, "/api/v1/imports?kind=%s&mode=dry_run", kinds[i]);
        call_make(api_port(),
                  &(struct call){.method = "POST",
                                 .path = path,
                                 .body = copy,
                                 .bytes = n,
                                 .type = "application/octet-stream",
                                 .bearer = world.desk.token},
                  &r);
        if (r.status != 200 && r.status != 422)
            fail_msg("%s: %d %s", kinds[i], r.status, r.body);
        reply_free(&r);
        free(copy);
    }
    api_fault(&world.desk, 404, NULL, "GET", NULL, "/imports/colours/template.xlsx");
}

/* ---- what does no harm ---- */

static void clear_answer(const char *what, const void *p, size_t n)
{
    static const char *const kinds[] = {"areas", "units", "people", "duties", "sites", "standard", "problems"};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct reply r;
        char path[100];
        snprintf(path, sizeof path, "/api/v1/imports?kind=%s&mode=all_or_nothing", kinds[k]);
        call_make(api_port(),
                  &(struct call){.method = "POST",
                                 .path = path,
                                 .body = p,
                                 .bytes = n,
                                 .type = "application/octet-stream",
                                 .bearer = world.desk.token},
                  &r);
        bool report = r.status == 200 && strstr(r.body, "\"refused\":");
        bool fault = r.status >= 400 && r.status < 500 && strstr(r.body, "\"code\":\"");
        if (!report && !fault)
            fail_msg("%s as %s: %d %.800s", what, kinds[k], r.status, r.body ? r.body : "");
        reply_free(&r);
    }
}

static void csv_conformance(void **state)
{
    (void)state;
    NEEDS_SHARED("6_forms/csv-spectrum");
    char dir[PATH_BYTES], path[PATH_BYTES * 2];
    size_t files = 0, n;
    snprintf(dir, sizeof dir, "%s", shared_path("6_forms/csv-spectrum"));
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        char *p = e->d_name[0] == '.' ? NULL : file_read(path, &n);
        if (p)
            clear_answer(e->d_name, p, n);
        files += p != NULL;
        free(p);
    }
    closedir(d);
    assert_true(files >= 12);
}

static void damaged_files(void **state)
{
    static const char *const texts[] = {"",
                                        "\n\n\n",
                                        "\"",
                                        "a,b\n\"open",
                                        "单位名称",
                                        "单位名称\n\"\n",
                                        "PK\x03\x04 no workbook",
                                        "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old one",
                                        "\xff\xfe",
                                        "\xff\xfe\x00\xd8\x0a\x00",
                                        "\xef\xbb\xbf",
                                        "单位名称,单位类别\n=cmd|'/c calc'!A1,部门\n",
                                        "<html><table><tr><td>单位名称"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        clear_answer(texts[i], texts[i], strlen(texts[i]));
    /* a workbook cut at many places, and with bytes turned over */
    api(&world.desk, 200, "GET", NULL, "/imports/sites/template.xlsx");
    size_t n = api_last()->bytes;
    char *whole = malloc(n), *bad = malloc(n);
    memcpy(whole, api_last()->body, n);
    for (size_t i = 1; i < 20; i++)
        clear_answer("cut workbook", whole, n * i / 20);
    for (size_t i = 0; i < 40; i++) {
        memcpy(bad, whole, n);
        bad[(i * 7919 + 13) % n] = (char)(bad[(i * 7919 + 13) % n] ^ 0x55);
        clear_answer("turned byte", bad, n);
    }
    free(whole);
    free(bad);
}

static void who_may(void **state)
{
    (void)state;
    import_as(&world.inspector, 403, "units", "dry_run", good_units, strlen(good_units));
    import_as(&world.contact, 403, "units", "dry_run", good_units, strlen(good_units));
    import_as(&world.admin, 403, "people", "dry_run", good_units, strlen(good_units));
    import_as(&world.desk, 400, "units", "perhaps", good_units, strlen(good_units));
    json_t *unknown =
        import_as(&world.desk, 400, "colours", "dry_run", good_units, strlen(good_units));
    assert_true(strlen(text_at(unknown, "code")) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(dry_run_writes_nothing),
        CASE(written_once),
        CASE(faults_by_row_and_column),
        CASE(good_rows_alone),
        CASE(people_with_accounts),
        CASE(encodings),
        CASE(one_list_in_five_shapes),
        CASE(templates_are_read_back),
        CASE(csv_conformance),
        CASE(damaged_files),
        CASE(who_may),
    };
    return SUITE(tests);
}
