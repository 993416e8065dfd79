/* serve.c - `xiaohao serve` and the hidden `xiaohao routes`: everything the server consists of, in one place. */
#include "alike/alike_http.h"
#include "audit/audit.h"
#include "auth/auth.h"
#include "base/log.h"
#include "cli/cli.h"
#include "consequence/consequence.h"
#include "consequence/consequence_http.h"
#include "evidence/evidence.h"
#include "exchange/export_http.h"
#include "exchange/import_http.h"
#include "exchange/import_job.h"
#include "facility/facility_http.h"
#include "http/events.h"
#include "indicator/indicator_http.h"
#include "indicator/period.h"
#include "inspection/inspection_http.h"
#include "lookback/lookback.h"
#include "lookback/lookback_http.h"
#include "loop/edition.h"
#include "loop/edition_http.h"
#include "limits/limits_http.h"
#include "loop/hand_over.h"
#include "loop/loop_http.h"
#include "loop/minder.h"
#include "matrix/matrix_http.h"
#include "media/media_http.h"
#include "notify/notify.h"
#include "org/org_http.h"
#include "problem/kind_http.h"
#include "problem/level_http.h"
#include "problem/link_http.h"
#include "problem/problem_http.h"
#include "problem/superior_http.h"
#include "round/draw_store.h"
#include "round/round_http.h"
#include "score/score_http.h"
#include "site/site_http.h"
#include "standard/standard_http.h"
#include "works/works_http.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static const struct route system_routes[] = {
    {HTTP_GET, "/api/v1/events", ACT_EVENTS, events_stream, ROUTE_STREAM, 0},
    {0},
};

static const struct route *const tables[] = {
    auth_routes,
    account_routes,
    org_routes,
    standard_routes,
    site_routes,
    plan_routes,
    asset_routes,
    edition_routes,
    frontage_routes,
    facility_loop_routes,
    matrix_routes,
    photo_routes,
    inspection_routes,
    inspect_routes,
    problem_routes,
    request_routes,
    machine_routes,
    limits_routes,
    limit_rule_routes,
    round_routes,
    round_plan_routes,
    coverage_routes,
    score_routes,
    indicator_routes,
    period_routes,
    overview_routes,
    publish_routes,
    doubt_routes,
    audit_routes,
    import_routes,
    export_routes,
    import_job_routes,
    import_row_routes,
    notify_routes,
    reply_routes,
    notice_channel_routes,
    level_routes,
    link_routes,
    kind_routes,
    superior_routes,
    contest_routes,
    hand_over_routes,
    lookback_routes,
    lookback_rule_routes,
    alike_routes,
    self_check_routes,
    works_routes,
    consequence_routes,
    consequence_rule_routes,
    system_routes,
    NULL,
};

/* What is done without anybody asking, in this order. */
static const struct chore chores[] = {
    {"notices", 1000, notify_gather, notify_waits},
    {"clocks", 60 * 1000, notify_watch_clocks, NULL},
    {"periods", 60 * 60 * 1000, period_chore, NULL},
    {"commitment", 60 * 1000, draw_commitment_chore, NULL},
    {"prints", 10 * 60 * 1000, evidence_chore, NULL},
    {"recalls", 5 * 1000, edition_recall_chore, NULL},
    {"frontages", 60 * 1000, edition_frontage_chore, NULL},
    {"imports", 5 * 60 * 1000, import_chore, NULL},
    {"lookback", 5 * 60 * 1000, lookback_chore, NULL},
    {"consequence", 15 * 60 * 1000, consequence_chore, NULL},
    {NULL, 0, NULL, NULL},
};

int cmd_routes(struct options *o)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    (void)o;
    for (size_t t = 0; tables[t]; t++)
        for (const struct route *r = tables[t]; r->handler; r++)
            printf("%s %s %s %u\n", methods[r->method], r->pattern, policy_action_name((enum action)r->action), r->flags);
    return EXIT_DONE;
}

static bool is_loopback(const char *address)
{
    return strcmp(address, "127.0.0.1") == 0 || strcmp(address, "::1") == 0 || strcmp(address, "localhost") == 0;
}

static bool read_config(const struct options *o, struct http_config *cfg)
{
    int64_t port = PORT_DEFAULT, threads = 0;
    const char *listen = o->listen ? o->listen : "127.0.0.1";
    if ((o->port && !str_to_i64(str_of(o->port), 1, 65535, &port)) ||
        (o->threads && !str_to_i64(str_of(o->threads), 1, 256, &threads))) {
        fprintf(stderr, "端口或线程数不正确 / bad port or number of threads\n");
        return false;
    }
    if (!is_loopback(listen) && !o->proxy && !o->exposed) {
        fprintf(stderr,
                "拒绝直接监听 %s：请在前面配置 nginx 并使用 --behind-proxy，或以 --i-know-this-is-exposed 表明知悉风险\n"
                "refusing to listen on %s: put nginx in front and say --behind-proxy, or --i-know-this-is-exposed\n",
                listen, listen);
        return false;
    }
    cfg->listen = str_of(listen);
    cfg->port = (int)port;
    cfg->threads = (int)threads;
    cfg->behind_proxy = o->proxy;
    return true;
}

/* What may an open stream hear? Events carry ids only; journals of security stay with the audit administrator. */
static bool event_visible(const struct actor *listener, const struct event *e)
{
    struct scope s = policy_scope(listener, ACT_PROBLEM_READ);
    return (s.all || s.open) && strcmp(e->topic, ANNOUNCE_TOPIC) != 0;
}

static void wait_for_signal(void)
{
    sigset_t set;
    int got;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigwait(&set, &got);
}

/* Blocked before any thread starts, so that only wait_for_signal() takes them. */
static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static enum rc run(struct process *p, struct http_config *cfg)
{
    struct http_server *server = NULL;
    struct sealer *sealer = NULL;
    struct minder *minder = NULL;
    struct postman *postman = NULL;
    auth_open(&p->env.auth, NULL);
    p->env.hub = hub_start();
    hub_set_filter(p->env.hub, event_visible);
    p->env.media->shown = photo_shown;
    p->env.still_bound = hand_over_still_bound;
    p->env.duty_moved = hand_over_with_duty;
    cfg->env = &p->env;
    cfg->tables = tables;
    cfg->authenticate = auth_authenticate;
    cfg->authorize = auth_authorize;
    enum rc rc = evidence_start(&p->env.evidence, &p->env, &p->fault);
    if (rc == RC_OK)
        rc = http_start(&server, cfg, &p->fault);
    if (rc == RC_OK)
        rc = sealer_start(&sealer, &p->env, &p->fault);
    if (rc == RC_OK)
        rc = import_runner_start(&p->env.imports, &p->env, &p->fault);
    if (rc == RC_OK)
        rc = auth_keeper_start(p->env.auth, &p->env, &p->fault);
    if (rc == RC_OK)
        rc = minder_start(&minder, &p->env, chores, &p->fault);
    if (rc == RC_OK)
        rc = postman_start(&postman, &p->env, &p->fault);
    if (rc == RC_OK) {
        printf("销号 Xiaohao: http://%.*s:%d/\n", STR_ARG(cfg->listen), http_port(server));
        fflush(stdout);
        wait_for_signal();
        log_info("stopping");
    }
    if (server)
        http_stop(server);
    postman_stop(postman);
    minder_stop(minder);
    evidence_stop(p->env.evidence);
    import_runner_stop(p->env.imports);
    p->env.imports = NULL;
    auth_keeper_stop(p->env.auth);
    if (sealer)
        sealer_stop(sealer);
    hub_stop(p->env.hub);
    auth_close(p->env.auth);
    return rc;
}

int cmd_serve(struct options *o)
{
    struct process p;
    struct http_config cfg = {0};
    if (!read_config(o, &cfg))
        return EXIT_USAGE;
    block_signals();
    if (process_open(&p, &o->at, NEED_HEADQUARTERS | NEED_MIGRATED | NEED_MEDIA | NEED_DECODER) != RC_OK)
        return EXIT_FAILED;
    enum rc rc = photo_sweep_staging(&p.env, &p.fault);
    if (rc == RC_OK)
        rc = run(&p, &cfg);
    int status = rc == RC_OK ? EXIT_DONE : process_failed(&p);
    process_close(&p);
    return status;
}
