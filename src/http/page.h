/* page.h - the cursor behind request_page() and page_end(), apart for its tests. */
#ifndef XH_HTTP_PAGE_H
#define XH_HTTP_PAGE_H

#include "base/arena.h"
#include "http/http.h"

/* `list` names the list (its path); only the key members of `key` are kept. */
struct str cursor_make(struct arena *a, struct str list, const struct page *key);
bool cursor_read(struct arena *a, struct str list, struct str cursor, struct page *out);

#endif
