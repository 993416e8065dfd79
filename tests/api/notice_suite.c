/*
 * notice_suite.c - who is told of a step, what each person chose, channels and their secrets, a short message that
 * arrives, and a case answered from a phone by a link.
 */
#include "world.h"

#include "notify/peer_double.h"

enum { PATIENCE_MS = 15000, FORM_BYTES = 512 * 1024 };

static struct peer *gateway;

/* ---- helpers ---- */

static void nap(void)
{
    usleep(50 * 1000);
}

/* The newest notice of `who` under `rule`; waits for it. */
static json_t *notice_of(const struct account *who, const char *rule)
{
    for (int64_t until = now_ms() + PATIENCE_MS; now_ms() < until; nap()) {
        json_t *list = GET(who, "/notices?limit=100"), *n;
        size_t i;
        json_array_foreach(at(list, "items"), i, n)
            if (strcmp(text_at(n, "rule"), rule) == 0)
                return n;
    }
    fail_msg("no notice \"%s\" for %s", rule, who->login);
    return NULL;
}

/* The n-th message at the gateway; waits for it. */
static const char *message(size_t n)
{
    for (int64_t until = now_ms() + PATIENCE_MS; now_ms() < until && peer_count(gateway) <= n; nap())
        ;
    if (peer_count(gateway) <= n)
        fail_msg("message %zu did not arrive", n);
    return peer_message(gateway, n).p;
}

static const char *channel_by_gateway(void)
{
    static char id[ID_BYTES];
    char url[64];
    if (gateway)
        return id;
    gateway = peer_start(false);
    snprintf(id, sizeof id, "%s", new_id());
    snprintf(url, sizeof url, "http://127.0.0.1:%d/send", peer_port(gateway));
    json_t *made = POST(&world.admin, 201,
                        packed("{s:s,s:s,s:s,s:s,s:{s:s,s:s},s:s}", "id", id, "kind", "sms", "target", "people", "name", "短信网关", "settings",
                               "url", url, "login", "wenming", "secret", "gateway-key"),
                        "/notice-channels");
    expect_true(made, "has_secret", true);
    assert_null(strstr(api_last()->body, "gateway-key"));
    return id;
}

/* ---- tests ---- */

static void a_step_is_told_to_whom_it_concerns(void **state)
{
    (void)state;
    const char *problem = raise_problem(&world.inspector, world.site[0], "weekly");
    json_t *n = notice_of(&world.desk, "found");
    expect_text(n, "subject_id", problem);
    dispatch(problem, world.unit);
    n = notice_of(&world.contact, "dispatch");
    expect_text(n, "subject_id", problem);
    expect_true(n, "read", false);
    assert_non_null(strstr(text_at(n, "text"), "时限至"));
    notice_of(&world.colleague, "dispatch");
    /* not to another unit, and not to who did it */
    json_t *rest = GET(&world.rival, "/notices");
    expect_count(rest, "items", 0);
    json_t *own = GET(&world.desk, "/notices?limit=100"), *one;
    size_t i;
    json_array_foreach(at(own, "items"), i, one)
        assert_string_not_equal(text_at(one, "rule"), "dispatch");
    act(&world.contact, 200, problem, "accept", NULL);
    act(&world.contact, 200, problem, "rectify", packed("{s:[s]}", "photos", upload_picture(&world.contact, 7)));
    notice_of(&world.checker, "rectify");
    act(&world.checker, 200, problem, "return", packed("{s:s}", "note", "仍有积水"));
    expect_true(notice_of(&world.contact, "return"), "urgent", true);
}

static void read_once_and_for_all(void **state)
{
    (void)state;
    json_t *list = GET(&world.contact, "/notices?unread=true&limit=1");
    json_int_t unread = int_at(list, "unread");
    assert_true(unread >= 2);
    const char *id = text_at(list, "items.0.id"), *command = new_id();
    for (int i = 0; i < 2; i++)
        expect_int(POST(&world.contact, 200, packed("{s:s,s:[s]}", "id", command, "notice_ids", id), "/notices/read"), "unread", unread - 1);
    /* another's notice is nobody else's to read */
    json_t *theirs = GET(&world.colleague, "/notices?unread=true&limit=1");
    POST(&world.contact, 200, packed("{s:s,s:[s]}", "id", new_id(), "notice_ids", text_at(theirs, "items.0.id")), "/notices/read");
    expect_int(GET(&world.colleague, "/notices?limit=1"), "unread", int_at(theirs, "unread"));
    expect_int(POST(&world.contact, 200, packed("{s:s,s:s}", "id", new_id(), "until", time_text(now_ms() + 1000)), "/notices/read"), "unread", 0);
    expect_count(GET(&world.contact, "/notices?unread=true"), "items", 0);
    expect_true(GET(&world.contact, "/notices?limit=1"), "items.0.read", true);
}

static void pages_follow_each_other(void **state)
{
    (void)state;
    json_t *first = GET(&world.contact, "/notices?limit=1");
    json_t *second = GET(&world.contact, "/notices?limit=1&cursor=%s", text_at(first, "next"));
    assert_string_not_equal(text_at(first, "items.0.id"), text_at(second, "items.0.id"));
}

static void everyone_chooses_for_themselves(void **state)
{
    (void)state;
    json_t *c = GET(&world.grid, "/me/notice-choice");
    expect_text(c, "digest", "hourly");
    expect_text(c, "quiet_from", "22:00");
    expect_text(c, "addresses.sms", "138****8000");
    c = api(&world.grid, 200, "PUT",
            packed("{s:[s,s],s:[s],s:s,s:s,s:s,s:s,s:b,s:s,s:{s:s,s:s}}", "kinds", "mail", "feishu", "muted", "strike_off", "digest", "daily",
                   "daily_at", "09:15", "quiet_from", "21:00", "quiet_to", "08:00", "urgent_passes", 0, "lang", "en", "addresses", "mail",
                   "grid@town.example", "feishu", "ou_42"),
            "/me/notice-choice");
    expect_text(c, "daily_at", "09:15");
    expect_text(c, "addresses.mail", "g***@town.example");
    expect_text(c, "addresses.feishu", "o***");
    assert_null(strstr(api_last()->body, "grid@town"));
    c = api(&world.grid, 200, "PUT", packed("{s:{s:n}}", "addresses", "mail"), "/me/notice-choice");
    assert_null(at(c, "addresses.mail"));
    expect_text(c, "digest", "daily"); /* what is left out stays */
    expect_text(GET(&world.station, "/me/notice-choice"), "digest", "hourly");
    static const struct {
        const char *body, *pointer, *code;
    } wrong[] = {
        {"{\"quiet_from\":\"25:00\"}", "/quiet_from", "bad_time"},
        {"{\"daily_at\":\"9:00\"}", "/daily_at", "bad_time"},
        {"{\"kinds\":[\"pigeon\"]}", "/kinds/0", "unknown_word"},
        {"{\"addresses\":{\"mail\":\"nobody\"}}", "/addresses/mail", "bad_address"},
        {"{\"addresses\":{\"mail\":\"a@b,c@d\"}}", "/addresses/mail", "bad_address"},
        {"{\"digest\":\"never\"}", "/digest", NULL},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        json_t *p = api(&world.grid, 422, "PUT", json_loads(wrong[i].body, 0, NULL), "/me/notice-choice");
        if (wrong[i].code)
            expect_field(p, wrong[i].pointer, wrong[i].code);
    }
}

static void channels_are_the_administrators(void **state)
{
    (void)state;
    const struct account *others[] = {&world.desk, &world.commander, &world.contact, &world.auditor, &world.security};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        api_fault(others[i], 403, "not_allowed", "GET", NULL, "/notice-channels");
        api_fault(others[i], 403, "not_allowed", "GET", NULL, "/notice-parcels");
    }
    json_t *p = POST(&world.admin, 422, packed("{s:s,s:s,s:s,s:s,s:{s:s}}", "id", new_id(), "kind", "mail", "target", "group", "name", "邮件",
                                               "settings", "url", "ftp://x"), "/notice-channels");
    expect_field(p, "/settings/url", "bad_url");
    expect_field(p, "/target", "no_groups");
    p = POST(&world.admin, 422, packed("{s:s,s:s,s:s,s:s,s:{}}", "id", new_id(), "kind", "mail", "target", "people", "name", "邮件", "settings"),
             "/notice-channels");
    expect_field(p, "/settings/url", "required");
    expect_field(p, "/settings/from", "required");
    const char *id = new_id();
    json_t *c = POST(&world.admin, 201,
                     packed("{s:s,s:s,s:s,s:s,s:{},s:s,s:s,s:[s,s],s:b}", "id", id, "kind", "dingtalk", "target", "group", "name", "指挥部群",
                            "settings", "secret", "token", "sign", "SEC1", "rules", "urge", "light_red", "enabled", 0),
                     "/notice-channels");
    expect_count(c, "rules", 2);
    api_if_match(api_last()->etag);
    c = api(&world.admin, 200, "PATCH", packed("{s:s,s:{},s:[s]}", "name", "工作群", "settings", "rules", "urge"), "/notice-channels/%s", id);
    expect_true(c, "has_secret", true); /* it stays when none is sent */
    api_if_match("\"1\"");
    api(&world.admin, 412, "PATCH", packed("{s:s,s:{}}", "name", "旧", "settings"), "/notice-channels/%s", id);
}

static void urgent_things_go_by_short_message(void **state)
{
    (void)state;
    channel_by_gateway();
    size_t before = peer_count(gateway);
    const char *problem = raise_problem(&world.inspector, world.site[1], "weekly");
    dispatch(problem, world.rival_unit);
    act(&world.rival, 200, problem, "accept", NULL);
    act(&world.rival, 200, problem, "rectify", packed("{s:[s]}", "photos", upload_picture(&world.rival, 9)));
    act(&world.checker, 200, problem, "return", packed("{s:s}", "note", "未清理"));
    for (;; before++) {
        const char *m = message(before);
        if (!strstr(m, "退回重改"))
            continue;
        assert_non_null(strstr(m, "X-Xiaohao-Signature: "));
        assert_non_null(strstr(m, "\"to\":\"13800138000\""));
        break;
    }
    for (int64_t until = now_ms() + PATIENCE_MS; now_ms() < until; nap())
        if (json_array_size(at(GET(&world.admin, "/notice-parcels?state=sent"), "items")) > 0)
            break;
    json_t *sent = GET(&world.admin, "/notice-parcels?state=sent");
    assert_true(json_array_size(at(sent, "items")) > 0);
    assert_null(strstr(api_last()->body, "13800138000"));
}

static void an_administrator_tries_a_channel(void **state)
{
    (void)state;
    const char *id = channel_by_gateway();
    size_t before = peer_count(gateway);
    POST(&world.admin, 409, packed("{s:s}", "id", new_id()), "/notice-channels/%s/try", id); /* the first administrator has no number */
    api_fault(&world.admin, 404, "channel_not_found", "POST", packed("{s:s}", "id", new_id()), "/notice-channels/%s/try", new_id());
    assert_int_equal(peer_count(gateway), before);
}

/* ---- a link ---- */

struct phone {
    char path[200];   /* "/p/r/…" */
    char cookie[160];
};

static struct reply page; /* of the last call */

static int phone_call(struct phone *p, const char *method, const char *more, const void *body, size_t n)
{
    char path[300];
    reply_free(&page);
    snprintf(path, sizeof path, "%s%s", p->path, more);
    struct call c = {.method = method, .path = path, .body = body, .bytes = n, .cookie = p->cookie[0] ? p->cookie : NULL,
                     .type = body ? "multipart/form-data; boundary=phone7" : NULL};
    call_make(api_port(), &c, &page);
    if (page.cookie[0]) {
        snprintf(p->cookie, sizeof p->cookie, "%s", page.cookie);
        p->cookie[strcspn(p->cookie, ";")] = 0;
    }
    return page.status;
}

/* The hidden id of the form that leads to `step`. */
static const char *form_id(const char *step)
{
    static char id[ID_BYTES];
    const char *form = strstr(page.body, step), *value = form ? strstr(form, "name=\"id\" value=\"") : NULL;
    if (!value)
        fail_msg("no form for %s in\n%s", step, page.body);
    snprintf(id, sizeof id, "%.36s", value + 17);
    return id;
}

struct form {
    char *bytes;
    size_t n;
};

static void form_field(struct form *f, const char *name, const char *value)
{
    f->n += (size_t)snprintf(f->bytes + f->n, FORM_BYTES - f->n, "--phone7\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", name, value);
}

static void form_photo(struct form *f, const char *picture, size_t n)
{
    f->n += (size_t)snprintf(f->bytes + f->n, FORM_BYTES - f->n,
                             "--phone7\r\nContent-Disposition: form-data; name=\"photos\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n");
    memcpy(f->bytes + f->n, picture, n);
    f->n += n;
    memcpy(f->bytes + f->n, "\r\n", 2);
    f->n += 2;
}

static int form_send(struct phone *p, const char *step, struct form *f)
{
    f->n += (size_t)snprintf(f->bytes + f->n, FORM_BYTES - f->n, "--phone7--\r\n");
    int status = phone_call(p, "POST", step, f->bytes, f->n);
    f->n = 0;
    return status;
}

static void confirm(struct phone *p, struct form *f, const char *digits, int expect)
{
    assert_int_equal(phone_call(p, "GET", "", NULL, 0), 200);
    form_field(f, "id", form_id("/confirm"));
    form_field(f, "digits", digits);
    assert_int_equal(form_send(p, "/confirm", f), expect);
}

/* Makes a link to `who` and takes it from the message that arrives. */
static void receive_link(const struct account *who, const char *problem, struct phone *out)
{
    size_t before = peer_count(gateway);
    json_t *made = POST(&world.desk, 201, packed("{s:s,s:s,s:i}", "id", new_id(), "person_id", who->person, "hours", 24), "/problems/%s/reply-links",
                        problem);
    expect_text(made, "items.0.state", "sent");
    assert_null(strstr(api_last()->body, "/p/r/"));
    for (;; before++) {
        const char *link = strstr(message(before), "/p/r/");
        if (!link)
            continue;
        memset(out, 0, sizeof *out);
        snprintf(out->path, sizeof out->path, "%.69s", link);
        break;
    }
}

static void a_case_is_answered_from_a_phone(void **state)
{
    (void)state;
    struct form f = {.bytes = malloc(FORM_BYTES)};
    struct phone p, other;
    size_t n;
    channel_by_gateway();
    const char *problem = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(problem, world.unit);
    receive_link(&world.contact, problem, &p);
    /* the list inside shows no link */
    assert_null(strstr(text_at(notice_of(&world.contact, "reply_link"), "text"), "/p/r/"));

    /* nothing is shown before it is known who opens it */
    assert_int_equal(phone_call(&p, "GET", "", NULL, 0), 200);
    assert_string_equal(page.type, "text/html; charset=utf-8");
    assert_null(strstr(page.body, "问题描述"));
    confirm(&p, &f, "0000", 303);
    assert_int_equal(phone_call(&p, "GET", "", NULL, 0), 200);
    assert_non_null(strstr(page.body, "还可再试 4 次"));
    confirm(&p, &f, "8000", 303);
    assert_int_equal(phone_call(&p, "GET", "", NULL, 0), 200);
    assert_non_null(strstr(page.body, "问题描述"));
    assert_non_null(strstr(page.body, "签收"));

    /* the link on another device asks again */
    other = p;
    other.cookie[0] = 0;
    assert_int_equal(phone_call(&other, "GET", "", NULL, 0), 200);
    assert_null(strstr(page.body, "问题描述"));
    form_field(&f, "id", new_id());
    assert_int_equal(form_send(&other, "/accept", &f), 404);

    assert_int_equal(phone_call(&p, "GET", "", NULL, 0), 200);
    form_field(&f, "id", form_id("/accept"));
    assert_int_equal(form_send(&p, "/accept", &f), 303);
    expect_text(GET(&world.contact, "/problems/%s", problem), "state", "accepted");

    /* words alone are no proof */
    assert_int_equal(phone_call(&p, "GET", "", NULL, 0), 200);
    form_field(&f, "id", form_id("/rectify"));
    form_field(&f, "note", "已清理");
    form_photo(&f, "", 0);
    assert_int_equal(form_send(&p, "/rectify", &f), 422);
    assert_non_null(strstr(page.body, "请附整改后的照片"));
    assert_int_equal(phone_call(&p, "GET", "", NULL, 0), 200);
    char *picture = picture_png(64, 48, 77, &n), id[ID_BYTES];
    snprintf(id, sizeof id, "%s", form_id("/rectify"));
    for (int twice = 0; twice < 2; twice++) { /* pressed twice, it is one step */
        form_field(&f, "id", id);
        form_field(&f, "note", "<b>已清理</b>，现场复查");
        form_photo(&f, picture, n);
        assert_int_equal(form_send(&p, "/rectify", &f), 303);
    }
    json_t *after = GET(&world.contact, "/problems/%s", problem);
    expect_text(after, "state", "rectified");
    json_t *last = json_array_get(at(after, "timeline"), json_array_size(at(after, "timeline")) - 1);
    expect_text(last, "event", "rectify");
    expect_text(last, "note", "<b>已清理</b>，现场复查");
    expect_text(last, "actor.id", world.contact.person);
    expect_count(last, "photos", 1);
    assert_int_equal(phone_call(&p, "GET", "", NULL, 0), 200);
    assert_non_null(strstr(page.body, "等待复核"));
    char photo[200];
    snprintf(photo, sizeof photo, "/photos/%s", text_at(last, "photos.0.sha256"));
    assert_int_equal(phone_call(&p, "GET", photo, NULL, 0), 200);
    assert_string_equal(page.type, "image/jpeg");
    assert_int_equal(phone_call(&other, "GET", photo, NULL, 0), 404);
    free(picture);
    free(f.bytes);
}

static void a_link_opens_nothing_else(void **state)
{
    (void)state;
    struct form f = {.bytes = malloc(FORM_BYTES)};
    struct phone p, bent;
    channel_by_gateway();
    const char *problem = raise_problem(&world.inspector, world.site[0], "weekly");
    dispatch(problem, world.unit);
    /* not to people of another unit, and not by a unit for another's problem */
    expect_field(POST(&world.desk, 422, packed("{s:s,s:s}", "id", new_id(), "person_id", world.rival.person), "/problems/%s/reply-links", problem),
                 "/person_id", "not_responsible");
    api(&world.rival, 404, "POST", packed("{s:s,s:s}", "id", new_id(), "person_id", world.contact.person), "/problems/%s/reply-links", problem);
    receive_link(&world.contact, problem, &p);
    bent = p;
    bent.path[68] = bent.path[68] == '0' ? '1' : '0';
    assert_int_equal(phone_call(&bent, "GET", "", NULL, 0), 404);
    assert_non_null(strstr(page.body, "链接已失效"));
    confirm(&p, &f, "8000", 303);
    /* a photograph that is not of this case */
    char sha[100];
    snprintf(sha, sizeof sha, "/photos/%s", upload_picture(&world.contact, 1234));
    assert_int_equal(phone_call(&p, "GET", sha, NULL, 0), 404);
    json_t *links = GET(&world.desk, "/problems/%s/reply-links", problem);
    expect_text(links, "items.0.state", "opened");
    POST(&world.desk, 200, packed("{s:s}", "id", new_id()), "/problems/%s/reply-links/%s/withdraw", problem, text_at(links, "items.0.id"));
    assert_int_equal(phone_call(&p, "GET", "", NULL, 0), 404);
    /* five wrong tries end a link */
    receive_link(&world.contact, problem, &p);
    for (int i = 0; i < 5; i++)
        confirm(&p, &f, i % 2 ? "1111" : "22a2", 303);
    assert_int_equal(phone_call(&p, "GET", "", NULL, 0), 404);
    expect_text(GET(&world.desk, "/problems/%s/reply-links", problem), "items.0.end_reason", "tries");
    free(f.bytes);
}

static int close_all(void **state)
{
    reply_free(&page);
    int status = world_close(state);
    if (gateway)
        peer_stop(gateway);
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_step_is_told_to_whom_it_concerns),
        CASE(read_once_and_for_all),
        CASE(pages_follow_each_other),
        CASE(everyone_chooses_for_themselves),
        CASE(channels_are_the_administrators),
        CASE(urgent_things_go_by_short_message),
        CASE(an_administrator_tries_a_channel),
        CASE(a_case_is_answered_from_a_phone),
        CASE(a_link_opens_nothing_else),
    };
    return cmocka_run_group_tests_name(SUITE_NAME, tests, world_open, close_all);
}
