/*
 * arena.h - memory that lives as long as one operation.
 *
 * Everything a request, a job or a command-line step allocates comes from one arena and goes with it.
 * Nothing is freed one by one. Running out of memory ends the process after a log line: sizes that come
 * from outside are bounded before they reach an allocation.
 */
#ifndef XH_BASE_ARENA_H
#define XH_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/* Owned by one thread at a time. Zero-initialise with arena_init(). */
struct arena {
    struct arena_block *head;
    char *next;
    char *end;
    size_t total;
};

void arena_init(struct arena *a);
/* Forgets all allocations but keeps one block for the next use. */
void arena_reset(struct arena *a);
void arena_free(struct arena *a);
/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t bytes);
void *arena_array(struct arena *a, size_t count, size_t each);
void *arena_dup(struct arena *a, const void *p, size_t bytes);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_MANY(a, type, count) ((type *)arena_array((a), (count), sizeof(type)))

/* For what outlives operations; abort on failure. */
void *xmalloc(size_t bytes);
void *xcalloc(size_t count, size_t each);
void *xrealloc(void *p, size_t bytes);
char *xstrdup(const char *z);

#endif
