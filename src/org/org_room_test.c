/*
 * org_room_test.c - the organisation on both engines: areas through the years, units, people,
 * duties. The yearly lists of real districts are read from ../shared (XIAOHAO_SHARED); skipped
 * where they are not there.
 */
#include "auth/auth_ground.h"
#include "tabular/csv.h"
#include "org_internal.h"

#include "auth/policy.h"
#include "base/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static struct ground g;

static int begin(void **state)
{
    (void)state;
    ground_open(&g);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ground_close(&g);
    return 0;
}

static struct uuid id_of(const char *name)
{
    return uuid_named(UUID_NONE, str_of(name));
}

/* An operation by the office with a command begun; each has its own id. */
static struct op *office(const char *kind, struct uuid subject)
{
    static int serial;
    char name[32];
    snprintf(name, sizeof name, "command %d", ++serial);
    struct op *op = ground_operator(&g);
    const struct command c = {.id = id_of(name),
                              .kind = kind,
                              .content = sha256_of(str_of(name)),
                              .subject_kind = "test",
                              .subject_id = subject};
    assert_int_equal(change_begin(op, &c), RC_OK);
    return op;
}

static int64_t day(const char *date)
{
    int64_t ms;
    assert_true(civil_parse_date(str_of(date), ZONE_SHANGHAI_MIN, &ms));
    return ms;
}

static struct uuid add_area(const char *code, const char *name, const char *kind)
{
    struct uuid id = id_of(code);
    struct op *op = office("area.create", id);
    const struct area_new a = {.id = id,
                               .code = str_of(code),
                               .name = str_of(name),
                               .kind = str_of(kind),
                               .valid_from_ms = SOME(day("2020-01-01"))};
    ground_expect(&g, area_prepare_create(op, &a), RC_OK, NULL);
    ground_commit(&g);
    return id;
}

static struct uuid add_unit(const char *code, const char *name)
{
    struct uuid id = id_of(code);
    struct op *op = office("unit.create", id);
    const struct unit_new u = {
        .id = id, .code = str_of(code), .name = str_of(name), .kind = STR("department")};
    ground_expect(&g, unit_prepare_create(op, &u), RC_OK, NULL);
    ground_commit(&g);
    return id;
}

static struct uuid add_person(const char *name, struct uuid unit_id, const char *phone)
{
    struct uuid id = id_of(name);
    struct op *op = office("person.create", id);
    const struct person_new p = {.id = id,
                                 .unit_id = unit_id,
                                 .name = str_of(name),
                                 .title = STR("科员"),
                                 .phone = str_of(phone)};
    ground_expect(&g, person_prepare_create(op, &p), RC_OK, NULL);
    ground_commit(&g);
    return id;
}

static void queries_fit(void **state)
{
    (void)state;
    struct op *op = ground_op(&g);
    ground_expect(&g, db_check_queries(&op->rd, &org_queries), RC_OK, NULL);
}

static void headquarters_once(void **state)
{
    (void)state;
    struct headquarters h = {
        .code = STR("990101"), .name = STR("示范区指挥部"), .zone_min = 480, .demo = true};
    bool found;
    struct op *op = office("headquarters.create", UUID_NONE);
    ground_expect(&g, headquarters_prepare_create(op, &h), RC_OK, NULL);
    ground_commit(&g);
    op = office("headquarters.create", UUID_NONE);
    ground_expect(&g, headquarters_prepare_create(op, &h), RC_OK, NULL);
    ground_expect(&g, change_commit(op), RC_CONFLICT, "headquarters_exists");
    op = ground_op(&g);
    assert_int_equal(headquarters_load(op, &h, &found), RC_OK);
    assert_true(found && h.demo && h.zone_min == 480 && str_is(h.code, "990101"));
}

/* ---- areas ---- */

static void areas_through_time(void **state)
{
    (void)state;
    struct area a;
    struct area_counts c;
    bool found;
    add_area("990101000000", "示范区", "市辖区");
    struct uuid town = add_area("990101001", "东街镇", "镇");
    struct uuid village = add_area("990101001001", "一社区", "居委会");
    struct op *op = office("area.change", town);
    struct area_change rename = {.id = town,
                                 .expected_version = SOME(1),
                                 .set = AREA_NAME | AREA_KIND,
                                 .name = STR("东街街道"),
                                 .kind = STR("街道"),
                                 .effective_ms = SOME(day("2022-05-01"))};
    ground_expect(&g, area_prepare_change(op, &rename), RC_OK, NULL);
    ground_commit(&g);
    op = office("area.change", town);
    ground_expect(&g, area_prepare_change(op, &rename), RC_STALE, "version_mismatch");
    op = office("area.change", town);
    rename.expected_version = SOME(2);
    rename.effective_ms = SOME(day("2021-05-01"));
    ground_expect(&g, area_prepare_change(op, &rename), RC_INVALID, "before_last_change");
    op = office("area.change", town);
    struct area_change close = {.id = town, .set = AREA_CLOSE, .closed_ms = day("2024-01-01")};
    ground_expect(&g, area_prepare_change(op, &close), RC_CONFLICT, "area_has_children");
    op = office("area.change", village);
    close.id = village;
    ground_expect(&g, area_prepare_change(op, &close), RC_OK, NULL);
    ground_commit(&g);

    struct area_get_row *rows;
    size_t n;
    op = ground_op(&g);
    struct area_list_as_of_in then = {.hq = 1, .at_ms = day("2021-01-01"), .max_rows = 10};
    assert_int_equal(q_area_list_as_of(&op->rd, &then, &rows, &n), RC_OK);
    assert_int_equal(n, 3);
    assert_true(str_is(rows[1].name, "东街镇") && uuid_eq(rows[2].parent_id, town));
    then.at_ms = day("2022-05-01");
    then.pattern = STR("%东街%");
    assert_int_equal(q_area_list_as_of(&op->rd, &then, &rows, &n), RC_OK);
    assert_int_equal(n, 1);
    assert_true(str_is(rows[0].name, "东街街道"));
    assert_int_equal(area_count(op, day("2023-12-31"), STR("990101"), &c), RC_OK);
    assert_int_equal(c.villages, 1);
    assert_int_equal(area_count(op, day("2024-01-01"), STR("990101"), &c), RC_OK);
    assert_int_equal(c.villages, 0);
    assert_int_equal(area_by_code(op, STR("990101001001"), &a, &found), RC_OK);
    assert_false(found);
    /* The code is free again, for another area. */
    op = office("area.create", id_of("again"));
    const struct area_new again = {
        .id = id_of("again"), .code = STR("990101001001"), .name = STR("新社区")};
    ground_expect(&g, area_prepare_create(op, &again), RC_OK, NULL);
    ground_commit(&g);
    op = ground_op(&g);
    assert_int_equal(area_by_code(op, STR("990101001001"), &a, &found), RC_OK);
    assert_true(found && str_is(a.name, "新社区") && uuid_eq(a.parent_id, town));
}

static void areas_refused(void **state)
{
    (void)state;
    static const struct {
        const char *code, *name, *level, *want;
    } table[] = {
        {"9902", "短", NULL, "area_code"},
        {"990201001", "无上级镇", NULL, "parent_missing"},
        {"990201", "", NULL, "required"},
        {"990201", "层级不符", "town", "level_code"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct op *op = office("area.create", UUID_NONE);
        const struct area_new a = {.id = id_of("x"),
                                   .code = str_of(table[i].code),
                                   .name = str_of(table[i].name),
                                   .level = str_of(table[i].level)};
        ground_expect(&g, area_prepare_create(op, &a), RC_INVALID, table[i].want);
    }
    struct op *op = office("area.create", UUID_NONE);
    op->actor.roles = ROLE_INSPECTOR;
    const struct area_new a = {.id = id_of("x"), .code = STR("990301"), .name = STR("他区")};
    ground_expect(&g, area_prepare_create(op, &a), RC_FORBIDDEN, "not_allowed");
    add_area("990401", "甲区", "");
    op = office("area.create", UUID_NONE);
    const struct area_new same = {.id = id_of("y"), .code = STR("990401"), .name = STR("乙区")};
    ground_expect(&g, area_prepare_create(op, &same), RC_OK, NULL);
    ground_expect(&g, change_commit(op), RC_CONFLICT, "area_code_taken");
}

/* ---- the yearly lists ---- */

enum { ENTRIES_MAX = 400 };

struct list {
    struct area_entry entries[ENTRIES_MAX];
    size_t n;
};

static struct str slurp(const char *file)
{
    const char *shared = getenv("XIAOHAO_SHARED");
    char path[512];
    snprintf(path, sizeof path, "%s/data/1_divisions/%s", shared ? shared : "", file);
    FILE *f = shared ? fopen(path, "rb") : NULL;
    if (!f)
        return STR_NONE;
    size_t room = 4 << 20;
    char *p = arena_alloc(&g.arena, room);
    size_t n = fread(p, 1, room, f);
    fclose(f);
    struct str text = {p, n};
    return str_starts(text, STR("\xEF\xBB\xBF")) ? str_sub(text, 3, n - 3) : text;
}

static int column(const struct csv_row *head, const char *name)
{
    for (size_t i = 0; i < head->ncells; i++)
        if (str_is(head->cells[i], name))
            return (int)i;
    return -1;
}

/* Adds the rows of one district and day; `level` is the column with the kind, where the file has
 * one. */
static void add_rows(struct list *l, const char *file, const char *as_of, struct str district)
{
    struct csv_reader csv;
    struct csv_row row;
    bool more;
    csv_open(&csv, &g.arena, &g.fault, slurp(file), &(struct csv_options){.separator = ','});
    assert_int_equal(csv_next(&csv, &row, &more), RC_OK);
    int date = column(&row, "as_of"), code = column(&row, "code"), name = column(&row, "name");
    int kind = column(&row, "kind"), of = column(&row, "district_code");
    for (;;) {
        assert_int_equal(csv_next(&csv, &row, &more), RC_OK);
        if (!more)
            return;
        if (row.ncells == 0 || !str_eq(row.cells[of], district) ||
            (date >= 0 && !str_is(row.cells[date], as_of)))
            continue;
        assert_true(l->n < ENTRIES_MAX);
        l->entries[l->n++] =
            (struct area_entry){.code = str_copy(&g.arena, row.cells[code]),
                                .name = str_copy(&g.arena, row.cells[name]),
                                .kind = kind >= 0 ? str_copy(&g.arena, row.cells[kind]) : STR_NONE};
    }
}

/* The figures of ANSWERS.md, from the history that all the lists left behind. */
static const struct {
    const char *as_of;
    int64_t towns, villages, residents, farmers;
} answers[] = {
    {"2016-07-31", 11, 139, 55, 81}, {"2017-10-31", 11, 139, 55, 81},
    {"2018-10-31", 9, 140, 59, 81},  {"2019-10-31", 8, 141, 60, 81},
    {"2020-06-30", 8, 141, 60, 81},  {"2021-10-31", 8, 142, 61, 81},
    {"2022-10-31", 11, 142, 61, 81}, {"2023-06-30", 11, 144, 63, 81},
};
static void check_counts(struct str district)
{
    struct op *op;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct area_counts c;
        int64_t residents = 0, farmers = 0;
        op = ground_op(&g);
        assert_int_equal(area_count(op, day(answers[i].as_of), district, &c), RC_OK);
        for (size_t k = 0; k < c.nkinds; k++) {
            residents += str_is(c.kinds[k].kind, "居委会") ? c.kinds[k].count : 0;
            farmers += str_is(c.kinds[k].kind, "村委会") ? c.kinds[k].count : 0;
        }
        assert_int_equal(c.towns, answers[i].towns);
        assert_int_equal(c.villages, answers[i].villages);
        assert_int_equal(residents, answers[i].residents);
        assert_int_equal(farmers, answers[i].farmers);
    }
}

static void yearly_lists(void **state)
{
    (void)state;
    if (!slurp("towns_history_2016_2023.csv").p) {
        print_message("skipped: set XIAOHAO_SHARED to the folder with data/1_divisions\n");
        skip();
    }
    const struct str district = STR("350212");
    struct uuid root = id_of("350212");
    struct op *op = office("area.create", root);
    const struct area_new a = {.id = root,
                               .code = district,
                               .name = STR("同安区"),
                               .valid_from_ms = SOME(day("2016-01-01"))};
    ground_expect(&g, area_prepare_create(op, &a), RC_OK, NULL);
    ground_commit(&g);
    struct list *l = ARENA_NEW(&g.arena, struct list);
    struct area_diff d;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        bool last = i + 1 == sizeof answers / sizeof *answers;
        l->n = 0;
        add_rows(l, "towns_history_2016_2023.csv", answers[i].as_of, district);
        add_rows(l, last ? "villages_2023.csv" : "villages_history_2016_2022.csv", answers[i].as_of,
                 district);
        const struct area_snapshot s = {district, day(answers[i].as_of), l->entries, l->n};
        op = office("area.snapshot", root);
        ground_expect(&g, area_prepare_snapshot(op, &s, &d), RC_OK, NULL);
        ground_commit(&g);
        print_message("%s: %zu created, %zu renamed, %zu altered, %zu closed, %zu unchanged\n",
                      answers[i].as_of, d.created, d.renamed, d.altered, d.closed, d.unchanged);
        /* The same list again changes nothing. */
        op = office("area.snapshot", root);
        ground_expect(&g, area_prepare_snapshot(op, &s, &d), RC_OK, NULL);
        assert_int_equal(d.n, 0);
    }
    check_counts(district);
    /* An older list after a newer one is refused, not half applied. */
    l->n = 0;
    add_rows(l, "towns_history_2016_2023.csv", "2017-10-31", district);
    const struct area_snapshot old = {district, day("2017-10-31"), l->entries, l->n};
    op = office("area.snapshot", root);
    ground_expect(&g, area_prepare_snapshot(op, &old, &d), RC_CONFLICT, "snapshot_too_old");
}

/* ---- units ---- */

static void units(void **state)
{
    (void)state;
    struct unit u;
    bool found;
    struct uuid top = add_unit("A01", "住建局"), below = add_unit("A02", "物业科");
    struct op *op = office("unit.change", below);
    struct unit_change c = {.id = below,
                            .expected_version = SOME(1),
                            .set = UNIT_PARENT | UNIT_ORDER,
                            .to = {.parent_id = top, .order_no = 3}};
    ground_expect(&g, unit_prepare_change(op, &c), RC_OK, NULL);
    ground_commit(&g);
    op = office("unit.change", top);
    const struct unit_change circle = {.id = top, .set = UNIT_PARENT, .to = {.parent_id = below}};
    ground_expect(&g, unit_prepare_change(op, &circle), RC_INVALID, "parent_circle");
    op = office("unit.change", top);
    const struct unit_change close = {.id = top, .set = UNIT_CLOSED, .closed = true};
    ground_expect(&g, unit_prepare_change(op, &close), RC_CONFLICT, "unit_in_use");
    op = office("unit.change", top);
    const struct unit_change area = {
        .id = top, .set = UNIT_AREA, .to = {.area_code = STR("123456")}};
    ground_expect(&g, unit_prepare_change(op, &area), RC_INVALID, "area_unknown");
    op = office("unit.create", UUID_NONE);
    const struct unit_new same = {
        .id = id_of("z"), .code = STR("A01"), .name = STR("别的局"), .kind = STR("department")};
    ground_expect(&g, unit_prepare_create(op, &same), RC_OK, NULL);
    ground_expect(&g, change_commit(op), RC_CONFLICT, "unit_code_taken");
    op = ground_op(&g);
    assert_int_equal(unit_by_code(op, STR("A02"), &u, &found), RC_OK);
    assert_true(found && uuid_eq(u.parent_id, top) && u.order_no == 3 && u.version == 2);
    size_t n;
    assert_int_equal(unit_by_name(op, STR("住建局"), &u, &n), RC_OK);
    assert_int_equal(n, 1);
    struct unit_get_row *rows;
    struct unit_list_in in = {.hq = 1, .pattern = STR("%物业%"), .max_rows = 5};
    assert_int_equal(q_unit_list(&op->rd, &in, &rows, &n), RC_OK);
    assert_int_equal(n, 1);
}

/* ---- people ---- */

static void people_are_sealed(void **state)
{
    (void)state;
    struct person p;
    struct str phone;
    struct uuid unit = add_unit("P01", "城管局");
    struct uuid who = add_person("张小明", unit, "+86 138 0000 1234");
    struct op *op = ground_operator(&g);
    assert_int_equal(person_load(op, who, &p), RC_OK);
    assert_true(str_is(p.phone_masked, "138****1234"));
    assert_true(str_find(p.phone_sealed, STR("0000"), 0) < 0);
    ground_expect(&g, person_phone(op, &p, &phone), RC_OK, NULL);
    assert_true(str_is(phone, "+86 138 0000 1234"));
    op->actor.roles = ROLE_INSPECTOR;
    ground_expect(&g, person_phone(op, &p, &phone), RC_FORBIDDEN, "out_of_reach");
    op = office("person.change", who);
    const struct person_change bad = {.id = who, .set = PERSON_PHONE, .to = {.phone = STR("不详")}};
    ground_expect(&g, person_prepare_change(op, &bad), RC_INVALID, "phone");
    op = office("person.change", who);
    const struct person_change none = {.id = who, .set = PERSON_PHONE, .to = {.phone = STR_NONE}};
    ground_expect(&g, person_prepare_change(op, &none), RC_OK, NULL);
    assert_true(str_find(op->plan.command.detail, STR("\"phone\""), 0) > 0);
    ground_commit(&g);
    op = ground_op(&g);
    assert_int_equal(person_load(op, who, &p), RC_OK);
    assert_null(p.phone_masked.p);
    assert_null(p.phone_sealed.p);
    op = office("person.reveal", who);
    ground_expect(&g, person_prepare_reveal(op, who, STR("  ")), RC_INVALID, "required");
}

/* ---- duties ---- */

static void duties(void **state)
{
    (void)state;
    struct duty d;
    struct uuid unit = add_unit("Q01", "民政局"), area = add_area("990501", "丙区", "");
    struct uuid one = add_person("李一", unit, ""), two = add_person("王二", unit, "");
    struct op *op = office("duty.create", id_of("duty"));
    const struct duty_new n = {.id = id_of("duty"),
                               .kind = STR("leader"),
                               .person_id = one,
                               .place_kind = STR("area"),
                               .place_id = area};
    ground_expect(&g, duty_prepare_create(op, &n), RC_OK, NULL);
    ground_commit(&g);
    op = office("duty.create", UUID_NONE);
    struct duty_new twice = n;
    twice.id = id_of("duty again");
    ground_expect(&g, duty_prepare_create(op, &twice), RC_CONFLICT, "duty_overlaps");
    op = office("person.change", one);
    const struct person_change leave = {.id = one, .set = PERSON_LEFT, .left = true};
    ground_expect(&g, person_prepare_change(op, &leave), RC_CONFLICT, "person_has_duties");
    ground_pass(&g, DAY_MS);
    op = office("duty.hand_over", id_of("next"));
    const struct duty_hand_over h = {.id = n.id, .next_id = id_of("next"), .to_person_id = two};
    ground_expect(&g, duty_prepare_hand_over(op, &h), RC_OK, NULL);
    ground_commit(&g);
    op = ground_op(&g);
    assert_int_equal(duty_load(op, n.id, &d), RC_OK);
    assert_true(d.to_ms.has && d.to_ms.v == op->now && str_is(d.place_name, "丙区"));
    assert_int_equal(duty_load(op, h.next_id, &d), RC_OK);
    assert_true(uuid_eq(d.follows_id, n.id) && uuid_eq(d.person_id, two) && !d.to_ms.has);
    op = office("duty.hand_over", id_of("late"));
    const struct duty_hand_over late = {.id = n.id, .next_id = id_of("late"), .to_person_id = two};
    ground_expect(&g, duty_prepare_hand_over(op, &late), RC_CONFLICT, "duty_ended");
    op = office("person.change", one);
    ground_expect(&g, person_prepare_change(op, &leave), RC_OK, NULL);
    ground_commit(&g);
    op = office("duty.end", h.next_id);
    ground_expect(&g, duty_prepare_end(op, h.next_id), RC_OK, NULL);
    ground_commit(&g);
    struct duty_get_row *rows;
    size_t found;
    op = ground_op(&g);
    struct duty_list_in in = {
        .hq = 1, .place_id = area, .in_force_ms = SOME(op->now), .max_rows = 9};
    assert_int_equal(q_duty_list(&op->rd, &in, &rows, &found), RC_OK);
    assert_int_equal(found, 0);
    op = office("duty.create", UUID_NONE);
    twice.person_id = one;
    ground_expect(&g, duty_prepare_create(op, &twice), RC_INVALID, "person_missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(queries_fit, begin, end),
        cmocka_unit_test_setup_teardown(headquarters_once, begin, end),
        cmocka_unit_test_setup_teardown(areas_through_time, begin, end),
        cmocka_unit_test_setup_teardown(areas_refused, begin, end),
        cmocka_unit_test_setup_teardown(yearly_lists, begin, end),
        cmocka_unit_test_setup_teardown(units, begin, end),
        cmocka_unit_test_setup_teardown(people_are_sealed, begin, end),
        cmocka_unit_test_setup_teardown(duties, begin, end),
    };
    return GROUND_RUN(tests);
}
