/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/authorize.h"
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>
#include <pthread.h>

static uint64_t asked[16]; /* questions that were left open, in order */
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
	{.size = sizeof(actions[0]), .name = "stats2", .permission = "more", .run = run},
};

static void
setup_with(const char *const *sets, size_t sets_n)
{
	fake_new(sets, sets_n);
	ck_assert_int_eq(tg_add_action(&actions[0]), TG_OK);
	ck_assert_int_eq(tg_add_action(&actions[1]), TG_OK);
	ck_assert_int_eq(tg_add_action(&actions[2]), TG_OK);
}

static void
open_hooks(void)
{
	ck_assert_int_eq(tg_add_authorize(first, NULL), TG_OK);
	ck_assert_int_eq(tg_add_authorize(second, NULL), TG_OK);
	fake_open();
}

/* Every question is asked. */
static void
setup(void)
{
	static const char *const sets[] = {"authorize.answers=off"};

	setup_with(sets, 1);
}

static void
setup_hooks(void)
{
	setup();
	open_hooks();
}

/* Answers are remembered; the clock of the tests counts in these. */
static void
setup_memory(void)
{
	static const char *const sets[] = {
		"authorize.grants=60s", "authorize.refusals=5s", "authorize.failures=3",
		"authorize.pause=10s", "authorize.timeout=1s"};

	setup_with(sets, 5);
	open_hooks();
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

/* The last word of a plugin, when no loop runs any more. */
static void
answer_too_late(void *question)
{
	ck_assert_int_eq(tg_answer(*(uint64_t *)question, TG_ALLOW), TG_E_LATE);
}

START_TEST(an_answer_at_the_very_end_is_late)
{
	first_waits = true;
	ck_assert_str_eq(ask(fake_alice(0), "admin"), "");
	ck_assert_int_eq(asked_n, 1);
	ck_assert_int_eq(
		tg_timer_start(1000, 0, answer_too_late, asked, answer_too_late, NULL),
		TG_OK);
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

/* --- memory ------------------------------------------------------------------------------- */

static uint64_t
counted(enum counter which)
{
	uint64_t n = 0;

	for (int i = 0; i < FAKE_LOOPS; i++)
		n += counter_get(&fake.loops[i]->counters, which);
	return n;
}

static bool
is_granted(struct socket *s, const char *action)
{
	const char *said = ask(s, action);

	ck_assert(strstr(said, "RESPONSE") || strstr(said, "FORBIDDEN"));
	return strstr(said, "RESPONSE") != NULL;
}

START_TEST(a_grant_is_remembered_for_its_time)
{
	struct socket *s = fake_alice(0);

	first_says = TG_ALLOW;
	ck_assert(is_granted(s, "admin"));
	first_says = TG_DENY;
	fake_wait(59999);
	ck_assert(is_granted(s, "admin"));
	ck_assert_int_eq(asked_n, 1);
	ck_assert_uint_eq(counted(COUNTER_QUESTIONS_REMEMBERED), 1);
	ck_assert_uint_eq(counted(COUNTER_ANSWERS_KEPT), 1);
	fake_wait(1);
	ck_assert(!is_granted(s, "admin"));
	ck_assert_int_eq(asked_n, 2);
}
END_TEST

START_TEST(a_refusal_is_remembered_for_its_own_time)
{
	struct socket *s = fake_alice(0);

	first_says = TG_DENY;
	ck_assert(!is_granted(s, "admin"));
	first_says = TG_ALLOW;
	fake_wait(4999);
	ck_assert(!is_granted(s, "admin"));
	ck_assert_int_eq(asked_n, 1);
	fake_wait(1);
	ck_assert(is_granted(s, "admin"));
}
END_TEST

START_TEST(each_hook_has_a_memory_of_its_own)
{
	struct socket *s = fake_alice(0);

	first_says = TG_PASS;
	second_says = TG_ALLOW;
	ck_assert(is_granted(s, "admin"));
	ck_assert_int_eq(asked_n, 2);
	fake_wait(5000);
	ck_assert(is_granted(s, "admin"));
	ck_assert_int_eq(asked_n,
			 3); /* the first passed once more, the second said it before */
}
END_TEST

START_TEST(what_nobody_asks_for_again_is_forgotten_in_time)
{
	struct socket *s = fake_alice(0);

	first_says = TG_ALLOW;
	ck_assert(is_granted(s, "stats2"));
	first_says = TG_DENY;
	ck_assert(!is_granted(s, "admin"));
	ck_assert_uint_eq(counted(COUNTER_ANSWERS_KEPT), 2);
	fake_wait(5000);
	ck_assert_uint_eq(counted(COUNTER_ANSWERS_KEPT), 1);
	fake_wait(55000);
	ck_assert_uint_eq(counted(COUNTER_ANSWERS_KEPT), 0);
	ck_assert_int_eq(asked_n, 2);
}
END_TEST

START_TEST(what_is_said_once_is_not_remembered)
{
	struct socket *s = fake_alice(0);

	first_says = TG_ALLOW_ONCE;
	ck_assert(is_granted(s, "admin"));
	first_says = TG_DENY_ONCE;
	ck_assert(!is_granted(s, "admin"));
	ck_assert_int_eq(asked_n, 2);
	ck_assert_uint_eq(counted(COUNTER_ANSWERS_KEPT), 0);
}
END_TEST

/* The same user with one more claim: a token that was renewed, or another one. */
#define ALICE_AGAIN                                                                      \
	"{\"sub\":\"alice\",\"companyId\":\"acme\",\"sid\":\"s1\",\"iat\":1,"            \
	"\"artifacts\":[\"a1\"]}"

START_TEST(another_token_of_the_same_user_is_asked_about)
{
	struct socket *one = fake_alice(0), *same = fake_alice(0),
		      *other = fake_connect(0, "/", ALICE_AGAIN, "sessionId=s1");

	first_says = TG_ALLOW;
	ck_assert(is_granted(one, "admin"));
	ck_assert(is_granted(same, "admin"));
	ck_assert_int_eq(asked_n, 1);
	first_says = TG_DENY;
	fake_said(other);
	ck_assert(!is_granted(other, "admin"));
	ck_assert_int_eq(asked_n, 2);
}
END_TEST

START_TEST(joining_and_running_are_two_questions)
{
	struct socket *s;

	first_says = TG_ALLOW;
	ck_assert(is_granted(fake_alice(0), "admin"));
	s = fake_connect(0, "/company/acme/artifact/a9", ALICE, "sessionId=s1");
	ck_assert_str_eq(fake_said(s), "connect\n");
	ck_assert_int_eq(asked_n, 2);
	s = fake_connect(0, "/company/acme/artifact/a9", ALICE, "sessionId=s1");
	ck_assert_str_eq(fake_said(s), "connect\n");
	ck_assert_int_eq(asked_n, 2);
	s = fake_connect(0, "/company/acme/artifact/a99", ALICE, "sessionId=s1");
	ck_assert_str_eq(fake_said(s), "connect\n");
	ck_assert_int_eq(asked_n, 3);
}
END_TEST

START_TEST(the_same_question_is_not_asked_twice_at_a_time)
{
	struct socket *s = fake_alice(0), *other = fake_alice(0);

	first_waits = true;
	ck_assert_str_eq(ask(s, "admin"), "");
	ck_assert_str_eq(ask(other, "admin"), "");
	ck_assert_str_eq(ask(other, "admin"), "");
	ck_assert_int_eq(asked_n, 1);
	ck_assert_uint_eq(counted(COUNTER_QUESTIONS_JOINED), 2);
	ck_assert_int_eq(tg_answer(asked[0], TG_ALLOW), TG_OK);
	ck_assert_int_eq(runs, 3);
	ck_assert(strstr(fake_said(s), "RESPONSE") != NULL);
	ck_assert(strstr(fake_said(other), "RESPONSE") != NULL);
}
END_TEST

START_TEST(questions_that_waited_together_are_forgotten_at_the_end)
{
	first_waits = true;
	ask(fake_alice(0), "admin");
	ask(fake_alice(0), "admin");
	ck_assert_int_eq(asked_n, 1);
}
END_TEST

START_TEST(rights_that_changed_are_asked_about_again_on_every_loop)
{
	struct socket *here = fake_alice(0), *there = fake_alice(1);

	first_says = TG_ALLOW;
	ck_assert(is_granted(here, "admin"));
	ck_assert(is_granted(there, "admin"));
	ck_assert_int_eq(asked_n, 2); /* each loop has a memory of its own */
	ck_assert_int_eq(authorize_forget(fake.actions, STR("bob")), 0);
	fake_turn();
	ck_assert(is_granted(here, "admin"));
	ck_assert_int_eq(asked_n, 2);
	ck_assert_int_eq(authorize_forget(fake.actions, STR("alice")), 0);
	fake_turn();
	first_says = TG_DENY;
	ck_assert(!is_granted(here, "admin"));
	ck_assert(!is_granted(there, "admin"));
	ck_assert_int_eq(asked_n, 4);
}
END_TEST

START_TEST(an_answer_from_before_the_change_is_not_remembered)
{
	struct socket *s = fake_alice(0);

	first_waits = true;
	ck_assert_str_eq(ask(s, "admin"), "");
	ck_assert_int_eq(authorize_forget(fake.actions, STR("alice")), 0);
	ck_assert_int_eq(tg_answer(asked[0], TG_ALLOW), TG_OK);
	ck_assert(strstr(fake_said(s), "RESPONSE") != NULL);
	ck_assert_str_eq(ask(s, "admin"), "");
	ck_assert_int_eq(asked_n, 2);
}
END_TEST

/* --- the circuit breaker ------------------------------------------------------------------ */

/* Questions nobody has asked yet, so that no memory answers them. */
static struct socket *
ask_new(void)
{
	static int n;
	char nsp[64];

	snprintf(nsp, sizeof(nsp), "/company/acme/artifact/new%d", n++);
	return fake_connect(0, nsp, ALICE, "sessionId=s1");
}

#define REFUSED "refuse not permitted {\"code\":\"FORBIDDEN\"}\n"

START_TEST(failures_in_a_row_open_the_circuit_and_nobody_is_asked)
{
	first_says = TG_FAILED;
	second_says = TG_ALLOW;
	for (int i = 0; i < 3; i++)
		ck_assert_str_eq(fake_said(ask_new()), "connect\n");
	ck_assert_int_eq(asked_n, 6);
	ck_assert_uint_eq(counted(COUNTER_CIRCUITS_OPEN), 1);
	ck_assert_str_eq(fake_said(ask_new()), "connect\n");
	ck_assert_int_eq(asked_n, 7); /* the second alone */
	ck_assert_uint_eq(counted(COUNTER_QUESTIONS_CUT), 1);
	ck_assert_uint_eq(counted(COUNTER_QUESTIONS_FAILED), 3);
}
END_TEST

START_TEST(refusals_and_passes_are_no_failures)
{
	first_says = TG_PASS;
	second_says = TG_DENY;
	for (int i = 0; i < 5; i++)
		ck_assert_str_eq(fake_said(ask_new()), REFUSED);
	ck_assert_int_eq(asked_n, 10);
	ck_assert_uint_eq(counted(COUNTER_CIRCUITS_OPENED), 0);
}
END_TEST

START_TEST(silence_is_a_failure_and_the_client_waits_for_nothing_then)
{
	struct socket *s;

	first_waits = true;
	second_says = TG_DENY;
	for (int i = 0; i < 3; i++) {
		s = ask_new();
		fake_wait(999);
		ck_assert_str_eq(fake_said(s), "");
		fake_wait(1);
		ck_assert_str_eq(fake_said(s), REFUSED);
	}
	ck_assert_int_eq(asked_n, 6);
	ck_assert_str_eq(fake_said(ask_new()), REFUSED); /* at once */
	ck_assert_int_eq(asked_n, 7);
}
END_TEST

START_TEST(after_the_pause_one_probe_at_a_time_decides)
{
	struct socket *probe, *s;

	first_says = TG_FAILED;
	second_says = TG_DENY;
	for (int i = 0; i < 3; i++)
		ask_new();
	asked_n = 0;
	fake_wait(9999);
	ask_new();
	ck_assert_int_eq(asked_n, 1); /* the second hook */
	fake_wait(1);
	first_waits = true;
	asked_n = 0;
	probe = ask_new();
	ck_assert_str_eq(fake_said(probe), "");
	s = ask_new();
	ck_assert_str_eq(fake_said(s), REFUSED);
	ck_assert_int_eq(asked_n, 2);
	ck_assert_int_eq(tg_answer(asked[0], TG_ALLOW), TG_OK);
	ck_assert_str_eq(fake_said(probe), "connect\n");
	ck_assert_uint_eq(counted(COUNTER_CIRCUITS_OPEN), 0);
	ck_assert_str_eq(fake_said(ask_new()), ""); /* asked as ever */
}
END_TEST

START_TEST(a_circuit_is_one_for_all_loops)
{
	first_says = TG_FAILED;
	second_says = TG_DENY;
	for (int i = 0; i < 3; i++)
		ask_new();
	asked_n = 0;
	fake_connect(1, "/company/acme/artifact/there", ALICE, "sessionId=s1");
	ck_assert_int_eq(asked_n, 1);
}
END_TEST

START_TEST(an_answer_that_is_none_is_refused)
{
	first_waits = true;
	ask(fake_alice(0), "admin");
	ck_assert_int_eq(tg_answer(asked[0], (enum tg_verdict)6), TG_E_ARGUMENT);
	ck_assert_int_eq(tg_answer(asked[0], TG_DENY), TG_OK);
}
END_TEST

static void
add_memory_tests(Suite *s)
{
	TCase *t = tcase_create("memory");

	tcase_add_checked_fixture(t, setup_memory, fake_free);
	tcase_add_test(t, a_grant_is_remembered_for_its_time);
	tcase_add_test(t, a_refusal_is_remembered_for_its_own_time);
	tcase_add_test(t, each_hook_has_a_memory_of_its_own);
	tcase_add_test(t, what_is_said_once_is_not_remembered);
	tcase_add_test(t, what_nobody_asks_for_again_is_forgotten_in_time);
	tcase_add_test(t, another_token_of_the_same_user_is_asked_about);
	tcase_add_test(t, joining_and_running_are_two_questions);
	tcase_add_test(t, the_same_question_is_not_asked_twice_at_a_time);
	tcase_add_test(t, questions_that_waited_together_are_forgotten_at_the_end);
	tcase_add_test(t, rights_that_changed_are_asked_about_again_on_every_loop);
	tcase_add_test(t, an_answer_from_before_the_change_is_not_remembered);
	tcase_add_test(t, an_answer_that_is_none_is_refused);
	suite_add_tcase(s, t);
}

static void
add_circuit_tests(Suite *s)
{
	TCase *t = tcase_create("circuit");

	tcase_add_checked_fixture(t, setup_memory, fake_free);
	tcase_add_test(t, failures_in_a_row_open_the_circuit_and_nobody_is_asked);
	tcase_add_test(t, refusals_and_passes_are_no_failures);
	tcase_add_test(t, silence_is_a_failure_and_the_client_waits_for_nothing_then);
	tcase_add_test(t, after_the_pause_one_probe_at_a_time_decides);
	tcase_add_test(t, a_circuit_is_one_for_all_loops);
	suite_add_tcase(s, t);
}

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
	tcase_add_test(t, an_answer_at_the_very_end_is_late);
	suite_add_tcase(s, t);
	add_memory_tests(s);
	add_circuit_tests(s);
	return s;
}
