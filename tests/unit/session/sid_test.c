/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/sid.h"

#include "unit/session/suites.h"

START_TEST(a_session_id_names_its_owner)
{
	static const struct {
		uint16_t node;
		int loop;
	} owners[] = {{0, 0}, {1, 1}, {65535, 255}, {256, 7}};
	char id[SID_BYTES];
	uint16_t node;
	int loop;

	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
		sid_new(owners[i].node, owners[i].loop, id);
		ck_assert(sid_owner((struct str){id, SID_BYTES}, &node, &loop));
		ck_assert_uint_eq(node, owners[i].node);
		ck_assert_int_eq(loop, owners[i].loop);
	}
}
END_TEST

START_TEST(a_socket_id_names_its_loop)
{
	char id[SOCKET_SID_BYTES];
	int loop;

	for (int i = 0; i < 256; i++) {
		socket_sid_new(i, id);
		ck_assert(socket_sid_owner((struct str){id, SOCKET_SID_BYTES}, &loop));
		ck_assert_int_eq(loop, i);
	}
}
END_TEST

START_TEST(what_is_no_id_has_no_owner)
{
	static const struct str bad[] = {STR(""),
					 STR("abc"),
					 STR("AAAAAAAAAAAAAAAAAAAAAAAAA"),
					 STR("AAAAAAAAAAAAAAAAAAAAAA=="),
					 STR("AAAAAAAAAAAAAAAAAAAAAAA+"),
					 STR("AAAAAAAAAAAAAAAAAAA\xc3\xa9"
					     "AAA")};
	uint16_t node;
	int loop;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert(!sid_owner(bad[i], &node, &loop));
		ck_assert(!socket_sid_owner(bad[i], &loop));
	}
}
END_TEST

START_TEST(ids_differ_and_need_no_escaping)
{
	enum { N = 500 };
	char ids[N][SID_BYTES];

	for (int i = 0; i < N; i++) {
		sid_new(1, 1, ids[i]);
		for (int j = 0; j < SID_BYTES; j++)
			ck_assert_ptr_nonnull(strchr(
				"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				"0123456789-_",
				ids[i][j]));
		for (int j = 0; j < i; j++)
			ck_assert_mem_ne(ids[i], ids[j], SID_BYTES);
	}
}
END_TEST

Suite *
sid_suite(void)
{
	Suite *s = suite_create("sid");
	TCase *t = tcase_create("sid");

	tcase_add_test(t, a_session_id_names_its_owner);
	tcase_add_test(t, a_socket_id_names_its_loop);
	tcase_add_test(t, what_is_no_id_has_no_owner);
	tcase_add_test(t, ids_differ_and_need_no_escaping);
	suite_add_tcase(s, t);
	return s;
}
