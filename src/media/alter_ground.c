/* alter_ground.c - see alter_ground.h. */
#include "media/alter_ground.h"

#include <stdio.h>
#include <stdlib.h>
#include <vips/vips.h>

#include "media/picture.h"

enum { WORKING_PX = 2048 };

const char *const alter_names[ALTERATIONS + 1] = {
    "recompress_q40", "resize_50", "crop_5pct", "crop_30pct", "rotate_90", "mirror", "brighter", "watermark", "grayscale",
    "webp_q60", "metadata_only", "crop_30pct_corner", "crop_odd_shape", "rotate_180", "rotate_270", "mirror_crop_30pct",
    "rotate_90_crop_20pct", "darker", "warmer", "resize_25", "tilt_2deg", NULL};

struct altering {
    VipsImage *im;
};

bool alter_init(const char *program)
{
    return picture_init(program);
}

/* The next step replaces the one before; NULL stays NULL. `*out` was made unless `failed`. */
static VipsImage *then(VipsImage *before, VipsImage *const *out, int failed)
{
    if (before)
        g_object_unref(before);
    return failed ? NULL : *out;
}

/* The pixels without anything else: libvips 8.14 reads freed memory when it writes some files' EXIF anew. */
static VipsImage *bare(VipsImage *im)
{
    size_t n = 0;
    void *pixels = im && im->Bands == 3 ? vips_image_write_to_memory(im, &n) : NULL;
    VipsImage *out = pixels ? vips_image_new_from_memory_copy(pixels, n, im->Xsize, im->Ysize, 3, VIPS_FORMAT_UCHAR) : NULL;
    g_free(pixels);
    if (im)
        g_object_unref(im);
    return out;
}

/* Upright, sRGB, three bands, not larger than a display copy, in memory. */
static VipsImage *plain(VipsImage *im)
{
    VipsImage *out = NULL;
    im = then(im, &out, vips_autorot(im, &out, NULL));
    if (im && vips_image_hasalpha(im))
        im = then(im, &out, vips_flatten(im, &out, NULL));
    if (im)
        im = then(im, &out, vips_colourspace(im, &out, VIPS_INTERPRETATION_sRGB, NULL));
    int longest = !im ? 1 : im->Xsize > im->Ysize ? im->Xsize : im->Ysize;
    if (im && longest > WORKING_PX)
        im = then(im, &out, vips_resize(im, &out, (double)WORKING_PX / longest, NULL));
    if (im)
        im = then(im, &out, vips_cast_uchar(im, &out, NULL));
    return bare(im);
}

struct altering *alter_open(const char *path)
{
    VipsImage *im = vips_image_new_from_file(path, NULL);
    if (im)
        im = plain(im);
    vips_error_clear();
    if (!im)
        return NULL;
    struct altering *a = calloc(1, sizeof *a);
    a->im = im;
    return a;
}

void alter_close(struct altering *a)
{
    if (!a)
        return;
    g_object_unref(a->im);
    free(a);
}

/* ---- alterations ---- */

/* A part of the picture, in thousandths from its corner. */
static VipsImage *cut(VipsImage *im, int x, int y, int width, int height)
{
    VipsImage *out = NULL;
    return vips_extract_area(im, &out, im->Xsize * x / 1000, im->Ysize * y / 1000, im->Xsize * width / 1000,
                             im->Ysize * height / 1000, NULL)
               ? NULL
               : out;
}

static VipsImage *turned(VipsImage *im, VipsAngle angle)
{
    VipsImage *out = NULL;
    return vips_rot(im, &out, angle, NULL) ? NULL : out;
}

static VipsImage *mirrored(VipsImage *im)
{
    VipsImage *out = NULL;
    return vips_flip(im, &out, VIPS_DIRECTION_HORIZONTAL, NULL) ? NULL : out;
}

static VipsImage *resized(VipsImage *im, double scale)
{
    VipsImage *out = NULL;
    return vips_resize(im, &out, scale, NULL) ? NULL : out;
}

static VipsImage *toned(VipsImage *im, const double gain[3], const double plus[3])
{
    VipsImage *out = NULL, *bytes = NULL;
    if (vips_linear(im, &out, gain, plus, 3, NULL))
        return NULL;
    return then(out, &bytes, vips_cast_uchar(out, &bytes, NULL));
}

static VipsImage *darker(VipsImage *im)
{
    VipsImage *out = NULL, *bytes = NULL;
    if (vips_gamma(im, &out, "exponent", 1 / 1.6, NULL))
        return NULL;
    return then(out, &bytes, vips_cast_uchar(out, &bytes, NULL));
}

static VipsImage *grey(VipsImage *im)
{
    VipsImage *out = NULL;
    return vips_colourspace(im, &out, VIPS_INTERPRETATION_B_W, NULL) ? NULL : out;
}

/* White words across the lower third, as camera apps write them. */
static VipsImage *watermarked(VipsImage *im)
{
    const double white[3] = {255, 255, 255}, one[3] = {0, 0, 0};
    VipsImage *text = NULL, *mask = NULL, *paper = NULL, *out = NULL, *bytes = NULL;
    int h = im->Ysize / 8 > 8 ? im->Ysize / 8 : 8, y = im->Ysize - h - im->Ysize / 10;
    bool ok = vips_text(&text, "2026-03-01 10:24 city", "width", im->Xsize * 6 / 10, "height", h, NULL) == 0 &&
              vips_embed(text, &mask, im->Xsize / 5, y > 0 ? y : 0, im->Xsize, im->Ysize, NULL) == 0 &&
              vips_linear(im, &paper, one, white, 3, NULL) == 0 &&
              vips_ifthenelse(mask, paper, im, &out, "blend", TRUE, NULL) == 0 && vips_cast_uchar(out, &bytes, NULL) == 0;
    VipsImage *const parts[] = {text, mask, paper, out};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i])
            g_object_unref(parts[i]);
    return ok ? bytes : NULL;
}

static VipsImage *tilted(VipsImage *im)
{
    VipsImage *out = NULL;
    if (vips_similarity(im, &out, "angle", 2.0, NULL))
        return NULL;
    VipsImage *middle = cut(out, 70, 70, 860, 860);
    g_object_unref(out);
    return middle;
}

/* `second` is done to `im`, which is taken over. */
static VipsImage *after(VipsImage *(*second)(VipsImage *), VipsImage *im)
{
    VipsImage *out = im ? second(im) : NULL;
    if (im)
        g_object_unref(im);
    return out;
}

static VipsImage *quarter(VipsImage *im)
{
    return turned(im, VIPS_ANGLE_D90);
}

static VipsImage *alter(VipsImage *im, enum alteration how)
{
    static const double brighter_gain[3] = {1.3, 1.3, 1.3}, brighter_plus[3] = {20, 20, 20};
    static const double warmer_gain[3] = {1.15, 1, 0.75}, warmer_plus[3] = {5, 0, 0};
    switch (how) {
    case ALTER_RESIZE_50:
        return resized(im, 0.5);
    case ALTER_RESIZE_25:
        return resized(im, 0.25);
    case ALTER_CROP_5:
        return cut(im, 25, 25, 950, 950);
    case ALTER_CROP_30:
        return cut(im, 150, 150, 700, 700);
    case ALTER_CORNER_30:
        return cut(im, 0, 0, 700, 700);
    case ALTER_CROP_ODD:
        return cut(im, 110, 30, 850, 780);
    case ALTER_ROTATE_90:
        return quarter(im);
    case ALTER_ROTATE_180:
        return turned(im, VIPS_ANGLE_D180);
    case ALTER_ROTATE_270:
        return turned(im, VIPS_ANGLE_D270);
    case ALTER_MIRROR:
        return mirrored(im);
    case ALTER_MIRROR_CROP:
        return after(mirrored, cut(im, 250, 50, 700, 700));
    case ALTER_TURN_CROP:
        return after(quarter, cut(im, 50, 100, 800, 800));
    case ALTER_BRIGHTER:
        return toned(im, brighter_gain, brighter_plus);
    case ALTER_WARMER:
        return toned(im, warmer_gain, warmer_plus);
    case ALTER_DARKER:
        return darker(im);
    case ALTER_GRAYSCALE:
        return grey(im);
    case ALTER_WATERMARK:
        return watermarked(im);
    case ALTER_TILT:
        return tilted(im);
    default: /* recompressed only */
        g_object_ref(im);
        return im;
    }
}

/* ---- prints ---- */

static bool print_of(struct str file, struct print *out)
{
    const struct wire_job job = {.max_bytes = INT64_C(64) << 20, .max_pixels = 50000000, .thumb_px = 480,
                                 .display_px = WORKING_PX};
    struct wire_answer answer = {0};
    struct picture copies;
    if (picture_make(&job, file, &answer, &copies) != WIRE_OK)
        return false;
    picture_free(&copies);
    *out = answer.print;
    return true;
}

bool alter_print(struct altering *a, enum alteration how, struct print *out)
{
    void *bytes = NULL;
    size_t n = 0;
    VipsImage *im = alter(a->im, how);
    bool ok = im && (how == ALTER_WEBP_Q60
                         ? vips_webpsave_buffer(im, &bytes, &n, "Q", 60, NULL)
                         : vips_jpegsave_buffer(im, &bytes, &n, "Q", how == ALTER_RECOMPRESS_Q40 ? 40 : 90, NULL)) == 0;
    if (im)
        g_object_unref(im);
    ok = ok && print_of((struct str){bytes, n}, out);
    g_free(bytes);
    vips_error_clear();
    return ok;
}

bool alter_file_print(const char *path, struct print *out)
{
    char *bytes = NULL;
    size_t n = 0;
    if (!g_file_get_contents(path, &bytes, &n, NULL))
        return false;
    bool ok = print_of((struct str){bytes, n}, out);
    g_free(bytes);
    return ok;
}

uint8_t *alter_pixels(struct altering *a, int longest, int *width, int *height)
{
    VipsImage *out = NULL;
    int side = a->im->Xsize > a->im->Ysize ? a->im->Xsize : a->im->Ysize;
    if (vips_resize(a->im, &out, (double)longest / side, NULL))
        return NULL;
    size_t n = 0;
    void *mine = vips_image_write_to_memory(out, &n);
    uint8_t *copy = malloc(n);
    memcpy(copy, mine, n);
    *width = out->Xsize;
    *height = out->Ysize;
    g_free(mine);
    g_object_unref(out);
    return copy;
}
