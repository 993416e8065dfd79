/*
 * policy.c - see policy.h: the table of who may do what, and the one function that reads it. Pure.
 *
 * A line of the table lets holders of any of `roles` (and, where `grants` is set, of any of those
 * grants as well) do `action` as far as `reach`. Lines add up; what no line allows is refused.
 * Three administrators (三员分立) keep accounts, rights and the journal apart from one another and
 * from all content.
 */
#include "auth/policy.h"

enum reach {
    REACH_OWN = 1,  /* records of one's own */
    REACH_UNIT = 2, /* what is with one's unit */
    REACH_AREA = 4, /* what lies in one's area */
    REACH_ALL = 8,
    REACH_OPEN = 16, /* everything but what is held back of covert rounds */
};

enum {
    ROLES_ADMIN = ROLE_SYSTEM_ADMIN | ROLE_SECURITY_ADMIN | ROLE_AUDIT_ADMIN,
    ROLES_INSPECTORS = ROLE_INSPECTOR | ROLE_JOINT_INSPECTOR,
    ROLES_UNIT = ROLE_UNIT_CONTACT | ROLE_STATION_MANAGER,
    ROLES_DESK = ROLE_COMMANDER | ROLE_OFFICE,
    ROLES_CONTENT = ROLES_DESK | ROLES_INSPECTORS | ROLES_UNIT | ROLE_GRID_WORKER | ROLE_LEADER,
    ROLES_CHECKERS = ROLE_OFFICE | ROLES_INSPECTORS,
    GRANTS_CHECK = GRANT_RECHECK | GRANT_STRIKE,
};

struct rule {
    enum action action;
    uint32_t roles;
    uint32_t grants; /* 0: none needed */
    unsigned reach;
};

static const struct rule rules[] = {
    {ACT_ORG_READ, ROLES_CONTENT | ROLES_ADMIN, 0, REACH_ALL},
    {ACT_ORG_WRITE, ROLE_OFFICE, 0, REACH_ALL},
    /* The system administrator enters the people accounts are made for; units and areas are the
       office's. */
    {ACT_PERSON_WRITE, ROLE_OFFICE | ROLE_SYSTEM_ADMIN, 0, REACH_ALL},
    {ACT_PERSON_UNMASK, ROLES_DESK, 0, REACH_ALL},
    {ACT_PERSON_UNMASK, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_PERSON_UNMASK, ROLES_CONTENT, 0, REACH_OWN},
    {ACT_ACCOUNT_WRITE, ROLE_SYSTEM_ADMIN, 0, REACH_ALL},
    {ACT_ROLE_GRANT, ROLE_SECURITY_ADMIN, 0, REACH_ALL},

    {ACT_STANDARD_READ, ROLES_CONTENT, 0, REACH_ALL},
    {ACT_STANDARD_WRITE, ROLE_OFFICE, 0, REACH_ALL},

    {ACT_SITE_READ, ROLES_DESK | ROLES_INSPECTORS, 0, REACH_ALL},
    {ACT_SITE_READ, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_SITE_READ, ROLE_GRID_WORKER | ROLE_LEADER, 0, REACH_AREA | REACH_UNIT},
    {ACT_SITE_WRITE, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_IMPORT, ROLE_OFFICE, 0, REACH_ALL},

    {ACT_PHOTO_UPLOAD, ROLES_CHECKERS | ROLES_UNIT | ROLE_GRID_WORKER, 0, REACH_ALL},
    /* A photograph is asked for by its SHA-256, which only records one may read give away. */
    {ACT_PHOTO_READ, ROLES_CONTENT, 0, REACH_ALL},

    {ACT_INSPECT, ROLES_INSPECTORS, 0, REACH_ALL},
    {ACT_INSPECT, ROLES_UNIT, 0, REACH_UNIT}, /* self-checks */
    {ACT_INSPECT_OFFICIAL, ROLES_INSPECTORS, 0, REACH_ALL},
    {ACT_INSPECT_ASSIGNED, ROLES_INSPECTORS | ROLES_UNIT, 0, REACH_ALL},
    {ACT_INSPECTION_READ, ROLES_DESK, 0, REACH_ALL},
    {ACT_INSPECTION_READ, ROLES_INSPECTORS | ROLES_UNIT, 0, REACH_OWN},
    /* Official visits to one's own places, once nothing of them is held; no inspector is named. */
    {ACT_INSPECTION_READ, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_INSPECTION_READ, ROLE_GRID_WORKER | ROLE_LEADER, 0, REACH_AREA | REACH_UNIT},
    {ACT_INSPECTION_JUDGE, ROLE_OFFICE, 0, REACH_ALL},

    {ACT_PROBLEM_READ, ROLES_DESK, 0, REACH_ALL},
    {ACT_PROBLEM_READ, ROLES_INSPECTORS, GRANTS_CHECK, REACH_OPEN},
    {ACT_PROBLEM_READ, ROLES_INSPECTORS, 0, REACH_OWN},
    {ACT_PROBLEM_READ, ROLES_UNIT, 0, REACH_UNIT | REACH_OWN},
    {ACT_PROBLEM_READ, ROLE_GRID_WORKER, 0, REACH_AREA | REACH_UNIT | REACH_OWN},
    {ACT_PROBLEM_READ, ROLE_LEADER, 0, REACH_AREA | REACH_UNIT},
    {ACT_PROBLEM_REPORT, ROLES_CHECKERS, 0, REACH_ALL},
    {ACT_PROBLEM_REPORT, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_PROBLEM_REPORT, ROLE_GRID_WORKER, 0, REACH_AREA | REACH_UNIT},
    {ACT_PROBLEM_VERIFY, ROLE_OFFICE, GRANT_VERIFY, REACH_ALL},
    {ACT_PROBLEM_REGISTER, ROLE_OFFICE, GRANT_REGISTER, REACH_ALL},
    {ACT_PROBLEM_DISPATCH, ROLE_OFFICE, GRANT_DISPATCH, REACH_ALL},
    {ACT_PROBLEM_ACCEPT, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_PROBLEM_RECTIFY, ROLES_UNIT | ROLE_GRID_WORKER, 0, REACH_UNIT},
    {ACT_PROBLEM_RECHECK, ROLES_CHECKERS, GRANT_RECHECK, REACH_ALL},
    {ACT_PROBLEM_STRIKE, ROLES_CHECKERS, GRANT_STRIKE, REACH_ALL},

    /* Inspectors see no totals: what they give next must not follow what was given before. */
    {ACT_SCORE_READ, ROLES_DESK, 0, REACH_ALL},
    {ACT_SCORE_READ, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_SCORE_READ, ROLE_LEADER, 0, REACH_AREA | REACH_UNIT},
    {ACT_JOURNAL_READ, ROLE_AUDIT_ADMIN, 0, REACH_ALL},
    {ACT_EVENTS, ROLES_CONTENT, 0, REACH_ALL},
    {ACT_OVERVIEW, ROLES_DESK, 0, REACH_ALL},
    {ACT_OVERVIEW, ROLES_INSPECTORS, 0, REACH_OWN},
    {ACT_OVERVIEW, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_OVERVIEW, ROLE_GRID_WORKER | ROLE_LEADER, 0, REACH_AREA | REACH_UNIT},

    {ACT_ROUND_READ, ROLES_DESK, 0, REACH_ALL},
    {ACT_ROUND_READ, ROLES_INSPECTORS, 0, REACH_OWN},
    {ACT_ROUND_READ, ROLES_UNIT | ROLE_GRID_WORKER | ROLE_LEADER, 0, REACH_UNIT},
    {ACT_ROUND_WRITE, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_ROUND_PUBLISH, ROLES_DESK, 0, REACH_ALL},
    /* Who is inspected must not learn when a place was last looked at. */
    {ACT_COVERAGE_READ, ROLES_DESK, 0, REACH_ALL},

    {ACT_LIMIT_READ, ROLES_CONTENT, 0, REACH_ALL},
    {ACT_LIMIT_WRITE, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_MATRIX_READ, ROLES_CONTENT, 0, REACH_ALL},
    {ACT_MATRIX_WRITE, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_KIND_READ, ROLES_CONTENT, 0, REACH_ALL},
    {ACT_KIND_WRITE, ROLE_OFFICE, 0, REACH_ALL},

    {ACT_FACILITY_READ, ROLES_DESK | ROLES_INSPECTORS, 0, REACH_ALL},
    {ACT_FACILITY_READ, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_FACILITY_READ, ROLE_GRID_WORKER | ROLE_LEADER, 0, REACH_AREA | REACH_UNIT},
    {ACT_FACILITY_WRITE, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_FACILITY_WRITE, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_FACILITY_WRITE, ROLE_GRID_WORKER, 0, REACH_AREA | REACH_UNIT},
    {ACT_FACILITY_CHECK, ROLE_OFFICE | ROLES_INSPECTORS, 0, REACH_ALL},
    {ACT_FACILITY_CHECK, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_FACILITY_CHECK, ROLE_GRID_WORKER, 0, REACH_AREA | REACH_UNIT},
    {ACT_EDITION_WRITE, ROLE_OFFICE, 0, REACH_ALL},

    {ACT_PROBLEM_MERGE, ROLE_OFFICE, GRANT_REGISTER | GRANT_DISPATCH, REACH_ALL},
    {ACT_PROBLEM_SETTLE, ROLE_COMMANDER, 0, REACH_ALL},
    {ACT_PROBLEM_HAND_ON, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_PROBLEM_ASK, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_PROBLEM_GRANT, ROLE_OFFICE, GRANT_DISPATCH, REACH_ALL},
    {ACT_PROBLEM_GRANT_SECOND, ROLE_COMMANDER, 0, REACH_ALL},
    {ACT_PROBLEM_STOP, ROLE_OFFICE, GRANT_DISPATCH, REACH_ALL},

    {ACT_LOOKBACK_READ, ROLES_DESK, 0, REACH_ALL},
    {ACT_LOOKBACK_READ, ROLES_INSPECTORS, 0, REACH_OWN},
    {ACT_LOOKBACK_PLAN, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_LOOKBACK_JUDGE, ROLES_CHECKERS, 0, REACH_ALL},
    {ACT_ALIKE_READ, ROLES_DESK, 0, REACH_ALL},
    {ACT_ALIKE_READ, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_ALIKE_START, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_ALIKE_ANSWER, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_WORKS_READ, ROLES_DESK, 0, REACH_ALL},
    {ACT_WORKS_READ, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_WORKS_WRITE, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_WORKS_WRITE, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_CONSEQUENCE_READ, ROLES_DESK, 0, REACH_ALL},
    {ACT_CONSEQUENCE_READ, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_CONSEQUENCE_RULE, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_CONSEQUENCE_PROPOSE, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_CONSEQUENCE_APPROVE, ROLE_COMMANDER, 0, REACH_ALL},
    {ACT_DOUBT_READ, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_DOUBT_READ, ROLES_INSPECTORS, GRANTS_CHECK, REACH_ALL},
    {ACT_DOUBT_JUDGE, ROLES_CHECKERS, GRANTS_CHECK, REACH_ALL},

    {ACT_EXPORT, ROLES_DESK, 0, REACH_ALL},
    {ACT_EXPORT, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_INDICATOR_READ, ROLES_DESK, 0, REACH_ALL},
    {ACT_INDICATOR_READ, ROLES_UNIT, 0, REACH_UNIT},
    {ACT_INDICATOR_READ, ROLE_LEADER, 0, REACH_AREA | REACH_UNIT},
    {ACT_PERIOD_CLOSE, ROLE_COMMANDER, 0, REACH_ALL},
    {ACT_NOTICE_WRITE, ROLE_SYSTEM_ADMIN, 0, REACH_ALL},
    {ACT_REPLY_LINK, ROLE_OFFICE, 0, REACH_ALL},
    {ACT_REPLY_LINK, ROLES_UNIT, 0, REACH_UNIT},
};

enum { RULES = sizeof rules / sizeof *rules };

static bool rule_is_for(const struct rule *r, const struct actor *actor, enum action action)
{
    return r->action == action && (r->roles & actor->roles) &&
           (r->grants == 0 || (r->grants & actor->grants));
}

/* As far as all lines together let this actor go; 0: not at all. */
static unsigned reach_of(const struct actor *actor, enum action action)
{
    unsigned reach = 0;
    for (size_t i = 0; i < RULES; i++)
        if (rule_is_for(&rules[i], actor, action))
            reach |= rules[i].reach;
    return reach;
}

bool policy_may(const struct actor *actor, enum action action)
{
    if (action == ACT_NONE)
        return true;
    if (action == ACT_SELF)
        return !uuid_is_none(actor->person_id);
    return reach_of(actor, action) != 0;
}

/* A field that is absent is never "one's own". */
static bool same(struct uuid a, struct uuid b)
{
    return !uuid_is_none(a) && uuid_eq(a, b);
}

static bool reaches(unsigned reach, const struct actor *actor, const struct subject *s)
{
    if ((reach & REACH_ALL) || ((reach & REACH_OPEN) && !s->held))
        return true;
    if ((reach & REACH_AREA) && !s->held && !str_empty(actor->area_code) &&
        str_starts(s->area_code, actor->area_code))
        return true;
    if ((reach & REACH_UNIT) && !s->held &&
        (same(actor->unit_id, s->unit_id) || same(actor->unit_id, s->handler_unit_id)))
        return true;
    return (reach & REACH_OWN) && same(actor->person_id, s->owner_id);
}

/* Who rectifies is never who re-checks, by person and by unit at that time. */
static enum rc check_independence(struct fault *f, const struct actor *actor,
                                  const struct subject *s)
{
    if (same(actor->person_id, s->rectifier_id))
        return fail(f, RC_FORBIDDEN, "recheck_self", "整改人不得复核自己整改的问题",
                    "Who rectified a problem may not re-check it");
    if (same(actor->unit_id, s->rectifier_unit_id))
        return fail(f, RC_FORBIDDEN, "recheck_own_unit", "不得复核本单位整改的问题",
                    "A problem may not be re-checked by the unit that rectified it");
    return RC_OK;
}

enum rc policy_check(struct fault *f, const struct actor *actor, enum action action,
                     const struct subject *subject)
{
    static const struct subject nothing;
    const struct subject *s = subject ? subject : &nothing;
    if (!policy_may(actor, action))
        return fail(f, RC_FORBIDDEN, "not_allowed", "您没有进行此项操作的权限",
                    "You are not allowed to do this");
    if (action == ACT_NONE || action == ACT_SELF)
        return RC_OK;
    if (action == ACT_ROLE_GRANT && same(actor->person_id, s->owner_id))
        return fail(f, RC_FORBIDDEN, "grant_to_self", "不得为自己授予或收回权限",
                    "Nobody grants rights to, or withdraws them from, themselves");
    /* Whom it was handed on to reads it and mends it; all else stays with the unit that answers for it. */
    struct subject held_by = *s;
    if (action != ACT_PROBLEM_READ && action != ACT_PROBLEM_RECTIFY)
        held_by.handler_unit_id = UUID_NONE;
    if (!reaches(reach_of(actor, action), actor, &held_by))
        return fail(f, RC_FORBIDDEN, "out_of_reach", "此项记录不在您的权限范围内",
                    "This record is outside what you may act on");
    if (action == ACT_LOOKBACK_JUDGE && same(actor->person_id, s->striker_id))
        return fail(f, RC_FORBIDDEN, "lookback_self", "销号人不得对本人销号的问题“回头看”",
                    "Who struck a problem off may not look back on it");
    if (action == ACT_PROBLEM_RECHECK || action == ACT_PROBLEM_STRIKE || action == ACT_LOOKBACK_JUDGE ||
        action == ACT_DOUBT_JUDGE)
        return check_independence(f, actor, s);
    return RC_OK;
}

struct scope policy_scope(const struct actor *actor, enum action action)
{
    struct scope sc = {0};
    unsigned reach = reach_of(actor, action);
    if (action == ACT_NONE || (reach & REACH_ALL)) {
        sc.all = true;
        return sc;
    }
    if (action == ACT_SELF)
        reach = REACH_OWN;
    sc.open = (reach & REACH_OPEN) != 0;
    if (reach & REACH_UNIT)
        sc.unit_id = actor->unit_id;
    if ((reach & REACH_AREA) && !str_empty(actor->area_code))
        sc.area_code = actor->area_code;
    if (reach & REACH_OWN)
        sc.person_id = actor->person_id;
    sc.none = !sc.open && uuid_is_none(sc.unit_id) && !sc.area_code.p && uuid_is_none(sc.person_id);
    return sc;
}

bool policy_roles_clash(uint32_t roles)
{
    uint32_t admin = roles & ROLES_ADMIN;
    bool several = (admin & (admin - 1)) != 0;
    return several || (admin && (roles & ROLES_CONTENT));
}

/* ---- names ---- */

/* In the order of the bits of enum role. */
static const char *const role_names[] = {
    "commander",    "office",         "inspector",   "joint_inspector",
    "unit_contact", "grid_worker",    "leader",      "station_manager",
    "system_admin", "security_admin", "audit_admin", NULL,
};

static const char *const grant_names[] = {"verify",  "register", "dispatch",
                                          "recheck", "strike",   NULL};

static const char *const action_names[ACT_COUNT_] = {
    [ACT_NONE] = "none",
    [ACT_SELF] = "self",
    [ACT_ORG_READ] = "org.read",
    [ACT_ORG_WRITE] = "org.write",
    [ACT_PERSON_WRITE] = "person.write",
    [ACT_PERSON_UNMASK] = "person.unmask",
    [ACT_ACCOUNT_WRITE] = "account.write",
    [ACT_ROLE_GRANT] = "role.grant",
    [ACT_STANDARD_READ] = "standard.read",
    [ACT_STANDARD_WRITE] = "standard.write",
    [ACT_SITE_READ] = "site.read",
    [ACT_SITE_WRITE] = "site.write",
    [ACT_IMPORT] = "import",
    [ACT_PHOTO_UPLOAD] = "photo.upload",
    [ACT_PHOTO_READ] = "photo.read",
    [ACT_INSPECT] = "inspect",
    [ACT_INSPECT_OFFICIAL] = "inspect.official",
    [ACT_INSPECT_ASSIGNED] = "inspect.assigned",
    [ACT_INSPECTION_READ] = "inspection.read",
    [ACT_INSPECTION_JUDGE] = "inspection.judge",
    [ACT_PROBLEM_READ] = "problem.read",
    [ACT_PROBLEM_REPORT] = "problem.report",
    [ACT_PROBLEM_VERIFY] = "problem.verify",
    [ACT_PROBLEM_REGISTER] = "problem.register",
    [ACT_PROBLEM_DISPATCH] = "problem.dispatch",
    [ACT_PROBLEM_ACCEPT] = "problem.accept",
    [ACT_PROBLEM_RECTIFY] = "problem.rectify",
    [ACT_PROBLEM_RECHECK] = "problem.recheck",
    [ACT_PROBLEM_STRIKE] = "problem.strike",
    [ACT_SCORE_READ] = "score.read",
    [ACT_JOURNAL_READ] = "journal.read",
    [ACT_EVENTS] = "events",
    [ACT_OVERVIEW] = "overview",
    [ACT_ROUND_READ] = "round.read",
    [ACT_ROUND_WRITE] = "round.write",
    [ACT_ROUND_PUBLISH] = "round.publish",
    [ACT_COVERAGE_READ] = "coverage.read",
    [ACT_LIMIT_READ] = "limit.read",
    [ACT_LIMIT_WRITE] = "limit.write",
    [ACT_MATRIX_READ] = "matrix.read",
    [ACT_MATRIX_WRITE] = "matrix.write",
    [ACT_FACILITY_READ] = "facility.read",
    [ACT_FACILITY_WRITE] = "facility.write",
    [ACT_FACILITY_CHECK] = "facility.check",
    [ACT_EDITION_WRITE] = "edition.write",
    [ACT_PROBLEM_MERGE] = "problem.merge",
    [ACT_PROBLEM_SETTLE] = "problem.settle",
    [ACT_PROBLEM_HAND_ON] = "problem.hand_on",
    [ACT_PROBLEM_ASK] = "problem.ask",
    [ACT_PROBLEM_GRANT] = "problem.grant",
    [ACT_PROBLEM_GRANT_SECOND] = "problem.grant_second",
    [ACT_PROBLEM_STOP] = "problem.stop",
    [ACT_KIND_READ] = "kind.read",
    [ACT_KIND_WRITE] = "kind.write",
    [ACT_LOOKBACK_READ] = "lookback.read",
    [ACT_LOOKBACK_PLAN] = "lookback.plan",
    [ACT_LOOKBACK_JUDGE] = "lookback.judge",
    [ACT_ALIKE_READ] = "alike.read",
    [ACT_ALIKE_START] = "alike.start",
    [ACT_ALIKE_ANSWER] = "alike.answer",
    [ACT_WORKS_READ] = "works.read",
    [ACT_WORKS_WRITE] = "works.write",
    [ACT_CONSEQUENCE_READ] = "consequence.read",
    [ACT_CONSEQUENCE_RULE] = "consequence.rule",
    [ACT_CONSEQUENCE_PROPOSE] = "consequence.propose",
    [ACT_CONSEQUENCE_APPROVE] = "consequence.approve",
    [ACT_DOUBT_READ] = "doubt.read",
    [ACT_DOUBT_JUDGE] = "doubt.judge",
    [ACT_EXPORT] = "export",
    [ACT_INDICATOR_READ] = "indicator.read",
    [ACT_PERIOD_CLOSE] = "period.close",
    [ACT_NOTICE_WRITE] = "notice.write",
    [ACT_REPLY_LINK] = "reply.link",
};

static uint32_t bit_by_name(const char *const *names, struct str name)
{
    for (int i = 0; names[i]; i++)
        if (str_is(name, names[i]))
            return 1u << i;
    return 0;
}

static const char *name_at(const char *const *names, size_t n, int index)
{
    return index >= 0 && (size_t)index < n ? names[index] : NULL;
}

uint32_t policy_role_by_name(struct str name)
{
    return bit_by_name(role_names, name);
}

uint32_t policy_grant_by_name(struct str name)
{
    return bit_by_name(grant_names, name);
}

const char *policy_role_name(int index)
{
    return name_at(role_names, sizeof role_names / sizeof *role_names, index);
}

const char *policy_grant_name(int index)
{
    return name_at(grant_names, sizeof grant_names / sizeof *grant_names, index);
}

const char *policy_action_name(enum action action)
{
    return name_at(action_names, ACT_COUNT_, (int)action);
}
