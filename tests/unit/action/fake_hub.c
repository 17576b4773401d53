/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/action/fake_hub.h"

#include "action/api.h"
#include "base/errors.h"
#include "policy/token.h"
#include "proto/uri.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

struct fake fake;
struct tg_link tg_link;

struct hub {
	struct loop *loop;
	struct map sockets; /* accepted ones, by id */
};

enum { ROOMS_MAX = 16 };

struct socket {
	char id[SOCKET_ID_BYTES + 1];
	struct hub *hub;
	char *nsp, *query;
	struct identity *who;
	void *data;
	bool is_accepted, is_gone, is_lost, is_recovered;
	struct keepsake *keepsake;
	char *rooms[ROOMS_MAX];
	size_t rooms_n;
	struct buf said, told; /* told: what the test looks at */
	socket_ack_fn *on_ack;
	void *on_ack_arg;
	struct socket *next; /* of all */
};

static struct socket *all_sockets;
static struct socket *returning; /* which the next one goes on as */
static struct buf broadcasts, broadcasts_told;

/* --- life of the test -------------------------------------------------------------------- */

void
fake_new(const char *const *sets, size_t sets_n)
{
	const char *all[16] = {"plugin_dir=/nonexistent", "log.level=off",
			       "token.secret=0123456789abcdef0123456789abcdef"};
	struct config_source source = {.sets = all, .sets_n = 3};
	static char name[] = "test";
	struct token_keys *keys;
	struct buf errors = BUF_INIT;

	for (size_t i = 0; i < sets_n; i++)
		all[source.sets_n++] = sets[i];
	ck_assert_msg(config_load(&source, &fake.config, &errors) == 0, "%.*s",
		      (int)errors.len, errors.data);
	log_configure(LOG_OFF, false);
	for (size_t i = 0; i < fake.config->mounts_n; i++)
		if (fake.config->mounts[i].dialect == DIALECT_ACTIONS)
			fake.mount = &fake.config->mounts[i];
	ck_assert_ptr_nonnull(fake.mount);
	ck_assert_int_eq(token_keys_load(&fake.config->token, &keys, &errors), 0);
	fake.hand = (struct clock_hand){1000, 1700000000000};
	fake.hubs.n = FAKE_LOOPS;
	fake.actions = actions_new(fake.config, &fake.hubs, keys, &errors);
	ck_assert_ptr_nonnull(fake.actions);
	ck_assert_uint_eq(errors.len, 0);
	token_keys_unref(keys);
	buf_fini(&errors);
	fake.host = (struct tg_host){
		.all = fake.actions, .name = name, .is_in_init = true};
	tg_link = (struct tg_link){api_table(), &fake.host};
}

void
fake_open(void)
{
	fake.host.is_in_init = false;
	fake.hubs.hub = calloc(FAKE_LOOPS, sizeof(fake.hubs.hub[0]));
	for (int i = 0; i < FAKE_LOOPS; i++) {
		fake.loops[i] = loop_new(i, clock_of_hand(&fake.hand), fake.config);
		fake.hubs.hub[i] = calloc(1, sizeof(struct hub));
		fake.hubs.hub[i]->loop = fake.loops[i];
	}
	actions_start(fake.actions);
	fake_turn();
}

static void
free_socket(struct socket *s)
{
	while (s->rooms_n)
		free(s->rooms[--s->rooms_n]);
	identity_unref(s->who);
	buf_fini(&s->said);
	buf_fini(&s->told);
	free(s->nsp);
	free(s->query);
	free(s);
}

void
fake_free(void)
{
	for (struct socket *s = all_sockets; s; s = s->next)
		fake_disconnect(s, "transport close");
	fake_turn();
	(void)actions_stop(fake.actions, 0);
	fake_turn();
	actions_free(fake.actions);
	while (all_sockets) {
		struct socket *s = all_sockets;

		all_sockets = s->next;
		free_socket(s);
	}
	for (size_t i = 0; i < FAKE_LOOPS; i++) {
		map_fini(&fake.hubs.hub[i]->sockets);
		free(fake.hubs.hub[i]);
		loop_free(fake.loops[i]);
	}
	free(fake.hubs.hub);
	buf_fini(&fake.host.why);
	buf_fini(&broadcasts);
	buf_fini(&broadcasts_told);
	config_unref(fake.config);
}

void
fake_enter(size_t loop)
{
	loop_turn(fake.loops[loop], false);
}

void
fake_turn(void)
{
	for (int round = 0; round < 4; round++)
		for (size_t i = FAKE_LOOPS; i-- > 0;)
			fake_enter(i);
}

void
fake_wait(uint32_t ms)
{
	clock_hand_move(&fake.hand, ms);
	fake_turn();
}

/* --- clients ----------------------------------------------------------------------------- */

struct socket *
fake_connect(size_t loop, const char *nsp, const char *claims, const char *query)
{
	static unsigned serial;
	const struct hub_up *up = actions_hub_up();
	struct socket *s = calloc(1, sizeof(*s));

	fake_enter(loop);
	snprintf(s->id, sizeof(s->id), "%zu-socket-%011u", loop, ++serial);
	s->hub = fake.hubs.hub[loop];
	s->nsp = strdup(nsp);
	s->query = strdup(query);
	s->next = all_sockets;
	all_sockets = s;
	if (strcmp(claims, "{}") == 0)
		s->who = identity_anonymous();
	else
		ck_assert_int_eq(identity_new(str_from(claims), fake.config->token.claims,
					      &s->who),
				 0);
	if (strcmp(nsp, "/") != 0 && !up->namespace_exists(fake.actions, str_from(nsp))) {
		s->is_gone = true;
		return NULL;
	}
	if (returning) {
		s->is_recovered = true;
		s->keepsake = returning->keepsake;
		returning->keepsake = NULL;
		returning->is_lost = false;
	}
	up->on_connect(fake.actions, s, STR("{}"));
	return s;
}

struct socket *
fake_return(struct socket *lost, size_t loop)
{
	struct socket *s;

	returning = lost;
	s = fake_connect(loop, lost->nsp, ALICE, lost->query);
	returning = NULL;
	return s;
}

struct socket *
fake_alice(size_t loop)
{
	struct socket *s = fake_connect(loop, "/", ALICE, "sessionId=s1&artifactId=a1");

	ck_assert_str_eq(fake_said(s), "connect\n");
	return s;
}

static void
emit(struct socket *s, const char *name, const char *args, int64_t ack_id,
     const struct str *attachments, size_t attachments_n)
{
	struct event_in e = {
		.name = str_from(name),
		.args = str_from(args),
		.attachments = attachments,
		.attachments_n = attachments_n,
		.wants_ack = ack_id != NO_ACK,
		.ack_id = ack_id == NO_ACK ? 0 : (uint64_t)ack_id,
	};

	fake_enter((size_t)s->hub->loop->id);
	actions_hub_up()->on_event(fake.actions, s, &e);
}

void
fake_event(struct socket *s, const char *name, const char *args, int64_t ack_id)
{
	emit(s, name, args, ack_id, NULL, 0);
}

void
fake_binary_event(struct socket *s, const char *name, const char *args, const char *bytes)
{
	struct str attachment = str_from(bytes);

	emit(s, name, args, NO_ACK, &attachment, 1);
}

void
fake_answer(struct socket *s, int error, const char *args)
{
	socket_ack_fn *fn = s->on_ack;

	fake_enter((size_t)s->hub->loop->id);
	ck_assert(fn != NULL);
	s->on_ack = NULL;
	fn(s->on_ack_arg, error, str_from(args), NULL, 0);
}

/* As the hub does it: word of the end, failed acknowledgements, what waits, then oblivion. */
static void
end(struct socket *s, const char *reason)
{
	const struct hub_up *up = actions_hub_up();
	socket_ack_fn *on_ack = s->on_ack;
	bool was_accepted = s->is_accepted;

	if (s->is_gone)
		return;
	s->is_gone = true;
	s->is_accepted = false;
	s->on_ack = NULL;
	map_remove(&s->hub->sockets, socket_id(s));
	if (was_accepted)
		up->on_disconnect(fake.actions, s, reason);
	if (on_ack)
		on_ack(s->on_ack_arg, -E_GONE, STR(""), NULL, 0);
	if (s->is_lost)
		s->keepsake = up->keep(fake.actions, s);
	up->on_free(fake.actions, s);
}

void
fake_lose(struct socket *s)
{
	s->is_lost = true;
	fake_disconnect(s, "transport close");
}

void
fake_forget(struct socket *lost)
{
	lost->is_lost = false;
	if (lost->keepsake)
		lost->keepsake->drop(lost->keepsake);
	lost->keepsake = NULL;
}

void
fake_disconnect(struct socket *s, const char *reason)
{
	fake_enter((size_t)s->hub->loop->id);
	end(s, reason);
}

static const char *
tell(struct buf *said, struct buf *told)
{
	buf_clear(told);
	buf_add_str(told, buf_str(said));
	buf_add_char(told, '\0');
	buf_clear(said);
	return told->data;
}

const char *
fake_said(struct socket *s)
{
	return tell(&s->said, &s->told);
}

const char *
fake_broadcasts(void)
{
	return tell(&broadcasts, &broadcasts_told);
}

/* --- hub.h ------------------------------------------------------------------------------- */

struct loop *
hub_loop(const struct hub *h)
{
	return h->loop;
}

struct socket *
hub_find_socket(struct hub *h, struct str sid)
{
	return map_get(&h->sockets, sid);
}

void
hub_each_socket(struct hub *h, struct str nsp, struct str room,
		void (*visit)(void *arg, struct socket *s), void *arg)
{
	struct socket *s;

	for (size_t at = 0; (s = map_next(&h->sockets, &at));)
		if (str_eq(socket_nsp(s), nsp) && (!room.len || socket_is_in(s, room)))
			visit(arg, s);
}

static void
write_list(const struct str *items, size_t n)
{
	buf_add_char(&broadcasts, '[');
	for (size_t i = 0; i < n; i++)
		buf_printf(&broadcasts, "%s%.*s", i ? " " : "", STR_ARG(items[i]));
	buf_add_char(&broadcasts, ']');
}

static int
note(const struct target *to, const char *deed, struct str name, struct str args)
{
	buf_printf(&broadcasts, "%.*s ", STR_ARG(to->nsp));
	write_list(to->rooms, to->rooms_n);
	buf_add_str(&broadcasts, STR(" -"));
	write_list(to->except, to->except_n);
	buf_printf(&broadcasts, "%s%s%s %.*s %.*s\n", to->is_volatile ? " volatile" : "",
		   to->local ? " local" : "", deed, STR_ARG(name), STR_ARG(args));
	return 0;
}

int
hub_broadcast(struct hubs *all, struct hub *from, const struct target *to,
	      const struct event_out *event)
{
	(void)all;
	ck_assert_ptr_eq(from, loop_current() ? fake.hubs.hub[loop_current()->id] : NULL);
	return note(to, "", event->name, event->args);
}

int
hub_join_all(struct hubs *all, struct hub *from, const struct target *to, struct str room)
{
	(void)all;
	(void)from;
	return note(to, " join", room, STR(""));
}

int
hub_leave_all(struct hubs *all, struct hub *from, const struct target *to,
	      struct str room)
{
	(void)all;
	(void)from;
	return note(to, " leave", room, STR(""));
}

int
hub_disconnect_all(struct hubs *all, struct hub *from, const struct target *to,
		   bool close_transport)
{
	(void)all;
	(void)from;
	return note(to, " drop", close_transport ? STR("close") : STR("leave"), STR(""));
}

struct errand {
	struct mail mail;
	void (*fn)(struct socket *s, void *arg);
	void *arg;
	char sid[SOCKET_ID_BYTES];
};

static void
on_errand(struct loop *to, struct mail *m)
{
	struct errand *e = CONTAINER_OF(m, struct errand, mail);

	e->fn(hub_find_socket(fake.hubs.hub[to->id],
			      (struct str){e->sid, sizeof(e->sid)}),
	      e->arg);
	free(e);
}

int
hub_call(struct hubs *all, struct str sid, void (*fn)(struct socket *s, void *arg),
	 void *arg)
{
	unsigned loop = (unsigned)sid.ptr[0] - '0';
	struct errand *e;

	if (loop >= all->n)
		return -E_NOT_FOUND;
	if (loop_current() == all->hub[loop]->loop) {
		fn(hub_find_socket(all->hub[loop], sid), arg);
		return 0;
	}
	e = calloc(1, sizeof(*e));
	e->mail.deliver = on_errand;
	e->fn = fn;
	e->arg = arg;
	memcpy(e->sid, sid.ptr, sizeof(e->sid));
	loop_post(all->hub[loop]->loop, &e->mail);
	return 0;
}

int
hub_emit_lost(struct hub *h, struct str sid, const struct event_out *event)
{
	struct socket *s = all_sockets;

	ck_assert_ptr_eq(h->loop, loop_current());
	while (s && !(s->is_lost && str_eq(socket_id(s), sid)))
		s = s->next;
	if (!s)
		return -E_NOT_FOUND;
	buf_printf(&broadcasts, "lost %.*s %.*s\n", STR_ARG(event->name),
		   STR_ARG(event->args));
	return 0;
}

/* --- socket.h ---------------------------------------------------------------------------- */

struct str
socket_id(const struct socket *s)
{
	return (struct str){s->id, SOCKET_ID_BYTES};
}

struct str
socket_nsp(const struct socket *s)
{
	return str_from(s->nsp);
}

struct hub *
socket_hub(const struct socket *s)
{
	return s->hub;
}

const struct config_mount *
socket_mount(const struct socket *s)
{
	(void)s;
	return fake.mount;
}

struct identity *
socket_identity(const struct socket *s)
{
	return s->who;
}

void
socket_count_bad_token(struct socket *s)
{
	(void)s;
	fake.bad_tokens_n++;
}

bool
socket_may_show_token(const struct socket *s)
{
	(void)s;
	return fake.bad_tokens_n < 3;
}

void
socket_set_identity(struct socket *s, struct identity *who)
{
	identity_ref(who);
	identity_unref(s->who);
	s->who = who;
}

void
socket_handshake(const struct socket *s, struct handshake *out)
{
	*out = (struct handshake){
		.query = str_from(s->query),
		.headers = STR("host: localhost\r\ncookie: a\r\ncookie: b\r\n"),
		.auth = STR("{\"x\":1}"),
		.address = STR("192.0.2.1"),
		.url = STR("/realtime/?EIO=4"),
		.issued_ms = 1700000000000,
		.transport = STR("polling"),
	};
}

bool
socket_query(const struct socket *s, struct str name, struct arena *a, struct str *out)
{
	return query_get(str_from(s->query), name, a, out);
}

bool
socket_is_connected(const struct socket *s)
{
	return s->is_accepted;
}

bool
socket_is_recovered(const struct socket *s)
{
	return s->is_recovered;
}

struct keepsake *
socket_take_keepsake(struct socket *s)
{
	struct keepsake *k = s->keepsake;

	s->keepsake = NULL;
	return k;
}

void *
socket_data(const struct socket *s)
{
	return s->data;
}

void
socket_set_data(struct socket *s, void *data)
{
	s->data = data;
}

int
socket_accept(struct socket *s)
{
	ck_assert(!s->is_accepted && !s->is_gone);
	s->is_accepted = true;
	buf_printf(&s->said, "connect\n");
	return map_add(&s->hub->sockets, socket_id(s), s);
}

int
socket_refuse(struct socket *s, struct str message, struct str data)
{
	ck_assert(!s->is_accepted && !s->is_gone);
	buf_printf(&s->said, "refuse %.*s %.*s\n", STR_ARG(message), STR_ARG(data));
	s->is_gone = true;
	actions_hub_up()->on_free(fake.actions, s);
	return 0;
}

int
socket_join(struct socket *s, struct str room)
{
	if (s->is_gone)
		return -E_STATE;
	if (room.len > 256)
		return -E_TOO_LARGE;
	if (socket_is_in(s, room))
		return 0;
	ck_assert_uint_lt(s->rooms_n, ROOMS_MAX);
	s->rooms[s->rooms_n++] = str_dup(room);
	return 0;
}

void
socket_leave(struct socket *s, struct str room)
{
	for (size_t i = 0; i < s->rooms_n; i++) {
		if (!str_eq(str_from(s->rooms[i]), room))
			continue;
		free(s->rooms[i]);
		s->rooms[i] = s->rooms[--s->rooms_n];
		return;
	}
}

bool
socket_is_in(const struct socket *s, struct str room)
{
	for (size_t i = 0; i < s->rooms_n; i++)
		if (str_eq(str_from(s->rooms[i]), room))
			return true;
	return false;
}

bool
socket_each_room(const struct socket *s, size_t *at, struct str *room_out)
{
	if (*at >= s->rooms_n)
		return false;
	*room_out = str_from(s->rooms[(*at)++]);
	return true;
}

static void
say(struct socket *s, const char *before, struct str name, struct str args,
    const struct str *attachments, size_t attachments_n)
{
	buf_printf(&s->said, "%s%.*s %.*s", before, STR_ARG(name), STR_ARG(args));
	for (size_t i = 0; i < attachments_n; i++)
		buf_printf(&s->said, " +%.*s", STR_ARG(attachments[i]));
	buf_add_char(&s->said, '\n');
}

int
socket_emit(struct socket *s, const struct event_out *e, bool is_volatile)
{
	if (!s->is_accepted)
		return -E_GONE;
	say(s, is_volatile ? "volatile " : "", e->name, e->args, e->attachments,
	    e->attachments_n);
	return 0;
}

int
socket_emit_ack(struct socket *s, const struct event_out *e, uint32_t timeout_ms,
		socket_ack_fn *on_ack, void *arg)
{
	(void)timeout_ms;
	if (!s->is_accepted)
		return -E_GONE;
	say(s, "? ", e->name, e->args, e->attachments, e->attachments_n);
	s->on_ack = on_ack;
	s->on_ack_arg = arg;
	return 0;
}

int
socket_ack(struct socket *s, uint64_t ack_id, struct str args,
	   const struct str *attachments, size_t attachments_n)
{
	char id[32];
	int n = snprintf(id, sizeof(id), "%llu", (unsigned long long)ack_id);

	if (!s->is_accepted)
		return -E_GONE;
	say(s, "ack ", (struct str){id, (size_t)n}, args, attachments, attachments_n);
	return 0;
}

void
socket_disconnect(struct socket *s, bool close_transport)
{
	if (s->is_gone)
		return;
	buf_printf(&s->said, close_transport ? "close\n" : "leave\n");
	end(s, "server namespace disconnect");
}
