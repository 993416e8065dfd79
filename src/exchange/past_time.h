/*
 * past_time.h - times as lists of other systems write them (时间写法): ISO, slashes, 年月日, American order, Excel's
 * serial numbers, digits alone. Pure.
 *
 * A time without zone is the headquarters' own. 03/04/2018 can be two days: past_time_guess() looks at a whole column
 * for one that can only be read one way.
 */
#ifndef XH_EXCHANGE_PAST_TIME_H
#define XH_EXCHANGE_PAST_TIME_H

#include "base/str.h"

enum past_time_form {
    PAST_TIME_NONE,    /* no time at all */
    PAST_TIME_ISO,     /* 2018-04-12 11:11:26, 2018-04-12T11:11:26+08:00 */
    PAST_TIME_SLASH,   /* 2018/4/12 11:11 */
    PAST_TIME_DOT,     /* 2018.4.12 */
    PAST_TIME_CHINESE, /* 2018年4月12日 11时11分 */
    PAST_TIME_SHORT,   /* 04/12/2018 11:11:26 AM: month and day first, or day and month */
    PAST_TIME_DIGITS,  /* 20180412, 20180412111126 */
    PAST_TIME_SERIAL,  /* 43202.466: days since 1899-12-30, what Excel shows of a date without format */
};
enum past_time_order { PAST_TIME_MDY, PAST_TIME_DMY };

struct past_time {
    int64_t ms;
    enum past_time_form form;
    bool whole_day; /* no time of day was given */
};

struct past_time_how {
    int zone_min;
    enum past_time_order order;
};
/* False (form NONE) when it is none of these, or no day of the calendar in 1970-2199. */
bool past_time_read(struct str s, const struct past_time_how *how, struct past_time *out);
/* One more text of a column: what it says about the order. */
struct past_time_guess {
    size_t mdy, dmy, either; /* can only be the one, the other, or both */
};
void past_time_look(struct past_time_guess *g, struct str s);

#endif
