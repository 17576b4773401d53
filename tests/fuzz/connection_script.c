/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "connection_script.h"

#include "net/loop.h"

#include <string.h>

enum { STEP = 0x1f, TENTH_MS = 100, FINAL_TEXT = 0x81, FINAL_BINARY = 0x82 };

static const char *const paths[] = {"/engine/", "/socket/", "/packed/", "/token/",
				    "/plain",   "/ws",      "/topics"};

/* Person 1, who may be in channel c, room channel:c, event schedule, topic x; signed with the
 * secret of connection_fuzz.c, without an end. */
#define TOKEN                                                                            \
	"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIiwidXNlcm5hbWUiOiJ1IiwiY2hhbm5lbHMiOls"       \
	"iYyJdLCJyb29tcyI6WyJjaGFubmVsOmMiXSwiZXZlbnRzIjpbInNjaGVkdWxlIl0sInRvcGl"       \
	"jcyI6WyJ4Il19.lM1Q0jiZ242RhRFh8ATrtnQnPJlLbKOWP5XXXKZwzjE"

void
script_init(struct script *s, struct server *server, struct clock_hand *hand,
	    unsigned mount)
{
	*s = (struct script){.server = server, .hand = hand};
	s->path = paths[mount % (sizeof(paths) / sizeof(paths[0]))];
	memset(s->sid, 'A', sizeof(s->sid));
	memset(s->pid, 'A', sizeof(s->pid));
}

/* The value of that member, if it is as long as id. */
static void
hear_id(const struct buf *said, struct str key, char *id, size_t id_bytes)
{
	const char *at = said->len ? memmem(said->data, said->len, key.ptr, key.len)
				   : NULL;

	if (!at)
		return;
	at += key.len;
	if ((size_t)(said->data + said->len - at) > id_bytes && at[id_bytes] == '"')
		memcpy(id, at, id_bytes);
}

/* Read what the server said, and look for ids in it. */
static void
hear(struct script *s)
{
	for (unsigned i = 0; i < SCRIPT_CLIENTS; i++) {
		struct stream_memory *m = &s->clients[i];

		hear_id(&m->to_client, STR("\"sid\":\""), s->sid, sizeof(s->sid));
		hear_id(&m->to_client, STR("\"pid\":\""), s->pid, sizeof(s->pid));
		if (m->stream)
			stream_memory_read(m, m->to_client.len);
	}
}

static void
turn(struct script *s)
{
	loop_turn(server_loop(s->server, 0), false);
	hear(s);
}

static void
leave(struct script *s, unsigned who)
{
	struct stream_memory *m = &s->clients[who];

	if (!s->is_open[who])
		return;
	m->window_bytes = SIZE_MAX / 4;
	stream_memory_end(m);
	turn(s);
	if (m->stream)
		return; /* lives on for a while: its memory must, too */
	buf_fini(&m->to_server);
	buf_fini(&m->to_client);
	s->is_open[who] = false;
}

static void
choose(struct script *s, unsigned who)
{
	s->who = who;
	if (s->is_open[who] && s->clients[who].stream)
		return;
	if (s->is_open[who])
		leave(s, who);
	s->is_open[who] = server_connect(s->server, 0, 0, &s->clients[who]) != NULL;
}

static void
say(struct script *s, struct str bytes)
{
	if (!s->is_open[s->who])
		choose(s, s->who);
	if (s->clients[s->who].stream && bytes.len)
		stream_memory_write(&s->clients[s->who], bytes);
}

static void
say_frame(struct script *s, unsigned char start, struct str payload)
{
	struct buf frame = BUF_INIT;
	bool is_long = payload.len > 125;

	buf_add_char(&frame, (char)start);
	buf_add_char(&frame, (char)(0x80 | (is_long ? 126 : payload.len)));
	if (is_long) {
		buf_add_char(&frame, (char)(payload.len >> 8));
		buf_add_char(&frame, (char)payload.len);
	}
	buf_add(&frame, "\0\0\0\0", 4); /* a mask that changes nothing */
	buf_add_str(&frame, payload);
	say(s, buf_str(&frame));
	buf_fini(&frame);
}

/* "40{…}" for somebody who wants to go on as before. */
static void
say_return(struct script *s, struct str offset)
{
	struct buf packet = BUF_INIT;

	buf_printf(&packet, "40{\"pid\":\"%.*s\",\"offset\":\"", SCRIPT_PID_BYTES,
		   s->pid);
	buf_add_str(&packet, offset);
	buf_add_str(&packet, STR("\"}"));
	say_frame(s, FINAL_TEXT, buf_str(&packet));
	buf_fini(&packet);
}

static void
say_request(struct script *s, const char *method, const char *transport, const char *more,
	    struct str body)
{
	struct buf text = BUF_INIT;

	buf_printf(&text,
		   "%s %s?EIO=4&transport=%s&sid=%.*s&token=" TOKEN
		   " HTTP/1.1\r\nHost: h\r\n%s",
		   method, s->path, transport, SCRIPT_SID_BYTES, s->sid, more);
	if (*method == 'P')
		buf_printf(&text, "Content-Length: %zu\r\n", body.len);
	buf_add_str(&text, STR("\r\n"));
	buf_add_str(&text, body);
	say(s, buf_str(&text));
	buf_fini(&text);
}

/* Steps that are followed by text. */
static void
say_as(struct script *s, char step, struct str text)
{
	static const char upgrade[] = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
				      "Sec-WebSocket-Version: 13\r\n"
				      "Sec-WebSocket-Extensions: permessage-deflate\r\n"
				      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

	if (text.len > UINT16_MAX)
		text.len = UINT16_MAX;
	switch (step) {
	case 'T':
		say_frame(s, FINAL_TEXT, text);
		break;
	case 'B':
		say_frame(s, FINAL_BINARY, text);
		break;
	case 'F':
		if (text.len)
			say_frame(s, (unsigned char)*text.ptr, str_skip(text, 1));
		break;
	case 'R':
		say_return(s, text);
		break;
	case 'P':
		say_request(s, "POST", "polling", "", text);
		break;
	case 'G':
		say_request(s, "GET", "polling", "Accept-Encoding: gzip\r\n", STR(""));
		say(s, text);
		break;
	case 'U':
		say_request(s, "GET", "websocket", upgrade, STR(""));
		say(s, text);
		break;
	case 's':
		say(s, (struct str){s->sid, sizeof(s->sid)});
		say(s, text);
		break;
	default:
		say(s, text);
	}
}

/* Steps with a byte of their own. Returns how many bytes they took. */
static size_t
act(struct script *s, char step, struct str rest)
{
	unsigned argument = rest.len ? (unsigned char)rest.ptr[0] : 0;

	if (step >= '0' && step < '0' + SCRIPT_CLIENTS) {
		choose(s, (unsigned)(step - '0'));
		return 0;
	}
	if (step == 'e')
		leave(s, s->who);
	if (step == 't')
		clock_hand_move(s->hand, argument * TENTH_MS);
	if (step == 'w')
		s->clients[s->who].window_bytes = (size_t)argument << 10;
	return (step == 't' || step == 'w') && rest.len ? 1 : 0;
}

void
script_play(struct script *s, struct str input)
{
	char step = 0;

	choose(s, 0);
	for (;;) {
		const char *end = input.len ? memchr(input.ptr, STEP, input.len) : NULL;
		struct str text = {input.ptr,
				   end ? (size_t)(end - input.ptr) : input.len};

		if (step || text.len)
			say_as(s, step, text);
		turn(s);
		input = str_skip(input, text.len + (end != NULL));
		if (!input.len)
			return;
		step = input.ptr[0];
		input = str_skip(input, 1);
		input = str_skip(input, act(s, step, input));
	}
}

void
script_fini(struct script *s)
{
	for (unsigned i = 0; i < SCRIPT_CLIENTS; i++)
		leave(s, i);
	for (unsigned minute = 0; minute < 3; minute++) {
		clock_hand_move(s->hand, 60000);
		turn(s);
	}
	for (unsigned i = 0; i < SCRIPT_CLIENTS; i++)
		leave(s, i);
	for (unsigned i = 0; i < SCRIPT_CLIENTS; i++)
		if (s->is_open[i])
			__builtin_trap(); /* it would never have gone */
}
