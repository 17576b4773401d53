/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>

static struct tg_call calls[8]; /* left open, in order */
static int runs;

static void
keep(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)request;
	(void)state;
	calls[runs++] = call;
}

static const struct tg_action actions[] = {
	{.size = sizeof(actions[0]), .name = "keep", .run = keep, .running_n = 2},
	{.size = sizeof(actions[0]),
	 .name = "again",
	 .run = keep,
	 .flags = TG_IDEMPOTENT},
};

static void
setup(void)
{
	fake_new(NULL, 0);
	ck_assert_int_eq(tg_add_action(&actions[0]), TG_OK);
	ck_assert_int_eq(tg_add_action(&actions[1]), TG_OK);
	fake_open();
}

#define ANSWER(data) "RESPONSE " SAYS("RESPONSE", "r", "keep", "\"data\":" data) "\n"

static void
ask(struct socket *s)
{
	fake_event(s, "REQUEST", REQUEST("r", "keep", "{\"a\":1}"), NO_ACK);
}

START_TEST(a_repetition_joins_the_running_one)
{
	struct socket *s = fake_alice(0), *back = fake_alice(0);

	ask(s);
	ask(back);
	ask(back);
	ck_assert_int_eq(runs, 1);
	tg_update(calls[0], TG("1"));
	tg_reply_ok(calls[0], TG("2"));
	ck_assert_str_eq(fake_said(s), "UPDATE " SAYS("UPDATE", "r", "keep",
						      "\"data\":1") "\n" ANSWER("2"));
	ck_assert_str_eq(
		fake_said(back),
		"UPDATE " SAYS("UPDATE", "r", "keep",
			       "\"data\":1") "\n"
					     "UPDATE " SAYS("UPDATE", "r", "keep",
							    "\"data\":1") "\n" ANSWER("2")
						     ANSWER("2"));
}
END_TEST

START_TEST(it_joins_across_loops)
{
	struct socket *s = fake_alice(0), *back = fake_alice(1);

	ask(s);
	fake_disconnect(s, "transport error");
	ask(back);
	fake_turn();
	ck_assert_int_eq(runs, 1);
	fake_enter(0);
	tg_reply_ok(calls[0], TG("2"));
	fake_turn();
	ck_assert_str_eq(fake_said(back), ANSWER("2"));
}
END_TEST

START_TEST(a_repetition_afterwards_gets_the_kept_result)
{
	struct socket *s = fake_alice(0), *back = fake_alice(1);

	ask(s);
	tg_reply_ok(calls[0], TG("2"));
	ask(back);
	ck_assert_str_eq(fake_said(back), ANSWER("2"));
	fake_wait(59999);
	ask(back);
	ck_assert_str_eq(fake_said(back), ANSWER("2"));
	ck_assert_int_eq(runs, 1);
	fake_wait(1);
	ask(back);
	ck_assert_int_eq(runs, 2);
}
END_TEST

START_TEST(it_comes_in_the_form_of_the_repetition)
{
	struct socket *s = fake_alice(0);

	ask(s);
	tg_reply_ok(calls[0], TG("2"));
	ck_assert_str_eq(fake_said(s), ANSWER("2"));
	fake_event(s, "message", REQUEST("r", "keep", "{\"a\":1}"), NO_ACK);
	ck_assert_str_eq(fake_said(s),
			 "message " SAYS("RESPONSE", "r", "keep", "\"data\":2") "\n");
}
END_TEST

static void
answer(void *arg)
{
	(void)arg;
	tg_reply_ok(calls[0], TG("2"));
}

START_TEST(a_result_that_comes_while_the_repetition_travels_is_found)
{
	struct socket *s = fake_alice(0), *back = fake_alice(1);

	ask(s);
	fake_enter(0);
	ck_assert_int_eq(tg_timer_start(100, 0, answer, NULL, NULL, NULL), TG_OK);
	ask(back); /* its letter lies before loop 0, whose timers come first */
	clock_hand_move(&fake.hand, 100);
	fake_turn();
	ck_assert_str_eq(fake_said(s), ANSWER("2"));
	ck_assert_str_eq(fake_said(back), ANSWER("2"));
	ck_assert_int_eq(runs, 1);
}
END_TEST

START_TEST(an_error_of_the_action_is_kept_too)
{
	struct socket *s = fake_alice(0);

	ask(s);
	tg_reply_error(calls[0], TG("NO"), TG("no"), TG(""));
	fake_said(s);
	ask(s);
	ck_assert(strstr(fake_said(s), "\"code\":\"NO\"") != NULL);
	ck_assert_int_eq(runs, 1);
}
END_TEST

START_TEST(a_request_that_never_ran_may_be_repeated)
{
	struct socket *s = fake_alice(0);

	fake_event(s, "REQUEST", REQUEST("x", "keep", "1"), NO_ACK);
	fake_event(s, "REQUEST", REQUEST("y", "keep", "1"), NO_ACK);
	ask(s);
	ck_assert(strstr(fake_said(s), "OVERLOADED") != NULL);
	tg_reply_ok(calls[0], TG("0"));
	ask(s);
	ck_assert_int_eq(runs, 3);
}
END_TEST

START_TEST(other_content_runs)
{
	struct socket *s = fake_alice(0);

	ask(s);
	fake_event(s, "REQUEST", REQUEST("r", "keep", "{\"a\":2}"), NO_ACK);
	ck_assert_int_eq(runs, 2);
}
END_TEST

START_TEST(another_person_runs)
{
	struct socket *s = fake_alice(0);
	struct socket *bob = fake_connect(0, "/", "{\"sub\":\"bob\",\"sid\":\"s1\"}",
					  "sessionId=s1");

	ask(s);
	ask(bob);
	ck_assert_int_eq(runs, 2);
}
END_TEST

START_TEST(people_without_names_are_not_mixed_up)
{
	struct socket *a, *b;

	fake.mount->session_required = false;
	a = fake_connect(0, "/", "{}", "");
	b = fake_connect(0, "/", "{}", "");
	ask(a);
	ask(b);
	ck_assert_int_eq(runs, 2);
	ask(b);
	ck_assert_int_eq(runs, 2);
}
END_TEST

START_TEST(an_idempotent_action_runs_each_time)
{
	struct socket *s = fake_alice(0);

	fake_event(s, "REQUEST", REQUEST("r", "again", "1"), NO_ACK);
	fake_event(s, "REQUEST", REQUEST("r", "again", "1"), NO_ACK);
	ck_assert_int_eq(runs, 2);
}
END_TEST

START_TEST(acknowledged_requests_are_never_repetitions)
{
	struct socket *s = fake_alice(0), *back = fake_alice(0);

	fake_event(s, "keep", "1", 0);
	fake_event(back, "keep", "1", 0);
	ck_assert_int_eq(runs, 2);
}
END_TEST

Suite *
repeat_suite(void)
{
	Suite *s = suite_create("repeat");
	TCase *t = tcase_create("repeat");

	tcase_add_checked_fixture(t, setup, fake_free);
	tcase_add_test(t, a_repetition_joins_the_running_one);
	tcase_add_test(t, it_joins_across_loops);
	tcase_add_test(t, a_repetition_afterwards_gets_the_kept_result);
	tcase_add_test(t, it_comes_in_the_form_of_the_repetition);
	tcase_add_test(t, a_result_that_comes_while_the_repetition_travels_is_found);
	tcase_add_test(t, an_error_of_the_action_is_kept_too);
	tcase_add_test(t, a_request_that_never_ran_may_be_repeated);
	tcase_add_test(t, other_content_runs);
	tcase_add_test(t, another_person_runs);
	tcase_add_test(t, people_without_names_are_not_mixed_up);
	tcase_add_test(t, an_idempotent_action_runs_each_time);
	tcase_add_test(t, acknowledged_requests_are_never_repetitions);
	suite_add_tcase(s, t);
	return s;
}
