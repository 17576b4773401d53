/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>
#include <stdlib.h>

static char heard[256]; /* what the plugin was told */
static char pending[SOCKET_ID_BYTES];

static void
hear(const char *what)
{
	strcat(heard, what);
	strcat(heard, ";");
}

static void
admit(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	struct tg_str mode;

	hear(state);
	ck_assert(tg_equal(h->auth, TG("{\"x\":1}")));
	if (!tg_query(s, TG("mode"), &mode))
		mode = TG("");
	if (tg_equal(mode, TG("refuse")))
		ck_assert_int_eq(tg_refuse(s, TG("no"), TG("{\"n\":1}")), TG_OK);
	else if (tg_equal(mode, TG("badly")))
		ck_assert_int_eq(tg_refuse(s, TG("no"), TG("{")), TG_E_ARGUMENT);
	else if (tg_equal(mode, TG("later")))
		memcpy(pending, tg_socket_id(s).ptr, sizeof(pending));
	else
		ck_assert_int_eq(tg_accept(s), TG_OK);
}

static void
connected(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	(void)state;
	hear("in");
	tg_emit(s, TG("auth"), tg_json(h->auth));
}

static void
disconnected(struct tg_socket *s, struct tg_str reason, void *state)
{
	size_t at = 0;
	struct tg_str room;

	(void)state;
	hear(tg_equal(reason, TG("transport close")) ? "out" : "thrown out");
	while (tg_next_room(s, &at, &room))
		hear("room");
}

static char first_name[] = "first", second_name[] = "second";

static const struct tg_namespace first = {
	.size = sizeof(first),
	.name = "/chat",
	.path = "/realtime",
	.admit = admit,
	.connected = connected,
	.disconnected = disconnected,
	.state = first_name,
};
static const struct tg_namespace second = {
	.size = sizeof(second),
	.name = "/chat",
	.admit = admit,
	.state = second_name,
};
static const struct tg_namespace elsewhere = {
	.size = sizeof(elsewhere),
	.name = "/there",
	.path = "/elsewhere",
};

static int freed;

static void
count_free(void *data)
{
	ck_assert_ptr_eq(data, &freed);
	freed++;
}

static void
note_return(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	(void)state;
	hear(h->recovered ? "again" : "new");
	if (tg_data(s))
		hear("data");
	tg_accept(s);
}

static void
set_data(struct tg_socket *s, const struct tg_handshake *h, void *state)
{
	(void)state;
	if (!h->recovered)
		tg_set_data(s, &freed, count_free);
}

static const struct tg_namespace keeper = {
	.size = sizeof(keeper),
	.name = "/kept",
	.admit = note_return,
	.connected = set_data,
	.keep_data = true,
};
static const struct tg_namespace loser = {
	.size = sizeof(loser),
	.name = "/lost",
	.admit = note_return,
	.connected = set_data,
};

static void
setup(void)
{
	fake_new(NULL, 0);
	ck_assert_int_eq(tg_add_namespace(&first), TG_OK);
	ck_assert_int_eq(tg_add_namespace(&second), TG_OK);
	ck_assert_int_eq(tg_add_namespace(&elsewhere), TG_OK);
	ck_assert_int_eq(tg_add_namespace(&keeper), TG_OK);
	ck_assert_int_eq(tg_add_namespace(&loser), TG_OK);
	fake_open();
}

static const char *
answer(const char *nsp, const char *claims, const char *query)
{
	struct socket *s = fake_connect(0, nsp, claims, query);

	return s ? fake_said(s) : "none";
}

START_TEST(a_session_is_required)
{
	ck_assert_str_eq(
		answer("/", ALICE, ""),
		"refuse sessionId is required {\"code\":\"SESSION_REQUIRED\"}\n");
	ck_assert_str_eq(
		answer("/", ALICE, "sessionId="),
		"refuse sessionId is required {\"code\":\"SESSION_REQUIRED\"}\n");
	fake.mount->session_required = false;
	ck_assert_str_eq(answer("/", ALICE, ""), "connect\n");
}
END_TEST

START_TEST(a_session_must_be_that_of_the_token_when_it_names_one)
{
	ck_assert_str_eq(answer("/", ALICE, "sessionId=s2"),
			 "refuse sessionId does not belong to this token "
			 "{\"code\":\"INVALID_SESSION\"}\n");
	ck_assert_str_eq(answer("/", "{\"sub\":\"bob\"}", "sessionId=s2"), "connect\n");
}
END_TEST

START_TEST(a_client_is_in_the_rooms_of_its_person_company_and_artifact)
{
	struct socket *s = fake_alice(0);
	struct socket *other = fake_connect(1, "/", ALICE, "sessionId=s1&artifactId=a2");

	ck_assert(socket_is_in(s, STR("user:alice")));
	ck_assert(socket_is_in(s, STR("company:acme")));
	ck_assert(socket_is_in(s, STR("company:acme:artifact:a1")));
	ck_assert_str_eq(fake_said(other), "connect\n");
	ck_assert(socket_is_in(other, STR("company:acme")));
	ck_assert(!socket_is_in(other, STR("company:acme:artifact:a2")));
}
END_TEST

START_TEST(company_namespaces_admit_their_own_people_only)
{
	static const char forbidden[] = "refuse not permitted {\"code\":\"FORBIDDEN\"}\n";

	ck_assert_str_eq(answer("/company/acme", ALICE, "sessionId=s1"), "connect\n");
	ck_assert_str_eq(answer("/company/umbrella", ALICE, "sessionId=s1"), forbidden);
	ck_assert_str_eq(answer("/company/acme", "{\"sub\":\"bob\"}", "sessionId=s1"),
			 forbidden);
	ck_assert_str_eq(answer("/company/acme/artifact/a1", ALICE, "sessionId=s1"),
			 "connect\n");
	ck_assert_str_eq(answer("/company/acme/artifact/a2", ALICE, "sessionId=s1"),
			 forbidden);
	ck_assert_str_eq(answer("/company/umbrella/artifact/a1", ALICE, "sessionId=s1"),
			 forbidden);
	ck_assert_str_eq(answer("/company/acme/x", ALICE, "sessionId=s1"), "none");
}
END_TEST

START_TEST(nobody_is_of_no_company)
{
	fake.mount->auth = AUTH_NONE;
	fake.mount->session_required = false;
	ck_assert_str_eq(answer("/company/acme", "{}", ""),
			 "refuse not permitted {\"code\":\"FORBIDDEN\"}\n");
	ck_assert_str_eq(answer("/", "{}", ""), "connect\n");
}
END_TEST

START_TEST(a_namespace_of_another_mount_is_none)
{
	ck_assert_str_eq(answer("/there", ALICE, "sessionId=s1"),
			 "refuse Invalid namespace \n");
	ck_assert_str_eq(answer("/nowhere", ALICE, "sessionId=s1"), "none");
}
END_TEST

START_TEST(each_plugin_is_asked_and_then_told)
{
	struct socket *s = fake_connect(0, "/chat", ALICE, "sessionId=s1");

	ck_assert_str_eq(fake_said(s), "connect\nauth {\"x\":1}\n");
	ck_assert_str_eq(heard, "first;second;in;");
	fake_disconnect(s, "transport close");
	ck_assert_str_eq(heard, "first;second;in;out;room;room;");
}
END_TEST

START_TEST(the_first_refusal_counts)
{
	ck_assert_str_eq(answer("/chat", ALICE, "sessionId=s1&mode=refuse"),
			 "refuse no {\"n\":1}\n");
	ck_assert_str_eq(heard, "first;");
}
END_TEST

static void
let_in(struct tg_socket *s, void *arg)
{
	*(int *)arg = s ? tg_accept(s) : 1;
}

START_TEST(a_plugin_may_take_its_time)
{
	struct socket *s = fake_connect(1, "/chat", ALICE, "sessionId=s1&mode=later");
	int error = -1;

	ck_assert_str_eq(fake_said(s), "");
	fake_enter(0);
	ck_assert_int_eq(tg_on_socket(tg_span(pending, sizeof(pending)), let_in, &error),
			 TG_OK);
	fake_turn(); /* the second plugin is asked, later too */
	ck_assert_int_eq(error, TG_OK);
	ck_assert_str_eq(fake_said(s), "");
	fake_enter(1);
	ck_assert_int_eq(tg_accept((struct tg_socket *)(void *)s), TG_OK);
	ck_assert_str_eq(fake_said(s), "connect\nauth {\"x\":1}\n");
	ck_assert_int_eq(tg_accept((struct tg_socket *)(void *)s), TG_E_STATE);
}
END_TEST

START_TEST(who_leaves_while_a_plugin_thinks_is_gone)
{
	struct socket *s = fake_connect(0, "/chat", ALICE, "sessionId=s1&mode=later");
	int error = -1;

	fake_disconnect(s, "transport close");
	ck_assert_int_eq(tg_on_socket(tg_span(pending, sizeof(pending)), let_in, &error),
			 TG_OK);
	fake_turn();
	ck_assert_int_eq(error, 1);
	ck_assert_str_eq(heard, "first;");
}
END_TEST

START_TEST(a_refusal_with_broken_data_is_an_error_to_the_plugin)
{
	struct socket *s = fake_connect(0, "/chat", ALICE, "sessionId=s1&mode=badly");

	ck_assert_str_eq(fake_said(s), "");
}
END_TEST

START_TEST(a_client_that_comes_back_finds_the_plugins_data)
{
	struct socket *s = fake_connect(0, "/kept", ALICE, "sessionId=s1");

	fake_lose(s);
	ck_assert_int_eq(freed, 0);
	s = fake_return(s, 1);
	ck_assert_str_eq(fake_said(s), "connect\n");
	ck_assert_str_eq(heard, "new;again;data;");
	fake_disconnect(s, "client namespace disconnect");
	ck_assert_int_eq(freed, 1);
}
END_TEST

START_TEST(data_of_a_client_that_does_not_come_back_is_given_back)
{
	struct socket *s = fake_connect(0, "/kept", ALICE, "sessionId=s1");

	fake_lose(s);
	fake_forget(s);
	ck_assert_int_eq(freed, 1);
}
END_TEST

START_TEST(data_that_nobody_asked_to_keep_is_given_back_at_once)
{
	struct socket *s = fake_connect(0, "/lost", ALICE, "sessionId=s1");

	fake_lose(s);
	ck_assert_int_eq(freed, 1);
	fake_return(s, 1);
	ck_assert_str_eq(heard, "new;again;");
}
END_TEST

Suite *
connect_suite(void)
{
	Suite *s = suite_create("connect");
	TCase *t = tcase_create("connect");

	tcase_add_checked_fixture(t, setup, fake_free);
	tcase_add_test(t, a_session_is_required);
	tcase_add_test(t, a_session_must_be_that_of_the_token_when_it_names_one);
	tcase_add_test(t, a_client_is_in_the_rooms_of_its_person_company_and_artifact);
	tcase_add_test(t, company_namespaces_admit_their_own_people_only);
	tcase_add_test(t, nobody_is_of_no_company);
	tcase_add_test(t, a_namespace_of_another_mount_is_none);
	tcase_add_test(t, each_plugin_is_asked_and_then_told);
	tcase_add_test(t, the_first_refusal_counts);
	tcase_add_test(t, a_plugin_may_take_its_time);
	tcase_add_test(t, who_leaves_while_a_plugin_thinks_is_gone);
	tcase_add_test(t, a_refusal_with_broken_data_is_an_error_to_the_plugin);
	tcase_add_test(t, a_client_that_comes_back_finds_the_plugins_data);
	tcase_add_test(t, data_of_a_client_that_does_not_come_back_is_given_back);
	tcase_add_test(t, data_that_nobody_asked_to_keep_is_given_back_at_once);
	suite_add_tcase(s, t);
	return s;
}
