/* internal.h - what the files of this room share. */
#ifndef XH_NOTIFY_INTERNAL_H
#define XH_NOTIFY_INTERNAL_H

#include "notify/message.h"
#include "notify_sql.h"

/* People without doubles, in the operation's arena. */
struct people {
    struct uuid *list;
    size_t n, room;
};
void people_add(struct op *op, struct people *p, struct uuid id);
/* Who answers for a unit: contacts by role, liaisons by duty; with `leaders` those who lead it besides. */
enum rc people_of_unit(struct op *op, struct people *p, struct uuid unit_id, bool leaders) MUST_CHECK;
/* Holders of a role or an office permission. */
enum rc people_with(struct op *op, struct people *p, const char *role) MUST_CHECK;

/* Something that is to be told. */
struct telling {
    struct uuid event_id;      /* notices are named after it */
    struct str rule;
    bool urgent;
    struct str subject_kind;
    struct uuid subject_id;
    struct str zh, en;
    int64_t at_ms;
    struct uuid but_not;       /* who did it need not be told */
    struct str area_code;      /* for groups; absent: of no area */
    struct uuid unit_id;
    bool for_groups;
};
/* Notices and deliveries as effects. `channels`: the enabled ones. */
struct channels {
    struct notice_channel_list_row *list;
    size_t n;
};
enum rc tell(struct op *op, struct effects *fx, const struct channels *ch, const struct telling *t, const struct people *to) MUST_CHECK;

enum rc choice_load(struct op *op, struct uuid person_id, struct notice_choice *out) MUST_CHECK;
unsigned kinds_of_words(struct str words);
struct str words_of_kinds(struct arena *a, unsigned kinds);

/* Settings and secret opened. */
enum rc channel_open(struct op *op, const struct notice_channel_list_row *row, struct channel *out) MUST_CHECK;
struct privacy_place channel_secret_place(const struct op *op, struct uuid id);
struct privacy_place address_place(const struct op *op, struct uuid person_id);
/* Where a person is reached by a kind, in clear; absent: nowhere. */
enum rc address_of(struct op *op, struct uuid person_id, enum notice_kind kind, struct str *out) MUST_CHECK;
enum rc has_address(struct op *op, struct uuid person_id, unsigned *kinds) MUST_CHECK;


#endif
