/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client comes back: who has what it left is asked, and it goes on here. */
#include "base/errors.h"
#include "config/config.h"
#include "hub/recovery_inside.h"
#include "session/sid.h"

#include <stdlib.h>

enum { CATCH_UP_MS = 1000 };

/* A question on its way: to where the ticket was made, from there to where its socket went, and
 * back to the client. */
struct question {
	struct mail mail;
	/* while the answer waits for events that are still on their way */
	struct list link;
	struct wheel_timer patience;
	struct hubs *all;
	struct sessions *sessions; /* of the asker */
	int asker;
	bool was_forwarded;
	char session[SID_BYTES];
	struct asked asked; /* its texts are below */
	struct str auth;
	struct revival *found;
	char text[];
};

int
revival_add(struct revival *v, struct message *m)
{
	/* room is made for 16, 32, 64 … */
	if (v->missed_n % 16 == 0 && (v->missed_n & (v->missed_n - 1)) == 0) {
		size_t cap = v->missed_n ? 2 * v->missed_n : 16;
		struct message **missed = reallocarray(v->missed, cap, sizeof(*missed));

		if (!missed)
			return -E_NOMEM;
		v->missed = missed;
	}
	v->missed[v->missed_n++] = message_ref(m);
	return 0;
}

/* --- where sockets went ------------------------------------------------------------------ */

struct news {
	struct mail mail;
	struct hubs *all;
	struct moved moved;
};

static void
learn(struct hub *h, const struct moved *news)
{
	struct recovery *r = h->recovery;
	struct moved *m = map_remove(&r->moved,
				     (struct str){news->pid, TICKET_PID_BYTES});

	if (m)
		map_remove(&r->moved_sockets, (struct str){m->sid, SOCKET_ID_BYTES});
	free(m);
	if (news->loop < 0 || news->loop == h->loop->id)
		return;
	m = malloc(sizeof(*m));
	if (!m)
		return; /* then it is not found, which is no harm */
	*m = *news;
	if (map_add(&r->moved, (struct str){m->pid, TICKET_PID_BYTES}, m)) {
		free(m);
	} else if (map_add(&r->moved_sockets, (struct str){m->sid, SOCKET_ID_BYTES}, m)) {
		map_remove(&r->moved, (struct str){m->pid, TICKET_PID_BYTES});
		free(m);
	}
}

static void
on_news(struct loop *l, struct mail *m)
{
	struct news *n = CONTAINER_OF(m, struct news, mail);

	learn(n->all->hub[l->id], &n->moved);
	free(n);
}

/* whom: a loop that learns of it. */
static void
tell(struct hub *h, int whom, const struct moved *moved)
{
	struct news *n;

	if (whom == h->loop->id) {
		learn(h, moved);
		return;
	}
	n = malloc(sizeof(*n));
	if (!n)
		return;
	*n = (struct news){.mail.deliver = on_news, .all = h->all, .moved = *moved};
	loop_post(h->all->hub[whom]->loop, &n->mail);
}

static struct moved
moved_to(const char pid[TICKET_PID_BYTES], const char sid[SOCKET_ID_BYTES], int loop)
{
	struct moved m = {.loop = loop};

	memcpy(m.pid, pid, sizeof(m.pid));
	memcpy(m.sid, sid, sizeof(m.sid));
	return m;
}

void
recovery_tell_home(struct hub *h, const struct ticket *t, const char sid[SOCKET_ID_BYTES],
		   int loop)
{
	struct moved m = moved_to(t->pid, sid, loop);
	int home;

	if (socket_sid_owner((struct str){t->pid, TICKET_PID_BYTES}, &home))
		tell(h, home, &m);
}

/* It goes on, or nobody goes on with it. The loop that it was taken from has passed on what came
 * for it; unless it is its home, it need not know of it any more. */
static void
leave(struct revival *v)
{
	struct moved nowhere = moved_to(v->pid, v->sid, -1);
	int home;

	if (!v->hub)
		return;
	map_remove(&v->hub->recovery->arriving, (struct str){v->sid, SOCKET_ID_BYTES});
	if (v->loop != v->hub->loop->id &&
	    socket_sid_owner((struct str){v->pid, TICKET_PID_BYTES}, &home) &&
	    home != v->loop)
		tell(v->hub, v->loop, &nowhere);
	v->hub = NULL;
}

bool
recovery_forward(const struct hub *h, struct str sid, int *loop_out)
{
	const struct recovery *r = h->recovery;
	const struct moved *m = r ? map_get(&r->moved_sockets, sid) : NULL;

	if (!m || map_get(&r->arriving, sid))
		return false;
	*loop_out = m->loop;
	return true;
}

void
revival_free(struct revival *v)
{
	if (!v)
		return;
	leave(v);
	for (size_t i = 0; i < v->missed_n; i++)
		message_unref(v->missed[i]);
	ticket_free(v->ticket);
	free(v->missed);
	free(v->seen);
	free(v);
}

/* It has come to this loop: events for its socket alone wait with it until it goes on. */
static void
arrive(struct hub *h, struct revival *v)
{
	v->hub = h;
	(void)!map_add(&h->recovery->arriving, (struct str){v->sid, SOCKET_ID_BYTES}, v);
}

/* Nobody will go on with it. */
static void
give_up(struct hub *h, struct revival *v)
{
	if (v && v->ticket)
		recovery_tell_home(h, v->ticket, v->sid, -1);
	revival_free(v);
}

/* --- questions --------------------------------------------------------------------------- */

static void
finish(struct hub *h, struct question *q)
{
	struct session *s = sessions_find(
		q->sessions, (struct str){q->session, SID_BYTES}, q->asked.mount);
	struct client *c = s && !s->is_closing && !s->is_closed ? session_client(s)
								: NULL;

	if (!q->found)
		counter_add(&h->loop->counters, COUNTER_RECOVERY_REFUSED, 1);
	if (c && !client_find_socket(c, q->asked.nsp))
		client_enter(c, q->asked.nsp, q->auth, q->asked.who, q->found);
	else
		give_up(h, q->found);
	identity_unref(q->asked.who);
	free(q);
}

static void
stop_waiting(struct hub *h, struct question *q)
{
	list_remove(&q->link);
	wheel_cancel(&h->loop->wheel, &q->patience);
}

static void
on_patience(struct wheel_timer *t)
{
	struct question *q = CONTAINER_OF(t, struct question, patience);
	struct hub *h = q->all->hub[q->asker];

	stop_waiting(h, q);
	give_up(h, q->found);
	q->found = NULL;
	finish(h, q);
}

static void
on_catch_up(struct loop_job *j)
{
	struct recovery *r = CONTAINER_OF(j, struct recovery, catch_up);

	LIST_EACH (link, &r->behind) {
		struct question *q = CONTAINER_OF(link, struct question, link);

		if (!recovery_has_caught_up(r->hub, q->found))
			continue;
		stop_waiting(r->hub, q);
		finish(r->hub, q);
	}
}

void
recovery_behind_init(struct recovery *r)
{
	list_init(&r->behind);
	loop_job_init(&r->catch_up, on_catch_up);
}

void
recovery_behind_fini(struct recovery *r)
{
	LIST_EACH (link, &r->behind) {
		struct question *q = CONTAINER_OF(link, struct question, link);

		stop_waiting(r->hub, q);
		revival_free(q->found);
		identity_unref(q->asked.who);
		free(q);
	}
	loop_job_cancel(&r->catch_up);
}

/* Events may have passed there that are still on their way here. */
static void
on_answer(struct loop *l, struct mail *m)
{
	struct question *q = CONTAINER_OF(m, struct question, mail);
	struct hub *h = q->all->hub[l->id];

	if (q->found)
		arrive(h, q->found);
	if (!q->found || recovery_has_caught_up(h, q->found)) {
		finish(h, q);
		return;
	}
	list_add_tail(&h->recovery->behind, &q->link);
	wheel_set(&l->wheel, &q->patience, l->now_ms + CATCH_UP_MS);
}

static void
on_question(struct loop *l, struct mail *m)
{
	struct question *q = CONTAINER_OF(m, struct question, mail);
	struct hub *h = q->all->hub[l->id];
	const struct moved *moved = map_get(&h->recovery->moved, q->asked.pid);
	int to = q->asker;

	if (moved && !q->was_forwarded) {
		q->was_forwarded = true;
		to = moved->loop;
	} else {
		q->found = recovery_take(h, &q->asked);
		q->mail.deliver = on_answer;
		if (q->found) { /* what comes for it here follows it */
			struct moved there = moved_to(q->found->pid, q->found->sid, to);

			learn(h, &there);
		}
	}
	loop_post(q->all->hub[to]->loop, &q->mail);
}

static void
ask(struct client *c, int home, const struct asked *asked, struct str auth)
{
	struct question *q = malloc(sizeof(*q) + asked->nsp.len + asked->pid.len +
				    auth.len);
	char *at;

	if (!q) {
		client_enter(c, asked->nsp, auth, asked->who, NULL);
		return;
	}
	*q = (struct question){.mail.deliver = on_question,
			       .all = c->hub->all,
			       .sessions = client_session(c)->all,
			       .asker = c->hub->loop->id,
			       .asked = *asked};
	list_init(&q->link);
	wheel_timer_init(&q->patience, on_patience);
	at = q->text;
	q->asked.nsp = str_put(&at, asked->nsp);
	q->asked.pid = str_put(&at, asked->pid);
	q->auth = str_put(&at, auth);
	identity_ref(q->asked.who);
	memcpy(q->session, client_session(c)->id, sizeof(q->session));
	loop_post(q->all->hub[home]->loop, &q->mail);
}

bool
recovery_ask(struct client *c, struct str nsp, struct str auth, struct identity *who)
{
	struct hub *h = c->hub;
	struct asked asked = {.mount = client_session(c)->mount, .nsp = nsp, .who = who};
	struct str pid, offset;
	struct revival *v;
	int home;

	if (!h->recovery || !asked.mount->recovery_ms || client_session(c)->protocol != 4)
		return false;
	if (!json_get(auth, STR("pid"), &pid) || !json_borrow_string(pid, &asked.pid) ||
	    !json_get(auth, STR("offset"), &offset) ||
	    !json_borrow_string(offset, &offset) || !socket_sid_owner(asked.pid, &home) ||
	    (size_t)home >= h->all->n || !recovery_offset_read(offset, &asked.offset))
		return false;
	if (home != h->loop->id || map_get(&h->recovery->moved, asked.pid)) {
		ask(c, home, &asked, auth);
		return true;
	}
	v = recovery_take(h, &asked);
	if (!v) {
		counter_add(&h->loop->counters, COUNTER_RECOVERY_REFUSED, 1);
		return false;
	}
	arrive(h, v);
	client_enter(c, nsp, auth, who, v);
	return true;
}

/* --- going on ---------------------------------------------------------------------------- */

void
recovery_attach(struct socket *s, struct revival *v)
{
	s->extras->ticket = v->ticket;
	v->ticket->revival = v;
	s->is_recovered = true;
	v->ticket = NULL;
	memcpy(s->id, v->sid, sizeof(s->id));
}

/* What passed here since it was taken there. Errors: -E_GONE when some of it is forgotten. */
static int
add_newer(struct socket *s, struct revival *v)
{
	const struct recovery_log *log = s->hub->recovery->log;
	uint32_t broadcasters_n = recovery_broadcasters_n(s->hub->all);

	for (uint32_t i = 0; i < broadcasters_n; i++)
		if (recovery_log_forgotten(log)[i] > v->seen[i])
			return -E_GONE;
	for (const struct logged *e = recovery_log_first(log); e; e = e->next) {
		if (e->offset.sender >= broadcasters_n ||
		    e->offset.number <= v->seen[e->offset.sender] ||
		    !str_eq(message_nsp(e->message), socket_nsp(s)) ||
		    !ticket_fits(socket_ticket(s), socket_id(s), e, UINT64_MAX - 1))
			continue;
		if (revival_add(v, e->message))
			return -E_NOMEM;
	}
	return 0;
}

/* Its first time here, or its first time at all: from this place on. */
static int
begin_fresh(struct socket *s, uint64_t at)
{
	struct ticket *t = ticket_new(s->hub->loop->id, at);
	struct str room;

	if (!t)
		return -E_NOMEM;
	s->extras->ticket = t;
	for (size_t i = 0; socket_each_room(s, &i, &room);)
		ticket_join(t, room, at);
	return 0;
}

int
recovery_begin(struct socket *s, bool *has_state_out)
{
	uint64_t at = recovery_log_next_at(s->hub->recovery->log);
	struct ticket *t = socket_ticket(s);
	struct revival *v = t ? t->revival : NULL;
	int here = s->hub->loop->id, error;

	*has_state_out = v != NULL;
	if (!v)
		return begin_fresh(s, at);
	error = add_newer(s, v);
	if (error)
		return error;
	if (v->loop != here) {
		ticket_move(t, at);
		t->base = v->offset;
		t->has_base = true;
		recovery_tell_home(s->hub, t, s->id, here);
	}
	return 0;
}

int
recovery_replay(struct socket *s)
{
	struct ticket *t = socket_ticket(s);
	struct revival *v = t->revival;
	int error = 0;

	t->revival = NULL;
	leave(v); /* from now on they find the socket */
	for (size_t i = 0; i < v->missed_n; i++) {
		const struct frames *f;

		if (v->loop != s->hub->loop->id) {
			/* the order there was another: it gets places of its own */
			(void)recovery_emit(s, message_event(v->missed[i]));
			continue;
		}
		f = message_frames(v->missed[i], s->wire);
		if (f)
			/* who cannot take it is lost again, and kept */
			(void)s->ops->send(s, f);
		else
			error = -E_NOMEM;
	}
	for (size_t i = 0; !error && i < t->spans_n; i++) {
		const struct ticket_span *span = &t->spans[i];

		if (span->to == UINT64_MAX)
			error = socket_join(s, (struct str){span->room, span->room_len});
	}
	counter_add(&s->hub->loop->counters, COUNTER_RECOVERED, !error);
	revival_free(v);
	return error;
}
