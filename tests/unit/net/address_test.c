/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/address.h"

#include "base/errors.h"
#include "unit/net/suites.h"

#include <stdlib.h>

static const struct {
	const char *text, *host; /* host NULL: refused */
	uint16_t port;
} cases[] = {
	{"127.0.0.1:8000", "127.0.0.1", 8000},
	{"0.0.0.0:0", "0.0.0.0", 0},
	{"*:65535", "0.0.0.0", 65535},
	{"localhost:1", "127.0.0.1", 1},
	{"[::1]:80", "::1", 80},
	{"[fe80::1]:80", "fe80::1", 80},
	{"[::ffff:10.0.0.1]:80", "10.0.0.1", 80},
	{"unix:/run/x", "unix", 0},
	{"", NULL, 0},
	{":80", NULL, 0},
	{"127.0.0.1", NULL, 0},
	{"127.0.0.1:", NULL, 0},
	{"127.0.0.1:65536", NULL, 0},
	{"127.0.0.1:-1", NULL, 0},
	{"127.0.0.1:8o", NULL, 0},
	{"127.0.0:80", NULL, 0},
	{"::1:80", NULL, 0},
	{"[::1:80", NULL, 0},
	{"[]:80", NULL, 0},
	{"example.org:80", NULL, 0},
	{"unix:", NULL, 0},
	{"1111111111111111111111111111111111111111111111111111111111111111111:1", NULL,
	 0},
};

START_TEST(a_text_becomes_an_address_and_prints_as_it_should)
{
	struct sockaddr_storage sa;
	socklen_t len;
	char out[ADDRESS_TEXT_BYTES];
	int error = address_to_sockaddr(str_from(cases[_i].text), &sa, &len);
	struct address a;

	if (!cases[_i].host) {
		ck_assert_int_eq(error, -E_ARGUMENT);
		return;
	}
	ck_assert_int_eq(error, 0);
	a = address_from_sockaddr((struct sockaddr *)&sa);
	ck_assert_uint_eq(address_text(&a, out), strlen(cases[_i].host));
	ck_assert_str_eq(out, cases[_i].host);
	ck_assert_uint_eq(a.port, cases[_i].port);
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_refused)
{
	struct sockaddr_storage sa;
	socklen_t len;
	char text[200] = "unix:/";

	memset(text + 6, 'x', 120);
	ck_assert_int_eq(address_to_sockaddr(str_from(text), &sa, &len), -E_ARGUMENT);
}
END_TEST

START_TEST(equal_peers_have_equal_bytes_whatever_family_brought_them)
{
	struct sockaddr_storage plain, mapped;
	socklen_t len;
	struct address a, b;

	ck_assert_int_eq(address_to_sockaddr(STR("10.1.2.3:5"), &plain, &len), 0);
	ck_assert_int_eq(address_to_sockaddr(STR("[::ffff:10.1.2.3]:5"), &mapped, &len),
			 0);
	a = address_from_sockaddr((struct sockaddr *)&plain);
	b = address_from_sockaddr((struct sockaddr *)&mapped);
	ck_assert_int_eq(memcmp(a.bytes, b.bytes, sizeof(a.bytes)), 0);
	ck_assert_int_eq(a.family, b.family);
}
END_TEST

static const struct {
	const char *text, *host; /* host NULL: refused */
	uint16_t port;
} literals[] = {
	{"192.0.2.1", "192.0.2.1", 0},
	{"192.0.2.1:80", "192.0.2.1", 80},
	{"2001:db8::1", "2001:db8::1", 0},
	{"[2001:db8::1]", "2001:db8::1", 0},
	{"[2001:db8::1]:65535", "2001:db8::1", 65535},
	{"::ffff:192.0.2.1", "192.0.2.1", 0},
	{"[::ffff:192.0.2.1]:1", "192.0.2.1", 1},
	{"", NULL, 0},
	{"unknown", NULL, 0},
	{"_hidden", NULL, 0},
	{"localhost", NULL, 0},
	{"192.0.2.1:", NULL, 0},
	{"192.0.2.1:65536", NULL, 0},
	{"192.0.2.1:x", NULL, 0},
	{"192.0.2", NULL, 0},
	{"192.0.2.1 ", NULL, 0},
	{"[192.0.2.1]", NULL, 0},
	{"[2001:db8::1", NULL, 0},
	{"2001:db8::1]", NULL, 0},
	{"[2001:db8::1]80", NULL, 0},
	{"[]", NULL, 0},
	{"]", NULL, 0},
	{"[", NULL, 0},
	{":80", NULL, 0},
	{"[2001:db8::1%eth0]", NULL, 0},
	{"[2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]", NULL, 0},
};

START_TEST(a_literal_is_an_address_with_or_without_port)
{
	char *text = str_dup(str_from(literals[_i].text)), out[ADDRESS_TEXT_BYTES];
	struct address a;
	int error = address_from_text((struct str){text, strlen(text)}, &a);

	free(text);
	ck_assert_int_eq(error, literals[_i].host ? 0 : -E_ARGUMENT);
	if (error)
		return;
	address_text(&a, out);
	ck_assert_str_eq(out, literals[_i].host);
	ck_assert_uint_eq(a.port, literals[_i].port);
}
END_TEST

static bool
count_as_one(const char *a_text, const char *b_text)
{
	struct address a, b;

	ck_assert_int_eq(address_from_text(str_from(a_text), &a), 0);
	ck_assert_int_eq(address_from_text(str_from(b_text), &b), 0);
	return str_eq(address_key(&a), address_key(&b));
}

START_TEST(limits_count_an_ipv4_address_and_an_ipv6_network)
{
	struct address a_unix = {.family = AF_UNIX};

	ck_assert(count_as_one("192.0.2.1:1", "192.0.2.1:2"));
	ck_assert(count_as_one("192.0.2.1", "::ffff:192.0.2.1"));
	ck_assert(!count_as_one("192.0.2.1", "192.0.2.2"));
	ck_assert(count_as_one("2001:db8::1", "2001:db8::ffff:1"));
	ck_assert(!count_as_one("2001:db8::1", "2001:db8:0:1::1"));
	ck_assert_uint_eq(address_key(&a_unix).len, 0);
}
END_TEST

Suite *
address_suite(void)
{
	Suite *s = suite_create("address");
	TCase *t = tcase_create("address");

	tcase_add_loop_test(t, a_text_becomes_an_address_and_prints_as_it_should, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_loop_test(t, a_literal_is_an_address_with_or_without_port, 0,
			    sizeof(literals) / sizeof(literals[0]));
	tcase_add_test(t, limits_count_an_ipv4_address_and_an_ipv6_network);
	tcase_add_test(t, a_path_that_does_not_fit_is_refused);
	tcase_add_test(t, equal_peers_have_equal_bytes_whatever_family_brought_them);
	suite_add_tcase(s, t);
	return s;
}
