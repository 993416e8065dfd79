/* print_scale.c - see print_scale.h. */
#include "media/print_scale.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"

static const float sigma_first = 1.6f, sigma_given = 0.6f;
/* A spot fainter than this, of a picture whose contrast is 1, is noise; one on an edge slides along it. */
static const float strength_min = 0.02f, edge_ratio = 10.0f;

/* ---- the grey picture ---- */

/* Mean of source[0..n) over the target cell i of m: pixels on its rims count by the part inside. */
static float cell(const float *source, int n, int step, const float cut[2])
{
    int first = (int)cut[0], last = (int)ceilf(cut[1]) - 1;
    float sum = 0, weight = 0;
    if (last >= n)
        last = n - 1;
    for (int i = first; i <= last; i++) {
        float from = fmaxf((float)i, cut[0]), to = fminf((float)(i + 1), cut[1]);
        sum += source[(ptrdiff_t)i * step] * (to - from);
        weight += to - from;
    }
    return weight > 0 ? sum / weight : source[(ptrdiff_t)first * step];
}

static float between(const float *source, int n, int step, float at)
{
    at = fminf(fmaxf(at, 0), (float)(n - 1));
    int i = (int)at, j = i + 1 < n ? i + 1 : i;
    float part = at - (float)i;
    return source[(ptrdiff_t)i * step] * (1 - part) + source[(ptrdiff_t)j * step] * part;
}

/* One line of n into one of m: means when it shrinks, straight between when it grows. */
static void resample(const float *source, int n, int step, float *target, const int to[2])
{
    int m = to[0], target_step = to[1];
    float ratio = (float)n / (float)m;
    for (int i = 0; i < m; i++) {
        float cut[2] = {(float)i * ratio, (float)(i + 1) * ratio};
        target[(ptrdiff_t)i * target_step] =
            ratio > 1 ? cell(source, n, step, cut)
                      : between(source, n, step, ((float)i + 0.5f) * ratio - 0.5f);
    }
}

static void resize(const struct plane *from, struct plane *to)
{
    float *half = xmalloc(sizeof *half * (size_t)to->width * (size_t)from->height);
    for (int y = 0; y < from->height; y++)
        resample(from->v + (ptrdiff_t)y * from->width, from->width, 1,
                 half + (ptrdiff_t)y * to->width, (int[2]){to->width, 1});
    for (int x = 0; x < to->width; x++)
        resample(half + x, from->height, to->width, to->v + x, (int[2]){to->height, to->width});
    free(half);
}

/* Light and contrast are taken out; a picture nearly without any stays faint. */
static void even_out(struct plane *p)
{
    size_t n = (size_t)p->width * (size_t)p->height;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < n; i++) {
        sum += (double)p->v[i];
        squares += (double)p->v[i] * (double)p->v[i];
    }
    float mean = (float)(sum / (double)n);
    float spread = sqrtf((float)fmax(squares / (double)n - sum / (double)n * (sum / (double)n), 0));
    float gain = 1 / fmaxf(spread, 8);
    for (size_t i = 0; i < n; i++)
        p->v[i] = (p->v[i] - mean) * gain;
}

void scale_grey(const uint8_t *rgb, int width, int height, struct plane *out, uint8_t *grid)
{
    size_t n = (size_t)width * (size_t)height;
    struct plane full = {xmalloc(sizeof *full.v * n), width, height};
    for (size_t i = 0; i < n; i++, rgb += 3)
        full.v[i] = (float)(77u * rgb[0] + 150u * rgb[1] + 29u * rgb[2]) / 256;
    float ratio = (float)PRINT_SIDE / (float)(width > height ? width : height);
    *out = (struct plane){.width = (int)lroundf((float)width * ratio),
                          .height = (int)lroundf((float)height * ratio)};
    if (out->width < 1)
        out->width = 1;
    if (out->height < 1)
        out->height = 1;
    out->v = xmalloc(sizeof *out->v * (size_t)out->width * (size_t)out->height);
    resize(&full, out);
    float cells[PRINT_GRID * PRINT_GRID];
    resize(out, &(struct plane){cells, PRINT_GRID, PRINT_GRID});
    for (int i = 0; i < PRINT_GRID * PRINT_GRID; i++)
        grid[i] = (uint8_t)lroundf(fminf(fmaxf(cells[i], 0), 255));
    free(full.v);
    even_out(out);
}

/* ---- blur ---- */

enum { RADIUS_MAX = 16 };

static int kernel(float sigma, float out[RADIUS_MAX + 1])
{
    int radius = (int)ceilf(sigma * 3);
    float sum = 0;
    if (radius > RADIUS_MAX)
        radius = RADIUS_MAX;
    for (int i = 0; i <= radius; i++) {
        out[i] = expf(-(float)(i * i) / (2 * sigma * sigma));
        sum += i ? 2 * out[i] : out[i];
    }
    for (int i = 0; i <= radius; i++)
        out[i] /= sum;
    return radius;
}

static void add_rows(float *restrict to, const float *restrict a, const float *restrict b, float w, int n)
{
    for (int i = 0; i < n; i++)
        to[i] += w * (a[i] + b[i]);
}

static void blur_down(const struct plane *from, struct plane *to, const float *k, int radius)
{
    int w = from->width, h = from->height;
    for (int y = 0; y < h; y++) {
        float *row = to->v + (ptrdiff_t)y * w;
        const float *middle = from->v + (ptrdiff_t)y * w;
        for (int x = 0; x < w; x++)
            row[x] = middle[x] * k[0];
        for (int i = 1; i <= radius; i++) {
            int up = y - i < 0 ? 0 : y - i, down = y + i >= h ? h - 1 : y + i;
            add_rows(row, from->v + (ptrdiff_t)up * w, from->v + (ptrdiff_t)down * w, k[i], w);
        }
    }
}

static void blur_across(struct plane *p, const float *k, int radius)
{
    float line[PRINT_SIDE + 2 * RADIUS_MAX];
    for (int y = 0; y < p->height; y++) {
        float *row = p->v + (ptrdiff_t)y * p->width;
        for (int x = -radius; x < p->width + radius; x++)
            line[x + radius] = row[x < 0 ? 0 : x >= p->width ? p->width - 1 : x];
        for (int x = 0; x < p->width; x++)
            row[x] = line[x + radius] * k[0];
        for (int i = 1; i <= radius; i++)
            add_rows(row, line + radius - i, line + radius + i, k[i], p->width);
    }
}

static void blur(const struct plane *from, struct plane *to, float sigma)
{
    float k[RADIUS_MAX + 1];
    int radius = kernel(sigma, k);
    blur_down(from, to, k, radius);
    blur_across(to, k, radius);
}

float scale_sigma(float level)
{
    return sigma_first * exp2f(level / SCALE_INTERVALS);
}

static void halve(const struct plane *from, struct plane *to)
{
    for (int y = 0; y < to->height; y++)
        for (int x = 0; x < to->width; x++)
            to->v[(ptrdiff_t)y * to->width + x] = from->v[(ptrdiff_t)(2 * y) * from->width + 2 * x];
}

/* Each octave begins with the level of twice the first blur of the one before, every second pixel of it. */
void scale_build(const struct plane *grey, struct scale_space *s)
{
    size_t room = 0;
    int w = grey->width, h = grey->height;
    for (int o = 0; o < SCALE_OCTAVES; o++) {
        for (int l = 0; l < SCALE_LEVELS; l++) {
            s->level[o][l] = (struct plane){NULL, w, h};
            room += (size_t)w * (size_t)h;
        }
        w = (w + 1) / 2;
        h = (h + 1) / 2;
    }
    float *at = s->memory = xmalloc(sizeof *at * room);
    for (int o = 0; o < SCALE_OCTAVES; o++)
        for (int l = 0; l < SCALE_LEVELS; l++) {
            struct plane *p = &s->level[o][l];
            p->v = at;
            at += (size_t)p->width * (size_t)p->height;
            if (o == 0 && l == 0)
                blur(grey, p, sqrtf(sigma_first * sigma_first - sigma_given * sigma_given));
            else if (l == 0)
                halve(&s->level[o - 1][SCALE_INTERVALS], p);
            else
                blur(&s->level[o][l - 1], p,
                     sqrtf(powf(scale_sigma((float)l), 2) - powf(scale_sigma((float)(l - 1)), 2)));
        }
}

void scale_free(struct scale_space *s)
{
    free(s->memory);
    s->memory = NULL;
}

/* ---- spots ---- */

/* The differences of neighbouring levels of one octave: D[l] = level l+1 - level l. */
struct look {
    const struct plane *level;
    int width;
    ptrdiff_t at;
};

static float difference(const struct look *k, int l, ptrdiff_t offset)
{
    return k->level[l + 1].v[k->at + offset] - k->level[l].v[k->at + offset];
}

static bool is_extremum(const struct look *k, int l, float v)
{
    for (int dl = -1; dl <= 1; dl++)
        for (int dy = -1; dy <= 1; dy++)
            for (int dx = -1; dx <= 1; dx++) {
                float other = difference(k, l + dl, (ptrdiff_t)dy * k->width + dx);
                if ((dl || dy || dx) && (v > 0 ? other >= v : other <= v))
                    return false;
            }
    return true;
}

static bool on_edge(const struct look *k, int l, float v)
{
    ptrdiff_t w = k->width;
    float xx = difference(k, l, 1) + difference(k, l, -1) - 2 * v;
    float yy = difference(k, l, w) + difference(k, l, -w) - 2 * v;
    float xy = (difference(k, l, w + 1) - difference(k, l, w - 1) - difference(k, l, 1 - w) +
                difference(k, l, -w - 1)) / 4;
    float trace = xx + yy, det = xx * yy - xy * xy;
    return det <= 0 || trace * trace * edge_ratio >= (edge_ratio + 1) * (edge_ratio + 1) * det;
}

/* The top of the parabola through three neighbours, half a step away at most. */
static float top(float before, float v, float after)
{
    float bend = before + after - 2 * v;
    float at = fabsf(bend) > 1e-9f ? (before - after) / (2 * bend) : 0;
    return fminf(fmaxf(at, -0.5f), 0.5f);
}

static struct spot spot_at(const struct look *k, int l, float v)
{
    int x = (int)(k->at % k->width), y = (int)(k->at / k->width);
    float dl = top(difference(k, l - 1, 0), v, difference(k, l + 1, 0));
    return (struct spot){
        .x = (float)x + top(difference(k, l, -1), v, difference(k, l, 1)),
        .y = (float)y + top(difference(k, l, -k->width), v, difference(k, l, k->width)),
        .sigma = scale_sigma((float)l + dl),
        .strength = fabsf(v),
        .level = l,
    };
}

static int octave_spots(const struct scale_space *s, int octave, struct spot *out, int room)
{
    enum { RIM = 2 };
    struct look k = {.level = s->level[octave], .width = s->level[octave][0].width};
    int n = 0, height = s->level[octave][0].height;
    for (int l = 1; l <= SCALE_INTERVALS; l++)
        for (int y = RIM; y < height - RIM; y++)
            for (int x = RIM; x < k.width - RIM && n < room; x++) {
                k.at = (ptrdiff_t)y * k.width + x;
                float v = difference(&k, l, 0);
                if (fabsf(v) < strength_min || !is_extremum(&k, l, v) || on_edge(&k, l, v))
                    continue;
                out[n] = spot_at(&k, l, v);
                out[n++].octave = octave;
            }
    return n;
}

int scale_spots(const struct scale_space *s, struct spot *out)
{
    int n = 0;
    for (int o = SCALE_OCTAVES - 1; o >= 0; o--)
        n += octave_spots(s, o, out + n, SPOTS_MAX - n);
    return n;
}
