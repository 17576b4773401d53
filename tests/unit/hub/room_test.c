/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms and broadcasts over two loops, against a table of who is in what. */
#include "hub/room.h"

#include "base/errors.h"
#include "net/loop.h"
#include "unit/hub/hub_rig.h"
#include "unit/hub/suites.h"

#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 10, ROOMS = 6 };

static struct hub_rig h;
static struct peer *peers[PEOPLE];
static struct socket *sockets[PEOPLE]; /* NULL: gone */
static char ids[PEOPLE][SOCKET_ID_BYTES];
static bool in[PEOPLE][ROOMS];

static struct str
room_called(int i)
{
	static char names[ROOMS + 1][16];

	snprintf(names[i], sizeof(names[i]), "room%d", i);
	return str_from(names[i]);
}

static void
enter(int i, const char *nsp)
{
	peers[i] = hub_joins(&h, (size_t)i % 2, nsp);
	sockets[i] = h.newest;
	memcpy(ids[i], socket_id(h.newest).ptr, SOCKET_ID_BYTES);
}

static void
set_up(void)
{
	hub_rig_open(&h, "    queue_hard: 1MB\n", 2);
	memset(in, 0, sizeof(in));
	for (int i = 0; i < PEOPLE; i++)
		enter(i, "/");
}

static void
tear_down(void)
{
	hub_rig_close(&h);
}

static int
got(struct peer *p)
{
	int n = 0;

	while (p->memory.to_client.len) {
		peer_receives(p, "42[\"news\",1]");
		n++;
	}
	return n;
}

/* --- one room ---------------------------------------------------------------------------- */

START_TEST(joining_twice_and_leaving_twice_are_harmless)
{
	ck_assert_int_eq(socket_join(sockets[0], STR("a")), 0);
	ck_assert_int_eq(socket_join(sockets[0], STR("a")), 0);
	ck_assert(socket_is_in(sockets[0], STR("a")));
	ck_assert(!socket_is_in(sockets[2], STR("a")));
	socket_leave(sockets[0], STR("a"));
	socket_leave(sockets[0], STR("a"));
	socket_leave(sockets[0], STR("never"));
	ck_assert(!socket_is_in(sockets[0], STR("a")));
	ck_assert_uint_eq(namespace_find(h.hub[0], STR("/"))->rooms.places.n, 0);
}
END_TEST

START_TEST(a_name_must_be_something_and_not_too_much)
{
	char name[257];

	memset(name, 'n', sizeof(name));
	ck_assert_int_eq(socket_join(sockets[0], STR("")), -E_TOO_LARGE);
	ck_assert_int_eq(socket_join(sockets[0], (struct str){name, 257}), -E_TOO_LARGE);
	ck_assert_int_eq(socket_join(sockets[0], (struct str){name, 256}), 0);
	ck_assert_int_eq(socket_join(sockets[0], STR("\0bytes")), 0);
	ck_assert(socket_is_in(sockets[0], STR("\0bytes")));
	ck_assert(!socket_is_in(sockets[0], STR("\0bytez")));
}
END_TEST

START_TEST(rooms_of_the_same_name_in_two_namespaces_are_two)
{
	struct peer *p = hub_joins(&h, 0, "/static");

	ck_assert_int_eq(socket_join(h.newest, STR("a")), 0);
	ck_assert_int_eq(socket_join(sockets[0], STR("a")), 0);
	ck_assert_int_eq(
		hub_broadcast(&h.hubs, h.hub[0],
			      &(struct target){.nsp = STR("/static"),
					       .rooms = (struct str[]){STR("a")},
					       .rooms_n = 1},
			      &(struct event_out){.name = STR("news"), .args = STR("1")}),
		0);
	rig_turn(&h.e.rig);
	peer_receives(p, "42/static,[\"news\",1]");
	peer_hears_nothing(peers[0]);
}
END_TEST

START_TEST(a_walk_shows_each_room_once)
{
	bool seen[ROOMS] = {false};
	struct str name;
	int n = 0;

	for (int r = 0; r < ROOMS; r++)
		ck_assert_int_eq(socket_join(sockets[0], room_called(r)), 0);
	for (size_t at = 0; socket_each_room(sockets[0], &at, &name); n++)
		seen[name.ptr[4] - '0'] = true;
	ck_assert_int_eq(n, ROOMS);
	for (int r = 0; r < ROOMS; r++)
		ck_assert(seen[r]);
}
END_TEST

/* --- against the table ------------------------------------------------------------------- */

static void
leave_for_good(int i)
{
	peer_ends(peers[i]);
	sockets[i] = NULL;
	memset(in[i], 0, sizeof(in[i]));
}

static void
change(void)
{
	int i = (int)(random() % PEOPLE), r = (int)(random() % ROOMS);

	if (!sockets[i])
		return;
	switch (random() % 20) {
	case 0:
		leave_for_good(i);
		break;
	case 1:
	case 2:
	case 3:
	case 4:
	case 5:
	case 6:
	case 7:
		socket_leave(sockets[i], room_called(r));
		in[i][r] = false;
		break;
	default:
		ck_assert_int_eq(socket_join(sockets[i], room_called(r)), 0);
		in[i][r] = true;
	}
}

static void
compare(void)
{
	for (int i = 0; i < PEOPLE; i++) {
		size_t at = 0, n = 0, wanted = 0;
		struct str name;

		if (!sockets[i])
			continue;
		for (int r = 0; r < ROOMS; r++) {
			ck_assert_int_eq(socket_is_in(sockets[i], room_called(r)),
					 in[i][r]);
			wanted += in[i][r];
		}
		while (socket_each_room(sockets[i], &at, &name))
			n++;
		ck_assert_uint_eq(n, wanted);
	}
}

/* A random target; returns for whom it is in wanted. */
static void
broadcast(struct hub *from)
{
	struct str rooms[ROOMS + 1], except[ROOMS + 1];
	struct target to = {.nsp = STR("/"), .rooms = rooms, .except = except};
	bool wanted[PEOPLE];
	bool named_any = false;

	for (int i = 0; i < PEOPLE; i++)
		wanted[i] = false;
	for (int r = 0; r < ROOMS; r++) {
		if (random() % 3)
			continue;
		rooms[to.rooms_n++] = room_called(r);
		named_any = true;
		for (int i = 0; i < PEOPLE; i++)
			wanted[i] |= in[i][r];
	}
	if (random() % 2) { /* a socket's id is a room of its own */
		int i = (int)(random() % PEOPLE);

		rooms[to.rooms_n++] = (struct str){ids[i], SOCKET_ID_BYTES};
		named_any = true;
		wanted[i] = true;
	}
	for (int i = 0; i < PEOPLE && !named_any; i++)
		wanted[i] = true;
	for (int r = 0; r < ROOMS; r++) {
		if (random() % 5)
			continue;
		except[to.except_n++] = room_called(r);
		for (int i = 0; i < PEOPLE; i++)
			wanted[i] &= !in[i][r];
	}
	if (random() % 3 == 0) {
		int i = (int)(random() % PEOPLE);

		except[to.except_n++] = (struct str){ids[i], SOCKET_ID_BYTES};
		wanted[i] = false;
	}
	ck_assert_int_eq(
		hub_broadcast(&h.hubs, from, &to,
			      &(struct event_out){.name = STR("news"), .args = STR("1")}),
		0);
	rig_turn(&h.e.rig);
	for (int i = 0; i < PEOPLE; i++)
		if (sockets[i])
			ck_assert_int_eq(got(peers[i]), wanted[i]);
}

START_TEST(random_joins_leaves_and_ends_are_as_the_table_says)
{
	srandom(_i + 1);
	for (int step = 0; step < 600; step++) {
		change();
		if (step % 10 == 0)
			compare();
		if (step % 6 == 0)
			broadcast(random() % 3 ? h.hub[random() % 2] : NULL);
	}
}
END_TEST

START_TEST(moving_many_at_once_is_as_the_table_says)
{
	srandom(_i + 50);
	for (int step = 0; step < 40; step++) {
		int from = (int)(random() % ROOMS), to_room = (int)(random() % ROOMS);
		struct str name = room_called(from);
		struct target to = {.nsp = STR("/"), .rooms = &name, .rooms_n = 1};
		bool joins = random() % 3;

		for (int i = 0; i < 5; i++)
			change();
		ck_assert_int_eq(joins ? hub_join_all(&h.hubs, h.hub[step % 2], &to,
						      room_called(to_room))
				       : hub_leave_all(&h.hubs, h.hub[step % 2], &to,
						       room_called(to_room)),
				 0);
		for (int i = 0; i < PEOPLE; i++)
			if (in[i][from])
				in[i][to_room] = joins;
		rig_turn(&h.e.rig);
		compare();
	}
}
END_TEST

START_TEST(everybody_of_a_target_is_disconnected_and_nobody_else)
{
	struct str name = STR("out");

	for (int i = 0; i < PEOPLE; i += 3)
		ck_assert_int_eq(socket_join(sockets[i], name), 0);
	ck_assert_int_eq(
		hub_disconnect_all(
			&h.hubs, h.hub[0],
			&(struct target){.nsp = STR("/"), .rooms = &name, .rooms_n = 1},
			_i),
		0);
	rig_turn(&h.e.rig);
	for (int i = 0; i < PEOPLE; i++) {
		if (i % 3 == 0)
			peer_receives(peers[i], "41");
		if (i % 3 == 0 && _i)
			peer_takes_close(peers[i], 1005);
		peer_hears_nothing(peers[i]);
	}
	ck_assert_int_eq(h.sockets_n, PEOPLE - 4);
}
END_TEST

START_TEST(a_sender_s_broadcasts_arrive_in_its_order_on_every_loop)
{
	char text[32];

	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "%d", i);
		ck_assert_int_eq(
			hub_broadcast(&h.hubs, h.hub[0],
				      &(struct target){.nsp = STR("/")},
				      &(struct event_out){.name = STR("n"),
							  .args = str_from(text)}),
			0);
	}
	rig_turn(&h.e.rig);
	for (int p = 0; p < PEOPLE; p++)
		for (int i = 0; i < 20; i++) {
			snprintf(text, sizeof(text), "42[\"n\",%d]", i);
			peer_receives(peers[p], text);
		}
}
END_TEST

START_TEST(binary_and_volatile_events_reach_a_room_too)
{
	struct str bytes = STR("\x01\x02"), name = STR("a");
	struct target to = {
		.nsp = STR("/"), .rooms = &name, .rooms_n = 1, .is_volatile = true};

	ck_assert_int_eq(socket_join(sockets[1], name), 0);
	ck_assert_int_eq(
		hub_broadcast(&h.hubs, h.hub[0], &to,
			      &(struct event_out){
				      .name = STR("b"),
				      .args = STR("{\"_placeholder\":true,\"num\":0}"),
				      .attachments = &bytes,
				      .attachments_n = 1}),
		0);
	rig_turn(&h.e.rig);
	peer_receives(peers[1], "451-[\"b\",{\"_placeholder\":true,\"num\":0}]");
	peer_takes_frame(peers[1], WS_BINARY, bytes);
}
END_TEST

START_TEST(volatile_events_are_dropped_for_clients_without_a_poll)
{
	struct peer *poller = peer_open(&h.e.rig, 0);
	struct target to = {.nsp = STR("/"), .is_volatile = true};

	engine_opens(&h.e, poller);
	engine_posts(&h.e, poller, "40");
	engine_polls(&h.e, poller);
	peer_gets(poller, 200, NULL);
	ck_assert_int_eq(hub_broadcast(&h.hubs, h.hub[0], &to,
				       &(struct event_out){.name = STR("v")}),
			 0);
	rig_turn(&h.e.rig);
	engine_polls(&h.e, poller);
	peer_hears_nothing(poller);
	ck_assert_int_eq(hub_broadcast(&h.hubs, h.hub[0], &to,
				       &(struct event_out){.name = STR("w")}),
			 0);
	rig_turn(&h.e.rig);
	peer_gets(poller, 200, "42[\"w\"]");
}
END_TEST

START_TEST(a_reader_too_slow_for_a_broadcast_is_ended_and_the_rest_get_it)
{
	char args[4096];

	memset(args, '1', sizeof(args));
	peers[0]->memory.window_bytes = 0;
	for (int i = 0; i < 300; i++) {
		ck_assert_int_eq(
			hub_broadcast(&h.hubs, h.hub[1],
				      &(struct target){.nsp = STR("/")},
				      &(struct event_out){.name = STR("n"),
							  .args = {args, sizeof(args)}}),
			0);
		rig_pass(&h.e.rig, 1);
	}
	ck_assert(peers[0]->memory.server_closed);
	ck_assert_int_eq(h.sockets_n, PEOPLE - 1);
	for (int p = 1; p < PEOPLE; p++)
		ck_assert_uint_gt(peers[p]->memory.to_client.len, 300 * sizeof(args));
}
END_TEST

/* --- calls ------------------------------------------------------------------------------- */

static int called_n;
static struct socket *called;

static void
on_call(struct socket *s, void *arg)
{
	ck_assert_ptr_eq(arg, &called_n);
	called = s;
	called_n++;
}

START_TEST(a_call_finds_its_socket_on_whichever_loop_or_tells_that_it_is_gone)
{
	struct str sid = {ids[1], SOCKET_ID_BYTES};

	called_n = 0;
	ck_assert_int_eq(hub_call(&h.hubs, sid, on_call, &called_n), 0);
	rig_turn(&h.e.rig);
	ck_assert_int_eq(called_n, 1);
	ck_assert_ptr_eq(called, sockets[1]);
	leave_for_good(1);
	ck_assert_int_eq(hub_call(&h.hubs, sid, on_call, &called_n), 0);
	rig_turn(&h.e.rig);
	ck_assert_int_eq(called_n, 2);
	ck_assert_ptr_null(called);
	ck_assert_int_eq(hub_call(&h.hubs, STR("nonsense"), on_call, NULL), -E_NOT_FOUND);
	ck_assert_int_eq(hub_call(&h.hubs, STR("_-AAAAAAAAAAAAAAAAAA"), on_call, NULL),
			 -E_NOT_FOUND);
}
END_TEST

static void
end_visited(void *arg, struct socket *s)
{
	(void)arg;
	called_n++;
	socket_disconnect(s, called_n % 2);
}

START_TEST(a_visitor_may_disconnect_whom_it_visits)
{
	called_n = 0;
	hub_each_socket(h.hub[0], STR("/"), STR(""), end_visited, NULL);
	ck_assert_int_eq(called_n, PEOPLE / 2);
	ck_assert_ptr_null(namespace_find(h.hub[0], STR("/")));
	hub_each_socket(h.hub[0], STR("/"), STR(""), end_visited, NULL);
	ck_assert_int_eq(called_n, PEOPLE / 2);
}
END_TEST

Suite *
room_suite(void)
{
	Suite *s = suite_create("room");
	TCase *t = tcase_create("room");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, joining_twice_and_leaving_twice_are_harmless);
	tcase_add_test(t, a_name_must_be_something_and_not_too_much);
	tcase_add_test(t, rooms_of_the_same_name_in_two_namespaces_are_two);
	tcase_add_test(t, a_walk_shows_each_room_once);
	tcase_add_loop_test(t, random_joins_leaves_and_ends_are_as_the_table_says, 0, 5);
	tcase_add_loop_test(t, moving_many_at_once_is_as_the_table_says, 0, 3);
	tcase_add_loop_test(t, everybody_of_a_target_is_disconnected_and_nobody_else, 0,
			    2);
	tcase_add_test(t, a_sender_s_broadcasts_arrive_in_its_order_on_every_loop);
	tcase_add_test(t, binary_and_volatile_events_reach_a_room_too);
	tcase_add_test(t, volatile_events_are_dropped_for_clients_without_a_poll);
	tcase_add_test(t, a_reader_too_slow_for_a_broadcast_is_ended_and_the_rest_get_it);
	tcase_add_test(
		t, a_call_finds_its_socket_on_whichever_loop_or_tells_that_it_is_gone);
	tcase_add_test(t, a_visitor_may_disconnect_whom_it_visits);
	suite_add_tcase(s, t);
	return s;
}
