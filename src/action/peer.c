/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/peer.h"

#include "action/refresh.h"

#include <stdlib.h>

static size_t
find_nsps(const struct actions *a, struct str name, struct str path, struct nsp **out)
{
	size_t n = 0;

	for (size_t i = 0; i < a->registry.nsps_n; i++) {
		if (!nsp_matches(a->registry.nsps[i], name, path))
			continue;
		if (out)
			out[n] = a->registry.nsps[i];
		n++;
	}
	return n;
}

static size_t
size_of(size_t nsps_n)
{
	return sizeof(struct peer) + nsps_n * sizeof(struct nsp *);
}

static void
bury(struct loop_grave *g)
{
	struct peer *p = CONTAINER_OF(g, struct peer, grave);

	free(p->data);
	free(p->artifact);
	slab_free(&p->desk->loop->slab, p, size_of(p->nsps_n));
}

/* --- what waits for a lost socket ---------------------------------------------------------- */

struct luggage {
	struct keepsake keepsake;
	size_t n;
	struct peer_data data[];
};

static void
give_back(const struct peer_data *d)
{
	if (d->free_fn)
		d->free_fn(d->data);
}

static void
drop_luggage(struct keepsake *k)
{
	struct luggage *l = CONTAINER_OF(k, struct luggage, keepsake);

	for (size_t i = 0; i < l->n; i++)
		give_back(&l->data[i]);
	free(l);
}

static bool
keeps_data(const struct peer *p, const struct tg_host *host)
{
	for (size_t i = 0; i < p->nsps_n; i++)
		if (p->nsps[i]->host == host && p->nsps[i]->def.keep_data)
			return true;
	return false;
}

struct keepsake *
peer_keep(struct peer *p)
{
	struct luggage *l = p->data_n
				    ? malloc(sizeof(*l) + p->data_n * sizeof(l->data[0]))
				    : NULL;
	uint16_t left = 0;

	if (!l)
		return NULL;
	*l = (struct luggage){.keepsake.drop = drop_luggage};
	for (size_t i = 0; i < p->data_n; i++)
		if (keeps_data(p, p->data[i].host))
			l->data[l->n++] = p->data[i];
		else
			p->data[left++] = p->data[i];
	p->data_n = left;
	if (l->n)
		return &l->keepsake;
	free(l);
	return NULL;
}

static void
unpack(struct peer *p)
{
	struct keepsake *k = socket_take_keepsake(p->socket);
	struct luggage *l;

	if (!k)
		return;
	l = CONTAINER_OF(k, struct luggage, keepsake);
	for (size_t i = 0; i < l->n; i++)
		if (peer_set_data(p, l->data[i].host, l->data[i].data,
				  l->data[i].free_fn))
			give_back(&l->data[i]);
	free(l);
}

/* --- life ---------------------------------------------------------------------------------- */

struct peer *
peer_new(struct actions *a, struct socket *s)
{
	const struct config_mount *mount = socket_mount(s);
	struct str name = socket_nsp(s), path = nsp_path(mount->path);
	size_t n = find_nsps(a, name, path, NULL);
	struct desk *desk = desk_of_socket(a, s);
	struct peer *p = slab_new(&desk->loop->slab, size_of(n));
	struct scope scope;

	if (!p)
		return NULL;
	p->desk = desk;
	p->socket = s;
	if (map_add(&p->desk->asking, socket_id(s), p)) {
		slab_free(&desk->loop->slab, p, size_of(n));
		return NULL;
	}
	p->nsps_n = (uint16_t)find_nsps(a, name, path, p->nsps);
	p->is_framework = mount->dialect == DIALECT_ACTIONS &&
			  (str_eq(name, STR("/")) || scope_of_namespace(name, &scope)) &&
			  !(mount->auth == AUTH_NONE && p->nsps_n);
	wheel_timer_init(&p->expiry, refresh_on_expiry);
	socket_set_data(s, p);
	unpack(p);
	return p;
}

void
peer_end(struct peer *p)
{
	struct peer_data *data = p->data;
	size_t data_n = p->data_n;

	if (p->stage == PEER_ASKING)
		map_remove(&p->desk->asking, socket_id(p->socket));
	p->stage = PEER_GONE;
	wheel_cancel(&p->desk->loop->wheel, &p->expiry);
	socket_set_data(p->socket, NULL);
	p->data_n = 0;
	for (size_t i = 0; i < data_n; i++)
		give_back(&data[i]);
	p->grave.bury = bury;
	loop_bury(p->desk->loop, &p->grave);
}

struct peer *
peer_of(const struct socket *s)
{
	return socket_data(s);
}

int
peer_set_data(struct peer *p, struct tg_host *host, void *data,
	      void (*free_fn)(void *data))
{
	struct peer_data *grown, old = {NULL, NULL, NULL};
	size_t i = 0;

	while (i < p->data_n && p->data[i].host != host)
		i++;
	if (i == p->data_n) {
		grown = realloc(p->data, (i + 1) * sizeof(p->data[0]));
		if (!grown)
			return -E_NOMEM;
		p->data = grown;
		p->data_n++;
	} else {
		old = p->data[i];
	}
	p->data[i] = (struct peer_data){host, data, free_fn};
	if (old.free_fn && old.data != data)
		old.free_fn(old.data);
	return 0;
}

void *
peer_data(const struct peer *p, const struct tg_host *host)
{
	for (size_t i = 0; i < p->data_n; i++)
		if (p->data[i].host == host)
			return p->data[i].data;
	return NULL;
}

struct peer *
peer_find_asking(struct desk *d, struct str sid)
{
	return map_get(&d->asking, sid);
}
