/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/namespace.h"

#include "base/errors.h"
#include "base/memory.h"
#include "hub/hub_inside.h"
#include "hub/socket_inside.h"

#include <stdlib.h>

struct namespace *
namespace_find(struct hub *h, struct str name)
{
	return map_get(&h->namespaces, name);
}

struct namespace *
namespace_get(struct hub *h, struct str name)
{
	struct namespace *nsp = namespace_find(h, name);

	if (nsp)
		return nsp;
	nsp = calloc(1, sizeof(*nsp) + name.len);
	if (!nsp)
		return NULL;
	nsp->hub = h;
	nsp->rooms = KEYMAP_INIT(struct room, name);
	nsp->name_len = (uint32_t)name.len;
	memcpy(nsp->name, name.ptr, name.len);
	if (map_add(&h->namespaces, namespace_name(nsp), nsp) == 0)
		return nsp;
	free(nsp);
	return NULL;
}

void
namespace_release(struct namespace *nsp)
{
	if (nsp->n)
		return;
	map_remove(&nsp->hub->namespaces, namespace_name(nsp));
	keymap_fini(&nsp->rooms);
	free(nsp->sockets);
	free(nsp);
}

int
namespace_add(struct namespace *nsp, struct socket *s)
{
	if (nsp->n == nsp->cap) {
		uint32_t cap = memory_next_cap(nsp->cap);
		struct socket **sockets = reallocarray(nsp->sockets, cap,
						       sizeof(struct socket *));

		if (!sockets)
			return -E_NOMEM;
		nsp->sockets = sockets;
		nsp->cap = cap;
	}
	s->nsp_at = nsp->n;
	nsp->sockets[nsp->n++] = s;
	return 0;
}

void
namespace_remove(struct namespace *nsp, struct socket *s)
{
	struct socket *last = nsp->sockets[--nsp->n];

	nsp->sockets[s->nsp_at] = last;
	last->nsp_at = s->nsp_at;
	namespace_release(nsp);
}
