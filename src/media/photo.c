/* photo.c - see photo.h. */
#include "media/photo.h"

static const struct {
    const char *name;
    const char *mime;
} formats[PHOTO_FORMATS] = {
    [PHOTO_JPEG] = {"jpeg", "image/jpeg"},
    [PHOTO_PNG] = {"png", "image/png"},
    [PHOTO_WEBP] = {"webp", "image/webp"},
    [PHOTO_HEIC] = {"heic", "image/heic"},
};

const char *photo_format_name(enum photo_format f)
{
    return (unsigned)f < PHOTO_FORMATS ? formats[f].name : NULL;
}

const char *photo_format_mime(enum photo_format f)
{
    return (unsigned)f < PHOTO_FORMATS ? formats[f].mime : NULL;
}

static bool at(struct str s, size_t offset, struct str want)
{
    return s.n >= offset + want.n && memcmp(s.p + offset, want.p, want.n) == 0;
}

/* HEVC coded pictures and sequences. "mif1" alone says only "some HEIF": the decoder looks at the
 * coding. */
static bool heic_brand(struct str file, size_t offset)
{
    static const struct str brands[] = {
        STR_INIT("heic"), STR_INIT("heix"), STR_INIT("heim"), STR_INIT("heis"),
        STR_INIT("hevc"), STR_INIT("hevx"), STR_INIT("mif1"), STR_INIT("msf1"),
    };
    for (size_t i = 0; i < sizeof brands / sizeof *brands; i++)
        if (at(file, offset, brands[i]))
            return true;
    return false;
}

enum photo_format photo_sniff(struct str s)
{
    if (at(s, 0, STR("\xff\xd8\xff")))
        return PHOTO_JPEG;
    if (at(s, 0, STR("\x89PNG\r\n\x1a\n")))
        return PHOTO_PNG;
    if (at(s, 0, STR("RIFF")) && at(s, 8, STR("WEBP")))
        return PHOTO_WEBP;
    if (at(s, 4, STR("ftyp")) && heic_brand(s, 8))
        return PHOTO_HEIC;
    return PHOTO_NONE;
}

enum { CELLS_X = 9, CELLS_Y = 8 };

/* Mean brightness of one cell of the grid; a picture smaller than the grid repeats its pixels. */
static uint32_t cell_luma(const uint8_t *rgb, int width, int height, const int cell[2])
{
    int x0 = cell[0] * width / CELLS_X, x1 = (cell[0] + 1) * width / CELLS_X;
    int y0 = cell[1] * height / CELLS_Y, y1 = (cell[1] + 1) * height / CELLS_Y;
    uint64_t sum = 0, count = 0;
    if (x1 == x0)
        x1++;
    if (y1 == y0)
        y1++;
    for (int y = y0; y < y1; y++) {
        const uint8_t *p = rgb + ((size_t)y * (size_t)width + (size_t)x0) * 3;
        for (int x = x0; x < x1; x++, p += 3)
            sum += 77u * p[0] + 150u * p[1] + 29u * p[2];
        count += (uint64_t)(x1 - x0);
    }
    return (uint32_t)(sum / count);
}

uint64_t photo_fingerprint(const uint8_t *rgb, int width, int height)
{
    uint64_t bits = 0;
    for (int y = 0; y < CELLS_Y; y++) {
        uint32_t left = cell_luma(rgb, width, height, (int[2]){0, y});
        for (int x = 1; x < CELLS_X; x++) {
            uint32_t right = cell_luma(rgb, width, height, (int[2]){x, y});
            bits = bits << 1 | (left < right);
            left = right;
        }
    }
    return bits;
}

int photo_distance(uint64_t a, uint64_t b)
{
    return __builtin_popcountll(a ^ b);
}
