/*
 * change.h - the only way anything is written (变更).
 *
 *   RETURN_IF(change_begin(op, &command));      // the same id again: op->plan.replayed, nothing more to do
 *   if (op->plan.replayed) return RC_OK;
 *   … load, check policy, decide (pure), fx_…(&op->plan.fx, …) …
 *   change_event(op, "problem.dispatched", …);  // for whoever listens; delivered after the commit
 *   return change_commit(op);                   // or http_commit(rq, reply)
 *
 * The executor puts one row before the room's effects that is both the memory of the command under its id and the
 * journal (操作日志), and outbox rows after them; all of it is one transaction, durable before anybody is told. An effect
 * that touches another number of rows than it must undoes all and fails with its `struct miss`.
 */
#ifndef XH_CHANGE_CHANGE_H
#define XH_CHANGE_CHANGE_H

#include "change/op.h"

/* Fresh arena, fault, time from the clock; the plan is empty. The arena and fault are the caller's. */
void op_init(struct op *op, const struct env *env, struct db *db, struct arena *a, struct fault *f);

/* Looks the command up by id. Done before with the same content: RC_OK with plan.replayed. With other content
 * or by somebody else: RC_CONFLICT "command_id_reused". Otherwise starts an empty plan. */
enum rc change_begin(struct op *op, const struct command *command) MUST_CHECK;
/* Announces something to listeners (outbox, event streams). `payload` is JSON without personal data, or absent. */
void change_event(struct op *op, const char *topic, const char *subject_kind, struct uuid subject_id, struct str payload);

/* Something certain people should hear of (通知): notify/ makes notices of it. Words without personal data; heard by
 * nobody else, not even on event streams. Units stand for those who answer for them (联络员). What follows a line feed
 * in the words is for outside only. */
struct announcement {
    const char *rule;          /* "round_assigned": what people can choose to hear outside or not */
    bool urgent;
    const char *subject_kind;
    struct uuid subject_id;
    const struct uuid *people;
    size_t npeople;
    const struct uuid *units;
    size_t nunits;
    struct str zh, en;
};
#define ANNOUNCE_TOPIC "notice"
void change_announce(struct op *op, const struct announcement *a);

/* Completes the plan's journal row; the list may then be submitted once. */
void change_seal(struct op *op);
/* Turns a job's end into a fault on op. RC_STALE with code "retry" asks the caller to load and decide anew;
 * JOB_LOST is resolved by looking the command up. A clash on the command's own row: replayed or reused. */
enum rc change_outcome(struct op *op, const struct job *job) MUST_CHECK;
/* Seals, submits and waits. For the command line, imports, the demonstration and background work. */
enum rc change_commit(struct op *op) MUST_CHECK;

/* A decision that depends on what was read may meet a newer state: load and decide again, this often at most. */
enum { CHANGE_TRIES = 8 };
/* True when op's fault says another change came between: worth loading and deciding again. */
bool change_should_retry(const struct op *op);

/* Rows that are nobody's command and leave no journal row of their own: seals, leases, the expiry of a session, the
 * way of notices to their readers.
 * Submits `fx` as it stands and waits. Rooms of the product proper never use it. */
enum rc change_run_effects(struct op *op, struct effects *fx) MUST_CHECK;

/* The next number of a serial (per headquarters and year) as an effect; the effect after it reads it back with
 * (SELECT value FROM serial WHERE hq_id = :hq AND name = … AND year = :year). */
void change_next_serial(struct op *op, const char *name, int64_t year);

/* The id of the next row the plan adds: the same again when the same command is carried out again. */
struct uuid change_row_id(const struct op *op);
/* The id of a command that has no id of its own from its sender. */
struct uuid change_new_id(const struct op *op);

#endif
