/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server.h"

#include "action/actions.h"
#include "action/reading.h"
#include "admin/demo.h"
#include "admin/notify.h"
#include "admin/notify_greet.h"
#include "admin/notify_verb.h"
#include "admin/rest.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/random.h"
#include "hub/client.h"
#include "hub/hub.h"
#include "hub/presence.h"
#include "net/address_set.h"
#include "net/listener.h"
#include "net/tls.h"
#include "policy/limit.h"
#include "policy/token.h"
#include "routes.h"
#include "session/bad_tokens.h"
#include "session/session.h"
#include "transport/admission.h"
#include "transport/http_server.h"
#include "worker.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sched.h>
#include <unistd.h>

/* After the drain: how long closing handshakes may take. */
enum { FAREWELL_MS = 1000 };

/* Users on a mount whose connections are counted at a time, addresses of newcomers: as many as
 * there can be. */
enum { USERS_MAX = 1 << 24 };

struct server {
	struct config *config; /* it was made with: mounts point into it */
	struct config *newest; /* what loops have taken over by reloading */
	struct token_keys *keys;
	struct admission *admission;
	struct address_set *trusted_proxies;
	struct tls **tls; /* by listener */
	struct bad_tokens *bad_tokens;
	struct hubs hubs;
	struct actions *actions;
	struct worker *workers;
	size_t workers_n;
	struct routes *routes;
	struct demo demo;
	struct notify *notify;
	struct rest *rest; /* NULL: no server API */
	uint16_t *ports;   /* by listener, the last one the server API's */
	struct {
		uint64_t accepted_n, gone_n; /* when it was tidied last */
	} tidy;
	atomic_bool is_ready;
	bool has_threads;
};

static size_t
count_workers(const struct config *c)
{
	cpu_set_t cpus;

	if (c->workers)
		return c->workers;
	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return 1;
	return (size_t)CPU_COUNT(&cpus);
}

static int
make_workers(struct server *s, struct clock clock)
{
	uint16_t node;

	random_bytes(&node, sizeof(node));
	s->workers = calloc(s->workers_n, sizeof(*s->workers));
	s->hubs.hub = calloc(s->workers_n, sizeof(*s->hubs.hub));
	if (!s->workers || !s->hubs.hub)
		return -E_NOMEM;
	for (size_t i = 0; i < s->workers_n; i++) {
		struct worker *w = &s->workers[i];
		int error = worker_init(w, (int)i, node, clock, s->config);

		if (error)
			return error;
		w->hub = hub_new(w->loop, &s->hubs, s->keys, actions_hub_up(),
				 s->actions);
		if (!w->hub)
			return -E_NOMEM;
		s->hubs.hub[i] = w->hub;
	}
	return 0;
}

/* What decides who may come in, and how. */
static int
make_doors(struct server *s, struct buf *errors)
{
	const struct config *c = s->config;
	int error = address_set_new(&c->trusted_proxies, &s->trusted_proxies);

	if (error == -E_ARGUMENT)
		buf_printf(errors, "trusted_proxies: an IPv4 network in IPv6 needs 96 "
				   "bits or more\n");
	if (error)
		return error;
	s->admission = admission_new(c);
	s->bad_tokens = bad_tokens_new();
	s->tls = calloc(c->listeners_n, sizeof(struct tls *));
	if (!s->admission || !s->bad_tokens || !s->tls)
		return -E_NOMEM;
	for (size_t i = 0; !error && i < c->listeners_n; i++)
		if (*c->listeners[i].tls_certificate)
			error = tls_new(&c->listeners[i], NULL, &s->tls[i], errors);
	return error;
}

static int
make_routes(struct server *s, struct buf *errors)
{
	return routes_new(&(struct routes_base){.config = s->config,
						.workers = s->workers,
						.workers_n = s->workers_n,
						.demo = &s->demo,
						.is_ready = &s->is_ready},
			  &s->routes, errors);
}

static int
add_servers(struct server *s)
{
	const struct worker_shared shared = {
		.router = routes_router(s->routes),
		.api = s->rest ? rest_router(s->rest) : NULL,
		.admission = s->admission,
		.trusted_proxies = s->trusted_proxies,
		.tls = s->tls,
		.bad_tokens = s->bad_tokens,
	};
	int error = 0;

	for (size_t i = 0; !error && i < s->workers_n; i++)
		error = worker_add_servers(&s->workers[i], s->workers, s->workers_n,
					   &shared);
	return error;
}

static int
make_rest(struct server *s, struct buf *errors)
{
	return rest_new(&(struct rest_base){.config = s->config,
					    .hubs = &s->hubs,
					    .actions = s->actions,
					    .demo = &s->demo,
					    .notify = s->notify,
					    .is_ready = &s->is_ready},
			&s->rest, errors);
}

int
server_new(struct config *config, struct clock clock, struct server **out,
	   struct buf *errors)
{
	struct server *s = calloc(1, sizeof(*s));
	int error = s ? 0 : -E_NOMEM;

	if (error)
		return error;
	s->config = config_ref(config);
	s->newest = config_ref(config);
	s->workers_n = s->hubs.n = count_workers(config);
	s->hubs.presence = presence_new();
	s->hubs.user_limits = limit_table_new(USERS_MAX);
	s->hubs.newcomers = limit_table_new(USERS_MAX);
	s->ports = calloc(config->listeners_n + 1, sizeof(*s->ports));
	if (!s->hubs.presence || !s->hubs.user_limits || !s->hubs.newcomers || !s->ports)
		error = -E_NOMEM;
	if (!error)
		error = make_doors(s, errors);
	if (!error)
		error = token_keys_load(&config->token, &s->keys, errors);
	if (!error) {
		s->actions = actions_new(config, &s->hubs, s->keys, errors);
		error = s->actions ? 0 : -E_NOMEM;
	}
	if (!error)
		error = make_workers(s, clock);
	s->demo = (struct demo){config, &s->hubs};
	if (!error)
		error = make_routes(s, errors);
	if (!error)
		error = notify_new(config, &s->notify, errors);
	if (!error)
		notify_watch(s->notify, reading_tell, s->actions);
	s->hubs.on_read = notify_verb_read;
	s->hubs.on_read_arg = s->notify;
	s->hubs.bad_tokens = s->bad_tokens;
	s->hubs.on_arrive = notify_greet;
	s->hubs.on_arrive_arg = s->notify;
	if (!error && rest_is_wanted(config))
		error = make_rest(s, errors);
	if (!error)
		error = add_servers(s);
	if (error) {
		server_free(s);
		return error;
	}
	actions_start(s->actions);
	*out = s;
	return 0;
}

/* The l-th listener on all loops. */
static int
listen_on(struct server *s, size_t l, const char *name, const char *address,
	  struct buf *errors)
{
	/* a Unix socket cannot be bound twice: its connections are the first loop's */
	size_t loops_n = strncmp(address, "unix:", 5) == 0 ? 1 : s->workers_n;

	for (size_t i = 0; i < loops_n; i++) {
		int error = worker_listen(&s->workers[i], l, address, s->ports[l]);

		if (error) {
			buf_printf(errors, "listener %s: cannot listen on %s: %s\n", name,
				   address,
				   error == -E_SYSTEM ? strerror(errno)
						      : error_text(error));
			return error;
		}
		s->ports[l] = worker_port(&s->workers[i], l);
	}
	return 0;
}

int
server_listen(struct server *s, struct buf *errors)
{
	const struct config *c = s->config;
	int error = 0;

	for (size_t l = 0; !error && l < c->listeners_n; l++)
		error = listen_on(s, l, c->listeners[l].name, c->listeners[l].address,
				  errors);
	if (!error && s->rest)
		error = listen_on(s, c->listeners_n, "api", c->api_listen, errors);
	return error;
}

int
server_start(struct server *s)
{
	for (size_t i = 0; i < s->workers_n; i++) {
		if (!worker_start(&s->workers[i]))
			continue;
		while (i-- > 0)
			/* server_free turns the loops by hand */
			worker_stop(&s->workers[i]);
		return -E_SYSTEM;
	}
	s->has_threads = true;
	atomic_store(&s->is_ready, true);
	return 0;
}

/* Is fresh's listener at i the one that we have there? Others wait for a restart. */
static bool
is_same_listener(const struct server *s, const struct config *fresh, size_t i)
{
	return i < fresh->listeners_n &&
	       strcmp(s->config->listeners[i].name, fresh->listeners[i].name) == 0 &&
	       strcmp(s->config->listeners[i].address, fresh->listeners[i].address) == 0;
}

/* Certificates and keys of fresh, where a listener speaks TLS already; the files are read
 * again even if their names are the same. Errors: of tls_new. */
static int
load_tls(const struct server *s, const struct config *fresh, struct tls **tls,
	 struct buf *errors)
{
	int error = 0;

	for (size_t i = 0; !error && i < s->config->listeners_n; i++)
		if (s->tls[i] && is_same_listener(s, fresh, i) &&
		    *fresh->listeners[i].tls_certificate)
			error = tls_new(&fresh->listeners[i], s->tls[i], &tls[i], errors);
	return error;
}

/* One reload for each loop, all or none. Errors: -E_NOMEM. */
static int
make_reloads(struct server *s, const struct worker_reload *with, struct reload **out)
{
	size_t n = 0;

	while (n < s->workers_n && (out[n] = worker_reload_new(&s->workers[n], with)))
		n++;
	if (n == s->workers_n)
		return 0;
	while (n-- > 0)
		worker_reload_free(out[n]);
	return -E_NOMEM;
}

/* What could be loaded becomes what holds. Errors: -E_NOMEM, and nothing has changed. */
static int
hand_out(struct server *s, struct config *fresh, struct token_keys *keys,
	 struct tls **tls)
{
	const struct worker_reload with = {fresh, keys, tls, s->config->listeners_n};
	struct reload **reloads = calloc(s->workers_n, sizeof(struct reload *));
	int error = reloads ? make_reloads(s, &with, reloads) : -E_NOMEM;

	for (size_t i = 0; !error && i < s->workers_n; i++)
		worker_reload_send(reloads[i]);
	free(reloads);
	if (error)
		return error;
	for (size_t i = 0; i < s->config->listeners_n; i++) {
		struct tls *old = s->tls[i];

		if (!tls[i])
			continue;
		s->tls[i] = tls_ref(tls[i]);
		tls_unref(old);
	}
	actions_set_keys(s->actions, keys);
	config_ref(fresh);
	config_unref(s->newest);
	s->newest = fresh;
	return 0;
}

int
server_reload(struct server *s, struct config *fresh, struct buf *errors)
{
	struct tls **tls = calloc(s->config->listeners_n, sizeof(struct tls *));
	struct token_keys *keys = NULL;
	int error = tls ? 0 : -E_NOMEM;

	if (!error)
		error = token_keys_load(&fresh->token, &keys, errors);
	if (!error)
		error = load_tls(s, fresh, tls, errors);
	if (!error)
		error = hand_out(s, fresh, keys, tls);
	for (size_t i = 0; tls && i < s->config->listeners_n; i++)
		tls_unref(tls[i]);
	free(tls);
	token_keys_unref(keys);
	return error;
}

const struct config *
server_config(const struct server *s)
{
	return s->newest;
}

/* So many that left are worth a look through all free memory. */
enum { MANY_GONE = 500 };

static uint64_t
sum(const struct server *s, enum counter which)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->workers_n; i++)
		n += counter_get(&s->workers[i].loop->counters, which);
	return n;
}

/* A handler that does not return keeps all clients of its loop waiting. */
static void
watch_loops(struct server *s)
{
	for (size_t i = 0; i < s->workers_n; i++) {
		struct worker *w = &s->workers[i];
		uint64_t turn;

		if (loop_is_awake(w->loop, &turn) && turn == w->turn)
			log_error("event loop is stuck",
				  "loop=%zu connections=%llu why=\"a plugin's handler "
				  "does not return?\"",
				  i,
				  (unsigned long long)counter_get(&w->loop->counters,
								  COUNTER_CONNECTIONS));
		w->turn = turn;
	}
}

void
server_tidy(struct server *s)
{
	uint64_t accepted_n = sum(s, COUNTER_ACCEPTED);
	uint64_t came_n = accepted_n - s->tidy.accepted_n;
	uint64_t gone_n = accepted_n - sum(s, COUNTER_CONNECTIONS) - s->tidy.gone_n;

	watch_loops(s);
	s->tidy.accepted_n = accepted_n;
	if (gone_n < MANY_GONE || came_n > gone_n / 10)
		return; /* what they left will be wanted again */
	s->tidy.gone_n += gone_n;
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

void
server_stop(struct server *s)
{
	atomic_store(&s->is_ready, false);
	for (size_t i = 0; i < s->workers_n; i++)
		worker_order(&s->workers[i], WORKER_DRAIN);
	actions_stop(s->actions, s->newest->drain_ms);
	for (size_t i = 0; i < s->workers_n; i++)
		worker_order(&s->workers[i], WORKER_FAREWELL);
	for (int waited = 0; waited < FAREWELL_MS; waited += 10) {
		if (!sum(s, COUNTER_CONNECTIONS))
			break;
		usleep(10000);
	}
	for (size_t i = 0; i < s->workers_n; i++)
		worker_stop(&s->workers[i]);
	s->has_threads = false;
}

void
server_free(struct server *s)
{
	if (!s)
		return;
	if (s->actions)
		actions_stop(s->actions, 0);
	if (s->notify)
		notify_stop(s->notify);
	/* letters between loops may be on their way: let each have its last turns */
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; s->workers && i < s->workers_n; i++)
			worker_last_turn(&s->workers[i]);
	for (size_t i = 0; s->workers && i < s->workers_n; i++)
		worker_fini(&s->workers[i]);
	routes_free(s->routes);
	rest_free(s->rest);
	notify_free(s->notify);
	actions_free(s->actions);
	token_keys_unref(s->keys);
	for (size_t i = 0; s->tls && i < s->config->listeners_n; i++)
		tls_unref(s->tls[i]);
	free(s->tls);
	bad_tokens_free(s->bad_tokens);
	address_set_free(s->trusted_proxies);
	admission_free(s->admission);
	config_unref(s->config);
	config_unref(s->newest);
	presence_free(s->hubs.presence);
	limit_table_free(s->hubs.user_limits);
	limit_table_free(s->hubs.newcomers);
	free(s->hubs.hub);
	free(s->workers);
	free(s->ports);
	free(s);
}

uint16_t
server_port(const struct server *s, size_t i)
{
	return s->ports[i];
}

int
server_demo_token(const struct server *s, struct buf *out)
{
	return demo_token(&s->demo, STR("alice"), 3600, NULL,
			  clock_system.wall_ms(NULL) / 1000, out);
}

struct loop *
server_loop(const struct server *s, size_t i)
{
	return s->workers[i].loop;
}

struct conn *
server_connect(struct server *s, size_t loop, size_t listener, struct stream_memory *m)
{
	return http_server_accept_memory(&s->workers[loop].servers[listener], m);
}
