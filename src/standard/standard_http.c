/*
 * standard_http.c - standards, versions and criteria over HTTP.
 */
#include "standard/standard_http.h"
#include "standard_internal.h"

#include "auth/policy.h"
#include "org/text.h"

/* ---- JSON ---- */

static void version_members(struct json_out *j, const struct standard_version_get_row *v)
{
    jo_uuid(j, "id", v->id);
    jo_uuid(j, "standard_id", v->standard_id);
    jo_str(j, "label", v->label);
    jo_str(j, "state", v->state);
    jo_bool(j, "official", v->official);
    jo_str(j, "notice_zh", v->notice_zh);
    jo_str(j, "notice_en", v->notice_en);
    jo_opt_time(j, "published_at", v->published_ms);
    struct sha256 hash;
    if (v->content_hash.n == sizeof hash.b) {
        memcpy(hash.b, v->content_hash.p, sizeof hash.b);
        jo_sha256(j, "content_hash", hash);
    } else {
        jo_null(j, "content_hash");
    }
    jo_i64(j, "version", v->version);
}

static void category_json(struct json_out *j, const char *key, const struct category_list_row *c)
{
    jo_obj(j, key);
    jo_str(j, "code", c->code);
    jo_str(j, "name_zh", c->name_zh);
    jo_str(j, "name_en", c->name_en);
    jo_i64(j, "order_no", c->order_no);
    jo_i64(j, "weight", c->weight);
    jo_str(j, "hint_zh", c->hint_zh);
    jo_str(j, "hint_en", c->hint_en);
    jo_i64(j, "criteria_count", c->criteria_count);
    jo_end(j);
}

static void criterion_json(struct json_out *j, const char *key, const struct criterion_get_row *c)
{
    jo_obj(j, key);
    jo_uuid(j, "id", c->id);
    jo_str(j, "code", c->code);
    jo_str(j, "category_code", c->category_code);
    jo_i64(j, "order_no", c->order_no);
    jo_str(j, "text_zh", c->text_zh);
    jo_str(j, "text_en", c->text_en);
    jo_str(j, "how_zh", c->how_zh);
    jo_str(j, "how_en", c->how_en);
    jo_str(j, "method", c->method);
    jo_str(j, "mode", c->mode);
    jo_raw(j, "mode_params", c->mode_params);
    jo_i64(j, "weight", c->weight);
    jo_str(j, "severity", c->severity);
    jo_bool(j, "veto", c->veto);
    jo_obj(j, "limit");
    jo_str(j, "kind", c->limit_kind);
    jo_i64(j, "amount", c->limit_amount);
    jo_end(j);
    jo_str(j, "close_zh", c->close_zh);
    jo_str(j, "close_en", c->close_en);
    jo_str(j, "territory_dept", c->territory_dept);
    jo_str(j, "subject_dept", c->subject_dept);
    jo_str(j, "supervising_dept", c->supervising_dept);
    jo_str(j, "dimension", c->dimension);
    jo_str(j, "sources", c->sources);
    if (c->field_sources.p)
        jo_raw(j, "field_sources", c->field_sources);
    else
        jo_null(j, "field_sources");
    jo_bool(j, "active", c->active);
    jo_end(j);
}

enum rc standard_json_criterion(struct op *op, struct json_out *j, const char *key, struct uuid id)
{
    struct criterion_get_row row;
    bool found;
    RETURN_IF(q_criterion_get(&op->rd, &(struct criterion_get_in){op->hq, id}, &row, &found));
    if (!found)
        return OP_FAIL(op, RC_NOT_FOUND, "not_found", "没有这个条目", "There is no such criterion");
    criterion_json(j, key, &row);
    return RC_OK;
}

static enum rc criteria_json(struct request *rq, const char *key, struct uuid version_id,
                             struct str category)
{
    struct criterion_get_row *rows;
    size_t n;
    struct criterion_list_in in = {rq->op.hq, version_id, category};
    RETURN_IF(q_criterion_list(&rq->op.rd, &in, &rows, &n));
    jo_arr(&rq->json, key);
    for (size_t i = 0; i < n; i++)
        criterion_json(&rq->json, NULL, &rows[i]);
    jo_end(&rq->json);
    return RC_OK;
}

enum rc standard_json_checklist(struct request *rq, struct uuid version_id,
                                struct str category_code)
{
    struct standard_version_get_row v;
    struct category_list_row c;
    struct category_get_in in = {rq->op.hq, version_id, category_code};
    bool found;
    RETURN_IF(version_load(&rq->op, version_id, &v));
    RETURN_IF(q_category_get(&rq->op.rd, &in, &c, &found));
    if (!found)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "checklist_missing",
                       "该标准版本中没有该点位类别的检查表",
                       "This version of the standard has no checklist of the site's category");
    jo_obj(&rq->json, "version");
    version_members(&rq->json, &v);
    jo_end(&rq->json);
    category_json(&rq->json, "category", &c);
    return criteria_json(rq, "criteria", version_id, category_code);
}

/* ---- reading ---- */

static void standard_json(struct json_out *j, const struct standard_list_row *s,
                          const struct standard_version_get_row *versions, size_t n)
{
    jo_obj(j, NULL);
    jo_uuid(j, "id", s->id);
    jo_str(j, "code", s->code);
    jo_str(j, "name_zh", s->name_zh);
    jo_str(j, "name_en", s->name_en);
    jo_arr(j, "versions");
    for (size_t i = 0; i < n; i++) {
        if (!uuid_eq(versions[i].standard_id, s->id))
            continue;
        jo_obj(j, NULL);
        version_members(j, &versions[i]);
        jo_end(j);
    }
    jo_end(j);
    jo_end(j);
}

static enum rc list_standards(struct request *rq)
{
    struct standard_list_row *standards;
    struct standard_version_get_row *versions;
    size_t nstandards, nversions;
    RETURN_IF(query_done(rq));
    RETURN_IF(q_standard_list(&rq->op.rd, &(struct standard_list_in){rq->op.hq}, &standards,
                              &nstandards));
    RETURN_IF(q_standard_version_list(&rq->op.rd, &(struct standard_version_list_in){rq->op.hq},
                                      &versions, &nversions));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < nstandards; i++)
        standard_json(&rq->json, &standards[i], versions, nversions);
    jo_end(&rq->json);
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

static enum rc get_version(struct request *rq)
{
    struct uuid id;
    struct standard_version_get_row v;
    struct category_list_row *rows;
    size_t n;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(version_load(&rq->op, id, &v));
    RETURN_IF(q_category_list(&rq->op.rd, &(struct category_list_in){rq->op.hq, id}, &rows, &n));
    jo_obj(&rq->json, NULL);
    version_members(&rq->json, &v);
    jo_arr(&rq->json, "categories");
    for (size_t i = 0; i < n; i++)
        category_json(&rq->json, NULL, &rows[i]);
    jo_end(&rq->json);
    jo_end(&rq->json);
    return reply_versioned(rq, 200, v.version);
}

static enum rc list_criteria(struct request *rq)
{
    struct uuid id;
    struct standard_version_get_row v;
    RETURN_IF(path_uuid(rq, "id", &id));
    struct str category = text_or_none(query_text(rq, "category"));
    RETURN_IF(query_done(rq));
    RETURN_IF(version_load(&rq->op, id, &v));
    jo_obj(&rq->json, NULL);
    RETURN_IF(criteria_json(rq, "items", id, category));
    jo_end(&rq->json);
    return reply_json(rq, 200);
}

/* ---- writing ---- */

static enum rc after_standard(struct request *rq)
{
    struct standard_list_row s;
    struct standard_version_get_row *versions;
    size_t n;
    bool found;
    struct standard_get_in in = {rq->op.hq, rq->op.plan.command.subject_id};
    RETURN_IF(q_standard_get(&rq->op.rd, &in, &s, &found));
    if (!found)
        return OP_FAIL(&rq->op, RC_NOT_FOUND, "not_found", "没有这个标准",
                       "There is no such standard");
    RETURN_IF(q_standard_version_list(&rq->op.rd, &(struct standard_version_list_in){rq->op.hq},
                                      &versions, &n));
    standard_json(&rq->json, &s, versions, n);
    return reply_json(rq, rq->op.plan.replayed ? 200 : 201);
}

static enum rc create_standard(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct standard_new s = {0};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &s.id);
    jin_str(&in, "code", JIN_REQUIRED, CODE_MAX_CHARS, &s.code);
    jin_str(&in, "name_zh", JIN_REQUIRED, NAME_MAX_CHARS, &s.name_zh);
    jin_str(&in, "name_en", JIN_REQUIRED, NAME_MAX_CHARS, &s.name_en);
    jin_i64(&in, "order_no", JIN_OPTIONAL, 0, ORDER_NO_MAX, &s.order_no);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "standard.create", "standard", s.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(standard_prepare_create(&rq->op, &s));
    return http_commit(rq, after_standard);
}

static enum rc reply_version(struct request *rq, int status)
{
    struct standard_version_get_row v;
    RETURN_IF(version_load(&rq->op, rq->op.plan.command.subject_id, &v));
    jo_obj(&rq->json, NULL);
    version_members(&rq->json, &v);
    jo_end(&rq->json);
    return reply_versioned(rq, status, v.version);
}

static enum rc after_version(struct request *rq)
{
    return reply_version(rq, rq->op.plan.replayed ? 200 : 201);
}

static enum rc after_publish(struct request *rq)
{
    return reply_version(rq, 200);
}

static enum rc create_version(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct version_new v = {0};
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &v.id);
    jin_uuid(&in, "standard_id", JIN_REQUIRED, &v.standard_id);
    jin_str(&in, "label", JIN_REQUIRED, 40, &v.label);
    jin_uuid(&in, "copy_of", JIN_OPTIONAL, &v.copy_of);
    jin_bool(&in, "official", JIN_OPTIONAL, &v.official);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "standard_version.create", "standard_version", v.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(standard_prepare_version(&rq->op, &v));
    return http_commit(rq, after_version);
}

static enum rc publish_version(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct uuid id, command_id;
    RETURN_IF(path_uuid(rq, "id", &id));
    RETURN_IF(request_json(rq, &in));
    jin_uuid(&in, "id", JIN_REQUIRED, &command_id);
    RETURN_IF(jin_done(&in));
    RETURN_IF(request_command(rq, &in, "standard_version.publish", "standard_version", id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(standard_prepare_publish(&rq->op, id));
    return http_commit(rq, after_publish);
}

static void read_limit(struct jin *in, struct criterion_change *c)
{
    struct jin limit;
    int kind = 0;
    if (!jin_obj(in, "limit", JIN_OPTIONAL, &limit))
        return;
    bool named = jin_enum(&limit, "kind", JIN_REQUIRED, limit_kind_names, &kind);
    if (jin_i64(&limit, "amount", JIN_REQUIRED, 1, 3650, &c->to.limit_amount) && named) {
        c->to.limit_kind = str_of(limit_kind_names[kind]);
        c->set |= CRITERION_LIMIT;
    }
}

static enum rc read_change(struct jin *in, struct criterion_change *c)
{
    struct criterion_full *to = &c->to;
    const struct {
        const char *key;
        unsigned member;
        struct str *into;
    } texts[] = {
        {"text_zh", CRITERION_TEXT_ZH, &to->text_zh},
        {"text_en", CRITERION_TEXT_EN, &to->text_en},
        {"how_zh", CRITERION_HOW_ZH, &to->how_zh},
        {"how_en", CRITERION_HOW_EN, &to->how_en},
        {"mode", CRITERION_MODE, &to->mode},
        {"severity", CRITERION_SEVERITY, &to->severity},
        {"close_zh", CRITERION_CLOSE_ZH, &to->close_zh},
        {"close_en", CRITERION_CLOSE_EN, &to->close_en},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (jin_str(in, texts[i].key, JIN_OPTIONAL, 1000, texts[i].into))
            c->set |= texts[i].member;
    c->set |=
        jin_raw(in, "mode_params", JIN_OPTIONAL, 4000, &to->mode_params) ? CRITERION_PARAMS : 0;
    c->set |= jin_i64(in, "weight", JIN_OPTIONAL, 0, JUDGING_WEIGHT_MAX, &to->weight)
                  ? CRITERION_WEIGHT
                  : 0;
    c->set |= jin_bool(in, "veto", JIN_OPTIONAL, &to->veto) ? CRITERION_VETO : 0;
    c->set |= jin_bool(in, "active", JIN_OPTIONAL, &to->active) ? CRITERION_ACTIVE : 0;
    read_limit(in, c);
    return jin_done(in);
}

static enum rc after_criterion(struct request *rq)
{
    RETURN_IF(standard_json_criterion(&rq->op, &rq->json, NULL, rq->op.plan.command.subject_id));
    return reply_json(rq, 200);
}

static enum rc change_criterion(struct request *rq)
{
    struct jin in;
    struct command cmd;
    struct criterion_change c = {0};
    RETURN_IF(path_uuid(rq, "id", &c.id));
    RETURN_IF(request_json(rq, &in));
    RETURN_IF(read_change(&in, &c));
    RETURN_IF(request_command(rq, &in, "criterion.change", "criterion", c.id, &cmd));
    RETURN_IF(change_begin(&rq->op, &cmd));
    if (!rq->op.plan.replayed)
        RETURN_IF(standard_prepare_criterion_change(&rq->op, &c));
    return http_commit(rq, after_criterion);
}

const struct route standard_routes[] = {
    {HTTP_GET, "/api/v1/standards", ACT_STANDARD_READ, list_standards, 0, 0},
    {HTTP_POST, "/api/v1/standards", ACT_STANDARD_WRITE, create_standard, 0, 0},
    {HTTP_POST, "/api/v1/standard-versions", ACT_STANDARD_WRITE, create_version, 0, 0},
    {HTTP_GET, "/api/v1/standard-versions/{id}", ACT_STANDARD_READ, get_version, 0, 0},
    {HTTP_GET, "/api/v1/standard-versions/{id}/criteria", ACT_STANDARD_READ, list_criteria, 0, 0},
    {HTTP_POST, "/api/v1/standard-versions/{id}/publish", ACT_STANDARD_WRITE, publish_version, 0,
     0},
    {HTTP_PATCH, "/api/v1/criteria/{id}", ACT_STANDARD_WRITE, change_criterion, 0, 0},
    {0},
};
