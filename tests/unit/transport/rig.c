/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/transport/rig.h"

#include "net/loop.h"

#include <stdio.h>
#include <stdlib.h>

void
rig_open(struct rig *r, const char *yaml, size_t loops_n)
{
	static char secret[] = "TIDEGATE_JWT_SECRET=" RIG_SECRET;
	char *environment[] = {secret, NULL};
	struct config_source source = {.file = "rig.yaml", .environment = environment};
	struct buf errors = BUF_INIT;
	const struct config_http *http;

	*r = (struct rig){.hand = {1000, (int64_t)RIG_WALL_S * 1000}, .loops_n = loops_n};
	ck_assert_msg(config_load_text(&source, str_from(yaml), &r->config, &errors) == 0,
		      "%.*s", STR_ARG(buf_str(&errors)));
	buf_fini(&errors);
	http = &r->config->http;
	r->router = router_new();
	for (size_t i = 0; i < loops_n; i++) {
		r->loop[i] = loop_new((int)i, clock_of_hand(&r->hand), r->config);
		r->sibling[i] = &r->server[i];
		r->server[i] = (struct http_server){
			.loop = r->loop[i],
			.router = r->router,
			.times = http,
			.limits = {http->head_bytes, http->target_bytes, http->headers_n,
				   http->body_bytes},
			.listener = "public",
			.sibling = r->sibling,
		};
		list_init(&r->server[i].conns);
		list_init(&r->server[i].upgraded);
	}
}

void
rig_close(struct rig *r)
{
	for (size_t i = 0; i < r->loops_n; i++)
		http_server_close(&r->server[i]);
	rig_turn(r);
	for (size_t i = 0; i < r->loops_n; i++) {
		ck_assert_uint_eq(counter_get(&r->loop[i]->counters, COUNTER_WEBSOCKETS),
				  0);
		loop_free(r->loop[i]);
	}
	for (size_t i = 0; i < RIG_PEERS && r->peer[i]; i++) {
		ck_assert(r->peer[i]->memory.server_closed);
		buf_fini(&r->peer[i]->memory.to_client);
		buf_fini(&r->peer[i]->memory.to_server);
		free(r->peer[i]);
	}
	router_free(r->router);
	config_unref(r->config);
}

void
rig_route(struct rig *r, const struct route *route)
{
	ck_assert_int_eq(router_add(r->router, route), 0);
}

/* A socket announces what was left unread; memory has to be asked. */
static void
pump(struct peer *p)
{
	struct stream_memory *m = &p->memory;

	while (m->stream && m->to_server.len && (m->stream->watch & STREAM_READ))
		stream_memory_write(m, STR(""));
}

void
rig_turn(struct rig *r)
{
	for (int round = 0; round < 4; round++) {
		for (size_t i = 0; i < RIG_PEERS && r->peer[i]; i++)
			pump(r->peer[i]);
		for (size_t i = 0; i < r->loops_n; i++)
			loop_turn(r->loop[i], false);
	}
}

void
rig_pass(struct rig *r, uint64_t ms)
{
	clock_hand_move(&r->hand, ms);
	rig_turn(r);
}

struct peer *
peer_open(struct rig *r, size_t loop)
{
	struct peer *p = calloc(1, sizeof(*p));
	size_t i = 0;

	while (r->peer[i])
		i++;
	ck_assert_uint_lt(i + 1, RIG_PEERS);
	r->peer[i] = p;
	p->rig = r;
	p->conn = http_server_accept_memory(&r->server[loop], &p->memory);
	ck_assert_ptr_nonnull(p->conn);
	return p;
}

void
peer_write(struct peer *p, struct str bytes)
{
	stream_memory_write(&p->memory, bytes);
	pump(p);
}

void
peer_says(struct peer *p, const char *text)
{
	peer_write(p, str_from(text));
	rig_turn(p->rig);
}

void
peer_ends(struct peer *p)
{
	stream_memory_end(&p->memory);
	rig_turn(p->rig);
}

bool
peer_is_closed(const struct peer *p)
{
	return p->memory.server_closed || p->memory.server_ended;
}

void
peer_asks(struct peer *p, const char *method, const char *target, const char *lines,
	  const char *body)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s %s HTTP/1.1\r\nHost: t.example\r\n%s", method, target,
		   lines);
	if (*body)
		buf_printf(&text, "Content-Length: %zu\r\n", strlen(body));
	buf_printf(&text, "\r\n%s", body);
	peer_write(p, buf_str(&text));
	buf_fini(&text);
	rig_turn(p->rig);
}

/* --- what came back ---------------------------------------------------------------------- */

void
peer_hears(struct peer *p, const char *bytes)
{
	struct str got = buf_str(&p->memory.to_client);

	ck_assert_msg(str_eq(got, str_from(bytes)), "heard \"%.*s\", not \"%s\"",
		      STR_ARG(got), bytes);
	stream_memory_read(&p->memory, got.len);
}

void
peer_hears_nothing(struct peer *p)
{
	peer_hears(p, "");
}

static void
take(struct peer *p, char *into, size_t room, size_t n)
{
	ck_assert_uint_lt(n, room);
	memcpy(into, p->memory.to_client.data, n);
	into[n] = '\0';
	stream_memory_read(&p->memory, n);
}

void
peer_gets(struct peer *p, int status, const char *body)
{
	struct str got = buf_str(&p->memory.to_client);
	const char *end = got.len ? memmem(got.ptr, got.len, "\r\n\r\n", 4) : NULL;
	size_t n;

	ck_assert_msg(end != NULL, "no answer, but \"%.*s\"", STR_ARG(got));
	take(p, p->head, sizeof(p->head), (size_t)(end - got.ptr) + 4);
	ck_assert_msg(atoi(p->head + strlen("HTTP/1.1 ")) == status, "%s", p->head);
	n = (size_t)atoi(peer_header(p, "Content-Length"));
	ck_assert_uint_ge(p->memory.to_client.len, n);
	take(p, p->body, sizeof(p->body), n);
	p->body_n = n;
	if (body)
		ck_assert_str_eq(p->body, body);
}

const char *
peer_header(struct peer *p, const char *name)
{
	static char value[512];
	char line[64];
	const char *at;
	size_t n;

	snprintf(line, sizeof(line), "\r\n%s: ", name);
	at = strcasestr(p->head, line);
	if (!at)
		return "";
	at += strlen(line);
	n = strcspn(at, "\r");
	ck_assert_uint_lt(n, sizeof(value));
	memcpy(value, at, n);
	value[n] = '\0';
	return value;
}

/* --- WebSocket --------------------------------------------------------------------------- */

void
peer_upgrades(struct peer *p, const char *target, const char *lines)
{
	char all[1024];

	snprintf(all, sizeof(all),
		 "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: "
		 "13\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s",
		 lines);
	peer_asks(p, "GET", target, all, "");
	peer_gets(p, 101, "");
	ck_assert_str_eq(peer_header(p, "Sec-WebSocket-Accept"),
			 "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

void
peer_frame(struct peer *p, enum ws_opcode opcode, bool fin, struct str payload)
{
	static const uint8_t mask[4] = {0x11, 0x80, 0xff, 0x3c};
	struct buf frame = BUF_INIT;
	size_t n = payload.len;

	buf_add_char(&frame, (char)(opcode | (fin ? 0x80 : 0)));
	if (n < 126) {
		buf_add_char(&frame, (char)(0x80 | n));
	} else if (n < 65536) {
		buf_add_char(&frame, (char)(0x80 | 126));
		buf_add_char(&frame, (char)(n >> 8));
		buf_add_char(&frame, (char)n);
	} else {
		buf_add_char(&frame, (char)(0x80 | 127));
		for (int shift = 56; shift >= 0; shift -= 8)
			buf_add_char(&frame, (char)((uint64_t)n >> shift));
	}
	buf_add(&frame, mask, 4);
	for (size_t i = 0; i < n; i++)
		buf_add_char(&frame, (char)(payload.ptr[i] ^ mask[i % 4]));
	peer_write(p, buf_str(&frame));
	buf_fini(&frame);
}

void
peer_sends(struct peer *p, const char *text)
{
	peer_frame(p, WS_TEXT, true, str_from(text));
	rig_turn(p->rig);
}

/* Length of the payload of the frame that lies in front; its header is taken. */
static size_t
take_header(struct peer *p, uint8_t *first_out)
{
	const uint8_t *b = (const uint8_t *)p->memory.to_client.data;
	size_t n, head = 2;

	ck_assert_msg(p->memory.to_client.len >= 2, "no frame");
	*first_out = b[0];
	n = b[1]; /* a server does not mask */
	if (n == 126) {
		n = (size_t)b[2] << 8 | b[3];
		head = 4;
	} else if (n == 127) {
		n = (size_t)b[6] << 24 | (size_t)b[7] << 16 | (size_t)b[8] << 8 | b[9];
		head = 10;
	}
	ck_assert_uint_ge(p->memory.to_client.len, head + n);
	stream_memory_read(&p->memory, head);
	return n;
}

void
peer_takes_frame(struct peer *p, enum ws_opcode opcode, struct str payload)
{
	uint8_t first;
	size_t n = take_header(p, &first);
	struct str got = {p->memory.to_client.data, n};

	ck_assert_msg(first == (0x80 | opcode) && str_eq(got, payload),
		      "0x%02x \"%.*s\", not \"%.*s\"", first, STR_ARG(got),
		      STR_ARG(payload));
	stream_memory_read(&p->memory, n);
}

const char *
peer_takes_text(struct peer *p)
{
	uint8_t first;
	size_t n = take_header(p, &first);

	ck_assert_uint_eq(first, 0x80 | WS_TEXT);
	ck_assert_uint_lt(n, sizeof(p->body));
	memcpy(p->body, p->memory.to_client.data, n);
	p->body[n] = '\0';
	p->body_n = n;
	stream_memory_read(&p->memory, n);
	return p->body;
}

void
peer_receives(struct peer *p, const char *text)
{
	peer_takes_frame(p, WS_TEXT, str_from(text));
}

void
peer_takes_close(struct peer *p, int code)
{
	uint8_t first;
	size_t n = take_header(p, &first);
	const uint8_t *b = (const uint8_t *)p->memory.to_client.data;

	ck_assert_uint_eq(first, 0x80 | WS_CLOSE);
	ck_assert_int_eq(n >= 2 ? b[0] << 8 | b[1] : 1005, code);
	stream_memory_read(&p->memory, n);
}
