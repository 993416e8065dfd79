/* decoder_ground.c - see decoder_ground.h. */
#include "media/decoder_ground.h"

#include "base/civil.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

int ground_set_up(void **state)
{
    struct ground *g = xcalloc(1, sizeof *g);
    arena_init(&g->arena);
    fault_init(&g->fault, &g->arena);
    snprintf(g->dir, sizeof g->dir, "/tmp/decoder-test-XXXXXX");
    if (!mkdtemp(g->dir))
        return 1;
    snprintf(g->in, sizeof g->in, "%s/in", g->dir);
    snprintf(g->display, sizeof g->display, "%s/display", g->dir);
    snprintf(g->thumb, sizeof g->thumb, "%s/thumb", g->dir);
    g->job = (struct decode_job){g->in, g->display, g->thumb, ZONE_SHANGHAI_MIN};
    *state = g;
    return 0;
}

int ground_tear_down(void **state)
{
    struct ground *g = *state;
    unlink(g->in);
    unlink(g->display);
    unlink(g->thumb);
    int left = rmdir(g->dir); /* fails when something else was left */
    arena_free(&g->arena);
    free(g);
    return left;
}

void ground_write(struct ground *g, struct str content)
{
    int fd = open(g->in, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content.p, content.n), content.n);
    close(fd);
}

struct str ground_read(struct ground *g, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0)
        fail_msg("cannot read %s", path);
    char *p = arena_alloc(&g->arena, (size_t)st.st_size + 1);
    assert_int_equal(read(fd, p, (size_t)st.st_size), st.st_size);
    close(fd);
    return (struct str){p, (size_t)st.st_size};
}

struct decoder *ground_decoder(struct ground *g, const struct decoder_config *c)
{
    struct decoder *d;
    assert_int_equal(decoder_start(&d, &g->fault, c), RC_OK);
    return d;
}

const char *ground_run(struct ground *g, struct decoder *d, const char *original)
{
    fault_clear(&g->fault);
    g->job.original = original ? original : g->in;
    if (decoder_run(d, &g->arena, &g->fault, &g->job, &g->facts) == RC_OK)
        return "ok";
    assert_int_not_equal(access(g->display, F_OK), 0);
    assert_int_not_equal(access(g->thumb, F_OK), 0);
    assert_true(g->fault.zh.n > 0 && g->fault.en.n > 0);
    return str_z(&g->arena, g->fault.code);
}

static struct str unhex(struct ground *g, const char *hex)
{
    size_t n = strlen(hex) / 2;
    uint8_t *p = arena_alloc(&g->arena, n);
    assert_true(str_unhex(str_of(hex), p, n));
    return (struct str){(char *)p, n};
}

struct str ground_tiny_png(struct ground *g)
{
    return unhex(g, "89504e470d0a1a0a0000000d49484452000000020000000108020000007b40e8dd"
                    "0000000d4944415478da63f8cf0004ff01070001ff3d7d8c490000000049454e44ae426082");
}

struct str ground_bomb_png(struct ground *g)
{
    return unhex(g, "89504e470d0a1a0a0000000d494844520000ea600000ea6008020000000fb0e215"
                    "0000000d4944415478da63f8cf0004ff01070001ff3d7d8c490000000049454e44ae426082");
}
