/* geo.h - places on WGS 84 in ten-millionths of a degree. */
#ifndef XH_BASE_GEO_H
#define XH_BASE_GEO_H

#include <stdint.h>

/* Great-circle distance in metres (haversine on a sphere of 6,371,008.8 m), good to 0.5 %. */
int64_t geo_distance_m(int64_t lon1_e7, int64_t lat1_e7, int64_t lon2_e7, int64_t lat2_e7);

#endif
