/*
 * calendar.c - the arithmetic of calendar.h.
 *
 * Every kind of limit is a clock that only runs forward. Urgent hours and calendar days are plain
 * differences. The two working kinds give each day a weight (its working milliseconds, or one
 * DAY_MS) and a position inside the day; spans and due moments walk the days, a whole week at a
 * time where no exception lies ahead.
 */
#include "calendar/calendar.h"

const char *const limit_kind_names[] = {"urgent_hours", "working_hours", "working_days",
                                        "calendar_days", NULL};
const char *const day_kind_names[] = {"holiday", "makeup", "half_am", "half_pm", NULL};
const char *const light_names[] = {"green", "yellow", "red", NULL};

struct str limit_kind_word(enum limit_kind kind, enum lang lang)
{
    static const struct str words[LIMIT_KINDS][2] = {
        {STR_INIT("紧急工作时"), STR_INIT("urgent hours")},
        {STR_INIT("工作时"), STR_INIT("working hours")},
        {STR_INIT("工作日"), STR_INIT("working days")},
        {STR_INIT("自然日"), STR_INIT("calendar days")},
    };
    return words[kind][lang];
}

void calendar_init(struct calendar *cal)
{
    *cal = (struct calendar){
        .zone_min = ZONE_SHANGHAI_MIN,
        .morning = {8 * 60 + 30, 12 * 60},
        .afternoon = {14 * 60 + 30, 17 * 60 + 30},
        .week = 0x1f,
    };
}

static bool window_ok(struct day_window w)
{
    return w.from_min >= 0 && w.from_min <= w.to_min && w.to_min <= 24 * 60;
}

enum rc calendar_check(const struct calendar *cal, struct fault *f)
{
    if (cal->zone_min < -14 * 60 || cal->zone_min > 14 * 60)
        fail_field(f, STR("/zone_min"), "out_of_range", "时区偏移应在正负 14 小时之内",
                   "The zone must be within 14 hours of UTC");
    if (!window_ok(cal->morning))
        fail_field(f, STR("/morning"), "bad_window", "上午工作时段起止不对",
                   "The morning window is not in order");
    if (!window_ok(cal->afternoon) || cal->afternoon.from_min < cal->morning.to_min)
        fail_field(f, STR("/afternoon"), "bad_window", "下午工作时段起止不对，或早于上午时段结束",
                   "The afternoon window is not in order or begins before the morning ends");
    if ((cal->week & ~0x7fu) || !(cal->week & 0x7fu))
        fail_field(f, STR("/week"), "bad_week", "每周至少要有一个工作日",
                   "A week needs at least one working day");
    if (cal->morning.from_min == cal->morning.to_min &&
        cal->afternoon.from_min == cal->afternoon.to_min)
        fail_field(f, STR("/morning"), "no_working_time", "上午、下午工作时段不能都为空",
                   "Morning and afternoon cannot both be empty");
    return fault_has_fields(f) ? RC_INVALID : RC_OK;
}

/* ---- days ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t local_ms(const struct calendar *cal, int64_t ms)
{
    return ms + (int64_t)cal->zone_min * MINUTE_MS;
}

static int64_t day_of(const struct calendar *cal, int64_t ms)
{
    return floor_div(local_ms(cal, ms), DAY_MS);
}

/* Index of the first exception at or after `day`. */
static size_t exception_from(const struct calendar *cal, int64_t day)
{
    size_t lo = 0, hi = cal->nexceptions;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (cal->exceptions[mid].day < day)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* The hours of one day in milliseconds from midnight; an empty window has from == to. */
struct day_hours {
    int64_t am_from, am_to, pm_from, pm_to;
};

static struct day_hours hours_on(const struct calendar *cal, int64_t day,
                                 const struct calendar_exception *e)
{
    bool am, pm;
    if (e) {
        am = e->kind == DAY_MAKEUP || e->kind == DAY_HALF_PM;
        pm = e->kind == DAY_MAKEUP || e->kind == DAY_HALF_AM;
    } else {
        am = pm = cal->week >> (((day + 3) % 7 + 7) % 7) & 1; /* day 0 was a Thursday */
    }
    struct day_hours h = {0};
    if (am) {
        h.am_from = (int64_t)cal->morning.from_min * MINUTE_MS;
        h.am_to = (int64_t)cal->morning.to_min * MINUTE_MS;
    }
    if (pm) {
        h.pm_from = (int64_t)cal->afternoon.from_min * MINUTE_MS;
        h.pm_to = (int64_t)cal->afternoon.to_min * MINUTE_MS;
    }
    return h;
}

static int64_t hours_total(const struct day_hours *h)
{
    return h->am_to - h->am_from + h->pm_to - h->pm_from;
}

static int64_t within(int64_t at, int64_t from, int64_t to)
{
    return at <= from ? 0 : (at < to ? at : to) - from;
}

/* Working milliseconds of the day before `at` (milliseconds from its midnight). */
static int64_t worked_at(const struct day_hours *h, int64_t at)
{
    return within(at, h->am_from, h->am_to) + within(at, h->pm_from, h->pm_to);
}

/* The earliest moment of the day by which `worked` > 0 milliseconds are worked. */
static int64_t moment_of(const struct day_hours *h, int64_t worked)
{
    int64_t am = h->am_to - h->am_from;
    return worked <= am ? h->am_from + worked : h->pm_from + worked - am;
}

static int64_t weight(enum limit_kind kind, const struct day_hours *h)
{
    int64_t total = hours_total(h);
    if (kind == LIMIT_WORKING_HOURS)
        return total;
    return total > 0 ? DAY_MS : 0;
}

/* Position of the limit's clock inside a day. Working time is never longer than the day, so the
 * division keeps different moments apart and part_inverse() finds each again. */
static int64_t part(enum limit_kind kind, const struct day_hours *h, int64_t at)
{
    int64_t worked = worked_at(h, at);
    if (kind == LIMIT_WORKING_HOURS || worked == 0)
        return worked;
    return worked * DAY_MS / hours_total(h);
}

static int64_t part_inverse(enum limit_kind kind, const struct day_hours *h, int64_t position)
{
    if (kind == LIMIT_WORKING_HOURS)
        return moment_of(h, position);
    return moment_of(h, (position * hours_total(h) + DAY_MS - 1) / DAY_MS);
}

/* A walk over days that keeps its place among the exceptions. */
struct walk {
    const struct calendar *cal;
    enum limit_kind kind;
    int64_t day;
    size_t next; /* first exception at or after `day` */
    int64_t week_weight;
};

static struct walk walk_from(const struct calendar *cal, enum limit_kind kind, int64_t day)
{
    struct walk w = {.cal = cal, .kind = kind, .day = day, .next = exception_from(cal, day)};
    for (int64_t d = 0; d < 7; d++) {
        struct day_hours h = hours_on(cal, d, NULL);
        w.week_weight += weight(kind, &h);
    }
    return w;
}

static struct day_hours walk_hours(const struct walk *w)
{
    const struct calendar_exception *e = NULL;
    if (w->next < w->cal->nexceptions && w->cal->exceptions[w->next].day == w->day)
        e = &w->cal->exceptions[w->next];
    return hours_on(w->cal, w->day, e);
}

static void walk_on(struct walk *w)
{
    if (w->next < w->cal->nexceptions && w->cal->exceptions[w->next].day == w->day)
        w->next++;
    w->day++;
}

static bool walk_plain_week(const struct walk *w)
{
    return w->next == w->cal->nexceptions || w->cal->exceptions[w->next].day >= w->day + 7;
}

/* ---- limits ---- */

static bool runs_through(enum limit_kind kind)
{
    return kind == LIMIT_URGENT_HOURS || kind == LIMIT_CALENDAR_DAYS;
}

/* Moments outside the years 0 to 9999 are nobody's: they are moved to the edge, so that sums cannot
 * overflow. */
static int64_t sane(int64_t ms)
{
    const int64_t edge = (int64_t)2932896 * DAY_MS;
    return ms < -edge ? -edge : (ms > edge ? edge : ms);
}

/* When a limit that starts at `from_ms` begins to run: day limits leave out the day they start on.
 */
static int64_t start_of(const struct calendar *cal, enum limit_kind kind, int64_t from_ms)
{
    if (kind == LIMIT_URGENT_HOURS || kind == LIMIT_WORKING_HOURS)
        return from_ms;
    return civil_midnight(from_ms, cal->zone_min) + DAY_MS;
}

/* How far the clock runs from `from_ms` to a later `to_ms`. */
static int64_t run(const struct calendar *cal, enum limit_kind kind, int64_t from_ms, int64_t to_ms)
{
    const int64_t reach = (int64_t)CALENDAR_REACH_DAYS * DAY_MS;
    if (to_ms - from_ms > reach)
        to_ms = from_ms + reach;
    if (runs_through(kind))
        return to_ms - from_ms;
    struct walk w = walk_from(cal, kind, day_of(cal, from_ms));
    int64_t last = day_of(cal, to_ms), sum = 0;
    struct day_hours h = walk_hours(&w);
    sum -= part(kind, &h, local_ms(cal, from_ms) - w.day * DAY_MS);
    while (w.day < last) {
        if (w.day + 7 <= last && walk_plain_week(&w)) {
            sum += w.week_weight;
            w.day += 7;
            continue;
        }
        h = walk_hours(&w);
        sum += weight(kind, &h);
        walk_on(&w);
    }
    h = walk_hours(&w);
    return sum + part(kind, &h, local_ms(cal, to_ms) - last * DAY_MS);
}

int64_t calendar_left(const struct calendar *cal, enum limit_kind kind, int64_t now_ms,
                      int64_t due_ms)
{
    now_ms = sane(now_ms);
    due_ms = sane(due_ms);
    return due_ms >= now_ms ? run(cal, kind, now_ms, due_ms) : -run(cal, kind, due_ms, now_ms);
}

int64_t calendar_spent(const struct calendar *cal, enum limit_kind kind, int64_t from_ms,
                       int64_t to_ms)
{
    int64_t start = start_of(cal, kind, sane(from_ms));
    to_ms = sane(to_ms);
    return to_ms <= start ? 0 : run(cal, kind, start, to_ms);
}

bool calendar_add(const struct calendar *cal, enum limit_kind kind, int64_t left_ms, int64_t now_ms,
                  int64_t *due_ms)
{
    if (left_ms > (int64_t)CALENDAR_REACH_DAYS * DAY_MS)
        return false;
    now_ms = sane(now_ms);
    if (left_ms <= 0 || runs_through(kind)) {
        *due_ms = now_ms + (left_ms > 0 ? left_ms : 0);
        return true;
    }
    struct walk w = walk_from(cal, kind, day_of(cal, now_ms));
    const int64_t last = w.day + CALENDAR_REACH_DAYS;
    struct day_hours h = walk_hours(&w);
    int64_t target = left_ms + part(kind, &h, local_ms(cal, now_ms) - w.day * DAY_MS);
    while (w.day < last) {
        if (walk_plain_week(&w) && target > w.week_weight) {
            target -= w.week_weight;
            w.day += 7;
            continue;
        }
        h = walk_hours(&w);
        int64_t has = weight(kind, &h);
        if (has && target <= has) {
            int64_t at = w.day * DAY_MS + part_inverse(kind, &h, target);
            *due_ms = at - (int64_t)cal->zone_min * MINUTE_MS;
            return true;
        }
        target -= has;
        walk_on(&w);
    }
    return false;
}

bool calendar_amount(enum limit_kind kind, int64_t amount, int64_t *amount_ms)
{
    bool hours = kind == LIMIT_URGENT_HOURS || kind == LIMIT_WORKING_HOURS;
    if (amount < 0 || amount > (hours ? LIMIT_HOURS_MAX : LIMIT_DAYS_MAX))
        return false;
    *amount_ms = amount * (hours ? HOUR_MS : DAY_MS);
    return true;
}

bool calendar_due(const struct calendar *cal, enum limit_kind kind, int64_t amount, int64_t from_ms,
                  int64_t *due_ms)
{
    int64_t amount_ms;
    return calendar_amount(kind, amount, &amount_ms) && calendar_due_ms(cal, kind, amount_ms, from_ms, due_ms);
}

bool calendar_due_ms(const struct calendar *cal, enum limit_kind kind, int64_t amount_ms, int64_t from_ms,
                     int64_t *due_ms)
{
    return amount_ms >= 0 && calendar_add(cal, kind, amount_ms, start_of(cal, kind, sane(from_ms)), due_ms);
}

/* ---- questions ---- */

const struct calendar_exception *calendar_exception_at(const struct calendar *cal, int64_t ms)
{
    int64_t day = day_of(cal, ms);
    size_t i = exception_from(cal, day);
    return i < cal->nexceptions && cal->exceptions[i].day == day ? &cal->exceptions[i] : NULL;
}

bool calendar_works_on(const struct calendar *cal, int64_t ms)
{
    struct day_hours h = hours_on(cal, day_of(cal, ms), calendar_exception_at(cal, ms));
    return hours_total(&h) > 0;
}

bool calendar_is_open(const struct calendar *cal, int64_t ms)
{
    int64_t day = day_of(cal, ms), at = local_ms(cal, ms) - day * DAY_MS;
    struct day_hours h = hours_on(cal, day, calendar_exception_at(cal, ms));
    return (at >= h.am_from && at < h.am_to) || (at >= h.pm_from && at < h.pm_to);
}

bool calendar_covers(const struct calendar *cal, int64_t ms)
{
    int year = civil_from_ms(ms, cal->zone_min).year;
    size_t i = exception_from(cal, civil_days(year, 1, 1));
    return i < cal->nexceptions && cal->exceptions[i].day < civil_days(year + 1, 1, 1);
}

enum light calendar_light(int64_t spent_ms, int64_t amount_ms)
{
    if (spent_ms >= amount_ms)
        return LIGHT_RED;
    return spent_ms >= amount_ms - amount_ms / 5 ? LIGHT_YELLOW : LIGHT_GREEN;
}
