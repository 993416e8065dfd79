/* internal.h - what the parts of the demonstration share: its lists, its dice, and the cast. */
#ifndef XH_DEMO_INTERNAL_H
#define XH_DEMO_INTERNAL_H

#include "auth/auth.h"
#include "demo/demo.h"

#include <stdio.h>

enum {
    TOWNS_MAX = 16, VILLAGES_MAX = 100, UNITS_MAX = 48, CAST_MAX = 200, SITES_MAX = 1200, PICTURES = 120,
    INSPECTORS = 12, OFFICE = 5,
};

/* A small generator of its own, so that a day plays the same on every machine (splitmix64). */
struct dice {
    uint64_t state;
};
uint64_t dice_next(struct dice *d);
/* 0 <= n < below. */
int dice_below(struct dice *d, int below);
bool dice_chance(struct dice *d, int percent);

struct demo_area {
    struct uuid id;
    char code[24];
    char name[64];
};
struct demo_unit {
    struct uuid id;
    char code[16];
    char name[96];
    bool territory;
    struct uuid contact;  /* 联络员 */
    struct actor actor;   /* of the contact */
};
struct demo_site {
    struct uuid id;
    char category[8];
    char name[96];
    int unit;             /* index of the subject unit */
    int quality;          /* percent of criteria met at first */
};

struct demo {
    struct process *p;
    struct demo_counts *n;
    struct dice dice;
    int64_t start_ms, until_ms;
    FILE *accounts;
    struct arena kept;    /* what outlives single operations */
    struct demo_area towns[TOWNS_MAX], villages[VILLAGES_MAX];
    int ntowns, nvillages;
    struct demo_unit units[UNITS_MAX];
    int nunits;
    struct demo_site sites[SITES_MAX];
    int nsites;
    struct demo_unit community; /* a community's own committee, under the first town */
    struct actor inspectors[INSPECTORS], office[OFFICE], grid[TOWNS_MAX], commander;
    struct sha256 before[PICTURES], after[PICTURES];
    int next_person;
};

/* The lines of data/demo/NAME.txt, without remarks. */
struct demo_list {
    struct str *lines;
    size_t n;
};
enum rc demo_list(struct demo *d, const char *name, struct demo_list *out) MUST_CHECK;
/* The n-th field of a line, NUL-terminated into `out`. */
void demo_field(struct str line, int n, char *out, size_t room);

/* Begins an operation: clock at `at_ms`, `actor` acting, command "kind" under an id made of `name`. */
enum rc demo_begin(struct demo *d, int64_t at_ms, const struct actor *actor, const char *kind, const char *subject,
                   struct str name) MUST_CHECK;
struct uuid demo_id(const char *space, struct str name);

/* The parts, in order. */
enum rc demo_district(struct demo *d) MUST_CHECK;   /* areas, units, people, accounts */
enum rc demo_sites(struct demo *d) MUST_CHECK;
enum rc demo_pictures(struct demo *d) MUST_CHECK;
enum rc demo_days(struct demo *d) MUST_CHECK;       /* inspections, problems, rounds and all that follows */
enum rc demo_duties(struct demo *d) MUST_CHECK;
enum rc demo_rest(struct demo *d) MUST_CHECK;       /* visits that do not count */

/* One picture as PNG bytes: a street scene, littered or clean. The memory is the caller's to free. */
void demo_draw(struct dice *d, bool clean, unsigned char **png, size_t *n);

#endif
