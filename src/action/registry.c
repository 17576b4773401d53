/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/registry.h"

#include "policy/schema.h"

#include <stdlib.h>

enum { NAME_BYTES = 128 };

static void
action_free(struct action *a)
{
	schema_free(a->schema);
	free(a);
}

static void
nsp_free(struct nsp *n)
{
	map_fini(&n->events);
	free(n);
}

void
registry_fini(struct registry *r)
{
	struct action *a;

	for (size_t at = 0; (a = map_next(&r->actions, &at)); at = 0) {
		map_remove(&r->actions, a->name);
		action_free(a);
	}
	map_fini(&r->actions);
	for (size_t i = 0; i < r->nsps_n; i++)
		nsp_free(r->nsps[i]);
	free(r->nsps);
	free(r->authorizers);
	free(r->readers);
	free(r->decorators);
	meters_fini(&r->meters);
	*r = (struct registry){0};
}

/* What a plugin built with an older or newer header knows of a structure. */
static void
take(void *to, size_t to_bytes, const void *from, size_t from_bytes)
{
	memcpy(to, from, from_bytes < to_bytes ? from_bytes : to_bytes);
}

int
registry_add_action(struct registry *r, struct tg_host *host, const struct tg_action *def,
		    struct buf *why, struct action **out)
{
	struct action *a;
	int error;

	if (def->size < offsetof(struct tg_action, state) || !def->name ||
	    !def->name[0] || strlen(def->name) > NAME_BYTES) {
		buf_printf(why, "an action needs .size and a .name of 1 to %d bytes",
			   NAME_BYTES);
		return -E_ARGUMENT;
	}
	a = calloc(1, sizeof(*a));
	if (!a)
		return -E_NOMEM;
	take(&a->def, sizeof(a->def), def, def->size);
	a->name = str_from(a->def.name);
	a->permission = str_from(a->def.permission);
	a->host = host;
	if (host && !a->def.run) {
		buf_printf(why, "action %s has no .run", a->def.name);
		error = -E_ARGUMENT;
		goto fail;
	}
	if (a->def.schema) {
		buf_printf(why, "schema of action %s: ", a->def.name);
		error = schema_compile(str_from(a->def.schema), &a->schema, why);
		if (error)
			goto fail;
		buf_clear(why);
	}
	error = map_add(&r->actions, a->name, a);
	if (error) {
		if (error == -E_DUPLICATE)
			buf_printf(why, "action %s is there already", a->def.name);
		goto fail;
	}
	if (out)
		*out = a;
	return 0;
fail:
	action_free(a);
	return error;
}

struct str
nsp_path(const char *path)
{
	struct str s = str_from(path);

	while (s.len > 1 && s.ptr[s.len - 1] == '/')
		s.len--;
	return s;
}

static int
add_events(struct nsp *n, struct buf *why)
{
	for (const struct tg_handler *row = n->def.events; row && row->event; row++) {
		/* The map holds what it was given and never writes to it. */
		int error = map_add(&n->events, str_from(row->event),
				    (void *)(uintptr_t)row);

		if (error == -E_DUPLICATE)
			buf_printf(why, "two rows for event %s", row->event);
		if (error)
			return error;
	}
	return 0;
}

int
registry_add_namespace(struct registry *r, struct tg_host *host,
		       const struct tg_namespace *def, struct buf *why)
{
	struct nsp **grown = realloc(r->nsps, (r->nsps_n + 1) * sizeof(r->nsps[0]));
	struct nsp *n;
	int error = -E_ARGUMENT;

	if (!grown)
		return -E_NOMEM;
	r->nsps = grown;
	n = calloc(1, sizeof(*n));
	if (!n)
		return -E_NOMEM;
	if (def->size >= offsetof(struct tg_namespace, state))
		take(&n->def, sizeof(n->def), def, def->size);
	n->name = str_from(n->def.name);
	n->path = nsp_path(n->def.path);
	n->host = host;
	if (!(n->name.len && n->name.ptr[0] == '/') && !(n->def.match && !n->def.name)) {
		buf_printf(
			why,
			"a namespace needs .size and either .match or a .name with '/'");
		goto fail;
	}
	error = add_events(n, why);
	if (error)
		goto fail;
	r->nsps[r->nsps_n++] = n;
	return 0;
fail:
	nsp_free(n);
	return error;
}

int
registry_add_authorizer(struct registry *r, struct tg_host *host,
			void (*ask)(const struct tg_question *, void *), void *state)
{
	struct authorizer *grown = realloc(r->authorizers,
					   (r->authorizers_n + 1) * sizeof(grown[0]));

	if (!grown)
		return -E_NOMEM;
	r->authorizers = grown;
	grown[r->authorizers_n++] = (struct authorizer){
		.ask = ask, .state = state, .host = host};
	return 0;
}

int
registry_add_reader(struct registry *r, struct tg_host *host,
		    void (*read)(const struct tg_read *, void *), void *state)
{
	struct reader *grown = realloc(r->readers, (r->readers_n + 1) * sizeof(grown[0]));

	if (!grown)
		return -E_NOMEM;
	r->readers = grown;
	grown[r->readers_n++] = (struct reader){read, state, host};
	return 0;
}

int
registry_add_decorator(struct registry *r, struct tg_host *host,
		       void (*add)(const struct tg_http_answer *, void *), void *state)
{
	struct decorator *grown = realloc(r->decorators,
					  (r->decorators_n + 1) * sizeof(grown[0]));

	if (!grown)
		return -E_NOMEM;
	r->decorators = grown;
	grown[r->decorators_n++] = (struct decorator){add, state, host};
	return 0;
}

static void
remove_hooks(struct registry *r, const struct tg_host *host)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->authorizers_n; i++)
		if (r->authorizers[i].host != host)
			r->authorizers[kept++] = r->authorizers[i];
	r->authorizers_n = kept;
	kept = 0;
	for (size_t i = 0; i < r->readers_n; i++)
		if (r->readers[i].host != host)
			r->readers[kept++] = r->readers[i];
	r->readers_n = kept;
	kept = 0;
	for (size_t i = 0; i < r->decorators_n; i++)
		if (r->decorators[i].host != host)
			r->decorators[kept++] = r->decorators[i];
	r->decorators_n = kept;
}

void
registry_remove(struct registry *r, const struct tg_host *host)
{
	struct action *a;
	size_t kept = 0;

	for (size_t at = 0; (a = map_next(&r->actions, &at));) {
		if (a->host != host)
			continue;
		map_remove(&r->actions, a->name);
		action_free(a);
		at = 0;
	}
	for (size_t i = 0; i < r->nsps_n; i++) {
		if (r->nsps[i]->host == host)
			nsp_free(r->nsps[i]);
		else
			r->nsps[kept++] = r->nsps[i];
	}
	r->nsps_n = kept;
	remove_hooks(r, host);
	meters_remove(&r->meters, host);
}

struct action *
registry_find(const struct registry *r, struct str name)
{
	return map_get(&r->actions, name);
}

bool
nsp_matches(const struct nsp *n, struct str name, struct str path)
{
	if (n->path.len && path.len && !str_eq(n->path, path))
		return false;
	if (n->name.len)
		return str_eq(n->name, name);
	return n->def.match((struct tg_str){name.ptr, name.len}, n->def.state);
}
