/*
 * repeat.c - repeats a draw from what is published of it, sharing nothing with the program but the description in
 * src/round/draw.h and commitment.h: SHA-256 and HMAC of its own, plain C, no library.
 *
 *   repeat TEXT COMMITMENT SLOT KEY PATH
 *
 * TEXT is a file with the draw's text, PATH the twelve hashes joined. Prints the drawn ids, one per line; exit 1 when
 * the key was not in the commitment, 2 when the quotas do not follow.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

/* ---- FIPS 180-4, RFC 2104 ---- */

static const u32 K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static u32 ror(u32 x, int n)
{
    return x >> n | x << (32 - n);
}

static void block(u32 h[8], const u8 *p)
{
    u32 w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (u32)p[4 * i] << 24 | (u32)p[4 * i + 1] << 16 | (u32)p[4 * i + 2] << 8 | p[4 * i + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + (ror(w[i - 15], 7) ^ ror(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7] +
               (ror(w[i - 2], 17) ^ ror(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, h, sizeof s);
    for (int i = 0; i < 64; i++) {
        u32 a = s[7] + (ror(s[4], 6) ^ ror(s[4], 11) ^ ror(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i];
        u32 b = (ror(s[0], 2) ^ ror(s[0], 13) ^ ror(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += a;
        s[0] = a + b;
    }
    for (int i = 0; i < 8; i++)
        h[i] += s[i];
}

static void sha(const u8 *p, size_t n, u8 out[32])
{
    u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    size_t padded = (n + 9 + 63) / 64 * 64;
    u8 *m = calloc(1, padded);
    memcpy(m, p, n);
    m[n] = 0x80;
    for (int i = 0; i < 8; i++)
        m[padded - 1 - (size_t)i] = (u8)((u64)n * 8 >> (8 * i));
    for (size_t i = 0; i < padded; i += 64)
        block(h, m + i);
    free(m);
    for (int i = 0; i < 32; i++)
        out[i] = (u8)(h[i / 4] >> (24 - 8 * (i % 4)));
}

static void hmac(const u8 key[32], const u8 *p, size_t n, u8 out[32])
{
    u8 *inner = malloc(64 + n), outer[96];
    for (int i = 0; i < 64; i++) {
        u8 k = i < 32 ? key[i] : 0;
        inner[i] = k ^ 0x36;
        outer[i] = k ^ 0x5c;
    }
    memcpy(inner + 64, p, n);
    sha(inner, 64 + n, outer + 64);
    sha(outer, 96, out);
    free(inner);
}

/* ---- the commitment ---- */

static void unhex(const char *s, u8 *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char pair[3] = {s[2 * i], s[2 * i + 1], 0};
        out[i] = (u8)strtoul(pair, NULL, 16);
    }
}

static int in_commitment(const u8 root[32], u32 slot, const u8 key[32], const char *path)
{
    u8 leaf[37] = {0, (u8)(slot >> 24), (u8)(slot >> 16), (u8)(slot >> 8), (u8)slot}, h[32];
    memcpy(leaf + 5, key, 32);
    sha(leaf, sizeof leaf, h);
    for (int l = 0; l < 12; l++) {
        u8 node[65] = {1}, other[32];
        unhex(path + 64 * l, other, 32);
        int right = slot >> l & 1;
        memcpy(node + 1, right ? other : h, 32);
        memcpy(node + 33, right ? h : other, 32);
        sha(node, sizeof node, h);
    }
    return memcmp(h, root, 32) == 0;
}

static u32 slot_of(const char *kind, const char *id, const char *no)
{
    char text[200];
    u8 h[32];
    int n = snprintf(text, sizeof text, "xiaohao-slot-of\n%s %s\n%s\n", kind, id, no);
    sha((const u8 *)text, (size_t)n, h);
    return ((u32)h[0] << 24 | (u32)h[1] << 16 | (u32)h[2] << 8 | h[3]) % 4096;
}

/* ---- the draw ---- */

struct stratum {
    size_t n, quota, told;
    char (*ids)[37];
};

static u64 number(const u8 seed[32], u32 h, u64 i)
{
    u8 at[8], out[32];
    u32 b = (u32)(i / 4);
    for (int k = 0; k < 4; k++) {
        at[k] = (u8)(h >> (24 - 8 * k));
        at[4 + k] = (u8)(b >> (24 - 8 * k));
    }
    hmac(seed, at, 8, out);
    u64 v = 0;
    for (int k = 0; k < 8; k++)
        v = v << 8 | out[8 * (i % 4) + (u64)k];
    return v;
}

static void draw(const u8 seed[32], u32 h, struct stratum *s)
{
    u64 used = 0;
    for (size_t i = 0; i < s->quota; i++) {
        u64 m = s->n - i, over = (UINT64_MAX % m + 1) % m, v;
        do
            v = number(seed, h, used++);
        while (over && v > UINT64_MAX - over);
        char kept[37];
        memcpy(kept, s->ids[i], 37);
        memmove(s->ids[i], s->ids[i + v % m], 37);
        memcpy(s->ids[i + v % m], kept, 37);
        puts(s->ids[i]);
    }
}

/* Largest remainder; a stratum's place in the text breaks what size does not. */
static int quotas_follow(struct stratum *s, size_t n, size_t take, size_t least)
{
    size_t left = 0, given = 0;
    for (size_t i = 0; i < n; i++) {
        s[i].quota = s[i].n < least ? s[i].n : least;
        take -= s[i].quota;
        left += s[i].n - s[i].quota;
    }
    u64 *remainder = calloc(n, sizeof *remainder);
    size_t *rest = calloc(n, sizeof *rest);
    for (size_t i = 0; i < n && left; i++) {
        rest[i] = s[i].n - s[i].quota;
        remainder[i] = (u64)take * rest[i] % left + 1; /* 0: has had its turn */
        given += take * rest[i] / left;
        s[i].quota += take * rest[i] / left;
    }
    for (; given < take; given++) {
        size_t best = 0;
        for (size_t i = 1; i < n; i++)
            if (remainder[i] > remainder[best] || (remainder[i] == remainder[best] && rest[i] > rest[best]))
                best = i;
        s[best].quota++;
        remainder[best] = 0;
    }
    int same = 1;
    for (size_t i = 0; i < n; i++)
        same = same && s[i].quota == s[i].told;
    free(remainder);
    free(rest);
    return same;
}

static char *slurp(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *text = calloc(1, 1 << 24);
    *n = f ? fread(text, 1, (1 << 24) - 1, f) : 0;
    if (f)
        fclose(f);
    return text;
}

int main(int argc, char **argv)
{
    u8 root[32], key[32], seed[32];
    size_t n, ns = 0, take = 0, least = 0;
    static struct stratum strata[4096];
    if (argc != 6)
        return 3;
    char *text = slurp(argv[1], &n), *rest = text, *line, kind[40] = "", id[40] = "", no[20] = "";
    unhex(argv[2], root, 32);
    unhex(argv[4], key, 32);
    hmac(key, (const u8 *)text, n, seed);
    char *copy = strdup(text);
    rest = copy;
    while ((line = strsep(&rest, "\n")) != NULL) {
        size_t cn, cq;
        if (sscanf(line, "subject %39s %39s", kind, id) == 2 || sscanf(line, "no %19s", no) == 1 ||
            sscanf(line, "take %zu least %zu", &take, &least) == 2)
            continue;
        if (sscanf(line, "stratum %*s %zu %zu", &cn, &cq) != 2)
            continue;
        strata[ns] = (struct stratum){cn, 0, cq, calloc(cn + 1, 37)};
        for (size_t i = 0; i < cn; i++)
            snprintf(strata[ns].ids[i], 37, "%s", strsep(&rest, "\n"));
        ns++;
    }
    u32 slot = (u32)strtoul(argv[3], NULL, 10);
    if (slot != slot_of(kind, id, no) || !in_commitment(root, slot, key, argv[5]))
        return 1;
    if (!quotas_follow(strata, ns, take, least))
        return 2;
    for (size_t h = 0; h < ns; h++) {
        draw(seed, (u32)h, &strata[h]);
        free(strata[h].ids);
    }
    free(copy);
    free(text);
    return 0;
}
