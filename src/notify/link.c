/* link.c - see link.h. */
#include "notify/link.h"

#include "base/arena.h"
#include "privacy/privacy.h"

#include <sodium.h>

enum { ID_HEX = 32, MAC_HEX = 32 };

static struct str id_hex(struct arena *a, struct uuid id)
{
    return str_hex(a, id.b, sizeof id.b);
}

struct str link_stored(struct arena *a, struct str base_url, struct uuid id)
{
    return str_fmt(a, "%.*s" LINK_PATH "%.*s", STR_ARG(base_url), STR_ARG(id_hex(a, id)));
}

static struct str mac_hex(const struct op *op, struct str id)
{
    struct str mac = privacy_index(op->env->keys, OP_ARENA(op), op->hq, "reply_link", id);
    return str_hex(OP_ARENA(op), mac.p, MAC_HEX / 2);
}

struct str link_token(const struct op *op, struct uuid id)
{
    struct str hex = id_hex(OP_ARENA(op), id);
    return str_fmt(OP_ARENA(op), "%.*s%.*s", STR_ARG(hex), STR_ARG(mac_hex(op, hex)));
}

bool link_read(const struct op *op, struct str token, struct uuid *id)
{
    if (token.n != ID_HEX + MAC_HEX || !str_unhex(str_sub(token, 0, ID_HEX), id->b, sizeof id->b))
        return false;
    struct str want = link_token(op, *id);
    return sodium_memcmp(want.p, token.p, token.n) == 0;
}

struct str link_complete(const struct op *op, struct str text)
{
    struct arena *a = OP_ARENA(op);
    struct str path = STR(LINK_PATH), out = STR("");
    for (;;) {
        ptrdiff_t at = str_find(text, path, 0);
        size_t end = (size_t)at + path.n + ID_HEX;
        uint8_t bytes[ID_HEX / 2];
        if (at < 0 || end > text.n)
            return out.n ? str_fmt(a, "%.*s%.*s", STR_ARG(out), STR_ARG(text)) : text;
        struct str id = str_sub(text, end - ID_HEX, ID_HEX);
        bool ours = str_unhex(id, bytes, sizeof bytes);
        out = str_fmt(a, "%.*s%.*s%.*s", STR_ARG(out), (int)end, text.p, STR_ARG(ours ? mac_hex(op, id) : STR("")));
        text = str_sub(text, end, SIZE_MAX);
    }
}
