/* print.c - see print.h: whether a print is sound, and how it is kept. The server's part; making one is
 * print_make.c, in the decoder. */
#include "media/print.h"

enum { HEAD_BYTES = 8, KEY_BYTES = 8 };

bool print_ok(const struct print *p)
{
    if (p->width < 1 || p->height < 1 || p->width > PRINT_SIDE || p->height > PRINT_SIDE || p->n > PRINT_MARKS)
        return false;
    for (int i = 0; i < p->n; i++) {
        const struct print_mark *m = &p->marks[i];
        if (m->x >= p->width * PRINT_UNIT || m->y >= p->height * PRINT_UNIT)
            return false;
        for (int w = 0; w < PRINT_WEAK; w++)
            if (m->weak[w] > 63 || m->weak[w] < 64 - PRINT_KEY_BITS)
                return false;
    }
    return true;
}

static uint8_t *put(uint8_t *to, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++, v >>= 8)
        *to++ = (uint8_t)v;
    return to;
}

static uint64_t take(const uint8_t **from, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++)
        v |= (uint64_t)*(*from)++ << (8 * i);
    return v;
}

size_t print_pack(const struct print *p, uint8_t *out)
{
    uint8_t *at = put(out, PRINT_VERSION, 2);
    at = put(at, p->width, 2);
    at = put(at, p->height, 2);
    at = put(at, p->n, 2);
    for (int i = 0; i < p->n; i++) {
        const struct print_mark *m = &p->marks[i];
        at = put(at, m->bits, 8);
        for (int w = 0; w < PRINT_WEAK; w++)
            at = put(at, m->weak[w], 1);
        at = put(at, m->x, 2);
        at = put(at, m->y, 2);
        at = put(at, m->scale, 1);
        at = put(at, m->turn, 1);
    }
    return (size_t)(at - out);
}

size_t print_pack_keys(const struct print *p, uint8_t *out)
{
    uint8_t *at = out;
    for (int i = 0; i < p->n && i < PRINT_KEYS; i++)
        at = put(at, p->marks[i].bits, KEY_BYTES);
    return (size_t)(at - out);
}

int print_unpack_keys(struct str keys, uint64_t out[PRINT_KEYS])
{
    const uint8_t *at = (const uint8_t *)keys.p;
    if (keys.n % KEY_BYTES || keys.n > PRINT_KEYS * KEY_BYTES)
        return 0;
    for (size_t i = 0; i < keys.n / KEY_BYTES; i++)
        out[i] = take(&at, KEY_BYTES);
    return (int)(keys.n / KEY_BYTES);
}

bool print_unpack(struct str marks, struct str grid, struct print *out)
{
    const uint8_t *at = (const uint8_t *)marks.p;
    *out = (struct print){0};
    if (marks.n < HEAD_BYTES || grid.n != sizeof out->grid || take(&at, 2) != PRINT_VERSION)
        return false;
    out->width = (uint16_t)take(&at, 2);
    out->height = (uint16_t)take(&at, 2);
    out->n = (uint16_t)take(&at, 2);
    if (out->n > PRINT_MARKS || marks.n != HEAD_BYTES + (size_t)out->n * PRINT_MARK_BYTES)
        return false;
    for (int i = 0; i < out->n; i++) {
        struct print_mark *m = &out->marks[i];
        m->bits = take(&at, 8);
        for (int w = 0; w < PRINT_WEAK; w++)
            m->weak[w] = (uint8_t)take(&at, 1);
        m->x = (uint16_t)take(&at, 2);
        m->y = (uint16_t)take(&at, 2);
        m->scale = (uint8_t)take(&at, 1);
        m->turn = (uint8_t)take(&at, 1);
    }
    memcpy(out->grid, grid.p, sizeof out->grid);
    return print_ok(out);
}
