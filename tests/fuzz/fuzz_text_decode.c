/* fuzz_text_decode.c - any bytes, any wish: a fault, or valid UTF-8. The first byte chooses the
 * wish. */
#include "base/arena.h"
#include "tabular/text_decode.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    struct arena a;
    struct fault f;
    struct text_decoded out;
    struct text_options opt = {
        .encoding = (enum text_encoding)(data[0] % 5),
        .replace_damaged = data[0] & 0x80,
    };
    arena_init(&a);
    fault_init(&f, &a);
    enum rc rc = text_decode(&a, &f, (struct str){(const char *)data + 1, n - 1}, &opt, &out);
    if (rc == RC_OK ? !utf8_valid(out.text) || (out.damaged && !opt.replace_damaged)
                    : f.code.n == 0)
        abort();
    arena_free(&a);
    return 0;
}
