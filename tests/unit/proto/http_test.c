/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole connections: requests in a row, bodies, upgrades, memory between requests. */
#include "proto/http.h"

#include "base/errors.h"
#include "unit/proto/http_transcript.h"
#include "unit/proto/suites.h"

static const struct http_limits limits = {4096, 1024, 32, 1000};

static void
expect(const char *bytes, const char *transcript)
{
	http_expect("request", &limits, str_from(bytes), false, transcript);
}

START_TEST(a_request_comes_with_its_headers_in_order)
{
	http_expect(
		"headers", &limits,
		STR("GET /engine.io/?EIO=4&transport=polling HTTP/1.1\r\n"
		    "hOST: Example.org:3000\r\n"
		    "X-Empty:\r\n"
		    "X-Blank: \t \r\n"
		    "X-Text:\t caf\xc3\xa9 \tau lait: 2 \t\r\n"
		    "!#$%&'*+-.^_`|~09azAZ:x\r\n"
		    "X-Text: again\r\n\r\n"),
		true,
		"GET /engine.io/|EIO=4&transport=polling host=Example.org:3000 1.1 keep\n"
		"hOST: Example.org:3000\n"
		"X-Empty: \n"
		"X-Blank: \n"
		"X-Text: caf\xc3\xa9 \tau lait: 2\n"
		"!#$%&'*+-.^_`|~09azAZ: x\n"
		"X-Text: again\n"
		"=\n");
}
END_TEST

START_TEST(pipelined_requests_come_one_by_one)
{
	expect("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
	       "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
	       "POST /3?x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	       "3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n"
	       "DELETE /4 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: "
	       "close\r\n\r\n"
	       "HEAD /5 HTTP/1.0\r\n\r\n",
	       "GET /1| host=a 1.1 keep\n=\n"
	       "POST /2| host=a 1.1 body keep\n=hello\n"
	       "POST /3|x host=a 1.1 body keep\n=abc0123456789\n"
	       "DELETE /4| host=a 1.1\n=\n"
	       "HEAD /5| host= 1.0\n=\n");
}
END_TEST

START_TEST(a_body_that_is_not_all_there_asks_for_more)
{
	expect("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nhello",
	       "POST /| host=a 1.1 body keep\n?hello\n");
	expect("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
	       "chunked\r\n\r\n5\r\nhello\r\n0\r\n",
	       "POST /| host=a 1.1 body keep\n?hello\n");
}
END_TEST

START_TEST(an_upgrade_leaves_the_first_bytes_of_the_new_protocol)
{
	expect("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
	       "Upgrade: websocket\r\n\r\n\x81\x80mask",
	       "GET /ws| host=a 1.1 keep upgrade\n=\n+\x81\x80mask\n");
}
END_TEST

START_TEST(an_upgrade_with_a_body_ends_with_its_body)
{
	expect("POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"
	       "Content-Length: 2\r\n\r\nhiPRI",
	       "POST /| host=a 1.1 body keep upgrade\n=hi\n+PRI\n");
}
END_TEST

START_TEST(an_upgrade_needs_both_headers_and_version_1_1)
{
	expect("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
	       "GET /| host=a 1.1 keep\n=\n");
	expect("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n\r\n",
	       "GET /| host=a 1.1 keep\n=\n");
	expect("GET / HTTP/1.0\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: "
	       "websocket\r\n\r\n",
	       "GET /| host=a 1.0\n=\n");
}
END_TEST

START_TEST(keep_alive_follows_version_and_connection)
{
	expect("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n",
	       "GET /| host=a 1.1\n=\n");
	expect("GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n",
	       "GET /| host=a 1.1 keep\n=\n");
	expect("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
	       "GET /| host= 1.0 keep\n=\n");
	expect("GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
	       "GET /| host= 1.0\n=\n");
}
END_TEST

START_TEST(a_client_may_expect_100_continue)
{
	expect("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: "
	       "1\r\n\r\nx",
	       "POST /| host=a 1.1 body keep expect\n=x\n");
	expect("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n",
	       "GET /| host=a 1.1 keep\n=\n");
	expect("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
	       "POST /| host= 1.0 body\n=x\n");
}
END_TEST

START_TEST(one_empty_line_may_precede_each_request)
{
	expect("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: "
	       "a\r\n\r\n",
	       "GET /| host=a 1.1 keep\n=\nGET /2| host=a 1.1 keep\n=\n");
	expect("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "!HTTP_SYNTAX\n");
	expect("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "!HTTP_SYNTAX\n");
}
END_TEST

START_TEST(trailers_are_read_and_forgotten)
{
	expect("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: "
	       "X-Sum\r\n\r\n"
	       "2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-More:\r\n\r\nGET /2 HTTP/1.1\r\nHost: "
	       "a\r\n\r\n",
	       "POST /| host=a 1.1 body keep\n=hi\nGET /2| host=a 1.1 keep\n=\n");
}
END_TEST

static long
feed(struct http_parser *p, const char *text, enum http_event *event_out)
{
	struct str body;

	return http_parser_feed(p, text, strlen(text), event_out, &body);
}

START_TEST(a_parser_is_idle_between_requests)
{
	struct http_parser *p = http_parser_new(&limits);
	enum http_event event;

	ck_assert(http_parser_is_idle(p));
	ck_assert_int_eq(feed(p, "\r\n", &event), 2);
	ck_assert(http_parser_is_idle(p));
	ck_assert_int_eq(feed(p, "G", &event), 1);
	ck_assert(!http_parser_is_idle(p));
	ck_assert_ptr_null(http_parser_head(p));
	ck_assert_int_eq(feed(p, "ET / HTTP/1.1\r\nHost: a\r\n\r\n", &event), 26);
	ck_assert_int_eq(event, HTTP_HEAD_DONE);
	ck_assert(!http_parser_is_idle(p));
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(feed(p, i ? "GET" : "", &event), 0);
		ck_assert_int_eq(event, HTTP_DONE);
		ck_assert_ptr_nonnull(http_parser_head(p));
	}
	http_parser_next(p);
	ck_assert(http_parser_is_idle(p));
	ck_assert_ptr_null(http_parser_head(p));
	http_parser_free(p);
}
END_TEST

START_TEST(going_on_before_the_body_ended_fails_the_parser)
{
	struct http_parser *p = http_parser_new(&limits);
	enum http_event event;

	ck_assert_int_gt(feed(p,
			      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
			      &event),
			 0);
	http_parser_next(p);
	ck_assert_int_eq(feed(p, "GET / HTT", &event), -E_STATE);
	http_parser_free(p);
}
END_TEST

START_TEST(an_error_stays)
{
	struct http_parser *p = http_parser_new(&limits);
	enum http_event event;

	ck_assert_int_eq(feed(p, "GET / HTTP/2.0\r\n", &event), -E_HTTP_VERSION);
	ck_assert_int_eq(feed(p, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", &event),
			 -E_HTTP_VERSION);
	http_parser_free(p);
}
END_TEST

START_TEST(a_body_limit_can_be_lowered_for_one_request)
{
	struct http_parser *p = http_parser_new(&limits);
	enum http_event event;

	ck_assert_int_gt(feed(p,
			      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
			      &event),
			 0);
	http_parser_limit_body(p, 5000);
	http_parser_limit_body(p, 9);
	ck_assert_int_eq(feed(p, "123456789", &event), 9);
	ck_assert_int_eq(feed(p, "", &event), 0);
	ck_assert_int_eq(event, HTTP_DONE);
	http_parser_next(p);
	ck_assert_int_gt(feed(p,
			      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n",
			      &event),
			 0);
	http_parser_limit_body(p, 8);
	ck_assert_int_eq(feed(p, "", &event), -E_TOO_LARGE);
	http_parser_free(p);
}
END_TEST

START_TEST(headers_are_found_without_case)
{
	struct http_parser *p = http_parser_new(&limits);
	const struct http_head *h;
	struct arena a = ARENA_INIT;
	enum http_event event;

	ck_assert_int_gt(
		feed(p,
		     "GET / HTTP/1.1\r\nHost: a\r\nAccept: x , ,y\r\naccept: zed\r\n"
		     "Accept: Z\r\n\r\n",
		     &event),
		0);
	h = http_parser_head(p);
	ck_assert(str_eq(http_header_get(h, STR("ACCEPT")), STR("x , ,y")));
	ck_assert_ptr_null(http_header_get(h, STR("Accep")).ptr);
	ck_assert_uint_eq(http_header_get(h, STR("Cookie")).len, 0);
	ck_assert_uint_eq(http_header_count(h, STR("accept")), 3);
	ck_assert(http_header_has_token(h, STR("Accept"), STR("Y")));
	ck_assert(http_header_has_token(h, STR("Accept"), STR("z")));
	ck_assert(!http_header_has_token(h, STR("Accept"), STR("ze")));
	ck_assert(str_eq(http_header_list(h, STR("accept"), &a), STR("x , ,y,zed,Z")));
	ck_assert_ptr_eq(http_header_list(h, STR("host"), &a).ptr,
			 http_header_get(h, STR("host")).ptr);
	ck_assert_ptr_null(http_header_list(h, STR("Cookie"), &a).ptr);
	arena_fini(&a);
	http_parser_free(p);
}
END_TEST

START_TEST(every_error_has_a_status_with_a_text)
{
	ck_assert_str_eq(http_status_text(404), "Not Found");
	ck_assert_str_eq(http_status_text(299), "Unknown");
	for (int error = 1; error < E_N; error++)
		ck_assert_msg(strcmp(http_status_text(error_http_status(error)),
				     "Unknown") != 0,
			      "no text for %d", error_http_status(error));
}
END_TEST

Suite *
http_suite(void)
{
	Suite *s = suite_create("http");
	TCase *t = tcase_create("http");

	tcase_add_test(t, a_request_comes_with_its_headers_in_order);
	tcase_add_test(t, pipelined_requests_come_one_by_one);
	tcase_add_test(t, a_body_that_is_not_all_there_asks_for_more);
	tcase_add_test(t, an_upgrade_leaves_the_first_bytes_of_the_new_protocol);
	tcase_add_test(t, an_upgrade_with_a_body_ends_with_its_body);
	tcase_add_test(t, an_upgrade_needs_both_headers_and_version_1_1);
	tcase_add_test(t, keep_alive_follows_version_and_connection);
	tcase_add_test(t, a_client_may_expect_100_continue);
	tcase_add_test(t, one_empty_line_may_precede_each_request);
	tcase_add_test(t, trailers_are_read_and_forgotten);
	tcase_add_test(t, a_parser_is_idle_between_requests);
	tcase_add_test(t, going_on_before_the_body_ended_fails_the_parser);
	tcase_add_test(t, an_error_stays);
	tcase_add_test(t, a_body_limit_can_be_lowered_for_one_request);
	tcase_add_test(t, headers_are_found_without_case);
	tcase_add_test(t, every_error_has_a_status_with_a_text);
	suite_add_tcase(s, t);
	return s;
}
