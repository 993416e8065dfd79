/*
 * draw.c - invented "photographs" for the demonstration: a street corner with a bin, littered or clean, drawn as
 * pixels and packed as PNG. No camera saw them; they carry no EXIF.
 */
#include "demo/internal.h"

#include <png.h>
#include <stdlib.h>

enum { WIDE = 480, HIGH = 360, GROUND = 210 };

struct canvas {
    unsigned char px[HIGH][WIDE][3];
};

struct colour {
    int r, g, b;
};

static void box(struct canvas *c, int x, int y, int w, int h, struct colour k)
{
    for (int j = y < 0 ? 0 : y; j < y + h && j < HIGH; j++) {
        for (int i = x < 0 ? 0 : x; i < x + w && i < WIDE; i++) {
            c->px[j][i][0] = (unsigned char)k.r;
            c->px[j][i][1] = (unsigned char)k.g;
            c->px[j][i][2] = (unsigned char)k.b;
        }
    }
}

static void disc(struct canvas *c, int cx, int cy, int r, struct colour k)
{
    for (int j = -r; j <= r; j++)
        for (int i = -r; i <= r; i++)
            if (i * i + j * j <= r * r)
                box(c, cx + i, cy + j, 1, 1, k);
}

static void backdrop(struct canvas *c, struct dice *d)
{
    int warm = dice_below(d, 40);
    for (int y = 0; y < GROUND; y++)
        box(c, 0, y, WIDE, 1, (struct colour){150 + warm + y / 6, 185 + y / 8, 225 - warm / 2});
    for (int x = -20; x < WIDE;) {
        int w = 50 + dice_below(d, 70), h = 60 + dice_below(d, 110), tone = 120 + dice_below(d, 90);
        int green = tone - dice_below(d, 30), blue = tone - dice_below(d, 50);
        struct colour wall = {tone, green, blue};
        box(c, x, GROUND - h, w, h, wall);
        for (int wy = GROUND - h + 10; wy < GROUND - 24; wy += 22)
            for (int wx = x + 8; wx < x + w - 12; wx += 20)
                box(c, wx, wy, 10, 12, (struct colour){70 + dice_below(d, 120), 100, 130});
        x += w + dice_below(d, 12);
    }
    box(c, 0, GROUND, WIDE, 40, (struct colour){178, 172, 164});
    for (int x = 0; x < WIDE; x += 24)
        box(c, x, GROUND, 1, 40, (struct colour){150, 146, 140});
    box(c, 0, GROUND + 40, WIDE, HIGH - GROUND - 40, (struct colour){92, 94, 98});
    for (int x = 10; x < WIDE; x += 70)
        box(c, x, 300, 40, 5, (struct colour){225, 222, 210});
}

static void street_things(struct canvas *c, struct dice *d)
{
    int trees = 1 + dice_below(d, 3);
    for (int t = 0; t < trees; t++) {
        int x = 30 + dice_below(d, WIDE - 60);
        box(c, x - 4, GROUND - 40, 8, 55, (struct colour){96, 70, 48});
        int crown = 26 + dice_below(d, 12), red = 58 + dice_below(d, 40), green = 120 + dice_below(d, 40);
        disc(c, x, GROUND - 62, crown, (struct colour){red, green, 62});
    }
}

static void bin(struct canvas *c, int x, bool overfull)
{
    box(c, x, GROUND + 2, 30, 42, (struct colour){44, 96, 160});
    box(c, x - 3, GROUND - 4, 36, 8, overfull ? (struct colour){60, 60, 66} : (struct colour){30, 70, 124});
    if (overfull) {
        disc(c, x + 8, GROUND - 8, 9, (struct colour){212, 206, 190});
        disc(c, x + 22, GROUND - 10, 8, (struct colour){170, 60, 52});
    }
}

static void litter(struct canvas *c, struct dice *d, int around)
{
    for (int i = 0; i < 26; i++) {
        int x = around - 90 + dice_below(d, 200), y = GROUND + 8 + dice_below(d, 90);
        int red = 120 + dice_below(d, 130), green = 110 + dice_below(d, 120), blue = 90 + dice_below(d, 120);
        int wide = 4 + dice_below(d, 12), high = 3 + dice_below(d, 6);
        struct colour k = {red, green, blue};
        if (dice_chance(d, 50))
            disc(c, x, y, 2 + dice_below(d, 5), k);
        else
            box(c, x, y, wide, high, k);
    }
}

void demo_draw(struct dice *d, bool clean, unsigned char **png, size_t *n)
{
    static struct canvas c;
    png_image image = {.version = PNG_IMAGE_VERSION, .width = WIDE, .height = HIGH, .format = PNG_FORMAT_RGB};
    png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(image);
    backdrop(&c, d);
    street_things(&c, d);
    int x = 60 + dice_below(d, WIDE - 140);
    bin(&c, x, !clean);
    if (!clean)
        litter(&c, d, x);
    *png = xmalloc(room);
    if (!png_image_write_to_memory(&image, *png, &room, 0, c.px, 0, NULL))
        abort();
    *n = room;
}
