/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/listener.h"

#include "base/errors.h"
#include "base/log.h"
#include "net/loop.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 4096, ACCEPTS_PER_TURN = 256, PAUSE_MS = 100 };

struct listener {
	struct loop *loop;
	struct event event;
	struct wheel_timer pause;
	listener_accept_fn *on_accept;
	void *arg;
	uint16_t port;
	int fd;
	char *path; /* of a Unix socket: removed at the end */
};

static void
end_pause(struct wheel_timer *t)
{
	struct listener *l = CONTAINER_OF(t, struct listener, pause);

	event_add(&l->event, NULL);
}

static void
pause_accepting(struct listener *l)
{
	static struct log_throttle throttle;
	uint64_t held;

	event_del(&l->event);
	wheel_set(&l->loop->wheel, &l->pause, l->loop->now_ms + PAUSE_MS);
	counter_add(&l->loop->counters, COUNTER_ACCEPT_PAUSES, 1);
	if (log_may(&throttle, l->loop->now_ms, &held))
		log_error("accepting paused", "why=\"%s\" port=%u held_back=%llu",
			  strerror(errno), l->port, (unsigned long long)held);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;

	(void)what;
	loop_wake(l->loop);
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage sa;
		socklen_t len = sizeof(sa);
		struct address peer;
		int client = accept4(fd, (struct sockaddr *)&sa, &len,
				     SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (client < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			    errno == ENOMEM)
				pause_accepting(l);
			if (errno == EINTR || errno == ECONNABORTED)
				continue;
			return;
		}
		peer = address_from_sockaddr((struct sockaddr *)&sa);
		if (l->path)
			peer.family = AF_UNIX;
		counter_add(&l->loop->counters, COUNTER_ACCEPTED, 1);
		l->on_accept(l->arg, client, &peer);
	}
}

static void
set_port(struct sockaddr_storage *sa, uint16_t port)
{
	if (sa->ss_family == AF_INET)
		((struct sockaddr_in *)sa)->sin_port = htons(port);
	else if (sa->ss_family == AF_INET6)
		((struct sockaddr_in6 *)sa)->sin6_port = htons(port);
}

/* SO_REUSEPORT would let another process's loops share the port with ours in silence: try
 * without it first. False with errno when somebody listens there. */
static bool
is_free(const struct sockaddr_storage *sa, socklen_t len)
{
	int on = 1, saved;
	int fd = socket(sa->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_bound;

	if (fd < 0)
		return false;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	is_bound = bind(fd, (const struct sockaddr *)sa, len) == 0;
	saved = errno;
	close(fd);
	errno = saved;
	return is_bound;
}

/* What a process left behind that ended badly makes room; nothing else does. False with errno
 * when somebody listens there, or it is no socket. */
static bool
make_room(const char *path, const struct sockaddr_storage *sa, socklen_t len)
{
	struct stat st;
	int fd;
	bool is_alive;

	if (lstat(path, &st))
		return errno == ENOENT;
	errno = EEXIST;
	if (!S_ISSOCK(st.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	is_alive = connect(fd, (const struct sockaddr *)sa, len) == 0 ||
		   errno != ECONNREFUSED;
	close(fd);
	errno = EADDRINUSE;
	return !is_alive && unlink(path) == 0;
}

/* Bound and listening descriptor, or -1 with errno. */
static int
listen_on(struct sockaddr_storage *sa, socklen_t len)
{
	int on = 1, off = 0, saved;
	int fd = socket(sa->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (sa->ss_family != AF_UNIX) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
		/* accepted sockets inherit it */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	}
	if (sa->ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, (struct sockaddr *)sa, len) == 0 && listen(fd, BACKLOG) == 0 &&
	    getsockname(fd, (struct sockaddr *)sa, &len) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

int
listener_open(struct loop *loop, struct str text, uint16_t port,
	      listener_accept_fn *on_accept, void *arg, struct listener **out)
{
	struct sockaddr_storage sa;
	socklen_t len;
	struct listener *l;
	int error = address_to_sockaddr(text, &sa, &len);

	if (error)
		return error;
	if (port)
		set_port(&sa, port);
	l = calloc(1, sizeof(*l));
	if (!l)
		return -E_NOMEM;
	*l = (struct listener){
		.loop = loop, .on_accept = on_accept, .arg = arg, .fd = -1};
	wheel_timer_init(&l->pause, end_pause);
	if (sa.ss_family == AF_UNIX) {
		l->path = str_dup(str_skip(text, strlen("unix:")));
		if (!l->path) {
			free(l);
			return -E_NOMEM;
		}
	}
	/* the first loop to listen here looks whether somebody else does */
	if (port || (l->path ? make_room(l->path, &sa, len) : is_free(&sa, len)))
		l->fd = listen_on(&sa, len);
	if (l->fd < 0) {
		free(l->path);
		free(l);
		return -E_SYSTEM;
	}
	l->port = address_from_sockaddr((struct sockaddr *)&sa).port;
	event_assign(&l->event, loop->base, l->fd, EV_READ | EV_PERSIST, on_ready, l);
	event_add(&l->event, NULL);
	*out = l;
	return 0;
}

void
listener_close(struct listener *l)
{
	if (!l)
		return;
	event_del(&l->event);
	wheel_cancel(&l->loop->wheel, &l->pause);
	close(l->fd);
	if (l->path)
		unlink(l->path);
	free(l->path);
	free(l);
}

uint16_t
listener_port(const struct listener *l)
{
	return l->port;
}
