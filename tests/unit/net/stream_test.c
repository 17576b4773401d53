/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contract of streams, held by a socket and by memory alike. */
#include "net/stream_memory.h"

#include "base/errors.h"
#include "net/loop.h"
#include "unit/net/suites.h"

#include <sys/socket.h>
#include <unistd.h>

enum { PLAIN, MEMORY };

static struct clock_hand hand;
static struct loop *loop;
static struct stream stream;
static struct stream_memory memory;
static int kind, peer;
static int ready; /* what on_ready said since the last look */

static void
on_ready(struct stream *s, int what)
{
	ck_assert_ptr_eq(s, &stream);
	ready |= what;
}

static void
open_stream(int which)
{
	int pair[2];

	kind = which;
	ready = 0;
	loop = loop_new(0, clock_of_hand(&hand), NULL);
	if (kind == MEMORY) {
		stream_open_memory(&stream, loop, &memory, on_ready);
		return;
	}
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	peer = pair[1];
	stream_open_fd(&stream, loop, pair[0], on_ready);
}

static void
close_stream(void)
{
	if (stream.fd >= 0 || kind == MEMORY)
		stream_close(&stream);
	if (kind == PLAIN && peer >= 0)
		close(peer);
	buf_fini(&memory.to_server);
	buf_fini(&memory.to_client);
	loop_free(loop);
}

static void
peer_writes(const char *text)
{
	if (kind == MEMORY)
		stream_memory_write(&memory, str_from(text));
	else
		ck_assert_int_eq(write(peer, text, strlen(text)), (ssize_t)strlen(text));
}

static void
peer_ends(void)
{
	if (kind == MEMORY)
		stream_memory_end(&memory);
	else
		shutdown(peer, SHUT_WR);
}

static int
look(void)
{
	int was;

	loop_turn(loop, false);
	was = ready;
	ready = 0;
	return was;
}

START_TEST(reading_gives_what_came_then_nothing_then_the_end)
{
	char text[8];

	open_stream(_i);
	ck_assert_int_eq(stream.ops->read(&stream, text, 8), 0);
	peer_writes("hello");
	ck_assert_int_eq(stream.ops->read(&stream, text, 3), 3);
	ck_assert_int_eq(stream.ops->read(&stream, text + 3, 5), 2);
	ck_assert_mem_eq(text, "hello", 5);
	ck_assert_int_eq(stream.ops->read(&stream, text, 8), 0);
	peer_ends();
	ck_assert_int_eq(stream.ops->read(&stream, text, 8), -E_GONE);
	close_stream();
}
END_TEST

START_TEST(only_what_is_watched_is_announced)
{
	open_stream(_i);
	peer_writes("x");
	ck_assert_int_eq(look(), 0);
	ck_assert_int_eq(stream_watch(&stream, STREAM_READ), 0);
	peer_writes("y");
	ck_assert_int_eq(look(), STREAM_READ);
	ck_assert_int_eq(stream_watch(&stream, 0), 0);
	peer_writes("z");
	ck_assert_int_eq(look(), 0);
	close_stream();
}
END_TEST

START_TEST(parts_are_written_one_behind_the_other)
{
	struct iovec parts[] = {{(void *)(uintptr_t) "ab", 2},
				{(void *)(uintptr_t) "", 0},
				{(void *)(uintptr_t) "cde", 3}};
	char text[8];

	open_stream(_i);
	ck_assert_int_eq(stream.ops->writev(&stream, parts, 3), 5);
	if (kind == MEMORY)
		ck_assert(str_eq(buf_str(&memory.to_client), STR("abcde")));
	else
		ck_assert_int_eq(read(peer, text, 8), 5);
	close_stream();
}
END_TEST

START_TEST(a_full_window_takes_a_part_and_room_is_announced)
{
	struct iovec part = {(void *)(uintptr_t) "abcdef", 6};

	open_stream(MEMORY);
	memory.window_bytes = 4;
	ck_assert_int_eq(stream.ops->writev(&stream, &part, 1), 4);
	ck_assert_int_eq(stream.ops->writev(&stream, &part, 1), 0);
	memory.window_bytes = 2; /* smaller than what lies there */
	ck_assert_int_eq(stream.ops->writev(&stream, &part, 1), 0);
	ck_assert_int_eq(stream_watch(&stream, STREAM_WRITE), 0);
	stream_memory_read(&memory, 3);
	ck_assert_int_eq(look(), STREAM_WRITE);
	ck_assert_int_eq(stream.ops->writev(&stream, &part, 1), 1);
	close_stream();
}
END_TEST

START_TEST(a_broken_peer_is_gone_for_writers)
{
	struct iovec part = {(void *)(uintptr_t) "abcdef", 6};

	open_stream(PLAIN);
	close(peer);
	peer = -1;
	ck_assert_int_eq(stream.ops->writev(&stream, &part, 1), -E_GONE);
	close_stream();
}
END_TEST

START_TEST(an_end_reaches_the_peer_and_the_other_way_stays_open)
{
	char text[8];

	open_stream(_i);
	stream.ops->end(&stream);
	if (kind == MEMORY)
		ck_assert(memory.server_ended);
	else
		ck_assert_int_eq(read(peer, text, 8), 0);
	peer_writes("late");
	ck_assert_int_eq(stream.ops->read(&stream, text, 8), 4);
	close_stream();
}
END_TEST

START_TEST(a_stream_goes_on_at_another_loop)
{
	struct loop *other = loop_new(1, clock_of_hand(&hand), NULL);
	char text[8];

	open_stream(PLAIN);
	ck_assert_int_eq(stream_watch(&stream, STREAM_READ), 0);
	stream_detach(&stream);
	peer_writes("moved");
	ck_assert_int_eq(look(), 0);
	stream_attach(&stream, other);
	ck_assert_int_eq(stream_watch(&stream, STREAM_READ), 0);
	ck_assert_int_eq(look(), 0);
	loop_turn(other, false);
	ck_assert_int_eq(ready, STREAM_READ);
	ck_assert_int_eq(stream.ops->read(&stream, text, 8), 5);
	stream_close(&stream);
	loop_free(other);
	close_stream();
}
END_TEST

Suite *
stream_suite(void)
{
	Suite *s = suite_create("stream");
	TCase *t = tcase_create("stream");

	tcase_add_loop_test(t, reading_gives_what_came_then_nothing_then_the_end, 0, 2);
	tcase_add_loop_test(t, only_what_is_watched_is_announced, 0, 2);
	tcase_add_loop_test(t, parts_are_written_one_behind_the_other, 0, 2);
	tcase_add_test(t, a_full_window_takes_a_part_and_room_is_announced);
	tcase_add_test(t, a_broken_peer_is_gone_for_writers);
	tcase_add_loop_test(t, an_end_reaches_the_peer_and_the_other_way_stays_open, 0,
			    2);
	tcase_add_test(t, a_stream_goes_on_at_another_loop);
	suite_add_tcase(s, t);
	return s;
}
