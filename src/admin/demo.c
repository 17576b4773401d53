/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/demo.h"

#include "base/errors.h"
#include "config/config.h"
#include "hub/hub.h"
#include "net/loop.h"
#include "policy/token.h"
#include "proto/json.h"

#include <stdlib.h>

enum { TTL_S = 3600, USER_BYTES_MAX = 64 };

/* The hub of this thread's loop, or the first one while none runs: it has the keys of now. */
static const struct hub *
hub_here(const struct demo *d)
{
	const struct loop *here = loop_current();

	return d->hubs->hub[here ? here->id : 0];
}

/* {"sub":…}: the claims of a demo user, under their configured names. */
static void
add_claims(struct buf *out, const struct demo *d, struct str user, int64_t ttl_s,
	   const struct str *permissions, int64_t now_s)
{
	char *const *names = hub_loop(hub_here(d))->config->token.claims;
	struct str rest = permissions ? *permissions : STR("stats.read,task.write");
	bool first = true;

	buf_printf(out, "{\"%s\":", names[CLAIM_USER]);
	json_quote(out, user);
	buf_printf(out, ",\"%s\":", names[CLAIM_USERNAME]);
	json_quote(out, user);
	buf_printf(out, ",\"%s\":\"%.*s@example.org\"", names[CLAIM_EMAIL],
		   STR_ARG(user));
	buf_printf(out, ",\"%s\":\"acme\",\"%s\":[\"report-1\",\"report-2\"]",
		   names[CLAIM_COMPANY], names[CLAIM_ARTIFACTS]);
	buf_printf(out, ",\"%s\":\"demo-%.*s\",\"%s\":[", names[CLAIM_SESSION],
		   STR_ARG(user), names[CLAIM_PERMISSIONS]);
	while (rest.len) {
		struct str one = str_cut(&rest, ',');

		if (!first)
			buf_add_char(out, ',');
		json_quote(out, one);
		first = false;
	}
	buf_printf(out, "],\"%s\":[\"1\",\"456\",\"channel-uuid\"],\"%s\":[\"*\"]",
		   names[CLAIM_CHANNELS], names[CLAIM_ROOMS]);
	buf_printf(out,
		   ",\"%s\":[\"schedule\",\"notification\",\"employee\",\"presence\","
		   "\"system\"],\"%s\":[\"*\"]",
		   names[CLAIM_EVENTS], names[CLAIM_TOPICS]);
	buf_printf(out, ",\"iat\":%lld,\"exp\":%lld}",
		   (long long)(ttl_s < 0 ? now_s + 2 * ttl_s : now_s),
		   (long long)(now_s + ttl_s));
}

int
demo_token(const struct demo *d, struct str user, int64_t ttl_s,
	   const struct str *permissions, int64_t now_s, struct buf *out)
{
	struct buf claims = BUF_INIT;
	int error;

	add_claims(&claims, d, user, ttl_s, permissions, now_s);
	error = claims.failed ? -E_NOMEM
			      : token_sign(hub_keys(hub_here(d)), buf_str(&claims), out);
	buf_fini(&claims);
	return error;
}

static bool
is_name(struct str user)
{
	for (size_t i = 0; i < user.len; i++) {
		char c = user.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
			return false;
	}
	return user.len && user.len <= USER_BYTES_MAX;
}

static int64_t
ttl_of(struct request *r)
{
	struct str text;
	bool is_past;
	uint64_t s;

	if (!query_get(r->head->uri.query, STR("ttl"), &r->arena, &text) || !text.len)
		return TTL_S;
	is_past = text.ptr[0] == '-';
	if (!str_to_u64(is_past ? str_skip(text, 1) : text, 1000000, &s))
		return TTL_S;
	return is_past ? -(int64_t)s : (int64_t)s;
}

static void
add_dialects(const struct demo *d, struct buf *out)
{
	buf_add_str(out, STR(",\"dialects\":{"));
	for (size_t i = 0, n = 0; i < d->config->mounts_n; i++) {
		const struct config_mount *m = &d->config->mounts[i];

		buf_printf(out, "%s\"%s\":\"%s\"", n++ ? "," : "",
			   config_dialect_name(m->dialect), m->path);
	}
	buf_add_str(out, STR("}}"));
}

void
demo_serve_token(struct request *r)
{
	const struct demo *d = r->route->arg;
	struct str user = STR("alice"), permissions = {NULL, 0};
	bool has_permissions;
	struct buf body = BUF_INIT;
	int error = 0;

	query_get(r->head->uri.query, STR("user"), &r->arena, &user);
	has_permissions = query_get(r->head->uri.query, STR("permissions"), &r->arena,
				    &permissions);
	if (r->head->method != HTTP_GET)
		error = -E_HTTP_METHOD;
	else if (!is_name(user))
		error = -E_ARGUMENT;
	buf_add_str(&body, STR("{\"token\":\""));
	if (!error)
		error = demo_token(d, user, ttl_of(r),
				   has_permissions ? &permissions : NULL,
				   r->conn->loop->wall_ms / 1000, &body);
	buf_printf(
		&body,
		"\",\"user\":\"%.*s\",\"sessionId\":\"demo-%.*s\",\"companyId\":\"acme\","
		"\"artifacts\":[\"report-1\",\"report-2\"]",
		STR_ARG(user), STR_ARG(user));
	add_dialects(d, &body);
	if (error)
		request_refuse(r, error);
	else
		request_answer_json(r, 200, buf_str(&body));
	buf_fini(&body);
}

/* The name someone gives: username, or what stands before the @ of email. */
static struct str
name_of(struct str body)
{
	struct str value, name = {NULL, 0};

	if (json_get(body, STR("username"), &value) && json_borrow_string(value, &name))
		return name;
	if (json_get(body, STR("email"), &value) && json_borrow_string(value, &name))
		return str_cut(&name, '@');
	return name;
}

int
demo_login(const struct demo *d, struct str body, int64_t now_s, struct buf *out)
{
	static const struct json_limits limits = {.depth = 16, .values = 1000};
	int error = json_check(body, &limits, NULL);
	struct str user = error ? (struct str){NULL, 0} : name_of(body);

	if (!error && !is_name(user))
		error = -E_INVALID_DATA;
	buf_add_str(out, STR("{\"access_token\":\""));
	if (!error)
		error = demo_token(d, user, TTL_S, NULL, now_s, out);
	buf_printf(out,
		   "\",\"token_type\":\"bearer\",\"expires_in\":%d,"
		   "\"user\":{\"id\":\"%.*s\",\"username\":\"%.*s\","
		   "\"email\":\"%.*s@example.org\"}}",
		   TTL_S, STR_ARG(user), STR_ARG(user), STR_ARG(user));
	return error;
}

void
demo_serve_login(struct request *r)
{
	struct buf body = BUF_INIT;
	int error = r->head->method == HTTP_POST
			    ? demo_login(r->route->arg, buf_str(&r->body),
					 r->conn->loop->wall_ms / 1000, &body)
			    : -E_HTTP_METHOD;

	if (error)
		request_refuse(r, error);
	else
		request_answer_json(r, 200, buf_str(&body));
	buf_fini(&body);
}
