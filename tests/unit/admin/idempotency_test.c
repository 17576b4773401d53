/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/idempotency.h"

#include "unit/admin/suites.h"

START_TEST(a_repetition_gets_the_first_answer)
{
	struct idempotency *i = idempotency_new(8, 1000);
	struct buf answer = BUF_INIT;

	ck_assert_int_eq(idempotency_begin(i, STR("k"), STR("m"), 10, &answer), 0);
	ck_assert_int_eq(idempotency_begin(i, STR("k"), STR("m"), 11, &answer), -E_LATE);
	idempotency_done(i, STR("k"), STR("{\"messageId\":1}"));
	ck_assert_int_eq(idempotency_begin(i, STR("k"), STR("m"), 12, &answer), 1);
	ck_assert(str_eq(buf_str(&answer), STR("{\"messageId\":1}")));
	buf_fini(&answer);
	idempotency_free(i);
}
END_TEST

START_TEST(the_same_key_for_another_message_is_refused)
{
	struct idempotency *i = idempotency_new(8, 1000);
	struct buf answer = BUF_INIT;

	ck_assert_int_eq(idempotency_begin(i, STR("k"), STR("m"), 10, &answer), 0);
	idempotency_done(i, STR("k"), STR("1"));
	ck_assert_int_eq(idempotency_begin(i, STR("k"), STR("other"), 11, &answer),
			 -E_DUPLICATE);
	ck_assert_int_eq(idempotency_begin(i, STR("K"), STR("m"), 11, &answer), 0);
	buf_fini(&answer);
	idempotency_free(i);
}
END_TEST

START_TEST(what_failed_may_be_tried_again)
{
	struct idempotency *i = idempotency_new(8, 1000);
	struct buf answer = BUF_INIT;

	ck_assert_int_eq(idempotency_begin(i, STR("k"), STR("m"), 10, &answer), 0);
	idempotency_forget(i, STR("k"));
	ck_assert_int_eq(idempotency_begin(i, STR("k"), STR("m"), 11, &answer), 0);
	buf_fini(&answer);
	idempotency_free(i);
}
END_TEST

START_TEST(keys_are_forgotten_after_their_time_and_the_oldest_for_room)
{
	struct idempotency *i = idempotency_new(2, 1000);
	struct buf answer = BUF_INIT;

	ck_assert_int_eq(idempotency_begin(i, STR("a"), STR("m"), 0, &answer), 0);
	idempotency_done(i, STR("a"), STR("1"));
	ck_assert_int_eq(idempotency_begin(i, STR("a"), STR("m"), 999, &answer), 1);
	ck_assert_int_eq(idempotency_begin(i, STR("a"), STR("m"), 1001, &answer), 0);
	idempotency_done(i, STR("a"), STR("1"));
	ck_assert_int_eq(idempotency_begin(i, STR("b"), STR("m"), 1002, &answer), 0);
	idempotency_done(i, STR("b"), STR("2"));
	ck_assert_int_eq(idempotency_begin(i, STR("c"), STR("m"), 1003, &answer), 0);
	idempotency_done(i, STR("c"), STR("3"));
	ck_assert_int_eq(idempotency_begin(i, STR("b"), STR("m"), 1004, &answer), 1);
	ck_assert_int_eq(idempotency_begin(i, STR("a"), STR("m"), 1005, &answer), 0);
	buf_fini(&answer);
	idempotency_free(i);
}
END_TEST

Suite *
idempotency_suite(void)
{
	Suite *s = suite_create("idempotency");
	TCase *t = tcase_create("idempotency");

	tcase_add_test(t, a_repetition_gets_the_first_answer);
	tcase_add_test(t, the_same_key_for_another_message_is_refused);
	tcase_add_test(t, what_failed_may_be_tried_again);
	tcase_add_test(t, keys_are_forgotten_after_their_time_and_the_oldest_for_room);
	suite_add_tcase(s, t);
	return s;
}
