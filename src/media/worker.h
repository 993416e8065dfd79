/*
 * worker.h - one decoder process as the server sees it: started, asked one picture at a time,
 * ended.
 *
 * Owned by one thread at a time (the pool in decoder.c hands it out). Knows nothing of faults and
 * files.
 */
#ifndef XH_MEDIA_WORKER_H
#define XH_MEDIA_WORKER_H

#include "media/wire.h"

#include <sys/types.h>

/* pid 0: not running. */
struct worker {
    pid_t pid;
    int sock;
    int pictures;
};

enum worker_end {
    WORKER_ANSWERED,
    WORKER_ABSENT,  /* could not be started, or was gone before it took the job */
    WORKER_TIMEOUT, /* over its wall clock or processor time */
    WORKER_CRASHED, /* died of the picture */
    WORKER_LOST,    /* killed from outside, for instance by the system for want of memory */
    WORKER_LIED,    /* answered what no sound decoder answers */
};

/* Waits until the process says it is ready. */
bool worker_begin(struct worker *w, const char *executable);
/* On anything but WORKER_ANSWERED the process is ended and reaped. */
enum worker_end worker_ask(struct worker *w, const struct wire_job *job,
                           const int files[WIRE_FILES], int limit_ms, struct wire_answer *answer);
void worker_finish(struct worker *w);

#endif
