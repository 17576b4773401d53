/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Envelopes to the client that asked, in the form in which it asked, wherever its socket
 * lives now. Thread: a loop.
 */
#ifndef ACTION_REPLY_H
#define ACTION_REPLY_H

#include "action/actions.h"
#include "dialect/envelope.h"
#include "hub/socket.h"

/* Who asked, and how. */
struct origin {
	struct desk *desk; /* of its socket */
	char sid[SOCKET_ID_BYTES];
	enum envelope_form form;
	uint64_t ack_id; /* ENVELOPE_AS_ACK */
};

struct origin origin_of(struct desk *d, const struct socket *s, enum envelope_form form,
			uint64_t ack_id);

static inline struct str
origin_sid(const struct origin *o)
{
	return (struct str){o->sid, sizeof(o->sid)};
}

/* Send e to a socket of this loop. An acknowledged request gets its UPDATEs as events. */
void reply_here(struct desk *d, struct socket *s, const struct origin *to,
		const struct envelope *e);

/* Send e to the origin from the loop of desk d, as the end of a counted request unless e is
 * an UPDATE. In order for one origin. */
void reply_send(struct desk *d, const struct origin *to, const struct envelope *e);

#endif
