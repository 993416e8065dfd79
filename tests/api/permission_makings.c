/* permission_makings.c - see permission_makings.h. */
#include "permission_makings.h"

#include "base/civil.h"

enum { NAMES_MAX = 80, NAME_BYTES = 32 };

struct more_people more_people;
static struct {
    char name[NAME_BYTES], id[RELATIONS][SHA_BYTES];
} made[NAMES_MAX];
static size_t nmade;
static unsigned pictures = 71000;

const char *made_called(const char *name, size_t n, enum relation r)
{
    for (size_t i = 0; i < nmade; i++)
        if (strlen(made[i].name) == n && memcmp(made[i].name, name, n) == 0)
            return made[i].id[r][0] ? made[i].id[r] : made[i].id[OWN];
    return NULL;
}

static void put(const char *name, enum relation r, const char *id)
{
    size_t i = 0;
    while (i < nmade && strcmp(made[i].name, name) != 0)
        i++;
    assert_true(i < NAMES_MAX && strlen(name) < NAME_BYTES);
    nmade += i == nmade;
    snprintf(made[i].name, NAME_BYTES, "%s", name);
    snprintf(made[i].id[r], SHA_BYTES, "%s", id);
}

static const char *get(const char *name, enum relation r)
{
    return made_called(name, strlen(name), r);
}

/* Sends `body` and puts its id down under `name`. */
static void make(const char *name, enum relation r, const struct account *who, const char *path, json_t *body)
{
    put(name, r, text_at(body, "id"));
    POST(who, 201, body, "%s", path);
}

/* One's own, and another's: unit, place, who recorded it, who mends it. */
static const struct side {
    enum relation r;
    const char *unit, *site, *village;
    const struct account *inspector, *contact;
} *side_of(enum relation r)
{
    static struct side sides[2];
    sides[OWN] = (struct side){OWN, world.unit, world.site[0], world.village[0], &world.inspector, &world.contact};
    sides[OTHER] = (struct side){OTHER, world.rival_unit, get("site", OTHER), world.village[2], &world.second, &world.rival};
    return &sides[r];
}

static const char *day_text(int64_t ms)
{
    static char turns[4][16];
    static unsigned turn;
    char *out = turns[turn++ % 4];
    struct civil c = civil_from_ms(ms, ZONE_SHANGHAI_MIN);
    snprintf(out, 16, "%04d-%02d-%02d", c.year % 10000, c.month % 100, c.day % 100);
    return out;
}

/* ---- people, places ---- */

static void make_people(void)
{
    static const char *const plain[] = {"office", NULL}, *const judge[] = {"inspector", "recheck", "strike", NULL},
                             *const station[] = {"station_manager", NULL}, *const none[] = {NULL};
    world_person(&more_people.plain, "plain", world.office_unit, plain, NULL);
    world_person(&more_people.judge, "judge", world.office_unit, judge, NULL);
    world_person(&more_people.station, "station2", world.unit, station, NULL);
    world_person(&more_people.spare, "spare", world.unit, none, NULL);
    put("spare", OWN, more_people.spare.person);
    put("person", OWN, world.colleague.person);
    put("person", OTHER, world.rival.person);
    make("grant", OWN, &world.security, "/roles",
         packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "person_id", more_people.spare.person, "role", "grid_worker", "area_code",
                "990100001"));
    make("duty", OWN, &world.desk, "/duties",
         packed("{s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "kind", "leader", "person_id", world.leader.person, "place_kind",
                "area", "place_id", world.town[0]));
    make("channel", OWN, &world.admin, "/notice-channels",
         packed("{s:s,s:s,s:s,s:s,s:{},s:s,s:s,s:[s],s:b}", "id", new_id(), "kind", "dingtalk", "target", "group", "name",
                "指挥部群", "settings", "secret", "token", "sign", "SEC1", "rules", "urge", "enabled", 0));
}

/* People can be reached, though nobody listens there: links to answer by are made for the reachable alone. */
static void make_gateway(void)
{
    POST(&world.admin, 201,
         packed("{s:s,s:s,s:s,s:s,s:{s:s,s:s},s:s}", "id", new_id(), "kind", "sms", "target", "people", "name", "短信网关",
                "settings", "url", "http://127.0.0.1:9/send", "login", "wenming", "secret", "gateway-key"),
         "/notice-channels");
}

static void make_places(void)
{
    put("unit", OWN, world.unit);
    put("unit", OTHER, world.rival_unit);
    put("area", OWN, world.town[0]);
    put("area", OTHER, world.town[1]);
    put("village", OWN, world.village[0]);
    put("village", OTHER, world.village[2]);
    put("site", OWN, world.site[0]);
    put("site", OTHER, make_site("P-0001", "SQ", world.village[2], world.rival_unit));
    put("site3", OWN, make_site("P-0002", "SQ", world.village[0], world.unit));
    put("version", OWN, text_at(at(GET(&world.desk, "/standards"), "items.0"), "versions.0.id"));
    put("criterion", OWN, text_at(criteria_of(world.site[0]), "0.id"));
}

static void make_of_place(const struct side *s)
{
    static const char *const plans[] = {"plan", "plan2"}, *const shops[] = {"shop", "shop2"};
    const struct account *desk = &world.desk;
    for (size_t i = 0; i < 2; i++) {
        const char *site = i == 0 ? s->site : make_site(new_id() + 20, "SQ", s->village, s->unit);
        make(plans[i], s->r, desk, "/site-plans",
             packed("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "site_id", site, "gap", "缺无障碍卫生间", "measures",
                    "改造一间", "acceptance", "可独立使用", "owner_unit_id", s->unit, "due", "2030-01-31"));
        make(shops[i], s->r, desk, "/frontages",
             packed("{s:s,s:s,s:s,s:s,s:s,s:{s:s,s:s}}", "id", new_id(), "code", new_id() + 20, "name", "老王面馆", "area_id",
                    s->village, "site_id", s->site, "keeper", "name", "王建国", "phone", "13800138009"));
    }
    make("asset", s->r, desk, "/assets",
         packed("{s:s,s:s,s:s,s:s,s:s}", "id", new_id(), "site_id", s->site, "kind", "bin", "name", "果皮箱", "condition", "good"));
    POST(s->inspector, 201,
         packed("{s:s,s:[{s:s,s:b,s:s,s:[s]}]}", "id", new_id(), "items", "code", "hygiene", "met", 0, "note", "门前有油污",
                "photos", upload_picture(s->inspector, ++pictures)),
         "/frontages/%s/checks", get("shop", s->r));
    put("finding", s->r,
        text_at(GET(desk, "/frontage-findings?frontage_id=%s", get("shop", s->r)), "items.0.id"));
    make("works", s->r, desk, "/works",
         packed("{s:s,s:s,s:s,s:s,s:s,s:i,s:s}", "id", new_id(), "title", "老旧小区改造", "kind", "compound", "site_id",
                s->site, "lead_unit_id", s->unit, "plan_fen", 1200000, "end_at", time_text(now_ms() + 90LL * DAY_MS)));
    make("entry", s->r, s->contact, "/self-checks",
         packed("{s:s,s:s,s:s}", "id", new_id(), "site_id", s->site, "description", "楼道堆物"));
}

static void make_rules(void)
{
    const struct account *desk = &world.desk;
    make("edition", OWN, desk, "/editions",
         packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "title", "文明健康", "label", "2026年版", "content", "讲文明、树新风"));
    make("matrix_row", OWN, desk, "/matrix-rows",
         packed("{s:s,s:s,s:s,s:s}", "id", new_id(), "lead_role", "subject", "category_code", "XQ", "area_code", "990100"));
    make("lookback_rule", OWN, desk, "/lookback-rules",
         packed("{s:s,s:s,s:s,s:i,s:i}", "id", new_id(), "name", "重点问题必回头", "severity", "key", "days_after", 10,
                "span_days", 5));
    make("consequence_rule", OWN, desk, "/consequence-rules",
         packed("{s:s,s:s,s:s,s:s,s:i,s:[s]}", "id", new_id(), "name", "退回两次催办", "cause", "sent_back", "step", "urge",
                "count_min", 2, "recipients", "leaders"));
    make("limit_rule", OWN, desk, "/limit-rules",
         packed("{s:s,s:s,s:s,s:{s:s,s:i}}", "id", new_id(), "name", "某类限期", "category_code", "ZG", "limit", "kind",
                "working_days", "amount", 3));
    make("period", OWN, &world.commander, "/periods",
         packed("{s:s,s:s,s:i}", "id", new_id(), "kind", "year", "year", 2024));
}

/* One of what units have closed by themselves. */
static void make_sample(void)
{
    const char *id = new_id();
    POST(&world.contact, 201, packed("{s:s,s:s,s:s}", "id", id, "site_id", world.site[0], "description", "绿地缺株"),
         "/self-checks");
    POST(&world.contact, 200, packed("{s:s,s:[s]}", "id", new_id(), "photos", upload_picture(&world.contact, ++pictures)),
         "/self-checks/%s/close", id);
    make("sample", OWN, &world.desk, "/self-check-samples",
         packed("{s:s,s:s,s:s,s:i}", "id", new_id(), "from", time_text(now_ms() - DAY_MS), "to",
                time_text(now_ms() + MINUTE_MS), "take", 1));
}

/* ---- cases ---- */

struct found {
    char visit[ID_BYTES], problem[ID_BYTES], photo[SHA_BYTES];
};

static struct found find_at(const struct account *who, const char *site, const char *round)
{
    struct found f;
    json_t *body = visit_body(site, round ? "weekly" : "patrol"), *o = fail_one(body, site, 0);
    snprintf(f.visit, sizeof f.visit, "%s", text_at(body, "id"));
    snprintf(f.problem, sizeof f.problem, "%s", new_id());
    snprintf(f.photo, sizeof f.photo, "%s", upload_picture(who, ++pictures));
    if (round)
        json_object_set_new(body, "round_id", json_string(round));
    json_object_set_new(o, "photos", packed("[s]", f.photo));
    json_object_set_new(o, "problem", packed("{s:s,s:s}", "id", f.problem, "description", "门前有垃圾未清理"));
    POST(who, 201, body, "/inspections");
    return f;
}

static void put_found(enum relation r, const struct found *f)
{
    put("visit", r, f->visit);
    put("problem", r, f->problem);
    put("photo", r, f->photo);
}

/* A case its unit has signed for. */
static struct found accepted(const struct side *s)
{
    struct found f = find_at(s->inspector, s->site, NULL);
    dispatch(f.problem, s->unit);
    act(s->contact, 200, f.problem, "accept", NULL);
    return f;
}

static void mend(const struct side *s, const char *problem, const char *photo)
{
    act(s->contact, 200, problem, "rectify", packed("{s:s,s:[s]}", "note", "已清理", "photos", photo));
}

static void make_of_case(const struct side *s)
{
    const char *id = new_id();
    struct found f = accepted(s);
    put_found(s->r, &f);
    json_t *staged = visit_body(s->site, "patrol");
    json_object_set_new(staged, "complete", json_false());
    json_object_set_new(staged, "observations", json_array());
    make("staged", s->r, s->inspector, "/inspections", staged);

    f = accepted(s);
    put("asked", s->r, f.problem);
    put("asked.rid", s->r, id);
    POST(s->contact, 201, packed("{s:s,s:s,s:s}", "id", id, "kind", "extension", "note", "材料未到"), "/problems/%s/requests",
         f.problem);

    f = accepted(s);
    mend(s, f.problem, f.photo);
    put("doubted", s->r, f.problem);
    put("doubted.doubt_id", s->r, text_at(GET(&world.checker, "/problems/%s/doubts", f.problem), "items.0.id"));

    json_t *again = visit_body(s->site, "patrol");
    json_object_set_new(fail_one(again, s->site, 0), "photos", packed("[s]", f.photo));
    make("doubted_visit", s->r, s->inspector, "/inspections", again);
    put("doubted_visit.doubt_id", s->r,
        text_at(GET(&world.checker, "/inspections/%s/doubts", get("doubted_visit", s->r)), "items.0.id"));

    f = accepted(s);
    make("contest", s->r, s->contact, "/contests",
         packed("{s:s,s:s,s:s}", "id", new_id(), "problem_id", f.problem, "reason", "不属检查范围"));

    f = accepted(s);
    mend(s, f.problem, upload_picture(s->contact, ++pictures));
    act(&world.checker, 200, f.problem, "strike_off", NULL);
    make("lookback", s->r, &world.desk, "/lookbacks",
         packed("{s:s,s:s,s:s,s:[s]}", "id", new_id(), "problem_id", f.problem, "due_at", time_text(now_ms() + DAY_MS), "people",
                s->inspector->person));
}

static void make_below(const struct side *s)
{
    const char *sub = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s}", "id", sub, "code", new_id() + 20, "name", "一中队", "kind", "department", "parent_id",
                s->unit),
         "/units");
    struct found f = accepted(s);
    json_t *level = POST(s->contact, 201, packed("{s:s,s:s,s:s}", "id", new_id(), "to_unit_id", sub, "note", "请办理"),
                         "/problems/%s/levels", f.problem);
    put("level", s->r, text_at(level, "id"));

    f = find_at(s->inspector, s->site, NULL);
    POST(&world.desk, 200, packed("{s:s,s:s}", "id", new_id(), "kind", "illegal_structure"), "/problems/%s/kind", f.problem);
    dispatch(f.problem, s->unit);
    act(s->contact, 200, f.problem, "accept", NULL);
    POST(s->contact, 200, packed("{s:s,s:s,s:s}", "id", new_id(), "action", "begin", "stage", "persuade"),
         "/problems/%s/stages", f.problem);
    json_t *done = POST(s->contact, 200,
                        packed("{s:s,s:s,s:s,s:[{s:s,s:i}]}", "id", new_id(), "action", "finish", "stage", "persuade", "outputs",
                               "code", "persuaded", "amount", 3),
                        "/problems/%s/stages", f.problem);
    put("walked", s->r, f.problem);
    put("output", s->r, text_at(done, "outputs.0.id"));
}

static void make_from_above(const struct side *s)
{
    const char *problem = new_id(), *report = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:[s],s:{s:s,s:s,s:s,s:s}}", "id", problem, "site_id", s->site, "description", "乱停放", "photos",
                upload_picture(&world.desk, ++pictures), "superior", "name", "市文明办", "number", "市文明办〔2026〕18号",
                "received_at", time_text(now_ms() - DAY_MS), "due_at", time_text(now_ms() + 9LL * DAY_MS)),
         "/superior-problems");
    dispatch(problem, s->unit);
    put("report", s->r, report);
    POST(&world.desk, 201, packed("{s:s}", "id", report), "/problems/%s/reports", problem);
}

static void make_from_case(const struct side *s)
{
    struct found f = accepted(s);
    make("urged", s->r, &world.desk, "/consequences",
         packed("{s:s,s:s,s:s,s:s,s:i}", "id", new_id(), "problem_id", f.problem, "step", "urge", "why", "逾期未整改",
                "reply_days", 3));
    f = accepted(s);
    make("proposed", s->r, &world.desk, "/consequences",
         packed("{s:s,s:s,s:s,s:s,s:i,s:b}", "id", new_id(), "problem_id", f.problem, "step", "supervise", "why", "逾期未整改",
                "reply_days", 3, "skip", 1));
    make("alike", s->r, &world.desk, "/alike",
         packed("{s:s,s:s,s:s,s:s,s:[s]}", "id", new_id(), "problem_id", f.problem, "work_standard", "门前无垃圾", "due_at",
                time_text(now_ms() + 5LL * DAY_MS), "unit_ids", s->unit));
    put("task", s->r, text_at(GET(&world.desk, "/alike-tasks?alike_id=%s", get("alike", s->r)), "items.0.id"));
    json_t *links = POST(&world.desk, 201, packed("{s:s,s:s,s:i}", "id", new_id(), "person_id", s->contact->person, "hours", 24),
                         "/problems/%s/reply-links", get("problem", s->r));
    put("problem.link_id", s->r, text_at(links, "items.0.id"));
}

static void make_imported(enum relation r, const char *number, const char *unit)
{
    char list[400];
    snprintf(list, sizeof list,
             "案卷号,办理状态,上报时间,截止时间,结案时间,处置单位,问题描述,地点\n"
             "%s,已结案,2025-03-01 09:00,2025-03-03 09:00,2025-03-02 18:00,%s,垃圾满溢,东街1号\n",
             number, unit);
    api_bytes(list, strlen(list), "text/csv");
    api(&world.desk, 200, "POST", NULL, "/imports?kind=problems&mode=all_or_nothing");
    put("imported", r, text_at(GET(&world.desk, "/problems?q=%s", number), "items.0.id"));
}

/* ---- rounds ---- */

static void round_step(const char *round, const char *what, json_t *more)
{
    json_t *body = packed("{s:s}", "id", new_id());
    json_object_update(body, more);
    json_decref(more);
    POST(&world.desk, 200, body, "/rounds/%s/%s", round, what);
}

static void run_round(enum relation r, const char *kind, const char *site, const struct account *inspector)
{
    bool covert = r >= HELD;
    make("round", r, &world.desk, "/rounds",
         packed("{s:s,s:s,s:b,s:s,s:s,s:s,s:s}", "id", new_id(), "kind", kind, "covert", covert, "title", "督查", "basis",
                "年度督查计划", "starts_on", day_text(now_ms()), "ends_on", day_text(now_ms() + 2LL * DAY_MS)));
    const char *round = get("round", r);
    round_step(round, "select", packed("{s:[s]}", "site_ids", site));
    round_step(round, "people", packed("{s:[s]}", "person_ids", inspector->person));
    round_step(round, "assign",
               packed("{s:{s:[{s:s}],s:[s]}}", "spread", "pairs", "inspector_id", inspector->person, "days", day_text(now_ms())));
    round_step(round, "start", json_object());
    put("round.site_id", r, site);
    if (!covert)
        return;
    struct found f = find_at(inspector, site, round);
    put_found(r, &f);
    if (r == HELD)
        return;
    round_step(round, "close", json_object());
    round_step(round, "publish", json_object());
    dispatch(f.problem, world.unit);
    act(&world.contact, 200, f.problem, "accept", NULL);
}

void permission_makings(void)
{
    make_people();
    make_gateway();
    make_places();
    make_rules();
    make_sample();
    for (enum relation r = OWN; r <= OTHER; r++) {
        const struct side *s = side_of(r);
        make_of_place(s);
        make_of_case(s);
        make_below(s);
        make_from_above(s);
        make_from_case(s);
        run_round(r, "dragnet", s->site, s->inspector);
    }
    make_imported(OWN, "OLD-1", "城市管理局");
    make_imported(OTHER, "OLD-2", "住房和建设局");
    run_round(HELD, "weekly", world.site[0], &world.inspector);
    run_round(PUBLISHED, "weekly", make_site("P-0003", "SQ", world.village[0], world.unit), &world.inspector);
}
