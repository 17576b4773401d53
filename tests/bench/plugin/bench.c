/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The actions that the benchmark runs: bench.echo gives the data back, bench.join {room} takes
 * the socket into a room, bench.publish {room, text} sends the event "bench" with the text to
 * everybody in it. peers/socketio.js does the same for Node. All artifacts may be seen; that is
 * not remembered, for it is namespaces whose memory is measured with them.
 */
#include <tidegate/plugin.h>

#include <string.h>

#define ROOM_BYTES 128

static void
echo(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)state;
	tg_reply_ok(call, request->data);
}

/* Read data.room. Returns: false when there is none; the call is answered then. */
static bool
read_room(struct tg_call call, const struct tg_request *request, char room[ROOM_BYTES])
{
	struct tg_str value;

	if (tg_json_get(request->data, TG("room"), &value) && value.len > 2 &&
	    tg_json_text(value, room, ROOM_BYTES) < ROOM_BYTES)
		return true;
	tg_reply_error(call, TG("INVALID_DATA"),
		       TG("data.room must be the name of a room"), TG(""));
	return false;
}

static void
join(struct tg_call call, const struct tg_request *request, void *state)
{
	char room[ROOM_BYTES];

	(void)state;
	if (!read_room(call, request, room))
		return;
	tg_join(request->socket, tg_text(room));
	tg_reply_ok(call, TG("{}"));
}

static void
publish(struct tg_call call, const struct tg_request *request, void *state)
{
	char room[ROOM_BYTES];
	struct tg_str value;

	(void)state;
	if (!read_room(call, request, room))
		return;
	if (!tg_json_get(request->data, TG("text"), &value)) {
		tg_reply_error(call, TG("INVALID_DATA"), TG("data.text is missing"),
			       TG(""));
		return;
	}
	tg_to_room(tg_text(room), TG("bench"), tg_json(value));
	tg_reply_ok(call, TG("{}"));
}

static void
authorize(const struct tg_question *question, void *state)
{
	static const char artifact[] = "company:bench:artifact:";
	bool is_one = question->what.len > sizeof(artifact) - 1 &&
		      memcmp(question->what.ptr, artifact, sizeof(artifact) - 1) == 0;

	(void)state;
	(void)tg_answer(question->id, is_one ? TG_ALLOW_ONCE : TG_PASS);
}

static const struct tg_action actions[] = {
	{.size = sizeof(struct tg_action),
	 .name = "bench.echo",
	 .flags = TG_IDEMPOTENT,
	 .run = echo},
	{.size = sizeof(struct tg_action),
	 .name = "bench.join",
	 .flags = TG_IDEMPOTENT,
	 .run = join},
	{.size = sizeof(struct tg_action),
	 .name = "bench.publish",
	 .flags = TG_IDEMPOTENT,
	 .run = publish},
};

static int
init(void)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		int error = tg_add_action(&actions[i]);

		if (error != 0)
			return error;
	}
	return tg_add_authorize(authorize, NULL);
}

TG_PLUGIN("bench", "1.0", init, NULL)
