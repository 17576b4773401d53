/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file may say, and how its faults are told. */
#include "base/errors.h"
#include "unit/config/load.h"
#include "unit/config/suites.h"

START_TEST(an_empty_file_is_the_default_configuration)
{
	struct config *c = load_good("");

	ck_assert_uint_eq(c->listeners_n, 2);
	ck_assert_str_eq(c->listeners[0].name, "public");
	ck_assert_str_eq(c->listeners[0].address, "0.0.0.0:8000");
	ck_assert_str_eq(c->listeners[1].name, "topics");
	ck_assert_str_eq(c->listeners[1].address, "0.0.0.0:5000");
	ck_assert_uint_eq(c->mounts_n, 6);
	ck_assert_str_eq(c->mounts[1].path, "/api/v1/ws/connect");
	ck_assert_int_eq(c->mounts[1].dialect, DIALECT_ROOMS);
	ck_assert_str_eq(c->mounts[2].path, "/ws");
	ck_assert_int_eq(c->mounts[2].dialect, DIALECT_UNDECIDED);
	ck_assert_int_eq(c->mounts[3].dialect, DIALECT_SCHEDULE);
	ck_assert_int_eq(c->mounts[4].dialect, DIALECT_CHANNELS);
	ck_assert_str_eq(c->mounts[5].path, "/ws");
	ck_assert_str_eq(c->mounts[5].listener, "topics");
	ck_assert_int_eq(c->mounts[5].dialect, DIALECT_TOPICS);
	ck_assert_str_eq(c->mounts[0].path, "/realtime");
	ck_assert_str_eq(c->mounts[0].listener, "public");
	ck_assert_int_eq(c->mounts[0].dialect, DIALECT_ACTIONS);
	ck_assert_uint_eq(c->mounts[0].ping_interval_ms, 25000);
	ck_assert_uint_eq(c->mounts[0].ping_timeout_ms, 20000);
	ck_assert_uint_eq(c->mounts[0].max_payload_bytes, 1000000);
	ck_assert_double_eq(c->mounts[0].message_rate.per_second, 20);
	ck_assert_uint_eq(c->mounts[0].message_rate.burst, 40);
	ck_assert_str_eq(c->token.claims[CLAIM_COMPANY], "companyId");
	ck_assert_uint_eq(c->plugins_n, 0);
	ck_assert_str_eq(c->plugin_dir, TG_PLUGIN_DIR);
	config_unref(c);
}
END_TEST

START_TEST(a_relative_folder_is_seen_from_its_file)
{
	static const char *const no_variables[] = {LOAD_SECRET, NULL};
	const struct config_source in_folder = {
		.file = "/etc/tidegate/t.yaml",
		.environment = (char **)(uintptr_t)no_variables};
	struct buf errors = BUF_INIT;
	struct config *c;

	ck_assert_int_eq(config_load_text(&in_folder,
					  STR("plugin_dir: ../plugins\nhtml_dir: /srv\n"),
					  &c, &errors),
			 0);
	ck_assert_str_eq(c->plugin_dir, "/etc/tidegate/../plugins");
	ck_assert_str_eq(c->html_dir, "/srv");
	config_unref(c);
	buf_fini(&errors);
	c = load_over("", NULL, "plugin_dir=here");
	ck_assert_str_eq(c->plugin_dir, "here");
	config_unref(c);
}
END_TEST

START_TEST(a_dialect_brings_its_own_defaults)
{
	struct config *c = load_good("mounts:\n"
				     "  - {path: /s, dialect: schedule}\n"
				     "  - {path: /r, dialect: rooms}\n"
				     "  - {path: /t, dialect: topics}\n"
				     "  - {path: /w, dialect: ws-echo}\n"
				     "  - {idle: 9s, path: /x, dialect: schedule}\n");
	const struct config_mount *m = c->mounts;

	ck_assert_uint_eq(m[0].connection_rate.burst, 5);
	ck_assert_double_eq_tol(m[0].connection_rate.per_second, 5 / 60.0, 1e-9);
	ck_assert_uint_eq(m[0].message_rate.burst, 100);
	ck_assert_uint_eq(m[0].subscription_rate.burst, 10);
	ck_assert_uint_eq(m[0].user_connections_n, 3);
	ck_assert_uint_eq(m[0].idle_ms, 300000);
	ck_assert_uint_eq(m[1].user_connections_n, 5);
	ck_assert_uint_eq(m[1].heartbeat_ms, 30000);
	ck_assert_uint_eq(m[2].subscriptions_n, 100);
	ck_assert_uint_eq(m[2].idle_ms, 1800000);
	ck_assert_uint_eq(m[2].message_rate.burst, 10);
	ck_assert_uint_eq(m[3].message_bytes, 16777216);
	ck_assert_uint_eq(m[3].fragments_n, 100000);
	ck_assert_double_eq(m[3].message_rate.per_second, 0);
	ck_assert_uint_eq(m[4].idle_ms, 9000);
	ck_assert_uint_eq(m[4].user_connections_n, 3);
	for (int i = 0; i < 5; i++)
		ck_assert(m[i].websocket && !m[i].polling && !m[i].upgrades);
	config_unref(c);
}
END_TEST

START_TEST(lists_mappings_and_texts_arrive)
{
	struct config *c = load_good(
		"trusted_proxies: [10.0.0.0/8, '::1']\n"
		"token:\n"
		"  audience: [a, 'b c']\n"
		"  keys:\n"
		"    - {kid: k1, algorithm: RS256, file: /etc/k1.pem}\n"
		"    - secret: s\n"
		"  claims: {user: uid}\n"
		"mounts:\n"
		"  - path: /x/\n"
		"    host: WWW.Example\n"
		"    origins: [\"https://a.example\"]\n"
		"    message_rate: {per_second: 2.5}\n"
		"    connection_rate: {per_second: 1, burst: 9}\n"
		"plugins:\n"
		"  echo: {greeting: hi, n: 3, list: [true, null, ~, 0x1, \"7\", 1.5e3, "
		"01]}\n"
		"  empty:\n");

	ck_assert_uint_eq(c->trusted_proxies.n, 2);
	ck_assert_str_eq(c->trusted_proxies.items[1], "::1");
	ck_assert_str_eq(c->token.audience.items[1], "b c");
	ck_assert_uint_eq(c->token.keys_n, 2);
	ck_assert_str_eq(c->token.keys[0].algorithm, "RS256");
	ck_assert_str_eq(c->token.keys[0].secret, "");
	ck_assert_str_eq(c->token.keys[1].secret, "s");
	ck_assert_str_eq(c->token.claims[CLAIM_USER], "uid");
	ck_assert_str_eq(c->token.claims[CLAIM_EMAIL], "email");
	ck_assert_str_eq(c->mounts[0].path, "/x");
	ck_assert_str_eq(c->mounts[0].host, "www.example");
	ck_assert_double_eq(c->mounts[0].message_rate.per_second, 2.5);
	ck_assert_uint_eq(c->mounts[0].message_rate.burst, 3);
	ck_assert_uint_eq(c->mounts[0].connection_rate.burst, 9);
	ck_assert_str_eq(
		config_plugin_text(c, STR("echo")).ptr,
		"{\"greeting\":\"hi\",\"n\":3,\"list\":[true,null,null,\"0x1\",\"7\","
		"1.5e3,\"01\"]}");
	ck_assert_str_eq(config_plugin_text(c, STR("empty")).ptr, "{}");
	ck_assert_str_eq(config_plugin_text(c, STR("absent")).ptr, "{}");
	config_unref(c);
}
END_TEST

static const struct {
	const char *text, *lines;
} faults[] = {
	{"- a\n", "t.yaml:1:1: expected a mapping\n"},
	{"word\n", "t.yaml:1:1: expected a mapping\n"},
	{"wrokers: 4\n", "t.yaml:1:1: wrokers: unknown key; did you mean workers?\n"},
	{"xylophone: 4\n", "t.yaml:1:1: xylophone: unknown key\n"},
	{"workers: 1\nworkers: 2\n", "t.yaml:2:1: workers: duplicate key\n"},
	{"workers: 257\n", "t.yaml:1:10: workers: expected a whole number from 1 to 256 "
			   "or auto, found \"257\"\n"},
	{"workers: '4'\n",
	 "t.yaml:1:10: workers: expected a whole number from 1 to 256 or auto, "
	 "found the text \"4\"\n"},
	{"workers:\n",
	 "t.yaml:1:9: workers: expected a whole number from 1 to 256 or auto, "
	 "found nothing\n"},
	{"workers: [1]\n",
	 "t.yaml:1:10: workers: expected a whole number from 1 to 256 or auto, "
	 "found a list\n"},
	{"demo: yes\n", "t.yaml:1:7: demo: expected true or false, found \"yes\"\n"},
	{"drain: 10\n",
	 "t.yaml:1:8: drain: expected a time with its unit from 100ms to 1h or off, "
	 "found \"10\"\n"},
	{"http: {head_size: 2MiB}\n", "t.yaml:1:19: http.head_size: expected a size from "
				      "1KiB to 1MiB, found \"2MiB\"\n"},
	{"log:\n  level: loud\n",
	 "t.yaml:2:10: log.level: expected one of error, warn, info, "
	 "debug, off, found \"loud\"\n"},
	{"log: loud\n", "t.yaml:1:6: log: expected a mapping, found a text\n"},
	{"mounts: {}\n",
	 "t.yaml:1:9: mounts: expected a list of mappings, found a mapping\n"},
	{"mounts: [/x]\n", "t.yaml:1:10: mounts.0: expected a mapping\n"},
	{"mounts:\n  - dialect: rooms\n",
	 "t.yaml:2:5: mounts.0.path: expected a value, found none\n"},
	{"mounts:\n  - {path: /x, dialect: romos}\n",
	 "t.yaml:2:25: mounts.0.dialect: expected one of actions, schedule, rooms, "
	 "topics, "
	 "channels, engine-echo, ws-echo, undecided, found \"romos\"\n"},
	{"mounts:\n  - {path: /x, dialect: rooms, ping_timeout: 1s}\n",
	 "t.yaml:2:32: mounts.0.ping_timeout: a mount of dialect rooms has no such "
	 "key\n"},
	{"mounts:\n  - {path: /x, origins: '*'}\n",
	 "t.yaml:2:25: mounts.0.origins: expected a list of texts, found a text\n"},
	{"mounts:\n  - {path: /x, origins: [[]]}\n",
	 "t.yaml:2:26: mounts.0.origins.0: expected text of 1 to 4095 bytes without "
	 "control "
	 "characters, found a list\n"},
	{"mounts:\n  - {path: /x, message_rate: fast}\n",
	 "t.yaml:2:30: mounts.0.message_rate: expected a rate such as \"20/s\", "
	 "\"100/min\" or "
	 "\"20/s burst 40\" or unlimited, found \"fast\"\n"},
	{"mounts:\n  - {path: /x, message_rate: {burst: 3}}\n",
	 "t.yaml:2:30: mounts.0.message_rate.per_second: expected a value, found none\n"},
	{"mounts:\n  - {path: /x, message_rate: {per_second: 3, brust: 3}}\n",
	 "t.yaml:2:46: mounts.0.message_rate.brust: unknown key; did you mean burst?\n"},
	{"token: {keys: [{algorithm: none, secret: x}]}\n",
	 "t.yaml:1:28: token.keys.0.algorithm: expected nothing or one of HS256, HS384, "
	 "HS512, "
	 "RS256, RS384, RS512, PS256, ES256, ES384, EdDSA, found \"none\"\n"},
	{"plugins: {echo: 3}\n", "t.yaml:1:17: plugins.echo: expected a mapping\n"},
	{"plugins: {a/b: {}}\n",
	 "t.yaml:1:11: plugins.a/b: expected a plugin's name, which has "
	 "no '/', '.' or blank\n"},
	{"plugins: {e: {a: {b: 1, b: 2}}}\n",
	 "t.yaml:1:25: plugins.e.a.b: duplicate key\n"},
	{"plugins: {e: {}, e: {}}\n", "t.yaml:1:18: plugins.e: duplicate key\n"},
	{"\"a\\e[1m\\n\": 1\n", "t.yaml:1:1: a\\x1b[1m\\x0a: unknown key\n"},
	{"workers: \"\\e[2J\"\n",
	 "t.yaml:1:10: workers: expected a whole number from 1 to 256 or "
	 "auto, found the text \"\\x1b[2J\"\n"},
};

START_TEST(a_fault_is_told_with_place_key_and_expectation)
{
	load_bad(faults[_i].text, faults[_i].lines);
}
END_TEST

START_TEST(all_faults_are_told_in_one_run_in_the_order_of_the_file)
{
	load_bad("workers: none\n"
		 "lgo: {}\n"
		 "http: {headers: 3, headers: 9}\n"
		 "listeners:\n"
		 "  - {name: a}\n",
		 "t.yaml:1:10: workers: expected a whole number from 1 to 256 or auto, "
		 "found "
		 "\"none\"\n"
		 "t.yaml:2:1: lgo: unknown key; did you mean log?\n"
		 "t.yaml:3:17: http.headers: expected a whole number from 8 to 1000, "
		 "found \"3\"\n"
		 "t.yaml:3:20: http.headers: duplicate key\n"
		 "t.yaml:5:5: listeners.0.address: expected a value, found none\n");
}
END_TEST

START_TEST(the_report_of_a_hopeless_file_has_an_end)
{
	struct buf text = BUF_INIT;
	struct config *c;
	unsigned lines = 0;

	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "xylophone%d: 1\n", i);
	buf_add_char(&text, '\0');
	ck_assert_int_eq(load(text.data, NULL, NULL, &c), -E_CONFIG);
	for (const char *at = load_errors; *at; at++)
		lines += *at == '\n';
	ck_assert_uint_eq(lines, 51);
	ck_assert_ptr_nonnull(
		strstr(load_errors, "\nthere are more faults than these\n"));
	buf_fini(&text);
}
END_TEST

START_TEST(a_secret_is_never_told)
{
	static const char *const texts[] = {
		"token: {secret: \"hush\\thush\"}\n",
		"token: {keys: [{secret: \"hush\\thush\"}]}\n",
		"api: {key: hush}\n",
		"redis: {url: 'http://hush@host'}\n",
		"token: hush\n",
		"token: [hush]\n",
		"token: {secret: [hush]}\n",
		"plugins: {mail: hush}\n",
	};
	static const char *const environment[] = {
		"TIDEGATE_JWT_SECRET=hush\thush",
		"TIDEGATE_API_KEY=hush",
		"REDIS_URL=hush",
		"TIDEGATE_TOKEN_SECRET=hush",
		"TIDEGATE_PLUGINS=[hush",
		NULL,
	};
	static const char *const sets[] = {"token.secret=hush\thush", "api.key=hush",
					   "tokn.secret=hush", "plugins.x=[hush", NULL};
	struct config *c;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ck_assert_int_eq(load(texts[i], NULL, NULL, &c), -E_CONFIG);
		ck_assert_ptr_null(strstr(load_errors, "hush"));
	}
	ck_assert_int_eq(load("", environment, NULL, &c), -E_CONFIG);
	ck_assert_ptr_null(strstr(load_errors, "hush"));
	ck_assert_int_eq(load("", NULL, sets, &c), -E_CONFIG);
	ck_assert_ptr_null(strstr(load_errors, "hush"));
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_told_by_name)
{
	struct config_source source = {.file = "/nonexistent/tidegate.yaml"};
	struct buf errors = BUF_INIT;
	struct config *c;

	ck_assert_int_eq(config_load(&source, &c, &errors), -E_CONFIG);
	buf_add_char(&errors, '\0');
	ck_assert_str_eq(errors.data, "/nonexistent/tidegate.yaml: cannot be read: No "
				      "such file or directory\n");
	buf_clear(&errors);
	source.file = "/";
	ck_assert_int_eq(config_load(&source, &c, &errors), -E_CONFIG);
	buf_add_char(&errors, '\0');
	ck_assert_str_eq(errors.data, "/: cannot be read: Is a directory\n");
	ck_assert_ptr_null(c);
	buf_fini(&errors);
}
END_TEST

START_TEST(a_snapshot_lives_as_long_as_its_last_reference)
{
	struct config *c = load_good("");

	ck_assert_ptr_eq(config_ref(c), c);
	config_unref(c);
	ck_assert_str_eq(c->mounts[0].path, "/realtime");
	config_unref(c);
	config_unref(NULL);
}
END_TEST

Suite *
config_read_suite(void)
{
	Suite *suite = suite_create("config_read");
	TCase *tcase = tcase_create("files");

	tcase_add_test(tcase, an_empty_file_is_the_default_configuration);
	tcase_add_test(tcase, a_relative_folder_is_seen_from_its_file);
	tcase_add_test(tcase, a_dialect_brings_its_own_defaults);
	tcase_add_test(tcase, lists_mappings_and_texts_arrive);
	tcase_add_loop_test(tcase, a_fault_is_told_with_place_key_and_expectation, 0,
			    sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(tcase, all_faults_are_told_in_one_run_in_the_order_of_the_file);
	tcase_add_test(tcase, the_report_of_a_hopeless_file_has_an_end);
	tcase_add_test(tcase, a_secret_is_never_told);
	tcase_add_test(tcase, a_file_that_cannot_be_read_is_told_by_name);
	tcase_add_test(tcase, a_snapshot_lives_as_long_as_its_last_reference);
	suite_add_tcase(suite, tcase);
	return suite;
}
