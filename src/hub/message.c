/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/message.h"

#include "base/spare.h"
#include "hub/encode.h"

struct message {
	atomic_uint refs;
	size_t bytes; /* of all this */
	struct event_out event;
	struct str nsp;
	_Atomic(struct frames *) slots[WIRE_N];
	char text[]; /* what the texts above point to */
};

/* The texts of an event, one after the other. */
static const size_t texts[] = {
	offsetof(struct event_out, name),       offsetof(struct event_out, args),
	offsetof(struct event_out, room),       offsetof(struct event_out, sender),
	offsetof(struct event_out, user),       offsetof(struct event_out, email),
	offsetof(struct event_out, id),         offsetof(struct event_out, plain_name),
	offsetof(struct event_out, plain_data), offsetof(struct event_out, offset),
};
enum { TEXTS_N = sizeof(texts) / sizeof(texts[0]) };

static const struct str *
text_at(const struct event_out *event, size_t i)
{
	return (const void *)((const char *)event + texts[i]);
}

static char *
aligned(char *at)
{
	return at + (-(uintptr_t)at & (sizeof(struct str) - 1));
}

struct message *
message_new(struct str nsp, const struct event_out *event)
{
	size_t n = nsp.len + event->attachments_n * sizeof(struct str) +
		   sizeof(struct str);
	struct message *m;
	struct str *attachments;
	char *at;

	for (size_t i = 0; i < TEXTS_N; i++)
		n += text_at(event, i)->len;
	for (size_t i = 0; i < event->attachments_n; i++)
		n += event->attachments[i].len;
	m = spare_take(sizeof(*m) + n);
	if (!m)
		return NULL;
	atomic_init(&m->refs, 1);
	m->bytes = sizeof(*m) + n;
	for (int i = 0; i < WIRE_N; i++)
		atomic_init(&m->slots[i], NULL);
	attachments = (struct str *)(void *)aligned(m->text);
	at = (char *)(attachments + event->attachments_n);
	m->nsp = str_put(&at, nsp);
	m->event = *event;
	m->event.attachments = attachments;
	for (size_t i = 0; i < TEXTS_N; i++)
		*(struct str *)(uintptr_t)text_at(&m->event,
						  i) = str_put(&at, *text_at(event, i));
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
	spare_give(m, m->bytes);
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
	struct frames *f = atomic_load_explicit(&m->slots[wire], memory_order_acquire),
		      *others = NULL;

	if (f)
		return f;
	f = encode_event(wire, m->nsp, NULL, &m->event);
	for (size_t i = 0; f && i < f->n; i++)
		f->frame[i]->is_shared = true;
	if (!f || atomic_compare_exchange_strong_explicit(&m->slots[wire], &others, f,
							  memory_order_acq_rel,
							  memory_order_acquire))
		return f;
	frames_free(f); /* another loop was quicker */
	return others;
}
