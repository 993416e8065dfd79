/*
 * rate.h - rates and roll-ups in whole numbers: the arithmetic under every score people read.
 *
 * A rate is a numerator over a denominator and is only divided when it is shown. Percentages are
 * basis points (1/100 %), rounded half up. Nothing over nothing has no value: it is "—", never 0 or
 * 100. Points are 1/10000 of a point. Pure; sums of up to 9.2e14 points fit.
 */
#ifndef XH_STANDARD_RATE_H
#define XH_STANDARD_RATE_H

#include "base/json_out.h"

/* 率: both parts are shown beside the percentage. */
struct rate {
    int64_t num;
    int64_t den;
};

/* a * b / c rounded half up, exact in between; a, b >= 0, c > 0, and the answer must fit. */
int64_t score_mul_div(int64_t a, int64_t b, int64_t c);

/* Basis points. False, and *bp untouched, when the rate has no value (denominator not above 0, or a
 * negative numerator). */
bool rate_bp(struct rate r, int64_t *bp);
/* "96.16%", or "—". */
struct str rate_text(struct arena *a, struct rate r);

/* {"earned":…,"possible":…,"percent":…}: points from ten-thousandths; percent null when it has no value. */
void rate_json(struct json_out *j, const char *key, int64_t earned_e4, int64_t possible_e4);
/* percent alone, as a member. */
void rate_json_percent(struct json_out *j, const char *key, struct rate r);

/* 得分: points of an item, a site, a category, … */
struct score_sum {
    int64_t earned_e4;
    int64_t possible_e4;
};

void score_sum_add(struct score_sum *sum, struct score_sum part);
struct rate score_rate(struct score_sum sum);

/* One category (or any other part) with its weight in the whole. */
struct score_part {
    struct score_sum sum;
    int64_t weight; /* whole points, >= 0 */
};

enum roll_up {
    ROLL_UP_SUM,      /* all points earned over all points possible */
    ROLL_UP_WEIGHTED, /* each part's share times its weight; parts without data leave the
                         denominator */
};

/* 汇总 */
struct score_total {
    struct score_sum sum; /* of the weighted kind: points of the weights */
    size_t parts_counted;
    int64_t weight_counted; /* of the parts that have data */
    int64_t weight_all;
};

/* A part's share is taken to 1e-9 before it is weighted, far below what a basis point can show. */
struct score_total score_roll_up(enum roll_up kind, const struct score_part *parts, size_t n);

/* 等次: one row of a table of bands, kept as data. */
struct score_band {
    int64_t min_e2; /* hundredths; belongs to the band */
    int64_t max_e2; /* the last whole score of the band */
    struct str zh;
    struct str en;
};

/* Bands rise, do not overlap and are not upside down. */
bool score_bands_valid(const struct score_band *bands, size_t n);
/* The band of a value; a value between one band's last whole score and the next one's first (85.5
 * in 71-85, 86-90) stays in the lower band. NULL below the first minimum and above the last
 * maximum. */
const struct score_band *score_band(const struct score_band *bands, size_t n, int64_t value_e2);

#endif
