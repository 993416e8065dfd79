/* index.c - see index.h. */
#include "evidence/index.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/arena.h"

enum {
    SEGMENTS_MAX = 32,
    MERGE_RATIO = 4,
    TABLE_BITS_MIN = 8,
    TABLE_BITS_MAX = PRINT_KEY_BITS,
    MARKS_PER_SLOT = 8,  /* wanted, where the table has not its full length */
    SLOT_MAX = 64,       /* looked at, the nearest: what more have in common tells little apart */
    BITS_ALIKE = 8,      /* of 64: nine in ten marks of the same spot; with 12 a million strangers outvote a cut copy */
    HUGE_BYTES = 2 << 20, /* of a page, where the system has such */
    FOUND_MAX = 1024,    /* photographs one mark may vote for */
    WAYS = 1 + PRINT_WEAK + PRINT_WEAK * (PRINT_WEAK - 1) / 2, /* a mark is looked up in */
    POLL_SLOTS = 1 << 15, /* photographs counted in one search */
    POLL_FULL = POLL_SLOTS / 4 * 3,
};

/* Sorted by `bits`; those that begin with the `table_bits` bits b stand from first[b] to first[b + 1]. */
struct segment {
    size_t n;
    size_t photos;
    int table_bits;
    uint64_t *bits;
    uint32_t *number;
    uint32_t *first;
};

struct print_index {
    pthread_rwlock_t lock; /* of the list; what stands in a segment never changes */
    int n;
    struct segment *list[SEGMENTS_MAX];
    int64_t photos;
};

struct print_index *index_new(void)
{
    struct print_index *x = xcalloc(1, sizeof *x);
    pthread_rwlock_init(&x->lock, NULL);
    return x;
}

static void segment_free(struct segment *s)
{
    if (!s)
        return;
    free(s->bits);
    free(s->number);
    free(s->first);
    free(s);
}

void index_free(struct print_index *x)
{
    if (!x)
        return;
    for (int i = 0; i < x->n; i++)
        segment_free(x->list[i]);
    pthread_rwlock_destroy(&x->lock);
    free(x);
}

/* ---- segments ---- */

/* Searches jump about in gigabytes: on small pages each jump costs a second one for the page's address. */
static void *big_array(size_t count, size_t each)
{
    size_t bytes = count * each;
    if (bytes < 4 * (size_t)HUGE_BYTES)
        return xmalloc(bytes);
    bytes = (bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
    void *p = aligned_alloc(HUGE_BYTES, bytes);
    if (!p)
        return xmalloc(bytes);
    madvise(p, bytes, MADV_HUGEPAGE);
    return p;
}

static struct segment *segment_new(size_t n, size_t photos)
{
    struct segment *s = xcalloc(1, sizeof *s);
    s->n = n;
    s->photos = photos;
    s->bits = big_array(n + 1, sizeof *s->bits);
    s->number = big_array(n + 1, sizeof *s->number);
    s->table_bits = TABLE_BITS_MIN;
    while (s->table_bits < TABLE_BITS_MAX && (n >> s->table_bits) > MARKS_PER_SLOT)
        s->table_bits++;
    return s;
}

static void make_table(struct segment *s)
{
    size_t slots = (size_t)1 << s->table_bits, at = 0;
    s->first = big_array(slots + 1, sizeof *s->first);
    for (size_t slot = 0; slot < slots; slot++) {
        while (at < s->n && s->bits[at] >> (64 - s->table_bits) < slot)
            at++;
        s->first[slot] = (uint32_t)at;
    }
    s->first[slots] = (uint32_t)s->n;
}

struct entry {
    uint64_t bits;
    uint32_t number;
};

static int by_bits(const void *a, const void *b)
{
    const struct entry *p = a, *q = b;
    if (p->bits != q->bits)
        return p->bits < q->bits ? -1 : 1;
    return (p->number > q->number) - (p->number < q->number);
}

static struct segment *segment_of(const struct index_item *items, size_t n)
{
    size_t marks = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        marks += (size_t)items[i].n;
    struct entry *all = xmalloc(sizeof *all * (marks + 1));
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < items[i].n; k++)
            all[at++] = (struct entry){items[i].bits[k], items[i].number};
    qsort(all, marks, sizeof *all, by_bits);
    struct segment *s = segment_new(marks, n);
    for (size_t i = 0; i < marks; i++) {
        s->bits[i] = all[i].bits;
        s->number[i] = all[i].number;
    }
    free(all);
    make_table(s);
    return s;
}

static struct segment *merge(const struct segment *a, const struct segment *b)
{
    struct segment *s = segment_new(a->n + b->n, a->photos + b->photos);
    size_t i = 0, j = 0;
    for (size_t at = 0; at < s->n; at++) {
        bool first = j == b->n || (i < a->n && a->bits[i] <= b->bits[j]);
        const struct segment *from = first ? a : b;
        size_t k = first ? i++ : j++;
        s->bits[at] = from->bits[k];
        s->number[at] = from->number[k];
    }
    make_table(s);
    return s;
}

/* Only whoever adds changes the list, so it may read it without the lock. */
static void replace_last(struct print_index *x, int drop, struct segment *by)
{
    struct segment *old[2] = {NULL, NULL};
    pthread_rwlock_wrlock(&x->lock);
    for (int i = 0; i < drop; i++)
        old[i] = x->list[--x->n];
    x->list[x->n++] = by;
    pthread_rwlock_unlock(&x->lock);
    segment_free(old[0]);
    segment_free(old[1]);
}

bool index_add(struct print_index *x, const struct index_item *items, size_t n)
{
    if (x->photos + (int64_t)n > INDEX_PHOTOS_MAX)
        return false;
    if (n == 0)
        return true;
    replace_last(x, 0, segment_of(items, n));
    while (x->n > 1 && x->list[x->n - 2]->n < MERGE_RATIO * x->list[x->n - 1]->n)
        replace_last(x, 2, merge(x->list[x->n - 2], x->list[x->n - 1]));
    pthread_rwlock_wrlock(&x->lock);
    x->photos += (int64_t)n;
    pthread_rwlock_unlock(&x->lock);
    return true;
}

void index_facts(struct print_index *x, struct index_facts *out)
{
    pthread_rwlock_rdlock(&x->lock);
    *out = (struct index_facts){.photos = x->photos, .segments = x->n};
    for (int i = 0; i < x->n; i++) {
        const struct segment *s = x->list[i];
        out->marks += (int64_t)s->n;
        out->bytes += (int64_t)(sizeof *s + s->n * (sizeof *s->bits + sizeof *s->number) +
                                (((size_t)1 << s->table_bits) + 1) * sizeof *s->first);
    }
    pthread_rwlock_unlock(&x->lock);
}

/* ---- the count ---- */

/* One photograph, plain or mirrored: number * 2 + mirrored + 1, 0 while free. */
struct voted {
    uint64_t who;
    uint16_t votes;
    int16_t last_mark; /* one mark votes once */
};

struct poll {
    struct voted *slots;
    size_t used;
    uint32_t found[FOUND_MAX]; /* slots the mark in hand votes for */
    int nfound;
};

static struct voted *voted_of(struct poll *p, uint64_t who)
{
    size_t at = (size_t)(who * UINT64_C(0x9e3779b97f4a7c15) >> 49) & (POLL_SLOTS - 1);
    while (p->slots[at].who && p->slots[at].who != who)
        at = (at + 1) & (POLL_SLOTS - 1);
    if (!p->slots[at].who) {
        if (p->used == POLL_FULL)
            return NULL;
        p->used++;
        p->slots[at] = (struct voted){.who = who, .last_mark = -1};
    }
    return &p->slots[at];
}

static void vote(struct poll *p, uint32_t number, int mark, bool mirrored)
{
    struct voted *v = p->nfound < FOUND_MAX ? voted_of(p, (uint64_t)number * 2 + mirrored + 1) : NULL;
    if (!v || v->last_mark == mark)
        return;
    v->last_mark = (int16_t)mark;
    p->found[p->nfound++] = (uint32_t)(v - p->slots);
}

/* A mark many pictures have says little about any of them. */
static void count_votes(struct poll *p)
{
    int weight = p->nfound <= 4 ? 8 : p->nfound <= 32 ? 4 : p->nfound <= 256 ? 2 : 1;
    for (int i = 0; i < p->nfound; i++)
        p->slots[p->found[i]].votes = (uint16_t)(p->slots[p->found[i]].votes + weight);
    p->nfound = 0;
}

/* ---- search ---- */

/* One mark as it is looked up: its bits, and those that may be turned over. */
struct probe {
    uint64_t bits;
    uint64_t flips[WAYS];
    int mark;
    bool mirrored;
};

/* None, each one and each two of the weak bits that lie within the table's. */
static int make_flips(const struct print_mark *m, int table_bits, uint64_t *out)
{
    uint64_t weak[PRINT_WEAK];
    int nweak = 0, n = 1;
    for (int w = 0; w < PRINT_WEAK; w++)
        if (m->weak[w] >= 64 - table_bits)
            weak[nweak++] = UINT64_C(1) << m->weak[w];
    out[0] = 0;
    for (int i = 0; i < nweak; i++) {
        out[n++] = weak[i];
        for (int k = 0; k < i; k++)
            out[n++] = weak[i] | weak[k];
    }
    return n;
}

/* Of a slot with many marks those that begin alike the longest. */
static void narrow(const struct segment *s, uint64_t bits, uint32_t *from, uint32_t *to)
{
    uint32_t low = *from, high = *to;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->bits[middle] < bits)
            low = middle + 1;
        else
            high = middle;
    }
    if (low - *from > SLOT_MAX / 2)
        *from = low - SLOT_MAX / 2;
    if (*to - *from > SLOT_MAX)
        *to = *from + SLOT_MAX;
}

/* The three steps are apart so that the memory of all probes is under way at once. */
static void look_up(const struct segment *s, const struct probe *p, int n, struct poll *poll)
{
    size_t slot[WAYS];
    for (int i = 0; i < n; i++) {
        slot[i] = (size_t)((p->bits ^ p->flips[i]) >> (64 - s->table_bits));
        __builtin_prefetch(&s->first[slot[i]]);
    }
    for (int i = 0; i < n; i++)
        __builtin_prefetch(&s->bits[s->first[slot[i]]]);
    for (int i = 0; i < n; i++) {
        uint32_t from = s->first[slot[i]], to = s->first[slot[i] + 1];
        if (to - from > SLOT_MAX)
            narrow(s, p->bits ^ p->flips[i], &from, &to);
        for (uint32_t k = from; k < to; k++)
            if (print_ones(s->bits[k] ^ p->bits) <= BITS_ALIKE)
                vote(poll, s->number[k], p->mark, p->mirrored);
    }
}

static void search_marks(struct print_index *x, const struct print *p, struct poll *poll)
{
    for (int i = 0; i < p->n; i++)
        for (int mirrored = 0; mirrored < 2; mirrored++) {
            struct probe probe = {.bits = mirrored ? p->marks[i].bits ^ PRINT_ODD : p->marks[i].bits,
                                  .mark = i,
                                  .mirrored = mirrored};
            for (int s = 0; s < x->n; s++)
                look_up(x->list[s], &probe, make_flips(&p->marks[i], x->list[s]->table_bits, probe.flips), poll);
            count_votes(poll);
        }
}

/* Keeps the best INDEX_HITS, best first. */
static int insert(struct index_hit *out, int n, struct index_hit hit)
{
    int at = n;
    while (at > 0 && (out[at - 1].votes < hit.votes ||
                      (out[at - 1].votes == hit.votes && out[at - 1].number < hit.number)))
        at--;
    if (at == INDEX_HITS)
        return n;
    n = n < INDEX_HITS ? n + 1 : n;
    memmove(&out[at + 1], &out[at], sizeof *out * (size_t)(n - 1 - at));
    out[at] = hit;
    return n;
}

int index_search(struct print_index *x, const struct print *p, struct index_hit *out)
{
    struct poll poll = {.slots = xcalloc(POLL_SLOTS, sizeof *poll.slots)};
    int n = 0;
    pthread_rwlock_rdlock(&x->lock);
    search_marks(x, p, &poll);
    pthread_rwlock_unlock(&x->lock);
    for (size_t i = 0; i < POLL_SLOTS && poll.used; i++)
        if (poll.slots[i].who)
            n = insert(out, n, (struct index_hit){(uint32_t)((poll.slots[i].who - 1) / 2), poll.slots[i].votes});
    free(poll.slots);
    return n;
}
