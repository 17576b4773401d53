/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Broadcasts that are delivered together must look as if each had been delivered when it was
 * sent. What clients get is compared with what they would have got then: a list of numbers for
 * each, kept by the test.
 */
#include "hub/batch.h"

#include "base/errors.h"
#include "hub/speaker.h"
#include "net/loop.h"
#include "unit/hub/hub_rig.h"
#include "unit/hub/suites.h"

#include <stdio.h>
#include <stdlib.h>

enum { PEOPLE = 9, ROOMS = 3, NUMBERS = 512, GOODBYE = -1 };

/* How a person is connected: with compression agreed on, its messages go one by one. */
enum kind { BARE, DEFLATING, POLLING, KINDS };

struct person {
	struct peer *peer;
	struct socket *socket; /* NULL: out */
	char id[SOCKET_ID_BYTES], sid[SID_BYTES + 1];
	bool in[ROOMS], is_polling;
	int due[NUMBERS]; /* numbers of the events it is to get, in order */
	size_t due_n;
};

static struct hub_rig h;
static struct person people[PEOPLE];
static int number; /* of the newest event */

static struct str
room_called(int i)
{
	static struct str names[ROOMS] = {STR("a"), STR("b"), STR("c")};

	return names[i];
}

static void
enter(struct person *p, enum kind kind)
{
	*p = (struct person){.is_polling = kind == POLLING};
	p->peer = peer_open(&h.e.rig, 0);
	if (kind == POLLING) {
		engine_opens(&h.e, p->peer);
		memcpy(p->sid, h.e.sid, sizeof(p->sid));
		engine_posts(&h.e, p->peer, "40");
		engine_polls(&h.e, p->peer);
		peer_gets(p->peer, 200, NULL);
		engine_polls(&h.e, p->peer);
	} else {
		peer_upgrades(p->peer, "/e/?EIO=4&transport=websocket",
			      kind == DEFLATING ? "Sec-WebSocket-Extensions: "
						  "permessage-deflate\r\n"
						: "");
		(void)peer_takes_text(p->peer);
		peer_sends(p->peer, "40");
		(void)peer_takes_text(p->peer);
	}
	p->socket = h.newest;
	memcpy(p->id, socket_id(h.newest).ptr, SOCKET_ID_BYTES);
}

static void
set_up(void)
{
	hub_rig_open(
		&h, "    queue_soft: 4KiB\n    queue_hard: 4KiB\n    deflate: true\n", 1);
	number = 0;
	for (int i = 0; i < PEOPLE; i++)
		enter(&people[i], (enum kind)(i % KINDS));
}

static void
tear_down(void)
{
	hub_rig_close(&h);
}

static uint64_t
count(enum counter which)
{
	return counter_get(&h.e.rig.loop[0]->counters, which);
}

/* --- what is said, and who is to hear it ------------------------------------------------- */

static void
owe(struct person *p, int what)
{
	ck_assert_uint_lt(p->due_n, NUMBERS);
	if (p->socket)
		p->due[p->due_n++] = what;
}

static void
join(int i, int room)
{
	ck_assert_int_eq(socket_join(people[i].socket, room_called(room)), 0);
	people[i].in[room] = true;
}

static void
leave(int i, int room)
{
	socket_leave(people[i].socket, room_called(room));
	people[i].in[room] = false;
}

/* To these rooms (bits; 0: everybody), without that person (-1: none). */
static void
broadcast_with(unsigned rooms, int except, const char *tail)
{
	struct str names[ROOMS], without = {NULL, SOCKET_ID_BYTES};
	struct target to = {.nsp = STR("/"), .rooms = names, .except = &without};
	char args[2048];

	for (int r = 0; r < ROOMS; r++)
		if (rooms >> r & 1)
			names[to.rooms_n++] = room_called(r);
	if (except >= 0) {
		without.ptr = people[except].id;
		to.except_n = 1;
	}
	snprintf(args, sizeof(args), "%d%s", ++number, tail);
	ck_assert_int_eq(hub_broadcast(&h.hubs, h.hub[0], &to,
				       &(struct event_out){.name = STR("n"),
							   .args = str_from(args)}),
			 0);
	for (int i = 0; i < PEOPLE; i++) {
		bool is_meant = rooms == 0;

		for (int r = 0; r < ROOMS; r++)
			is_meant |= (rooms >> r & 1) && people[i].in[r];
		if (is_meant && i != except)
			owe(&people[i], number);
	}
}

static void
broadcast(unsigned rooms, int except)
{
	broadcast_with(rooms, except, "");
}

static void
emit(int i)
{
	char args[16];

	snprintf(args, sizeof(args), "%d", ++number);
	owe(&people[i], number);
	ck_assert_int_eq(
		socket_emit(people[i].socket,
			    &(struct event_out){.name = STR("n"), .args = str_from(args)},
			    false),
		0);
}

static void
answer(int i)
{
	owe(&people[i], ++number);
	ck_assert_int_eq(socket_ack(people[i].socket, (uint64_t)number, STR(""), NULL, 0),
			 0);
}

static void
disconnect(int i)
{
	owe(&people[i], GOODBYE);
	socket_disconnect(people[i].socket, false);
	people[i].socket = NULL;
	memset(people[i].in, 0, sizeof(people[i].in));
}

/* --- what they heard --------------------------------------------------------------------- */

/* The next of the packets, of which it is the first; out of text then. */
static int
read_packet(const char **text)
{
	int what = GOODBYE;

	if (sscanf(*text, "42[\"n\",%d", &what) != 1 &&
	    sscanf(*text, "43%d[", &what) != 1)
		ck_assert_int_eq(strncmp(*text, "41", 2), 0);
	*text = strchr(*text, '\x1e');
	*text = *text ? *text + 1 : "";
	return what;
}

static void
poll(struct person *p)
{
	memcpy(h.e.sid, p->sid, sizeof(p->sid));
	peer_gets(p->peer, 200, NULL);
	engine_polls(&h.e, p->peer);
}

static void
everybody_heard_what_was_due(void)
{
	rig_turn(&h.e.rig);
	for (int i = 0; i < PEOPLE; i++) {
		struct person *p = &people[i];
		const char *text = "";

		for (size_t n = 0; n < p->due_n; n++) {
			if (!*text && p->is_polling)
				poll(p);
			else if (!*text)
				(void)peer_takes_text(p->peer);
			text = *text ? text : p->peer->body;
			ck_assert_int_eq(read_packet(&text), p->due[n]);
		}
		ck_assert_str_eq(text, "");
		peer_hears_nothing(p->peer);
		p->due_n = 0;
	}
}

/* --- order ------------------------------------------------------------------------------- */

START_TEST(broadcasts_to_one_room_go_together_each_once_and_in_order)
{
	for (int i = 0; i < PEOPLE; i++)
		if (i != 4)
			join(i, 0);
	for (int n = 0; n < 4; n++)
		broadcast(1, -1);
	ck_assert_uint_eq(count(COUNTER_BROADCASTS_JOINED), 3);
	everybody_heard_what_was_due();
	ck_assert_uint_eq(count(COUNTER_DELIVERIES), 4u * (PEOPLE - 1));
}
END_TEST

START_TEST(an_answer_to_a_publisher_outside_of_the_room_does_not_part_them)
{
	for (int i = 1; i < PEOPLE; i++)
		join(i, 0);
	for (int n = 0; n < 4; n++) {
		broadcast(1, -1);
		answer(0);
	}
	ck_assert_uint_eq(count(COUNTER_BROADCASTS_JOINED), 3);
	everybody_heard_what_was_due();
}
END_TEST

START_TEST(an_answer_to_a_publisher_in_the_room_comes_where_it_belongs)
{
	for (int i = 0; i < PEOPLE; i++)
		join(i, 0);
	for (int n = 0; n < 4; n++) {
		broadcast(1, -1);
		answer(n);
	}
	ck_assert_uint_eq(count(COUNTER_BROADCASTS_JOINED), 3);
	everybody_heard_what_was_due();
}
END_TEST

START_TEST(a_message_to_one_stays_between_those_to_many)
{
	for (int i = 0; i < PEOPLE; i++)
		join(i, 0);
	for (int i = 0; i < KINDS; i++) {
		emit(i);
		broadcast(1, -1);
		emit(i);
		emit(i);
		broadcast(1, -1);
	}
	everybody_heard_what_was_due();
}
END_TEST

START_TEST(who_comes_or_goes_between_two_hears_the_one_or_the_other)
{
	for (int i = 0; i < KINDS; i++) {
		join(i, 0);
		broadcast(1, -1);
		join(i + KINDS, 0);
		broadcast(1, -1);
		leave(i, 0);
		broadcast(1, -1);
		disconnect(i + KINDS);
		broadcast(1, -1);
	}
	ck_assert_uint_eq(count(COUNTER_BROADCASTS_JOINED), 4 * KINDS - 1);
	everybody_heard_what_was_due();
}
END_TEST

START_TEST(who_is_new_in_the_namespace_hears_what_follows)
{
	broadcast(0, -1);
	enter(&people[0], (enum kind)_i);
	peer_hears_nothing(people[0].peer);
	everybody_heard_what_was_due();
	broadcast(0, -1);
	everybody_heard_what_was_due();
}
END_TEST

START_TEST(each_sender_is_excepted_from_his_own_alone)
{
	for (int i = 0; i < PEOPLE; i++)
		join(i, 0);
	for (int i = 0; i < PEOPLE; i++)
		broadcast(1, i);
	ck_assert_uint_eq(count(COUNTER_BROADCASTS_JOINED), PEOPLE - 1);
	everybody_heard_what_was_due();
}
END_TEST

START_TEST(rooms_in_turn_are_heard_in_turn)
{
	for (int i = 0; i < PEOPLE; i++)
		for (int r = 0; r < ROOMS; r++)
			if (i % 4 != r)
				join(i, r);
	for (unsigned n = 0; n < 12; n++)
		broadcast(1u << n % ROOMS, -1);
	ck_assert_uint_eq(count(COUNTER_BROADCASTS_JOINED), 0);
	broadcast(3, -1);
	broadcast(3, -1);
	ck_assert_uint_eq(count(COUNTER_BROADCASTS_JOINED), 1);
	everybody_heard_what_was_due();
}
END_TEST

START_TEST(a_close_comes_behind_what_was_said_before)
{
	struct person *p = &people[_i % 3 ? DEFLATING : BARE];

	broadcast(0, -1);
	switch (_i / 3) {
	case 0:
		socket_disconnect(p->socket, true);
		break;
	case 1:
		sessions_close_all(&h.e.sessions[0], "server shutting down");
		break;
	case 2:
		peer_frame(p->peer, WS_CLOSE, true, STR("\x03\xe8"));
		break;
	case 3:
		peer_frame(p->peer, WS_TEXT, true, STR("nonsense"));
		break;
	default:
		peer_frame(p->peer, WS_TEXT, true, STR("\xff"));
	}
	rig_turn(&h.e.rig);
	peer_receives(p->peer, "42[\"n\",1]");
	if (_i / 3 == 0)
		peer_receives(p->peer, "41");
	peer_takes_close(p->peer, _i / 3 == 4 ? 1007 : _i / 3 == 2 ? 1000 : 1005);
}
END_TEST

START_TEST(a_poller_that_is_closed_hears_what_was_said_before)
{
	broadcast(0, -1);
	sessions_close_all(&h.e.sessions[0], "server shutting down");
	rig_turn(&h.e.rig);
	peer_gets(people[POLLING].peer, 200, NULL);
	ck_assert_str_eq(people[POLLING].peer->body, "42[\"n\",1]\x1e"
						     "1");
}
END_TEST

/* --- limits ------------------------------------------------------------------------------ */

/* The queue holds 4 KiB, of which a frame takes 64 bytes: four of 912, not a fifth. */
START_TEST(what_does_not_fit_as_a_whole_is_queued_as_far_as_it_fits)
{
	char tail[900]; /* not worth compressing */

	memset(tail, ' ', sizeof(tail) - 1);
	tail[sizeof(tail) - 1] = '\0';
	for (int n = 0; n < 5; n++)
		broadcast_with(0, -1, tail);
	batch_run(h.hub[0]);
	ck_assert_uint_eq(count(COUNTER_DELIVERIES), 4u * PEOPLE);
}
END_TEST

START_TEST(more_than_a_batch_holds_comes_in_several)
{
	for (int i = 0; i < KINDS; i++)
		join(i, 0);
	for (int n = 0; n < 65; n++) {
		broadcast(1, -1);
		if (n % 16 == 15)
			everybody_heard_what_was_due();
	}
	everybody_heard_what_was_due();
	for (int n = 0; n < 130; n++)
		broadcast(2, -1); /* nobody is there: nothing fills up */
	everybody_heard_what_was_due();
	ck_assert_uint_eq(count(COUNTER_BROADCASTS_JOINED), 4 * 15 + 63 + 63 + 1);
}
END_TEST

START_TEST(a_broadcast_is_one_letter_to_another_loop_however_many_are_there)
{
	uint64_t before;

	hub_rig_close(&h);
	hub_rig_open(&h, "    queue_hard: 1MB\n", 2);
	for (int i = 0; i < PEOPLE; i++)
		(void)hub_joins(&h, 1, "/");
	before = counter_get(&h.e.rig.loop[1]->counters, COUNTER_MAILS);
	for (int n = 0; n < 3; n++)
		ck_assert_int_eq(hub_broadcast(&h.hubs, h.hub[0],
					       &(struct target){.nsp = STR("/")},
					       &(struct event_out){.name = STR("n")}),
				 0);
	rig_turn(&h.e.rig);
	ck_assert_uint_eq(counter_get(&h.e.rig.loop[1]->counters, COUNTER_MAILS) - before,
			  3);
	ck_assert_uint_eq(counter_get(&h.e.rig.loop[1]->counters, COUNTER_DELIVERIES),
			  3 * PEOPLE);
}
END_TEST

/* --- against the lists ------------------------------------------------------------------- */

static void
do_something(void)
{
	int i = (int)(random() % PEOPLE), room = (int)(random() % ROOMS);
	long what = random() % 32;

	if (what < 14)
		broadcast(1, random() % 3 ? -1 : i);
	else if (what < 18)
		broadcast((unsigned)(random() % 8), random() % 3 ? -1 : i);
	else if (!people[i].socket)
		return;
	else if (what < 22)
		join(i, room);
	else if (what < 25)
		leave(i, room);
	else if (what < 28)
		emit(i);
	else if (what < 31)
		answer(i);
	else if (random() % 16 == 0)
		disconnect(i);
}

START_TEST(whatever_happens_in_a_turn_everybody_hears_the_same_as_without)
{
	srandom(_i + 1);
	for (int turn = 0; turn < 60; turn++) {
		for (long n = random() % 12; n >= 0; n--)
			do_something();
		everybody_heard_what_was_due();
	}
	ck_assert_uint_gt(count(COUNTER_BROADCASTS_JOINED), 0);
}
END_TEST

Suite *
batch_suite(void)
{
	Suite *s = suite_create("batch");
	TCase *t = tcase_create("batch");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, broadcasts_to_one_room_go_together_each_once_and_in_order);
	tcase_add_test(t,
		       an_answer_to_a_publisher_outside_of_the_room_does_not_part_them);
	tcase_add_test(t, an_answer_to_a_publisher_in_the_room_comes_where_it_belongs);
	tcase_add_test(t, a_message_to_one_stays_between_those_to_many);
	tcase_add_test(t, who_comes_or_goes_between_two_hears_the_one_or_the_other);
	tcase_add_loop_test(t, who_is_new_in_the_namespace_hears_what_follows, 0, KINDS);
	tcase_add_test(t, each_sender_is_excepted_from_his_own_alone);
	tcase_add_test(t, rooms_in_turn_are_heard_in_turn);
	tcase_add_loop_test(t, a_close_comes_behind_what_was_said_before, 0, 15);
	tcase_add_test(t, a_poller_that_is_closed_hears_what_was_said_before);
	tcase_add_test(t, what_does_not_fit_as_a_whole_is_queued_as_far_as_it_fits);
	tcase_add_test(t, more_than_a_batch_holds_comes_in_several);
	tcase_add_test(t,
		       a_broadcast_is_one_letter_to_another_loop_however_many_are_there);
	tcase_add_loop_test(
		t, whatever_happens_in_a_turn_everybody_hears_the_same_as_without, 0, 12);
	suite_add_tcase(s, t);
	return s;
}
