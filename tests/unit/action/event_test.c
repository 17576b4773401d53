/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>

static char heard[256];

static void
hear(struct tg_socket *s, const struct tg_event *e, void *state)
{
	(void)s;
	strcat(heard, state);
	strcat(heard, ":");
	strncat(heard, e->name.ptr, e->name.len);
	strcat(heard, e->wants_ack ? "?;" : ";");
}

static bool
hear_any(struct tg_socket *s, const struct tg_event *e, void *state)
{
	hear(s, e, state);
	return !tg_equal(e->name, TG("echo"));
}

static void
send_back(struct tg_socket *s, const struct tg_event *e, void *state)
{
	(void)state;
	ck_assert_int_eq(tg_emit(s, TG("back"), e->args), TG_OK);
	if (e->wants_ack)
		ck_assert_int_eq(tg_ack(s, e->ack_id, e->args), TG_OK);
}

static void
throw_out(struct tg_socket *s, const struct tg_event *e, void *state)
{
	(void)state;
	tg_set_data(s, heard, NULL);
	ck_assert_int_eq(tg_disconnect(s, false), TG_OK);
	/* the socket is gone, its memory is not: all of these are errors and no crashes */
	ck_assert_int_eq(tg_emit(s, TG("x"), TG_NO_ARGS), TG_E_GONE);
	ck_assert_int_eq(tg_ack(s, e->ack_id, TG_NO_ARGS), TG_E_GONE);
	ck_assert_int_eq(tg_join(s, TG("r")), TG_E_STATE);
	ck_assert_int_eq(tg_set_data(s, heard, NULL), TG_E_GONE);
	ck_assert_ptr_null(tg_data(s));
	ck_assert_int_eq(tg_disconnect(s, true), TG_E_GONE);
}

static void
echo(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)state;
	tg_reply_ok(call, request->data);
}

static char one[] = "1", two[] = "2";
static const struct tg_handler events[] = {
	{"a", hear},
	{"back", send_back},
	{"out", throw_out},
	{NULL, NULL},
};
static const struct tg_handler more_events[] = {{"a", hear}, {"b", hear}, {NULL, NULL}};
static const struct tg_namespace first = {
	.size = sizeof(first),
	.name = "/",
	.events = events,
	.state = one,
};
static const struct tg_namespace second = {
	.size = sizeof(second),
	.name = "/",
	.events = more_events,
	.any = hear_any,
	.state = two,
};
static const struct tg_action action = {
	.size = sizeof(action), .name = "echo", .run = echo};

static struct socket *alice;

static void
setup(void)
{
	fake_new(NULL, 0);
	ck_assert_int_eq(tg_add_namespace(&first), TG_OK);
	ck_assert_int_eq(tg_add_namespace(&second), TG_OK);
	ck_assert_int_eq(tg_add_action(&action), TG_OK);
	fake_open();
	alice = fake_alice(0);
}

START_TEST(the_first_plugin_with_a_row_gets_it)
{
	fake_event(alice, "a", "1", NO_ACK);
	fake_event(alice, "b", "1", 3);
	ck_assert_str_eq(heard, "1:a;2:b?;");
}
END_TEST

START_TEST(what_has_no_row_is_for_any_and_then_for_the_actions)
{
	fake_event(alice, "c", "1", 3);
	ck_assert_str_eq(fake_said(alice), "");
	fake_event(alice, "echo", "1", 4);
	ck_assert_str_eq(heard, "2:c?;2:echo?;");
	ck_assert_str_eq(fake_said(alice),
			 "ack 4 " SAYS("RESPONSE", "ack-4", "echo", "\"data\":1") "\n");
}
END_TEST

START_TEST(events_go_back_as_they_came_with_binary_values_and_all)
{
	fake_event(alice, "back", "1,\"2\",{\"3\":[true]}", 456);
	ck_assert_str_eq(fake_said(alice), "back 1,\"2\",{\"3\":[true]}\n"
					   "ack 456 1,\"2\",{\"3\":[true]}\n");
	fake_binary_event(alice, "back", "[" TG_BINARY(0) "]", "bytes");
	ck_assert_str_eq(fake_said(alice), "back [" TG_BINARY(0) "] +bytes\n");
	fake_event(alice, "back", "", NO_ACK);
	ck_assert_str_eq(fake_said(alice), "back \n");
}
END_TEST

START_TEST(a_plugin_may_throw_out_the_client_in_the_middle)
{
	fake_event(alice, "out", "", 1);
	ck_assert_str_eq(fake_said(alice), "leave\n");
}
END_TEST

START_TEST(where_nobody_has_a_token_a_plugin_is_the_application)
{
	struct socket *s;

	fake.mount->auth = AUTH_NONE;
	fake.mount->session_required = false;
	s = fake_connect(0, "/", "{}", "");
	fake_said(s);
	fake_event(s, "echo", "1", 4);
	ck_assert_str_eq(fake_said(s), ""); /* as if there were no actions */
}
END_TEST

START_TEST(above_the_rate_plugins_are_spared)
{
	fake.mount->message_rate = (struct config_rate){1, 2};
	for (int i = 0; i < 5; i++)
		fake_event(alice, "a", "1", NO_ACK);
	ck_assert_str_eq(heard, "1:a;1:a;");
	ck_assert_uint_eq(counter_get(&fake.loops[0]->counters, COUNTER_RATE_LIMITED), 3);
}
END_TEST

Suite *
event_suite(void)
{
	Suite *s = suite_create("event");
	TCase *t = tcase_create("event");

	tcase_add_checked_fixture(t, setup, fake_free);
	tcase_add_test(t, the_first_plugin_with_a_row_gets_it);
	tcase_add_test(t, what_has_no_row_is_for_any_and_then_for_the_actions);
	tcase_add_test(t, events_go_back_as_they_came_with_binary_values_and_all);
	tcase_add_test(t, a_plugin_may_throw_out_the_client_in_the_middle);
	tcase_add_test(t, where_nobody_has_a_token_a_plugin_is_the_application);
	tcase_add_test(t, above_the_rate_plugins_are_spared);
	suite_add_tcase(s, t);
	return s;
}
