/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * echo: the smallest plugin. One action, answered at once with the data that it got.
 *
 *	cc -shared -fPIC $(pkg-config --cflags tidegate) -o echo.so echo.c
 *
 * A client says  {"type":"REQUEST","requestId":"1","action":"echo","data":{"text":"hi"}}
 * and gets       {"type":"RESPONSE","requestId":"1","action":"echo","data":{"text":"hi"}}
 */
#include <tidegate/plugin.h>

static void
echo(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)state;
	tg_reply_ok(call, request->data);
}

static const struct tg_action action = {
	.size = sizeof(action), .name = "echo", .run = echo};

static int
init(void)
{
	return tg_add_action(&action);
}

TG_PLUGIN("echo", "1.0", init, NULL)
