/* fill.h - many problems and visits written straight into a SQLite file that holds a demonstration district. */
#ifndef XH_BENCH_FILL_H
#define XH_BENCH_FILL_H

#include <stdint.h>

enum { FILL_BUSY_SITES = 20 };

struct fill {
    char busy_site[FILL_BUSY_SITES][40]; /* 12 % of all lie there */
    char busy_unit[40];                  /* a quarter is with it: login cgj */
    char category[16], town[16], village[16]; /* of the first busy site */
};
/* Replaces what problems there are by `n`, a twentieth of them open, over three years up to now; a quarter as many visits.
 * The same for the same `n`, but for ids of the district. Ends the process on failure. */
void fill_problems(const char *db_path, int64_t n, struct fill *out);

#endif
