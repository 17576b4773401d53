/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/rest_query.h"

#include "admin/rest_aim.h"
#include "admin/rest_page.h"
#include "base/clock.h"
#include "base/errors.h"
#include "config/config.h"
#include "hub/census.h"
#include "hub/presence.h"
#include "hub/socket.h"
#include "proto/json.h"

/* Put the question; c is answered by done. Both get arg. */
static void
gather(struct rest_call *c, void (*ask)(struct hub *, const void *, struct gather_part *),
       void (*done)(void *, struct gather_part *, size_t), void *arg)
{
	int error = gather_start(c->rest->hubs, c->loop,
				 &(struct gather){ask, done, arg});

	if (error)
		rest_refuse(c, error);
}

/* --- rooms -------------------------------------------------------------------------------- */

static void
offer_room(void *arg, struct str name, uint32_t members_n)
{
	page_offer(arg, name, NULL, members_n);
}

static void
ask_rooms(struct hub *h, const void *arg, struct gather_part *out)
{
	struct page_pick pick;

	out->bytes.failed = !page_pick_init(&pick, arg, &hub_loop(h)->arena);
	if (out->bytes.failed)
		return;
	census_each_room(h, STR("/"), offer_room, &pick);
	for (size_t i = 0; i < pick.n; i++)
		page_add(out, &pick.rows[i], STR(""));
}

static void
write_room(struct buf *out, struct str key, uint32_t n)
{
	buf_add_str(out, STR("{\"room\":"));
	json_quote(out, key);
	buf_printf(out, ",\"members\":%u}", n);
}

static void
on_rooms(void *arg, struct gather_part *parts, size_t parts_n)
{
	page_answer(arg, parts, parts_n, write_room);
}

void
rest_rooms(struct rest_call *c)
{
	gather(c, ask_rooms, on_rooms, c);
}

/* --- members and connections -------------------------------------------------------------- */

static void
offer_socket(void *arg, struct socket *s)
{
	page_offer(arg, socket_id(s), s, 1);
}

static void
write_member(struct buf *out, struct socket *s)
{
	const struct identity *who = socket_identity(s);

	buf_add_str(out, STR("{\"connection\":"));
	json_quote(out, socket_id(s));
	buf_add_str(out, STR(",\"user\":"));
	json_quote(out, identity_text(who, CLAIM_USER));
	buf_add_str(out, STR(",\"username\":"));
	json_quote(out, identity_text(who, CLAIM_USERNAME));
	buf_add_str(out, STR(",\"namespace\":"));
	json_quote(out, socket_nsp(s));
	buf_printf(out, ",\"dialect\":\"%s\"",
		   config_dialect_name(socket_mount(s)->dialect));
}

static void
write_connection(struct buf *out, struct socket *s)
{
	char since[CLOCK_TEXT_BYTES];
	struct handshake h;
	struct str room;
	size_t at = 0, n = 0;

	socket_handshake(s, &h);
	clock_text(h.issued_ms, since);
	write_member(out, s);
	buf_add_str(out, STR(",\"company\":"));
	json_quote(out, identity_text(socket_identity(s), CLAIM_COMPANY));
	buf_printf(out,
		   ",\"transport\":\"%.*s\",\"address\":\"%.*s\",\"connectedAt\":\"%s\","
		   "\"rooms\":[",
		   STR_ARG(h.transport), STR_ARG(h.address), since);
	while (socket_each_room(s, &at, &room)) {
		if (n++)
			buf_add_char(out, ',');
		json_quote(out, room);
	}
	buf_add_str(out, STR("]}"));
}

static void
add_sockets(struct page_pick *pick, struct gather_part *out, bool whole)
{
	struct buf item = BUF_INIT;

	for (size_t i = 0; i < pick->n; i++) {
		buf_clear(&item);
		if (whole) {
			write_connection(&item, pick->rows[i].what);
		} else {
			write_member(&item, pick->rows[i].what);
			buf_add_char(&item, '}');
		}
		page_add(out, &pick->rows[i], buf_str(&item));
		out->bytes.failed |= item.failed;
	}
	buf_fini(&item);
}

static void
ask_members(struct hub *h, const void *arg, struct gather_part *out)
{
	const struct rest_call *c = arg;
	struct page_pick pick;

	out->bytes.failed = !page_pick_init(&pick, c, &hub_loop(h)->arena);
	if (out->bytes.failed)
		return;
	census_each_member(h, c->param, offer_socket, &pick);
	add_sockets(&pick, out, false);
}

static void
ask_connections(struct hub *h, const void *arg, struct gather_part *out)
{
	struct page_pick pick;

	out->bytes.failed = !page_pick_init(&pick, arg, &hub_loop(h)->arena);
	if (out->bytes.failed)
		return;
	census_each_socket(h, offer_socket, &pick);
	add_sockets(&pick, out, true);
}

static void
on_sockets(void *arg, struct gather_part *parts, size_t parts_n)
{
	page_answer(arg, parts, parts_n, NULL);
}

void
rest_members(struct rest_call *c)
{
	gather(c, ask_members, on_sockets, c);
}

void
rest_connections(struct rest_call *c)
{
	gather(c, ask_connections, on_sockets, c);
}

/* --- presence ----------------------------------------------------------------------------- */

/* Whose presence is asked; lives in the call's arena. */
struct question {
	struct rest_call *call;
	struct str room; /* the person's own */
};

struct seen {
	uint64_t n;
	int64_t last_ms;
};

static void
count_socket(void *arg, struct socket *s)
{
	struct seen *seen = arg;
	struct handshake h;

	socket_handshake(s, &h);
	seen->n++;
	if (h.issued_ms > seen->last_ms)
		seen->last_ms = h.issued_ms;
}

static void
ask_presence(struct hub *h, const void *arg, struct gather_part *out)
{
	const struct question *q = arg;
	struct seen seen = {0};

	census_each_member(h, q->room, count_socket, &seen);
	out->n = seen.n;
	buf_add(&out->bytes, &seen.last_ms, sizeof(seen.last_ms));
}

static void
on_presence(void *arg, struct gather_part *parts, size_t parts_n)
{
	struct rest_call *c = ((const struct question *)arg)->call;
	struct buf body = BUF_INIT;
	struct seen all = {0};
	int64_t seen_ms = 0; /* of "/", when one of his came or went */
	char last[CLOCK_TEXT_BYTES];

	for (size_t i = 0; i < parts_n; i++) {
		int64_t last_ms = 0;

		body.failed |= parts[i].bytes.failed;
		if (!body.failed)
			memcpy(&last_ms, parts[i].bytes.data, sizeof(last_ms));
		all.n += parts[i].n;
		if (last_ms > all.last_ms)
			all.last_ms = last_ms;
	}
	if (c->rest->hubs->presence)
		presence_count(c->rest->hubs->presence, c->param, &seen_ms);
	if (seen_ms > all.last_ms)
		all.last_ms = seen_ms;
	clock_text(all.last_ms, last);
	buf_add_str(&body, STR("{\"user\":"));
	json_quote(&body, c->param);
	buf_printf(&body, ",\"status\":\"%s\",\"connections\":%llu,\"lastActivity\":",
		   all.n ? "online" : "offline", (unsigned long long)all.n);
	buf_printf(&body, all.n ? "\"%s\"}" : "null}", last);
	rest_answer(c, 200, &body);
	buf_fini(&body);
}

void
rest_presence(struct rest_call *c)
{
	struct question *q = arena_alloc(&c->arena, sizeof(*q));

	if (!q) {
		rest_refuse(c, -E_NOMEM);
		return;
	}
	*q = (struct question){c, rest_room(c, "user:", c->param)};
	gather(c, ask_presence, on_presence, q);
}
