/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/stream.h"

#include "base/errors.h"
#include "net/loop.h"

#include <errno.h>
#include <event2/event.h>
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

static void
on_event(evutil_socket_t fd, short what, void *arg)
{
	struct stream *s = arg;

	(void)fd;
	loop_wake(s->loop);
	if (s->fd < 0)
		return; /* a timer closed it */
	s->on_ready(s, (what & EV_READ ? STREAM_READ : 0) | (what & EV_WRITE ? STREAM_WRITE : 0));
}

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
	event_assign(&s->event, l->base, fd, 0, on_event, s);
}

static void
unwatch(struct stream *s)
{
	if (s->watch && s->fd >= 0)
		event_del(&s->event);
	s->watch = 0;
}

int
stream_watch(struct stream *s, int what)
{
	short flags = EV_PERSIST;

	if (what == s->watch)
		return 0;
	unwatch(s);
	if (!what || s->fd < 0) {
		s->watch = (uint8_t)what;
		return 0;
	}
	flags |= (what & STREAM_READ ? EV_READ : 0) | (what & STREAM_WRITE ? EV_WRITE : 0);
	event_assign(&s->event, s->loop->base, s->fd, flags, on_event, s);
	if (event_add(&s->event, NULL))
		return -E_NOMEM;
	s->watch = (uint8_t)what;
	return 0;
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
