/*
 * policy.h - permission, asked in one place: one pure function over (actor, action, flat subject).
 *
 * The table in policy.c says per action which roles and grants may do it and how far (everywhere,
 * own area, own unit, own records). Routes name their action; rooms ask again with the subject;
 * lists are cut by policy_scope(), which answers the same rule as filters for SQL.
 */
#ifndef XH_AUTH_POLICY_H
#define XH_AUTH_POLICY_H

#include "change/op.h"

/* Roles (角色). A person may hold several. */
enum role {
    ROLE_COMMANDER = 1 << 0,       /* 指挥部领导（总指挥） */
    ROLE_OFFICE = 1 << 1,          /* 创建办 */
    ROLE_INSPECTOR = 1 << 2,       /* 督查员 */
    ROLE_JOINT_INSPECTOR = 1 << 3, /* 联合督查（纪委监委、效能办） */
    ROLE_UNIT_CONTACT = 1 << 4,    /* 单位联络员 */
    ROLE_GRID_WORKER = 1 << 5,     /* 网格员、村居工作人员 */
    ROLE_LEADER = 1 << 6,          /* 包保领导 */
    ROLE_STATION_MANAGER = 1 << 7, /* 文明实践站站长 */
    ROLE_SYSTEM_ADMIN = 1 << 8,    /* 系统管理员 */
    ROLE_SECURITY_ADMIN = 1 << 9,  /* 安全管理员 */
    ROLE_AUDIT_ADMIN = 1 << 10,    /* 审计管理员 */
};

/* The office's separate permissions, granted to people one by one. */
enum grant {
    GRANT_VERIFY = 1 << 0,   /* 核实 */
    GRANT_REGISTER = 1 << 1, /* 登记（立案） */
    GRANT_DISPATCH = 1 << 2, /* 交办 */
    GRANT_RECHECK = 1 << 3,  /* 复核 */
    GRANT_STRIKE = 1 << 4,   /* 销号 */
};

enum action {
    ACT_NONE, /* public */
    ACT_SELF, /* one's own account; anyone signed in */
    ACT_ORG_READ,
    ACT_ORG_WRITE,     /* areas, units */
    ACT_PERSON_WRITE,  /* people, duties */
    ACT_PERSON_UNMASK, /* personal data in clear; journalled */
    ACT_ACCOUNT_WRITE, /* invite, reset, close; system administrator */
    ACT_ROLE_GRANT,    /* security administrator; never to oneself */
    ACT_STANDARD_READ,
    ACT_STANDARD_WRITE,
    ACT_SITE_READ,
    ACT_SITE_WRITE,
    ACT_IMPORT,
    ACT_PHOTO_UPLOAD,
    ACT_PHOTO_READ,
    ACT_INSPECT, /* send inspections of one's own; a unit's people their self-checks only */
    ACT_INSPECT_OFFICIAL, /* those that enter the scores */
    ACT_INSPECT_ASSIGNED, /* of rounds that send a unit's people out (交叉检查、条线检查): the round says where */
    ACT_INSPECTION_READ,
    ACT_INSPECTION_JUDGE, /* quarantine, withdraw others' */
    ACT_PROBLEM_READ,
    ACT_PROBLEM_REPORT,
    ACT_PROBLEM_VERIFY,
    ACT_PROBLEM_REGISTER, /* also reject */
    ACT_PROBLEM_DISPATCH,
    ACT_PROBLEM_ACCEPT, /* sign for, send back as not ours: the unit it went to */
    ACT_PROBLEM_RECTIFY,
    ACT_PROBLEM_RECHECK, /* return for rework */
    ACT_PROBLEM_STRIKE,  /* strike off */
    ACT_SCORE_READ,
    ACT_JOURNAL_READ, /* audit administrator */
    ACT_EVENTS,
    ACT_OVERVIEW,
    ACT_ROUND_READ,        /* rounds (督查轮次); covert ones until published: who planned or walks them */
    ACT_ROUND_WRITE,       /* plan, draw, assign */
    ACT_ROUND_PUBLISH,
    ACT_COVERAGE_READ,     /* what was never, or not lately, inspected */
    ACT_LIMIT_READ,        /* rules of limits, the headquarters' own calendar */
    ACT_LIMIT_WRITE,
    ACT_MATRIX_READ,       /* responsibility matrix (责任矩阵) */
    ACT_MATRIX_WRITE,
    ACT_FACILITY_READ,     /* facilities, publicity assets, frontages */
    ACT_FACILITY_WRITE,
    ACT_FACILITY_CHECK,    /* record a look at them; inspectors too */
    ACT_EDITION_WRITE,     /* kinds of facilities; content editions of publicity (公益广告版本), their withdrawal */
    ACT_PROBLEM_MERGE,     /* merge, link parent and children */
    ACT_PROBLEM_SETTLE,    /* decide whose it is (争议裁定) */
    ACT_PROBLEM_HAND_ON,   /* hand on downward, take back, check the answer: the unit it is with */
    ACT_PROBLEM_ASK,       /* ask for extension, postponement; appeal; contest a finding */
    ACT_PROBLEM_GRANT,     /* first decision on what was asked */
    ACT_PROBLEM_GRANT_SECOND, /* second decision, by a leader */
    ACT_PROBLEM_STOP,      /* with law enforcement: the clock stands */
    ACT_KIND_READ,         /* kinds of problems with stages of their own (问题类别) */
    ACT_KIND_WRITE,
    ACT_LOOKBACK_READ,     /* 回头看 */
    ACT_LOOKBACK_PLAN,
    ACT_LOOKBACK_JUDGE,    /* holds or rebounds */
    ACT_ALIKE_READ,        /* 举一反三 and self-check ledger (自查自改) */
    ACT_ALIKE_START,
    ACT_ALIKE_ANSWER,
    ACT_WORKS_READ,        /* improvement works (改造工程) that end problems */
    ACT_WORKS_WRITE,
    ACT_CONSEQUENCE_READ,  /* 催办、督办、通报、曝光、线索移送 */
    ACT_CONSEQUENCE_RULE,  /* edit and try the rules */
    ACT_CONSEQUENCE_PROPOSE,
    ACT_CONSEQUENCE_APPROVE, /* a named leader */
    ACT_DOUBT_READ,        /* doubts about evidence (影像疑点) */
    ACT_DOUBT_JUDGE,
    ACT_EXPORT,
    ACT_INDICATOR_READ,
    ACT_PERIOD_CLOSE,      /* close a period, publish a marked revision */
    ACT_NOTICE_WRITE,      /* channels and rules of notices; system administrator */
    ACT_REPLY_LINK,        /* send somebody a link to answer one case */
    ACT_COUNT_
};

/* What an action is done to, flattened. An absent field matches nobody's unit, area or person: a
 * record that is with no unit yet is out of reach for those who act for their unit only. */
struct subject {
    struct uuid unit_id; /* the unit it is with */
    struct str area_code;
    struct uuid owner_id; /* who recorded it */
    struct uuid rectifier_id;
    struct uuid rectifier_unit_id;
    bool held; /* of a covert round, not disclosed yet: out of reach by unit and by area */
    struct uuid handler_unit_id; /* the unit it was handed on to; within its reach as well */
    struct uuid striker_id;      /* who struck it off: never who looks back */
};

/* May the actor do this at all, to something? (What routes ask.) */
bool policy_may(const struct actor *actor, enum action action);
/* May the actor do this to that? Names the reason when not. Pure. */
enum rc policy_check(struct fault *f, const struct actor *actor, enum action action,
                     const struct subject *subject) MUST_CHECK;

/* How far a reading action reaches, as filters. `none`: nothing at all. Several are joined by OR.
 */
struct scope {
    bool all;
    bool none;
    bool open;             /* everything that is not held back */
    struct uuid unit_id;   /* UUID_NONE: no such filter */
    struct str area_code;  /* code prefix; absent: no such filter */
    struct uuid person_id; /* own records */
    /* By unit and by area nothing is reached that is held back (of a covert round, not disclosed yet): every query
     * cut by unit_id or area_code also asks for held = FALSE. */
};
struct scope policy_scope(const struct actor *actor, enum action action);

/* True when one person may not hold these together: two of the three administrators (三员分立), or
 * one of them beside any other role. */
bool policy_roles_clash(uint32_t roles);

/* Names as stored and sent ("office", "verify" …); 0 when unknown. */
uint32_t policy_role_by_name(struct str name);
uint32_t policy_grant_by_name(struct str name);
/* Walks the bits: index from 0, NULL at the end. */
const char *policy_role_name(int index);
const char *policy_grant_name(int index);
const char *policy_action_name(enum action action);

#endif
