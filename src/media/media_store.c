/* media_store.c - see media_store.h: staging, which every backend shares, and the choice of a
 * backend. */
#include "media/media_store.h"

#include "base/log.h"
#include "media/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum rc media_io_fault(struct fault *f, const char *what, int error)
{
    log_error("media %s errno=%d", what, error);
    if (error == ENOSPC || error == EDQUOT) {
        f->retry_s = 60;
        return fail(f, RC_BUSY, "media_full", "照片存储空间不足，请联系系统管理员",
                    "There is no room for photographs; tell the system administrator");
    }
    return fail(f, RC_INTERNAL, "media_failed", "照片存储读写失败",
                "The photograph store could not be read or written");
}

enum rc media_store_open(struct media_store **out, struct fault *f, const char *url)
{
    static const char scheme[] = "file:";
    *out = NULL;
    if (strncmp(url, scheme, sizeof scheme - 1) == 0)
        url += sizeof scheme - 1;
    else if (strstr(url, "://"))
        return fail(f, RC_INVALID, "media_address", "不支持的照片存储地址：%s",
                    "This kind of photograph store is not supported: %s", url);
    if (!*url)
        return fail(f, RC_INVALID, "media_address", "照片存储地址为空",
                    "The address of the photograph store is empty");
    return folder_open(out, f, url);
}

void media_store_close(struct media_store *s)
{
    if (!s)
        return;
    s->ops->close(s);
    free(s->root);
    free(s->staging);
    free(s);
}

bool media_store_ready(struct media_store *s)
{
    return access(s->staging, W_OK | X_OK) == 0 && s->ops->ready(s);
}

enum rc media_begin(struct media_store *s, struct fault *f, int64_t max_bytes,
                    struct media_write **out)
{
    static const char pattern[] = "/up-XXXXXX";
    size_t n = strlen(s->staging);
    struct media_write *w = xcalloc(1, sizeof *w);
    *out = NULL;
    w->store = s;
    w->max_bytes = max_bytes;
    w->path = xmalloc(n + sizeof pattern);
    memcpy(w->path, s->staging, n);
    memcpy(w->path + n, pattern, sizeof pattern);
    hash_begin(&w->hasher);
    w->fd = mkostemp(w->path, O_CLOEXEC);
    if (w->fd < 0) {
        int error = errno;
        free(w->path);
        free(w);
        return media_io_fault(f, "stage", error);
    }
    *out = w;
    return RC_OK;
}

enum rc media_write_piece(struct media_write *w, struct fault *f, struct str piece)
{
    if ((int64_t)piece.n > w->max_bytes - w->bytes)
        return fail(f, RC_TOO_LARGE, "photo_too_large", "照片文件超过 %lld MB 上限",
                    "The photograph is larger than %lld MB", (long long)(w->max_bytes >> 20));
    size_t done = 0;
    while (done < piece.n) {
        ssize_t n = write(w->fd, piece.p + done, piece.n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return media_io_fault(f, "write", errno);
        done += (size_t)n;
    }
    if (piece.n)
        hash_raw(&w->hasher, piece.p, piece.n);
    w->bytes += (int64_t)piece.n;
    return RC_OK;
}

struct sha256 media_written(const struct media_write *w)
{
    struct hasher copy = w->hasher;
    return hash_end(&copy);
}

static void end(struct media_write *w)
{
    close(w->fd);
    free(w->path);
    free(w);
}

void media_abort(struct media_write *w)
{
    if (!w)
        return;
    unlink(w->path);
    end(w);
}

enum rc media_commit(struct media_write *w, struct fault *f, const struct media_key *key)
{
    if (key->variant == MEDIA_ORIGINAL && !sha256_eq(media_written(w), key->sha256)) {
        media_abort(w);
        return fail(f, RC_INVALID, "media_mismatch", "照片内容与声明的 SHA-256 不符",
                    "The bytes of the photograph do not have the SHA-256 announced");
    }
    /* The decoder may have written through a descriptor of its own: fsync is by file, not by
     * descriptor. */
    if (fsync(w->fd) != 0) {
        int error = errno;
        media_abort(w);
        return media_io_fault(f, "fsync", error);
    }
    enum rc rc = w->store->ops->keep(w->store, f, w->path, key);
    if (rc != RC_OK)
        unlink(w->path);
    end(w);
    return rc;
}

bool media_has(struct media_store *s, const struct media_key *key)
{
    return s->ops->has(s, key);
}

enum rc media_open(struct media_store *s, struct fault *f, const struct media_key *key,
                   struct media_file *out)
{
    *out = (struct media_file){.fd = -1};
    return s->ops->open(s, f, key, out);
}

enum rc media_sweep(struct media_store *s, struct fault *f, int64_t before_ms, size_t *removed)
{
    *removed = 0;
    DIR *dir = opendir(s->staging);
    if (!dir)
        return media_io_fault(f, "sweep", errno);
    struct dirent *e;
    while ((e = readdir(dir))) {
        struct stat st;
        if (fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
            continue;
        int64_t changed_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
        if (changed_ms < before_ms && unlinkat(dirfd(dir), e->d_name, 0) == 0)
            ++*removed;
    }
    closedir(dir);
    return RC_OK;
}
