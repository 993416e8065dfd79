/*
 * evidence.c - `./bench evidence`: the search for re-used photographs. Recall by kind of change, false hits per search
 * among ten thousand, a million and ten million photographs, the time of a search and the memory of the index.
 *
 *   bench_evidence [--json FILE] [--largest N] [--made N]
 *
 * Every shared photograph (ok_*, the bases of near_dup) is altered in all ways of media/alter_ground.h and searched for.
 * What else stands in the gallery is made of the other half of the photographs (gallery.h), once with either half: so no
 * picture there holds a piece of one that is searched for, and what is found of it is a false hit. Ends with 1 when an aim
 * is missed.
 */
#include "gallery.h"

#include "base/arena.h"
#include "base/clock.h"
#include "evidence/index.h"
#include "evidence/match.h"
#include "media/alter_ground.h"

#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    PHOTOS_MAX = 200,
    FLAT_MARKS = 20,     /* fewer: nothing to hold on to */
    FIRST_MADE = 1000,   /* numbers below are photographs */
    MADE = 10000,
    FOLDS = 2,
    BATCH = 20000,
    SIZES = 3,
    SEARCHES_MAX = PHOTOS_MAX * (ALTERATIONS + 1),
};
static const double aim_search_ms = 5, aim_recall = 0.99;

struct photo {
    char path[500];
    struct print base, altered[ALTERATIONS];
    struct source_picture pixels;
    int group, fold;
    bool flat;
};

static struct photo *photos;
static int nphotos;
static int64_t largest = 10000000, made = MADE; /* of a gallery: so many computed in full, the others mixed */

/* ---- what came out ---- */

struct outcome {
    int64_t photographs, bytes;
    int asked[ALTERATIONS], found[ALTERATIONS];
    int searches, false_hits, searches_with_false;
    int false_pairs_most;   /* marks in agreement between strangers, shown or not */
    double search_us[SEARCHES_MAX], verify_us[SEARCHES_MAX];
};
static struct outcome outcomes[SIZES];

/* ---- photographs ---- */

static void read_photos(void)
{
    const char *shared = getenv("XIAOHAO_SHARED");
    char pattern[600];
    glob_t all = {0};
    static const char *const names[] = {"ok_*/*", "near_dup/base0?.jpg"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(pattern, sizeof pattern, "%s/data/5_photos/%s", shared ? shared : "../shared", names[i]);
        glob(pattern, i ? GLOB_APPEND : 0, NULL, &all);
    }
    photos = xcalloc(PHOTOS_MAX, sizeof *photos);
    for (size_t i = 0; i < all.gl_pathc && nphotos < PHOTOS_MAX; i++) {
        struct photo *p = &photos[nphotos];
        snprintf(p->path, sizeof p->path, "%s", all.gl_pathv[i]);
        struct altering *a = alter_open(p->path);
        if (!a || !alter_file_print(p->path, &p->base)) {
            alter_close(a);
            continue;
        }
        p->flat = p->base.n < FLAT_MARKS;
        for (int how = 0; how < ALTERATIONS; how++)
            alter_print(a, (enum alteration)how, &p->altered[how]);
        uint8_t *rgb = alter_pixels(a, 640, &p->pixels.width, &p->pixels.height);
        size_t n = (size_t)p->pixels.width * (size_t)p->pixels.height;
        p->pixels.grey = xmalloc(n);
        for (size_t k = 0; k < n; k++)
            p->pixels.grey[k] = (uint8_t)((77u * rgb[k * 3] + 150u * rgb[k * 3 + 1] + 29u * rgb[k * 3 + 2]) / 256);
        free(rgb);
        alter_close(a);
        nphotos++;
    }
    globfree(&all);
}

/* Some of the samples are the same picture in several files; those count as one, and fall into the same half. */
static void group_photos(void)
{
    int groups = 0;
    for (int i = 0; i < nphotos; i++) {
        struct match m;
        photos[i].group = -1;
        for (int k = 0; k < i && photos[i].group < 0; k++)
            if (match_prints(&photos[i].base, &photos[k].base, &m) && match_is_doubt(&m))
                photos[i].group = photos[k].group;
        if (photos[i].group < 0)
            photos[i].group = groups++;
        photos[i].fold = photos[i].group % FOLDS;
    }
    printf("%d photographs, %d different pictures\n", nphotos, groups);
}

/* ---- the index ---- */

static struct index_item item_of(const struct print *p, uint32_t number)
{
    struct index_item it = {.number = number};
    for (; it.n < p->n && it.n < PRINT_KEYS; it.n++)
        it.bits[it.n] = p->marks[it.n].bits;
    return it;
}

static void print_by_number(const struct gallery *g, uint32_t number, int most, struct print *out)
{
    if (number < FIRST_MADE)
        *out = photos[number].base;
    else if (number < FIRST_MADE + g->nmade)
        *out = g->made[number - FIRST_MADE];
    else
        gallery_mix(g, number, most, out);
}

static void grow(struct print_index *x, const struct gallery *g, int64_t from, int64_t to)
{
    static struct index_item items[BATCH];
    struct print p;
    size_t n = 0;
    for (int64_t i = from; i < to; i++) {
        print_by_number(g, (uint32_t)(FIRST_MADE + i), PRINT_KEYS, &p);
        items[n++] = item_of(&p, (uint32_t)(FIRST_MADE + i));
        if (n == BATCH || i + 1 == to) {
            if (!index_add(x, items, n))
                abort();
            n = 0;
        }
    }
}

static struct print_index *index_of_photos(int fold)
{
    struct print_index *x = index_new();
    for (int i = 0; i < nphotos; i++) {
        struct index_item it = item_of(&photos[i].base, (uint32_t)i);
        if (photos[i].fold == fold && !index_add(x, &it, 1))
            abort();
    }
    return x;
}

/* ---- searches ---- */

/* Processor time of this thread, which alone searches and waits for nothing: the same on a busy machine. */
static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Is `who` found? Others than his like are false hits. */
static bool search(struct print_index *x, const struct gallery *g, const struct print *p, const struct photo *who,
                   struct outcome *o)
{
    static struct print others[INDEX_HITS];
    struct index_hit hits[INDEX_HITS];
    struct match m;
    bool found = false;
    int false_hits = 0;
    double begin = cpu_us();
    int n = index_search(x, p, hits);
    o->search_us[o->searches] = cpu_us() - begin;
    for (int i = 0; i < n; i++)
        print_by_number(g, hits[i].number, PRINT_MARKS, &others[i]); /* in the product: read from the table */
    begin = cpu_us();
    for (int i = 0; i < n; i++) {
        bool stranger = hits[i].number >= FIRST_MADE || photos[hits[i].number].group != who->group;
        bool shown = match_prints(p, &others[i], &m) && match_is_doubt(&m);
        found = found || (shown && !stranger);
        false_hits += shown && stranger;
        if (stranger && m.pairs > o->false_pairs_most)
            o->false_pairs_most = m.pairs;
    }
    o->verify_us[o->searches++] = cpu_us() - begin;
    o->false_hits += false_hits;
    o->searches_with_false += false_hits > 0;
    return found;
}

static void search_all(struct print_index *x, const struct gallery *g, int fold, struct outcome *o)
{
    struct index_facts f;
    for (int i = 0; i < nphotos; i++) {
        const struct photo *p = &photos[i];
        for (int how = 0; how < ALTERATIONS; how++) {
            if (p->fold != fold || p->flat)
                continue;
            o->asked[how]++;
            bool found = search(x, g, &p->altered[how], p, o);
            o->found[how] += found;
            if (!found && o == &outcomes[0])
                printf("  not found: %s of %s\n", alter_names[how], strrchr(p->path, '/') + 1);
        }
    }
    index_facts(x, &f);
    o->photographs = f.photos;
    o->bytes = f.bytes;
}

static void run_fold(int fold)
{
    static const int64_t sizes[SIZES] = {10000, 1000000, 10000000};
    struct source_picture sources[PHOTOS_MAX];
    struct gallery g;
    size_t n = 0;
    int64_t have = 0, begin = clock_ticks_us();
    for (int i = 0; i < nphotos; i++)
        if (photos[i].fold != fold && !photos[i].flat)
            sources[n++] = photos[i].pixels;
    gallery_make(&g, sources, n, (size_t)made, 20260101 + (uint64_t)fold);
    printf("fold %d: %lld pictures made of %zu photographs in %.0f s\n", fold, (long long)made, n,
           (double)(clock_ticks_us() - begin) / 1e6);
    struct print_index *x = index_of_photos(fold);
    for (int s = 0; s < SIZES && sizes[s] <= largest; s++) {
        if (s == SIZES - 1 && fold != FOLDS - 1)
            break; /* the largest once */
        begin = clock_ticks_us();
        grow(x, &g, have, sizes[s]);
        have = sizes[s];
        printf("  %lld in the index after %.0f s\n", (long long)have, (double)(clock_ticks_us() - begin) / 1e6);
        fflush(stdout);
        search_all(x, &g, fold, &outcomes[s]);
    }
    index_free(x);
    gallery_free(&g);
}

/* ---- the tables ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *v, int n, double q)
{
    qsort(v, (size_t)n, sizeof *v, by_size);
    return n ? v[(int)(q * (n - 1))] / 1000 : 0;
}

static json_t *recall_table(void)
{
    json_t *rows = json_array();
    printf("\n%-22s %8s", "change", "asked");
    for (int s = 0; s < SIZES && outcomes[s].searches; s++)
        printf(" %14lld", (long long)outcomes[s].photographs);
    puts("");
    for (int how = 0; how < ALTERATIONS; how++) {
        json_t *row = json_pack("{s:s,s:[]}", "change", alter_names[how], "recall");
        printf("%-22s %8d", alter_names[how], outcomes[0].asked[how]);
        for (int s = 0; s < SIZES && outcomes[s].searches; s++) {
            const struct outcome *o = &outcomes[s];
            printf("   %4d/%-4d %3.0f%%", o->found[how], o->asked[how], 100.0 * o->found[how] / o->asked[how]);
            json_array_append_new(json_object_get(row, "recall"),
                                  json_pack("{s:I,s:i,s:i}", "gallery", (json_int_t)o->photographs, "found", o->found[how],
                                            "asked", o->asked[how]));
        }
        json_array_append_new(rows, row);
        puts("");
    }
    return rows;
}

static json_t *search_table(bool *ok)
{
    json_t *rows = json_array();
    printf("\n%12s %9s %12s %11s %9s %9s %9s %9s %9s\n", "photographs", "searches", "false hits", "per search", "marks",
           "p50 ms", "p99 ms", "verify", "MB");
    for (int s = 0; s < SIZES && outcomes[s].searches; s++) {
        struct outcome *o = &outcomes[s];
        double per = (double)o->false_hits / o->searches, p50 = quantile(o->search_us, o->searches, 0.5),
               p99 = quantile(o->search_us, o->searches, 0.99), verify = quantile(o->verify_us, o->searches, 0.5);
        printf("%12lld %9d %12d %11.5f %9d %9.2f %9.2f %9.2f %9.0f\n", (long long)o->photographs, o->searches, o->false_hits,
               per, o->false_pairs_most, p50, p99, verify, (double)o->bytes / (1 << 20));
        json_array_append_new(rows, json_pack("{s:I,s:i,s:i,s:f,s:i,s:f,s:f,s:f,s:I}", "photographs",
                                              (json_int_t)o->photographs, "searches", o->searches, "false_hits",
                                              o->false_hits, "false_hits_per_search", per, "strangers_marks_most",
                                              o->false_pairs_most, "search_p50_ms", p50, "search_p99_ms", p99,
                                              "verify_p50_ms", verify, "index_bytes", (json_int_t)o->bytes));
        if (p50 > aim_search_ms)
            *ok = false;
    }
    return rows;
}

static bool recall_is_enough(void)
{
    int asked = 0, found = 0;
    for (int how = 0; how < ALTER_LISTED; how++) {
        asked += outcomes[0].asked[how];
        found += outcomes[0].found[how];
    }
    return found >= aim_recall * asked;
}

int main(int argc, char **argv)
{
    const char *json = NULL;
    bool ok = true;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--json") == 0)
            json = argv[i + 1];
        else if (strcmp(argv[i], "--largest") == 0)
            largest = strtoll(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--made") == 0)
            made = strtoll(argv[i + 1], NULL, 10);
    }
    if (!alter_init(argv[0]))
        return 1;
    read_photos();
    if (nphotos == 0) {
        puts("skipped: no shared photographs (XIAOHAO_SHARED)");
        return 0;
    }
    group_photos();
    for (int fold = 0; fold < FOLDS; fold++)
        run_fold(fold);
    json_t *doc = json_pack("{s:o,s:o}", "recall", recall_table(), "search", search_table(&ok));
    ok = ok && recall_is_enough();
    printf("\n%s\n", ok ? "aims met" : "an aim was missed");
    if (json && json_dump_file(doc, json, JSON_INDENT(2)) != 0)
        ok = false;
    json_decref(doc);
    return ok ? 0 : 1;
}
