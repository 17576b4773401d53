/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PROXY headers: whole, cut at every place, and wrong ones. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/proxy_header.h"

#include <stdlib.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V4 "\xc0\x00\x02\x01\x0a\x00\x00\x01\x1f\x90\x00\x50"
#define V6                                                                               \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"                                     \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x08\x1f\x90\x00\x50"
#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define UNIX_PATHS HUNDRED HUNDRED TEN "012345"

static const uint8_t v4[16] = {192, 0, 2, 1};
static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 7};
static const uint8_t none[16];

static const struct {
	struct str bytes;
	enum proxy_source source;
	const uint8_t *address;
	uint16_t port;
} good[] = {
	{STR("PROXY TCP4 192.0.2.1 10.0.0.1 8080 80\r\n"), PROXY_IPV4, v4, 8080},
	{STR("PROXY TCP4 192.0.2.1 10.0.0.1 0 65535\r\n"), PROXY_IPV4, v4, 0},
	{STR("PROXY TCP6 2001:db8::7 2001:db8::8 8080 80\r\n"), PROXY_IPV6, v6, 8080},
	{STR("PROXY UNKNOWN\r\n"), PROXY_SELF, none, 0},
	{STR("PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n"), PROXY_SELF,
	 none, 0},
	{STR(SIGNATURE "\x21\x11\0\x0c" V4), PROXY_IPV4, v4, 8080},
	{STR(SIGNATURE "\x21\x11\0\x10" V4 "\x04\0\x01x"), PROXY_IPV4, v4, 8080},
	{STR(SIGNATURE "\x21\x21\0\x24" V6), PROXY_IPV6, v6, 8080},
	{STR(SIGNATURE "\x20\0\0\0"), PROXY_SELF, none, 0},
	{STR(SIGNATURE "\x20\x11\0\x0c" V4), PROXY_SELF, none, 0},
	{STR(SIGNATURE "\x20\x77\0\x03"
		       "abc"),
	 PROXY_SELF, none, 0},
	{STR(SIGNATURE "\x21\0\0\x02xx"), PROXY_SELF, none, 0},
	{STR(SIGNATURE "\x21\x31\0\xd8" UNIX_PATHS), PROXY_SELF, none, 0},
};

/* Copied to where a sanitizer sees the first byte behind it. */
static long
read_exactly(struct str bytes, struct proxy_header *h)
{
	char *copy = str_dup(bytes);
	long used = proxy_header_read(copy, bytes.len, h);

	free(copy);
	return used;
}

START_TEST(a_header_tells_the_client_wherever_it_is_cut)
{
	struct str all = good[_i].bytes;
	struct proxy_header h;

	for (size_t n = 0; n < all.len; n++)
		ck_assert_msg(read_exactly((struct str){all.ptr, n}, &h) == 0,
			      "cut at %zu", n);
	ck_assert_int_eq(read_exactly(all, &h), (long)all.len);
	ck_assert_int_eq(h.source, good[_i].source);
	ck_assert_mem_eq(h.address, good[_i].address, sizeof(h.address));
	ck_assert_uint_eq(h.port, good[_i].port);
}
END_TEST

START_TEST(bytes_behind_the_header_are_left)
{
	char all[512];
	size_t n = good[_i].bytes.len;
	struct proxy_header h;

	memcpy(all, good[_i].bytes.ptr, n);
	memcpy(all + n, "\r\nGET / HTTP/1.1\r\n", 18);
	ck_assert_int_eq(read_exactly((struct str){all, n + 18}, &h), (long)n);
}
END_TEST

static const struct str bad[] = {
	STR("GET / HTTP/1.1\r\n"),
	STR("\x16\x03\x01"),
	STR("proxy TCP4 192.0.2.1 10.0.0.1 8080 80\r\n"),
	STR("PROXY\r\n"),
	STR("PROXY \r\n"),
	STR("PROXY TCP4\r\n"),
	STR("PROXY TCP5 192.0.2.1 10.0.0.1 8080 80\r\n"),
	STR("PROXY TCP4 192.0.2.1 10.0.0.1 8080\r\n"),
	STR("PROXY TCP4 192.0.2.1 10.0.0.1 8080 80 \r\n"),
	STR("PROXY TCP4 192.0.2.1 10.0.0.1 8080 80 1\r\n"),
	STR("PROXY TCP4  192.0.2.1 10.0.0.1 8080 80\r\n"),
	STR("PROXY TCP4 192.0.2.1 10.0.0.1 08080 80\r\n"),
	STR("PROXY TCP4 192.0.2.1 10.0.0.1 8080 65536\r\n"),
	STR("PROXY TCP4 192.0.2.1 10.0.0.1 +1 80\r\n"),
	STR("PROXY TCP4 192.0.2.01 10.0.0.1 8080 80\r\n"),
	STR("PROXY TCP4 192.0.2 10.0.0.1 8080 80\r\n"),
	STR("PROXY TCP4 2001:db8::7 10.0.0.1 8080 80\r\n"),
	STR("PROXY TCP6 192.0.2.1 2001:db8::8 8080 80\r\n"),
	STR("PROXY TCP6 2001:db8::7%eth0 2001:db8::8 8080 80\r\n"),
	STR("PROXY TCP4 192.0.2.1\0 10.0.0.1 8080 80\r\n"),
	STR("PROXY UNKNOWN\rx"),
	STR("PROXY UNKNOWN " HUNDRED "\r\n"),
	STR(SIGNATURE "\x11"),
	STR(SIGNATURE "\x22\x11\0\x0c" V4),
	STR(SIGNATURE "\x21\x12\0\x0c" V4),
	STR(SIGNATURE "\x21\x41\0\x0c" V4),
	STR(SIGNATURE "\x21\x11\0\x0b" V4),
	STR(SIGNATURE "\x21\x21\0\x0c" V4),
	STR(SIGNATURE "\x21\x11\x10\x01" V4),
	STR("\r\n\r\nGET"),
};

START_TEST(what_is_no_header_is_refused)
{
	struct proxy_header h;

	ck_assert_int_eq(read_exactly(bad[_i], &h), -E_PROXY);
}
END_TEST

START_TEST(the_first_wrong_byte_is_enough)
{
	struct proxy_header h;

	ck_assert_int_eq(read_exactly(STR("G"), &h), -E_PROXY);
	ck_assert_int_eq(read_exactly(STR("PROXy"), &h), -E_PROXY);
	ck_assert_int_eq(read_exactly(STR("\r\n\r\n\r"), &h), -E_PROXY);
}
END_TEST

START_TEST(a_line_may_have_107_bytes_and_no_more)
{
	char line[109];
	struct proxy_header h;

	memset(line, 'x', sizeof(line));
	memcpy(line, "PROXY UNKNOWN ", 14);
	memcpy(line + 105, "\r\n", 2);
	ck_assert_int_eq(read_exactly((struct str){line, 107}, &h), 107);
	memcpy(line + 105, "x\r\n", 3);
	ck_assert_int_eq(read_exactly((struct str){line, 106}, &h), 0);
	ck_assert_int_eq(read_exactly((struct str){line, 107}, &h), -E_PROXY);
	ck_assert_int_eq(read_exactly((struct str){line, 108}, &h), -E_PROXY);
}
END_TEST

Suite *
proxy_header_suite(void)
{
	Suite *s = suite_create("proxy_header");
	TCase *t = tcase_create("proxy_header");

	tcase_add_loop_test(t, a_header_tells_the_client_wherever_it_is_cut, 0,
			    sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(t, bytes_behind_the_header_are_left, 0,
			    sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(t, what_is_no_header_is_refused, 0,
			    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, the_first_wrong_byte_is_enough);
	tcase_add_test(t, a_line_may_have_107_bytes_and_no_more);
	suite_add_tcase(s, t);
	return s;
}
