/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sio-echo: the server that the public Socket.IO protocol suite expects, on the mount
 * /socket.io. "/" and "/custom" greet with the client's own auth object; "/" sends events back,
 * binary ones too.
 *
 *	cc -shared -fPIC $(pkg-config --cflags tidegate) -o sio-echo.so sio-echo.c
 */
#include <tidegate/plugin.h>

static void
greet(struct tg_socket *socket, const struct tg_handshake *h, void *state)
{
	(void)state;
	tg_emit(socket, TG("auth"), tg_json(h->auth));
}

static void
on_message(struct tg_socket *socket, const struct tg_event *event, void *state)
{
	(void)state;
	tg_emit(socket, TG("message-back"), event->args);
}

static void
on_message_with_ack(struct tg_socket *socket, const struct tg_event *event, void *state)
{
	(void)state;
	if (event->wants_ack)
		tg_ack(socket, event->ack_id, event->args);
}

static const struct tg_handler events[] = {
	{"message", on_message},
	{"message-with-ack", on_message_with_ack},
	{NULL, NULL},
};

static const struct tg_namespace main_nsp = {
	.size = sizeof(main_nsp),
	.name = "/",
	.path = "/socket.io",
	.connected = greet,
	.events = events,
};

static const struct tg_namespace custom_nsp = {
	.size = sizeof(custom_nsp),
	.name = "/custom",
	.path = "/socket.io",
	.connected = greet,
};

static int
init(void)
{
	int error = tg_add_namespace(&main_nsp);

	return error ? error : tg_add_namespace(&custom_nsp);
}

TG_PLUGIN("sio-echo", "1.0", init, NULL)
