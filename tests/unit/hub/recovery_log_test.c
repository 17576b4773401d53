/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/recovery_log.h"

#include "unit/hub/suites.h"

enum { SENDERS = 3 };

static struct recovery_log *loop_log;

static void
open_log(size_t bytes)
{
	loop_log = recovery_log_new(SENDERS, bytes);
	ck_assert_ptr_nonnull(loop_log);
}

static void
close_log(void)
{
	recovery_log_free(loop_log);
}

static void
add(uint32_t sender, uint64_t number, size_t size)
{
	static const char text[4096];
	static const struct str room = {"room", 4};
	struct event_out event = {.name = STR("e"), .args = {text, size}};
	struct target to = {.nsp = STR("/"), .rooms = &room, .rooms_n = 1};
	struct message *m = message_new(to.nsp, &event);

	ck_assert_ptr_nonnull(m);
	recovery_log_add(loop_log, (struct recovery_offset){number, sender}, &to, m);
	message_unref(m);
}

static const struct logged *
find(uint32_t sender, uint64_t number)
{
	return recovery_log_find(loop_log, (struct recovery_offset){number, sender});
}

static const struct {
	struct str text;
	bool is_good;
	struct recovery_offset offset;
} offsets[] = {
	{STR("0.1"), true, {1, 0}},
	{STR("2.1f"), true, {31, 2}},
	{STR("ffff.ffffffffffffffff"), true, {UINT64_MAX, 0xffff}},
	{STR(""), false, {0, 0}},
	{STR("1"), false, {0, 0}},
	{STR("."), false, {0, 0}},
	{STR("1."), false, {0, 0}},
	{STR(".1"), false, {0, 0}},
	{STR("1.1.1"), false, {0, 0}},
	{STR("1.G"), false, {0, 0}},
	{STR("1.F"), false, {0, 0}},
	{STR("-1.1"), false, {0, 0}},
	{STR("10000.1"), false, {0, 0}},
	{STR("1.10000000000000000"), false, {0, 0}},
};

START_TEST(an_offset_is_read_as_it_was_written_and_nothing_else_is)
{
	struct recovery_offset o;
	char text[RECOVERY_OFFSET_BYTES];

	ck_assert_int_eq(recovery_offset_read(offsets[_i].text, &o), offsets[_i].is_good);
	if (!offsets[_i].is_good)
		return;
	ck_assert_uint_eq(o.sender, offsets[_i].offset.sender);
	ck_assert_uint_eq(o.number, offsets[_i].offset.number);
	ck_assert(str_eq(recovery_offset_text(o, text), offsets[_i].text));
}
END_TEST

START_TEST(events_are_found_by_sender_and_number_in_their_order)
{
	open_log(1 << 20);
	for (uint64_t i = 1; i <= 100; i++) {
		add(0, i, 10);
		if (i % 2)
			add(2, (i + 1) / 2, 10);
	}
	ck_assert_uint_eq(recovery_log_next_at(loop_log), 150);
	ck_assert_uint_eq(find(0, 1)->at, 0);
	ck_assert_uint_eq(find(2, 1)->at, 1);
	ck_assert_uint_eq(find(0, 2)->at, 2);
	ck_assert_uint_eq(find(0, 100)->at, 149);
	ck_assert_ptr_null(find(0, 0));
	ck_assert_ptr_null(find(0, 101));
	ck_assert_ptr_null(find(1, 1));
	ck_assert_ptr_null(find(SENDERS, 1));
	ck_assert_uint_eq(recovery_log_seen(loop_log)[0], 100);
	ck_assert_uint_eq(recovery_log_seen(loop_log)[1], 0);
	ck_assert_uint_eq(recovery_log_seen(loop_log)[2], 50);
	close_log();
}
END_TEST

START_TEST(the_oldest_make_room_and_are_known_to_be_forgotten)
{
	open_log(8192);
	for (uint64_t i = 1; i <= 100; i++)
		add(0, i, 300);
	ck_assert_ptr_null(find(0, 1));
	ck_assert_ptr_nonnull(find(0, 100));
	ck_assert_uint_le(recovery_log_bytes(loop_log), 8192);
	ck_assert_uint_eq(recovery_log_forgotten(loop_log)[0] + 1,
			  recovery_log_first(loop_log)->offset.number);
	close_log();
}
END_TEST

START_TEST(an_event_that_is_too_large_takes_all_before_it_along)
{
	open_log(4096);
	add(0, 1, 10);
	add(1, 1, 4096);
	ck_assert_ptr_null(recovery_log_first(loop_log));
	ck_assert_uint_eq(recovery_log_forgotten(loop_log)[0], 1);
	ck_assert_uint_eq(recovery_log_forgotten(loop_log)[1], 1);
	ck_assert_uint_eq(recovery_log_bytes(loop_log), 0);
	add(0, 2, 10);
	ck_assert_uint_eq(find(0, 2)->at, 2);
	close_log();
}
END_TEST

START_TEST(a_hole_in_the_numbers_takes_all_before_it_along)
{
	open_log(1 << 20);
	add(0, 1, 10);
	add(0, 3, 10);
	ck_assert_ptr_null(find(0, 1));
	ck_assert_ptr_nonnull(find(0, 3));
	ck_assert_uint_eq(recovery_log_forgotten(loop_log)[0], 3);
	close_log();
}
END_TEST

Suite *
recovery_log_suite(void)
{
	Suite *s = suite_create("recovery_log");
	TCase *t = tcase_create("recovery_log");

	tcase_add_loop_test(t, an_offset_is_read_as_it_was_written_and_nothing_else_is, 0,
			    sizeof(offsets) / sizeof(offsets[0]));
	tcase_add_test(t, events_are_found_by_sender_and_number_in_their_order);
	tcase_add_test(t, the_oldest_make_room_and_are_known_to_be_forgotten);
	tcase_add_test(t, an_event_that_is_too_large_takes_all_before_it_along);
	tcase_add_test(t, a_hole_in_the_numbers_takes_all_before_it_along);
	suite_add_tcase(s, t);
	return s;
}
