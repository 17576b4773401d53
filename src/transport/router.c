/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/router.h"

#include "base/errors.h"

#include <stdlib.h>

struct place {
	struct route route;
	struct str path; /* its, without a slash at its end */
};

struct router {
	struct place *places;
	size_t n;
};

struct router *
router_new(void)
{
	return calloc(1, sizeof(struct router));
}

void
router_free(struct router *r)
{
	if (!r)
		return;
	free(r->places);
	free(r);
}

static struct str
without_slash(struct str path)
{
	if (path.len && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

int
router_add(struct router *r, const struct route *route)
{
	struct place *places = reallocarray(r->places, r->n + 1, sizeof(*places));

	if (!places)
		return -E_NOMEM;
	places[r->n++] = (struct place){*route, without_slash(str_from(route->path))};
	r->places = places;
	return 0;
}

static bool
covers_path(const struct place *place, struct str path)
{
	struct str own = place->path;

	if (!place->route.subtree)
		return str_eq(own, without_slash(path));
	return str_has_prefix(path, own) &&
	       (path.len == own.len || path.ptr[own.len] == '/');
}

static bool
covers_host(const struct route *route, struct str host)
{
	const char *colon = host.len ? memrchr(host.ptr, ':', host.len) : NULL;

	if (!route->host || !*route->host)
		return true;
	if (colon && host.ptr[host.len - 1] != ']')
		host.len = (size_t)(colon - host.ptr);
	return str_eq_nocase(str_from(route->host), host);
}

const struct route *
router_find(const struct router *r, struct str listener, struct str host, struct str path)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct route *route = &r->places[i].route;

		if (!covers_path(&r->places[i], path) || !covers_host(route, host))
			continue;
		if (!route->listener || !*route->listener ||
		    str_eq(str_from(route->listener), listener))
			return route;
	}
	return NULL;
}

struct str
route_rest(const struct route *route, struct str path)
{
	return str_skip(path, without_slash(str_from(route->path)).len);
}
