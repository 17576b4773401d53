/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/api_socket.h"

#include "action/connect.h"
#include "action/convert.h"
#include "action/handshake.h"
#include "base/spare.h"
#include "proto/uri.h"

static struct arena *
arena_of(const struct socket *s)
{
	return &hub_loop(socket_hub(s))->arena;
}

/* --- who and whence ---------------------------------------------------------------------- */

struct tg_str
api_socket_id(const struct tg_socket *s)
{
	return to_tg(socket_id(from_tg_socket(s)));
}

struct tg_str
api_socket_nsp(const struct tg_socket *s)
{
	return to_tg(socket_nsp(from_tg_socket(s)));
}

const struct tg_identity *
api_identity(struct tg_socket *tg)
{
	static const struct tg_identity nobody = {.size = sizeof(nobody)};
	struct socket *s = from_tg_socket(tg);
	struct tg_identity *who = arena_alloc(arena_of(s), sizeof(*who));

	if (!who)
		return &nobody;
	tg_identity_of(socket_identity(s), who);
	return who;
}

int
api_handshake(struct tg_socket *s, struct tg_handshake *out)
{
	if (!out->size)
		return TG_E_ARGUMENT;
	connect_handshake(from_tg_socket(s), out);
	return TG_OK;
}

bool
api_header(struct tg_socket *s, struct tg_str name, struct tg_str *value_out)
{
	struct handshake h;
	struct str value;

	socket_handshake(from_tg_socket(s), &h);
	if (!handshake_header(h.headers, from_tg(name), &value))
		return false;
	*value_out = to_tg(value);
	return true;
}

bool
api_query(struct tg_socket *tg, struct tg_str name, struct tg_str *value_out)
{
	struct socket *s = from_tg_socket(tg);
	struct str value;

	if (!socket_query(s, from_tg(name), arena_of(s), &value))
		return false;
	*value_out = to_tg(value);
	return true;
}

struct tg_str
api_handshake_json(struct tg_socket *tg)
{
	struct socket *s = from_tg_socket(tg);
	struct buf text = BUF_INIT;
	struct handshake h;
	struct str kept = {NULL, 0};

	socket_handshake(s, &h);
	handshake_write_json(&h, arena_of(s), &text);
	if (!text.failed)
		kept = arena_copy(arena_of(s), buf_str(&text));
	buf_fini(&text);
	return kept.ptr ? to_tg(kept) : TG("");
}

int
api_set_data(struct tg_host *host, struct tg_socket *s, void *data,
	     void (*free_fn)(void *))
{
	struct peer *p = peer_of(from_tg_socket(s));

	return p ? to_tg_error(peer_set_data(p, host, data, free_fn)) : TG_E_GONE;
}

void *
api_data(struct tg_host *host, struct tg_socket *s)
{
	const struct peer *p = peer_of(from_tg_socket(s));

	return p ? peer_data(p, host) : NULL;
}

/* --- in and out -------------------------------------------------------------------------- */

int
api_accept(struct tg_socket *s)
{
	struct peer *p = peer_of(from_tg_socket(s));

	return p ? to_tg_error(connect_accept(p)) : TG_E_STATE;
}

int
api_refuse(struct tg_socket *s, struct tg_str message, struct tg_str data)
{
	struct peer *p = peer_of(from_tg_socket(s));

	if (data.len && check_json(data))
		return TG_E_ARGUMENT;
	return p ? to_tg_error(connect_refuse(p, from_tg(message), from_tg(data)))
		 : TG_E_STATE;
}

int
api_disconnect(struct tg_socket *s, bool close)
{
	if (!socket_is_connected(from_tg_socket(s)))
		return TG_E_GONE;
	socket_disconnect(from_tg_socket(s), close);
	return TG_OK;
}

int
api_join(struct tg_socket *s, struct tg_str room)
{
	return to_tg_error(socket_join(from_tg_socket(s), from_tg(room)));
}

int
api_leave(struct tg_socket *s, struct tg_str room)
{
	socket_leave(from_tg_socket(s), from_tg(room));
	return TG_OK;
}

bool
api_is_in(struct tg_socket *s, struct tg_str room)
{
	return socket_is_in(from_tg_socket(s), from_tg(room));
}

bool
api_next_room(struct tg_socket *s, size_t *at, struct tg_str *room_out)
{
	struct str room;

	if (!socket_each_room(from_tg_socket(s), at, &room))
		return false;
	*room_out = to_tg(room);
	return true;
}

/* --- messages ---------------------------------------------------------------------------- */

/* Errors: those of check_args. */
static int
event_from(struct tg_str name, struct tg_args args, struct checked_args *checked,
	   struct event_out *out)
{
	int error = check_args(args, checked);

	*out = (struct event_out){
		.name = from_tg(name),
		.args = checked->json,
		.attachments = checked->attachments,
		.attachments_n = checked->attachments_n,
	};
	return error;
}

int
api_emit(struct tg_socket *s, struct tg_str event, struct tg_args args, bool is_volatile)
{
	struct checked_args checked;
	struct event_out out;
	int error = event_from(event, args, &checked, &out);

	if (!error)
		error = socket_emit(from_tg_socket(s), &out, is_volatile);
	return to_tg_error(error);
}

struct waiting_ack {
	char sid[SOCKET_ID_BYTES];
	struct hub *hub;
	tg_ack_fn *fn;
	void *arg;
};

static void
on_ack(void *arg, int error, struct str args, const struct str *attachments,
       size_t attachments_n)
{
	struct waiting_ack *w = arg;
	struct socket *s = NULL;
	struct tg_str *binary = NULL;
	struct tg_args given = {to_tg(args), NULL, attachments_n};

	if (error != -E_GONE)
		s = hub_find_socket(w->hub, (struct str){w->sid, sizeof(w->sid)});
	if (!s)
		error = -E_GONE;
	if (s && attachments_n) {
		binary = arena_alloc(arena_of(s), attachments_n * sizeof(binary[0]));
		if (binary)
			to_tg_list(attachments, attachments_n, binary);
		else
			error = -E_NOMEM;
	}
	given.binary = binary;
	if (error)
		given = TG_NO_ARGS;
	w->fn(to_tg_socket(s), to_tg_error(error), given, w->arg);
	spare_give(w, sizeof(*w));
}

int
api_emit_ack(struct tg_socket *tg, struct tg_str event, struct tg_args args,
	     uint32_t timeout_ms, tg_ack_fn *fn, void *arg)
{
	struct socket *s = from_tg_socket(tg);
	struct checked_args checked;
	struct event_out out;
	struct waiting_ack *w;
	int error = event_from(event, args, &checked, &out);

	if (error || !fn)
		return error ? to_tg_error(error) : TG_E_ARGUMENT;
	w = spare_take(sizeof(*w));
	if (!w)
		return TG_E_NOMEM;
	memcpy(w->sid, socket_id(s).ptr, sizeof(w->sid));
	w->hub = socket_hub(s);
	w->fn = fn;
	w->arg = arg;
	error = socket_emit_ack(s, &out, timeout_ms, on_ack, w);
	if (error)
		spare_give(w, sizeof(*w));
	return to_tg_error(error);
}

int
api_ack(struct tg_socket *s, uint64_t ack_id, struct tg_args args)
{
	struct checked_args checked;
	int error = check_args(args, &checked);

	if (!error)
		error = socket_ack(from_tg_socket(s), ack_id, checked.json,
				   checked.attachments, checked.attachments_n);
	return to_tg_error(error);
}
