/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/hub/hub_rig.h"

#include "base/errors.h"
#include "config/config.h"
#include "net/loop.h"
#include "policy/token.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 2, 3))) static void
tell(struct hub_rig *h, const char *format, ...)
{
	size_t n = strlen(h->told);
	va_list args;

	va_start(args, format);
	vsnprintf(h->told + n, sizeof(h->told) - n, format, args);
	va_end(args);
}

static bool
namespace_exists(void *up, struct str name)
{
	(void)up;
	return str_has_prefix(name, STR("/dyn")) || str_eq(name, STR("/no")) ||
	       str_eq(name, STR("/later"));
}

static void
on_connect(void *up, struct socket *s, struct str auth)
{
	struct hub_rig *h = up;
	struct str nsp = socket_nsp(s);

	h->newest = s;
	h->sockets_n++;
	tell(h, "connect %.*s %.*s; ", STR_ARG(nsp), STR_ARG(auth));
	if (str_eq(nsp, STR("/no")))
		ck_assert_int_eq(
			socket_refuse(s, STR("not you"), STR("{\"code\":\"X\"}")), 0);
	else if (!str_eq(nsp, STR("/later")) && !h->is_slow)
		ck_assert_int_eq(socket_accept(s), 0);
}

static void
on_event(void *up, struct socket *s, const struct event_in *in)
{
	tell(up, "event %.*s %.*s", STR_ARG(in->name), STR_ARG(in->args));
	for (size_t i = 0; i < in->attachments_n; i++)
		tell(up, " <%.*s>", STR_ARG(in->attachments[i]));
	tell(up, "; ");
	if (in->wants_ack)
		socket_ack(s, in->ack_id, in->args, in->attachments, in->attachments_n);
}

static void
on_disconnect(void *up, struct socket *s, const char *reason)
{
	struct hub_rig *h = up;

	ck_assert(!socket_is_connected(s));
	tell(h, "disconnect %s; ", reason);
	if (h->on_disconnect)
		h->on_disconnect(h, s);
}

static void
on_free(void *up, struct socket *s)
{
	struct hub_rig *h = up;

	(void)socket_nsp(s); /* may be asked */
	h->sockets_n--;
	if (h->on_free)
		h->on_free(h, s);
}

static struct keepsake *
keep(void *up, struct socket *s)
{
	struct hub_rig *h = up;

	return h->keep ? h->keep(h, s) : NULL;
}

static const struct hub_up hub_up = {.namespace_exists = namespace_exists,
				     .on_connect = on_connect,
				     .on_event = on_event,
				     .on_disconnect = on_disconnect,
				     .keep = keep,
				     .on_free = on_free};

void
hub_rig_open(struct hub_rig *h, const char *settings, size_t loops_n)
{
	char all[768] =
		"    dialect: actions\n    auth: none\n    namespaces: [/static]\n"
		"    connect_timeout: 1s\n    attachments: 4\n    message_size: 4000\n";
	struct buf errors = BUF_INIT;

	strcat(all, settings);
	*h = (struct hub_rig){0};
	engine_rig_open(&h->e, all, loops_n, &client_engine_app);
	ck_assert_int_eq(token_keys_load(&h->e.rig.config->token, &h->keys, &errors), 0);
	h->hubs = (struct hubs){.hub = h->hub, .n = loops_n};
	for (size_t i = 0; i < loops_n; i++) {
		h->hub[i] = hub_new(h->e.rig.loop[i], &h->hubs, h->keys, &hub_up, h);
		ck_assert_ptr_nonnull(h->hub[i]);
		h->e.app_state[i] = h->hub[i];
	}
}

void
hub_rig_close(struct hub_rig *h)
{
	h->on_disconnect = NULL;
	for (size_t i = 0; i < h->hubs.n; i++)
		sessions_close_all(&h->e.sessions[i], "server shutting down");
	rig_turn(&h->e.rig);
	ck_assert_int_eq(h->sockets_n, 0);
	for (size_t i = 0; i < h->hubs.n; i++) {
		const struct counters *c = &h->e.rig.loop[i]->counters;

		ck_assert_uint_eq(h->hub[i]->namespaces.n, 0);
		ck_assert_uint_eq(counter_get(c, COUNTER_ROOMS), 0);
		ck_assert_uint_eq(counter_get(c, COUNTER_SOCKETS), 0);
		hub_free(h->hub[i]);
	}
	engine_rig_close(&h->e);
	token_keys_unref(h->keys);
}

void
hub_told(struct hub_rig *h, const char *words)
{
	ck_assert_str_eq(h->told, words);
	h->told[0] = '\0';
}

void
hub_takes_connect(struct hub_rig *h, struct peer *p, const char *head)
{
	char packet[128];

	snprintf(packet, sizeof(packet), "40%s{\"sid\":\"%.*s\"}", head,
		 STR_ARG(socket_id(h->newest)));
	peer_receives(p, packet);
}

struct peer *
hub_joins(struct hub_rig *h, size_t loop, const char *nsp)
{
	struct peer *p = peer_open(&h->e.rig, loop);
	char packet[128];

	engine_opens_websocket(&h->e, p);
	snprintf(packet, sizeof(packet), "40%s,", nsp);
	peer_sends(p, strcmp(nsp, "/") ? packet : "40");
	snprintf(packet, sizeof(packet), "%s,", nsp);
	hub_takes_connect(h, p, strcmp(nsp, "/") ? packet : "");
	h->told[0] = '\0';
	return p;
}
