/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP on memory streams: keep-alive, pipelining, deadlines, limits, refusals, aborts. */
#include "transport/http_conn.h"

#include "base/errors.h"
#include "net/loop.h"
#include "unit/transport/rig.h"
#include "unit/transport/suites.h"

#include <stdio.h>
#include <stdlib.h>

static struct rig rig;
static struct peer *peer;
static struct request *kept; /* what /later has not answered yet */
static int aborted_n, served_n;

static void
serve_echo(struct request *r)
{
	served_n++;
	request_answer(r, &(struct answer){.status = 200,
					   .type = STR("text/plain"),
					   .body = r->body.len ? buf_str(&r->body)
							       : r->head->target});
}

static void
on_abort(struct request *r)
{
	ck_assert_ptr_eq(r, kept);
	kept = NULL;
	aborted_n++;
}

static void
serve_later(struct request *r)
{
	ck_assert_ptr_null(kept);
	kept = r;
	r->on_abort = on_abort;
}

static void
serve_sure(struct request *r)
{
	ck_assert_ptr_null(kept);
	kept = r;
}

static enum route_next
begin_small(struct request *r)
{
	request_limit_body(r, 8);
	return ROUTE_SERVE;
}

static enum route_next
begin_refuse(struct request *r)
{
	request_refuse(r, -E_FORBIDDEN);
	return ROUTE_TAKEN;
}

static enum route_next
begin_move(struct request *r)
{
	if (r->conn->loop == rig.loop[1])
		return ROUTE_SERVE;
	request_move(r, rig.loop[1]);
	return ROUTE_TAKEN;
}

static enum route_next
begin_move_and_refuse(struct request *r)
{
	return r->conn->loop == rig.loop[1] ? begin_refuse(r) : begin_move(r);
}

static void
serve_empty(struct request *r)
{
	struct frame *f = frame_new(FRAME_RAW, 0, 0);

	request_answer(r, &(struct answer){.status = 200, .frame = f});
	frame_unref(f);
}

static void
set_up(void)
{
	rig_open(
		&rig,
		"http:\n  head_timeout: 1s\n  body_timeout: 2s\n  keepalive_timeout: 5s\n"
		"  head_size: 2KiB\n  target_size: 1KiB\n  body_size: 1KiB\n",
		2);
	rig_route(&rig, &(struct route){.path = "/echo", .serve = serve_echo});
	rig_route(&rig, &(struct route){.path = "/later", .serve = serve_later});
	rig_route(&rig, &(struct route){.path = "/sure", .serve = serve_sure});
	rig_route(&rig, &(struct route){.path = "/empty", .serve = serve_empty});
	rig_route(&rig, &(struct route){.path = "/small",
					.begin = begin_small,
					.serve = serve_echo});
	rig_route(&rig, &(struct route){.path = "/no",
					.begin = begin_refuse,
					.serve = serve_echo});
	rig_route(&rig, &(struct route){.path = "/move",
					.begin = begin_move,
					.serve = serve_echo});
	rig_route(&rig, &(struct route){.path = "/move-no",
					.begin = begin_move_and_refuse,
					.serve = serve_echo});
	peer = peer_open(&rig, 0);
	kept = NULL;
	aborted_n = served_n = 0;
}

static void
tear_down(void)
{
	rig_close(&rig);
}

/* --- answers ----------------------------------------------------------------------------- */

START_TEST(an_answer_has_its_date_length_and_type)
{
	peer_asks(peer, "GET", "/echo?x=1", "", "");
	peer_hears(peer, "HTTP/1.1 200 OK\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
			 "Content-Type: text/plain\r\nContent-Length: 9\r\n"
			 "Connection: keep-alive\r\n\r\n/echo?x=1");
}
END_TEST

START_TEST(a_connection_serves_one_request_after_the_other)
{
	for (int i = 0; i < 5; i++) {
		peer_asks(peer, "POST", "/echo", "", "hello");
		peer_gets(peer, 200, "hello");
		rig_pass(&rig, 4999);
	}
	ck_assert(!peer_is_closed(peer));
}
END_TEST

START_TEST(a_client_that_asks_for_it_is_closed_after_the_answer)
{
	peer_asks(peer, "GET", "/echo", "Connection: close\r\n", "");
	peer_gets(peer, 200, "/echo");
	ck_assert_str_eq(peer_header(peer, "Connection"), "close");
	ck_assert(peer_is_closed(peer));
}
END_TEST

START_TEST(http_1_0_is_closed_unless_it_asks_not_to)
{
	peer_says(peer, "GET /echo HTTP/1.0\r\n\r\n");
	peer_gets(peer, 200, "/echo");
	ck_assert(peer_is_closed(peer));
}
END_TEST

START_TEST(head_gets_no_body_but_its_length)
{
	peer_asks(peer, "HEAD", "/echo", "", "");
	peer_hears(peer, "HTTP/1.1 200 OK\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
			 "Content-Type: text/plain\r\nContent-Length: 5\r\n"
			 "Connection: keep-alive\r\n\r\n");
	peer_asks(peer, "GET", "/echo", "", "");
	peer_gets(peer, 200, "/echo");
}
END_TEST

START_TEST(an_empty_shared_body_does_not_block_what_follows)
{
	peer_asks(peer, "GET", "/empty", "", "");
	peer_gets(peer, 200, "");
	peer_asks(peer, "GET", "/echo", "", "");
	peer_gets(peer, 200, "/echo");
}
END_TEST

START_TEST(what_is_not_there_is_404_as_json)
{
	peer_asks(peer, "GET", "/nowhere", "", "");
	peer_gets(peer, 404,
		  "{\"status\":404,\"error\":\"NOT_FOUND\",\"message\":\"there is no "
		  "such thing\"}");
	ck_assert_str_eq(peer_header(peer, "Content-Type"),
			 "application/json; charset=utf-8");
	peer_asks(peer, "GET", "/echo", "", "");
	peer_gets(peer, 200, "/echo");
}
END_TEST

START_TEST(a_refused_body_ends_the_connection)
{
	peer_asks(peer, "POST", "/nowhere", "", "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_gets(peer, 404, NULL);
	ck_assert_str_eq(peer_header(peer, "Connection"), "close");
	peer_hears_nothing(peer);
	ck_assert_int_eq(served_n, 0);
}
END_TEST

/* --- cutting ----------------------------------------------------------------------------- */

static const char three[] =
	"GET /echo?a HTTP/1.1\r\nHost: a\r\n\r\n"
	"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz"
	"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";

static void
take_three(void)
{
	peer_gets(peer, 200, "/echo?a");
	peer_gets(peer, 200, "xyz");
	peer_gets(peer, 200, "abc");
	peer_hears_nothing(peer);
}

START_TEST(requests_may_be_cut_anywhere)
{
	struct str all = str_from(three);

	peer_write(peer, (struct str){all.ptr, (size_t)_i});
	rig_turn(&rig);
	peer_write(peer, str_skip(all, (size_t)_i));
	rig_turn(&rig);
	take_three();
}
END_TEST

START_TEST(requests_may_come_byte_by_byte)
{
	for (size_t i = 0; i < sizeof(three) - 1; i++)
		peer_write(peer, (struct str){three + i, 1});
	rig_turn(&rig);
	take_three();
}
END_TEST

START_TEST(pipelined_requests_wait_for_the_answer_before_them)
{
	peer_says(peer, "GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /echo "
			"HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_says(peer, "GET /echo?2 HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_hears_nothing(peer);
	ck_assert_int_eq(served_n, 0);
	request_answer(kept, &(struct answer){.status = 200, .body = STR("first")});
	kept = NULL;
	rig_turn(&rig);
	peer_gets(peer, 200, "first");
	peer_gets(peer, 200, "/echo");
	peer_gets(peer, 200, "/echo?2");
}
END_TEST

START_TEST(a_flood_behind_a_slow_answer_waits_outside)
{
	struct buf flood = BUF_INIT;

	for (int i = 0; i < 8000; i++)
		buf_add_str(&flood, STR("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
	peer_says(peer, "GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_write(peer, buf_str(&flood));
	ck_assert_uint_lt(conn_input_n(peer->conn), 128 << 10);
	ck_assert_uint_gt(peer->memory.to_server.len, 64 << 10);
	request_answer(kept, &(struct answer){.status = 200});
	kept = NULL;
	rig_turn(&rig);
	for (int i = 0; i < 20; i++) /* many small ones are read in small pieces */
		rig_turn(&rig);
	ck_assert_int_eq(served_n, 8000);
	buf_fini(&flood);
	stream_memory_read(&peer->memory, peer->memory.to_client.len);
}
END_TEST

START_TEST(who_asks_on_without_reading_waits_until_he_has_read)
{
	struct buf flood = BUF_INIT;

	for (int i = 0; i < 8000; i++)
		buf_add_str(&flood, STR("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
	peer->memory.window_bytes = 0;
	peer_write(peer, buf_str(&flood));
	rig_turn(&rig);
	ck_assert_uint_lt(peer->conn->out.bytes, 128 << 10);
	ck_assert_uint_lt(conn_input_n(peer->conn), 128 << 10);
	ck_assert_uint_gt(peer->memory.to_server.len, 64 << 10);
	rig_pass(&rig, 6000); /* longer than the limits of heads and of idle clients */
	ck_assert(!peer_is_closed(peer));
	peer->memory.window_bytes = SIZE_MAX / 4;
	stream_memory_read(&peer->memory, 0);
	rig_turn(&rig);
	for (int i = 0; i < 20; i++) /* many small ones are read in small pieces */
		rig_turn(&rig);
	ck_assert_int_eq(served_n, 8000);
	stream_memory_read(&peer->memory, peer->memory.to_client.len);
	rig_pass(&rig, 5000);
	ck_assert(peer_is_closed(peer)); /* it was idle for so long */
	buf_fini(&flood);
}
END_TEST

START_TEST(more_requests_than_a_second_may_bring_wait_for_the_next)
{
	const struct counters *counters = &rig.loop[0]->counters;
	struct buf flood = BUF_INIT;

	rig.server[0].times = &(struct config_http){
		.requests_n = 10, .head_timeout_ms = 1000, .keepalive_timeout_ms = 5000};
	rig_pass(&rig, CONN_SECOND_MS - rig.loop[0]->now_ms % CONN_SECOND_MS);
	for (int i = 0; i < 25; i++)
		buf_add_str(&flood, STR("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
	peer_write(peer, buf_str(&flood));
	for (int second = 1; second <= 3; second++) {
		rig_turn(&rig);
		ck_assert_int_eq(served_n, second < 3 ? 10 * second : 25);
		rig_pass(&rig, CONN_SECOND_MS - 1);
		ck_assert_int_eq(served_n, second < 3 ? 10 * second : 25);
		rig_pass(&rig, 1);
	}
	ck_assert_uint_eq(counter_get(counters, COUNTER_REQUESTS_DELAYED), 2);
	stream_memory_read(&peer->memory, peer->memory.to_client.len);
	peer_says(peer, "GET /echo?again HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_gets(peer, 200, "/echo?again");
	buf_fini(&flood);
}
END_TEST

/* --- deadlines --------------------------------------------------------------------------- */

START_TEST(a_connection_that_says_nothing_is_closed_quietly)
{
	rig_pass(&rig, 999);
	ck_assert(!peer_is_closed(peer));
	rig_pass(&rig, 1);
	peer_hears_nothing(peer);
	ck_assert(peer_is_closed(peer));
}
END_TEST

START_TEST(an_idle_connection_is_closed_after_the_keep_alive_time)
{
	peer_asks(peer, "GET", "/echo", "", "");
	peer_gets(peer, 200, NULL);
	rig_pass(&rig, 4999);
	ck_assert(!peer_is_closed(peer));
	rig_pass(&rig, 1);
	peer_hears_nothing(peer);
	ck_assert(peer_is_closed(peer));
}
END_TEST

START_TEST(a_head_that_dribbles_in_is_408_however_steadily_it_comes)
{
	peer_says(peer, "GET /echo HTTP/1.1\r\n");
	for (int i = 0; i < 9; i++) {
		rig_pass(&rig, 111);
		peer_says(peer, "A: b\r\n");
	}
	peer_hears_nothing(peer);
	rig_pass(&rig, 1);
	peer_gets(peer, 408, NULL);
	ck_assert(peer_is_closed(peer));
}
END_TEST

START_TEST(a_body_that_does_not_come_is_408)
{
	peer_says(peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
	rig_pass(&rig, 1999);
	peer_hears_nothing(peer);
	rig_pass(&rig, 1);
	peer_gets(peer, 408, NULL);
	ck_assert_int_eq(served_n, 0);
}
END_TEST

START_TEST(an_answer_may_take_as_long_as_it_likes)
{
	peer_asks(peer, "GET", "/later", "", "");
	rig_pass(&rig, 3600000);
	ck_assert(!peer_is_closed(peer));
	request_answer(kept, &(struct answer){.status = 200, .body = STR("at last")});
	rig_turn(&rig);
	peer_gets(peer, 200, "at last");
}
END_TEST

START_TEST(no_deadline_cuts_an_answer_that_is_being_read_slowly)
{
	peer->memory.window_bytes = 10;
	peer_asks(peer, "POST", "/no", "", "hello");
	rig_pass(&rig, 2500);
	peer->memory.window_bytes = 10000;
	stream_memory_read(&peer->memory, 0);
	rig_turn(&rig);
	peer_gets(peer, 403, NULL);
}
END_TEST

/* --- limits and refusals ------------------------------------------------------------------ */

static const struct {
	const char *bytes;
	int status;
} bad[] = {
	{"nonsense\r\n\r\n", 400},
	{"GET /echo HTTP/1.1\r\n\r\n", 400},
	{"GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
	{"GET /echo HTTP/2.0\r\nHost: a\r\n\r\n", 505},
	{"BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n", 501},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: "
	 "2\r\n\r\n",
	 400},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n", 413},
	{"POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n", 413},
	{"POST /small HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
	 "chunked\r\n\r\n9\r\n123456789\r\n",
	 413},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
	{"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n",
	 417},
};

START_TEST(what_is_no_request_is_refused_once_and_closed)
{
	peer_says(peer, bad[_i].bytes);
	peer_gets(peer, bad[_i].status, NULL);
	ck_assert_str_eq(peer_header(peer, "Connection"), "close");
	peer_says(peer, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_hears_nothing(peer);
	ck_assert(peer_is_closed(peer));
	ck_assert_int_eq(served_n, 0);
}
END_TEST

START_TEST(a_head_above_its_limit_is_431)
{
	char lines[2100];

	memset(lines, 'x', sizeof(lines));
	memcpy(lines, "A: ", 3);
	strcpy(lines + sizeof(lines) - 3, "\r\n");
	peer_asks(peer, "GET", "/echo", lines, "");
	peer_gets(peer, 431, NULL);
}
END_TEST

START_TEST(a_body_at_its_limit_is_served)
{
	peer_asks(peer, "POST", "/small", "", "12345678");
	peer_gets(peer, 200, "12345678");
}
END_TEST

START_TEST(bytes_behind_a_served_request_that_are_none_are_refused)
{
	peer_says(peer, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\nrubbish\r\n\r\n");
	peer_gets(peer, 200, "/echo");
	peer_gets(peer, 400, NULL);
	ck_assert(peer_is_closed(peer));
}
END_TEST

START_TEST(a_client_that_expects_100_gets_it_before_the_body)
{
	peer_says(peer, "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
			"Content-Length: 2\r\n\r\n");
	peer_hears(peer, "HTTP/1.1 100 Continue\r\n\r\n");
	peer_says(peer, "ok");
	peer_gets(peer, 200, "ok");
}
END_TEST

START_TEST(a_refused_head_gets_no_100)
{
	peer_says(peer, "POST /no HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
			"Content-Length: 2\r\n\r\n");
	peer_gets(peer, 403, NULL);
	ck_assert(peer_is_closed(peer));
}
END_TEST

START_TEST(a_request_refused_at_its_head_leaves_the_connection_usable)
{
	peer_asks(peer, "GET", "/no", "", "");
	peer_gets(peer, 403, NULL);
	peer_asks(peer, "GET", "/echo", "", "");
	peer_gets(peer, 200, "/echo");
}
END_TEST

/* --- leaving ----------------------------------------------------------------------------- */

START_TEST(a_client_that_leaves_aborts_what_it_waits_for)
{
	peer_asks(peer, "GET", "/later", "", "");
	peer_ends(peer);
	ck_assert_int_eq(aborted_n, 1);
	ck_assert(peer->memory.server_closed);
}
END_TEST

START_TEST(a_client_that_only_ends_still_gets_its_answer)
{
	peer_asks(peer, "GET", "/sure", "", "");
	peer_ends(peer);
	ck_assert(!peer_is_closed(peer));
	request_answer(kept, &(struct answer){.status = 200, .body = STR("there")});
	rig_turn(&rig);
	peer_gets(peer, 200, "there");
	ck_assert(peer->memory.server_closed);
}
END_TEST

START_TEST(a_client_that_only_ends_gets_all_its_answers)
{
	peer_asks(peer, "GET", "/sure", "", "");
	peer_asks(peer, "GET", "/echo?1", "", "");
	peer_says(peer, "GET /echo?2 HTTP/1.1\r\nHost: a\r\n\r\nGET /echo?cut");
	peer_ends(peer);
	ck_assert(!peer_is_closed(peer));
	request_answer(kept, &(struct answer){.status = 200, .body = STR("there")});
	rig_turn(&rig);
	peer_gets(peer, 200, "there");
	peer_gets(peer, 200, "/echo?1");
	peer_gets(peer, 200, "/echo?2");
	peer_hears_nothing(peer);
	ck_assert(peer->memory.server_closed);
}
END_TEST

START_TEST(a_client_that_ends_behind_a_request_that_waits_gives_that_one_up)
{
	struct request *first;

	peer_asks(peer, "GET", "/sure", "", "");
	peer_asks(peer, "GET", "/later", "", "");
	peer_ends(peer);
	first = kept;
	kept = NULL;
	request_answer(first, &(struct answer){.status = 200, .body = STR("there")});
	rig_turn(&rig);
	ck_assert_int_eq(aborted_n, 1);
	ck_assert(peer->memory.server_closed);
}
END_TEST

START_TEST(a_client_that_ends_and_then_reads_gets_all_its_answers)
{
	struct buf flood = BUF_INIT;

	for (int i = 0; i < 450; i++)
		buf_add_str(&flood, STR("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"));
	peer_asks(peer, "GET", "/sure", "", "");
	peer_write(peer, buf_str(&flood));
	peer_ends(peer);
	peer->memory.window_bytes = 0;
	request_answer(kept, &(struct answer){.status = 200, .body = STR("there")});
	rig_turn(&rig);
	ck_assert_int_lt(served_n, 450); /* what waits for him to read has a limit */
	peer->memory.window_bytes = SIZE_MAX / 4;
	stream_memory_read(&peer->memory, 0);
	rig_turn(&rig);
	ck_assert_int_eq(served_n, 450);
	ck_assert(peer->memory.server_closed);
	buf_fini(&flood);
	stream_memory_read(&peer->memory, peer->memory.to_client.len);
}
END_TEST

START_TEST(leaving_within_a_body_serves_nothing)
{
	peer_says(peer, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
	peer_ends(peer);
	ck_assert_int_eq(served_n, 0);
	ck_assert(peer->memory.server_closed);
}
END_TEST

START_TEST(draining_closes_what_is_idle_and_the_rest_after_its_answer)
{
	struct peer *idle = peer_open(&rig, 0);

	peer_asks(peer, "GET", "/later", "", "");
	http_server_drain(&rig.server[0]);
	rig_turn(&rig);
	ck_assert(peer_is_closed(idle));
	ck_assert(!peer_is_closed(peer));
	request_answer(kept, &(struct answer){.status = 200});
	rig_turn(&rig);
	peer_gets(peer, 200, "");
	ck_assert_str_eq(peer_header(peer, "Connection"), "close");
	ck_assert(peer_is_closed(peer));
}
END_TEST

/* --- hand-over --------------------------------------------------------------------------- */

START_TEST(a_request_goes_on_where_it_was_moved_to)
{
	peer_asks(peer, "GET", "/move", "", "");
	peer_gets(peer, 200, "/move");
	ck_assert_ptr_eq(peer->conn->loop, rig.loop[1]);
	peer_asks(peer, "POST", "/move", "", "again");
	peer_gets(peer, 200, "again");
}
END_TEST

START_TEST(a_moved_request_takes_its_body_and_what_follows_along)
{
	const char *all = "POST /move HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyz"
			  "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n";

	peer_write(peer, (struct str){all, (size_t)_i});
	rig_turn(&rig);
	peer_write(peer, str_skip(str_from(all), (size_t)_i));
	rig_turn(&rig);
	peer_gets(peer, 200, "xyz");
	peer_gets(peer, 200, "/echo");
}
END_TEST

START_TEST(a_request_may_be_refused_where_it_arrives)
{
	peer_says(peer, "GET /move-no HTTP/1.1\r\nHost: a\r\n\r\nGET /echo "
			"HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_gets(peer, 403, NULL);
	peer_gets(peer, 200, "/echo");
}
END_TEST

START_TEST(answers_before_a_moved_request_keep_their_order)
{
	peer_says(peer, "GET /echo?1 HTTP/1.1\r\nHost: a\r\n\r\nGET /move "
			"HTTP/1.1\r\nHost: a\r\n\r\n");
	peer_gets(peer, 200, "/echo?1");
	peer_gets(peer, 200, "/move");
}
END_TEST

Suite *
http_conn_suite(void)
{
	Suite *s = suite_create("http_conn");
	TCase *t = tcase_create("http_conn");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, an_answer_has_its_date_length_and_type);
	tcase_add_test(t, a_connection_serves_one_request_after_the_other);
	tcase_add_test(t, a_client_that_asks_for_it_is_closed_after_the_answer);
	tcase_add_test(t, http_1_0_is_closed_unless_it_asks_not_to);
	tcase_add_test(t, head_gets_no_body_but_its_length);
	tcase_add_test(t, an_empty_shared_body_does_not_block_what_follows);
	tcase_add_test(t, what_is_not_there_is_404_as_json);
	tcase_add_test(t, a_refused_body_ends_the_connection);
	tcase_add_loop_test(t, requests_may_be_cut_anywhere, 0, sizeof(three));
	tcase_add_test(t, requests_may_come_byte_by_byte);
	tcase_add_test(t, pipelined_requests_wait_for_the_answer_before_them);
	tcase_add_test(t, a_flood_behind_a_slow_answer_waits_outside);
	tcase_add_test(t, who_asks_on_without_reading_waits_until_he_has_read);
	tcase_add_test(t, more_requests_than_a_second_may_bring_wait_for_the_next);
	tcase_add_test(t, a_connection_that_says_nothing_is_closed_quietly);
	tcase_add_test(t, an_idle_connection_is_closed_after_the_keep_alive_time);
	tcase_add_test(t, a_head_that_dribbles_in_is_408_however_steadily_it_comes);
	tcase_add_test(t, a_body_that_does_not_come_is_408);
	tcase_add_test(t, an_answer_may_take_as_long_as_it_likes);
	tcase_add_test(t, no_deadline_cuts_an_answer_that_is_being_read_slowly);
	tcase_add_loop_test(t, what_is_no_request_is_refused_once_and_closed, 0,
			    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, a_head_above_its_limit_is_431);
	tcase_add_test(t, a_body_at_its_limit_is_served);
	tcase_add_test(t, bytes_behind_a_served_request_that_are_none_are_refused);
	tcase_add_test(t, a_client_that_expects_100_gets_it_before_the_body);
	tcase_add_test(t, a_refused_head_gets_no_100);
	tcase_add_test(t, a_request_refused_at_its_head_leaves_the_connection_usable);
	tcase_add_test(t, a_client_that_leaves_aborts_what_it_waits_for);
	tcase_add_test(t, a_client_that_only_ends_still_gets_its_answer);
	tcase_add_test(t, a_client_that_only_ends_gets_all_its_answers);
	tcase_add_test(t,
		       a_client_that_ends_behind_a_request_that_waits_gives_that_one_up);
	tcase_add_test(t, a_client_that_ends_and_then_reads_gets_all_its_answers);
	tcase_add_test(t, leaving_within_a_body_serves_nothing);
	tcase_add_test(t, draining_closes_what_is_idle_and_the_rest_after_its_answer);
	tcase_add_test(t, a_request_goes_on_where_it_was_moved_to);
	tcase_add_loop_test(t, a_moved_request_takes_its_body_and_what_follows_along, 1,
			    85);
	tcase_add_test(t, a_request_may_be_refused_where_it_arrives);
	tcase_add_test(t, answers_before_a_moved_request_keep_their_order);
	suite_add_tcase(s, t);
	return s;
}
