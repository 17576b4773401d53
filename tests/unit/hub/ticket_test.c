/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/ticket.h"

#include "unit/hub/suites.h"

#include <stdlib.h>

#define SID STR("AAAAAAAAAAAAAAAAAAAA")

static struct ticket *ticket;

static void
set_up(void)
{
	ticket = ticket_new(0, 5);
	ck_assert_ptr_nonnull(ticket);
}

static void
tear_down(void)
{
	ticket_free(ticket);
}

/* Does an event at that place, to these (empty: none), fit? */
static bool
fits(struct str room, struct str except, uint64_t at)
{
	struct logged *e = calloc(1, sizeof(*e) + 2 * sizeof(struct str));
	bool result;

	ck_assert_ptr_nonnull(e);
	e->rooms_n = room.len > 0;
	e->except_n = except.len > 0;
	e->names[0] = room.len ? room : except;
	e->names[1] = except;
	result = ticket_fits(ticket, SID, e, at);
	free(e);
	return result;
}

START_TEST(what_goes_to_all_or_to_its_id_fits_always)
{
	ck_assert(fits(STR(""), STR(""), 0));
	ck_assert(fits(SID, STR(""), 0));
	ck_assert(!fits(STR(""), SID, 0));
	ck_assert(!fits(STR("other"), STR(""), 0));
}
END_TEST

START_TEST(a_room_counts_from_joining_to_leaving)
{
	struct str room = STR("room");

	ticket_join(ticket, room, 10);
	ticket_join(ticket, room, 12);
	ticket_leave(ticket, room, 20);
	ticket_leave(ticket, room, 25);
	ticket_join(ticket, room, 30);
	for (uint64_t at = 0; at < 40; at++) {
		bool is_in = (at >= 10 && at < 20) || at >= 30;

		ck_assert_int_eq(fits(room, STR(""), at), is_in);
		ck_assert_int_eq(fits(STR(""), room, at), !is_in);
	}
}
END_TEST

START_TEST(after_a_move_only_what_it_is_in_counts_from_there)
{
	ticket_join(ticket, STR("left"), 10);
	ticket_join(ticket, STR("kept"), 10);
	ticket_leave(ticket, STR("left"), 20);
	ticket_move(ticket, 3);
	ck_assert_uint_eq(ticket->since, 3);
	ck_assert_uint_eq(ticket->spans_n, 1);
	ck_assert(!fits(STR("kept"), STR(""), 2));
	ck_assert(fits(STR("kept"), STR(""), 3));
	ck_assert(!fits(STR("left"), STR(""), 15));
}
END_TEST

START_TEST(one_that_joins_and_leaves_without_end_forgets_what_was_long_ago)
{
	for (uint64_t at = 0; at < 10000; at++) {
		ticket_join(ticket, STR("room"), 2 * at);
		ticket_leave(ticket, STR("room"), 2 * at + 1);
	}
	ck_assert(!ticket->is_broken);
	ck_assert_uint_le(ticket->spans_n, 4096);
	ck_assert_uint_gt(ticket->since, 10000);
	ck_assert(fits(STR("room"), STR(""), 19998));
	ck_assert(!fits(STR("room"), STR(""), 19999));
}
END_TEST

Suite *
ticket_suite(void)
{
	Suite *s = suite_create("ticket");
	TCase *t = tcase_create("ticket");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, what_goes_to_all_or_to_its_id_fits_always);
	tcase_add_test(t, a_room_counts_from_joining_to_leaving);
	tcase_add_test(t, after_a_move_only_what_it_is_in_counts_from_there);
	tcase_add_test(t,
		       one_that_joins_and_leaves_without_end_forgets_what_was_long_ago);
	suite_add_tcase(s, t);
	return s;
}
