/*
 * page.c - keyset pages. A cursor is the last row's key in binary with a checksum that binds it to
 * its list, in base64url: whoever damages one, or takes it to another list, is told so instead of
 * getting odd rows. It carries no right: every page is filtered anew by who asks.
 */
#include "http/page.h"

#include <sodium.h>

enum {
    LIMIT_DEFAULT = 50,
    LIMIT_MAX = 200,
    FORMAT = 1,
    SUM = 8,
    HEAD = 1 + 8 + 16,
    KEY_TEXT_MAX = 1024
};
enum { RAW_MAX = HEAD + 1 + KEY_TEXT_MAX + SUM };

static void checksum(struct str list, const unsigned char *raw, size_t n, unsigned char out[SUM])
{
    unsigned char full[crypto_generichash_BYTES];
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof full);
    crypto_generichash_update(&state, (const unsigned char *)list.p, list.n);
    crypto_generichash_update(&state, (const unsigned char *)"\0cursor", 7);
    crypto_generichash_update(&state, raw, n);
    crypto_generichash_final(&state, full, sizeof full);
    memcpy(out, full, SUM);
}

struct str cursor_make(struct arena *a, struct str list, const struct page *key)
{
    unsigned char raw[RAW_MAX];
    size_t n = HEAD;
    uint64_t v = (uint64_t)key->key_i64;
    raw[0] = FORMAT;
    for (int i = 0; i < 8; i++)
        raw[1 + i] = (unsigned char)(v >> (56 - 8 * i));
    memcpy(raw + 9, key->key_id.b, 16);
    if (key->key_text.p) {
        size_t text = key->key_text.n < KEY_TEXT_MAX ? key->key_text.n : KEY_TEXT_MAX;
        raw[n++] = 1;
        memcpy(raw + n, key->key_text.p, text);
        n += text;
    }
    checksum(list, raw, n, raw + n);
    n += SUM;
    size_t room = sodium_base64_encoded_len(n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = arena_alloc(a, room);
    sodium_bin2base64(text, room, raw, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_of(text);
}

bool cursor_read(struct arena *a, struct str list, struct str cursor, struct page *out)
{
    unsigned char raw[RAW_MAX], sum[SUM];
    size_t n = 0;
    uint64_t v = 0;
    if (sodium_base642bin(raw, sizeof raw, cursor.p, cursor.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    if (n < HEAD + SUM || raw[0] != FORMAT)
        return false;
    n -= SUM;
    checksum(list, raw, n, sum);
    if (memcmp(sum, raw + n, SUM) != 0)
        return false;
    for (int i = 0; i < 8; i++)
        v = v << 8 | raw[1 + i];
    out->key_i64 = (int64_t)v;
    memcpy(out->key_id.b, raw + 9, 16);
    out->key_text = STR_NONE;
    if (n > HEAD) {
        out->key_text = str_copy(a, (struct str){(char *)raw + HEAD + 1, n - HEAD - 1});
        if (raw[HEAD] != 1 || !utf8_valid(out->key_text))
            return false;
    }
    out->has_cursor = true;
    return true;
}

enum rc request_page(struct request *rq, struct page *out)
{
    struct opt_i64 limit;
    struct str cursor = query_text(rq, "cursor");
    *out = (struct page){.limit = LIMIT_DEFAULT};
    RETURN_IF(query_i64(rq, "limit", 1, LIMIT_MAX, &limit));
    if (limit.has)
        out->limit = limit.v;
    if (!cursor.p || cursor_read(OP_ARENA(&rq->op), rq->path, cursor, out))
        return RC_OK;
    return OP_FAIL(&rq->op, RC_BAD, "bad_cursor", "翻页标记无效，请从第一页重新查看",
                   "The cursor is not valid; start again from the first page");
}

void page_end(struct request *rq, const struct page *p, bool more, int64_t key_i64,
              struct uuid key_id, struct str key_text)
{
    struct page key = {
        .limit = p->limit, .key_i64 = key_i64, .key_id = key_id, .key_text = key_text};
    jo_end(&rq->json);
    jo_str(&rq->json, "next", more ? cursor_make(OP_ARENA(&rq->op), rq->path, &key) : STR_NONE);
    jo_end(&rq->json);
}
