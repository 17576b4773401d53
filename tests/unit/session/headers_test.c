/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/headers.h"

#include "unit/session/suites.h"

static struct slab slab;
static struct headers_pool pool;

static struct headers *
get(const char *agent)
{
	struct http_header lines[] = {{STR("User-Agent"), str_from(agent)},
				      {STR("Upgrade"), STR("websocket")}};
	struct http_head head = {.headers = lines, .headers_n = 2};
	struct request r = {.head = &head};
	struct headers *h;

	h = headers_get(&pool, &r);
	ck_assert_ptr_nonnull(h);
	arena_fini(&r.arena);
	return h;
}

static void
set_up(void)
{
	slab_init(&slab);
	pool = (struct headers_pool){.slab = &slab};
}

START_TEST(those_of_the_session_are_kept_in_lower_case)
{
	struct headers *h = get("One");

	ck_assert(str_eq(headers_text(h), STR("user-agent: One\r\n")));
	headers_put(&pool, h);
}
END_TEST

START_TEST(the_same_ones_are_there_once_until_the_last_has_gone)
{
	struct headers *one = get("One"), *again = get("One"), *two = get("Two");

	ck_assert_ptr_eq(one, again);
	ck_assert_ptr_ne(one, two);
	ck_assert_uint_eq(pool.by_text.n, 2);
	headers_put(&pool, one);
	ck_assert(str_eq(headers_text(again), STR("user-agent: One\r\n")));
	headers_put(&pool, again);
	ck_assert_uint_eq(pool.by_text.n, 1);
	headers_put(&pool, two);
	ck_assert_uint_eq(pool.by_text.n, 0);
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
