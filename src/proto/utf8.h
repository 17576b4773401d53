/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8 validation, fail-fast at the first bad byte. Source: RFC 3629. Pure; any thread. */
#ifndef PROTO_UTF8_H
#define PROTO_UTF8_H

#include "base/str.h"

/* A text that comes in pieces. Zero-initialised at the start of each text. */
struct utf8 {
	uint32_t state;
};

/* Errors: -E_UTF8 as soon as no continuation could make the text valid. */
int utf8_feed(struct utf8 *u, const char *bytes, size_t n) MUST_USE;

/* Between characters: the text may end here. */
bool utf8_is_complete(const struct utf8 *u);

bool utf8_is_valid(struct str s);

/* Length of valid UTF-8 in UTF-16 units, as JavaScript counts characters. */
size_t utf8_utf16_units(struct str s);

#endif
