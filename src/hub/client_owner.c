/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session id is no password: whoever shows a token with a later request of a session must be
 * the person whose session it is. A request without one is as good as the id, since browsers
 * cannot send headers with an upgrade.
 */
#include "config/config.h"
#include "hub/client.h"
#include "hub/hub_inside.h"
#include "hub/socket_inside.h"
#include "session/bad_tokens.h"
#include "session/credentials.h"

/* Whose session is it so far? NULL: nobody has said. Owns: a reference for the caller. */
static struct identity *
owner_of(const struct client *c, struct str token)
{
	struct hub *h = c->hub;
	struct identity *who = NULL;
	const char *why = "";

	LIST_EACH (link, &c->sockets) {
		struct socket *s = CONTAINER_OF(link, struct socket, link);

		return identity_ref(s->who);
	}
	if (token.len && token_cache_verify(h->tokens, h->keys, token,
					    h->loop->wall_ms / 1000, &who, &why))
		return NULL;
	return who;
}

bool
client_is_owner(void *app, struct session *s, struct request *r, struct str token)
{
	struct hub *h = app;
	const struct client *c = session_client(s);
	struct str cookie = str_from(h->loop->config->token.cookie), shown, first;
	struct identity *who = NULL, *owner;
	const char *why = "";
	bool fits;

	if (s->mount->auth == AUTH_NONE)
		return true;
	shown = credentials_of_request(r, token, cookie);
	if (!shown.len)
		return true;
	first = credentials_token(&s->hello, cookie, &r->arena);
	if (str_eq(shown, first))
		return true;
	if (bad_tokens_wait_ms(s->all->bad_tokens, h->loop, &r->client))
		return false;
	if (token_cache_verify(h->tokens, h->keys, shown, h->loop->wall_ms / 1000, &who,
			       &why)) {
		bad_tokens_count(s->all->bad_tokens, h->loop, &r->client);
		counter_add(&h->loop->counters, COUNTER_TOKENS_REFUSED, 1);
		return false;
	}
	owner = owner_of(c, first);
	fits = !owner ||
	       str_eq(identity_text(owner, CLAIM_USER), identity_text(who, CLAIM_USER));
	identity_unref(owner);
	identity_unref(who);
	return fits;
}
