/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/message.h"

#include "hub/encode.h"

#include <stdlib.h>

struct message {
	atomic_uint refs;
	struct event_out event;
	struct str nsp;
	_Atomic(struct frames *) slots[WIRE_N];
	char text[]; /* what the texts above point to */
};

static char *
aligned(char *at)
{
	return at + (-(uintptr_t)at & (sizeof(struct str) - 1));
}

struct message *
message_new(struct str nsp, const struct event_out *event)
{
	size_t n = nsp.len + event->name.len + event->args.len + event->room.len + event->sender.len +
		   event->attachments_n * sizeof(struct str) + sizeof(struct str);
	struct message *m;
	struct str *attachments;
	char *at;

	for (size_t i = 0; i < event->attachments_n; i++)
		n += event->attachments[i].len;
	m = malloc(sizeof(*m) + n);
	if (!m)
		return NULL;
	atomic_init(&m->refs, 1);
	for (int i = 0; i < WIRE_N; i++)
		atomic_init(&m->slots[i], NULL);
	attachments = (struct str *)(void *)aligned(m->text);
	at = (char *)(attachments + event->attachments_n);
	m->nsp = str_put(&at, nsp);
	m->event = (struct event_out){
		.name = str_put(&at, event->name),
		.args = str_put(&at, event->args),
		.room = str_put(&at, event->room),
		.sender = str_put(&at, event->sender),
		.attachments = attachments,
		.attachments_n = event->attachments_n,
	};
	for (size_t i = 0; i < event->attachments_n; i++)
		attachments[i] = str_put(&at, event->attachments[i]);
	return m;
}

struct message *
message_ref(struct message *m)
{
	atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

void
message_unref(struct message *m)
{
	if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (int i = 0; i < WIRE_N; i++)
		frames_free(atomic_load_explicit(&m->slots[i], memory_order_relaxed));
	free(m);
}

const struct event_out *
message_event(const struct message *m)
{
	return &m->event;
}

struct str
message_nsp(const struct message *m)
{
	return m->nsp;
}

const struct frames *
message_frames(struct message *m, enum wire wire)
{
	struct frames *f = atomic_load_explicit(&m->slots[wire], memory_order_acquire), *others = NULL;

	if (f)
		return f;
	f = encode_event(wire, m->nsp, NULL, &m->event);
	if (!f || atomic_compare_exchange_strong_explicit(&m->slots[wire], &others, f,
							  memory_order_acq_rel, memory_order_acquire))
		return f;
	frames_free(f); /* another loop was quicker */
	return others;
}
