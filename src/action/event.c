/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/event.h"

#include "action/convert.h"
#include "action/peer.h"
#include "action/form.h"

static bool
give_to_plugins(struct peer *p, const struct tg_event *event, struct str name)
{
	struct tg_socket *s = to_tg_socket(p->socket);

	for (size_t i = 0; i < p->nsps_n; i++) {
		const struct tg_handler *row = map_get(&p->nsps[i]->events, name);

		if (!row)
			continue;
		row->run(s, event, p->nsps[i]->def.state);
		return true;
	}
	for (size_t i = 0; i < p->nsps_n; i++) {
		const struct tg_namespace *n = &p->nsps[i]->def;

		if (n->any && n->any(s, event, n->state))
			return true;
	}
	return false;
}

void
event_take(struct actions *a, struct socket *s, const struct event_in *e)
{
	struct peer *p = peer_of(s);
	struct loop *loop;
	struct tg_str *binary = NULL;

	(void)a;
	if (!p || p->stage != PEER_ACCEPTED)
		return;
	loop = p->desk->loop;
	if (!rate_take(&p->rate, &socket_mount(s)->message_rate, loop->now_ms)) {
		counter_add(&loop->counters, COUNTER_RATE_LIMITED, 1);
		counter_add(&loop->counters, COUNTER_STRAY_PACKETS, 1);
		if (p->is_framework)
			form_refuse(p, e, -E_RATE_LIMITED);
		return;
	}
	if (e->attachments_n && p->nsps_n) {
		binary = arena_alloc(&loop->arena, e->attachments_n * sizeof(binary[0]));
		if (!binary)
			return;
		to_tg_list(e->attachments, e->attachments_n, binary);
	}
	if (p->nsps_n) {
		struct tg_event event = {
			.size = sizeof(event),
			.name = to_tg(e->name),
			.args = {to_tg(e->args), binary, e->attachments_n},
			.wants_ack = e->wants_ack,
			.ack_id = e->ack_id,
		};

		if (give_to_plugins(p, &event, e->name))
			return;
	}
	if (p->is_framework)
		form_take(p, e);
}
