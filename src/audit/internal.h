/* internal.h - what the files of this room share. */
#ifndef XH_AUDIT_INTERNAL_H
#define XH_AUDIT_INTERNAL_H

#include "audit/audit.h"

struct journal_unsealed_row;
struct journal_entry journal_entry_of(int64_t hq, const struct journal_unsealed_row *r);

#endif
