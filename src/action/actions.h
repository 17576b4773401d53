/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The floor of plugins: what they offer (registry), the requests they answer (call, replay),
 * who may do what (authorize, connect), and their way down to sockets and rooms (api_*).
 * Made and freed by the wiring; one struct desk for each loop.
 *
 *	actions ──< desk (one per loop) ──< call, question, timer      by number (handle.h)
 *	actions ──< plugin ──< action, namespace, authorize hook       immutable after init
 *	socket ── peer                                                 what hangs on a socket
 */
#ifndef ACTION_ACTIONS_H
#define ACTION_ACTIONS_H

#include "action/handle.h"
#include "action/memo.h"
#include "action/pool.h"
#include "action/registry.h"
#include "action/replay.h"
#include "action/scope.h"
#include "hub/hub.h"
#include "net/loop.h"

struct actions;
struct plugins;
struct token_keys;

/* The part of one loop. Its loop's thread, except the handle tables. */
struct desk {
	struct actions *all;
	struct hub *hub; /* from actions_start on, as loop */
	struct loop *loop;
	struct handle_table calls, questions, timers;
	struct map asking;       /* peers that were not accepted yet, by socket id */
	struct map inquiries;    /* authorize hooks that are being asked, by question */
	struct memo memo;        /* what they answered */
	struct wheel_timer trim; /* of the memo */
	struct buf text;         /* scratch for what is being written */
};

struct actions {
	struct hubs *hubs;
	struct config *config; /* of the start; loops have the present one */
	struct plugins *plugins;
	struct registry registry;
	struct replay *replay;
	struct pool *pool;
	struct scopes scopes;
	struct desk *desks;
	size_t desks_n;
	pthread_mutex_t lock; /* of keys, early, quiet */
	pthread_cond_t quiet; /* no call is under way */
	struct token_keys *keys;
	struct mail *early; /* for the first desk, before actions_start; newest first */
	atomic_bool started, draining, closed, ended;
	atomic_size_t running_n; /* calls not answered yet */
	atomic_uint late_n;      /* late replies from threads without counters */
};

/* Loads the plugins of config->plugin_dir. hubs->n is set already, its hubs come later, when
 * they are built with actions_hub_up. A plugin that cannot be used is refused with one
 * line in the log, and the others go on.
 * Errors: NULL when memory or threads are short, with a line in errors.
 * Owns: references of its own. Main thread. */
struct actions *actions_new(struct config *config, struct hubs *hubs,
			    struct token_keys *keys, struct buf *errors) MUST_USE;

/* What hubs call; their up state is the struct actions. */
const struct hub_up *actions_hub_up(void);

/* All hubs are there and no loop runs yet: start what plugins asked for in init. */
void actions_start(struct actions *a);

/* New keys after a reload; takes a reference. [any thread] */
void actions_set_keys(struct actions *a, struct token_keys *keys);
struct token_keys *actions_keys(struct actions *a); /* a reference for the caller */

/* Drain: requests are refused from now on, those under way are waited for. Returns true when
 * none was left after wait_ms at the latest; from then on nothing that plugins do on threads of
 * their own reaches a loop. The loops keep turning meanwhile. Not on a loop. */
bool actions_stop(struct actions *a, uint32_t wait_ms);

/* After the loops have stopped and all sockets are gone, before loop_free. Unloads the plugins
 * in reverse. */
void actions_free(struct actions *a);

/* A call begins, a call is answered. [any thread] */
void actions_call_begins(struct actions *a);
void actions_call_ends(struct actions *a);

/* The desk of this thread's loop, NULL elsewhere. */
struct desk *actions_desk_here(struct actions *a);
/* The desk that a number (handle.h) names; NULL when there is none, or when all has ended. */
struct desk *actions_desk_of(struct actions *a, uint64_t id);
struct desk *desk_of_socket(struct actions *a, const struct socket *s);

/* Post to a loop; before actions_start only to the first one. Errors: -E_STATE. [any thread] */
int desk_post(struct desk *d, struct mail *m) MUST_USE;

/* The hub of this thread's loop, NULL elsewhere. */
struct hub *actions_hub_here(struct actions *a);

/* Between actions_start and the end of actions_stop: hubs take messages. [any thread] */
bool actions_is_open(const struct actions *a);

/* Count a reply that came too late. [any thread] */
void actions_count_late(struct actions *a);

#endif
