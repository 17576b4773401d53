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

/* A literal to *at, which moves behind it: the compiler knows how long it is. */
#define PUT(at, literal)                                                                 \
	(memcpy(*(at), literal, sizeof(literal) - 1), *(at) += sizeof(literal) - 1)

static void
put_u64(char **at, uint64_t n)
{
	char digits[20], *first = digits + sizeof(digits);

	do
		*--first = (char)('0' + n % 10);
	while (n /= 10);
	str_put(at, (struct str){first, (size_t)(digits + sizeof(digits) - first)});
}

static void
put_status_line(char **at, int status)
{
	if (status == 200) {
		PUT(at, "HTTP/1.1 200 OK\r\n");
		return;
	}
	PUT(at, "HTTP/1.1 ");
	put_u64(at, (uint64_t)status);
	PUT(at, " ");
	str_put(at, str_from(http_status_text(status)));
	PUT(at, "\r\n");
}

/* The lines of the head, to where there is room for them. */
static void
put_head(char **at, const struct answer *a, struct str common_headers, int64_t wall_ms,
	 bool keep_alive)
{
	put_status_line(at, a->status);
	str_put(at, date_line(wall_ms));
	if (a->type.len) {
		PUT(at, "Content-Type: ");
		str_put(at, a->type);
		PUT(at, "\r\n");
	}
	if (a->status >= 200 && a->status != 204 && a->status != 304) {
		PUT(at, "Content-Length: ");
		put_u64(at, a->frame ? a->frame->len : a->body.len);
		PUT(at, "\r\n");
	}
	str_put(at, common_headers);
	str_put(at, a->headers);
	if (a->status == 101)
		PUT(at, "\r\n");
	else if (keep_alive)
		PUT(at, "Connection: keep-alive\r\n\r\n");
	else
		PUT(at, "Connection: close\r\n\r\n");
}

/* The head is written where it goes out from, into room that is counted beforehand. */
struct frame *
response_frame(const struct answer *a, struct str common_headers, int64_t wall_ms,
	       bool keep_alive, bool without_body)
{
	struct str body = a->frame || without_body ? STR("") : a->body;
	struct frame *f = frame_new(FRAME_RAW, 0,
				    OWN_LINES_BYTES + a->type.len + common_headers.len +
					    a->headers.len + body.len);
	char *at;

	if (!f)
		return NULL;
	at = f->bytes;
	put_head(&at, a, common_headers, wall_ms, keep_alive);
	str_put(&at, body);
	frame_shorten(f, (size_t)(at - f->bytes));
	return f;
}
