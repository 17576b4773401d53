/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/census.h"

#include "hub/hub_inside.h"
#include "hub/namespace.h"
#include "hub/socket_inside.h"

void
census_each_room(struct hub *h, struct str nsp_name,
		 void (*visit)(void *arg, struct str name, uint32_t members_n), void *arg)
{
	struct namespace *nsp = namespace_find(h, nsp_name);
	struct room *room;

	for (size_t at = 0; nsp && (room = keymap_next(&nsp->rooms, &at));)
		visit(arg, room_name(room), room->n);
}

void
census_each_socket(struct hub *h, void (*visit)(void *arg, struct socket *s), void *arg)
{
	struct socket *s;

	for (size_t at = 0; (s = idmap_next(&h->sockets, &at));)
		visit(arg, s);
}

void
census_each_member(struct hub *h, struct str name,
		   void (*visit)(void *arg, struct socket *s), void *arg)
{
	struct namespace *nsp;

	for (size_t at = 0; (nsp = map_next(&h->namespaces, &at));) {
		struct room *room = keymap_get(&nsp->rooms, name);

		for (uint32_t i = 0; room && i < room->n; i++)
			visit(arg, room->members[i].socket);
	}
}
