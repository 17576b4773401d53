/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/action/fake_hub.h"
#include "unit/action/suites.h"

#include <check.h>
#include <stdlib.h>

static struct socket *alice;
static struct tg_socket *tg;

static void
setup(void)
{
	fake_new(NULL, 0);
	fake_open();
	alice = fake_alice(1);
	tg = (struct tg_socket *)(void *)alice;
}

START_TEST(it_says_who_and_whence)
{
	const struct tg_identity *who = tg_identity(tg);
	struct tg_handshake h = {.size = sizeof(h)};
	struct tg_str value;

	ck_assert(tg_equal(who->user, TG("alice")) && tg_equal(who->session, TG("s1")));
	ck_assert(tg_has_permission(who, TG("stats.read")));
	ck_assert(!tg_has_permission(who, TG("stats")));
	ck_assert(tg_equal(who->claims, TG(ALICE)));
	ck_assert(tg_equal(tg_socket_nsp(tg), TG("/")));
	ck_assert_uint_eq(tg_socket_id(tg).len, SOCKET_ID_BYTES);
	ck_assert_int_eq(tg_handshake(tg, &h), TG_OK);
	ck_assert(tg_equal(h.address, TG("192.0.2.1")));
	ck_assert(tg_header(tg, TG("host"), &value) && tg_equal(value, TG("localhost")));
	ck_assert(!tg_header(tg, TG("hos"), &value));
	ck_assert(tg_query(tg, TG("artifactId"), &value) && tg_equal(value, TG("a1")));
	ck_assert(strstr(tg_handshake_json(tg).ptr, "\"cookie\":\"a, b\"") != NULL);
}
END_TEST

START_TEST(a_shorter_handshake_of_an_older_header_is_not_overrun)
{
	struct {
		struct tg_handshake h;
	} old = {.h = {.size = offsetof(struct tg_handshake, address)}};

	old.h.address = TG("mine");
	ck_assert_int_eq(tg_handshake(tg, &old.h), TG_OK);
	ck_assert(tg_equal(old.h.auth, TG("{\"x\":1}")));
	ck_assert(tg_equal(old.h.address, TG("mine")));
	old.h.size = 0;
	ck_assert_int_eq(tg_handshake(tg, &old.h), TG_E_ARGUMENT);
}
END_TEST

static int freed;

static void
count_free(void *data)
{
	ck_assert_ptr_eq(data, &freed);
	freed++;
}

START_TEST(a_plugin_keeps_one_pointer_there)
{
	int other;

	ck_assert_ptr_null(tg_data(tg));
	ck_assert_int_eq(tg_set_data(tg, &freed, count_free), TG_OK);
	ck_assert_ptr_eq(tg_data(tg), &freed);
	ck_assert_int_eq(tg_set_data(tg, &freed, count_free), TG_OK);
	ck_assert_int_eq(freed, 0); /* the same again */
	ck_assert_int_eq(tg_set_data(tg, &other, NULL), TG_OK);
	ck_assert_int_eq(freed, 1);
	ck_assert_int_eq(tg_set_data(tg, &freed, count_free), TG_OK);
	fake_disconnect(alice, "transport close");
	ck_assert_int_eq(freed, 2);
}
END_TEST

START_TEST(what_is_emitted_is_checked)
{
	static const struct tg_str bytes = {"xyz", 3};
	struct tg_args binary = {TG("1," TG_BINARY(0)), &bytes, 1};

	ck_assert_int_eq(tg_emit(tg, TG("e"), TG_JSON("1,2")), TG_OK);
	ck_assert_int_eq(tg_emit_volatile(tg, TG("e"), TG_NO_ARGS), TG_OK);
	ck_assert_int_eq(tg_emit(tg, TG("e"), binary), TG_OK);
	ck_assert_int_eq(tg_emit(tg, TG("e"), TG_JSON("1,")), TG_E_ARGUMENT);
	ck_assert_int_eq(tg_ack(tg, 1, TG_JSON("]")), TG_E_ARGUMENT);
	ck_assert_int_eq(tg_emit_ack(tg, TG("e"), TG_JSON("]"), 1, NULL, NULL),
			 TG_E_ARGUMENT);
	ck_assert_int_eq(tg_emit_ack(tg, TG("e"), TG_JSON("1"), 1, NULL, NULL),
			 TG_E_ARGUMENT);
	ck_assert_str_eq(fake_said(alice),
			 "e 1,2\nvolatile e \ne 1," TG_BINARY(0) " +xyz\n");
}
END_TEST

static int acks, ack_error;
static char ack_args[64];
static bool ack_has_socket;

static void
on_ack(struct tg_socket *s, int error, struct tg_args args, void *arg)
{
	ck_assert_ptr_eq(arg, &acks);
	acks++;
	ack_error = error;
	ack_has_socket = s != NULL;
	snprintf(ack_args, sizeof(ack_args), "%.*s", (int)args.json.len, args.json.ptr);
}

static void
emit_and_wait(void)
{
	ck_assert_int_eq(tg_emit_ack(tg, TG("q"), TG_JSON("1"), 1000, on_ack, &acks),
			 TG_OK);
	ck_assert_str_eq(fake_said(alice), "? q 1\n");
}

START_TEST(an_acknowledgement_comes_back_once)
{
	emit_and_wait();
	fake_answer(alice, 0, "5,{\"test\":true}");
	ck_assert_int_eq(acks, 1);
	ck_assert_int_eq(ack_error, 0);
	ck_assert(ack_has_socket);
	ck_assert_str_eq(ack_args, "5,{\"test\":true}");
}
END_TEST

START_TEST(no_acknowledgement_is_an_error)
{
	emit_and_wait();
	fake_answer(alice, -E_TIMEOUT, "");
	ck_assert_int_eq(ack_error, TG_E_TIMEOUT);
	ck_assert(ack_has_socket);
	emit_and_wait();
	fake_disconnect(alice, "transport close");
	ck_assert_int_eq(acks, 2);
	ck_assert_int_eq(ack_error, TG_E_GONE);
	ck_assert(!ack_has_socket);
}
END_TEST

START_TEST(rooms_are_joined_left_and_walked)
{
	struct tg_str room;
	size_t at = 0, n = 0;
	char name[300];

	memset(name, 'r', sizeof(name));
	ck_assert_int_eq(tg_join(tg, TG("chat")), TG_OK);
	ck_assert_int_eq(tg_join(tg, TG("chat")), TG_OK);
	ck_assert(tg_is_in(tg, TG("chat")));
	ck_assert_int_eq(tg_join(tg, tg_span(name, sizeof(name))), TG_E_TOO_LARGE);
	while (tg_next_room(tg, &at, &room))
		n++;
	ck_assert_uint_eq(n, 4);
	ck_assert_int_eq(tg_leave(tg, TG("chat")), TG_OK);
	ck_assert_int_eq(tg_leave(tg, TG("chat")), TG_OK);
	ck_assert(!tg_is_in(tg, TG("chat")));
}
END_TEST

Suite *
api_socket_suite(void)
{
	Suite *s = suite_create("api_socket");
	TCase *t = tcase_create("api_socket");

	tcase_add_checked_fixture(t, setup, fake_free);
	tcase_add_test(t, it_says_who_and_whence);
	tcase_add_test(t, a_shorter_handshake_of_an_older_header_is_not_overrun);
	tcase_add_test(t, a_plugin_keeps_one_pointer_there);
	tcase_add_test(t, what_is_emitted_is_checked);
	tcase_add_test(t, an_acknowledgement_comes_back_once);
	tcase_add_test(t, no_acknowledgement_is_an_error);
	tcase_add_test(t, rooms_are_joined_left_and_walked);
	suite_add_tcase(s, t);
	return s;
}
