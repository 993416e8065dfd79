/* fault.c - see fault.h. */
#include "base/fault.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

static struct str vformat(struct arena *a, const char *fmt, va_list ap)
{
    va_list count;
    va_copy(count, ap);
    int n = vsnprintf(NULL, 0, fmt, count);
    va_end(count);
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, ap);
    return (struct str){p, (size_t)n};
}

void fault_init(struct fault *f, struct arena *arena)
{
    *f = (struct fault){.arena = arena};
}

void fault_clear(struct fault *f)
{
    fault_init(f, f->arena);
}

enum rc fault_set(struct fault *f, enum rc rc, const char *code, const char *file, int line,
                  const char *zh, const char *en, ...)
{
    va_list ap;
    f->rc = rc;
    f->code = str_copy(f->arena, str_of(code));
    f->file = file;
    f->line = line;
    va_start(ap, en);
    f->zh = vformat(f->arena, zh, ap);
    va_end(ap);
    va_start(ap, en);
    f->en = vformat(f->arena, en, ap);
    va_end(ap);
    return rc;
}

static struct field_error *next_field(struct fault *f)
{
    if (f->nfields == FAULT_FIELDS_MAX)
        return NULL;
    if (f->nfields == f->fields_room) {
        size_t room = f->fields_room ? f->fields_room * 2 : 8;
        struct field_error *grown = ARENA_MANY(f->arena, struct field_error, room);
        if (f->nfields)
            memcpy(grown, f->fields, f->nfields * sizeof *grown);
        f->fields = grown;
        f->fields_room = room;
    }
    return &f->fields[f->nfields++];
}

enum rc fail_field(struct fault *f, struct str pointer, const char *code, const char *zh, const char *en, ...)
{
    if (f->rc == RC_OK)
        fail(f, RC_INVALID, "invalid_content", "内容不符合要求，请按提示逐项修改",
             "The content breaks a rule; correct the fields named");
    struct field_error *e = next_field(f);
    if (!e)
        return f->rc;
    va_list ap;
    e->pointer = str_copy(f->arena, pointer);
    e->code = str_copy(f->arena, str_of(code));
    va_start(ap, en);
    e->zh = vformat(f->arena, zh, ap);
    va_end(ap);
    va_start(ap, en);
    e->en = vformat(f->arena, en, ap);
    va_end(ap);
    return f->rc;
}

bool fault_has_fields(const struct fault *f)
{
    return f->nfields > 0;
}

struct str fault_text(const struct fault *f, enum lang lang)
{
    return lang == LANG_EN ? f->en : f->zh;
}
