/*
 * store_file.c - makes the file a SQLite database lives in: readable by its owner alone from the first moment,
 * and entered in its folder for good before anything is acknowledged.
 */
#include "store/store_engine.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void sync_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash ? xstrdup(path) : xstrdup(".");
    if (slash)
        dir[slash == path ? 1 : slash - path] = '\0';
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        if (fsync(fd) != 0)
            log_warn("sqlite: the folder of %s cannot be synced", path);
        close(fd);
    }
    free(dir);
}

/* The file is made before SQLite opens it, so that nobody else can read it even for a moment. */
enum rc store_make_file(const char *path, bool must_be_new, struct fault *f)
{
    int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST && !must_be_new)
        return RC_OK;
    if (fd < 0 && errno == EEXIST)
        return fail(f, RC_CONFLICT, "file_exists", "文件 %s 已存在", "the file %s exists already",
                    path);
    if (fd < 0)
        return fail(f, RC_INTERNAL, "database_open", "不能建立数据库文件 %s：%s",
                    "the database file %s cannot be made: %s", path, strerror(errno));
    close(fd);
    sync_directory(path);
    return RC_OK;
}
