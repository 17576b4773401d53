/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is typing where: told to the others in the room, taken back by itself after ten seconds
 * and when the connection goes. Thread: the speaker's loop.
 */
#ifndef HUB_TYPING_H
#define HUB_TYPING_H

#include "hub/speaker_inside.h"

enum { TYPING_MS = 10000 };

/* context: JSON of 256 bytes at most, of dialects that tell a user's typing to a room of their
 * own; else empty. Who types in a seventeenth place no longer does in the first.
 * Errors: -E_NOMEM, -E_TOO_LARGE for such a context. */
int typing_set(struct speaker *sp, struct str room, struct str context,
	       bool is_typing) MUST_USE;
void typing_clear(struct speaker *sp, struct str room);
void typing_clear_all(struct speaker *sp);

#endif
