/*
 * evidence_suite.c - an old photograph altered and offered as proof is shown to the re-checker with where it comes
 * from; so are the wrong time and the wrong place; people decide; and from a covert round nothing shows until it is
 * published.
 */
#include "world.h"

#include <math.h>
#include <time.h>

enum { W = 400, H = 300, BLOBS = 150, PATIENCE_MS = 20000 };

static struct account judge; /* an inspector who re-checks and strikes: no member of the office */

/* ---- pictures ---- */

struct pixels {
    unsigned char rgb[W * H * 3];
    unsigned w, h;
};

/* Soft spots of random size and grey: as much to hold on to as a photograph has. */
static void paint(struct pixels *p, unsigned seed)
{
    static float v[H][W];
    uint32_t s = seed * 2654435761u;
    p->w = W;
    p->h = H;
    for (int i = 0; i < W * H; i++)
        v[i / W][i % W] = 128;
    for (int i = 0; i < BLOBS; i++) {
        int n[5];
        for (int k = 0; k < 5; k++) {
            s = s * 1664525u + 1013904223u;
            n[k] = (int)(s >> 10);
        }
        int cx = n[0] % W, cy = n[1] % H, r = 4 + n[2] % 22;
        for (int y = cy - 2 * r; y < cy + 2 * r; y++)
            for (int x = cx - 2 * r; x < cx + 2 * r; x++)
                if (x >= 0 && y >= 0 && x < W && y < H) {
                    float dx = (float)(x - cx), dy = (float)(y - cy) + dx * ((float)(n[4] % 100) / 50 - 1);
                    v[y][x] += (float)(n[3] % 160 - 80) * expf(-(dx * dx + dy * dy) / (float)(r * r));
                }
    }
    for (int i = 0; i < W * H * 3; i++)
        p->rgb[i] = (unsigned char)fminf(fmaxf(v[i / 3 / W][i / 3 % W], 0), 255);
}

/* Left and right exchanged, a fifth cut off, brighter and redder. */
static void disguise(const struct pixels *from, struct pixels *to)
{
    to->w = W * 8 / 10;
    to->h = H * 8 / 10;
    for (unsigned y = 0; y < to->h; y++)
        for (unsigned x = 0; x < to->w; x++)
            for (unsigned c = 0; c < 3; c++) {
                int v = from->rgb[((y + 20) * W + (W - 1 - x - 30)) * 3 + c] * 11 / 10 + (c == 0 ? 12 : 4);
                to->rgb[(y * to->w + x) * 3 + c] = (unsigned char)(v > 255 ? 255 : v);
            }
}

static void upload(const struct account *who, const struct pixels *p, char sha[SHA_BYTES])
{
    size_t n;
    char *png = pixels_png(p->rgb, p->w, p->h, &n);
    sha_text(png, n, sha);
    api_bytes(png, n, "image/png");
    api(who, 201, "PUT", NULL, "/photos/%s", sha);
    free(png);
}

static void upload_painting(const struct account *who, unsigned seed, char sha[SHA_BYTES])
{
    static struct pixels p;
    paint(&p, seed);
    upload(who, &p, sha);
}

static void upload_disguised(const struct account *who, unsigned seed, char sha[SHA_BYTES])
{
    static struct pixels p, q;
    paint(&p, seed);
    disguise(&p, &q);
    upload(who, &q, sha);
}

/* ---- problems ---- */

static void accept_at(const char *problem, const char *unit, const struct account *contact)
{
    dispatch(problem, unit);
    act(contact, 200, problem, "accept", NULL);
}

static void rectify(const struct account *contact, const char *problem, const char *sha)
{
    act(contact, 200, problem, "rectify", packed("{s:s,s:[s]}", "note", "已清理", "photos", sha));
}

/* A problem of unit, mended with this photograph. */
static const char *mended(const char *site, const char *sha)
{
    const char *id = raise_problem(&world.inspector, site, "patrol");
    accept_at(id, world.unit, &world.contact);
    rectify(&world.contact, id, sha);
    return id;
}

static json_t *doubts(const struct account *who, const char *problem)
{
    return GET(who, "/problems/%s/doubts", problem);
}

static json_t *doubt_of(json_t *all, const char *kind)
{
    size_t i;
    json_t *d;
    json_array_foreach(at(all, "items"), i, d) if (strcmp(text_at(d, "kind"), kind) == 0) return d;
    return NULL;
}

static void sleep_a_little(void)
{
    nanosleep(&(struct timespec){0, 50000000}, NULL);
}

/* The index is filled in the background: asks until there is one of this kind. */
static json_t *wait_for(const struct account *who, const char *problem, const char *kind)
{
    for (int64_t until = now_ms() + PATIENCE_MS; now_ms() < until; sleep_a_little()) {
        json_t *all = doubts(who, problem), *d = doubt_of(all, kind);
        if (d && strcmp(text_at(all, "search"), "ready") == 0)
            return d;
    }
    fail_msg("no doubt of the kind %s", kind);
    return NULL;
}

/* ---- the cases ---- */

static char old_sha[SHA_BYTES], old_problem[ID_BYTES], new_problem[ID_BYTES];

static void altered_proof_is_shown_with_its_origin(void **state)
{
    char sha[SHA_BYTES];
    (void)state;
    upload_painting(&world.contact, 1, old_sha);
    snprintf(old_problem, sizeof old_problem, "%s", mended(world.site[0], old_sha));
    expect_count(doubts(&world.checker, old_problem), "items", 0);
    upload_disguised(&world.colleague, 1, sha);
    snprintf(new_problem, sizeof new_problem, "%s", mended(world.site[2], sha));

    json_t *d = wait_for(&world.checker, new_problem, "looks_like");
    expect_text(d, "state", "open");
    expect_text(d, "sha256", sha);
    expect_text(d, "role", "after");
    expect_text(d, "source.kind", "problem");
    expect_text(d, "source.problem_id", old_problem);
    expect_text(d, "source.sha256", old_sha);
    expect_text(d, "source.site.id", world.site[0]);
    expect_text(d, "source.problem_number", text_at(GET(&world.desk, "/problems/%s", old_problem), "number"));
    expect_text(d, "source.role", "after");
    expect_true(d, "source.same_problem", false);
    assert_true(has_text(at(d, "match.kinds"), "mirrored") && has_text(at(d, "match.kinds"), "cropped"));
    assert_true(number_at(d, "match.likeness") > 0.8);
    assert_true(number_at(d, "match.part_of_photo") > 0.95 && number_at(d, "match.part_of_source") < 0.75);
    expect_count(doubts(&world.checker, new_problem), "items", 1);
    /* The earlier one is no doubt because of the later; both pictures can be looked at side by side. */
    expect_count(doubts(&world.checker, old_problem), "items", 0);
    GET(&world.checker, "/photos/%s/display", old_sha);
}

static void who_may_see_doubts(void **state)
{
    (void)state;
    expect_count(doubts(&judge, new_problem), "items", 1);
    expect_count(doubts(&world.desk, new_problem), "items", 1);
    const struct account *others[] = {&world.contact, &world.colleague, &world.rival, &world.grid, &world.leader,
                                      &world.second, &world.commander, &world.auditor};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        api_fault(others[i], 403, "not_allowed", "GET", NULL, "/problems/%s/doubts", new_problem);
    api_fault(&world.checker, 404, "problem_not_found", "GET", NULL, "/problems/%s/doubts", new_id());
}

static void the_very_photograph_again(void **state)
{
    (void)state;
    const char *again = mended(world.site[3], old_sha);
    json_t *d = doubt_of(doubts(&world.checker, again), "same_photo");
    assert_non_null(d);
    expect_text(d, "source.problem_id", old_problem);
    expect_null(d, "match");
    /* Returned and offered once more: the step before is the source. */
    act(&world.checker, 200, again, "return", packed("{s:s}", "note", "未整改到位"));
    rectify(&world.contact, again, old_sha);
    size_t i, own = 0;
    json_array_foreach(at(doubts(&world.checker, again), "items"), i, d) own +=
        json_is_true(at(d, "source.same_problem"));
    assert_int_equal(own, 1);
}

static void the_finding_offered_as_mended(void **state)
{
    char sha[SHA_BYTES];
    const char *id = new_id();
    (void)state;
    upload_painting(&world.inspector, 2, sha);
    json_t *body = visit_body(world.site[0], "patrol");
    json_t *o = fail_one(body, world.site[0], 0);
    json_object_set_new(o, "photos", packed("[s]", sha));
    json_object_set_new(o, "problem", packed("{s:s,s:s}", "id", id, "description", "乱堆放"));
    const char *visit = text_at(POST(&world.inspector, 201, body, "/inspections"), "id");
    expect_count(doubts(&world.checker, id), "items", 0); /* the visit's photograph begins the case */
    expect_count(GET(&world.checker, "/inspections/%s/doubts", visit), "items", 0);
    accept_at(id, world.unit, &world.contact);
    rectify(&world.contact, id, sha);
    json_t *d = doubt_of(doubts(&world.checker, id), "same_photo");
    assert_non_null(d);
    expect_text(d, "role", "after");
}

static void time_and_place(void **state)
{
    NEEDS_SHARED("5_photos/ok_exif/exifsamples_gps_DSCN0012.jpg");
    char sha[SHA_BYTES];
    size_t n;
    (void)state;
    char *p = file_read(shared_path("5_photos/ok_exif/exifsamples_gps_DSCN0012.jpg"), &n);
    sha_text(p, n, sha);
    api_bytes(p, n, "image/jpeg");
    api(&world.contact, 201, "PUT", NULL, "/photos/%s", sha);
    free(p);
    const char *id = mended(world.site[2], sha);
    json_t *all = doubts(&world.checker, id);
    assert_true(int_at(doubt_of(all, "taken_before_report"), "difference_s") > (json_int_t)10 * 365 * 86400);
    assert_non_null(doubt_of(all, "taken_long_before_arrival"));
    assert_true(int_at(doubt_of(all, "far_from_site"), "distance_m") > 5000000);
    expect_count(all, "items", 3);
    expect_text(all, "photos.0.sha256", sha);
    assert_true(strncmp(text_at(all, "photos.0.taken_at"), "2008-", 5) == 0);
    expect_int(all, "cameras.0.photos", 1);
    /* No EXIF at all is shown as such, and no doubt by itself. */
    all = doubts(&world.checker, old_problem);
    expect_null(all, "photos.0.taken_at");
    expect_null(all, "photos.0.camera");
    expect_count(all, "cameras", 0);
}

static size_t steps(const char *problem, const char *event)
{
    size_t i, n = 0;
    json_t *e;
    json_array_foreach(at(GET(&world.desk, "/problems/%s", problem), "timeline"), i, e) n +=
        strcmp(text_at(e, "event"), event) == 0;
    return n;
}

static void people_decide(void **state)
{
    const char *doubt = text_at(wait_for(&world.checker, new_problem, "looks_like"), "id"), *id = new_id();
    char path[120];
    (void)state;
    snprintf(path, sizeof path, "/problems/%s/doubts/%s/decisions", new_problem, doubt);
    expect_field(api_fault(&world.checker, 422, "invalid_content", "POST",
                           packed("{s:s,s:s}", "id", new_id(), "decision", "cleared"), "%s", path),
                 "/note", "required");
    api_fault(&world.desk, 403, "not_allowed", "POST", packed("{s:s,s:s}", "id", new_id(), "decision", "confirmed"), "%s",
              path);
    api_fault(&world.contact, 403, "not_allowed", "POST", packed("{s:s,s:s}", "id", new_id(), "decision", "confirmed"),
              "%s", path);
    api_fault(&world.checker, 404, "doubt_not_found", "POST",
              packed("{s:s,s:s}", "id", new_id(), "decision", "confirmed"), "/problems/%s/doubts/%s/decisions", new_problem,
              new_id());
    for (int turn = 0; turn < 2; turn++) {
        json_t *body = packed("{s:s,s:s,s:s}", "id", id, "decision", "cleared", "note", "同一处不同时间");
        expect_count(POST(&world.checker, turn ? 200 : 201, body, "%s", path), "decisions", 1);
    }
    expect_text(doubt_of(doubts(&judge, new_problem), "looks_like"), "state", "cleared");
    assert_int_equal(steps(new_problem, "doubt_cleared"), 1);
    POST(&judge, 201, packed("{s:s,s:s}", "id", new_id(), "decision", "confirmed"), "%s", path);
    json_t *d = doubt_of(doubts(&world.checker, new_problem), "looks_like");
    expect_text(d, "state", "confirmed");
    expect_count(d, "decisions", 2);
    expect_text(d, "decisions.0.note", "同一处不同时间");
    assert_int_equal(steps(new_problem, "doubt_confirmed"), 1);
    /* Nothing is decided by it: the case stands where it stood. */
    expect_text(GET(&world.desk, "/problems/%s", new_problem), "state", "rectified");
}

/* ---- covert ---- */

static json_t *round_step(const char *round, const char *what, json_t *more)
{
    json_t *body = packed("{s:s}", "id", new_id());
    json_object_update(body, more);
    json_decref(more);
    return POST(&world.desk, 200, body, "/rounds/%s/%s", round, what);
}

static const char *day_text(int64_t ms)
{
    static char turns[4][11];
    static unsigned turn;
    char *out = turns[turn++ % 4];
    snprintf(out, sizeof turns[0], "%.10s", time_text(ms));
    return out;
}

static void start_covert_round(const char *round)
{
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s,s:s}", "id", round, "kind", "weekly", "title", "周暗访", "basis", "年度督查计划",
                "starts_on", day_text(now_ms()), "ends_on", day_text(now_ms() + (int64_t)2 * 86400000)),
         "/rounds");
    round_step(round, "select", packed("{s:[s]}", "site_ids", world.site[1]));
    round_step(round, "people", packed("{s:[s]}", "person_ids", world.inspector.person));
    round_step(round, "assign",
               packed("{s:{s:[{s:s}],s:[s]}}", "spread", "pairs", "inspector_id", world.inspector.person, "days",
                      day_text(now_ms())));
    round_step(round, "start", json_object());
}

static void from_a_covert_round_nothing_shows(void **state)
{
    char covert_sha[SHA_BYTES], sha[SHA_BYTES];
    const char *round = new_id(), *held = new_id();
    (void)state;
    start_covert_round(round);
    upload_painting(&world.inspector, 3, covert_sha);
    json_t *body = visit_body(world.site[1], "weekly");
    json_t *o = fail_one(body, world.site[1], 0);
    json_object_set_new(body, "round_id", json_string(round));
    json_object_set_new(o, "photos", packed("[s]", covert_sha));
    json_object_set_new(o, "problem", packed("{s:s,s:s}", "id", held, "description", "垃圾满溢"));
    POST(&world.inspector, 201, body, "/inspections");

    upload_disguised(&world.colleague, 3, sha);
    const char *altered = mended(world.site[2], sha);
    /* The office, which sent the round out, sees it at once; so the index knows both by now. */
    json_t *d = wait_for(&world.checker, altered, "looks_like");
    expect_text(d, "source.sha256", covert_sha);
    json_t *all = doubts(&judge, altered);
    assert_null(doubt_of(all, "looks_like"));
    assert_null(strstr(api_last()->body, covert_sha));
    api_fault(&judge, 404, "problem_not_found", "GET", NULL, "/problems/%s/doubts", held);

    /* Published, the problem may be read, and with it the source. */
    POST(&world.desk, 200, packed("{s:s}", "id", new_id()), "/rounds/%s/close", round);
    POST(&world.desk, 200, packed("{s:s}", "id", new_id()), "/rounds/%s/publish", round);
    d = doubt_of(doubts(&judge, altered), "looks_like");
    assert_non_null(d);
    expect_text(d, "source.problem_id", held);
}

/* A restart reads the index anew and says so meanwhile. */
static void after_a_restart(void **state)
{
    (void)state;
    server_stop(&world.server);
    server_start(&world.server);
    api_aim(world.server.port);
    json_t *first = doubts(&world.checker, new_problem);
    assert_true(strcmp(text_at(first, "search"), "loading") == 0 || strcmp(text_at(first, "search"), "ready") == 0);
    expect_text(wait_for(&world.checker, new_problem, "looks_like"), "source.sha256", old_sha);
}

static int open_suite(void **state)
{
    static const char *const roles[] = {"inspector", "recheck", "strike", NULL};
    if (world_open(state) != 0)
        return 1;
    world_person(&judge, "judge", world.office_unit, roles, NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(altered_proof_is_shown_with_its_origin),
        CASE(who_may_see_doubts),
        CASE(the_very_photograph_again),
        CASE(the_finding_offered_as_mended),
        CASE(time_and_place),
        CASE(people_decide),
        CASE(from_a_covert_round_nothing_shows),
        CASE(after_a_restart),
    };
    return cmocka_run_group_tests_name(SUITE_NAME, tests, open_suite, world_close);
}
