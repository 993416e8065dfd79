/* folder.c - see folder.h. Order of making durable: file, name in its folder, folder in its parent.
 */
#include "media/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Root, "/aa/bb/", 64 digits and the longest suffix. */
enum { NAME_MAX_BYTES = 64 + 16, SHARD_BYTES = 3 };

static const char *const suffixes[MEDIA_VARIANTS] = {
    [MEDIA_ORIGINAL] = "",
    [MEDIA_DISPLAY] = ".display.jpg",
    [MEDIA_THUMB] = ".thumb.jpg",
};

struct place {
    char outer[SHARD_BYTES];                     /* "aa" */
    char inner[2 * SHARD_BYTES];                 /* "aa/bb" */
    char path[2 * SHARD_BYTES + NAME_MAX_BYTES]; /* "aa/bb/aabb….thumb.jpg" */
};

static void place_of(const struct media_key *key, struct place *p)
{
    char hex[2 * sizeof key->sha256.b + 1];
    for (size_t i = 0; i < sizeof key->sha256.b; i++)
        snprintf(hex + 2 * i, 3, "%02x", key->sha256.b[i]);
    snprintf(p->outer, sizeof p->outer, "%.2s", hex);
    snprintf(p->inner, sizeof p->inner, "%.2s/%.2s", hex, hex + 2);
    snprintf(p->path, sizeof p->path, "%s/%s%s", p->inner, hex, suffixes[key->variant]);
}

static int open_folder(int at, const char *name)
{
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool sync_folder(int at, const char *name)
{
    int fd = open_folder(at, name);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

/* A new folder's name must reach the disk before anything is promised inside it. Another thread may
 * have made it and not synced yet, so the parent is synced by whoever first finds the leaf missing.
 */
static bool make_shard(int root, const struct place *p)
{
    struct stat st;
    if (fstatat(root, p->inner, &st, 0) == 0)
        return true;
    if (mkdirat(root, p->outer, 0700) != 0 && errno != EEXIST)
        return false;
    if (!sync_folder(root, "."))
        return false;
    return (mkdirat(root, p->inner, 0700) == 0 || errno == EEXIST);
}

/* Present with the same size: the bytes are the same, for the name is their hash. */
static bool present(int root, const struct place *p, const char *staged)
{
    struct stat there, here;
    return fstatat(root, p->path, &there, 0) == 0 && stat(staged, &here) == 0 &&
           there.st_size == here.st_size;
}

static bool put(int root, const struct place *p, const char *staged, enum media_variant variant)
{
    if (!make_shard(root, p))
        return false;
    if (variant == MEDIA_ORIGINAL && present(root, p, staged)) {
        if (unlink(staged) != 0)
            return false;
    } else if (renameat(AT_FDCWD, staged, root, p->path) != 0) {
        return false;
    }
    /* The first to come may not have synced yet when the second finds the file: both do. */
    return sync_folder(root, p->inner) && sync_folder(root, p->outer);
}

static enum rc folder_keep(struct media_store *s, struct fault *f, const char *staged,
                           const struct media_key *key)
{
    struct place p;
    place_of(key, &p);
    int root = open_folder(AT_FDCWD, s->root);
    if (root < 0)
        return media_io_fault(f, "open store", errno);
    bool ok = put(root, &p, staged, key->variant);
    int error = errno;
    close(root);
    return ok ? RC_OK : media_io_fault(f, "keep", error);
}

static enum rc folder_read(struct media_store *s, struct fault *f, const struct media_key *key,
                           struct media_file *out)
{
    struct place p;
    struct stat st;
    place_of(key, &p);
    int root = open_folder(AT_FDCWD, s->root);
    if (root < 0)
        return media_io_fault(f, "open store", errno);
    out->fd = openat(root, p.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int error = errno;
    close(root);
    if (out->fd < 0 && error == ENOENT)
        return fail(f, RC_NOT_FOUND, "media_missing", "照片不存在", "There is no such photograph");
    if (out->fd < 0)
        return media_io_fault(f, "open", error);
    if (fstat(out->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(out->fd);
        out->fd = -1;
        return media_io_fault(f, "stat", EIO);
    }
    out->bytes = st.st_size;
    return RC_OK;
}

static bool folder_has(struct media_store *s, const struct media_key *key)
{
    struct place p;
    struct stat st;
    place_of(key, &p);
    int root = open_folder(AT_FDCWD, s->root);
    if (root < 0)
        return false;
    bool found = fstatat(root, p.path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
    close(root);
    return found;
}

static bool folder_ready(struct media_store *s)
{
    return access(s->root, R_OK | W_OK | X_OK) == 0;
}

static void folder_close(struct media_store *s)
{
    (void)s;
}

static char *joined(const char *dir, const char *name)
{
    size_t room = strlen(dir) + strlen(name) + 2;
    char *p = xmalloc(room);
    snprintf(p, room, "%s/%s", dir, name);
    return p;
}

enum rc folder_open(struct media_store **out, struct fault *f, const char *dir)
{
    static const struct media_store_ops ops = {
        .keep = folder_keep,
        .open = folder_read,
        .has = folder_has,
        .ready = folder_ready,
        .close = folder_close,
    };
    struct media_store *s = xcalloc(1, sizeof *s);
    s->ops = &ops;
    s->root = xstrdup(dir);
    s->staging = joined(dir, "staging");
    if ((mkdir(s->root, 0700) != 0 && errno != EEXIST) ||
        (mkdir(s->staging, 0700) != 0 && errno != EEXIST) || access(s->staging, W_OK | X_OK) != 0 ||
        !sync_folder(AT_FDCWD, s->root)) {
        enum rc rc = media_io_fault(f, "make store", errno);
        media_store_close(s);
        return rc;
    }
    *out = s;
    return RC_OK;
}
