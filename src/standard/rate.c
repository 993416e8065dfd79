/*
 * rate.c - integer rates, roll-ups and bands. See rate.h.
 *
 * Products are taken in 128 bits so that sums of points over years can be scaled without overflow;
 * no floating point anywhere, so SQLite, PostgreSQL and every machine agree to the last digit.
 */
#include "standard/rate.h"

#include "base/arena.h"

enum { BP_PER_ONE = 10000 };
#define SHARE_ONE INT64_C(1000000000)

int64_t score_mul_div(int64_t a, int64_t b, int64_t c)
{
    __int128 scaled = (__int128)a * b;
    return (int64_t)((2 * scaled + c) / (2 * (__int128)c));
}

bool rate_bp(struct rate r, int64_t *bp)
{
    if (r.den <= 0 || r.num < 0)
        return false;
    *bp = score_mul_div(r.num, BP_PER_ONE, r.den);
    return true;
}

struct str rate_text(struct arena *a, struct rate r)
{
    int64_t bp;
    if (!rate_bp(r, &bp))
        return STR("—");
    return str_fmt(a, "%lld.%02lld%%", (long long)(bp / 100), (long long)(bp % 100));
}

void score_sum_add(struct score_sum *sum, struct score_sum part)
{
    sum->earned_e4 += part.earned_e4;
    sum->possible_e4 += part.possible_e4;
}

struct rate score_rate(struct score_sum sum)
{
    return (struct rate){sum.earned_e4, sum.possible_e4};
}

struct score_total score_roll_up(enum roll_up kind, const struct score_part *parts, size_t n)
{
    struct score_total total = {0};
    __int128 weighted = 0;
    for (size_t i = 0; i < n; i++) {
        const struct score_part *part = &parts[i];
        total.weight_all += part->weight;
        if (part->sum.possible_e4 <= 0)
            continue;
        total.parts_counted++;
        total.weight_counted += part->weight;
        score_sum_add(&total.sum, part->sum);
        weighted += (__int128)part->weight *
                    score_mul_div(part->sum.earned_e4, SHARE_ONE, part->sum.possible_e4);
    }
    if (kind == ROLL_UP_WEIGHTED) {
        const __int128 per_e4 = SHARE_ONE / BP_PER_ONE;
        total.sum.earned_e4 = (int64_t)((2 * weighted + per_e4) / (2 * per_e4));
        total.sum.possible_e4 = total.weight_counted * BP_PER_ONE;
    }
    return total;
}

bool score_bands_valid(const struct score_band *bands, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (bands[i].min_e2 > bands[i].max_e2)
            return false;
        if (i > 0 && bands[i].min_e2 <= bands[i - 1].max_e2)
            return false;
    }
    return true;
}

const struct score_band *score_band(const struct score_band *bands, size_t n, int64_t value_e2)
{
    const struct score_band *found = NULL;
    for (size_t i = 0; i < n && bands[i].min_e2 <= value_e2; i++)
        found = &bands[i];
    if (found && found == &bands[n - 1] && value_e2 > found->max_e2)
        return NULL;
    return found;
}

void rate_json_percent(struct json_out *j, const char *key, struct rate r)
{
    int64_t bp;
    if (rate_bp(r, &bp))
        jo_scaled(j, key, bp, 2);
    else
        jo_null(j, key);
}

void rate_json(struct json_out *j, const char *key, int64_t earned_e4, int64_t possible_e4)
{
    jo_obj(j, key);
    jo_scaled(j, "earned", earned_e4, 4);
    jo_scaled(j, "possible", possible_e4, 4);
    rate_json_percent(j, "percent", (struct rate){earned_e4, possible_e4});
    jo_end(j);
}
