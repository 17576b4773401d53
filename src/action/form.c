/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/form.h"

#include "action/call.h"

#include <stdio.h>

/* An event read as a request. */
struct reading {
	struct envelope_request envelope;
	struct envelope_fault fault;
	struct origin origin;
	bool is_request; /* else: nothing of ours */
	bool has_own_id; /* the client gave the requestId */
	char made_id[32];
};

static void
read_envelope(struct peer *p, const struct event_in *e, struct reading *r)
{
	const struct config_mount *mount = socket_mount(p->socket);
	struct json_limits limits = {.depth = mount->json_depth,
				     .values = mount->json_values_n};
	int error;

	r->is_request = r->has_own_id = true;
	if (e->attachments_n) {
		r->fault = (struct envelope_fault){"",
						   "an envelope holds no binary data"};
		return;
	}
	error = envelope_parse(&(struct envelope_text){e->args, e->members}, &limits,
			       &p->desk->loop->arena, &r->envelope, &r->fault);
	if (!error)
		r->fault.text = NULL;
	if (error == -E_NOMEM)
		r->fault = (struct envelope_fault){"", error_text(error)};
}

/* emit(action, data, ack): the client knows the answer by its acknowledgement. */
static void
read_named(const struct event_in *e, struct reading *r)
{
	struct json_walk w = {e->args.ptr, e->args.ptr + e->args.len};
	struct str data = {"", 0};
	int n = snprintf(r->made_id, sizeof(r->made_id), "ack-%llu",
			 (unsigned long long)e->ack_id);

	r->is_request = e->wants_ack;
	r->envelope.action = e->name;
	r->envelope.request_id = (struct str){r->made_id, (size_t)n};
	if (e->args.len)
		(void)json_next(&w, &data);
	r->envelope.data = data;
	if (e->attachments_n)
		r->fault = (struct envelope_fault){"/data",
						   "an action takes no binary data"};
}

static void
read_event(struct peer *p, const struct event_in *e, struct reading *r)
{
	enum envelope_form form = ENVELOPE_AS_ACK;

	*r = (struct reading){.is_request = true};
	if (str_eq(e->name, STR("message"))) {
		read_envelope(p, e, r);
		form = r->envelope.was_string ? ENVELOPE_AS_STRING : ENVELOPE_AS_OBJECT;
	} else if (str_eq(e->name, STR("REQUEST"))) {
		read_envelope(p, e, r);
		form = ENVELOPE_AS_EVENT;
	} else {
		read_named(e, r);
	}
	r->origin = origin_of(p->desk, p->socket, form, e->ack_id);
}

static void
answer_error(struct peer *p, const struct reading *r, int error, const char *message)
{
	struct envelope e = envelope_of_error(r->envelope.request_id, r->envelope.action,
					      error);

	if (message) {
		e.message = str_from(message);
		e.pointer = str_from(r->fault.pointer);
	}
	counter_add(&p->desk->loop->counters, COUNTER_ACTION_ERRORS, 1);
	reply_here(p->desk, p->socket, &r->origin, &e);
}

void
form_take(struct peer *p, const struct event_in *e)
{
	struct call_request request;
	struct reading r;

	read_event(p, e, &r);
	if (!r.is_request)
		return;
	if (r.fault.text) {
		answer_error(p, &r, -E_INVALID_MESSAGE, r.fault.text);
		return;
	}
	request = (struct call_request){
		.action = registry_find(&p->desk->all->registry, r.envelope.action),
		.request_id = r.envelope.request_id,
		.data = r.envelope.data,
		.origin = r.origin,
		.may_repeat = r.has_own_id,
	};
	if (request.action)
		call_begin(p->desk, p->socket, &request);
	else
		answer_error(p, &r, -E_UNKNOWN_ACTION, NULL);
}

void
form_refuse(struct peer *p, const struct event_in *e, int error)
{
	struct reading r;

	read_event(p, e, &r);
	if (r.is_request)
		answer_error(p, &r, error, NULL);
}
