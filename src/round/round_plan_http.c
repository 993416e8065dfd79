/* round_plan_http.c - planning rounds over HTTP: what is sent becomes a selection, an assignment, a step. */
#include "round/round_http.h"

#include "base/civil.h"
#include "org/org_http.h"
#include "round/round_json.h"

/* ---- reading ---- */

static bool read_date(struct jin *in, const char *key, int required, int zone_min, int64_t *ms)
{
    struct str s;
    if (required && !jin_has(in, key))
        return jin_str(in, key, JIN_REQUIRED, 10, &s);
    return jin_date(in, key, zone_min, ms);
}

static const struct uuid *read_ids(struct jin *in, const char *key, int required, size_t max, size_t *n)
{
    *n = 0;
    if (!jin_arr(in, key, required, max, n) || *n == 0)
        return NULL;
    struct uuid *list = ARENA_MANY(in->arena, struct uuid, *n);
    for (size_t i = 0; i < *n; i++)
        jin_arr_uuid(in, key, i, &list[i]);
    return list;
}

/* ---- replies ---- */

static enum rc reply_round(struct request *rq)
{
    struct round_by_id_row row;
    RETURN_IF(round_load(&rq->op, rq->op.plan.command.subject_id, &row));
    RETURN_IF(round_json_full(&rq->json, &rq->op, &row));
    return reply_versioned(rq, rq->state && !rq->op.plan.replayed ? 201 : 200, row.version);
}

/* ---- planning and changing ---- */

static void read_texts(struct jin *in, int required, int zone_min, struct round_new *r)
{
    int64_t last;
    jin_str(in, "title", required, ROUND_TITLE_MAX, &r->title);
    jin_str(in, "basis", required, ROUND_BASIS_MAX, &r->basis);
    read_date(in, "starts_on", required, zone_min, &r->starts_ms);
    if (read_date(in, "ends_on", required, zone_min, &last))
        r->ends_ms = last + DAY_MS;
    jin_bool(in, "record_only", JIN_OPTIONAL, &r->record_only);
    jin_str(in, "note", JIN_OPTIONAL, 2000, &r->note);
}

static enum rc create(struct request *rq)
{
    struct round_new r = {0};
    struct command command;
    struct jin in;
    int kind = 0;
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &r.id);
    if (jin_enum(&in, "kind", JIN_REQUIRED, round_kind_names, &kind))
        r.kind = (enum round_kind)kind;
    r.covert = round_is_covert_by_kind(r.kind);
    jin_bool(&in, "covert", JIN_OPTIONAL, &r.covert);
    read_texts(&in, JIN_REQUIRED, rq->op.zone_min, &r);
    const struct uuid *versions = read_ids(&in, "version_ids", JIN_OPTIONAL, ROUND_VERSIONS_MAX, &r.nversions);
    if (r.nversions)
        memcpy(r.version_ids, versions, r.nversions * sizeof *versions);
    jin_uuid(&in, "lead_unit_id", JIN_OPTIONAL, &r.lead_unit_id);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "round.plan", "round", r.id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(round_prepare_create(&rq->op, &r));
    rq->state = rq; /* a new record: 201 */
    return http_commit(rq, reply_round);
}

static enum rc change(struct request *rq)
{
    struct round_by_id_row row;
    struct opt_i64 version;
    struct command command;
    struct uuid id;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_if_match(rq, true, &version));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(round_load(&rq->op, id, &row));
    struct round_new to = {.id = id, .title = row.title, .basis = row.basis, .starts_ms = row.starts_ms,
                           .ends_ms = row.ends_ms, .record_only = row.record_only, .note = row.note};
    read_texts(&in, JIN_OPTIONAL, rq->op.zone_min, &to);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "round.change", "round", id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(round_prepare_change(&rq->op, &to, version));
    return http_commit(rq, reply_round);
}

/* ---- steps: a reader fills its own struct, a preparer takes it ---- */

/* All that a step may carry. */
struct step {
    struct uuid round_id, site_id;
    struct str reason;
    const struct uuid *ids;
    size_t n;
    struct round_selection selection;
    struct round_assignment assignment;
};

struct step_kind {
    const char *name;
    void (*read)(struct request *rq, struct jin *in, struct step *s);
    enum rc (*prepare)(struct op *op, const struct step *s);
};

static enum rc take_step(struct request *rq, const struct step_kind *kind)
{
    struct step *s = ARENA_NEW(OP_ARENA(&rq->op), struct step);
    struct command command;
    struct uuid ignored;
    struct jin in;
    RETURN_IF(path_uuid(rq, "id", &s->round_id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &ignored);
    kind->read(rq, &in, s);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, kind->name, "round", s->round_id, &command));
    RETURN_IF(change_begin(&rq->op, &command));
    if (!rq->op.plan.replayed)
        RETURN_IF(kind->prepare(&rq->op, s));
    return http_commit(rq, reply_round);
}

/* ---- select ---- */

static void read_texts_of(struct jin *in, const char *key, struct str *out, size_t *n)
{
    if (jin_arr(in, key, JIN_OPTIONAL, ROUND_LISTED_MAX, n))
        for (size_t i = 0; i < *n; i++)
            jin_arr_str(in, key, i, 32, &out[i]);
}

static void read_problems(struct jin *in, struct round_rule *r)
{
    static const char *const severities[] = {"general", "key", NULL};
    struct jin p;
    int severity = 0;
    if (!jin_obj(in, "problems", JIN_OPTIONAL, &p))
        return;
    r->min_problems.has = jin_i64(&p, "min", JIN_REQUIRED, 1, 100000, &r->min_problems.v);
    r->problems_since_ms.has = jin_time(&p, "since", JIN_OPTIONAL, &r->problems_since_ms.v);
    if (jin_enum(&p, "severity", JIN_OPTIONAL, severities, &severity))
        r->key_only = severity == 1;
    (void)!jin_done(&p);
}

static void read_rule(struct jin *in, struct round_selection *s)
{
    struct jin r;
    if (!jin_obj(in, "rule", JIN_OPTIONAL, &r))
        return;
    s->has_rule = true;
    read_texts_of(&r, "categories", s->rule.categories, &s->rule.ncategories);
    read_texts_of(&r, "area_codes", s->rule.area_codes, &s->rule.nareas);
    const struct uuid *units = read_ids(&r, "unit_ids", JIN_OPTIONAL, ROUND_LISTED_MAX, &s->rule.nunits);
    if (s->rule.nunits)
        memcpy(s->rule.unit_ids, units, s->rule.nunits * sizeof *units);
    s->rule.not_since_ms.has = jin_time(&r, "not_inspected_since", JIN_OPTIONAL, &s->rule.not_since_ms.v);
    read_problems(&r, &s->rule);
    (void)!jin_done(&r);
}

static void read_selection(struct request *rq, struct jin *in, struct step *s)
{
    struct jin d;
    int by = 0;
    (void)rq;
    struct round_selection *sel = &s->selection;
    sel->round_id = s->round_id;
    sel->site_ids = read_ids(in, "site_ids", JIN_OPTIONAL, ROUND_NAMED_MAX, &sel->nsites);
    read_rule(in, sel);
    if (jin_obj(in, "draw", JIN_OPTIONAL, &d)) {
        sel->has_draw = true;
        jin_i64(&d, "take", JIN_REQUIRED, 1, ROUND_SITES_MAX, &sel->take);
        jin_i64(&d, "least", JIN_OPTIONAL, 0, ROUND_SITES_MAX, &sel->least);
        if (jin_enum(&d, "by", JIN_OPTIONAL, round_strata_names, &by))
            sel->by = (enum round_strata)by;
        (void)!jin_done(&d);
    }
    if (!sel->nsites && !sel->has_rule && !sel->has_draw)
        fail_field(in->fault, STR("/site_ids"), "required", "请指定点位、规则或抽取", "Name sites, a rule or a draw");
}

static enum rc prepare_selection(struct op *op, const struct step *s)
{
    return round_prepare_select(op, &s->selection);
}

static enum rc select_sites(struct request *rq)
{
    return take_step(rq, &(struct step_kind){"round.select", read_selection, prepare_selection});
}

/* ---- assign ---- */

static void read_pair(struct jin *in, struct uuid *inspector, struct uuid *partner)
{
    jin_uuid(in, "inspector_id", JIN_REQUIRED, inspector);
    jin_uuid(in, "partner_id", JIN_OPTIONAL, partner);
}

static void read_shares(struct request *rq, struct jin *in, struct round_assignment *a)
{
    if (!jin_arr(in, "shares", JIN_OPTIONAL, ROUND_PEOPLE_MAX, &a->nshares) || a->nshares == 0)
        return;
    struct round_share *list = ARENA_MANY(in->arena, struct round_share, a->nshares);
    for (size_t i = 0; i < a->nshares; i++) {
        struct jin s;
        if (!jin_arr_obj(in, "shares", i, &s))
            continue;
        read_pair(&s, &list[i].inspector_id, &list[i].partner_id);
        list[i].day_ms.has = read_date(&s, "on", JIN_OPTIONAL, rq->op.zone_min, &list[i].day_ms.v);
        list[i].site_ids = read_ids(&s, "site_ids", JIN_REQUIRED, ROUND_NAMED_MAX, &list[i].nsites);
        (void)!jin_done(&s);
    }
    a->shares = list;
}

static void read_pairs(struct jin *in, struct round_assignment *a)
{
    if (!jin_arr(in, "pairs", JIN_REQUIRED, ROUND_PEOPLE_MAX, &a->npairs) || a->npairs == 0)
        return;
    struct round_pair *list = ARENA_MANY(in->arena, struct round_pair, a->npairs);
    for (size_t i = 0; i < a->npairs; i++) {
        struct jin p;
        if (!jin_arr_obj(in, "pairs", i, &p))
            continue;
        read_pair(&p, &list[i].inspector_id, &list[i].partner_id);
        (void)!jin_done(&p);
    }
    a->pairs = list;
}

static void read_days(struct request *rq, struct jin *in, struct round_assignment *a)
{
    if (!jin_arr(in, "days", JIN_OPTIONAL, 100, &a->ndays) || a->ndays == 0)
        return;
    int64_t *list = ARENA_MANY(in->arena, int64_t, a->ndays);
    for (size_t i = 0; i < a->ndays; i++) {
        struct str s = STR_NONE;
        if (jin_arr_str(in, "days", i, 10, &s) && !civil_parse_date(s, rq->op.zone_min, &list[i]))
            fail_field(in->fault, jin_pointer(in, "days"), "bad_date", "日期格式应如 2026-11-21",
                       "Write the date like 2026-11-21");
    }
    a->days_ms = list;
}

static void read_assignment(struct request *rq, struct jin *in, struct step *s)
{
    struct round_assignment *a = &s->assignment;
    struct jin spread, start;
    a->round_id = s->round_id;
    if (jin_obj(in, "start", JIN_OPTIONAL, &start)) {
        a->start_lon_e7.has = jin_scaled(&start, "lon", JIN_REQUIRED, 7, -1800000000, 1800000000, &a->start_lon_e7.v);
        a->start_lat_e7.has = jin_scaled(&start, "lat", JIN_REQUIRED, 7, -900000000, 900000000, &a->start_lat_e7.v);
        (void)!jin_done(&start);
    }
    read_shares(rq, in, a);
    if (jin_obj(in, "spread", JIN_OPTIONAL, &spread)) {
        read_pairs(&spread, a);
        read_days(rq, &spread, a);
        (void)!jin_done(&spread);
    }
    if ((a->nshares > 0) == (a->npairs > 0))
        fail_field(in->fault, STR("/shares"), "required", "请给出分工或分配办法之一", "Give either shares or how to spread");
}

static enum rc prepare_assignment(struct op *op, const struct step *s)
{
    return round_prepare_assign(op, &s->assignment);
}

static enum rc assign(struct request *rq)
{
    return take_step(rq, &(struct step_kind){"round.assign", read_assignment, prepare_assignment});
}

/* ---- lists of ids ---- */

static void read_people(struct request *rq, struct jin *in, struct step *s)
{
    (void)rq;
    s->ids = read_ids(in, "person_ids", JIN_REQUIRED, ROUND_PEOPLE_MAX, &s->n);
}

static void read_sites(struct request *rq, struct jin *in, struct step *s)
{
    (void)rq;
    s->ids = read_ids(in, "site_ids", JIN_REQUIRED, ROUND_NAMED_MAX, &s->n);
}

static enum rc prepare_people(struct op *op, const struct step *s)
{
    return round_prepare_people(op, s->round_id, s->ids, s->n);
}

static enum rc prepare_remove(struct op *op, const struct step *s)
{
    return round_prepare_remove(op, s->round_id, s->ids, s->n);
}

static enum rc prepare_reorder(struct op *op, const struct step *s)
{
    return round_prepare_reorder(op, s->round_id, s->ids, s->n);
}

static enum rc people(struct request *rq)
{
    return take_step(rq, &(struct step_kind){"round.people", read_people, prepare_people});
}

static enum rc remove_sites(struct request *rq)
{
    return take_step(rq, &(struct step_kind){"round.remove", read_sites, prepare_remove});
}

static enum rc reorder(struct request *rq)
{
    return take_step(rq, &(struct step_kind){"round.reorder", read_sites, prepare_reorder});
}

/* ---- moving along ---- */

static void read_nothing(struct request *rq, struct jin *in, struct step *s)
{
    (void)rq;
    (void)in;
    (void)s;
}

static void read_reason(struct request *rq, struct jin *in, struct step *s)
{
    (void)rq;
    jin_str(in, "reason", JIN_REQUIRED, 500, &s->reason);
}

static void read_reason_if_any(struct request *rq, struct jin *in, struct step *s)
{
    (void)rq;
    jin_str(in, "reason", JIN_OPTIONAL, 500, &s->reason);
}

static void read_skip(struct request *rq, struct jin *in, struct step *s)
{
    jin_uuid(in, "site_id", JIN_REQUIRED, &s->site_id);
    read_reason(rq, in, s);
}

static enum rc prepare_start(struct op *op, const struct step *s)
{
    return round_prepare_start(op, s->round_id);
}

static enum rc prepare_close(struct op *op, const struct step *s)
{
    return round_prepare_close(op, s->round_id, s->reason);
}

static enum rc prepare_cancel(struct op *op, const struct step *s)
{
    return round_prepare_cancel(op, s->round_id, s->reason);
}

static enum rc prepare_skip(struct op *op, const struct step *s)
{
    return round_prepare_skip(op, s->round_id, s->site_id, s->reason);
}

static enum rc start(struct request *rq)
{
    return take_step(rq, &(struct step_kind){"round.start", read_nothing, prepare_start});
}

static enum rc close_round(struct request *rq)
{
    return take_step(rq, &(struct step_kind){"round.close", read_reason_if_any, prepare_close});
}

static enum rc cancel(struct request *rq)
{
    return take_step(rq, &(struct step_kind){"round.cancel", read_reason, prepare_cancel});
}

static enum rc skip_site(struct request *rq)
{
    return take_step(rq, &(struct step_kind){"round.skip", read_skip, prepare_skip});
}

const struct route round_plan_routes[] = {
    {HTTP_POST, "/api/v1/rounds", ACT_ROUND_WRITE, create, 0, 0},
    {HTTP_PATCH, "/api/v1/rounds/{id}", ACT_ROUND_WRITE, change, 0, 0},
    {HTTP_POST, "/api/v1/rounds/{id}/select", ACT_ROUND_WRITE, select_sites, 0, 0},
    {HTTP_POST, "/api/v1/rounds/{id}/remove", ACT_ROUND_WRITE, remove_sites, 0, 0},
    {HTTP_POST, "/api/v1/rounds/{id}/people", ACT_ROUND_WRITE, people, 0, 0},
    {HTTP_POST, "/api/v1/rounds/{id}/assign", ACT_ROUND_WRITE, assign, 0, 0},
    {HTTP_POST, "/api/v1/rounds/{id}/reorder", ACT_ROUND_WRITE, reorder, 0, 0},
    {HTTP_POST, "/api/v1/rounds/{id}/start", ACT_ROUND_WRITE, start, 0, 0},
    {HTTP_POST, "/api/v1/rounds/{id}/skip", ACT_ROUND_READ, skip_site, 0, 0},
    {HTTP_POST, "/api/v1/rounds/{id}/close", ACT_ROUND_WRITE, close_round, 0, 0},
    {HTTP_POST, "/api/v1/rounds/{id}/cancel", ACT_ROUND_WRITE, cancel, 0, 0},
    {0},
};
