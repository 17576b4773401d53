/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One event on its way to clients: immutable and counted, encoded at most once for each wire
 * form, by the first loop that needs it. Any thread.
 */
#ifndef HUB_MESSAGE_H
#define HUB_MESSAGE_H

#include "base/frame.h"

/* The forms in which a message leaves. One slot each. */
enum wire {
	WIRE_SIO4,         /* Socket.IO over Engine.IO 4 */
	WIRE_SIO3,         /* over Engine.IO 3: binary frames carry a type byte */
	WIRE_SIO_MSGPACK4, /* socket.io-msgpack-parser */
	WIRE_SIO_MSGPACK3,
	WIRE_SIO4_OFFSET, /* as those for 4; clients that may recover are told each event's offset */
	WIRE_SIO_MSGPACK4_OFFSET,
	WIRE_PLAIN, /* one for each row of dialect/dialects.def from here on */
	WIRE_BEFORE_PLAIN = WIRE_PLAIN - 1,
#define D(name) WIRE_##name,
#include "dialect/dialects.def"
#undef D
	WIRE_N
};

static inline bool
wire_is_plain(enum wire w)
{
	return w >= WIRE_PLAIN;
}

/* What is to be said. All texts are borrowed for the call that takes them. */
struct event_out {
	struct str name; /* unescaped: "task.created" */
	/* JSON values between the brackets, without the name: {"a":1},"x" */
	struct str args;
	const struct str *attachments; /* placeholders in args count from 0 */
	size_t attachments_n;
	/* What plain dialects print, each may be empty. */
	struct str room;   /* empty: the target's, when it has only one */
	struct str sender; /* name of a person */
	struct str user;   /* id of that person */
	struct str email;
	struct str id;                     /* of the message */
	struct str plain_name, plain_data; /* instead of name and args */
	/* behind the arguments, for clients that may recover; may be empty */
	struct str offset;
	int64_t wall_ms; /* 0: now */
};

/* The frames of one encoded message: the first is its text, attachments follow. */
struct frames {
	size_t n;
	struct frame *frame[];
};

struct message;

/* Copies the event. nsp is the namespace it is sent in. NULL when memory is short. */
struct message *message_new(struct str nsp, const struct event_out *event) MUST_USE;
struct message *message_ref(struct message *m);
void message_unref(struct message *m); /* NULL is allowed */

const struct event_out *message_event(const struct message *m);
struct str message_nsp(const struct message *m);

/* Encoded now if nobody did before. Valid as long as the message. NULL: no memory, or the
 * form has no words for this event. */
const struct frames *message_frames(struct message *m, enum wire wire);

#endif
