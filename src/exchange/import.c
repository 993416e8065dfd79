/*
 * import.c - one import from bytes to a plan: the table, its columns, row after row, and the
 * command that keeps it. The kinds of lists are in import_<kind>.c. See import.h.
 */
#include "import_internal.h"

#include "auth/policy.h"
#include "base/arena.h"
#include "exchange/past_time.h"
#include "problem/problem_import.h"

static const struct importer *const importers[] = {
    &import_areas,  &import_units,  &import_people,     &import_sites,     &import_standard,    &import_problems,
    &import_duties, &import_matrix, &import_facilities, &import_frontages, &import_limit_rules, &import_calendar_days};
enum { PULSE_ROWS = 200 };

bool import_mode_by_name(struct str name, enum import_mode *out)
{
    for (int i = 0; import_mode_names[i]; i++) {
        if (str_is(name, import_mode_names[i])) {
            *out = (enum import_mode)i;
            return true;
        }
    }
    return false;
}

/* ---- cells ---- */

struct table_value import_cell(const struct import *im, size_t row, const char *key)
{
    ptrdiff_t spec = table_spec(&im->map, key);
    if (spec < 0)
        return (struct table_value){.text = STR(""), .row = import_row_number(im, row)};
    struct table_value v = table_value(&im->map, row, (size_t)spec);
    v.text = v.text.p ? v.text : STR("");
    return v;
}

bool import_has(const struct import *im, const char *key)
{
    ptrdiff_t spec = table_spec(&im->map, key);
    if (spec < 0)
        return false;
    const struct table_binding *b = &im->map.bindings[spec];
    return b->column >= 0 || b->constant.p || b->nrules || b->otherwise.p;
}

bool import_text(struct import *im, size_t row, const char *key, bool required, size_t max,
                 struct str *out)
{
    struct table_value v = import_cell(im, row, key);
    *out = v.text;
    return report_check(im->report, &v, required, max);
}

bool import_time(struct import *im, size_t row, const char *key, struct opt_i64 *out)
{
    struct table_value v = import_cell(im, row, key);
    struct past_time_how how = {im->op->zone_min, im->day_first ? PAST_TIME_DMY : PAST_TIME_MDY};
    struct past_time t;
    *out = NONE_I64;
    if (str_empty(v.text))
        return true;
    if (past_time_read(v.text, &how, &t)) {
        *out = SOME(t.ms);
        return true;
    }
    report_error(im->report, v.row, v.column, "bad_time", "时间无法识别", "This is no time");
    return false;
}

bool import_number(struct import *im, size_t row, const char *key, const int64_t range[2], struct opt_i64 *out)
{
    struct table_value v = import_cell(im, row, key);
    *out = NONE_I64;
    if (str_empty(v.text))
        return true;
    out->has = str_to_i64(v.text, range[0], range[1], &out->v);
    if (!out->has)
        report_error(im->report, v.row, v.column, "bad_number", "应为%lld至%lld的整数", "A whole number from %lld to %lld",
                     (long long)range[0], (long long)range[1]);
    return out->has;
}

static bool is_word(const struct import_word *w, struct str text)
{
    struct str rest = str_of(w->words), word;
    bool is = str_is(text, w->code);
    while (!is && str_next(&rest, ',', &word))
        is = str_eq(word, text);
    return is;
}

bool import_pick(struct import *im, size_t row, const char *key, const struct import_word *words, int *out)
{
    struct table_value v = import_cell(im, row, key);
    *out = -1;
    if (str_empty(v.text))
        return true;
    for (int i = 0; words[i].code && *out < 0; i++)
        *out = is_word(&words[i], v.text) ? i : -1;
    if (*out < 0)
        report_error(im->report, v.row, v.column, "word_unknown", "“%.*s”不是可用的取值",
                     "\"%.*s\" is none of the words used here", STR_ARG(v.text));
    return *out >= 0;
}

bool import_order(struct import *im, size_t row, struct opt_i64 *out)
{
    struct table_value v = import_cell(im, row, "order_no");
    *out = NONE_I64;
    if (str_empty(v.text))
        return true;
    out->has = str_to_i64(v.text, 0, ORDER_NO_MAX, &out->v);
    if (!out->has)
        report_error(im->report, v.row, v.column, "bad_number", "应为不小于0的整数",
                     "A whole number, 0 or more");
    return out->has;
}

size_t import_row_number(const struct import *im, size_t row)
{
    return im->table.grid.rows[row].number;
}

static size_t slot_of(const struct import *im, struct str key)
{
    struct sha256 h = sha256_of(key);
    size_t at;
    memcpy(&at, h.b, sizeof at);
    at &= im->nseen_room - 1;
    while (im->seen[at].row && !str_eq(im->seen[at].key, key))
        at = (at + 1) & (im->nseen_room - 1);
    return at;
}

bool import_first(struct import *im, size_t row, const char *column, struct str key)
{
    struct import_seen *s = &im->seen[slot_of(im, key)];
    struct table_value v = import_cell(im, row, column);
    if (!s->row) {
        *s = (struct import_seen){key, v.row};
        return true;
    }
    report_error(im->report, v.row, v.column, "duplicate_row", "与第%zu行重复",
                 "The same as row %zu", s->row);
    return false;
}

struct uuid import_id(const struct import *im, const char *kind, struct str key)
{
    struct arena *a = OP_ARENA(im->op);
    return uuid_named(im->op->plan.command.id, str_fmt(a, "%s/%.*s", kind, STR_ARG(key)));
}

/* ---- faults ---- */

/* The column of the file that a room's pointer ("/subject_unit_id") speaks of; 0: the row. */
static size_t column_of(const struct import *im, struct str pointer)
{
    static const struct {
        const char *pointer, *key;
    } renamed[] = {{"/unit_id", "unit"},
                   {"/parent_id", "parent"},
                   {"/area_id", "area_code"},
                   {"/category_code", "category"},
                   {"/contact/phone", "phone"},
                   {"/contact/name", "contact"},
                   {"/subject_unit_id", "subject_unit"},
                   {"/territory_unit_id", "territory_unit"},
                   {"/supervising_unit_id", "supervising_unit"},
                   {"/place/lon", "lon"},
                   {"/place/lat", "lat"},
                   {"/lon", "lon"},
                   {"/lat", "lat"},
                   {"/place", "lon"},
                   {"/criterion_code", "criterion"},
                   {"/keeper/phone", "phone"},
                   {"/keeper/name", "keeper"},
                   {"/place_text", "place"},
                   {"/site_id", "site_code"},
                   {"/size/width_mm", "width_mm"},
                   {"/size/height_mm", "height_mm"},
                   {"/edition_id", "edition"},
                   {"/checked_at", "checked"},
                   {"/valid_from", "from"},
                   {"/valid_to", "to"},
                   {"/limit/kind", "limit_kind"},
                   {"/limit/amount", "limit_amount"}};
    struct str key = pointer.n ? str_sub(pointer, 1, pointer.n) : pointer;
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
        if (str_is(pointer, renamed[i].pointer))
            key = str_of(renamed[i].key);
    if (str_starts(pointer, STR("/mode_params/")))
        key = STR("mode_params");
    ptrdiff_t spec = table_spec(&im->map, str_z(OP_ARENA(im->op), key));
    ptrdiff_t column = spec < 0 ? -1 : im->map.bindings[spec].column;
    return column < 0 ? 0 : (size_t)column + 1;
}

/* The texts are ready in both languages: each is one "%s". */
static void add_line(struct import *im, size_t number, size_t column, const struct field_error *e)
{
    struct report *r = im->report;
    size_t before = r->nlines;
    report_error(r, number, column, str_z(OP_ARENA(im->op), e->code), "%s", "%s",
                 str_z(OP_ARENA(im->op), e->zh));
    if (r->nlines > before)
        r->lines[before].en = e->en;
}

enum rc import_outcome(struct import *im, size_t row, enum rc rc, bool *ok)
{
    struct fault *f = im->op->rd.fault;
    size_t number = import_row_number(im, row);
    *ok = rc == RC_OK;
    if (rc != RC_INVALID && rc != RC_CONFLICT && rc != RC_NOT_FOUND)
        return rc;
    for (size_t i = 0; i < f->nfields; i++)
        add_line(im, number, column_of(im, f->fields[i].pointer), &f->fields[i]);
    if (f->nfields == 0)
        add_line(im, number, 0, &(struct field_error){.code = f->code, .zh = f->zh, .en = f->en});
    fault_clear(f);
    return RC_OK;
}

/* ---- reading the file ---- */

static bool json_true(struct jin *in, const char *key)
{
    bool value = false;
    if (jin_has(in, key))
        jin_bool(in, key, JIN_OPTIONAL, &value);
    return value;
}

static enum rc read_options(struct import *im)
{
    static const char *const datums[] = {"wgs84", "gcj02", NULL}, *const orders[] = {"mdy", "dmy", NULL};
    struct jin in;
    int datum = 0, order = -1;
    if (!im->mapping.p)
        return RC_OK;
    RETURN_IF(jin_parse(&in, OP_ARENA(im->op), im->op->rd.fault, im->mapping));
    im->create_units = json_true(&in, "$create_units");
    jin_enum(&in, "$datum", JIN_OPTIONAL, datums, &datum);
    im->gcj02 = datum == 1;
    jin_enum(&in, "$date_order", JIN_OPTIONAL, orders, &order);
    im->day_first = order == 1;
    im->order_said = order >= 0;
    jin_str(&in, "$source", JIN_OPTIONAL, NAME_MAX_CHARS, &im->list_source);
    jin_free(&in);
    return text_verdict(im->op->rd.fault);
}

static enum rc open_table(struct import *im)
{
    struct op *op = im->op;
    /* A quote before a formula is what spreadsheets are protected with, ours and others. */
    struct table_source src = {.bytes = im->in->bytes, .sheet = im->in->sheet, .unguard = true};
    const struct column_set *set = columns_of(im->in->kind);
    if (!src.sheet.p)
        RETURN_IF(table_mapping_sheet(OP_ARENA(op), op->rd.fault, im->in->mapping, &src.sheet));
    RETURN_IF(table_read(OP_ARENA(op), op->rd.fault, &src, &im->table));
    RETURN_IF(import_mapping_recall(im));
    RETURN_IF(read_options(im));
    RETURN_IF(table_bind(&im->table, set->specs, set->n, im->mapping, &im->map));
    size_t rows = im->table.grid.nrows - im->map.first;
    int most = im->importer == &import_problems ? IMPORT_PROBLEM_ROWS_MAX : IMPORT_ROWS_MAX;
    if (rows > (size_t)most)
        return OP_FAIL(op, RC_TOO_LARGE, "too_many_rows",
                       "文件有%zu行，一次最多导入%d行，请分次导入",
                       "The file has %zu rows; at most %d at once", rows, most);
    if (im->in->watch)
        im->in->watch->rows_total = rows;
    for (im->nseen_room = 64; im->nseen_room < 4 * rows;)
        im->nseen_room *= 2;
    im->seen = ARENA_MANY(OP_ARENA(op), struct import_seen, im->nseen_room);
    return RC_OK;
}

/* ---- rows ---- */

/* What a refused row has planned is taken back, units it made included. */
static enum rc plan_row(struct import *im, size_t row)
{
    size_t planned = im->op->plan.fx.n;
    struct import_unit *units = im->units;
    enum report_outcome outcome = REPORT_REFUSED;
    if (report_notes(im->report, row))
        RETURN_IF(im->importer->row(im, row, &outcome));
    if (outcome == REPORT_REFUSED) {
        im->op->plan.fx.n = planned;
        im->units = units;
    }
    report_count(im->report, outcome);
    return RC_OK;
}

static enum rc cancelled(struct op *op)
{
    return OP_FAIL(op, RC_CONFLICT, "import_cancelled", "导入已取消，未作任何更改",
                   "The import was cancelled; nothing was changed");
}

enum rc import_pulse(struct import *im)
{
    const struct import_watch *w = im->in->watch;
    if (!w || w->tell(w->user, IMPORT_CHECKING, im->report))
        return RC_OK;
    return cancelled(im->op);
}

static enum rc plan_rows(struct import *im)
{
    if (im->importer->begin)
        RETURN_IF(im->importer->begin(im));
    if (!im->importer->row)
        return im->importer->whole(im);
    for (size_t row = im->map.first; row < im->table.grid.nrows; row++) {
        if (row % PULSE_ROWS == 0)
            RETURN_IF(import_pulse(im));
        if (table_wants(&im->map, row))
            RETURN_IF(plan_row(im, row));
    }
    return im->importer->whole ? im->importer->whole(im) : RC_OK;
}

/* ---- the command ---- */

static struct sha256 content_of(const struct import_request *in)
{
    struct hasher h;
    struct sha256 bytes = sha256_of(in->bytes);
    hash_begin(&h);
    hash_field(&h, in->kind);
    hash_field_i64(&h, in->mode);
    hash_field(&h, in->mapping);
    hash_field(&h, in->sheet);
    hash_field_i64(&h, in->as_of_ms.has ? in->as_of_ms.v : INT64_MIN);
    hash_raw(&h, &bytes, sizeof bytes);
    return hash_end(&h);
}

static struct str detail_of(const struct import *im)
{
    const struct report *r = im->report;
    struct detail d;
    detail_open(&d, im->op->zone_min);
    jo_str(&d.j, "kind", im->in->kind);
    jo_z(&d.j, "mode", import_mode_names[im->in->mode]);
    jo_sha256(&d.j, "sha256", sha256_of(im->in->bytes));
    jo_i64(&d.j, "read", (int64_t)r->read);
    jo_i64(&d.j, "created", (int64_t)r->counts[REPORT_CREATED]);
    jo_i64(&d.j, "updated", (int64_t)r->counts[REPORT_UPDATED]);
    jo_i64(&d.j, "unchanged", (int64_t)r->counts[REPORT_UNCHANGED]);
    jo_i64(&d.j, "refused", (int64_t)r->counts[REPORT_REFUSED]);
    return detail_close(&d, OP_ARENA(im->op));
}

/* A repeated command: the counts are those of the first time. */
static enum rc recall_counts(struct import *im)
{
    static const char *const names[REPORT_OUTCOMES] = {"created", "updated", "unchanged",
                                                       "refused"};
    struct op *op = im->op;
    struct import_written_row row;
    struct jin in;
    bool found;
    int64_t n = 0;
    RETURN_IF(q_import_written(&op->rd, &(struct import_written_in){op->hq, op->plan.command.id},
                               &row, &found));
    if (!found || !row.detail.p)
        return RC_OK;
    RETURN_IF(jin_parse(&in, OP_ARENA(op), op->rd.fault, row.detail));
    if (jin_i64(&in, "read", JIN_REQUIRED, 0, INT64_MAX, &n))
        im->report->read = (size_t)n;
    for (int i = 0; i < REPORT_OUTCOMES; i++)
        if (jin_i64(&in, names[i], JIN_REQUIRED, 0, INT64_MAX, &n))
            im->report->counts[i] = (size_t)n;
    jin_free(&in);
    return text_verdict(op->rd.fault);
}

/* A repeated command may no longer fit what is there now; it was carried out all the same. */
static enum rc plan_again(struct import *im, enum rc rc)
{
    bool of_content = rc == RC_INVALID || rc == RC_CONFLICT || rc == RC_NOT_FOUND;
    if (im->op->plan.replayed && of_content) {
        fault_clear(im->op->rd.fault);
        return RC_OK;
    }
    return rc;
}

static const struct importer *importer_of(struct str kind)
{
    for (size_t i = 0; i < sizeof importers / sizeof *importers; i++)
        if (str_is(kind, importers[i]->kind))
            return importers[i];
    return NULL;
}

static enum rc check_request(struct import *im)
{
    struct op *op = im->op;
    im->importer = importer_of(im->in->kind);
    if (!im->importer)
        return OP_FAIL(op, RC_BAD, "unknown_kind",
                       "导入类别应为 areas、units、people、sites、standard、problems、duties、matrix、"
                       "facilities、frontages、limit_rules、calendar_days 之一",
                       "The kind is one of areas, units, people, sites, standard, problems, duties, matrix, "
                       "facilities, frontages, limit_rules, calendar_days");
    if (im->in->as_of_ms.has && im->importer != &import_areas)
        return OP_FAIL(op, RC_BAD, "as_of_areas_only", "只有区划可以按截至日期导入",
                       "Only areas can be imported as of a day");
    if (im->in->as_of_ms.has && im->in->mode == IMPORT_GOOD_ROWS)
        return OP_FAIL(op, RC_BAD, "snapshot_all_rows",
                       "按截至日期导入的名录必须完整，不能略过有误的行",
                       "A list as of a day must be complete: rows with faults cannot be left out");
    return RC_OK;
}

enum rc import_prepare(struct op *op, const struct import_request *in, struct report *report)
{
    struct import *im = ARENA_NEW(OP_ARENA(op), struct import);
    struct uuid id = uuid_is_none(in->id) ? change_new_id(op) : in->id;
    const struct command c = {.id = id,
                              .kind = "import",
                              .content = content_of(in),
                              .subject_kind = "import",
                              .subject_id = id};
    *im = (struct import){.op = op, .arena = OP_ARENA(op), .in = in, .report = report, .mapping = in->mapping};
    RETURN_IF(policy_check(op->rd.fault, &op->actor, ACT_IMPORT, NULL));
    RETURN_IF(check_request(im));
    RETURN_IF(change_begin(op, &c));
    bool replayed = op->plan.replayed;
    report_begin(report, OP_ARENA(op), &im->map, im->importer->kind, in->mode);
    RETURN_IF(open_table(im));
    if (im->recalled)
        report_warning(report, 0, 0, "mapping_recalled", "按上次保存的列对应关系读取", "Read by the mapping remembered for these headings");
    RETURN_IF(plan_again(im, plan_rows(im)));
    op->plan.command.detail = detail_of(im);
    if (replayed)
        RETURN_IF(recall_counts(im));
    else
        import_mapping_remember(im);
    report->written = replayed;
    return RC_OK;
}

/* The last moment at which it can be cancelled. */
static enum rc ask_to_write(struct op *op, const struct import_request *in, const struct report *report)
{
    struct effects fx;
    struct op aside = *op;
    if (!in->watch || in->watch->tell(in->watch->user, IMPORT_WRITING, report))
        return RC_OK;
    effects_init(&fx, OP_ARENA(op));
    problem_past_drop(op, &fx, op->plan.command.id);
    RETURN_IF(change_run_effects(&aside, &fx));
    return cancelled(op);
}

enum rc import_run(struct op *op, const struct import_request *in, struct report *report)
{
    enum rc rc = RC_OK;
    for (int i = 0; i < CHANGE_TRIES; i++) {
        fault_clear(op->rd.fault);
        RETURN_IF(import_prepare(op, in, report));
        if (op->plan.replayed || !report_may_write(report))
            return RC_OK;
        RETURN_IF(ask_to_write(op, in, report));
        rc = change_commit(op);
        if (rc == RC_OK || !change_should_retry(op))
            break;
    }
    report->written = rc == RC_OK;
    return rc;
}
