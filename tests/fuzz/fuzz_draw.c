/*
 * fuzz_draw.c - libFuzzer target for files of draws (`xiaohao round verify FILE`): whatever the file says, it is read
 * or refused with a code, and a draw that is repeated has the quotas its text names.
 *
 * Input: JSON as GET /rounds/{id}/draws answers it; or, beginning with 'x', the text of a draw alone.
 */
#include "base/arena.h"
#include "round/draw_store.h"

#include <stdlib.h>

static void check_text(struct arena *a, struct str text)
{
    struct draw d;
    if (!draw_read(a, text, &d))
        return;
    for (size_t h = 0; h < d.nstrata; h++)
        if (d.strata[h].quota > d.strata[h].n)
            abort();
    draw_run(a, &d, draw_seed(sha256_of(text), text));
}

static void check_file(struct arena *a, struct str json)
{
    struct draw_claim *claims;
    struct fault f;
    size_t n;
    fault_init(&f, a);
    if (draw_file_check(a, &f, json, &claims, &n) != RC_OK) {
        if (f.code.n == 0)
            abort();
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t taken = 0;
        for (size_t h = 0; !claims[i].wrong && h < claims[i].record.drawn.nstrata; h++)
            taken += claims[i].record.drawn.strata[h].quota;
        if (!claims[i].wrong && taken != claims[i].ndrawn)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct str in = {(const char *)data, n};
    arena_init(&a);
    if (n && data[0] == 'x')
        check_text(&a, in);
    else
        check_file(&a, in);
    arena_free(&a);
    return 0;
}
