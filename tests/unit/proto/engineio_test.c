/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Engine.IO packets and payloads, protocols 3 and 4. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/engineio.h"

#include <stdio.h>
#include <stdlib.h>

/* --- reading: packets are compared as "type:data" or "type!hex", joined by blanks -------- */

static void
show(struct buf *out, const struct eio_packet *p)
{
	buf_printf(out, "%s%d%c", out->len ? " " : "", (int)p->type,
		   p->is_binary ? '!' : ':');
	for (size_t i = 0; i < p->data.len; i++)
		buf_printf(out, p->is_binary ? "%02x" : "%c",
			   (unsigned char)p->data.ptr[i]);
}

/* What a payload holds, or the error that it ends with. The body has no byte to spare, so
 * that a read past its end is seen. */
static int
read_payload(int protocol, bool is_binary, struct str payload, struct buf *shown)
{
	char *body = malloc(payload.len ? payload.len : 1);
	struct eio_reader r = eio_reader(protocol, is_binary, body, payload.len);
	struct eio_packet p;
	int rc;

	memcpy(body, payload.ptr, payload.len);
	while ((rc = eio_reader_next(&r, &p)) == 1)
		show(shown, &p);
	ck_assert_int_eq(eio_reader_next(&r, &p), 0);
	free(body);
	return rc;
}

struct payload_case {
	int protocol;
	bool is_binary;
	struct str payload;
	int rc;
	const char *shown;
};

static const struct payload_case payloads[] = {
	{4, false, STR("4hello"), 0, "4:hello"},
	{4, false, STR("4"), 0, "4:"},
	{4, false,
	 STR("4test1\x1e"
	     "4test2\x1e"
	     "4test3"),
	 0, "4:test1 4:test2 4:test3"},
	{4, false,
	 STR("4hello\x1e"
	     "bAQIDBA=="),
	 0, "4:hello 4!01020304"},
	{4, false, STR("bAQIDBA"), 0, "4!01020304"},
	{4, false, STR("b"), 0, "4!"},
	{4, false,
	 STR("0\x1e"
	     "1\x1e"
	     "2probe\x1e"
	     "3\x1e"
	     "5\x1e"
	     "6"),
	 0, "0: 1: 2:probe 3: 5: 6:"},
	{4, false, STR("4\xe2\x82\xac"), 0, "4:\xe2\x82\xac"},
	{4, false, STR(""), -E_PACKET, ""},
	{4, false, STR("abc"), -E_PACKET, ""},
	{4, false, STR("7"), -E_PACKET, ""},
	{4, false, STR("/"), -E_PACKET, ""},
	{4, false, STR("\x1e"), -E_PACKET, ""},
	{4, false, STR("4a\x1e"), -E_PACKET, "4:a"},
	{4, false,
	 STR("4a\x1e\x1e"
	     "4b"),
	 -E_PACKET, "4:a"},
	{4, false,
	 STR("4a\x1e"
	     "abc\x1e"
	     "4b"),
	 -E_PACKET, "4:a"},
	{4, false, STR("bA*=="), -E_BASE64, ""},
	{4, false, STR("4\xff"), -E_UTF8, ""},
	{4, false, STR("4\xe2\x82"), -E_UTF8, ""},

	{3, false, STR("6:4hello"), 0, "4:hello"},
	{3, false, STR("6:4hello1:2"), 0, "4:hello 2:"},
	{3, false, STR("10:b4AQIDBA=="), 0, "4!01020304"},
	{3, false, STR("2:b4"), 0, "4!"},
	{3, false,
	 STR("2:4\xe2\x82\xac"
	     "1:6"),
	 0, "4:\xe2\x82\xac 6:"},
	{3, false, STR("3:4\xf0\x9f\x98\x80"), 0, "4:\xf0\x9f\x98\x80"},
	{3, false,
	 STR("12:4\xf0\x9f\x98\x80"
	     "abcdefghi1:2"),
	 0,
	 "4:\xf0\x9f\x98\x80"
	 "abcdefghi 2:"},
	{3, false, STR("006:4hello"), 0, "4:hello"},
	{3, false, STR("0:1:2"), 0, "2:"},
	{3, false, STR("0:"), 0, ""},
	{3, false, STR(""), -E_PACKET, ""},
	{3, false, STR(":"), -E_PACKET, ""},
	{3, false, STR("6"), -E_PACKET, ""},
	{3, false, STR("6:4hell"), -E_PACKET, ""},
	{3, false, STR("-1:2"), -E_PACKET, ""},
	{3, false, STR(" 1:2"), -E_PACKET, ""},
	{3, false, STR("1e0:2"), -E_PACKET, ""},
	{3, false, STR("99999999999:2"), -E_PACKET, ""},
	{3, false, STR("1:x"), -E_PACKET, ""},
	{3, false, STR("1:2x"), -E_PACKET, "2:"},
	{3, false, STR("1:b"), -E_PACKET, ""},
	{3, false, STR("3:b2A"), -E_PACKET, ""},
	{3, false, STR("4:b4A*"), -E_BASE64, ""},
	{3, false, STR("2:4\xf0\x9f\x98\x80"), -E_PACKET, ""},
	{3, false, STR("2:4\xc1"), -E_UTF8, ""},
	{3, false, STR("2:4\xe2\x82"), -E_UTF8, ""},

	{3, true,
	 STR("\0\6\xff"
	     "4hello\1\5\xff\4\1\2\3\4"),
	 0, "4:hello 4!01020304"},
	{3, true,
	 STR("\0\1\3\xff"
	     "4\xe2\x82\xac"
	     "abcdefghi\0\1\xff"
	     "2"),
	 0,
	 "4:\xe2\x82\xac"
	 "abcdefghi 2:"},
	{3, true, STR("\1\1\xff\4"), 0, "4!"},
	{3, true, STR("\1\0\1\xff\4"), 0, "4!"},
	{3, true, STR(""), -E_PACKET, ""},
	{3, true,
	 STR("\2\1\xff"
	     "2"),
	 -E_PACKET, ""},
	{3, true,
	 STR("\0\xff"
	     "2"),
	 -E_PACKET, ""},
	{3, true,
	 STR("\0\12\xff"
	     "2"),
	 -E_PACKET, ""},
	{3, true,
	 STR("\0\2\xff"
	     "2"),
	 -E_PACKET, ""},
	{3, true, STR("\0\0\xff"), -E_PACKET, ""},
	{3, true, STR("\1\0\xff"), -E_PACKET, ""},
	{3, true, STR("\1\1\xff\5"), -E_PACKET, ""},
	{3, true,
	 STR("\0\2\xff"
	     "4\xff"),
	 -E_UTF8, ""},
	{3, true, STR("6:4hello"), -E_PACKET, ""},
};

START_TEST(a_payload_gives_its_packets_or_an_error)
{
	const struct payload_case *c = &payloads[_i];
	struct buf shown = BUF_INIT;

	ck_assert_int_eq(read_payload(c->protocol, c->is_binary, c->payload, &shown),
			 c->rc);
	buf_add_char(&shown, '\0');
	ck_assert_str_eq(shown.data, c->shown);
	buf_fini(&shown);
}
END_TEST

START_TEST(a_payload_cut_anywhere_gives_a_beginning_of_its_packets)
{
	const struct payload_case *c = &payloads[_i];

	for (size_t cut = 0; cut < c->payload.len && c->rc == 0; cut++) {
		struct buf shown = BUF_INIT;
		int rc = read_payload(c->protocol, c->is_binary,
				      (struct str){c->payload.ptr, cut}, &shown);

		ck_assert(rc == 0 || rc == -E_PACKET || rc == -E_BASE64 || rc == -E_UTF8);
		ck_assert(cut > 0 || rc == -E_PACKET);
		if (c->protocol == 3 && shown.len) /* lengths say where packets end */
			ck_assert_int_eq(strncmp(shown.data, c->shown, shown.len), 0);
		buf_fini(&shown);
	}
}
END_TEST

START_TEST(text_frames_are_packets)
{
	char probe[] = "2probe", base64[] = "bAQID", old[] = "b4AQID", none[] = "9";
	struct eio_packet p;

	ck_assert_int_eq(eio_packet_parse(4, probe, 6, &p), 0);
	ck_assert_int_eq(p.type, EIO_PING);
	ck_assert(!p.is_binary && str_eq(p.data, STR("probe")));
	ck_assert_int_eq(eio_packet_parse(4, base64, 5, &p), 0);
	ck_assert(p.is_binary && str_eq(p.data, STR("\1\2\3")));
	ck_assert_int_eq(eio_packet_parse(3, old, 6, &p), 0);
	ck_assert(p.is_binary && str_eq(p.data, STR("\1\2\3")));
	ck_assert_int_eq(eio_packet_parse(4, none, 1, &p), -E_PACKET);
	ck_assert_int_eq(eio_packet_parse(4, none, 0, &p), -E_PACKET);
}
END_TEST

START_TEST(binary_frames_have_a_type_in_protocol_3_only)
{
	struct eio_packet p;

	ck_assert_int_eq(eio_packet_parse_binary(4, STR("\1\2"), &p), 0);
	ck_assert(p.type == EIO_MESSAGE && p.is_binary && str_eq(p.data, STR("\1\2")));
	ck_assert_int_eq(eio_packet_parse_binary(4, STR(""), &p), 0);
	ck_assert(p.is_binary && p.data.len == 0);
	ck_assert_int_eq(eio_packet_parse_binary(3, STR("\4\1\2"), &p), 0);
	ck_assert(p.type == EIO_MESSAGE && p.is_binary && str_eq(p.data, STR("\1\2")));
	ck_assert_int_eq(eio_packet_parse_binary(3, STR("\1\2"), &p), -E_PACKET);
	ck_assert_int_eq(eio_packet_parse_binary(3, STR(""), &p), -E_PACKET);
}
END_TEST

/* --- writing ---------------------------------------------------------------------------- */

static struct frame *
frame_of(enum frame_kind kind, struct str payload)
{
	struct frame *f = frame_new(kind, 2, payload.len);

	memcpy(f->bytes, "\x81?", 2); /* a WebSocket header, which must not be seen */
	memcpy(f->bytes + 2, payload.ptr, payload.len);
	return f;
}

static const struct writer_case {
	int protocol;
	bool base64;
	struct str texts[2]; /* the second is binary when it does not start with a digit,
			   * in protocol 3 behind its type byte */
	struct str payload;
} writes[] = {
	{4,
	 false,
	 {STR("4hello"), STR("6")},
	 STR("4hello\x1e"
	     "6")},
	{4,
	 false,
	 {STR("4hello"), STR("\1\2\3\4")},
	 STR("4hello\x1e"
	     "bAQIDBA==")},
	{3, false, {STR("4hello"), STR("6")}, STR("6:4hello1:6")},
	{3, true, {STR("4hello"), STR("\4\1\2\3\4")}, STR("6:4hello10:b4AQIDBA==")},
	{3,
	 false,
	 {STR("4hello"), STR("\4\1\2\3\4")},
	 STR("\0\6\xff"
	     "4hello\1\5\xff\4\1\2\3\4")},
	{3,
	 true,
	 {STR("4\xf0\x9f\x98\x80\xe2\x82\xac"), STR("6")},
	 STR("4:4\xf0\x9f\x98\x80\xe2\x82\xac"
	     "1:6")},
	{3,
	 false,
	 {STR("4\xe2\x82\xac"
	      "34567890"),
	  STR("\4\1\2\3\4\5\6\7\10\11")},
	 STR("\0\1\2\xff"
	     "4\xe2\x82\xac"
	     "34567890\1\1\0\xff\4\1\2\3\4\5\6\7\10\11")},
};

START_TEST(frames_become_a_payload)
{
	const struct writer_case *c = &writes[_i];
	bool has_binary = c->texts[1].ptr[0] < '0';
	struct frame *first = frame_of(FRAME_TEXT, c->texts[0]);
	struct frame *second = frame_of(has_binary ? FRAME_BINARY : FRAME_TEXT,
					c->texts[1]);
	struct buf out = BUF_INIT;
	struct eio_writer w = eio_writer(c->protocol, c->base64, has_binary, &out);

	eio_writer_add(&w, first);
	eio_writer_add(&w, second);
	ck_assert_uint_eq(w.packets_n, 2);
	ck_assert(str_eq(buf_str(&out), c->payload));
	frame_unref(first);
	frame_unref(second);
	buf_fini(&out);
}
END_TEST

START_TEST(what_was_written_reads_back)
{
	const struct writer_case *c = &writes[_i];
	bool is_binary = c->payload.ptr[0] == '\0';
	struct buf shown = BUF_INIT, expected = BUF_INIT;
	bool has_binary = c->texts[1].ptr[0] < '0';
	struct eio_packet second = {EIO_NOOP, false, STR("")};

	ck_assert_int_eq(read_payload(c->protocol, is_binary, c->payload, &shown), 0);
	show(&expected,
	     &(struct eio_packet){EIO_MESSAGE, false, str_skip(c->texts[0], 1)});
	if (has_binary)
		second = (struct eio_packet){EIO_MESSAGE, true,
					     str_skip(c->texts[1], c->protocol == 3)};
	show(&expected, &second);
	ck_assert(str_eq(buf_str(&shown), buf_str(&expected)));
	buf_fini(&shown);
	buf_fini(&expected);
}
END_TEST

START_TEST(a_control_frame_has_no_place_in_a_payload)
{
	struct frame *control = frame_of(FRAME_CONTROL, STR("ping"));
	struct frame *text = frame_of(FRAME_TEXT, STR("4plain"));
	struct buf out = BUF_INIT;
	struct eio_writer w = eio_writer(4, false, false, &out);

	eio_writer_add(&w, control);
	ck_assert_uint_eq(w.packets_n, 0);
	eio_writer_add(&w, text);
	ck_assert(str_eq(buf_str(&out), STR("4plain")));
	frame_unref(text);
	frame_unref(control);
	buf_fini(&out);
}
END_TEST

START_TEST(the_open_packet_has_five_members)
{
	struct eio_open o = {STR("abc-_1"), true, 300, 200, 1000000};
	struct buf out = BUF_INIT;

	eio_write_open(&out, &o);
	ck_assert(str_eq(
		buf_str(&out),
		STR("0{\"sid\":\"abc-_1\",\"upgrades\":[\"websocket\"],"
		    "\"pingInterval\":300,\"pingTimeout\":200,\"maxPayload\":1000000}")));
	o.can_upgrade = false;
	buf_clear(&out);
	eio_write_open(&out, &o);
	ck_assert(str_eq(buf_str(&out),
			 STR("0{\"sid\":\"abc-_1\",\"upgrades\":[],\"pingInterval\":300,"
			     "\"pingTimeout\":200,\"maxPayload\":1000000}")));
	buf_fini(&out);
}
END_TEST

Suite *
engineio_suite(void)
{
	Suite *suite = suite_create("engineio");
	TCase *tc = tcase_create("engineio");
	int payloads_n = sizeof(payloads) / sizeof(payloads[0]);
	int writes_n = sizeof(writes) / sizeof(writes[0]);

	tcase_add_loop_test(tc, a_payload_gives_its_packets_or_an_error, 0, payloads_n);
	tcase_add_loop_test(tc, a_payload_cut_anywhere_gives_a_beginning_of_its_packets,
			    0, payloads_n);
	tcase_add_test(tc, text_frames_are_packets);
	tcase_add_test(tc, binary_frames_have_a_type_in_protocol_3_only);
	tcase_add_loop_test(tc, frames_become_a_payload, 0, writes_n);
	tcase_add_loop_test(tc, what_was_written_reads_back, 0, writes_n);
	tcase_add_test(tc, a_control_frame_has_no_place_in_a_payload);
	tcase_add_test(tc, the_open_packet_has_five_members);
	suite_add_tcase(suite, tc);
	return suite;
}
