/* limits_http.h - the routes of limits. */
#ifndef XH_LIMITS_LIMITS_HTTP_H
#define XH_LIMITS_LIMITS_HTTP_H

#include "http/http.h"
#include "limits/limit_rule.h"

extern const struct route limits_routes[];
extern const struct route limit_rule_routes[];

/* Object `key`: which limit a matter gets and why: {limit, from: "rule"|"criterion"|"default", rule, rules: […]}.
 * `own` is the limit where no rule applies, `from` says whose it is. */
struct limit_fallback {
    enum limit_kind kind;
    int64_t amount;
    const char *from;
};
void limit_put_answer(struct json_out *j, const char *key, const struct op *op, const struct limit_answer *a,
                      const struct limit_fallback *own);

#endif
