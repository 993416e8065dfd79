/* opt.h - numbers and truths that may be absent (SQL NULL, a filter not given). */
#ifndef XH_BASE_OPT_H
#define XH_BASE_OPT_H

#include <stdbool.h>
#include <stdint.h>

struct opt_i64 {
    bool has;
    int64_t v;
};
struct opt_bool {
    bool has;
    bool v;
};
#define SOME(value) ((struct opt_i64){true, (value)})
#define NONE_I64 ((struct opt_i64){false, 0})
#define SOME_BOOL(value) ((struct opt_bool){true, (value)})

#endif
