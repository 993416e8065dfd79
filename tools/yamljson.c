/*
 * yamljson.c - openapi.yaml becomes openapi.json at build time:  yamljson IN.yaml OUT.json
 *
 * One document; scalars are typed by YAML 1.2's core schema (null, true, false, integers, floats;
 * anything quoted is text). Aliases, tags, merge keys and duplicate keys are refused with their
 * line: an interface's description has no use for them.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 64, KEYS_MAX = 2048 };

static yaml_parser_t parser;
static const char *in_path;
static FILE *out;

static _Noreturn void die(size_t line, const char *what)
{
    fprintf(stderr, "%s:%zu: %s\n", in_path, line + 1, what);
    exit(1);
}

static void next(yaml_event_t *e)
{
    if (!yaml_parser_parse(&parser, e))
        die(parser.problem_mark.line, parser.problem ? parser.problem : "not YAML");
}

static void quoted(const char *s, size_t n)
{
    fputc('"', out);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c == '\n')
            fputs("\\n", out);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
    }
    fputc('"', out);
}

static bool one_of(const char *s, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(s, *list) == 0)
            return true;
    return false;
}

static size_t digits(const char *s)
{
    return strspn(s, "0123456789");
}

/* [-+]?[0-9]+ as JSON spells it (no plus, no leading zeros); false when it is not one. */
static bool integer(const char *s)
{
    bool minus = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    if (!*s || s[digits(s)])
        return false;
    while (s[0] == '0' && s[1])
        s++;
    fprintf(out, "%s%s", minus && strcmp(s, "0") != 0 ? "-" : "", s);
    return true;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool looks_float(const char *s)
{
    if (*s == '-' || *s == '+')
        s++;
    size_t whole = digits(s), part = 0;
    s += whole;
    if (*s == '.') {
        part = digits(++s);
        s += part;
    }
    if (whole + part == 0)
        return false;
    if (*s == 'e' || *s == 'E') {
        s++;
        if (*s == '-' || *s == '+')
            s++;
        if (!digits(s))
            return false;
        s += digits(s);
    }
    return *s == '\0';
}

static void scalar(const yaml_event_t *e)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const yes[] = {"true", "True", "TRUE", NULL};
    static const char *const no[] = {"false", "False", "FALSE", NULL};
    const char *s = (const char *)e->data.scalar.value;
    if (e->data.scalar.tag)
        die(e->start_mark.line, "tags are not supported");
    if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        quoted(s, e->data.scalar.length);
    else if (one_of(s, nulls))
        fputs("null", out);
    else if (one_of(s, yes))
        fputs("true", out);
    else if (one_of(s, no))
        fputs("false", out);
    else if (integer(s))
        return;
    else if (looks_float(s) && isfinite(strtod(s, NULL)))
        fprintf(out, "%.15g", strtod(s, NULL));
    else
        quoted(s, e->data.scalar.length);
}

static void node(const yaml_event_t *e, int depth);

static void sequence(int depth)
{
    yaml_event_t e;
    bool first = true;
    fputc('[', out);
    for (next(&e); e.type != YAML_SEQUENCE_END_EVENT; next(&e)) {
        if (!first)
            fputc(',', out);
        first = false;
        node(&e, depth);
        yaml_event_delete(&e);
    }
    yaml_event_delete(&e);
    fputc(']', out);
}

static void remember_key(char **keys, size_t *n, const yaml_event_t *e)
{
    const char *s = (const char *)e->data.scalar.value;
    if (strcmp(s, "<<") == 0)
        die(e->start_mark.line, "merge keys are not supported");
    for (size_t i = 0; i < *n; i++)
        if (strcmp(keys[i], s) == 0)
            die(e->start_mark.line, "the key stands twice");
    if (*n == KEYS_MAX)
        die(e->start_mark.line, "too many keys");
    keys[*n] = strdup(s);
    if (!keys[(*n)++])
        die(e->start_mark.line, "out of memory");
}

static void mapping(int depth)
{
    yaml_event_t e;
    size_t n = 0;
    char **keys = calloc(KEYS_MAX, sizeof *keys);
    if (!keys)
        die(0, "out of memory");
    fputc('{', out);
    for (next(&e); e.type != YAML_MAPPING_END_EVENT; next(&e)) {
        if (e.type != YAML_SCALAR_EVENT)
            die(e.start_mark.line, "keys must be plain words");
        if (n)
            fputc(',', out);
        remember_key(keys, &n, &e);
        quoted((const char *)e.data.scalar.value, e.data.scalar.length);
        fputc(':', out);
        yaml_event_delete(&e);
        next(&e);
        node(&e, depth);
        yaml_event_delete(&e);
    }
    yaml_event_delete(&e);
    fputc('}', out);
    while (n)
        free(keys[--n]);
    free(keys);
}

static void node(const yaml_event_t *e, int depth)
{
    if (depth > DEPTH_MAX)
        die(e->start_mark.line, "nested too deeply");
    if (e->type == YAML_SCALAR_EVENT)
        scalar(e);
    else if (e->type == YAML_SEQUENCE_START_EVENT)
        sequence(depth + 1);
    else if (e->type == YAML_MAPPING_START_EVENT)
        mapping(depth + 1);
    else
        die(e->start_mark.line, "aliases are not supported");
}

static void document(void)
{
    yaml_event_t e;
    next(&e);
    yaml_event_delete(&e);
    next(&e);
    if (e.type != YAML_DOCUMENT_START_EVENT)
        die(e.start_mark.line, "there is no document");
    yaml_event_delete(&e);
    next(&e);
    node(&e, 0);
    yaml_event_delete(&e);
    next(&e);
    yaml_event_delete(&e);
    next(&e);
    if (e.type != YAML_STREAM_END_EVENT)
        die(e.start_mark.line, "there is more than one document");
    yaml_event_delete(&e);
    fputc('\n', out);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: yamljson IN.yaml OUT.json\n");
        return 2;
    }
    in_path = argv[1];
    FILE *in = fopen(in_path, "rbe");
    out = fopen(argv[2], "wbe");
    if (!in || !out || !yaml_parser_initialize(&parser)) {
        fprintf(stderr, "yamljson: %s: %s\n", in ? argv[2] : in_path, strerror(errno));
        return 1;
    }
    yaml_parser_set_input_file(&parser, in);
    document();
    yaml_parser_delete(&parser);
    fclose(in);
    if (fclose(out) != 0) {
        fprintf(stderr, "yamljson: %s: %s\n", argv[2], strerror(errno));
        return 1;
    }
    return 0;
}
