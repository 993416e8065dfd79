/* password.c - see password.h; the arithmetic is libsodium's crypto_pwhash (Argon2id 1.3, one
 * lane). */
#include "auth/password.h"

#include "base/arena.h"
#include "base/json_in.h"
#include "base/json_out.h"

#include <sodium.h>

enum {
    CHOSEN_PASSES = 2,
    CHOSEN_BYTES = 19 * 1024 * 1024,
    GENERATED_PASSES = 1,
    GENERATED_BYTES = 8 * 1024,
    RANDOM_CHARS = 20,
    LOGIN_MIN = 2,
    LOGIN_MAX = 64,
    LOGIN_TELLING = 3, /* shorter logins occur in passwords by chance */
};

/* Of 32 random bytes nobody kept: what a guess at an unknown login is verified against. */
static const char nobody[crypto_pwhash_STRBYTES] =
    "$argon2id$v=19$m=19456,t=2,p=1$KjYUcQTVyXewOaikX0r73w$"
    "ZXJdOb14ZP60gy7Zo4Hqpcew7lj8dybQJ7TUOve/v9E";

/* ---- what it must be ---- */

static int kinds_in(struct str s)
{
    unsigned kinds = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c >= 'a' && c <= 'z')
            kinds |= 1;
        else if (c >= 'A' && c <= 'Z')
            kinds |= 2;
        else if (c >= '0' && c <= '9')
            kinds |= 4;
        else
            kinds |= 8;
    }
    return __builtin_popcount(kinds);
}

static bool has_control(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
            return true;
    return false;
}

enum rc password_check(struct fault *f, struct str pointer, struct str login, struct str password)
{
    if (password.n > PASSWORD_MAX_BYTES)
        return fail_field(f, pointer, "password_too_long", "口令最长 %d 字节",
                          "a password has at most %d bytes", PASSWORD_MAX_BYTES);
    if (!utf8_valid(password) || has_control(password))
        return fail_field(f, pointer, "password_characters", "口令含有无法输入的字符",
                          "the password contains characters that cannot be typed");
    size_t chars = utf8_count(password);
    if (chars < PASSWORD_MIN_CHARS)
        return fail_field(f, pointer, "password_too_short", "口令至少 %d 个字符",
                          "a password has at least %d characters", PASSWORD_MIN_CHARS);
    if (chars < PASSWORD_LONG_CHARS && kinds_in(password) < PASSWORD_KINDS)
        return fail_field(
            f, pointer, "password_too_simple",
            "口令须含大写字母、小写字母、数字、其他字符中的三种，或不少于 %d 个字符",
            "a password needs three of upper case, lower case, digits and others, or %d characters",
            PASSWORD_LONG_CHARS);
    struct str folded = utf8_fold(f->arena, password);
    if (login.n >= LOGIN_TELLING && str_find(folded, login, 0) >= 0)
        return fail_field(f, pointer, "password_has_login", "口令不得包含登录名",
                          "a password must not contain the login");
    return RC_OK;
}

bool login_normal(struct arena *a, struct str typed, struct str *login)
{
    struct str s = str_trim(utf8_fold(a, typed));
    if (s.n < LOGIN_MIN || s.n > LOGIN_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                  c == '-' || c == '@';
        if (!ok)
            return false;
    }
    *login = s;
    return true;
}

/* ---- its hash ---- */

enum rc password_hash(struct arena *a, struct fault *f, enum password_source from,
                      struct str password, struct str *hash)
{
    char *out = arena_alloc(a, crypto_pwhash_STRBYTES);
    bool chosen = from == PASSWORD_CHOSEN;
    if (crypto_pwhash_str_alg(
            out, password.p, password.n, chosen ? CHOSEN_PASSES : GENERATED_PASSES,
            chosen ? CHOSEN_BYTES : GENERATED_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        fail(f, RC_BUSY, "busy", "系统正忙，请稍后重试", "Busy; try again shortly");
        f->retry_s = 1;
        return RC_BUSY;
    }
    *hash = str_of(out);
    return RC_OK;
}

static bool matches(const char *hash, struct str password)
{
    return crypto_pwhash_str_verify(hash, password.p ? password.p : "", password.n) == 0;
}

bool password_verify(struct str hash, struct str password)
{
    if (str_empty(hash) || hash.n >= crypto_pwhash_STRBYTES) {
        (void)matches(nobody, password);
        return false;
    }
    char z[crypto_pwhash_STRBYTES] = {0};
    memcpy(z, hash.p, hash.n);
    bool ok = matches(z, password);
    /* A cheap hash would tell by its speed that the account is there. */
    if (crypto_pwhash_str_needs_rehash(z, CHOSEN_PASSES, CHOSEN_BYTES) != 0)
        (void)matches(nobody, password);
    return ok;
}

struct str password_random(struct arena *a)
{
    static const char set[] = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    char *p = arena_alloc(a, RANDOM_CHARS + 1);
    struct str s = {p, RANDOM_CHARS};
    do {
        for (size_t i = 0; i < RANDOM_CHARS; i++)
            p[i] = set[randombytes_uniform(sizeof set - 1)];
    } while (kinds_in(s) < PASSWORD_KINDS);
    return s;
}

/* ---- the last ones ---- */

struct history {
    struct str hash[PASSWORD_REMEMBERED];
    size_t n;
};

/* Our own writing: anything unreadable counts as empty. */
static struct history read_history(struct arena *a, struct str text)
{
    struct history h = {0};
    struct fault f;
    struct jin in;
    fault_init(&f, a);
    struct str doc = str_fmt(a, "{\"h\":%.*s}", STR_ARG(text));
    if (jin_parse(&in, a, &f, doc) != RC_OK)
        return h;
    size_t n = 0;
    if (jin_arr(&in, "h", JIN_OPTIONAL, PASSWORD_REMEMBERED, &n))
        for (size_t i = 0; i < n; i++)
            if (jin_arr_str(&in, "h", i, crypto_pwhash_STRBYTES, &h.hash[h.n]))
                h.n++;
    jin_free(&in);
    return h;
}

struct str password_history_add(struct arena *a, struct str history, struct str hash)
{
    struct history h = read_history(a, history);
    struct buf b;
    struct json_out j;
    buf_init(&b, 4096);
    jo_begin(&j, &b, 0);
    jo_arr(&j, NULL);
    jo_str(&j, NULL, hash);
    for (size_t i = 0; i < h.n && i + 1 < PASSWORD_REMEMBERED; i++)
        jo_str(&j, NULL, h.hash[i]);
    jo_end(&j);
    struct str out = str_copy(a, buf_view(&b));
    buf_free(&b);
    return out;
}

bool password_history_has(struct arena *a, struct str history, struct str password)
{
    struct history h = read_history(a, history);
    for (size_t i = 0; i < h.n; i++)
        if (password_verify(h.hash[i], password))
            return true;
    return false;
}
