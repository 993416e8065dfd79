/* media_store_test.c - staging, keeping and finding files in a folder store made for the test. */
#include "media/media_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

struct ground {
    struct arena arena;
    struct fault fault;
    char dir[64];
    struct media_store *store;
};

static int set_up(void **state)
{
    struct ground *g = xcalloc(1, sizeof *g);
    arena_init(&g->arena);
    fault_init(&g->fault, &g->arena);
    snprintf(g->dir, sizeof g->dir, "/tmp/media-test-XXXXXX");
    if (!mkdtemp(g->dir) || media_store_open(&g->store, &g->fault, g->dir) != RC_OK)
        return 1;
    *state = g;
    return 0;
}

static void remove_tree(const char *path)
{
    char child[4096];
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        snprintf(child, sizeof child, "%s/%s", path, e->d_name);
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && unlink(child) != 0)
            remove_tree(child);
    }
    if (d)
        closedir(d);
    rmdir(path);
}

static int tear_down(void **state)
{
    struct ground *g = *state;
    media_store_close(g->store);
    remove_tree(g->dir);
    arena_free(&g->arena);
    free(g);
    return 0;
}

static size_t staged(struct ground *g)
{
    size_t n = 0;
    DIR *d = opendir(g->store->staging);
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static struct media_write *begun(struct ground *g, int64_t max_bytes, struct str content)
{
    struct media_write *w;
    assert_int_equal(media_begin(g->store, &g->fault, max_bytes, &w), RC_OK);
    for (size_t i = 0; i < content.n; i += 3)
        assert_int_equal(media_write_piece(w, &g->fault, str_sub(content, i, 3)), RC_OK);
    return w;
}

static void bytes_come_back_as_they_went_in(void **state)
{
    struct ground *g = *state;
    struct str content = STR("the bytes of a photograph");
    struct media_key key = {sha256_of(content), MEDIA_ORIGINAL};
    assert_false(media_has(g->store, &key));
    for (int turn = 0; turn < 2; turn++) { /* the second time nothing changes */
        struct media_write *w = begun(g, 100, content);
        assert_true(sha256_eq(media_written(w), key.sha256));
        assert_int_equal(media_commit(w, &g->fault, &key), RC_OK);
        assert_int_equal(staged(g), 0);
    }
    struct media_file file;
    char back[64];
    assert_int_equal(media_open(g->store, &g->fault, &key, &file), RC_OK);
    assert_int_equal(file.bytes, content.n);
    assert_int_equal(read(file.fd, back, sizeof back), content.n);
    assert_memory_equal(back, content.p, content.n);
    close(file.fd);
    struct str hex = str_hex(&g->arena, key.sha256.b, sizeof key.sha256.b);
    struct str path =
        str_fmt(&g->arena, "%s/%.2s/%.2s/%.*s", g->dir, hex.p, hex.p + 2, STR_ARG(hex));
    struct stat st;
    assert_int_equal(stat(str_z(&g->arena, path), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void copies_stand_beside_the_original(void **state)
{
    struct ground *g = *state;
    struct sha256 sha = sha256_of(STR("an original"));
    for (int v = MEDIA_DISPLAY; v < MEDIA_VARIANTS; v++) {
        struct media_key key = {sha, (enum media_variant)v};
        struct media_write *w = begun(g, 0, STR(""));
        int fd = open(w->path, O_WRONLY); /* as the decoder does */
        assert_int_equal(write(fd, "copy", 4), 4);
        close(fd);
        assert_int_equal(media_commit(w, &g->fault, &key), RC_OK);
        assert_true(media_has(g->store, &key));
    }
    struct media_key original = {sha, MEDIA_ORIGINAL};
    struct media_file file;
    assert_int_equal(media_open(g->store, &g->fault, &original, &file), RC_NOT_FOUND);
    assert_true(str_is(g->fault.code, "media_missing"));
}

static void limits_and_lies_are_refused(void **state)
{
    struct ground *g = *state;
    struct media_write *w = begun(g, 10, STR("0123456789"));
    assert_int_equal(media_write_piece(w, &g->fault, STR("x")), RC_TOO_LARGE);
    assert_true(str_is(g->fault.code, "photo_too_large"));
    media_abort(w);
    assert_int_equal(staged(g), 0);

    fault_clear(&g->fault);
    struct media_key other = {sha256_of(STR("other")), MEDIA_ORIGINAL};
    w = begun(g, 10, STR("something"));
    assert_int_equal(media_commit(w, &g->fault, &other), RC_INVALID);
    assert_true(str_is(g->fault.code, "media_mismatch"));
    assert_false(media_has(g->store, &other));
    assert_int_equal(staged(g), 0);

    struct media_store *none = NULL;
    assert_int_equal(media_store_open(&none, &g->fault, "ftp://host/bucket"), RC_INVALID);
    assert_null(none);
    assert_int_equal(media_store_open(&none, &g->fault, "file:/dev/null/media"), RC_INTERNAL);
    assert_null(none);
}

static void what_a_crash_left_is_swept(void **state)
{
    struct ground *g = *state;
    struct media_write *old = begun(g, 10, STR("old")), *young = begun(g, 10, STR("young"));
    struct timespec long_ago[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, old->path, long_ago, 0), 0);
    size_t removed;
    assert_int_equal(media_sweep(g->store, &g->fault, 2000 * 1000, &removed), RC_OK);
    assert_int_equal(removed, 1);
    assert_int_equal(staged(g), 1);
    media_abort(old);
    media_abort(young);
    assert_int_equal(staged(g), 0);
    assert_true(media_store_ready(g->store));
}

/* A thousand uploads that break off leave neither files nor descriptors. */
static void aborted_uploads_leave_nothing(void **state)
{
    struct ground *g = *state;
    int before = dup(0);
    close(before);
    for (int i = 0; i < 1000; i++)
        media_abort(begun(g, 100, STR("part of a pho")));
    int after = dup(0);
    close(after);
    assert_int_equal(before, after);
    assert_int_equal(staged(g), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bytes_come_back_as_they_went_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(copies_stand_beside_the_original, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_and_lies_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_crash_left_is_swept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(aborted_uploads_leave_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
