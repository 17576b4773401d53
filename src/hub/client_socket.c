/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A socket whose connection is a Socket.IO client: how it is answered, reached and ended. */
#include "base/errors.h"
#include "hub/client.h"
#include "hub/hub_inside.h"
#include "hub/people.h"
#include "hub/recovery.h"
#include "hub/socket_inside.h"

static int
send_frames(struct socket *s, const struct frames *f)
{
	return client_send(s->owner, f);
}

static struct websocket *
direct(const struct socket *s)
{
	const struct client *c = s->owner;

	return session_direct(client_session(c));
}

static bool
is_lagging(const struct socket *s)
{
	const struct client *c = s->owner;

	return session_is_lagging(client_session(c));
}

static void
say_goodbye(struct socket *s)
{
	client_send_own(s->owner, encode_plain((enum wire)s->wire, SIO_DISCONNECT,
					       socket_nsp(s), (struct str){NULL, 0}));
}

static void
close_client(struct socket *s, int code, struct str reason)
{
	struct client *c = s->owner;

	(void)code; /* Engine.IO has none */
	(void)reason;
	socket_end(s, "server namespace disconnect");
	session_close(client_session(c), "forced server close");
}

static const struct session_hello *
hello(const struct socket *s)
{
	const struct client *c = s->owner;

	return &client_session(c)->hello;
}

static struct str
transport(const struct socket *s)
{
	const struct client *c = s->owner;

	return session_transport_name(client_session(c));
}

static const struct socket_ops client_socket_ops = {
	.send = send_frames,
	.direct = direct,
	.is_lagging = is_lagging,
	.say_goodbye = say_goodbye,
	.close = close_client,
	.hello = hello,
	.transport = transport,
};

struct socket *
client_make_socket(struct client *c, struct str nsp, struct identity *who,
		   struct str auth)
{
	struct socket_making making = {.hub = c->hub,
				       .mount = client_session(c)->mount,
				       .ops = &client_socket_ops,
				       .owner = c,
				       .wire = (enum wire)c->wire,
				       .who = who};
	struct socket *s = socket_new(&making, nsp, auth);

	if (s)
		list_add_tail(&c->sockets, &s->link);
	return s;
}

static void
answer_connect(struct socket *s)
{
	struct client *c = s->owner;
	char memory[80];
	struct buf data = {.data = memory, .cap = sizeof(memory)};

	/* clients of Socket.IO 2 expect a bare CONNECT */
	if (client_session(c)->protocol != 3) {
		buf_add_str(&data, STR("{\"sid\":\""));
		buf_add_str(&data, socket_id(s));
		if (socket_ticket(s)) {
			buf_add_str(&data, STR("\",\"pid\":\""));
			buf_add(&data, socket_ticket(s)->pid, TICKET_PID_BYTES);
		}
		buf_add_str(&data, STR("\"}"));
	}
	client_send_own(
		c, encode_plain(c->wire, SIO_CONNECT, socket_nsp(s), buf_str(&data)));
	session_pause(client_session(c));
}

int
socket_accept(struct socket *s)
{
	struct client *c = s->owner;
	bool has_state = false;
	int error = s->state == SOCKET_ASKED ? 0 : -E_STATE;

	if (!error && s->mount->recovery_ms && client_session(c)->protocol == 4)
		error = recovery_begin(s, &has_state);
	if (error == -E_GONE)
		/* the next try is a fresh start */
		session_close(client_session(c), "transport error");
	if (!error)
		error = socket_begin(s);
	if (error)
		return error;
	client_joined(c);
	answer_connect(s);
	if (has_state)
		error = recovery_replay(s);
	if (!error)
		error = people_arrive(s);
	if (!error && !has_state) /* who comes back has been told before */
		people_greet(s);
	return error;
}

int
socket_refuse(struct socket *s, struct str message, struct str data)
{
	struct client *c = s->owner;
	struct buf text = BUF_INIT;

	if (s->state != SOCKET_ASKED)
		return -E_STATE;
	counter_add(&c->hub->loop->counters, COUNTER_CONNECT_REFUSED, 1);
	if (client_session(c)->protocol == 3 && data.len) {
		buf_add_str(&text, data);
	} else if (client_session(c)->protocol == 3) {
		json_quote(&text, message);
	} else {
		buf_add_str(&text, STR("{\"message\":"));
		json_quote(&text, message);
		if (data.len)
			buf_printf(&text, ",\"data\":%.*s", STR_ARG(data));
		buf_add_char(&text, '}');
	}
	client_send_own(c, encode_plain(c->wire, SIO_CONNECT_ERROR, socket_nsp(s),
					buf_str(&text)));
	buf_fini(&text);
	socket_drop(s);
	return 0;
}
