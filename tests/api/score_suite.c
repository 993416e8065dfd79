/*
 * score_suite.c - scores with numerator and denominator: recounted here from the observations the
 * API shows, grouped five ways that must agree; what is withdrawn or corrected is taken back;
 * nothing over nothing has no percentage.
 */
#include "world.h"

#include <time.h>

enum { VISITS = 12 };
static const char *const groups[] = {"site", "category", "unit", "town", "district"};

static bool near(double a, double b)
{
    double d = a - b;
    return d < 0.00011 && d > -0.00011;
}

/* What the observations of every counted inspection add up to. */
struct sums {
    double earned, possible;
    json_int_t inspections, not_met;
};

static struct sums recount(const char *filter)
{
    struct sums s = {0};
    json_t *list = GET(&world.desk, "/inspections?state=complete&limit=200%s", filter), *i, *o;
    size_t a, b;
    json_array_foreach(at(list, "items"), a, i)
    {
        if (strcmp(text_at(i, "kind"), "self_check") == 0)
            continue;
        json_t *full = GET(&world.desk, "/inspections/%s", text_at(i, "id"));
        bool vetoed = json_is_true(at(full, "vetoed"));
        s.inspections++;
        json_array_foreach(at(full, "observations"), b, o)
        {
            double e = number_at(o, "earned"), p = number_at(o, "possible");
            s.earned += vetoed ? 0 : e;
            s.possible += p;
            s.not_met += p > 0 && e < p - 0.00005;
        }
    }
    return s;
}

static void agrees(json_t *score, struct sums s)
{
    if (!near(number_at(score, "rate.earned"), s.earned) ||
        !near(number_at(score, "rate.possible"), s.possible) ||
        int_at(score, "inspections") != s.inspections || int_at(score, "not_met") != s.not_met)
        fail_msg("score %s, but observations give %.4f/%.4f in %lld inspections, %lld not met",
                 json_dumps(score, JSON_COMPACT), s.earned, s.possible, (long long)s.inspections,
                 (long long)s.not_met);
}

static void nothing_over_nothing(void **state)
{
    (void)state;
    for (int g = 0; g < 5; g++) {
        json_t *total = at(GET(&world.desk, "/scores?group_by=%s", groups[g]), "total");
        assert_true(number_at(total, "rate.possible") == 0);
        expect_null(total, "rate.percent");
    }
}

static void visits(void **state)
{
    (void)state;
    for (int i = 0; i < VISITS; i++) {
        const char *site = world.site[i % WORLD_SITES];
        json_t *body =
            visit_body_at(site, i % 3 ? "weekly" : "patrol", now_ms() - (int64_t)(i + 1) * 3600000);
        for (int k = 0; k < i % 4; k++)
            fail_one(body, site, (size_t)k);
        POST(i % 2 ? &world.inspector : &world.second, 201, body, "/inspections");
    }
    /* a unit's own check is no part of it */
    POST(&world.contact, 201, visit_body(world.site[0], "self_check"), "/inspections");
}

static void groupings_agree_with_observations(void **state)
{
    (void)state;
    struct sums all = recount("");
    assert_int_equal(all.inspections, VISITS);
    for (int g = 0; g < 5; g++) {
        json_t *scores = GET(&world.desk, "/scores?group_by=%s", groups[g]), *s;
        struct sums total = {0};
        double before = -1;
        size_t i;
        agrees(at(scores, "total"), all);
        json_array_foreach(at(scores, "items"), i, s)
        {
            total.earned += number_at(s, "rate.earned");
            total.possible += number_at(s, "rate.possible");
            total.inspections += int_at(s, "inspections");
            total.not_met += int_at(s, "not_met");
            double percent = number_at(s, "rate.percent");
            assert_true(percent >= before); /* lowest first */
            before = percent;
        }
        agrees(at(scores, "total"), total);
    }
    for (int k = 0; k < WORLD_SITES; k++) {
        char filter[80];
        snprintf(filter, sizeof filter, "&site_id=%s", world.site[k]);
        agrees(at(GET(&world.desk, "/scores?group_by=site%s", filter), "total"), recount(filter));
    }
    agrees(at(GET(&world.desk, "/scores?group_by=category&area_code=990100002"), "total"),
           recount("&area_code=990100002"));
    agrees(at(GET(&world.desk, "/scores?group_by=site&category=SQ"), "total"),
           recount("&category=SQ"));
}

static void withdrawal_takes_back(void **state)
{
    (void)state;
    json_t *before = at(GET(&world.desk, "/scores?group_by=district"), "total");
    json_t *body = visit_body(world.site[1], "weekly");
    fail_one(body, world.site[1], 0);
    json_t *made = POST(&world.inspector, 201, body, "/inspections");
    json_t *between = at(GET(&world.desk, "/scores?group_by=district"), "total");
    expect_int(between, "inspections", int_at(before, "inspections") + 1);
    expect_int(between, "not_met", int_at(before, "not_met") + 1);
    POST(&world.inspector, 200, packed("{s:s,s:s}", "id", new_id(), "reason", "重复检查"),
         "/inspections/%s/withdraw", text_at(made, "id"));
    json_t *after = at(GET(&world.desk, "/scores?group_by=district"), "total");
    assert_true(near(number_at(after, "rate.earned"), number_at(before, "rate.earned")));
    assert_true(near(number_at(after, "rate.possible"), number_at(before, "rate.possible")));
    agrees(after, recount(""));
}

static void correction_replaces(void **state)
{
    (void)state;
    json_t *wrong = keep(visit_body(world.site[0], "weekly"));
    for (size_t k = 0; k < 3; k++)
        fail_one(wrong, world.site[0], k);
    POST(&world.inspector, 201, json_incref(wrong), "/inspections");
    json_t *before = at(GET(&world.desk, "/scores?group_by=district"), "total");
    json_t *right = visit_body(world.site[0], "weekly");
    json_object_set(right, "corrects_id", json_object_get(wrong, "id"));
    POST(&world.inspector, 201, right, "/inspections");
    json_t *after = at(GET(&world.desk, "/scores?group_by=district"), "total");
    expect_int(after, "inspections", int_at(before, "inspections"));
    expect_int(after, "not_met", int_at(before, "not_met") - 3);
    agrees(after, recount(""));
}

static void periods_are_by_visit(void **state)
{
    (void)state;
    json_t *body = visit_body_at(world.site[3], "weekly", now_ms() - 20LL * 86400000);
    POST(&world.inspector, 201, body, "/inspections");
    char from[40], to[40];
    struct tm tm;
    time_t a = (time_t)(now_ms() / 1000) - 21 * 86400, b = a + 2 * 86400;
    strftime(from, sizeof from, "%Y-%m-%d", gmtime_r(&a, &tm));
    strftime(to, sizeof to, "%Y-%m-%d", gmtime_r(&b, &tm));
    json_t *then = GET(&world.desk, "/scores?group_by=site&from=%s&to=%s", from, to);
    expect_int(then, "total.inspections", 1);
    expect_text(then, "items.0.key", world.site[3]);
    api_fault(&world.desk, 400, NULL, "GET", NULL, "/scores?group_by=site&from=someday");
    api_fault(&world.desk, 400, NULL, "GET", NULL, "/scores?group_by=colour");
}

static void who_sees_scores(void **state)
{
    (void)state;
    json_t *mine = GET(&world.contact, "/scores?group_by=unit");
    expect_count(mine, "items", 1);
    expect_text(mine, "items.0.key", world.unit);
    expect_count(GET(&world.rival, "/scores?group_by=site"), "items", 1);
    /* inspectors see no totals: what they give next must not follow what was given before */
    api_fault(&world.inspector, 403, NULL, "GET", NULL, "/scores?group_by=unit");
    api_fault(&world.grid, 403, NULL, "GET", NULL, "/scores?group_by=unit");
    json_t *leader = GET(&world.leader, "/scores?group_by=town"), *t;
    size_t i;
    json_array_foreach(at(leader, "items"), i, t) expect_text(t, "key", "990100001");
    assert_int_equal(i, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_over_nothing),
        CASE(visits),
        CASE(groupings_agree_with_observations),
        CASE(withdrawal_takes_back),
        CASE(correction_replaces),
        CASE(periods_are_by_visit),
        CASE(who_sees_scores),
    };
    return SUITE(tests);
}
