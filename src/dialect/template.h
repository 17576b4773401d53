/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON texts from shapes. A shape is JSON with words in it:
 *
 *	$room           the word as a JSON value; null when there is none
 *	$.user.name     that member of the event's data, as it came
 *	$(.id|id|=null) the first of these that is there; =… is itself
 *	$#user          an id: a number when its text is a safe integer, else a string
 *	$@user          an id: always a string
 *	$-room          the text without quotes, to stand inside a string
 *	[,"a":$.a]      left out when a word inside is not there
 *
 * Pure; any thread.
 */
#ifndef DIALECT_TEMPLATE_H
#define DIALECT_TEMPLATE_H

#include "base/buf.h"

/* W(name, is_json): what a shape may name. The others follow from these: type and action are
 * event before and after its first dot, channel is room without "channel:", now is wall_ms,
 * precisely the same with six fractional digits. */
/* clang-format off */
#define TEMPLATE_WORDS(W)                                                                \
	W(event, false) W(room, false) W(user, false) W(username, false)                 \
	W(email, false) W(sender, false) W(id, false) W(data, true)                      \
	W(code, false) W(message, false) W(second, false) W(details, true)               \
	W(where, false) W(names, true) W(allowed, true) W(users, true) W(until, true)
/* clang-format on */

struct words {
#define W(name, is_json) struct str name;
	TEMPLATE_WORDS(W)
#undef W
	int64_t wall_ms;
};

/* Append. An empty word is one that is not there. */
void template_write(const char *shape, const struct words *words, struct buf *out);

#endif
