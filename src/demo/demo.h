/*
 * demo.h - the demonstration district (演示区): invented, plainly marked, and the same every time for a given day.
 *
 * Areas, units, people, accounts, about 1,000 sites and three months of the loop, made by the very operations users
 * have, on the injected clock. Works on an empty database opened in relaxed mode; the caller flushes it.
 */
#ifndef XH_DEMO_DEMO_H
#define XH_DEMO_DEMO_H

#include "app/process.h"

enum { DEMO_DAYS = 91 };

/* What was made, for the closing line. */
struct demo_counts {
    int64_t areas, units, people, accounts, sites, photos, inspections, problems, steps;
};

/* Everything; the clock of `p` is fixed meanwhile and ends at `until_ms`. `accounts_path`: where the logins and their
 * random passwords are written (mode 0600). On failure the fault is in `p`. */
enum rc demo_build(struct process *p, int64_t until_ms, const char *accounts_path, struct demo_counts *counts) MUST_CHECK;

#endif
