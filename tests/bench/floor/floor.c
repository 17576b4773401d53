/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * floor: the least that a WebSocket server can do, as the measure for all others. One epoll
 * loop over bare sockets; no sessions, no tokens, no limits, no queues. /echo sends each
 * message back (all of one read in one send); a message on /publish goes to every connection
 * on /member: one send for each of them, or with --merge one send for all messages of one
 * read. A socket that takes less than all of it is closed and told.
 *
 * --lose N and --double N make it a bad server: each Nth delivery or answer is left out, or
 * sent twice. The smoke test of the load generator wants that to be noticed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKETS_N 65536
#define EVENTS_N 1024
#define READ_BYTES (256U * 1024)

enum role { ROLE_NONE, ROLE_NEW, ROLE_ECHO, ROLE_MEMBER, ROLE_PUBLISH };

static struct {
	unsigned char roles[SOCKETS_N]; /* by file descriptor */
	char *rests[SOCKETS_N];         /* the begin of a frame whose end is to come */
	uint32_t rest_ns[SOCKETS_N];
	int members[SOCKETS_N];
	uint32_t members_n;
	int epoll_fd, listen_fd;
	bool merge;
	uint32_t lose, twice, count;
} server;

static char in[READ_BYTES], out[2 * READ_BYTES];

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
forget(int fd)
{
	if (server.roles[fd] == ROLE_MEMBER) {
		for (uint32_t i = 0; i < server.members_n; i++) {
			if (server.members[i] == fd) {
				server.members[i] = server.members[--server.members_n];
				break;
			}
		}
	}
	free(server.rests[fd]);
	server.rests[fd] = NULL;
	server.rest_ns[fd] = 0;
	server.roles[fd] = ROLE_NONE;
	close(fd);
}

static void
push(int fd, const char *bytes, size_t bytes_n)
{
	if (send(fd, bytes, bytes_n, MSG_NOSIGNAL) != (ssize_t)bytes_n) {
		fprintf(stderr, "floor: a socket was full\n");
		shutdown(fd, SHUT_RDWR);
	}
}

/* How often the next delivery is made: once, unless this is to be a bad server. */
static unsigned
times(void)
{
	server.count++;
	if (server.lose > 0 && server.count % server.lose == 0)
		return 0;
	return server.twice > 0 && server.count % server.twice == 0 ? 2 : 1;
}

/* Unmask one frame in place. Returns: bytes it takes, 0 when it is not complete, -1 when it
 * is longer than a floor goes. */
static long
unmask(char *bytes, size_t bytes_n, int *opcode_out, char **text_out, size_t *text_n_out)
{
	unsigned char *p = (unsigned char *)bytes;
	size_t head_n = 6, n;

	if (bytes_n < 6)
		return 0;
	n = p[1] & 0x7f;
	if (n == 127)
		return -1;
	if (n == 126) {
		head_n = 8;
		n = (size_t)p[2] << 8 | p[3];
	}
	if (bytes_n < head_n + n)
		return 0;
	for (size_t i = 0; i < n; i++)
		p[head_n + i] ^= p[head_n - 4 + (i & 3)];
	*opcode_out = p[0] & 0x0f;
	*text_out = bytes + head_n;
	*text_n_out = n;
	return (long)(head_n + n);
}

/* Write a server's frame. Returns: its length. */
static size_t
write_frame(char *to, int opcode, const char *text, size_t text_n)
{
	size_t head_n = text_n < 126 ? 2 : 4;

	to[0] = (char)(0x80 | opcode);
	to[1] = (char)(text_n < 126 ? text_n : 126);
	if (head_n == 4) {
		to[2] = (char)(text_n >> 8);
		to[3] = (char)text_n;
	}
	memcpy(to + head_n, text, text_n);
	return head_n + text_n;
}

static void
deliver(const char *frames, size_t frames_n)
{
	for (uint32_t i = 0; i < server.members_n; i++) {
		for (unsigned again = times(); again > 0; again--)
			push(server.members[i], frames, frames_n);
	}
}

/* Frames of one read: answered together, or handed to the members. */
static size_t
on_frames(int fd, char *bytes, size_t bytes_n)
{
	bool publishes = server.roles[fd] == ROLE_PUBLISH;
	size_t used = 0, out_n = 0, text_n;
	int opcode;
	char *text;
	long n;

	while ((n = unmask(bytes + used, bytes_n - used, &opcode, &text, &text_n)) > 0) {
		used += (size_t)n;
		if (opcode == 8) {
			out_n += write_frame(out + out_n, 8, text, text_n < 2 ? 0 : 2);
			push(fd, out, out_n);
			forget(fd);
			return bytes_n;
		}
		for (unsigned again = publishes ? 1 : times(); again > 0; again--)
			out_n += write_frame(out + out_n, opcode, text, text_n);
		if (publishes && !server.merge) {
			deliver(out, out_n);
			out_n = 0;
		}
	}
	if (n < 0) {
		forget(fd);
		return bytes_n;
	}
	if (out_n > 0 && publishes)
		deliver(out, out_n);
	else if (out_n > 0 && server.roles[fd] == ROLE_ECHO)
		push(fd, out, out_n);
	return used;
}

static size_t
on_upgrade(int fd, const char *bytes, size_t bytes_n)
{
	/* The load generator does not look at Sec-WebSocket-Accept, so none is computed. */
	static const char answer[] =
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
		"Connection: Upgrade\r\n\r\n";
	const char *end = memmem(bytes, bytes_n, "\r\n\r\n", 4);

	if (!end)
		return 0;
	if (memcmp(bytes, "GET /member", 11) == 0) {
		server.roles[fd] = ROLE_MEMBER;
		server.members[server.members_n++] = fd;
	} else {
		server.roles[fd] = memcmp(bytes, "GET /publish", 12) == 0 ? ROLE_PUBLISH
									  : ROLE_ECHO;
	}
	push(fd, answer, sizeof(answer) - 1);
	return (size_t)(end - bytes) + 4;
}

static void
on_readable(int fd)
{
	size_t had = server.rest_ns[fd], used = 0;
	ssize_t got;

	if (had > 0)
		memcpy(in, server.rests[fd], had);
	got = recv(fd, in + had, sizeof(in) - had, 0);
	if (got <= 0) {
		if (got == 0 || (errno != EAGAIN && errno != EINTR))
			forget(fd);
		return;
	}
	got += (ssize_t)had;
	free(server.rests[fd]);
	server.rests[fd] = NULL;
	server.rest_ns[fd] = 0;
	if (server.roles[fd] == ROLE_NEW)
		used = on_upgrade(fd, in, (size_t)got);
	if (server.roles[fd] != ROLE_NEW)
		used += on_frames(fd, in + used, (size_t)got - used);
	if (used == (size_t)got)
		return;
	server.rest_ns[fd] = (uint32_t)((size_t)got - used);
	server.rests[fd] = malloc(server.rest_ns[fd]);
	if (!server.rests[fd])
		die("malloc");
	memcpy(server.rests[fd], in + used, server.rest_ns[fd]);
}

static void
on_listener(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int on = 1, fd;

	while ((fd = accept4(server.listen_fd, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		if (fd >= SOCKETS_N) {
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		server.roles[fd] = ROLE_NEW;
		event.data.fd = fd;
		epoll_ctl(server.epoll_fd, EPOLL_CTL_ADD, fd, &event);
	}
}

static void
listen_somewhere(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct epoll_event event = {.events = EPOLLIN};
	socklen_t address_n = sizeof(address);
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	server.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server.listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (server.epoll_fd < 0 || server.listen_fd < 0 ||
	    bind(server.listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(server.listen_fd, 4096) != 0 ||
	    getsockname(server.listen_fd, (struct sockaddr *)&address, &address_n) != 0)
		die("floor");
	event.data.fd = server.listen_fd;
	epoll_ctl(server.epoll_fd, EPOLL_CTL_ADD, server.listen_fd, &event);
	printf("127.0.0.1:%u\n", ntohs(address.sin_port));
	fflush(stdout);
}

static void
read_arguments(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--merge") == 0)
			server.merge = true;
		else if (strcmp(argv[i], "--lose") == 0 && i + 1 < argc)
			server.lose = (uint32_t)strtoul(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--double") == 0 && i + 1 < argc)
			server.twice = (uint32_t)strtoul(argv[++i], NULL, 10);
		else {
			fprintf(stderr,
				"usage: floor [--merge] [--lose N] [--double N]\n");
			exit(2);
		}
	}
}

int
main(int argc, char **argv)
{
	static struct epoll_event events[EVENTS_N];

	read_arguments(argc, argv);
	listen_somewhere();
	for (;;) {
		int n = epoll_wait(server.epoll_fd, events, EVENTS_N, -1);

		for (int i = 0; i < n; i++) {
			if (events[i].data.fd == server.listen_fd)
				on_listener();
			else if (server.roles[events[i].data.fd] != ROLE_NONE)
				on_readable(events[i].data.fd);
		}
	}
}
