/*
 * org_http.c - the route table of the organisation; the handlers stand in area_http.c, unit_http.c,
 * person_http.c and duty_http.c.
 */
#include "org/org_http.h"

#include "auth/policy.h"
#include "base/civil.h"

const struct route org_routes[] = {
    {HTTP_GET, "/api/v1/headquarters", ACT_SELF, headquarters_http_get, 0, 0},
    {HTTP_GET, "/api/v1/areas", ACT_ORG_READ, area_http_list, 0, 0},
    {HTTP_POST, "/api/v1/areas", ACT_ORG_WRITE, area_http_create, 0, 0},
    {HTTP_GET, "/api/v1/areas/counts", ACT_ORG_READ, area_http_counts, 0, 0},
    {HTTP_GET, "/api/v1/areas/{id}", ACT_ORG_READ, area_http_get, 0, 0},
    {HTTP_PATCH, "/api/v1/areas/{id}", ACT_ORG_WRITE, area_http_change, 0, 0},
    {HTTP_GET, "/api/v1/areas/{id}/history", ACT_ORG_READ, area_http_history, 0, 0},
    {HTTP_GET, "/api/v1/units", ACT_ORG_READ, unit_http_list, 0, 0},
    {HTTP_POST, "/api/v1/units", ACT_ORG_WRITE, unit_http_create, 0, 0},
    {HTTP_GET, "/api/v1/units/{id}", ACT_ORG_READ, unit_http_get, 0, 0},
    {HTTP_PATCH, "/api/v1/units/{id}", ACT_ORG_WRITE, unit_http_change, 0, 0},
    {HTTP_GET, "/api/v1/people", ACT_ORG_READ, person_http_list, 0, 0},
    {HTTP_POST, "/api/v1/people", ACT_PERSON_WRITE, person_http_create, 0, 0},
    {HTTP_GET, "/api/v1/people/{id}", ACT_ORG_READ, person_http_get, 0, 0},
    {HTTP_PATCH, "/api/v1/people/{id}", ACT_PERSON_WRITE, person_http_change, 0, 0},
    {HTTP_POST, "/api/v1/people/{id}/reveal", ACT_PERSON_UNMASK, person_http_reveal, 0, 0},
    {HTTP_GET, "/api/v1/duties", ACT_ORG_READ, duty_http_list, 0, 0},
    {HTTP_POST, "/api/v1/duties", ACT_PERSON_WRITE, duty_http_create, 0, 0},
    {HTTP_POST, "/api/v1/duties/{id}/hand-over", ACT_PERSON_WRITE, duty_http_hand_over, 0, 0},
    {HTTP_POST, "/api/v1/duties/{id}/end", ACT_PERSON_WRITE, duty_http_end, 0, 0},
    {0},
};

bool jin_date(struct jin *in, const char *key, int zone_min, int64_t *ms)
{
    struct str text;
    if (!jin_str(in, key, JIN_OPTIONAL, 10, &text))
        return false;
    if (civil_parse_date(text, zone_min, ms))
        return true;
    fail_field(in->fault, jin_pointer(in, key), "bad_date", "日期应写作 2026-11-21",
               "Write the day like 2026-11-21");
    return false;
}
