/*
 * import_problems.c - lists of problems with their history (历史问题): one row into what problem/ takes over. Nothing of a
 * row is lost: what cannot be used is said, and the row is kept as it was.
 */
#include "import_past.h"

#include "base/civil.h"
#include "standard/judging.h"

enum { PLACE_MAX = 200, DESCRIPTION_MAX = 2000, DEFAULT_LIMIT_DAYS = 3 };

const char *const past_when_keys[PAST_WHENS] = {"reported", "registered", "dispatched", "due", "rectified", "closed"};

/* ---- words for states ---- */

static const struct {
    const char *state;
    const char *words; /* ',' between */
} dictionary[] = {
    {"struck_off", "struck_off,closed,done,resolved,finished,complete,completed,已销号,销号,已结案,结案,强制结案,已办结,办结,"
                   "已完成,完成,已整改,整改完成,已关闭,关闭,归档,已归档,已解决,已处理,已回复"},
    {"accepted", "accepted,pending,in progress,in_progress,processing,处理中,办理中,正在办理,整改中,处置中,已签收,已接收,"
                 "已受理,延期,挂账,暂缓整改,缓办"},
    {"dispatched", "dispatched,open,new,assigned,待处理,未处理,未整改,未办结,未结案,已交办,已派遣,派遣,待签收,待整改,待办理,"
                   "待处置,已转办,转办"},
    {"registered", "registered,已登记,登记,立案,已立案,待交办,待派遣"},
    {"reported", "reported,已上报,上报,待核实,待受理,未受理"},
    {"verified", "verified,已核实,核实,待立案,待登记"},
    {"rectified", "rectified,已反馈,处置反馈,待复核,待核查,待销号,待结案"},
    {"rejected", "rejected,invalid,不予登记,不予受理,不予立案,不受理,退件"},
    {"mended_on_spot", "mended_on_spot,立行立改,自处置"},
    {"voided", "voided,void,cancelled,canceled,作废,已作废,撤销,已撤销,重复,重复件,duplicate"},
    {"merged", "merged,已合并,合并,并案"},
    {"disputed", "disputed,争议待裁,争议"},
};

static bool listed(const char *words, struct str word)
{
    struct str rest = str_of(words), one;
    while (str_next(&rest, ',', &one))
        if (str_eq(one, word))
            return true;
    return false;
}

/* "Closed (Duplicate)" is closed: what stands in brackets is a remark. */
struct str past_state_of_word(struct arena *a, struct str word)
{
    struct str folded = str_trim(utf8_fold(a, word));
    for (int whole = 1; whole >= 0; whole--) {
        ptrdiff_t bracket = str_find(folded, STR("("), 0);
        struct str w = whole || bracket <= 0 ? folded : str_trim(str_sub(folded, 0, (size_t)bracket));
        for (size_t i = 0; i < sizeof dictionary / sizeof *dictionary; i++)
            if (listed(dictionary[i].words, w))
                return str_of(dictionary[i].state);
    }
    return STR_NONE;
}

bool past_first_word(struct past *x, const char *column, struct str text)
{
    struct str key = str_fmt(x->im->arena, "%s %.*s", column, STR_ARG(str_sub(text, 0, 200)));
    for (size_t i = 0; i < x->nwords; i++)
        if (str_eq(x->words[i], key))
            return false;
    if (x->nwords < PAST_WORDS_MAX)
        x->words[x->nwords++] = key;
    return true;
}

/* ---- times ---- */

/* A limit of whole days ends with its last day. */
static int64_t moment(enum past_when w, const struct past_time *t)
{
    return w == PAST_DUE && t->whole_day ? t->ms + DAY_MS : t->ms;
}

static void say_form(struct past *x, const struct table_value *v, enum past_when w, const struct past_time *t)
{
    if (t->form != x->whens[w].usual)
        report_warning(x->im->report, v->row, v->column, "time_form_mixed", "时间写法与本列其他行不同，已按其自身写法读取",
                       "Written otherwise than the rest of the column; read as it is written");
}

static bool read_time(struct past *x, size_t row, enum past_when w, struct opt_i64 *out)
{
    struct table_value v = import_cell(x->im, row, past_when_keys[w]);
    struct past_time_how how = {x->im->op->zone_min, x->whens[w].order};
    struct past_time t;
    *out = NONE_I64;
    if (str_empty(v.text)) {
        if (w == PAST_REPORTED)
            report_error(x->im->report, v.row, v.column, "required", "必填", "This is required");
        return w != PAST_REPORTED;
    }
    if (past_time_read(v.text, &how, &t)) {
        say_form(x, &v, w, &t);
        *out = SOME(moment(w, &t));
        return true;
    }
    if (w == PAST_REPORTED)
        report_error(x->im->report, v.row, v.column, "bad_time", "时间无法识别", "This is no time");
    else
        report_warning(x->im->report, v.row, v.column, "time_unreadable", "时间无法识别，留空；原文随原始行保存",
                       "This is no time; left empty, the text is kept with the row");
    return w != PAST_REPORTED;
}

static bool read_times(struct past *x, size_t row, struct problem_past *p)
{
    struct opt_i64 reported;
    struct opt_i64 *at[PAST_WHENS] = {&reported, &p->registered_ms, &p->dispatched_ms, &p->due_ms, &p->rectified_ms,
                                      &p->closed_ms};
    bool good = true;
    for (int w = 0; w < PAST_WHENS; w++)
        good &= read_time(x, row, (enum past_when)w, at[w]);
    p->reported_ms = reported.v;
    return good;
}

static void compare_times(struct past *x, size_t row, const struct problem_past *p)
{
    static const struct {
        enum past_when w;
        const char *code, *zh, *en;
    } orders[] = {
        {PAST_RECTIFIED, "rectified_before_reported", "整改时间早于发现时间，照原样保留", "Mended before it was found; kept as it is"},
        {PAST_CLOSED, "closed_before_reported", "结案时间早于发现时间，照原样保留", "Closed before it was found; kept as it is"},
        {PAST_DUE, "due_before_reported", "时限早于发现时间，照原样保留", "Due before it was found; kept as it is"},
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct opt_i64 t = orders[i].w == PAST_RECTIFIED ? p->rectified_ms : orders[i].w == PAST_CLOSED ? p->closed_ms : p->due_ms;
        struct table_value v = import_cell(x->im, row, past_when_keys[orders[i].w]);
        if (t.has && t.v < p->reported_ms)
            report_warning(x->im->report, v.row, v.column, orders[i].code, orders[i].zh, orders[i].en);
    }
}

/* ---- what it is about ---- */

static struct str text_of(struct past *x, size_t row, const char *key, size_t max)
{
    struct table_value v = import_cell(x->im, row, key);
    struct str s = str_trim(v.text);
    if (utf8_count(s) <= max)
        return s;
    size_t at = 0, n = 0;
    for (; at < s.n && n < max; n++)
        for (at++; at < s.n && ((unsigned char)s.p[at] & 0xc0) == 0x80;)
            at++;
    report_warning(x->im->report, v.row, v.column, "text_cut", "超过%zu个字，只取前面部分；全文随原始行保存",
                   "More than %zu characters; the first are taken, all of it is kept with the row", max);
    return str_sub(s, 0, at);
}

/* What only some rows know, and nobody needs: said once for each text. */
static void say_unknown(struct past *x, size_t row, const char *column, const char *const what[3])
{
    struct table_value v = import_cell(x->im, row, column);
    if (past_first_word(x, column, v.text))
        report_warning(x->im->report, v.row, v.column, what[0], what[1], what[2], STR_ARG(v.text));
}

static const struct past_site *site_by_code(const struct past *x, struct str code)
{
    size_t lo = 0, hi = x->nsites;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(x->sites[mid].code, code) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < x->nsites && str_eq(x->sites[lo].code, code) ? &x->sites[lo] : NULL;
}

static const struct past_site *site_by_name(const struct past *x, struct str name)
{
    size_t lo = 0, hi = x->nsites;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (str_cmp(x->by_name[mid]->name, name) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < x->nsites && str_eq(x->by_name[lo]->name, name) && !x->by_name[lo]->twin ? x->by_name[lo] : NULL;
}

static void read_site(struct past *x, size_t row, struct problem_past *p)
{
    static const char *const unknown[] = {"site_unknown", "点位“%.*s”不在名录中，只作为地点文字保存",
                                          "The site \"%.*s\" is not in the register; kept as words"};
    struct str code = import_cell(x->im, row, "site_code").text, name = import_cell(x->im, row, "site").text;
    const struct past_site *s = code.n ? site_by_code(x, code) : NULL;
    s = s || !name.n ? s : site_by_name(x, name);
    s = s || !name.n ? s : site_by_code(x, name);
    p->site_name = s ? s->name : name;
    if (s) {
        p->site_id = s->id;
        p->area_code = s->area_code;
        p->category_code = s->category_code;
    } else if (code.n || name.n) {
        say_unknown(x, row, name.n ? "site" : "site_code", unknown);
    }
}

static void read_area(struct past *x, size_t row, struct problem_past *p)
{
    static const struct {
        const char *key;
        size_t digits;
    } columns[] = {{"area_code", 0}, {"community", VILLAGE_DIGITS}, {"area", 0}};
    static const char *const unknown[] = {"area_unknown", "没有在用的区划“%.*s”，按全区记", "No area in force is \"%.*s\"; taken as the whole district"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct str text = import_cell(x->im, row, columns[i].key).text;
        const struct import_area *area;
        const struct area_where where = {STR_NONE, columns[i].digits};
        if (str_empty(text))
            continue;
        if (import_find_area(x->im, text, &where, &area) == 1) {
            p->area_code = area->code;
            return;
        }
        say_unknown(x, row, columns[i].key, unknown);
    }
    if (!p->area_code.p)
        p->area_code = x->root;
}

static void read_category(struct past *x, size_t row, struct problem_past *p)
{
    static const char *const no_category[] = {"category_unknown", "标准中没有类别“%.*s”，作为原类别保存",
                                              "No standard has the category \"%.*s\"; kept as its kind there"};
    static const char *const no_criterion[] = {"criterion_unknown", "标准中没有条目“%.*s”", "No standard has the criterion \"%.*s\""};
    struct str category = import_cell(x->im, row, "category").text, code = import_cell(x->im, row, "criterion").text;
    bool known = str_empty(category);
    for (size_t i = 0; i < x->im->ncategories && !known; i++) {
        const struct import_category *c = &x->im->categories[i];
        known = str_eq(category, c->code) || str_eq(category, c->name) || str_eq(category, c->base);
        p->category_code = known ? c->code : p->category_code;
    }
    if (!known) {
        p->kind_there = category;
        say_unknown(x, row, "category", no_category);
    }
    for (size_t i = 0; i < x->ncriteria && code.n && uuid_is_none(p->criterion_id); i++)
        if (str_eq(x->criteria[i].code, code)) {
            p->criterion_id = x->criteria[i].id;
            p->category_code = p->category_code.n ? p->category_code : x->criteria[i].category_code;
        }
    if (code.n && uuid_is_none(p->criterion_id))
        say_unknown(x, row, "criterion", no_criterion);
}

static void read_words(struct past *x, size_t row, struct problem_past *p)
{
    struct arena *a = OP_ARENA(x->im->op);
    struct str kind = text_of(x, row, "kind", CODE_MAX_CHARS), severity = text_of(x, row, "severity", CODE_MAX_CHARS);
    struct str there[] = {text_of(x, row, "status_there", NAME_MAX_CHARS), text_of(x, row, "kind_there", NAME_MAX_CHARS),
                          text_of(x, row, "unit_there", NAME_MAX_CHARS), text_of(x, row, "number_there", NAME_MAX_CHARS)};
    p->description = text_of(x, row, "description", DESCRIPTION_MAX);
    p->place = text_of(x, row, "place", PLACE_MAX);
    p->kind = kind.n ? kind : STR("general");
    p->severity = str_is(severity, "key") || str_find(severity, STR("重点"), 0) >= 0 ? "key" : "general";
    p->kind_there = there[1].n ? there[1] : p->kind_there;
    p->status_there = there[0];
    p->unit_there = there[2].n || !uuid_is_none(p->id) ? there[2] : p->unit_there;
    p->number_there = there[3];
    if (str_empty(p->place) && uuid_is_none(p->site_id) && p->site_name.n)
        p->place = p->site_name;
    if (str_empty(p->description))
        p->description = p->kind_there.n ? p->kind_there : p->place.n ? p->place : STR("（无描述）");
    p->description = str_copy(a, p->description);
}

/* ---- yes, no, numbers ---- */

static bool says_yes(struct past *x, size_t row, const char *key)
{
    static const char *const yes[] = {"是", "有", "true", "yes", "1", "y", "√", "典型"};
    struct str s = utf8_fold(OP_ARENA(x->im->op), str_trim(import_cell(x->im, row, key).text));
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        if (str_is(s, yes[i]))
            return true;
    return false;
}

static void read_limit(struct past *x, size_t row, struct problem_past *p)
{
    struct str kind = import_cell(x->im, row, "limit_kind").text, amount = import_cell(x->im, row, "limit_amount").text;
    int64_t from = p->dispatched_ms.has ? p->dispatched_ms.v : p->reported_ms, n;
    p->limit_kind = LIMIT_WORKING_DAYS;
    p->limit_amount = DEFAULT_LIMIT_DAYS;
    for (int i = 0; i < LIMIT_KINDS; i++)
        if ((str_is(kind, limit_kind_names[i]) || str_eq(kind, limit_kind_word((enum limit_kind)i, LANG_ZH))) &&
            str_to_i64(amount, 1, LIMIT_HOURS_MAX, &n)) {
            p->limit_kind = (enum limit_kind)i;
            p->limit_amount = n;
            return;
        }
    if (!p->due_ms.has || p->due_ms.v <= from)
        return;
    p->limit_kind = LIMIT_CALENDAR_DAYS;
    n = (p->due_ms.v - from + DAY_MS - 1) / DAY_MS;
    p->limit_amount = n < LIMIT_DAYS_MAX ? n : LIMIT_DAYS_MAX;
}

/* ---- its state ---- */

static bool is_end(struct str state)
{
    static const char *const ends[] = {"struck_off", "rejected", "mended_on_spot", "voided", "merged"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (str_is(state, ends[i]))
            return true;
    return false;
}

static bool needs_unit(struct str state)
{
    return str_is(state, "dispatched") || str_is(state, "accepted") || str_is(state, "rectified") || str_is(state, "disputed");
}

/* Ended, and nobody wrote when: a time must stand, and no rate of timeliness may count it. */
static void end_without_time(struct past *x, size_t row, struct problem_past *p)
{
    struct opt_i64 known[] = {p->rectified_ms, p->dispatched_ms, p->registered_ms};
    int64_t last = p->reported_ms;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        last = known[i].has && known[i].v > last ? known[i].v : last;
    p->closed_ms = SOME(last);
    p->due_ms = NONE_I64;
    report_warning(x->im->report, import_row_number(x->im, row), 0, "closed_time_missing",
                   "已办结而没有办结时间：取已知的最后时间，不计入按期率",
                   "Closed without a time: the last known one is taken, and no rate of timeliness counts it");
}

static void read_state(struct past *x, size_t row, struct problem_past *p)
{
    static const char *const unknown[] = {"status_unknown", "状态“%.*s”不在对照表中，按时间判断", "The state \"%.*s\" is not in the dictionary; judged by the times"};
    struct str word = text_of(x, row, "state", NAME_MAX_CHARS);
    p->status_there = p->status_there.n || !uuid_is_none(p->id) ? p->status_there : word;
    p->state = word.n ? past_state_of_word(OP_ARENA(x->im->op), word) : STR_NONE;
    if (word.n && !p->state.p)
        say_unknown(x, row, "state", unknown);
    if (!p->state.p)
        p->state = p->closed_ms.has ? STR("struck_off") : p->rectified_ms.has ? STR("rectified") : STR("dispatched");
    if (needs_unit(p->state) && uuid_is_none(p->unit_id))
        p->state = STR("registered");
    if (is_end(p->state) && !p->closed_ms.has)
        end_without_time(x, row, p);
    if (!is_end(p->state) && p->closed_ms.has) {
        p->closed_ms = NONE_I64;
        report_warning(x->im->report, import_row_number(x->im, row), 0, "closed_but_open",
                       "状态未办结而有办结时间：以状态为准，时间随原始行保存",
                       "Not closed by its state, yet with a time of closing: the state counts, the time is kept with the row");
    }
    struct opt_i64 end = p->rectified_ms.has ? p->rectified_ms : p->closed_ms;
    p->overdue = says_yes(x, row, "overdue") || (p->due_ms.has && end.has && end.v > p->due_ms.v);
}

/* ---- whose it is ---- */

/* Units are few: what is made or remembered of them belongs to the whole import. */
static enum rc read_unit(struct past *x, size_t row, struct problem_past *p, bool *ok)
{
    struct op *op = x->im->op;
    struct arena *batch = op->rd.arena;
    struct str written = import_cell(x->im, row, "unit").text;
    op->rd.arena = x->im->arena;
    enum rc rc = RC_OK;
    *ok = true;
    if (import_cell(x->im, row, "unit_code").text.n)
        rc = import_find_unit(x->im, row, "unit_code", &p->unit_id, ok);
    if (rc == RC_OK && *ok && uuid_is_none(p->unit_id))
        rc = import_find_unit(x->im, row, "unit", &p->unit_id, ok);
    op->rd.arena = batch;
    p->unit_there = written;
    return rc;
}

static void read_source(struct past *x, size_t row, struct problem_past *p)
{
    static const char *const words[][2] = {
        {"inspection", "督查发现"}, {"report", "上报"}, {"patrol", "巡查"}, {"superior", "上级交办"}, {"lookback", "回头看"},
        {"alike", "举一反三"}, {"self_check", "自查自改"}, {"asset", "设施巡检"}, {"import", "导入"}};
    struct str text = import_cell(x->im, row, "source").text;
    p->source = "import";
    for (size_t i = 0; !uuid_is_none(p->id) && i < sizeof words / sizeof *words; i++)
        if (str_is(text, words[i][0]) || str_is(text, words[i][1]))
            p->source = words[i][0];
}

/* ---- its numbers ---- */

/* "2026-000123" of our own lists. */
static bool own_number(struct str s, int64_t *year, int64_t *number)
{
    struct str rest = s, part;
    return str_next(&rest, '-', &part) && part.n == 4 && str_to_i64(part, 1970, 2199, year) && rest.n >= 6 &&
           str_to_i64(rest, 1, INT32_MAX, number);
}

static bool read_numbers(struct past *x, size_t row, struct problem_past *p)
{
    struct import *im = x->im;
    struct table_value id = import_cell(im, row, "id");
    struct str number = text_of(x, row, "number", CODE_MAX_CHARS);
    int64_t year, n;
    p->year = civil_from_ms(p->reported_ms, im->op->zone_min).year;
    p->external_id = str_trim(import_cell(im, row, "external_id").text);
    p->list_source = im->list_source.p ? im->list_source : STR("");
    if (id.text.n && !uuid_parse(str_trim(id.text), &p->id)) {
        report_error(im->report, id.row, id.column, "bad_id", "记录标识不正确", "The record id is wrong");
        return false;
    }
    if (!uuid_is_none(p->id) && own_number(number, &year, &n)) {
        p->year = year;
        p->own_number = SOME(n);
        return true;
    }
    p->number_there = p->number_there.n ? p->number_there : number;
    if (uuid_is_none(p->id) && str_empty(p->external_id))
        p->external_id = number;
    if (p->external_id.n && im->list_source.n && uuid_is_none(p->id))
        p->external_id = str_fmt(OP_ARENA(im->op), "%.*s/%.*s", STR_ARG(im->list_source), STR_ARG(p->external_id));
    if (utf8_count(p->external_id) <= NAME_MAX_CHARS)
        return true;
    struct table_value v = import_cell(im, row, "external_id");
    report_error(im->report, v.row, v.column, "too_long", "超过 %d 个字", "More than %d characters", NAME_MAX_CHARS);
    return false;
}

/* [["heading","cell"],…] of the cells that say something. */
static struct str raw_of(struct past *x, size_t row)
{
    const struct table_map *m = &x->im->map;
    const struct grid_row *r = &x->im->table.grid.rows[row];
    struct json_out j;
    buf_clear(&x->raw);
    jo_begin(&j, &x->raw, x->im->op->zone_min);
    jo_arr(&j, NULL);
    for (size_t c = 0; c < r->ncells; c++) {
        if (str_empty(r->cells[c]))
            continue;
        bool named = m->header_row && c < m->nheadings && m->headings[c].n;
        jo_arr(&j, NULL);
        jo_str(&j, NULL, named ? m->headings[c] : grid_column_name(OP_ARENA(x->im->op), c + 1));
        jo_str(&j, NULL, r->cells[c]);
        jo_end(&j);
    }
    jo_end(&j);
    return str_copy(OP_ARENA(x->im->op), buf_view(&x->raw));
}

static struct str index_of(struct past *x, const struct problem_past *p)
{
    struct arena *a = OP_ARENA(x->im->op);
    struct str made = str_fmt(a, "%.*s\n%.*s %s %.*s %.*s %.*s %s", STR_ARG(p->raw), STR_ARG(p->state), p->source,
                              STR_ARG(uuid_str(a, p->unit_id)), STR_ARG(uuid_str(a, p->site_id)),
                              STR_ARG(p->category_code), p->severity);
    int64_t numbers[] = {p->reported_ms, p->registered_ms.v, p->dispatched_ms.v, p->due_ms.v, p->rectified_ms.v,
                         p->closed_ms.v, p->lon_e7.v, p->lat_e7.v, p->limit_kind, p->limit_amount};
    struct str bytes = {(const char *)numbers, sizeof numbers};
    return problem_past_index(x->im->op, str_fmt(a, "%.*s %.*s", STR_ARG(made), STR_ARG(str_hex(a, bytes.p, bytes.n))));
}

static void read_count(struct past *x, size_t row, struct problem_past *p)
{
    struct table_value v = import_cell(x->im, row, "rework_count");
    if (v.text.n && !str_to_i64(v.text, 0, 1000, &p->rework_count))
        report_warning(x->im->report, v.row, v.column, "bad_number", "应为不小于0的整数", "A whole number, 0 or more");
}

enum rc past_read_row(struct past *x, size_t row, struct problem_past *p, struct str *key, bool *ok)
{
    struct arena *a = OP_ARENA(x->im->op);
    struct opt_i64 place[2];
    bool unit;
    *p = (struct problem_past){.row_no = (int64_t)import_row_number(x->im, row), .seq = 1, .event_seq = 1, .was_version = 1};
    *ok = read_times(x, row, p);
    *ok = *ok && read_numbers(x, row, p);
    RETURN_IF(read_unit(x, row, p, &unit));
    *ok = *ok && unit;
    if (!*ok)
        return RC_OK;
    read_site(x, row, p);
    read_area(x, row, p);
    read_category(x, row, p);
    read_words(x, row, p);
    read_state(x, row, p);
    read_limit(x, row, p);
    read_source(x, row, p);
    read_count(x, row, p);
    compare_times(x, row, p);
    p->typical = says_yes(x, row, "typical");
    p->exempt = says_yes(x, row, "exempt");
    (void)import_place(x->im, row, false, place);
    p->lon_e7 = place[0];
    p->lat_e7 = place[1];
    p->note = p->status_there.n ? str_fmt(a, "原状态：%.*s", STR_ARG(p->status_there)) : STR_NONE;
    p->raw = raw_of(x, row);
    p->raw_index = index_of(x, p);
    if (uuid_is_none(p->id) && str_empty(p->external_id))
        p->external_id = str_fmt(a, "row-%.*s", STR_ARG(str_hex(a, p->raw_index.p, 8)));
    *key = uuid_is_none(p->id) ? p->external_id : uuid_str(a, p->id);
    return RC_OK;
}
