/*
 * assetgen.c - puts files into the executable. Made at build time:
 *
 *   assetgen OUT.c OUT.bin DEPFILE NAME=PATH…      PATH a file, or a folder whose files become
 * NAME/…
 *
 * OUT.bin holds the bytes one after another (each file, and its gzip form when that is smaller);
 * OUT.c pulls it in with the assembler and has the table, sorted by name, behind asset_find() and
 * asset_list(). A missing folder is an empty one (pages not built). Hidden files and source maps
 * stay out.
 */
#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum {
    FILES_MAX = 4096,
    TEXT_MAX = 1024,
    FILE_BYTES_MAX = 64 * 1024 * 1024,
    HASH_HEX = 32,
    SMALLEST_GZIP = 256
};

struct file {
    char name[TEXT_MAX];
    char path[TEXT_MAX];
    const char *type;
    size_t at, n, gzip_at, gzip_n;
    char hash[HASH_HEX + 1];
};

static struct file files[FILES_MAX];
static size_t nfiles;
static FILE *depfile;

static const struct {
    const char *ext, *type;
    bool packs;
} types[] = {
    {"html", "text/html; charset=utf-8", true},
    {"js", "text/javascript; charset=utf-8", true},
    {"mjs", "text/javascript; charset=utf-8", true},
    {"css", "text/css; charset=utf-8", true},
    {"json", "application/json; charset=utf-8", true},
    {"webmanifest", "application/manifest+json", true},
    {"svg", "image/svg+xml", true},
    {"png", "image/png", false},
    {"jpg", "image/jpeg", false},
    {"webp", "image/webp", false},
    {"ico", "image/x-icon", true},
    {"woff2", "font/woff2", false},
    {"csv", "text/csv; charset=utf-8", true},
    {"sql", "text/plain; charset=utf-8", true},
    {"txt", "text/plain; charset=utf-8", true},
    {"md", "text/plain; charset=utf-8", true},
    {"wasm", "application/wasm", true},
};

static _Noreturn void die(const char *what, const char *path)
{
    fprintf(stderr, "assetgen: %s: %s%s%s\n", path, what, errno ? ": " : "",
            errno ? strerror(errno) : "");
    exit(1);
}

static bool compressible(const char *name, const char **type)
{
    const char *dot = strrchr(name, '.');
    *type = "application/octet-stream";
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot + 1, types[i].ext) == 0) {
            *type = types[i].type;
            return types[i].packs;
        }
    return false;
}

/* ---- gathering ---- */

static void depend(const char *path)
{
    fputc(' ', depfile);
    for (; *path; path++) {
        if (*path == ' ' || *path == '#')
            fputc('\\', depfile);
        fputc(*path, depfile);
    }
}

static void join(char out[TEXT_MAX], const char *a, const char *b)
{
    if (snprintf(out, TEXT_MAX, "%s/%s", a, b) >= TEXT_MAX)
        die("name too long", a);
}

static bool left_out(const char *name)
{
    const char *dot = strrchr(name, '.');
    return name[0] == '.' || (dot && strcmp(dot, ".map") == 0);
}

static void gather(const char *name, const char *path, int depth);

static void gather_folder(const char *name, const char *path, int depth)
{
    char sub_name[TEXT_MAX], sub_path[TEXT_MAX];
    DIR *d = opendir(path);
    if (!d || depth > 16)
        die("cannot read the folder", path);
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (left_out(e->d_name))
            continue;
        join(sub_name, name, e->d_name);
        join(sub_path, path, e->d_name);
        gather(sub_name, sub_path, depth + 1);
    }
    closedir(d);
}

static void gather(const char *name, const char *path, int depth)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        if (errno == ENOENT)
            return;
        die("cannot be read", path);
    }
    depend(path);
    if (S_ISDIR(st.st_mode)) {
        gather_folder(name, path, depth);
        return;
    }
    if (nfiles == FILES_MAX || strlen(name) >= TEXT_MAX || strlen(path) >= TEXT_MAX)
        die("too many files, or too long a name", path);
    struct file *f = &files[nfiles++];
    memcpy(f->name, name, strlen(name) + 1);
    memcpy(f->path, path, strlen(path) + 1);
}

/* A folder that is not there yet: the nearest one above it changes when it comes. */
static void depend_on_parent(const char *path)
{
    char up[TEXT_MAX];
    struct stat st;
    if (stat(path, &st) == 0 || strlen(path) >= sizeof up)
        return;
    memcpy(up, path, strlen(path) + 1);
    for (char *slash = strrchr(up, '/'); slash && slash != up; slash = strrchr(up, '/')) {
        *slash = '\0';
        if (stat(up, &st) == 0) {
            depend(up);
            return;
        }
    }
}

/* ---- packing ---- */

static unsigned char *read_file(const char *path, size_t *n)
{
    struct stat st;
    FILE *in = fopen(path, "rbe");
    if (!in || fstat(fileno(in), &st) != 0 || st.st_size > FILE_BYTES_MAX)
        die("cannot be read, or is too large", path);
    *n = (size_t)st.st_size;
    unsigned char *bytes = malloc(*n + 1);
    if (!bytes || fread(bytes, 1, *n, in) != *n)
        die("cannot be read", path);
    fclose(in);
    return bytes;
}

static unsigned char *gzip(const unsigned char *bytes, size_t n, size_t *packed_n)
{
    z_stream z = {0};
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        die("zlib refuses", "gzip");
    size_t room = deflateBound(&z, n);
    unsigned char *packed = malloc(room);
    if (!packed)
        die("out of memory", "gzip");
    z.next_in = (unsigned char *)(size_t)bytes;
    z.avail_in = (unsigned)n;
    z.next_out = packed;
    z.avail_out = (unsigned)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        die("zlib fails", "gzip");
    *packed_n = z.total_out;
    deflateEnd(&z);
    return packed;
}

/* A NUL follows each, for libraries that want text to end so. */
static size_t append(FILE *bin, const unsigned char *bytes, size_t n, size_t *at)
{
    size_t from = *at;
    if (fwrite(bytes, 1, n, bin) != n || fputc(0, bin) == EOF)
        die("cannot be written", "OUT.bin");
    *at += n + 1;
    return from;
}

static void pack(struct file *f, FILE *bin, size_t *at)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    unsigned char *bytes = read_file(f->path, &f->n);
    bool packs = compressible(f->name, &f->type);
    crypto_hash_sha256(hash, bytes, f->n);
    sodium_bin2hex(f->hash, sizeof f->hash, hash, HASH_HEX / 2);
    f->at = append(bin, bytes, f->n, at);
    if (packs && f->n >= SMALLEST_GZIP) {
        unsigned char *packed = gzip(bytes, f->n, &f->gzip_n);
        if (f->gzip_n < f->n)
            f->gzip_at = append(bin, packed, f->gzip_n, at);
        else
            f->gzip_n = 0;
        free(packed);
    }
    free(bytes);
}

/* ---- the table ---- */

static void write_head(FILE *c, const char *bin_path)
{
    fprintf(c,
            "/* Made by tools/assetgen. */\n"
            "#include \"base/asset.h\"\n\n"
            "#include <stdlib.h>\n\n"
            "__asm__(\".section .rodata\\n\"\n"
            "        \".balign 16\\n\"\n"
            "        \".globl xh_asset_bytes\\n\"\n"
            "        \".hidden xh_asset_bytes\\n\"\n"
            "        \"xh_asset_bytes:\\n\"\n"
            "        \".incbin \\\"%s\\\"\\n\"\n"
            "        \".byte 0\\n\"\n"
            "        \".previous\\n\");\n"
            "extern const char xh_asset_bytes[] __attribute__((visibility(\"hidden\")));\n\n",
            bin_path);
}

static void write_table(FILE *c)
{
    fprintf(c, "static const struct asset table[] = {\n");
    for (size_t i = 0; i < nfiles; i++) {
        const struct file *f = &files[i];
        fprintf(c, "    {\"%s\", \"%s\", {xh_asset_bytes + %zu, %zu}, ", f->name, f->type, f->at,
                f->n);
        if (f->gzip_n)
            fprintf(c, "{xh_asset_bytes + %zu, %zu}, ", f->gzip_at, f->gzip_n);
        else
            fprintf(c, "{0}, ");
        fprintf(c, "\"\\\"%s\\\"\"},\n", f->hash);
    }
    fprintf(c, "    {0},\n};\nenum { COUNT = sizeof table / sizeof *table - 1 };\n\n");
}

static const char lookup[] =
    "static int by_name(const void *name, const void *asset)\n"
    "{\n"
    "    return strcmp(name, ((const struct asset *)asset)->name);\n"
    "}\n\n"
    "const struct asset *asset_find(const char *name)\n"
    "{\n"
    "    return bsearch(name, table, COUNT, sizeof *table, by_name);\n"
    "}\n\n"
    "const struct asset *asset_list(const char *prefix, size_t *n)\n"
    "{\n"
    "    size_t from = 0, len = strlen(prefix);\n"
    "    while (from < COUNT && strncmp(table[from].name, prefix, len) != 0)\n"
    "        from++;\n"
    "    *n = 0;\n"
    "    while (from + *n < COUNT && strncmp(table[from + *n].name, prefix, len) == 0)\n"
    "        ++*n;\n"
    "    return &table[from];\n"
    "}\n";

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static FILE *create(const char *path)
{
    FILE *f = fopen(path, "wbe");
    if (!f)
        die("cannot be created", path);
    return f;
}

int main(int argc, char **argv)
{
    size_t at = 0;
    if (argc < 4 || sodium_init() < 0) {
        fprintf(stderr, "usage: assetgen OUT.c OUT.bin DEPFILE NAME=PATH...\n");
        return 2;
    }
    depfile = create(argv[3]);
    fprintf(depfile, "%s:", argv[1]);
    for (int i = 4; i < argc; i++) {
        char *path = strchr(argv[i], '=');
        if (!path)
            die("NAME=PATH expected", argv[i]);
        *path++ = '\0';
        gather(argv[i], path, 0);
        depend_on_parent(path);
    }
    fputc('\n', depfile);
    qsort(files, nfiles, sizeof *files, by_name);
    char *full = NULL;
    FILE *bin = create(argv[2]), *c = create(argv[1]);
    for (size_t i = 0; i < nfiles; i++)
        pack(&files[i], bin, &at);
    if (fclose(bin) != 0 || !(full = realpath(argv[2], NULL)))
        die("cannot be written", argv[2]);
    write_head(c, full);
    write_table(c);
    fputs(lookup, c);
    free(full);
    if (fclose(c) != 0 || fclose(depfile) != 0)
        die("cannot be written", argv[1]);
    return 0;
}
