/*
 * message.h - one message as each kind of channel wants it: requests, signatures, and what the answer means. Pure.
 *
 *   mail      RFC 5322 text for SMTP (RFC 5321); Message-ID is the parcel's id
 *   sms       POST JSON {"id","to","text","time"} to the gateway's address; X-Xiaohao-Time and X-Xiaohao-Signature,
 *             which is the hex HMAC-SHA256 with the channel's secret over time, a line feed, and the body
 *   wecom     企业微信: application message to people (gettoken, message/send), group robot (webhook/send?key=)
 *   dingtalk  钉钉: work notice to people (gettoken, asyncsend_v2), group robot (robot/send, signed with timestamp)
 *   feishu    飞书: im/v1/messages to people (tenant_access_token), group robot (bot/v2/hook, signed with timestamp)
 */
#ifndef XH_NOTIFY_MESSAGE_H
#define XH_NOTIFY_MESSAGE_H

#include "notify/notify.h"

/* A way out, opened: the secret is in clear, in the operation's arena only. */
struct channel {
    struct uuid id;
    enum notice_kind kind;
    bool group;
    struct str url;      /* server; absent: the maker's own address */
    struct str from;     /* mail: sender "名称 <address>" */
    struct str login;    /* mail: account; sms: account */
    struct str app_id;   /* corp id, app key, app id */
    struct str agent_id; /* wecom, dingtalk */
    struct str id_type;  /* feishu: open_id | user_id */
    bool plain;          /* mail: without TLS (a server on this machine) */
    struct str secret;   /* password, app secret; a robot's key */
    struct str sign;     /* a robot's signing secret; absent: unsigned */
};

struct message {
    struct uuid id;      /* the parcel's */
    int64_t now_ms;
    struct str title;
    struct str text;
};

/* What became of an attempt. */
enum message_end {
    MESSAGE_SENT,
    MESSAGE_LATER,       /* certainly not delivered; worth another try */
    MESSAGE_REFUSED,     /* the other side will never take it */
    MESSAGE_UNSURE,      /* may have been delivered */
    MESSAGE_TOKEN,       /* the access token is not good any more: get another, try again */
};

struct message_request {
    struct str url;
    struct str body;
    struct str headers[4]; /* whole lines; absent ones end the list */
};

/* False: this kind needs no access token. */
bool message_token_request(struct arena *a, const struct channel *c, struct message_request *out);
/* From the token request's answer; false when there is none in it. */
bool message_token_read(struct arena *a, struct str answer, struct str *token, int64_t *lives_s);
/* `to`: person's address in clear; absent for groups. Not for mail. */
void message_build(struct arena *a, const struct channel *c, const struct message *m, struct str to, struct str token,
                   struct message_request *out);
/* `status`: HTTP. `why` is set unless sent: words for the administrator, without addresses. */
enum message_end message_answer(struct arena *a, const struct channel *c, int status, struct str answer, struct str *why);
/* The whole mail. */
struct str message_mail(struct arena *a, const struct channel *c, const struct message *m, struct str to);
/* The address inside "名称 <address>", or the text itself. */
struct str message_mail_address(struct str from);
/* Can the other side tell a repeat by the message's id? */
bool message_knows_repeats(enum notice_kind kind, bool group);

#endif
