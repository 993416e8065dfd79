/* geo.c - see geo.h. */
#include "base/geo.h"

#include <math.h>

int64_t geo_distance_m(int64_t lon1_e7, int64_t lat1_e7, int64_t lon2_e7, int64_t lat2_e7)
{
    const double rad = M_PI / 180.0 / 1e7, earth_m = 6371008.8;
    double lat1 = (double)lat1_e7 * rad, lat2 = (double)lat2_e7 * rad;
    double a = sin((lat2 - lat1) / 2), b = sin((double)(lon2_e7 - lon1_e7) * rad / 2);
    double h = a * a + cos(lat1) * cos(lat2) * b * b;
    return llround(2 * earth_m * asin(sqrt(h < 1 ? h : 1)));
}
