/*
 * link.h - the secret part of links that go out with notices (回复链接). It is made from the link's id with the key outside
 * the database, when the message leaves: who reads the database alone can open nothing.
 *
 * In stored words a link ends with "/p/r/" and the id's 32 hex digits; as sent, 32 more follow.
 */
#ifndef XH_NOTIFY_LINK_H
#define XH_NOTIFY_LINK_H

#include "change/change.h"

#define LINK_PATH "/p/r/"
/* The stored form behind `base_url`. */
struct str link_stored(struct arena *a, struct str base_url, struct uuid id);
/* The whole token, as it stands in the address. */
struct str link_token(const struct op *op, struct uuid id);
/* False when it is not one of ours. */
bool link_read(const struct op *op, struct str token, struct uuid *id);
/* Completes every stored link in `text`. */
struct str link_complete(const struct op *op, struct str text);

#endif
