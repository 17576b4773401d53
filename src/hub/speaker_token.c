/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who a plain connection speaks for: its token, at first and renewed, and its expiry. */
#include "base/errors.h"
#include "base/log.h"
#include "config/config.h"
#include "hub/people.h"
#include "hub/plain_entry.h"
#include "hub/speaker_inside.h"
#include "session/bad_tokens.h"

/* A wheel reaches far, a clock may be set: a later expiry is looked at again. */
enum { LOOK_AGAIN_MS = 3600 * 1000 };

int
speaker_identify(struct speaker *sp, struct str token, struct identity **who_out)
{
	struct hub *h = sp->hub;
	struct bad_tokens *bad_tokens = sp->session->all->bad_tokens;
	const struct address *client = &sp->session->hello.peer;
	const char *why = "";
	int error;

	if (sp->session->mount->auth == AUTH_NONE && !token.len) {
		*who_out = identity_anonymous();
		return *who_out ? 0 : -E_NOMEM;
	}
	if (bad_tokens_wait_ms(bad_tokens, h->loop, client))
		return -E_TOO_MANY_FAILURES;
	error = token_cache_verify(h->tokens, h->keys, token, h->loop->wall_ms / 1000,
				   who_out, &why);
	if (error == -E_INVALID_TOKEN)
		bad_tokens_count(bad_tokens, h->loop, client);
	if (error) {
		counter_add(&h->loop->counters, COUNTER_TOKENS_REFUSED, 1);
		log_debug("token refused", "why=\"%s\" dialect=%s", why,
			  sp->session->dialect->name);
	}
	return error;
}

/* --- the mount's condition --------------------------------------------------------------- */

/* claim: "aud=my-app"; a list claim has it when one of its items is it. */
static bool
has_claim(const struct identity *who, const char *claim, struct arena *a)
{
	struct str wanted = str_from(claim), name = str_cut(&wanted, '='), value, item;
	struct json_walk walk;

	if (!json_get(identity_claims(who), name, &value))
		return false;
	if (json_kind(value) != JSON_ARRAY_KIND)
		return str_eq(plain_value_text(value, a), wanted);
	walk = json_walk(value);
	while (json_next(&walk, &item))
		if (str_eq(plain_value_text(item, a), wanted))
			return true;
	return false;
}

bool
speaker_fits_mount(struct speaker *sp, const struct identity *who)
{
	struct plain_session *p = sp->session;
	const struct plain_route *route = p->route;
	struct arena *a = &sp->hub->loop->arena;

	for (size_t i = 0; i < route->mounts_n && p->dialect == &dialect_undecided; i++)
		if (*route->mounts[i]->claim &&
		    has_claim(who, route->mounts[i]->claim, a))
			plain_session_become(p, route->mounts[i]);
	return !*p->mount->claim || has_claim(who, p->mount->claim, a);
}

/* --- login ------------------------------------------------------------------------------- */

/* Somebody who says who he is and is believed: {"sub":"123","topics":["*"]}. */
static int
trusted(struct speaker *sp, struct str user, struct identity **who_out)
{
	char *const *names = sp->hub->loop->config->token.claims;
	struct buf claims = BUF_INIT;
	int error;

	buf_add_char(&claims, '{');
	json_quote(&claims, str_from(names[CLAIM_USER]));
	buf_add_char(&claims, ':');
	json_quote(&claims, user);
	buf_add_char(&claims, ',');
	json_quote(&claims, str_from(names[CLAIM_TOPICS]));
	buf_add_str(&claims, STR(":[\"*\"]}"));
	error = claims.failed ? -E_NOMEM : identity_new(buf_str(&claims), names, who_out);
	buf_fini(&claims);
	return error;
}

bool
speaker_log_in(struct speaker *sp, const struct verb *v)
{
	struct arena *a = &sp->hub->loop->arena;
	struct str token = plain_text(v, SLOT_TOKEN, a),
		   user = plain_text(v, SLOT_USER, a);
	struct identity *who = NULL;
	int error = 0;

	if (sp->socket) {
		error = user.len && !str_eq(user, speaker_user(sp)) ? -E_LOGIN_REQUIRED
								    : 0;
	} else if (token.len) {
		error = speaker_identify(sp, token, &who);
		if (!error && user.len && !str_eq(user, identity_text(who, CLAIM_USER)))
			error = -E_LOGIN_REQUIRED;
	} else if (user.len && sp->session->mount->trust_user_id != TRUST_NOBODY) {
		error = trusted(sp, user, &who);
	} else {
		error = -E_LOGIN_REQUIRED;
	}
	if (error)
		plain_session_fail(sp->session, error, v->kind, NULL);
	else if (who)
		error = speaker_enter(sp, who) ? 0 : -E_GONE;
	identity_unref(who);
	return !error;
}

/* --- renewal ----------------------------------------------------------------------------- */

void
speaker_renew(struct speaker *sp, const struct verb *v)
{
	struct words words;
	struct identity *who = NULL;
	char until[CLOCK_TEXT_BYTES + 2] = "null";
	int error = speaker_identify(sp, plain_text(v, SLOT_TOKEN, &sp->hub->loop->arena),
				     &who);
	size_t n = 4;

	if (!error && sp->socket &&
	    !str_eq(identity_text(who, CLAIM_USER), speaker_user(sp)))
		error = -E_INVALID_TOKEN;
	if (error) {
		/* the token that it has is still good */
		plain_session_complain(sp->session, error, v->kind, NULL);
		identity_unref(who);
		return;
	}
	if (!sp->socket) {
		speaker_enter(sp, who);
		identity_unref(who);
		return;
	}
	if (identity_expires_s(who)) {
		until[0] = '"';
		n = 1 + clock_text(identity_expires_s(who) * 1000, until + 1);
		until[n++] = '"';
	}
	socket_set_identity(sp->socket, who);
	identity_unref(who);
	words = speaker_words(sp);
	words.until = (struct str){until, n};
	plain_session_reply(sp->session, REPLY_RENEWED, &words);
	speaker_watch_expiry(sp);
	plain_entry_check_again(sp);
	if (sp->session && people_join_channels(sp->socket))
		plain_session_fail(sp->session, -E_NOMEM, v->kind, NULL);
}

/* --- expiry ------------------------------------------------------------------------------ */

void
speaker_watch_expiry(struct speaker *sp)
{
	struct loop *l = sp->hub->loop;
	int64_t expires_s = identity_expires_s(sp->socket->who);
	int64_t left_ms = expires_s * 1000 - l->wall_ms;

	sp->is_warned = false;
	wheel_cancel(&l->wheel, &sp->expiry);
	if (!expires_s)
		return;
	if (left_ms > LOOK_AGAIN_MS)
		left_ms = LOOK_AGAIN_MS;
	wheel_set(&l->wheel, &sp->expiry,
		  l->now_ms + (left_ms > 0 ? (uint64_t)left_ms : 0));
}

void
speaker_on_expiry(struct wheel_timer *t)
{
	struct speaker *sp = CONTAINER_OF(t, struct speaker, expiry);
	struct loop *l = sp->hub->loop;

	if (sp->is_warned) {
		plain_session_close(sp->session, error_ws_code(E_TOKEN_EXPIRED),
				    str_from(error_text(E_TOKEN_EXPIRED)),
				    "token expired");
		return;
	}
	if (identity_expires_s(sp->socket->who) * 1000 > l->wall_ms) {
		speaker_watch_expiry(sp);
		return;
	}
	sp->is_warned = true;
	plain_session_complain(sp->session, -E_TOKEN_EXPIRED, VERB_ANY, NULL);
	wheel_set(&l->wheel, t, l->now_ms + l->config->token.expiry_grace_ms);
}
