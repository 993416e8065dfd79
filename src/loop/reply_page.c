/* reply_page.c - what the recipient of a link sees: the case, and what it asks for next. */
#include "loop/reply.h"

#include "http/html.h"

struct words {
    struct str zh, en;
};
#define WORDS(zh, en) ((struct words){STR(zh), STR(en)})

static struct str say(const struct request *rq, struct words w)
{
    return rq->op.lang == LANG_EN ? w.en : w.zh;
}

static void put_field(struct html *h, const struct request *rq, struct words label, struct str value)
{
    if (!value.n)
        return;
    html_line(h, "dt", NULL, say(rq, label));
    html_line(h, "dd", NULL, value);
}

static void form_begin(struct html *h, const struct request *rq, const struct reply *r, const char *step)
{
    struct arena *a = OP_ARENA(&rq->op);
    html_tag(h, "form");
    html_attr(h, "method", STR("post"));
    html_attr(h, "enctype", STR("multipart/form-data"));
    html_attr(h, "action", str_fmt(a, "/p/r/%.*s/%s", STR_ARG(r->token), step));
    html_void(h, "input");
    html_attr(h, "type", STR("hidden"));
    html_attr(h, "name", STR("id"));
    html_attr(h, "value", uuid_str(a, change_new_id(&rq->op))); /* pressed twice, it is one step */
}

static void put_button(struct html *h, const char *class, struct str text)
{
    html_tag(h, "button");
    if (class)
        html_attr(h, "class", str_of(class));
    html_text(h, text);
    html_end(h);
}

static void put_label(struct html *h, const char *for_id, struct str text)
{
    html_tag(h, "label");
    html_attr(h, "for", str_of(for_id));
    html_text(h, text);
    html_end(h);
}

static void put_note(struct html *h, const char *id, bool required)
{
    html_tag(h, "textarea");
    html_attr(h, "id", str_of(id));
    html_attr(h, "name", STR("note"));
    html_attr(h, "rows", STR("3"));
    html_attr(h, "maxlength", STR("1000"));
    if (required)
        html_flag(h, "required");
    html_end(h);
}

/* ---- who are you ---- */

static void put_confirm(struct html *h, const struct request *rq, const struct reply *r)
{
    html_line(h, "h1", NULL, say(rq, WORDS("问题整改回复", "Answer a problem")));
    html_line(h, "p", NULL, str_fmt(OP_ARENA(&rq->op), rq->op.lang == LANG_EN ? "For %.*s." : "收件人：%.*s", STR_ARG(r->link.person_name)));
    form_begin(h, rq, r, "confirm");
    if (r->link.phone_sealed.n) {
        put_label(h, "digits", say(rq, WORDS("请输入本人手机号后四位", "The last four digits of your telephone number")));
        html_void(h, "input");
        html_attr(h, "id", STR("digits"));
        html_attr(h, "name", STR("digits"));
        html_attr(h, "type", STR("tel"));
        html_attr(h, "inputmode", STR("numeric"));
        html_attr(h, "pattern", STR("[0-9]{4}"));
        html_attr(h, "maxlength", STR("4"));
        html_attr(h, "autocomplete", STR("off"));
        html_flag(h, "required");
        if (r->link.tries > 0)
            html_line(h, "p", "fault", str_fmt(OP_ARENA(&rq->op), rq->op.lang == LANG_EN ? "Not right. %lld tries left." : "不正确，还可再试 %lld 次。",
                                               (long long)(REPLY_TRIES_MAX - r->link.tries)));
    } else {
        html_line(h, "p", "hint", say(rq, WORDS("确认后，本链接只能在这台设备上使用。", "After this the link works on this device alone.")));
    }
    put_button(h, NULL, say(rq, WORDS("确认是本人", "It is me")));
    html_end(h);
}

/* ---- the case ---- */

static struct str due_words(const struct request *rq, const struct reply *r)
{
    struct civil c;
    if (!r->problem.due_ms.has)
        return STR("");
    c = civil_from_ms(r->problem.due_ms.v, rq->op.zone_min);
    return str_fmt(OP_ARENA(&rq->op), rq->op.lang == LANG_EN ? "%04d-%02d-%02d %02d:%02d" : "%04d年%d月%d日 %02d:%02d", c.year, c.month,
                   c.day, c.hour, c.minute);
}

static enum rc put_photos(struct html *h, struct request *rq, const struct reply *r)
{
    struct problem_photos_row *rows;
    struct op *op = &rq->op;
    size_t n;
    RETURN_IF(q_problem_photos(&op->rd, &(struct problem_photos_in){op->hq, r->problem.id}, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        bool before = str_is(rows[i].role, "before");
        html_void(h, "img");
        html_attr(h, "loading", STR("lazy"));
        html_attr(h, "alt", before ? say(rq, WORDS("整改前照片", "Before")) : say(rq, WORDS("整改后照片", "After")));
        html_attr(h, "src", str_fmt(OP_ARENA(op), "/p/r/%.*s/photos/%.*s", STR_ARG(r->token),
                                    STR_ARG(str_hex(OP_ARENA(op), rows[i].sha256.b, sizeof rows[i].sha256.b))));
    }
    return RC_OK;
}

static enum rc put_case(struct html *h, struct request *rq, const struct reply *r)
{
    const struct problem_by_id_row *p = &r->problem;
    html_line(h, "h1", NULL, str_fmt(OP_ARENA(&rq->op), rq->op.lang == LANG_EN ? "Problem %lld-%06lld" : "问题 %lld-%06lld号", (long long)p->year,
                                     (long long)p->number));
    html_tag(h, "dl");
    put_field(h, rq, WORDS("地点", "Place"), p->site_name.n ? p->site_name : p->place);
    put_field(h, rq, WORDS("问题描述", "What was found"), p->description);
    put_field(h, rq, WORDS("责任单位", "Responsible unit"), p->unit_name);
    put_field(h, rq, WORDS("整改时限", "Due"), due_words(rq, r));
    html_end(h);
    return put_photos(h, rq, r);
}

/* ---- what is asked for ---- */

static void put_accept(struct html *h, const struct request *rq, const struct reply *r)
{
    form_begin(h, rq, r, "accept");
    put_button(h, NULL, say(rq, WORDS("签收，由本单位整改", "Accept: we mend it")));
    html_end(h);
    html_line(h, "h2", NULL, say(rq, WORDS("不属于本单位？", "Not ours?")));
    form_begin(h, rq, r, "send-back");
    put_label(h, "why", say(rq, WORDS("退回理由（必填）", "Why (required)")));
    put_note(h, "why", true);
    put_button(h, "plain", say(rq, WORDS("退回", "Send back")));
    html_end(h);
}

static void put_answer(struct html *h, const struct request *rq, const struct reply *r)
{
    html_line(h, "h2", NULL, say(rq, WORDS("整改反馈", "Your answer")));
    form_begin(h, rq, r, "rectify");
    put_label(h, "note", say(rq, WORDS("整改情况", "What was done")));
    put_note(h, "note", true);
    put_label(h, "photos", str_fmt(OP_ARENA(&rq->op), rq->op.lang == LANG_EN ? "Photographs afterwards (1 to %d)" : "整改后照片（1 至 %d 张）",
                                   REPLY_PHOTOS_MAX));
    html_void(h, "input");
    html_attr(h, "id", STR("photos"));
    html_attr(h, "name", STR("photos"));
    html_attr(h, "type", STR("file"));
    html_attr(h, "accept", STR("image/jpeg,image/png,image/webp,image/heic"));
    html_flag(h, "multiple");
    html_flag(h, "required");
    html_line(h, "p", "hint", say(rq, WORDS("合计不超过 32 MB。上传需要一些时间，请勿关闭页面。", "32 MB in all. Sending takes a while; keep the page open.")));
    put_button(h, NULL, say(rq, WORDS("提交", "Send")));
    html_end(h);
}

static void put_next(struct html *h, struct request *rq, const struct reply *r)
{
    struct op *op = &rq->op;
    bool over = r->link.ended_ms.has;
    if (!over && problem_may(op, &r->problem, PROBLEM_EV_ACCEPT))
        put_accept(h, rq, r);
    else if (!over && problem_may(op, &r->problem, PROBLEM_EV_RECTIFY))
        put_answer(h, rq, r);
    else if (str_is(r->problem.state, "rectified"))
        html_line(h, "p", "done", say(rq, WORDS("已提交，等待复核。", "Sent; it waits for the re-check.")));
    else
        html_line(h, "p", "done", say(rq, WORDS("目前无需您处理。", "Nothing is asked of you now.")));
}

enum rc reply_page(struct request *rq, const struct reply *r)
{
    struct html h;
    html_page(&h, &rq->out, rq->op.lang, say(rq, WORDS("问题整改回复", "Answer a problem")));
    if (!r->confirmed) {
        put_confirm(&h, rq, r);
    } else {
        RETURN_IF(put_case(&h, rq, r));
        put_next(&h, rq, r);
    }
    html_page_end(&h);
    return reply_html(rq, 200);
}
