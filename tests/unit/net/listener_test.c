/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/listener.h"

#include "base/errors.h"
#include "net/loop.h"
#include "unit/net/suites.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct loop *loop;
static int accepted_n;
static struct address accepted_from;

static void
on_accept(void *arg, int fd, const struct address *peer)
{
	ck_assert_ptr_eq(arg, &accepted_n);
	accepted_n++;
	accepted_from = *peer;
	if (peer->family == AF_INET) {
		int on = 0;
		socklen_t n = sizeof(on);

		ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &n), 0);
		ck_assert_int_eq(on, 1);
	}
	close(fd);
}

static void
set_up(void)
{
	loop = loop_new(0, clock_system, NULL);
	accepted_n = 0;
}

static void
tear_down(void)
{
	loop_free(loop);
}

static int
dial(uint16_t port)
{
	struct sockaddr_in sa = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

START_TEST(connections_are_handed_over_with_their_address)
{
	struct listener *l;
	int fd;

	ck_assert_int_eq(
		listener_open(loop, STR("127.0.0.1:0"), 0, on_accept, &accepted_n, &l),
		0);
	ck_assert_uint_ne(listener_port(l), 0);
	fd = dial(listener_port(l));
	while (!accepted_n)
		loop_turn(loop, true);
	ck_assert_int_eq(accepted_n, 1);
	ck_assert_uint_eq(accepted_from.family, AF_INET);
	ck_assert_uint_eq(accepted_from.bytes[0], 127);
	close(fd);
	listener_close(l);
}
END_TEST

START_TEST(loops_share_a_port)
{
	struct loop *other = loop_new(1, clock_system, NULL);
	struct listener *a, *b;
	int fds[32];

	ck_assert_int_eq(
		listener_open(loop, STR("127.0.0.1:0"), 0, on_accept, &accepted_n, &a),
		0);
	ck_assert_int_eq(listener_open(other, STR("127.0.0.1:0"), listener_port(a),
				       on_accept, &accepted_n, &b),
			 0);
	ck_assert_uint_eq(listener_port(a), listener_port(b));
	for (int i = 0; i < 32; i++)
		fds[i] = dial(listener_port(a));
	while (accepted_n < 32) {
		loop_turn(loop, false);
		loop_turn(other, false);
	}
	ck_assert_int_eq(accepted_n, 32);
	for (int i = 0; i < 32; i++)
		close(fds[i]);
	listener_close(a);
	listener_close(b);
	loop_free(other);
}
END_TEST

START_TEST(a_unix_socket_is_there_while_it_is_listened_on)
{
	char text[64], *path = text + strlen("unix:");
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct listener *l;
	struct stat st;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(text, sizeof(text), "unix:/tmp/tidegate-test-%d", (int)getpid());
	ck_assert_int_eq(
		listener_open(loop, str_from(text), 0, on_accept, &accepted_n, &l), 0);
	ck_assert_uint_eq(listener_port(l), 0);
	strcpy(sa.sun_path, path);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	loop_turn(loop, false);
	ck_assert_int_eq(accepted_n, 1);
	ck_assert_uint_eq(accepted_from.family, AF_UNIX);
	close(fd);
	listener_close(l);
	ck_assert_int_ne(stat(path, &st), 0);
}
END_TEST

START_TEST(a_unix_socket_in_use_is_left_alone_and_a_dead_one_is_not)
{
	char text[64], *path = text + strlen("unix:");
	struct listener *l, *other;
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(text, sizeof(text), "unix:/tmp/tidegate-test-%d", (int)getpid());
	strcpy(sa.sun_path, path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	close(fd); /* its process is dead: nobody answers there */
	ck_assert_int_eq(listener_open(loop, str_from(text), 0, on_accept, NULL, &l), 0);
	ck_assert_int_eq(listener_open(loop, str_from(text), 0, on_accept, NULL, &other),
			 -E_SYSTEM);
	ck_assert_int_eq(errno, EADDRINUSE);
	ck_assert_int_eq(access(path, F_OK), 0);
	listener_close(l);
}
END_TEST

START_TEST(a_file_that_is_no_socket_is_left_alone)
{
	char text[64], *path = text + strlen("unix:");
	struct listener *l;

	snprintf(text, sizeof(text), "unix:/tmp/tidegate-test-%d", (int)getpid());
	fclose(fopen(path, "w"));
	ck_assert_int_eq(listener_open(loop, str_from(text), 0, on_accept, NULL, &l),
			 -E_SYSTEM);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert_int_eq(unlink(path), 0);
}
END_TEST

START_TEST(an_address_that_cannot_be_is_refused)
{
	struct listener *l;

	ck_assert_int_eq(listener_open(loop, STR("nowhere"), 0, on_accept, NULL, &l),
			 -E_ARGUMENT);
	ck_assert_int_eq(listener_open(loop, STR("192.0.2.1:1"), 0, on_accept, NULL, &l),
			 -E_SYSTEM);
	ck_assert_int_eq(
		listener_open(loop, STR("unix:/nowhere/x"), 0, on_accept, NULL, &l),
		-E_SYSTEM);
	listener_close(NULL);
}
END_TEST

Suite *
listener_suite(void)
{
	Suite *s = suite_create("listener");
	TCase *t = tcase_create("listener");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, connections_are_handed_over_with_their_address);
	tcase_add_test(t, loops_share_a_port);
	tcase_add_test(t, a_unix_socket_is_there_while_it_is_listened_on);
	tcase_add_test(t, a_unix_socket_in_use_is_left_alone_and_a_dead_one_is_not);
	tcase_add_test(t, a_file_that_is_no_socket_is_left_alone);
	tcase_add_test(t, an_address_that_cannot_be_is_refused);
	suite_add_tcase(s, t);
	return s;
}
