/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/poller.h"

#include "base/errors.h"
#include "net/loop.h"
#include "net/stream.h"

#include <event2/event.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { EVENTS_PER_TURN = 512 };

static int
ready_for(uint32_t events, int watched)
{
	int what = (events & EPOLLIN ? STREAM_READ : 0) |
		   (events & EPOLLOUT ? STREAM_WRITE : 0);

	/* a broken peer: whoever waits finds out by trying */
	return events & (EPOLLERR | EPOLLHUP) ? watched : what & watched;
}

static void
on_ready(evutil_socket_t fd, short event, void *arg)
{
	struct poller *p = arg;
	struct epoll_event events[EVENTS_PER_TURN];
	int n;

	(void)event;
	loop_wake(p->loop);
	n = epoll_wait(fd, events, EVENTS_PER_TURN, 0);
	for (int i = 0; i < n; i++) {
		struct stream *s = events[i].data.ptr;
		/* one that an earlier event closed or moved watches nothing; its memory stays
		 * until the turn is over */
		int what = ready_for(events[i].events, s->below);

		if (what && s->loop == p->loop)
			stream_ready(s, what);
	}
}

int
poller_init(struct poller *p, struct loop *l)
{
	p->loop = l;
	p->fd = epoll_create1(EPOLL_CLOEXEC);
	if (p->fd < 0)
		return -E_SYSTEM;
	event_assign(&p->event, l->base, p->fd, EV_READ | EV_PERSIST, on_ready, p);
	return event_add(&p->event, NULL) ? -E_NOMEM : 0;
}

void
poller_fini(struct poller *p)
{
	if (p->fd < 0)
		return;
	event_del(&p->event);
	close(p->fd);
	p->fd = -1;
}

int
poller_watch(struct poller *p, struct stream *s, int what)
{
	struct epoll_event e = {
		.events = (what & STREAM_READ ? EPOLLIN : 0U) |
			  (what & STREAM_WRITE ? EPOLLOUT : 0U),
		.data.ptr = s,
	};
	int op = !s->below ? EPOLL_CTL_ADD : what ? EPOLL_CTL_MOD : EPOLL_CTL_DEL;

	return epoll_ctl(p->fd, op, s->fd, &e) ? -E_NOMEM : 0;
}
