/*
 * import_job.h - imports of large files that run by themselves (导入任务): started, looked at, cancelled.
 *
 * One thread per process carries them out in turn. A job's id is that of the import's command. Nothing of a job that was
 * cancelled before it wrote stays: not its rows, not its own. One whose process was killed is ended by the chore: as
 * written when the journal has its command, else as failed; either way no half of it is there.
 */
#ifndef XH_EXCHANGE_IMPORT_JOB_H
#define XH_EXCHANGE_IMPORT_JOB_H

#include "exchange/import.h"

/* waiting, reading, checking, writing, done, refused, failed. */
extern const char *const import_job_states[];

struct import_runner;
/* The thread; env->imports is set by the caller. */
enum rc import_runner_start(struct import_runner **out, const struct env *env, struct fault *f) MUST_CHECK;
/* The job in hand is given up, those that wait too: both end as failed. NULL is allowed. */
void import_runner_stop(struct import_runner *r);

struct import_job_new {
    struct import_request in; /* id, kind, mode, mapping, sheet, as_of, forget */
    struct str path;          /* the file; the runner takes it over and removes it */
    struct str file_name;     /* as its sender calls it; absent: none */
    struct sha256 bytes_hash;
};
/* Enters the job and queues it. The same id again with the same content: *again, nothing is started; with other
 * content RC_CONFLICT. Blocks for one commit. */
enum rc import_job_start(struct op *op, const struct import_job_new *job, bool *again) MUST_CHECK;
/* Asks it to stop; RC_CONFLICT "import_ended" when it has ended or is writing already. Blocks for one commit. */
enum rc import_job_cancel(struct op *op, struct uuid id) MUST_CHECK;
/* Ends what killed processes left; see loop/minder.h. */
enum rc import_chore(struct op *op, bool *more) MUST_CHECK;

#endif
