/* reply_http.c - making links, and the few steps a recipient takes through one. */
#include "loop/loop_http.h"
#include "loop/reply.h"

#include "auth/auth.h"
#include "base/arena.h"
#include "http/multipart.h"
#include "media/photo_take.h"
#include "notify/link.h"
#include "notify/notify.h"
#include "privacy/privacy.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

enum { NOTE_BYTES = 4000 };

/* ---- making and withdrawing (signed in) ---- */

/* The recipient may rectify this problem: else there is nothing to ask of them. */
static enum rc check_recipient(struct op *op, struct uuid person_id, const struct problem_by_id_row *p)
{
    struct actor recipient;
    struct subject subject = problem_subject(p);
    bool reaches;
    enum rc rc = auth_actor_of_person(op, person_id, &recipient);
    if (rc == RC_NOT_FOUND) {
        fault_clear(op->rd.fault);
        return fail_field(op->rd.fault, STR("/person_id"), "person_missing", "没有此人，或此人没有账户", "There is no such person, or they have no account");
    }
    RETURN_IF(rc);
    struct fault ignored;
    fault_init(&ignored, OP_ARENA(op));
    if (policy_check(&ignored, &recipient, ACT_PROBLEM_RECTIFY, &subject) != RC_OK)
        return fail_field(op->rd.fault, STR("/person_id"), "not_responsible", "此人无权办理这个问题", "This person may not act on this problem");
    RETURN_IF(notify_reaches(op, person_id, &reaches));
    if (!reaches)
        return fail_field(op->rd.fault, STR("/person_id"), "unreachable", "没有可送达此人的通知渠道，请先登记联系方式",
                          "No channel reaches this person; register how to reach them first");
    return RC_OK;
}

static void send_link(struct request *rq, struct uuid id, struct uuid person_id, const struct problem_by_id_row *p, int64_t hours)
{
    struct arena *a = OP_ARENA(&rq->op);
    struct str url = link_stored(a, request_base_url(rq), id), where = p->site_name.n ? p->site_name : p->place;
    change_announce(&rq->op, &(struct announcement){
        .rule = "reply_link", .urgent = true, .subject_kind = "problem", .subject_id = p->id, .people = &person_id, .npeople = 1,
        .zh = str_fmt(a, "请回复问题%lld-%06lld号（%.*s）的整改情况。\n链接%lld小时内有效，仅限本人：%.*s", (long long)p->year, (long long)p->number,
                      STR_ARG(where), (long long)hours, STR_ARG(url)),
        .en = str_fmt(a, "Please answer problem %lld-%06lld (%.*s).\nValid for %lld hours, for you alone: %.*s", (long long)p->year,
                      (long long)p->number, STR_ARG(where), (long long)hours, STR_ARG(url))});
}

static void put_link(struct json_out *j, const struct reply_link_list_row *l, int64_t now)
{
    const char *state = l->ended_ms.has ? "ended" : l->expires_ms <= now ? "expired" : l->opened_ms.has ? "opened" : "sent";
    jo_obj(j, NULL);
    jo_uuid(j, "id", l->id);
    jo_named(j, "person", l->person_id, l->person_name);
    jo_z(j, "state", state);
    jo_time(j, "created_at", l->created_ms);
    jo_time(j, "expires_at", l->expires_ms);
    jo_opt_time(j, "opened_at", l->opened_ms);
    jo_opt_time(j, "ended_at", l->ended_ms);
    jo_str(j, "end_reason", l->end_reason);
    jo_end(j);
}

static enum rc load_for_office(struct request *rq, struct problem_by_id_row *p)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(problem_load(&rq->op, id, p));
    struct subject subject = problem_subject(p);
    return policy_check(rq->op.rd.fault, &rq->op.actor, ACT_REPLY_LINK, &subject);
}

static enum rc put_links(struct request *rq, int status)
{
    struct reply_link_list_row *rows;
    struct problem_by_id_row p;
    size_t n;
    RETURN_IF(load_for_office(rq, &p));
    RETURN_IF(q_reply_link_list(&rq->op.rd, &(struct reply_link_list_in){rq->op.hq, p.id}, &rows, &n));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++)
        put_link(&rq->json, &rows[i], rq->op.now);
    jo_end(&rq->json);
    jo_null(&rq->json, "next");
    jo_end(&rq->json);
    return reply_json(rq, status);
}

static enum rc list_links(struct request *rq)
{
    RETURN_IF(query_done(rq));
    return put_links(rq, 200);
}

static enum rc links_made(struct request *rq)
{
    return put_links(rq, rq->op.plan.replayed ? 200 : 201);
}

static enum rc make_link(struct request *rq)
{
    struct op *op = &rq->op;
    struct problem_by_id_row p;
    struct command command;
    struct uuid id = UUID_NONE, person_id = UUID_NONE;
    int64_t hours = REPLY_HOURS_DEFAULT;
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &id);
    jin_uuid(&in, "person_id", JIN_REQUIRED, &person_id);
    jin_i64(&in, "hours", JIN_OPTIONAL, 1, REPLY_HOURS_MAX, &hours);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "reply_link.make", "reply_link", id, &command));
    RETURN_IF(change_begin(op, &command));
    if (!op->plan.replayed) {
        RETURN_IF(load_for_office(rq, &p));
        RETURN_IF(check_recipient(op, person_id, &p));
        fx_reply_link_add(&op->plan.fx, &(struct reply_link_add_in){
            .hq = op->hq, .id = id, .problem_id = p.id, .person_id = person_id, .created_by = op->actor.person_id, .created_ms = op->now,
            .expires_ms = op->now + hours * HOUR_MS});
        send_link(rq, id, person_id, &p, hours);
    }
    return http_commit(rq, links_made);
}

static enum rc links_left(struct request *rq)
{
    return put_links(rq, 200);
}

static enum rc withdraw_link(struct request *rq)
{
    static const struct miss over = {RC_CONFLICT, "link_ended", "该链接已失效", "This link has ended already"};
    struct reply_link_get_row link;
    struct problem_by_id_row p;
    struct command command;
    struct uuid id, ignored;
    struct jin in;
    bool found;
    RETURN_IF(path_uuid(rq, "link_id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    RETURN_IF(jin_done(&in));
    RETURN_IF(load_for_office(rq, &p));
    RETURN_IF(q_reply_link_get(&rq->op.rd, &(struct reply_link_get_in){rq->op.hq, id}, &link, &found));
    if (!found || !uuid_eq(link.problem_id, p.id))
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "link_not_found", "没有这个链接", "There is no such link");
    RETURN_IF(request_command(rq, &in, "reply_link.withdraw", "reply_link", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed) {
        struct reply_link_end_in end = {.hq = rq->op.hq, .id = id, .now = rq->op.now, .reason = STR("withdrawn")};
        fx_reply_link_end(&rq->op.plan.fx, &end)->on_miss = &over;
    }
    return http_commit(rq, links_left);
}

/* ---- through a link ---- */

static enum rc link_over(struct op *op)
{
    fault_clear(op->rd.fault);
    return OP_FAIL(op, RC_NOT_FOUND, "link_over", "链接已失效或不完整，请联系发送单位重新发送",
                   "This link is over or incomplete; ask for another");
}

static bool device_is_known(struct request *rq, const struct reply_link_get_row *l)
{
    struct str cookie = request_cookie(rq, REPLY_COOKIE);
    if (!l->device_hash.n || !cookie.n)
        return false;
    struct sha256 hash = sha256_of(cookie);
    return l->device_hash.n == sizeof hash.b && sodium_memcmp(l->device_hash.p, hash.b, sizeof hash.b) == 0;
}

/* What goes wrong on the way is answered alike, so that a guess learns nothing. */
enum rc reply_open(struct request *rq, bool confirmed, struct reply *out)
{
    struct op *op = &rq->op;
    struct uuid id;
    bool found;
    *out = (struct reply){.token = path_text(rq, "token")};
    if (!link_read(op, out->token, &id))
        return link_over(op);
    RETURN_IF(q_reply_link_get(&op->rd, &(struct reply_link_get_in){op->hq, id}, &out->link, &found));
    const struct reply_link_get_row *l = &out->link;
    if (!found || l->expires_ms <= op->now || (l->ended_ms.has && !str_is(l->end_reason, "answered")))
        return link_over(op);
    if (auth_actor_of_person(op, l->person_id, &op->actor) != RC_OK || problem_load(op, l->problem_id, &out->problem) != RC_OK)
        return link_over(op);
    op->origin = str_fmt(OP_ARENA(op), "reply-link %.*s", STR_ARG(op->origin));
    out->confirmed = device_is_known(rq, l);
    return confirmed && !out->confirmed ? link_over(op) : RC_OK;
}

static enum rc show(struct request *rq)
{
    struct reply r;
    RETURN_IF(query_done(rq));
    RETURN_IF(reply_open(rq, false, &r));
    return reply_page(rq, &r);
}

static enum rc back_to_page(struct request *rq)
{
    return reply_redirect(rq, str_z(OP_ARENA(&rq->op), str_fmt(OP_ARENA(&rq->op), "/p/r/%.*s", STR_ARG(path_text(rq, "token")))));
}

static enum rc show_photo(struct request *rq)
{
    struct reply_photo_row row;
    struct media_file file;
    struct media_key key = {.variant = MEDIA_DISPLAY};
    struct str hex = path_text(rq, "sha256");
    struct reply r;
    bool found = false;
    RETURN_IF(query_done(rq));
    RETURN_IF(reply_open(rq, true, &r));
    struct reply_photo_in in = {.hq = rq->op.hq, .problem_id = r.problem.id};
    if (hex.n == 2 * sizeof in.sha256.b && str_unhex(hex, in.sha256.b, sizeof in.sha256.b))
        RETURN_IF(q_reply_photo(&rq->op.rd, &in, &row, &found));
    if (!found)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "photo_not_found", "没有这张照片", "There is no such photograph");
    key.sha256 = in.sha256;
    RETURN_IF(media_open(rq->op.env->media, rq->op.rd.fault, &key, &file));
    return reply_opened(rq, file.fd, file.bytes, "image/jpeg", 3600);
}

/* ---- forms ---- */

struct form {
    struct uuid id;
    struct str digits, note;
    struct photo_taken photos[REPLY_PHOTOS_MAX];
    size_t nphotos;
};

static enum rc take_photo(struct op *op, struct multipart *m, struct form *f)
{
    struct media_write *w;
    struct str piece;
    enum rc rc = RC_OK;
    struct photo_taken t = {0};
    RETURN_IF(media_begin(op->env->media, op->rd.fault, UPLOAD_MAX, &w));
    do {
        rc = multipart_piece(m, &piece);
        if (rc == RC_OK && piece.n)
            rc = media_write_piece(w, op->rd.fault, piece);
    } while (rc == RC_OK && m->in_part);
    t.sha = media_written(w);
    t.bytes = w->bytes;
    if (rc == RC_OK && t.bytes > 0 && f->nphotos == REPLY_PHOTOS_MAX)
        rc = OP_FAIL(op, RC_INVALID, "too_many_photos", "照片最多 %d 张", "%d photographs at most", REPLY_PHOTOS_MAX);
    if (rc == RC_OK && t.bytes > 0) /* a file field left empty is sent as an empty file */
        rc = photo_take(op, w->path, &t);
    media_abort(w);
    for (size_t i = 0; i < f->nphotos; i++)
        if (sha256_eq(f->photos[i].sha, t.sha))
            return rc; /* chosen twice */
    if (rc == RC_OK && t.bytes > 0)
        f->photos[f->nphotos++] = t;
    return rc;
}

static enum rc read_form(struct op *op, int fd, struct str content_type, struct form *f)
{
    struct multipart m;
    struct multipart_part part;
    bool more = true;
    RETURN_IF(multipart_open(&m, OP_ARENA(op), op->rd.fault, fd, content_type));
    while (more) {
        struct str text;
        RETURN_IF(multipart_next(&m, &part, &more));
        if (!more)
            break;
        if (str_is(part.name, "photos")) {
            RETURN_IF(take_photo(op, &m, f));
            continue;
        }
        RETURN_IF(multipart_text(&m, NOTE_BYTES, &text));
        if (str_is(part.name, "id"))
            (void)uuid_parse(text, &f->id);
        else if (str_is(part.name, "digits"))
            f->digits = str_trim(text);
        else if (str_is(part.name, "note"))
            f->note = str_trim(text);
    }
    if (uuid_is_none(f->id))
        return OP_FAIL(op, RC_BAD, "bad_form", "表单不完整，请返回上一页重试", "The form is incomplete; go back and try again");
    return RC_OK;
}

static enum rc open_form(struct request *rq, struct form *f)
{
    int fd = open(rq->upload_path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return OP_FAIL(&rq->op, RC_INTERNAL, "upload_failed", "上传内容无法读取", "The upload could not be read");
    enum rc rc = read_form(&rq->op, fd, rq->content_type, f);
    close(fd);
    return rc;
}

/* The same form sent again is the same command, whatever else it bears. */
static struct command form_command(struct request *rq, const struct form *f, const char *kind, struct uuid subject_id)
{
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, rq->path);
    hash_field(&h, f->note);
    for (size_t i = 0; i < f->nphotos; i++)
        hash_raw(&h, f->photos[i].sha.b, sizeof f->photos[i].sha.b);
    return (struct command){.id = f->id, .kind = kind, .content = hash_end(&h), .subject_kind = "problem", .subject_id = subject_id};
}

/* ---- confirming ---- */

static bool digits_match(struct op *op, const struct reply *r, struct str digits)
{
    struct privacy_place place = {.hq = op->hq, .field = "person.phone", .record_id = r->link.person_id};
    struct str phone;
    if (!r->link.phone_sealed.n)
        return true; /* no number in the register: the device that opens it first */
    if (privacy_open(op->env->keys, OP_ARENA(op), op->rd.fault, &place, r->link.phone_sealed, &phone) != RC_OK)
        return false;
    return digits.n == REPLY_DIGITS && phone.n >= REPLY_DIGITS &&
           sodium_memcmp(phone.p + phone.n - REPLY_DIGITS, digits.p, REPLY_DIGITS) == 0;
}

static void bind_device(struct request *rq, const struct reply *r)
{
    struct op *op = &rq->op;
    struct str secret = auth_token_make(OP_ARENA(op));
    struct sha256 hash = sha256_of(secret);
    bool https = str_starts(request_base_url(rq), STR("https://"));
    fx_reply_link_bind(&op->plan.fx, &(struct reply_link_bind_in){
        .hq = op->hq, .id = r->link.id, .version = r->link.version, .now = op->now,
        .device_hash = {arena_dup(OP_ARENA(op), hash.b, sizeof hash.b), sizeof hash.b}});
    reply_header(rq, "Set-Cookie", str_fmt(OP_ARENA(op), "%s=%.*s; Path=/p/r; Max-Age=%lld; HttpOnly; SameSite=Lax%s", REPLY_COOKIE,
                                           STR_ARG(secret), (long long)((r->link.expires_ms - op->now) / 1000), https ? "; Secure" : ""));
}

static enum rc confirm(struct request *rq)
{
    struct op *op = &rq->op;
    struct form f = {0};
    struct command command;
    struct reply r;
    RETURN_IF(reply_open(rq, false, &r));
    /* A number is the recipient's once; without one the first device keeps the link. */
    if (r.link.device_hash.n && !r.link.phone_sealed.n && !r.confirmed)
        return link_over(op);
    RETURN_IF(open_form(rq, &f));
    command = form_command(rq, &f, "reply_link.confirm", r.problem.id);
    command.content = sha256_of(f.digits);
    RETURN_IF(change_begin(op, &command));
    if (op->plan.replayed)
        return back_to_page(rq);
    if (digits_match(op, &r, f.digits)) {
        bind_device(rq, &r);
    } else {
        bool last = r.link.tries + 1 >= REPLY_TRIES_MAX;
        RETURN_IF(op->rd.fault->rc);
        fx_reply_link_try(&op->plan.fx, &(struct reply_link_try_in){
            .hq = op->hq, .id = r.link.id, .version = r.link.version, .ended_ms = last ? SOME(op->now) : NONE_I64,
            .end_reason = last ? STR("tries") : STR_NONE});
    }
    return http_commit(rq, back_to_page);
}

/* ---- steps of the case ---- */

struct step {
    struct form form;
    enum problem_event event;
};

/* Photographs are kept and their rows written before the step that names them. */
static enum rc keep_photos(struct request *rq, struct step *s)
{
    struct op *op = &rq->op;
    struct command command = form_command(rq, &s->form, "photo.upload", UUID_NONE);
    command.id = uuid_named(s->form.id, STR("photos"));
    command.subject_kind = "photo";
    RETURN_IF(change_begin(op, &command));
    if (op->plan.replayed)
        return RC_OK;
    for (size_t i = 0; i < s->form.nphotos; i++)
        photo_plan_taken(op, &s->form.photos[i]);
    return change_commit(op);
}

/* On a worker: pictures are decoded. */
static void take_form(struct request *rq)
{
    struct step *s = rq->state;
    struct reply r;
    if (reply_open(rq, true, &r) == RC_OK && open_form(rq, &s->form) == RC_OK && s->form.nphotos)
        (void)!keep_photos(rq, s);
}

static enum rc do_step(struct request *rq)
{
    static const char *const kinds[PROBLEM_EVENTS] = {[PROBLEM_EV_ACCEPT] = "problem.accept", [PROBLEM_EV_SEND_BACK] = "problem.send_back",
                                                      [PROBLEM_EV_RECTIFY] = "problem.rectify"};
    struct step *s = rq->state;
    struct op *op = &rq->op;
    struct sha256 hashes[REPLY_PHOTOS_MAX];
    struct problem_act act = {.event = s->event, .note = s->form.note, .photos = hashes, .nphotos = s->form.nphotos};
    struct command command;
    struct reply r;
    for (size_t i = 0; i < s->form.nphotos; i++)
        hashes[i] = s->form.photos[i].sha;
    RETURN_IF(reply_open(rq, true, &r));
    command = form_command(rq, &s->form, kinds[s->event], r.problem.id);
    RETURN_IF(change_begin(op, &command));
    if (!op->plan.replayed) {
        if (r.link.ended_ms.has)
            return link_over(op);
        RETURN_IF(problem_prepare_act(op, r.problem.id, &act));
        if (s->event != PROBLEM_EV_ACCEPT) {
            struct reply_link_end_in end = {.hq = op->hq, .id = r.link.id, .now = op->now, .reason = STR("answered")};
            fx_reply_link_end(&op->plan.fx, &end)->min = 0;
        }
    }
    return http_commit(rq, back_to_page);
}

static enum rc begin_step(struct request *rq, enum problem_event event)
{
    struct step *s = ARENA_NEW(OP_ARENA(&rq->op), struct step);
    s->event = event;
    rq->state = s;
    return http_work(rq, take_form, do_step);
}

static enum rc accept_case(struct request *rq)
{
    return begin_step(rq, PROBLEM_EV_ACCEPT);
}

static enum rc send_back(struct request *rq)
{
    return begin_step(rq, PROBLEM_EV_SEND_BACK);
}

static enum rc rectify(struct request *rq)
{
    return begin_step(rq, PROBLEM_EV_RECTIFY);
}

enum { PAGE = ROUTE_PUBLIC | ROUTE_NO_CSRF | ROUTE_PAGE };

const struct route reply_routes[] = {
    {HTTP_GET, "/api/v1/problems/{id}/reply-links", ACT_REPLY_LINK, list_links, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/reply-links", ACT_REPLY_LINK, make_link, 0, 0},
    {HTTP_POST, "/api/v1/problems/{id}/reply-links/{link_id}/withdraw", ACT_REPLY_LINK, withdraw_link, 0, 0},
    {HTTP_GET, "/p/r/{token}", ACT_NONE, show, PAGE, 0},
    {HTTP_GET, "/p/r/{token}/photos/{sha256}", ACT_NONE, show_photo, PAGE, 0},
    {HTTP_POST, "/p/r/{token}/confirm", ACT_NONE, confirm, PAGE | ROUTE_UPLOAD, 64 * 1024},
    {HTTP_POST, "/p/r/{token}/accept", ACT_NONE, accept_case, PAGE | ROUTE_UPLOAD, 64 * 1024},
    {HTTP_POST, "/p/r/{token}/send-back", ACT_NONE, send_back, PAGE | ROUTE_UPLOAD, 64 * 1024},
    {HTTP_POST, "/p/r/{token}/rectify", ACT_NONE, rectify, PAGE | ROUTE_UPLOAD, 0},
    {0},
};
