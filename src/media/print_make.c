/* print_make.c - see print.h: which spots become marks, and their bits. */
#include "media/print.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "media/print_scale.h"

enum {
    CELLS = 4,      /* histograms across and down a mark */
    TURNS = 8,      /* directions to a histogram */
    NUMBERS = CELLS * CELLS * TURNS,
    HALF = NUMBERS / 2,
    DIRECTIONS = 36, /* of the histogram a mark's own direction is taken from */
    ZONES = 4,       /* the picture is parted so, across and down, that marks are spread over it */
};

static const float tau = 6.2831853f;

/* ---- the choice ---- */

struct order {
    int zone, rank; /* strongest of its zone: 0 */
    struct spot spot;
};

static int by_zone(const void *a, const void *b)
{
    const struct order *p = a, *q = b;
    if (p->zone != q->zone)
        return p->zone - q->zone;
    return (q->spot.strength > p->spot.strength) - (q->spot.strength < p->spot.strength);
}

static int by_rank(const void *a, const void *b)
{
    const struct order *p = a, *q = b;
    if (p->rank != q->rank)
        return p->rank - q->rank;
    return (q->spot.strength > p->spot.strength) - (q->spot.strength < p->spot.strength);
}

/* The strongest of every zone, then the second of every zone, and so on. */
static int choose(const struct plane *grey, const struct spot *spots, int n, struct order *out)
{
    for (int i = 0; i < n; i++) {
        float unit = (float)(1 << spots[i].octave);
        int zx = (int)(spots[i].x * unit * ZONES / (float)grey->width);
        int zy = (int)(spots[i].y * unit * ZONES / (float)grey->height);
        out[i] = (struct order){.zone = zy * ZONES + zx, .spot = spots[i]};
    }
    qsort(out, (size_t)n, sizeof *out, by_zone);
    for (int i = 1; i < n; i++)
        if (out[i].zone == out[i - 1].zone)
            out[i].rank = out[i - 1].rank + 1;
    qsort(out, (size_t)n, sizeof *out, by_rank);
    return n;
}

/* ---- direction ---- */

/* Parts of a full turn, 0 to 1, to 1e-5 of one: a third of what atan2f() costs, and the same on every machine. */
static float turn_of(float dy, float dx)
{
    float ax = fabsf(dx), ay = fabsf(dy), low = ax < ay ? ax : ay, high = ax < ay ? ay : ax;
    float a = low / (high + 1e-12f), s = a * a;
    float r = (((-0.0464964749f * s + 0.15931422f) * s - 0.327622764f) * s * a + a) / tau;
    if (ay > ax)
        r = 0.25f - r;
    if (dx < 0)
        r = 0.5f - r;
    return dy < 0 ? 1 - r : r;
}

static void gradient(const struct plane *p, int x, int y, float *size, float *turn)
{
    const float *v = p->v + (ptrdiff_t)y * p->width + x;
    float dx = v[1] - v[-1], dy = v[p->width] - v[-p->width];
    *size = sqrtf(dx * dx + dy * dy);
    *turn = turn_of(dy, dx);
}

/* exp(-v) for 0 <= v < 8, in steps fine enough for weights. */
enum { BELL_STEPS = 32 };
struct bell {
    float v[8 * BELL_STEPS];
};

static void bell_make(struct bell *b)
{
    for (int i = 0; i < 8 * BELL_STEPS; i++)
        b->v[i] = expf(-((float)i + 0.5f) / BELL_STEPS);
}

static float bell_at(const struct bell *b, float v)
{
    int i = (int)(v * BELL_STEPS);
    return i < 8 * BELL_STEPS ? b->v[i] : 0;
}

static void directions(const struct plane *p, const struct spot *s, const struct bell *bell, float hist[DIRECTIONS])
{
    float spread = 1.5f * s->sigma, narrow = 1 / (2 * spread * spread);
    int radius = (int)lroundf(3 * spread), cx = (int)lroundf(s->x), cy = (int)lroundf(s->y);
    for (int dy = -radius; dy <= radius; dy++)
        for (int dx = -radius; dx <= radius; dx++) {
            int x = cx + dx, y = cy + dy;
            float size, turn;
            if (x < 1 || y < 1 || x >= p->width - 1 || y >= p->height - 1)
                continue;
            gradient(p, x, y, &size, &turn);
            int at = (int)(turn * DIRECTIONS + 0.5f) % DIRECTIONS;
            hist[at] += size * bell_at(bell, (float)(dx * dx + dy * dy) * narrow);
        }
}

/* Parts of a full turn, 0 to 1, of the strongest direction; with `second` the next, when nearly as strong. */
static int main_directions(const struct plane *p, const struct spot *s, const struct bell *bell, float out[2])
{
    float raw[DIRECTIONS] = {0}, hist[DIRECTIONS];
    float best[2] = {0, 0};
    int n = 0;
    directions(p, s, bell, raw);
    for (int i = 0; i < DIRECTIONS; i++)
        hist[i] = (raw[(i + DIRECTIONS - 2) % DIRECTIONS] + raw[(i + 2) % DIRECTIONS]) / 16 +
                  (raw[(i + DIRECTIONS - 1) % DIRECTIONS] + raw[(i + 1) % DIRECTIONS]) / 4 +
                  raw[i] * 3 / 8;
    for (int i = 0; i < DIRECTIONS; i++) {
        float l = hist[(i + DIRECTIONS - 1) % DIRECTIONS], r = hist[(i + 1) % DIRECTIONS];
        if (hist[i] <= l || hist[i] < r || hist[i] <= best[1])
            continue;
        float at = ((float)i + (l - r) / (2 * (l + r - 2 * hist[i]))) / DIRECTIONS;
        at -= floorf(at);
        if (hist[i] > best[0]) {
            best[1] = best[0];
            out[1] = out[0];
            best[0] = hist[i];
            out[0] = at;
        } else {
            best[1] = hist[i];
            out[1] = at;
        }
        n++;
    }
    return n == 0 ? 0 : n > 1 && best[1] >= 0.8f * best[0] ? 2 : 1;
}

/* ---- numbers ---- */

/* One gradient, shared out between the two nearest histograms each way and the two nearest directions. */
static void share(float d[CELLS][CELLS][TURNS], const float at[3], float size)
{
    int r0 = (int)(at[0] + 1) - 1, c0 = (int)(at[1] + 1) - 1, o0 = (int)at[2]; /* none is below -1 */
    float pr = at[0] - (float)r0, pc = at[1] - (float)c0, po = at[2] - (float)o0;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            int r = r0 + i, c = c0 + j;
            if (r < 0 || r >= CELLS || c < 0 || c >= CELLS)
                continue;
            float part = size * (i ? pr : 1 - pr) * (j ? pc : 1 - pc);
            d[r][c][o0 & (TURNS - 1)] += part * (1 - po);
            d[r][c][(o0 + 1) & (TURNS - 1)] += part * po;
        }
}

static void describe(const struct plane *p, const struct spot *s, float turn, const struct bell *bell,
                     float d[CELLS][CELLS][TURNS])
{
    float width = 3 * s->sigma, ca = cosf(turn * tau) / width, sa = sinf(turn * tau) / width;
    int radius = (int)lroundf(width * 1.4142f * (CELLS + 1) / 2);
    int cx = (int)lroundf(s->x), cy = (int)lroundf(s->y);
    for (int y = cy - radius; y <= cy + radius; y++)
        for (int x = cx - radius; x <= cx + radius; x++) {
            float dx = (float)x - s->x, dy = (float)y - s->y, size, way;
            float u = ca * dx + sa * dy, v = ca * dy - sa * dx;
            float at[3] = {v + CELLS / 2.0f - 0.5f, u + CELLS / 2.0f - 0.5f, 0};
            if (x < 1 || y < 1 || x >= p->width - 1 || y >= p->height - 1 || at[0] <= -1 || at[1] <= -1 ||
                at[0] >= CELLS || at[1] >= CELLS)
                continue;
            gradient(p, x, y, &size, &way);
            way += 1 - turn;
            at[2] = (way >= 1 ? way - 1 : way) * TURNS;
            share(d, at, size * bell_at(bell, (u * u + v * v) * (2.0f / (CELLS * CELLS))));
        }
}

/* Square roots, so that single strong edges do not drown the rest. */
static void even_numbers(float *d)
{
    float sum = 1e-9f;
    for (int i = 0; i < NUMBERS; i++)
        sum += d[i];
    for (int i = 0; i < NUMBERS; i++)
        d[i] = sqrtf(d[i] / sum);
}

/* ---- bits ---- */

static void hadamard(float v[HALF])
{
    for (int step = 1; step < HALF; step *= 2)
        for (int i = 0; i < HALF; i++)
            if (!(i & step)) {
                float a = v[i], b = v[i + step];
                v[i] = a + b;
                v[i + step] = a - b;
            }
}

/* Sums and differences of what lies on either side of the mark's direction: mirrored, the one stay and
 * the others change their sign. */
static void fold(float d[CELLS][CELLS][TURNS], float even[HALF], float odd[HALF])
{
    for (int r = 0; r < CELLS / 2; r++)
        for (int c = 0; c < CELLS; c++)
            for (int o = 0; o < TURNS; o++) {
                float a = d[r][c][o], b = d[CELLS - 1 - r][c][(TURNS - o) & (TURNS - 1)];
                int i = (r * CELLS + c) * TURNS + o;
                even[i] = a + b;
                odd[i] = a - b;
            }
}

/* Which of the 64 sums of each half become bits, topmost bits first. Measured over the shared photographs and
 * 21 changes of each: the first twelve of either are as often set as not, and change least when the picture is
 * changed; left out are those nearly always the same. */
static const uint8_t even_rows[32] = {14, 46, 13, 22, 45, 21, 54, 12, 53, 18, 19, 44, 17, 15, 16, 8,
                                    11, 10, 50, 51, 52, 43, 42, 47, 48, 49, 55, 7, 23, 36, 9, 20};
static const uint8_t odd_rows[32] = {4, 3, 6, 7, 2, 20, 22, 36, 27, 28, 38, 19, 52, 60, 30, 39,
                                    54, 18, 5, 0, 26, 34, 16, 21, 23, 31, 53, 62, 35, 37, 58, 32};

static void take_bits(float d[CELLS][CELLS][TURNS], struct print_mark *m)
{
    float even[HALF], odd[HALF], sure[PRINT_KEY_BITS];
    fold(d, even, odd);
    hadamard(even);
    hadamard(odd);
    m->bits = 0;
    for (int i = 0; i < 64; i++) {
        float v = i & 1 ? odd[odd_rows[i / 2]] : even[even_rows[i / 2]];
        m->bits = m->bits << 1 | (v > 0);
        if (i < PRINT_KEY_BITS)
            sure[i] = fabsf(v);
    }
    for (int w = 0; w < PRINT_WEAK; w++) {
        int least = 0;
        for (int i = 1; i < PRINT_KEY_BITS; i++)
            if (sure[i] < sure[least])
                least = i;
        m->weak[w] = (uint8_t)(63 - least);
        sure[least] = INFINITY;
    }
}

static uint16_t steps(float v, float unit)
{
    return (uint16_t)lroundf(fminf(fmaxf(v * unit, 0), 65535));
}

/* What making one print works with. */
struct making {
    struct scale_space space;
    struct bell bell;
};

static void add_mark(struct print *out, const struct making *k, const struct spot *s, float turn)
{
    float d[CELLS][CELLS][TURNS] = {0}, unit = (float)(1 << s->octave);
    struct print_mark *m = &out->marks[out->n++];
    describe(&k->space.level[s->octave][s->level], s, turn, &k->bell, d);
    even_numbers(&d[0][0][0]);
    take_bits(d, m);
    m->x = steps(s->x * unit, PRINT_UNIT);
    m->y = steps(s->y * unit, PRINT_UNIT);
    m->scale = (uint8_t)lroundf(fminf(fmaxf(log2f(s->sigma * unit) * PRINT_SCALE_STEPS, 0), 255));
    m->turn = (uint8_t)(lroundf(turn * 256) & 255);
}

static void add_marks(struct print *out, const struct making *k, const struct order *order, int n)
{
    for (int i = 0; i < n && out->n < PRINT_MARKS; i++) {
        const struct spot *s = &order[i].spot;
        float turn[2];
        int turns = main_directions(&k->space.level[s->octave][s->level], s, &k->bell, turn);
        for (int t = 0; t < turns && out->n < PRINT_MARKS; t++)
            add_mark(out, k, s, turn[t]);
    }
}

void print_make(const uint8_t *rgb, int width, int height, struct print *out)
{
    struct plane grey;
    struct making k;
    *out = (struct print){0};
    scale_grey(rgb, width, height, &grey, out->grid);
    out->width = (uint16_t)grey.width;
    out->height = (uint16_t)grey.height;
    scale_build(&grey, &k.space);
    bell_make(&k.bell);
    struct spot *spots = xmalloc(sizeof *spots * SPOTS_MAX);
    struct order *order = xmalloc(sizeof *order * SPOTS_MAX);
    add_marks(out, &k, order, choose(&grey, spots, scale_spots(&k.space, spots), order));
    free(order);
    free(spots);
    free(grey.v);
    scale_free(&k.space);
}
