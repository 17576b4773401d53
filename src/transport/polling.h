/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Engine.IO long-polling of one session: at most one GET waits for packets and one POST brings
 * some; what is sent meanwhile is queued. Owned by its session. Thread: the session's loop.
 * Source: the Engine.IO protocol document, "HTTP long-polling".
 */
#ifndef TRANSPORT_POLLING_H
#define TRANSPORT_POLLING_H

#include "proto/engineio.h"
#include "transport/request.h"

struct config_mount;
struct polling;

struct polling_up {
	void (*on_packet)(void *up, const struct eio_packet *p);
	/* A poll took what waited. */
	void (*on_drain)(void *up);
	/* The client broke the rules (-E_PACKET, -E_STATE for overlapping requests, …) or gave its
	 * poll up (-E_GONE): the session is to be closed. */
	void (*on_error)(void *up, int error);
};

struct polling *polling_new(struct loop *l, const struct config_mount *mount,
			    int protocol, bool base64, const struct polling_up *up,
			    void *up_state) MUST_USE;
/* Answers a waiting GET with what is queued and then the given packet (EIO_CLOSE or EIO_NOOP).
 * Nothing is told to up any more; freed at the end of the turn. */
void polling_free(struct polling *p, enum eio_type last);

/* At the head of a POST. Errors: -E_STATE when another one is under way (up is told). */
int polling_begin_post(struct polling *p, struct request *r) MUST_USE;
/* The complete POST: packets to up, then "ok" or 400. */
void polling_post(struct polling *p, struct request *r);
/* A GET: answered when there is something to say. */
void polling_get(struct polling *p, struct request *r);

/* Queue a message frame. Errors: -E_FULL above the mount's queue_hard_bytes, -E_NOMEM. */
int polling_send(struct polling *p, struct frame *f);

/* Queue a packet that is one digit, as ping and noop are. Errors: as polling_send. */
int polling_send_digit(struct polling *p, enum eio_type type);

/* A GET is waiting: what is sent now leaves at the end of the turn. */
bool polling_is_writable(const struct polling *p);
size_t polling_queued(const struct polling *p);

/* Take the queued frames over, in order; the caller frees them. NULL when empty. */
struct frame *polling_take(struct polling *p);

#endif
