/*
 * headquarters.h - does a statement keep to one headquarters? Read off its text: every table it names must be tied to
 * the parameter :hq, by `x.hq_id = :hq` or through equalities with one that is, and what it inserts must carry it.
 */
#ifndef XH_TESTS_CONTRACT_HEADQUARTERS_H
#define XH_TESTS_CONTRACT_HEADQUARTERS_H

#include "store/store.h"

/* With its parts for every filter, one filter at a time. False: `why` names the table that is loose. */
bool headquarters_kept(const struct query *q, char *why, size_t room);
/* The same for a text in which ?1 is :hq. */
bool headquarters_kept_in(const char *sql, char *why, size_t room);

#endif
