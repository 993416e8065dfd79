/*
 * audit.h - the journal (操作日志) chained: seals over stretches of it, each over the one before.
 *
 * Every change leaves a row in the journal; a sealer takes the rows older than a second, in (at_ms,
 * id) order, in batches, and writes a seal: SHA-256 over the hash of the seal before it, its own
 * number and each row's id and hash. Whoever alters, removes or slips in a row afterwards is found
 * by audit_verify(), which names the row. What the chain alone cannot show is that its end was cut
 * off: note the last seal ("anchor") outside now and then, and give it to the check.
 *
 * Several processes may run a sealer on one database. They take turns by a fenced lease: each seal
 * checks, in the very statement that writes it, that the lease is still this holder's under this
 * epoch; the seal's number is a unique key besides. So the chain cannot fork, whatever clocks say.
 */
#ifndef XH_AUDIT_AUDIT_H
#define XH_AUDIT_AUDIT_H

#include "change/lease.h"
#include "http/http.h"

#include <stdio.h>

enum { SEAL_ENTRIES_MAX = 1000, SEAL_AFTER_MS = 1000 };

/* ---- hashing (pure) ---- */

/* One row of the journal, as hashed. */
struct journal_entry {
    int64_t hq;
    struct uuid id;
    int64_t at_ms;
    struct uuid actor_id; /* UUID_NONE: nobody */
    struct str origin;
    struct str kind;
    struct sha256 content;
    struct str subject_kind;
    struct uuid subject_id;
    struct str detail; /* absent: none */
};
struct sha256 journal_hash(const struct journal_entry *e);

enum { LEAF_BYTES = 48 }; /* a row's id and hash */
struct seal {
    int64_t hq;
    int64_t seq; /* from 1 */
    int64_t entries;
    struct sha256 previous; /* all zero for the first */
    struct str leaves;      /* entries * LEAF_BYTES */
    int64_t epoch;
    int64_t at_ms;
};
struct sha256 seal_hash(const struct seal *s);

/* ---- sealing ---- */

#define SEAL_LEASE "journal_seal"
/* Seals at most one batch of rows from before `before_ms`. *sealed: how many rows; 0 when there are
 * none or another process holds the lease. A row that came in between makes it fail with RC_STALE:
 * try again. */
enum rc seal_round(struct op *op, struct lease *lease, int64_t before_ms,
                   int64_t *sealed) MUST_CHECK;
/* Everything there is up to now; for setting up, the demonstration and before a backup. Waits for
 * its turn. */
enum rc seal_all(struct op *op, int64_t *sealed) MUST_CHECK;

struct sealer;
/* A thread with a read connection of its own. Stopping seals what is there and gives the lease
 * back. */
enum rc sealer_start(struct sealer **out, const struct env *env, struct fault *f) MUST_CHECK;
void sealer_stop(struct sealer *s);

/* ---- verifying ---- */

enum audit_fault {
    AUDIT_SEAL_MISSING,  /* a number is left out */
    AUDIT_SEAL_BROKEN,   /* its hash is not that of its content */
    AUDIT_SEAL_DETACHED, /* it does not follow from the seal before it */
    AUDIT_ROW_ALTERED,
    AUDIT_ROW_MISSING,
    AUDIT_ROW_EXTRA,      /* claims a seal that does not list it */
    AUDIT_ANCHOR_MISSING, /* the seal noted outside is not in the chain */
};
struct audit_finding {
    enum audit_fault what;
    int64_t seq;
    struct uuid row_id; /* UUID_NONE where a seal is meant */
};

enum { AUDIT_FINDINGS_MAX = 100 };
struct audit_report {
    int64_t seals;
    int64_t rows;     /* sealed rows compared */
    int64_t unsealed; /* rows no seal covers yet, and the oldest of them */
    struct opt_i64 unsealed_since_ms;
    int64_t head_seq; /* the last seal: note it outside as an anchor */
    struct sha256 head;
    int64_t first_broken; /* number of the first seal that does not hold; 0: all hold */
    int64_t nfindings;    /* all of them; the first AUDIT_FINDINGS_MAX are listed */
    struct audit_finding findings[AUDIT_FINDINGS_MAX];
};
struct audit_anchor {
    int64_t seq; /* 0: none */
    struct sha256 hash;
};
/* Walks the whole chain in one snapshot. RC_OK also when faults are found: report->nfindings says
 * so. */
enum rc audit_verify(struct op *op, struct audit_anchor anchor,
                     struct audit_report *report) MUST_CHECK;
/* `xiaohao audit verify [--anchor SEQ:HASH]`: verifies, writes the result for people in op->lang.
 * Answers the exit status: 0 whole, 1 not, 2 the anchor is unreadable. */
int audit_cli(struct op *op, struct str anchor, FILE *out);

/* GET /api/v1/journal */
extern const struct route audit_routes[];

#endif
