/* hub_seen.c - see hub_seen.h. */
#include "http/hub_seen.h"

/* The slot that holds the id or where it would go. The last bytes of a UUIDv7 are random. */
static struct uuid *slot(struct uuid *slots, struct uuid id)
{
    size_t i = ((size_t)id.b[13] << 16 | (size_t)id.b[14] << 8 | id.b[15]) % SEEN_SLOTS;
    while (!uuid_is_none(slots[i]) && !uuid_eq(slots[i], id))
        i = (i + 1) % SEEN_SLOTS;
    return &slots[i];
}

bool seen_add(struct seen *s, struct uuid id)
{
    if (!uuid_is_none(*slot(s->slots[1 - s->newer], id)))
        return false;
    struct uuid *at = slot(s->slots[s->newer], id);
    if (!uuid_is_none(*at))
        return false;
    *at = id;
    if (++s->n == SEEN_FULL) {
        s->newer = 1 - s->newer;
        s->n = 0;
        memset(s->slots[s->newer], 0, sizeof s->slots[s->newer]);
    }
    return true;
}
