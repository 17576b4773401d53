/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/response.h"

#include "base/clock.h"

/* Most that the lines of every answer take: their names, the status, the date, a length. */
enum { OWN_LINES_BYTES = 256 };

/* The Date line changes once a second; each thread keeps its own. */
static struct str
date_line(int64_t wall_ms)
{
	static _Thread_local char text[48] = "Date: ";
	static _Thread_local int64_t second = -1;
	enum { PREFIX = 6, DATE = 29 };

	if (wall_ms / 1000 != second) {
		second = wall_ms / 1000;
		clock_text_http(wall_ms, text + PREFIX);
		memcpy(text + PREFIX + DATE, "\r\n", 2);
	}
	return (struct str){text, PREFIX + DATE + 2};
}

/* The lines of the head, into a buffer with room for them. */
static void
write_head(struct buf *out, const struct answer *a, struct str common_headers,
	   int64_t wall_ms, bool keep_alive)
{
	size_t body_len = a->frame ? a->frame->len : a->body.len;

	buf_add_str(out, STR("HTTP/1.1 "));
	buf_add_u64(out, (uint64_t)a->status);
	buf_add_char(out, ' ');
	buf_add_str(out, str_from(http_status_text(a->status)));
	buf_add_str(out, STR("\r\n"));
	buf_add_str(out, date_line(wall_ms));
	if (a->type.len) {
		buf_add_str(out, STR("Content-Type: "));
		buf_add_str(out, a->type);
		buf_add_str(out, STR("\r\n"));
	}
	if (a->status >= 200 && a->status != 204 && a->status != 304) {
		buf_add_str(out, STR("Content-Length: "));
		buf_add_u64(out, body_len);
		buf_add_str(out, STR("\r\n"));
	}
	buf_add_str(out, common_headers);
	buf_add_str(out, a->headers);
	if (a->status != 101)
		buf_add_str(out, keep_alive ? STR("Connection: keep-alive\r\n")
					    : STR("Connection: close\r\n"));
	buf_add_str(out, STR("\r\n"));
}

/* The head is written where it goes out from, into room that is counted beforehand. */
struct frame *
response_frame(const struct answer *a, struct str common_headers, int64_t wall_ms,
	       bool keep_alive, bool without_body)
{
	struct str body = a->frame || without_body ? STR("") : a->body;
	size_t room = OWN_LINES_BYTES + a->type.len + common_headers.len +
		      a->headers.len + body.len;
	struct frame *f = frame_new(FRAME_RAW, 0, room);
	struct buf out;

	if (!f)
		return NULL;
	out = (struct buf){.data = f->bytes, .cap = room};
	write_head(&out, a, common_headers, wall_ms, keep_alive);
	buf_add_str(&out, body);
	frame_shorten(f, out.len);
	return f;
}
