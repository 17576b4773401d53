/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting whom messages reach, and asking all loops, on two loops turned by hand. */
#include "hub/tally.h"

#include "hub/census.h"
#include "hub/gather.h"
#include "unit/hub/hub_rig.h"
#include "unit/hub/suites.h"

static struct hub_rig h;
static struct tally *told;
static int told_n;

static void
set_up(void)
{
	hub_rig_open(&h, "    queue_hard: 8MB\n", 2);
	told = NULL;
	told_n = 0;
}

static void
tear_down(void)
{
	tally_free(told);
	hub_rig_close(&h);
}

static void
turn_all(void)
{
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < h.hubs.n; i++)
			loop_turn(hub_loop(h.hub[i]), false);
}

static void
on_told(struct tally *t, void *arg)
{
	ck_assert_ptr_eq(arg, &h);
	ck_assert_ptr_eq(loop_current(), hub_loop(h.hub[1]));
	tally_free(told);
	told = t;
	told_n++;
}

/* Tell a room (NULL: everybody) from the second loop, t counts. */
static void
broadcast(const char *room, struct tally *t, bool is_volatile)
{
	struct str name = str_from(room);
	struct target to = {.nsp = STR("/"),
			    .rooms = &name,
			    .rooms_n = room ? 1 : 0,
			    .is_volatile = is_volatile,
			    .tally = t};

	ck_assert_int_eq(
		hub_broadcast(&h.hubs, h.hub[1], &to,
			      &(struct event_out){.name = STR("x"), .args = STR("1")}),
		0);
}

START_TEST(it_is_told_once_when_all_loops_are_through)
{
	struct tally *t = tally_new(&h.hubs, hub_loop(h.hub[1]), 0, on_told, &h);

	hub_joins(&h, 0, "/");
	hub_joins(&h, 1, "/");
	broadcast(NULL, t, false);
	turn_all();
	ck_assert_int_eq(told_n, 0); /* its maker still holds it */
	tally_end(t);
	ck_assert_int_eq(told_n, 0); /* never before it returns */
	turn_all();
	ck_assert_int_eq(told_n, 1);
	ck_assert_uint_eq(tally_count(told, REACH_DELIVERED), 2);
	ck_assert_uint_eq(tally_count(told, REACH_QUEUE_FULL), 0);
}
END_TEST

START_TEST(several_broadcasts_add_up)
{
	struct tally *t = tally_new(&h.hubs, hub_loop(h.hub[1]), 0, on_told, &h);

	hub_joins(&h, 0, "/");
	ck_assert_int_eq(socket_join(h.newest, STR("r")), 0);
	hub_joins(&h, 1, "/");
	broadcast("r", t, false);
	broadcast("nobody", t, false);
	broadcast(NULL, t, false);
	tally_end(t);
	turn_all();
	ck_assert_int_eq(told_n, 1);
	ck_assert_uint_eq(tally_count(told, REACH_DELIVERED), 3);
}
END_TEST

START_TEST(people_are_noted_as_long_as_there_is_room)
{
	struct tally *t = tally_new(&h.hubs, hub_loop(h.hub[1]), 1, on_told, &h);
	enum reach reach;
	struct str user;
	size_t at = 0;
	int n = 0;

	for (size_t i = 0; i < 3; i++)
		hub_joins(&h, i % 2, "/");
	broadcast(NULL, t, false);
	tally_end(t);
	turn_all();
	while (tally_next(told, &at, &user, &reach)) {
		ck_assert_int_eq(reach, REACH_DELIVERED);
		n++;
	}
	ck_assert_int_eq(n, 2); /* one on each loop */
	ck_assert(tally_is_cut(told));
	ck_assert_uint_eq(tally_count(told, REACH_DELIVERED), 3);
}
END_TEST

/* --- gather ------------------------------------------------------------------------------- */

static int gathered_n;
static uint64_t gathered[RIG_LOOPS];

static void
count_socket(void *arg, struct socket *s)
{
	(void)s;
	++*(uint64_t *)arg;
}

static void
ask(struct hub *hub, const void *arg, struct gather_part *out)
{
	ck_assert_ptr_eq(arg, &h);
	ck_assert_ptr_eq(loop_current(), hub_loop(hub));
	census_each_socket(hub, count_socket, &out->n);
	buf_add_str(&out->bytes, STR("some memory"));
}

static void
on_gathered(void *arg, struct gather_part *parts, size_t parts_n)
{
	ck_assert_ptr_eq(arg, &h);
	ck_assert_uint_eq(parts_n, 2);
	ck_assert_ptr_eq(loop_current(), hub_loop(h.hub[0]));
	for (size_t i = 0; i < parts_n; i++) {
		gathered[i] = parts[i].n;
		ck_assert(str_eq(buf_str(&parts[i].bytes), STR("some memory")));
	}
	gathered_n++;
}

START_TEST(every_loop_answers_and_the_asker_hears_it_together)
{
	struct gather g = {ask, on_gathered, &h};

	gathered_n = 0;
	for (size_t i = 0; i < 3; i++)
		hub_joins(&h, i % 2, "/");
	ck_assert_int_eq(gather_start(&h.hubs, hub_loop(h.hub[0]), &g), 0);
	ck_assert_int_eq(gathered_n, 0);
	turn_all();
	ck_assert_int_eq(gathered_n, 1);
	ck_assert_uint_eq(gathered[0], 2);
	ck_assert_uint_eq(gathered[1], 1);
}
END_TEST

Suite *
tally_suite(void)
{
	Suite *s = suite_create("tally");
	TCase *c = tcase_create("loops");

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, it_is_told_once_when_all_loops_are_through);
	tcase_add_test(c, several_broadcasts_add_up);
	tcase_add_test(c, people_are_noted_as_long_as_there_is_room);
	tcase_add_test(c, every_loop_answers_and_the_asker_hears_it_together);
	suite_add_tcase(s, c);
	return s;
}
