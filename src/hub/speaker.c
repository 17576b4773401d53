/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/speaker.h"

#include "base/errors.h"
#include "base/log.h"
#include "hub/people.h"
#include "hub/plain_entry.h"
#include "hub/speaker_filter.h"
#include "hub/speaker_inside.h"
#include "hub/typing.h"
#include "policy/limit.h"
#include "session/credentials.h"

struct str
speaker_user(const struct speaker *sp)
{
	return sp->socket ? identity_text(sp->socket->who, CLAIM_USER)
			  : (struct str){NULL, 0};
}

struct str
speaker_username(const struct speaker *sp)
{
	struct str name = {NULL, 0};

	if (sp->socket)
		name = identity_text(sp->socket->who, CLAIM_USERNAME);
	return name.len ? name : speaker_user(sp);
}

struct words
speaker_words(const struct speaker *sp)
{
	struct words words = {.user = speaker_user(sp), .username = speaker_username(sp)};

	if (sp->socket)
		words.email = identity_text(sp->socket->who, CLAIM_EMAIL);
	return words;
}

void
speaker_fail(struct socket *s, int error, enum verb_kind verb)
{
	if (wire_is_plain((enum wire)s->wire) && speaker_of(s)->session)
		plain_session_fail(speaker_of(s)->session, error, verb, NULL);
}

/* --- what a socket needs of it ----------------------------------------------------------- */

static int
send_frames(struct socket *s, const struct frames *f)
{
	struct speaker *sp = speaker_of(s);

	return sp->session ? plain_session_send(sp->session, f->frame[0]) : -E_GONE;
}

static struct websocket *
direct(const struct socket *s)
{
	const struct plain_session *p = speaker_of(s)->session;

	return p && p->up ? p->websocket : NULL;
}

static bool
wants(const struct socket *s, const struct message *m)
{
	return speaker_filter_passes(speaker_of(s), message_event(m));
}

static bool
is_lagging(const struct socket *s)
{
	const struct speaker *sp = speaker_of(s);

	return !sp->session || plain_session_is_lagging(sp->session);
}

static void
close_session(struct socket *s, int code, struct str reason)
{
	struct speaker *sp = speaker_of(s);

	if (sp->session)
		plain_session_close(sp->session, code, reason, "server disconnect");
}

/* There is but one namespace: out of it is out. */
static void
say_goodbye(struct socket *s)
{
	close_session(s, 0, (struct str){NULL, 0});
}

static const struct session_hello *
hello(const struct socket *s)
{
	const struct speaker *sp = speaker_of(s);

	return sp->session ? &sp->session->hello : NULL;
}

static struct str
transport(const struct socket *s)
{
	(void)s;
	return STR("websocket");
}

static const struct socket_ops speaker_ops = {
	.send = send_frames,
	.direct = direct,
	.wants = wants,
	.is_lagging = is_lagging,
	.say_goodbye = say_goodbye,
	.close = close_session,
	.hello = hello,
	.transport = transport,
};

/* --- connections of a user --------------------------------------------------------------- */

static void
limit_key(struct buf *key, const struct config_mount *mount, struct str user)
{
	buf_add_str(key, str_from(config_dialect_name(mount->dialect)));
	buf_add_char(key, ' ');
	buf_add_str(key, user);
}

static void
give_back(struct speaker *sp)
{
	struct buf key = BUF_INIT;

	if (!sp->limited)
		return;
	limit_key(&key, sp->limited, speaker_user(sp));
	if (!key.failed)
		limit_release(sp->hub->all->user_limits, buf_str(&key));
	sp->limited = NULL;
	buf_fini(&key);
}

/* Errors: -E_TOO_MANY_CONNECTIONS, -E_FULL, -E_NOMEM. */
static int
count_connection(struct speaker *sp)
{
	const struct config_mount *mount = sp->session->mount;
	struct buf key = BUF_INIT;
	int error;

	if (!sp->hub->all->user_limits || !speaker_user(sp).len)
		return 0;
	limit_key(&key, mount, speaker_user(sp));
	error = key.failed ? -E_NOMEM
			   : limit_take(sp->hub->all->user_limits, buf_str(&key),
					mount->user_connections_n, sp->hub->loop->now_ms);
	if (!error)
		sp->limited = mount;
	else
		counter_add(&sp->hub->loop->counters, COUNTER_REFUSED_CONNECTIONS, 1);
	buf_fini(&key);
	return error;
}

/* --- in and out -------------------------------------------------------------------------- */

static int
make_socket(struct speaker *sp, struct identity *who)
{
	struct socket_making making = {.hub = sp->hub,
				       .mount = sp->session->mount,
				       .ops = &speaker_ops,
				       .owner = sp,
				       .wire = wire_of_dialect(sp->session->dialect),
				       .who = who};

	sp->socket = socket_new(&making, STR("/"), (struct str){NULL, 0});
	return sp->socket ? 0 : -E_NOMEM;
}

bool
speaker_enter(struct speaker *sp, struct identity *who)
{
	struct words words;
	int error = make_socket(sp, who);

	if (!error)
		error = count_connection(sp);
	if (!error)
		error = socket_begin(sp->socket);
	if (!error)
		error = people_arrive(sp->socket);
	if (error) {
		plain_session_fail(sp->session, error, VERB_ANY, NULL);
		if (sp->session)
			plain_session_close(sp->session, error_ws_code(error),
					    str_from(error_text(error)),
					    error_name(error));
		return false;
	}
	words = speaker_words(sp);
	plain_session_reply(sp->session, REPLY_WELCOME, &words);
	speaker_watch_expiry(sp);
	speaker_greet(sp);
	return true;
}

void
speaker_greet(struct speaker *sp)
{
	static const struct event_out notice = {.name = STR("notification.new"),
						.args = STR("{}")};

	if (sp->is_greeted || !sp->session ||
	    sp->session->dialect == &dialect_undecided ||
	    !speaker_filter_passes(sp, &notice))
		return;
	sp->is_greeted = true;
	people_greet(sp->socket);
}

/* It was served as channels is; now it says what it really speaks. */
static bool
on_decide(void *up)
{
	struct speaker *sp = up;
	const struct dialect *d = sp->session->dialect;
	struct str name;
	size_t at = 0;
	int error;

	if (!sp->socket)
		return true;
	batch_settle(sp->socket);
	give_back(sp);
	sp->socket->mount = sp->session->mount;
	sp->socket->wire = (uint8_t)wire_of_dialect(d);
	if (!d->joins_channels)
		while (identity_each(sp->socket->who, CLAIM_CHANNELS, &at, &name)) {
			struct buf room = BUF_INIT;

			buf_printf(&room, "channel:%.*s", STR_ARG(name));
			if (!room.failed)
				socket_leave(sp->socket, buf_str(&room));
			buf_fini(&room);
		}
	error = count_connection(sp);
	if (error)
		plain_session_fail(sp->session, error, VERB_ANY, NULL);
	else
		speaker_greet(sp);
	return !error;
}

static void
bury(struct loop_grave *g)
{
	struct speaker *sp = CONTAINER_OF(g, struct speaker, grave);

	slab_free(&sp->hub->loop->slab, sp, sizeof(*sp));
}

static void
on_close(void *up, const char *reason)
{
	struct speaker *sp = up;
	struct socket *s = sp->socket;

	typing_clear_all(sp);
	plain_entry_forget(sp);
	wheel_cancel(&sp->hub->loop->wheel, &sp->expiry);
	give_back(sp);
	sp->session = NULL;
	if (s && s->state == SOCKET_CONNECTED)
		socket_end(s, reason);
	else if (s && s->state == SOCKET_ASKED)
		socket_drop(s);
	sp->socket = NULL;
	speaker_filter_drop_all(sp);
	sp->grave.bury = bury;
	loop_bury(sp->hub->loop, &sp->grave);
}

static void
on_word(void *up)
{
	const struct speaker *sp = up;

	if (sp->socket)
		batch_settle(sp->socket);
}

static const struct plain_up speaker_up = {speaker_on_verb, on_decide, on_close, on_word};

/* The token of the first request. A client that logs in later may come without one. */
static void
greet(struct speaker *sp)
{
	struct plain_session *p = sp->session;
	struct loop *l = sp->hub->loop;
	struct str token = credentials_token(&p->hello, str_from(l->config->token.cookie),
					     &l->arena);
	struct identity *who = NULL;
	int error;

	if (!token.len && p->dialect->logs_in && p->mount->auth == AUTH_TOKEN)
		return;
	error = speaker_identify(sp, token, &who);
	if (!error && !speaker_fits_mount(sp, who))
		error = -E_INVALID_TOKEN;
	if (error)
		plain_session_fail(p,
				   error == -E_TOKEN_EXPIRED ? error : -E_INVALID_TOKEN,
				   VERB_ANY, NULL);
	else
		speaker_enter(sp, who);
	identity_unref(who);
	session_hello_forget_query(&p->hello, &p->all->texts);
}

static int
on_session(void *app, struct plain_session *p)
{
	struct hub *h = app;
	struct speaker *sp = slab_new(&h->loop->slab, sizeof(*sp));

	if (!sp)
		return -E_NOMEM;
	sp->session = p;
	sp->hub = h;
	list_init(&sp->typing);
	wheel_timer_init(&sp->expiry, speaker_on_expiry);
	p->up = &speaker_up;
	p->up_state = sp;
	greet(sp);
	return 0;
}

const struct plain_app speaker_app = {on_session};
