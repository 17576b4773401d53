/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 and base64url. Source: RFC 4648 4 and 5. Pure; any thread. */
#ifndef PROTO_BASE64_H
#define PROTO_BASE64_H

#include "base/str.h"

#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* With padding; writes BASE64_LEN(n) bytes, no zero. Returns that length. */
size_t base64_encode(const void *bytes, size_t n, char *out);

/* Padded or not, no blanks; bits that fall off at the end may be anything, as Node takes
 * them. out has room for text.len / 4 * 3 + 2 bytes, or is the input's own memory; n_out
 * gets the length. Errors: -E_BASE64. */
int base64_decode(struct str text, void *out, size_t *n_out) MUST_USE;

/* Without padding. Returns the length, at most BASE64_LEN(n). */
size_t base64url_encode(const void *bytes, size_t n, char *out);

/* Strict: no padding, no blanks, no non-zero trailing bits (RFC 7515 2). out as above.
 * Errors: -E_BASE64. */
int base64url_decode(struct str text, void *out, size_t *n_out) MUST_USE;

#endif
