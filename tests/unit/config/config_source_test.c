/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes over the file: variables and --set, and who wins. */
#include "base/errors.h"
#include "unit/config/load.h"
#include "unit/config/suites.h"

static const char file[] = "drain: 2s\nmounts:\n  - {path: /f, ping_interval: 2s}\n";

START_TEST(an_option_goes_before_a_variable_before_the_file_before_the_default)
{
	static const char *const variables[] = {NULL, "TIDEGATE_DRAIN=3s"};
	static const char *const sets[] = {NULL, "drain=4s"};

	for (int i = 0; i < 8; i++) {
		struct config *c = load_over(i & 1 ? file : "", variables[i >> 1 & 1],
					     sets[i >> 2 & 1]);

		ck_assert_uint_eq(c->drain_ms, i & 4   ? 4000
					       : i & 2 ? 3000
					       : i & 1 ? 2000
						       : 10000);
		config_unref(c);
	}
}
END_TEST

START_TEST(the_same_holds_inside_of_lists)
{
	static const char *const variables[] = {NULL,
						"TIDEGATE_MOUNTS_0_PING_INTERVAL=3s"};
	static const char *const sets[] = {NULL, "mounts.0.ping_interval=4s"};

	for (int i = 0; i < 8; i++) {
		struct config *c = load_over(i & 1 ? file : "", variables[i >> 1 & 1],
					     sets[i >> 2 & 1]);

		ck_assert_uint_eq(c->mounts[0].ping_interval_ms, i & 4   ? 4000
								 : i & 2 ? 3000
								 : i & 1 ? 2000
									 : 25000);
		ck_assert_str_eq(c->mounts[0].path, i & 1 ? "/f" : "/realtime");
		config_unref(c);
	}
}
END_TEST

START_TEST(the_last_of_two_options_wins)
{
	static const char *const sets[] = {"drain=4s", "drain=5s", "demo=true", NULL};
	struct config *c;

	ck_assert_int_eq(load("", NULL, sets, &c), 0);
	ck_assert_uint_eq(c->drain_ms, 5000);
	config_unref(c);
}
END_TEST

START_TEST(an_option_can_append_to_a_list)
{
	static const char *const sets[] = {
		"demo=true",
		"mounts.6.path=/two",
		"mounts.6.dialect=rooms",
		"listeners.2.name=third",
		"listeners.2.address=[::1]:0",
		NULL,
	};
	struct config *c;

	ck_assert_int_eq(load("", NULL, sets, &c), 0);
	ck_assert_uint_eq(c->mounts_n, 7);
	ck_assert_str_eq(c->mounts[0].path, "/realtime");
	ck_assert_str_eq(c->mounts[6].path, "/two");
	ck_assert_int_eq(c->mounts[6].dialect, DIALECT_ROOMS);
	ck_assert_uint_eq(c->listeners_n, 3);
	ck_assert_str_eq(c->listeners[2].address, "[::1]:0");
	config_unref(c);
}
END_TEST

START_TEST(values_of_every_shape_come_from_options)
{
	static const char *const sets[] = {
		"mounts=[{path: /y, auth: none, message_rate: 5/s}]",
		"mounts.0.origins=https://a.example, https://b.example",
		"mounts.0.namespaces=",
		"mounts.0.connection_rate={per_second: 1, burst: 3}",
		"mounts.0.message_rate.burst=7",
		"mounts.0.message_rate.per_second=2",
		"plugins.echo.deep.n=3",
		"plugins.echo.none=",
		"plugins.other={x: [1]}",
		"token.secret=a=b,c: [d",
		"token.audience=[\"a,b\"]",
		"api.listen=",
		NULL,
	};
	struct config *c;
	int rc = load("", NULL, sets, &c);

	ck_assert_msg(rc == 0, "%s", load_errors);
	ck_assert_uint_eq(c->mounts[0].origins.n, 2);
	ck_assert_str_eq(c->mounts[0].origins.items[1], "https://b.example");
	ck_assert_double_eq(c->mounts[0].message_rate.per_second, 2);
	ck_assert_uint_eq(c->mounts[0].message_rate.burst, 7);
	ck_assert_uint_eq(c->mounts[0].namespaces.n, 0);
	ck_assert_uint_eq(c->mounts[0].connection_rate.burst, 3);
	ck_assert_str_eq(config_plugin_text(c, STR("echo")).ptr,
			 "{\"deep\":{\"n\":3},\"none\":null}");
	ck_assert_str_eq(config_plugin_text(c, STR("other")).ptr, "{\"x\":[1]}");
	ck_assert_str_eq(c->token.secret, "a=b,c: [d");
	ck_assert_str_eq(c->token.audience.items[0], "a,b");
	ck_assert_str_eq(c->api_listen, "");
	config_unref(c);
}
END_TEST

START_TEST(the_documented_variables_keep_their_names)
{
	static const char *const environment[] = {
		"REDIS_URL=redis://h/0",
		"TIDEGATE_JWT_SECRET=s3cret",
		"TIDEGATE_API_KEY=0123456789abcdef",
		"MAX_CONNECTIONS_PER_USER=7",
		"WS_HEARTBEAT_INTERVAL=12",
		"TIDEGATE_CONFIG=/not/read/here",
		"PATH=/bin",
		"TIDEGATE=whatever",
		"no equals sign",
		NULL,
	};
	struct config *c;
	int rc = load(
		"mounts:\n"
		"  - {path: /r, dialect: rooms, heartbeat: 1s, user_connections: 1}\n"
		"  - {path: /c, dialect: channels}\n"
		"  - {path: /t, dialect: topics}\n"
		"  - {path: /u, dialect: undecided}\n"
		"  - {path: /s, dialect: schedule}\n"
		"  - {path: /a}\n",
		environment, NULL, &c);

	ck_assert_msg(rc == 0, "%s", load_errors);
	ck_assert_str_eq(c->redis_url, "redis://h/0");
	ck_assert_str_eq(c->token.secret, "s3cret");
	ck_assert_str_eq(c->api_key, "0123456789abcdef");
	for (int i = 0; i < 4; i++)
		ck_assert_uint_eq(c->mounts[i].heartbeat_ms, 12000);
	ck_assert_uint_eq(c->mounts[0].user_connections_n, 7);
	ck_assert_uint_eq(c->mounts[1].user_connections_n, 0);
	ck_assert_uint_eq(c->mounts[4].user_connections_n, 3);
	ck_assert_uint_eq(c->mounts[4].heartbeat_ms, 30000);
	config_unref(c);
}
END_TEST

START_TEST(what_names_one_mount_goes_before_what_names_all)
{
	static const char *const environment[] = {LOAD_SECRET,
						  "TIDEGATE_MOUNTS_0_HEARTBEAT=3s",
						  "WS_HEARTBEAT_INTERVAL=12", NULL};
	static const char *const sets[] = {"mounts.1.heartbeat=4s", NULL};
	struct config *c;

	ck_assert_int_eq(load("mounts:\n"
			      "  - {path: /a, dialect: rooms}\n"
			      "  - {path: /b, dialect: rooms}\n"
			      "  - {path: /c, dialect: rooms}\n",
			      environment, sets, &c),
			 0);
	ck_assert_uint_eq(c->mounts[0].heartbeat_ms, 3000);
	ck_assert_uint_eq(c->mounts[1].heartbeat_ms, 4000);
	ck_assert_uint_eq(c->mounts[2].heartbeat_ms, 12000);
	config_unref(c);
}
END_TEST

static const struct {
	const char *variable, *set, *lines;
} faults[] = {
	{"TIDEGATE_LOGLEVEL=info", NULL,
	 "environment: TIDEGATE_LOGLEVEL: unknown variable; did you mean "
	 "TIDEGATE_LOG_LEVEL?\n"},
	{"TIDEGATE_TOKEN_SECRET=x", NULL,
	 "environment: TIDEGATE_TOKEN_SECRET: unknown variable; "
	 "did you mean TIDEGATE_JWT_SECRET?\n"},
	{"TIDEGATE_=x", NULL, "environment: TIDEGATE_: unknown variable\n"},
	{"TIDEGATE_MOUNTS_0_=x", NULL,
	 "environment: TIDEGATE_MOUNTS_0_: unknown variable; did "
	 "you mean TIDEGATE_MOUNTS?\n"},
	{"TIDEGATE_MOUNTS_X_PATH=x", NULL,
	 "environment: TIDEGATE_MOUNTS_X_PATH: unknown "
	 "variable\n"},
	{"TIDEGATE_DRAIN=10", NULL,
	 "TIDEGATE_DRAIN: drain: expected a time with its unit from 100ms to 1h or off, "
	 "found "
	 "\"10\"\n"},
	{"TIDEGATE_MOUNTS_6_HOST=x", NULL,
	 "TIDEGATE_MOUNTS_6_HOST: mounts.6.path: expected a value, found none\n"},
	{"TIDEGATE_MOUNTS_7_PATH=/x", NULL,
	 "TIDEGATE_MOUNTS_7_PATH: mounts.7.path: the list has "
	 "no such item, and it is not the next one\n"},
	{"WS_HEARTBEAT_INTERVAL=soon", NULL,
	 "WS_HEARTBEAT_INTERVAL: expected a time with its "
	 "unit from 50ms to 1h or off\n"},
	{"MAX_CONNECTIONS_PER_USER=-1", NULL,
	 "MAX_CONNECTIONS_PER_USER: expected a whole number "
	 "from 1 to 1000000 or unlimited\n"},
	{NULL, "drain", "--set: drain: expected key=value\n"},
	{NULL, "=x", "--set: : unknown key\n"},
	{NULL, "drian=1s", "--set: drian: unknown key; did you mean drain?\n"},
	{NULL, "drain=",
	 "--set: drain: expected a time with its unit from 100ms to 1h or off, "
	 "found the text \"\"\n"},
	{NULL, "drain.x=1s", "--set: drain.x: this key has no members\n"},
	{NULL, "mounts.0=x", "--set: mounts.0: which key of the item?\n"},
	{NULL, "mounts.x.path=/x",
	 "--set: mounts.x.path: the list has no such item, and it is "
	 "not the next one\n"},
	{NULL, "mounts.0.pth=/x",
	 "--set: mounts.0.pth: unknown key; did you mean path?\n"},
	{NULL, "mounts=[/x]", "--set: mounts.0: expected a mapping\n"},
	{NULL, "log=[",
	 "--set: not valid YAML: did not find expected node content while parsing "
	 "a flow node\n"},
	{NULL, "plugins.a..b=1", "--set: plugins.a..b: not a key\n"},
	{NULL, "plugins.a.b=&x 1", "--set: expected plain YAML, found an anchor\n"},
};

START_TEST(a_fault_is_told_by_the_name_of_its_source)
{
	load_over_bad("", faults[_i].variable, faults[_i].set, faults[_i].lines);
}
END_TEST

START_TEST(a_wrong_variable_does_not_hide_a_wrong_line)
{
	load_over_bad("demo: 1\n", "TIDEGATE_WORKERS=x", "drain=x",
		      "t.yaml:1:7: demo: expected true or false, found \"1\"\n"
		      "TIDEGATE_WORKERS: workers: expected a whole number from 1 to 256 "
		      "or auto, "
		      "found \"x\"\n"
		      "--set: drain: expected a time with its unit from 100ms to 1h or "
		      "off, found "
		      "\"x\"\n");
}
END_TEST

Suite *
config_source_suite(void)
{
	Suite *suite = suite_create("config_source");
	TCase *tcase = tcase_create("sources");

	tcase_add_test(
		tcase,
		an_option_goes_before_a_variable_before_the_file_before_the_default);
	tcase_add_test(tcase, the_same_holds_inside_of_lists);
	tcase_add_test(tcase, the_last_of_two_options_wins);
	tcase_add_test(tcase, an_option_can_append_to_a_list);
	tcase_add_test(tcase, values_of_every_shape_come_from_options);
	tcase_add_test(tcase, the_documented_variables_keep_their_names);
	tcase_add_test(tcase, what_names_one_mount_goes_before_what_names_all);
	tcase_add_loop_test(tcase, a_fault_is_told_by_the_name_of_its_source, 0,
			    sizeof(faults) / sizeof(faults[0]));
	tcase_add_test(tcase, a_wrong_variable_does_not_hide_a_wrong_line);
	suite_add_tcase(suite, tcase);
	return suite;
}
