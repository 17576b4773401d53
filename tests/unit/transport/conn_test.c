/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection between a protocol that writes down what it is told and a peer of memory. */
#include "transport/conn.h"

#include "base/errors.h"
#include "config/config.h"
#include "net/stream_memory.h"
#include "unit/transport/suites.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static struct clock_hand hand;
static struct config config = {.refs = 1, .http.write_timeout_ms = 500};
static struct loop *loop, *other;
static struct stream_memory memory;
static struct conn *conn;
static char told[1024];    /* what the protocol was told */
static long uses;          /* how many bytes it takes at most; -1: all */
static void (*then)(void); /* done within on_bytes, once */
static bool is_shared;     /* what is sent: it may be joined */

static void
tell(const char *word)
{
	strncat(told, word, sizeof(told) - strlen(told) - 1);
}

static void
expect(const char *words)
{
	ck_assert_str_eq(told, words);
	told[0] = '\0';
}

static long
on_bytes(struct conn *c, char *bytes, size_t n)
{
	char word[512];
	long used = uses < 0 || (size_t)uses > n ? (long)n : uses;
	void (*now)(void) = then;

	ck_assert_ptr_eq(c, conn);
	snprintf(word, sizeof(word), "<%.*s>", (int)n, bytes);
	tell(word);
	memset(bytes, '#', (size_t)used); /* ours to change */
	then = NULL;
	if (now)
		now();
	return used;
}

static void
on_drain(struct conn *c)
{
	(void)c;
	tell("drain ");
}

static void
on_end(struct conn *c)
{
	(void)c;
	tell("end ");
}

static void
on_close(struct conn *c, int error)
{
	char word[32];

	(void)c;
	snprintf(word, sizeof(word), "close:%d ", error);
	tell(word);
}

static void
on_free(struct conn *c)
{
	(void)c;
	tell("free ");
}

static const struct conn_up up = {on_bytes, on_drain, on_end, on_close, on_free};

static long
on_second(struct conn *c, char *bytes, size_t n)
{
	tell("second");
	return on_bytes(c, bytes, n);
}

static const struct conn_up second_up = {on_second, on_drain, on_end, on_close, on_free};

static void
set_up(void)
{
	hand = (struct clock_hand){1000, 1700000000000};
	loop = loop_new(0, clock_of_hand(&hand), &config);
	other = loop_new(1, clock_of_hand(&hand), &config);
	conn = conn_new_memory(loop, &memory);
	conn_set_up(conn, &up);
	conn_start(conn);
	told[0] = '\0';
	uses = -1;
	is_shared = false;
}

static void
tear_down(void)
{
	if (memory.stream) {
		conn_close(conn, 0);
		loop_turn(loop, false);
		loop_turn(other, false);
	}
	ck_assert_ptr_nonnull(strstr(told, "free"));
	buf_fini(&memory.to_client);
	buf_fini(&memory.to_server);
	loop_free(loop);
	loop_free(other);
}

static void
turn(uint64_t ms)
{
	clock_hand_move(&hand, ms);
	loop_turn(loop, false);
}

static void
peer_writes(const char *text)
{
	stream_memory_write(&memory, str_from(text));
}

static void
send_text(const char *text)
{
	struct frame *f = frame_new(FRAME_RAW, 0, strlen(text));

	f->is_shared = is_shared;
	memcpy(f->bytes, text, strlen(text));
	ck_assert_int_eq(conn_send(conn, f), 0);
	frame_unref(f);
}

static void
expect_sent(const char *text)
{
	ck_assert(str_eq(buf_str(&memory.to_client), str_from(text)));
	stream_memory_read(&memory, memory.to_client.len);
}

/* --- reading ----------------------------------------------------------------------------- */

START_TEST(unused_bytes_come_again_in_front_of_what_follows)
{
	uses = 1;
	peer_writes("ab");
	peer_writes("cd");
	uses = -1;
	peer_writes("e");
	expect("<ab><bcd><cde>");
}
END_TEST

START_TEST(bytes_that_nobody_uses_are_kept)
{
	uses = 0;
	for (int i = 0; i < 100; i++)
		peer_writes("x");
	told[0] = '\0';
	ck_assert_uint_eq(conn_input_n(conn), 100);
	uses = -1;
	conn_again(conn);
	ck_assert_uint_eq(strlen(told), 102);
	ck_assert_ptr_null(conn->busy); /* no memory without bytes */
}
END_TEST

static void
hold(void)
{
	conn_hold(conn, true);
}

static void
hold_and_go_on(void)
{
	conn_hold(conn, true);
	conn_hold(conn, false);
}

static void
again(void)
{
	uses = -1;
	conn_again(conn);
}

START_TEST(a_held_connection_reads_nothing_and_goes_on_where_it_was)
{
	uses = 1;
	then = hold;
	peer_writes("ab");
	peer_writes("cd");
	expect("<ab>");
	uses = -1;
	conn_hold(conn, false);
	expect("<b>");
	stream_memory_write(&memory, STR("")); /* a socket would announce it again */
	expect("<cd>");
}
END_TEST

START_TEST(going_on_within_the_callback_offers_the_rest_once_more)
{
	uses = 1;
	then = hold_and_go_on;
	peer_writes("ab");
	expect("<ab><b>");
}
END_TEST

START_TEST(asking_again_within_the_callback_is_no_recursion)
{
	uses = 1;
	then = again;
	peer_writes("abc");
	expect("<abc><bc>");
}
END_TEST

static void
switch_up(void)
{
	conn_set_up(conn, &second_up);
}

START_TEST(what_the_old_protocol_left_goes_to_the_new_one)
{
	uses = 2;
	then = switch_up;
	peer_writes("abc");
	expect("<abc>second<c>");
}
END_TEST

static void
close_it(void)
{
	conn_close(conn, -E_PACKET);
}

START_TEST(closing_within_the_callback_is_told_once)
{
	char text[32];

	then = close_it;
	uses = 1;
	peer_writes("abc");
	conn_close(conn, 0);
	loop_turn(loop, false);
	snprintf(text, sizeof(text), "<abc>close:%d free ", -E_PACKET);
	ck_assert_str_eq(told, text);
	ck_assert(memory.server_closed);
}
END_TEST

static void
end_it(void)
{
	conn_end(conn);
}

START_TEST(an_ending_connection_offers_nothing_more)
{
	uses = 1;
	then = end_it;
	peer_writes("abc");
	peer_writes("def");
	expect("<abc>");
}
END_TEST

START_TEST(the_end_of_the_peer_is_told_and_sending_goes_on)
{
	stream_memory_end(&memory);
	expect("end ");
	send_text("late");
	turn(0);
	expect_sent("late");
	conn_end(conn);
	turn(0);
	expect("close:0 free ");
	tell("free");
}
END_TEST

/* --- writing ----------------------------------------------------------------------------- */

START_TEST(frames_of_a_turn_leave_together_at_its_end)
{
	send_text("a");
	send_text("b");
	ck_assert_uint_eq(memory.to_client.len, 0);
	turn(0);
	expect_sent("ab");
	expect("");
}
END_TEST

START_TEST(more_frames_than_one_write_takes_leave_in_one_turn)
{
	for (int i = 0; i < 1000; i++)
		send_text("x");
	turn(0);
	ck_assert_uint_eq(memory.to_client.len, 1000);
	ck_assert(!conn->is_stuck);
}
END_TEST

/* A connection over a pair of sockets; the other end is returned. */
static int
open_pair(void)
{
	int fds[2];

	conn_close(conn, 0);
	loop_turn(loop, false);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	conn = conn_new(loop, fds[0], &(struct address){.family = AF_UNIX});
	conn_set_up(conn, &up);
	conn_start(conn);
	told[0] = '\0';
	return fds[1];
}

static void
expect_read(int fd, const char *text)
{
	char bytes[64];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	ck_assert_int_eq(n, *text ? (ssize_t)strlen(text) : -1);
	ck_assert_int_eq(memcmp(bytes, text, strlen(text)), 0);
}

static void
close_pair(int fd)
{
	conn_close(conn, 0);
	loop_turn(loop, false);
	close(fd);
}

START_TEST(what_follows_a_pause_is_in_a_read_of_its_own)
{
	int fd = open_pair();

	is_shared = _i;
	send_text("first");
	conn_pause(conn);
	send_text("sec");
	conn_pause(conn);
	turn(0);
	expect_read(fd, "first");
	send_text("ond");
	turn(1);
	expect_read(fd, "");
	turn(1);
	expect_read(fd, "second");
	send_text("third");
	turn(0);
	expect_read(fd, "third");
	close_pair(fd);
}
END_TEST

START_TEST(a_pause_with_nothing_behind_it_is_none)
{
	int fd = open_pair();

	conn_pause(conn);
	send_text("a");
	conn_pause(conn);
	turn(0);
	expect_read(fd, "a");
	send_text("b");
	turn(0);
	expect_read(fd, "b");
	close_pair(fd);
}
END_TEST

START_TEST(a_peer_that_waits_for_a_pause_is_not_given_up)
{
	int fd = open_pair();

	conn_hold(conn, true);
	send_text("a");
	conn_pause(conn);
	send_text("b");
	turn(0);
	expect("");
	turn(2);
	expect("drain ");
	turn(60000);
	expect_read(fd, "ab");
	expect("");
	close_pair(fd);
}
END_TEST

START_TEST(an_end_or_a_deadline_ends_a_pause)
{
	int fd = open_pair();

	send_text("a");
	conn_pause(conn);
	send_text("b");
	if (_i & 1)
		turn(0); /* while it lasts, or before it began */
	if (_i & 2)
		conn_end(conn);
	else
		conn_set_deadline(conn, 1000);
	turn(0);
	expect_read(fd, "ab");
	turn(3000);
	ck_assert_ptr_nonnull(strstr(told, "close:0"));
	close(fd);
}
END_TEST

START_TEST(what_finds_no_room_waits_and_then_drains)
{
	memory.window_bytes = 3;
	send_text("abcde");
	send_text("fg");
	turn(0);
	ck_assert(conn->is_stuck);
	expect_sent("abc");
	expect("");
	expect_sent("def");
	expect_sent("g");
	expect("drain ");
	ck_assert(!conn->is_stuck);
}
END_TEST

START_TEST(a_frame_without_bytes_does_not_block)
{
	send_text("abc");
	send_text("");
	conn_end(conn);
	turn(0);
	expect_sent("abc");
	ck_assert(memory.server_ended);
}
END_TEST

START_TEST(a_peer_that_takes_nothing_is_given_up_in_time)
{
	char text[32];

	memory.window_bytes = 1;
	send_text("abc");
	turn(0);
	turn(499);
	expect("");
	stream_memory_read(&memory, 1); /* some progress */
	turn(499);
	expect("");
	turn(1);
	snprintf(text, sizeof(text), "close:%d free ", -E_SLOW);
	ck_assert_str_eq(told, text);
}
END_TEST

/* --- ending ------------------------------------------------------------------------------ */

START_TEST(ending_flushes_says_so_and_waits_for_the_peer)
{
	send_text("bye");
	conn_end(conn);
	ck_assert_int_eq(conn_send(conn, NULL), -E_GONE);
	turn(0);
	expect_sent("bye");
	ck_assert(memory.server_ended);
	ck_assert(!memory.server_closed);
	peer_writes("still talking");
	expect("");
	stream_memory_end(&memory);
	turn(0);
	ck_assert_str_eq(told, "close:0 free ");
}
END_TEST

START_TEST(a_peer_that_does_not_end_is_closed_after_two_seconds)
{
	conn_end(conn);
	turn(0);
	turn(1999);
	expect("");
	turn(1);
	ck_assert_str_eq(told, "close:0 free ");
}
END_TEST

START_TEST(ending_waits_until_stuck_bytes_are_gone)
{
	memory.window_bytes = 2;
	send_text("abc");
	turn(0);
	conn_end(conn);
	conn_end(conn);
	turn(0);
	ck_assert(!memory.server_ended);
	expect_sent("ab");
	turn(0);
	expect_sent("c");
	ck_assert(memory.server_ended);
}
END_TEST

START_TEST(closing_forgets_what_is_queued)
{
	send_text("abc");
	conn_close(conn, 0);
	turn(0);
	expect_sent("");
	ck_assert_str_eq(told, "close:0 free ");
}
END_TEST

/* --- moving ------------------------------------------------------------------------------ */

static void
on_arrival(struct conn *c)
{
	ck_assert_ptr_eq(c->loop, other);
	tell("arrived ");
}

static void
move(void)
{
	conn_move(conn, other, on_arrival);
}

START_TEST(a_moved_connection_brings_its_unread_and_unsent_bytes)
{
	uses = 2;
	then = move;
	send_text("out");
	peer_writes("abcd");
	uses = -1;
	turn(0);
	expect("<abcd>");
	expect_sent("");
	loop_turn(other, false);
	expect("arrived <cd>");
	expect_sent("out");
	peer_writes("more");
	expect("<more>");
	conn_close(conn, 0);
	loop_turn(other, false);
}
END_TEST

START_TEST(a_connection_moves_while_its_window_is_full)
{
	memory.window_bytes = 2;
	send_text("abcd");
	turn(0);
	then = move;
	peer_writes("x");
	turn(0);
	loop_turn(other, false);
	expect("<x>arrived <>");
	expect_sent("ab");
	expect_sent("cd");
	expect("drain ");
	conn_close(conn, 0);
	loop_turn(other, false);
}
END_TEST

static void
close_on_arrival(struct conn *c)
{
	conn_close(c, 0);
}

static void
move_to_its_end(void)
{
	conn_move(conn, other, close_on_arrival);
}

START_TEST(a_connection_may_be_closed_as_it_arrives)
{
	uses = 0;
	then = move_to_its_end;
	peer_writes("abc");
	turn(0);
	loop_turn(other, false);
	ck_assert_str_eq(told, "<abc>close:0 free ");
}
END_TEST

START_TEST(a_connection_moves_there_and_back)
{
	then = move;
	peer_writes("a");
	turn(0);
	loop_turn(other, false);
	expect("<a>arrived <>");
	conn_move(conn, loop, close_on_arrival);
	loop_turn(other, false);
	turn(0);
	ck_assert_str_eq(told, "close:0 free ");
}
END_TEST

START_TEST(a_real_socket_moves_with_what_lies_in_the_kernel)
{
	struct address peer = {.family = AF_UNIX};
	int pair[2];

	conn_close(conn, 0);
	turn(0);
	expect("close:0 free ");
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	conn = conn_new(loop, pair[0], &peer);
	conn_set_up(conn, &up);
	conn_start(conn);
	then = move;
	uses = 1;
	ck_assert_int_eq(write(pair[1], "ab", 2), 2);
	turn(0);
	uses = -1;
	ck_assert_int_eq(write(pair[1], "cd", 2), 2);
	turn(0);
	loop_turn(other, false);
	loop_turn(other, false);
	ck_assert_msg(strcmp(told, "<ab>arrived <b><cd>") == 0 ||
			      strcmp(told, "<ab>arrived <bcd>") == 0,
		      "%s", told);
	conn_close(conn, 0);
	loop_turn(other, false);
	close(pair[1]);
}
END_TEST

Suite *
conn_suite(void)
{
	Suite *s = suite_create("conn");
	TCase *reading = tcase_create("reading"), *writing = tcase_create("writing"),
	      *moving = tcase_create("moving");

	tcase_add_checked_fixture(reading, set_up, tear_down);
	tcase_add_test(reading, unused_bytes_come_again_in_front_of_what_follows);
	tcase_add_test(reading, bytes_that_nobody_uses_are_kept);
	tcase_add_test(reading, a_held_connection_reads_nothing_and_goes_on_where_it_was);
	tcase_add_test(reading, going_on_within_the_callback_offers_the_rest_once_more);
	tcase_add_test(reading, asking_again_within_the_callback_is_no_recursion);
	tcase_add_test(reading, what_the_old_protocol_left_goes_to_the_new_one);
	tcase_add_test(reading, closing_within_the_callback_is_told_once);
	tcase_add_test(reading, an_ending_connection_offers_nothing_more);
	tcase_add_test(reading, the_end_of_the_peer_is_told_and_sending_goes_on);
	tcase_add_checked_fixture(writing, set_up, tear_down);
	tcase_add_test(writing, frames_of_a_turn_leave_together_at_its_end);
	tcase_add_test(writing, more_frames_than_one_write_takes_leave_in_one_turn);
	tcase_add_loop_test(writing, what_follows_a_pause_is_in_a_read_of_its_own, 0, 2);
	tcase_add_test(writing, a_pause_with_nothing_behind_it_is_none);
	tcase_add_test(writing, a_peer_that_waits_for_a_pause_is_not_given_up);
	tcase_add_loop_test(writing, an_end_or_a_deadline_ends_a_pause, 0, 4);
	tcase_add_test(writing, what_finds_no_room_waits_and_then_drains);
	tcase_add_test(writing, a_frame_without_bytes_does_not_block);
	tcase_add_test(writing, a_peer_that_takes_nothing_is_given_up_in_time);
	tcase_add_test(writing, ending_flushes_says_so_and_waits_for_the_peer);
	tcase_add_test(writing, a_peer_that_does_not_end_is_closed_after_two_seconds);
	tcase_add_test(writing, ending_waits_until_stuck_bytes_are_gone);
	tcase_add_test(writing, closing_forgets_what_is_queued);
	tcase_add_checked_fixture(moving, set_up, tear_down);
	tcase_add_test(moving, a_moved_connection_brings_its_unread_and_unsent_bytes);
	tcase_add_test(moving, a_connection_moves_while_its_window_is_full);
	tcase_add_test(moving, a_connection_may_be_closed_as_it_arrives);
	tcase_add_test(moving, a_connection_moves_there_and_back);
	tcase_add_test(moving, a_real_socket_moves_with_what_lies_in_the_kernel);
	suite_add_tcase(s, reading);
	suite_add_tcase(s, writing);
	suite_add_tcase(s, moving);
	return s;
}
