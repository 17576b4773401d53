/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CONNECT: does the namespace exist, who is asking, and may he? The token comes from the packet,
 * else from the first request of the session.
 */
#include "base/errors.h"
#include "base/log.h"
#include "config/config.h"
#include "hub/client.h"
#include "hub/encode.h"
#include "hub/hub_inside.h"
#include "hub/recovery.h"
#include "hub/socket_inside.h"
#include "proto/uri.h"
#include "session/bad_tokens.h"
#include "session/credentials.h"

enum { QUERY_BYTES_MAX = 8192 }; /* of a namespace; as large as a request's may be */

static bool
exists(struct client *c, struct str nsp)
{
	struct hub *h = c->hub;

	if (str_eq(nsp, STR("/")))
		return true;
	for (size_t i = 0; i < client_session(c)->mount->namespaces.n; i++)
		if (str_eq(nsp, str_from(client_session(c)->mount->namespaces.items[i])))
			return true;
	return h->up->namespace_exists(h->up_state, nsp);
}

/* The packet's own token counts before those of the first request. */
static struct str
find_token(struct client *c, struct str auth)
{
	struct loop *l = c->hub->loop;
	struct str value, token;

	if (json_get(auth, STR("token"), &value) && json_borrow_string(value, &token))
		return token;
	return credentials_token(&client_session(c)->hello,
				 str_from(l->config->token.cookie), &l->arena);
}

/* Errors: -E_INVALID_TOKEN, -E_TOKEN_EXPIRED, -E_TOO_MANY_FAILURES, -E_NOMEM. */
static int
identify(struct client *c, struct str auth, struct identity **who_out)
{
	struct hub *h = c->hub;
	struct bad_tokens *bad_tokens = client_session(c)->all->bad_tokens;
	const struct address *client = &client_session(c)->hello.peer;
	const char *why = "";
	int error;

	if (client_session(c)->mount->auth == AUTH_NONE) {
		*who_out = identity_anonymous();
		return *who_out ? 0 : -E_NOMEM;
	}
	if (bad_tokens_wait_ms(bad_tokens, h->loop, client))
		return -E_TOO_MANY_FAILURES;
	error = token_cache_verify(h->tokens, h->keys, find_token(c, auth),
				   h->loop->wall_ms / 1000, who_out, &why);
	if (error == -E_INVALID_TOKEN)
		bad_tokens_count(bad_tokens, h->loop, client);
	if (error) {
		counter_add(&h->loop->counters, COUNTER_TOKENS_REFUSED, 1);
		log_debug("token refused", "why=\"%s\" sid=%.*s", why, SID_BYTES,
			  client_session(c)->id);
	}
	return error;
}

static void
refuse(struct client *c, struct str nsp, struct str message, int error)
{
	struct buf data = BUF_INIT;

	counter_add(&c->hub->loop->counters, COUNTER_CONNECT_REFUSED, 1);
	if (client_session(c)->protocol == 3 && !error)
		buf_printf(&data, "\"%.*s\"", STR_ARG(message));
	else if (client_session(c)->protocol == 3)
		buf_printf(&data, "{\"code\":\"%s\"}", error_name(error));
	else if (!error)
		buf_printf(&data, "{\"message\":\"%.*s\"}", STR_ARG(message));
	else
		buf_printf(&data, "{\"message\":\"%.*s\",\"data\":{\"code\":\"%s\"}}",
			   STR_ARG(message), error_name(error));
	client_send_own(c, encode_plain(c->wire, SIO_CONNECT_ERROR, nsp, buf_str(&data)));
	buf_fini(&data);
}

/* What is kept of a CONNECT's auth object: everything but the token, which has done its duty
 * and is in no good hands anywhere else. Nothing when nothing is left. */
static void
add_without_token(struct buf *out, struct str auth)
{
	struct json_walk walk = json_walk(auth);
	struct str key, value;

	while (auth.len && json_next_member(&walk, &key, &value)) {
		if (json_key_is(key, STR("token")))
			continue;
		buf_add_char(out, out->len ? ',' : '{');
		buf_printf(out, "\"%.*s\":%.*s", STR_ARG(key), STR_ARG(value));
	}
	if (out->len)
		buf_add_char(out, '}');
}

static struct socket *
make_socket(struct client *c, struct str nsp, struct identity *who, struct str auth)
{
	struct buf kept = BUF_INIT;
	struct socket *s;

	if (client_session(c)->mount->auth == AUTH_NONE)
		return client_make_socket(c, nsp, who, auth);
	add_without_token(&kept, auth);
	s = kept.failed ? NULL : client_make_socket(c, nsp, who, buf_str(&kept));
	buf_fini(&kept);
	return s;
}

static bool
has_room(const struct client *c)
{
	uint32_t left = client_session(c)->mount->client_namespaces_n;

	LIST_EACH (link, &c->sockets)
		left--;
	return left > 0;
}

void
client_enter(struct client *c, struct str nsp, struct str auth, struct identity *who,
	     struct revival *r)
{
	struct hub *h = c->hub;
	int error = has_room(c) ? E_NOMEM
				: E_TOO_MANY_NAMESPACES; /* others came in meanwhile */
	struct socket *s = error == E_NOMEM ? make_socket(c, nsp, who, auth) : NULL;

	if (!s) {
		revival_free(r);
		refuse(c, nsp, str_from(error_text(error)), error);
		return;
	}
	if (r)
		recovery_attach(s, r);
	h->up->on_connect(h->up_state, s, auth);
}

void
client_connect(struct client *c, struct str nsp, struct str auth)
{
	struct identity *who;
	int error;

	if (!client_may_ask(c)) {
		counter_add(&c->hub->loop->counters, COUNTER_RATE_LIMITED, 1);
		counter_add(&c->hub->loop->counters, COUNTER_STRAY_PACKETS, 1);
		refuse(c, nsp, str_from(error_text(E_RATE_LIMITED)), E_RATE_LIMITED);
		return;
	}
	if (!exists(c, nsp)) {
		refuse(c, nsp, STR("Invalid namespace"), 0);
		return;
	}
	error = has_room(c) ? identify(c, auth, &who) : -E_TOO_MANY_NAMESPACES;
	if (error) {
		refuse(c, nsp, str_from(error_text(error)), error);
		return;
	}
	if (!recovery_ask(c, nsp, auth, who))
		client_enter(c, nsp, auth, who, NULL);
	identity_unref(who);
}

/* token=1 as {"token":"1"}; nothing when it has no member that can be read. */
static void
add_query(struct buf *out, struct str query, struct arena *a)
{
	struct query q = query_walk(query);
	struct str raw_name, raw_value, name, value;

	while (query_next(&q, &raw_name, &raw_value)) {
		if (!query_value(&q, raw_name, a, &name) ||
		    !query_value(&q, raw_value, a, &value))
			continue;
		buf_add_char(out, out->len ? ',' : '{');
		json_quote(out, name);
		buf_add_char(out, ':');
		json_quote(out, value);
	}
	if (out->len)
		buf_add_char(out, '}');
}

/* What clients of Socket.IO 2 write behind the name of a namespace is what later ones send as
 * auth; to those it is a part of the name. Source: socket.io's client.ts, ondecoded(). */
void
client_ask(struct client *c, const struct sio_packet *p)
{
	struct buf auth = BUF_INIT;
	struct str whole = p->nsp;

	if (!p->query.ptr) {
		client_connect(c, p->nsp, p->data);
		return;
	}
	whole.len = (size_t)(p->query.ptr + p->query.len - p->nsp.ptr);
	if (whole.len > (client_session(c)->protocol == 3
				 ? QUERY_BYTES_MAX
				 : client_limits(c).namespace_bytes)) {
		client_fail(c, "the query of a namespace is too long");
		return;
	}
	if (client_session(c)->protocol != 3) {
		client_connect(c, whole, p->data);
		return;
	}
	add_query(&auth, p->query, &c->hub->loop->arena);
	if (auth.failed)
		client_fail(c, "no memory for the query of a namespace");
	else
		client_connect(c, p->nsp, buf_str(&auth));
	buf_fini(&auth);
}
