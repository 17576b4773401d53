/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "routes.h"

#include "admin/demo.h"
#include "admin/demo_rooms.h"
#include "admin/health.h"
#include "base/errors.h"
#include "base/log.h"
#include "config/config.h"
#include "hub/client.h"
#include "hub/speaker.h"
#include "policy/limit.h"
#include "session/echo.h"
#include "session/engine.h"
#include "session/plain_session.h"
#include "transport/static_files.h"
#include "worker.h"

#include <errno.h>
#include <stdlib.h>

/* How many of them new connections are counted of at a time. */
enum { ADDRESSES = 65536 };

struct routes {
	struct routes_base base;
	struct router *router;
	struct static_files *html, *client;
	struct engine *engines;     /* by mount; unused ones stay empty */
	struct plain_route *plains; /* by mount, the first of those that share a path */
	struct limit_table *addresses; /* how often each comes */
	struct sessions **sessions;
	void **hubs;
};

static const struct str start_page = STR("test-client.html");

static int
load_files(const char *key, const char *directory, struct static_files **out,
	   struct buf *errors)
{
	int error;

	if (!*directory)
		return 0;
	error = static_files_load(directory, out);
	if (error == -E_SYSTEM && errno == ENOENT) {
		log_warn("no such directory", "key=%s directory=%s", key,
			 LOG_TEXT(str_from(directory)));
		return 0;
	}
	if (error)
		buf_printf(errors, "%s: %s: %s\n", key, directory,
			   error == -E_SYSTEM ? strerror(errno) : error_text(error));
	return error;
}

static int
add_engine(struct routes *r, size_t at)
{
	const struct config_mount *m = &r->base.config->mounts[at];
	struct engine *e = &r->engines[at];
	bool is_echo = m->dialect == DIALECT_ENGINE_ECHO;

	*e = (struct engine){
		.mount = m,
		.sessions = r->sessions,
		.loops_n = r->base.workers_n,
		.node = r->base.workers[0].sessions.node,
		.addresses = r->addresses,
		.client = m->serve_client ? r->client : NULL,
		.app = is_echo ? &echo_engine_app : &client_engine_app,
		.app_state = r->hubs,
	};
	return router_add(r->router, &(struct route){.listener = m->listener,
						     .host = m->host,
						     .path = m->path,
						     .subtree = true,
						     .begin = engine_begin,
						     .serve = engine_serve,
						     .arg = e});
}

static bool
shares_path(const struct config_mount *a, const struct config_mount *b)
{
	return strcmp(a->listener, b->listener) == 0 && strcmp(a->host, b->host) == 0 &&
	       strcmp(a->path, b->path) == 0;
}

/* Plain mounts of one path are one route, added with the first of them. */
static int
add_plain(struct routes *r, size_t at, struct buf *errors)
{
	const struct config *config = r->base.config;
	const struct config_mount *m = &config->mounts[at];
	struct plain_route *plain = &r->plains[at];

	for (size_t i = 0; i < at; i++)
		if (dialect_of(config->mounts[i].dialect) &&
		    shares_path(&config->mounts[i], m))
			return 0;
	*plain = (struct plain_route){.config = config,
				      .sessions = r->sessions,
				      .addresses = r->addresses,
				      .app = &speaker_app,
				      .app_state = r->hubs};
	for (size_t i = at; i < config->mounts_n; i++) {
		if (!dialect_of(config->mounts[i].dialect) ||
		    !shares_path(&config->mounts[i], m))
			continue;
		if (plain->mounts_n == PLAIN_MOUNTS_MAX) {
			buf_printf(errors,
				   "mounts: %s: more than %d dialects on one path\n",
				   m->path, PLAIN_MOUNTS_MAX);
			return -E_CONFIG;
		}
		plain->mounts[plain->mounts_n++] = &config->mounts[i];
	}
	return router_add(r->router, &(struct route){.listener = m->listener,
						     .host = m->host,
						     .path = m->path,
						     .allow = "GET",
						     .serve = plain_session_serve,
						     .arg = plain});
}

static int
add_mount(struct routes *r, size_t at, struct buf *errors)
{
	const struct config_mount *m = &r->base.config->mounts[at];

	switch (m->dialect) {
	case DIALECT_ACTIONS:
	case DIALECT_ENGINE_ECHO:
		return add_engine(r, at);
	case DIALECT_WS_ECHO:
		return router_add(r->router,
				  &(struct route){.listener = m->listener,
						  .host = m->host,
						  .path = m->path,
						  .allow = "GET",
						  .serve = echo_websocket_serve,
						  .arg = (void *)(uintptr_t)m});
	default:
		return add_plain(r, at, errors);
	}
}

static void
redirect_to_start_page(struct request *r)
{
	request_answer(
		r, &(struct answer){.status = 302,
				    .headers = STR("Location: /test-client.html\r\n")});
}

/* What stands beside the mounts. */
static int
add_others(struct routes *r)
{
	struct demo *demo = r->base.demo;
	const struct route rows[] = {
		{.path = "/demo/token",
		 .allow = "GET",
		 .serve = demo_serve_token,
		 .arg = demo},
		{.path = "/demo/rooms",
		 .allow = "GET",
		 .serve = demo_rooms_serve,
		 .arg = demo->hubs},
		{.path = "/api/v1/auth/login",
		 .allow = "POST",
		 .serve = demo_serve_login,
		 .arg = demo},
		{.path = "/healthz", .allow = "GET, HEAD", .serve = health_serve_live},
		{.path = "/readyz",
		 .allow = "GET, HEAD",
		 .serve = health_serve_ready,
		 .arg = r->base.is_ready},
		{.path = "/", .serve = redirect_to_start_page},
		/* where the integration guide has it */
		{.path = "/tests/websocket/test-client.html",
		 .serve = redirect_to_start_page},
		{.path = "/",
		 .subtree = true,
		 .allow = "GET, HEAD",
		 .serve = static_files_serve,
		 .arg = r->html},
	};
	bool is_demo = demo->config->demo;
	bool has_page = r->html && static_files_has(r->html, start_page);
	bool wanted[] = {is_demo, is_demo,  is_demo,  true,
			 true,    has_page, has_page, r->html != NULL};
	int error = 0;

	for (size_t i = 0; !error && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (wanted[i])
			error = router_add(r->router, &rows[i]);
	return error;
}

int
routes_new(const struct routes_base *base, struct routes **out, struct buf *errors)
{
	const struct config *config = base->config;
	struct routes *r = calloc(1, sizeof(*r));
	int error = 0;

	if (!r)
		return -E_NOMEM;
	r->base = *base;
	r->router = router_new();
	r->engines = calloc(config->mounts_n, sizeof(*r->engines));
	r->plains = calloc(config->mounts_n, sizeof(*r->plains));
	r->addresses = limit_table_new(ADDRESSES);
	r->sessions = calloc(base->workers_n, sizeof(struct sessions *));
	r->hubs = calloc(base->workers_n, sizeof(void *));
	if (!r->router || !r->engines || !r->plains || !r->addresses || !r->sessions ||
	    !r->hubs)
		error = -E_NOMEM;
	for (size_t i = 0; !error && i < base->workers_n; i++) {
		r->sessions[i] = &base->workers[i].sessions;
		r->hubs[i] = base->workers[i].hub;
	}
	if (!error)
		error = load_files("html_dir", config->html_dir, &r->html, errors);
	if (!error)
		error = load_files("client_dir", config->client_dir, &r->client, errors);
	for (size_t i = 0; !error && i < config->mounts_n; i++)
		error = add_mount(r, i, errors);
	if (!error)
		error = add_others(r);
	if (error) {
		routes_free(r);
		return error;
	}
	*out = r;
	return 0;
}

void
routes_free(struct routes *r)
{
	if (!r)
		return;
	router_free(r->router);
	static_files_free(r->html);
	static_files_free(r->client);
	limit_table_free(r->addresses);
	free(r->engines);
	free(r->plains);
	free(r->sessions);
	free(r->hubs);
	free(r);
}

const struct router *
routes_router(const struct routes *r)
{
	return r->router;
}
