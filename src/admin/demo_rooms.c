/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/demo_rooms.h"

#include "base/errors.h"
#include "base/map.h"
#include "config/config.h"
#include "hub/census.h"
#include "hub/gather.h"
#include "hub/socket.h"
#include "proto/json.h"

#include <stdlib.h>

/* The request that waits; NULL in it once the client has left. */
struct asker {
	struct request *request;
};

/* One room while the answers of all loops are put together. */
struct entry {
	struct buf members;
	size_t n;
	size_t name_len;
	char name[];
};

static void
on_abort(struct request *r)
{
	struct asker *a = r->state;

	a->request = NULL;
}

static void
add_member(void *arg, struct socket *s)
{
	struct buf *out = arg;
	struct str room;
	size_t at = 0;

	/* "room\0{member}\0" for each of its rooms */
	while (socket_each_room(s, &at, &room)) {
		buf_add_str(out, room);
		buf_add_str(out, (struct str){"\0{\"user\":", 9});
		json_quote(out, identity_text(socket_identity(s), CLAIM_USER));
		buf_printf(out, ",\"dialect\":\"%s\"}",
			   config_dialect_name(socket_mount(s)->dialect));
		buf_add_char(out, '\0');
	}
}

static void
ask(struct hub *h, const void *arg, struct gather_part *out)
{
	(void)arg;
	census_each_socket(h, add_member, &out->bytes);
}

static struct entry *
get_entry(struct map *rooms, struct str name)
{
	struct entry *e = map_get(rooms, name);

	if (e)
		return e;
	e = calloc(1, sizeof(*e) + name.len);
	if (!e)
		return NULL;
	memcpy(e->name, name.ptr, name.len);
	e->name_len = name.len;
	if (map_add(rooms, (struct str){e->name, name.len}, e) == 0)
		return e;
	free(e);
	return NULL;
}

static void
sort_in(struct map *rooms, struct str part)
{
	while (part.len) {
		struct str name = {part.ptr, strnlen(part.ptr, part.len)}, member;
		struct entry *e = get_entry(rooms, name);

		part = str_skip(part, name.len + 1);
		if (!part.len)
			break; /* a zero in a room's name has shifted what follows */
		member = (struct str){part.ptr, strnlen(part.ptr, part.len)};
		part = str_skip(part, member.len + 1);
		if (!e)
			continue;
		if (e->n++)
			buf_add_char(&e->members, ',');
		buf_add_str(&e->members, member);
	}
}

static void
write_rooms(struct map *rooms, struct buf *out)
{
	struct entry *e;
	size_t n = 0;

	buf_add_str(out, STR("{\"rooms\":["));
	for (size_t at = 0; (e = map_next(rooms, &at));) {
		if (n++)
			buf_add_char(out, ',');
		buf_add_str(out, STR("{\"room\":"));
		json_quote(out, (struct str){e->name, e->name_len});
		buf_printf(out, ",\"members\":[%.*s]}", STR_ARG(buf_str(&e->members)));
		out->failed |= e->members.failed;
		buf_fini(&e->members);
		free(e);
	}
	buf_add_str(out, STR("]}"));
	map_fini(rooms);
}

static void
done(void *arg, struct gather_part *parts, size_t parts_n)
{
	struct asker *a = arg;
	struct map rooms = MAP_INIT;
	struct buf body = BUF_INIT;

	for (size_t i = 0; i < parts_n; i++)
		if (!parts[i].bytes.failed)
			sort_in(&rooms, buf_str(&parts[i].bytes));
	write_rooms(&rooms, &body);
	if (a->request && body.failed)
		request_refuse(a->request, -E_NOMEM);
	else if (a->request)
		request_answer_json(a->request, 200, buf_str(&body));
	buf_fini(&body);
	free(a);
}

void
demo_rooms_serve(struct request *r)
{
	struct hubs *all = r->route->arg;
	struct asker *a = calloc(1, sizeof(*a));
	int error = -E_NOMEM;

	if (a) {
		a->request = r;
		r->state = a;
		r->on_abort = on_abort;
		r->outlives_end = true;
		error = gather_start(all, r->conn->loop, &(struct gather){ask, done, a});
	}
	if (!error)
		return;
	r->on_abort = NULL;
	free(a);
	request_refuse(r, error);
}
