/* sites.c - about a thousand invented sites, spread over the communities, each with its units and a contact. */
#include "demo/internal.h"

#include "site/site.h"

#include <stdio.h>

/* Where no land is: the open ocean, so that no real place is meant. */
enum { LON_E7 = 1350000000, LAT_E7 = 250000000 };

struct names {
    struct demo_list brands, roads, people;
};

static int unit_index(const struct demo *d, const char *code, int town)
{
    for (int i = 0; i < d->nunits; i++)
        if (strcmp(d->units[i].code, code) == 0)
            return i;
    return d->nunits - d->ntowns + town; /* "-": the street or town itself */
}

/* "%r与%s路口" with this site's community, roads and brand. */
static void fill_name(struct demo *d, const struct names *n, const char *format, int village, char *out, size_t room)
{
    const struct demo_list *r = &n->roads;
    struct str road = r->lines[dice_below(&d->dice, (int)r->n)], other = r->lines[dice_below(&d->dice, (int)r->n)];
    struct str brand = n->brands.lines[dice_below(&d->dice, (int)n->brands.n)];
    struct str community = str_sub(str_of(d->villages[village].name), 0, strlen("三字名"));
    size_t at = 0;
    for (const char *f = format; *f && at + 1 < room; f++) {
        struct str piece = {f, 1};
        if (f[0] == '%' && f[1])
            piece = *++f == 'r' ? road : *f == 's' ? other : *f == 'b' ? brand : community;
        at += (size_t)snprintf(out + at, room - at, "%.*s", STR_ARG(piece));
    }
}

static struct site_new describe(struct demo *d, const struct names *n, struct demo_site *s, int number, int village)
{
    int town = village / 9;
    /* One throw to a statement: within an expression the order would be the compiler's. */
    struct str person = n->people.lines[dice_below(&d->dice, (int)n->people.n)];
    struct str road = n->roads.lines[dice_below(&d->dice, (int)n->roads.n)];
    int house = 1 + dice_below(&d->dice, 300);
    int east = dice_below(&d->dice, 260000);
    int north = dice_below(&d->dice, 80000);
    int phone = dice_below(&d->dice, 10000);
    struct arena *a = &d->p->arena;
    return (struct site_new){
        .code = str_fmt(a, "%s-%03d", s->category, number), .name = str_of(s->name), .category_code = str_of(s->category),
        .area_id = d->villages[village].id,
        .address = str_fmt(a, "%s%.*s%d号", d->towns[town].name, STR_ARG(road), house),
        .lon_e7 = SOME(LON_E7 + town * 300000 + east),
        .lat_e7 = SOME(LAT_E7 + (village % 9) * 90000 + north),
        .subject_unit_id = d->units[s->unit].id, .territory_unit_id = d->units[d->nunits - d->ntowns + town].id,
        .contact = {.name = person, .phone = str_fmt(a, "1990001%04d", phone)},
    };
}

static enum rc add_site(struct demo *d, const struct names *n, const char *format, const char *unit, int number)
{
    struct demo_site *s = &d->sites[d->nsites];
    int village = dice_below(&d->dice, d->nvillages);
    char key[24];
    if (strcmp(s->category, "SQ") == 0 || strcmp(s->category, "XZ") == 0)
        village = (number - 1) % d->nvillages;
    s->unit = unit_index(d, unit, village / 9);
    s->quality = 80 + dice_below(&d->dice, 17);
    fill_name(d, n, format, village, s->name, sizeof s->name);
    snprintf(key, sizeof key, "%s-%03d", s->category, number);
    RETURN_IF(demo_begin(d, d->start_ms + HOUR_MS, &d->office[0], "site.create", "site", str_of(key)));
    struct site_new in = describe(d, n, s, number, village);
    s->id = in.id = d->p->op.plan.command.id;
    RETURN_IF(site_prepare_create(&d->p->op, &in));
    d->nsites++;
    d->n->sites++;
    return change_commit(&d->p->op);
}

enum rc demo_sites(struct demo *d)
{
    struct demo_list kinds;
    struct names n;
    RETURN_IF(demo_list(d, "sites", &kinds));
    RETURN_IF(demo_list(d, "brands", &n.brands));
    RETURN_IF(demo_list(d, "roads", &n.roads));
    RETURN_IF(demo_list(d, "people", &n.people));
    for (size_t k = 0; k < kinds.n; k++) {
        char category[8], count[8], format[64], unit[8];
        int64_t many = 0;
        demo_field(kinds.lines[k], 0, category, sizeof category);
        demo_field(kinds.lines[k], 1, count, sizeof count);
        demo_field(kinds.lines[k], 2, format, sizeof format);
        demo_field(kinds.lines[k], 3, unit, sizeof unit);
        (void)str_to_i64(str_of(count), 0, SITES_MAX, &many);
        for (int i = 0; i < many && d->nsites < SITES_MAX; i++) {
            memcpy(d->sites[d->nsites].category, category, sizeof category);
            RETURN_IF(add_site(d, &n, format, unit, i + 1));
        }
    }
    return RC_OK;
}
