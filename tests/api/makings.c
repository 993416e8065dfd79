/* makings.c - see harness.h: ids, times, pictures, files. */
#include "harness.h"

#include <sys/stat.h>
#include <time.h>

#include "base/civil.h"
#include "base/uuid.h"

void id_write(char out[ID_BYTES])
{
    uuid_format(uuid_make(now_ms()), out);
    out[UUID_TEXT] = '\0';
}

const char *new_id(void)
{
    static char turns[256][ID_BYTES];
    static unsigned turn;
    char *p = turns[turn++ % 256];
    id_write(p);
    return p;
}

int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const char *time_text(int64_t ms)
{
    static char turns[16][RFC3339_MAX + 1];
    static unsigned turn;
    char *p = turns[turn++ % 16];
    p[civil_format(ms, 480, p)] = '\0';
    return p;
}

/* ---- pictures ---- */

struct png {
    unsigned char *p;
    size_t n;
};

static uint32_t crc_of(const unsigned char *p, size_t n)
{
    uint32_t c = 0xffffffffu;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++)
            c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    }
    return ~c;
}

static void put32(unsigned char *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(v >> (24 - 8 * i));
}

static void put_chunk(struct png *out, const char *type, const unsigned char *data, size_t n)
{
    unsigned char *p = out->p + out->n;
    put32(p, (uint32_t)n);
    memcpy(p + 4, type, 4);
    if (n)
        memcpy(p + 8, data, n);
    put32(p + 8 + n, crc_of(p + 4, n + 4));
    out->n += n + 12;
}

/* zlib's frame around stored blocks: no compressor is needed. */
static size_t deflate_stored(unsigned char *out, const unsigned char *raw, size_t n)
{
    uint32_t a = 1, b = 0;
    size_t k = 0;
    out[k++] = 0x78;
    out[k++] = 0x01;
    for (size_t at_byte = 0; at_byte < n;) {
        size_t piece = n - at_byte < 65535 ? n - at_byte : 65535;
        out[k++] = at_byte + piece == n;
        out[k++] = (unsigned char)(piece & 255);
        out[k++] = (unsigned char)(piece >> 8);
        out[k++] = (unsigned char)(~piece & 255);
        out[k++] = (unsigned char)((~piece >> 8) & 255);
        memcpy(out + k, raw + at_byte, piece);
        k += piece;
        at_byte += piece;
    }
    for (size_t i = 0; i < n; i++) {
        a = (a + raw[i]) % 65521;
        b = (b + a) % 65521;
    }
    put32(out + k, b << 16 | a);
    return k + 4;
}

/* Rows as PNG has them: a filter byte, then the pixels. Takes `raw` over. */
static char *png_of_rows(unsigned char *raw, unsigned w, unsigned h, size_t *bytes)
{
    size_t raw_n = (1 + 3 * (size_t)w) * h;
    unsigned char *packed_rows = malloc(raw_n + raw_n / 65535 * 5 + 64);
    struct png out = {malloc(raw_n + raw_n / 65535 * 5 + 256), 0};
    unsigned char head[13] = {0};
    put32(head, w);
    put32(head + 4, h);
    head[8] = 8;
    head[9] = 2;
    memcpy(out.p, "\x89PNG\r\n\x1a\n", 8);
    out.n = 8;
    put_chunk(&out, "IHDR", head, sizeof head);
    size_t n = deflate_stored(packed_rows, raw, raw_n);
    put_chunk(&out, "IDAT", packed_rows, n);
    put_chunk(&out, "IEND", head, 0);
    free(raw);
    free(packed_rows);
    *bytes = out.n;
    return (char *)out.p;
}

char *picture_png(unsigned w, unsigned h, unsigned seed, size_t *bytes)
{
    size_t line = 1 + 3 * (size_t)w;
    unsigned char *raw = calloc(line * h, 1);
    for (size_t y = 0; y < h; y++)
        for (size_t x = 0; x < 3 * (size_t)w; x++)
            raw[y * line + 1 + x] = (unsigned char)((x * (seed % 7 + 1) + y * 5 + seed * 37) & 255);
    memcpy(raw + 1, &seed, w ? 3 : 0); /* no two seeds give one picture */
    raw[4] = (unsigned char)(seed >> 24);
    return png_of_rows(raw, w, h, bytes);
}

char *pixels_png(const unsigned char *rgb, unsigned w, unsigned h, size_t *bytes)
{
    size_t line = 1 + 3 * (size_t)w;
    unsigned char *raw = calloc(line * h, 1);
    for (size_t y = 0; y < h; y++)
        memcpy(raw + y * line + 1, rgb + y * (line - 1), line - 1);
    return png_of_rows(raw, w, h, bytes);
}

void sha_text(const void *p, size_t n, char out[SHA_BYTES])
{
    struct sha256 sha = sha256_of((struct str){p, n});
    for (size_t i = 0; i < sizeof sha.b; i++)
        snprintf(out + 2 * i, 3, "%02x", sha.b[i]);
}

const char *upload_picture(const struct account *who, unsigned seed)
{
    static char turns[64][SHA_BYTES];
    static unsigned turn;
    char *sha = turns[turn++ % 64];
    size_t n;
    char *png = picture_png(24, 16, seed, &n);
    sha_text(png, n, sha);
    api_bytes(png, n, "image/png");
    api(who, 201, "PUT", NULL, "/photos/%s", sha);
    free(png);
    return sha;
}

/* ---- files ---- */

const char *shared_path(const char *name)
{
    static char turns[4][PATH_BYTES];
    static unsigned turn;
    const char *root = getenv("XIAOHAO_SHARED"), *source = getenv("SOURCE_ROOT");
    char *p = turns[turn++ % 4];
    if (root)
        snprintf(p, PATH_BYTES, "%s/data/%s", root, name);
    else
        snprintf(p, PATH_BYTES, "%s/../shared/data/%s", source ? source : ".", name);
    return access(p, R_OK) == 0 ? p : NULL;
}

char *file_read(const char *path, size_t *bytes)
{
    FILE *f = fopen(path, "rbe");
    struct stat st;
    *bytes = 0;
    if (!f)
        return NULL;
    if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode)) {
        fclose(f);
        return NULL;
    }
    char *text = malloc((size_t)st.st_size + 1);
    if (text) {
        *bytes = fread(text, 1, (size_t)st.st_size, f);
        text[*bytes] = '\0';
    }
    fclose(f);
    return text;
}

void file_write(const char *path, const void *p, size_t n)
{
    FILE *f = fopen(path, "wbe");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}
