/* tell.c - one telling to its notices inside and its deliveries outside, as effects. */
#include "notify/internal.h"

#include "base/arena.h"

static void deliver(struct op *op, struct effects *fx, const struct notice_channel_list_row *c, const struct telling *t,
                    const struct notice_delivery_add_in *in)
{
    struct notice_delivery_add_in row = *in;
    row.hq = op->hq;
    row.channel_id = c->id;
    row.text_zh = t->zh;
    row.text_en = t->en;
    row.at_ms = t->at_ms;
    struct effect *e = fx_notice_delivery_add(fx, &row);
    e->min = 0; /* there already */
}

static enum rc deliver_to(struct op *op, struct effects *fx, const struct channels *ch, const struct telling *t,
                          const struct notice_add_in *notice)
{
    struct notice_choice choice;
    unsigned reached;
    RETURN_IF(choice_load(op, notice->person_id, &choice));
    RETURN_IF(has_address(op, notice->person_id, &reached));
    for (size_t i = 0; i < ch->n; i++) {
        struct notice_delivery_add_in in = {.recipient_id = notice->person_id, .notice_id = notice->id};
        unsigned kinds = kinds_of_words(ch->list[i].kind) & reached;
        for (int k = 0; k < NOTICE_KINDS; k++)
            if ((kinds & (1u << k)) && str_is(ch->list[i].target, "people") &&
                notice_plan(&choice, (enum notice_kind)k, t->rule, t->urgent, op->now, op->zone_min, &in.not_before_ms))
                deliver(op, fx, &ch->list[i], t, &in);
    }
    return RC_OK;
}

/* A group hears what it asked for, of its own area or unit where it is one's. */
static bool group_hears(const struct notice_channel_list_row *c, const struct telling *t)
{
    if (!str_is(c->target, "group") || !notice_word_in(c->rules, t->rule))
        return false;
    if (c->area_code.n && !(t->area_code.n && str_starts(t->area_code, c->area_code)))
        return false;
    return uuid_is_none(c->unit_id) || uuid_eq(c->unit_id, t->unit_id);
}

static void deliver_to_groups(struct op *op, struct effects *fx, const struct channels *ch, const struct telling *t)
{
    struct notice_choice choice = notice_choice_default();
    choice.digest = DIGEST_NOW;
    for (size_t i = 0; i < ch->n; i++) {
        const struct notice_channel_list_row *c = &ch->list[i];
        struct notice_delivery_add_in in = {.recipient_id = c->id,
                                            .notice_id = uuid_named(t->event_id, str_fmt(OP_ARENA(op), "group:%.*s", STR_ARG(t->rule)))};
        if (group_hears(c, t) && notice_plan(&choice, NOTICE_WECOM, t->rule, t->urgent, op->now, op->zone_min, &in.not_before_ms))
            deliver(op, fx, c, t, &in);
    }
}

enum rc tell(struct op *op, struct effects *fx, const struct channels *ch, const struct telling *t, const struct people *to)
{
    for (size_t i = 0; i < to->n; i++) {
        struct notice_add_in in = {
            .hq = op->hq, .person_id = to->list[i], .rule = t->rule, .urgent = t->urgent, .subject_kind = t->subject_kind,
            .subject_id = t->subject_id, .text_zh = t->zh, .text_en = t->en, .at_ms = t->at_ms};
        if (uuid_eq(to->list[i], t->but_not))
            continue;
        in.id = uuid_named(uuid_named(t->event_id, t->rule), uuid_str(OP_ARENA(op), to->list[i]));
        struct effect *e = fx_notice_add(fx, &in);
        e->min = 0; /* there already */
        RETURN_IF(deliver_to(op, fx, ch, t, &in));
    }
    if (t->for_groups)
        deliver_to_groups(op, fx, ch, t);
    return RC_OK;
}

enum rc notify_reaches(struct op *op, struct uuid person_id, bool *reaches)
{
    struct notice_channel_list_row *rows;
    struct notice_choice choice;
    unsigned reached, wanted = 0;
    size_t n;
    RETURN_IF(q_notice_channel_list(&op->rd, &(struct notice_channel_list_in){.hq = op->hq, .enabled = SOME_BOOL(true)}, &rows, &n));
    RETURN_IF(choice_load(op, person_id, &choice));
    RETURN_IF(has_address(op, person_id, &reached));
    for (size_t i = 0; i < n; i++)
        if (str_is(rows[i].target, "people"))
            wanted |= kinds_of_words(rows[i].kind) & choice.kinds;
    *reaches = (wanted & reached) != 0;
    return RC_OK;
}
