/* gallery.c - see gallery.h. */
#include "gallery.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { W = 320, H = 240, THREADS = 2, SPREAD_FROM = 1500000 };

static uint64_t next(uint64_t *s)
{
    uint64_t z = *s += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static float part(uint64_t *s)
{
    return (float)(next(s) >> 40) / (float)(1 << 24);
}

static float between(uint64_t *s, float low, float high)
{
    return low + (high - low) * part(s);
}

/* ---- pieces ---- */

struct box {
    int x0, y0, x1, y1;
};

static float grey_at(const struct source_picture *p, float x, float y)
{
    x = fminf(fmaxf(x, 0), (float)p->width - 1.001f);
    y = fminf(fmaxf(y, 0), (float)p->height - 1.001f);
    int i = (int)x, j = (int)y;
    float u = x - (float)i, v = y - (float)j;
    const uint8_t *at = p->grey + (ptrdiff_t)j * p->width + i;
    int right = i + 1 < p->width, down = j + 1 < p->height ? p->width : 0;
    return ((float)at[0] * (1 - u) + (float)at[right] * u) * (1 - v) +
           ((float)at[down] * (1 - u) + (float)at[down + right] * u) * v;
}

/* A part of a real photograph, turned, mirrored and in another light. */
static void put_piece(float *v, const struct box *b, const struct source_picture *p, uint64_t *s)
{
    float size = between(s, 0.35f, 0.95f), x0 = part(s) * (1 - size), y0 = part(s) * (1 - size);
    float gain = between(s, 0.7f, 1.3f), plus = between(s, -25, 25);
    unsigned way = (unsigned)(next(s) % 8);
    for (int y = b->y0; y < b->y1; y++)
        for (int x = b->x0; x < b->x1; x++) {
            float fx = ((float)(x - b->x0) + 0.5f) / (float)(b->x1 - b->x0),
                  fy = ((float)(y - b->y0) + 0.5f) / (float)(b->y1 - b->y0);
            if (way & 1)
                fx = 1 - fx;
            if (way & 2)
                fy = 1 - fy;
            float gx = way & 4 ? fy : fx, gy = way & 4 ? fx : fy;
            v[y * W + x] = plus + gain * grey_at(p, (x0 + gx * size) * (float)p->width, (y0 + gy * size) * (float)p->height);
        }
}

/* ---- textures ---- */

static float noise(int x, int y, uint64_t seed)
{
    uint64_t s = seed ^ (uint64_t)(x * 73856093) ^ (uint64_t)(y * 19349663);
    return part(&s);
}

/* Noise of a certain grain, without seams. */
static float grain(float x, float y, float size, uint64_t seed)
{
    x /= size;
    y /= size;
    int i = (int)floorf(x), j = (int)floorf(y);
    float u = x - (float)i, w = y - (float)j;
    return (noise(i, j, seed) * (1 - u) + noise(i + 1, j, seed) * u) * (1 - w) +
           (noise(i, j + 1, seed) * (1 - u) + noise(i + 1, j + 1, seed) * u) * w;
}

enum { PAVING, BRICKS, STRIPES, PLASTER, LETTERING, SKY, TEXTURES };

static float texture_at(int kind, float x, float y, float size, uint64_t seed)
{
    int i = (int)floorf(x / size), j = (int)floorf(y / size);
    float fx = x / size - (float)i, fy = y / size - (float)j;
    switch (kind) {
    case PAVING:
        return fx < 0.06f || fy < 0.06f ? 60 : 120 + 60 * noise(i, j, seed) + 30 * grain(x, y, 3, seed);
    case BRICKS:
        fx = x / size / 2 + (j & 1 ? 0.5f : 0);
        return fx - floorf(fx) < 0.05f || fy < 0.1f ? 190 : 90 + 50 * noise((int)floorf(fx), j, seed);
    case STRIPES:
        return i & 1 ? 210 : 70 + 20 * grain(x, y, 8, seed);
    case PLASTER:
        return 110 + 50 * grain(x, y, size, seed) + 40 * grain(x, y, size / 4, seed ^ 1);
    case LETTERING:
        return fy > 0.3f && noise((int)(x / (size / 6)), (int)(y / (size / 8)), seed) > 0.55f ? 40 : 220;
    default:
        return 150 + y / 3 + 50 * grain(x, y, size * 3, seed);
    }
}

static void put_texture(float *v, const struct box *b, uint64_t *s)
{
    int kind = (int)(next(s) % TEXTURES);
    float size = between(s, 9, 45), turn = between(s, -0.4f, 0.4f), slant = between(s, 0.6f, 1.4f);
    uint64_t seed = next(s);
    for (int y = b->y0; y < b->y1; y++)
        for (int x = b->x0; x < b->x1; x++) {
            float u = (float)x * cosf(turn) - (float)y * sinf(turn), w = (float)x * sinf(turn) + (float)y * cosf(turn) * slant;
            v[y * W + x] = texture_at(kind, u, w, size, seed);
        }
}

/* ---- pictures ---- */

static void fill(float *v, const struct box *b, const struct source_picture *sources, size_t n, uint64_t *s)
{
    if (next(s) % 5 == 0)
        put_texture(v, b, s);
    else
        put_piece(v, b, &sources[next(s) % n], s);
}

static void make_one(const struct source_picture *sources, size_t n, uint64_t seed, struct print *out)
{
    float *v = malloc(sizeof *v * W * H);
    uint8_t *rgb = malloc((size_t)W * H * 3);
    uint64_t s = seed;
    struct box whole = {0, 0, W, H}, one = whole, two = whole;
    fill(v, &whole, sources, n, &s);
    if (next(&s) % 2) {
        if (next(&s) % 2)
            one.x1 = two.x0 = (int)between(&s, W * 0.25f, W * 0.75f);
        else
            one.y1 = two.y0 = (int)between(&s, H * 0.25f, H * 0.75f);
        fill(v, next(&s) % 2 ? &one : &two, sources, n, &s);
    }
    if (next(&s) % 3 == 0) {
        int x = (int)between(&s, 0, W * 0.6f), y = (int)between(&s, 0, H * 0.6f);
        fill(v, &(struct box){x, y, x + W * 3 / 10, y + H * 3 / 10}, sources, n, &s);
    }
    for (int i = 0; i < W * H; i++) {
        float grey = fminf(fmaxf(v[i] + between(&s, -3, 3), 0), 255);
        for (int c = 0; c < 3; c++)
            rgb[i * 3 + c] = (uint8_t)grey;
    }
    print_make(rgb, W, H, out);
    free(rgb);
    free(v);
}

struct share {
    const struct gallery *g;
    const struct source_picture *sources;
    size_t nsources, first;
    uint64_t seed;
    pthread_t thread;
};

static void *make_share(void *arg)
{
    const struct share *k = arg;
    for (size_t i = k->first; i < k->g->nmade; i += THREADS)
        make_one(k->sources, k->nsources, k->seed + i * 7919, &k->g->made[i]);
    return NULL;
}

void gallery_make(struct gallery *g, const struct source_picture *sources, size_t nsources, size_t n, uint64_t seed)
{
    struct share shares[THREADS];
    g->nmade = n;
    g->made = calloc(n, sizeof *g->made);
    for (int t = 0; t < THREADS; t++) {
        shares[t] = (struct share){.g = g, .sources = sources, .nsources = nsources, .first = (size_t)t, .seed = seed};
        pthread_create(&shares[t].thread, NULL, make_share, &shares[t]);
    }
    for (int t = 0; t < THREADS; t++)
        pthread_join(shares[t].thread, NULL);
}

void gallery_free(struct gallery *g)
{
    free(g->made);
    *g = (struct gallery){0};
}

/* ---- mixed ---- */

/* The quarter a mark stands in: 0 to 3, left to right and down. */
static int quarter_of(const struct print *p, const struct print_mark *m)
{
    return (m->x >= p->width * PRINT_UNIT / 2) + 2 * (m->y >= p->height * PRINT_UNIT / 2);
}

static struct print_mark varied(struct print_mark m, const struct print *p, bool mirrored, uint64_t *s, bool far)
{
    if (mirrored) {
        m.bits ^= PRINT_ODD;
        m.turn = (uint8_t)(128 - m.turn);
        m.x = (uint16_t)(p->width * PRINT_UNIT - 1 - m.x);
    }
    uint64_t flips = next(s) & next(s); /* one bit in four */
    m.bits ^= far ? flips : flips & next(s) & next(s);
    return m;
}

static void take_grid(const struct print *from, int quarter, bool mirrored, uint8_t *to)
{
    enum { HALF = PRINT_GRID / 2 };
    int x0 = quarter & 1 ? HALF : 0, y0 = quarter & 2 ? HALF : 0;
    for (int y = y0; y < y0 + HALF; y++)
        for (int x = x0; x < x0 + HALF; x++)
            to[y * PRINT_GRID + x] = from->grid[y * PRINT_GRID + (mirrored ? PRINT_GRID - 1 - x : x)];
}

void gallery_mix(const struct gallery *g, uint64_t i, int most, struct print *out)
{
    const struct print *from[4];
    uint64_t s = i * UINT64_C(0xd1342543de82ef95) + 99;
    size_t at[4] = {0};
    bool mirrored[4];
    out->width = W;
    out->height = H;
    out->n = 0;
    for (int q = 0; q < 4; q++) {
        from[q] = &g->made[next(&s) % g->nmade];
        mirrored[q] = next(&s) & 1;
        if (most == PRINT_MARKS)
            take_grid(from[q], q, mirrored[q], out->grid);
    }
    /* A mark of each quarter in turn, as a picture's own marks are spread. */
    for (int left = 4, q = 0; left > 0 && out->n < most; q = (q + 1) & 3) {
        while (at[q] < from[q]->n) {
            const struct print_mark *m = &from[q]->marks[at[q]++];
            int wanted = mirrored[q] ? q ^ 1 : q;
            if (quarter_of(from[q], m) != wanted)
                continue;
            out->marks[out->n++] = varied(*m, from[q], mirrored[q], &s, i >= SPREAD_FROM);
            break;
        }
        left = 0;
        for (int k = 0; k < 4; k++)
            left += at[k] < from[k]->n;
    }
}
