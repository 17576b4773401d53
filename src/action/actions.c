/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/actions.h"

#include "action/api_http.h"
#include "action/authorize.h"
#include "action/call.h"
#include "action/connect.h"
#include "action/event.h"
#include "action/peer.h"
#include "action/plugin.h"
#include "action/refresh.h"
#include "action/timer.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/spare.h"
#include "hub/socket.h"
#include "policy/token.h"

#include <stdlib.h>

enum { POOL_WAIT_MS = 5000 };

static bool
namespace_exists(void *up, struct str name)
{
	struct actions *a = up;

	return connect_namespace_exists(a, name);
}

static void
on_connect(void *up, struct socket *s, struct str auth)
{
	connect_begin(up, s, auth);
}

static void
on_event(void *up, struct socket *s, const struct event_in *e)
{
	event_take(up, s, e);
}

static void
on_disconnect(void *up, struct socket *s, const char *reason)
{
	(void)up;
	connect_end(s, reason);
}

static struct keepsake *
keep(void *up, struct socket *s)
{
	(void)up;
	return peer_of(s) ? peer_keep(peer_of(s)) : NULL;
}

static void
on_free(void *up, struct socket *s)
{
	(void)up;
	if (peer_of(s))
		peer_end(peer_of(s));
}

/* A question of the hub's on its way through the authorize hooks. */
struct hub_question {
	hub_verdict_fn *done;
	void *arg;
};

static void
on_authorized(void *arg, enum authorize_end end)
{
	struct hub_question q = *(struct hub_question *)arg;

	spare_give(arg, sizeof(q));
	q.done(q.arg, end == AUTHORIZE_DROPPED ? HUB_DROPPED
		      : end == AUTHORIZE_YES   ? HUB_YES
					       : HUB_NO);
}

static void
may_join(void *up, struct hub *h, struct identity *who, struct str room,
	 hub_verdict_fn *done, void *arg)
{
	struct actions *a = up;
	struct hub_question *q = spare_take(sizeof(*q));

	if (!q) {
		done(arg, HUB_NO);
		return;
	}
	*q = (struct hub_question){done, arg};
	authorize_ask(&a->desks[hub_loop(h)->id], who, TG_MAY_JOIN, room, on_authorized,
		      q);
}

static void
on_headers(void *up, struct request *r, bool is_first)
{
	struct actions *a = up;

	if (a->registry.decorators_n)
		api_http_decorate(&a->registry, r, is_first);
}

const struct hub_up *
actions_hub_up(void)
{
	static const struct hub_up up = {
		.may_join = may_join,
		.on_headers = on_headers,
		.namespace_exists = namespace_exists,
		.on_connect = on_connect,
		.on_event = on_event,
		.on_disconnect = on_disconnect,
		.keep = keep,
		.on_free = on_free,
	};

	return &up;
}

static bool
make_desks(struct actions *a)
{
	a->desks = calloc(a->hubs->n, sizeof(a->desks[0]));
	if (!a->desks || a->hubs->n > HANDLE_OWNERS)
		return false;
	a->desks_n = a->hubs->n;
	for (size_t i = 0; i < a->desks_n; i++) {
		a->desks[i].all = a;
		handle_init(&a->desks[i].calls, (unsigned)i, false);
		handle_init(&a->desks[i].questions, (unsigned)i, false);
		authorize_init(&a->desks[i]);
		/* plugins' threads */
		handle_init(&a->desks[i].timers, (unsigned)i, true);
	}
	return true;
}

static void
init_lock(struct actions *a)
{
	pthread_condattr_t monotonic;

	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&a->quiet, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

struct actions *
actions_new(struct config *config, struct hubs *hubs, struct token_keys *keys,
	    struct buf *errors)
{
	struct actions *a = calloc(1, sizeof(*a));
	unsigned threads_n = config->pool_threads ? config->pool_threads : 1;

	if (!a)
		return NULL;
	init_lock(a);
	scopes_init(&a->scopes);
	a->hubs = hubs;
	a->config = config_ref(config);
	if (keys)
		a->keys = token_keys_ref(keys);
	a->replay = replay_new(config->replay_bytes);
	a->pool = pool_new(threads_n, config->pool_queue_n ? config->pool_queue_n : 1);
	if (!a->replay || !a->pool || !make_desks(a) || refresh_register(&a->registry))
		goto fail;
	a->plugins = plugins_load(a, config->plugin_dir);
	if (!a->plugins)
		goto fail;
	return a;
fail:
	buf_printf(errors, "actions: out of memory or threads\n");
	actions_free(a);
	return NULL;
}

void
actions_start(struct actions *a)
{
	struct mail *in_order = NULL;

	for (size_t i = 0; i < a->desks_n; i++) {
		a->desks[i].hub = a->hubs->hub[i];
		a->desks[i].loop = hub_loop(a->hubs->hub[i]);
	}
	pthread_mutex_lock(&a->lock);
	while (a->early) {
		struct mail *next = a->early->next;

		a->early->next = in_order;
		in_order = a->early;
		a->early = next;
	}
	atomic_store(&a->started, true);
	pthread_mutex_unlock(&a->lock);
	while (in_order) {
		struct mail *next = in_order->next;

		loop_post(a->desks[0].loop, in_order);
		in_order = next;
	}
}

int
desk_post(struct desk *d, struct mail *m)
{
	struct actions *a = d->all;
	int error = 0;

	if (atomic_load_explicit(&a->closed, memory_order_acquire) &&
	    loop_current() != d->loop)
		return -E_STATE;
	if (atomic_load_explicit(&a->started, memory_order_acquire)) {
		loop_post(d->loop, m);
		return 0;
	}
	pthread_mutex_lock(&a->lock);
	if (atomic_load(&a->started)) {
		loop_post(d->loop, m);
	} else if (d == &a->desks[0]) {
		m->next = a->early;
		a->early = m;
	} else {
		error = -E_STATE;
	}
	pthread_mutex_unlock(&a->lock);
	return error;
}

void
actions_set_keys(struct actions *a, struct token_keys *keys)
{
	struct token_keys *old;

	pthread_mutex_lock(&a->lock);
	old = a->keys;
	a->keys = token_keys_ref(keys);
	pthread_mutex_unlock(&a->lock);
	token_keys_unref(old);
}

struct token_keys *
actions_keys(struct actions *a)
{
	struct token_keys *keys = NULL;

	pthread_mutex_lock(&a->lock);
	if (a->keys)
		keys = token_keys_ref(a->keys);
	pthread_mutex_unlock(&a->lock);
	return keys;
}

void
actions_call_begins(struct actions *a)
{
	atomic_fetch_add(&a->running_n, 1);
}

void
actions_call_ends(struct actions *a)
{
	if (atomic_fetch_sub(&a->running_n, 1) != 1 || !atomic_load(&a->draining))
		return;
	pthread_mutex_lock(&a->lock);
	pthread_cond_broadcast(&a->quiet);
	pthread_mutex_unlock(&a->lock);
}

bool
actions_stop(struct actions *a, uint32_t wait_ms)
{
	struct timespec until = clock_deadline(wait_ms);
	int timed_out = 0;

	atomic_store(&a->draining, true);
	pthread_mutex_lock(&a->lock);
	while (atomic_load(&a->running_n) && !timed_out)
		timed_out = pthread_cond_timedwait(&a->quiet, &a->lock, &until);
	pthread_mutex_unlock(&a->lock);
	atomic_store(&a->closed, true);
	return atomic_load(&a->running_n) == 0;
}

/* Objects whose loops are gone: nobody answers or fires any more. */
static void
free_desk(struct desk *d)
{
	call_free_all(d);
	authorize_fini(d);
	timer_free_all(d);
	handle_fini(&d->calls);
	handle_fini(&d->questions);
	handle_fini(&d->timers);
	map_fini(&d->asking);
	buf_fini(&d->text);
}

void
actions_free(struct actions *a)
{
	bool pool_is_empty;

	if (!a)
		return;
	atomic_store(&a->ended, true);
	pool_is_empty = pool_free(a->pool, POOL_WAIT_MS);
	if (!pool_is_empty) {
		log_error("plugin blocks", "wait_ms=%d", POOL_WAIT_MS);
		return; /* its code and what it uses stay for the rest of the process */
	}
	for (size_t i = 0; i < a->desks_n; i++)
		free_desk(&a->desks[i]);
	plugins_unload(a->plugins);
	registry_fini(&a->registry);
	scopes_fini(&a->scopes);
	replay_free(a->replay);
	token_keys_unref(a->keys);
	config_unref(a->config);
	pthread_cond_destroy(&a->quiet);
	pthread_mutex_destroy(&a->lock);
	free(a->desks);
	free(a);
}

struct desk *
actions_desk_here(struct actions *a)
{
	struct loop *here = atomic_load_explicit(&a->ended, memory_order_relaxed)
				    ? NULL /* this thread's last loop may be gone */
				    : loop_current();

	if (!here || (size_t)here->id >= a->desks_n || a->desks[here->id].loop != here)
		return NULL;
	return &a->desks[here->id];
}

struct desk *
actions_desk_of(struct actions *a, uint64_t id)
{
	unsigned owner = handle_owner(id);

	if (atomic_load_explicit(&a->ended, memory_order_relaxed))
		return NULL; /* what its numbers stood for is gone */
	return owner < a->desks_n ? &a->desks[owner] : NULL;
}

struct desk *
desk_of_socket(struct actions *a, const struct socket *s)
{
	return &a->desks[hub_loop(socket_hub(s))->id];
}

struct hub *
actions_hub_here(struct actions *a)
{
	struct desk *here = actions_desk_here(a);

	return here ? here->hub : NULL;
}

bool
actions_is_open(const struct actions *a)
{
	return atomic_load(&a->started) && (!atomic_load(&a->closed) || loop_current());
}

void
actions_count_late(struct actions *a)
{
	struct desk *here = actions_desk_here(a);

	if (here)
		counter_add(&here->loop->counters, COUNTER_LATE_REPLIES,
			    1 + atomic_exchange(&a->late_n, 0));
	else
		atomic_fetch_add(&a->late_n, 1);
}
