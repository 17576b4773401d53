/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/outcome.h"

#include "base/spare.h"

static char *
keep(char *to, struct str *text)
{
	if (!text->ptr)
		return to;
	memcpy(to, text->ptr, text->len);
	text->ptr = to;
	return to + text->len;
}

struct outcome *
outcome_new(const struct envelope *e)
{
	size_t bytes = sizeof(struct outcome) + e->request_id.len + e->action.len +
		       e->data.len + e->code.len + e->message.len + e->pointer.len +
		       e->details.len;
	struct outcome *o = spare_take(bytes);
	char *to;

	if (!o)
		return NULL;
	atomic_init(&o->refs, 1);
	o->bytes = bytes;
	o->envelope = *e;
	to = keep(o->text, &o->envelope.request_id);
	to = keep(to, &o->envelope.action);
	to = keep(to, &o->envelope.data);
	to = keep(to, &o->envelope.code);
	to = keep(to, &o->envelope.message);
	to = keep(to, &o->envelope.pointer);
	keep(to, &o->envelope.details);
	return o;
}

struct outcome *
outcome_ref(struct outcome *o)
{
	atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed);
	return o;
}

void
outcome_unref(struct outcome *o)
{
	if (o && atomic_fetch_sub_explicit(&o->refs, 1, memory_order_acq_rel) == 1)
		spare_give(o, o->bytes);
}
