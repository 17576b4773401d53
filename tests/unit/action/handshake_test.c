/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/handshake.h"
#include "unit/action/suites.h"

static const char headers[] =
	"host: a.example\r\ncookie: a=1\r\nx-y:z\r\ncookie: b=2\r\n";

START_TEST(a_header_is_found_by_its_name)
{
	struct str value;

	ck_assert(handshake_header(str_from(headers), STR("x-y"), &value));
	ck_assert(str_eq(value, STR("z")));
	ck_assert(handshake_header(str_from(headers), STR("cookie"), &value));
	ck_assert(str_eq(value, STR("a=1")));
	ck_assert(!handshake_header(str_from(headers), STR("x"), &value));
	ck_assert(!handshake_header(STR(""), STR("x"), &value));
}
END_TEST

START_TEST(the_json_has_the_members_of_socket_io)
{
	struct handshake h = {
		.query = STR("EIO=4&a%20b=%26%3D&n="),
		.headers = str_from(headers),
		.auth = STR("{\"token\":\"t\"}"),
		.address = STR("::1"),
		.url = STR("/realtime/?\"x"),
		.issued_ms = 1700000000123,
		.secure = true,
	};
	struct arena a = ARENA_INIT;
	struct buf out = BUF_INIT;

	handshake_write_json(&h, &a, &out);
	buf_add_char(&out, '\0');
	ck_assert_str_eq(
		out.data,
		"{\"headers\":{\"host\":\"a.example\",\"cookie\":\"a=1, "
		"b=2\",\"x-y\":\"z\"},"
		"\"time\":\"2023-11-14T22:13:20Z\",\"address\":\"::1\",\"xdomain\":false,"
		"\"secure\":true,\"issued\":1700000000123,\"url\":\"/realtime/?\\\"x\","
		"\"query\":{\"EIO\":\"4\",\"a b\":\"&=\",\"n\":\"\"},"
		"\"auth\":{\"token\":\"t\"}}");
	buf_fini(&out);
	arena_fini(&a);
}
END_TEST

Suite *
handshake_suite(void)
{
	Suite *s = suite_create("handshake");
	TCase *t = tcase_create("handshake");

	tcase_add_test(t, a_header_is_found_by_its_name);
	tcase_add_test(t, the_json_has_the_members_of_socket_io);
	suite_add_tcase(s, t);
	return s;
}
