/*
 * notify.h - notices (通知): who hears of what, when it may leave, and how often it is tried.
 *
 * In the program everybody has a list of notices. Outside they go by the channels an administrator set up: mail, a
 * short-message gateway, WeCom (企业微信), DingTalk (钉钉), Feishu (飞书), to people and to group robots. Two pieces of
 * work: notify_gather() turns what was announced into notices and deliveries (under the minder), and the postman packs
 * deliveries into parcels, one open parcel per recipient and channel, and sends them in order.
 *
 * Never twice: notices and deliveries are named after their event; a parcel is marked as being sent before the first
 * byte leaves. When the answer is lost (a crash, a cut line) the parcel goes out again under the same id only where
 * the other side can tell a repeat (mail: Message-ID, gateway: id, Feishu: uuid, WeCom people: duplicate check); to
 * others it stays "unsure" for a person to decide. In the list inside nothing is lost either way.
 *
 * The functions down to notify_backoff_ms() are pure.
 */
#ifndef XH_NOTIFY_NOTIFY_H
#define XH_NOTIFY_NOTIFY_H

#include "change/change.h"
#include "http/http.h"

enum notice_kind { NOTICE_MAIL, NOTICE_SMS, NOTICE_WECOM, NOTICE_DINGTALK, NOTICE_FEISHU, NOTICE_KINDS };
extern const char *const notice_kind_names[NOTICE_KINDS + 1];
extern const char *const notice_digest_names[];
enum notice_digest { DIGEST_NOW, DIGEST_HOURLY, DIGEST_DAILY };

/* What a person chose (通知设置). Minutes are of the local day. */
struct notice_choice {
    unsigned kinds;            /* bit per notice_kind: ways out that are wanted */
    struct str muted;          /* rules that stay inside, ' ' between */
    enum notice_digest digest; /* of what is not urgent */
    int daily_min;
    int quiet_from_min, quiet_to_min; /* equal: none */
    bool urgent_passes;        /* urgent notices leave in quiet hours too */
    enum lang lang;
    int64_t version;           /* 0: never chosen */
};
/* Everything but short messages, which carry urgent things alone; hourly digest; quiet from 22:00 to 07:30. */
struct notice_choice notice_choice_default(void);

/* When a notice of `now_ms` may leave by `kind`; false: not at all by this way. */
bool notice_plan(const struct notice_choice *c, enum notice_kind kind, struct str rule, bool urgent, int64_t now_ms,
                 int zone_min, int64_t *not_before_ms);
/* Is `word` among the words of `list`, ' ' between? */
bool notice_word_in(struct str list, struct str word);

/* How long to wait after the n-th failed attempt (from 1), doubling from half a minute to an hour; -1: given up. */
int64_t notice_backoff_ms(int64_t attempts);
enum { NOTICE_ATTEMPTS_MAX = 12 };

/* ---- steps of problems (流转环节) ---- */

/* Whom a step concerns; several may be joined. */
enum notice_audience {
    HEAR_UNIT = 1,        /* who answers for the unit it is with (联络员) */
    HEAR_STEP_UNIT = 2,   /* for the unit the step names */
    HEAR_LEADERS = 4,     /* who leads that unit (包保领导) */
    HEAR_DISPATCHERS = 8, /* the office's dispatchers */
    HEAR_CHECKERS = 16,   /* who may re-check */
    HEAR_VERIFIERS = 32,
    HEAR_REGISTRARS = 64,
    HEAR_COMMANDERS = 128,
};
struct notice_rule {
    const char *event;    /* of the timeline; also the rule's name */
    unsigned audience;
    bool urgent;
    bool with_due;        /* the words end with the due moment */
    const char *zh, *en;
};
/* NULL: nobody needs to be told. */
const struct notice_rule *notice_rule_of(struct str event);
/* Walks the table; NULL at the end. */
const struct notice_rule *notice_rule_at(size_t i);

/* ---- work ---- */

/* A chore: outbox rows to notices and deliveries; clocks that turn yellow or red. */
enum rc notify_gather(struct op *op, bool *more) MUST_CHECK;
bool notify_waits(struct op *op);
enum rc notify_watch_clocks(struct op *op, bool *more) MUST_CHECK;

struct postman;
/* The thread that sends, under a lease of its own; one process at a time. */
enum rc postman_start(struct postman **out, const struct env *env, struct fault *f) MUST_CHECK;
void postman_stop(struct postman *p);
/* Packs and sends what is due now, once; *sent counts parcels tried. For the thread and tests. */
enum rc postman_round(struct postman *p, struct op *op, int *sent) MUST_CHECK;
/* A postman without a thread, for tests and for trying a channel. */
struct postman *postman_new(const struct env *env);
void postman_free(struct postman *p);

/* Would an urgent notice reach this person outside, by a channel that is set up and wanted? */
enum rc notify_reaches(struct op *op, struct uuid person_id, bool *reaches) MUST_CHECK;

extern const struct route notify_routes[];
extern const struct route notice_channel_routes[];

#endif
