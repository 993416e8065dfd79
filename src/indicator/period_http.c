/* period_http.c - the year's calendar of periods, closing, figures, recounts and revisions. */
#include "indicator/indicator_http.h"

#include "auth/policy.h"
#include "base/civil.h"
#include "change/change.h"
#include "indicator/period.h"

enum { YEAR_MIN = 1970, YEAR_MAX = 9998 };

/* ---- calendar ---- */

static void put_signed(struct json_out *j, const struct period_by_id_row *p)
{
    jo_uuid(j, "id", p->id);
    jo_str(j, "kind", p->kind);
    jo_str(j, "name", p->name);
    jo_time(j, "from", p->from_ms);
    jo_time(j, "to", p->to_ms);
    jo_z(j, "state", "closed");
    jo_i64(j, "revision", p->revision);
    jo_named(j, "signed_by", p->signed_by, p->signed_name);
    jo_time(j, "signed_at", p->signed_ms);
    jo_str(j, "reason", p->reason);
    jo_i64(j, "figures", p->figures);
    jo_sha256(j, "hash", p->hash);
    jo_opt_time(j, "checked_at", p->checked_ms);
    jo_opt_i64(j, "differing", p->differing);
    jo_i64(j, "version", p->version);
}

static void put_open(struct request *rq, enum period_kind kind, const struct period_span *span)
{
    struct json_out *j = &rq->json;
    jo_obj(j, NULL);
    jo_null(j, "id");
    jo_z(j, "kind", period_kind_names[kind]);
    jo_z(j, "name", span->name);
    jo_time(j, "from", span->from_ms);
    jo_time(j, "to", span->to_ms);
    jo_z(j, "state", span->to_ms <= rq->op.now ? "ended" : span->from_ms <= rq->op.now ? "running" : "to_come");
    jo_end(j);
}

static enum rc periods_get(struct request *rq)
{
    struct opt_i64 asked;
    struct period_span year;
    struct period_by_id_row *rows;
    size_t n;
    static const int counts[] = {12, 4, 1};
    RETURN_IF(query_i64(rq, "year", YEAR_MIN, YEAR_MAX, &asked));
    RETURN_IF(query_done(rq));
    int y = asked.has ? (int)asked.v : civil_from_ms(rq->op.now, rq->op.zone_min).year;
    (void)period_span(PERIOD_YEAR, y, 1, rq->op.zone_min, &year);
    RETURN_IF(q_period_list(&rq->op.rd, &(struct period_list_in){rq->op.hq, year.from_ms, year.to_ms}, &rows, &n));
    jo_obj(&rq->json, NULL);
    jo_i64(&rq->json, "year", y);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < n; i++) {
        jo_obj(&rq->json, NULL);
        put_signed(&rq->json, &rows[i]);
        jo_end(&rq->json);
    }
    for (int k = PERIOD_MONTH; k <= PERIOD_YEAR; k++)
        for (int o = 1; o <= counts[k]; o++) {
            struct period_span span;
            bool closed = false;
            (void)period_span((enum period_kind)k, y, o, rq->op.zone_min, &span);
            for (size_t i = 0; i < n; i++)
                closed = closed || (rows[i].from_ms == span.from_ms && rows[i].to_ms == span.to_ms);
            if (!closed)
                put_open(rq, (enum period_kind)k, &span);
        }
    jo_end(&rq->json);
    jo_null(&rq->json, "next");
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc reply_period(struct request *rq, struct uuid id, int status)
{
    struct period_by_id_row row;
    struct period_revisions_row *list;
    struct json_out *j = &rq->json;
    size_t n;
    RETURN_IF(period_load(&rq->op, id, &row));
    RETURN_IF(q_period_revisions(&rq->op.rd, &(struct period_revisions_in){rq->op.hq, id}, &list, &n));
    jo_obj(j, NULL);
    put_signed(j, &row);
    jo_arr(j, "revisions");
    for (size_t i = 0; i < n; i++) {
        jo_obj(j, NULL);
        jo_i64(j, "revision", list[i].revision);
        jo_str(j, "reason", list[i].reason);
        jo_named(j, "signed_by", list[i].signed_by, list[i].signed_name);
        jo_time(j, "signed_at", list[i].signed_ms);
        jo_i64(j, "figures", list[i].figures);
        jo_sha256(j, "hash", list[i].hash);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
    return reply_versioned(rq, status, row.version);
}

static enum rc period_get(struct request *rq)
{
    struct uuid id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    return reply_period(rq, id, 200);
}

/* ---- figures ---- */

static enum rc read_revision(struct request *rq, const struct period_by_id_row *row, int64_t least, int64_t *out)
{
    struct opt_i64 revision;
    RETURN_IF(query_i64(rq, "revision", least, INT32_MAX, &revision));
    *out = revision.has ? revision.v : row->revision;
    if (*out > row->revision || *out < least)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "revision_not_found", "没有这次修订", "There is no such revision");
    return RC_OK;
}

/* A unit's people see their unit's lines and the whole; who answers for an area, its towns'. False: none of this part. */
static bool cut_to_scope(struct op *op, struct period_figures_in *in)
{
    struct scope s = policy_scope(&op->actor, ACT_INDICATOR_READ);
    if (s.all || str_is(in->part, "total"))
        return true;
    if (str_is(in->part, "unit") || str_is(in->part, "score_unit")) {
        in->only_key = uuid_str(OP_ARENA(op), s.unit_id);
        return !uuid_is_none(s.unit_id);
    }
    in->key_from = s.area_code;
    in->key_to = str_prefix_end(OP_ARENA(op), s.area_code);
    return (str_is(in->part, "area") || str_is(in->part, "score_town")) && s.area_code.p;
}

static void put_figure(struct json_out *j, const struct period_figures_row *r)
{
    struct rate rate = {r->numerator, r->denominator};
    jo_obj(j, NULL);
    jo_str(j, "part", r->part);
    jo_str(j, "item", r->item);
    jo_str(j, "key", r->group_key);
    jo_str(j, "name", r->name);
    jo_i64(j, "numerator", r->numerator);
    jo_i64(j, "denominator", r->denominator);
    rate_json_percent(j, "percent", rate);
    jo_str(j, "choice", r->choice);
    jo_end(j);
}

static enum rc figures_get(struct request *rq)
{
    struct uuid id;
    struct period_by_id_row row;
    struct period_figures_row *rows = NULL;
    struct page page;
    size_t n = 0;
    struct period_figures_in in = {.hq = rq->op.hq};
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(period_load(&rq->op, id, &row));
    RETURN_IF(read_revision(rq, &row, 0, &in.revision));
    in.period_id = id;
    in.part = query_text(rq, "part");
    RETURN_IF(query_done(rq));
    in.part = in.part.p ? in.part : STR("total");
    in.row_limit = SOME(page.limit + 1);
    if (page.has_cursor) {
        struct str rest = page.key_text;
        (void)str_next(&rest, '\t', &in.after_item);
        in.after_key = rest.p ? rest : STR("");
    }
    if (cut_to_scope(&rq->op, &in))
        RETURN_IF(q_period_figures(&rq->op.rd, &in, &rows, &n));
    size_t shown = n > (size_t)page.limit ? (size_t)page.limit : n;
    jo_obj(&rq->json, NULL);
    jo_i64(&rq->json, "revision", in.revision);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < shown; i++)
        put_figure(&rq->json, &rows[i]);
    const struct period_figures_row *last = shown ? &rows[shown - 1] : NULL;
    page_end(rq, &page, n > shown, 0, UUID_NONE,
             last ? str_fmt(OP_ARENA(&rq->op), "%.*s\t%.*s", STR_ARG(last->item), STR_ARG(last->group_key)) : STR_NONE);
    return reply_json(rq, 200);
}

/* ---- differences ---- */

struct comparing {
    struct period_by_id_row row;
    struct figures before, after;
};

static void put_side(struct json_out *j, const char *key, bool has, const struct figure *f)
{
    if (!has) {
        jo_null(j, key);
        return;
    }
    jo_obj(j, key);
    jo_i64(j, "numerator", f->num);
    jo_i64(j, "denominator", f->den);
    rate_json_percent(j, "percent", (struct rate){f->num, f->den});
    jo_str(j, "choice", f->choice);
    jo_end(j);
}

static enum rc reply_changes(struct request *rq, const struct figures *before, const struct figures *after)
{
    struct figure_change *list;
    struct json_out *j = &rq->json;
    size_t n = figures_compare(OP_ARENA(&rq->op), before, after, &list);
    jo_obj(j, NULL);
    jo_bool(j, "differs", n > 0);
    jo_arr(j, "items");
    for (size_t i = 0; i < n; i++) {
        const struct figure *f = list[i].has_after ? &list[i].after : &list[i].before;
        jo_obj(j, NULL);
        jo_str(j, "part", f->part);
        jo_str(j, "item", f->item);
        jo_str(j, "key", f->key);
        jo_str(j, "name", f->name);
        put_side(j, "before", list[i].has_before, &list[i].before);
        put_side(j, "after", list[i].has_after, &list[i].after);
        jo_end(j);
    }
    jo_end(j);
    jo_null(j, "next");
    jo_end(j);
    return reply_json(rq, 200);
}

/* Differences name every unit: for those who see the whole. */
static enum rc desk_only(struct request *rq)
{
    if (policy_scope(&rq->op.actor, ACT_INDICATOR_READ).all)
        return RC_OK;
    return OP_FAIL(&rq->op, RC_FORBIDDEN, "out_of_reach", "您只能查看本区域或本单位的指标",
                   "You may see the indicators of your own area or unit only");
}

static enum rc changes_get(struct request *rq)
{
    struct uuid id;
    struct comparing c;
    int64_t revision;
    RETURN_IF(desk_only(rq));
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(period_load(&rq->op, id, &c.row));
    RETURN_IF(read_revision(rq, &c.row, 1, &revision));
    RETURN_IF(query_done(rq));
    RETURN_IF(period_frozen(&rq->op, id, revision - 1, &c.before));
    RETURN_IF(period_frozen(&rq->op, id, revision, &c.after));
    return reply_changes(rq, &c.before, &c.after);
}

static void recount_work(struct request *rq)
{
    struct comparing *c = rq->state;
    if (period_frozen(&rq->op, c->row.id, c->row.revision, &c->before) == RC_OK)
        (void)!period_recount(&rq->op, c->row.from_ms, c->row.to_ms, &c->after);
}

static enum rc recounted(struct request *rq)
{
    struct comparing *c = rq->state;
    return reply_changes(rq, &c->before, &c->after);
}

static enum rc recount_get(struct request *rq)
{
    struct uuid id;
    struct comparing *c = ARENA_NEW(OP_ARENA(&rq->op), struct comparing);
    RETURN_IF(desk_only(rq));
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(query_done(rq));
    RETURN_IF(period_load(&rq->op, id, &c->row));
    rq->state = c;
    return http_work(rq, recount_work, recounted);
}

/* ---- closing and revising ---- */

struct closing {
    struct period_new p;
    struct command command;
    struct period_by_id_row row; /* revising */
    struct figures figures;
};

static enum rc read_span(struct request *rq, struct jin *in, struct period_new *p)
{
    struct period_span span;
    int kind = 0;
    int64_t year = 0, ordinal = 1;
    jin_enum(in, "kind", JIN_REQUIRED, period_kind_names, &kind);
    p->kind = (enum period_kind)kind;
    if (p->kind == PERIOD_CUSTOM) {
        jin_str(in, "name", JIN_REQUIRED, 60, &p->name);
        jin_time(in, "from", JIN_REQUIRED, &p->from_ms);
        jin_time(in, "to", JIN_REQUIRED, &p->to_ms);
        if (p->from_ms >= p->to_ms)
            fail_field(in->fault, STR("/to"), "before_from", "截止时间应晚于起始时间", "The end must be after the beginning");
        return jin_done(in);
    }
    jin_i64(in, "year", JIN_REQUIRED, YEAR_MIN, YEAR_MAX, &year);
    jin_i64(in, "ordinal", p->kind == PERIOD_YEAR ? JIN_OPTIONAL : JIN_REQUIRED, 1, p->kind == PERIOD_MONTH ? 12 : 4, &ordinal);
    RETURN_IF(jin_done(in));
    if (!period_span(p->kind, (int)year, (int)ordinal, rq->op.zone_min, &span))
        return fail_field(in->fault, STR("/ordinal"), "out_of_range", "没有这个周期", "There is no such period");
    p->from_ms = span.from_ms;
    p->to_ms = span.to_ms;
    p->name = str_copy(OP_ARENA(&rq->op), str_of(span.name));
    return RC_OK;
}

static void closing_work(struct request *rq)
{
    struct closing *c = rq->state;
    (void)!period_recount(&rq->op, c->p.from_ms, c->p.to_ms, &c->figures);
}

static enum rc closed(struct request *rq)
{
    return reply_period(rq, rq->op.plan.command.subject_id, rq->op.plan.replayed ? 200 : 201);
}

static enum rc close_commit(struct request *rq)
{
    struct closing *c = rq->state;
    RETURN_IF(change_begin(&rq->op, &c->command));
    if (!rq->op.plan.replayed)
        RETURN_IF(period_prepare_close(&rq->op, &c->p, &c->figures));
    return http_commit(rq, closed);
}

static enum rc periods_post(struct request *rq)
{
    struct closing *c = ARENA_NEW(OP_ARENA(&rq->op), struct closing);
    struct jin in;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &c->p.id);
    RETURN_IF(read_span(rq, &in, &c->p));
    RETURN_IF(request_command(rq, &in, "period.close", "period", c->p.id, &c->command));
    rq->state = c;
    return http_work(rq, closing_work, close_commit);
}

static enum rc revise_commit(struct request *rq)
{
    struct closing *c = rq->state;
    RETURN_IF(change_begin(&rq->op, &c->command));
    if (!rq->op.plan.replayed)
        RETURN_IF(period_prepare_revise(&rq->op, &c->row, c->p.reason, &c->figures));
    return http_commit(rq, closed);
}

static enum rc revisions_post(struct request *rq)
{
    struct closing *c = ARENA_NEW(OP_ARENA(&rq->op), struct closing);
    struct uuid id, command_id;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    jin_str(&in, "reason", JIN_REQUIRED, 500, &c->p.reason);
    RETURN_IF(jin_done(&in));
    RETURN_IF(period_load(&rq->op, id, &c->row));
    RETURN_IF(request_command(rq, &in, "period.revise", "period", id, &c->command));
    c->p.from_ms = c->row.from_ms;
    c->p.to_ms = c->row.to_ms;
    rq->state = c;
    return http_work(rq, closing_work, revise_commit);
}

const struct route period_routes[] = {
    {HTTP_GET, "/api/v1/periods", ACT_INDICATOR_READ, periods_get, 0, 0},
    {HTTP_POST, "/api/v1/periods", ACT_PERIOD_CLOSE, periods_post, 0, 0},
    {HTTP_GET, "/api/v1/periods/{id}", ACT_INDICATOR_READ, period_get, 0, 0},
    {HTTP_GET, "/api/v1/periods/{id}/figures", ACT_INDICATOR_READ, figures_get, 0, 0},
    {HTTP_GET, "/api/v1/periods/{id}/changes", ACT_INDICATOR_READ, changes_get, 0, 0},
    {HTTP_GET, "/api/v1/periods/{id}/recount", ACT_INDICATOR_READ, recount_get, 0, 0},
    {HTTP_POST, "/api/v1/periods/{id}/revisions", ACT_PERIOD_CLOSE, revisions_post, 0, 0},
    {0},
};
