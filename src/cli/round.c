/* round.c - `xiaohao round`: rounds and commitments listed, draws exported and repeated, also from a file alone. */
#include "cli/cli.h"
#include "round/draw_store.h"
#include "round/round_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_BYTES_MAX = 64 * 1024 * 1024 };

static const char *what_is_wrong(const char *wrong)
{
    static const struct {
        const char *code, *words;
    } all[] = {
        {"commitment", "密钥与当日承诺不符 / the key is not in the day's commitment"},
        {"text", "抽取参数不完整或不一致 / the public parameters are damaged"},
        {"slot", "密钥槽位不是该次抽取的 / the slot is not this draw's"},
        {"quota", "名额分配不符 / the quotas do not follow"},
        {"drawn", "重算结果与记录不同 / another result than recorded"},
        {"sealed", "尚未公开密钥（轮次发布且抽取当日结束后公开） / the key is not given out yet"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(all[i].code, wrong) == 0)
            return all[i].words;
    return wrong;
}

static bool print_draw(const struct draw_record *r, const char *wrong)
{
    size_t candidates = 0, drawn = 0;
    for (size_t h = 0; h < r->drawn.nstrata; h++) {
        candidates += r->drawn.strata[h].n;
        drawn += r->drawn.strata[h].quota;
    }
    if (wrong)
        printf("第 %lld 次 draw %lld, %.*s: 不符 WRONG: %s\n", (long long)r->no, (long long)r->no, STR_ARG(r->day),
               what_is_wrong(wrong));
    else
        printf("第 %lld 次 draw %lld, %.*s: 重算一致 repeated; 候选 candidates %zu, 抽取 drawn %zu\n", (long long)r->no,
               (long long)r->no, STR_ARG(r->day), candidates, drawn);
    return !wrong;
}

/* ---- from a file ---- */

static bool read_file(const char *path, struct buf *out)
{
    char piece[65536];
    size_t n;
    FILE *f = fopen(path, "rb");
    buf_init(out, FILE_BYTES_MAX);
    if (!f)
        return false;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_add(out, piece, n);
    bool whole = !ferror(f) && !out->full;
    fclose(f);
    return whole;
}

static int verify_file(const char *path)
{
    struct arena a;
    struct fault f;
    struct buf text;
    struct draw_claim *claims;
    size_t n;
    bool all = true;
    if (!read_file(path, &text)) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        buf_free(&text);
        return EXIT_FAILED;
    }
    arena_init(&a);
    fault_init(&f, &a);
    enum rc rc = draw_file_check(&a, &f, buf_view(&text), &claims, &n);
    if (rc != RC_OK)
        fprintf(stderr, "%s: 不是抽取记录文件 / not a file of draws: %.*s\n", path, STR_ARG(fault_text(&f, LANG_ZH)));
    for (size_t i = 0; rc == RC_OK && i < n; i++)
        all = print_draw(&claims[i].record, claims[i].wrong) && all;
    buf_free(&text);
    arena_free(&a);
    return rc == RC_OK && all ? EXIT_DONE : EXIT_FAILED;
}

/* ---- from the database ---- */

static enum rc records(struct process *p, const char *id_text, bool force, struct draw_record **list, size_t *n)
{
    struct round_by_id_row row;
    struct uuid id;
    bool found = false;
    if (uuid_parse(str_of(id_text), &id))
        RETURN_IF(q_round_by_id(&p->op.rd, &(struct round_by_id_in){.hq = p->op.hq, .id = id}, &row, &found));
    if (!found)
        return fail(&p->fault, RC_NOT_FOUND, "round_not_found", "没有这个轮次", "There is no such round");
    return draw_records(&p->op, "round", id, force, list, n);
}

/* Against the sites the round has: what was drawn must be there, and nothing else as drawn. */
static enum rc compare_sites(struct process *p, const char *id_text, const struct draw_record *list, size_t n, bool *same)
{
    struct round_sites_row *sites;
    struct uuid id;
    size_t nsites, drawn = 0, told = 0;
    (void)uuid_parse(str_of(id_text), &id);
    struct round_sites_in in = {.hq = p->op.hq, .round_id = id, .row_limit = ROUND_SITES_MAX + 1};
    RETURN_IF(q_round_sites(&p->op.rd, &in, &sites, &nsites));
    for (size_t s = 0; s < nsites; s++)
        drawn += str_is(sites[s].origin, "draw");
    for (size_t i = 0; i < n; i++)
        for (size_t h = 0; h < list[i].drawn.nstrata; h++)
            for (size_t k = 0; k < list[i].drawn.strata[h].quota; k++)
                for (size_t s = 0; s < nsites; s++)
                    told += uuid_eq(sites[s].site_id, list[i].drawn.strata[h].drawn[k]) &&
                            sites[s].draw_no.has && sites[s].draw_no.v == list[i].no;
    *same = drawn == told;
    if (!*same)
        printf("轮次中的抽取点位与重算结果不符 / the round's drawn sites are not those of the draws\n");
    return RC_OK;
}

static enum rc verify_stored(struct process *p, const char *id_text, bool *all)
{
    struct draw_record *list;
    size_t n;
    bool same;
    RETURN_IF(records(p, id_text, true, &list, &n));
    for (size_t i = 0; i < n; i++) {
        const char *wrong = draw_repeat(&p->arena, &list[i]);
        *all = print_draw(&list[i], wrong) && *all;
    }
    RETURN_IF(compare_sites(p, id_text, list, n, &same));
    *all = *all && same;
    if (n == 0)
        printf("本轮次没有随机抽取 / nothing was drawn for this round\n");
    return RC_OK;
}

static enum rc export_draws(struct process *p, const char *id_text)
{
    struct draw_record *list;
    struct buf out;
    struct json_out j;
    size_t n;
    RETURN_IF(records(p, id_text, false, &list, &n));
    buf_init(&out, FILE_BYTES_MAX);
    jo_begin(&j, &out, p->op.zone_min);
    jo_obj(&j, NULL);
    jo_str(&j, "round_id", str_of(id_text));
    draw_json(&j, "items", list, n);
    jo_null(&j, "next");
    jo_end(&j);
    printf("%.*s\n", (int)out.n, out.p);
    buf_free(&out);
    return RC_OK;
}

static enum rc list_rounds(struct process *p)
{
    struct round_list_in in = {.hq = p->op.hq, .row_limit = 200};
    struct round_by_id_row *rows;
    size_t n;
    RETURN_IF(q_round_list(&p->op.rd, &in, &rows, &n));
    for (size_t i = 0; i < n; i++)
        printf("%.*s  %.*s  %-12.*s %-10.*s %s %.*s\n", STR_ARG(uuid_str(&p->arena, rows[i].id)),
               STR_ARG(civil_date(&p->arena, rows[i].starts_ms, p->op.zone_min)), STR_ARG(rows[i].kind),
               STR_ARG(rows[i].state), rows[i].covert ? "暗访 covert" : "公开 open  ", STR_ARG(rows[i].title));
    return RC_OK;
}

static enum rc list_commitments(struct process *p)
{
    struct draw_day_list_row *rows;
    bool more;
    size_t n;
    RETURN_IF(draw_commitment_chore(&p->op, &more));
    RETURN_IF(q_draw_day_list(&p->op.rd, &(struct draw_day_list_in){.hq = p->op.hq, .row_limit = 400}, &rows, &n));
    for (size_t i = 0; i < n; i++)
        printf("%.*s  %.*s\n", STR_ARG(rows[i].day),
               STR_ARG(str_hex(&p->arena, rows[i].commitment.b, sizeof rows[i].commitment.b)));
    return RC_OK;
}

static int on_database(struct options *o)
{
    struct process p;
    bool all = true;
    const char *verb = o->args[0];
    if (process_open(&p, &o->at, NEED_HEADQUARTERS) != RC_OK)
        return EXIT_FAILED;
    enum rc rc = strcmp(verb, "list") == 0     ? list_rounds(&p)
                 : strcmp(verb, "commit") == 0 ? list_commitments(&p)
                 : strcmp(verb, "export") == 0 ? export_draws(&p, o->args[1])
                                               : verify_stored(&p, o->args[1], &all);
    int status = rc != RC_OK ? process_failed(&p) : all ? EXIT_DONE : EXIT_FAILED;
    process_close(&p);
    return status;
}

int cmd_round(struct options *o)
{
    static const struct {
        const char *verb;
        int args;
    } verbs[] = {{"list", 1}, {"commit", 1}, {"export", 2}, {"verify", 2}};
    struct uuid id;
    size_t v = 0;
    while (v < 4 && (strcmp(o->args[0], verbs[v].verb) != 0 || o->nargs != verbs[v].args))
        v++;
    if (v == 4) {
        fprintf(stderr, "xiaohao round list | commit | export ID | verify ID | verify FILE.json\n");
        return EXIT_USAGE;
    }
    if (v == 3 && !uuid_parse(str_of(o->args[1]), &id))
        return verify_file(o->args[1]);
    return on_database(o);
}
