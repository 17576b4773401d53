/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/hub.h"

#include "base/errors.h"
#include "base/spare.h"
#include "hub/hub_inside.h"
#include "hub/namespace.h"
#include "hub/recovery.h"
#include "hub/socket_inside.h"
#include "session/sid.h"

#include <stdlib.h>

enum { TOKENS_REMEMBERED = 4096 };

struct hub *
hub_new(struct loop *loop, struct hubs *all, struct token_keys *keys,
	const struct hub_up *up, void *up_state)
{
	struct hub *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	h->loop = loop;
	h->all = all;
	h->sockets = IDMAP_INIT(SOCKET_SID_BYTES);
	h->keys = token_keys_ref(keys);
	h->tokens = token_cache_new(TOKENS_REMEMBERED);
	h->up = up;
	h->up_state = up_state;
	batch_init(&h->batch);
	if (h->tokens && recovery_new(h, &h->recovery) == 0)
		return h;
	hub_free(h);
	return NULL;
}

void
hub_free(struct hub *h)
{
	if (!h)
		return;
	batch_fini(&h->batch);
	recovery_free(h->recovery);
	token_cache_free(h->tokens);
	token_keys_unref(h->keys);
	map_fini(&h->namespaces);
	idmap_fini(&h->sockets);
	buf_fini(&h->scratch);
	free(h);
}

void
hub_set_keys(struct hub *h, struct token_keys *keys)
{
	token_keys_ref(keys);
	token_keys_unref(h->keys);
	h->keys = keys;
}

const struct token_keys *
hub_keys(const struct hub *h)
{
	return h->keys;
}

struct loop *
hub_loop(const struct hub *h)
{
	return h->loop;
}

struct hubs *
hub_all(const struct hub *h)
{
	return h->all;
}

struct socket *
hub_find_socket(struct hub *h, struct str sid)
{
	return idmap_get(&h->sockets, sid);
}

void
hub_each_socket(struct hub *h, struct str nsp_name, struct str room_name,
		void (*visit)(void *arg, struct socket *s), void *arg)
{
	struct namespace *nsp = namespace_find(h, nsp_name);
	struct room *room = nsp && room_name.len ? keymap_get(&nsp->rooms, room_name)
						 : NULL;
	uint32_t n = room ? room->n : nsp && !room_name.len ? nsp->n : 0;
	struct socket **sockets = arena_alloc(&h->loop->arena,
					      (n + !n) * sizeof(struct socket *));

	/* visitors may change the lists: walk a copy; the dead stay until the turn ends */
	for (uint32_t i = 0; sockets && i < n; i++)
		sockets[i] = room ? room->members[i].socket : nsp->sockets[i];
	for (uint32_t i = 0; sockets && i < n; i++)
		if (sockets[i]->state == SOCKET_CONNECTED)
			visit(arg, sockets[i]);
}

int
hub_emit_lost(struct hub *h, struct str sid, const struct event_out *event)
{
	return h->recovery ? recovery_emit_lost(h, sid, event) : -E_NOT_FOUND;
}

/* --- calls to a socket wherever it lives ------------------------------------------------- */

struct call {
	struct mail mail;
	struct hubs *all;
	void (*fn)(struct socket *s, void *arg);
	void *arg;
	char sid[SOCKET_SID_BYTES];
};

static void
run_call(struct loop *l, struct mail *m)
{
	struct call *call = CONTAINER_OF(m, struct call, mail);
	struct hub *h = call->all->hub[l->id];
	struct str sid = {call->sid, SOCKET_SID_BYTES};
	struct socket *s = hub_find_socket(h, sid);
	int loop;

	if (!s && recovery_forward(h, sid, &loop)) {
		loop_post(call->all->hub[loop]->loop, m);
		return;
	}
	call->fn(s, call->arg);
	spare_give(call, sizeof(*call));
}

int
hub_call(struct hubs *all, struct str sid, void (*fn)(struct socket *s, void *arg),
	 void *arg)
{
	struct call *call;
	struct socket *s;
	int loop;

	if (!socket_sid_owner(sid, &loop) || (size_t)loop >= all->n)
		return -E_NOT_FOUND;
	if (loop_current() == all->hub[loop]->loop) {
		s = hub_find_socket(all->hub[loop], sid);
		if (s || !recovery_forward(all->hub[loop], sid, &loop)) {
			fn(s, arg);
			return 0;
		}
	}
	call = spare_take(sizeof(*call));
	if (!call)
		return -E_NOMEM;
	*call = (struct call){.mail.deliver = run_call, .all = all, .fn = fn, .arg = arg};
	memcpy(call->sid, sid.ptr, SOCKET_SID_BYTES);
	loop_post(all->hub[loop]->loop, &call->mail);
	return 0;
}
