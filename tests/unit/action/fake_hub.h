/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two loops with a clock that the test moves, a floor of actions on them, and in place of the
 * hub one that writes down what it is told. One of it in a test process. Everything runs on
 * the test's thread; being "on" a loop means that it was turned last.
 */
#ifndef TESTS_UNIT_ACTION_FAKE_HUB_H
#define TESTS_UNIT_ACTION_FAKE_HUB_H

#include "action/actions.h"
#include "action/plugin.h"
#include "hub/socket.h"

enum { FAKE_LOOPS = 2, NO_ACK = -1 };

struct fake {
	struct clock_hand hand; /* both loops follow it */
	struct config *config;
	struct config_mount *mount; /* of dialect actions: tests may change it */
	struct hubs hubs;
	struct loop *loops[FAKE_LOOPS];
	struct actions *actions;
	int bad_tokens_n; /* that were counted; with three there is no more to be shown */
	struct tg_host host; /* the test itself is a plugin: tg_… words work */
};
extern struct fake fake;

/* sets: "key=value" lines for the configuration, NULL for none. The test may then register
 * what it offers, and calls fake_open. */
void fake_new(const char *const *sets, size_t sets_n);
void fake_open(void);
void fake_free(void);

/* Turn all loops until nothing is left to do. */
void fake_turn(void);
/* Move the clock, then turn. */
void fake_wait(uint32_t ms);
/* Turn one: what follows runs on it. */
void fake_enter(size_t loop);

/* A client on a loop asks for a namespace, with the claims of its token ("{}": nobody) and
 * the query of its URL. NULL when there is no such namespace. */
struct socket *fake_connect(size_t loop, const char *nsp, const char *claims,
			    const char *query);
/* The common one: alice of acme on "/" of loop 0, accepted; what was said is forgotten. */
struct socket *fake_alice(size_t loop);
#define ALICE                                                                            \
	"{\"sub\":\"alice\",\"companyId\":\"acme\",\"sid\":\"s1\",\"artifacts\":["       \
	"\"a1\"],"                                                                       \
	"\"permissions\":[\"stats.read\"]}"

/* The client emits. ack_id NO_ACK: without acknowledgement. */
void fake_event(struct socket *s, const char *name, const char *args, int64_t ack_id);
void fake_binary_event(struct socket *s, const char *name, const char *args,
		       const char *bytes);
/* The client answers the oldest emit that waits for an acknowledgement. */
void fake_answer(struct socket *s, int error, const char *args);
/* It goes. The socket is gone when this returns. */
void fake_disconnect(struct socket *s, const char *reason);
/* It is lost, and what is to wait for it waits; it comes back by that loop, or does not. */
void fake_lose(struct socket *s);
struct socket *fake_return(struct socket *lost, size_t loop);
void fake_forget(struct socket *lost);

/* What the client was told since this was asked last, one line each:
 *	connect | refuse MESSAGE DATA | leave | close
 *	NAME ARGS | volatile NAME ARGS | ? NAME ARGS (wants an ack) | ack ID ARGS
 * with " +BYTES" for each attachment behind. */
const char *fake_said(struct socket *s);
/* Broadcasts since then: "NSP [ROOMS] -[EXCEPT] NAME ARGS", and "join", "leave", "drop"; and what
 * waits for lost sockets: "lost NAME ARGS". */
const char *fake_broadcasts(void);

/* Envelopes as they are written. */
#define SAYS(type, id, action, rest)                                                     \
	"{\"type\":\"" type "\",\"requestId\":\"" id "\",\"action\":\"" action           \
	"\"," rest "}"
#define REQUEST(id, action, data)                                                        \
	"{\"type\":\"REQUEST\",\"requestId\":\"" id "\",\"action\":\"" action            \
	"\",\"data\":" data "}"

#endif
