/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/admission.h"

#include "base/errors.h"
#include "config/config.h"
#include "unit/transport/suites.h"

static struct config config = {.connections_n = 5, .address_connections_n = 2};

static struct address
address(uint8_t last)
{
	return (struct address){.family = AF_INET, .bytes = {10, 0, 0, last}};
}

START_TEST(an_address_gets_no_more_than_its_share_whatever_its_port)
{
	struct admission *a = admission_new(&config);
	struct address one = address(1), two = address(2);

	ck_assert_int_eq(admission_take(a, &one, 1), 0);
	one.port = 77;
	ck_assert_int_eq(admission_take(a, &one, 1), 0);
	ck_assert_int_eq(admission_take(a, &one, 1), -E_TOO_MANY_CONNECTIONS);
	ck_assert_int_eq(admission_take(a, &two, 1), 0);
	admission_release(a, &one);
	ck_assert_int_eq(admission_take(a, &one, 1), 0);
	admission_free(a);
}
END_TEST

START_TEST(all_together_get_no_more_than_the_whole)
{
	struct admission *a = admission_new(&config);
	struct address who;

	for (uint8_t i = 0; i < 5; i++) {
		who = address(i);
		ck_assert_int_eq(admission_take(a, &who, 1), 0);
	}
	for (uint8_t i = 10; i < 30; i++) { /* refused ones are not counted */
		who = address(i);
		ck_assert_int_eq(admission_take(a, &who, 1), -E_TOO_MANY_CONNECTIONS);
	}
	who = address(0);
	admission_release(a, &who);
	ck_assert_int_eq(admission_take(a, &who, 1), 0);
	admission_free(a);
}
END_TEST

START_TEST(a_connection_that_is_anothers_counts_for_him_and_not_twice)
{
	struct admission *a = admission_new(&config);
	struct address one = address(1), two = address(2);

	for (int i = 0; i < 5; i++) /* all there may be */
		ck_assert_int_eq(admission_take(a, &admission_nobody, 1), 0);
	ck_assert_int_eq(admission_move(a, &admission_nobody, &one, 1), 0);
	ck_assert_int_eq(admission_move(a, &admission_nobody, &one, 1), 0);
	ck_assert_int_eq(admission_move(a, &admission_nobody, &one, 1),
			 -E_TOO_MANY_CONNECTIONS);
	ck_assert_int_eq(admission_move(a, &one, &one, 1), 0);
	ck_assert_int_eq(admission_move(a, &one, &two, 1), 0);
	ck_assert_int_eq(admission_move(a, &admission_nobody, &one, 1), 0);
	admission_release(a, &two);
	ck_assert_int_eq(admission_take(a, &two, 1), 0);
	admission_free(a);
}
END_TEST

START_TEST(without_limits_everybody_comes_in)
{
	struct config free_for_all = {.connections_n = 0};
	struct admission *a = admission_new(&free_for_all);
	struct address who = address(1);

	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(admission_take(a, &who, 1), 0);
	admission_free(a);
}
END_TEST

Suite *
admission_suite(void)
{
	Suite *s = suite_create("admission");
	TCase *t = tcase_create("admission");

	tcase_add_test(t, an_address_gets_no_more_than_its_share_whatever_its_port);
	tcase_add_test(t, all_together_get_no_more_than_the_whole);
	tcase_add_test(t, a_connection_that_is_anothers_counts_for_him_and_not_twice);
	tcase_add_test(t, without_limits_everybody_comes_in);
	suite_add_tcase(s, t);
	return s;
}
