/* export.c - one export from its request to its file and its journal row: the kind, the reader's reach, masking. See export.h. */
#include "export_internal.h"

#include "base/json_out.h"
#include "org/text.h"

const char *const export_format_names[] = {"csv", "xlsx", "json", "geojson", NULL};
const char *const export_encoding_names[] = {"utf-8", "utf-8-bom", "gb18030", NULL};

const struct exporter *const exporters[] = {
    &export_areas,       &export_units,        &export_people, &export_duties,  &export_sites,  &export_standard,
    &export_inspections, &export_observations, &export_scores, &export_problems, &export_events, &export_ledger,
    &export_matrix,      &export_facilities,   &export_frontages,
    &export_limit_rules, &export_calendar_days, NULL};
const char *const export_kind_names[] = {"areas", "units", "people", "duties", "sites", "standard", "inspections",
                                         "observations", "scores", "problems", "events", "ledger", "matrix", "facilities",
                                         "frontages", "limit_rules", "calendar_days", NULL};

bool export_word(const char *const *names, struct str name, int *out)
{
    for (int i = 0; names[i]; i++)
        if (str_is(name, names[i])) {
            *out = i;
            return true;
        }
    return false;
}

void export_page_begin(struct export *ex)
{
    arena_reset(&ex->page);
    ex->op->rd.arena = &ex->page;
}

void export_page_end(struct export *ex)
{
    ex->op->rd.arena = ex->kept;
}

enum rc export_row(struct export *ex, const struct export_cell *cells)
{
    ex->out->rows++;
    return export_file_row(ex, cells);
}

/* ---- units ---- */

struct str export_unit_label(const struct export *ex, struct uuid id)
{
    size_t lo = 0, hi = ex->nunits;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (uuid_cmp(ex->units[mid].id, id) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < ex->nunits && uuid_eq(ex->units[lo].id, id) ? ex->units[lo].label : STR("");
}

static enum rc load_units(struct export *ex)
{
    struct op *op = ex->op;
    struct export_unit_labels_row *rows;
    RETURN_IF(q_export_unit_labels(&op->rd, &(struct export_unit_labels_in){op->hq}, &rows, &ex->nunits));
    ex->units = ARENA_MANY(ex->kept, struct export_unit, ex->nunits + 1);
    for (size_t i = 0; i < ex->nunits; i++)
        ex->units[i] = (struct export_unit){rows[i].id, rows[i].twins > 1 ? rows[i].code : rows[i].name};
    return RC_OK;
}

/* ---- who may take what ---- */

static enum rc forbidden(struct op *op)
{
    return OP_FAIL(op, RC_FORBIDDEN, "not_allowed", "您无权导出这类数据", "You may not export this");
}

/* What may be read and what may be exported, together: an export by unit takes the unit's own alone. */
static enum rc find_reach(struct export *ex)
{
    struct op *op = ex->op;
    struct scope read = policy_scope(&op->actor, ex->kind->action), take = policy_scope(&op->actor, ACT_EXPORT);
    if (read.none || take.none)
        return forbidden(op);
    bool all = read.all || read.open; /* nothing held back is in any export */
    if (all && take.all)
        return RC_OK;
    ex->scoped = true;
    ex->scope_unit = take.all ? read.unit_id : take.unit_id;
    if (take.all) {
        ex->scope_person = read.person_id;
        ex->scope_area_from = read.area_code;
        ex->scope_area_to = str_prefix_end(ex->kept, read.area_code);
    }
    return all || !uuid_is_none(read.unit_id) || take.all ? RC_OK : forbidden(op);
}

static enum rc check_unmask(struct export *ex)
{
    struct op *op = ex->op;
    struct str reason = ex->in->unmask_reason;
    if (!reason.p)
        return RC_OK;
    text_check(op->rd.fault, &(struct text_rule){"/reason", reason, true, EXPORT_REASON_MAX}, 1);
    RETURN_IF(text_verdict(op->rd.fault));
    /* All of them at once: only who may open any. */
    if (!policy_scope(&op->actor, ACT_PERSON_UNMASK).all)
        return forbidden(op);
    return RC_OK;
}

static enum rc check_kind(struct export *ex)
{
    struct op *op = ex->op;
    for (size_t i = 0; exporters[i]; i++)
        if (str_is(ex->in->kind, exporters[i]->kind))
            ex->kind = exporters[i];
    if (!ex->kind)
        return OP_FAIL(op, RC_NOT_FOUND, "unknown_kind", "没有这种导出类别", "There is no such export");
    if (ex->in->format == EXPORT_GEOJSON && !ex->kind->lon)
        return OP_FAIL(op, RC_BAD, "format_not_possible", "这类数据没有坐标，不能导出为GeoJSON",
                       "This has no places: GeoJSON is not possible");
    return RC_OK;
}

/* ---- the journal ---- */

static enum rc note(struct export *ex)
{
    struct op *op = ex->op;
    const struct export_request *in = ex->in;
    struct uuid id = change_new_id(op);
    struct detail d;
    struct command c = {.id = id, .kind = "export", .content = sha256_of(in->kind), .subject_kind = "export", .subject_id = id};
    RETURN_IF(change_begin(op, &c));
    detail_open(&d, op->zone_min);
    jo_z(&d.j, "kind", ex->kind->kind);
    jo_z(&d.j, "format", export_format_names[in->format]);
    jo_i64(&d.j, "rows", ex->out->rows);
    jo_bool(&d.j, "unmasked", in->unmask_reason.p != NULL);
    if (in->unmask_reason.p)
        jo_str(&d.j, "reason", in->unmask_reason);
    jo_opt_time(&d.j, "from", in->from_ms);
    jo_opt_time(&d.j, "to", in->to_ms);
    op->plan.command.detail = detail_close(&d, OP_ARENA(op));
    return change_commit(op);
}

static enum rc write_rows(struct export *ex, const char *path)
{
    RETURN_IF(export_file_open(ex, path));
    enum rc rc = ex->kind->rows(ex);
    export_page_end(ex);
    if (rc == RC_OK)
        return export_file_close(ex);
    export_file_drop(ex);
    return rc;
}

enum rc export_write(struct op *op, const struct export_request *in, const char *path, struct export_result *out)
{
    static const char *const mimes[] = {"text/csv; charset=utf-8",
                                        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                                        "application/json", "application/geo+json"};
    struct export ex = {.op = op, .in = in, .out = out, .kept = OP_ARENA(op)};
    *out = (struct export_result){.mime = mimes[in->format], .extension = export_format_names[in->format]};
    if (in->format == EXPORT_CSV && in->encoding == EXPORT_GB18030)
        out->mime = "text/csv; charset=gb18030";
    RETURN_IF(check_kind(&ex));
    RETURN_IF(find_reach(&ex));
    RETURN_IF(check_unmask(&ex));
    RETURN_IF(load_units(&ex));
    arena_init(&ex.page);
    enum rc rc = write_rows(&ex, path);
    arena_free(&ex.page);
    return rc == RC_OK ? note(&ex) : rc;
}
