/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/stream.h"

#include "base/errors.h"
#include "base/log.h"
#include "net/loop.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t
plain_read(struct stream *s, void *into, size_t n)
{
	ssize_t got;

	do
		got = recv(s->fd, into, n, 0);
	while (got < 0 && errno == EINTR);
	if (got > 0)
		return got;
	return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? 0 : -E_GONE;
}

static ssize_t
plain_writev(struct stream *s, const struct iovec *parts, int n)
{
	/* msg_iov is not const in POSIX, but sendmsg does not write through it. */
	struct msghdr m = {.msg_iov = (struct iovec *)(uintptr_t)parts, .msg_iovlen = (size_t)n};
	ssize_t sent;

	do
		sent = sendmsg(s->fd, &m, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return sent;
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? 0 : -E_GONE;
}

static bool
plain_has_pending(const struct stream *s)
{
	(void)s;
	return false;
}

static void
plain_end(struct stream *s)
{
	shutdown(s->fd, SHUT_WR);
}

static void
plain_close(struct stream *s)
{
	close(s->fd);
}

static const struct stream_ops plain_ops = {plain_read, plain_writev, plain_has_pending,
					    plain_end, plain_close, false};

void
stream_open_fd(struct stream *s, struct loop *l, int fd,
	       void (*on_ready)(struct stream *s, int what))
{
	s->ops = &plain_ops;
	s->loop = l;
	s->state = NULL;
	s->fd = fd;
	s->on_ready = on_ready;
	s->watch = 0;
}

int
stream_watch(struct stream *s, int what)
{
	int error;

	if (what == s->watch)
		return 0;
	error = s->fd < 0 ? 0 : poller_watch(&s->loop->poller, s, what);
	if (!error)
		s->watch = (uint8_t)what;
	return error;
}

static void
unwatch(struct stream *s)
{
	if (s->watch && s->fd >= 0 && poller_watch(&s->loop->poller, s, 0) != 0)
		log_error("cannot stop watching", "fd=%d", s->fd); /* closing takes it out */
	s->watch = 0;
}

void
stream_detach(struct stream *s)
{
	unwatch(s);
	s->loop = NULL;
}

void
stream_attach(struct stream *s, struct loop *l)
{
	s->loop = l;
}

void
stream_close(struct stream *s)
{
	unwatch(s);
	s->ops->close(s);
	s->fd = -1;
}
