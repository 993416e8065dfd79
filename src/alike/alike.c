/* alike.c - what a unit's answers must carry and what they count; the order of nodes. Pure. */
#include "alike/alike.h"

#include "alike/self_check.h"

const char *const alike_result_names[ALIKE_RESULTS + 1] = {"none_found", "found", "mended", "not_applicable", NULL};

struct alike_tally alike_count(const struct alike_reply *replies, size_t n)
{
    struct alike_tally t = {.answered = (int64_t)n};
    for (size_t i = 0; i < n; i++) {
        t.found += replies[i].result == ALIKE_FOUND || replies[i].result == ALIKE_MENDED;
        t.mended += replies[i].result == ALIKE_MENDED;
        t.not_applicable += replies[i].result == ALIKE_NOT_APPLICABLE;
    }
    return t;
}

static void check_one(struct arena *a, struct fault *f, const struct alike_reply *r, size_t i)
{
#define AT(member) str_fmt(a, "/answers/%zu/" member, i)
    if (r->result != ALIKE_NONE_FOUND && str_empty(str_trim(r->note)))
        fail_field(f, AT("note"), "required", "请说明发现的情况或不涉及的理由", "Say what was found, or why it does not apply");
    if (r->result == ALIKE_FOUND && uuid_is_none(r->problem_id))
        fail_field(f, AT("problem_id"), "required", "缺少新问题的编号", "The new case's id is missing");
    if (r->result == ALIKE_MENDED && r->nafter == 0)
        fail_field(f, AT("after_photos"), "evidence_required", "当即整改的须附整改后的照片",
                   "What was mended at once needs a photograph taken afterwards");
#undef AT
}

enum rc alike_check_replies(struct arena *a, struct fault *f, const struct alike_reply *replies, size_t n)
{
    if (n == 0)
        fail_field(f, STR("/answers"), "required", "请至少填报一个点位", "Answer for one site at least");
    for (size_t i = 0; i < n; i++) {
        check_one(a, f, &replies[i], i);
        for (size_t k = 0; k < i; k++)
            if (uuid_eq(replies[i].site_id, replies[k].site_id))
                fail_field(f, str_fmt(a, "/answers/%zu/site_id", i), "site_twice", "同一点位重复填报", "The same site twice");
    }
    return fault_has_fields(f) ? f->rc : RC_OK;
}

enum rc self_check_nodes_check(struct arena *a, struct fault *f, const struct self_check_node *nodes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_empty(str_trim(nodes[i].title)))
            fail_field(f, str_fmt(a, "/nodes/%zu/title", i), "required", "请填写节点内容", "Say what is to be done by then");
        if (i && nodes[i].due_ms < nodes[i - 1].due_ms)
            fail_field(f, str_fmt(a, "/nodes/%zu/due_at", i), "out_of_order", "节点应按时间先后排列",
                       "Nodes follow one another in time");
    }
    return fault_has_fields(f) ? f->rc : RC_OK;
}
