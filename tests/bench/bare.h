/* bare.h - the ceiling: a bare C loop that writes what one inspection leaves, without HTTP, JSON, rules or reads. */
#ifndef XH_BENCH_BARE_H
#define XH_BENCH_BARE_H

struct bare_run {
    const char *db_path;      /* a SQLite file with the schema and the records referred to */
    int total;                /* inspections */
    int batch;                /* per durable commit */
    const char *site_id, *version_id, *inspector_id, *category, *area_code;
    const char *const *criteria; /* ids as text */
    int ncriteria;
    double seconds;           /* result */
};
void bare_run(struct bare_run *run);

#endif
