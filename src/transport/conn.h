/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One connected socket from the first byte to burial: reads, keeps what the protocol above has
 * not used yet, queues frames, writes them once a turn with one system call. It knows neither
 * HTTP nor WebSocket: the protocol above is a table that can be exchanged (upgrade).
 * Owned by its loop; freed after the turn in which it was closed. Thread: its loop; conn_move
 * carries it to another one.
 *
 *   open ──conn_end──> ending (flush, half-close, wait for the peer) ──> closed
 *     └────────────────────────conn_close───────────────────────────────────^
 */
#ifndef TRANSPORT_CONN_H
#define TRANSPORT_CONN_H

#include "base/buf.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/stream.h"
#include "transport/send_queue.h"

struct conn;
struct conn_busy;

/* For the state of the protocol above: a block of its own, and a way there, would take more. */
enum { CONN_ROOM_BYTES = 64 };

struct conn_up {
	/* Bytes in order, to be changed in place at will. Returns how many were used; the rest
	 * comes again in front of what follows. Negative: the connection is closed. */
	long (*on_bytes)(struct conn *c, char *bytes, size_t n);
	/* Everything queued has been written, after some of it had to wait or while reading is
	 * paused. */
	void (*on_drain)(struct conn *c);
	/* The peer has finished sending. Not called while ending. */
	void (*on_end)(struct conn *c);
	/* Exactly once; error is why, 0 for a normal end. */
	void (*on_close)(struct conn *c, int error);
	/* Free what the state holds: no callback is looking at it any more. May be NULL. */
	void (*on_free)(struct conn *c);
};

struct conn {
	/* what a delivery looks at stands together */
	struct stream stream;
	struct loop *loop;
	struct send_queue out;
	union {
		struct loop_job flush;
		struct loop_grave grave; /* once closed */
	};
	uint16_t alone_n; /* frames at the front that leave before a pause */
	bool is_ending : 1, is_half_closed : 1, is_closed : 1;
	bool is_held : 1;      /* reading is paused by the protocol above */
	bool is_stuck : 1;     /* a write found no room */
	bool is_paused : 1;    /* what is queued leaves when the timer says so */
	bool has_deadline : 1; /* the timer is conn_set_deadline's */
	bool is_offering : 1, offer_again : 1;
	bool is_chatty : 1; /* many small messages in what was read: reads less at a time */
	bool is_moving : 1; /* to another loop at the end of this turn */
	struct address peer;
	const struct conn_up *up;
	uint64_t room[CONN_ROOM_BYTES / sizeof(uint64_t)]; /* see conn_set_up */
	struct conn_busy *busy; /* input that waits, a timer; NULL: neither */
	union {
		struct list link;       /* for its owner on this loop */
		struct conn_move *move; /* while it is moving */
	};
	struct admission *admission; /* counts it; NULL: nobody does */
	struct address *client; /* for whom: behind a proxy that tells; NULL: for peer */
};

/* An accepted socket of loop; up is told of everything. Reading starts with conn_start.
 * NULL when memory is short (fd stays the caller's). */
struct conn *conn_new(struct loop *l, int fd, const struct address *peer) MUST_USE;
struct stream_memory;
struct conn *conn_new_memory(struct loop *l, struct stream_memory *m) MUST_USE;
void conn_start(struct conn *c);

/* Exchange the protocol; unused input goes to the new one at the end of its current callback.
 * Returns CONN_ROOM_BYTES of zeros for its state, where that of the old one was. */
void *conn_set_up(struct conn *c, const struct conn_up *up);

/* The connection in whose room that state is. */
static inline struct conn *
conn_around(const void *state)
{
	return CONTAINER_OF((uintptr_t)state, struct conn, room);
}

/* Bytes that were read and not used yet. */
size_t conn_input_n(const struct conn *c);

/* Queue f, written at the end of this turn. Owns: takes its own reference.
 * Errors: -E_GONE when ending or closed, -E_NOMEM. */
int conn_send(struct conn *c, struct frame *f);

/* What is queued now and what is queued later shall reach the peer in two reads: the latter
 * leaves a moment after the former, if it is there in this turn. For the first words of a
 * conversation: who awaits the one before he listens for the other has them both (`ws` for Node
 * tells frames that came in one read one straight after the other). A pause within a pause is
 * none, and an ending connection makes none. */
void conn_pause(struct conn *c);

/* Stop reading, or go on (unused input is offered again). */
void conn_hold(struct conn *c, bool hold);

/* Offer the unused input again: what kept the protocol above from using it is over. */
void conn_again(struct conn *c);

/* Close it when it still is open after ms. */
void conn_set_deadline(struct conn *c, uint32_t ms);

/* n more of what a second (of CONN_SECOND_MS) may bring only so many of; *counted, of zero at
 * first, is its own. Returns how many this second has brought; beyond a million they are not
 * counted. */
enum { CONN_SECOND_SHIFT = 10, CONN_SECOND_MS = 1 << CONN_SECOND_SHIFT };
uint32_t conn_count(const struct conn *c, uint32_t *counted, uint32_t n);

/* Write what is queued, then close. Harmless when ending. */
void conn_end(struct conn *c);
/* Close now, forget what is queued. Harmless when closed. */
void conn_close(struct conn *c, int error);

/* Leave this loop for another at the end of the turn; arrived runs there. The connection may not
 * be used here any more. Input that is unused, even none, is offered after arrived has been
 * called. */
void conn_move(struct conn *c, struct loop *to, void (*arrived)(struct conn *c));

#endif
