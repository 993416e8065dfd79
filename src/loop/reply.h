/*
 * reply.h - links by which one person answers one case from a phone, without signing in (回复链接).
 *
 * A link is bound to its recipient: it reaches them by their own channels only; on first opening they confirm the last
 * four digits of their number in the register, which binds the link to that device; five wrong tries end it. Through
 * it they may do what they may do anyway, on that case alone, as themselves: rights are asked anew at every step, so
 * that who has left or lost the role opens nothing. It ends with the answer, at its time, or when it is withdrawn.
 */
#ifndef XH_LOOP_REPLY_H
#define XH_LOOP_REPLY_H

#include "http/http.h"
#include "problem/problem_store.h"
#include "reply_sql.h"

enum { REPLY_HOURS_DEFAULT = 72, REPLY_HOURS_MAX = 168, REPLY_TRIES_MAX = 5, REPLY_PHOTOS_MAX = 6, REPLY_DIGITS = 4 };
#define REPLY_COOKIE "xiaohao_reply"

/* An opened link: the case, and its recipient as the actor of the operation. */
struct reply {
    struct str token;
    struct reply_link_get_row link;
    struct problem_by_id_row problem;
    bool confirmed;              /* this device is the recipient's */
};

/* RC_NOT_FOUND "link_over" for whatever opens nothing (any more). With `confirmed` the device must be bound. */
enum rc reply_open(struct request *rq, bool confirmed, struct reply *out) MUST_CHECK;
/* The page, whatever the case's state asks for. */
enum rc reply_page(struct request *rq, const struct reply *r) MUST_CHECK;

#endif
