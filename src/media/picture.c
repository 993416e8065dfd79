/*
 * picture.c - see picture.h.
 *
 * The original streams through once: load, flatten, shrink to the display size, sRGB, into memory.
 * The thumbnail and the fingerprint are made from those pixels, never from the original again. What
 * is written comes from bare pixels, so no metadata can travel with it.
 */
#include "media/picture.h"

#include "media/exif.h"

#include <vips/vips.h>

enum { DISPLAY_QUALITY = 85, THUMB_QUALITY = 80, SIDE_MAX = 65500 };

/* Bare sRGB pixels, 3 bytes each. */
struct pixels {
    uint8_t *rgb;
    int width, height;
};

static void no_log(const char *domain, GLogLevelFlags level, const char *text, void *unused)
{
    (void)domain;
    (void)level;
    (void)text;
    (void)unused;
}

bool picture_init(const char *program)
{
    static const char *const allowed[] = {"VipsForeignLoadJpeg", "VipsForeignLoadPng",
                                          "VipsForeignLoadWebp", "VipsForeignLoadHeif"};
    /* Libraries complain about every odd file; the refusal's code says what matters. */
    g_log_set_default_handler(no_log, NULL);
    /* Never a temporary file: large pictures stay in memory, which is bounded. */
    g_setenv("VIPS_DISC_THRESHOLD", "64g", TRUE);
    if (vips_init(program) != 0)
        return false;
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        vips_operation_block_set(allowed[i], FALSE);
    return true;
}

static VipsImage *load_as(enum photo_format format, struct str file, VipsFailOn fail_on, int shrink)
{
    VipsImage *im = NULL;
    void *p = (void *)(uintptr_t)file.p;
    switch (format) {
    case PHOTO_JPEG:
        vips_jpegload_buffer(p, file.n, &im, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on,
                             "shrink", shrink, NULL);
        break;
    case PHOTO_PNG:
        vips_pngload_buffer(p, file.n, &im, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on,
                            NULL);
        break;
    case PHOTO_WEBP:
        vips_webpload_buffer(p, file.n, &im, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on,
                             NULL);
        break;
    case PHOTO_HEIC:
        vips_heifload_buffer(p, file.n, &im, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", fail_on,
                             NULL);
        break;
    default:
        break;
    }
    return im;
}

/* The next step of the stream replaces the one before it; NULL stays NULL. */
static VipsImage *step(VipsImage *before, VipsImage **after, int failed)
{
    if (before)
        g_object_unref(before);
    return failed ? NULL : *after;
}

static VipsImage *flatten(VipsImage *im)
{
    if (!im || !vips_image_hasalpha(im))
        return im;
    double white = im->BandFmt == VIPS_FORMAT_USHORT ? 65535 : 255;
    VipsImage *out = NULL;
    VipsArrayDouble *background = vips_array_double_newv(1, white);
    int failed = vips_flatten(im, &out, "background", background, NULL);
    vips_area_unref(VIPS_AREA(background));
    return step(im, &out, failed);
}

static double scale_to(int width, int height, int longest)
{
    int side = width > height ? width : height;
    return side > longest ? (double)longest / side : 1;
}

static VipsImage *shrink_to(VipsImage *im, int longest)
{
    double scale = im ? scale_to(im->Xsize, im->Ysize, longest) : 1;
    if (scale >= 1)
        return im;
    VipsImage *out = NULL;
    /* A picture 10000 wide and 1 high keeps its one row. */
    double x = VIPS_MAX(scale, 1.0 / im->Xsize), y = VIPS_MAX(scale, 1.0 / im->Ysize);
    /* Up to 4 times by the reducing filter alone: the box filter before it costs eight times as
     * much. */
    int failed = vips_resize(im, &out, x, "vscale", y, "gap", 4.0, NULL);
    return step(im, &out, failed);
}

/* Phones write Display P3 and scanners CMYK; the copies carry no profile, so they must be sRGB
 * themselves. */
static VipsImage *to_srgb(VipsImage *im)
{
    VipsImage *out = NULL;
    if (im && vips_image_get_typeof(im, VIPS_META_ICC_NAME) &&
        vips_icc_transform(im, &out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_RELATIVE,
                           NULL) == 0)
        im = step(im, &out, 0);
    else if (im && vips_image_get_interpretation(im) != VIPS_INTERPRETATION_sRGB)
        im = step(im, &out, vips_colourspace(im, &out, VIPS_INTERPRETATION_sRGB, NULL));
    if (im && im->BandFmt != VIPS_FORMAT_UCHAR)
        im = step(im, &out, vips_cast_uchar(im, &out, NULL));
    if (im && im->Bands == 1)
        im = step(im, &out, vips_bandjoin((VipsImage *[]){im, im, im}, &out, 3, NULL));
    else if (im && im->Bands > 3)
        im = step(im, &out, vips_extract_band(im, &out, 0, "n", 3, NULL));
    return im;
}

static bool take_pixels(VipsImage *im, struct pixels *out)
{
    size_t bytes = 0;
    if (!im || im->Bands != 3 || im->BandFmt != VIPS_FORMAT_UCHAR)
        return false;
    out->width = im->Xsize;
    out->height = im->Ysize;
    out->rgb = vips_image_write_to_memory(im, &bytes);
    if (out->rgb && bytes == (size_t)out->width * (size_t)out->height * 3)
        return true;
    g_free(out->rgb);
    out->rgb = NULL;
    return false;
}

static VipsImage *from_pixels(const struct pixels *p)
{
    return vips_image_new_from_memory(p->rgb, (size_t)p->width * (size_t)p->height * 3, p->width,
                                      p->height, 3, VIPS_FORMAT_UCHAR);
}

/* Turns the pixels upright in place of the old ones. */
static bool turn_upright(struct pixels *p, int orientation)
{
    VipsImage *im, *out = NULL;
    struct pixels turned;
    if (orientation == 1)
        return true;
    if (!(im = from_pixels(p)))
        return false;
    vips_image_set_int(im, VIPS_META_ORIENTATION, orientation);
    im = step(im, &out, vips_autorot(im, &out, NULL));
    bool ok = take_pixels(im, &turned);
    if (im)
        g_object_unref(im);
    if (!ok)
        return false;
    g_free(p->rgb);
    *p = turned;
    return true;
}

static bool write_jpeg(const struct pixels *p, int quality, struct picture_copy *out)
{
    VipsImage *im = from_pixels(p);
    if (!im)
        return false;
    int failed =
        vips_jpegsave_buffer(im, &out->jpeg, &out->bytes, "Q", quality, "strip", TRUE, NULL);
    g_object_unref(im);
    return !failed;
}

/* What libjpeg only warns about and yet loses nothing of the picture; real telephones write these.
 * Any other warning (a segment that ends early, a lost marker) means missing pixels. Only the first
 * warning of a file is heard, so after a harmless one the end of the file alone decides. */
static bool warning_is_harmless(const char *text)
{
    static const char *const harmless[] = {"Invalid SOS parameters",
                                           "extraneous bytes before marker",
                                           "Unknown Adobe color transform"};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (strstr(text, harmless[i]))
            return true;
    return false;
}

static int jpeg_shrink(int width, int height, int longest)
{
    int side = width > height ? width : height, shrink = 1;
    while (shrink < 8 && side / (shrink * 2) >= longest)
        shrink *= 2;
    return shrink;
}

/* The whole picture at display size, not yet turned. */
static bool decode(enum photo_format format, struct str file, int shrink, int longest,
                   struct pixels *out)
{
    static const VipsFailOn strict[] = {VIPS_FAIL_ON_WARNING, VIPS_FAIL_ON_ERROR};
    for (size_t i = 0; i < sizeof strict / sizeof *strict; i++) {
        vips_error_clear();
        VipsImage *im = load_as(format, file, strict[i], shrink);
        im = to_srgb(shrink_to(flatten(im), longest));
        bool ok = take_pixels(im, out);
        if (im)
            g_object_unref(im);
        if (ok)
            return true;
        if (!warning_is_harmless(vips_error_buffer()))
            break;
    }
    return false;
}

/* A HEIF file may hold AV1; only HEVC is HEIC. */
static bool coding_ok(enum photo_format format, VipsImage *im)
{
    const char *coding;
    return format != PHOTO_HEIC || !vips_image_get_typeof(im, "heif-compression") ||
           (vips_image_get_string(im, "heif-compression", &coding) == 0 &&
            strcmp(coding, "hevc") == 0);
}

/* Header only: size, limits, EXIF. */
static enum wire_code look(const struct wire_job *job, struct str file, struct wire_answer *facts,
                           int *shrink)
{
    enum photo_format format = (enum photo_format)facts->format;
    VipsImage *im = load_as(format, file, VIPS_FAIL_ON_ERROR, 1);
    if (!im)
        return WIRE_DAMAGED;
    enum wire_code code = WIRE_OK;
    if (!coding_ok(format, im))
        code = WIRE_UNSUPPORTED;
    else if (im->Xsize < 1 || im->Ysize < 1)
        code = WIRE_DAMAGED;
    else if (im->Xsize > SIDE_MAX || im->Ysize > SIDE_MAX ||
             (int64_t)im->Xsize * im->Ysize > job->max_pixels)
        code = WIRE_TOO_MANY_PIXELS;
    facts->width = im->Xsize;
    facts->height = im->Ysize;
    *shrink = jpeg_shrink(im->Xsize, im->Ysize, job->display_px);
    struct str block = exif_find(format, file);
    const void *heif = NULL;
    size_t n = 0;
    if (format == PHOTO_HEIC && vips_image_get_typeof(im, VIPS_META_EXIF_NAME) &&
        vips_image_get_blob(im, VIPS_META_EXIF_NAME, &heif, &n) == 0)
        block = (struct str){heif, n};
    struct exif_facts exif;
    exif_read(block, job->zone_min, &exif);
    facts->orientation = format == PHOTO_HEIC ? 1 : exif.orientation;
    facts->has_taken = exif.has_taken;
    facts->zone_known = exif.has_taken && exif.zone_known;
    facts->taken_ms = exif.has_taken ? exif.taken_ms : 0;
    facts->has_place = exif.has_place;
    facts->lat_e7 = exif.lat_e7;
    facts->lon_e7 = exif.lon_e7;
    memcpy(facts->make, exif.make, sizeof facts->make);
    memcpy(facts->model, exif.model, sizeof facts->model);
    g_object_unref(im);
    return code;
}

static bool make_thumb(const struct pixels *display, int longest, struct wire_answer *facts,
                       struct picture_copy *out)
{
    struct pixels thumb = {0};
    VipsImage *im = shrink_to(from_pixels(display), longest);
    bool ok = take_pixels(im, &thumb);
    if (im)
        g_object_unref(im);
    if (!ok)
        return false;
    facts->thumb_width = thumb.width;
    facts->thumb_height = thumb.height;
    facts->fingerprint = photo_fingerprint(thumb.rgb, thumb.width, thumb.height);
    print_make(thumb.rgb, thumb.width, thumb.height, &facts->print);
    ok = write_jpeg(&thumb, THUMB_QUALITY, out);
    g_free(thumb.rgb);
    return ok;
}

enum wire_code picture_make(const struct wire_job *job, struct str file, struct wire_answer *facts,
                            struct picture *out)
{
    *out = (struct picture){0};
    facts->format = photo_sniff(file);
    if (facts->format == PHOTO_NONE)
        return WIRE_UNSUPPORTED;
    int shrink = 1;
    struct pixels display = {0};
    vips_error_clear();
    enum wire_code code = look(job, file, facts, &shrink);
    if (code != WIRE_OK)
        return code;
    if (!decode((enum photo_format)facts->format, file, shrink, job->display_px, &display))
        return WIRE_DAMAGED;
    if (facts->orientation >= 5) {
        int32_t width = facts->width;
        facts->width = facts->height;
        facts->height = width;
    }
    bool ok = turn_upright(&display, facts->orientation) &&
              make_thumb(&display, job->thumb_px, facts, &out->thumb) &&
              write_jpeg(&display, DISPLAY_QUALITY, &out->display);
    facts->display_width = display.width;
    facts->display_height = display.height;
    g_free(display.rgb);
    if (ok)
        return WIRE_OK;
    picture_free(out);
    return WIRE_FAILED;
}

void picture_free(struct picture *p)
{
    g_free(p->display.jpeg);
    g_free(p->thumb.jpeg);
    *p = (struct picture){0};
}
