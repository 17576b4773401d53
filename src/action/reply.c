/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/reply.h"

#include "action/outcome.h"
#include "action/peer.h"
#include "base/log.h"

#include <stdlib.h>

struct origin
origin_of(struct desk *d, const struct socket *s, enum envelope_form form,
	  uint64_t ack_id)
{
	struct origin o = {.desk = d, .form = form, .ack_id = ack_id};
	struct str sid = socket_id(s);

	memcpy(o.sid, sid.ptr, sid.len < sizeof(o.sid) ? sid.len : sizeof(o.sid));
	return o;
}

static struct str
event_name(enum envelope_form form, enum envelope_type type)
{
	static const struct str names[] = {
		[ENVELOPE_RESPONSE] = {"RESPONSE", 8},
		[ENVELOPE_UPDATE] = {"UPDATE", 6},
		[ENVELOPE_ERROR] = {"ERROR", 5},
	};

	if (form == ENVELOPE_AS_STRING || form == ENVELOPE_AS_OBJECT)
		return STR("message");
	return names[type];
}

void
reply_here(struct desk *d, struct socket *s, const struct origin *to,
	   const struct envelope *e)
{
	struct buf *text = &d->text;
	struct event_out event = {.name = event_name(to->form, e->type)};
	int error;

	buf_clear(text);
	if (to->form == ENVELOPE_AS_STRING)
		envelope_write_string(text, e);
	else
		envelope_write(text, e);
	event.args = buf_str(text);
	if (text->failed)
		error = -E_NOMEM;
	else if (to->form == ENVELOPE_AS_ACK && e->type != ENVELOPE_UPDATE)
		error = socket_ack(s, to->ack_id, event.args, NULL, 0);
	else
		error = socket_emit(s, &event, false);
	if (error && error != -E_GONE)
		log_warn("answer lost", "why=%s request=%s", error_name(error),
			 LOG_TEXT(e->request_id));
}

static void
arrive(struct socket *s, const struct origin *to, const struct envelope *e)
{
	struct peer *p = peer_of(s);

	if (!p)
		return;
	if (e->type != ENVELOPE_UPDATE && p->running_n)
		p->running_n--;
	reply_here(p->desk, s, to, e);
}

struct parcel {
	struct origin to;
	struct outcome *outcome;
};

static void
deliver(struct socket *s, void *arg)
{
	struct parcel *parcel = arg;

	if (s)
		arrive(s, &parcel->to, &parcel->outcome->envelope);
	outcome_unref(parcel->outcome);
	free(parcel);
}

void
reply_send(struct desk *d, const struct origin *to, const struct envelope *e)
{
	struct str sid = {to->sid, sizeof(to->sid)};
	struct socket *s;
	struct parcel *parcel;

	if (to->desk == d) {
		s = hub_find_socket(d->hub, sid);
		if (s)
			arrive(s, to, e);
		return;
	}
	parcel = malloc(sizeof(*parcel));
	if (!parcel)
		goto fail;
	parcel->to = *to;
	parcel->outcome = outcome_new(e);
	if (parcel->outcome && !hub_call(d->all->hubs, sid, deliver, parcel))
		return;
	outcome_unref(parcel->outcome);
	free(parcel);
fail:
	log_warn("answer lost", "why=%s request=%s", error_name(-E_NOMEM),
		 LOG_TEXT(e->request_id));
}
