/*
 * permission_makings.h - the records the table of permissions asks about: each kind of record once as one's own, once
 * another unit's, and where covert rounds matter once held and once published; and the roles that world.h lacks.
 */
#ifndef XH_TESTS_API_PERMISSION_MAKINGS_H
#define XH_TESTS_API_PERMISSION_MAKINGS_H

#include "world.h"

enum relation { OWN, OTHER, HELD, PUBLISHED, RELATIONS };

/* Roles beside those of world.h: an office without grants, an inspector who re-checks and strikes off, a station manager
 * of world.unit, somebody with no more than a town to look after. */
struct more_people {
    struct account plain, judge, station, spare;
};
extern struct more_people more_people;

void permission_makings(void);
/* The record of that name in that relation, or else one's own; NULL: there is none. */
const char *made_called(const char *name, size_t n, enum relation r);

#endif
