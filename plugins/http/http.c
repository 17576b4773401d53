/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http: actions and questions answered by a backend in any language, over HTTP. What is asked
 * and how it is answered:
 *
 *	POST url/actions/NAME  {"action","requestId","data","user",…}
 *		2xx: the body is the data (none: null); else an error {"code","message","details"}
 *	POST url/authorize     {"kind":"run"|"join","what","user",…}
 *		200: yes; 403: no; anything else: somebody else may know
 *	POST url/notifications/read  {"user","notification","readMs"}
 *
 * Each request is signed (client.c); what is not idempotent is sent once. Configuration:
 * settings.h. Written against the public header alone, as any plugin is.
 */
#include "settings.h"

#include <stdlib.h>

static struct settings settings;

/* --- what is asked ------------------------------------------------------------------------ */

/* "user":{…}: what the token says. */
static void
add_user(struct text *out, const struct tg_identity *who)
{
	text_put(out, ",\"user\":{");
	text_member(out, "id", who->user);
	text_member(out, "username", who->username);
	text_member(out, "email", who->email);
	text_member(out, "company", who->company);
	text_member(out, "session", who->session);
	text_member_json(out, "claims", who->claims.len ? who->claims : TG("{}"));
	text_put(out, "}}");
}

static void
add_request(struct text *out, const struct tg_request *request)
{
	text_put(out, "{");
	text_member(out, "action", request->action);
	text_member(out, "requestId", request->request_id);
	text_member_json(out, "data", request->data);
	text_member(out, "artifact", request->artifact);
	text_member(out, "connection", request->socket_id);
	text_member(out, "namespace", request->nsp);
	add_user(out, request->who);
}

/* --- actions ------------------------------------------------------------------------------ */

/* Contents of a member of the backend's error, or what stands for it. */
static struct tg_str
member(struct tg_str object, const char *name, const char *otherwise, char *room,
       size_t room_n)
{
	struct tg_str value;
	size_t n = 0;

	if (tg_json_get(object, tg_text(name), &value))
		n = tg_json_text(value, room, room_n);
	if (!n)
		return tg_text(otherwise);
	return tg_span(room, n < room_n ? n : room_n - 1);
}

static void
reply_error(struct tg_call call, const struct client_answer *a)
{
	char code[64], message[512], otherwise[64];
	struct tg_str details = TG("");

	snprintf(otherwise, sizeof(otherwise), "the backend answered %ld", a->status);
	tg_json_get(a->body, TG("details"), &details);
	/* an error that is no JSON is still an error */
	if (tg_reply_error(
		    call, member(a->body, "code", "BACKEND_ERROR", code, sizeof(code)),
		    member(a->body, "message", otherwise, message, sizeof(message)),
		    details) == TG_E_ARGUMENT)
		tg_reply_error(call, TG("BACKEND_ERROR"), tg_text(otherwise), TG(""));
}

static void
on_action(void *arg, const struct client_answer *a)
{
	struct tg_call *call = arg;

	if (a->status >= 200 && a->status < 300) {
		if (tg_reply_ok(*call, a->body.len ? a->body : TG("null")) ==
		    TG_E_ARGUMENT)
			tg_reply_error(*call, TG("BACKEND_ERROR"),
				       TG("the backend's answer is no JSON"), TG(""));
	} else if (a->status) {
		reply_error(*call, a);
	} else if (a->is_late) {
		tg_reply_error(*call, TG("TIMEOUT"), TG("the backend took too long"),
			       TG(""));
	} else {
		tg_reply_error(*call, TG("BACKEND_UNAVAILABLE"),
			       TG("the backend cannot be reached"), TG(""));
	}
	free(call);
}

static bool
is_wanted(void *arg)
{
	return tg_is_open(*(struct tg_call *)arg);
}

static void
run(struct tg_call call, const struct tg_request *request, void *state)
{
	const struct forwarded *f = state;
	struct tg_call *copy = malloc(sizeof(*copy));
	struct text body = {0};
	int error = TG_E_NOMEM;

	add_request(&body, request);
	if (copy && !body.failed) {
		*copy = call;
		error = client_send(&(struct client_request){
			.path = f->path,
			.body = &body,
			.timeout_ms = (long)f->action.timeout_ms,
			.may_repeat = f->is_idempotent,
			.done = on_action,
			.is_wanted = is_wanted,
			.arg = copy,
		});
	}
	if (error) {
		free(copy);
		text_free(&body);
		tg_reply_error(call, TG("OVERLOADED"),
			       TG("too much waits for the backend"), TG(""));
	}
}

/* --- questions ---------------------------------------------------------------------------- */

static void
on_authorize(void *arg, const struct client_answer *a)
{
	uint64_t *id = arg;

	tg_answer(*id, a->status == 200   ? TG_ALLOW
		       : a->status == 403 ? TG_DENY
					  : TG_PASS);
	free(id);
}

static void
ask(const struct tg_question *question, void *state)
{
	uint64_t *id = malloc(sizeof(*id));
	struct text body = {0};
	int error = TG_E_NOMEM;

	(void)state;
	text_put(&body, "{");
	text_member(&body, "kind", question->kind == TG_MAY_RUN ? TG("run") : TG("join"));
	text_member(&body, "what", question->what);
	add_user(&body, question->who);
	if (id && !body.failed) {
		*id = question->id;
		error = client_send(&(struct client_request){
			.path = "/authorize",
			.body = &body,
			.timeout_ms = settings.timeout_ms,
			.may_repeat = true,
			.done = on_authorize,
			.arg = id,
		});
	}
	if (error) {
		free(id);
		text_free(&body);
		tg_answer(question->id, TG_PASS);
	}
}

/* --- notifications ------------------------------------------------------------------------ */

static void
on_told(void *arg, const struct client_answer *a)
{
	(void)arg;
	if (a->status < 200 || a->status >= 300)
		tg_log(TG_WARN, "a read notification was not taken: status %ld",
		       a->status);
}

static void
on_read(const struct tg_read *read, void *state)
{
	struct text body = {0};
	char numbers[96];

	(void)state;
	snprintf(numbers, sizeof(numbers), ",\"notification\":%lld,\"readMs\":%lld}",
		 (long long)read->notification, (long long)read->read_ms);
	text_put(&body, "{");
	text_member(&body, "user", read->user);
	text_put(&body, numbers);
	if (body.failed || client_send(&(struct client_request){
				   .path = "/notifications/read",
				   .body = &body,
				   .timeout_ms = settings.timeout_ms,
				   .may_repeat = true,
				   .done = on_told,
			   }))
		tg_log(TG_WARN, "a read notification was not told: too much waits");
	text_free(&body);
}

/* --- the plugin --------------------------------------------------------------------------- */

static int
init(void)
{
	int error = settings_read(&settings);

	if (!error && !settings.client.url) {
		tg_log(TG_DEBUG, "no url: nothing is forwarded");
		return TG_OK;
	}
	if (!error)
		error = client_start(&settings.client);
	if (error) {
		settings_free(&settings);
		return error;
	}
	if (!settings.client.secret)
		tg_log(TG_WARN, "no secret: requests to the backend are not signed");
	/* what cannot be added makes the gateway refuse us: fini cleans up then */
	for (size_t i = 0; i < settings.actions_n; i++) {
		settings.actions[i].action.run = run;
		settings.actions[i].action.state = &settings.actions[i];
		tg_add_action(&settings.actions[i].action);
	}
	if (settings.asks_authorize)
		tg_add_authorize(ask, NULL);
	if (settings.tells_read)
		tg_add_read(on_read, NULL);
	return TG_OK;
}

static void
fini(void)
{
	if (settings.client.url)
		client_stop();
	settings_free(&settings);
}

TG_PLUGIN("http", "1.0", init, fini)
