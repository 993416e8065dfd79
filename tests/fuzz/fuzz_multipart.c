/* fuzz_multipart.c - any body as a form: parts come out within their limits, and the reader ends. */
#include "base/arena.h"
#include "change/change.h"
#include "http/multipart.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The request's reader names it; no form asks for one. */
struct uuid change_new_id(const struct op *op)
{
    (void)op;
    return UUID_NONE;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    struct fault f;
    struct multipart m;
    struct multipart_part part;
    struct str piece;
    bool more = true;
    size_t total = 0;
    int fd = memfd_create("form", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, n) != (ssize_t)n || lseek(fd, 0, SEEK_SET) != 0)
        abort();
    arena_init(&a);
    fault_init(&f, &a);
    enum rc rc = multipart_open(&m, &a, &f, fd, STR("multipart/form-data; boundary=b"));
    while (rc == RC_OK && more) {
        rc = multipart_next(&m, &part, &more);
        while (rc == RC_OK && m.in_part) {
            rc = multipart_piece(&m, &piece);
            total += piece.n;
        }
    }
    if (total > n)
        abort();
    close(fd);
    arena_free(&a);
    return 0;
}
