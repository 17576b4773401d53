/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/refresh.h"

#include "action/call.h"
#include "policy/token.h"

/* A wheel turns some weeks at the longest; later expiries are looked at again then. */
enum { LOOK_AGAIN_MS = 3600 * 1000 };

static void
end_call(struct call *c, const struct envelope *e)
{
	if (handle_claim(&c->desk->calls, c->id))
		call_finish(c, e);
}

/* The token, unescaped: tokens have no escapes, so a copy without them is enough. */
static int
verify(struct actions *a, struct call *c, struct identity **who_out)
{
	struct token_keys *keys = actions_keys(a);
	struct str value, token;
	int error = -E_INVALID_TOKEN;

	if (keys && json_get(c->data, STR("token"), &value) &&
	    json_borrow_string(value, &token))
		error = token_verify(keys, token, c->desk->loop->wall_ms / 1000, who_out,
				     NULL);
	token_keys_unref(keys);
	return error;
}

/* The connection stays what it is: its rooms are those of this user and company. */
static int
compare(const struct identity *fresh, const struct identity *old)
{
	struct str session = identity_text(fresh, CLAIM_SESSION);

	if (!str_eq(identity_text(fresh, CLAIM_USER), identity_text(old, CLAIM_USER)) ||
	    !str_eq(identity_text(fresh, CLAIM_COMPANY),
		    identity_text(old, CLAIM_COMPANY)))
		return -E_FORBIDDEN;
	if (session.len && identity_text(old, CLAIM_SESSION).len &&
	    !str_eq(session, identity_text(old, CLAIM_SESSION)))
		return -E_INVALID_SESSION;
	return 0;
}

static void
run(struct actions *a, struct call *c, struct socket *s)
{
	struct identity *who = NULL;
	struct buf data = BUF_INIT;
	char until[CLOCK_TEXT_BYTES];
	int error = socket_may_show_token(s) ? verify(a, c, &who) : -E_RATE_LIMITED;

	if (error == -E_INVALID_TOKEN)
		socket_count_bad_token(s);
	if (error && error != -E_RATE_LIMITED)
		counter_add(&c->desk->loop->counters, COUNTER_TOKENS_REFUSED, 1);
	if (!error)
		error = compare(who, c->who);
	if (!error) {
		socket_set_identity(s, who);
		refresh_watch(peer_of(s));
	}
	if (error) {
		call_fail(c, error);
	} else {
		clock_text(identity_expires_s(who) * 1000, until);
		buf_printf(&data, "{\"expiresAt\":\"%s\"}", until);
		if (!identity_expires_s(who)) {
			buf_clear(&data);
			buf_add_str(&data, STR("{\"expiresAt\":null}"));
		}
		end_call(c, &(struct envelope){.type = ENVELOPE_RESPONSE,
					       .data = buf_str(&data)});
	}
	buf_fini(&data);
	identity_unref(who);
}

int
refresh_register(struct registry *r)
{
	static const struct tg_action def = {
		.size = sizeof(def),
		.name = "auth.refresh",
		.schema = "{\"type\":\"object\",\"required\":[\"token\"],"
			  "\"properties\":{\"token\":{\"type\":\"string\"}}}",
		.flags = TG_IDEMPOTENT,
	};
	struct buf why = BUF_INIT;
	struct action *action;
	int error = registry_add_action(r, NULL, &def, &why, &action);

	if (!error)
		action->builtin = run;
	buf_fini(&why);
	return error;
}

void
refresh_watch(struct peer *p)
{
	struct loop *loop = p->desk->loop;
	int64_t left_ms = identity_expires_s(socket_identity(p->socket)) * 1000 -
			  loop->wall_ms;

	p->is_warned = false;
	if (!identity_expires_s(socket_identity(p->socket)) ||
	    socket_mount(p->socket)->dialect != DIALECT_ACTIONS) {
		wheel_cancel(&loop->wheel, &p->expiry);
		return;
	}
	if (left_ms < 0)
		left_ms = 0;
	if (left_ms > LOOK_AGAIN_MS)
		left_ms = LOOK_AGAIN_MS;
	wheel_set(&loop->wheel, &p->expiry, loop->now_ms + (uint64_t)left_ms);
}

void
refresh_on_expiry(struct wheel_timer *t)
{
	struct peer *p = CONTAINER_OF(t, struct peer, expiry);
	struct loop *loop = p->desk->loop;
	struct origin origin = origin_of(p->desk, p->socket, ENVELOPE_AS_STRING, 0);
	struct envelope e = envelope_of_error(STR(""), STR(""), -E_TOKEN_EXPIRED);

	if (p->is_warned) {
		socket_disconnect(p->socket, true);
		return;
	}
	if (identity_expires_s(socket_identity(p->socket)) * 1000 > loop->wall_ms) {
		refresh_watch(p);
		return;
	}
	p->is_warned = true;
	reply_here(p->desk, p->socket, &origin, &e);
	wheel_set(&loop->wheel, &p->expiry,
		  loop->now_ms + loop->config->token.expiry_grace_ms);
}
