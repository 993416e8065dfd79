/*
 * datum.h - between WGS 84 and GCJ-02, the offset datum of Chinese map providers, in ten-millionths
 * of a degree.
 *
 * By the formula commonly published; outside the box it is made for (72.004-137.8347 E,
 * 0.8293-55.8271 N) both are the same. Pure.
 */
#ifndef XH_BASE_DATUM_H
#define XH_BASE_DATUM_H

#include <stdint.h>

struct place_e7 {
    int64_t lon, lat;
};

struct place_e7 datum_to_gcj02(struct place_e7 wgs84);
/* The inverse, found by iteration; good to a few centimetres. */
struct place_e7 datum_to_wgs84(struct place_e7 gcj02);

#endif
