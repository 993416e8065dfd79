/*
 * plate.c - draws the plate: modules of the QR code as squares, text as a 5 × 7 bitmap, 8-bit grey,
 * then libpng.
 */
#include "site/plate.h"

#include <png.h>
#include <qrencode.h>
#include <stdlib.h>

#include "base/arena.h"

enum {
    MODULE_PX = 12,
    QUIET_MODULES = 4,
    GLYPH_W = 5,
    GLYPH_H = 7,
    TEXT_SCALE_MAX = 8,
    TEXT_GAP_MODULES = 2,
    CODE_CHARS_MAX = 40,
    WHITE = 255,
};

/* Columns from the left, bit 0 the top row. */
struct glyph {
    char c;
    uint8_t column[GLYPH_W];
};
static const struct glyph font[] = {
    {'0', {0x3E, 0x51, 0x49, 0x45, 0x3E}}, {'1', {0x00, 0x42, 0x7F, 0x40, 0x00}},
    {'2', {0x42, 0x61, 0x51, 0x49, 0x46}}, {'3', {0x21, 0x41, 0x45, 0x4B, 0x31}},
    {'4', {0x18, 0x14, 0x12, 0x7F, 0x10}}, {'5', {0x27, 0x45, 0x45, 0x45, 0x39}},
    {'6', {0x3C, 0x4A, 0x49, 0x49, 0x30}}, {'7', {0x01, 0x71, 0x09, 0x05, 0x03}},
    {'8', {0x36, 0x49, 0x49, 0x49, 0x36}}, {'9', {0x06, 0x49, 0x49, 0x29, 0x1E}},
    {'A', {0x7E, 0x11, 0x11, 0x11, 0x7E}}, {'B', {0x7F, 0x49, 0x49, 0x49, 0x36}},
    {'C', {0x3E, 0x41, 0x41, 0x41, 0x22}}, {'D', {0x7F, 0x41, 0x41, 0x22, 0x1C}},
    {'E', {0x7F, 0x49, 0x49, 0x49, 0x41}}, {'F', {0x7F, 0x09, 0x09, 0x09, 0x01}},
    {'G', {0x3E, 0x41, 0x49, 0x49, 0x7A}}, {'H', {0x7F, 0x08, 0x08, 0x08, 0x7F}},
    {'I', {0x00, 0x41, 0x7F, 0x41, 0x00}}, {'J', {0x20, 0x40, 0x41, 0x3F, 0x01}},
    {'K', {0x7F, 0x08, 0x14, 0x22, 0x41}}, {'L', {0x7F, 0x40, 0x40, 0x40, 0x40}},
    {'M', {0x7F, 0x02, 0x0C, 0x02, 0x7F}}, {'N', {0x7F, 0x04, 0x08, 0x10, 0x7F}},
    {'O', {0x3E, 0x41, 0x41, 0x41, 0x3E}}, {'P', {0x7F, 0x09, 0x09, 0x09, 0x06}},
    {'Q', {0x3E, 0x41, 0x51, 0x21, 0x5E}}, {'R', {0x7F, 0x09, 0x19, 0x29, 0x46}},
    {'S', {0x46, 0x49, 0x49, 0x49, 0x31}}, {'T', {0x01, 0x01, 0x7F, 0x01, 0x01}},
    {'U', {0x3F, 0x40, 0x40, 0x40, 0x3F}}, {'V', {0x1F, 0x20, 0x40, 0x20, 0x1F}},
    {'W', {0x3F, 0x40, 0x38, 0x40, 0x3F}}, {'X', {0x63, 0x14, 0x08, 0x14, 0x63}},
    {'Y', {0x07, 0x08, 0x70, 0x08, 0x07}}, {'Z', {0x61, 0x51, 0x49, 0x45, 0x43}},
    {'-', {0x08, 0x08, 0x08, 0x08, 0x08}}, {'.', {0x00, 0x60, 0x60, 0x00, 0x00}},
    {'/', {0x20, 0x10, 0x08, 0x04, 0x02}}, {'_', {0x40, 0x40, 0x40, 0x40, 0x40}},
    {':', {0x00, 0x36, 0x36, 0x00, 0x00}}, {'#', {0x14, 0x7F, 0x14, 0x7F, 0x14}},
};

struct canvas {
    uint8_t *px;
    size_t w, h;
};

static const struct glyph *glyph_of(char c)
{
    if (c >= 'a' && c <= 'z')
        c = (char)(c - 'a' + 'A');
    for (size_t i = 0; i < sizeof font / sizeof *font; i++)
        if (font[i].c == c)
            return &font[i];
    return NULL;
}

static bool drawable(struct str code)
{
    for (size_t i = 0; i < code.n; i++)
        if (!glyph_of(code.p[i]))
            return false;
    return code.n > 0 && code.n <= CODE_CHARS_MAX;
}

static void square(struct canvas *c, size_t x, size_t y, size_t side)
{
    for (size_t row = y; row < y + side && row < c->h; row++)
        for (size_t col = x; col < x + side && col < c->w; col++)
            c->px[row * c->w + col] = 0;
}

static void draw_qr(struct canvas *c, const QRcode *qr)
{
    size_t side = (size_t)qr->width;
    for (size_t i = 0; i < side * side; i++)
        if (qr->data[i] & 1)
            square(c, (i % side + QUIET_MODULES) * MODULE_PX,
                   (i / side + QUIET_MODULES) * MODULE_PX, MODULE_PX);
}

/* The largest whole scale at which the code fits between the quiet zones. */
static size_t text_scale(size_t chars, size_t width_px)
{
    size_t scale = width_px / (chars * (GLYPH_W + 1));
    return scale > TEXT_SCALE_MAX ? TEXT_SCALE_MAX : scale < 1 ? 1 : scale;
}

static void draw_text(struct canvas *c, struct str code, size_t y, size_t scale)
{
    size_t wide = (code.n * (GLYPH_W + 1) - 1) * scale;
    size_t x = wide < c->w ? (c->w - wide) / 2 : 0;
    for (size_t i = 0; i < code.n; i++, x += (GLYPH_W + 1) * scale) {
        const struct glyph *g = glyph_of(code.p[i]);
        for (size_t bit = 0; bit < GLYPH_W * GLYPH_H; bit++)
            if (g->column[bit / GLYPH_H] >> (bit % GLYPH_H) & 1)
                square(c, x + bit / GLYPH_H * scale, y + bit % GLYPH_H * scale, scale);
    }
}

static enum rc failed(struct fault *f)
{
    return fail(f, RC_INTERNAL, "plate", "二维码牌生成失败", "The plate could not be made");
}

static enum rc encode(struct arena *a, struct fault *f, const struct canvas *c, struct str *png)
{
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)c->w,
                       .height = (png_uint_32)c->h,
                       .format = PNG_FORMAT_GRAY};
    png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
    char *out = arena_alloc(a, bytes);
    if (!png_image_write_to_memory(&image, out, &bytes, 0, c->px, 0, NULL))
        return failed(f);
    *png = (struct str){out, bytes};
    return RC_OK;
}

enum rc plate_make(struct arena *a, struct fault *f, struct str url, struct str code,
                   struct str *png)
{
    QRcode *qr = QRcode_encodeString8bit(str_z(a, url), 0, QR_ECLEVEL_M);
    if (!qr)
        return failed(f);
    size_t side = ((size_t)qr->width + 2 * QUIET_MODULES) * MODULE_PX;
    bool text = drawable(code);
    size_t scale = text ? text_scale(code.n, side - 2 * QUIET_MODULES * MODULE_PX) : 0;
    struct canvas c = {.w = side,
                       .h = side + (text ? scale * GLYPH_H + TEXT_GAP_MODULES * MODULE_PX : 0)};
    c.px = arena_alloc(a, c.w * c.h);
    memset(c.px, WHITE, c.w * c.h);
    draw_qr(&c, qr);
    QRcode_free(qr);
    if (text)
        draw_text(&c, code, side, scale);
    return encode(a, f, &c, png);
}
