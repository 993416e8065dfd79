/* fuzz_print.c - any bytes as two kept prints: refused, or laid over one another and searched by, with sane answers. The
 * decoder's answers pass the same check (print_ok). */
#include "evidence/index.h"
#include "evidence/match.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool take(const uint8_t **data, size_t *n, struct print *out)
{
    size_t grid = sizeof out->grid;
    if (*n < 2 + grid)
        return false;
    size_t marks = (size_t)((*data)[0] | (*data)[1] << 8) % (PRINT_BYTES_MAX + 2);
    if (*n < 2 + grid + marks)
        return false;
    bool ok = print_unpack((struct str){(const char *)*data + 2 + grid, marks}, (struct str){(const char *)*data + 2, grid}, out);
    *data += 2 + grid + marks;
    *n -= 2 + grid + marks;
    return ok;
}

static void search(const struct print *one, const struct print *other)
{
    struct index_hit hits[INDEX_HITS];
    struct print_index *x = index_new();
    struct index_item item = {.number = 7};
    for (; item.n < other->n && item.n < PRINT_KEYS; item.n++)
        item.bits[item.n] = other->marks[item.n].bits;
    if (!index_add(x, &item, 1))
        abort();
    int found = index_search(x, one, hits);
    for (int i = 0; i < found; i++)
        if (hits[i].number != 7)
            abort();
    index_free(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct print one, other;
    uint8_t packed[PRINT_BYTES_MAX];
    uint64_t keys[PRINT_KEYS];
    struct match m;
    print_unpack_keys((struct str){(const char *)data, n}, keys);
    if (!take(&data, &n, &one) || !take(&data, &n, &other))
        return 0;
    if (!print_ok(&one) || print_pack(&one, packed) > sizeof packed)
        abort();
    if (match_prints(&one, &other, &m) &&
        !(m.pairs > 0 && isfinite(m.likeness) && m.of_one >= 0 && m.of_one <= 1 && m.of_other >= 0 && m.of_other <= 1))
        abort();
    search(&one, &other);
    return 0;
}
