/*
 * link_store.c - merging, splitting and tying cases on an operation. Both sides get a row in their timelines, so that
 * the version of each guards the tie.
 */
#include "link_sql.h"
#include "problem/link.h"
#include "problem/problem_store.h"

#include "change/change.h"

enum rc link_case_load(struct op *op, struct uuid id, struct link_case *out)
{
    struct link_facts_row r;
    bool found;
    RETURN_IF(q_link_facts(&op->rd, &(struct link_facts_in){op->hq, id}, &r, &found));
    *out = (struct link_case){.id = id};
    if (!found)
        return RC_OK;
    *out = (struct link_case){.id = r.id, .state = (enum problem_state)problem_name_index(problem_state_names, r.state),
                              .held = r.held, .round_id = r.round_id, .parent_id = r.parent_id,
                              .reported_ms = r.reported_ms, .closed_ms = r.closed_ms, .children = r.children,
                              .open_children = r.open_children, .merged = r.merged, .open_levels = r.open_levels};
    return RC_OK;
}

enum rc link_person_follows(struct op *op, struct uuid problem_id, struct uuid person_id, bool *yes)
{
    struct link_follows_row row;
    *yes = false;
    if (uuid_is_none(person_id))
        return RC_OK;
    return q_link_follows(&op->rd, &(struct link_follows_in){op->hq, problem_id, person_id}, &row, yes);
}

/* The other case named in a body; a field error when the actor may not see it. */
static enum rc load_named(struct op *op, struct uuid id, const char *at, struct problem_by_id_row *row)
{
    if (problem_load(op, id, row) != RC_NOT_FOUND)
        return op->rd.fault->rc;
    fault_clear(op->rd.fault);
    return fail_field(op->rd.fault, str_of(at), "problem_missing", "没有这个问题", "There is no such problem");
}

static enum rc may_link(struct op *op, const struct problem_by_id_row *row)
{
    struct subject s = problem_subject(row);
    return policy_check(op->rd.fault, &op->actor, ACT_PROBLEM_MERGE, &s);
}

static enum rc add_mark(struct op *op, const struct problem_by_id_row *row, const char *event, struct str note)
{
    return problem_prepare_mark(op, row, &(struct problem_mark){.event = event, .note = note, .unit_id = row->unit_id});
}

/* What had been merged into the source goes along, so that no chain comes about. */
static enum rc carry_along(struct op *op, struct uuid source_id, struct uuid target_id)
{
    struct link_merged_row *rows;
    size_t n;
    RETURN_IF(q_link_merged(&op->rd, &(struct link_merged_in){op->hq, source_id, LINK_MERGED_MAX + 1}, &rows, &n));
    if (n > LINK_MERGED_MAX)
        return OP_FAIL(op, RC_CONFLICT, "too_many_merged", "并入本问题的问题过多，请反向合并", "Too many cases are merged into this one; merge the other way round");
    for (size_t i = 0; i < n; i++) {
        struct problem_by_id_row row;
        RETURN_IF(problem_load(op, rows[i].id, &row));
        fx_link_target_set(&op->plan.fx, &(struct link_target_set_in){op->hq, rows[i].id, target_id, source_id});
        RETURN_IF(add_mark(op, &row, "merge_moved", STR_NONE));
    }
    return RC_OK;
}

enum rc link_prepare_merge(struct op *op, const struct link_merge *in)
{
    struct problem_by_id_row row, into;
    struct link_case source, target;
    RETURN_IF(problem_load(op, in->id, &row));
    RETURN_IF(may_link(op, &row));
    RETURN_IF(load_named(op, in->into_id, "/into_id", &into));
    RETURN_IF(may_link(op, &into));
    RETURN_IF(link_case_load(op, in->id, &source));
    RETURN_IF(link_case_load(op, in->into_id, &target));
    RETURN_IF(link_check_merge(op->rd.fault, &source, &target));
    RETURN_IF(carry_along(op, in->id, in->into_id));
    struct subject s = problem_subject(&row);
    struct problem_act act = {.event = PROBLEM_EV_MERGE, .target_id = in->into_id, .note = in->note,
                              .version = in->version, .via_room = true};
    RETURN_IF(problem_prepare_step(op, &row, &s, &act));
    return add_mark(op, &into, "merge_in", in->note);
}

enum rc link_prepare_unmerge(struct op *op, struct uuid id, struct str note)
{
    struct problem_by_id_row row, into;
    RETURN_IF(problem_load(op, id, &row));
    struct subject s = problem_subject(&row);
    struct problem_act act = {.event = PROBLEM_EV_UNMERGE, .note = note, .via_room = true};
    RETURN_IF(problem_prepare_step(op, &row, &s, &act));
    RETURN_IF(problem_load(op, row.merged_into, &into));
    return add_mark(op, &into, "merge_out", note);
}

/* ---- parent and children ---- */

/* Without photographs of its own a child shows what the parent was reported with. */
static enum rc first_photos(struct op *op, struct uuid id, const struct sha256 **photos, size_t *n)
{
    struct problem_photos_row *rows;
    size_t nrows;
    *n = 0;
    RETURN_IF(q_problem_photos(&op->rd, &(struct problem_photos_in){op->hq, id}, &rows, &nrows));
    struct sha256 *list = ARENA_MANY(OP_ARENA(op), struct sha256, nrows + 1);
    for (size_t i = 0; i < nrows && *n < PROBLEM_PHOTOS_MAX; i++)
        if (rows[i].seq == 1)
            list[(*n)++] = rows[i].sha256;
    *photos = list;
    return RC_OK;
}

static enum rc place_child(struct op *op, const struct link_child *c, struct str at, struct problem_new *p)
{
    struct link_place_row site;
    bool found;
    if (uuid_is_none(c->site_id))
        return RC_OK;
    RETURN_IF(q_link_place(&op->rd, &(struct link_place_in){op->hq, c->site_id}, &site, &found));
    if (!found)
        return fail_field(op->rd.fault, str_fmt(OP_ARENA(op), "%.*s/site_id", STR_ARG(at)), "site_missing",
                          "没有这个点位，或已撤销", "There is no such site, or it is retired");
    p->site_id = c->site_id;
    p->site_name = site.name;
    p->area_code = site.area_code;
    p->category_code = site.category_code;
    p->place = c->place;
    p->lon_e7 = p->lat_e7 = NONE_I64;
    return RC_OK;
}

static enum rc add_child(struct op *op, const struct problem_by_id_row *parent, const struct problem_case *pc,
                         const struct link_child *c, struct str at)
{
    struct problem_new p = {
        .id = c->id, .source = (enum problem_source)problem_name_index(problem_source_names, parent->source),
        .state = PROBLEM_REGISTERED,
        /* Who found it on a covert round is told to nobody, not by a child either. */
        .reporter_id = parent->covert && !parent->held ? op->actor.person_id : parent->reporter_id,
        .site_id = parent->site_id, .site_name = parent->site_name, .area_code = parent->area_code,
        .category_code = parent->category_code, .criterion_id = parent->criterion_id, .description = c->description,
        .place = c->place.n ? c->place : parent->place, .lon_e7 = parent->lon_e7, .lat_e7 = parent->lat_e7,
        .severity = str_is(parent->severity, "key") ? "key" : "general", .photos = c->photos, .nphotos = c->nphotos,
        .kind = parent->kind, .held = parent->held, .round_id = parent->held ? parent->round_id : UUID_NONE,
        .parent_id = parent->id, .limit_kind = c->has_limit ? c->limit_kind : pc->handling.kind,
        .limit_amount = c->has_limit ? c->limit_amount : pc->limit_amount, .limit_stated = c->has_limit};
    RETURN_IF(place_child(op, c, at, &p));
    if (p.nphotos == 0)
        RETURN_IF(first_photos(op, parent->id, &p.photos, &p.nphotos));
    return problem_prepare_new(op, &p, at);
}

enum rc link_prepare_split(struct op *op, struct uuid parent_id, const struct link_child *children, size_t n, struct str note)
{
    struct problem_by_id_row row;
    struct link_case parent;
    RETURN_IF(problem_load(op, parent_id, &row));
    RETURN_IF(may_link(op, &row));
    RETURN_IF(link_case_load(op, parent_id, &parent));
    RETURN_IF(link_check_parent(op->rd.fault, &parent));
    if (parent.children + (int64_t)n > LINK_CHILDREN_MAX)
        return OP_FAIL(op, RC_CONFLICT, "too_many_children", "一件问题最多拆分为%d件子案", "A case has %d children at most", LINK_CHILDREN_MAX);
    struct problem_case pc = problem_case_of(&row);
    for (size_t i = 0; i < n; i++)
        (void)!add_child(op, &row, &pc, &children[i], str_fmt(OP_ARENA(op), "/children/%zu", i)); /* names every fault */
    RETURN_IF(op->rd.fault->rc);
    return add_mark(op, &row, "split", note);
}

enum rc link_prepare_parent(struct op *op, struct uuid child_id, struct uuid parent_id, struct str note)
{
    struct problem_by_id_row row, above;
    struct link_case child, parent;
    bool hangs = !uuid_is_none(parent_id);
    RETURN_IF(problem_load(op, child_id, &row));
    RETURN_IF(may_link(op, &row));
    RETURN_IF(link_case_load(op, child_id, &child));
    if (!hangs && uuid_is_none(child.parent_id))
        return OP_FAIL(op, RC_CONFLICT, "no_parent", "该问题没有父案", "The case has no parent");
    RETURN_IF(load_named(op, hangs ? parent_id : child.parent_id, "/parent_id", &above));
    if (hangs) {
        RETURN_IF(link_case_load(op, parent_id, &parent));
        RETURN_IF(link_check_child(op->rd.fault, &parent, &child));
    }
    fx_link_parent_set(&op->plan.fx, &(struct link_parent_set_in){op->hq, child_id, parent_id});
    RETURN_IF(add_mark(op, &row, hangs ? "attach" : "detach", note));
    return add_mark(op, &above, hangs ? "attach_child" : "detach_child", note);
}
