/* draw_file.c - a file of draws as GET /rounds/{id}/draws answers it, read and repeated without a database. */
#include "base/arena.h"
#include "base/json_in.h"
#include "round/draw_store.h"

enum { DRAWS_MAX = 1000, TEXT_CHARS_MAX = 8 * 1024 * 1024 };

static void read_opening(struct jin *in, struct draw_record *r)
{
    size_t n = 0;
    int64_t slot = 0;
    jin_i64(in, "slot", JIN_REQUIRED, 0, COMMITMENT_SLOTS - 1, &slot);
    r->opening.slot = (uint32_t)slot;
    jin_sha256(in, "key", JIN_REQUIRED, &r->opening.key);
    if (jin_arr(in, "path", JIN_REQUIRED, COMMITMENT_LEVELS, &n))
        for (size_t i = 0; i < n; i++)
            jin_arr_sha256(in, "path", i, &r->opening.path[i]);
    if (n != COMMITMENT_LEVELS)
        fail_field(in->fault, jin_pointer(in, "path"), "bad_path", "应有 %d 个哈希值", "There must be %d hashes",
                   COMMITMENT_LEVELS);
}

static void read_claim(struct jin *in, struct draw_claim *c)
{
    struct draw_record *r = &c->record;
    struct uuid *drawn = NULL;
    jin_i64(in, "no", JIN_REQUIRED, 1, 1000000, &r->no);
    jin_str(in, "day", JIN_REQUIRED, 10, &r->day);
    jin_time(in, "drawn_at", JIN_OPTIONAL, &r->at_ms);
    jin_time(in, "committed_at", JIN_OPTIONAL, &r->committed_ms);
    jin_sha256(in, "commitment", JIN_REQUIRED, &r->commitment);
    jin_secret(in, "text", JIN_REQUIRED, TEXT_CHARS_MAX, &r->text);
    jin_bool(in, "open", JIN_REQUIRED, &r->open);
    if (r->open)
        read_opening(in, r);
    else
        (void)(jin_is_null(in, "slot") && jin_is_null(in, "key") && jin_is_null(in, "path"));
    if (jin_arr(in, "drawn", JIN_REQUIRED, DRAW_CANDIDATES_MAX, &c->ndrawn))
        drawn = ARENA_MANY(in->arena, struct uuid, c->ndrawn + 1);
    for (size_t i = 0; drawn && i < c->ndrawn; i++)
        jin_arr_uuid(in, "drawn", i, &drawn[i]);
    c->drawn = drawn;
    (void)!jin_done(in);
}

static const char *check(struct arena *a, struct draw_claim *c)
{
    size_t at = 0;
    if (!c->record.open)
        return "sealed";
    const char *wrong = draw_repeat(a, &c->record);
    if (wrong)
        return wrong;
    const struct draw *d = &c->record.drawn;
    for (size_t h = 0; h < d->nstrata; h++)
        for (size_t k = 0; k < d->strata[h].quota; k++, at++)
            if (at >= c->ndrawn || !uuid_eq(c->drawn[at], d->strata[h].drawn[k]))
                return "drawn";
    return at == c->ndrawn ? NULL : "drawn";
}

static enum rc read_all(struct jin *in, struct arena *a, struct draw_claim **out, size_t *n)
{
    struct uuid round_id;
    jin_uuid(in, "round_id", JIN_OPTIONAL, &round_id);
    (void)jin_is_null(in, "next");
    if (!jin_arr(in, "items", JIN_REQUIRED, DRAWS_MAX, n))
        return in->fault->rc;
    *out = ARENA_MANY(a, struct draw_claim, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        struct jin one;
        if (jin_arr_obj(in, "items", i, &one))
            read_claim(&one, &(*out)[i]);
    }
    return jin_done(in);
}

enum rc draw_file_check(struct arena *a, struct fault *f, struct str json, struct draw_claim **out, size_t *n)
{
    struct jin in;
    *n = 0;
    RETURN_IF(jin_parse(&in, a, f, json));
    enum rc rc = read_all(&in, a, out, n);
    jin_free(&in);
    for (size_t i = 0; rc == RC_OK && i < *n; i++)
        (*out)[i].wrong = check(a, &(*out)[i]);
    return rc;
}
