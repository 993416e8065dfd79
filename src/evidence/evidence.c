/* evidence.c - see evidence.h: the index of this process, and the search in two stages. */
#include "evidence/evidence.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/ticker.h"
#include "evidence/index.h"
#include "evidence_sql.h"

enum { EVERY_S = 1, PAGE_ROWS = 2000 };

const char *const evidence_state_names[] = {"off", "loading", "ready", NULL};

/* The ticker's thread alone uses `db`, `arena`, `fault` and `last`. */
struct evidence {
    int64_t hq;
    struct print_index *index;
    struct ticker ticker;
    struct db *db;
    struct arena arena;
    struct fault fault;
    int64_t last; /* the number read last */
    atomic_bool ready, stopping;
    bool full;
};

static struct index_item item_of(const struct print_keys_after_row *row)
{
    struct index_item item = {.number = (uint32_t)row->number};
    item.n = print_unpack_keys(row->keys, item.bits);
    return item;
}

/* One page into the index; `*n` rows. */
static enum rc read_page(struct evidence *e, size_t *n)
{
    struct reader rd = {e->db, &e->arena, &e->fault};
    struct print_keys_after_row *rows;
    RETURN_IF(q_print_keys_after(&rd, &(struct print_keys_after_in){e->hq, e->last, PAGE_ROWS}, &rows, n));
    struct index_item *items = ARENA_MANY(&e->arena, struct index_item, *n);
    for (size_t i = 0; i < *n; i++)
        items[i] = item_of(&rows[i]);
    if (!index_add(e->index, items, *n)) {
        e->full = true;
        log_warn("evidence: more than %d photographs; later ones are not searched", INDEX_PHOTOS_MAX);
    } else if (*n) {
        e->last = rows[*n - 1].number;
    }
    return RC_OK;
}

static void say_ready(struct evidence *e)
{
    struct index_facts f;
    index_facts(e->index, &f);
    log_info("evidence: %lld photographs can be searched, index of %lld MB", (long long)f.photos,
             (long long)(f.bytes >> 20));
}

/* A database that is away now is asked again at the next tick. */
static void tick(void *arg)
{
    struct evidence *e = arg;
    size_t n = PAGE_ROWS;
    enum rc rc = RC_OK;
    while (rc == RC_OK && n == PAGE_ROWS && !e->full && !atomic_load(&e->stopping)) {
        rc = read_page(e, &n);
        arena_reset(&e->arena);
    }
    if (rc != RC_OK)
        log_warn("evidence: prints could not be read, trying again");
    fault_clear(&e->fault);
    if (rc == RC_OK && !atomic_load(&e->ready) && !atomic_load(&e->stopping)) {
        say_ready(e);
        atomic_store(&e->ready, true);
    }
}

enum rc evidence_start(struct evidence **out, const struct env *env, struct fault *f)
{
    struct evidence *e = xcalloc(1, sizeof *e);
    *out = NULL;
    e->hq = env->hq;
    arena_init(&e->arena);
    fault_init(&e->fault, &e->arena);
    e->index = index_new();
    enum rc rc = db_open(env->store, &e->db, f);
    if (rc == RC_OK)
        rc = ticker_start(&e->ticker, EVERY_S, tick, e, f);
    if (rc != RC_OK) {
        evidence_stop(e);
        return rc;
    }
    *out = e;
    return RC_OK;
}

void evidence_stop(struct evidence *e)
{
    if (!e)
        return;
    atomic_store(&e->stopping, true);
    ticker_stop(&e->ticker);
    if (e->db)
        db_close(e->db);
    index_free(e->index);
    arena_free(&e->arena);
    free(e);
}

enum evidence_state evidence_state(const struct evidence *e)
{
    return !e ? EVIDENCE_OFF : atomic_load(&e->ready) ? EVIDENCE_READY : EVIDENCE_LOADING;
}

/* ---- search ---- */

static void keep(struct likeness *list, size_t *n, struct likeness found)
{
    size_t at = *n;
    while (at > 0 && list[at - 1].match.likeness < found.match.likeness)
        at--;
    if (at == LIKENESS_MAX)
        return;
    *n = *n < LIKENESS_MAX ? *n + 1 : *n;
    memmove(&list[at + 1], &list[at], sizeof *list * (*n - 1 - at));
    list[at] = found;
}

static enum rc compare(struct op *op, const struct print *one, uint32_t number, struct likeness *list, size_t *n)
{
    struct print_by_number_row row;
    struct print other;
    struct likeness found;
    bool there;
    RETURN_IF(q_print_by_number(&op->rd, &(struct print_by_number_in){op->hq, number}, &row, &there));
    if (!there || !print_unpack(row.marks, row.grid, &other))
        return RC_OK;
    found.sha256 = row.sha256;
    if (match_prints(one, &other, &found.match) && match_is_doubt(&found.match))
        keep(list, n, found);
    return RC_OK;
}

/* Plain and mirrored, one photograph may come twice. */
static bool came_before(const struct index_hit *hits, int i)
{
    for (int j = 0; j < i; j++)
        if (hits[j].number == hits[i].number)
            return true;
    return false;
}

enum rc evidence_search(struct op *op, struct sha256 sha, struct likeness **out, size_t *n)
{
    struct index_hit hits[INDEX_HITS];
    struct print_by_sha256_row row;
    struct print one;
    bool there;
    *out = ARENA_MANY(OP_ARENA(op), struct likeness, LIKENESS_MAX);
    *n = 0;
    if (!op->env->evidence)
        return RC_OK;
    RETURN_IF(q_print_by_sha256(&op->rd, &(struct print_by_sha256_in){op->hq, sha}, &row, &there));
    if (!there || !print_unpack(row.marks, row.grid, &one))
        return RC_OK;
    int found = index_search(op->env->evidence->index, &one, hits);
    for (int i = 0; i < found; i++)
        if (hits[i].number != row.number && !came_before(hits, i))
            RETURN_IF(compare(op, &one, hits[i].number, *out, n));
    return RC_OK;
}
