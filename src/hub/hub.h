/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * People and rooms of one loop: its namespaces, sockets and rooms, and the way to those of the
 * other loops. Everything here belongs to the loop's thread unless marked [any thread].
 *
 *   hubs ──< hub (one per loop) ──< namespace ──< room ──< member >── socket >── client
 */
#ifndef HUB_HUB_H
#define HUB_HUB_H

#include "base/map.h"
#include "hub/message.h"

struct config;
struct hub;
struct identity;
struct json_members;
struct loop;
struct limit_table;
struct namespace;
struct presence;
struct request;
struct socket;
struct tally;

/* An event from a client, borrowed for the call. */
struct event_in {
	struct str name; /* unescaped; a number event is given as its digits */
	struct str args; /* JSON values as they came, without the name */
	/* noted of the first object in args, or NULL */
	const struct json_members *members;
	const struct str *attachments;
	size_t attachments_n;
	bool wants_ack;
	uint64_t ack_id;
};

/* What the floor above wants to find again on a socket that was lost and comes back (recovery.h),
 * perhaps on another loop. drop: it does not; on the loop where it was last. */
struct keepsake {
	void (*drop)(struct keepsake *k);
};

/* What the floor above said about a question. */
enum hub_verdict {
	HUB_NO,
	HUB_YES,
	HUB_DROPPED /* the loop is gone: only free arg */
};
typedef void hub_verdict_fn(void *arg, enum hub_verdict verdict);

/* What the floor above decides. Called on the socket's loop. */
struct hub_up {
	/* A request of a client's is taken: header lines for its answer go into r->headers.
	 * is_first: it opens the session. NULL: there are none. */
	void (*on_headers)(void *up, struct request *r, bool is_first);
	/* The claims do not say that who may join the room: does somebody else? done is called
	 * once, perhaps before this returns. NULL: nobody does. */
	void (*may_join)(void *up, struct hub *h, struct identity *who, struct str room,
			 hub_verdict_fn *done, void *arg);
	/* Is there such a namespace (besides "/" and the mount's static ones)? */
	bool (*namespace_exists)(void *up, struct str name);
	/* A client asks for a namespace: answer now or later, once, by socket_accept or
	 * socket_refuse. auth is a JSON object, or empty. */
	void (*on_connect)(void *up, struct socket *s, struct str auth);
	void (*on_event)(void *up, struct socket *s, const struct event_in *e);
	/* The last word about a socket that was accepted. Its rooms are still there. reason is one
	 * of Socket.IO's ("transport close", "client namespace disconnect", …). */
	void (*on_disconnect)(void *up, struct socket *s, const char *reason);
	/* After on_disconnect, of a socket that may come back: what is to wait for it, NULL:
	 * nothing. Passes to the hub. NULL here: never anything. */
	struct keepsake *(*keep)(void *up, struct socket *s);
	/* Give back what the floor above hung on the socket; also for those never accepted. */
	void (*on_free)(void *up, struct socket *s);
};

/* The hubs of all loops: created by the wiring, immutable afterwards. */
struct hubs {
	struct hub **hub; /* by loop id */
	size_t n;
	struct presence *presence; /* NULL: nobody counts */
	/* connections of a user on a mount; NULL: no limit */
	struct limit_table *user_limits;
	struct bad_tokens *bad_tokens; /* by address; NULL: nobody counts */
	/* clients of an address that joined nothing yet, or NULL */
	struct limit_table *newcomers;
	/* A plain client says that it has read a notification: mark it, then speaker_tell_read,
	 * or speaker_fail when there is none. NULL: nothing is stored, each one is known. Called
	 * on the socket's loop. */
	void (*on_read)(void *arg, struct socket *s, struct str notification_id);
	void *on_read_arg;
	/* A person has connected to "/" and can hear what waited for him, once a connection; NULL:
	 * nobody cares. On its loop. */
	void (*on_arrive)(void *arg, struct socket *s);
	void *on_arrive_arg;
};

struct token_keys;
/* Takes a reference to keys. NULL when memory is short. */
struct hub *hub_new(struct loop *loop, struct hubs *all, struct token_keys *keys,
		    const struct hub_up *up, void *up_state) MUST_USE;
void hub_free(struct hub *h);

/* Tokens are checked with other keys from now on; who is in stays. Takes a reference. */
void hub_set_keys(struct hub *h, struct token_keys *keys);
const struct token_keys *hub_keys(const struct hub *h);

struct loop *hub_loop(const struct hub *h);
struct hubs *hub_all(const struct hub *h);

/* A socket of this loop by its id (20 characters), NULL when there is none. */
struct socket *hub_find_socket(struct hub *h, struct str sid);

/* Visit the sockets of a namespace (room empty: all, else its members) on this loop. The
 * visitor may disconnect the socket it is at. */
void hub_each_socket(struct hub *h, struct str nsp, struct str room,
		     void (*visit)(void *arg, struct socket *s), void *arg);

/* Whom a broadcast reaches: members of any of the rooms (none given: all of the namespace),
 * each once, without members of any except room. A socket's own id is a room of its own. */
struct target {
	struct str nsp;
	const struct str *rooms;
	size_t rooms_n;
	const struct str *except;
	size_t except_n;
	bool is_volatile; /* drop rather than queue for clients that lag or have no transport */
	bool local;       /* this node only */
	bool is_announced; /* joining, leaving: the caller tells the room, people.c need not */
	struct tally *tally; /* counts whom it reaches (hub/tally.h); NULL: nobody does */
};

/* Deliver on all loops. Order: after everything this thread broadcast before. [any thread;
 * from is the caller's own hub, or NULL when the caller is no loop.]
 * Errors: -E_NOMEM. */
int hub_broadcast(struct hubs *all, struct hub *from, const struct target *to,
		  const struct event_out *event) MUST_USE;

/* Members of the target on all loops join, leave, or are disconnected. [any thread]
 * Errors: -E_NOMEM. */
int hub_join_all(struct hubs *all, struct hub *from, const struct target *to,
		 struct str room) MUST_USE;
int hub_leave_all(struct hubs *all, struct hub *from, const struct target *to,
		  struct str room) MUST_USE;
int hub_disconnect_all(struct hubs *all, struct hub *from, const struct target *to,
		       bool close_transport) MUST_USE;
/* Disconnected and closed, plain ones with this code (0: their own) and reason. */
int hub_expel_all(struct hubs *all, struct hub *from, const struct target *to, int code,
		  struct str reason) MUST_USE;

/* An event for a socket that was lost on this loop and may come back, which hears it then.
 * Errors: -E_NOT_FOUND, -E_NOMEM. */
int hub_emit_lost(struct hub *h, struct str sid, const struct event_out *event) MUST_USE;

/* Run fn on the loop that owns the socket, with NULL when the socket is gone by then. Calls for
 * one socket from one thread run in order. arg belongs to fn. [any thread]
 * Errors: -E_NOMEM, -E_NOT_FOUND when sid names no loop of ours. */
int hub_call(struct hubs *all, struct str sid, void (*fn)(struct socket *s, void *arg),
	     void *arg) MUST_USE;

#endif
