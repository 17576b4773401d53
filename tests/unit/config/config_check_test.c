/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What no single row can tell. */
#include "base/errors.h"
#include "unit/config/load.h"
#include "unit/config/suites.h"

#include <stdio.h>

static const struct {
	const char *text, *lines;
} faults[] = {
	{"listeners: []\nmounts: []\n",
	 "t.yaml:1:12: listeners: expected at least one listener\n"},
	{"listeners: [{address: 'example:80'}]\n",
	 "t.yaml:1:23: listeners.0.address: expected an address such as 0.0.0.0:8000, "
	 "[::]:8000 or unix:/path\n"},
	{"listeners:\n  - {address: '1.1.1.1:1'}\n  - {address: '1.1.1.1:2'}\n",
	 "t.yaml:3:5: listeners.1.name: expected a name that no other listener has\n"},
	{"listeners:\n  - {address: '1.1.1.1:1'}\n  - {name: b, address: '1.1.1.1:1'}\n",
	 "t.yaml:3:24: listeners.1.address: expected an address that no other listener "
	 "has\n"},
	{"listeners: [{address: '1.1.1.1:1', tls_key: k.pem}]\n",
	 "t.yaml:1:13: listeners.0.tls_certificate: TLS needs both tls_certificate and "
	 "tls_key\n"},
	{"listeners: [{address: '1.1.1.1:1', tls_certificate: c.pem}]\n",
	 "t.yaml:1:13: listeners.0.tls_key: TLS needs both tls_certificate and "
	 "tls_key\n"},
	{"listeners: [{name: main, address: '1.1.1.1:1'}]\n",
	 "default: mounts.0.listener: expected the name of a listener\n"},
	{"mounts: [{path: /x, listener: nowhere}]\n",
	 "t.yaml:1:31: mounts.0.listener: expected the name of a listener\n"},
	{"mounts: [{path: x}]\n",
	 "t.yaml:1:17: mounts.0.path: expected a path that begins with "
	 "/, without query, escapes or dots\n"},
	{"mounts: [{path: /x, host: 'a:80'}]\n",
	 "t.yaml:1:27: mounts.0.host: expected a host name or address, without port\n"},
	{"mounts:\n  - {path: /x}\n  - {path: /y}\n  - {path: /x/}\n",
	 "t.yaml:4:12: mounts.2.path: another mount has this listener, host, path and "
	 "dialect\n"},
	{"mounts: [{path: /x, polling: false, websocket: false}]\n",
	 "t.yaml:1:48: mounts.0.websocket: expected polling or websocket or both to be "
	 "true\n"},
	{"mounts: [{path: /x, queue_soft: 8MiB}]\n",
	 "t.yaml:1:10: mounts.0.queue_hard: expected at least queue_soft\n"},
	{"mounts: [{path: /x, cookie: 'a b'}]\n",
	 "t.yaml:1:29: mounts.0.cookie: expected a cookie's name\n"},
	{"mounts: [{path: /x, origins: ['https://a.example/']}]\n",
	 "t.yaml:1:30: mounts.0.origins: expected origins such as https://a.example, "
	 "https://*.example, null or *, without a path\n"},
	{"mounts: [{path: /x, origins: ['*'], cors_credentials: true}]\n",
	 "t.yaml:1:55: mounts.0.cors_credentials: with origins * any page could act for "
	 "a user: "
	 "list the origins\n"},
	{"mounts: [{path: /x, namespaces: [/a, b]}]\n",
	 "t.yaml:1:33: mounts.0.namespaces: expected names that begin with / and hold no "
	 "comma, "
	 "blank or ?\n"},
	{"token: {keys: [{kid: a}]}\n",
	 "t.yaml:1:16: token.keys.0.secret: expected either a secret or a file\n"},
	{"token: {keys: [{secret: a, file: b}]}\n",
	 "t.yaml:1:25: token.keys.0.secret: expected either a secret or a file\n"},
	{"token: {keys: [{secret: a, algorithm: RS256}]}\n",
	 "t.yaml:1:39: token.keys.0.algorithm: a secret is for HS256, HS384 and HS512 "
	 "only\n"},
	{"token: {keys: [{secret: a}, {secret: b}]}\n",
	 "t.yaml:1:29: token.keys.1.kid: expected a kid that no other key has\n"},
	{"token: {cookie: 'a=b'}\n",
	 "t.yaml:1:17: token.cookie: expected a cookie's name\n"},
	{"trusted_proxies: [10.0.0.0/8, 10.0.0.0/33]\n",
	 "t.yaml:1:31: trusted_proxies.1: expected an address or a network such as "
	 "10.0.0.0/8\n"},
	{"redis: {url: 'http://h'}\n",
	 "t.yaml:1:14: redis.url: expected redis://…, rediss://… or unix:/path\n"},
	{"api: {listen: '8001'}\n", "t.yaml:1:15: api.listen: expected an address such "
				    "as 127.0.0.1:8001 or unix:/path\n"},
	{"api: {key: short}\n", "t.yaml:1:12: api.key: expected 16 characters or more\n"},
	{"http: {head_size: 4KiB}\n",
	 "t.yaml:1:7: http.target_size: expected at most head_size\n"},
};

START_TEST(values_that_do_not_fit_each_other_are_told)
{
	load_bad(faults[_i].text, faults[_i].lines);
}
END_TEST

static const char *const good[] = {
	"listeners: [{address: '127.0.0.1:0'}, {name: b, address: '127.0.0.1:0'}]\n",
	"listeners: [{address: 'unix:/run/t.sock'}]\n",
	"listeners: [{address: '[::]:8443', tls_certificate: c, tls_key: k}]\n",
	"mounts: [{path: /}, {path: /x, host: a.example}, {path: /x, host: b.example}]\n",
	"mounts: [{path: /x}, {path: /x, dialect: rooms}, {path: /x, listener: "
	"topics}]\n",
	"mounts: [{path: /x, origins: ['*', 'null', 'https://*.a.example', "
	"'http://[::1]:80']}]\n",
	"mounts: [{path: /x, origins: ['https://a.example'], cors_credentials: true}]\n",
	"mounts: [{path: /x, polling: false}, {path: /y, websocket: false}]\n",
	"mounts: []\n",
	"redis: {url: 'rediss://user:word@h:6380/1'}\n",
	"trusted_proxies: ['::1', 'fe80::/10', 10.1.2.3]\n",
};

START_TEST(values_that_fit_each_other_are_taken)
{
	config_unref(load_good(good[_i]));
}
END_TEST

START_TEST(a_mount_that_checks_tokens_needs_a_key)
{
	static const char *const keys[] = {
		"token.secret=x", "token.jwks_file=/j", "token.keys=[{file: /k.pem}]",
		"mounts=[{path: /x, auth: none}]", "demo=true"};
	struct config *c;

	ck_assert_int_eq(load("", NULL, NULL, &c), -E_CONFIG);
	ck_assert_str_eq(
		load_errors,
		"default: mounts.0.auth: no key to check tokens with: give token.secret "
		"(better as TIDEGATE_JWT_SECRET), token.keys or token.jwks_file, or "
		"auth: "
		"none\n");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *sets[] = {keys[i], NULL};

		ck_assert_int_eq(load("", NULL, sets, &c), 0);
		config_unref(c);
	}
}
END_TEST

START_TEST(demo_mode_allows_every_origin_unless_some_are_given)
{
	struct config *c = load_over("mounts: [{path: /a}, {path: /b, origins: []}]\n",
				     NULL, "demo=true");

	ck_assert_uint_eq(c->mounts[0].origins.n, 1);
	ck_assert_str_eq(c->mounts[0].origins.items[0], "*");
	ck_assert_uint_eq(c->mounts[1].origins.n, 0);
	config_unref(c);
	c = load_good("mounts: [{path: /a}]\n");
	ck_assert_uint_eq(c->mounts[0].origins.n, 0);
	config_unref(c);
}
END_TEST

START_TEST(a_websocket_message_of_engine_io_is_a_payload_unless_it_is_given)
{
	struct config *c = load_good(
		"mounts:\n"
		"  - {path: /a, max_payload: 5MB}\n"
		"  - {path: /b, max_payload: 5MB, message_size: 2MB}\n"
		"  - {path: /c, dialect: rooms}\n");

	ck_assert_uint_eq(c->mounts[0].message_bytes, 5000000);
	ck_assert_uint_eq(c->mounts[1].message_bytes, 2000000);
	ck_assert_uint_eq(c->mounts[2].message_bytes, 2 << 20);
	config_unref(c);
}
END_TEST

START_TEST(default_mounts_need_their_listener)
{
	struct config *c = load_good("listeners: [{address: '127.0.0.1:0'}]\n");

	ck_assert_uint_eq(c->mounts_n, 5);
	ck_assert_int_eq(c->mounts[4].dialect, DIALECT_CHANNELS);
	config_unref(c);
}
END_TEST

START_TEST(user_ids_are_believed_on_loopback_only_unless_forced)
{
	static const char mount[] =
		"listeners: [{address: '%s'}]\n"
		"mounts: [{path: /ws, dialect: topics, trust_user_id: %s}]\n";
	char text[256];

	snprintf(text, sizeof(text), mount, "127.0.0.1:5000", "true");
	config_unref(load_good(text));
	snprintf(text, sizeof(text), mount, "0.0.0.0:5000", "forced");
	config_unref(load_good(text));
	snprintf(text, sizeof(text), mount, "0.0.0.0:5000", "true");
	load_bad(text, "t.yaml:2:54: mounts.0.trust_user_id: anybody could be anybody: "
		       "expected a "
		       "listener on 127.0.0.1 or [::1], or forced\n");
}
END_TEST

START_TEST(the_demo_believes_user_ids_on_a_listener_of_its_own)
{
	struct config *c = load_over("", NULL, "demo=true");

	ck_assert_str_eq(c->listeners[1].address, "127.0.0.1:5000");
	ck_assert_int_eq(c->mounts[5].trust_user_id, TRUST_LOOPBACK);
	config_unref(c);
	c = load_over("demo: true\n", NULL, "listeners.1.address=0.0.0.0:5000");
	ck_assert_str_eq(c->listeners[1].address, "0.0.0.0:5000");
	ck_assert_int_eq(c->mounts[5].trust_user_id, TRUST_NOBODY);
	config_unref(c);
	c = load_over("demo: true\n", NULL, "mounts.5.trust_user_id=false");
	ck_assert_int_eq(c->mounts[5].trust_user_id, TRUST_NOBODY);
	config_unref(c);
}
END_TEST

Suite *
config_check_suite(void)
{
	Suite *suite = suite_create("config_check");
	TCase *tcase = tcase_create("relations");

	tcase_add_loop_test(tcase, values_that_do_not_fit_each_other_are_told, 0,
			    sizeof(faults) / sizeof(faults[0]));
	tcase_add_loop_test(tcase, values_that_fit_each_other_are_taken, 0,
			    sizeof(good) / sizeof(good[0]));
	tcase_add_test(tcase, a_mount_that_checks_tokens_needs_a_key);
	tcase_add_test(tcase, default_mounts_need_their_listener);
	tcase_add_test(tcase, user_ids_are_believed_on_loopback_only_unless_forced);
	tcase_add_test(tcase, the_demo_believes_user_ids_on_a_listener_of_its_own);
	tcase_add_test(tcase, demo_mode_allows_every_origin_unless_some_are_given);
	tcase_add_test(tcase,
		       a_websocket_message_of_engine_io_is_a_payload_unless_it_is_given);
	suite_add_tcase(suite, tcase);
	return suite;
}
