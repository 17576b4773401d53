/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/api_room.h"

#include "action/convert.h"
#include "action/peer.h"
#include "action/plugin.h"
#include "action/update.h"
#include "base/spare.h"

/* A plugin's target as ours: the texts are borrowed, the lists copied. */
struct aim {
	struct target target;
	struct str *texts;
	size_t bytes;
};

static int
aim_init(struct aim *aim, const struct tg_target *to)
{
	struct tg_target full = {0};

	if (!to->size)
		return -E_ARGUMENT;
	memcpy(&full, to, to->size < sizeof(full) ? to->size : sizeof(full));
	aim->bytes = (full.rooms_n + full.except_n) * sizeof(aim->texts[0]);
	aim->texts = spare_take(aim->bytes);
	if (!aim->texts)
		return -E_NOMEM;
	for (size_t i = 0; i < full.rooms_n; i++)
		aim->texts[i] = from_tg(full.rooms[i]);
	for (size_t i = 0; i < full.except_n; i++)
		aim->texts[full.rooms_n + i] = from_tg(full.except[i]);
	aim->target = (struct target){
		.nsp = full.nsp.len ? from_tg(full.nsp) : STR("/"),
		.rooms = aim->texts,
		.rooms_n = full.rooms_n,
		.except = aim->texts + full.rooms_n,
		.except_n = full.except_n,
		.is_volatile = full.is_volatile,
		.local = full.local,
	};
	return 0;
}

static void
aim_fini(struct aim *aim)
{
	spare_give(aim->texts, aim->bytes);
}

int
api_broadcast(struct tg_host *host, const struct tg_target *to, struct tg_str name,
	      struct tg_args args)
{
	struct actions *a = host->all;
	struct checked_args checked;
	struct event_out event;
	struct aim aim;
	int error = check_args(args, &checked);

	if (!actions_is_open(a))
		return TG_E_STATE;
	if (!error)
		error = aim_init(&aim, to);
	if (error)
		return to_tg_error(error);
	event = (struct event_out){
		.name = from_tg(name),
		.args = checked.json,
		.attachments = checked.attachments,
		.attachments_n = checked.attachments_n,
	};
	error = hub_broadcast(a->hubs, actions_hub_here(a), &aim.target, &event);
	aim_fini(&aim);
	return to_tg_error(error);
}

enum all_deed { ALL_JOIN, ALL_LEAVE, ALL_DISCONNECT };

static int
do_to_all(struct tg_host *host, const struct tg_target *who, enum all_deed deed,
	  struct tg_str room, bool close)
{
	struct actions *a = host->all;
	struct hub *here = actions_hub_here(a);
	struct aim aim;
	int error;

	if (!actions_is_open(a))
		return TG_E_STATE;
	error = aim_init(&aim, who);
	if (error)
		return to_tg_error(error);
	if (deed == ALL_JOIN)
		error = hub_join_all(a->hubs, here, &aim.target, from_tg(room));
	else if (deed == ALL_LEAVE)
		error = hub_leave_all(a->hubs, here, &aim.target, from_tg(room));
	else
		error = hub_disconnect_all(a->hubs, here, &aim.target, close);
	aim_fini(&aim);
	return to_tg_error(error);
}

int
api_join_all(struct tg_host *host, const struct tg_target *who, struct tg_str room)
{
	return do_to_all(host, who, ALL_JOIN, room, false);
}

int
api_leave_all(struct tg_host *host, const struct tg_target *who, struct tg_str room)
{
	return do_to_all(host, who, ALL_LEAVE, room, false);
}

int
api_disconnect_all(struct tg_host *host, const struct tg_target *who, bool close)
{
	return do_to_all(host, who, ALL_DISCONNECT, TG(""), close);
}

int
api_send_update(struct tg_host *host, struct tg_str company, struct tg_str message,
		struct tg_str artifact)
{
	return to_tg_error(update_send(host->all, from_tg(company), from_tg(message),
				       from_tg(artifact), NULL));
}

/* --- on the loop of a socket ------------------------------------------------------------- */

struct errand {
	struct actions *all;
	void (*fn)(struct tg_socket *s, void *arg);
	void *arg;
	char sid[SOCKET_ID_BYTES];
};

/* Also for one that is not accepted yet: a plugin may be about to answer its admit. */
static void
run_errand(struct socket *s, void *arg)
{
	struct errand *e = arg;
	struct desk *d = actions_desk_here(e->all);
	struct peer *p = NULL;

	if (!s && d)
		p = peer_find_asking(d, (struct str){e->sid, sizeof(e->sid)});
	if (p)
		s = p->socket;
	e->fn(to_tg_socket(s), e->arg);
	spare_give(e, sizeof(*e));
}

int
api_on_socket(struct tg_host *host, struct tg_str socket_id,
	      void (*fn)(struct tg_socket *s, void *arg), void *arg)
{
	struct errand *e;
	int error;

	if (!actions_is_open(host->all))
		return TG_E_STATE;
	if (socket_id.len != SOCKET_ID_BYTES)
		return TG_E_NOT_FOUND;
	e = spare_take(sizeof(*e));
	if (!e)
		return TG_E_NOMEM;
	e->all = host->all;
	e->fn = fn;
	e->arg = arg;
	memcpy(e->sid, socket_id.ptr, sizeof(e->sid));
	error = hub_call(host->all->hubs, from_tg(socket_id), run_errand, e);
	if (error)
		spare_give(e, sizeof(*e));
	return to_tg_error(error);
}

/* --- on all loops ------------------------------------------------------------------------ */

/* One visit: a mail for each loop, the last one back ends it. */
struct tour {
	atomic_size_t loops_left;
	void (*visit)(struct tg_socket *s, void *arg);
	void (*done)(void *arg);
	void *arg;
	struct str nsp, room;
	size_t bytes; /* of all this */
	struct stop {
		struct mail mail;
		struct tour *tour;
		struct desk *desk;
	} stops[]; /* one for each loop, then the texts */
};

static void
visit_one(void *arg, struct socket *s)
{
	struct tour *t = arg;

	t->visit(to_tg_socket(s), t->arg);
}

static void
tour_unref(struct tour *t)
{
	if (atomic_fetch_sub_explicit(&t->loops_left, 1, memory_order_acq_rel) != 1)
		return;
	if (t->done)
		t->done(t->arg);
	spare_give(t, t->bytes);
}

static void
on_stop(struct loop *to, struct mail *m)
{
	struct stop *stop = CONTAINER_OF(m, struct stop, mail);

	(void)to;
	hub_each_socket(stop->desk->hub, stop->tour->nsp, stop->tour->room, visit_one,
			stop->tour);
	tour_unref(stop->tour);
}

static struct tour *
tour_new(struct actions *a, struct tg_str nsp, struct tg_str room)
{
	size_t bytes = sizeof(struct tour) + a->desks_n * sizeof(struct stop) + nsp.len +
		       room.len;
	struct tour *t = spare_zeros(bytes);
	char *at;

	if (!t)
		return NULL;
	t->bytes = bytes;
	atomic_init(&t->loops_left, a->desks_n);
	at = (char *)&t->stops[a->desks_n];
	t->nsp = str_put(&at, from_tg(nsp));
	t->room = str_put(&at, from_tg(room));
	return t;
}

int
api_visit(struct tg_host *host, struct tg_str nsp, struct tg_str room,
	  void (*visit)(struct tg_socket *s, void *arg), void (*done)(void *arg),
	  void *arg)
{
	struct actions *a = host->all;
	struct tour *t;

	if (!actions_is_open(a))
		return TG_E_STATE;
	t = tour_new(a, nsp.len ? nsp : TG("/"), room);
	if (!t)
		return TG_E_NOMEM;
	t->visit = visit;
	t->done = done;
	t->arg = arg;
	for (size_t i = 0; i < a->desks_n; i++) {
		t->stops[i] = (struct stop){
			.mail.deliver = on_stop, .tour = t, .desk = &a->desks[i]};
		loop_post(a->desks[i].loop, &t->stops[i].mail);
	}
	return TG_OK;
}
