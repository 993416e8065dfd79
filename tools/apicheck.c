/*
 * apicheck.c - the program's routes and openapi.yaml describe the same interface, in both directions.
 *
 *   apicheck openapi.json routes.txt
 *
 * routes.txt is what `xiaohao routes` prints: METHOD PATH ACTION FLAGS. A route that needs no sign-in must say
 * `security: []` in the description, and no other may. Ends with 1 when anything differs. What every server has
 * beside the interface (health, metrics) may be left out of the description.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FLAG_PUBLIC = 1, ROUTES_MAX = 1000 };

struct route_line {
    char method[16], path[256], action[64];
    unsigned flags;
    bool described;
};

static struct route_line routes[ROUTES_MAX];
static size_t nroutes;
static int faults;

/* /s/{id} is what a plate at a site leads to, /p/r/… a link to answer one case: pages, not the interface. */
static const char *const beside[] = {"/healthz", "/readyz", "/metrics", "/s/{id}", "/p/r/{token}", "/p/r/{token}/photos/{sha256}",
                                     "/p/r/{token}/confirm", "/p/r/{token}/accept", "/p/r/{token}/send-back", "/p/r/{token}/rectify"};
/* Answered from the files inside the executable, without a route. */
static const char *const own_description = "/api/v1/openapi.json";
static const char *const methods[] = {"get", "post", "put", "patch", "delete"};

static bool read_routes(const char *path)
{
    char line[512];
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    while (nroutes < ROUTES_MAX && fgets(line, sizeof line, f)) {
        struct route_line *r = &routes[nroutes];
        char *save = NULL, *m = strtok_r(line, " \n", &save), *p = strtok_r(NULL, " \n", &save);
        char *action = strtok_r(NULL, " \n", &save), *flags = strtok_r(NULL, " \n", &save);
        if (!flags)
            continue;
        snprintf(r->method, sizeof r->method, "%s", m);
        snprintf(r->path, sizeof r->path, "%s", p);
        snprintf(r->action, sizeof r->action, "%s", action);
        r->flags = (unsigned)strtoul(flags, NULL, 10);
        nroutes++;
    }
    fclose(f);
    return nroutes > 0;
}

static struct route_line *find(const char *method, const char *path)
{
    for (size_t i = 0; i < nroutes; i++)
        if (strcasecmp(routes[i].method, method) == 0 && strcmp(routes[i].path, path) == 0)
            return &routes[i];
    return NULL;
}

static void check_operation(const char *prefix, const char *path, const char *method, json_t *operation)
{
    char full[512];
    json_t *security = json_object_get(operation, "security");
    bool open = security && json_array_size(security) == 0;
    snprintf(full, sizeof full, "%s%s", prefix, path);
    struct route_line *r = find(method, full);
    if (!r && strcmp(full, own_description) == 0)
        return;
    if (!r) {
        fprintf(stderr, "openapi.yaml describes %s %s, which the program does not have\n", method, full);
        faults++;
        return;
    }
    r->described = true;
    if (open != ((r->flags & FLAG_PUBLIC) != 0)) {
        fprintf(stderr, "%s %s: %s\n", method, full,
                open ? "described as open, but the program asks for a sign-in" : "open in the program, `security: []` is missing");
        faults++;
    }
}

/* What stands before every path: the path of the first server's URL ("/api/v1"), or nothing. */
static const char *path_prefix(json_t *doc)
{
    const char *url = json_string_value(json_object_get(json_array_get(json_object_get(doc, "servers"), 0), "url"));
    const char *host = url ? strstr(url, "://") : NULL;
    if (host)
        url = strchr(host + 3, '/');
    return url && strcmp(url, "/") != 0 ? url : "";
}

static void check_described(json_t *doc)
{
    const char *path;
    json_t *item;
    json_object_foreach(json_object_get(doc, "paths"), path, item)
    {
        for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
            json_t *operation = json_object_get(item, methods[i]);
            if (operation)
                check_operation(path_prefix(doc), path, methods[i], operation);
        }
    }
}

static void check_left_out(void)
{
    for (size_t i = 0; i < nroutes; i++) {
        bool may = routes[i].described;
        for (size_t k = 0; k < sizeof beside / sizeof *beside; k++)
            may = may || strcmp(routes[i].path, beside[k]) == 0;
        if (!may) {
            fprintf(stderr, "the program has %s %s, which openapi.yaml does not describe\n", routes[i].method, routes[i].path);
            faults++;
        }
    }
}

int main(int argc, char **argv)
{
    json_error_t error;
    if (argc != 3) {
        fprintf(stderr, "apicheck openapi.json routes.txt\n");
        return 2;
    }
    json_t *doc = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &error);
    if (!doc || !read_routes(argv[2])) {
        fprintf(stderr, "apicheck: %s\n", doc ? "no routes" : error.text);
        return 1;
    }
    check_described(doc);
    check_left_out();
    json_decref(doc);
    printf("%zu routes, %d differences\n", nroutes, faults);
    return faults ? 1 : 0;
}
