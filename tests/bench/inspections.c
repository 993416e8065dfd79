/*
 * inspections.c - `./bench inspections`: durable inspections of 12 observations over 64 connections, beside the bare
 * loop of bare.c in the same run; memory after it; start to first answer.
 *
 *   XIAOHAO_PROGRAM=… bench_inspections [--json FILE] [--total N]
 *
 * Makes a demonstration district in a folder of its own; each round serves one copy of it and writes another by the bare
 * loop. Ends with 1 when a figure is below its aim.
 */
#include "bare.h"
#include "served.h"
#include "wire.h"

#include "base/uuid.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 23330, CONNECTIONS = 64, CRITERIA = 12, TOTAL_DEFAULT = 20000, ROUNDS = 3 };

struct scene {
    char token[64], site[40], version[40], inspector[40], category[8], area[16];
    char criteria[CRITERIA][40];
    char head[512], body[8192];
    size_t id_at, head_n, body_n;
};

static void put_text(char *out, size_t room, const char *value)
{
    snprintf(out, room, "%s", value ? value : "");
}

static void sign_in(struct scene *s, const char *dir)
{
    json_t *me = served_sign_in(PORT, dir, "ducha01", s->token);
    put_text(s->inspector, sizeof s->inspector, served_text(me, "person_id"));
    json_decref(me);
}

/* A site whose list has twelve criteria in use. */
static void choose_site(struct scene *s)
{
    char path[128];
    json_t *sites = served_get(PORT, "/api/v1/sites?category=JQ&limit=1", s->token);
    json_t *site = json_array_get(json_object_get(sites, "items"), 0);
    put_text(s->site, sizeof s->site, served_text(site, "id"));
    put_text(s->category, sizeof s->category, served_text(site, "category_code"));
    put_text(s->area, sizeof s->area, served_text(json_object_get(site, "area"), "code"));
    snprintf(path, sizeof path, "/api/v1/sites/%s/checklist", s->site);
    json_t *list = served_get(PORT, path, s->token), *criteria = json_object_get(list, "criteria");
    put_text(s->version, sizeof s->version, served_text(json_object_get(list, "version"), "id"));
    if (json_array_size(criteria) != CRITERIA) {
        fprintf(stderr, "bench: the list has %zu criteria, not %d\n", json_array_size(criteria), CRITERIA);
        exit(1);
    }
    for (int i = 0; i < CRITERIA; i++)
        put_text(s->criteria[i], sizeof s->criteria[i], served_text(json_array_get(criteria, (size_t)i), "id"));
    json_decref(sites);
    json_decref(list);
}

static void write_request(struct scene *s)
{
    time_t now = time(NULL);
    struct tm tm;
    char at[40];
    gmtime_r(&now, &tm);
    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", &tm);
    int n = snprintf(s->body, sizeof s->body, "{\"id\":\"");
    s->id_at = (size_t)n;
    n += snprintf(s->body + n, sizeof s->body - (size_t)n,
                  "00000000-0000-0000-0000-000000000000\",\"site_id\":\"%s\",\"kind\":\"weekly\",\"visit_at\":\"%s\",\"complete\":true,\"observations\":[",
                  s->site, at);
    for (int i = 0; i < CRITERIA; i++)
        n += snprintf(s->body + n, sizeof s->body - (size_t)n, "%s{\"criterion_id\":\"%s\",\"result\":\"not_applicable\"}",
                      i ? "," : "", s->criteria[i]);
    n += snprintf(s->body + n, sizeof s->body - (size_t)n, "]}");
    s->body_n = (size_t)n;
    s->head_n = (size_t)snprintf(s->head, sizeof s->head,
                                 "POST /api/v1/inspections HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                                 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                                 PORT, s->token, s->body_n);
}

static size_t make(void *user, int i, char *out, size_t room)
{
    struct scene *s = user;
    (void)i;
    if (s->head_n + s->body_n > room)
        exit(1);
    memcpy(out, s->head, s->head_n);
    memcpy(out + s->head_n, s->body, s->body_n);
    uuid_format(uuid_make((int64_t)time(NULL) * 1000), out + s->head_n + s->id_at);
    return s->head_n + s->body_n;
}

static long resident_kb(pid_t pid)
{
    char path[64], line[256];
    long kb = -1;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmRSS: %ld", &kb) == 1)
            break;
    if (f)
        fclose(f);
    return kb;
}

static double metric(const char *name)
{
    int status;
    char *body = wire_call(PORT, "GET", "/metrics", NULL, NULL, &status), key[128];
    snprintf(key, sizeof key, "\n%s ", name);
    const char *at = strstr(body, key);
    double v = at ? strtod(at + strlen(key), NULL) : -1;
    free(body);
    return v;
}

struct figures {
    double product, bare, batch, p50, p99, start_ms;
    long rss_kb;
};

static struct figures one_round(const char *program, const char *data, int total)
{
    struct figures r;
    struct scene s = {0};
    char served[] = "/tmp/xiaohao-bench-XXXXXX", bare_dir[] = "/tmp/xiaohao-bench-XXXXXX", db[4096];
    if (!mkdtemp(served) || !mkdtemp(bare_dir))
        exit(1);
    served_copy(data, served);
    served_copy(data, bare_dir);
    pid_t pid = served_start(program, served, NULL, PORT, &r.start_ms);
    sign_in(&s, served);
    choose_site(&s);
    write_request(&s);
    double jobs = metric("xiaohao_store_jobs_total"), commits = metric("xiaohao_store_commits_total");
    struct wire_load load = {.port = PORT, .connections = CONNECTIONS, .total = total, .make = make, .user = &s};
    sync();
    wire_run(&load);
    r.batch = (metric("xiaohao_store_jobs_total") - jobs) / (metric("xiaohao_store_commits_total") - commits);
    r.rss_kb = resident_kb(pid);
    r.product = load.failed ? 0 : load.answered / load.seconds;
    r.p50 = load.p50_ms;
    r.p99 = load.p99_ms;
    served_stop(pid);
    const char *criteria[CRITERIA];
    for (int i = 0; i < CRITERIA; i++)
        criteria[i] = s.criteria[i];
    snprintf(db, sizeof db, "%s/xiaohao.db", bare_dir);
    struct bare_run bare = {.db_path = db, .total = total, .batch = r.batch < 1 ? 1 : (int)(r.batch + 0.5), .site_id = s.site,
                            .version_id = s.version, .inspector_id = s.inspector, .category = s.category,
                            .area_code = s.area, .criteria = criteria, .ncriteria = CRITERIA};
    bare_run(&bare);
    r.bare = total / bare.seconds;
    served_remove(served);
    served_remove(bare_dir);
    return r;
}

static double median_of(const double *r)
{
    double low = r[0] < r[1] ? r[0] : r[1], high = r[0] < r[1] ? r[1] : r[0];
    return r[2] < low ? low : r[2] > high ? high : r[2];
}

static void write_json(const char *path, double ratio, double rss_mb, double start_ms)
{
    FILE *f = path ? fopen(path, "we") : NULL;
    if (!f)
        return;
    fprintf(f, "{\"bench\":\"inspections\",\"ratio\":%.3f,\"rss_mb\":%.1f,\"start_ms\":%.1f}\n", ratio, rss_mb, start_ms);
    fclose(f);
}

int main(int argc, char **argv)
{
    const char *program = getenv("XIAOHAO_PROGRAM"), *json = NULL;
    char data[] = "/tmp/xiaohao-bench-XXXXXX";
    int total = TOTAL_DEFAULT;
    double ratios[ROUNDS], start_ms = 0, rss_mb = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--json") == 0)
            json = argv[i + 1];
        else if (strcmp(argv[i], "--total") == 0)
            total = atoi(argv[i + 1]);
    }
    if (!program || total < CONNECTIONS || !mkdtemp(data)) {
        fprintf(stderr, "XIAOHAO_PROGRAM=… bench_inspections [--json FILE] [--total N]\n");
        return 2;
    }
    served_make_demo(program, data);
    printf("durable inspections of %d observations, %d connections, %d per round\n", CRITERIA, CONNECTIONS, total);
    printf("%6s %14s %14s %8s %8s %9s %9s %8s %10s\n", "round", "product/s", "bare loop/s", "ratio", "batch", "p50 ms", "p99 ms",
           "RSS MB", "start ms");
    fflush(stdout); /* before the next fork, or the child has the heading too */
    for (int i = 0; i < ROUNDS; i++) {
        struct figures r = one_round(program, data, total);
        double rss = (double)r.rss_kb / 1024;
        ratios[i] = r.product / r.bare;
        start_ms = r.start_ms > start_ms ? r.start_ms : start_ms;
        rss_mb = rss > rss_mb ? rss : rss_mb;
        printf("%6d %14.0f %14.0f %8.2f %8.1f %9.2f %9.2f %8.1f %10.1f\n", i + 1, r.product, r.bare, ratios[i], r.batch, r.p50,
               r.p99, rss, r.start_ms);
        fflush(stdout);
    }
    served_remove(data);
    printf("median ratio %.2f (aim >= 0.60); memory %.1f MB (aim <= 64); start to first answer %.1f ms (aim <= 150)\n",
           median_of(ratios), rss_mb, start_ms);
    write_json(json, median_of(ratios), rss_mb, start_ms);
    return median_of(ratios) >= 0.6 && rss_mb <= 64 && start_ms <= 150 ? 0 : 1;
}
