/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/frame.h"
#include "base/counters.h"
#include "base/errors.h"
#include "base/hash.h"

#include "unit/base/suites.h"

START_TEST(the_last_reference_takes_the_compressed_form_along)
{
	struct frame *f = frame_new(FRAME_TEXT, 2, 3),
		     *twin = frame_new(FRAME_TEXT, 2, 1);

	memcpy(f->bytes, "..abc", 5);
	ck_assert(str_eq(frame_payload(f), STR("abc")));
	frame_add_deflated(f, 15, twin);
	frame_unref(twin);
	frame_ref(f);
	frame_unref(f);
	ck_assert_uint_eq(atomic_load(&twin->refs), 1);
	frame_unref(f);
	frame_unref(NULL);
	ck_assert_ptr_null(frame_new(FRAME_RAW, 0, (size_t)INT32_MAX + 1));
}
END_TEST

START_TEST(each_window_has_its_compressed_form)
{
	struct frame *f = frame_new(FRAME_TEXT, 2, 3), *forms[8];

	for (uint8_t bits = 8; bits < 16; bits++) {
		ck_assert_ptr_null(frame_deflated(f, bits));
		forms[bits - 8] = frame_new(FRAME_TEXT, 2, 1);
		frame_add_deflated(f, bits, forms[bits - 8]);
		frame_unref(forms[bits - 8]);
	}
	for (uint8_t bits = 8; bits < 16; bits++)
		ck_assert_ptr_eq(frame_deflated(f, bits), forms[bits - 8]);
	frame_unref(f);
}
END_TEST

START_TEST(every_error_and_counter_has_its_row)
{
	for (int i = 0; i < E_N; i++) {
		ck_assert_str_ne(error_name(-i), "");
		ck_assert_str_ne(error_text(i), "");
		ck_assert_int_ge(error_http_status(i), 200);
		ck_assert_int_ge(error_ws_code(i), 1000);
	}
	ck_assert_str_eq(error_name(-E_TOO_LARGE), "TOO_LARGE");
	ck_assert_str_eq(error_name(-E_N - 5), "INTERNAL_ERROR");
	for (int i = 0; i < COUNTER_N; i++)
		ck_assert_str_ne(counter_help((enum counter)i), "");
	ck_assert_str_eq(counter_name(COUNTER_ACCEPT_PAUSES), "accept_pauses");
	ck_assert(counter_is_gauge(COUNTER_SESSIONS) &&
		  !counter_is_gauge(COUNTER_ACCEPTED));
}
END_TEST

START_TEST(a_hash_depends_on_every_byte)
{
	char text[40] = {0};

	for (size_t n = 1; n <= sizeof(text); n++)
		for (size_t i = 0; i < n; i++) {
			uint64_t before = hash_str((struct str){text, n});

			text[i]++;
			ck_assert(hash_str((struct str){text, n}) != before);
		}
}
END_TEST

Suite *
frame_suite(void)
{
	Suite *s = suite_create("frame");
	TCase *t = tcase_create("frame");

	tcase_add_test(t, the_last_reference_takes_the_compressed_form_along);
	tcase_add_test(t, each_window_has_its_compressed_form);
	tcase_add_test(t, every_error_and_counter_has_its_row);
	tcase_add_test(t, a_hash_depends_on_every_byte);
	suite_add_tcase(s, t);
	return s;
}
