/*
 * lint.c - the house rules that a machine can check, over src/, tools/ and tests/ of one tree.
 *
 *   lint ROOT
 *
 * Checks: banned functions; headers of libraries outside their one adapter; includes that run up the order of
 * rooms; SQL text in C; the wall clock outside base; length of files and functions; a comment at each file's
 * head. Prints FILE:LINE: what, a line each, and ends with 1 when there was any. It reads lines, not C: house
 * format (a function's brace alone in the first column) is what it stands on. The limits for tests are wider.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_LINES_MAX = 600, FUNCTION_LINES_MAX = 60, TEST_FUNCTION_LINES_MAX = 100, LINE_BYTES = 4096, PATH_BYTES = 1024 };

/* From low to high: a room includes from itself and from rooms that stand before it. */
static const char *const order[] = {
    "base",  "embed",    "tabular", "store",    "privacy",  "change",      "http",   "auth",      "audit",     "calendar", "media",
    "org",   "standard", "site",    "facility", "matrix",   "limits",      "round",  "evidence",  "inspection", "problem", "lookback",
    "alike", "works",    "consequence", "score", "indicator", "notify",    "exchange", "loop",    "app",       "demo",     "cli", "main.c",
};
enum { ROOMS = sizeof order / sizeof *order };

static const char *const banned[] = {"strcpy", "strcat", "sprintf", "vsprintf", "strtok", "atoi", "atol", "atof", "gets",
                                     "scanf", "sscanf", "fscanf", "alloca", "rand", "srand", "localtime", "gmtime",
                                     "mktime", "system", "popen"};
/* Of these, what a test may do with text of its own. */
static const char *const banned_not_in_tests[] = {"sscanf", "atoi", "popen"};

/* Where the time of day may be read, and where each library's header may be included. */
static const struct {
    const char *word;
    const char *files[3];
} only_in[] = {
    {"time(NULL", {"src/base/clock.c", "src/base/log.c"}},
    {"gettimeofday(", {"src/base/clock.c", "src/base/log.c"}},
    {"CLOCK_REALTIME", {"src/base/clock.c", "src/base/log.c"}},
    {"<sqlite3.h>", {"src/store/store_sqlite.c"}},
    {"<libpq-fe.h>", {"src/store/store_pg.h"}},
    {"<microhttpd.h>", {"src/http/server.c"}},
    {"<vips/", {"src/media/picture.c", "src/media/alter_ground.c"}},
    {"<curl/", {"src/notify/wire.c", "tests/api/client.c"}},
};

struct source {
    const char *path;  /* from the root: src/problem/problem.c */
    bool test, tool;
    int room;          /* index into order, -1 outside src/ */
};

static int faults;

static void fault(const struct source *s, int line, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
static void fault(const struct source *s, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "%s:%d: ", s->path, line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    faults++;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && strcmp(s + n - m, end) == 0;
}

static int room_index(const char *name, size_t n)
{
    for (int i = 0; i < ROOMS; i++)
        if (strlen(order[i]) == n && memcmp(order[i], name, n) == 0)
            return i;
    return -1;
}

/* Blanks comments and, when `strings` is set, what stands between quotes; `inside` carries a comment over lines. */
static void blank(char *line, bool *inside, bool strings)
{
    char quote = 0;
    for (char *p = line; *p; p++) {
        if (*inside) {
            *inside = !(p[0] == '*' && p[1] == '/');
            if (!*inside)
                *p++ = ' ';
            *p = ' ';
        } else if (quote) {
            char c = *p;
            if (strings && c != quote)
                *p = ' ';
            if (c == '\\' && p[1]) {
                p++;
                if (strings)
                    *p = ' ';
            } else if (c == quote)
                quote = 0;
        } else if (*p == '"' || *p == '\'') {
            quote = *p;
        } else if (p[0] == '/' && p[1] == '/') {
            *p = '\0';
            break;
        } else if (p[0] == '/' && p[1] == '*') {
            *inside = true;
            *p = ' ';
        }
    }
}

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* `name` as a whole word followed by an opening bracket. */
static bool calls(const char *line, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = strstr(line, name); p; p = strstr(p + 1, name))
        if ((p == line || !word_char(p[-1])) && p[n] == '(')
            return true;
    return false;
}

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(word, list[i], strlen(list[i])) == 0)
            return true;
    return false;
}
#define IS_ONE_OF(word, list) is_one_of(word, list, sizeof(list) / sizeof *(list))

static void check_calls(const struct source *s, int number, const char *code)
{
    for (size_t i = 0; i < sizeof banned / sizeof *banned; i++)
        if (calls(code, banned[i]) && !(s->test && IS_ONE_OF(banned[i], banned_not_in_tests)))
            fault(s, number, "%s() is banned", banned[i]);
}

static void check_only_in(const struct source *s, int number, const char *code)
{
    if (s->test || s->tool)
        return;
    for (size_t i = 0; i < sizeof only_in / sizeof *only_in; i++) {
        const char *at = strstr(code, only_in[i].word);
        bool allowed = !at || (at > code && word_char(at[-1]));
        for (int k = 0; k < 3 && only_in[i].files[k]; k++)
            allowed = allowed || strcmp(s->path, only_in[i].files[k]) == 0;
        if (!allowed)
            fault(s, number, "%s belongs into %s alone", only_in[i].word, only_in[i].files[0]);
    }
}

/* Generated headers (NAME_sql.h) stand in the build folder without a room's name before them. */
static void check_include(const struct source *s, int number, const char *code)
{
    const char *name = strstr(code, "#include \"");
    if (!name || s->room < 0 || s->test)
        return;
    name += strlen("#include \"");
    const char *slash = strchr(name, '/');
    if (!slash)
        return;
    int to = room_index(name, (size_t)(slash - name));
    if (to < 0)
        fault(s, number, "no such room in the house order: %.*s", (int)(slash - name), name);
    else if (to > s->room)
        fault(s, number, "arrow runs up: %s includes %s", order[s->room], order[to]);
}

/* A string that begins like a statement. Words alone ("UPDATE") do not make one. */
static void check_sql(const struct source *s, int number, const char *line)
{
    static const char *const starts[] = {"\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"CREATE TABLE ",
                                         "\"ALTER TABLE ", "\"DROP TABLE ", "\"WITH RECURSIVE "};
    /* An adapter sets up its own engine's session in that engine's words. */
    if (s->test || s->tool || strncmp(s->path, "src/store/store_", 16) == 0)
        return;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strstr(line, starts[i]))
            fault(s, number, "SQL text in C: name the query in a .sql file");
}

static void check_file(const struct source *s, FILE *f)
{
    char line[LINE_BYTES], code[LINE_BYTES];
    bool inside_code = false, inside_line = false, headed = false;
    int number = 0, opened = 0, longest = s->test ? TEST_FUNCTION_LINES_MAX : FUNCTION_LINES_MAX;
    while (fgets(line, sizeof line, f)) {
        /* The first line may be for a tool: "// clang-format off". */
        number++;
        headed = headed || (number <= 2 && strncmp(line, "/*", 2) == 0);
        memcpy(code, line, sizeof code);
        blank(line, &inside_line, false);
        blank(code, &inside_code, true);
        check_calls(s, number, code);
        check_only_in(s, number, code);
        check_include(s, number, line);
        check_sql(s, number, line);
        if (code[0] == '{')
            opened = number;
        if (code[0] == '}' && opened) {
            if (code[1] != ';' && number - opened - 1 > longest)
                fault(s, opened, "function of %d lines (at most %d)", number - opened - 1, longest);
            opened = 0;
        }
    }
    if (!headed)
        fault(s, 1, "no comment at the head saying what the file owns");
    if (number > FILE_LINES_MAX)
        fault(s, number, "file of %d lines (at most %d)", number, FILE_LINES_MAX);
}

static void lint_file(const char *root, const char *path)
{
    char full[2 * PATH_BYTES];
    struct source s = {.path = path, .room = -1};
    const char *name = strrchr(path, '/') + 1;
    s.tool = strncmp(path, "tools/", 6) == 0;
    s.test = strncmp(path, "tests/", 6) == 0 || strstr(name, "test") || strstr(name, "_fixture") || strstr(name, "_ground") ||
             strstr(name, "_double");
    if (strncmp(path, "src/", 4) == 0) {
        const char *end = strchr(path + 4, '/');
        s.room = room_index(path + 4, end ? (size_t)(end - path - 4) : strlen(path + 4));
        if (s.room < 0)
            fault(&s, 1, "room is missing in the house order of tools/lint.c");
    }
    snprintf(full, sizeof full, "%s/%s", root, path);
    FILE *f = fopen(full, "re");
    if (!f) {
        fault(&s, 0, "cannot be read");
        return;
    }
    check_file(&s, f);
    fclose(f);
}

static int lint_folder(const char *root, const char *folder)
{
    char full[2 * PATH_BYTES];
    int files = 0;
    snprintf(full, sizeof full, "%s/%s", root, folder);
    DIR *d = opendir(full);
    if (!d)
        return 0;
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        char path[PATH_BYTES];
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%.500s/%.255s", folder, e->d_name);
        if (e->d_type == DT_DIR) {
            files += lint_folder(root, path);
        } else if (ends_with(path, ".c") || ends_with(path, ".h")) {
            lint_file(root, path);
            files++;
        }
    }
    closedir(d);
    return files;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "lint ROOT\n");
        return 2;
    }
    int files = lint_folder(argv[1], "src") + lint_folder(argv[1], "tools") + lint_folder(argv[1], "tests");
    if (files == 0)
        fprintf(stderr, "lint: no files under %s\n", argv[1]);
    printf("%d files, %d faults\n", files, faults);
    return files == 0 || faults ? 1 : 0;
}
