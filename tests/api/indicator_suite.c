/*
 * indicator_suite.c - indicators over HTTP: every rate with the cases behind both sides, groupings that add up to the
 * whole, who sees what, the choice of a formula, periods closed, recounted and revised; Baltimore's cases against known
 * answers.
 */
#include "world.h"

#include <time.h>

static unsigned pictures = 7000;
static const char *const groupings[] = {"unit", "area", "category"};

static json_t *with_photo(const struct account *who)
{
    return packed("{s:[s]}", "photos", upload_picture(who, ++pictures));
}

/* A parameter of a query: '+' of a zone must not be read as a blank. */
static const char *query_time(int64_t ms)
{
    static char out[8][32];
    static unsigned turn;
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(out[turn % 8], sizeof *out, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return out[turn++ % 8];
}

static json_t *rate_of(json_t *group, const char *code)
{
    json_t *r;
    size_t i;
    json_array_foreach(at(group, "rates"), i, r)
    {
        if (strcmp(text_at(r, "code"), code) == 0)
            return r;
    }
    fail_msg("no rate %s", code);
    return NULL;
}

static json_t *line_of(json_t *table, const char *key)
{
    json_t *g;
    size_t i;
    json_array_foreach(at(table, "items"), i, g)
    {
        if (strcmp(text_at(g, "key"), key) == 0)
            return g;
    }
    fail_msg("no line %s", key);
    return NULL;
}

static void expect_rate(json_t *group, const char *code, json_int_t num, json_int_t den)
{
    json_t *r = rate_of(group, code);
    if (int_at(r, "numerator") != num || int_at(r, "denominator") != den)
        fail_msg("%s: %s, not %lld/%lld", code, json_dumps(r, JSON_COMPACT), (long long)num, (long long)den);
    if (den == 0)
        expect_null(r, "percent");
    else
        assert_true(number_at(r, "percent") * (double)den > ((double)num - 0.001 * (double)den) * 100 - 1e-6);
}

/* Pages through the cases behind one figure. */
static json_int_t cases_behind(const char *query)
{
    json_int_t n = 0;
    char cursor[400] = "";
    for (;;) {
        json_t *page = GET(&world.desk, "/indicators/cases?limit=2&%s%s", query, cursor);
        n += (json_int_t)json_array_size(at(page, "items"));
        if (json_is_null(at(page, "next")))
            return n;
        snprintf(cursor, sizeof cursor, "&cursor=%s", text_at(page, "next"));
    }
}

/* Every line's figures are as many cases; all lines together are the whole. */
static void table_holds(const char *group_by)
{
    json_t *table = GET(&world.desk, "/indicators?group_by=%s", group_by), *rate, *line;
    size_t i, k;
    json_array_foreach(at(table, "total.rates"), i, rate)
    {
        const char *code = text_at(rate, "code");
        json_int_t num = 0, den = 0;
        char query[300];
        json_array_foreach(at(table, "items"), k, line)
        {
            json_t *r = rate_of(line, code);
            num += int_at(r, "numerator");
            den += int_at(r, "denominator");
            snprintf(query, sizeof query, "indicator=%s&side=numerator&group_by=%s&key=%s", code, group_by, text_at(line, "key"));
            assert_int_equal(cases_behind(query), int_at(r, "numerator"));
        }
        assert_int_equal(num, int_at(rate, "numerator"));
        assert_int_equal(den, int_at(rate, "denominator"));
        snprintf(query, sizeof query, "indicator=%s&side=denominator", code);
        assert_int_equal(cases_behind(query), den);
    }
}

static void nothing_over_nothing(void **state)
{
    (void)state;
    json_t *total = at(GET(&world.desk, "/indicators"), "total"), *r;
    size_t i;
    expect_count(total, "rates", 17);
    json_array_foreach(at(total, "rates"), i, r)
    {
        expect_int(r, "denominator", 0);
        expect_null(r, "percent");
    }
}

static void to_the_end(const char *id, bool again)
{
    dispatch(id, world.unit);
    act(&world.contact, 200, id, "accept", NULL);
    act(&world.contact, 200, id, "rectify", with_photo(&world.contact));
    if (again) {
        act(&world.checker, 200, id, "return", packed("{s:s}", "note", "未清理干净"));
        act(&world.contact, 200, id, "rectify", with_photo(&world.contact));
    }
    act(&world.checker, 200, id, "strike_off", packed("{s:s}", "note", "整改到位"));
}

static void a_month_of_cases(void **state)
{
    (void)state;
    to_the_end(raise_problem(&world.inspector, world.site[0], "weekly"), true);
    to_the_end(raise_problem(&world.inspector, world.site[2], "weekly"), false);
    const char *wrong = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(wrong, world.rival_unit);
    act(&world.rival, 200, wrong, "send_back", packed("{s:s}", "note", "不属我单位职责"));
    dispatch(wrong, world.unit);
    const char *told = new_id();
    POST(&world.grid, 201, packed("{s:s,s:s,s:s}", "id", told, "site_id", world.site[0], "description", "井盖破损"), "/problems");
    act(&world.desk, 200, told, "verify", NULL);
    act(&world.desk, 200, told, "register", NULL);
    const char *refused = new_id();
    POST(&world.grid, 201, packed("{s:s,s:s,s:s}", "id", refused, "site_id", world.site[0], "description", "重复"), "/problems");
    act(&world.desk, 200, refused, "reject", packed("{s:s}", "note", "已有同一问题"));
    json_t *total = at(GET(&world.desk, "/indicators"), "total");
    expect_int(total, "counts.filed", 4);
    expect_rate(total, "accurate_filing", 4, 4);
    expect_rate(total, "valid_report", 4, 5);
    expect_rate(total, "public_report", 1, 4);
    expect_rate(total, "missed_report", 0, 4);
    expect_rate(total, "accurate_dispatch", 2, 3);
    expect_rate(total, "solved", 0, 0);
    expect_rate(total, "satisfied", 0, 0);
    /* Nothing is due yet. */
    expect_rate(total, "closing", 0, 0);
    json_t *line = line_of(GET(&world.desk, "/indicators?group_by=area"), "990100002");
    expect_rate(line, "accurate_filing", 1, 1);
    for (size_t i = 0; i < 3; i++)
        table_holds(groupings[i]);
}

static void who_sees_what(void **state)
{
    (void)state;
    json_t *own = GET(&world.contact, "/indicators?group_by=unit");
    expect_count(own, "items", 1);
    expect_text(own, "items.0.key", world.unit);
    expect_rate(at(own, "total"), "accurate_filing", 3, 3);
    json_t *all = line_of(GET(&world.desk, "/indicators?group_by=unit"), world.unit);
    assert_true(json_equal(at(own, "items.0"), all));
    api_fault(&world.contact, 403, "out_of_reach", "GET", NULL, "/indicators?unit_id=%s", world.rival_unit);
    api_fault(&world.contact, 403, "out_of_reach", "GET", NULL, "/indicators/cases?count=filed&unit_id=%s", world.rival_unit);
    json_t *cases = GET(&world.contact, "/indicators/cases?count=filed");
    expect_count(cases, "items", 3);
    expect_count(GET(&world.rival, "/indicators/cases?count=filed"), "items", 0);
    json_t *area = GET(&world.leader, "/indicators?group_by=area");
    expect_count(area, "items", 1);
    expect_text(area, "items.0.key", "990100001");
    api_fault(&world.leader, 403, "out_of_reach", "GET", NULL, "/indicators?area_code=990100002");
    api_fault(&world.inspector, 403, "not_allowed", "GET", NULL, "/indicators");
    api_fault(&world.grid, 403, "not_allowed", "GET", NULL, "/indicators/cases?count=filed");
    api_fault(&world.desk, 400, "bad_parameter", "GET", NULL, "/indicators?group_by=person");
    api_fault(&world.desk, 400, "bad_parameter", "GET", NULL, "/indicators/cases?indicator=nothing");
    api_fault(&world.desk, 400, "bad_parameter", "GET", NULL, "/indicators/cases?count=filed&group_by=unit&key=x");
    api_fault(&world.desk, 400, "bad_parameter", "GET", NULL, "/indicators?from=2026-02-01&to=2026-01-01");
}

static json_t *rule(const char *indicator, const char *choice)
{
    return packed("{s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "indicator", indicator, "choice", choice, "valid_from", "2018-01-01T00:00:00+08:00",
                  "note", "依本市考核办法");
}

static void the_choice_of_a_formula(void **state)
{
    (void)state;
    json_t *total = at(GET(&world.desk, "/indicators"), "total");
    expect_rate(total, "timely_closing", 0, 0);
    api_fault(&world.desk, 403, "not_allowed", "POST", rule("timely_closing", "closed"), "/indicators/rules");
    json_t *bad = api_fault(&world.commander, 422, "invalid_content", "POST", rule("timely_closing", "handled"), "/indicators/rules");
    expect_field(bad, "/choice", "unknown");
    bad = api_fault(&world.commander, 422, "invalid_content", "POST", rule("shoe_size", "due"), "/indicators/rules");
    expect_field(bad, "/indicator", "unknown");
    json_t *good = json_incref(rule("timely_closing", "closed"));
    api(&world.commander, 204, "POST", json_deep_copy(good), "/indicators/rules");
    api(&world.commander, 204, "POST", json_deep_copy(good), "/indicators/rules"); /* the same again */
    json_t *table = GET(&world.desk, "/indicators");
    expect_rate(at(table, "total"), "timely_closing", 2, 2);
    expect_text(at(table, "indicators.12"), "choice", "closed");
    json_t *rules = GET(&world.contact, "/indicators/rules");
    expect_count(rules, "items", 1);
    expect_text(rules, "items.0.choice", "closed");
    expect_text(rules, "items.0.set_by.id", world.commander.person);
    json_t *weights = packed("{s:i,s:i,s:i,s:i,s:[{s:i,s:f}]}", "closing", 0, "timely_handling", 0, "rework", 90, "beyond", 0, "bands",
                             "most", 100, "points", 10.0);
    json_t *composite = packed("{s:s,s:s,s:O,s:s,s:s}", "id", new_id(), "indicator", "composite", "composite", weights, "valid_from",
                               "2018-01-01T00:00:00+08:00", "note", "试行");
    api(&world.commander, 204, "POST", composite, "/indicators/rules");
    expect_int(GET(&world.desk, "/indicators"), "composite.rework", 90);
    json_decref(good);
}

/* ---- periods ---- */

static char period[ID_BYTES];
static int64_t period_from, period_to;

static json_t *closing(const char *id)
{
    return packed("{s:s,s:s,s:s,s:s,s:s}", "id", id, "kind", "custom", "name", "迎检冲刺期", "from", time_text(period_from), "to",
                  time_text(period_to));
}

static void close_a_period(void **state)
{
    (void)state;
    period_to = now_ms() / 1000 * 1000 + 1000; /* what was done just now belongs to it */
    period_from = period_to - (int64_t)2 * 3600000;
    while (now_ms() < period_to + 1)
        usleep(1000);
    snprintf(period, sizeof period, "%s", new_id());
    api_fault(&world.desk, 403, "not_allowed", "POST", closing(new_id()), "/periods");
    api_fault(&world.commander, 409, "period_running", "POST",
              packed("{s:s,s:s,s:i}", "id", new_id(), "kind", "year", "year", 2090), "/periods");
    json_t *wrong = api_fault(&world.commander, 422, "invalid_content", "POST",
                              packed("{s:s,s:s,s:i,s:i}", "id", new_id(), "kind", "quarter", "year", 2025, "ordinal", 5), "/periods");
    expect_field(wrong, "/ordinal", "out_of_range");
    json_t *made = POST(&world.commander, 201, closing(period), "/periods");
    expect_int(made, "revision", 0);
    expect_text(made, "signed_by.id", world.commander.person);
    assert_int_equal(strlen(text_at(made, "hash")), 64);
    expect_count(made, "revisions", 1);
    POST(&world.commander, 200, closing(period), "/periods");
    api_fault(&world.commander, 409, "period_closed", "POST", closing(new_id()), "/periods");
    json_t *log = GET(&world.auditor, "/journal?kind=period.close&limit=1");
    expect_text(log, "items.0.subject_id", period);
    assert_non_null(strstr(json_dumps(at(log, "items.0"), 0), text_at(made, "hash")));
    char *from = strdup(query_time(period_from)), *to = strdup(query_time(period_to));
    expect_text(GET(&world.desk, "/indicators?from=%s&to=%s", from, to), "closed_period_id", period);
    free(from);
    free(to);
    expect_true(GET(&world.desk, "/periods/%s/recount", period), "differs", false);
    api_fault(&world.commander, 409, "nothing_changed", "POST", packed("{s:s,s:s}", "id", new_id(), "reason", "试试"),
              "/periods/%s/revisions", period);
}

static json_t *figure_of(const struct account *who, const char *part, const char *item, int revision)
{
    char cursor[600] = "";
    for (;;) {
        json_t *page = GET(who, "/periods/%s/figures?part=%s&limit=7&revision=%d%s", period, part, revision, cursor), *f;
        size_t i;
        json_array_foreach(at(page, "items"), i, f)
        {
            if (strcmp(text_at(f, "item"), item) == 0)
                return f;
        }
        if (json_is_null(at(page, "next")))
            return NULL;
        snprintf(cursor, sizeof cursor, "&cursor=%s", text_at(page, "next"));
    }
}

static void what_comes_late(void **state)
{
    (void)state;
    json_t *frozen = figure_of(&world.desk, "score_district", "score", 0);
    assert_non_null(frozen);
    /* A visit within the period reaches the server after it was closed. */
    json_t *visit = visit_body_at(world.site[3], "weekly", period_to - 600000);
    fail_one(visit, world.site[3], 0);
    POST(&world.second, 201, visit, "/inspections");
    assert_true(json_equal(frozen, figure_of(&world.desk, "score_district", "score", 0)));
    json_t *recount = GET(&world.desk, "/periods/%s/recount", period);
    expect_true(recount, "differs", true);
    json_t *reason = api_fault(&world.commander, 422, "invalid_content", "POST", packed("{s:s}", "id", new_id()), "/periods/%s/revisions", period);
    expect_field(reason, "/reason", "required");
    api_fault(&world.desk, 403, "not_allowed", "POST", packed("{s:s,s:s}", "id", new_id(), "reason", "离线检查迟到"),
              "/periods/%s/revisions", period);
    json_t *made = POST(&world.commander, 201, packed("{s:s,s:s}", "id", new_id(), "reason", "离线检查迟到"), "/periods/%s/revisions", period);
    expect_int(made, "revision", 1);
    expect_text(made, "reason", "离线检查迟到");
    expect_count(made, "revisions", 2);
    json_t *changes = GET(&world.desk, "/periods/%s/changes", period);
    assert_true(json_equal(at(changes, "items"), at(recount, "items")));
    json_t *now = figure_of(&world.desk, "score_district", "score", 1);
    assert_true(int_at(now, "denominator") > int_at(frozen, "denominator"));
    assert_true(json_equal(frozen, figure_of(&world.desk, "score_district", "score", 0)));
    expect_true(GET(&world.desk, "/periods/%s/recount", period), "differs", false);
    api_fault(&world.desk, 404, "revision_not_found", "GET", NULL, "/periods/%s/figures?revision=2", period);
    api_fault(&world.desk, 404, "period_not_found", "GET", NULL, "/periods/%s", new_id());
}

static void who_sees_a_period(void **state)
{
    (void)state;
    const char *const parts[] = {"unit", "score_unit", "area", "score_site", "category"};
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        json_t *page = GET(&world.contact, "/periods/%s/figures?part=%s&limit=200", period, parts[p]), *f;
        size_t i;
        json_array_foreach(at(page, "items"), i, f)
            expect_text(f, "key", world.unit);
        if (p == 0)
            assert_true(json_array_size(at(page, "items")) > 17);
    }
    api_fault(&world.contact, 403, "out_of_reach", "GET", NULL, "/periods/%s/recount", period);
    api_fault(&world.contact, 403, "out_of_reach", "GET", NULL, "/periods/%s/changes", period);
    api_fault(&world.inspector, 403, "not_allowed", "GET", NULL, "/periods");
}

static void calendar_of_a_year(void **state)
{
    (void)state;
    json_t *year = GET(&world.desk, "/periods?year=2025"), *p;
    size_t i, ended = 0;
    expect_count(year, "items", 17);
    json_array_foreach(at(year, "items"), i, p)
        ended += strcmp(text_at(p, "state"), "ended") == 0;
    assert_int_equal(ended, 17);
    POST(&world.commander, 201, packed("{s:s,s:s,s:i,s:i}", "id", new_id(), "kind", "month", "year", 2025, "ordinal", 12), "/periods");
    POST(&world.commander, 201, packed("{s:s,s:s,s:i}", "id", new_id(), "kind", "year", "year", 2025), "/periods");
    year = GET(&world.desk, "/periods?year=2025");
    expect_count(year, "items", 17);
    expect_text(year, "items.0.state", "closed");
    expect_text(year, "items.1.state", "closed");
    expect_text(GET(&world.desk, "/periods?year=2090"), "items.0.state", "to_come");
}

/* ---- known answers ---- */

static void baltimore(void **state)
{
    static const struct {
        const char *unit;
        json_int_t in_time, closed;
    } answers[] = {{"Solid Waste", 2488, 2833}, {"Transportation", 720, 922}, {"Housing", 622, 696}, {"Water Wastewater", 289, 468},
                   {"BGE", 211, 245}, {"Finance", 163, 188}, {"Health", 141, 162}, {"Recreation & Parks", 27, 90},
                   {"Call Center", 72, 89}, {"Fire Department", 60, 73}, {"Parking Authority", 9, 10}, {"Liquor Board", 2, 2},
                   {"Mayor's Office", 0, 1}, {"Police Department", 1, 1}, {"Public Works", 1, 1}};
    static const char mapping[] = "%7B%22$create_units%22:true,%22external_id%22:%22SRRecordID%22%7D";
    (void)state;
    NEEDS_SHARED("4_cases/baltimore311_sample.csv");
    size_t n, i, k, found = 0;
    char *csv = file_read(shared_path("4_cases/baltimore311_sample.csv"), &n);
    api_bytes(csv, n, "text/csv");
    api(&world.desk, 200, "POST", NULL, "/imports?kind=problems&mode=good_rows&mapping=%s", mapping);
    free(csv);
    json_t *table = GET(&world.desk, "/indicators?from=2010-01-01&to=2022-01-01&group_by=unit"), *line;
    expect_rate(at(table, "total"), "timely_closing", 4806, 5781);
    assert_true(number_at(rate_of(at(table, "total"), "timely_closing"), "percent") == 83.13);
    json_array_foreach(at(table, "items"), i, line)
    {
        for (k = 0; k < sizeof answers / sizeof *answers; k++) {
            if (strcmp(answers[k].unit, text_at(line, "name")) != 0)
                continue;
            expect_rate(line, "timely_closing", answers[k].in_time, answers[k].closed);
            found++;
        }
    }
    assert_int_equal(found, sizeof answers / sizeof *answers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_over_nothing), CASE(a_month_of_cases), CASE(who_sees_what),    CASE(the_choice_of_a_formula),
        CASE(close_a_period),       CASE(what_comes_late),  CASE(who_sees_a_period), CASE(calendar_of_a_year),
        CASE(baltimore),
    };
    return SUITE(tests);
}
