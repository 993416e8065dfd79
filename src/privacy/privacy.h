/*
 * privacy.h - personal data (个人信息): sealed in the store from the first row, masked unless asked
 * for.
 *
 * The only module that holds the keys (a file outside the database, mode 0600). A sealed value is
 * bound to its headquarters, field and record, so that it cannot be moved to another row.
 * Algorithms: libsodium's XChaCha20-Poly1305 and keyed BLAKE2b; each blob begins with a version
 * byte and a key number.
 */
#ifndef XH_PRIVACY_PRIVACY_H
#define XH_PRIVACY_PRIVACY_H

#include "base/fault.h"
#include "base/uuid.h"

struct keys;

/* Reads `path`, or makes it (mode 0600) when absent and `create`. */
enum rc keys_open(struct keys **out, struct fault *f, const char *path, bool create) MUST_CHECK;
void keys_close(struct keys *k);

/* What a sealed value belongs to. `field` is "person.phone", "site.contact" … */
struct privacy_place {
    int64_t hq;
    const char *field;
    struct uuid record_id;
};
/* Text -> blob in the arena. */
struct str privacy_seal(const struct keys *k, struct arena *a, const struct privacy_place *at,
                        struct str clear);
/* Blob -> text; RC_INTERNAL "sealed_damaged" when it was tampered with or the key is another. */
enum rc privacy_open(const struct keys *k, struct arena *a, struct fault *f,
                     const struct privacy_place *at, struct str sealed,
                     struct str *clear) MUST_CHECK;
/* For finding a value without opening any: the same for the same normalised value of the same
 * field. */
struct str privacy_index(const struct keys *k, struct arena *a, int64_t hq, const char *field,
                         struct str normal);

/* 138****1234, 0592-****567, 张** */
struct str privacy_mask_phone(struct arena *a, struct str phone);
struct str privacy_mask_name(struct arena *a, struct str name);
/* Digits only, +86 dropped; false when it is no phone number (7-20 digits). */
bool privacy_phone_normal(struct arena *a, struct str phone, struct str *normal);

#endif
