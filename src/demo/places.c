/*
 * places.c - what stands at the sites: the responsibility matrix, two editions of a public-interest message, boards and
 * facilities in various condition, and a row of shops with their duty sheets, one finding of which waits for self-mending.
 */
#include "demo/play.h"
#include "loop/edition.h"
#include "matrix/matrix.h"

#include <stdio.h>

static struct op *op_of(struct play *p)
{
    return &p->d->p->op;
}

static struct uuid unit_id(const struct demo *d, const char *code)
{
    for (int i = 0; i < d->nunits; i++)
        if (strcmp(d->units[i].code, code) == 0)
            return d->units[i].id;
    return UUID_NONE; /* "-": the site's own */
}

/* The `skip`-th site of a category. */
static struct uuid site_of(const struct demo *d, const char *category, int skip)
{
    struct uuid id = d->sites[0].id;
    for (int i = 0; i < d->nsites; i++)
        if (strcmp(d->sites[i].category, category) == 0) {
            id = d->sites[i].id;
            if (skip-- == 0)
                break;
        }
    return id;
}

/* ---- 责任矩阵 ---- */

static enum matrix_role role_named(const char *name)
{
    int r = 0;
    while (r < MATRIX_ROLES - 1 && strcmp(matrix_role_names[r], name) != 0)
        r++;
    return (enum matrix_role)r;
}

static enum rc matrix_line(struct play *p, struct str line, int64_t at_ms)
{
    struct demo *d = p->d;
    char f[8][128];
    for (int i = 0; i < 8; i++)
        demo_field(line, i, f[i], sizeof f[i]);
    struct uuid support = unit_id(d, f[4]);
    RETURN_IF(play_begin(p, at_ms, &d->office[0], "matrix.put", "matrix_row"));
    struct matrix_new in = {.id = op_of(p)->plan.command.id, .category_code = str_of(f[0]), .lead = role_named(f[1]),
                            .support_ids = &support, .nsupport = !uuid_is_none(support), .work_standard = str_of(f[5]),
                            .deadline = str_of(f[6]), .measures = str_of(f[7])};
    in.unit_ids[MATRIX_SUBJECT] = unit_id(d, f[2]);
    in.unit_ids[MATRIX_SUPERVISING] = unit_id(d, f[3]);
    return play_commit(p, matrix_prepare_put(op_of(p), &in));
}

static enum rc matrix(struct play *p, int64_t at_ms)
{
    struct demo_list list;
    RETURN_IF(demo_list(p->d, "matrix", &list));
    for (size_t i = 0; i < list.n; i++)
        RETURN_IF(matrix_line(p, list.lines[i], at_ms + (int64_t)i * MINUTE_MS));
    return RC_OK;
}

/* ---- editions and boards ---- */

static struct uuid edition_id(int number)
{
    return demo_id("edition.publish", number == 1 ? STR("edition-1") : STR("edition-2"));
}

static enum rc publish_edition(struct play *p, int64_t at_ms, int number)
{
    struct demo *d = p->d;
    RETURN_IF(demo_begin(d, at_ms, &d->office[0], "edition.publish", "edition", number == 1 ? STR("edition-1") : STR("edition-2")));
    struct edition_new in = {.id = edition_id(number), .title = STR("文明健康 绿色环保"), .theme = STR("文明风尚"),
                             .label = number == 1 ? STR("第一版") : STR("第二版"),
                             .content = number == 1 ? STR("讲文明 树新风 共建美好家园") : STR("文明澄岚 你我同行"),
                             .photos = &d->after[number], .nphotos = 1};
    if (number == 2) {
        in.supersedes_id = edition_id(1);
        in.replace_by_ms = SOME(play_workday(p, -10) + 18 * (int64_t)HOUR_MS);
    }
    return play_commit(p, edition_prepare_publish(op_of(p), &in));
}

static enum rc first_edition(struct play *p, int64_t at_ms)
{
    return publish_edition(p, at_ms, 1);
}

static enum facility_condition condition_named(const char *name)
{
    int c = 0;
    while (c < FACILITY_CONDITIONS - 1 && strcmp(facility_condition_names[c], name) != 0)
        c++;
    return (enum facility_condition)c;
}

static enum rc add_facility(struct play *p, struct str line, int number, int64_t at_ms)
{
    struct demo *d = p->d;
    char f[6][96];
    for (int i = 0; i < 6; i++)
        demo_field(line, i, f[i], sizeof f[i]);
    RETURN_IF(play_begin(p, at_ms, &d->office[0], "asset.create", "asset"));
    struct op *op = op_of(p);
    struct asset_new in = {.id = op->plan.command.id, .site_id = site_of(d, f[1], number), .kind_code = str_of(f[0]),
                           .name = str_of(f[2]), .position = str_of(f[3])};
    struct asset_look look = {.id = change_row_id(op), .at_ms = at_ms, .condition = condition_named(f[4])};
    if (look.condition != FACILITY_GOOD) {
        look.note = STR("巡检发现，需处置");
        look.photos = &d->before[number];
        look.nphotos = 1;
        d->n->problems++;
    }
    if (f[5][0] != '0') {
        look.edition_seen = true;
        look.edition_id = edition_id(f[5][0] - '0');
    }
    return play_commit(p, edition_prepare_asset(op, &in, &look));
}

/* The second edition takes the first one's place; some boards show the first still, within the time they have. */
static enum rc boards(struct play *p, int64_t at_ms)
{
    struct demo_list list;
    RETURN_IF(publish_edition(p, at_ms, 2));
    RETURN_IF(demo_list(p->d, "facilities", &list));
    for (size_t i = 0; i < list.n; i++)
        RETURN_IF(add_facility(p, list.lines[i], (int)i, at_ms + ((int64_t)i + 1) * 5 * MINUTE_MS));
    return RC_OK;
}

/* ---- 门前三包 ---- */

static enum rc check_shop(struct play *p, const struct uuid *shop, const char *wrong, const char *note, int64_t at_ms)
{
    static const char *const codes[] = {"hygiene", "greening", "order", "equipment"};
    struct demo *d = p->d;
    struct frontage_item items[sizeof codes / sizeof *codes];
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        bool met = strcmp(codes[i], wrong) != 0;
        items[i] = (struct frontage_item){.code = str_of(codes[i]), .met = met, .note = met ? STR_NONE : str_of(note),
                                          .photos = &d->before[i], .nphotos = met ? 0 : 1};
    }
    RETURN_IF(play_begin(p, at_ms, &d->grid[0], "frontage.check", "frontage"));
    struct frontage_look look = {.id = op_of(p)->plan.command.id, .frontage_id = *shop, .at_ms = at_ms, .items = items,
                                 .nitems = sizeof codes / sizeof *codes};
    return play_commit(p, edition_prepare_frontage_look(op_of(p), &look));
}

static enum rc add_shop(struct play *p, struct str line, int number, int64_t at_ms)
{
    struct demo *d = p->d;
    char f[6][96], code[16];
    for (int i = 0; i < 6; i++)
        demo_field(line, i, f[i], sizeof f[i]);
    snprintf(code, sizeof code, "SP-%03d", number + 1);
    RETURN_IF(play_begin(p, at_ms, &d->office[0], "frontage.create", "frontage"));
    struct frontage_new in = {.id = op_of(p)->plan.command.id, .code = str_of(code), .name = str_of(f[0]), .trade = str_of(f[1]),
                              .area_id = d->villages[0].id, .unit_id = d->units[d->nunits - d->ntowns].id, .place = str_of(f[2]),
                              .keeper = {.name = str_of(f[3])}};
    RETURN_IF(play_commit(p, frontage_prepare_create(op_of(p), &in)));
    RETURN_IF(play_begin(p, at_ms + MINUTE_MS, &d->office[0], "frontage.pledge", "pledge"));
    struct frontage_pledge pledge = {.id = op_of(p)->plan.command.id, .frontage_id = in.id, .signed_ms = at_ms,
                                     .terms = STR("包卫生、包绿化、包秩序、包设施"), .photos = &d->after[number], .nphotos = 1};
    RETURN_IF(play_commit(p, frontage_prepare_pledge(op_of(p), &pledge)));
    return check_shop(p, &in.id, f[4], f[5], at_ms + 5 * MINUTE_MS);
}

static enum rc shops(struct play *p, int64_t at_ms)
{
    struct demo_list list;
    RETURN_IF(demo_list(p->d, "frontages", &list));
    for (size_t i = 0; i < list.n; i++)
        RETURN_IF(add_shop(p, list.lines[i], (int)i, at_ms + (int64_t)i * 10 * MINUTE_MS));
    return RC_OK;
}

const struct scene place_scenes[] = {
    {40, 9 * 60, matrix}, {38, 9 * 60 + 30, first_edition}, {15, 9 * 60 + 30, boards}, {0, -120, shops}, {0, 0, NULL},
};
