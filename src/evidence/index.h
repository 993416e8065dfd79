/*
 * index.h - which stored photographs may have marks in common with this one: the first, fast stage of the search.
 *
 * Every photograph brings the bits of its first PRINT_KEYS marks. They stand sorted in a few segments, each with a
 * table of where the bits that begin alike begin; a search looks up each mark of the asked picture, plain and
 * mirrored, as it is and with one or two of its least certain bits turned over, and counts how many marks each photograph has in
 * common. New ones come in as small segments that are merged as they grow (each at least MERGE_RATIO times the next),
 * so a search meets few. Bounded by INDEX_PHOTOS_MAX; 12 bytes a mark and the tables: about 290 bytes a photograph,
 * while a merge is under way the merged part twice.
 *
 * Any number of threads may search while one adds.
 */
#ifndef XH_EVIDENCE_INDEX_H
#define XH_EVIDENCE_INDEX_H

#include "media/print.h"

enum {
    INDEX_PHOTOS_MAX = 20000000,
    INDEX_HITS = 48,      /* photographs a search answers at most */
};

struct print_index;

/* One photograph to be found again. */
struct index_item {
    uint32_t number;
    int n;
    uint64_t bits[PRINT_KEYS];
};

struct index_hit {
    uint32_t number;
    int votes; /* marks in common, rare ones counting more */
};

struct index_facts {
    int64_t photos, marks, bytes;
    int segments;
};

struct print_index *index_new(void);
void index_free(struct print_index *x);
/* False: full, and nothing was taken. One thread at a time. */
bool index_add(struct print_index *x, const struct index_item *items, size_t n);
/* The most likely first; `out` has room for INDEX_HITS. Answers how many. */
int index_search(struct print_index *x, const struct print *p, struct index_hit *out);
void index_facts(struct print_index *x, struct index_facts *out);

#endif
