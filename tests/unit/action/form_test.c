/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>

static void
echo(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)state;
	tg_update(call, TG("1"));
	tg_reply_ok(call, request->data);
}

static const struct tg_action echo_action = {
	.size = sizeof(echo_action),
	.name = "echo",
	.run = echo,
};

static struct socket *alice;

static void
setup(void)
{
	fake_new(NULL, 0);
	ck_assert_int_eq(tg_add_action(&echo_action), TG_OK);
	fake_open();
	alice = fake_alice(0);
}

static const char *
ask(const char *event, const char *args, int64_t ack_id)
{
	fake_event(alice, event, args, ack_id);
	return fake_said(alice);
}

START_TEST(a_string_is_answered_by_strings)
{
	ck_assert_str_eq(
		ask("message",
		    "\"{\\\"type\\\":\\\"REQUEST\\\",\\\"requestId\\\":\\\"r\\\","
		    "\\\"action\\\":\\\"echo\\\",\\\"data\\\":\\\"\\u00fc\\\"}\"",
		    NO_ACK),
		"message \"{\\\"type\\\":\\\"UPDATE\\\",\\\"requestId\\\":\\\"r\\\","
		"\\\"action\\\":\\\"echo\\\",\\\"data\\\":1}\"\n"
		"message \"{\\\"type\\\":\\\"RESPONSE\\\",\\\"requestId\\\":\\\"r\\\","
		"\\\"action\\\":\\\"echo\\\",\\\"data\\\":\\\"ü\\\"}\"\n");
}
END_TEST

START_TEST(an_object_is_answered_by_objects)
{
	ck_assert_str_eq(
		ask("message", REQUEST("r", "echo", "{\"a\":1}"), NO_ACK),
		"message " SAYS("UPDATE", "r", "echo",
				"\"data\":1") "\n"
					      "message " SAYS("RESPONSE", "r", "echo",
							      "\"data\":{\"a\":1}") "\n");
}
END_TEST

START_TEST(a_named_request_is_answered_by_named_events)
{
	ck_assert_str_eq(
		ask("REQUEST", REQUEST("r", "echo", "2"), NO_ACK),
		"UPDATE " SAYS("UPDATE", "r", "echo",
			       "\"data\":1") "\n"
					     "RESPONSE " SAYS("RESPONSE", "r", "echo",
							      "\"data\":2") "\n");
	ck_assert_str_eq(ask("REQUEST", REQUEST("r", "nope", "2"), NO_ACK),
			 "ERROR " SAYS("ERROR", "r", "nope",
				       "\"error\":{\"code\":\"UNKNOWN_ACTION\","
				       "\"message\":\"there is no such action\"}") "\n");
}
END_TEST

START_TEST(an_emitted_action_is_acknowledged)
{
	ck_assert_str_eq(
		ask("echo", "{\"a\":1}", 7),
		"UPDATE " SAYS("UPDATE", "ack-7", "echo",
			       "\"data\":1") "\n"
					     "ack 7 " SAYS("RESPONSE", "ack-7", "echo",
							   "\"data\":{\"a\":1}") "\n");
	ck_assert_str_eq(
		ask("echo", "", 8),
		"UPDATE " SAYS("UPDATE", "ack-8", "echo",
			       "\"data\":1") "\n"
					     "ack 8 " SAYS("RESPONSE", "ack-8", "echo",
							   "\"data\":null") "\n");
}
END_TEST

START_TEST(an_emit_without_acknowledgement_is_no_request)
{
	ck_assert_str_eq(ask("echo", "1", NO_ACK), "");
	ck_assert_str_eq(ask("nope", "1", NO_ACK), "");
}
END_TEST

START_TEST(an_unknown_action_is_told_to_who_waits)
{
	ck_assert_str_eq(ask("nope", "1", 3),
			 "ack 3 " SAYS("ERROR", "ack-3", "nope",
				       "\"error\":{\"code\":\"UNKNOWN_ACTION\","
				       "\"message\":\"there is no such action\"}") "\n");
}
END_TEST

START_TEST(what_is_no_request_is_told_why)
{
	static const char *const events[][2] = {
		{"message", "\"hello\""},
		{"message", "1"},
		{"message", ""},
		{"message", "{}"},
		{"message", "{},{}"},
		{"REQUEST", "null"},
		{"message",
		 "{\"type\":\"RESPONSE\",\"requestId\":\"r\",\"action\":\"echo\"}"},
		{"message", "{\"type\":\"REQUEST\",\"requestId\":1,\"action\":\"echo\"}"},
		{"message", "{\"type\":\"REQUEST\",\"requestId\":\"r\"}"},
	};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		const char *said = ask(events[i][0], events[i][1], NO_ACK);

		ck_assert_msg(strstr(said, "INVALID_MESSAGE") != NULL, "%s: %s",
			      events[i][1], said);
		ck_assert_msg(strstr(said, "RESPONSE\"") == NULL, "%s: %s", events[i][1],
			      said);
	}
}
END_TEST

START_TEST(an_invalid_request_keeps_the_ids_that_it_has)
{
	const char *said = ask("REQUEST", "{\"requestId\":\"r\",\"action\":\"echo\"}",
			       NO_ACK);

	ck_assert_msg(strstr(said, "\"requestId\":\"r\",\"action\":\"echo\"") != NULL,
		      "%s", said);
	ck_assert_msg(strstr(said, "\"pointer\":\"/type\"") != NULL, "%s", said);
}
END_TEST

START_TEST(a_request_holds_no_binary_data)
{
	fake_binary_event(alice, "REQUEST", REQUEST("r", "echo", TG_BINARY(0)), "x");
	ck_assert(strstr(fake_said(alice), "INVALID_MESSAGE") != NULL);
}
END_TEST

START_TEST(above_the_message_rate_requests_are_refused_with_their_id)
{
	uint32_t burst = fake.mount->message_rate.burst;
	const char *said;

	ck_assert_uint_gt(burst, 1);
	for (uint32_t i = 0; i < burst; i++)
		ck_assert(strstr(ask("echo", "1", i), "RESPONSE") != NULL);
	said = ask("message", REQUEST("late", "echo", "1"), NO_ACK);
	ck_assert_msg(strstr(said, "\"requestId\":\"late\",\"action\":\"echo\"") != NULL,
		      "%s", said);
	ck_assert(strstr(said, "RATE_LIMITED") != NULL);
	ck_assert_str_eq(ask("noise", "1", NO_ACK), "");
	fake_wait(1000);
	ck_assert(strstr(ask("echo", "1", 0), "RESPONSE") != NULL);
}
END_TEST

Suite *
form_suite(void)
{
	Suite *s = suite_create("form");
	TCase *t = tcase_create("form");

	tcase_add_checked_fixture(t, setup, fake_free);
	tcase_add_test(t, a_string_is_answered_by_strings);
	tcase_add_test(t, an_object_is_answered_by_objects);
	tcase_add_test(t, a_named_request_is_answered_by_named_events);
	tcase_add_test(t, an_emitted_action_is_acknowledged);
	tcase_add_test(t, an_emit_without_acknowledgement_is_no_request);
	tcase_add_test(t, an_unknown_action_is_told_to_who_waits);
	tcase_add_test(t, what_is_no_request_is_told_why);
	tcase_add_test(t, an_invalid_request_keeps_the_ids_that_it_has);
	tcase_add_test(t, a_request_holds_no_binary_data);
	tcase_add_test(t, above_the_message_rate_requests_are_refused_with_their_id);
	suite_add_tcase(s, t);
	return s;
}
