/*
 * import_facilities.c - lists of facilities and publicity (设施、公益宣传): known by their id or the number their list gives
 * them, else by site, kind, name and position.
 *
 * What a new one was like when the list was made is its first look, however long ago; nobody's problem is raised by a
 * list. Of one that is there the register knows better: its condition and edition stay, its particulars are mended.
 */
#include "import_internal.h"

#include "base/arena.h"
#include "facility/facility.h"

struct kinds {
    struct facility_kind *list;
    size_t n;
};

struct facility_row {
    size_t row;
    struct asset_new a;
    struct asset_look look;
    bool state_said;
};

static const struct import_word condition_words[FACILITY_CONDITIONS + 1] = {
    [FACILITY_GOOD] = {"good", "完好,良好,正常"},
    [FACILITY_FADED] = {"faded", "褪色"},
    [FACILITY_DAMAGED] = {"damaged", "破损,损坏"},
    [FACILITY_DIRTY] = {"dirty", "污损,脏污"},
    [FACILITY_COVERED] = {"covered", "被遮挡或占用,被遮挡占用,遮挡,占用"},
    [FACILITY_WRONG] = {"wrong", "文字或画面有误,内容有误"},
    [FACILITY_NOT_OPEN] = {"not_open", "未开放使用,未开放"},
    [FACILITY_FAULTY] = {"faulty", "故障停用,故障"},
    [FACILITY_MISSING] = {"missing", "缺失"},
};
static const struct import_word state_words[] = {{"active", "在用,使用中"}, {"removed", "已拆除,拆除"}, {0}};

static enum rc begin(struct import *im)
{
    struct kinds *k = ARENA_NEW(OP_ARENA(im->op), struct kinds);
    im->state = k;
    return facility_kinds(im->op, &k->list, &k->n);
}

/* ---- one row ---- */

static bool read_kind(struct import *im, struct facility_row *r)
{
    const struct kinds *kinds = im->state;
    struct table_value v = import_cell(im, r->row, "kind");
    if (!report_check(im->report, &v, true, NAME_MAX_CHARS))
        return false;
    for (size_t i = 0; i < kinds->n; i++) {
        const struct facility_kind *k = &kinds->list[i];
        if (k->class == FACILITY_FRONTAGE || (!str_eq(v.text, k->code) && !str_eq(v.text, k->name_zh) && !str_eq(v.text, k->name_en)))
            continue;
        r->a.kind_code = k->code;
        return true;
    }
    report_error(im->report, v.row, v.column, "kind_unknown", "没有“%.*s”这种设施或宣传品", "There is no kind \"%.*s\"",
                 STR_ARG(v.text));
    return false;
}

static bool read_id(struct import *im, struct facility_row *r)
{
    struct table_value v = import_cell(im, r->row, "id");
    if (str_empty(v.text) || uuid_parse(v.text, &r->a.id))
        return true;
    report_error(im->report, v.row, v.column, "bad_id", "记录标识不正确", "This is no record id");
    return false;
}

static enum rc read_site(struct import *im, struct facility_row *r, bool *ok)
{
    const char *key = import_cell(im, r->row, "site_code").text.n ? "site_code" : "site";
    struct table_value v = import_cell(im, r->row, key);
    *ok = report_check(im->report, &v, true, NAME_MAX_CHARS);
    return *ok ? import_find_site(im, r->row, key, &r->a.site_id, ok) : RC_OK;
}

/* An edition nobody has published here is said and left out: what is shown is found at the next look. */
static enum rc read_edition(struct import *im, struct facility_row *r)
{
    struct op *op = im->op;
    struct table_value v = import_cell(im, r->row, "edition");
    struct str label = import_cell(im, r->row, "edition_label").text;
    struct import_editions_called_row *rows;
    size_t n;
    if (str_empty(v.text))
        return RC_OK;
    const struct import_editions_called_in in = {op->hq, v.text, label.n ? label : STR_NONE};
    RETURN_IF(q_import_editions_called(&op->rd, &in, &rows, &n));
    if (n == 1)
        r->look.edition_id = rows[0].id;
    else
        report_warning(im->report, v.row, v.column, n ? "edition_ambiguous" : "edition_unknown", "内容版本“%.*s”不能确定，留空",
                       "Which edition \"%.*s\" is cannot be told; left empty", STR_ARG(v.text));
    r->look.edition_seen = n == 1;
    return RC_OK;
}

static bool read_look(struct import *im, struct facility_row *r)
{
    struct opt_i64 checked;
    int condition, state;
    bool good = import_pick(im, r->row, "condition", condition_words, &condition);
    good &= import_pick(im, r->row, "state", state_words, &state);
    good &= import_time(im, r->row, "checked", &checked);
    r->look.listed = true;
    r->look.condition = condition < 0 ? FACILITY_GOOD : (enum facility_condition)condition;
    r->look.at_ms = checked.v;
    if (checked.has) /* of the row, so that each has its own */
        r->look.id = import_id(im, "look", str_fmt(OP_ARENA(im->op), "%zu", r->row));
    r->state_said = state >= 0;
    r->a.removed = state == 1;
    return good;
}

static enum rc read_row(struct import *im, struct facility_row *r, bool *ok)
{
    static const int64_t size[2] = {1, 100000000};
    bool site;
    *ok = read_id(im, r);
    *ok &= read_kind(im, r);
    *ok &= import_text(im, r->row, "name", true, NAME_MAX_CHARS, &r->a.name);
    *ok &= import_text(im, r->row, "position", false, 200, &r->a.position);
    *ok &= import_text(im, r->row, "note", false, NOTE_MAX_CHARS, &r->a.note);
    *ok &= import_text(im, r->row, "external_id", false, CODE_MAX_CHARS, &r->a.external_id);
    *ok &= import_number(im, r->row, "width_mm", size, &r->a.width_mm);
    *ok &= import_number(im, r->row, "height_mm", size, &r->a.height_mm);
    *ok &= read_look(im, r);
    RETURN_IF(read_site(im, r, &site));
    *ok &= site;
    return read_edition(im, r);
}

/* ---- there already? ---- */

static enum rc find_there(struct import *im, const struct facility_row *r, struct uuid *id)
{
    struct op *op = im->op;
    struct import_asset_known_row known;
    struct import_assets_like_row *like;
    bool found;
    size_t n = 0;
    *id = UUID_NONE;
    RETURN_IF(q_import_asset_known(&op->rd, &(struct import_asset_known_in){op->hq, r->a.id, text_or_none(r->a.external_id)}, &known,
                                   &found));
    if (found)
        *id = known.id;
    if (found || r->a.external_id.n || !uuid_is_none(r->a.id))
        return RC_OK;
    const struct import_assets_like_in in = {op->hq, r->a.site_id, r->a.kind_code, r->a.name,
                                             r->a.position.p ? r->a.position : STR("")};
    RETURN_IF(q_import_assets_like(&op->rd, &in, &like, &n));
    if (n)
        *id = like[0].id;
    return RC_OK;
}

static enum rc plan_new(struct import *im, struct facility_row *r, struct str key, enum report_outcome *outcome)
{
    struct asset made;
    bool ok;
    if (uuid_is_none(r->a.id))
        r->a.id = import_id(im, "asset", key);
    RETURN_IF(import_outcome(im, r->row, asset_prepare_create(im->op, &r->a, &r->look, &made), &ok));
    *outcome = ok ? REPORT_CREATED : REPORT_REFUSED;
    if (ok && !r->a.removed && r->look.condition != FACILITY_GOOD)
        report_warning(im->report, import_row_number(im, r->row), 0, "condition_bad", "状况为“%.*s”，导入不生成问题，请安排复查",
                       "It is %.*s; a list raises no problem: have it looked at",
                       STR_ARG(facility_condition_word(r->look.condition, LANG_ZH)));
    return RC_OK;
}

static bool differs(struct str said, struct str there)
{
    return said.n && !str_eq(said, there.p ? there : STR(""));
}

static bool size_differs(struct opt_i64 said, struct opt_i64 there)
{
    return said.has && !(there.has && there.v == said.v);
}

static void say_kept(struct import *im, const struct facility_row *r, const struct asset *there)
{
    size_t number = import_row_number(im, r->row);
    if (import_cell(im, r->row, "condition").text.n && r->look.condition != there->condition)
        report_warning(im->report, number, 0, "condition_kept", "状况以巡检记录为准，未采用", "The condition is that of the last look");
    if (r->state_said && there->removed && !r->a.removed)
        report_warning(im->report, number, 0, "asset_removed", "已登记为拆除，仍保持拆除", "This has been removed and stays so");
}

/* An empty cell keeps what is there. */
static enum rc plan_change(struct import *im, struct facility_row *r, struct uuid id, enum report_outcome *outcome)
{
    struct asset there;
    struct asset_change c = {.id = id, .to = r->a};
    bool ok;
    RETURN_IF(asset_read(im->op, id, &there));
    c.expected_version = SOME(there.version);
    c.set |= str_eq(r->a.kind_code, there.kind_code) ? 0 : ASSET_KIND;
    c.set |= str_eq(r->a.name, there.name) ? 0 : ASSET_NAME;
    c.set |= differs(r->a.position, there.position) ? ASSET_POSITION : 0;
    c.set |= differs(r->a.note, there.note) ? ASSET_NOTE : 0;
    c.set |= size_differs(r->a.width_mm, there.width_mm) || size_differs(r->a.height_mm, there.height_mm) ? ASSET_SIZE : 0;
    c.to.width_mm = r->a.width_mm.has ? r->a.width_mm : there.width_mm;
    c.to.height_mm = r->a.height_mm.has ? r->a.height_mm : there.height_mm;
    say_kept(im, r, &there);
    bool remove = r->a.removed && !there.removed;
    *outcome = REPORT_UNCHANGED;
    if (!remove && (!c.set || there.removed))
        return RC_OK;
    enum rc rc = remove ? asset_prepare_remove(im->op, id, STR("导入的名单注明已拆除")) : asset_prepare_change(im->op, &c);
    RETURN_IF(import_outcome(im, r->row, rc, &ok));
    *outcome = ok ? REPORT_UPDATED : REPORT_REFUSED;
    return RC_OK;
}

static struct str key_of(const struct import *im, const struct facility_row *r)
{
    struct arena *a = OP_ARENA(im->op);
    if (!uuid_is_none(r->a.id))
        return uuid_str(a, r->a.id);
    if (r->a.external_id.n)
        return str_fmt(a, "external %.*s", STR_ARG(r->a.external_id));
    return str_fmt(a, "%.*s %.*s %.*s %.*s", STR_ARG(uuid_str(a, r->a.site_id)), STR_ARG(r->a.kind_code), STR_ARG(r->a.name),
                   STR_ARG(r->a.position));
}

static enum rc plan_row(struct import *im, size_t row, enum report_outcome *outcome)
{
    struct facility_row r = {.row = row};
    struct uuid id;
    bool ok;
    RETURN_IF(read_row(im, &r, &ok));
    struct str key = key_of(im, &r);
    if (!ok || !import_first(im, row, "name", key))
        return RC_OK;
    RETURN_IF(find_there(im, &r, &id));
    return uuid_is_none(id) ? plan_new(im, &r, key, outcome) : plan_change(im, &r, id, outcome);
}

const struct importer import_facilities = {"facilities", begin, plan_row, NULL};
