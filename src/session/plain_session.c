/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/plain_session.h"

#include "base/errors.h"
#include "base/log.h"
#include "proto/websocket.h"
#include "session/arrivals.h"
#include "session/plain_choice.h"

enum { UNANSWERED_MAX = 2, CODE_NORMAL = 1000, CODE_GOING = 1001 };

static struct loop *
loop_of(const struct plain_session *p)
{
	return p->all->loop;
}

/* Start (again) what watches over its life, as its mount says. */
static void watch(struct plain_session *p);

/* --- the end ----------------------------------------------------------------------------- */

/* Also of one that was not opened. */
static void
free_session(struct plain_session *p)
{
	session_hello_fini(&p->hello, &p->all->texts);
	slab_free(&loop_of(p)->slab, p, sizeof(*p));
}

static void
bury(struct loop_grave *g)
{
	struct plain_session *p = CONTAINER_OF(g, struct plain_session, grave);

	free_session(p);
}

/* The floor above hears of it once; nothing is awaited any more. */
static void
tell_end(struct plain_session *p, const char *why)
{
	const struct plain_up *up = p->up;

	p->up = NULL;
	wheel_cancel(&loop_of(p)->wheel, &p->life);
	if (!up)
		return;
	log_debug("plain session closed", "why=\"%s\" dialect=%s", why, p->dialect->name);
	up->on_close(p->up_state, why);
}

/* What the floor above has for it comes before what is said now. */
static void
ask_for_earlier_words(struct plain_session *p)
{
	if (p->up && p->websocket)
		p->up->on_word(p->up_state);
}

void
plain_session_close(struct plain_session *p, int code, struct str reason, const char *why)
{
	ask_for_earlier_words(p);
	if (p->websocket)
		websocket_close(p->websocket, code ? code : CODE_NORMAL, reason);
	if (p->websocket) /* without memory for a close frame it is gone, and was told */
		tell_end(p, why);
}

static void
on_close(void *up, int code)
{
	struct plain_session *p = up;

	(void)code;
	p->websocket = NULL;
	tell_end(p, "transport close");
	list_remove(&p->link);
	counter_sub(&loop_of(p)->counters, COUNTER_PLAIN_SESSIONS, 1);
	p->grave.bury = bury;
	loop_bury(loop_of(p), &p->grave);
}

/* It does not read: it would not read a close frame either. */
static void
end_full(struct plain_session *p)
{
	counter_add(&loop_of(p)->counters, COUNTER_QUEUE_CLOSED, 1);
	tell_end(p, "slow consumer");
	if (p->websocket)
		websocket_abort(p->websocket);
}

void
plain_sessions_close_all(struct sessions *all)
{
	LIST_EACH (link, &all->plain)
		plain_session_close(CONTAINER_OF(link, struct plain_session, link),
				    CODE_GOING, STR("server shutting down"),
				    "server shutting down");
}

/* --- out --------------------------------------------------------------------------------- */

int
plain_session_send(struct plain_session *p, struct frame *f)
{
	int error;

	ask_for_earlier_words(p);
	error = p->websocket && p->up ? websocket_send(p->websocket, f) : -E_GONE;
	if (error == -E_FULL && !p->is_full) {
		p->is_full = true;
		wheel_set(&loop_of(p)->wheel, &p->life, 0);
	}
	return error;
}

bool
plain_session_is_lagging(const struct plain_session *p)
{
	return !p->websocket ||
	       websocket_queued(p->websocket) > p->mount->queue_soft_bytes;
}

/* Most answers are put together on the stack. */
enum { ROOM_BYTES = 512 };

static void
send_text(struct plain_session *p, const struct buf *text)
{
	struct frame *f = text->failed ? NULL : ws_frame_of(WS_TEXT, buf_str(text));

	if (f)
		/* a session that is full ends by itself */
		(void)plain_session_send(p, f);
	frame_unref(f);
}

void
plain_session_reply(struct plain_session *p, enum reply reply, struct words *words)
{
	char room[ROOM_BYTES];
	struct buf text = buf_in(room, sizeof(room));

	words->wall_ms = loop_of(p)->wall_ms;
	if (plain_write_reply(p->dialect, reply, words, &text))
		send_text(p, &text);
	buf_fini(&text);
}

int
plain_session_complain(struct plain_session *p, int error, enum verb_kind verb,
		       struct words *words)
{
	struct words none = {.wall_ms = 0};
	char room[ROOM_BYTES];
	struct buf text = buf_in(room, sizeof(room));
	int code;

	if (!words)
		words = &none;
	words->wall_ms = loop_of(p)->wall_ms;
	code = plain_write_error(p->dialect, error, verb, words, &text);
	counter_add(&loop_of(p)->counters, COUNTER_PLAIN_ERRORS, 1);
	send_text(p, &text);
	buf_fini(&text);
	return code;
}

void
plain_session_fail(struct plain_session *p, int error, enum verb_kind verb,
		   struct words *words)
{
	int code = plain_session_complain(p, error, verb, words);

	if (error == -E_FORBIDDEN && p->mount->forbidden_join == FORBIDDEN_IS_TOLD)
		code = 0;
	if (code)
		plain_session_close(p, code, str_from(error_text(error)),
				    error_name(error));
}

/* --- in ---------------------------------------------------------------------------------- */

/* Does life show in pongs only? So it is where the server asks in the dialect's own words. */
static bool
counts_pongs(const struct plain_session *p)
{
	return p->dialect->replies[REPLY_PING] != NULL;
}

void
plain_session_become(struct plain_session *p, const struct config_mount *mount)
{
	p->dialect = dialect_of(mount->dialect);
	p->mount = mount;
	watch(p);
}

/* The first message told. Errors: -E_GONE when it was closed. */
static int
decide(struct plain_session *p, const struct dialect *d)
{
	struct loop *l = loop_of(p);
	uint64_t wait_ms;

	p->dialect = d;
	p->mount = plain_choice_mount(p->route, p->mount, d->number);
	watch(p);
	/* too late for an answer to the upgrade, so it is told and closed */
	if (arrivals_count(p->route->addresses, p->mount, l, &p->hello.peer, &wait_ms)) {
		counter_add(&l->counters, COUNTER_REFUSED_CONNECTIONS, 1);
		plain_session_fail(p, -E_TOO_MANY_CONNECTIONS, VERB_ANY, NULL);
		return -E_GONE;
	}
	return p->up->on_decide(p->up_state) ? 0 : -E_GONE;
}

/* Errors: those of plain_read, -E_RATE_LIMITED; -E_GONE when it was closed. */
static int
take(struct plain_session *p, struct str text, struct verb *v)
{
	struct json_limits limits = {p->mount->json_depth, p->mount->json_values_n};
	uint64_t now_ms = loop_of(p)->now_ms;
	const struct dialect *d;
	int error = plain_read(p->dialect, text, &limits, v);

	if (error == -E_UNKNOWN_TYPE && p->dialect->number == DIALECT_UNDECIDED) {
		d = dialect_deciding(v->type);
		if (!d)
			return error;
		error = decide(p, d);
		if (!error)
			error = plain_read(d, text, &limits, v);
	}
	if (!error && (v->kind == VERB_SUBSCRIBE || v->kind == VERB_JOIN) &&
	    !rate_take(&p->subscriptions, &p->mount->subscription_rate, now_ms))
		error = -E_RATE_LIMITED;
	return error;
}

static void
on_message(void *up, enum frame_kind kind, char *data, size_t n)
{
	struct plain_session *p = up;
	struct loop *l = loop_of(p);
	struct verb v = {.kind = VERB_ANY};
	struct words words = {.wall_ms = 0};
	int error = 0;

	if (!p->up)
		return;
	if (!counts_pongs(p))
		p->heard_ms = l->now_ms;
	if (!rate_take(&p->messages, &p->mount->message_rate, l->now_ms))
		error = -E_RATE_LIMITED;
	else
		error = kind == FRAME_TEXT ? take(p, (struct str){data, n}, &v)
					   : -E_WS_DATA;
	if (error == -E_GONE)
		return;
	if (error == -E_RATE_LIMITED) {
		counter_add(&l->counters, COUNTER_RATE_LIMITED, 1);
		counter_add(&l->counters, COUNTER_STRAY_PACKETS, 1);
	}
	if (error) {
		words.where = str_from(v.where);
		plain_session_fail(p, error, v.kind, &words);
		return;
	}
	if (v.kind == VERB_PONG)
		p->heard_ms = l->now_ms;
	p->up->on_verb(p->up_state, &v);
}

static void
on_drain(void *up)
{
	(void)up;
}

void
plain_session_hold(struct plain_session *p, bool hold)
{
	p->is_held = hold;
	if (p->websocket)
		websocket_hold(p->websocket, hold);
}

/* --- signs of life ----------------------------------------------------------------------- */

static bool
does_beat(const struct plain_session *p)
{
	return p->mount->heartbeat_ms && p->dialect->beats;
}

/* Set the timer for what comes first. */
static void
watch_on(struct plain_session *p)
{
	const struct config_mount *mount = p->mount;
	uint64_t at_ms = UINT64_MAX;

	if (p->is_full)
		return; /* its end is set already */
	if (mount->idle_ms)
		at_ms = p->heard_ms + mount->idle_ms;
	if (does_beat(p) && p->beat_ms + mount->heartbeat_ms < at_ms)
		at_ms = p->beat_ms + mount->heartbeat_ms;
	wheel_cancel(&loop_of(p)->wheel, &p->life);
	if (at_ms != UINT64_MAX)
		wheel_set(&loop_of(p)->wheel, &p->life, at_ms);
}

static void
beat(struct plain_session *p)
{
	struct words words = {.wall_ms = 0};
	uint64_t last_ms = p->beat_ms;

	p->beat_ms = loop_of(p)->now_ms;
	if (counts_pongs(p)) {
		plain_session_reply(p, REPLY_PING, &words);
		return;
	}
	if (websocket_heard_ms(p->websocket) < last_ms)
		p->unanswered_n++;
	else
		p->unanswered_n = 0;
	if (p->unanswered_n >= UNANSWERED_MAX) {
		counter_add(&loop_of(p)->counters, COUNTER_PING_TIMEOUTS, 1);
		plain_session_fail(p, -E_IDLE, VERB_ANY, NULL);
		return;
	}
	websocket_ping(p->websocket);
}

static void
on_life(struct wheel_timer *t)
{
	struct plain_session *p = CONTAINER_OF(t, struct plain_session, life);
	uint64_t now_ms = loop_of(p)->now_ms;

	if (p->is_full)
		end_full(p);
	else if (p->mount->idle_ms && now_ms >= p->heard_ms + p->mount->idle_ms)
		plain_session_fail(p, -E_IDLE, VERB_ANY, NULL);
	else if (does_beat(p) && now_ms >= p->beat_ms + p->mount->heartbeat_ms)
		beat(p);
	if (p->up)
		watch_on(p);
}

static void
watch(struct plain_session *p)
{
	p->heard_ms = p->beat_ms = loop_of(p)->now_ms;
	watch_on(p);
}

/* --- the way in -------------------------------------------------------------------------- */

/* RFC 6455 ends the connection here; the dialect says why, as of any message that is none. */
static void
on_fault(void *up, int error)
{
	struct plain_session *p = up;

	ask_for_earlier_words(p);
	if (p->up && (error == -E_UTF8 || error == -E_TOO_LARGE))
		plain_session_complain(p, error == -E_UTF8 ? error : -E_INVALID_MESSAGE,
				       VERB_ANY, NULL);
}

static const struct websocket_up websocket_up = {on_message, on_drain, on_close,
						 on_fault};

struct plain_session *
plain_session_new(const struct plain_route *route, const struct config_mount *mount,
		  const struct dialect *dialect, struct request *r)
{
	struct loop *l = r->conn->loop;
	struct plain_session *p = slab_new(&l->slab, sizeof(*p));

	if (!p)
		return NULL;
	p->all = route->sessions[l->id];
	if (session_hello_init(&p->hello, &p->all->texts, r, l->wall_ms)) {
		free_session(p);
		return NULL;
	}
	p->route = route;
	p->mount = mount;
	p->dialect = dialect;
	list_init(&p->link);
	wheel_timer_init(&p->life, on_life);
	return p;
}

int
plain_session_open(struct plain_session *p, struct request *r)
{
	int error = websocket_open(r, p->mount, p->mount->message_bytes, &websocket_up, p,
				   &p->websocket);

	if (error) {
		free_session(p);
		return error;
	}
	list_add_tail(&p->all->plain, &p->link);
	counter_add(&loop_of(p)->counters, COUNTER_PLAIN_SESSIONS, 1);
	counter_add(&loop_of(p)->counters, COUNTER_PLAIN_SESSIONS_OPENED, 1);
	watch(p);
	error = p->route->app->on_session(p->route->app_state[loop_of(p)->id], p);
	if (error)
		plain_session_fail(p, -E_INTERNAL_ERROR, VERB_ANY, NULL);
	return 0;
}
