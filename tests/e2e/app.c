/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The application of the end-to-end tests: what a Node Socket.IO server would do, on the mount
 * /app, and an action "push" that sends updates. The tests build it with one line:
 *
 *	cc -shared -fPIC -I include -o app.so app.c
 */
#include <tidegate/plugin.h>

#include <stdlib.h>

/* push {company, message, artifact?}: sendUpdate to everybody whom it concerns. */
static void
push(struct tg_call call, const struct tg_request *request, void *state)
{
	char company[64] = "", artifact[64] = "";
	struct tg_str value, message = TG("null");

	(void)state;
	if (tg_json_get(request->data, TG("company"), &value))
		tg_json_text(value, company, sizeof(company));
	if (tg_json_get(request->data, TG("artifact"), &value))
		tg_json_text(value, artifact, sizeof(artifact));
	tg_json_get(request->data, TG("message"), &message);
	if (tg_send_update(tg_text(company), message, tg_text(artifact)) == TG_OK)
		tg_reply_ok(call, TG("{\"sent\":true}"));
	else
		tg_reply_error(call, TG("REFUSED"), TG("not a message"), TG(""));
}

/* never, endless: actions without an answer, for their time limits. */
static void
never(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)call;
	(void)request;
	(void)state;
}

static void
answer(void *arg)
{
	tg_reply_ok(*(struct tg_call *)arg, TG("\"at last\""));
}

/* late: an answer after a while. */
static void
late(struct tg_call call, const struct tg_request *request, void *state)
{
	struct tg_call *kept = malloc(sizeof(*kept));

	(void)request;
	(void)state;
	if (!kept)
		return;
	*kept = call;
	if (tg_timer_start(200, 0, answer, kept, free, NULL))
		free(kept);
}

/* The actions that the guide's client runs. */
static void
some_action(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)state;
	tg_update(call, TG("{\"progress\":50}"));
	tg_reply_ok(call, request->data);
}

/* Everything comes back: by acknowledgement when one is wanted, else as event "echo". */
static void
on_echo(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)state;
	if (event->wants_ack)
		tg_ack(s, event->ack_id, event->args);
	else
		tg_emit(s, TG("echo"), event->args);
}

static void
on_answer(struct tg_socket *s, int error, struct tg_args args, void *arg)
{
	(void)arg;
	if (error == TG_E_TIMEOUT)
		tg_emit(s, TG("no answer"), TG_NO_ARGS);
	else if (!error)
		tg_emit(s, TG("answer"), args);
}

/* The client is asked, with what it said; its answer comes back as event "answer". "ask me
 * soon" does not wait for a client that is busy. */
static void
on_ask_me(struct tg_socket *s, const struct tg_event *event, void *state)
{
	uint32_t timeout_ms = tg_equal(event->name, TG("ask me")) ? 60000 : 100;

	(void)state;
	tg_emit_ack(s, TG("question"), event->args, timeout_ms, on_answer, NULL);
}

static void
on_leave(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)state;
	tg_disconnect(s, tg_equal(event->name, TG("hang up")));
}

static struct tg_str
room_of(const struct tg_event *event, char room[64])
{
	struct tg_str value;

	room[0] = '\0';
	if (tg_json_arg(event->args, 0, &value))
		tg_json_text(value, room, 64);
	return tg_text(room);
}

static void
on_join(struct tg_socket *s, const struct tg_event *event, void *state)
{
	char room[64];

	(void)state;
	tg_join(s, room_of(event, room));
	tg_ack(s, event->ack_id, TG_NO_ARGS);
}

/* say(room, anything…): to the room's other members. */
static void
on_say(struct tg_socket *s, const struct tg_event *event, void *state)
{
	char name[64];
	struct tg_str room = room_of(event, name), self = tg_socket_id(s);
	struct tg_target to = {.size = sizeof(to),
			       .nsp = tg_socket_nsp(s),
			       .rooms = &room,
			       .rooms_n = 1,
			       .except = &self,
			       .except_n = 1};

	(void)state;
	tg_broadcast(&to, TG("said"), event->args);
}

static void
on_shout(struct tg_socket *s, const struct tg_event *event, void *state)
{
	(void)state;
	tg_to_others(s, TG("shouted"), event->args);
}

/* remember(text), recall(): what it said last, as long as it is the same socket. */
static void
on_remember(struct tg_socket *s, const struct tg_event *event, void *state)
{
	char *text = malloc(event->args.json.len + 1);

	(void)state;
	if (!text)
		return;
	memcpy(text, event->args.json.ptr, event->args.json.len);
	text[event->args.json.len] = '\0';
	if (tg_set_data(s, text, free))
		free(text);
	tg_ack(s, event->ack_id, TG_NO_ARGS);
}

static void
on_recall(struct tg_socket *s, const struct tg_event *event, void *state)
{
	const char *text = tg_data(s);

	(void)state;
	tg_ack(s, event->ack_id, text ? tg_json(tg_text(text)) : TG_NO_ARGS);
}

/* Only those who come back hear of it. */
static void
welcome_back(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	(void)state;
	if (h->recovered)
		tg_emit(s, TG("welcome back"), TG_NO_ARGS);
}

/* flood(n, text): n volatile events, then one that may not be dropped. */
static void
on_flood(struct tg_socket *s, const struct tg_event *event, void *state)
{
	struct tg_str value;
	int64_t n = 0;

	(void)state;
	if (tg_json_arg(event->args, 0, &value))
		tg_json_int(value, &n);
	while (n-- > 0)
		tg_emit_volatile(s, TG("drop"), event->args);
	tg_emit(s, TG("kept"), TG_NO_ARGS);
}

/* /members: only with the password, refused with data. */
static void
admit_members(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	struct tg_str password;

	(void)state;
	if (tg_json_get(h->auth, TG("password"), &password) &&
	    tg_equal(password, TG("\"tide\"")))
		tg_accept(s);
	else
		tg_refuse(s, TG("not a member"),
			  TG("{\"code\":\"NOT_A_MEMBER\",\"retry\":false}"));
}

static void
tell_handshake(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	(void)h;
	(void)state;
	tg_emit(s, TG("handshake"), tg_json(tg_handshake_json(s)));
}

static const struct tg_handler events[] = {
	{"echo", on_echo},         {"ask me", on_ask_me}, {"ask me soon", on_ask_me},
	{"put me out", on_leave},  {"hang up", on_leave}, {"join", on_join},
	{"say", on_say},           {"shout", on_shout},   {"flood", on_flood},
	{"remember", on_remember}, {"recall", on_recall}, {NULL, NULL},
};

static const struct tg_namespace namespaces[] = {
	{.size = sizeof(struct tg_namespace),
	 .name = "/",
	 .path = "/app",
	 .connected = welcome_back,
	 .events = events,
	 .keep_data = true},
	{.size = sizeof(struct tg_namespace),
	 .name = "/members",
	 .path = "/app",
	 .admit = admit_members,
	 .connected = tell_handshake,
	 .events = events},
};

static const struct tg_action actions[] = {
	{.size = sizeof(struct tg_action), .name = "someAction", .run = some_action},
	{.size = sizeof(struct tg_action), .name = "processData", .run = some_action},
	{.size = sizeof(struct tg_action), .name = "push", .run = push},
	{.size = sizeof(struct tg_action), .name = "late", .run = late},
	{.size = sizeof(struct tg_action),
	 .name = "never",
	 .timeout_ms = 200,
	 .run = never},
	{.size = sizeof(struct tg_action),
	 .name = "endless",
	 .timeout_ms = 3600000,
	 .run = never},
};

static int
init(void)
{
	int error = 0;

	for (size_t i = 0; !error && i < sizeof(actions) / sizeof(actions[0]); i++)
		error = tg_add_action(&actions[i]);
	for (size_t i = 0; !error && i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		error = tg_add_namespace(&namespaces[i]);
	return error;
}

TG_PLUGIN("app", "1.0", init, NULL)
