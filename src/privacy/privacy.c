/*
 * privacy.c - see privacy.h: the file of keys, sealing, and the index of sealed values.
 *
 * The file is text, one key a line:
 *     xiaohao-keys 1
 *     index <64 hex digits>        for privacy_index(); never changes, or nothing is found any more
 *     seal 1 <64 hex digits>       for sealing; the highest number seals, all of them open
 * A blob is: version (1), number of the key, nonce (24), cipher text with its tag (16).
 */
#include "privacy/privacy.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BLOB_VERSION = 1,
    KEY_BYTES = crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
    NONCE_BYTES = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_BYTES = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    HEAD_BYTES = 2 + NONCE_BYTES,
    INDEX_BYTES = 32,
    KEYS_MAX = 255,
    FILE_MAX_BYTES = 64 * 1024,
};

struct keys {
    uint8_t index[KEY_BYTES];
    bool has_index;
    uint8_t seal[KEYS_MAX + 1][KEY_BYTES];
    bool has_seal[KEYS_MAX + 1];
    int newest; /* the number of the key that seals; 0: none */
};

/* ---- the file ---- */

static bool read_line(struct keys *k, struct str line)
{
    struct str word, number = STR_NONE, rest = line;
    if (!str_next(&rest, ' ', &word))
        return false;
    if (str_is(word, "index") && !k->has_index) {
        k->has_index = true;
        return str_unhex(rest, k->index, KEY_BYTES);
    }
    int64_t n = 0;
    if (!str_is(word, "seal") || !str_next(&rest, ' ', &number) ||
        !str_to_i64(number, 1, KEYS_MAX, &n) || k->has_seal[n])
        return false;
    k->has_seal[n] = true;
    if (n > k->newest)
        k->newest = (int)n;
    return str_unhex(rest, k->seal[n], KEY_BYTES);
}

static bool read_text(struct keys *k, struct str text)
{
    struct str line;
    if (!str_next(&text, '\n', &line) || !str_is(line, "xiaohao-keys 1"))
        return false;
    while (str_next(&text, '\n', &line))
        if (!str_empty(line) && !read_line(k, line))
            return false;
    return k->has_index && k->newest > 0;
}

/* Whole file into `text`; -1 when it cannot be read. */
static ssize_t read_all(int fd, char *text, size_t room)
{
    size_t n = 0;
    while (n < room) {
        ssize_t got = read(fd, text + n, room - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

static enum rc load(struct keys *k, struct fault *f, int fd, const char *path)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES)
        return fail(f, RC_INTERNAL, "keys_unreadable", "密钥文件 %s 无法读取",
                    "the key file %s cannot be read", path);
    if (st.st_mode & 077)
        return fail(f, RC_INTERNAL, "keys_exposed", "密钥文件 %s 其他用户可读，请改为 0600",
                    "the key file %s is open to other users; make it 0600", path);
    char *text = xmalloc(FILE_MAX_BYTES);
    ssize_t n = read_all(fd, text, FILE_MAX_BYTES);
    bool ok = n > 0 && read_text(k, (struct str){text, (size_t)n});
    sodium_memzero(text, FILE_MAX_BYTES);
    free(text);
    if (!ok)
        return fail(f, RC_INTERNAL, "keys_damaged", "密钥文件 %s 内容已损坏",
                    "the key file %s is damaged", path);
    return RC_OK;
}

static bool write_durably(int fd, struct str text)
{
    size_t done = 0;
    while (done < text.n) {
        ssize_t n = write(fd, text.p + done, text.n - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return fsync(fd) == 0;
}

static struct str fresh_text(struct arena *a)
{
    uint8_t index[KEY_BYTES], seal[KEY_BYTES];
    randombytes_buf(index, sizeof index);
    randombytes_buf(seal, sizeof seal);
    struct str text =
        str_fmt(a, "xiaohao-keys 1\nindex %.*s\nseal 1 %.*s\n",
                STR_ARG(str_hex(a, index, KEY_BYTES)), STR_ARG(str_hex(a, seal, KEY_BYTES)));
    sodium_memzero(index, sizeof index);
    sodium_memzero(seal, sizeof seal);
    return text;
}

/* The folder is flushed as well: a key lost with the power is data lost for good. */
static bool flush_folder(struct arena *a, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t n = slash ? (size_t)(slash - path) : 0;
    char *folder = slash ? str_z(a, n ? (struct str){path, n} : STR("/")) : str_z(a, STR("."));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

/* Two processes may start at once: the file is written beside and linked into place, so that the
 * second finds the first one's whole file and takes it. */
static enum rc make_file(struct fault *f, const char *path)
{
    char *beside = str_z(
        f->arena, str_fmt(f->arena, "%s.%ld.%08x", path, (long)getpid(), randombytes_random()));
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_durably(fd, fresh_text(f->arena));
    if (fd >= 0)
        close(fd);
    ok = ok && (link(beside, path) == 0 || errno == EEXIST) && flush_folder(f->arena, path);
    if (fd >= 0)
        unlink(beside);
    if (!ok)
        return fail(f, RC_INTERNAL, "keys_unwritable", "无法写入密钥文件 %s",
                    "the key file %s cannot be written", path);
    log_info("made the key file %s; keep a copy of it apart from the backups of the database",
             path);
    return RC_OK;
}

enum rc keys_open(struct keys **out, struct fault *f, const char *path, bool create)
{
    if (sodium_init() < 0)
        return fail(f, RC_INTERNAL, "no_randomness", "系统随机数不可用",
                    "the system has no randomness");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && create) {
        RETURN_IF(make_file(f, path));
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return fail(f, RC_INTERNAL, "keys_unreadable", "密钥文件 %s 无法读取",
                    "the key file %s cannot be read", path);
    struct keys *k = xcalloc(1, sizeof *k);
    sodium_mlock(k, sizeof *k); /* may be refused by ulimit: then it is only not locked */
    enum rc rc = load(k, f, fd, path);
    close(fd);
    if (rc != RC_OK)
        keys_close(k);
    else
        *out = k;
    return rc;
}

void keys_close(struct keys *k)
{
    if (!k)
        return;
    sodium_munlock(k, sizeof *k); /* wipes it too */
    free(k);
}

/* ---- sealing ---- */

/* What binds a blob to its place; lengths in front keep two places from sharing a spelling. */
static struct sha256 place_hash(const struct privacy_place *at)
{
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, STR("xiaohao.sealed"));
    hash_field_i64(&h, at->hq);
    hash_field(&h, str_of(at->field));
    hash_field_uuid(&h, at->record_id);
    return hash_end(&h);
}

struct str privacy_seal(const struct keys *k, struct arena *a, const struct privacy_place *at,
                        struct str clear)
{
    if (!clear.p)
        return STR_NONE;
    uint8_t *blob = arena_alloc(a, HEAD_BYTES + clear.n + TAG_BYTES);
    struct sha256 place = place_hash(at);
    unsigned long long n = 0;
    blob[0] = BLOB_VERSION;
    blob[1] = (uint8_t)k->newest;
    randombytes_buf(blob + 2, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(blob + HEAD_BYTES, &n, (const uint8_t *)clear.p,
                                               clear.n, place.b, sizeof place.b, NULL, blob + 2,
                                               k->seal[k->newest]);
    return (struct str){(const char *)blob, HEAD_BYTES + (size_t)n};
}

enum rc privacy_open(const struct keys *k, struct arena *a, struct fault *f,
                     const struct privacy_place *at, struct str sealed, struct str *clear)
{
    *clear = STR_NONE;
    if (!sealed.p)
        return RC_OK;
    const uint8_t *blob = (const uint8_t *)sealed.p;
    bool shaped =
        sealed.n >= HEAD_BYTES + TAG_BYTES && blob[0] == BLOB_VERSION && k->has_seal[blob[1]];
    if (shaped) {
        size_t room = sealed.n - HEAD_BYTES;
        uint8_t *out = arena_alloc(a, room);
        struct sha256 place = place_hash(at);
        unsigned long long n = 0;
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n, NULL, blob + HEAD_BYTES, room,
                                                       place.b, sizeof place.b, blob + 2,
                                                       k->seal[blob[1]]) == 0) {
            *clear = (struct str){(const char *)out, (size_t)n};
            return RC_OK;
        }
    }
    return fail(f, RC_INTERNAL, "sealed_damaged", "加密的个人信息无法解开：数据被改动或密钥不符",
                "sealed personal data cannot be opened: altered, or sealed with another key");
}

struct str privacy_index(const struct keys *k, struct arena *a, int64_t hq, const char *field,
                         struct str normal)
{
    if (!normal.p)
        return STR_NONE;
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, STR("xiaohao.index"));
    hash_field_i64(&h, hq);
    hash_field(&h, str_of(field));
    hash_field(&h, normal);
    struct sha256 what = hash_end(&h);
    uint8_t *out = arena_alloc(a, INDEX_BYTES);
    crypto_generichash(out, INDEX_BYTES, what.b, sizeof what.b, k->index, KEY_BYTES);
    return (struct str){(const char *)out, INDEX_BYTES};
}
