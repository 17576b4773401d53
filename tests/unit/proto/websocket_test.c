/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parser of client frames. Each conversation is fed whole, byte by byte and cut in two at
 * every place, from memory that ends where the input does, and must read the same. */
#include "unit/proto/suites.h"

#include "base/buf.h"
#include "base/errors.h"
#include "proto/websocket.h"

#include <stdlib.h>

enum { FIN = 0x80, RSV1 = 0x40, RSV2 = 0x20, RSV3 = 0x10, FRAMES_MAX = 5 };

static const struct ws_limits roomy = {
	.message_bytes = 1 << 20, .fragments_n = 100, .deflate = true};

/* What a connection makes of the parser: bytes kept back, and a log of what came out. */
struct reader {
	struct ws_parser parser;
	const struct ws_limits *limits;
	struct buf kept, message, log;
	bool in_message, failed;
};

static void
log_slice(struct reader *r, const struct ws_slice *s)
{
	static const char *const names[] = {[WS_TEXT] = "text",
					    [WS_BINARY] = "binary",
					    [WS_CLOSE] = "close",
					    [WS_PING] = "ping",
					    [WS_PONG] = "pong"};

	if (s->event == WS_EVENT_DATA) {
		ck_assert(s->is_first == !r->in_message);
		r->in_message = !s->is_last;
		buf_add(&r->message, s->data, s->len);
		if (!s->is_last)
			return;
		buf_printf(&r->log, "%s%s:%.*s ", s->deflated ? "~" : "",
			   names[s->opcode], STR_ARG(buf_str(&r->message)));
		buf_clear(&r->message);
		return;
	}
	buf_printf(&r->log, "%s", names[s->opcode]);
	if (s->opcode == WS_CLOSE)
		buf_printf(&r->log, "=%d", ws_close_code((struct str){s->data, s->len}));
	else if (s->len)
		buf_printf(&r->log, ":%.*s", (int)s->len, s->data);
	buf_printf(&r->log, " ");
}

/* Give the parser what was kept and n bytes more, in an allocation of exactly that size. */
static void
reader_feed(struct reader *r, struct str bytes)
{
	size_t n = r->kept.len + bytes.len, at = 0;
	char *all = malloc(n ? n : 1);
	struct ws_slice slice = {.event = WS_EVENT_DATA};

	ck_assert_ptr_nonnull(all);
	if (r->kept.len)
		memcpy(all, r->kept.data, r->kept.len);
	memcpy(all + r->kept.len, bytes.ptr, bytes.len);
	buf_clear(&r->kept);
	while (!r->failed && slice.event != WS_EVENT_MORE) {
		long used = ws_parser_feed(&r->parser, r->limits, all + at, n - at,
					   &slice);

		ck_assert_int_le(used, (long)(n - at));
		if (used < 0) {
			r->failed = true;
			buf_printf(&r->log, "!%s", error_name((int)used));
		} else if (slice.event != WS_EVENT_MORE) {
			log_slice(r, &slice);
		}
		at += used < 0 ? 0 : (size_t)used;
	}
	buf_add(&r->kept, all + at, n - at);
	if (!r->failed)
		ck_assert_uint_lt(r->kept.len, 140);
	free(all);
}

static void
reader_fini(struct reader *r)
{
	buf_fini(&r->kept);
	buf_fini(&r->message);
	buf_fini(&r->log);
}

static void
expect_log(struct reader *r, const char *expected, const char *how, size_t cut)
{
	buf_add_char(&r->log, '\0');
	ck_assert_msg(strcmp(r->log.data, expected) == 0, "%s %zu: got %s, not %s", how,
		      cut, r->log.data, expected);
	reader_fini(r);
}

static void
expect(struct str bytes, const struct ws_limits *limits, const char *expected)
{
	struct reader r = {.limits = limits};

	reader_feed(&r, bytes);
	expect_log(&r, expected, "whole", 0);
	r = (struct reader){.limits = limits};
	for (size_t i = 0; i < bytes.len; i++)
		reader_feed(&r, (struct str){bytes.ptr + i, 1});
	expect_log(&r, expected, "byte by byte", 0);
	for (size_t cut = 1; cut < bytes.len; cut++) {
		r = (struct reader){.limits = limits};
		reader_feed(&r, (struct str){bytes.ptr, cut});
		reader_feed(&r, str_skip(bytes, cut));
		expect_log(&r, expected, "cut at", cut);
	}
}

static void
add_header(struct buf *out, int first, size_t len, const char mask[4])
{
	uint8_t header[WS_HEADER_BYTES];
	size_t n = ws_header(WS_TEXT, false, len, header);

	header[0] = (uint8_t)first;
	header[1] |= 0x80;
	buf_add(out, header, n);
	buf_add(out, mask, 4);
}

static void
add_frame(struct buf *out, int first, struct str payload)
{
	static const char mask[4] = {'\x37', '\xFA', '\x21', '\x3D'};

	add_header(out, first, payload.len, mask);
	for (size_t i = 0; i < payload.len; i++)
		buf_add_char(out, (char)(payload.ptr[i] ^ mask[i % 4]));
}

static const struct {
	struct {
		int first;
		struct str payload;
	} frames[FRAMES_MAX];
	const char *expected;
} conversations[] = {
	/* messages and control frames */
	{{{FIN | WS_TEXT, STR("Hello")}}, "text:Hello "},
	{{{FIN | WS_TEXT, STR("")}}, "text: "},
	{{{FIN | WS_BINARY, STR("\xFF\x80\x01")}}, "binary:\xFF\x80\x01 "},
	{{{FIN | WS_TEXT, STR("a")}, {FIN | WS_BINARY, STR("b")}}, "text:a binary:b "},
	{{{FIN | WS_PING, STR("")}, {FIN | WS_PONG, STR("x")}}, "ping pong:x "},
	{{{FIN | WS_PING, STR("\xFE not text")}}, "ping:\xFE not text "},
	{{{WS_TEXT, STR("one ")}, {0, STR("two ")}, {FIN, STR("three")}},
	 "text:one two three "},
	{{{WS_TEXT, STR("")}, {0, STR("")}, {FIN, STR("")}}, "text: "},
	{{{WS_BINARY, STR("")}, {FIN | WS_PING, STR("!")}, {0, STR("x")}, {FIN, STR("")}},
	 "ping:! binary:x "},
	{{{WS_TEXT, STR("a")}, {FIN, STR("b")}, {WS_TEXT, STR("c")}, {FIN, STR("d")}},
	 "text:ab text:cd "},
	/* compression */
	{{{FIN | RSV1 | WS_TEXT, STR("\xFF")}}, "~text:\xFF "},
	{{{RSV1 | WS_BINARY, STR("a")}, {FIN, STR("b")}, {FIN | WS_TEXT, STR("c")}},
	 "~binary:ab text:c "},
	{{{WS_TEXT, STR("a")}, {FIN | RSV1, STR("b")}}, "!WS_PROTOCOL"},
	{{{RSV1 | WS_TEXT, STR("a")}, {FIN | RSV1, STR("b")}}, "!WS_PROTOCOL"},
	{{{FIN | RSV1 | WS_PING, STR("")}}, "!WS_PROTOCOL"},
	{{{FIN | RSV1 | WS_CLOSE, STR("")}}, "!WS_PROTOCOL"},
	/* reserved bits and opcodes */
	{{{FIN | RSV2 | WS_TEXT, STR("a")}}, "!WS_PROTOCOL"},
	{{{FIN | RSV3 | WS_BINARY, STR("a")}}, "!WS_PROTOCOL"},
	{{{FIN | RSV1 | RSV2 | RSV3 | WS_PING, STR("")}}, "!WS_PROTOCOL"},
	{{{FIN | 3, STR("")}}, "!WS_PROTOCOL"},
	{{{FIN | 7, STR("a")}}, "!WS_PROTOCOL"},
	{{{FIN | 11, STR("")}}, "!WS_PROTOCOL"},
	{{{FIN | 15, STR("a")}}, "!WS_PROTOCOL"},
	{{{FIN | WS_TEXT, STR("ok")}, {FIN | 5, STR("")}}, "text:ok !WS_PROTOCOL"},
	/* fragmentation */
	{{{WS_PING, STR("")}}, "!WS_PROTOCOL"},
	{{{WS_CLOSE, STR("")}}, "!WS_PROTOCOL"},
	{{{FIN, STR("x")}}, "!WS_PROTOCOL"},
	{{{0, STR("x")}}, "!WS_PROTOCOL"},
	{{{WS_TEXT, STR("a")}, {FIN | WS_TEXT, STR("b")}}, "!WS_PROTOCOL"},
	{{{WS_TEXT, STR("a")}, {FIN, STR("b")}, {FIN, STR("c")}}, "text:ab !WS_PROTOCOL"},
	/* UTF-8 */
	{{{FIN | WS_TEXT, STR("\xCE\xBA\xE1\xBD\xB9\xF0\x9F\x98\x80")}},
	 "text:\xCE\xBA\xE1\xBD\xB9\xF0\x9F\x98\x80 "},
	{{{WS_TEXT, STR("\xF0\x9F")}, {FIN | WS_PONG, STR("")}, {FIN, STR("\x98\x80")}},
	 "pong text:\xF0\x9F\x98\x80 "},
	{{{WS_TEXT, STR("\xCE")}, {FIN, STR("")}}, "!UTF8"},
	{{{FIN | WS_TEXT, STR("\xCE\xBA\xE1")}}, "!UTF8"},
	{{{WS_TEXT, STR("ok")}, {FIN, STR("\xC0")}}, "!UTF8"},
	{{{FIN | WS_TEXT, STR("\xC3\xA9")}, {FIN | WS_TEXT, STR("\xA9")}},
	 "text:\xC3\xA9 !UTF8"},
	/* closing */
	{{{FIN | WS_CLOSE, STR("")}}, "close=1005 "},
	{{{FIN | WS_CLOSE, STR("\x03\xE8")}}, "close=1000 "},
	{{{FIN | WS_CLOSE, STR("\x11\x31"
			       "caf\xC3\xA9")}},
	 "close=4401 "},
	{{{FIN | WS_CLOSE, STR("\x03")}}, "!WS_PROTOCOL"},
	{{{FIN | WS_CLOSE, STR("\x03\xE8\xCE\xBA\xE1")}}, "!UTF8"},
	{{{FIN | WS_CLOSE, STR("\x03\xE8\xED\xA0\x80")}}, "!UTF8"},
};

START_TEST(conversations_read_the_same_however_they_are_cut)
{
	struct buf bytes = BUF_INIT;

	for (int i = 0; i < FRAMES_MAX && conversations[_i].frames[i].payload.ptr; i++)
		add_frame(&bytes, conversations[_i].frames[i].first,
			  conversations[_i].frames[i].payload);
	expect(buf_str(&bytes), &roomy, conversations[_i].expected);
	buf_fini(&bytes);
}
END_TEST

static const struct {
	struct str bytes;
	const char *expected;
} raw[] = {
	{STR("\x81\x05Hello"), "!WS_PROTOCOL"}, /* no mask */
	{STR("\x89\x00"), "!WS_PROTOCOL"},      /* no mask */
	{STR("\x89\xFE"), "!WS_PROTOCOL"},      /* ping of 126 */
	{STR("\x88\xFF"), "!WS_PROTOCOL"},      /* close of 2^16 */
	{STR("\x82\xFE\x00\x7D"
	     "mask"),
	 "!WS_PROTOCOL"}, /* 125 in 16 bits */
	{STR("\x82\xFF\0\0\0\0\0\0\xFF\xFF"
	     "mask"),
	 "!WS_PROTOCOL"}, /* 65535 in 64 */
	{STR("\x82\xFF\x80\0\0\0\0\0\0\0"
	     "mask"),
	 "!WS_PROTOCOL"}, /* top bit */
	{STR("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
	     "mask"),
	 "!TOO_LARGE"},
	{STR("\x82\xFE\x00\x7E"
	     "mas"),
	 ""},
	{STR("\x82"), ""},
	{STR("\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58"),
	 "text:Hello "}, /* RFC 5.7 */
};

START_TEST(headers_are_strict)
{
	expect(raw[_i].bytes, &roomy, raw[_i].expected);
}
END_TEST

START_TEST(payloads_of_every_length_form_are_read)
{
	static const size_t lengths[] = {125, 126,   127,   128,  255,
					 256, 65535, 65536, 70001};
	size_t len = lengths[_i];
	struct reader r = {.limits = &roomy};
	struct buf bytes = BUF_INIT, payload = BUF_INIT;

	for (size_t i = 0; i < len; i++)
		buf_add_char(&payload, (char)('a' + i % 26));
	add_frame(&bytes, WS_BINARY, buf_str(&payload));
	add_frame(&bytes, FIN, STR("."));
	for (size_t at = 0, n; at < bytes.len; at += n) {
		n = bytes.len - at < 1447 ? bytes.len - at : 1447;
		reader_feed(&r, (struct str){bytes.data + at, n});
	}
	ck_assert(!r.failed);
	ck_assert_uint_eq(r.log.len, len + strlen("binary:. "));
	ck_assert_mem_eq(r.log.data + 7, payload.data, len);
	reader_fini(&r);
	buf_fini(&bytes);
	buf_fini(&payload);
}
END_TEST

/* The word loops of the mask against its definition, from every phase. */
START_TEST(a_payload_in_two_pieces_is_unmasked_as_one)
{
	struct buf bytes = BUF_INIT, payload = BUF_INIT;

	for (int i = 0; i < 90; i++)
		buf_add_char(&payload, (char)(i * 37));
	add_frame(&bytes, FIN | WS_BINARY, buf_str(&payload));
	for (size_t cut = 6; cut <= bytes.len; cut++) {
		struct ws_parser p = {0};
		struct ws_slice s;
		char copy[128];

		memcpy(copy, bytes.data, bytes.len);
		ck_assert_int_eq(ws_parser_feed(&p, &roomy, copy, cut, &s), (long)cut);
		ck_assert_int_eq(
			ws_parser_feed(&p, &roomy, copy + cut, bytes.len - cut, &s),
			(long)(bytes.len - cut));
		ck_assert_mem_eq(copy + 6, payload.data, payload.len);
	}
	buf_fini(&bytes);
	buf_fini(&payload);
}
END_TEST

START_TEST(slices_lie_inside_the_input)
{
	struct ws_parser p = {0};
	struct ws_slice s;
	struct buf bytes = BUF_INIT;

	add_frame(&bytes, FIN | WS_TEXT, STR("abcdef"));
	ck_assert_int_eq(ws_parser_feed(&p, &roomy, bytes.data, 6, &s), 6);
	ck_assert_int_eq(s.event, WS_EVENT_MORE);
	ck_assert_int_eq(ws_parser_feed(&p, &roomy, bytes.data + 6, 2, &s), 2);
	ck_assert_int_eq(s.event, WS_EVENT_DATA);
	ck_assert(s.is_first && !s.is_last && s.data == bytes.data + 6 && s.len == 2);
	ck_assert_int_eq(ws_parser_feed(&p, &roomy, bytes.data + 8, 4, &s), 4);
	ck_assert(!s.is_first && s.is_last && s.data == bytes.data + 8 && s.len == 4);
	ck_assert_mem_eq(bytes.data + 6, "abcdef", 6);
	buf_fini(&bytes);
}
END_TEST

START_TEST(bad_text_fails_at_its_first_bad_byte)
{
	struct reader r = {.limits = &roomy};
	struct buf bytes = BUF_INIT;

	add_header(&bytes, FIN | WS_TEXT, 1000, "\0\0\0\0");
	buf_add_str(&bytes, STR("ok \xF4"));
	reader_feed(&r, buf_str(&bytes));
	ck_assert(!r.failed);
	reader_feed(&r, STR("\x90"));
	expect_log(&r, "!UTF8", "after the byte", 0);
	buf_fini(&bytes);
}
END_TEST

START_TEST(rsv1_needs_the_extension)
{
	struct ws_limits limits = roomy;
	struct buf bytes = BUF_INIT;

	limits.deflate = false;
	add_frame(&bytes, FIN | RSV1 | WS_TEXT, STR("a"));
	expect(buf_str(&bytes), &limits, "!WS_PROTOCOL");
	buf_fini(&bytes);
}
END_TEST

START_TEST(a_message_is_limited_over_all_its_fragments)
{
	struct ws_limits limits = {.message_bytes = 10, .fragments_n = 3};
	struct buf bytes = BUF_INIT;

	for (int i = 0; i < 3; i++) {
		add_frame(&bytes, WS_BINARY, STR("12345"));
		add_frame(&bytes, FIN | WS_PING, STR("not counted"));
		add_frame(&bytes, FIN, STR("67890"));
	}
	expect(buf_str(&bytes), &limits,
	       "ping:not counted binary:1234567890 ping:not counted binary:1234567890 "
	       "ping:not counted binary:1234567890 ");
	buf_clear(&bytes);
	add_frame(&bytes, WS_BINARY, STR("12345"));
	add_frame(&bytes, FIN, STR("678901"));
	expect(buf_str(&bytes), &limits, "!TOO_LARGE");
	buf_clear(&bytes);
	add_frame(&bytes, FIN | WS_TEXT, STR("12345678901"));
	expect(buf_str(&bytes), &limits, "!TOO_LARGE");
	buf_fini(&bytes);
}
END_TEST

START_TEST(fragments_are_counted_for_each_message)
{
	struct ws_limits limits = {.message_bytes = 10, .fragments_n = 3};
	struct buf bytes = BUF_INIT;

	for (int i = 0; i < 2; i++) {
		add_frame(&bytes, WS_BINARY, STR(""));
		add_frame(&bytes, 0, STR(""));
		add_frame(&bytes, FIN, STR("x"));
	}
	add_frame(&bytes, WS_BINARY, STR(""));
	add_frame(&bytes, 0, STR(""));
	add_frame(&bytes, 0, STR(""));
	add_frame(&bytes, FIN, STR(""));
	expect(buf_str(&bytes), &limits, "binary:x binary:x !PACKETS");
	buf_fini(&bytes);
}
END_TEST

/* Autobahn 7.7 and 7.9, and every code at once. */
START_TEST(only_codes_meant_for_the_wire_close)
{
	for (int code = 0; code <= UINT16_MAX; code++) {
		bool good = (code >= 1000 && code <= 1003) ||
			    (code >= 1007 && code <= 1014) ||
			    (code >= 3000 && code <= 4999);
		char payload[2] = {(char)(code >> 8), (char)code};
		struct ws_parser p = {0};
		struct ws_slice s;
		struct buf bytes = BUF_INIT;
		long used;

		add_frame(&bytes, FIN | WS_CLOSE, (struct str){payload, 2});
		used = ws_parser_feed(&p, &roomy, bytes.data, bytes.len, &s);
		ck_assert_int_eq(used, good ? 8 : -E_WS_PROTOCOL);
		buf_fini(&bytes);
	}
}
END_TEST

START_TEST(a_close_reason_may_fill_the_frame)
{
	struct buf bytes = BUF_INIT;
	char payload[125];

	memset(payload, 'r', sizeof(payload));
	memcpy(payload, "\x03\xE9", 2);
	add_frame(&bytes, FIN | WS_CLOSE, (struct str){payload, sizeof(payload)});
	expect(buf_str(&bytes), &roomy, "close=1001 ");
	buf_fini(&bytes);
}
END_TEST

Suite *
websocket_suite(void)
{
	Suite *s = suite_create("websocket");
	TCase *c = tcase_create("websocket");

	tcase_add_loop_test(c, conversations_read_the_same_however_they_are_cut, 0,
			    sizeof(conversations) / sizeof(conversations[0]));
	tcase_add_loop_test(c, headers_are_strict, 0, sizeof(raw) / sizeof(raw[0]));
	tcase_add_loop_test(c, payloads_of_every_length_form_are_read, 0, 9);
	tcase_add_test(c, a_payload_in_two_pieces_is_unmasked_as_one);
	tcase_add_test(c, slices_lie_inside_the_input);
	tcase_add_test(c, bad_text_fails_at_its_first_bad_byte);
	tcase_add_test(c, rsv1_needs_the_extension);
	tcase_add_test(c, a_message_is_limited_over_all_its_fragments);
	tcase_add_test(c, fragments_are_counted_for_each_message);
	tcase_add_test(c, only_codes_meant_for_the_wire_close);
	tcase_add_test(c, a_close_reason_may_fill_the_frame);
	suite_add_tcase(s, c);
	return s;
}
