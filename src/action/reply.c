/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/reply.h"

#include "action/outcome.h"
#include "action/peer.h"
#include "base/log.h"
#include "base/spare.h"

struct origin
origin_of(struct desk *d, const struct socket *s, enum envelope_form form,
	  uint64_t ack_id)
{
	struct origin o = {.desk = d, .form = form, .ack_id = ack_id};
	struct str sid = socket_id(s);

	memcpy(o.sid, sid.ptr, sid.len < sizeof(o.sid) ? sid.len : sizeof(o.sid));
	return o;
}

/* Errors: -E_NOMEM. */
static int
write_event(struct desk *d, const struct origin *to, const struct envelope *e,
	    struct event_out *out)
{
	struct buf *text = &d->text;

	buf_clear(text);
	if (to->form == ENVELOPE_AS_STRING)
		envelope_write_string(text, e);
	else
		envelope_write(text, e);
	*out = (struct event_out){.name = envelope_event(e, to->form),
				  .args = buf_str(text)};
	return text->failed ? -E_NOMEM : 0;
}

static bool
is_ack(const struct origin *to, const struct envelope *e)
{
	return envelope_event(e, to->form).len == 0;
}

void
reply_here(struct desk *d, struct socket *s, const struct origin *to,
	   const struct envelope *e)
{
	struct event_out event;
	int error = write_event(d, to, e, &event);

	if (!error && is_ack(to, e))
		error = socket_ack(s, to->ack_id, event.args, NULL, 0);
	else if (!error)
		error = socket_emit(s, &event, false);
	if (error && error != -E_GONE)
		log_warn("answer lost", "why=%s request=%s", error_name(error),
			 LOG_TEXT(e->request_id));
}

/* The socket is not here. If it may come back it hears the answer then; but its client forgets
 * the acknowledgements that it waits for with its connection. */
static void
reply_later(struct desk *d, const struct origin *to, const struct envelope *e)
{
	struct event_out event;
	int error;

	if (is_ack(to, e))
		return;
	error = write_event(d, to, e, &event);
	if (!error)
		error = hub_emit_lost(d->hub, (struct str){to->sid, sizeof(to->sid)},
				      &event);
	if (error && error != -E_NOT_FOUND)
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
	else
		reply_later(actions_desk_here(parcel->to.desk->all), &parcel->to,
			    &parcel->outcome->envelope);
	outcome_unref(parcel->outcome);
	spare_give(parcel, sizeof(*parcel));
}

void
reply_send(struct desk *d, const struct origin *to, const struct envelope *e)
{
	struct str sid = {to->sid, sizeof(to->sid)};
	struct socket *s = to->desk == d ? hub_find_socket(d->hub, sid) : NULL;
	struct parcel *parcel;

	if (s) {
		arrive(s, to, e);
		return;
	}
	parcel = spare_take(sizeof(*parcel));
	if (!parcel)
		goto fail;
	parcel->to = *to;
	parcel->outcome = outcome_new(e);
	if (parcel->outcome && !hub_call(d->all->hubs, sid, deliver, parcel))
		return;
	outcome_unref(parcel->outcome);
	spare_give(parcel, sizeof(*parcel));
fail:
	log_warn("answer lost", "why=%s request=%s", error_name(-E_NOMEM),
		 LOG_TEXT(e->request_id));
}
