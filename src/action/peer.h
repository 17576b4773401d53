/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this floor hangs on a socket: which plugins it belongs to and what they keep there,
 * its message rate, its running calls, its expiry. Lives from on_connect to on_free.
 * Thread: the socket's loop.
 */
#ifndef ACTION_PEER_H
#define ACTION_PEER_H

#include "action/actions.h"
#include "hub/socket.h"
#include "policy/rate.h"

enum peer_stage { PEER_ASKING, PEER_ACCEPTED, PEER_GONE };

struct peer_data {
	struct tg_host *host;
	void *data;
	void (*free_fn)(void *data);
};

struct peer {
	struct desk *desk;
	struct socket *socket;
	union {
		struct wheel_timer expiry;
		struct loop_grave grave; /* once gone */
	};
	struct rate rate;
	uint32_t running_n;     /* requests not answered yet */
	uint8_t stage;          /* enum peer_stage */
	bool is_asked : 1;      /* a plugin's admit waits for its answer */
	bool is_inside : 1;     /* that admit has not returned */
	bool is_framework : 1;  /* dialect actions on / or a company's namespace */
	bool sees_artifact : 1; /* may see the artifact it named */
	bool is_warned : 1;     /* told that its token expired */
	uint16_t data_n;
	uint16_t nsps_at; /* whose admit is being asked */
	uint16_t nsps_n;
	uint32_t artifact_n;
	char *artifact;         /* the one it named, see peer_artifact; owned */
	struct peer_data *data; /* of plugins; owned */
	struct nsp *nsps[];     /* the plugins' entries for its namespace */
};

/* Hangs a peer on the socket, with what peer_keep left for it. NULL when memory is short. */
struct peer *peer_new(struct actions *a, struct socket *s) MUST_USE;
/* Takes it off. Gives plugins' data back at once; the memory stays until the turn is over,
 * because a plugin may have ended the socket in the middle of one of its callbacks. */
void peer_end(struct peer *p);

/* Its socket is lost and may come back: what plugins keep there for then goes with it, to the
 * next peer of the socket. NULL: nothing. */
struct keepsake *peer_keep(struct peer *p);

/* NULL once it is off. */
struct peer *peer_of(const struct socket *s);

/* The artifact it named, ptr NULL when none. */
static inline struct str
peer_artifact(const struct peer *p)
{
	return (struct str){p->artifact, p->artifact_n};
}

/* A socket of this loop that was not accepted yet, by its id; NULL when there is none. */
struct peer *peer_find_asking(struct desk *d, struct str sid);

/* One pointer for each plugin. Errors: -E_NOMEM. */
int peer_set_data(struct peer *p, struct tg_host *host, void *data,
		  void (*free_fn)(void *data)) MUST_USE;
void *peer_data(const struct peer *p, const struct tg_host *host);

#endif
