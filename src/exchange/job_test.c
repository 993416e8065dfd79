/*
 * job_test.c - imports that run by themselves, on both engines: a file of 200,000 problems with progress, cancelled at
 * different moments without a trace, written, imported again; mappings remembered; what a killed process left.
 * XIAOHAO_JOB_ROWS sets the number of rows.
 */
#include "base/clock.h"
#include "exchange/import_fixture.h"
#include "exchange/import_job.h"
#include "import_sql.h"
#include "past_test_sql.h"
#include "problem/problem_import.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { ROWS = 200000, UNITS = 30 };

static struct import_runner *runner;
static struct clock wall; /* the runner's progress needs a clock that goes on */

static size_t rows_wanted(void)
{
    const char *text = getenv("XIAOHAO_JOB_ROWS");
    int64_t n = ROWS;
    if (text)
        assert_true(str_to_i64(str_of(text), 100, 400000, &n));
    return (size_t)n;
}

static int start(void **state)
{
    begin(state);
    clock_real(&wall);
    g.env.clock = &wall;
    assert_int_equal(import_runner_start(&runner, &g.env, &g.fault), RC_OK);
    g.env.imports = runner;
    return 0;
}

static int stop(void **state)
{
    import_runner_stop(runner);
    return end(state);
}

static void pause_ms(int ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
}

/* A made list; row `n` of it. */
static void write_list(const char *path, size_t rows)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs("案卷号,办理状态,上报时间,截止时间,结案时间,处置单位,问题描述,地点,经度,纬度\n", f);
    for (size_t i = 0; i < rows; i++) {
        int day = (int)(i % 28) + 1, month = (int)(i / 28 % 12) + 1, year = 2020 + (int)(i * 5 / rows);
        bool closed = i % 10 != 9;
        fprintf(f, "CG%07zu,%s,%04d-%02d-%02d 08:%02d:00,%04d-%02d-%02d 20:00:00,", i, closed ? "已结案" : "处理中", year, month, day,
                (int)(i % 60), year, month, day);
        if (closed)
            fprintf(f, "%04d-%02d-%02d %02d:00:00", year, month, day, i % 4 ? 12 : 22);
        fprintf(f, ",单位%02zu,第%zu号问题：人行道上有垃圾和小广告,某街道%zu号,118.%06zu,24.%06zu\n", i % UNITS, i, i % 900,
                100000 + i % 90000, 600000 + i % 90000);
    }
    fclose(f);
}

static size_t lists; /* each job takes its file away */

static struct uuid start_job(struct import_job_new *j, size_t rows)
{
    struct op *op = ground_operator(&g);
    bool again;
    const char *path = str_z(&g.arena, str_fmt(&g.arena, "%s/list-%zu.csv", g.folder, ++lists));
    write_list(path, rows);
    j->path = str_of(path);
    j->in.id = change_new_id(op);
    j->in.kind = STR("problems");
    ground_expect(&g, import_job_start(op, j, &again), RC_OK, NULL);
    assert_false(again);
    return j->in.id;
}

static bool job_of(struct uuid id, struct import_job_get_row *row)
{
    struct op *op = ground_op(&g);
    bool found;
    ground_expect(&g, q_import_job_get(&op->rd, &(struct import_job_get_in){op->hq, id}, row, &found), RC_OK, NULL);
    return found;
}

static struct past_test_trace_row trace(void)
{
    struct op *op = ground_op(&g);
    struct past_test_trace_row t;
    bool found;
    ground_expect(&g, q_past_test_trace(&op->rd, &(struct past_test_trace_in){op->hq}, &t, &found), RC_OK, NULL);
    return t;
}

static const char with_units[] = "{\"$create_units\": true, \"$source\": \"城管\"}";

/* Waits until it has ended (or is gone); answers how often the number of rows read had grown. */
static size_t wait_for(struct uuid id, struct import_job_get_row *row)
{
    size_t steps = 0;
    int64_t read = 0;
    for (int i = 0; i < 30000; i++) {
        if (!job_of(id, row) || row->ended_ms.has)
            return steps;
        assert_true(row->rows_read >= read);
        steps += row->rows_read > read;
        read = row->rows_read;
        pause_ms(20);
    }
    fail_msg("the import does not end");
    return steps;
}

static void cancelled_without_trace(void **state)
{
    static const int moments_ms[] = {0, 60, 500, 1500, 4000};
    (void)state;
    import_text_of("units", "单位名称\n已有的单位\n");
    struct past_test_trace_row before = trace();
    for (size_t i = 0; i < sizeof moments_ms / sizeof *moments_ms; i++) {
        struct import_job_new j = {.in.mapping = str_of(with_units), .in.mode = IMPORT_ALL_OR_NOTHING};
        struct import_job_get_row row;
        struct uuid id = start_job(&j, rows_wanted());
        pause_ms(moments_ms[i]);
        assert_true(job_of(id, &row));
        int64_t read = row.rows_read;
        enum rc rc = import_job_cancel(ground_operator(&g), id);
        if (rc == RC_CONFLICT) { /* written before it was asked: a faster machine than this test thinks */
            print_message("ended before %d ms\n", moments_ms[i]);
            assert_true(i > 2);
            return;
        }
        ground_expect(&g, rc, RC_OK, NULL);
        wait_for(id, &row);
        assert_false(job_of(id, &row));
        struct past_test_trace_row after = trace();
        print_message("cancelled after %d ms and %lld rows\n", moments_ms[i], (long long)read);
        assert_memory_equal(&before, &after, sizeof before);
    }
}

static void large_file(void **state)
{
    struct import_job_new j = {.in.mapping = str_of(with_units), .in.mode = IMPORT_ALL_OR_NOTHING, .file_name = STR("台账.csv")};
    struct import_job_get_row row;
    struct rusage before, after;
    size_t rows = rows_wanted();
    (void)state;
    getrusage(RUSAGE_SELF, &before);
    int64_t began = clock_ticks_us();
    struct uuid id = start_job(&j, rows);
    size_t steps = wait_for(id, &row);
    double seconds = (double)(clock_ticks_us() - began) / 1e6;
    getrusage(RUSAGE_SELF, &after);
    print_message("%zu rows in %.1f s, %zu steps of progress seen, %ld MB more at the most\n", rows, seconds, steps,
                  (after.ru_maxrss - before.ru_maxrss) / 1024);
    assert_str(row.state, "done");
    assert_int_equal(row.rows_total, rows);
    assert_int_equal(row.rows_created, rows);
    assert_int_equal(row.rows_refused, 0);
    assert_true(row.report_zh.n > 100 && str_find(row.report_zh, STR("unit_created"), 0) > 0);
    assert_true(rows < 20000 || steps >= 3);
    struct past_test_trace_row t = trace();
    assert_int_equal(t.problems, rows);
    assert_int_equal(t.events, rows);
    assert_int_equal(t.imports, rows);
    assert_int_equal(t.serials, rows);
    assert_int_equal(t.staged, 0);
    assert_int_equal(t.units, UNITS + 1);
    assert_int_equal(t.mappings, 1);
    ground_expect(&g, import_job_cancel(ground_operator(&g), id), RC_CONFLICT, "import_ended");
    /* The same list once more, its mapping remembered: nothing changes. */
    struct import_job_new again = {.in.mode = IMPORT_ALL_OR_NOTHING};
    began = clock_ticks_us();
    id = start_job(&again, rows);
    wait_for(id, &row);
    print_message("the same again in %.1f s\n", (double)(clock_ticks_us() - began) / 1e6);
    assert_str(row.state, "done");
    assert_int_equal(row.rows_unchanged, rows);
    assert_true(str_find(row.report_en, STR("mapping_recalled"), 0) > 0);
    assert_int_equal(trace().problems, rows);
}

static void refused_and_failed(void **state)
{
    struct import_job_get_row row;
    struct past_test_trace_row before = trace();
    (void)state;
    struct import_job_new j = {.in.mode = IMPORT_ALL_OR_NOTHING};
    struct uuid id = start_job(&j, 300); /* its units are unknown */
    wait_for(id, &row);
    assert_str(row.state, "refused");
    assert_int_equal(row.rows_refused, 300);
    assert_true(str_find(row.report_zh, STR("unit_unknown"), 0) > 0);
    struct import_job_new bad = {.in.mode = IMPORT_ALL_OR_NOTHING, .in.mapping = STR("{\"reported\": \"没有这一列\"}")};
    id = start_job(&bad, 100);
    wait_for(id, &row);
    assert_str(row.state, "failed");
    assert_true(str_find(row.report_zh, STR("heading_unknown"), 0) > 0);
    struct import_job_new dry = {.in.mode = IMPORT_DRY_RUN, .in.mapping = str_of(with_units)};
    id = start_job(&dry, 300);
    wait_for(id, &row);
    assert_str(row.state, "done");
    assert_int_equal(row.rows_created, 300);
    struct past_test_trace_row after = trace();
    after.jobs = before.jobs;
    assert_memory_equal(&before, &after, sizeof before);
    bool again;
    struct op *op = ground_operator(&g); /* the same id */
    dry.path = STR("/nowhere");
    ground_expect(&g, import_job_start(op, &dry, &again), RC_OK, NULL);
    assert_true(again);
    dry.in.mode = IMPORT_GOOD_ROWS;
    ground_expect(&g, import_job_start(ground_operator(&g), &dry, &again), RC_CONFLICT, "command_id_reused");
}

/* What a process that was killed in the middle leaves is ended by the chore. */
static void killed(void **state)
{
    struct op *op = ground_operator(&g);
    struct effects fx;
    struct uuid id = change_new_id(op);
    struct import_job_get_row row;
    bool more;
    (void)state;
    effects_init(&fx, OP_ARENA(op));
    fx_import_job_add(&fx, &(struct import_job_add_in){.hq = op->hq, .id = id, .kind = STR("problems"), .mode = STR("good_rows"),
                                                       .content = sha256_of(STR("x")), .process_id = id, .now = op->now - 3600000});
    struct problem_past p = {.id = id, .row_no = 1, .state = STR("reported"), .source = "import", .area_code = STR("350299"),
                             .description = STR("x"), .kind = STR("general"), .severity = "general", .limit_amount = 1,
                             .reported_ms = op->now, .year = 2026, .ordinal = 1, .seq = 1, .event_seq = 1, .was_version = 1,
                             .raw = STR("[]"), .raw_index = STR("x")};
    problem_past_stage(op, &fx, id, &p);
    ground_expect(&g, change_run_effects(op, &fx), RC_OK, NULL);
    assert_int_equal(trace().staged, 1);
    ground_expect(&g, import_chore(ground_op(&g), &more), RC_OK, NULL);
    assert_int_equal(trace().staged, 0);
    assert_true(job_of(id, &row));
    assert_str(row.state, "failed");
}

int main(void)
{
#define GROUND(f) cmocka_unit_test_setup_teardown(f, start, stop)
    const struct CMUnitTest tests[] = {GROUND(refused_and_failed), GROUND(killed), GROUND(cancelled_without_trace), GROUND(large_file)};
    return GROUND_RUN(tests);
}
