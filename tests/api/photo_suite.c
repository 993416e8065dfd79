/*
 * photo_suite.c - photographs over HTTP: every good sample accepted with its facts, every malformed
 * one told so and not kept, wrong hashes, other content, too large, a thousand uploads broken off.
 */
#include "world.h"

#include <dirent.h>
#include <sys/socket.h>

#include "http/test_client.h"

enum {
    ABORTED = 1000,
    PATIENCE_MS = 60000,
    UPLOAD_LIMIT = 32 * 1024 * 1024,
    COLUMNS = 11,
    FDS_SPARE = 40
};
enum {
    COL_FILE,
    COL_GROUP,
    COL_SIZE,
    COL_SHA,
    COL_TYPE,
    COL_WIDTH,
    COL_HEIGHT,
    COL_ORIENTATION,
    COL_LAT,
    COL_LON,
    COL_TAKEN
};

struct sample {
    char col[COLUMNS][200];
};

/* manifest.csv line by line; its first eleven columns hold no quotes that matter. */
static bool next_sample(char **text, struct sample *s)
{
    char *line = strsep(text, "\n");
    if (!line || !*line)
        return false;
    for (int i = 0; i < COLUMNS; i++) {
        bool quoted = *line == '"';
        line += quoted;
        size_t n = strcspn(line, quoted ? "\"" : ",");
        snprintf(s->col[i], sizeof s->col[i], "%.*s", (int)n, line);
        line += n + quoted;
        line += *line == ',';
    }
    return true;
}

static char *sample_bytes(const struct sample *s, size_t *n)
{
    char name[300];
    snprintf(name, sizeof name, "5_photos/%s", s->col[COL_FILE]);
    const char *path = shared_path(name);
    return path ? file_read(path, n) : NULL;
}

static void put(const char *sha, const void *p, size_t n, struct reply *r)
{
    char path[120];
    snprintf(path, sizeof path, "/api/v1/photos/%s", sha);
    call_make(api_port(),
              &(struct call){.method = "PUT",
                             .path = path,
                             .body = p,
                             .bytes = n,
                             .type = "application/octet-stream",
                             .bearer = world.inspector.token},
              r);
}

static void check_facts(const struct sample *s, json_t *photo)
{
    long w = strtol(s->col[COL_WIDTH], NULL, 10), h = strtol(s->col[COL_HEIGHT], NULL, 10);
    json_int_t pw = int_at(photo, "width"), ph = int_at(photo, "height");
    if (!((pw == w && ph == h) || (pw == h && ph == w)))
        fail_msg("%s: %lldx%lld instead of %ldx%ld", s->col[COL_FILE], (long long)pw, (long long)ph,
                 w, h);
    expect_int(photo, "bytes", strtol(s->col[COL_SIZE], NULL, 10));
    expect_text(photo, "sha256", s->col[COL_SHA]);
    double lat = strtod(s->col[COL_LAT], NULL), lon = strtod(s->col[COL_LON], NULL);
    bool placed = *s->col[COL_LAT] && lat <= 90 && lat >= -90;
    if (placed != json_is_object(at(photo, "place")))
        fail_msg("%s: %s place", s->col[COL_FILE], placed ? "no" : "an invented");
    if (placed) {
        double dlat = number_at(photo, "place.lat") - lat,
               dlon = number_at(photo, "place.lon") - lon;
        assert_true(dlat < 1e-6 && dlat > -1e-6 && dlon < 1e-6 && dlon > -1e-6);
    }
}

static void good_samples(void **state)
{
    (void)state;
    NEEDS_SHARED("5_photos/manifest.csv");
    size_t n, taken = 0, places = 0;
    char *all = file_read(shared_path("5_photos/manifest.csv"), &n), *rest = all;
    struct sample s;
    next_sample(&rest, &s);
    while (next_sample(&rest, &s)) {
        if (strncmp(s.col[COL_GROUP], "ok_", 3) != 0)
            continue;
        char *p = sample_bytes(&s, &n);
        struct reply r;
        put(s.col[COL_SHA], p, n, &r);
        free(p);
        if (r.status != 201 && r.status != 200) /* 200: two samples are the same file */
            fail_msg("%s: %d %s", s.col[COL_FILE], r.status, r.body);
        json_t *photo = keep(json_loads(r.body, 0, NULL));
        check_facts(&s, photo);
        places += json_is_object(at(photo, "place"));
        taken++;
        reply_free(&r);
        api(&world.desk, 200, "GET", NULL, "/photos/%s/thumb", s.col[COL_SHA]);
        assert_string_equal(api_last()->type, "image/jpeg");
        assert_null(memmem(api_last()->body, api_last()->bytes, "Exif", 4));
    }
    free(all);
    print_message("%zu good photographs, %zu with a place\n", taken, places);
    assert_int_equal(taken, 76);
    assert_int_equal(places, 8);
}

static void malformed_samples(void **state)
{
    (void)state;
    NEEDS_SHARED("5_photos/manifest.csv");
    size_t n, accepted = 0, refused = 0;
    char *all = file_read(shared_path("5_photos/manifest.csv"), &n), *rest = all;
    struct sample s;
    next_sample(&rest, &s);
    while (next_sample(&rest, &s)) {
        if (strcmp(s.col[COL_GROUP], "malformed") != 0)
            continue;
        char *p = sample_bytes(&s, &n), sha[SHA_BYTES];
        struct reply r;
        assert_non_null(p);
        sha_text(p, n, sha);
        put(sha, p, n, &r);
        free(p);
        if (r.status == 201 || r.status == 200) {
            accepted++;
            GET(&world.inspector, "/photos/%s", sha);
        } else {
            if (r.status < 400 || r.status > 499 || !r.body || !strstr(r.body, "\"code\""))
                fail_msg("%s: %d %s", s.col[COL_FILE], r.status, r.body ? r.body : "no reply");
            refused++;
            api_fault(&world.inspector, 404, NULL, "GET", NULL, "/photos/%s", sha);
        }
        reply_free(&r);
    }
    free(all);
    print_message("malformed: %zu refused, %zu readable after all\n", refused, accepted);
    assert_int_equal(accepted + refused, 82);
}

static void once_and_again(void **state)
{
    (void)state;
    size_t n;
    char sha[SHA_BYTES], *png = picture_png(40, 30, 7, &n);
    sha_text(png, n, sha);
    api_bytes(png, n, "image/png");
    json_t *photo = api(&world.inspector, 201, "PUT", NULL, "/photos/%s", sha);
    expect_text(photo, "format", "png");
    expect_int(photo, "width", 40);
    api_bytes(png, n, "image/png");
    api(&world.inspector, 200, "PUT", NULL, "/photos/%s", sha);
    /* nobody learns that another has sent it */
    api_bytes(png, n, "image/png");
    api(&world.second, 201, "PUT", NULL, "/photos/%s", sha);
    api(&world.inspector, 200, "GET", NULL, "/photos/%s/original", sha);
    assert_int_equal(api_last()->bytes, n);
    assert_memory_equal(api_last()->body, png, n);
    /* While it hangs on nothing that is open, it is not there for others. */
    api_fault(&world.contact, 404, "photo_not_found", "GET", NULL, "/photos/%s/original", sha);
    api_fault(&world.contact, 404, "photo_not_found", "GET", NULL, "/photos/%s", sha);
    json_t *visit = visit_body(world.site[0], "patrol");
    json_object_set_new(fail_one(visit, world.site[0], 0), "photos", packed("[s]", sha));
    POST(&world.inspector, 201, visit, "/inspections");
    expect_text(GET(&world.contact, "/photos/%s", sha), "sha256", sha);
    api_fault(&world.contact, 403, "photo_original_refused", "GET", NULL, "/photos/%s/original",
              sha);
    free(png);
}

static void what_is_no_photograph(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "hello",          "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "GIF89a........", "BM......",
        "%PDF-1.7",       "II*\0........"};
    char sha[SHA_BYTES];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t n = strlen(texts[i]);
        sha_text(texts[i], n, sha);
        api_bytes(texts[i], n, "image/jpeg");
        api_fault(&world.inspector, 415, "photo_unsupported", "PUT", NULL, "/photos/%s", sha);
        api_fault(&world.inspector, 404, NULL, "GET", NULL, "/photos/%s", sha);
    }
    size_t n;
    char *png = picture_png(8, 8, 3, &n);
    sha_text("other bytes", 11, sha);
    api_bytes(png, n, "image/png");
    api_fault(&world.inspector, 422, "photo_hash_mismatch", "PUT", NULL, "/photos/%s", sha);
    sha_text(png, n / 2, sha); /* cut off half way, and says so itself */
    api_bytes(png, n / 2, "image/png");
    api_fault(&world.inspector, 422, "photo_damaged", "PUT", NULL, "/photos/%s", sha);
    api_bytes(png, n, "image/png");
    api_fault(&world.commander, 403, NULL, "PUT", NULL, "/photos/%s", sha);
    free(png);
}

static void too_large(void **state)
{
    (void)state;
    size_t n = UPLOAD_LIMIT + 1;
    char sha[SHA_BYTES], *zeros = calloc(n, 1);
    struct reply r;
    sha_text(zeros, n, sha);
    put(sha, zeros, n, &r);
    assert_true(r.status == 413 || r.status == 0); /* it may close while we still send */
    reply_free(&r);
    free(zeros);
    api_fault(&world.inspector, 404, NULL, "GET", NULL, "/photos/%s", sha);
}

static size_t fds_of(pid_t pid)
{
    char path[64];
    size_t n = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    DIR *d = opendir(path);
    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n;
}

static size_t files_under(const char *dir)
{
    char command[PATH_BYTES + 40], line[32] = "0";
    snprintf(command, sizeof command, "find %s -type f | wc -l", dir);
    FILE *p = popen(command, "re");
    if (p && fgets(line, sizeof line, p))
        line[sizeof line - 1] = '\0';
    if (p)
        pclose(p);
    return strtoul(line, NULL, 10);
}

/* Broken off at any place: in the headers, in the body, politely or by a reset. */
static void break_off(int i, const char *png, size_t n)
{
    char head[700], sha[SHA_BYTES];
    sha_text(&i, sizeof i, sha);
    int len =
        snprintf(head, sizeof head,
                 "PUT /api/v1/photos/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                 "Content-Type: image/png\r\nContent-Length: %zu\r\n\r\n",
                 sha, world.inspector.token, n);
    int fd = client_connect(api_port());
    if (fd < 0)
        fail_msg("upload %d: no connection", i);
    if (i % 10 == 0) {
        client_send(fd, head, (size_t)len / 2);
    } else {
        client_send(fd, head, (size_t)len);
        client_send(fd, png, n * (size_t)(i % 10) / 10);
    }
    if (i % 2)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
    close(fd);
}

static void a_thousand_broken_off(void **state)
{
    (void)state;
    size_t n;
    if (engine_is_postgresql()) /* nothing of it reaches a database */
        skip();
    char *png = picture_png(200, 150, 11, &n);
    size_t fds = fds_of(world.server.pid), files = files_under(world.server.data);
    for (int i = 0; i < ABORTED; i++) {
        break_off(i, png, n);
        if (i % 100 == 99)
            assert_true(server_answers(&world.server));
    }
    usleep(1000000);
    size_t fds_soon = fds_of(world.server.pid);
    print_message("%zu descriptors a second after\n", fds_soon);
    assert_true(fds_soon < fds + ABORTED / 5);
    /* One ended in the middle of its headers may go unnoticed until its time-out of 30 s. */
    for (int ms = 0; ms < PATIENCE_MS && (fds_of(world.server.pid) > fds + FDS_SPARE ||
                                          files_under(world.server.data) > files);
         ms += 250)
        usleep(250000);
    size_t fds_after = fds_of(world.server.pid), files_after = files_under(world.server.data);
    print_message("after %d broken uploads: %zu descriptors (%zu before), %zu files (%zu before)\n",
                  ABORTED, fds_after, fds, files_after, files);
    assert_true(fds_after <= fds + FDS_SPARE);
    assert_true(files_after <= files);
    upload_picture(&world.inspector, 99);
    GET(&world.desk, "/sites");
    free(png);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(once_and_again), CASE(what_is_no_photograph), CASE(too_large),
        CASE(good_samples),   CASE(malformed_samples),     CASE(a_thousand_broken_off),
    };
    return SUITE(tests);
}
