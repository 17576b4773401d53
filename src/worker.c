/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker.h"

#include "admin/rest.h"
#include "base/errors.h"
#include "config/config.h"
#include "hub/hub.h"
#include "net/listener.h"
#include "net/tls.h"
#include "policy/token.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

int
worker_init(struct worker *w, int id, uint16_t node, struct clock clock,
	    struct config *config)
{
	w->loop = loop_new(id, clock, config);
	if (!w->loop)
		return -E_NOMEM;
	sessions_init(&w->sessions, w->loop, node);
	w->listeners_n = config->listeners_n + rest_is_wanted(config);
	w->servers = calloc(w->listeners_n, sizeof(*w->servers));
	w->listeners = calloc(w->listeners_n, sizeof(struct listener *));
	return w->servers && w->listeners ? 0 : -E_NOMEM;
}

static void
open_to_clients(struct http_server *s, const struct config_listener *l,
		const struct worker_shared *shared, struct tls *tls)
{
	s->router = shared->router;
	s->listener = l->name;
	s->tells_problems = false;
	s->admission = shared->admission;
	s->trusted = shared->trusted_proxies;
	s->tls = tls ? tls_ref(tls) : NULL;
	s->has_proxy_header = l->proxy_protocol;
}

int
worker_add_servers(struct worker *w, struct worker *all, size_t all_n,
		   const struct worker_shared *shared)
{
	const struct config *c = w->loop->config;

	w->sessions.bad_tokens = shared->bad_tokens;
	for (size_t i = 0; i < w->listeners_n; i++) {
		struct http_server *s = &w->servers[i];

		*s = (struct http_server){
			.loop = w->loop,
			.router = shared->api,
			.times = &c->http,
			.limits = {.head_bytes = c->http.head_bytes,
				   .target_bytes = c->http.target_bytes,
				   .headers_n = c->http.headers_n,
				   .body_bytes = c->http.body_bytes},
			.listener = "api",
			.tells_problems = true,
			.sibling = calloc(all_n, sizeof(struct http_server *)),
		};
		if (i < c->listeners_n)
			open_to_clients(s, &c->listeners[i], shared, shared->tls[i]);
		list_init(&s->conns);
		list_init(&s->upgraded);
		if (!s->sibling)
			return -E_NOMEM;
		for (size_t j = 0; j < all_n; j++)
			s->sibling[j] = &all[j].servers[i];
	}
	return 0;
}

static void
on_accept(void *arg, int fd, const struct address *peer)
{
	http_server_accept(arg, fd, peer);
}

int
worker_listen(struct worker *w, size_t listener, const char *address, uint16_t port)
{
	return listener_open(w->loop, str_from(address), port, on_accept,
			     &w->servers[listener], &w->listeners[listener]);
}

uint16_t
worker_port(const struct worker *w, size_t listener)
{
	return listener_port(w->listeners[listener]);
}

static void *
run(void *arg)
{
	struct worker *w = arg;
	char name[24];

	snprintf(name, sizeof(name), "loop-%d", w->loop->id);
	pthread_setname_np(pthread_self(), name);
	loop_run(w->loop);
	return NULL;
}

int
worker_start(struct worker *w)
{
	sigset_t all, old;
	int error;

	/* signals are the main thread's business */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&w->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	w->has_thread = !error;
	return error ? -E_SYSTEM : 0;
}

struct order {
	struct mail mail;
	struct worker *worker;
	enum worker_order order;
};

static void
close_listeners(struct worker *w)
{
	for (size_t i = 0; i < w->listeners_n; i++) {
		listener_close(w->listeners[i]);
		w->listeners[i] = NULL;
	}
}

static void
on_order(struct loop *l, struct mail *m)
{
	struct order *o = CONTAINER_OF(m, struct order, mail);
	struct worker *w = o->worker;

	(void)l;
	if (o->order == WORKER_DRAIN) {
		close_listeners(w);
		for (size_t i = 0; i < w->listeners_n; i++)
			http_server_drain(&w->servers[i]);
	} else {
		sessions_close_all(&w->sessions, "server shutting down");
	}
	free(o);
}

void
worker_order(struct worker *w, enum worker_order order)
{
	struct order *o = malloc(sizeof(*o));

	if (!o)
		return; /* the end comes without good manners */
	*o = (struct order){.mail.deliver = on_order, .worker = w, .order = order};
	loop_post(w->loop, &o->mail);
}

struct reload {
	struct mail mail;
	struct worker *worker;
	struct config *config;
	struct token_keys *keys;
	size_t tls_n;
	struct tls *tls[];
};

static void
on_reload(struct loop *l, struct mail *m)
{
	struct reload *r = CONTAINER_OF(m, struct reload, mail);
	struct worker *w = r->worker;

	for (size_t i = 0; i < r->tls_n; i++) {
		if (!r->tls[i])
			continue;
		tls_unref(w->servers[i].tls);
		w->servers[i].tls = r->tls[i];
	}
	for (size_t i = 0; i < w->listeners_n; i++)
		w->servers[i].times = &r->config->http;
	hub_set_keys(w->hub, r->keys);
	loop_set_config(l, r->config);
	token_keys_unref(r->keys);
	config_unref(r->config);
	free(r);
}

struct reload *
worker_reload_new(struct worker *w, const struct worker_reload *with)
{
	struct reload *r = malloc(sizeof(*r) + with->tls_n * sizeof(struct tls *));

	if (!r)
		return NULL;
	*r = (struct reload){.mail.deliver = on_reload,
			     .worker = w,
			     .config = config_ref(with->config),
			     .keys = token_keys_ref(with->keys),
			     .tls_n = with->tls_n};
	for (size_t i = 0; i < with->tls_n; i++)
		r->tls[i] = with->tls[i] ? tls_ref(with->tls[i]) : NULL;
	return r;
}

void
worker_reload_send(struct reload *r)
{
	loop_post(r->worker->loop, &r->mail);
}

void
worker_reload_free(struct reload *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->tls_n; i++)
		tls_unref(r->tls[i]);
	token_keys_unref(r->keys);
	config_unref(r->config);
	free(r);
}

void
worker_stop(struct worker *w)
{
	if (!w->has_thread)
		return;
	loop_stop(w->loop);
	pthread_join(w->thread, NULL);
	w->has_thread = false;
}

void
worker_last_turn(struct worker *w)
{
	if (!w->loop)
		return;
	close_listeners(w);
	sessions_close_all(&w->sessions, "server shutting down");
	for (size_t i = 0; i < w->listeners_n; i++)
		if (w->servers[i].loop)
			http_server_close(&w->servers[i]);
	loop_turn(w->loop, false);
}

void
worker_fini(struct worker *w)
{
	for (size_t i = 0; w->servers && i < w->listeners_n; i++) {
		free(w->servers[i].sibling);
		tls_unref(w->servers[i].tls);
	}
	sessions_fini(&w->sessions);
	if (w->loop)
		loop_bury_now(w->loop); /* sockets in their graves know the hub */
	hub_free(w->hub);
	loop_free(w->loop);
	free(w->servers);
	free(w->listeners);
}
