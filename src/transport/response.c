/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/response.h"

#include "base/clock.h"

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

struct frame *
response_frame(const struct answer *a, struct str common_headers, int64_t wall_ms,
	       bool keep_alive, bool without_body)
{
	size_t body_len = a->frame ? a->frame->len : a->body.len;
	bool inline_body = !a->frame && !without_body;
	struct buf head = BUF_INIT;
	struct frame *f = NULL;

	buf_printf(&head, "HTTP/1.1 %d %s\r\n", a->status, http_status_text(a->status));
	buf_add_str(&head, date_line(wall_ms));
	if (a->type.len)
		buf_printf(&head, "Content-Type: %.*s\r\n", STR_ARG(a->type));
	if (a->status >= 200 && a->status != 204 && a->status != 304)
		buf_printf(&head, "Content-Length: %zu\r\n", body_len);
	buf_add_str(&head, common_headers);
	buf_add_str(&head, a->headers);
	if (a->status != 101)
		buf_add_str(&head, keep_alive ? STR("Connection: keep-alive\r\n")
					      : STR("Connection: close\r\n"));
	buf_add_str(&head, STR("\r\n"));
	if (!head.failed)
		f = frame_new(FRAME_RAW, 0, head.len + (inline_body ? a->body.len : 0));
	if (f) {
		memcpy(f->bytes, head.data, head.len);
		if (inline_body && a->body.len)
			memcpy(f->bytes + head.len, a->body.ptr, a->body.len);
	}
	buf_fini(&head);
	return f;
}
