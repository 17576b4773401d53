/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/bad_tokens.h"

#include "config/config.h"
#include "session/echo.h"
#include "unit/session/engine_rig.h"
#include "unit/session/suites.h"

static struct config config;
static struct loop loop;
static struct bad_tokens *bad;

static void
set_up(void)
{
	config = (struct config){.token.failures_per_minute = 3};
	/* a loop as far as it is looked at: time and configuration */
	loop = (struct loop){.config = &config, .now_ms = 1000};
	bad = bad_tokens_new();
	ck_assert_ptr_nonnull(bad);
}

static void
tear_down(void)
{
	bad_tokens_free(bad);
}

static struct address
address(const char *text)
{
	struct address a;

	ck_assert_int_eq(address_from_text(str_from(text), &a), 0);
	return a;
}

static void
fail_times(const struct address *a, int n)
{
	while (n-- > 0)
		bad_tokens_count(bad, &loop, a);
}

START_TEST(an_address_has_as_many_as_the_limit_says)
{
	struct address a = address("192.0.2.1"), b = address("192.0.2.2");

	fail_times(&a, 2);
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &a), 0);
	fail_times(&a, 1);
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &a), 20000);
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &b), 0);
}
END_TEST

START_TEST(one_more_is_allowed_as_time_goes_by)
{
	struct address a = address("192.0.2.1");

	fail_times(&a, 3);
	loop.now_ms += 19999;
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &a), 1);
	loop.now_ms += 1;
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &a), 0);
	fail_times(&a, 1);
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &a), 20000);
	loop.now_ms += 60000;
	fail_times(&a, 2);
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &a), 0);
}
END_TEST

START_TEST(failures_beyond_the_limit_do_not_lengthen_the_wait)
{
	struct address a = address("192.0.2.1");

	fail_times(&a, 50);
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &a), 20000);
}
END_TEST

START_TEST(an_ipv6_network_is_one_guesser)
{
	struct address a = address("2001:db8::1"), b = address("2001:db8::2:3:4:5"),
		       c = address("2001:db8:0:1::1");

	fail_times(&a, 2);
	fail_times(&b, 1);
	ck_assert_uint_gt(bad_tokens_wait_ms(bad, &loop, &a), 0);
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &c), 0);
}
END_TEST

START_TEST(unix_sockets_no_limit_and_no_table_count_nothing)
{
	struct address a_unix = {.family = AF_UNIX}, a = address("192.0.2.1");

	fail_times(&a_unix, 10);
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &a_unix), 0);
	bad_tokens_count(NULL, &loop, &a);
	ck_assert_uint_eq(bad_tokens_wait_ms(NULL, &loop, &a), 0);
	config.token.failures_per_minute = 0;
	fail_times(&a, 10);
	ck_assert_uint_eq(bad_tokens_wait_ms(bad, &loop, &a), 0);
	bad_tokens_free(NULL);
}
END_TEST

START_TEST(who_must_wait_gets_no_new_session_and_keeps_the_old_one)
{
	struct address client = address("127.0.0.1");
	struct engine_rig e;
	struct peer *peer;

	engine_rig_open(&e, "    dialect: engine-echo\n    auth: token\n", 1,
			&echo_engine_app);
	e.sessions[0].bad_tokens = bad;
	peer = peer_open(&e.rig, 0);
	engine_opens(&e, peer);
	for (uint32_t i = 0; i < e.rig.config->token.failures_per_minute; i++)
		bad_tokens_count(bad, e.rig.loop[0], &client);
	peer_asks(peer, "GET", "/e/?EIO=4&transport=polling", "", "");
	peer_gets(peer, 429, NULL);
	ck_assert_str_eq(peer_header(peer, "Retry-After"), "2");
	engine_posts(&e, peer, "4still here");
	engine_polls_for(&e, peer, "4still here");
	rig_pass(&e.rig, 2000);
	engine_opens(&e, peer);
	engine_rig_close(&e);
}
END_TEST

Suite *
bad_tokens_suite(void)
{
	Suite *s = suite_create("bad_tokens");
	TCase *t = tcase_create("bad_tokens");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, an_address_has_as_many_as_the_limit_says);
	tcase_add_test(t, one_more_is_allowed_as_time_goes_by);
	tcase_add_test(t, failures_beyond_the_limit_do_not_lengthen_the_wait);
	tcase_add_test(t, an_ipv6_network_is_one_guesser);
	tcase_add_test(t, unix_sockets_no_limit_and_no_table_count_nothing);
	tcase_add_test(t, who_must_wait_gets_no_new_session_and_keeps_the_old_one);
	suite_add_tcase(s, t);
	return s;
}
