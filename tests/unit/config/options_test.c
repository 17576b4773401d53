/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/options.h"

#include "base/errors.h"
#include "unit/config/suites.h"

#include <stdlib.h>

static struct options o;
static struct buf errors;
static char *words[16];

/* Parse "tidegate" and the words, which are separated by one blank each. */
static int
parse(const char *line)
{
	struct str rest = str_from(line);
	int n = 0;

	words[n++] = str_dup(STR("tidegate"));
	while (*line && rest.ptr)
		words[n++] = str_dup(str_cut(&rest, ' '));
	return options_parse(n, words, &o, &errors);
}

static void
forget(void)
{
	options_fini(&o);
	buf_fini(&errors);
	for (int i = 0; i < 16; i++) {
		free(words[i]);
		words[i] = NULL;
	}
}

static const struct {
	const char *line;
	enum options_command command;
} commands[] = {
	{"", COMMAND_SERVE},
	{"serve", COMMAND_SERVE},
	{"--demo", COMMAND_SERVE},
	{"check-config", COMMAND_CHECK_CONFIG},
	{"check-config f.yaml", COMMAND_CHECK_CONFIG},
	{"sample-config", COMMAND_SAMPLE_CONFIG},
	{"token --sub u", COMMAND_TOKEN},
	{"help", COMMAND_HELP},
	{"version", COMMAND_VERSION},
	{"--help", COMMAND_HELP},
	{"-h", COMMAND_HELP},
	{"--version", COMMAND_VERSION},
	{"serve --help", COMMAND_HELP},
	{"token --help", COMMAND_HELP},
};

START_TEST(a_command_is_the_first_word_or_serve)
{
	ck_assert_int_eq(parse(commands[_i].line), 0);
	ck_assert_int_eq(o.command, commands[_i].command);
	ck_assert_uint_eq(errors.len, 0);
}
END_TEST

START_TEST(options_arrive_in_both_spellings)
{
	ck_assert_int_eq(parse("serve --config f --set a=1 --set=b=2=3 --demo"), 0);
	ck_assert_str_eq(o.config, "f");
	ck_assert(o.demo);
	ck_assert_uint_eq(o.sets_n, 3);
	ck_assert_str_eq(o.sets[0], "demo=true");
	ck_assert_str_eq(o.sets[1], "a=1");
	ck_assert_str_eq(o.sets[2], "b=2=3");
	forget();
	ck_assert_int_eq(parse("--config=g --set c=d"), 0);
	ck_assert_str_eq(o.config, "g");
	ck_assert(!o.demo);
	ck_assert_uint_eq(o.sets_n, 1);
	ck_assert_str_eq(o.sets[0], "c=d");
}
END_TEST

START_TEST(a_token_has_a_subject_claims_and_a_life)
{
	ck_assert_int_eq(parse("token --sub u1 --claim a=1 --claim b=\"x\" --ttl 15m"),
			 0);
	ck_assert_str_eq(o.subject, "u1");
	ck_assert_uint_eq(o.claims_n, 2);
	ck_assert_str_eq(o.claims[1], "b=\"x\"");
	ck_assert_uint_eq(o.ttl_s, 900);
	forget();
	ck_assert_int_eq(parse("token --sub u1"), 0);
	ck_assert_uint_eq(o.ttl_s, 3600);
}
END_TEST

START_TEST(check_config_takes_its_file_as_a_word)
{
	ck_assert_int_eq(parse("check-config f.yaml --set a=1"), 0);
	ck_assert_str_eq(o.config, "f.yaml");
	ck_assert_uint_eq(o.sets_n, 1);
}
END_TEST

static const struct {
	const char *line, *error;
} bad[] = {
	{"sevre", "tidegate: sevre: unknown command; see tidegate help\n"},
	{"serve now", "tidegate: now: unexpected word; see tidegate help\n"},
	{"check-config a b", "tidegate: b: unexpected word; see tidegate help\n"},
	{"check-config a --config b",
	 "tidegate: --config: expected one file; see tidegate "
	 "help\n"},
	{"--cfg x", "tidegate: --cfg: unknown option; see tidegate help\n"},
	{"--config",
	 "tidegate: --config: expected a value behind it; see tidegate help\n"},
	{"--set x", "tidegate: --set: expected KEY=VALUE; see tidegate help\n"},
	{"--set =x", "tidegate: --set: expected KEY=VALUE; see tidegate help\n"},
	{"--demo=yes", "tidegate: --demo: takes no value; see tidegate help\n"},
	{"--ttl 1h",
	 "tidegate: --ttl: not an option of this command; see tidegate help\n"},
	{"sample-config --demo",
	 "tidegate: --demo: not an option of this command; see tidegate "
	 "help\n"},
	{"token", "tidegate: token: expected --sub USER; see tidegate help\n"},
	{"token --sub u --ttl 5",
	 "tidegate: --ttl: expected a time such as 15m or 1h; see "
	 "tidegate help\n"},
	{"token --sub u --ttl 0s",
	 "tidegate: --ttl: expected a time such as 15m or 1h; see "
	 "tidegate help\n"},
	{"token --sub u --claim x", "tidegate: --claim: expected NAME=JSON; see tidegate "
				    "help\n"},
};

START_TEST(a_wrong_word_is_named)
{
	ck_assert_int_eq(parse(bad[_i].line), -E_ARGUMENT);
	buf_add_char(&errors, '\0');
	ck_assert_str_eq(errors.data, bad[_i].error);
}
END_TEST

START_TEST(the_usage_names_every_command_and_option)
{
	static const char *const names[] = {
		"serve",   "check-config", "sample-config", "token",    "help",
		"version", "--config",     "--set",         "--demo",   "--sub",
		"--claim", "--ttl",        "--help",        "--version"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_ptr_nonnull(strstr(options_usage(), names[i]));
}
END_TEST

Suite *
options_suite(void)
{
	Suite *suite = suite_create("options");
	TCase *tcase = tcase_create("words");

	tcase_add_checked_fixture(tcase, NULL, forget);
	tcase_add_loop_test(tcase, a_command_is_the_first_word_or_serve, 0,
			    sizeof(commands) / sizeof(commands[0]));
	tcase_add_test(tcase, options_arrive_in_both_spellings);
	tcase_add_test(tcase, a_token_has_a_subject_claims_and_a_life);
	tcase_add_test(tcase, check_config_takes_its_file_as_a_word);
	tcase_add_loop_test(tcase, a_wrong_word_is_named, 0,
			    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tcase, the_usage_names_every_command_and_option);
	suite_add_tcase(suite, tcase);
	return suite;
}
