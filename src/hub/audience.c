/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/audience.h"

#include "hub/hub_inside.h"
#include "hub/namespace.h"
#include "hub/socket_inside.h"
#include "transport/websocket_conn.h"

enum { FETCH_CONN = 3, FETCH_WEBSOCKET = 6, FETCH_SOCKET = 9 };

/* Delivering is waiting for memory, mostly: have what the next ones need on its way. */
static inline void
fetch_ahead(const struct member *m, uint32_t left)
{
	if (left <= FETCH_SOCKET)
		return;
	__builtin_prefetch(m[FETCH_SOCKET].socket);
	__builtin_prefetch(m[FETCH_WEBSOCKET].socket->direct);
	if (m[FETCH_CONN].socket->direct)
		websocket_fetch(m[FETCH_CONN].socket->direct);
}

static inline void
visit_new(struct hub *h, struct socket *s, audience_fn *visit, void *arg)
{
	if (s->round < h->round && s->state == SOCKET_CONNECTED)
		visit(arg, s);
}

/* The socket called name, when a room's name is a socket's id. */
static struct socket *
socket_called(struct hub *h, const struct namespace *nsp, struct str name)
{
	struct socket *s = name.len == SOCKET_ID_BYTES ? hub_find_socket(h, name) : NULL;

	return s && s->nsp == nsp ? s : NULL;
}

void
audience_each(struct hub *h, const struct target *to, audience_fn *visit, void *arg)
{
	struct namespace *nsp = namespace_find(h, to->nsp);

	if (!nsp)
		return;
	for (uint32_t i = 0; to->rooms_n == 0 && i < nsp->n; i++)
		visit_new(h, nsp->sockets[i], visit, arg);
	for (size_t r = 0; r < to->rooms_n; r++) {
		struct room *room = keymap_get(&nsp->rooms, to->rooms[r]);
		struct socket *own = socket_called(h, nsp, to->rooms[r]);

		for (uint32_t i = 0; room && i < room->n; i++) {
			fetch_ahead(&room->members[i], room->n - i);
			visit_new(h, room->members[i].socket, visit, arg);
		}
		if (own)
			visit_new(h, own, visit, arg);
	}
}

void
audience_each_excepted(struct hub *h, const struct target *to, audience_fn *visit,
		       void *arg)
{
	struct namespace *nsp = to->except_n ? namespace_find(h, to->nsp) : NULL;

	for (size_t i = 0; nsp && i < to->except_n; i++) {
		struct socket *s = socket_called(h, nsp, to->except[i]);
		struct room *room = keymap_get(&nsp->rooms, to->except[i]);

		if (s)
			visit(arg, s);
		for (uint32_t j = 0; room && j < room->n; j++)
			visit(arg, room->members[j].socket);
	}
}

bool
audience_has(const struct target *to, const struct socket *s)
{
	if (s->state != SOCKET_CONNECTED || !str_eq(socket_nsp(s), to->nsp))
		return false;
	for (size_t i = 0; i < to->rooms_n; i++)
		if (str_eq(to->rooms[i], socket_id(s)) || socket_is_in(s, to->rooms[i]))
			return true;
	return to->rooms_n == 0;
}
