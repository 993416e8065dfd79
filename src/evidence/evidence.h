/*
 * evidence.h - photographs that look like one another (影像查重).
 *
 * Each process that serves keeps an index of all prints in memory (index.h), read from the table in the background
 * and kept up with what it and other processes add; the table's rows are the truth. A search takes what the index
 * finds likely, reads those prints and lays them over the asked one (match.h). Who may learn of what was found is
 * not this room's matter: loop/doubt.h.
 */
#ifndef XH_EVIDENCE_EVIDENCE_H
#define XH_EVIDENCE_EVIDENCE_H

#include "change/change.h"
#include "evidence/match.h"

struct evidence;

enum evidence_state {
    EVIDENCE_OFF,     /* no index in this process */
    EVIDENCE_LOADING, /* searches answer what is read so far */
    EVIDENCE_READY,
};
extern const char *const evidence_state_names[];

/* Reads in a thread of its own, from a second after the start on. */
enum rc evidence_start(struct evidence **out, const struct env *env, struct fault *f) MUST_CHECK;
/* NULL is allowed. */
void evidence_stop(struct evidence *e);
/* NULL: EVIDENCE_OFF. */
enum evidence_state evidence_state(const struct evidence *e);

struct likeness {
    struct sha256 sha256;
    struct match match; /* how the asked photograph lies on this one */
};

/* The photographs that look like this one, itself left out, the likest first, LIKENESS_MAX at most. */
enum { LIKENESS_MAX = 24 };
enum rc evidence_search(struct op *op, struct sha256 sha, struct likeness **out, size_t *n) MUST_CHECK;

/* A chore (loop/minder.h): photographs from before there were prints get theirs, from their display copy. */
enum rc evidence_chore(struct op *op, bool *more) MUST_CHECK;

#endif
