/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/api_http.h"

#include "transport/request.h"
#include "unit/action/suites.h"

static struct http_header asked[] = {{STR("X-Asked"), STR("why")}};
static struct http_head head = {
	.headers = asked, .headers_n = 1, .target = STR("/s/?EIO=4")};
static struct request request;
static struct tg_http_answer answer = {.size = sizeof(answer), .request = &request};

static void
set_up(void)
{
	request = (struct request){.head = &head};
	request.headers = buf_in(request.room, sizeof(request.room));
}

static void
tear_down(void)
{
	buf_fini(&request.headers);
}

START_TEST(headers_follow_one_another)
{
	ck_assert_int_eq(api_set_header(&answer, TG("X-One"), TG("1")), TG_OK);
	ck_assert_int_eq(api_set_header(&answer, TG("Set-Cookie"), TG("a=b; Path=/")),
			 TG_OK);
	ck_assert_int_eq(api_set_header(&answer, TG("X-Empty"), TG("")), TG_OK);
	ck_assert(str_eq(buf_str(&request.headers),
			 STR("X-One: 1\r\nSet-Cookie: a=b; Path=/\r\nX-Empty: \r\n")));
}
END_TEST

static const struct {
	struct tg_str name, value;
} bads[] = {
	{{"", 0}, {"x", 1}},
	{{"a b", 3}, {"x", 1}},
	{{"a:", 2}, {"x", 1}},
	{{"X\r\nY", 4}, {"x", 1}},
	{{"X", 1}, {"a\r\nSet-Cookie: b", 16}},
	{{"X", 1}, {"a\0b", 3}},
	{{"X", 1}, {"\x7f", 1}},
	{{"connection", 10}, {"close", 5}},
	{{"Content-Length", 14}, {"0", 1}},
	{{"CONTENT-TYPE", 12}, {"x", 1}},
	{{"Transfer-Encoding", 17}, {"chunked", 7}},
	{{"Sec-WebSocket-Accept", 20}, {"x", 1}},
	{{"Upgrade", 7}, {"h2c", 3}},
	{{"Date", 4}, {"x", 1}},
};

START_TEST(what_is_no_header_or_ours_is_refused)
{
	ck_assert_int_eq(api_set_header(&answer, bads[_i].name, bads[_i].value),
			 TG_E_ARGUMENT);
	ck_assert_uint_eq(request.headers.len, 0);
}
END_TEST

START_TEST(headers_of_the_request_are_found_in_any_case)
{
	struct tg_str value;

	ck_assert(api_request_header(&answer, TG("x-asked"), &value));
	ck_assert(value.len == 3 && memcmp(value.ptr, "why", 3) == 0);
	ck_assert(!api_request_header(&answer, TG("x-other"), &value));
}
END_TEST

static void
add(const struct tg_http_answer *a, void *state)
{
	ck_assert_uint_eq(a->url.len, 9);
	if (a->is_first)
		api_set_header(a, TG("X-First"), TG("yes"));
	api_set_header(a, TG("X-By"), (struct tg_str){state, strlen(state)});
}

START_TEST(all_plugins_are_asked_in_their_order)
{
	struct registry registry = {0};
	struct tg_host *one = (struct tg_host *)(void *)asked;

	ck_assert_int_eq(registry_add_decorator(&registry, one, add, "one"), 0);
	ck_assert_int_eq(registry_add_decorator(&registry, NULL, add, "two"), 0);
	api_http_decorate(&registry, &request, true);
	registry_remove(&registry, one);
	api_http_decorate(&registry, &request, false);
	ck_assert(str_eq(buf_str(&request.headers),
			 STR("X-First: yes\r\nX-By: one\r\nX-First: yes\r\nX-By: two\r\n"
			     "X-By: two\r\n")));
	registry_fini(&registry);
}
END_TEST

Suite *
api_http_suite(void)
{
	Suite *s = suite_create("api_http");
	TCase *t = tcase_create("api_http");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, headers_follow_one_another);
	tcase_add_loop_test(t, what_is_no_header_or_ours_is_refused, 0,
			    sizeof(bads) / sizeof(bads[0]));
	tcase_add_test(t, headers_of_the_request_are_found_in_any_case);
	tcase_add_test(t, all_plugins_are_asked_in_their_order);
	suite_add_tcase(s, t);
	return s;
}
