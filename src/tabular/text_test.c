/* text_test.c - encodings and CSV: tables of cases, the csv-spectrum suite, naughty strings there
 * and back. */
#include "base/json_in.h"
#include "tabular/csv.h"
#include "tabular/fixture.h"
#include "tabular/text_decode.h"

#include <iconv.h>
#include <jansson.h>

static struct str encode(struct arena *a, struct str s, const char *to)
{
    char *out = arena_alloc(a, s.n * 4 + 8), *at = out, *in = (char *)s.p;
    size_t left = s.n, room = s.n * 4 + 8;
    iconv_t cd = iconv_open(to, "UTF-8");
    assert_int_equal(iconv(cd, &in, &left, &at, &room), 0);
    iconv_close(cd);
    return (struct str){out, (size_t)(at - out)};
}

static struct str joined(struct arena *a, struct str x, struct str y)
{
    return str_fmt(a, "%.*s%.*s", STR_ARG(x), STR_ARG(y));
}

static const struct text_options strict = {.encoding = TEXT_DETECT},
                                 lenient = {.replace_damaged = true};

static void encodings_are_recognised(void **state)
{
    struct fixture *x = *state;
    struct arena *a = &x->arena;
    struct str text = STR("点位名称,地址\n城南公园,“环城南路”12号\n𠮷野家,长安街\n");
    struct str bmp = STR("点位名称,地址\n城南公园,环城南路12号\n");
    struct str le = encode(a, text, "UTF-16LE"), be = encode(a, text, "UTF-16BE");
    char *le_marked = arena_alloc(a, le.n + 2), *be_marked = arena_alloc(a, be.n + 2);
    memcpy(le_marked, "\xFF\xFE", 2), memcpy(le_marked + 2, le.p, le.n);
    memcpy(be_marked, "\xFE\xFF", 2), memcpy(be_marked + 2, be.p, be.n);
    const struct {
        struct str bytes, want;
        enum text_encoding encoding;
    } cases[] = {
        {text, text, TEXT_UTF8},
        {joined(a, STR("\xEF\xBB\xBF"), text), text, TEXT_UTF8},
        {encode(a, text, "GB18030"), text, TEXT_GB18030},
        {encode(a, bmp, "GBK"), bmp, TEXT_GB18030},
        {encode(a, bmp, "GB2312"), bmp, TEXT_GB18030},
        {{le_marked, le.n + 2}, text, TEXT_UTF16LE},
        {{be_marked, be.n + 2}, text, TEXT_UTF16BE},
        {STR(""), STR(""), TEXT_UTF8},
        {STR("plain"), STR("plain"), TEXT_UTF8},
        {STR("\xEF\xBB\xBF"), STR(""), TEXT_UTF8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text_decoded got;
        assert_int_equal(text_decode(a, &x->fault, cases[i].bytes, &strict, &got), RC_OK);
        assert_int_equal(got.encoding, cases[i].encoding);
        assert_true(str_eq(got.text, cases[i].want));
        assert_true(got.confidence >= 50 && got.damaged == 0);
    }
}

static void damage_is_named(void **state)
{
    struct fixture *x = *state;
    static const struct {
        struct str bytes;
        const char *code, *offset;
    } cases[] = {
        {STR_INIT("caf\xE9,x\n"), "encoding_unknown", " 3 "},
        {STR_INIT("ab\0cd"), "encoding_unknown", " 2 "},
        {STR_INIT("\xEF\xBB\xBF"
                  "ab\xFF"),
         "text_damaged", " 5 "},
        {STR_INIT("城南公园环城南路\xFF号城南公园环城南路"), "text_damaged", " 24 "},
        {STR_INIT("\xFF\xFE\x00\xD8\x41\x00"), "text_damaged", " 2 "},
        {STR_INIT("\x80\x81\xFF\xFE\x00\x01"), "encoding_unknown", " 4 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct text_decoded got;
        fault_clear(&x->fault);
        enum rc rc = text_decode(&x->arena, &x->fault, cases[i].bytes, &strict, &got);
        assert_fault(&x->fault, rc, cases[i].code);
        if (str_find(x->fault.zh, str_of(cases[i].offset), 0) < 0)
            fail_msg("case %zu: %.*s", i, STR_ARG(x->fault.zh));
    }
    struct text_decoded got;
    assert_int_equal(text_decode(&x->arena, &x->fault, cases[3].bytes, &lenient, &got), RC_OK);
    assert_str(got.text, "城南公园环城南路\xEF\xBF\xBD号城南公园环城南路");
    assert_int_equal(got.damaged, 1);
    struct str gb =
        encode(&x->arena, STR("城南公园环城南路测试点位名称城南公园环城南路"), "GB18030");
    char *hurt = arena_dup(&x->arena, gb.p, gb.n);
    hurt[12] = '\xFF';
    hurt[13] = '\n';
    assert_int_equal(text_decode(&x->arena, &x->fault, (struct str){hurt, gb.n}, &lenient, &got),
                     RC_OK);
    assert_int_equal(got.encoding, TEXT_GB18030);
    assert_int_equal(got.damaged, 1);
}

/* ---- CSV ---- */

/* Cells by "|", rows by newline, "\\n" for a line end inside a cell. */
static struct str flatten(struct fixture *x, struct str text, const struct csv_options *opt)
{
    struct csv_reader r;
    struct csv_row row;
    struct buf b;
    bool more;
    buf_init(&b, 1 << 20);
    csv_open(&r, &x->arena, &x->fault, text, opt);
    for (;;) {
        if (csv_next(&r, &row, &more) != RC_OK) {
            buf_free(&b);
            return STR_NONE;
        }
        if (!more)
            break;
        for (size_t i = 0; i < row.ncells; i++) {
            buf_z(&b, i ? "|" : "");
            for (size_t k = 0; k < row.cells[i].n; k++)
                buf_z(&b, row.cells[i].p[k] == '\n'   ? "\\n"
                          : row.cells[i].p[k] == '\r' ? "\\r"
                                                      : (char[]){row.cells[i].p[k], 0});
        }
        buf_z(&b, row.broken ? "!\n" : "\n");
    }
    struct str s = str_copy(&x->arena, b.n ? buf_view(&b) : STR(""));
    buf_free(&b);
    return s;
}

static void csv_is_read(void **state)
{
    struct fixture *x = *state;
    static const struct {
        struct str text;
        const char *want;
    } cases[] = {
        {STR_INIT(""), ""},
        {STR_INIT("a,b"), "a|b\n"},
        {STR_INIT("a,b\n"), "a|b\n"},
        {STR_INIT("a,b\r\nc,d\r\n"), "a|b\nc|d\n"},
        {STR_INIT("a,b\rc,d"), "a|b\nc|d\n"},
        {STR_INIT("a,\n,b\n"), "a|\n|b\n"},
        {STR_INIT("a,b\n\nc,d\n"), "a|b\n\nc|d\n"},
        {STR_INIT("\"a\"\"b\",\"c\nd\"\n"), "a\"b|c\\nd\n"},
        {STR_INIT("\"\",x\n"), "|x\n"},
        {STR_INIT("a\"b,c\n"), "a\"b|c\n"},
        {STR_INIT("\"a\"b,c\nd,e\n"), "a|c!\nd|e\n"},
        {STR_INIT("a;b\nc;d,e\n"), "a|b\nc|d,e\n"},
        {STR_INIT("a\tb\nc\td\n"), "a|b\nc|d\n"},
        {STR_INIT("名录\n\na;b;c\n1;2;3\n"), "名录\n\na|b|c\n1|2|3\n"},
        {STR_INIT("sep=;\r\na,b;c\r\n"), "a,b|c\n"},
        {STR_INIT(" a , b \n"), " a | b \n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_str(flatten(x, cases[i].text, &(struct csv_options){0}), cases[i].want);

    assert_true(flatten(x, STR("a,b\n1,\"2\n3,4\n"), &(struct csv_options){0}).p == NULL);
    assert_str(x->fault.code, "csv_quote_open");
    assert_true(str_find(x->fault.en, STR("line 2"), 0) >= 0);
    assert_true(flatten(x, STR("a,b,c\n"), &(struct csv_options){.max_columns = 2}).p == NULL);
    assert_str(x->fault.code, "csv_too_large");
    assert_true(flatten(x, STR("a\nb\nc\n"), &(struct csv_options){.max_rows = 2}).p == NULL);
    assert_true(flatten(x, STR("aaaa\n"), &(struct csv_options){.max_cell_bytes = 3}).p == NULL);
}

static void csv_lines_are_counted(void **state)
{
    struct fixture *x = *state;
    static const size_t lines[] = {1, 4, 5, 6};
    struct csv_reader r;
    struct csv_row row;
    bool more;
    csv_open(&r, &x->arena, &x->fault, STR("\"a\nb\r\nc\",d\r\ne,f\r\n\r\ng,h"),
             &(struct csv_options){0});
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(csv_next(&r, &row, &more), RC_OK);
        assert_true(more);
        assert_int_equal(row.line, lines[i]);
        assert_int_equal(row.number, i + 1);
    }
}

static void csv_spectrum_passes(void **state)
{
    struct fixture *x = *state;
    static const char *const names[] = {
        "comma_in_quotes", "empty_crlf", "escaped_quotes", "json", "quotes_and_newlines", "utf8"};
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        struct str csv = shared_or_skip(
            &x->arena, str_fmt(&x->arena, "6_forms/csv-spectrum/%s.csv", names[n]).p);
        struct str json = shared_or_skip(
            &x->arena, str_fmt(&x->arena, "6_forms/csv-spectrum/%s.json", names[n]).p);
        json_t *want = json_loadb(json.p, json.n, 0, NULL);
        struct csv_reader r;
        struct csv_row row;
        struct str keys[8];
        bool more;
        csv_open(&r, &x->arena, &x->fault, csv, &(struct csv_options){0});
        assert_int_equal(csv_next(&r, &row, &more), RC_OK);
        size_t nkeys = row.ncells;
        memcpy(keys, row.cells, nkeys * sizeof *keys);
        for (size_t i = 0; i < json_array_size(want); i++) {
            assert_int_equal(csv_next(&r, &row, &more), RC_OK);
            assert_true(more && row.ncells == nkeys && !row.broken);
            json_t *object = json_array_get(want, i);
            for (size_t k = 0; k < nkeys; k++)
                assert_str(row.cells[k],
                           json_string_value(json_object_get(object, str_z(&x->arena, keys[k]))));
        }
        assert_int_equal(csv_next(&r, &row, &more), RC_OK);
        assert_false(more);
        json_decref(want);
    }
}

static void formulas_are_guarded(void **state)
{
    struct fixture *x = *state;
    static const struct {
        struct str cell;
        const char *written;
    } cases[] = {
        {STR_INIT("=1+1"), "'=1+1\r\n"},
        {STR_INIT("+86 592"), "'+86 592\r\n"},
        {STR_INIT("@x"), "'@x\r\n"},
        {STR_INIT("-cmd"), "'-cmd\r\n"},
        {STR_INIT("-12.5"), "-12.5\r\n"},
        {STR_INIT("\tx"), "'\tx\r\n"},
        {STR_INIT("＝x"), "'＝x\r\n"},
        {STR_INIT("'=x"), "''=x\r\n"},
        {STR_INIT("'x"), "'x\r\n"},
        {STR_INIT("a,b"), "\"a,b\"\r\n"},
        {STR_INIT("=\"a\""), "\"'=\"\"a\"\"\"\r\n"},
        {STR_INIT("sep=;"), "\"sep=;\"\r\n"},
        {STR_INIT("x\ny"), "\"x\ny\"\r\n"},
        {STR_INIT(""), "\"\"\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, 4096);
        csv_write_row(&b, &(struct csv_style){.guard = true}, &cases[i].cell, 1);
        assert_str(buf_view(&b), cases[i].written);
        buf_free(&b);
    }
    (void)x;
}

static void naughty_strings_come_back(void **state)
{
    struct fixture *x = *state;
    struct str json = shared_or_skip(&x->arena, "6_forms/strings/blns.json");
    json_t *all = json_loadb(json.p, json.n, JSON_ALLOW_NUL, NULL);
    struct buf b;
    buf_init(&b, 1 << 20);
    size_t n = json_array_size(all);
    assert_true(n > 400);
    for (size_t i = 0; i < n; i++) {
        json_t *v = json_array_get(all, i);
        struct str cells[2] = {STR("k"), {json_string_value(v), json_string_length(v)}};
        csv_write_row(&b, &(struct csv_style){.guard = true}, cells, 2);
    }
    struct csv_reader r;
    struct csv_row row;
    bool more;
    csv_open(&r, &x->arena, &x->fault, buf_view(&b),
             &(struct csv_options){.separator = ',', .unguard = true});
    for (size_t i = 0; i < n; i++) {
        json_t *v = json_array_get(all, i);
        assert_int_equal(csv_next(&r, &row, &more), RC_OK);
        assert_true(more && row.ncells == 2 && !row.broken);
        assert_true(
            str_eq(row.cells[1], (struct str){json_string_value(v), json_string_length(v)}));
    }
    buf_free(&b);
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(encodings_are_recognised),  TEST(damage_is_named),     TEST(csv_is_read),
        TEST(csv_lines_are_counted),     TEST(csv_spectrum_passes), TEST(formulas_are_guarded),
        TEST(naughty_strings_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
