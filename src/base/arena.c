/* arena.c - bump allocation in growing blocks; see arena.h. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 8 * 1024, LARGEST_BLOCK = 1024 * 1024 };

struct arena_block {
    struct arena_block *older;
    size_t bytes;
    alignas(max_align_t) char data[];
};

static _Noreturn void out_of_memory(size_t bytes)
{
    fprintf(stderr, "xiaohao: out of memory (%zu bytes asked)\n", bytes);
    abort();
}

void *xmalloc(size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);
    if (!p)
        out_of_memory(bytes);
    return p;
}

void *xcalloc(size_t count, size_t each)
{
    void *p = calloc(count ? count : 1, each ? each : 1);
    if (!p)
        out_of_memory(count * each);
    return p;
}

void *xrealloc(void *old, size_t bytes)
{
    void *p = realloc(old, bytes ? bytes : 1);
    if (!p)
        out_of_memory(bytes);
    return p;
}

char *xstrdup(const char *z)
{
    size_t n = strlen(z) + 1;
    return memcpy(xmalloc(n), z, n);
}

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

static void free_from(struct arena_block *b)
{
    while (b) {
        struct arena_block *older = b->older;
        free(b);
        b = older;
    }
}

void arena_free(struct arena *a)
{
    free_from(a->head);
    arena_init(a);
}

void arena_reset(struct arena *a)
{
    if (!a->head)
        return;
    free_from(a->head->older);
    a->head->older = NULL;
    if (a->head->bytes > 64 * 1024) {
        arena_free(a);
        return;
    }
    a->next = a->head->data;
    a->end = a->head->data + a->head->bytes;
    a->total = a->head->bytes;
}

static void grow(struct arena *a, size_t need)
{
    size_t bytes = a->head ? a->head->bytes * 2 : FIRST_BLOCK;
    if (bytes > LARGEST_BLOCK)
        bytes = LARGEST_BLOCK;
    if (bytes < need)
        bytes = need;
    struct arena_block *b = xmalloc(sizeof *b + bytes);
    b->older = a->head;
    b->bytes = bytes;
    a->head = b;
    a->next = b->data;
    a->end = b->data + bytes;
    a->total += bytes;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    size_t need = (bytes + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (need < bytes)
        out_of_memory(bytes);
    if (!a->next || (size_t)(a->end - a->next) < need)
        grow(a, need);
    char *p = a->next;
    a->next += need;
    return memset(p, 0, bytes);
}

void *arena_array(struct arena *a, size_t count, size_t each)
{
    if (each && count > SIZE_MAX / each)
        out_of_memory(SIZE_MAX);
    return arena_alloc(a, count * each);
}

void *arena_dup(struct arena *a, const void *p, size_t bytes)
{
    void *q = arena_alloc(a, bytes);
    if (bytes)
        memcpy(q, p, bytes);
    return q;
}
