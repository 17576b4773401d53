/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/replay.h"
#include "unit/action/suites.h"

#include <stdio.h>

static struct replay *replay;
static uint64_t running;
static struct outcome *done;

static void
setup(void)
{
	replay = replay_new(16 * 4096);
}

static void
teardown(void)
{
	replay_free(replay);
}

static struct replay_key
key(const char *text)
{
	struct str s = str_from(text);

	return replay_digest(replay, &s, 1);
}

static struct outcome *
outcome(size_t data_bytes)
{
	static char data[8192];
	struct envelope e = {.type = ENVELOPE_RESPONSE, .data = {data, data_bytes}};

	memset(data, '1', sizeof(data));
	return outcome_new(&e);
}

static void
keep(const struct replay_key *k, size_t bytes, uint64_t now_ms)
{
	struct outcome *o = outcome(bytes);

	ck_assert_int_eq(replay_enter(replay, k, 1, now_ms, &running, &done), REPLAY_NEW);
	replay_finish(replay, k, o, now_ms, 1000);
	outcome_unref(o);
}

START_TEST(a_digest_tells_texts_and_their_borders_apart)
{
	struct str ab[] = {STR("a"), STR("b")}, ab_[] = {STR("ab"), STR("")};
	struct replay_key x = replay_digest(replay, ab, 2),
			  y = replay_digest(replay, ab_, 2),
			  z = replay_digest(replay, ab, 2);

	ck_assert_mem_ne(&x, &y, sizeof(x));
	ck_assert_mem_eq(&x, &z, sizeof(x));
}
END_TEST

START_TEST(the_second_one_learns_of_the_first)
{
	struct replay_key k = key("k"), other = key("other");

	ck_assert_int_eq(replay_enter(replay, &k, 7, 0, &running, &done), REPLAY_NEW);
	ck_assert_int_eq(replay_enter(replay, &k, 8, 0, &running, &done), REPLAY_RUNNING);
	ck_assert_uint_eq(running, 7);
	ck_assert_int_eq(replay_enter(replay, &other, 9, 0, &running, &done), REPLAY_NEW);
	ck_assert_ptr_null(replay_find(replay, &k));
}
END_TEST

START_TEST(a_result_is_kept_for_its_time_and_not_longer)
{
	struct replay_key k = key("k");
	struct outcome *found;

	keep(&k, 10, 500);
	ck_assert_int_eq(replay_enter(replay, &k, 8, 1499, &running, &done), REPLAY_DONE);
	ck_assert_uint_eq(done->envelope.data.len, 10);
	outcome_unref(done);
	found = replay_find(replay, &k);
	ck_assert_ptr_nonnull(found);
	outcome_unref(found);
	ck_assert_int_eq(replay_enter(replay, &k, 8, 1500, &running, &done), REPLAY_NEW);
}
END_TEST

START_TEST(what_is_not_to_be_kept_is_forgotten_at_once)
{
	struct replay_key k = key("k");

	ck_assert_int_eq(replay_enter(replay, &k, 7, 0, &running, &done), REPLAY_NEW);
	replay_finish(replay, &k, NULL, 0, 1000);
	ck_assert_uint_eq(replay_entries_n(replay), 0);
	ck_assert_int_eq(replay_enter(replay, &k, 7, 0, &running, &done), REPLAY_NEW);
}
END_TEST

START_TEST(a_result_larger_than_its_share_is_not_kept)
{
	struct replay_key k = key("k");

	keep(&k, 5000, 0);
	ck_assert_uint_eq(replay_entries_n(replay), 0);
}
END_TEST

START_TEST(the_oldest_results_make_room_for_new_ones)
{
	struct replay_key first = key("0"), last;
	char text[16];

	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		last = key(text);
		keep(&last, 1000, 0);
	}
	ck_assert_uint_le(replay_entries_n(replay), 16 * 4);
	ck_assert_ptr_null(replay_find(replay, &first));
	done = replay_find(replay, &last);
	ck_assert_ptr_nonnull(done);
	outcome_unref(done);
}
END_TEST

START_TEST(an_outcome_owns_all_its_texts)
{
	char text[] = "abcdefg";
	struct envelope e = {.type = ENVELOPE_ERROR,
			     .request_id = {text, 1},
			     .action = {text + 1, 1},
			     .data = {text + 2, 1},
			     .code = {text + 3, 1},
			     .message = {text + 4, 1},
			     .pointer = {text + 5, 1},
			     .details = {text + 6, 1}};
	struct outcome *o = outcome_new(&e);

	memset(text, 'x', sizeof(text));
	ck_assert_int_eq(o->envelope.request_id.ptr[0], 'a');
	ck_assert_int_eq(o->envelope.action.ptr[0], 'b');
	ck_assert_int_eq(o->envelope.data.ptr[0], 'c');
	ck_assert_int_eq(o->envelope.code.ptr[0], 'd');
	ck_assert_int_eq(o->envelope.message.ptr[0], 'e');
	ck_assert_int_eq(o->envelope.pointer.ptr[0], 'f');
	ck_assert_int_eq(o->envelope.details.ptr[0], 'g');
	outcome_unref(o);
}
END_TEST

START_TEST(small_results_are_counted_with_what_keeps_them)
{
	char text[16];

	for (int i = 0; i < 2000; i++) {
		struct replay_key k;

		snprintf(text, sizeof(text), "%d", i);
		k = key(text);
		keep(&k, 0, 0);
	}
	ck_assert_uint_gt(replay_entries_n(replay), 16);
	ck_assert_uint_le(replay_entries_n(replay) * (sizeof(struct outcome) + 100),
			  16 * 4096);
}
END_TEST

Suite *
replay_suite(void)
{
	Suite *s = suite_create("replay");
	TCase *t = tcase_create("replay");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, small_results_are_counted_with_what_keeps_them);
	tcase_add_test(t, a_digest_tells_texts_and_their_borders_apart);
	tcase_add_test(t, the_second_one_learns_of_the_first);
	tcase_add_test(t, a_result_is_kept_for_its_time_and_not_longer);
	tcase_add_test(t, what_is_not_to_be_kept_is_forgotten_at_once);
	tcase_add_test(t, a_result_larger_than_its_share_is_not_kept);
	tcase_add_test(t, the_oldest_results_make_room_for_new_ones);
	tcase_add_test(t, an_outcome_owns_all_its_texts);
	suite_add_tcase(s, t);
	return s;
}
