/* match.c - see match.h. */
#include "evidence/match.h"

#include <math.h>

enum {
    PAIRS_MAX = 512,
    BITS_ALIKE = 14,   /* of 64: marks of the same spot differ by 0-12, of other spots by 20 and more */
    TURN_ALIKE = 20,   /* of 256 */
    SCALE_ALIKE = 7,   /* of PRINT_SCALE_STEPS to the doubling */
};

static const float tau = 6.2831853f;
/* Shown from here on. Of 190,000 comparisons the index proposed of pictures not made of one another, the nearest agreed on
 * 4 marks; altered copies agree on 6 and more but for a few (docs/evidence.md). */
enum { PAIRS_MIN = 5 };
static const float likeness_min = 0.55f, part_min = 0.25f;
/* A copy: both show nearly all of the other. A turn of so many degrees is seen. */
static const float copy_part = 0.93f, turn_seen_deg = 10;
/* Pixels of the print's grey picture: how far two pairs may disagree, first and in the end. */
static const float reach_first = 24, reach_last = 4;

struct spot {
    float x, y;
};

/* Two marks that look alike. */
struct pair {
    struct spot a, b;
    int turn, scale; /* of a on b, in the steps of marks */
};

/* b = c * a + t over complex numbers. */
struct move {
    float c_re, c_im, t_re, t_im;
};

static struct spot apply(const struct move *m, struct spot p)
{
    return (struct spot){m->c_re * p.x - m->c_im * p.y + m->t_re, m->c_im * p.x + m->c_re * p.y + m->t_im};
}

static struct move invert(const struct move *m)
{
    float n = m->c_re * m->c_re + m->c_im * m->c_im;
    struct move i = {.c_re = m->c_re / n, .c_im = -m->c_im / n};
    i.t_re = -(i.c_re * m->t_re - i.c_im * m->t_im);
    i.t_im = -(i.c_im * m->t_re + i.c_re * m->t_im);
    return i;
}

/* Pairs of marks that look alike, as the pictures are and with `one` mirrored. */
struct pairs {
    struct pair list[2][PAIRS_MAX];
    int n[2];
};

static void add_pair(struct pairs *p, const struct print *one, const struct print_mark *a, const struct print_mark *b,
                     bool mirrored)
{
    float x = (float)a->x / PRINT_UNIT;
    if (p->n[mirrored] == PAIRS_MAX)
        return;
    p->list[mirrored][p->n[mirrored]++] = (struct pair){
        .a = {mirrored ? (float)one->width - x : x, (float)a->y / PRINT_UNIT},
        .b = {(float)b->x / PRINT_UNIT, (float)b->y / PRINT_UNIT},
        .turn = (b->turn - (mirrored ? 128 - a->turn : a->turn)) & 255,
        .scale = b->scale - a->scale,
    };
}

static void collect(const struct print *one, const struct print *other, struct pairs *out)
{
    out->n[0] = out->n[1] = 0;
    for (int i = 0; i < one->n; i++) {
        const struct print_mark *a = &one->marks[i];
        uint64_t bits = a->bits;
        for (int j = 0; j < other->n; j++) {
            uint64_t differ = bits ^ other->marks[j].bits;
            int plain = print_ones(differ), mirrored = print_ones(differ ^ PRINT_ODD);
            if (plain <= BITS_ALIKE)
                add_pair(out, one, a, &other->marks[j], false);
            if (mirrored <= BITS_ALIKE)
                add_pair(out, one, a, &other->marks[j], true);
        }
    }
}

static bool alike(const struct pair *p, const struct pair *q)
{
    int turn = (p->turn - q->turn) & 255, scale = p->scale - q->scale;
    return (turn <= TURN_ALIKE || turn >= 256 - TURN_ALIKE) && scale <= SCALE_ALIKE && scale >= -SCALE_ALIKE;
}

static struct move move_of(const struct pair *p)
{
    float turn = (float)p->turn / 256 * tau, size = exp2f((float)p->scale / PRINT_SCALE_STEPS);
    struct move m = {.c_re = size * cosf(turn), .c_im = size * sinf(turn)};
    struct spot at = apply(&m, p->a);
    m.t_re = p->b.x - at.x;
    m.t_im = p->b.y - at.y;
    return m;
}

static bool agrees(const struct move *m, const struct pair *p, float reach)
{
    struct spot at = apply(m, p->a);
    return fabsf(at.x - p->b.x) <= reach && fabsf(at.y - p->b.y) <= reach;
}

/* One spot may carry two marks, and a pattern many: spots of `a` are counted once. */
static int distinct(const struct pair *const *in, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        bool seen = false;
        for (int j = 0; j < i && !seen; j++)
            seen = (fabsf(in[i]->a.x - in[j]->a.x) < 3 && fabsf(in[i]->a.y - in[j]->a.y) < 3) ||
                   (fabsf(in[i]->b.x - in[j]->b.x) < 3 && fabsf(in[i]->b.y - in[j]->b.y) < 3);
        count += !seen;
    }
    return count;
}

static int agreeing(const struct move *m, const struct pair *by, const struct pair *pairs, int n, float reach,
                    const struct pair **out)
{
    int found = 0;
    for (int i = 0; i < n; i++)
        if (alike(by, &pairs[i]) && agrees(m, &pairs[i], reach))
            out[found++] = &pairs[i];
    return found;
}

/* The movement that leaves the least squares. */
static bool fit(const struct pair *const *in, int n, struct move *out)
{
    struct spot a = {0, 0}, b = {0, 0};
    float re = 0, im = 0, norm = 0;
    for (int i = 0; i < n; i++) {
        a.x += in[i]->a.x / (float)n;
        a.y += in[i]->a.y / (float)n;
        b.x += in[i]->b.x / (float)n;
        b.y += in[i]->b.y / (float)n;
    }
    for (int i = 0; i < n; i++) {
        float ax = in[i]->a.x - a.x, ay = in[i]->a.y - a.y, bx = in[i]->b.x - b.x, by = in[i]->b.y - b.y;
        re += ax * bx + ay * by;
        im += ax * by - ay * bx;
        norm += ax * ax + ay * ay;
    }
    if (norm < 1)
        return false;
    *out = (struct move){.c_re = re / norm, .c_im = im / norm};
    struct spot at = apply(out, a);
    out->t_re = b.x - at.x;
    out->t_im = b.y - at.y;
    return out->c_re * out->c_re + out->c_im * out->c_im > 1e-4f;
}

/* The most pairs any one of them finds for the movement it proposes, fitted anew thrice, each time more narrowly. */
static int settle(const struct pair *pairs, int n, struct move *best)
{
    const struct pair *in[PAIRS_MAX], *kept[PAIRS_MAX];
    const struct pair *by = NULL;
    int most = 0;
    for (int i = 0; i < n; i++) {
        struct move m = move_of(&pairs[i]);
        int found = agreeing(&m, &pairs[i], pairs, n, reach_first, in);
        if (found <= most)
            continue;
        most = found;
        by = &pairs[i];
        memcpy(kept, in, sizeof *in * (size_t)found);
    }
    if (most < 2)
        return 0;
    for (float reach = reach_first; reach >= reach_last && most >= 2; reach /= 2.4f) {
        if (!fit(kept, most, best))
            return 0;
        most = agreeing(best, by, pairs, n, reach / 2.4f > reach_last ? reach / 2.4f : reach_last, kept);
    }
    return most >= 2 && fit(kept, most, best) ? distinct(kept, most) : 0;
}

/* ---- the grey pictures ---- */

enum { GRID = PRINT_GRID, CELLS = PRINT_GRID * PRINT_GRID };

/* Grey of the cell at (x, y) in cells, between the four nearest. */
static float grey_at(const uint8_t *grid, float x, float y)
{
    x = fminf(fmaxf(x, 0), GRID - 1);
    y = fminf(fmaxf(y, 0), GRID - 1);
    int i = (int)x, j = (int)y, i1 = i + 1 < GRID ? i + 1 : i, j1 = j + 1 < GRID ? j + 1 : j;
    float px = x - (float)i, py = y - (float)j;
    return ((float)grid[j * GRID + i] * (1 - px) + (float)grid[j * GRID + i1] * px) * (1 - py) +
           ((float)grid[j1 * GRID + i] * (1 - px) + (float)grid[j1 * GRID + i1] * px) * py;
}

/* What of `one` lies under each cell of `other`; `inside` tells where there is any. */
static int lay(const struct print *one, const struct print *other, bool mirrored, const struct move *m, float *grey,
               bool *inside)
{
    struct move back = invert(m);
    int n = 0;
    for (int i = 0; i < CELLS; i++) {
        struct spot p = {((float)(i % GRID) + 0.5f) * (float)other->width / GRID,
                         ((float)(i / GRID) + 0.5f) * (float)other->height / GRID};
        p = apply(&back, p);
        if (mirrored)
            p.x = (float)one->width - p.x;
        inside[i] = p.x >= 0 && p.y >= 0 && p.x < (float)one->width && p.y < (float)one->height;
        n += inside[i];
        grey[i] = inside[i] ? grey_at(one->grid, p.x * GRID / (float)one->width - 0.5f,
                                      p.y * GRID / (float)one->height - 0.5f)
                            : 0;
    }
    return n;
}

/* Less the mean of the cells around, so that light falling across a picture does not count. False: too near
 * to the rim of the overlap. */
static bool fine(const float *grey, const bool *inside, int i, float *out)
{
    enum { REACH = 2, AROUND = (2 * REACH + 1) * (2 * REACH + 1) };
    int x = i % GRID, y = i / GRID;
    float sum = 0;
    if (x < REACH || y < REACH || x >= GRID - REACH || y >= GRID - REACH)
        return false;
    for (int dy = -REACH; dy <= REACH; dy++)
        for (int dx = -REACH; dx <= REACH; dx++) {
            int j = i + dy * GRID + dx;
            if (!inside[j])
                return false;
            sum += grey[j];
        }
    *out = grey[i] - sum / AROUND;
    return true;
}

static float correlate(const struct print *one, const struct print *other, bool mirrored, const struct move *m,
                       int *cells)
{
    float grey[CELLS], theirs[CELLS], a, b;
    bool inside[CELLS];
    float ab = 0, aa = 1e-6f, bb = 1e-6f;
    lay(one, other, mirrored, m, grey, inside);
    for (int i = 0; i < CELLS; i++)
        theirs[i] = other->grid[i];
    *cells = 0;
    for (int i = 0; i < CELLS; i++) {
        if (!fine(grey, inside, i, &a) || !fine(theirs, inside, i, &b))
            continue;
        ab += a * b;
        aa += a * a;
        bb += b * b;
        ++*cells;
    }
    return ab / sqrtf(aa * bb);
}

static float part_of(const struct print *one, const struct print *other, bool mirrored, const struct move *m)
{
    float grey[CELLS];
    bool inside[CELLS];
    return (float)lay(one, other, mirrored, m, grey, inside) / CELLS;
}

static void describe(const struct print *one, const struct print *other, const struct move *m, struct match *out)
{
    float area = (m->c_re * m->c_re + m->c_im * m->c_im) * (float)one->width * (float)one->height;
    out->scale = sqrtf(m->c_re * m->c_re + m->c_im * m->c_im);
    out->turn_deg = fmodf(atan2f(m->c_im, m->c_re) / tau * 360 + 360, 360);
    out->shift_x = m->t_re;
    out->shift_y = m->t_im;
    out->of_other = part_of(one, other, out->mirrored, m);
    out->of_one = fminf(out->of_other * (float)other->width * (float)other->height / area, 1);
    out->likeness = correlate(one, other, out->mirrored, m, &out->cells);
}

bool match_prints(const struct print *one, const struct print *other, struct match *out)
{
    struct pairs pairs;
    struct move best = {0};
    *out = (struct match){0};
    collect(one, other, &pairs);
    for (int mirrored = 0; mirrored < 2; mirrored++) {
        struct move m;
        int found = settle(pairs.list[mirrored], pairs.n[mirrored], &m);
        if (found <= out->pairs)
            continue;
        out->pairs = found;
        out->mirrored = mirrored;
        best = m;
    }
    if (out->pairs == 0)
        return false;
    describe(one, other, &best, out);
    return true;
}

bool match_is_doubt(const struct match *m)
{
    return m->pairs >= PAIRS_MIN && m->likeness >= likeness_min && fmaxf(m->of_one, m->of_other) >= part_min;
}

unsigned match_kinds(const struct match *m)
{
    bool whole = m->of_one >= copy_part && m->of_other >= copy_part;
    bool turned = m->turn_deg > turn_seen_deg && m->turn_deg < 360 - turn_seen_deg;
    return (whole ? MATCH_COPY : MATCH_CROPPED) | (turned ? MATCH_TURNED : 0) | (m->mirrored ? MATCH_MIRRORED : 0);
}
