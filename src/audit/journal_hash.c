/* journal_hash.c - see audit.h: what a row and a seal are hashed as. Pure; the spelling never
 * changes. */
#include "audit/audit.h"

struct sha256 journal_hash(const struct journal_entry *e)
{
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, STR("xiaohao.journal.1"));
    hash_field_i64(&h, e->hq);
    hash_field_uuid(&h, e->id);
    hash_field_i64(&h, e->at_ms);
    hash_field_uuid(&h, e->actor_id);
    hash_field(&h, e->origin);
    hash_field(&h, e->kind);
    hash_raw(&h, &e->content, sizeof e->content);
    hash_field(&h, e->subject_kind);
    hash_field_uuid(&h, e->subject_id);
    hash_field(&h, e->detail);
    return hash_end(&h);
}

struct sha256 seal_hash(const struct seal *s)
{
    struct hasher h;
    hash_begin(&h);
    hash_field(&h, STR("xiaohao.seal.1"));
    hash_raw(&h, &s->previous, sizeof s->previous);
    hash_field_i64(&h, s->hq);
    hash_field_i64(&h, s->seq);
    hash_field_i64(&h, s->entries);
    hash_field_i64(&h, s->epoch);
    hash_field_i64(&h, s->at_ms);
    hash_field(&h, s->leaves);
    return hash_end(&h);
}
