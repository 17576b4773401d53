/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/headers.h"

#include "unit/session/suites.h"

static struct slab slab;
static struct texts texts;

static struct text *
get(const char *agent)
{
	struct http_header lines[] = {{STR("User-Agent"), str_from(agent)},
				      {STR("Upgrade"), STR("websocket")}};
	struct http_head head = {.headers = lines, .headers_n = 2};
	struct request r = {.head = &head};
	struct text *h;

	h = headers_get(&texts, &r);
	ck_assert_ptr_nonnull(h);
	arena_fini(&r.arena);
	return h;
}

static void
set_up(void)
{
	slab_init(&slab);
	texts_init(&texts, &slab);
}

START_TEST(those_of_the_session_are_kept_in_lower_case)
{
	struct text *h = get("One");

	ck_assert(str_eq(text_str(h), STR("user-agent: One\r\n")));
	texts_put(&texts, h);
}
END_TEST

START_TEST(the_same_ones_are_there_once_until_the_last_has_gone)
{
	struct text *one = get("One"), *again = get("One"), *two = get("Two");

	ck_assert_ptr_eq(one, again);
	ck_assert_ptr_ne(one, two);
	texts_put(&texts, one);
	ck_assert(str_eq(text_str(again), STR("user-agent: One\r\n")));
	texts_put(&texts, again);
	texts_put(&texts, two);
	ck_assert_uint_eq(slab.used_bytes, 0);
	slab_fini(&slab);
}
END_TEST

Suite *
headers_suite(void)
{
	Suite *s = suite_create("headers");
	TCase *t = tcase_create("headers");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_add_test(t, those_of_the_session_are_kept_in_lower_case);
	tcase_add_test(t, the_same_ones_are_there_once_until_the_last_has_gone);
	suite_add_tcase(s, t);
	return s;
}
