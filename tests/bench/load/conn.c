/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP connections of the load and their epoll loop: see conn.h. */
#include "conn.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tls.h"

#define EVENTS_N 1024
#define DISCARDED_MAX (1U << 20)

static int loop_fd = -1;
static uint64_t now_ns;
static char received[CONN_MESSAGE_MAX + 1];

uint64_t
conn_read_clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now_ns = (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
	return now_ns;
}

uint64_t
conn_now_ns(void)
{
	return now_ns;
}

void
conn_loop_open(void)
{
	signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
	loop_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop_fd < 0) {
		perror("epoll_create1");
		exit(2);
	}
	conn_read_clock_ns();
}

static void
set_interest(struct conn *conn)
{
	bool waits_for_room = conn->out_n > 0 && (!conn->tls || tls_is_open(conn->tls));
	uint32_t wanted = (conn->paused ? 0 : (uint32_t)EPOLLIN) |
			  (conn->connecting || waits_for_room ? (uint32_t)EPOLLOUT : 0);
	struct epoll_event event = {.events = wanted, .data.ptr = conn};

	if (wanted == conn->interest)
		return;
	conn->interest = wanted;
	epoll_ctl(loop_fd, EPOLL_CTL_MOD, conn->fd, &event);
}

int
conn_open(struct conn *conn, const struct conn_up *up, const struct conn_how *how)
{
	struct sockaddr_in from = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + how->source)};
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = conn};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;

	memset(conn, 0, sizeof(*conn));
	conn->up = up;
	conn->fd = fd;
	conn->has_tls = how->has_tls;
	if (fd < 0)
		return -1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	/* The port is chosen at connect, so each source address has all of them. */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (how->receive_bytes > 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &how->receive_bytes,
			   sizeof(how->receive_bytes));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0)
		goto fail;
	if (connect(fd, (const struct sockaddr *)how->to, sizeof(*how->to)) != 0 &&
	    errno != EINPROGRESS)
		goto fail;
	conn->connecting = true;
	conn->interest = event.events;
	if (epoll_ctl(loop_fd, EPOLL_CTL_ADD, fd, &event) == 0)
		return 0;
fail:
	conn_close(conn);
	return -1;
}

void
conn_close(struct conn *conn)
{
	int error = errno;

	if (conn->tls)
		tls_free(conn->tls);
	conn->tls = NULL;
	if (conn->fd >= 0)
		close(conn->fd);
	free(conn->rest);
	free(conn->out);
	conn->rest = conn->out = NULL;
	conn->rest_n = conn->out_n = conn->out_room = 0;
	conn->fd = -1;
	errno = error;
}

static void
lose(struct conn *conn)
{
	conn_close(conn);
	conn->up->closed(conn);
}

char *
conn_reserve(struct conn *conn, size_t n)
{
	size_t wanted = conn->out_n + n;

	if (wanted > conn->out_room) {
		conn->out_room = (uint32_t)(wanted < 512 ? 512 : wanted * 2);
		conn->out = realloc(conn->out, conn->out_room);
		if (!conn->out) {
			perror("realloc");
			exit(2);
		}
	}
	conn->out_n = (uint32_t)wanted;
	return conn->out + wanted - n;
}

void
conn_queue(struct conn *conn, const void *bytes, size_t bytes_n)
{
	memcpy(conn_reserve(conn, bytes_n), bytes, bytes_n);
}

void
conn_flush(struct conn *conn)
{
	ssize_t sent;

	if (conn->fd < 0 || conn->connecting || conn->out_n == 0)
		return;
	if (conn->tls)
		sent = tls_send(conn->tls, conn->out, conn->out_n);
	else
		sent = send(conn->fd, conn->out, conn->out_n, MSG_NOSIGNAL);
	/* A broken connection is told by the next read. */
	if (sent > 0) {
		conn->out_n -= (uint32_t)sent;
		memmove(conn->out, conn->out + sent, conn->out_n);
	}
	set_interest(conn);
}

void
conn_pause(struct conn *conn)
{
	conn->paused = true;
	set_interest(conn);
}

void
conn_discard(struct conn *conn, int low_water)
{
	conn->discards = true;
	setsockopt(conn->fd, SOL_SOCKET, SO_RCVLOWAT, &low_water, sizeof(low_water));
}

void
conn_end(struct conn *conn)
{
	shutdown(conn->fd, SHUT_RDWR);
}

/* Keep what was not used; mostly nothing. */
static void
keep_rest(struct conn *conn, const char *rest, size_t rest_n)
{
	if (rest_n == 0 && !conn->rest)
		return;
	free(conn->rest);
	conn->rest = NULL;
	conn->rest_n = (uint32_t)rest_n;
	if (rest_n == 0)
		return;
	conn->rest = malloc(rest_n);
	if (!conn->rest) {
		perror("malloc");
		exit(2);
	}
	memcpy(conn->rest, rest, rest_n);
}

static void
on_readable(struct conn *conn)
{
	size_t had = conn->rest_n, used, have;
	ssize_t got;
	int fd = conn->fd;

	if (had > 0)
		memcpy(received, conn->rest, had);
	if (conn->discards)
		got = recv(fd, NULL, DISCARDED_MAX, MSG_TRUNC);
	else if (conn->tls)
		got = tls_receive(conn->tls, received + had, CONN_MESSAGE_MAX - had);
	else
		got = recv(fd, received + had, CONN_MESSAGE_MAX - had, 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		conn_flush(conn); /* a handshake may have gone on */
		return;
	}
	if (got <= 0 || had == CONN_MESSAGE_MAX) {
		lose(conn);
		return;
	}
	conn->received_n += (uint64_t)got;
	if (conn->discards)
		return;
	conn_read_clock_ns();
	have = had + (size_t)got;
	received[have] = '\0';
	used = conn->up->bytes(conn, received, have);
	/* The handler may have closed it. */
	if (conn->fd != fd)
		return;
	keep_rest(conn, received + used, have - used);
	conn_flush(conn);
}

static void
on_connected(struct conn *conn)
{
	int error = 0;
	socklen_t n = sizeof(error);

	getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &n);
	if (error != 0) {
		errno = error;
		lose(conn);
		return;
	}
	conn->connecting = false;
	if (conn->has_tls)
		conn->tls = tls_new(conn->fd);
	conn->up->connected(conn);
	conn_flush(conn);
	if (conn->fd >= 0)
		set_interest(conn);
}

void
conn_loop_run(int timeout_ms)
{
	static struct epoll_event events[EVENTS_N];
	int n = epoll_wait(loop_fd, events, EVENTS_N, timeout_ms);

	conn_read_clock_ns();
	for (int i = 0; i < n; i++) {
		struct conn *conn = events[i].data.ptr;

		if (conn->fd < 0)
			continue;
		if (conn->connecting &&
		    (events[i].events & (EPOLLOUT | EPOLLERR | EPOLLHUP)))
			on_connected(conn);
		else if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
			on_readable(conn);
		else if (events[i].events & EPOLLOUT)
			conn_flush(conn);
	}
}
