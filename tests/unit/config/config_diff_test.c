/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a reload changes, by the names of its keys. */
#include "config/config_diff.h"

#include "config/config_keys.h"
#include "unit/config/load.h"
#include "unit/config/suites.h"

#include <stdio.h>

static char told[1024];

static void
each(void *arg, const char *key, bool is_reloaded)
{
	size_t n = strlen(told);

	ck_assert_ptr_eq(arg, told);
	snprintf(told + n, sizeof(told) - n, "%s%s ", key, is_reloaded ? "" : "!");
}

/* Names in order of the rows, "!" behind those that wait for a restart. */
static void
differs(const char *old_text, const char *fresh_text, const char *keys)
{
	struct config *old = load_good(old_text), *fresh = load_good(fresh_text);

	told[0] = '\0';
	config_diff(old, fresh, each, told);
	ck_assert_str_eq(told, keys);
	config_unref(old);
	config_unref(fresh);
}

START_TEST(the_same_twice_differs_in_nothing)
{
	static const char text[] =
		"plugins: {x: {a: 1}}\ntrusted_proxies: [10.0.0.0/8]\n"
		"mounts: [{path: /x, message_rate: 5/s, origins: [https://a]}]\n"
		"token: {keys: [{kid: a, secret: 0123456789abcdef0123456789abcdef}]}\n";

	differs("", "", "");
	differs(text, text, "");
}
END_TEST

static const struct {
	const char *old_text, *fresh_text, *keys;
} changes[] = {
	{"drain: 1s\n", "drain: 2s\n", "drain "},
	{"", "log: {level: debug, json: true}\n", "log.level log.json "},
	{"", "plugin_dir: /x\n", "plugin_dir! "},
	{"", "workers: 3\ndemo: true\n",
	 "workers! demo! listeners.1.address! mounts.0.origins! mounts.1.origins! "
	 "mounts.2.origins! "
	 "mounts.3.origins! mounts.4.origins! mounts.5.origins! "
	 "mounts.5.trust_user_id! "},
	{"", "api: {key: 0123456789abcdef}\n", "api.key "},
	{"", "http: {head_size: 32KiB, head_timeout: 1s}\n",
	 "http.head_size! http.head_timeout "},
	{"", "authorize: {timeout: 1s, answers: off, pause: 1s}\n",
	 "authorize.timeout authorize.answers authorize.pause "},
	{"", "token: {audience: [a], claims: {user: uid}}\n",
	 "token.audience token.claims.user "},
	{"", "token: {keys: [{kid: a, secret: 0123456789abcdef0123456789abcdef}]}\n",
	 "token.keys "},
	{"token: {keys: [{kid: a, secret: 0123456789abcdef0123456789abcdef}]}\n",
	 "token: {keys: [{kid: a, secret: 0123456789abcdef0123456789abcdeg}]}\n",
	 "token.keys.0.secret "},
	{"mounts: [{path: /x}]\n", "mounts: [{path: /x, message_rate: 5/s}]\n",
	 "mounts.0.message_rate! "},
	{"mounts: [{path: /x}]\n", "mounts: [{path: /x}, {path: /y}]\n", "mounts! "},
	{"plugins: {x: {a: 1}}\n", "plugins: {x: {a: 2}}\n", "plugins! "},
	{"plugins: {x: {a: 1}}\n", "", "plugins! "},
	{"trusted_proxies: [10.0.0.0/8]\n", "trusted_proxies: [10.0.0.0/9]\n",
	 "trusted_proxies! "},
};

START_TEST(what_changed_is_named)
{
	differs(changes[_i].old_text, changes[_i].fresh_text, changes[_i].keys);
}
END_TEST

Suite *
config_diff_suite(void)
{
	Suite *s = suite_create("config_diff");
	TCase *t = tcase_create("config_diff");

	tcase_add_test(t, the_same_twice_differs_in_nothing);
	tcase_add_loop_test(t, what_changed_is_named, 0,
			    sizeof(changes) / sizeof(changes[0]));
	suite_add_tcase(s, t);
	return s;
}
