/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/address_set.h"

#include "base/errors.h"
#include "unit/net/suites.h"

#include <stdlib.h>

static struct address
address(const char *text)
{
	struct address a = {.family = AF_UNIX};

	if (strcmp(text, "unix") != 0)
		ck_assert_msg(address_from_text(str_from(text), &a) == 0, "%s", text);
	return a;
}

static int
set_of(const char *text, struct address_set **out)
{
	char *items[] = {str_dup(str_from(text))};
	struct config_list list = {items, 1};
	int error = address_set_new(&list, out);

	free(items[0]);
	return error;
}

static const struct {
	const char *network, *inside, *outside;
} cases[] = {
	{"10.0.0.0/8", "10.255.0.1", "11.0.0.0"},
	{"10.1.2.3", "10.1.2.3", "10.1.2.4"},
	{"10.1.2.3/32", "10.1.2.3", "10.1.2.2"},
	{"192.0.2.128/25", "192.0.2.128", "192.0.2.127"},
	{"192.0.2.77/26", "192.0.2.64", "192.0.2.128"},
	{"0.0.0.0/0", "255.1.2.3", "::1"},
	{"10.0.0.0/8", "::ffff:10.1.1.1", "::10.1.1.1"},
	{"::ffff:10.0.0.0/104", "10.9.9.9", "11.0.0.0"},
	{"::1", "::1", "::2"},
	{"2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"},
	{"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"},
	{"::/0", "2001:db8::", "10.0.0.1"},
	{"fe80::/10", "febf::1", "fec0::1"},
	{"unix", "unix", "0.0.0.0"},
	{"0.0.0.0/0", "0.0.0.0", "unix"},
};

START_TEST(a_network_holds_its_own_and_nobody_else)
{
	struct address_set *s;
	struct address in = address(cases[_i].inside), out = address(cases[_i].outside);

	ck_assert_int_eq(set_of(cases[_i].network, &s), 0);
	ck_assert(address_set_has(s, &in));
	ck_assert(!address_set_has(s, &out));
	ck_assert(!address_set_is_empty(s));
	address_set_free(s);
}
END_TEST

START_TEST(what_is_no_network_is_refused)
{
	static const char *const texts[] = {
		"",       "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "a/8",
		"::/129", "::1/-1",      "/8",        "UNIX",     "::ffff:10.0.0.0/95"};
	struct address_set *s;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_msg(set_of(texts[i], &s) == -E_ARGUMENT, "%s", texts[i]);
}
END_TEST

START_TEST(an_empty_set_holds_nobody)
{
	struct config_list none = {NULL, 0};
	struct address a = address("127.0.0.1");
	struct address_set *s;

	ck_assert_int_eq(address_set_new(&none, &s), 0);
	ck_assert(address_set_is_empty(s));
	ck_assert(!address_set_has(s, &a));
	address_set_free(s);
	address_set_free(NULL);
}
END_TEST

Suite *
address_set_suite(void)
{
	Suite *s = suite_create("address_set");
	TCase *t = tcase_create("address_set");

	tcase_add_loop_test(t, a_network_holds_its_own_and_nobody_else, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(t, what_is_no_network_is_refused);
	tcase_add_test(t, an_empty_set_holds_nobody);
	suite_add_tcase(s, t);
	return s;
}
