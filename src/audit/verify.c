/* verify.c - see audit.h: the chain walked from its first seal, each row compared with what was
 * sealed. */
#include "audit/audit.h"

#include "audit/internal.h"
#include "audit_sql.h"
#include "base/arena.h"
#include "base/civil.h"

#include <stdlib.h>

enum { SEALS_PER_PAGE = 16, STRAYS_MAX = 1000 };

struct walk {
    struct op *op;
    struct reader rd; /* with an arena that is emptied after every page */
    struct audit_report *report;
    struct audit_anchor anchor;
    bool anchor_seen;
};

static void find_fault(struct audit_report *r, enum audit_fault what, int64_t seq,
                       struct uuid row_id)
{
    if (r->nfindings < AUDIT_FINDINGS_MAX)
        r->findings[r->nfindings] = (struct audit_finding){what, seq, row_id};
    r->nfindings++;
    if (r->first_broken == 0 || seq < r->first_broken)
        r->first_broken = seq;
}

/* ---- rows against the leaves of their seal ---- */

struct leaf {
    struct uuid id;
    struct sha256 hash;
};

static int by_id(const void *a, const void *b)
{
    return uuid_cmp(((const struct leaf *)a)->id, ((const struct leaf *)b)->id);
}

static struct leaf *sealed_leaves(struct walk *w, struct str leaves, size_t *n)
{
    *n = leaves.n / LEAF_BYTES;
    struct leaf *list = ARENA_MANY(w->rd.arena, struct leaf, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        memcpy(list[i].id.b, leaves.p + i * LEAF_BYTES, sizeof list[i].id.b);
        memcpy(list[i].hash.b, leaves.p + i * LEAF_BYTES + sizeof list[i].id.b,
               sizeof list[i].hash.b);
    }
    qsort(list, *n, sizeof *list, by_id);
    return list;
}

static enum rc present_leaves(struct walk *w, int64_t seq, struct leaf **out, size_t *n)
{
    struct journal_unsealed_row *rows;
    struct journal_of_seal_in in = {.hq = w->op->hq, .seq = seq};
    RETURN_IF(q_journal_of_seal(&w->rd, &in, &rows, n));
    struct leaf *list = ARENA_MANY(w->rd.arena, struct leaf, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        struct journal_entry e = journal_entry_of(w->op->hq, &rows[i]);
        list[i] = (struct leaf){rows[i].id, journal_hash(&e)};
    }
    qsort(list, *n, sizeof *list, by_id);
    *out = list;
    return RC_OK;
}

static enum rc compare_rows(struct walk *w, const struct seal_page_row *s)
{
    struct leaf *there = NULL;
    size_t nsealed, nthere, i = 0, k = 0;
    struct leaf *sealed = sealed_leaves(w, s->leaves, &nsealed);
    RETURN_IF(present_leaves(w, s->seq, &there, &nthere));
    while (i < nsealed || k < nthere) {
        int order = i == nsealed ? 1 : k == nthere ? -1 : uuid_cmp(sealed[i].id, there[k].id);
        if (order < 0)
            find_fault(w->report, AUDIT_ROW_MISSING, s->seq, sealed[i].id);
        else if (order > 0)
            find_fault(w->report, AUDIT_ROW_EXTRA, s->seq, there[k].id);
        else if (!sha256_eq(sealed[i].hash, there[k].hash))
            find_fault(w->report, AUDIT_ROW_ALTERED, s->seq, there[k].id);
        i += order <= 0;
        k += order >= 0;
    }
    w->report->rows += (int64_t)nthere;
    return RC_OK;
}

/* ---- the chain ---- */

static enum rc check_seal(struct walk *w, const struct seal_page_row *row)
{
    struct audit_report *r = w->report;
    struct seal s = {.hq = w->op->hq,
                     .seq = row->seq,
                     .entries = row->entries,
                     .previous = row->previous,
                     .leaves = row->leaves,
                     .epoch = row->epoch,
                     .at_ms = row->at_ms};
    for (int64_t gap = r->head_seq + 1; gap < row->seq && gap <= r->head_seq + AUDIT_FINDINGS_MAX;
         gap++)
        find_fault(r, AUDIT_SEAL_MISSING, gap, UUID_NONE);
    if (row->seq == r->head_seq + 1 && !sha256_eq(row->previous, r->head))
        find_fault(r, AUDIT_SEAL_DETACHED, row->seq, UUID_NONE);
    if (!sha256_eq(seal_hash(&s), row->hash) || row->leaves.n != (size_t)row->entries * LEAF_BYTES)
        find_fault(r, AUDIT_SEAL_BROKEN, row->seq, UUID_NONE);
    if (row->seq == w->anchor.seq && sha256_eq(row->hash, w->anchor.hash))
        w->anchor_seen = true;
    RETURN_IF(compare_rows(w, row));
    r->seals++;
    r->head_seq = row->seq;
    r->head = row->hash;
    return RC_OK;
}

static enum rc walk_chain(struct walk *w)
{
    for (size_t n = SEALS_PER_PAGE; n == SEALS_PER_PAGE;) {
        struct seal_page_row *page;
        struct seal_page_in in = {
            .hq = w->op->hq, .after = w->report->head_seq, .n = SEALS_PER_PAGE};
        RETURN_IF(q_seal_page(&w->rd, &in, &page, &n));
        for (size_t i = 0; i < n; i++)
            RETURN_IF(check_seal(w, &page[i]));
        arena_reset(w->rd.arena);
    }
    return RC_OK;
}

/* Rows that point at a seal there is none of, and those no seal covers yet. */
static enum rc look_beside(struct walk *w)
{
    struct journal_stray_row *strays;
    struct journal_tail_row tail;
    size_t n;
    bool found;
    RETURN_IF(q_journal_stray(&w->rd, &(struct journal_stray_in){.hq = w->op->hq, .n = STRAYS_MAX},
                              &strays, &n));
    for (size_t i = 0; i < n; i++)
        find_fault(w->report, AUDIT_ROW_EXTRA, strays[i].seal_seq, strays[i].id);
    RETURN_IF(q_journal_tail(&w->rd, &(struct journal_tail_in){.hq = w->op->hq}, &tail, &found));
    w->report->unsealed = tail.n;
    w->report->unsealed_since_ms = tail.oldest_ms;
    if (w->anchor.seq > 0 && !w->anchor_seen)
        find_fault(w->report, AUDIT_ANCHOR_MISSING, w->anchor.seq, UUID_NONE);
    return RC_OK;
}

enum rc audit_verify(struct op *op, struct audit_anchor anchor, struct audit_report *report)
{
    struct arena pages;
    arena_init(&pages);
    struct walk w = {
        .op = op, .rd = {op->rd.db, &pages, op->rd.fault}, .report = report, .anchor = anchor};
    *report = (struct audit_report){0};
    enum rc rc = db_snapshot_begin(&op->rd);
    if (rc == RC_OK) {
        rc = walk_chain(&w);
        if (rc == RC_OK)
            rc = look_beside(&w);
        db_snapshot_end(&op->rd);
    }
    arena_free(&pages);
    return rc;
}

/* ---- for people ---- */

static const char *const fault_words[][2] = {
    [AUDIT_SEAL_MISSING] = {"缺少这一封存", "this seal is missing"},
    [AUDIT_SEAL_BROKEN] = {"封存内容与其校验值不符", "the seal's hash is not that of its content"},
    [AUDIT_SEAL_DETACHED] = {"与前一封存不衔接", "it does not follow from the seal before it"},
    [AUDIT_ROW_ALTERED] = {"日志被改动", "a row was altered"},
    [AUDIT_ROW_MISSING] = {"日志被删除", "a row is missing"},
    [AUDIT_ROW_EXTRA] = {"日志不在所称的封存之内", "a row claims a seal that does not list it"},
    [AUDIT_ANCHOR_MISSING] = {"链中没有所给的锚点", "the given anchor is not in the chain"},
};

static void print_findings(const struct op *op, const struct audit_report *r, FILE *out)
{
    bool zh = op->lang == LANG_ZH;
    for (int64_t i = 0; i < r->nfindings && i < AUDIT_FINDINGS_MAX; i++) {
        const struct audit_finding *f = &r->findings[i];
        fprintf(out, zh ? "  封存 %lld：%s" : "  seal %lld: %s", (long long)f->seq,
                fault_words[f->what][zh ? 0 : 1]);
        if (!uuid_is_none(f->row_id))
            fprintf(out, " %.*s", STR_ARG(uuid_str(OP_ARENA(op), f->row_id)));
        fputc('\n', out);
    }
    if (r->nfindings > AUDIT_FINDINGS_MAX)
        fprintf(out, zh ? "  另有 %lld 处\n" : "  and %lld more\n",
                (long long)(r->nfindings - AUDIT_FINDINGS_MAX));
}

static void print_report(const struct op *op, const struct audit_report *r, FILE *out)
{
    bool zh = op->lang == LANG_ZH;
    fprintf(out,
            zh ? "封存 %lld 个，核对日志 %lld 条，未封存 %lld 条"
               : "%lld seals, %lld rows compared, %lld rows not sealed yet",
            (long long)r->seals, (long long)r->rows, (long long)r->unsealed);
    if (r->unsealed_since_ms.has) {
        struct str when = civil_rfc3339(OP_ARENA(op), r->unsealed_since_ms.v, op->zone_min);
        fprintf(out, zh ? "（自 %.*s 起）" : " (since %.*s)", STR_ARG(when));
    }
    fputc('\n', out);
    if (r->seals > 0)
        fprintf(out, zh ? "锚点 %lld:%.*s\n" : "anchor %lld:%.*s\n", (long long)r->head_seq,
                STR_ARG(str_hex(OP_ARENA(op), r->head.b, sizeof r->head.b)));
    if (r->nfindings == 0) {
        fputs(zh ? "日志链完整\n" : "the journal is whole\n", out);
        return;
    }
    fprintf(out,
            zh ? "发现 %lld 处问题，最早见于封存 %lld：\n"
               : "%lld faults, the first at seal %lld:\n",
            (long long)r->nfindings, (long long)r->first_broken);
    print_findings(op, r, out);
}

static bool read_anchor(struct str text, struct audit_anchor *anchor)
{
    struct str seq;
    *anchor = (struct audit_anchor){0};
    if (str_empty(text))
        return true;
    return str_next(&text, ':', &seq) && str_to_i64(seq, 1, INT64_MAX, &anchor->seq) &&
           text.n == 2 * sizeof anchor->hash.b &&
           str_unhex(text, anchor->hash.b, sizeof anchor->hash.b);
}

int audit_cli(struct op *op, struct str anchor_text, FILE *out)
{
    struct audit_report *report = ARENA_NEW(OP_ARENA(op), struct audit_report);
    struct audit_anchor anchor;
    if (!read_anchor(anchor_text, &anchor)) {
        fputs(op->lang == LANG_ZH ? "锚点格式应为 序号:校验值\n"
                                  : "an anchor is written SEQ:HASH\n",
              stderr);
        return 2;
    }
    if (audit_verify(op, anchor, report) != RC_OK) {
        fprintf(stderr, "%.*s\n", STR_ARG(fault_text(op->rd.fault, op->lang)));
        return 1;
    }
    print_report(op, report, out);
    return report->nfindings == 0 ? 0 : 1;
}
