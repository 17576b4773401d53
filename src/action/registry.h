/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What plugins offer, by name: actions, namespaces, hooks. Filled while plugins are
 * loaded, immutable afterwards and read by all loops without a lock.
 */
#ifndef ACTION_REGISTRY_H
#define ACTION_REGISTRY_H

#include "action/meters.h"
#include "base/buf.h"
#include "base/map.h"
#include "policy/breaker.h"
#include "tidegate/plugin.h"

#include <stdatomic.h>

struct actions;
struct call;
struct schema;
struct socket;
struct tg_host;

struct action {
	struct tg_action def; /* zero where a shorter plugin says nothing */
	struct str name, permission;
	struct schema *schema; /* NULL: any data */
	struct tg_host *host;  /* NULL: built in */
	/* Of built-in ones, instead of def.run; socket is the one it came from. */
	void (*builtin)(struct actions *a, struct call *call, struct socket *socket);
	atomic_uint running_n;
};

struct nsp {
	struct tg_namespace def;
	struct str name; /* empty: def.match */
	struct str path; /* without trailing slash; empty: every mount */
	struct tg_host *host;
	struct map events; /* of struct tg_handler, by name */
};

struct authorizer {
	void (*ask)(const struct tg_question *question, void *state);
	void *state;
	struct tg_host *host;
	struct breaker breaker; /* of all loops: the rest is immutable */
};

struct reader {
	void (*read)(const struct tg_read *read, void *state);
	void *state;
	struct tg_host *host;
};

struct decorator {
	void (*add)(const struct tg_http_answer *answer, void *state);
	void *state;
	struct tg_host *host;
};

struct registry {
	struct map actions;
	struct nsp **nsps;
	size_t nsps_n;
	struct authorizer *authorizers;
	size_t authorizers_n;
	struct reader *readers;
	size_t readers_n;
	struct decorator *decorators; /* of HTTP answers */
	size_t decorators_n;
	struct meters meters;
};

void registry_fini(struct registry *r);

/* Errors: -E_ARGUMENT and -E_DUPLICATE with a sentence in *why (zero-terminated text inside),
 * -E_NOMEM. */
int registry_add_action(struct registry *r, struct tg_host *host,
			const struct tg_action *def, struct buf *why,
			struct action **out) MUST_USE;
int registry_add_namespace(struct registry *r, struct tg_host *host,
			   const struct tg_namespace *def, struct buf *why) MUST_USE;
int registry_add_authorizer(struct registry *r, struct tg_host *host,
			    void (*ask)(const struct tg_question *, void *),
			    void *state) MUST_USE;

int registry_add_reader(struct registry *r, struct tg_host *host,
			void (*read)(const struct tg_read *, void *),
			void *state) MUST_USE;

int registry_add_decorator(struct registry *r, struct tg_host *host,
			   void (*add)(const struct tg_http_answer *, void *),
			   void *state) MUST_USE;

/* Forget all that this plugin added. */
void registry_remove(struct registry *r, const struct tg_host *host);

/* NULL when there is none. */
struct action *registry_find(const struct registry *r, struct str name);

/* Does this entry serve namespace name on a mount with that path (path empty: on any)? */
bool nsp_matches(const struct nsp *n, struct str name, struct str path);

/* A mount's path as it is compared: without slashes at its end. */
struct str nsp_path(const char *path);

#endif
