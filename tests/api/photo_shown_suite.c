/*
 * photo_shown_suite.c - a photograph sent by somebody who also inspects is nobody else's until it hangs on a record
 * others may see: the proof of improvement works, an answer to one-find-all-check, a unit's own finding, an answer to
 * what followed, a contest.
 */
#include "world.h"

#include "base/civil.h"

static struct account both; /* mends for the unit, inspects elsewhere */
static unsigned pictures = 91000;

static json_t *with_photo(const char *photo)
{
    return packed("{s:s,s:s,s:[s]}", "id", new_id(), "note", "已完成", "photos", photo);
}

static const char *accepted(void)
{
    const char *id = raise_problem(&world.inspector, world.site[0], "patrol");
    dispatch(id, world.unit);
    act(&both, 200, id, "accept", NULL);
    return id;
}

static void on_works(const char *photo)
{
    const char *id = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:s,s:i,s:s}", "id", id, "title", "老旧小区改造", "kind", "compound", "site_id",
                world.site[0], "lead_unit_id", world.unit, "plan_fen", 1200000, "end_at", time_text(now_ms() + 90LL * DAY_MS)),
         "/works");
    POST(&both, 200, with_photo(photo), "/works/%s/complete", id);
}

static void on_alike(const char *photo)
{
    const char *id = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:[s]}", "id", id, "problem_id", accepted(), "work_standard", "门前无垃圾", "due_at",
                time_text(now_ms() + 5LL * DAY_MS), "unit_ids", world.unit),
         "/alike");
    const char *task = text_at(GET(&world.desk, "/alike-tasks?alike_id=%s", id), "items.0.id");
    POST(&both, 200,
         packed("{s:s,s:[{s:s,s:s,s:s,s:[s]}]}", "id", new_id(), "answers", "site_id", world.site[2], "result", "mended",
                "note", "当场清理", "after_photos", photo),
         "/alike-tasks/%s/answers", task);
}

static void on_a_finding_of_ones_own(const char *photo)
{
    POST(&both, 201,
         packed("{s:s,s:s,s:s,s:[s]}", "id", new_id(), "site_id", world.site[0], "description", "楼道堆物", "photos", photo),
         "/self-checks");
}

static void on_an_answer(const char *photo)
{
    const char *id = new_id();
    POST(&world.desk, 201,
         packed("{s:s,s:s,s:s,s:s,s:i}", "id", id, "problem_id", accepted(), "step", "urge", "why", "逾期未整改",
                "reply_days", 3),
         "/consequences");
    POST(&both, 200, packed("{s:s,s:s,s:[s]}", "id", new_id(), "text", "已清理", "photos", photo), "/consequences/%s/answer", id);
}

static void on_a_contest(const char *photo)
{
    POST(&both, 201,
         packed("{s:s,s:s,s:s,s:[s]}", "id", new_id(), "problem_id", accepted(), "reason", "不属检查范围", "photos", photo),
         "/contests");
}

static void seen_where_it_hangs(void **state)
{
    static const struct {
        const char *name;
        void (*hang)(const char *photo);
    } table[] = {{"works", on_works},
                 {"alike", on_alike},
                 {"a finding of one's own", on_a_finding_of_ones_own},
                 {"an answer", on_an_answer},
                 {"a contest", on_a_contest}};
    static const char *const roles[] = {"unit_contact", "inspector", NULL};
    (void)state;
    world_person(&both, "both", world.unit, roles, NULL);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const char *photo = upload_picture(&both, ++pictures);
        print_message("on %s\n", table[i].name);
        GET(&both, "/photos/%s", photo);
        api_fault(&world.contact, 404, "photo_not_found", "GET", NULL, "/photos/%s", photo);
        table[i].hang(photo);
        expect_text(GET(&world.contact, "/photos/%s", photo), "sha256", photo);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {CASE(seen_where_it_hangs)};
    return SUITE(tests);
}
