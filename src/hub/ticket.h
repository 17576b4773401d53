/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lets a socket come back: its secret id and when it was in which room, so that what was
 * sent to it can be told from what was not, exactly. Places are those of the loop's log.
 * Owned by its socket, later by who keeps it. Thread: the owner's loop.
 */
#ifndef HUB_TICKET_H
#define HUB_TICKET_H

#include "hub/recovery_log.h"

enum { TICKET_PID_BYTES = 20 };

struct keepsake;
struct revival;

struct ticket_span {
	char *room;
	size_t room_len;
	/* first place in it, first place outside; UINT64_MAX: in it now */
	uint64_t from, to;
};

struct ticket {
	char pid[TICKET_PID_BYTES];
	bool is_broken; /* memory was short: it opens nothing any more */
	bool has_base;
	struct recovery_offset base; /* what the client had at since */
	uint64_t since;              /* its time on this loop began there */
	struct ticket_span *spans;
	size_t spans_n, spans_cap;
	struct revival *revival;   /* until it is accepted again */
	struct keepsake *keepsake; /* while it is nobody's; NULL: nothing */
};

/* A new one of that loop. NULL when memory is short. */
struct ticket *ticket_new(int loop, uint64_t since) MUST_USE;
void ticket_free(struct ticket *t); /* NULL is allowed; the revival is not its own */

/* In a room from that place on, out of it from that place on. Twice is harmless. */
void ticket_join(struct ticket *t, struct str room, uint64_t at);
void ticket_leave(struct ticket *t, struct str room, uint64_t at);

/* It goes on, on another loop whose log is at that place: what it is in, it is in from there. */
void ticket_move(struct ticket *t, uint64_t at);

/* Was (or would be) the event at that place for a socket with this id? */
bool ticket_fits(const struct ticket *t, struct str sid, const struct logged *e,
		 uint64_t at);

#endif
