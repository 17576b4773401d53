/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is typing where: told to the others in the room, taken back by itself after ten seconds
 * and when the connection goes. Thread: the speaker's loop.
 */
#ifndef HUB_TYPING_H
#define HUB_TYPING_H

#include "hub/speaker_inside.h"

enum { TYPING_MS = 10000 };

/* context: JSON, of dialects that tell a user's typing to a room of their own; else empty.
 * Errors: -E_NOMEM. */
int typing_set(struct speaker *sp, struct str room, struct str context, bool is_typing) MUST_USE;
void typing_clear(struct speaker *sp, struct str room);
void typing_clear_all(struct speaker *sp);

#endif
