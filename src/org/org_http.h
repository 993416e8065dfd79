/*
 * org_http.h - the routes of this room, and what its HTTP files share.
 */
#ifndef XH_ORG_ORG_HTTP_H
#define XH_ORG_ORG_HTTP_H

#include "http/http.h"

extern const struct route org_routes[];

/* A member "2026-11-21": local midnight of that day. True when it was there. */
bool jin_date(struct jin *in, const char *key, int zone_min, int64_t *ms);

handler_fn headquarters_http_get, area_http_list, area_http_create, area_http_counts, area_http_get,
    area_http_change, area_http_history;
handler_fn unit_http_list, unit_http_create, unit_http_get, unit_http_change;
handler_fn person_http_list, person_http_create, person_http_get, person_http_change,
    person_http_reveal;
handler_fn duty_http_list, duty_http_create, duty_http_hand_over, duty_http_end;

#endif
