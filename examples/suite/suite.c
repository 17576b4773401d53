/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * suite: plays the server that socket.io-client's own tests run against (namespaces that
 * refuse, handshakes, acknowledgements both ways, dates, binary values in order). It serves the
 * mount that its configuration names, and nothing without one:
 *
 *	plugins: {suite: {path: /socket.io}}
 *
 *	cc -shared -fPIC $(pkg-config --cflags tidegate) -o suite.so suite.c
 */
#include <tidegate/plugin.h>

#include <time.h>

/* Events that are answered by an event: only when they hold a binary value, where that is
 * asked for, and only after an earlier one on the same socket. */
static const struct reply {
	const char *event;
	bool wants_binary;
	const char *after;
	const char *reply; /* NULL: none */
	const char *args;
} replies[] = {
	{"hi", false, NULL, "hi", ""},
	{"false", false, NULL, "false", "false"},
	{"getUtf8", false, NULL, "takeUtf8", "\"てすと\""},
	{"getUtf8", false, NULL, "takeUtf8", "\"Я Б Г Д Ж Й\""},
	{"getUtf8", false, NULL, "takeUtf8", "\"Ä ä Ü ü ß\""},
	{"getUtf8", false, NULL, "takeUtf8", "\"utf8 — string\""},
	{"getUtf8", false, NULL, "takeUtf8", "\"utf8 — string\""},
	{"buffa", true, NULL, "buffack", ""},
	{"jsonbuff", true, NULL, "jsonbuff-ack", ""},
	{"abuff1", true, NULL, NULL, NULL},
	{"abuff2", false, "abuff1", "abuff2-ack", ""},
	{"blob", true, NULL, "back", ""},
	{"jsonblob", true, NULL, "jsonblob-ack", ""},
	{"blob1", true, NULL, NULL, NULL},
	{"blob2", false, "blob1", NULL, NULL},
	{"blob3", true, "blob2", "blob3-ack", ""},
};

enum { REPLIES_N = sizeof(replies) / sizeof(replies[0]) };

static bool
has_seen(struct tg_socket *s, const char *event)
{
	for (size_t i = 0; i < REPLIES_N; i++)
		if (strcmp(replies[i].event, event) == 0)
			return (uintptr_t)tg_data(s) >> i & 1;
	return false;
}

/* What a socket has seen is a bit for each row, kept in its data pointer. */
static bool
on_any(struct tg_socket *s, const struct tg_event *event, void *state)
{
	bool is_known = false;

	(void)state;
	for (size_t i = 0; i < REPLIES_N; i++) {
		const struct reply *r = &replies[i];

		if (!tg_equal(event->name, tg_text(r->event)))
			continue;
		is_known = true;
		if ((r->wants_binary && !event->args.binary_n) ||
		    (r->after && !has_seen(s, r->after)))
			continue;
		tg_set_data(s, (void *)((uintptr_t)tg_data(s) | (uintptr_t)1 << i), NULL);
		if (r->reply)
			tg_emit(s, tg_text(r->reply), tg_json(tg_text(r->args)));
	}
	return is_known;
}

/* Now, as JavaScript writes a Date into JSON. */
static struct tg_str
date(char out[64], const char *before, const char *behind)
{
	int64_t now_ms = tg_now_ms();
	time_t seconds = (time_t)(now_ms / 1000);
	struct tm utc;
	char text[32];
	int n;

	gmtime_r(&seconds, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	n = snprintf(out, 64, "%s\"%s.%03dZ\"%s", before, text, (int)(now_ms % 1000),
		     behind);
	return tg_span(out, (size_t)n);
}

static void
on_get_ack_date(struct tg_socket *s, const struct tg_event *event, void *state)
{
	char text[64];

	(void)state;
	tg_ack(s, event->ack_id, tg_json(date(text, "", "")));
}

static void
on_get_date(struct tg_socket *s, const struct tg_event *event, void *state)
{
	char text[64];

	(void)event;
	(void)state;
	tg_emit(s, TG("takeDate"), tg_json(date(text, "", "")));
}

static void
on_get_date_object(struct tg_socket *s, const struct tg_event *event, void *state)
{
	char text[64];

	(void)event;
	(void)state;
	tg_emit(s, TG("takeDateObj"), tg_json(date(text, "{\"date\":", "}")));
}

/* echo(argument, callback): the first argument alone goes back. */
static void
on_echo(struct tg_socket *s, const struct tg_event *event, void *state)
{
	struct tg_args answer = event->args;

	(void)state;
	if (event->wants_ack && tg_json_arg(event->args, 0, &answer.json))
		tg_ack(s, event->ack_id, answer);
}

static void
on_acknowledged(struct tg_socket *s, int error, struct tg_args args, void *arg)
{
	struct tg_str five, object, test;
	int64_t n = 0;

	(void)arg;
	if (!error && tg_json_arg(args, 0, &five) && tg_json_int(five, &n) && n == 5 &&
	    tg_json_arg(args, 1, &object) && tg_json_get(object, TG("test"), &test))
		tg_emit(s, TG("got it"), TG_NO_ARGS);
}

static void
on_ack(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)event;
	(void)state;
	tg_emit_ack(s, TG("ack"), TG_NO_ARGS, 10000, on_acknowledged, NULL);
}

static void
send_bytes(struct tg_socket *s, const struct tg_event *event, void *state)
{
	static const struct tg_str bytes = {"asdfasdf", 8};
	struct tg_args args = {TG(TG_BINARY(0)), &bytes, 1};

	(void)state;
	tg_emit(s, tg_equal(event->name, TG("doge")) ? TG("doge") : TG("takebin"), args);
}

static void
on_get_handshake(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)state;
	tg_ack(s, event->ack_id, tg_json(tg_handshake_json(s)));
}

static void
on_get_id(struct tg_socket *s, const struct tg_event *event, void *state)
{
	char id[32]; /* ids need no escapes */
	int n = snprintf(id, sizeof(id), "\"%.*s\"", (int)tg_socket_id(s).len,
			 tg_socket_id(s).ptr);

	(void)state;
	tg_ack(s, event->ack_id, tg_json(tg_span(id, (size_t)n)));
}

static void
send_handshake(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	(void)h;
	(void)state;
	tg_emit(s, TG("handshake"), tg_json(tg_handshake_json(s)));
}

static void
admit_unless_asked_to_fail(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	struct tg_str fail;

	(void)h;
	(void)state;
	if (tg_query(s, TG("fail"), &fail) && fail.len)
		tg_refuse(s, TG("Auth failed (main namespace)"), TG(""));
	else
		tg_accept(s);
}

static void
refuse(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	(void)h;
	(void)state;
	tg_refuse(s, TG("Auth failed (custom namespace)"), TG(""));
}

static const struct tg_handler main_events[] = {
	{"echo", on_echo},
	{"ack", on_ack},
	{"getAckDate", on_get_ack_date},
	{"getDate", on_get_date},
	{"getDateObj", on_get_date_object},
	{"doge", send_bytes},
	{"getbin", send_bytes},
	{"getHandshake", on_get_handshake},
	{"getId", on_get_id},
	{NULL, NULL},
};

static const struct tg_handler foo_events[] = {{"getId", on_get_id}, {NULL, NULL}};

static char path[256];

static struct tg_namespace namespaces[] = {
	{.name = "/",
	 .admit = admit_unless_asked_to_fail,
	 .events = main_events,
	 .any = on_any},
	{.name = "/foo", .events = foo_events},
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
	int error = 0;

	if (!tg_json_get(tg_config(), TG("path"), &value) ||
	    tg_json_text(value, path, sizeof(path)) >= sizeof(path)) {
		tg_log(TG_INFO, "no path is configured: idle");
		return 0;
	}
	for (size_t i = 0; !error && i < sizeof(namespaces) / sizeof(namespaces[0]);
	     i++) {
		namespaces[i].size = sizeof(namespaces[i]);
		namespaces[i].path = path;
		error = tg_add_namespace(&namespaces[i]);
	}
	return error;
}

TG_PLUGIN("suite", "1.0", init, NULL)
