/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of the server, byte for byte. */
#include "unit/proto/suites.h"

#include "proto/websocket.h"

static void
expect_bytes(struct frame *f, struct str head, struct str payload)
{
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->head, head.len);
	ck_assert_uint_eq(f->len, head.len + payload.len);
	ck_assert_mem_eq(f->bytes, head.ptr, head.len);
	ck_assert(str_eq(frame_payload(f), payload));
	frame_unref(f);
}

static const struct {
	uint64_t len;
	struct str header;
} headers[] = {
	{0, STR("\x82\x00")},
	{1, STR("\x82\x01")},
	{125, STR("\x82\x7D")},
	{126, STR("\x82\x7E\x00\x7E")},
	{127, STR("\x82\x7E\x00\x7F")},
	{256, STR("\x82\x7E\x01\x00")},
	{65535, STR("\x82\x7E\xFF\xFF")},
	{65536, STR("\x82\x7F\0\0\0\0\0\x01\0\0")},
	{UINT64_C(0x0102030405060708), STR("\x82\x7F\x01\x02\x03\x04\x05\x06\x07\x08")},
};

START_TEST(headers_use_the_shortest_length)
{
	uint8_t header[WS_HEADER_BYTES];

	ck_assert_uint_eq(ws_header(WS_BINARY, false, headers[_i].len, header),
			  headers[_i].header.len);
	ck_assert_mem_eq(header, headers[_i].header.ptr, headers[_i].header.len);
	ws_header(WS_BINARY, true, headers[_i].len, header);
	ck_assert_uint_eq(header[0], 0xC2);
}
END_TEST

START_TEST(a_frame_has_its_header_in_front)
{
	struct frame *f = ws_frame_of(WS_TEXT, STR("Hello"));

	ck_assert_int_eq(f->kind, FRAME_TEXT);
	expect_bytes(f, STR("\x81\x05"), STR("Hello"));
	f = ws_frame_of(WS_BINARY, STR(""));
	ck_assert_int_eq(f->kind, FRAME_BINARY);
	expect_bytes(f, STR("\x82\x00"), STR(""));
	f = ws_frame_of(WS_PING, STR("?"));
	ck_assert_int_eq(f->kind, FRAME_CONTROL);
	expect_bytes(f, STR("\x89\x01"), STR("?"));
	f = ws_frame_of(WS_PONG, STR("!"));
	ck_assert_int_eq(f->kind, FRAME_CONTROL);
	expect_bytes(f, STR("\x8A\x01"), STR("!"));
}
END_TEST

START_TEST(a_new_frame_is_filled_by_its_maker)
{
	char *payload;
	struct frame *f = ws_frame_new(WS_TEXT, 3, &payload);

	ck_assert_ptr_nonnull(f);
	memcpy(payload, "abc", 3);
	expect_bytes(f, STR("\x81\x03"), STR("abc"));
}
END_TEST

START_TEST(a_frame_too_large_to_count_is_not_made)
{
	char *payload;

	ck_assert_ptr_null(ws_frame_new(WS_TEXT, SIZE_MAX / 2, &payload));
}
END_TEST

START_TEST(a_close_frame_has_a_code_and_a_reason)
{
	expect_bytes(ws_frame_close(1000, STR("bye")), STR("\x88\x05"),
		     STR("\x03\xE8"
			 "bye"));
	expect_bytes(ws_frame_close(4401, STR("")), STR("\x88\x02"), STR("\x11\x31"));
	expect_bytes(ws_frame_close(1005, STR("not sent")), STR("\x88\x00"), STR(""));
}
END_TEST

START_TEST(a_long_reason_is_cut_between_characters)
{
	char reason[200];
	struct frame *f;

	memset(reason, 'r', sizeof(reason));
	f = ws_frame_close(1001, (struct str){reason, 123});
	ck_assert_uint_eq(frame_payload(f).len, 125);
	frame_unref(f);
	f = ws_frame_close(1001, (struct str){reason, 124});
	ck_assert_uint_eq(frame_payload(f).len, 125);
	frame_unref(f);
	memcpy(reason + 121, "\xF0\x9F\x98\x80", 4);
	f = ws_frame_close(1001, (struct str){reason, sizeof(reason)});
	ck_assert_uint_eq(frame_payload(f).len, 2 + 121);
	ck_assert_int_eq(frame_payload(f).ptr[122], 'r');
	frame_unref(f);
}
END_TEST

START_TEST(the_code_of_a_close_frame_is_read_back)
{
	struct frame *f = ws_frame_close(1013, STR("later"));

	ck_assert_int_eq(ws_close_code(frame_payload(f)), 1013);
	ck_assert_int_eq(ws_close_code(STR("")), 1005);
	frame_unref(f);
}
END_TEST

Suite *
websocket_frame_suite(void)
{
	Suite *s = suite_create("websocket_frame");
	TCase *c = tcase_create("websocket_frame");

	tcase_add_loop_test(c, headers_use_the_shortest_length, 0,
			    sizeof(headers) / sizeof(headers[0]));
	tcase_add_test(c, a_frame_has_its_header_in_front);
	tcase_add_test(c, a_new_frame_is_filled_by_its_maker);
	tcase_add_test(c, a_frame_too_large_to_count_is_not_made);
	tcase_add_test(c, a_close_frame_has_a_code_and_a_reason);
	tcase_add_test(c, a_long_reason_is_cut_between_characters);
	tcase_add_test(c, the_code_of_a_close_frame_is_read_back);
	suite_add_tcase(s, c);
	return s;
}
