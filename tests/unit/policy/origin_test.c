/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/policy/suites.h"

#include "policy/origin.h"

#include <stdio.h>

static bool
is_allowed(const char *entry, const char *origin, const char *host)
{
	char text[128];
	char *items[] = {text};
	struct config_list list = {items, entry ? 1 : 0};

	if (entry)
		snprintf(text, sizeof(text), "%s", entry);
	return origin_is_allowed(&list, str_from(origin), str_from(host));
}

START_TEST(no_origin_is_no_browser_page_and_passes)
{
	ck_assert(is_allowed(NULL, "", "a.example"));
	ck_assert(is_allowed("https://b.example", "", "a.example"));
}
END_TEST

START_TEST(an_empty_list_means_the_same_host_and_port)
{
	ck_assert(is_allowed(NULL, "https://a.example", "a.example"));
	ck_assert(is_allowed(NULL, "HTTPS://A.Example", "a.eXample"));
	ck_assert(is_allowed(NULL, "http://a.example:8000", "a.example:8000"));
	ck_assert(is_allowed(NULL, "https://a.example", "a.example:443"));
	ck_assert(is_allowed(NULL, "http://a.example:80", "a.example"));
	ck_assert(is_allowed(NULL, "http://[::1]:8000", "[::1]:8000"));
	ck_assert(!is_allowed(NULL, "http://[::1]:8000", "[::1]:8001"));
	ck_assert(!is_allowed(NULL, "http://a.example", "a.example:443"));
	ck_assert(!is_allowed(NULL, "https://a.example:8443", "a.example"));
	ck_assert(!is_allowed(NULL, "https://evil.example", "a.example"));
	ck_assert(!is_allowed(NULL, "https://xa.example", "a.example"));
	ck_assert(
		is_allowed(NULL, "ws://a.example", "a.example:80")); /* no page: ws4py */
	ck_assert(is_allowed(NULL, "wss://a.example:443", "a.example"));
	ck_assert(!is_allowed(NULL, "ws://a.example", "b.example"));
	ck_assert(!is_allowed(NULL, "ftp://a.example", "a.example"));
	ck_assert(!is_allowed(NULL, "null", "null"));
	ck_assert(!is_allowed(NULL, "a.example", "a.example"));
	ck_assert(!is_allowed(NULL, "https://", ""));
	ck_assert(!is_allowed(NULL, "https://a.example", ""));
}
END_TEST

START_TEST(a_listed_origin_must_be_the_same)
{
	ck_assert(is_allowed("https://a.example", "https://a.example", "x"));
	ck_assert(is_allowed("https://a.example", "HTTPS://A.EXAMPLE", "x"));
	ck_assert(is_allowed("https://a.example:443", "https://a.example", "x"));
	ck_assert(is_allowed("http://a.example:8080", "http://a.example:8080", "x"));
	ck_assert(!is_allowed("https://a.example", "http://a.example", "x"));
	ck_assert(!is_allowed("https://a.example", "https://a.example:444", "x"));
	ck_assert(!is_allowed("https://a.example", "https://a.example.evil", "x"));
	ck_assert(!is_allowed("https://a.example", "https://a.example/", "x"));
	ck_assert(!is_allowed("https://a.example", "https://user@a.example", "x"));
	ck_assert(!is_allowed("https://a.example", "null", "x"));
	ck_assert(!is_allowed("https://a.example", "https://x", "x"));
}
END_TEST

START_TEST(a_star_label_means_any_name_below)
{
	ck_assert(is_allowed("https://*.a.example", "https://x.a.example", "x"));
	ck_assert(is_allowed("https://*.a.example", "https://X.y-1.A.example", "x"));
	ck_assert(
		is_allowed("https://*.a.example:8443", "https://x.a.example:8443", "x"));
	ck_assert(!is_allowed("https://*.a.example", "https://x.a.example:8443", "x"));
	ck_assert(!is_allowed("https://*.a.example", "https://a.example", "x"));
	ck_assert(!is_allowed("https://*.a.example", "https://.a.example", "x"));
	ck_assert(!is_allowed("https://*.a.example", "https://xa.example", "x"));
	ck_assert(!is_allowed("https://*.a.example", "http://x.a.example", "x"));
	ck_assert(
		!is_allowed("https://*.a.example", "https://evil.test/x.a.example", "x"));
	ck_assert(
		!is_allowed("https://*.a.example", "https://evil.test#.a.example", "x"));
	ck_assert(
		!is_allowed("https://*.a.example", "https://evil.test?.a.example", "x"));
	ck_assert(!is_allowed("https://*.a.example", "https://u@x.a.example", "x"));
	ck_assert(
		!is_allowed("https://*.a.example", "https://x.a.example.evil.test", "x"));
}
END_TEST

START_TEST(a_star_means_everybody_and_null_must_be_said)
{
	ck_assert(is_allowed("*", "https://anything.example", "x"));
	ck_assert(is_allowed("*", "null", "x"));
	ck_assert(is_allowed("null", "null", "x"));
	ck_assert(!is_allowed("null", "https://a.example", "x"));
	ck_assert(!is_allowed("", "null", "x"));
}
END_TEST

START_TEST(any_entry_of_several_will_do)
{
	char a[] = "https://a.example", b[] = "https://b.example";
	char *items[] = {a, b};
	struct config_list list = {items, 2};

	ck_assert(origin_is_allowed(&list, STR("https://b.example"), STR("x")));
	ck_assert(!origin_is_allowed(&list, STR("https://c.example"), STR("c.example")));
}
END_TEST

Suite *
origin_suite(void)
{
	Suite *s = suite_create("origin");
	TCase *t = tcase_create("origin");

	tcase_add_test(t, no_origin_is_no_browser_page_and_passes);
	tcase_add_test(t, an_empty_list_means_the_same_host_and_port);
	tcase_add_test(t, a_listed_origin_must_be_the_same);
	tcase_add_test(t, a_star_label_means_any_name_below);
	tcase_add_test(t, a_star_means_everybody_and_null_must_be_said);
	tcase_add_test(t, any_entry_of_several_will_do);
	suite_add_tcase(s, t);
	return s;
}
