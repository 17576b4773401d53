/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/stream.h"

#include "base/errors.h"
#include "base/log.h"
#include "net/loop.h"
#include "net/stream_tls.h"

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
send_several(int fd, const struct iovec *parts, int n)
{
	/* msg_iov is not const in POSIX, but sendmsg does not write through it. */
	struct msghdr m = {.msg_iov = (struct iovec *)(uintptr_t)parts,
			   .msg_iovlen = (size_t)n};

	return sendmsg(fd, &m, MSG_NOSIGNAL);
}

static ssize_t
plain_writev(struct stream *s, const struct iovec *parts, int n)
{
	ssize_t sent;

	do
		sent = n == 1 ? send(s->fd, parts->iov_base, parts->iov_len, MSG_NOSIGNAL)
			      : send_several(s->fd, parts, n);
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

static const struct stream_ops plain_ops = {
	.read = plain_read,
	.writev = plain_writev,
	.has_pending = plain_has_pending,
	.end = plain_end,
	.close = plain_close,
	.is_secure = false,
	.pause_ms = STREAM_PAUSE_MS,
};

void
stream_open_fd(struct stream *s, struct loop *l, int fd,
	       void (*on_ready)(struct stream *s, int what))
{
	*s = (struct stream){
		.ops = &plain_ops, .loop = l, .on_ready = on_ready, .fd = fd};
}

static int
other_of(int direction)
{
	return direction ^ (STREAM_READ | STREAM_WRITE);
}

/* What must be ready below for this direction to go on. */
static int
needs(const struct stream *s, int direction)
{
	return s->swapped & direction ? other_of(direction) : direction;
}

void
stream_ready(struct stream *s, int below)
{
	int what = 0;

	if (s->watch & STREAM_READ && below & needs(s, STREAM_READ))
		what |= STREAM_READ;
	if (s->watch & STREAM_WRITE && below & needs(s, STREAM_WRITE))
		what |= STREAM_WRITE;
	if (what)
		s->on_ready(s, what);
}

/* Have the peer watched for what these need. */
static int
poll_for(struct stream *s, int what)
{
	int below = (what & STREAM_READ ? needs(s, STREAM_READ) : 0) |
		    (what & STREAM_WRITE ? needs(s, STREAM_WRITE) : 0);
	int error = 0;

	if (s->fd >= 0 && below != s->below)
		error = poller_watch(&s->loop->poller, s, below);
	if (!error)
		s->below = (uint8_t)below;
	return error;
}

int
stream_watch(struct stream *s, int what)
{
	int error;

	if (what == s->watch)
		return 0;
	error = poll_for(s, what);
	if (error)
		return error;
	s->watch = (uint8_t)what;
	if (s->tls)
		stream_tls_announce(s);
	return 0;
}

void
stream_yield(struct stream *s)
{
	if (s->tls)
		stream_tls_announce_next(s);
}

int
stream_swap(struct stream *s, int swapped)
{
	if (swapped == s->swapped)
		return 0;
	s->swapped = (uint8_t)swapped;
	return poll_for(s, s->watch);
}

static void
unwatch(struct stream *s)
{
	if (poll_for(s, 0))
		/* closing takes it out */
		log_error("cannot stop watching", "fd=%d", s->fd);
	s->watch = s->below = 0;
	if (s->tls)
		stream_tls_hush(s);
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
