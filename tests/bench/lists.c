/*
 * lists.c - `./bench lists`: what the pages people open all day cost the server's processor with ten thousand and with a
 * million problems, both served in the same run.
 *
 *   XIAOHAO_PROGRAM=… bench_lists [--json FILE] [--small N] [--large N] [--only PART-OF-A-NAME]
 *
 * CPU per request: the processor time of the server's process (user and system) over many requests on one connection,
 * small and large in turn, median of the rounds. Ends with 1 when a ratio is above 1.3.
 */
#include "fill.h"
#include "served.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PORT = 23340, ROUNDS = 7, REQUESTS = 60, WARM = 200 };
static const double aim = 1.3;

/* {S}: a busy site, another each time; {U} unit, {C} category, {T} town, {V} village. `full`: a page of 50 on both. */
static const struct {
    const char *name, *login, *path;
    bool full;
} requests[] = {
    {"newest", "zhuren", "/problems?limit=50", true},
    {"oldest", "zhuren", "/problems?limit=50&sort=oldest", true},
    {"due soonest", "zhuren", "/problems?limit=50&sort=due", true},
    {"closed latest", "zhuren", "/problems?limit=50&sort=closed", true},
    {"by number", "zhuren", "/problems?limit=50&sort=number", true},
    {"state", "zhuren", "/problems?limit=50&state=accepted", true},
    {"state, due", "zhuren", "/problems?limit=50&state=accepted&sort=due", true},
    {"state, closed", "zhuren", "/problems?limit=50&state=struck_off&sort=closed", true},
    {"open", "zhuren", "/problems?limit=50&open=true", true},
    {"overdue, due", "zhuren", "/problems?limit=50&overdue=true&sort=due", true},
    {"unit", "zhuren", "/problems?limit=50&unit_id={U}", true},
    {"unit, state", "zhuren", "/problems?limit=50&unit_id={U}&state=struck_off", true},
    {"unit, open", "zhuren", "/problems?limit=50&unit_id={U}&open=true", true},
    {"unit, due", "zhuren", "/problems?limit=50&unit_id={U}&sort=due", true},
    {"unit, closed", "zhuren", "/problems?limit=50&unit_id={U}&sort=closed", true},
    {"unit, severity", "zhuren", "/problems?limit=50&unit_id={U}&severity=key", true},
    {"town", "zhuren", "/problems?limit=50&area_code={T}", true},
    {"town, closed", "zhuren", "/problems?limit=50&area_code={T}&sort=closed", true},
    {"village", "zhuren", "/problems?limit=50&area_code={V}", true},
    {"category", "zhuren", "/problems?limit=50&category={C}", true},
    {"category, state", "zhuren", "/problems?limit=50&category={C}&state=struck_off", true},
    {"severity", "zhuren", "/problems?limit=50&severity=key", true},
    {"text, frequent", "zhuren", "/problems?limit=50&q=%E5%AE%A3%E4%BC%A0%E6%A0%8F", true},
    {"text, nowhere", "zhuren", "/problems?limit=50&q=%E6%97%A0%E6%AD%A4%E5%AD%97", false},
    {"own unit", "cgj", "/problems?limit=50", true},
    {"own unit, due", "cgj", "/problems?limit=50&sort=due", true},
    {"own area", "wangge01", "/problems?limit=50", true},
    {"site", "zhuren", "/sites/{S}", false},
    {"site's problems", "zhuren", "/problems?limit=50&site_id={S}", true},
    {"site's visits", "zhuren", "/inspections?limit=50&site_id={S}", true},
    {"a problem", "zhuren", "/problems/{P}", false},
    {"overview", "zhuren", "/overview", false},
    {"unit's overview", "cgj", "/overview", false},
    {"town's overview", "wangge01", "/overview", false},
};
enum { KINDS = sizeof requests / sizeof *requests };

struct side {
    const char *label;
    int64_t problems;
    int port;
    char dir[64];
    pid_t pid;
    struct fill filled;
    char token[3][64];
    char problem[40];
    double us[KINDS][ROUNDS];
};
static const char *const logins[3] = {"zhuren", "cgj", "wangge01"};

static const char *token_of(const struct side *s, const char *login)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(logins[i], login) == 0)
            return s->token[i];
    return "";
}

static void write_path(const struct side *s, const char *pattern, int i, char *out, size_t room)
{
    const struct fill *f = &s->filled;
    size_t n = (size_t)snprintf(out, room, "/api/v1");
    for (const char *p = pattern; *p && n + 64 < room; p++) {
        if (*p != '{') {
            out[n++] = *p;
            continue;
        }
        const char *value = p[1] == 'S' ? f->busy_site[i % FILL_BUSY_SITES]
                            : p[1] == 'U' ? f->busy_unit
                            : p[1] == 'C' ? f->category
                            : p[1] == 'T' ? f->town
                            : p[1] == 'V' ? f->village
                                          : s->problem;
        n += (size_t)snprintf(out + n, room - n, "%s", value);
        p += 2;
    }
    out[n] = '\0';
}

struct asking {
    const struct side *side;
    int kind;
};

static size_t make(void *user, int i, char *out, size_t room)
{
    const struct asking *a = user;
    char path[512];
    write_path(a->side, requests[a->kind].path, i, path, sizeof path);
    return (size_t)snprintf(out, room, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n\r\n", path,
                            a->side->port, token_of(a->side, requests[a->kind].login));
}

static double cpu_us(pid_t pid)
{
    clockid_t clock;
    struct timespec ts;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &ts) != 0) {
        perror("bench: processor time");
        exit(1);
    }
    return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static double ask(const struct side *s, int kind, int total)
{
    struct asking a = {s, kind};
    struct wire_load load = {.port = s->port, .connections = 1, .total = total, .make = make, .user = &a};
    double before = cpu_us(s->pid);
    wire_run(&load);
    if (load.failed)
        exit(1);
    return (cpu_us(s->pid) - before) / total;
}

/* A page that is not full on both sides compares nothing. */
static void check_full(const struct side *s, int kind)
{
    char path[512];
    write_path(s, requests[kind].path, 0, path, sizeof path);
    json_t *doc = served_get(s->port, path, token_of(s, requests[kind].login));
    size_t n = json_array_size(json_object_get(doc, "items"));
    if (requests[kind].full && n != 50) {
        fprintf(stderr, "bench: %s has %zu rows at %s, not 50\n", requests[kind].name, n, s->label);
        exit(1);
    }
    json_decref(doc);
}

static void open_side(struct side *s, const char *program, const char *data)
{
    char db[128];
    double ignored;
    snprintf(s->dir, sizeof s->dir, "/tmp/xiaohao-bench-XXXXXX");
    if (!mkdtemp(s->dir))
        exit(1);
    served_copy(data, s->dir);
    snprintf(db, sizeof db, "%s/xiaohao.db", s->dir);
    double began = wire_now();
    fill_problems(db, s->problems, &s->filled);
    printf("%s: %lld problems written in %.1f s\n", s->label, (long long)s->problems, wire_now() - began);
    fflush(stdout);
    s->pid = served_start(program, s->dir, NULL, s->port, &ignored);
    for (int i = 0; i < 3; i++)
        json_decref(served_sign_in(s->port, s->dir, logins[i], s->token[i]));
    json_t *list = served_get(s->port, "/api/v1/problems?limit=1", s->token[0]);
    snprintf(s->problem, sizeof s->problem, "%s", served_text(json_array_get(json_object_get(list, "items"), 0), "id"));
    json_decref(list);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v)
{
    qsort(v, ROUNDS, sizeof *v, by_size);
    return v[ROUNDS / 2];
}

static void measure(struct side sides[2], int kind)
{
    for (int i = 0; i < 2; i++) {
        check_full(&sides[i], kind);
        (void)ask(&sides[i], kind, WARM);
    }
    for (int r = 0; r < ROUNDS; r++)
        for (int i = 0; i < 2; i++)
            sides[i].us[kind][r] = ask(&sides[i], kind, REQUESTS);
}

static int report(struct side sides[2], const char *only, const char *json)
{
    FILE *f = json ? fopen(json, "we") : NULL;
    double worst = 0;
    if (f)
        fprintf(f, "{\"bench\":\"lists\",\"small\":%lld,\"large\":%lld,\"requests\":[", (long long)sides[0].problems,
                (long long)sides[1].problems);
    printf("%-20s %12s %12s %8s\n", "request", "small us", "large us", "ratio");
    for (int k = 0, written = 0; k < KINDS; k++) {
        if (only && !strstr(requests[k].name, only))
            continue;
        measure(sides, k);
        double small = median(sides[0].us[k]), large = median(sides[1].us[k]), ratio = large / small;
        worst = ratio > worst ? ratio : worst;
        printf("%-20s %12.0f %12.0f %8.2f%s\n", requests[k].name, small, large, ratio, ratio > aim ? "  above the aim" : "");
        fflush(stdout);
        if (f)
            fprintf(f, "%s{\"name\":\"%s\",\"small_us\":%.1f,\"large_us\":%.1f,\"ratio\":%.3f}", written++ ? "," : "",
                    requests[k].name, small, large, ratio);
    }
    if (f) {
        fprintf(f, "],\"worst\":%.3f}\n", worst);
        fclose(f);
    }
    printf("worst ratio %.2f (aim <= %.2f)\n", worst, aim);
    return worst <= aim ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *program = getenv("XIAOHAO_PROGRAM"), *json = NULL, *only = NULL;
    char data[] = "/tmp/xiaohao-bench-XXXXXX";
    static struct side sides[2] = {{.label = "small", .problems = 10000, .port = PORT},
                                   {.label = "large", .problems = 1000000, .port = PORT + 1}};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--json") == 0)
            json = argv[i + 1];
        else if (strcmp(argv[i], "--only") == 0)
            only = argv[i + 1];
        else if (strcmp(argv[i], "--small") == 0)
            sides[0].problems = strtoll(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--large") == 0)
            sides[1].problems = strtoll(argv[i + 1], NULL, 10);
    }
    if (!program || sides[0].problems < 10000 || !mkdtemp(data)) {
        fprintf(stderr, "XIAOHAO_PROGRAM=… bench_lists [--json FILE] [--small N] [--large N] [--only NAME]\n");
        return 2;
    }
    served_make_demo(program, data);
    for (int i = 0; i < 2; i++)
        open_side(&sides[i], program, data);
    int status = report(sides, only, json);
    for (int i = 0; i < 2; i++) {
        served_stop(sides[i].pid);
        served_remove(sides[i].dir);
    }
    served_remove(data);
    return status;
}
