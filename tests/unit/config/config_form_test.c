/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_form.h"

#include "unit/config/suites.h"

typedef bool (*form_fn)(struct str s);

static const struct {
	form_fn form;
	const char *text;
	bool fits;
} cases[] = {
	{config_form_is_address, "0.0.0.0:8000", true},
	{config_form_is_address, "127.0.0.1:0", true},
	{config_form_is_address, "[::]:65535", true},
	{config_form_is_address, "[fe80::1]:1", true},
	{config_form_is_address, "unix:/run/x", true},
	{config_form_is_address, "unix:/", false},
	{config_form_is_address, "unix:run", false},
	{config_form_is_address, "0.0.0.0", false},
	{config_form_is_address, "0.0.0.0:", false},
	{config_form_is_address, "0.0.0.0:65536", false},
	{config_form_is_address, "0.0.0.0:-1", false},
	{config_form_is_address, "0.0.0:1", false},
	{config_form_is_address, "::1:80", false},
	{config_form_is_address, "[::1]80", false},
	{config_form_is_address, "[1.1.1.1]:80", false},
	{config_form_is_address, "[]:80", false},
	{config_form_is_address, ":80", false},
	{config_form_is_address, "localhost:80", false},
	{config_form_is_address, "", false},
	{config_form_is_network, "10.0.0.0/8", true},
	{config_form_is_network, "10.0.0.1", true},
	{config_form_is_network, "::/0", true},
	{config_form_is_network, "::1/128", true},
	{config_form_is_network, "10.0.0.0/33", false},
	{config_form_is_network, "::1/129", false},
	{config_form_is_network, "10.0.0.0/", false},
	{config_form_is_network, "host/8", false},
	{config_form_is_network, "", false},
	{config_form_is_path, "/", true},
	{config_form_is_path, "/realtime", true},
	{config_form_is_path, "/api/v1/ws/connect", true},
	{config_form_is_path, "/socket.io/", true},
	{config_form_is_path, "/a..b/.c", true},
	{config_form_is_path, "realtime", false},
	{config_form_is_path, "", false},
	{config_form_is_path, "//a", false},
	{config_form_is_path, "/a//b", false},
	{config_form_is_path, "/a/../b", false},
	{config_form_is_path, "/.", false},
	{config_form_is_path, "/a/..", false},
	{config_form_is_path, "/a?b", false},
	{config_form_is_path, "/a#b", false},
	{config_form_is_path, "/a b", false},
	{config_form_is_path, "/a%20b", false},
	{config_form_is_path, "/\xc3\xa4", false},
	{config_form_is_host, "a.example", true},
	{config_form_is_host, "10.0.0.1", true},
	{config_form_is_host, "[::1]", true},
	{config_form_is_host, "[x]", false},
	{config_form_is_host, "::1", false},
	{config_form_is_host, "a:80", false},
	{config_form_is_host, "a/b", false},
	{config_form_is_host, "", false},
	{config_form_is_origin, "*", true},
	{config_form_is_origin, "null", true},
	{config_form_is_origin, "https://a.example", true},
	{config_form_is_origin, "https://a.example:8443", true},
	{config_form_is_origin, "https://*.example", true},
	{config_form_is_origin, "http://[::1]", true},
	{config_form_is_origin, "http://[::1]:80", true},
	{config_form_is_origin, "capacitor://localhost", true},
	{config_form_is_origin, "a.example", false},
	{config_form_is_origin, "https:/a.example", false},
	{config_form_is_origin, "://a.example", false},
	{config_form_is_origin, "https://", false},
	{config_form_is_origin, "https://a.example/", false},
	{config_form_is_origin, "https://a.example:", false},
	{config_form_is_origin, "https://a.example:x", false},
	{config_form_is_origin, "https://a.*.example", false},
	{config_form_is_origin, "https://*", false},
	{config_form_is_origin, "https://u@a.example", false},
	{config_form_is_origin, "", false},
	{config_form_is_token, "io", true},
	{config_form_is_token, "__Host-sid", true},
	{config_form_is_token, "a=b", false},
	{config_form_is_token, "a;b", false},
	{config_form_is_token, "a b", false},
	{config_form_is_token, "", false},
};

START_TEST(a_text_has_its_form_or_not)
{
	ck_assert_msg(cases[_i].form(str_from(cases[_i].text)) == cases[_i].fits, "%s",
		      cases[_i].text);
}
END_TEST

START_TEST(a_zero_byte_is_in_no_form)
{
	ck_assert(!config_form_is_address(STR("1.1.1.1\0:80")));
	ck_assert(!config_form_is_network(STR("1.1.1.1\0")));
	ck_assert(!config_form_is_path(STR("/a\0")));
	ck_assert(!config_form_is_token(STR("a\0")));
}
END_TEST

Suite *
config_form_suite(void)
{
	Suite *suite = suite_create("config_form");
	TCase *tcase = tcase_create("forms");

	tcase_add_loop_test(tcase, a_text_has_its_form_or_not, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tcase, a_zero_byte_is_in_no_form);
	suite_add_tcase(suite, tcase);
	return suite;
}
