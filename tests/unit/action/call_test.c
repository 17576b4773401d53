/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>
#include <pthread.h>

static struct tg_call kept; /* the call that an action left open */
static int runs;
static struct socket *alice;

static void
keep(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)state;
	ck_assert(tg_equal(request->who->user, TG("alice")));
	ck_assert(tg_equal(request->who->company, TG("acme")));
	ck_assert(tg_equal(request->artifact, TG("a1")));
	ck_assert(tg_equal(request->nsp, TG("/")));
	ck_assert_ptr_nonnull(request->socket);
	ck_assert(tg_equal(request->socket_id, tg_socket_id(request->socket)));
	kept = call;
	runs++;
}

static void
answer_twice(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)state;
	ck_assert_int_eq(tg_reply_ok(call, TG("{")), TG_E_ARGUMENT);
	ck_assert_int_eq(tg_reply_error(call, TG(""), TG("no code"), TG("")),
			 TG_E_ARGUMENT);
	ck_assert_int_eq(tg_reply_error(call, TG("NO"), TG("it is"), TG("{")),
			 TG_E_ARGUMENT);
	ck_assert_int_eq(tg_update(call, TG("")), TG_E_ARGUMENT);
	ck_assert(tg_is_open(call));
	ck_assert_int_eq(
		tg_reply_error(call, TG("NO"), TG("it is \"so\""), request->data), TG_OK);
	ck_assert(!tg_is_open(call));
	ck_assert_int_eq(tg_reply_ok(call, TG("1")), TG_E_LATE);
	ck_assert_int_eq(tg_update(call, TG("1")), TG_E_LATE);
}

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static _Atomic int in_pool;

static void
block(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)state;
	ck_assert_ptr_null(request->socket);
	in_pool++;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	tg_update(call, TG("\"soon\""));
	tg_reply_ok(call, request->data);
	in_pool--;
}

static const struct tg_action actions[] = {
	{.size = sizeof(actions[0]),
	 .name = "keep",
	 .timeout_ms = 5000,
	 .running_n = 2,
	 .run = keep,
	 .flags = TG_IDEMPOTENT},
	{.size = sizeof(actions[0]), .name = "twice", .run = answer_twice},
	{.size = sizeof(actions[0]),
	 .name = "schema",
	 .run = answer_twice,
	 .schema =
		 "{\"type\":\"object\",\"properties\":{\"a/b\":{\"type\":\"integer\"}}}"},
	{.size = sizeof(actions[0]),
	 .name = "block",
	 .run = block,
	 .flags = TG_BLOCKING,
	 .timeout_ms = 5000,
	 .running_n = 2},
};

static void
setup(void)
{
	static const char *const sets[] = {"pool_threads=1", "pool_queue=2",
					   "actions_running=4"};

	fake_new(sets, 3);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		ck_assert_int_eq(tg_add_action(&actions[i]), TG_OK);
	fake_open();
	alice = fake_alice(0);
}

static const char *
ask(const char *action, const char *data, int64_t ack_id)
{
	fake_event(alice, action, data, ack_id);
	return fake_said(alice);
}

static uint64_t
count(enum counter which)
{
	return counter_get(&fake.loops[0]->counters, which);
}

START_TEST(an_action_answers_when_it_likes)
{
	ck_assert_str_eq(ask("keep", "1", 1), "");
	ck_assert_uint_eq(count(COUNTER_ACTIONS_RUNNING), 1);
	fake_wait(1000);
	ck_assert_int_eq(tg_update(kept, TG("2")), TG_OK);
	ck_assert_int_eq(tg_reply_ok(kept, TG("3")), TG_OK);
	ck_assert_str_eq(fake_said(alice),
			 "UPDATE " SAYS("UPDATE", "ack-1", "keep",
					"\"data\":2") "\n"
						      "ack 1 " SAYS("RESPONSE", "ack-1",
								    "keep",
								    "\"data\":3") "\n");
	ck_assert_uint_eq(count(COUNTER_ACTIONS_RUNNING), 0);
	fake_wait(10000);
	ck_assert_str_eq(fake_said(alice), "");
}
END_TEST

START_TEST(it_answers_once_and_only_json)
{
	ck_assert_str_eq(
		ask("twice", "{\"d\":1}", 1),
		"ack 1 " SAYS(
			"ERROR", "ack-1", "twice",
			"\"error\":{\"code\":\"NO\",\"message\":\"it is \\\"so\\\"\","
			"\"details\":{\"d\":1}}") "\n");
	ck_assert_uint_eq(count(COUNTER_LATE_REPLIES), 2);
}
END_TEST

START_TEST(the_time_limit_answers_for_it)
{
	ck_assert_str_eq(ask("keep", "1", 1), "");
	fake_wait(4999);
	ck_assert_str_eq(fake_said(alice), "");
	fake_wait(1);
	ck_assert(strstr(fake_said(alice), "TIMEOUT") != NULL);
	ck_assert_int_eq(tg_reply_ok(kept, TG("3")), TG_E_LATE);
	ck_assert_int_eq(tg_update(kept, TG("3")), TG_E_LATE);
	ck_assert_str_eq(fake_said(alice), "");
	ck_assert_uint_eq(count(COUNTER_ACTION_TIMEOUTS), 1);
}
END_TEST

START_TEST(data_that_does_not_fit_is_refused_with_its_place)
{
	ck_assert_str_eq(
		ask("schema", "{\"a/b\":\"x\"}", 1),
		"ack 1 " SAYS("ERROR", "ack-1", "schema",
			      "\"error\":{\"code\":\"INVALID_DATA\","
			      "\"message\":\"/a~1b: expected integer, got string\","
			      "\"pointer\":\"/a~1b\"}") "\n");
	ck_assert(strstr(ask("schema", "7", 2),
			 "\"message\":\"data: expected object, got number\"") != NULL);
	ck_assert(strstr(ask("schema", "{\"a/b\":7}", 3), "\"code\":\"NO\"") != NULL);
}
END_TEST

START_TEST(only_so_many_run_at_once)
{
	ck_assert_str_eq(ask("keep", "1", 1), "");
	ck_assert_str_eq(ask("keep", "1", 2), "");
	ck_assert(strstr(ask("keep", "1", 3), "OVERLOADED") != NULL);
	ck_assert_int_eq(tg_reply_ok(kept, TG("0")), TG_OK);
	ck_assert(strstr(fake_said(alice), "\"ack-2\"") != NULL);
	ck_assert_str_eq(ask("keep", "1", 4), "");
	fake_wait(5000); /* the limit makes room as an answer does */
	ck_assert(strstr(fake_said(alice), "TIMEOUT") != NULL);
	ck_assert_str_eq(ask("keep", "1", 5), "");
	ck_assert_str_eq(ask("keep", "1", 6), "");
}
END_TEST

START_TEST(one_connection_waits_for_so_many_answers)
{
	struct socket *other = fake_alice(0);

	pthread_mutex_lock(&gate);
	ck_assert_str_eq(ask("keep", "1", 1), "");
	ck_assert_str_eq(ask("keep", "1", 2), "");
	ck_assert_str_eq(ask("block", "1", 3), "");
	ck_assert_str_eq(ask("block", "1", 4), "");
	ck_assert(strstr(ask("twice", "1", 5), "OVERLOADED") != NULL);
	fake_event(other, "twice", "1", 1);
	ck_assert(strstr(fake_said(other), "\"NO\"") != NULL);
	ck_assert_int_eq(tg_reply_ok(kept, TG("0")), TG_OK);
	ck_assert(strstr(ask("twice", "1", 6), "\"NO\"") != NULL);
	pthread_mutex_unlock(&gate);
}
END_TEST

/* Turn until the client was told so much, without a clock. */
static const char *
told(const char *what)
{
	static char all[4096];

	all[0] = '\0';
	while (!strstr(all, what)) {
		fake_turn();
		strcat(all, fake_said(alice));
	}
	return all;
}

START_TEST(blocking_actions_run_in_the_pool)
{
	ck_assert_str_eq(ask("block", "[1]", 1), "");
	ck_assert_str_eq(
		told("RESPONSE"),
		"UPDATE " SAYS("UPDATE", "ack-1", "block",
			       "\"data\":\"soon\"") "\n"
						    "ack 1 " SAYS("RESPONSE", "ack-1",
								  "block",
								  "\"data\":[1]") "\n");
}
END_TEST

START_TEST(a_blocked_action_is_timed_out_and_holds_its_place)
{
	pthread_mutex_lock(&gate);
	ck_assert_str_eq(ask("block", "1", 1), "");
	ck_assert_str_eq(ask("block", "1", 2), "");
	while (!in_pool)
		;
	fake_wait(5000);
	ck_assert(strstr(fake_said(alice), "TIMEOUT") != NULL);
	ck_assert(strstr(ask("block", "1", 3), "OVERLOADED") != NULL);
	pthread_mutex_unlock(&gate);
	while (in_pool)
		;
	do { /* until the second one, which waited in the queue in vain, was passed over */
		fake_wait(100);
		fake_event(alice, "block", "9", 4);
	} while (strstr(told("ack 4"), "OVERLOADED"));
	ck_assert_uint_eq(count(COUNTER_ACTION_TIMEOUTS), 2);
}
END_TEST

static void *
answer_elsewhere(void *arg)
{
	int *errors = arg;

	errors[0] = tg_update(kept, TG("1"));
	errors[1] = tg_reply_ok(kept, TG("2"));
	errors[2] = tg_reply_ok(kept, TG("3"));
	errors[3] = tg_update(kept, TG("4"));
	return NULL;
}

START_TEST(any_thread_may_answer)
{
	pthread_t thread;
	int errors[4];

	ck_assert_str_eq(ask("keep", "1", 1), "");
	pthread_create(&thread, NULL, answer_elsewhere, errors);
	pthread_join(thread, NULL);
	ck_assert_int_eq(errors[0], TG_OK);
	ck_assert_int_eq(errors[1], TG_OK);
	ck_assert_int_eq(errors[2], TG_E_LATE);
	ck_assert_int_eq(errors[3], TG_E_LATE);
	fake_wait(5000); /* the limit, too, comes too late */
	ck_assert_str_eq(fake_said(alice),
			 "UPDATE " SAYS("UPDATE", "ack-1", "keep",
					"\"data\":1") "\n"
						      "ack 1 " SAYS("RESPONSE", "ack-1",
								    "keep",
								    "\"data\":2") "\n");
}
END_TEST

START_TEST(the_answer_to_a_client_that_left_goes_nowhere)
{
	ck_assert_str_eq(ask("keep", "1", 1), "");
	fake_disconnect(alice, "transport close");
	ck_assert_int_eq(tg_reply_ok(kept, TG("1")), TG_OK);
	fake_turn();
	ck_assert_str_eq(fake_said(alice), "");
}
END_TEST

START_TEST(the_answer_to_a_client_that_is_lost_waits_for_it)
{
	ck_assert_str_eq(ask("message", REQUEST("7", "keep", "1"), NO_ACK), "");
	fake_lose(alice);
	if (_i)
		fake_enter(1); /* by another loop */
	ck_assert_int_eq(tg_update(kept, TG("1")), TG_OK);
	ck_assert_int_eq(tg_reply_ok(kept, TG("2")), TG_OK);
	fake_turn();
	ck_assert_str_eq(fake_broadcasts(),
			 "lost message " SAYS("UPDATE", "7", "keep",
					      "\"data\":1") "\n"
							    "lost message " SAYS(
								    "RESPONSE", "7",
								    "keep",
								    "\"data\":2") "\n");
	fake_forget(alice);
}
END_TEST

START_TEST(no_acknowledgement_waits_for_a_client_that_has_forgotten_it)
{
	ck_assert_str_eq(ask("keep", "1", 1), "");
	fake_lose(alice);
	ck_assert_int_eq(tg_reply_ok(kept, TG("2")), TG_OK);
	ck_assert_str_eq(fake_broadcasts(), "");
	fake_forget(alice);
}
END_TEST

START_TEST(while_draining_nothing_new_begins)
{
	ck_assert_str_eq(ask("keep", "1", 1), "");
	ck_assert(!actions_stop(fake.actions, 0));
	ck_assert(strstr(ask("keep", "1", 2),
			 "\"code\":\"OVERLOADED\",\"message\":\"the server is "
			 "shutting down\"") != NULL);
	ck_assert_int_eq(tg_reply_ok(kept, TG("1")), TG_OK);
	ck_assert(strstr(fake_said(alice), "RESPONSE") != NULL);
	ck_assert(actions_stop(fake.actions, 0));
}
END_TEST

START_TEST(calls_that_are_open_at_the_end_are_forgotten)
{
	ck_assert_str_eq(ask("keep", "1", 1), "");
	ck_assert_str_eq(ask("keep", "1", 2), "");
}
END_TEST

Suite *
call_suite(void)
{
	Suite *s = suite_create("call");
	TCase *t = tcase_create("call");

	tcase_add_checked_fixture(t, setup, fake_free);
	tcase_add_test(t, an_action_answers_when_it_likes);
	tcase_add_test(t, it_answers_once_and_only_json);
	tcase_add_test(t, the_time_limit_answers_for_it);
	tcase_add_test(t, data_that_does_not_fit_is_refused_with_its_place);
	tcase_add_test(t, only_so_many_run_at_once);
	tcase_add_test(t, one_connection_waits_for_so_many_answers);
	tcase_add_test(t, blocking_actions_run_in_the_pool);
	tcase_add_test(t, a_blocked_action_is_timed_out_and_holds_its_place);
	tcase_add_test(t, any_thread_may_answer);
	tcase_add_test(t, the_answer_to_a_client_that_left_goes_nowhere);
	tcase_add_loop_test(t, the_answer_to_a_client_that_is_lost_waits_for_it, 0, 2);
	tcase_add_test(t, no_acknowledgement_waits_for_a_client_that_has_forgotten_it);
	tcase_add_test(t, while_draining_nothing_new_begins);
	tcase_add_test(t, calls_that_are_open_at_the_end_are_forgotten);
	suite_add_tcase(s, t);
	return s;
}
