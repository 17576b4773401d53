/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events are numbered and logged; sockets that are lost are kept for a while. */
#include "config/config.h"
#include "hub/namespace.h"
#include "hub/recovery_inside.h"
#include "session/sid.h"

#include <stdlib.h>

/* --- life -------------------------------------------------------------------------------- */

static bool
is_wanted(const struct config *c)
{
	for (size_t i = 0; i < c->mounts_n; i++)
		if (c->mounts[i].recovery_ms)
			return true;
	return false;
}

int
recovery_new(struct hub *h, struct recovery **out)
{
	const struct config *c = h->loop->config;
	uint32_t loops_n = (uint32_t)h->all->n;
	struct recovery *r;

	*out = NULL;
	if (!is_wanted(c))
		return 0;
	r = calloc(1, sizeof(*r));
	if (r)
		r->log = recovery_log_new(recovery_senders_n(h->all),
					  c->recovery_bytes / loops_n);
	if (!r || !r->log) {
		free(r);
		return -E_NOMEM;
	}
	r->hub = h;
	r->kept_n_max = c->recovery_sessions_n / loops_n + 1;
	list_init(&r->oldest);
	recovery_behind_init(r);
	pthread_mutex_init(&r->strangers_lock, NULL);
	*out = r;
	return 0;
}

/* Frees it, but for the ticket, which is the caller's. */
static struct ticket *
kept_open(struct kept *k)
{
	struct recovery *r = k->recovery;
	struct ticket *t = k->ticket;

	map_remove(&r->kept, (struct str){t->pid, TICKET_PID_BYTES});
	map_remove(&r->kept_sockets, (struct str){k->sid, SOCKET_ID_BYTES});
	list_remove(&k->link);
	wheel_cancel(&r->hub->loop->wheel, &k->timer);
	counter_sub(&r->hub->loop->counters, COUNTER_RECOVERY_KEPT, 1);
	identity_unref(k->who);
	free(k);
	return t;
}

static void
kept_free(struct kept *k)
{
	ticket_free(kept_open(k));
}

/* It will not come back. */
static void
forget(struct kept *k)
{
	recovery_tell_home(k->recovery->hub, k->ticket, k->sid, -1);
	kept_free(k);
}

void
recovery_free(struct recovery *r)
{
	struct moved *m;

	if (!r)
		return;
	recovery_behind_fini(r);
	while (!list_is_empty(&r->oldest))
		kept_free(CONTAINER_OF(r->oldest.next, struct kept, link));
	for (size_t at = 0; (m = map_next(&r->moved, &at));)
		free(m);
	map_fini(&r->kept);
	map_fini(&r->kept_sockets);
	map_fini(&r->moved);
	map_fini(&r->moved_sockets);
	map_fini(&r->arriving);
	recovery_log_free(r->log);
	pthread_mutex_destroy(&r->strangers_lock);
	free(r);
}

/* --- events ------------------------------------------------------------------------------ */

struct recovery_offset
recovery_send(struct hubs *all, struct hub *from)
{
	struct recovery *r = all->hub[0]->recovery;

	if (from)
		return (struct recovery_offset){++from->recovery->broadcasts_n,
						(uint32_t)from->loop->id};
	pthread_mutex_lock(&r->strangers_lock);
	return (struct recovery_offset){++r->strangers_n, recovery_strangers(all)};
}

void
recovery_sent(struct hubs *all, struct hub *from, bool was_sent)
{
	struct recovery *r = all->hub[0]->recovery;

	if (from) {
		from->recovery->broadcasts_n -= !was_sent;
		return;
	}
	r->strangers_n -= !was_sent;
	pthread_mutex_unlock(&r->strangers_lock);
}

static void
count_bytes(struct recovery *r, size_t before)
{
	size_t now = recovery_log_bytes(r->log);
	struct counters *c = &r->hub->loop->counters;

	if (now > before)
		counter_add(c, COUNTER_RECOVERY_BYTES, now - before);
	else
		counter_sub(c, COUNTER_RECOVERY_BYTES, before - now);
}

void
recovery_note(struct hub *h, struct recovery_offset o, const struct target *to,
	      struct message *m)
{
	size_t before = recovery_log_bytes(h->recovery->log);

	recovery_log_add(h->recovery->log, o, to, m);
	count_bytes(h->recovery, before);
	if (!list_is_empty(&h->recovery->behind))
		loop_at_end(h->loop, &h->recovery->catch_up);
}

/* An event of this loop for one socket alone, with the offset that note_own gives it. */
static struct recovery_offset
next_own(const struct hub *h)
{
	return (struct recovery_offset){h->recovery->emits_n + 1,
					recovery_broadcasters_n(h->all) +
						(uint32_t)h->loop->id};
}

static void
note_own(struct hub *h, struct str sid, struct message *m)
{
	struct target to = {.nsp = message_nsp(m), .rooms = &sid, .rooms_n = 1};

	recovery_note(h, next_own(h), &to, m);
	h->recovery->emits_n++;
}

/* NULL: no memory. */
static struct message *
own_message(struct hub *h, struct str nsp, const struct event_out *event)
{
	char text[RECOVERY_OFFSET_BYTES];
	struct event_out full = *event;

	full.offset = recovery_offset_text(next_own(h), text);
	return message_new(nsp, &full);
}

int
recovery_emit(struct socket *s, const struct event_out *event)
{
	struct message *m = own_message(s->hub, socket_nsp(s), event);
	const struct frames *f = m ? message_frames(m, s->wire) : NULL;
	int error = -E_NOMEM;

	if (f) {
		note_own(s->hub, socket_id(s), m);
		error = s->ops->send(s, f);
	}
	message_unref(m);
	return error;
}

int
recovery_emit_lost(struct hub *h, struct str sid, const struct event_out *event)
{
	struct kept *k = map_get(&h->recovery->kept_sockets, sid);
	struct revival *v = k ? NULL : map_get(&h->recovery->arriving, sid);
	struct message *m;
	int error = 0;

	if (!k && !v)
		return -E_NOT_FOUND;
	if (v && v->loop != h->loop->id) /* its place is given to it when it goes on */
		m = message_new((struct str){v->nsp, v->nsp_len}, event);
	else
		m = own_message(h,
				k ? (struct str){k->nsp, k->nsp_len}
				  : (struct str){v->nsp, v->nsp_len},
				event);
	if (m && v)
		error = revival_add(v, m);
	if (m && !error && (k || v->loop == h->loop->id))
		note_own(h, sid, m);
	error = m ? error : -E_NOMEM;
	message_unref(m);
	return error;
}

/* --- sockets ----------------------------------------------------------------------------- */

void
recovery_joined(struct socket *s, struct str room)
{
	ticket_join(socket_ticket(s), room, recovery_log_next_at(s->hub->recovery->log));
}

void
recovery_left(struct socket *s, struct str room)
{
	ticket_leave(socket_ticket(s), room, recovery_log_next_at(s->hub->recovery->log));
}

static void
on_window_end(struct wheel_timer *t)
{
	forget(CONTAINER_OF(t, struct kept, timer));
}

/* Ends that nobody wanted. Source: socket.io, RECOVERABLE_DISCONNECT_REASONS. */
static bool
may_return(const char *reason)
{
	static const char *const reasons[] = {"transport close", "transport error",
					      "ping timeout", "forced close"};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (strcmp(reason, reasons[i]) == 0)
			return true;
	return false;
}

static struct kept *
kept_new(struct socket *s)
{
	struct str nsp = socket_nsp(s);
	struct kept *k = calloc(1, sizeof(*k) + nsp.len);

	if (!k)
		return NULL;
	k->recovery = s->hub->recovery;
	k->mount = s->mount;
	k->ticket = socket_ticket(s);
	memcpy(k->sid, s->id, sizeof(k->sid));
	memcpy(k->nsp, nsp.ptr, nsp.len);
	k->nsp_len = nsp.len;
	wheel_timer_init(&k->timer, on_window_end);
	list_init(&k->link);
	if (map_add(&k->recovery->kept, (struct str){k->ticket->pid, TICKET_PID_BYTES},
		    k)) {
		free(k);
		return NULL;
	}
	if (map_add(&k->recovery->kept_sockets, (struct str){k->sid, SOCKET_ID_BYTES},
		    k)) {
		map_remove(&k->recovery->kept,
			   (struct str){k->ticket->pid, TICKET_PID_BYTES});
		free(k);
		return NULL;
	}
	k->who = identity_ref(s->who);
	return k;
}

bool
recovery_keep(struct socket *s, const char *reason)
{
	struct recovery *r = s->hub->recovery;
	struct loop *l = s->hub->loop;
	const struct ticket *t = socket_ticket(s);
	struct kept *k;

	if (!t || t->is_broken || t->revival || !may_return(reason))
		return false;
	if (r->kept.n >= r->kept_n_max) {
		counter_add(&l->counters, COUNTER_RECOVERY_FORGOTTEN, 1);
		forget(CONTAINER_OF(r->oldest.next, struct kept, link));
	}
	k = kept_new(s);
	if (!k)
		return false;
	s->extras->ticket = NULL;
	list_add_tail(&r->oldest, &k->link);
	counter_add(&l->counters, COUNTER_RECOVERY_KEPT, 1);
	wheel_set(&l->wheel, &k->timer, l->now_ms + s->mount->recovery_ms);
	return true;
}

void
recovery_keep_with(struct hub *h, struct str sid, struct keepsake *keepsake)
{
	struct kept *k = map_get(&h->recovery->kept_sockets, sid);

	if (k)
		k->ticket->keepsake = keepsake;
	else if (keepsake)
		keepsake->drop(keepsake);
}

void
recovery_drop(struct socket *s)
{
	struct ticket *t = socket_ticket(s);

	if (!t)
		return;
	recovery_tell_home(s->hub, t, s->id, -1);
	revival_free(t->revival);
	ticket_free(t);
	s->extras->ticket = NULL;
}

/* --- coming back ------------------------------------------------------------------------- */

/* The same person with the same rights: a token may be renewed, no more. */
static bool
is_same(const struct identity *a, const struct identity *b)
{
	for (int claim = 0; claim < CLAIM_N; claim++) {
		struct str x = identity_text(a, (enum config_claim)claim);
		struct str y = identity_text(b, (enum config_claim)claim), item;

		if (!str_eq(x, y))
			return false;
		for (size_t at = 0;
		     identity_each(a, (enum config_claim)claim, &at, &item);)
			if (!identity_has(b, (enum config_claim)claim, item))
				return false;
	}
	return true;
}

/* The first place that the client may not have got. False when nobody knows. */
static bool
find_start(const struct recovery *r, const struct kept *k, struct recovery_offset o,
	   uint64_t *start_out)
{
	const struct logged *e, *first = recovery_log_first(r->log);
	const struct ticket *t = k->ticket;

	if (t->has_base && t->base.sender == o.sender && t->base.number == o.number) {
		*start_out = t->since;
		return first ? first->at <= t->since
			     : recovery_log_next_at(r->log) == t->since;
	}
	e = recovery_log_find(r->log, o);
	if (!e || e->at < t->since ||
	    !str_eq(message_nsp(e->message), (struct str){k->nsp, k->nsp_len}) ||
	    !ticket_fits(t, (struct str){k->sid, SOCKET_ID_BYTES}, e, e->at))
		return false;
	*start_out = e->at + 1;
	return true;
}

static struct revival *
revival_new(struct recovery *r, struct kept *k, uint64_t start)
{
	const struct logged *e = recovery_log_first(r->log);
	uint32_t seen_n = recovery_broadcasters_n(r->hub->all);
	struct revival *v = calloc(1, sizeof(*v) + k->nsp_len);

	if (v)
		v->seen = calloc(seen_n, sizeof(*v->seen));
	for (; v && v->seen && e; e = e->next) {
		if (e->at < start ||
		    !str_eq(message_nsp(e->message), (struct str){k->nsp, k->nsp_len}) ||
		    !ticket_fits(k->ticket, (struct str){k->sid, SOCKET_ID_BYTES}, e,
				 e->at))
			continue;
		if (revival_add(v, e->message))
			break;
	}
	if (!v || !v->seen || e) {
		revival_free(v);
		return NULL;
	}
	memcpy(v->seen, recovery_log_seen(r->log), seen_n * sizeof(*v->seen));
	memcpy(v->pid, k->ticket->pid, sizeof(v->pid));
	memcpy(v->sid, k->sid, sizeof(v->sid));
	memcpy(v->nsp, k->nsp, k->nsp_len);
	v->nsp_len = k->nsp_len;
	v->loop = r->hub->loop->id;
	return v;
}

struct revival *
recovery_take(struct hub *h, const struct asked *asked)
{
	struct recovery *r = h->recovery;
	struct kept *k = map_get(&r->kept, asked->pid);
	struct revival *v = NULL;
	uint64_t start;

	if (!k || k->mount != asked->mount ||
	    !str_eq((struct str){k->nsp, k->nsp_len}, asked->nsp) ||
	    !is_same(k->who, asked->who) || !is_same(asked->who, k->who))
		return NULL;
	if (find_start(r, k, asked->offset, &start))
		v = revival_new(r, k, start);
	if (!v) {
		forget(k); /* nobody else can have it either */
		return NULL;
	}
	v->offset = asked->offset;
	v->ticket = kept_open(k);
	return v;
}

bool
recovery_has_caught_up(const struct hub *h, const struct revival *r)
{
	const uint64_t *seen = recovery_log_seen(h->recovery->log);

	for (uint32_t i = 0; i < recovery_broadcasters_n(h->all); i++)
		if (seen[i] < r->seen[i])
			return false;
	return true;
}
