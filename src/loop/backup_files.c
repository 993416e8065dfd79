/* backup_files.c - files of a backup: brought, copied, hashed, put aside, on disk. */
#include "loop/backup_inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/civil.h"
#include "base/clock.h"

enum { PIECE_BYTES = 64 * 1024, FILE_TEXT_MAX = 1 << 30, OPEN_FOLDERS = 16 };

enum rc backup_io_fault(struct fault *f, const char *path)
{
    return fail(f, RC_INTERNAL, "backup_io", "无法读写 %s：%s", "Cannot read or write %s: %s", path,
                strerror(errno));
}

bool file_exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

/* ---- reading and copying ---- */

static bool write_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

/* From its beginning to its end; `to` < 0: only hashed. */
static bool pump(int from, int to, struct sha256 *hash, int64_t *bytes)
{
    struct hasher h;
    char *piece = xmalloc(PIECE_BYTES);
    ssize_t n;
    *bytes = 0;
    hash_begin(&h);
    while ((n = pread(from, piece, PIECE_BYTES, *bytes)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || (to >= 0 && !write_all(to, piece, (size_t)n)))
            break;
        hash_raw(&h, piece, (size_t)n);
        *bytes += n;
    }
    *hash = hash_end(&h);
    int error = errno;
    free(piece);
    errno = error;
    return n == 0;
}

enum rc file_hash(struct fault *f, const char *path, struct sha256 *out, int64_t *bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return backup_io_fault(f, path);
    enum rc rc = pump(fd, -1, out, bytes) ? RC_OK : backup_io_fault(f, path);
    close(fd);
    return rc;
}

static bool make_folders_above(const char *path)
{
    char above[PATH_BYTES];
    size_t n = strlen(path);
    if (n >= sizeof above) {
        errno = ENAMETOOLONG;
        return false;
    }
    for (size_t i = 1; i < n; i++) {
        if (path[i] != '/')
            continue;
        memcpy(above, path, i);
        above[i] = '\0';
        if (mkdir(above, 0700) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

enum rc folders_above(struct fault *f, const char *path)
{
    return make_folders_above(path) ? RC_OK : backup_io_fault(f, path);
}

static int create(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static bool link_open_file(int fd, const char *to)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, path, AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0;
}

enum rc file_bring(struct fault *f, int from, const char *to, struct sha256 *out, int64_t *bytes)
{
    if (!make_folders_above(to))
        return backup_io_fault(f, to);
    int fd = link_open_file(from, to) ? -1 : create(to);
    if (fd < 0 && !file_exists(to))
        return backup_io_fault(f, to);
    enum rc rc = pump(from, fd, out, bytes) ? RC_OK : backup_io_fault(f, to);
    if (fd >= 0 && close(fd) != 0 && rc == RC_OK)
        rc = backup_io_fault(f, to);
    return rc;
}

enum rc file_copy(struct fault *f, const char *from, const char *to)
{
    struct sha256 hash;
    int64_t bytes;
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (in < 0)
        return backup_io_fault(f, from);
    int out = create(to);
    bool ok = out >= 0 && pump(in, out, &hash, &bytes) && fsync(out) == 0;
    enum rc rc = ok ? RC_OK : backup_io_fault(f, to);
    close(in);
    if (out >= 0)
        close(out);
    return rc;
}

enum rc file_write(struct fault *f, const char *path, struct str text)
{
    int fd = create(path);
    bool ok = fd >= 0 && write_all(fd, text.p, text.n) && fsync(fd) == 0;
    enum rc rc = ok ? RC_OK : backup_io_fault(f, path);
    if (fd >= 0)
        close(fd);
    return rc;
}

enum rc file_read(struct arena *a, struct fault *f, const char *path, struct str *out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_TEXT_MAX) {
        enum rc rc = backup_io_fault(f, path);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    char *p = arena_alloc(a, (size_t)st.st_size + 1);
    size_t have = 0;
    ssize_t n;
    while (have < (size_t)st.st_size && (n = read(fd, p + have, (size_t)st.st_size - have)) > 0)
        have += (size_t)n;
    close(fd);
    *out = (struct str){p, have};
    return have == (size_t)st.st_size ? RC_OK : backup_io_fault(f, path);
}

enum rc file_put_aside(struct arena *a, struct fault *f, const char *path,
                       const struct clock *clock)
{
    if (!file_exists(path))
        return RC_OK;
    struct str aside = str_fmt(a, "%s.before-restore-%lld", path, (long long)clock_now(clock));
    return rename(path, aside.p) == 0 ? RC_OK : backup_io_fault(f, path);
}

/* Of the key file's content, so that the manifest can tell keys apart without giving anything away.
 */
enum rc keys_mark(struct arena *a, struct fault *f, const char *path, struct sha256 *out)
{
    struct hasher h;
    struct str text;
    RETURN_IF(file_read(a, f, path, &text));
    hash_begin(&h);
    hash_field(&h, STR("xiaohao key file"));
    hash_field(&h, text);
    *out = hash_end(&h);
    return RC_OK;
}

/* ---- folders ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

void folder_remove(const char *path)
{
    nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

bool folder_is_free(const char *path)
{
    return !file_exists(path) || rmdir(path) == 0;
}

enum rc folder_sync(struct fault *f, const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && syncfs(fd) == 0;
    enum rc rc = ok ? RC_OK : backup_io_fault(f, path);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* ---- names of photographs ---- */

static const struct str suffixes[MEDIA_VARIANTS] = {[MEDIA_ORIGINAL] = STR_INIT(""),
                                                    [MEDIA_DISPLAY] = STR_INIT(".display.jpg"),
                                                    [MEDIA_THUMB] = STR_INIT(".thumb.jpg")};

struct str media_name(struct arena *a, const struct media_key *key)
{
    struct str hex = str_hex(a, key->sha256.b, sizeof key->sha256.b);
    return str_fmt(a, "media/%.2s/%.2s/%.*s%.*s", hex.p, hex.p + 2, STR_ARG(hex),
                   STR_ARG(suffixes[key->variant]));
}

bool media_name_read(struct str name, struct media_key *out)
{
    enum { HEX = 64, FOLDERS = sizeof "media/aa/bb/" - 1 };
    if (name.n < FOLDERS + HEX || !str_starts(name, STR("media/")) || name.p[8] != '/' ||
        name.p[11] != '/')
        return false;
    struct str hex = str_sub(name, FOLDERS, HEX), suffix = str_sub(name, FOLDERS + HEX, name.n);
    if (memcmp(name.p + 6, hex.p, 2) != 0 || memcmp(name.p + 9, hex.p + 2, 2) != 0)
        return false;
    for (int v = 0; v < MEDIA_VARIANTS; v++)
        if (str_eq(suffix, suffixes[v])) {
            out->variant = (enum media_variant)v;
            return str_unhex(hex, out->sha256.b, sizeof out->sha256.b);
        }
    return false;
}
