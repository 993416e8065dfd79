/* datum.c - see datum.h. */
#include "base/datum.h"

#include <math.h>
#include <stdbool.h>

#define E7 1e7
#define RADIUS_M 6378245.0 /* Krasovsky 1940 */
#define ECCENTRICITY_2 0.00669342162296594323
enum { ROUNDS = 6 };

struct degrees {
    double lon, lat;
};

static bool outside(struct degrees p)
{
    return p.lon < 72.004 || p.lon > 137.8347 || p.lat < 0.8293 || p.lat > 55.8271;
}

static double shared(double lon)
{
    return (20.0 * sin(6.0 * lon * M_PI) + 20.0 * sin(2.0 * lon * M_PI)) * 2.0 / 3.0;
}

static double shift_lat_m(double x, double y)
{
    double s = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x));
    s += shared(x);
    s += (20.0 * sin(y * M_PI) + 40.0 * sin(y / 3.0 * M_PI)) * 2.0 / 3.0;
    return s + (160.0 * sin(y / 12.0 * M_PI) + 320.0 * sin(y * M_PI / 30.0)) * 2.0 / 3.0;
}

static double shift_lon_m(double x, double y)
{
    double s = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x));
    s += shared(x);
    s += (20.0 * sin(x * M_PI) + 40.0 * sin(x / 3.0 * M_PI)) * 2.0 / 3.0;
    return s + (150.0 * sin(x / 12.0 * M_PI) + 300.0 * sin(x / 30.0 * M_PI)) * 2.0 / 3.0;
}

static struct degrees to_gcj02(struct degrees p)
{
    if (outside(p))
        return p;
    double x = p.lon - 105.0, y = p.lat - 35.0, rad = p.lat / 180.0 * M_PI;
    double magic = 1.0 - ECCENTRICITY_2 * sin(rad) * sin(rad), root = sqrt(magic);
    double meridian = RADIUS_M * (1.0 - ECCENTRICITY_2) / (magic * root) * M_PI / 180.0;
    double parallel = RADIUS_M / root * cos(rad) * M_PI / 180.0;
    return (struct degrees){p.lon + shift_lon_m(x, y) / parallel,
                            p.lat + shift_lat_m(x, y) / meridian};
}

static struct degrees of_e7(struct place_e7 p)
{
    return (struct degrees){(double)p.lon / E7, (double)p.lat / E7};
}

static struct place_e7 to_e7(struct degrees p)
{
    return (struct place_e7){llround(p.lon * E7), llround(p.lat * E7)};
}

struct place_e7 datum_to_gcj02(struct place_e7 wgs84)
{
    return to_e7(to_gcj02(of_e7(wgs84)));
}

struct place_e7 datum_to_wgs84(struct place_e7 gcj02)
{
    struct degrees target = of_e7(gcj02), p = target;
    for (int i = 0; i < ROUNDS; i++) {
        struct degrees there = to_gcj02(p);
        p.lon += target.lon - there.lon;
        p.lat += target.lat - there.lat;
    }
    return to_e7(p);
}
