/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * suite-java: plays the server that socket.io-client-java's own tests run against. It serves
 * the mount that its configuration names, and nothing without one:
 *
 *	plugins: {suite-java: {path: /socket.io}}
 *
 *	cc -shared -fPIC $(pkg-config --cflags tidegate) -o suite-java.so suite-java.c
 */
#include <tidegate/plugin.h>

static void
greet(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	(void)h;
	(void)state;
	tg_emit(s, TG("message"), TG_JSON("\"hello client\""));
}

static void
on_message(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)state;
	tg_emit(s, TG("message"), event->args);
}

static void
on_echo(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)state;
	tg_emit(s, TG("echoBack"), event->args);
}

static void
on_ack(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)state;
	if (event->wants_ack)
		tg_ack(s, event->ack_id, event->args);
}

static void
on_acknowledged(struct tg_socket *s, int error, struct tg_args args, void *arg)
{
	(void)arg;
	if (!error)
		tg_emit(s, TG("ackBack"), args);
}

static void
on_call_ack(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)event;
	(void)state;
	tg_emit_ack(s, TG("ack"), TG_NO_ARGS, 10000, on_acknowledged, NULL);
}

static void
on_get_ack_date(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)state;
	tg_ack(s, event->ack_id, TG_JSON("\"2024-01-15T10:30:00.000Z\""));
}

static void
on_broadcast(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)state;
	tg_to_others(s, TG("broadcastBack"), event->args);
}

static void
on_request_disconnect(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)event;
	(void)state;
	tg_disconnect(s, false);
}

static void
on_get_handshake(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)state;
	if (event->wants_ack)
		tg_ack(s, event->ack_id, tg_json(tg_handshake_json(s)));
}

static void
send_handshake(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	(void)h;
	(void)state;
	tg_emit(s, TG("handshake"), tg_json(tg_handshake_json(s)));
}

static void
refuse(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	(void)h;
	(void)state;
	tg_refuse(s, TG("Auth failed (custom namespace)"), TG(""));
}

static void
on_room(struct tg_socket *s, const struct tg_event *event, void *state)
{
	struct tg_str id = tg_socket_id(s);
	struct tg_target to = {
		.size = sizeof(to), .nsp = tg_socket_nsp(s), .rooms = &id, .rooms_n = 1};

	(void)state;
	tg_broadcast(&to, TG("roomBack"), event->args);
}

/* engine.io-client-java looks for its own header in every answer. */
static void
echo_header(const struct tg_http_answer *answer, void *state)
{
	struct tg_str value;

	(void)state;
	if (tg_request_header(answer, TG("X-SocketIO"), &value))
		tg_set_header(answer, TG("X-SocketIO"), value);
}

static const struct tg_handler events[] = {
	{"message", on_message},
	{"echo", on_echo},
	{"ack", on_ack},
	{"callAck", on_call_ack},
	{"getAckDate", on_get_ack_date},
	{"broadcast", on_broadcast},
	{"room", on_room},
	{"requestDisconnect", on_request_disconnect},
	{"getHandshake", on_get_handshake},
	{NULL, NULL},
};

static char path[256];

static struct tg_namespace namespaces[] = {
	{.name = "/", .connected = greet, .events = events},
	{.name = "/foo", .connected = greet, .events = events},
	{.name = "/abc", .connected = send_handshake},
	{.name = "/no", .admit = refuse},
	{.name = "/timeout_socket"},
	{.name = "/valid"},
	{.name = "/asd"},
};

static int
init(void)
{
	struct tg_str value;
	int error;

	if (!tg_json_get(tg_config(), TG("path"), &value) ||
	    tg_json_text(value, path, sizeof(path)) >= sizeof(path)) {
		tg_log(TG_INFO, "no path is configured: idle");
		return 0;
	}
	error = tg_add_headers(echo_header, NULL);
	for (size_t i = 0; !error && i < sizeof(namespaces) / sizeof(namespaces[0]);
	     i++) {
		namespaces[i].size = sizeof(namespaces[i]);
		namespaces[i].path = path;
		error = tg_add_namespace(&namespaces[i]);
	}
	return error;
}

TG_PLUGIN("suite-java", "1.0", init, NULL)
