/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A speaker asks to be let into rooms: the claims of its token say, else the floor above, which
 * may take its time; the speaker's further messages wait meanwhile, so that their order holds.
 * Several rooms are joined all or none. Thread: the speaker's loop.
 */
#ifndef HUB_PLAIN_ENTRY_H
#define HUB_PLAIN_ENTRY_H

#include "hub/speaker_inside.h"

/* Begin: VERB_JOIN with its room, VERB_SUBSCRIBE with its names. Answers the client. */
void plain_entry_begin(struct speaker *sp, const struct verb *v);

/* The room that a name of the speaker's dialect stands for, in the loop's arena.
 * Errors: -E_TOO_LARGE, -E_ARGUMENT for what no room can be called, -E_NOMEM. */
int plain_entry_room(const struct speaker *sp, struct str name,
		     struct str *room_out) MUST_USE;

/* The speaker goes: an answer on its way finds nobody. */
void plain_entry_forget(struct speaker *sp);

/* Its claims are others now: leave the rooms that they and the floor above do not allow any
 * more, with notice. */
void plain_entry_check_again(struct speaker *sp);

#endif
