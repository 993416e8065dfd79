/*
 * twin.h - a second headquarters in the same database: every row of the first again, with the same ids, codes and
 * numbers. What the first answers must not change by it, and what is done in the first must not touch it.
 *
 * The server must be stopped meanwhile. Texts in `why` when something went wrong.
 */
#ifndef XH_TESTS_API_TWIN_H
#define XH_TESTS_API_TWIN_H

#include <stdbool.h>
#include <stddef.h>

/* Copies every row of headquarters 1 to headquarters 2, and keeps a copy beside to compare with. The account of
 * `person_id` and its sessions then remain in headquarters 2 alone: its login in 1 is changed, its sessions there go. */
bool twin_make(const char *db_url, const char *person_id, char *why, size_t room);
/* Every row of headquarters 2 is as it was made; answers how many rows that are. */
bool twin_unchanged(const char *db_url, long long *rows, char *why, size_t room);

#endif
