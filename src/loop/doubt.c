/* doubt.c - see doubt.h: the rules, without I/O. */
#include "loop/doubt.h"

const char *const doubt_kind_names[DOUBT_KINDS + 1] = {
    "same_photo", "looks_like", "taken_before_report", "taken_after_arrival", "taken_long_before_arrival", "far_from_site",
    NULL};

static size_t add(struct doubt *out, size_t n, enum doubt_kind kind, int64_t value)
{
    out[n] = (struct doubt){.kind = kind, .value = value};
    return n + 1;
}

size_t doubt_time_place(const struct doubt_subject *s, const struct doubt_photo *p, struct doubt *out)
{
    size_t n = 0;
    bool proof = str_is(p->role, "after");
    if (p->taken_ms.has) {
        int64_t before_report = s->reported_ms.has ? s->reported_ms.v - p->taken_ms.v : 0;
        int64_t ahead = p->taken_ms.v - p->received_ms;
        if (proof && before_report > DOUBT_CLOCK_MS)
            n = add(out, n, DOUBT_TAKEN_BEFORE, before_report);
        if (ahead > DOUBT_CLOCK_MS)
            n = add(out, n, DOUBT_TAKEN_AFTER, ahead);
        else if (-ahead > DOUBT_LONG_BEFORE_MS)
            n = add(out, n, DOUBT_TAKEN_LONG_BEFORE, -ahead);
    }
    if (p->distance_m.has && p->distance_m.v > DOUBT_FAR_M)
        n = add(out, n, DOUBT_FAR, p->distance_m.v);
    return n;
}

static bool is_linked(const struct doubt_subject *s, struct uuid problem_id)
{
    for (size_t i = 0; i < sizeof s->linked / sizeof *s->linked; i++)
        if (!uuid_is_none(s->linked[i]) && uuid_eq(s->linked[i], problem_id))
            return true;
    return false;
}

bool doubt_use_counts(const struct doubt_subject *s, const struct doubt_photo *p, const struct doubt_use *use)
{
    bool of_problem = !uuid_is_none(use->problem_id);
    bool proof = str_is(p->role, "after");
    if (use->at_ms >= p->offered_ms)
        return false;
    if (!of_problem && uuid_eq(use->inspection_id, s->id))
        return false;
    if (!of_problem && uuid_eq(use->inspection_id, s->inspection_id))
        return proof; /* the finding's own photograph begins the case; as proof of mending it is a doubt */
    if (of_problem && uuid_eq(use->problem_id, s->id))
        return use->seq < p->seq && !str_starts(use->event, STR("hand_"));
    return !(of_problem && is_linked(s, use->problem_id) && !proof);
}

struct uuid doubt_id(const struct doubt_subject *s, const struct doubt *d)
{
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, str_of(doubt_kind_names[d->kind]));
    hash_raw(&h, d->photo->sha256.b, sizeof d->photo->sha256.b);
    hash_field_i64(&h, d->photo->seq);
    if (d->source) {
        hash_raw(&h, d->source->sha256.b, sizeof d->source->sha256.b);
        hash_field_uuid(&h, d->source->use.problem_id);
        hash_field_uuid(&h, d->source->use.inspection_id);
    }
    struct sha256 sum = hash_end(&h);
    return uuid_named(s->id, (struct str){(const char *)sum.b, sizeof sum.b});
}
