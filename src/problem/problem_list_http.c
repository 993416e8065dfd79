/* problem_list_http.c - GET /problems: filters, order and page out of the query; the rows as openapi.yaml has them. */
#include "problem/problem_http.h"

#include "problem/problem_json.h"
#include "problem/problem_list.h"

static const char *const severities[] = {"general", "key", NULL};

/* "2026-000123" asks for that number; anything else is text to find. */
static void apply_text(struct request *rq, struct str q, struct problem_filter *f)
{
    struct str rest = q, year;
    int64_t y, n;
    if (!q.n)
        return;
    if (str_next(&rest, '-', &year) && year.n == 4 && str_to_i64(year, 1970, 9999, &y) && str_to_i64(rest, 1, INT32_MAX, &n)) {
        f->year = SOME(y);
        f->number = SOME(n);
        return;
    }
    f->like = str_like(OP_ARENA(&rq->op), q);
}

static enum rc read_words(struct request *rq, struct problem_filter *f)
{
    struct opt_bool open, overdue;
    RETURN_IF(query_name(rq, "state", problem_state_names, &f->state));
    RETURN_IF(query_name(rq, "severity", severities, &f->severity));
    RETURN_IF(query_name(rq, "source", problem_source_names, &f->source));
    f->kind = query_text(rq, "kind");
    f->category = query_text(rq, "category");
    f->area_code = query_text(rq, "area_code");
    RETURN_IF(query_bool(rq, "open", &open));
    RETURN_IF(query_bool(rq, "overdue", &overdue));
    f->open = open.has && open.v;
    f->closed = open.has && !open.v;
    if (overdue.has && overdue.v)
        f->overdue_at = SOME(rq->op.now);
    return RC_OK;
}

static enum rc read_sort(struct request *rq, enum problem_sort *sort)
{
    struct str name;
    RETURN_IF(query_name(rq, "sort", problem_sort_names, &name));
    for (int i = 0; name.p && problem_sort_names[i]; i++)
        if (str_is(name, problem_sort_names[i]))
            *sort = (enum problem_sort)i;
    return RC_OK;
}

static enum rc read_filter(struct request *rq, struct problem_filter *f)
{
    RETURN_IF(read_sort(rq, &f->sort));
    RETURN_IF(read_words(rq, f));
    RETURN_IF(query_uuid(rq, "unit_id", &f->unit_id));
    RETURN_IF(query_uuid(rq, "handler_unit_id", &f->handler_id));
    RETURN_IF(query_uuid(rq, "site_id", &f->site_id));
    RETURN_IF(query_uuid(rq, "round_id", &f->round_id));
    RETURN_IF(query_uuid(rq, "parent_id", &f->parent_id));
    RETURN_IF(query_uuid(rq, "alike_id", &f->alike_id));
    RETURN_IF(query_uuid(rq, "works_id", &f->works_id));
    RETURN_IF(query_uuid(rq, "asset_id", &f->asset_id));
    RETURN_IF(query_time(rq, "from", &f->from_ms));
    RETURN_IF(query_time(rq, "to", &f->to_ms));
    apply_text(rq, query_text(rq, "q"), f);
    return RC_OK;
}

/* The order a page was made in goes with its cursor; by number, the key is two numbers in one. */
static enum rc read_cursor(struct request *rq, const struct page *page, struct problem_filter *f)
{
    if (!page->has_cursor)
        return RC_OK;
    if (!str_is(page->key_text, problem_sort_names[f->sort]))
        return OP_FAIL(&rq->op, RC_BAD, "bad_cursor", "翻页标记与排序方式不符，请从第一页重新查看",
                       "The cursor belongs to another order; start again from the first page");
    f->has_after = true;
    f->after = (struct problem_key){page->key_i64, 0, page->key_id};
    if (f->sort == PROBLEM_NUMBER) {
        f->after.a = page->key_i64 >> 32;
        f->after.b = (page->key_i64 & UINT32_MAX) + INT32_MIN;
    }
    return RC_OK;
}

static int64_t cursor_key(enum problem_sort sort, struct problem_key k)
{
    return sort == PROBLEM_NUMBER ? k.a * (INT64_C(1) << 32) + (k.b - INT32_MIN) : k.a;
}

enum rc problem_list_get(struct request *rq)
{
    struct problem_filter f = {0};
    struct problem_page rows;
    struct page page;
    RETURN_IF(request_page(rq, &page));
    RETURN_IF(read_filter(rq, &f));
    RETURN_IF(query_done(rq));
    RETURN_IF(read_cursor(rq, &page, &f));
    f.limit = page.limit;
    RETURN_IF(problem_list_readable(&rq->op, &f, &rows));
    jo_obj(&rq->json, NULL);
    jo_arr(&rq->json, "items");
    for (size_t i = 0; i < rows.n; i++) {
        jo_obj(&rq->json, NULL);
        problem_json_brief(&rq->json, &rq->op, &rows.rows[i]);
        jo_end(&rq->json);
    }
    page_end(rq, &page, rows.more, cursor_key(f.sort, rows.next), rows.next.id, str_of(problem_sort_names[f.sort]));
    return reply_json(rq, 200);
}
