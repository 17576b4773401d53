/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenes/player.h"

#include "scenes/count.h"

#include <stdlib.h>

void
player_fini(struct player *p)
{
	buf_fini(&p->memory.to_client);
	buf_fini(&p->memory.to_server);
	buf_fini(&p->head);
	buf_fini(&p->body);
}

void
player_forget(struct player *p)
{
	stream_memory_read(&p->memory, p->memory.to_client.len);
}

void
player_pump(struct player *p)
{
	struct stream_memory *m = &p->memory;

	while (m->stream && m->to_server.len && (m->stream->watch & STREAM_READ))
		stream_memory_write(m, STR(""));
}

void
player_write(struct player *p, struct str bytes)
{
	count_begin();
	stream_memory_write(&p->memory, bytes);
	player_pump(p);
	count_end();
}

void
player_request(struct player *p, struct str method, struct str target, struct str lines,
	       struct str body)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%.*s %.*s HTTP/1.1\r\nHost: your-domain\r\n%.*s",
		   STR_ARG(method), STR_ARG(target), STR_ARG(lines));
	if (body.len)
		buf_printf(&text, "Content-Length: %zu\r\n", body.len);
	buf_add_str(&text, STR("\r\n"));
	buf_add_str(&text, body);
	player_write(p, buf_str(&text));
	buf_fini(&text);
}

void
player_upgrade(struct player *p, struct str target, struct str lines)
{
	struct buf all = BUF_INIT;

	buf_add_str(&all, STR("Connection: Upgrade\r\nUpgrade: websocket\r\n"
			      "Sec-WebSocket-Version: 13\r\n"
			      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
	buf_add_str(&all, lines);
	player_request(p, STR("GET"), target, buf_str(&all), (struct str){NULL, 0});
	buf_fini(&all);
}

/* Masked with zeros, as a client may. */
void
player_frame(struct player *p, enum ws_opcode opcode, struct str payload)
{
	uint8_t head[WS_HEADER_BYTES];
	size_t n = ws_header(opcode, false, payload.len, head);
	struct buf frame = BUF_INIT;

	head[1] |= 0x80;
	buf_add(&frame, head, n);
	buf_add(&frame, "\0\0\0\0", 4);
	buf_add_str(&frame, payload);
	player_write(p, buf_str(&frame));
	buf_fini(&frame);
}

static void
take(struct player *p, struct buf *into, size_t n)
{
	buf_clear(into);
	buf_add(into, p->memory.to_client.data, n);
	stream_memory_read(&p->memory, n);
}

bool
player_take_answer(struct player *p)
{
	struct str got = buf_str(&p->memory.to_client), length;
	const char *end = got.len ? memmem(got.ptr, got.len, "\r\n\r\n", 4) : NULL;
	uint64_t n = 0;

	if (!end || !str_has_prefix(got, STR("HTTP/1.1 ")))
		return false;
	take(p, &p->head, (size_t)(end - got.ptr) + 4);
	p->status = atoi(p->head.data + strlen("HTTP/1.1 "));
	length = player_header(p, STR("Content-Length"));
	if (length.ptr &&
	    (!str_to_u64(length, UINT32_MAX, &n) || n > p->memory.to_client.len))
		return false;
	take(p, &p->body, n);
	p->has_upgraded = p->status == 101;
	return true;
}

bool
player_take_frame(struct player *p)
{
	const struct buf *in = &p->memory.to_client;
	const uint8_t *b = (const uint8_t *)in->data;
	size_t head = 2, n;

	if (in->len < 2)
		return false;
	n = b[1];
	if (n == 126) {
		n = (size_t)b[2] << 8 | b[3];
		head = 4;
	} else if (n == 127) {
		n = (size_t)b[7] << 16 | (size_t)b[8] << 8 | b[9];
		head = 10;
	}
	if (!(b[0] & 0x80) || in->len < head + n)
		return false;
	p->opcode = b[0] & 15;
	stream_memory_read(&p->memory, head);
	take(p, &p->body, n);
	return true;
}

struct str
player_header(const struct player *p, struct str name)
{
	struct str rest = buf_str(&p->head);

	while (rest.ptr && rest.len) {
		struct str line = str_cut(&rest, '\n');
		struct str key = str_cut(&line, ':');

		if (line.ptr && str_eq_nocase(key, name)) {
			line.len -= line.len && line.ptr[line.len - 1] == '\r';
			return str_trim(line);
		}
	}
	return (struct str){NULL, 0};
}
