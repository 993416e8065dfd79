/*
 * upload.c - bodies that go to a temporary file while they arrive, hashed on the way. The file is
 * removed with the exchange unless the handler has moved it; what a killed process left is removed
 * at the next start.
 */
#include "http/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

static enum rc io_failed(struct http_exchange *ex, const char *what)
{
    log_error("upload: cannot %s: %s", what, strerror(errno));
    ex->fault.retry_s = 30;
    return fail(&ex->fault, RC_BUSY, "upload_failed", "暂时无法保存上传内容，请稍后重试",
                "The upload cannot be stored just now; try again later");
}

enum rc upload_begin(struct http_exchange *ex)
{
    struct http_server *s = ex->server;
    unsigned long long number = atomic_fetch_add(&s->uploads, 1);
    struct str path =
        str_fmt(&ex->arena, "%.*s/upload-%ld-%llu", STR_ARG(s->tmp_dir), (long)getpid(), number);
    ex->upload_fd = open(path.p, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (ex->upload_fd < 0)
        return io_failed(ex, "create a temporary file");
    ex->rq.upload_path = path;
    ex->rq.upload_bytes = 0;
    hash_begin(&ex->upload_hash);
    return RC_OK;
}

enum rc upload_piece(struct http_exchange *ex, struct str piece)
{
    hash_raw(&ex->upload_hash, piece.p, piece.n);
    ex->rq.upload_bytes += (int64_t)piece.n;
    while (piece.n) {
        ssize_t n = write(ex->upload_fd, piece.p, piece.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return io_failed(ex, "write a temporary file");
        piece = str_sub(piece, (size_t)n, piece.n - (size_t)n);
    }
    return RC_OK;
}

enum rc upload_end(struct http_exchange *ex)
{
    int fd = ex->upload_fd;
    ex->upload_fd = -1;
    ex->rq.upload_sha256 = hash_end(&ex->upload_hash);
    return close(fd) == 0 ? RC_OK : io_failed(ex, "close a temporary file");
}

void upload_drop(struct http_exchange *ex)
{
    if (ex->upload_fd >= 0)
        close(ex->upload_fd);
    ex->upload_fd = -1;
    if (ex->rq.upload_path.p)
        unlink(ex->rq.upload_path.p);
    ex->rq.upload_path = STR_NONE;
}

/* Files are called upload-<process>-<number>. */
static bool is_left_over(const char *name)
{
    struct str rest = str_of(name), word, pid_text;
    int64_t pid;
    if (!str_next(&rest, '-', &word) || !str_is(word, "upload") || !str_next(&rest, '-', &pid_text))
        return false;
    if (!str_to_i64(pid_text, 1, INT32_MAX, &pid))
        return false;
    return pid == getpid() || (kill((pid_t)pid, 0) != 0 && errno == ESRCH);
}

enum rc upload_folder(struct http_server *s, struct fault *f)
{
    s->tmp_dir = str_fmt(&s->arena, "%.*s/tmp", STR_ARG(s->cfg.env->data_dir));
    if (mkdir(s->tmp_dir.p, 0700) != 0 && errno != EEXIST)
        return fail(f, RC_INTERNAL, "no_tmp_folder", "无法创建临时目录 %s：%s",
                    "Cannot create the folder %s: %s", s->tmp_dir.p, strerror(errno));
    DIR *d = opendir(s->tmp_dir.p);
    if (!d)
        return fail(f, RC_INTERNAL, "no_tmp_folder", "无法读取临时目录 %s：%s",
                    "Cannot read the folder %s: %s", s->tmp_dir.p, strerror(errno));
    for (struct dirent *e = readdir(d); e; e = readdir(d))
        if (is_left_over(e->d_name))
            unlinkat(dirfd(d), e->d_name, 0);
    closedir(d);
    return RC_OK;
}
