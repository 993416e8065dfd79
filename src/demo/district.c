/* district.c - the invented district: towns and communities, units, people with their roles and accounts. */
#include "demo/internal.h"

#include "auth/account.h"
#include "auth/password.h"
#include "org/org.h"

#include <stdio.h>

static enum rc add_area(struct demo *d, struct demo_area *a, const char *kind, int64_t order_no)
{
    struct area_new in = {.id = a->id, .code = str_of(a->code), .kind = kind ? str_of(kind) : STR_NONE,
                          .name = str_of(a->name), .order_no = order_no, .valid_from_ms = SOME(d->start_ms)};
    RETURN_IF(demo_begin(d, d->start_ms, NULL, "area.create", "area", str_of(a->code)));
    a->id = d->p->op.plan.command.id;
    in.id = a->id;
    RETURN_IF(area_prepare_create(&d->p->op, &in));
    d->n->areas++;
    return change_commit(&d->p->op);
}

static enum rc add_villages(struct demo *d, int town, const struct demo_list *names)
{
    for (int i = 0; i < 9 && d->nvillages < (int)names->n; i++) {
        struct demo_area *v = &d->villages[d->nvillages];
        bool rural = strncmp(d->towns[town].code + 6, "1", 1) == 0 && i >= 3;
        char code[24];
        snprintf(code, sizeof code, "%.9s%03d", d->towns[town].code, (rural ? 201 + i : 1 + i) % 1000);
        memcpy(v->code, code, sizeof code);
        snprintf(v->name, sizeof v->name, "%.*s%s", STR_ARG(names->lines[d->nvillages]), rural ? "村" : "社区");
        RETURN_IF(add_area(d, v, rural ? "村委会" : "居委会", d->nvillages + 1));
        d->nvillages++;
    }
    return RC_OK;
}

static enum rc add_areas(struct demo *d)
{
    struct demo_list towns, villages;
    struct demo_area district = {.code = "990101", .name = "澄岚区（演示）"};
    char kind[32];
    RETURN_IF(demo_list(d, "towns", &towns));
    RETURN_IF(demo_list(d, "communities", &villages));
    RETURN_IF(add_area(d, &district, "市辖区", 1));
    for (size_t i = 0; i < towns.n && d->ntowns < TOWNS_MAX; i++) {
        struct demo_area *t = &d->towns[d->ntowns];
        demo_field(towns.lines[i], 0, t->name, sizeof t->name);
        demo_field(towns.lines[i], 1, kind, sizeof kind);
        snprintf(t->code, sizeof t->code, "990101%03d", (strcmp(kind, "镇") == 0 ? 101 : 1) + d->ntowns);
        RETURN_IF(add_area(d, t, kind, d->ntowns + 1));
        RETURN_IF(add_villages(d, d->ntowns++, &villages));
    }
    return RC_OK;
}

static enum rc add_unit(struct demo *d, struct demo_unit *u, const char *short_name, const char *kind, const char *area)
{
    struct unit_new in = {.code = str_of(u->code), .name = str_of(u->name), .short_name = str_of(short_name),
                          .kind = str_of(kind), .area_code = area ? str_of(area) : STR_NONE, .order_no = d->nunits + 1};
    RETURN_IF(demo_begin(d, d->start_ms, NULL, "unit.create", "unit", str_of(u->code)));
    u->id = in.id = d->p->op.plan.command.id;
    RETURN_IF(unit_prepare_create(&d->p->op, &in));
    d->n->units++;
    return change_commit(&d->p->op);
}

static enum rc add_units(struct demo *d)
{
    struct demo_list list;
    char short_name[48], kind[24];
    RETURN_IF(demo_list(d, "units", &list));
    for (size_t i = 0; i < list.n; i++) {
        struct demo_unit *u = &d->units[d->nunits];
        demo_field(list.lines[i], 0, u->code, sizeof u->code);
        demo_field(list.lines[i], 1, u->name, sizeof u->name);
        demo_field(list.lines[i], 2, short_name, sizeof short_name);
        demo_field(list.lines[i], 3, kind, sizeof kind);
        RETURN_IF(add_unit(d, u, short_name, kind, NULL));
        d->nunits++;
    }
    for (int t = 0; t < d->ntowns; t++) {
        struct demo_unit *u = &d->units[d->nunits];
        u->territory = true;
        snprintf(u->code, sizeof u->code, "T%02d", t + 1);
        bool town = d->towns[t].code[6] == '1';
        snprintf(u->name, sizeof u->name, "%s%s", d->towns[t].name, town ? "人民政府" : "办事处");
        RETURN_IF(add_unit(d, u, d->towns[t].name, "territory", d->towns[t].code));
        d->nunits++;
    }
    return RC_OK;
}

/* A person of the cast: where, as what, with which rights. */
struct part {
    const char *unit;
    const char *title;
    const char *login;
    const char *role;
    const char *grants;     /* ',' between */
    const char *area_code;  /* for those of an area */
};

static struct demo_unit *unit_of(struct demo *d, const char *code)
{
    for (int i = 0; i < d->nunits; i++)
        if (strcmp(d->units[i].code, code) == 0)
            return &d->units[i];
    if (strcmp(d->community.code, code) == 0)
        return &d->community;
    return &d->units[0];
}

static enum rc grant(struct demo *d, struct uuid person, const char *role, const char *area_code)
{
    struct actor operator = auth_operator();
    char name[80];
    char hex[UUID_TEXT];
    uuid_format(person, hex);
    snprintf(name, sizeof name, "%.36s %s", hex, role);
    RETURN_IF(demo_begin(d, d->start_ms, &operator, "role.grant", "person", str_of(name)));
    struct command c = d->p->op.plan.command;
    struct role_grant g = {.id = c.id, .person_id = person, .role = str_of(role),
                           .area_code = area_code ? str_of(area_code) : STR_NONE, .from_ms = d->start_ms};
    RETURN_IF(role_grant_new(&d->p->op, &c, &g));
    return change_commit(&d->p->op);
}

/* A login with a random password, written down once. */
static enum rc open_account(struct demo *d, struct uuid person, const struct part *part, const char *name)
{
    struct account_install in = {.person_id = person, .login = str_of(part->login)};
    RETURN_IF(demo_begin(d, d->start_ms, NULL, "account.install", "account", str_of(part->login)));
    struct command c = d->p->op.plan.command;
    struct str password = password_random(&d->p->arena);
    RETURN_IF(password_hash(&d->p->arena, &d->p->fault, PASSWORD_GENERATED, password, &in.hash));
    RETURN_IF(account_install(&d->p->op, &c, &in));
    fprintf(d->accounts, "%-12s %-22.*s %s  %s %s%s%s\n", part->login, STR_ARG(password), name, part->title, part->role,
            part->grants ? " +" : "", part->grants ? part->grants : "");
    d->n->accounts++;
    return change_commit(&d->p->op);
}

static enum rc grant_all(struct demo *d, struct uuid person, const struct part *part)
{
    struct str rest = part->grants ? str_of(part->grants) : STR_NONE, one;
    char name[24];
    RETURN_IF(grant(d, person, part->role, part->area_code));
    while (str_next(&rest, ',', &one)) {
        snprintf(name, sizeof name, "%.*s", STR_ARG(one));
        RETURN_IF(grant(d, person, name, NULL));
    }
    return RC_OK;
}

static enum rc cast(struct demo *d, const struct demo_list *names, const struct part *part, struct uuid *id,
                    struct actor *actor)
{
    struct demo_unit *u = unit_of(d, part->unit);
    char name[48], phone[16], key[16];
    snprintf(key, sizeof key, "P%03d", d->next_person);
    snprintf(name, sizeof name, "%.*s", STR_ARG(names->lines[(size_t)d->next_person % names->n]));
    /* 199 0000 …: reserved for the invented. */
    snprintf(phone, sizeof phone, "1990000%04d", d->next_person);
    RETURN_IF(demo_begin(d, d->start_ms, NULL, "person.create", "person", str_of(key)));
    *id = d->p->op.plan.command.id;
    struct person_new in = {.id = *id, .unit_id = u->id, .name = str_of(name), .title = str_of(part->title),
                            .phone = str_of(phone), .order_no = ++d->next_person};
    RETURN_IF(person_prepare_create(&d->p->op, &in));
    RETURN_IF(change_commit(&d->p->op));
    d->n->people++;
    if (!part->login)
        return RC_OK;
    RETURN_IF(open_account(d, *id, part, name));
    RETURN_IF(grant_all(d, *id, part));
    process_next(d->p);
    RETURN_IF(auth_actor_of_person(&d->p->op, *id, actor));
    /* What the actor points at must outlive the operation. */
    actor->name = str_copy(&d->kept, actor->name);
    actor->area_code = str_copy(&d->kept, actor->area_code);
    return RC_OK;
}

static enum rc cast_office(struct demo *d, const struct demo_list *names)
{
    static const struct part leaders[] = {
        {"CJB", "总指挥", "zongzhihui", "commander", NULL, NULL},
        {"WMB", "包保领导", "lingdao", "leader", NULL, "990101001"},
        {"JJW", "联合督查员", "jiwei", "joint_inspector", NULL, NULL},
        {"XNB", "联合督查员", "xiaoneng", "joint_inspector", NULL, NULL},
        {"SJZ", "文明实践站站长", "zhanzhang", "station_manager", NULL, NULL},
        {"CJB", "系统管理员", "xitong", "system_admin", NULL, NULL},
        {"CJB", "安全管理员", "anquan", "security_admin", NULL, NULL},
        {"CJB", "审计管理员", "shenji", "audit_admin", NULL, NULL},
    };
    static const struct part office[OFFICE] = {
        {"CJB", "创建办主任", "zhuren", "office", "verify,register,dispatch,recheck,strike", NULL},
        {"CJB", "受理岗", "shouli", "office", "verify,register", NULL},
        {"CJB", "交办岗", "jiaoban", "office", "dispatch", NULL},
        {"CJB", "复核岗", "fuhe", "office", "recheck", NULL},
        {"CJB", "销号岗", "xiaohao", "office", "recheck,strike", NULL},
    };
    struct uuid id;
    struct actor ignored;
    for (size_t i = 0; i < sizeof leaders / sizeof *leaders; i++)
        RETURN_IF(cast(d, names, &leaders[i], &id, i == 0 ? &d->commander : &ignored));
    for (size_t i = 0; i < OFFICE; i++)
        RETURN_IF(cast(d, names, &office[i], &id, &d->office[i]));
    return RC_OK;
}

static enum rc cast_field(struct demo *d, const struct demo_list *names)
{
    char login[24];
    struct uuid id;
    for (int i = 0; i < INSPECTORS; i++) {
        snprintf(login, sizeof login, "ducha%02d", i + 1);
        struct part p = {"CJB", "督查员", login, "inspector", NULL, NULL};
        RETURN_IF(cast(d, names, &p, &id, &d->inspectors[i]));
    }
    for (int t = 0; t < d->ntowns; t++) {
        char unit[16];
        snprintf(unit, sizeof unit, "T%02d", t + 1);
        snprintf(login, sizeof login, "wangge%02d", t + 1);
        struct part p = {unit, "网格员", login, "grid_worker", NULL, d->towns[t].code};
        RETURN_IF(cast(d, names, &p, &id, &d->grid[t]));
    }
    return RC_OK;
}

static enum rc cast_units(struct demo *d, const struct demo_list *names)
{
    char login[24];
    struct uuid id;
    for (int i = 0; i < d->nunits; i++) {
        struct demo_unit *u = &d->units[i];
        struct part head = {u->code, u->territory ? "主要负责人" : "分管领导", NULL, NULL, NULL, NULL};
        struct part staff = {u->code, "经办人", NULL, NULL, NULL, NULL};
        RETURN_IF(cast(d, names, &head, &id, NULL));
        RETURN_IF(cast(d, names, &staff, &id, NULL));
        snprintf(login, sizeof login, "%s", u->code);
        for (char *c = login; *c; c++)
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c - 'A' + 'a');
        struct part contact = {u->code, "联络员", login, "unit_contact", NULL, NULL};
        RETURN_IF(cast(d, names, &contact, &u->contact, &u->actor));
    }
    return RC_OK;
}

/* One community with people of its own, so that a case can be handed on to it. */
static enum rc cast_community(struct demo *d, const struct demo_list *names)
{
    struct demo_unit *u = &d->community;
    struct part contact = {NULL, "联络员", "c001", "unit_contact", NULL, NULL};
    *u = (struct demo_unit){.code = "C001", .territory = true};
    snprintf(u->name, sizeof u->name, "%.60s居民委员会", d->villages[0].name);
    RETURN_IF(add_unit(d, u, d->villages[0].name, "territory", d->villages[0].code));
    contact.unit = u->code;
    return cast(d, names, &contact, &u->contact, &u->actor);
}

enum rc demo_district(struct demo *d)
{
    struct demo_list names;
    fprintf(d->accounts, "# 演示账户：登录名 口令 姓名 职务 角色（全部虚构）/ demonstration accounts: login password name title role\n");
    RETURN_IF(add_areas(d));
    RETURN_IF(add_units(d));
    RETURN_IF(demo_list(d, "people", &names));
    RETURN_IF(cast_office(d, &names));
    RETURN_IF(cast_field(d, &names));
    RETURN_IF(cast_units(d, &names));
    return cast_community(d, &names);
}
