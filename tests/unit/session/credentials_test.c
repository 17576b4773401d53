/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a token may stand, and which place counts. */
#include "session/credentials.h"

#include "unit/session/suites.h"

static struct slab slab;
static struct texts texts;

static struct session_hello
make_hello(const char *url, const char *headers)
{
	slab_init(&slab);
	texts_init(&texts, &slab);
	return (struct session_hello){.url = texts_get(&texts, str_from(url)),
				      .headers = texts_get(&texts, str_from(headers))};
}

static const struct {
	const char *url, *headers, *cookie, *token;
} rows[] = {
	{"/ws", "", "", ""},
	{"/ws?token=a.b.c", "", "", "a.b.c"},
	{"/ws?x=1&token=a%2Eb", "", "", "a.b"},
	{"/ws?token=", "authorization: Bearer t\r\n", "", "t"},
	{"/ws?token=q", "authorization: Bearer t\r\n", "", "q"},
	{"/ws", "authorization: bearer  t \r\n", "", "t"},
	{"/ws", "authorization: Basic t\r\n", "", ""},
	{"/ws", "authorization: Bearer\r\n", "", ""},
	{"/ws", "cookie: a=1; sid=t; b=2\r\n", "sid", "t"},
	{"/ws", "cookie: sidx=t\r\n", "sid", ""},
	{"/ws", "cookie: sid=t\r\n", "", ""},
	{"/ws", "sec-websocket-protocol: rooms.v1, bearer.t\r\n", "", "t"},
	{"/ws", "sec-websocket-protocol: bearer.\r\n", "", ""},
	{"/ws", "cookie: sid=c\r\nsec-websocket-protocol: bearer.t\r\n", "sid", "c"},
};

START_TEST(the_first_place_that_has_a_token_counts)
{
	struct session_hello h = make_hello(rows[_i].url, rows[_i].headers);
	struct arena a = ARENA_INIT;
	struct str token = credentials_token(&h, str_from(rows[_i].cookie), &a);

	ck_assert_msg(str_eq(token, str_from(rows[_i].token)), "%.*s", STR_ARG(token));
	arena_fini(&a);
	session_hello_fini(&h, &texts);
	ck_assert_uint_eq(slab.used_bytes, 0);
	slab_fini(&slab);
}
END_TEST

START_TEST(a_query_that_is_forgotten_takes_nothing_else_with_it)
{
	struct session_hello h = make_hello("/ws?token=secret",
					    "host: a\r\nuser-agent: b\r\n");

	session_hello_forget_query(&h, &texts);
	ck_assert(str_eq(session_hello_url(&h), STR("/ws")));
	ck_assert_uint_eq(session_hello_query(&h).len, 0);
	ck_assert(str_eq(session_hello_header(&h, STR("user-agent")), STR("b")));
	session_hello_forget_query(&h, &texts);
	ck_assert(str_eq(session_hello_url(&h), STR("/ws")));
	session_hello_fini(&h, &texts);
	ck_assert_uint_eq(slab.used_bytes, 0);
	slab_fini(&slab);
}
END_TEST

Suite *
credentials_suite(void)
{
	Suite *suite = suite_create("credentials");
	TCase *tcase = tcase_create("places");

	tcase_add_loop_test(tcase, the_first_place_that_has_a_token_counts, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, a_query_that_is_forgotten_takes_nothing_else_with_it);
	suite_add_tcase(suite, tcase);
	return suite;
}
