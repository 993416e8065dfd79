/* edition.c - see edition.h: checks of facilities and frontages raise problems. */
#include "loop/edition_raise.h"

#include "standard/catalogue.h"

/* ---- one problem of an asset and a cause ---- */

static const struct miss raced = {RC_STALE, "changed_meanwhile", "记录刚被他人修改，请刷新后重试",
                                  "The record has just been changed by someone else; reload and try again"};

static enum rc take_limit(struct op *op, const struct edition_raise *r, struct problem_new *p)
{
    struct edition_criterion_row c;
    struct uuid version;
    bool found = false;
    p->limit_kind = r->kind.limit_kind;
    p->limit_amount = r->kind.limit_amount;
    p->limit_stated = true;
    if (str_empty(r->kind.criterion_code))
        return RC_OK;
    RETURN_IF(standard_current_version(op, &version, &found));
    if (found)
        RETURN_IF(q_edition_criterion(&op->rd, &(struct edition_criterion_in){op->hq, version, r->kind.criterion_code}, &c,
                                      &found));
    if (!found)
        return RC_OK; /* the standard in force no longer has it */
    p->criterion_id = c.id;
    p->category_code = c.category_code;
    p->severity = str_is(c.severity, "key") ? "key" : "general";
    p->limit_stated = false;
    p->limit_amount = c.limit_amount;
    for (int i = 0; i < LIMIT_KINDS; i++)
        if (str_is(c.limit_kind, limit_kind_names[i]))
            p->limit_kind = (enum limit_kind)i;
    return RC_OK;
}

enum rc edition_raise_new(struct op *op, const struct edition_raise *r, struct uuid was, struct uuid *problem_id)
{
    struct problem_new p = {.id = change_row_id(op), .source = PROBLEM_BY_ASSET, .state = r->state,
                            .reporter_id = r->reporter_id, .site_id = r->site_id, .site_name = r->site_name,
                            .area_code = r->area_code, .category_code = r->category_code, .description = r->description,
                            .place = r->place, .lon_e7 = r->lon_e7, .lat_e7 = r->lat_e7, .severity = "general",
                            .photos = r->photos, .nphotos = r->nphotos, .asset_id = r->asset_id};
    RETURN_IF(take_limit(op, r, &p));
    RETURN_IF(problem_prepare_new(op, &p, STR("")));
    if (uuid_is_none(was)) {
        fx_edition_cause_add(&op->plan.fx, &(struct edition_cause_add_in){op->hq, r->asset_id, r->cause, p.id, op->now})
            ->on_clash = &raced;
    } else {
        fx_edition_cause_move(&op->plan.fx,
                              &(struct edition_cause_move_in){op->hq, r->asset_id, r->cause, was, p.id, op->now});
    }
    *problem_id = p.id;
    return RC_OK;
}

static enum rc raise_once(struct op *op, const struct edition_raise *r, struct uuid *problem_id)
{
    struct edition_cause_row row;
    bool found;
    RETURN_IF(q_edition_cause(&op->rd, &(struct edition_cause_in){op->hq, r->asset_id, r->cause}, &row, &found));
    if (found && row.is_open) {
        *problem_id = row.problem_id;
        return RC_OK;
    }
    return edition_raise_new(op, r, found ? row.problem_id : UUID_NONE, problem_id);
}

/* What a unit's own people find waits for the office to verify it. */
static enum problem_state first_state(const struct actor *who)
{
    bool official = who->roles & (ROLE_OFFICE | ROLE_INSPECTOR | ROLE_JOINT_INSPECTOR);
    return official ? PROBLEM_REGISTERED : PROBLEM_REPORTED;
}

/* ---- assets ---- */

struct str edition_words(struct arena *a, struct str kind, struct str name, struct str position)
{
    struct str where = str_empty(position) ? STR("") : str_fmt(a, "（%.*s）", STR_ARG(position));
    if (str_eq(kind, name))
        return str_fmt(a, "%.*s%.*s", STR_ARG(kind), STR_ARG(where));
    return str_fmt(a, "%.*s“%.*s”%.*s", STR_ARG(kind), STR_ARG(name), STR_ARG(where));
}

static enum rc raise_causes(struct op *op, const struct asset *a, const struct asset_look *look)
{
    struct arena *m = OP_ARENA(op);
    struct uuid ignored;
    bool found;
    struct edition_raise r = {.asset_id = a->id, .site_id = a->site_id, .site_name = a->site_name, .area_code = a->area_code,
                              .category_code = a->category_code, .place = a->position, .photos = look->photos,
                              .nphotos = look->nphotos, .reporter_id = op->actor.person_id, .state = first_state(&op->actor)};
    if (a->site_retired)
        return RC_OK;
    RETURN_IF(facility_kind_find(op, a->kind_code, &r.kind, &found));
    struct str what = edition_words(m, r.kind.name_zh, a->name, a->position);
    if (a->condition != FACILITY_GOOD) {
        r.cause = STR("condition");
        r.description = str_fmt(m, "%.*s%.*s%s%.*s", STR_ARG(what), STR_ARG(facility_condition_word(a->condition, LANG_ZH)),
                                str_empty(look->note) ? "" : "：", STR_ARG(look->note));
        RETURN_IF(raise_once(op, &r, &ignored));
    }
    if (!uuid_is_none(a->edition_id) && edition_outdated(&a->edition, op->now)) {
        bool withdrawn = edition_state_at(&a->edition, op->now) == EDITION_WITHDRAWN;
        r.cause = STR("edition");
        r.description = str_fmt(m, "%.*s仍展示%s的内容《%.*s》（%.*s），须更换", STR_ARG(what),
                                withdrawn ? "已撤回" : "已过更换期限", STR_ARG(a->edition_title), STR_ARG(a->edition_label));
        RETURN_IF(raise_once(op, &r, &ignored));
    }
    return RC_OK;
}

enum rc edition_prepare_asset(struct op *op, const struct asset_new *in, const struct asset_look *look)
{
    struct asset a;
    RETURN_IF(asset_prepare_create(op, in, look, &a));
    return raise_causes(op, &a, look);
}

enum rc edition_prepare_look(struct op *op, struct uuid asset_id, const struct asset_look *look)
{
    struct asset a;
    bool newest;
    RETURN_IF(asset_prepare_check(op, asset_id, look, &a, &newest));
    return newest ? raise_causes(op, &a, look) : RC_OK; /* one that came late says nothing about now */
}

/* ---- frontages ---- */

static enum rc finding_photos(struct op *op, struct uuid finding, struct edition_raise *r)
{
    struct edition_finding_photos_row *rows;
    size_t n;
    struct edition_finding_photos_in in = {op->hq, finding, STR("found")};
    RETURN_IF(q_edition_finding_photos(&op->rd, &in, &rows, &n));
    struct sha256 *photos = ARENA_MANY(OP_ARENA(op), struct sha256, n);
    for (size_t i = 0; i < n; i++)
        photos[i] = rows[i].sha256;
    r->photos = photos;
    r->nphotos = n;
    return RC_OK;
}

static enum rc raise_finding(struct op *op, const struct frontage_finding *x, const struct frontage *f, struct edition_raise *r)
{
    struct uuid problem_id;
    bool found;
    struct arena *m = OP_ARENA(op);
    r->asset_id = f->id;
    r->cause = x->item_code;
    r->site_id = f->site_id;
    r->site_name = f->site_name.p ? f->site_name : f->name;
    r->area_code = f->area_code;
    r->category_code = f->category_code;
    r->place = f->place.p ? f->place : f->name;
    r->lon_e7 = f->lon_e7;
    r->lat_e7 = f->lat_e7;
    RETURN_IF(facility_kind_find(op, x->item_code, &r->kind, &found));
    r->description = str_fmt(m, "沿街商户“%.*s”门前三包（%.*s）不落实%s%.*s", STR_ARG(f->name), STR_ARG(r->kind.name_zh),
                             str_empty(x->note) ? "" : "：", STR_ARG(x->note));
    RETURN_IF(raise_once(op, r, &problem_id));
    finding_fx_raised(op, x, problem_id);
    return RC_OK;
}

enum rc edition_prepare_frontage_look(struct op *op, const struct frontage_look *look)
{
    struct frontage f;
    struct frontage_finding *now;
    size_t n;
    RETURN_IF(frontage_prepare_check(op, look, &f, &now, &n));
    for (size_t i = 0; i < n; i++) {
        struct edition_raise r = {.reporter_id = op->actor.person_id, .state = first_state(&op->actor)};
        for (size_t k = 0; k < look->nitems; k++)
            if (str_eq(look->items[k].code, now[i].item_code)) {
                r.photos = look->items[k].photos;
                r.nphotos = look->items[k].nphotos;
            }
        RETURN_IF(raise_finding(op, &now[i], &f, &r));
    }
    return RC_OK;
}

/* Its own time is over: whoever found it, the shop has had its chance, and the case is registered. */
static enum rc raise_over(struct op *op, const struct frontage_finding *x)
{
    struct edition_raise r = {.reporter_id = x->finder_id, .state = PROBLEM_REGISTERED};
    struct frontage f;
    enum frontage_state after;
    RETURN_IF(frontage_decide(op->rd.fault, x->state, x->mend_by_ms, FRONTAGE_RAISE, 0, op->now, &after));
    RETURN_IF(frontage_read(op, x->frontage_id, &f));
    RETURN_IF(finding_photos(op, x->id, &r));
    return raise_finding(op, x, &f, &r);
}

enum rc edition_prepare_raise(struct op *op, struct uuid finding_id)
{
    struct frontage_finding x;
    RETURN_IF(finding_read(op, finding_id, &x));
    struct subject subject = facility_subject(&op->actor, x.units, 4, x.area_code);
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_FACILITY_CHECK, &subject));
    return raise_over(op, &x);
}

/* ---- the chore ---- */

/* Everything is in reach of the system; whose name stands under it is the finder's. */
static void act_for(struct op *op, struct uuid person, struct uuid unit)
{
    op->actor = (struct actor){.person_id = person, .unit_id = unit, .roles = ROLE_OFFICE};
}

static enum rc raise_one(struct op *op, struct uuid id)
{
    struct frontage_finding x;
    act_for(op, UUID_NONE, UUID_NONE);
    RETURN_IF(finding_read(op, id, &x));
    act_for(op, x.finder_id, x.finder_unit_id);
    const struct command c = {.id = uuid_named(id, STR("self-mend over")), .kind = "frontage.raise",
                              .content = sha256_of(uuid_str(OP_ARENA(op), id)), .subject_kind = "finding", .subject_id = id};
    RETURN_IF(change_begin(op, &c));
    if (op->plan.replayed)
        return RC_OK;
    RETURN_IF(raise_over(op, &x));
    return change_commit(op);
}

enum rc edition_frontage_chore(struct op *op, bool *more)
{
    enum { AT_ONCE = 20 };
    struct edition_findings_over_row *rows;
    size_t n;
    *more = false;
    RETURN_IF(q_edition_findings_over(&op->rd, &(struct edition_findings_over_in){op->hq, op->now, AT_ONCE}, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        enum rc rc = edition_again(op, rows[i].id, raise_one);
        /* Mended or raised by a person meanwhile: that is as good. */
        if (rc != RC_OK && !str_is(op->rd.fault->code, "finding_settled"))
            return rc;
        fault_clear(op->rd.fault);
    }
    *more = n == AT_ONCE;
    return RC_OK;
}

enum rc edition_again(struct op *op, struct uuid id, enum rc (*step)(struct op *op, struct uuid id))
{
    enum rc rc = step(op, id);
    for (int i = 1; i < CHANGE_TRIES && rc != RC_OK && change_should_retry(op); i++) {
        fault_clear(op->rd.fault);
        rc = step(op, id);
    }
    return rc;
}
