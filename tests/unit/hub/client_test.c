/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket.IO packets of one client, byte for byte. */
#include "hub/client.h"

#include "base/errors.h"
#include "net/loop.h"
#include "policy/limit.h"
#include "session/sid.h"
#include "unit/hub/hub_rig.h"
#include "unit/hub/suites.h"

#include <stdio.h>

static struct hub_rig h;
static struct peer *peer;

static void
set_up(void)
{
	hub_rig_open(&h, "", 1);
	peer = peer_open(&h.e.rig, 0);
	engine_opens_websocket(&h.e, peer);
}

static void
tear_down(void)
{
	hub_rig_close(&h);
}

static void
bytes(const char *text)
{
	peer_frame(peer, WS_BINARY, true, str_from(text));
	rig_turn(&h.e.rig);
}

static void
join(void)
{
	peer_sends(peer, "40");
	hub_takes_connect(&h, peer, "");
	hub_told(&h, "connect / ; ");
}

/* --- CONNECT ----------------------------------------------------------------------------- */

START_TEST(connecting_is_answered_with_the_sid_alone)
{
	peer_sends(peer, "40{\"token\":\"123\"}");
	hub_takes_connect(&h, peer, "");
	hub_told(&h, "connect / {\"token\":\"123\"}; ");
	peer_hears_nothing(peer);
}
END_TEST

START_TEST(a_namespace_is_joined_with_or_without_its_comma_and_without_the_main_one)
{
	peer_sends(peer, _i ? "40/static" : "40/static,");
	hub_takes_connect(&h, peer, "/static,");
	hub_told(&h, "connect /static ; ");
}
END_TEST

START_TEST(an_unknown_namespace_is_refused_byte_for_byte)
{
	peer_sends(peer, "40/random");
	peer_receives(peer, "44/random,{\"message\":\"Invalid namespace\"}");
	hub_told(&h, "");
	peer_sends(peer, "40/no,");
	peer_receives(peer, "44/no,{\"message\":\"not you\",\"data\":{\"code\":\"X\"}}");
	hub_told(&h, "connect /no ; ");
	join();
}
END_TEST

START_TEST(a_client_asks_for_namespaces_no_faster_than_it_may)
{
	tear_down();
	hub_rig_open(&h, "    connect_rate: 1/s burst 3\n", 1);
	peer = peer_open(&h.e.rig, 0);
	engine_opens_websocket(&h.e, peer);
	for (int i = 0; i < 4; i++) { /* the first to be joined is not remembered */
		join();
		peer_sends(peer, "41");
		hub_told(&h, "disconnect client namespace disconnect; ");
	}
	for (int i = 0; i < 2; i++) {
		peer_sends(peer, i ? "40" : "40/random,");
		peer_receives(peer, i ? "44{\"message\":\"too many messages\",\"data\":{"
					"\"code\":\"RATE_LIMITED\"}}"
				      : "44/random,{\"message\":\"too many messages\","
					"\"data\":{\"code\":\"RATE_LIMITED\"}}");
	}
	hub_told(&h, "");
	ck_assert_uint_eq(counter_get(&h.e.rig.loop[0]->counters, COUNTER_RATE_LIMITED),
			  2);
	rig_pass(&h.e.rig, 1000);
	join();
}
END_TEST

START_TEST(an_answer_may_come_later_and_only_once)
{
	struct socket *s;

	peer_sends(peer, "40/later,");
	peer_hears_nothing(peer);
	s = h.newest;
	ck_assert_int_eq(socket_emit(s, &(struct event_out){.name = STR("x")}, false),
			 -E_GONE);
	ck_assert_int_eq(socket_join(s, STR("room")), 0);
	if (_i) {
		ck_assert_int_eq(socket_accept(s), 0);
		ck_assert_int_eq(socket_accept(s), -E_STATE);
		ck_assert_int_eq(socket_refuse(s, STR("x"), STR("")), -E_STATE);
		rig_turn(&h.e.rig);
		hub_takes_connect(&h, peer, "/later,");
	} else {
		ck_assert_int_eq(socket_refuse(s, STR("no \"way\""), STR("")), 0);
		ck_assert_int_eq(socket_accept(s), -E_STATE);
		rig_turn(&h.e.rig);
		peer_receives(peer, "44/later,{\"message\":\"no \\\"way\\\"\"}");
		ck_assert_int_eq(h.sockets_n, 0);
	}
}
END_TEST

START_TEST(a_client_that_leaves_before_the_answer_is_forgotten)
{
	peer_sends(peer, "40/later,");
	peer_ends(peer);
	hub_told(&h, "connect /later ; ");
	ck_assert_int_eq(h.sockets_n, 0);
}
END_TEST

START_TEST(connecting_twice_closes_the_transport)
{
	join();
	peer_sends(peer, "40");
	peer_takes_close(peer, 1005);
	hub_told(&h, "disconnect parse error; ");
}
END_TEST

START_TEST(asking_again_before_the_answer_changes_nothing)
{
	peer_sends(peer, "40/later,");
	peer_sends(peer, "40/later,");
	peer_hears_nothing(peer);
	hub_told(&h, "connect /later ; ");
}
END_TEST

START_TEST(a_query_is_a_part_of_the_name_of_a_namespace)
{
	char name[300] = "40/";

	peer_sends(peer, "40/static?token=1,");
	peer_receives(peer, "44/static?token=1,{\"message\":\"Invalid namespace\"}");
	memset(name + 3, 'n', 255);
	peer_sends(peer, strcat(name, "?"));
	peer_takes_close(peer, 1005);
}
END_TEST

START_TEST(an_address_has_so_many_clients_that_joined_nothing_and_no_more)
{
	struct peer *newcomer[2];

	tear_down();
	hub_rig_open(&h, "    newcomers: 2\n", 1);
	h.hubs.newcomers = limit_table_new(16);
	for (int i = 0; i < 2; i++) {
		newcomer[i] = peer_open(&h.e.rig, 0);
		engine_opens_websocket(&h.e, newcomer[i]);
	}
	peer = peer_open(&h.e.rig, 0);
	for (int i = 0; i < 2; i++) {
		peer_asks(peer, "GET", "/e/?EIO=4&transport=polling", "", "");
		peer_gets(peer, 429, NULL);
		if (i == 0) { /* one joins, another one comes */
			peer_sends(newcomer[0], "40");
			engine_opens(&h.e, peer);
		}
	}
	peer_ends(newcomer[1]); /* one leaves, another one comes */
	engine_opens(&h.e, peer);
	rig_pass(&h.e.rig, 1000); /* connect_timeout */
	ck_assert_uint_eq(limit_keys_n(h.hubs.newcomers), 0);
	limit_table_free(h.hubs.newcomers);
	h.hubs.newcomers = NULL;
}
END_TEST

START_TEST(a_client_is_in_so_many_namespaces_and_no_more)
{
	hub_rig_close(&h);
	hub_rig_open(&h, "    client_namespaces: 2\n", 1);
	peer = peer_open(&h.e.rig, 0);
	engine_opens_websocket(&h.e, peer);
	join();
	peer_sends(peer, "40/later,"); /* who only asks counts, too */
	peer_sends(peer, "40/static,");
	peer_receives(peer, "44/static,{\"message\":\"too many namespaces\","
			    "\"data\":{\"code\":\"TOO_MANY_NAMESPACES\"}}");
	hub_told(&h, "connect /later ; ");
	peer_sends(peer, "41");
	peer_sends(peer, "40/static,");
	hub_takes_connect(&h, peer, "/static,");
}
END_TEST

/* Whether they may go on as before is asked on another loop, for both at once. */
START_TEST(namespaces_asked_for_at_once_are_no_more_either)
{
	char pid[SOCKET_SID_BYTES], text[128];
	static const char *const heads[] = {"40", "40/static,"};

	hub_rig_close(&h);
	hub_rig_open(&h, "    client_namespaces: 1\n    recovery: 1s\n", 2);
	peer = peer_open(&h.e.rig, 0);
	engine_opens_websocket(&h.e, peer);
	socket_sid_new(1, pid);
	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "%s{\"pid\":\"%.*s\",\"offset\":\"0.1\"}",
			 heads[i], SOCKET_SID_BYTES, pid);
		peer_frame(peer, WS_TEXT, true, str_from(text));
	}
	rig_turn(&h.e.rig);
	ck_assert_int_eq(h.sockets_n, 1);
	h.told[0] = '\0';
	stream_memory_read(&peer->memory, peer->memory.to_client.len);
}
END_TEST

START_TEST(a_client_that_joins_nothing_is_closed_in_time)
{
	rig_pass(&h.e.rig, 999);
	peer_hears_nothing(peer);
	rig_pass(&h.e.rig, 1);
	peer_takes_close(peer, 1005);
	hub_told(&h, "");
}
END_TEST

START_TEST(a_client_that_joined_is_not)
{
	join();
	rig_pass(&h.e.rig, 5000);
	peer_hears_nothing(peer);
}
END_TEST

/* --- EVENT and ACK ----------------------------------------------------------------------- */

START_TEST(events_come_up_as_they_were_sent)
{
	join();
	peer_sends(peer, "42[\"message\",1,\"2\",{\"3\":[true]}]");
	peer_sends(peer, "42[\"no args\"]");
	peer_sends(peer, "42[\"esc\\u0061ped\\n\", 1 ]");
	hub_told(&h, "event message 1,\"2\",{\"3\":[true]}; event no args ; event "
		     "escaped\n 1; ");
}
END_TEST

START_TEST(an_event_of_the_server_is_byte_exact)
{
	join();
	socket_emit(h.newest,
		    &(struct event_out){.name = STR("a\"b"), .args = STR("1,{\"x\": 2}")},
		    false);
	rig_turn(&h.e.rig);
	peer_receives(peer, "42[\"a\\\"b\",1,{\"x\": 2}]");
}
END_TEST

START_TEST(acknowledgements_carry_their_number_back)
{
	join();
	peer_sends(peer, "42456[\"x\",1,\"2\",{\"3\":[false]}]");
	peer_receives(peer, "43456[1,\"2\",{\"3\":[false]}]");
	peer_sends(peer, "420[\"x\"]");
	peer_receives(peer, "430[]");
}
END_TEST

static char acked[256];

static void
on_ack(void *arg, int error, struct str args, const struct str *attachments,
       size_t attachments_n)
{
	size_t n = strlen(acked);

	(void)attachments;
	snprintf(acked + n, sizeof(acked) - n, "%s:%d:%.*s:%zu; ", (char *)arg, error,
		 STR_ARG(args), attachments_n);
}

static void
ask(const char *name, uint32_t timeout_ms)
{
	ck_assert_int_eq(socket_emit_ack(h.newest, &(struct event_out){.name = STR("q")},
					 timeout_ms, on_ack, (void *)(uintptr_t)name),
			 0);
}

START_TEST(an_answer_is_told_once_and_strangers_are_ignored)
{
	acked[0] = '\0';
	join();
	ask("a", 0);
	ask("b", 0);
	rig_turn(&h.e.rig);
	peer_receives(peer, "420[\"q\"]");
	peer_receives(peer, "421[\"q\"]");
	peer_sends(peer, "431[\"second\",2]");
	peer_sends(peer, "431[\"again\"]");
	peer_sends(peer, "4377[]");
	peer_sends(peer, "43[\"of what?\"]");
	peer_sends(peer, "430[]");
	ck_assert_str_eq(acked, "b:0:\"second\",2:0; a:0::0; ");
	ck_assert_uint_eq(counter_get(&h.e.rig.loop[0]->counters, COUNTER_STRAY_PACKETS),
			  3);
}
END_TEST

START_TEST(an_answer_that_does_not_come_times_out_or_goes_with_the_socket)
{
	char wanted[64];

	acked[0] = '\0';
	join();
	ask("slow", 500);
	ask("open", 0);
	rig_pass(&h.e.rig, 499);
	ck_assert_str_eq(acked, "");
	rig_pass(&h.e.rig, 1);
	snprintf(wanted, sizeof(wanted), "slow:%d::0; ", -E_TIMEOUT);
	ck_assert_str_eq(acked, wanted);
	acked[0] = '\0';
	peer_ends(peer);
	snprintf(wanted, sizeof(wanted), "open:%d::0; ", -E_GONE);
	ck_assert_str_eq(acked, wanted);
}
END_TEST

START_TEST(a_client_that_never_answers_is_not_asked_for_ever)
{
	struct event_out event = {.name = STR("q")};
	static char name[] = "a"; /* the last answers come in tear_down */

	tear_down();
	hub_rig_open(&h, "    acks: 2\n", 1);
	peer = peer_open(&h.e.rig, 0);
	engine_opens_websocket(&h.e, peer);
	join();
	acked[0] = '\0';
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(socket_emit_ack(h.newest, &event, 0, on_ack, name), 0);
	ck_assert_int_eq(socket_emit_ack(h.newest, &event, 0, on_ack, name), -E_FULL);
	ck_assert_uint_eq(counter_get(&h.e.rig.loop[0]->counters, COUNTER_ACKS_REFUSED),
			  1);
	peer_sends(peer, "430[]");
	ck_assert_int_eq(socket_emit_ack(h.newest, &event, 0, on_ack, name), 0);
	ck_assert_str_eq(acked, "a:0::0; ");
}
END_TEST

/* --- binary ------------------------------------------------------------------------------ */

START_TEST(a_packet_waits_for_its_attachments)
{
	join();
	peer_sends(peer, "452-7[\"m\",{\"_placeholder\":true,\"num\":0},{\"_"
			 "placeholder\":true,\"num\":1}]");
	bytes("abc");
	hub_told(&h, "");
	bytes("de");
	hub_told(&h,
		 "event m "
		 "{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1} "
		 "<abc> <de>; ");
	peer_receives(peer, "462-7[{\"_placeholder\":true,\"num\":0},{\"_placeholder\":"
			    "true,\"num\":1}]");
	peer_takes_frame(peer, WS_BINARY, STR("abc"));
	peer_takes_frame(peer, WS_BINARY, STR("de"));
}
END_TEST

START_TEST(pings_do_not_come_between_a_packet_and_its_attachments)
{
	join();
	peer_sends(peer, "451-[\"m\",{\"_placeholder\":true,\"num\":0}]");
	rig_pass(&h.e.rig, 25000);
	peer_receives(peer, "2");
	peer_sends(peer, "3");
	bytes("x");
	hub_told(&h, "event m {\"_placeholder\":true,\"num\":0} <x>; ");
}
END_TEST

START_TEST(a_client_may_leave_between_attachments)
{
	join();
	peer_sends(peer, "452-[\"m\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":"
			 "true,\"num\":1}]");
	bytes("abc");
	peer_ends(peer);
	hub_told(&h, "disconnect transport close; ");
}
END_TEST

static const char *const bad[] = {
	"4abc",
	"42{}",
	"42abc[\"x\"]",
	"42[\"connect\"]",
	"42[]",
	"42/static,[\"x\"]",
	"4",
	"43[]x",
	"44{}",
	"47",
	"42[\"x\",\xc3\xa9",
	"45-[\"x\"]",
	"459-[\"m\",{\"_placeholder\":true,\"num\":0}]",
	"451-[\"m\",{\"_placeholder\":true,\"num\":1}]",
};

START_TEST(a_packet_that_is_none_closes_the_transport)
{
	join();
	peer_sends(peer, bad[_i]);
	ck_assert(peer->memory.to_client.len > 0 || peer_is_closed(peer));
	ck_assert_str_ne(h.told, "");
	ck_assert_ptr_nonnull(strstr(h.told, "disconnect "));
	ck_assert_ptr_null(engine_session(&h.e));
}
END_TEST

START_TEST(a_first_packet_that_is_no_connect_closes_the_transport)
{
	static const char *const first[] = {"4abc", "42[\"x\"]", "41", "430[]"};

	peer_sends(peer, first[_i]);
	peer_takes_close(peer, 1005);
	hub_told(&h, "");
}
END_TEST

START_TEST(attachments_out_of_place_or_too_large_close_the_transport)
{
	char big[2100] = {0};

	memset(big, 'x', sizeof(big) - 1);
	join();
	if (_i > 0)
		peer_sends(peer, "452-[\"m\",{\"_placeholder\":true,\"num\":0},"
				 "{\"_placeholder\":true,\"num\":1}]");
	if (_i == 1)
		peer_sends(peer, "42[\"x\"]");
	if (_i == 2)
		bytes(big);
	if (_i != 1)
		bytes(big);
	peer_takes_close(peer, 1005);
	hub_told(&h, "disconnect parse error; ");
}
END_TEST

/* --- DISCONNECT -------------------------------------------------------------------------- */

START_TEST(leaving_a_namespace_keeps_the_others_and_the_transport)
{
	join();
	peer_sends(peer, "40/static,");
	hub_takes_connect(&h, peer, "/static,");
	h.told[0] = '\0';
	peer_sends(peer, "41/static");
	hub_told(&h, "disconnect client namespace disconnect; ");
	peer_sends(peer, "42[\"x\",1]");
	hub_told(&h, "event x 1; ");
	peer_sends(peer, "41");
	hub_told(&h, "disconnect client namespace disconnect; ");
	rig_pass(&h.e.rig, 25000);
	peer_receives(peer, "2");
	peer_sends(peer, "3");
	join();
}
END_TEST

START_TEST(the_server_may_end_one_namespace_or_everything)
{
	join();
	peer_sends(peer, "40/static,");
	hub_takes_connect(&h, peer, "/static,");
	h.told[0] = '\0';
	socket_disconnect(h.newest, _i);
	rig_turn(&h.e.rig);
	peer_receives(peer, "41/static,");
	if (!_i) {
		hub_told(&h, "disconnect server namespace disconnect; ");
		peer_hears_nothing(peer);
		return;
	}
	hub_told(&h, "disconnect server namespace disconnect; disconnect forced server "
		     "close; ");
	peer_takes_close(peer, 1005);
}
END_TEST

START_TEST(every_socket_of_a_lost_client_is_told_why)
{
	join();
	peer_sends(peer, "40/static,");
	h.told[0] = '\0';
	peer_ends(peer);
	hub_told(&h, "disconnect transport close; disconnect transport close; ");
	ck_assert_int_eq(h.sockets_n, 0);
}
END_TEST

static struct socket *other;

static void
close_other(struct hub_rig *rig, struct socket *s)
{
	(void)rig;
	(void)s;
	if (socket_is_connected(other))
		socket_disconnect(other, true);
}

START_TEST(a_handler_may_close_the_client_whose_socket_leaves)
{
	join();
	other = h.newest;
	peer_sends(peer, "40/static,");
	h.told[0] = '\0';
	h.on_disconnect = close_other;
	if (_i)
		peer_ends(peer);
	else
		peer_sends(peer, "41/static");
	ck_assert_int_eq(h.sockets_n, 0);
	ck_assert_ptr_null(engine_session(&h.e));
}
END_TEST

START_TEST(a_handler_may_close_a_polling_client_that_has_something_queued)
{
	struct peer *poller = peer_open(&h.e.rig, 0);

	engine_opens(&h.e, poller);
	engine_posts(&h.e, poller, "40");
	other = h.newest;
	engine_posts(&h.e, poller, "40/static,");
	h.told[0] = '\0';
	h.on_disconnect = close_other;
	session_close(engine_session(&h.e), "test");
	hub_told(&h, "disconnect test; disconnect test; ");
	ck_assert_int_eq(h.sockets_n, 0);
}
END_TEST

/* --- cut, polling, EIO 3 ----------------------------------------------------------------- */

START_TEST(polling_carries_the_same_packets)
{
	struct peer *poller = peer_open(&h.e.rig, 0);
	char body[128];

	engine_opens(&h.e, poller);
	engine_posts(&h.e, poller,
		     "40\x1e"
		     "42[\"x\",1]\x1e"
		     "421[\"y\",2]");
	snprintf(body, sizeof(body),
		 "40{\"sid\":\"%.*s\"}\x1e"
		 "431[2]",
		 STR_ARG(socket_id(h.newest)));
	engine_polls_for(&h.e, poller, body);
	hub_told(&h, "connect / ; event x 1; event y 2; ");
}
END_TEST

START_TEST(clients_of_protocol_3_are_in_the_main_namespace_at_once)
{
	struct peer *poller;

	tear_down();
	hub_rig_open(&h, "    eio3: true\n", 1);
	poller = peer_open(&h.e.rig, 0);
	engine_opens(&h.e, poller);
	hub_told(&h, "connect / ; ");
	ck_assert_ptr_nonnull(strstr(poller->body, "2:40"));
}
END_TEST

START_TEST(the_query_of_a_namespace_is_the_auth_of_a_client_of_protocol_3)
{
	tear_down();
	hub_rig_open(&h, "    eio3: true\n", 1);
	peer = peer_open(&h.e.rig, 0);
	peer_upgrades(peer, "/e/?EIO=3&transport=websocket", "");
	hub_told(&h, "connect / ; ");
	peer_sends(peer, "40/static?token=a%22b&x=1+%C3%A4&bad=%zz&%ff");
	hub_told(
		&h,
		"connect /static {\"token\":\"a\\\"b\",\"x\":\"1 ä\",\"\uFFFD\":\"\"}; ");
	peer_sends(peer, "42/static?token=a,[\"e\"]");
	hub_told(&h, "event e ; ");
}
END_TEST

START_TEST(the_query_of_a_namespace_is_no_longer_than_that_of_a_request)
{
	char text[9000] = "40/static?";

	memset(text + 10, 'q', 8192 - 7);
	tear_down();
	hub_rig_open(&h, "    eio3: true\n", 1);
	peer = peer_open(&h.e.rig, 0);
	peer_upgrades(peer, "/e/?EIO=3&transport=websocket", "");
	peer_sends(peer, text);
	hub_told(&h, "connect / ; disconnect parse error; ");
}
END_TEST

Suite *
client_suite(void)
{
	Suite *s = suite_create("client");
	TCase *t = tcase_create("client");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, connecting_is_answered_with_the_sid_alone);
	tcase_add_loop_test(
		t,
		a_namespace_is_joined_with_or_without_its_comma_and_without_the_main_one,
		0, 2);
	tcase_add_test(t, an_unknown_namespace_is_refused_byte_for_byte);
	tcase_add_test(t, a_client_asks_for_namespaces_no_faster_than_it_may);
	tcase_add_loop_test(t, an_answer_may_come_later_and_only_once, 0, 2);
	tcase_add_test(t, a_client_that_leaves_before_the_answer_is_forgotten);
	tcase_add_test(t, connecting_twice_closes_the_transport);
	tcase_add_test(t, asking_again_before_the_answer_changes_nothing);
	tcase_add_test(t, a_query_is_a_part_of_the_name_of_a_namespace);
	tcase_add_test(t, an_address_has_so_many_clients_that_joined_nothing_and_no_more);
	tcase_add_test(t, a_client_is_in_so_many_namespaces_and_no_more);
	tcase_add_test(t, namespaces_asked_for_at_once_are_no_more_either);
	tcase_add_test(t, a_client_that_joins_nothing_is_closed_in_time);
	tcase_add_test(t, a_client_that_joined_is_not);
	tcase_add_test(t, events_come_up_as_they_were_sent);
	tcase_add_test(t, an_event_of_the_server_is_byte_exact);
	tcase_add_test(t, acknowledgements_carry_their_number_back);
	tcase_add_test(t, an_answer_is_told_once_and_strangers_are_ignored);
	tcase_add_test(t, an_answer_that_does_not_come_times_out_or_goes_with_the_socket);
	tcase_add_test(t, a_client_that_never_answers_is_not_asked_for_ever);
	tcase_add_test(t, a_packet_waits_for_its_attachments);
	tcase_add_test(t, pings_do_not_come_between_a_packet_and_its_attachments);
	tcase_add_test(t, a_client_may_leave_between_attachments);
	tcase_add_loop_test(t, a_packet_that_is_none_closes_the_transport, 0,
			    sizeof(bad) / sizeof(bad[0]));
	tcase_add_loop_test(t, a_first_packet_that_is_no_connect_closes_the_transport, 0,
			    4);
	tcase_add_loop_test(t, attachments_out_of_place_or_too_large_close_the_transport,
			    0, 3);
	tcase_add_test(t, leaving_a_namespace_keeps_the_others_and_the_transport);
	tcase_add_loop_test(t, the_server_may_end_one_namespace_or_everything, 0, 2);
	tcase_add_test(t, every_socket_of_a_lost_client_is_told_why);
	tcase_add_loop_test(t, a_handler_may_close_the_client_whose_socket_leaves, 0, 2);
	tcase_add_test(t, a_handler_may_close_a_polling_client_that_has_something_queued);
	tcase_add_test(t, polling_carries_the_same_packets);
	tcase_add_test(t, clients_of_protocol_3_are_in_the_main_namespace_at_once);
	tcase_add_test(t, the_query_of_a_namespace_is_the_auth_of_a_client_of_protocol_3);
	tcase_add_test(t, the_query_of_a_namespace_is_no_longer_than_that_of_a_request);
	suite_add_tcase(s, t);
	return s;
}
