/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/authorize.h"
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>
#include <pthread.h>

static uint64_t asked[4]; /* questions that were left open, in order */
static int asked_n, runs;
static enum tg_verdict first_says, second_says;
static bool first_waits;

static void
first(const struct tg_question *q, void *state)
{
	(void)state;
	ck_assert(tg_equal(q->who->user, TG("alice")));
	asked[asked_n++] = q->id;
	if (!first_waits)
		ck_assert_int_eq(tg_answer(q->id, first_says), TG_OK);
}

static void
second(const struct tg_question *q, void *state)
{
	(void)state;
	asked[asked_n++] = q->id;
	ck_assert_int_eq(tg_answer(q->id, second_says), TG_OK);
}

static void
run(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)request;
	(void)state;
	runs++;
	tg_reply_ok(call, TG("1"));
}

static const struct tg_action actions[] = {
	{.size = sizeof(actions[0]),
	 .name = "stats",
	 .permission = "stats.read",
	 .run = run},
	{.size = sizeof(actions[0]), .name = "admin", .permission = "admin", .run = run},
};

static void
setup(void)
{
	fake_new(NULL, 0);
	ck_assert_int_eq(tg_add_action(&actions[0]), TG_OK);
	ck_assert_int_eq(tg_add_action(&actions[1]), TG_OK);
}

static void
setup_hooks(void)
{
	setup();
	ck_assert_int_eq(tg_add_authorize(first, NULL), TG_OK);
	ck_assert_int_eq(tg_add_authorize(second, NULL), TG_OK);
	fake_open();
}

static const char *
ask(struct socket *s, const char *action)
{
	fake_event(s, action, "1", 1);
	return fake_said(s);
}

START_TEST(what_the_token_grants_is_not_asked)
{
	ck_assert(strstr(ask(fake_alice(0), "stats"), "RESPONSE") != NULL);
	ck_assert_int_eq(asked_n, 0);
}
END_TEST

START_TEST(without_hooks_silence_is_no)
{
	fake_open();
	ck_assert(strstr(ask(fake_alice(0), "admin"), "FORBIDDEN") != NULL);
	ck_assert_int_eq(runs, 0);
}
END_TEST

START_TEST(the_first_that_does_not_pass_decides)
{
	struct socket *s = fake_alice(0);

	first_says = TG_ALLOW;
	ck_assert(strstr(ask(s, "admin"), "RESPONSE") != NULL);
	ck_assert_int_eq(asked_n, 1);
	first_says = TG_DENY;
	second_says = TG_ALLOW;
	ck_assert(strstr(ask(s, "admin"), "FORBIDDEN") != NULL);
	ck_assert_int_eq(asked_n, 2);
	ck_assert_int_eq(runs, 1);
}
END_TEST

START_TEST(who_passes_leaves_it_to_the_next_and_at_last_it_is_no)
{
	struct socket *s = fake_alice(0);

	first_says = TG_PASS;
	second_says = TG_ALLOW;
	ck_assert(strstr(ask(s, "admin"), "RESPONSE") != NULL);
	second_says = TG_PASS;
	ck_assert(strstr(ask(s, "admin"), "FORBIDDEN") != NULL);
	ck_assert_int_eq(asked_n, 4);
}
END_TEST

static void *
allow_elsewhere(void *arg)
{
	*(int *)arg = tg_answer(asked[0], TG_ALLOW);
	return NULL;
}

START_TEST(an_answer_may_come_later_and_from_any_thread)
{
	struct socket *s = fake_alice(0);
	pthread_t thread;
	int error = -1;

	first_waits = true;
	ck_assert_str_eq(ask(s, "admin"), "");
	pthread_create(&thread, NULL, allow_elsewhere, &error);
	pthread_join(thread, NULL);
	ck_assert_int_eq(error, TG_OK);
	ck_assert_int_eq(runs, 0);
	fake_turn();
	ck_assert_int_eq(runs, 1);
	ck_assert(strstr(fake_said(s), "RESPONSE") != NULL);
	ck_assert_int_eq(tg_answer(asked[0], TG_DENY), TG_E_LATE);
}
END_TEST

START_TEST(silence_of_five_seconds_passes)
{
	struct socket *s = fake_alice(0);

	first_waits = true;
	second_says = TG_ALLOW;
	ck_assert_str_eq(ask(s, "admin"), "");
	fake_wait(4999);
	ck_assert_int_eq(asked_n, 1);
	fake_wait(1);
	ck_assert_int_eq(asked_n, 2);
	ck_assert(strstr(fake_said(s), "RESPONSE") != NULL);
	ck_assert_int_eq(tg_answer(asked[0], TG_DENY), TG_E_LATE);
}
END_TEST

START_TEST(an_artifact_that_the_token_does_not_list_is_asked_for)
{
	struct socket *s;

	first_says = TG_ALLOW;
	s = fake_connect(0, "/company/acme/artifact/a9", ALICE, "sessionId=s1");
	ck_assert_str_eq(fake_said(s), "connect\n");
	ck_assert(socket_is_in(s, STR("company:acme:artifact:a9")));
	first_waits = true;
	s = fake_connect(0, "/company/acme/artifact/a8", ALICE, "sessionId=s1");
	ck_assert_str_eq(fake_said(s), "");
	ck_assert_int_eq(tg_answer(asked[1], TG_DENY), TG_OK);
	ck_assert_str_eq(fake_said(s), "refuse not permitted {\"code\":\"FORBIDDEN\"}\n");
}
END_TEST

START_TEST(who_left_meanwhile_is_not_let_in)
{
	struct socket *s;

	first_waits = true;
	s = fake_connect(0, "/company/acme/artifact/a9", ALICE, "sessionId=s1");
	fake_disconnect(s, "transport close");
	ck_assert_int_eq(tg_answer(asked[0], TG_ALLOW), TG_OK);
	ck_assert_str_eq(fake_said(s), "");
}
END_TEST

START_TEST(open_questions_are_forgotten_at_the_end)
{
	struct socket *s = fake_alice(0);

	first_waits = true;
	ck_assert_str_eq(ask(s, "admin"), "");
	fake_connect(0, "/company/acme/artifact/a9", ALICE, "sessionId=s1");
	ck_assert_int_eq(asked_n, 2);
}
END_TEST

Suite *
authorize_suite(void)
{
	Suite *s = suite_create("authorize");
	TCase *plain = tcase_create("no hooks"), *t = tcase_create("hooks");

	tcase_add_checked_fixture(plain, setup, fake_free);
	tcase_add_test(plain, without_hooks_silence_is_no);
	suite_add_tcase(s, plain);
	tcase_add_checked_fixture(t, setup_hooks, fake_free);
	tcase_add_test(t, what_the_token_grants_is_not_asked);
	tcase_add_test(t, the_first_that_does_not_pass_decides);
	tcase_add_test(t, who_passes_leaves_it_to_the_next_and_at_last_it_is_no);
	tcase_add_test(t, an_answer_may_come_later_and_from_any_thread);
	tcase_add_test(t, silence_of_five_seconds_passes);
	tcase_add_test(t, an_artifact_that_the_token_does_not_list_is_asked_for);
	tcase_add_test(t, who_left_meanwhile_is_not_let_in);
	tcase_add_test(t, open_questions_are_forgotten_at_the_end);
	suite_add_tcase(s, t);
	return s;
}
