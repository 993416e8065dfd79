/* doubt_json.c - see doubt.h: doubts as JSON, side by side with their sources. */
#include "loop/doubt.h"

#include "doubt_sql.h"

#include <math.h>

/* What was done to the earlier picture, as far as it shows. */
static void put_match(struct json_out *j, const struct match *m)
{
    static const struct {
        unsigned kind;
        const char *name;
    } kinds[] = {{MATCH_COPY, "copy"}, {MATCH_CROPPED, "cropped"}, {MATCH_TURNED, "turned"}, {MATCH_MIRRORED, "mirrored"}};
    unsigned found = match_kinds(m);
    jo_obj(j, "match");
    jo_arr(j, "kinds");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (found & kinds[i].kind)
            jo_z(j, NULL, kinds[i].name);
    jo_end(j);
    jo_scaled(j, "likeness", lroundf(m->likeness * 100), 2);
    jo_i64(j, "marks", m->pairs);
    jo_i64(j, "turned_deg", lroundf(m->turn_deg) % 360);
    jo_scaled(j, "part_of_photo", lroundf(m->of_one * 100), 2);
    jo_scaled(j, "part_of_source", lroundf(m->of_other * 100), 2);
    jo_end(j);
}

static void put_source(struct json_out *j, const struct doubt_source *s)
{
    bool of_problem = !uuid_is_none(s->use.problem_id);
    jo_obj(j, "source");
    jo_z(j, "kind", of_problem ? "problem" : "inspection");
    jo_bool(j, "same_problem", s->own);
    jo_uuid(j, "problem_id", s->use.problem_id);
    jo_str(j, "problem_number", s->number);
    jo_uuid(j, "inspection_id", s->use.inspection_id);
    jo_named(j, "site", s->site_id, s->site_name);
    jo_str(j, "event", s->use.event);
    jo_str(j, "role", s->use.role);
    jo_time(j, "offered_at", s->use.at_ms);
    jo_sha256(j, "sha256", s->sha256);
    jo_opt_time(j, "taken_at", s->taken_ms);
    jo_str(j, "camera", s->camera);
    jo_end(j);
}

void doubt_json_decisions(struct json_out *j, struct uuid doubt_id, const struct doubt_decisions_row *rows, size_t n)
{
    jo_arr(j, "decisions");
    for (size_t i = 0; i < n; i++) {
        if (!uuid_eq(rows[i].doubt_id, doubt_id))
            continue;
        jo_obj(j, NULL);
        jo_str(j, "decision", rows[i].decision);
        jo_str(j, "note", rows[i].note);
        jo_named(j, "by", rows[i].person_id, rows[i].person_name);
        jo_time(j, "at", rows[i].at_ms);
        jo_end(j);
    }
    jo_end(j);
}

/* The latest stands: "open", "cleared", "confirmed". */
static struct str state_of(struct uuid doubt_id, const struct doubt_decisions_row *rows, size_t n)
{
    struct str state = STR("open");
    for (size_t i = 0; i < n; i++)
        if (uuid_eq(rows[i].doubt_id, doubt_id))
            state = rows[i].decision;
    return state;
}

static void put_doubt(struct json_out *j, const struct doubt *d, const struct doubt_decisions_row *rows, size_t n)
{
    bool far = d->kind == DOUBT_FAR, time = d->kind >= DOUBT_TAKEN_BEFORE && d->kind <= DOUBT_TAKEN_LONG_BEFORE;
    jo_obj(j, NULL);
    jo_uuid(j, "id", d->id);
    jo_z(j, "kind", doubt_kind_names[d->kind]);
    jo_str(j, "state", state_of(d->id, rows, n));
    jo_sha256(j, "sha256", d->photo->sha256);
    jo_i64(j, "seq", d->photo->seq);
    jo_str(j, "event", d->photo->event);
    jo_str(j, "role", d->photo->role);
    if (time)
        jo_i64(j, "difference_s", d->value / 1000);
    else
        jo_null(j, "difference_s");
    if (far)
        jo_i64(j, "distance_m", d->value);
    else
        jo_null(j, "distance_m");
    if (d->match)
        put_match(j, d->match);
    else
        jo_null(j, "match");
    if (d->source)
        put_source(j, d->source);
    else
        jo_null(j, "source");
    doubt_json_decisions(j, d->id, rows, n);
    jo_end(j);
}

static void put_photo(struct json_out *j, const struct doubt_photo *p)
{
    jo_obj(j, NULL);
    jo_sha256(j, "sha256", p->sha256);
    jo_i64(j, "seq", p->seq);
    jo_str(j, "event", p->event);
    jo_str(j, "role", p->role);
    jo_time(j, "offered_at", p->offered_ms);
    jo_time(j, "received_at", p->received_ms);
    jo_opt_time(j, "taken_at", p->taken_ms);
    jo_bool(j, "zone_known", p->zone_known);
    jo_place(j, "place", p->lon_e7, p->lat_e7);
    jo_opt_i64(j, "distance_m", p->distance_m);
    jo_str(j, "camera", p->camera);
    jo_end(j);
}

/* Shown, not judged: several cameras are nothing wrong by themselves. */
static void put_cameras(struct json_out *j, const struct doubts *d)
{
    jo_arr(j, "cameras");
    for (size_t i = 0; i < d->nphotos; i++) {
        int64_t count = 0;
        bool first = d->photos[i].camera.p != NULL;
        for (size_t k = 0; k < d->nphotos; k++) {
            bool same = d->photos[k].camera.p && str_eq(d->photos[k].camera, d->photos[i].camera);
            first = first && !(same && k < i);
            count += same;
        }
        if (!first)
            continue;
        jo_obj(j, NULL);
        jo_str(j, "name", d->photos[i].camera);
        jo_i64(j, "photos", count);
        jo_end(j);
    }
    jo_end(j);
}

enum rc doubt_json(struct json_out *j, struct op *op, const struct doubts *d)
{
    struct doubt_decisions_row *rows;
    size_t n;
    RETURN_IF(q_doubt_decisions(&op->rd, &(struct doubt_decisions_in){op->hq, str_of(d->subject.kind), d->subject.id}, &rows,
                                &n));
    jo_obj(j, NULL);
    jo_z(j, "search", evidence_state_names[d->search]);
    jo_arr(j, "items");
    for (size_t i = 0; i < d->n; i++)
        put_doubt(j, &d->list[i], rows, n);
    jo_end(j);
    jo_arr(j, "photos");
    for (size_t i = 0; i < d->nphotos; i++)
        put_photo(j, &d->photos[i]);
    jo_end(j);
    put_cameras(j, d);
    jo_null(j, "next");
    jo_end(j);
    return RC_OK;
}
