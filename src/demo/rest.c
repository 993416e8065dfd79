/*
 * rest.c - what lists would else lack: duties of people for places, and the few visits that do not count: withdrawn,
 * corrected, waiting in quarantine or refused there, still staged.
 */
#include "demo/internal.h"

#include "loop/inspect.h"
#include "org/org.h"

#include <stdio.h>
#include <stdlib.h>

static enum rc add_duty(struct demo *d, const char *kind, struct uuid person, const char *place_kind, struct uuid place)
{
    char key[64], hex[UUID_TEXT];
    uuid_format(person, hex);
    snprintf(key, sizeof key, "%.36s %s", hex, kind);
    RETURN_IF(demo_begin(d, d->start_ms + HOUR_MS, &d->office[0], "duty.create", "duty", str_of(key)));
    struct duty_new in = {.id = d->p->op.plan.command.id, .kind = str_of(kind), .person_id = person,
                          .place_kind = str_of(place_kind), .place_id = place};
    RETURN_IF(duty_prepare_create(&d->p->op, &in));
    return change_commit(&d->p->op);
}

enum rc demo_duties(struct demo *d)
{
    for (int t = 0; t < d->ntowns; t++)
        RETURN_IF(add_duty(d, "grid", d->grid[t].person_id, "area", d->towns[t].id));
    for (int u = 0; u < d->nunits; u++)
        RETURN_IF(add_duty(d, "liaison", d->units[u].contact, "unit", d->units[u].id));
    for (int i = 0; i < INSPECTORS; i++)
        RETURN_IF(add_duty(d, "inspector", d->inspectors[i].person_id, "area", d->towns[i % d->ntowns].id));
    return RC_OK;
}

/* ---- visits that do not count ---- */

/* How a visit is told, and what becomes of it. */
struct odd {
    const char *key;
    int site, inspector;
    int visit_days, sent_days;  /* before the last day: when made, when sent */
    bool complete;
    const char *corrects;       /* key of the one it corrects */
    const char *withdrawn;      /* reason */
    const char *rejected;       /* reason */
};

static const struct odd odds[] = {
    {"odd-01", 31, 0, 9, 9, true, NULL, "误选了相邻点位", NULL},
    {"odd-02", 217, 3, 6, 6, true, NULL, "与当日另一次检查重复", NULL},
    {"odd-03", 402, 5, 5, 5, true, NULL, NULL, NULL},
    {"odd-04", 402, 5, 5, 5, true, "odd-03", NULL, NULL},
    {"odd-05", 118, 7, 40, 3, true, NULL, NULL, NULL},
    {"odd-06", 640, 8, 45, 2, true, NULL, NULL, NULL},
    {"odd-07", 555, 9, 60, 4, true, NULL, NULL, "时隔过久，现场情况无法核实"},
    {"odd-08", 73, 1, 1, 1, false, NULL, NULL, NULL},
};

/* One criterion of the list, met in the way it is judged. */
static struct str met(struct arena *a, const struct checklist *list)
{
    const struct criterion *c = &list->criteria[0];
    for (size_t i = 1; i < list->n && (!c->active || c->judging.mode != JUDGING_BINARY); i++)
        c = &list->criteria[i];
    const char *result = c->judging.mode == JUDGING_BINARY      ? "\"met\""
                         : c->judging.mode == JUDGING_THRESHOLD ? "\"not_applicable\""
                                                                : "\"count\",\"count\":0";
    struct str id = uuid_str(a, c->id);
    return str_fmt(a, "{\"criterion_id\":\"%.*s\",\"result\":%s}", STR_ARG(id), result);
}

/* The body a phone would send. */
static enum rc tell(struct demo *d, const struct odd *o, int64_t visit_ms, struct str *body)
{
    struct arena *a = &d->p->arena;
    const struct demo_site *site = &d->sites[o->site % d->nsites];
    const struct checklist *list;
    struct uuid version;
    bool found;
    RETURN_IF(standard_version_at(&d->p->op, visit_ms, &version, &found));
    RETURN_IF(standard_checklist(&d->p->op, version, str_of(site->category), &list));
    struct str corrects = STR("null");
    if (o->corrects) {
        struct str earlier = uuid_str(a, demo_id("inspection.record", str_of(o->corrects)));
        corrects = str_fmt(a, "\"%.*s\"", STR_ARG(earlier));
    }
    struct str own = uuid_str(a, d->p->op.plan.command.id), place = uuid_str(a, site->id);
    struct str observation = met(a, list), at = civil_rfc3339(a, visit_ms, ZONE_SHANGHAI_MIN);
    *body = str_fmt(a,
                    "{\"id\":\"%.*s\",\"site_id\":\"%.*s\",\"kind\":\"patrol\",\"visit_at\":\"%.*s\",\"complete\":%s,"
                    "\"corrects_id\":%.*s,\"observations\":[%.*s]}",
                    STR_ARG(own), STR_ARG(place), STR_ARG(at), o->complete ? "true" : "false", STR_ARG(corrects),
                    STR_ARG(observation));
    return RC_OK;
}

static enum rc record(struct demo *d, const struct odd *o, int64_t visit_ms, int64_t sent_ms)
{
    struct inspection_new in;
    struct str body;
    struct jin j;
    RETURN_IF(demo_begin(d, sent_ms, &d->inspectors[o->inspector], "inspection.record", "inspection", str_of(o->key)));
    RETURN_IF(tell(d, o, visit_ms, &body));
    RETURN_IF(jin_parse(&j, &d->p->arena, &d->p->fault, body));
    enum rc rc = inspection_read(&j, &in);
    if (rc == RC_OK)
        rc = inspect_prepare_new(&d->p->op, &in);
    jin_free(&j);
    RETURN_IF(rc);
    d->n->inspections++;
    return change_commit(&d->p->op);
}

static enum rc follow(struct demo *d, const struct odd *o, int64_t at_ms)
{
    struct uuid id = demo_id("inspection.record", str_of(o->key));
    if (o->withdrawn) {
        RETURN_IF(demo_begin(d, at_ms, &d->inspectors[o->inspector], "inspection.withdraw", "inspection", str_of(o->key)));
        d->p->op.plan.command.subject_id = id;
        RETURN_IF(inspect_prepare_withdraw(&d->p->op, id, str_of(o->withdrawn)));
        return change_commit(&d->p->op);
    }
    if (o->rejected) {
        RETURN_IF(demo_begin(d, at_ms, &d->office[1], "inspection.judge", "inspection", str_of(o->key)));
        d->p->op.plan.command.subject_id = id;
        RETURN_IF(inspect_prepare_judge(&d->p->op, id, false, str_of(o->rejected)));
        return change_commit(&d->p->op);
    }
    return RC_OK;
}

enum rc demo_rest(struct demo *d)
{
    int64_t last_ms = civil_midnight(d->until_ms, ZONE_SHANGHAI_MIN);
    for (size_t i = 0; i < sizeof odds / sizeof *odds; i++) {
        const struct odd *o = &odds[i];
        int64_t visit_ms = last_ms - (int64_t)o->visit_days * DAY_MS + 10 * (int64_t)HOUR_MS + (int64_t)i * MINUTE_MS;
        int64_t sent_ms = last_ms - (int64_t)o->sent_days * DAY_MS + 11 * (int64_t)HOUR_MS + (int64_t)i * MINUTE_MS;
        RETURN_IF(record(d, o, visit_ms, sent_ms));
        RETURN_IF(follow(d, o, sent_ms + 2 * (int64_t)HOUR_MS));
    }
    return RC_OK;
}
