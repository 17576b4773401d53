/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/room.h"

#include "base/errors.h"
#include "base/memory.h"
#include "hub/hub_inside.h"
#include "hub/namespace.h"
#include "hub/people.h"
#include "hub/socket_inside.h"
#include "net/loop.h"

static size_t
room_size(size_t name_len)
{
	return key_size(offsetof(struct room, name), name_len);
}

static void
free_room(struct room *room)
{
	struct slab *slab = &hub_loop(room->nsp->hub)->slab;

	keymap_remove(&room->nsp->rooms, room);
	counter_sub(&hub_loop(room->nsp->hub)->counters, COUNTER_ROOMS, 1);
	slab_free(slab, room->members, room->cap * sizeof(struct member));
	slab_free(slab, room, room_size(room->name.len));
}

static struct room *
new_room(struct namespace *nsp, struct str name)
{
	struct slab *slab = &hub_loop(nsp->hub)->slab;
	struct room *room = slab_new(slab, room_size(name.len));

	if (!room)
		return NULL;
	room->nsp = nsp;
	key_set(&room->name, name);
	if (keymap_add(&nsp->rooms, room)) {
		slab_free(slab, room, room_size(name.len));
		return NULL;
	}
	counter_add(&hub_loop(nsp->hub)->counters, COUNTER_ROOMS, 1);
	return room;
}

/* Most have a few and stay with them. */
static uint32_t
next_cap(uint32_t cap)
{
	return cap < 4 ? cap + 1 : cap < 256 ? cap + cap / 2 : memory_next_cap(cap);
}

static bool
make_place(struct room *room, struct memberships *of)
{
	struct slab *slab = &hub_loop(room->nsp->hub)->slab;

	if (room->n == room->cap) {
		uint32_t cap = next_cap(room->cap);
		struct member *members = slab_resize(slab, room->members,
						     room->cap * sizeof(*members),
						     cap * sizeof(*members));

		if (!members)
			return false;
		room->members = members;
		room->cap = cap;
	}
	if (of->n == of->cap) {
		uint32_t cap = next_cap(of->cap);
		struct membership *items = slab_resize(
			slab, of->items, of->cap * sizeof(*items), cap * sizeof(*items));

		if (!items)
			return false;
		of->items = items;
		of->cap = cap;
	}
	return true;
}

/* Looks in the shorter of the two lists. */
static const struct membership *
find(const struct room *room, const struct socket *s)
{
	for (uint32_t i = 0; room->n >= s->rooms.n && i < s->rooms.n; i++)
		if (s->rooms.items[i].room == room)
			return &s->rooms.items[i];
	for (uint32_t i = 0; room->n < s->rooms.n && i < room->n; i++)
		if (room->members[i].socket == s)
			return &s->rooms.items[room->members[i].at];
	return NULL;
}

bool
room_has(const struct room *room, const struct socket *s)
{
	return find(room, s) != NULL;
}

/* The last one of each list takes the place that becomes free. */
static void
leave(struct socket *s, uint32_t at)
{
	struct membership gone = s->rooms.items[at];
	struct room *room = gone.room;
	struct member *last_member = &room->members[--room->n];
	struct membership *last = &s->rooms.items[--s->rooms.n];

	room->members[gone.at] = *last_member;
	last_member->socket->rooms.items[last_member->at].at = gone.at;
	s->rooms.items[at] = *last;
	if (last->room != room)
		last->room->members[last->at].at = at;
	if (room->n == 0)
		free_room(room);
}

int
room_join(struct namespace *nsp, struct str name, struct socket *s)
{
	struct room *room;

	if (name.len == 0 || name.len > ROOM_NAME_BYTES_MAX)
		return -E_TOO_LARGE;
	room = keymap_get(&nsp->rooms, name);
	if (room && room_has(room, s))
		return 0;
	if (!room)
		room = new_room(nsp, name);
	if (!room)
		return -E_NOMEM;
	if (!make_place(room, &s->rooms)) {
		if (room->n == 0)
			free_room(room);
		return -E_NOMEM;
	}
	room->members[room->n] = (struct member){s, s->rooms.n};
	s->rooms.items[s->rooms.n] = (struct membership){room, room->n};
	room->n++;
	s->rooms.n++;
	if (people_join(s, name) == 0)
		return 0;
	leave(s, s->rooms.n - 1);
	return -E_NOMEM;
}

/* The room, and with it its name, may be gone when the others are told. */
static void
leave_and_tell(struct socket *s, uint32_t at)
{
	struct str name = room_name(s->rooms.items[at].room);
	char kept[ROOM_NAME_BYTES_MAX];

	memcpy(kept, name.ptr, name.len);
	leave(s, at);
	people_leave(s, (struct str){kept, name.len});
}

void
room_leave(struct namespace *nsp, struct str name, struct socket *s)
{
	struct room *room = keymap_get(&nsp->rooms, name);
	const struct membership *m = room ? find(room, s) : NULL;

	if (m)
		leave_and_tell(s, (uint32_t)(m - s->rooms.items));
}

void
room_leave_all(struct socket *s)
{
	while (s->rooms.n)
		leave_and_tell(s, s->rooms.n - 1);
	slab_free(&s->hub->loop->slab, s->rooms.items,
		  s->rooms.cap * sizeof(struct membership));
	s->rooms = (struct memberships){0};
}
