/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http: actions and questions answered by a backend in any language, over HTTP. What is asked
 * and how it is answered:
 *
 *	POST url/actions/NAME  {"action","requestId","data","user",…}
 *		2xx: the body is the data (none: null); else an error {"code","message","details"}
 *	POST url/authorize     {"kind":"run"|"join","what","user",…}
 *		200: yes; 403: no; 5xx and no answer: it failed; else: somebody else may know.
 *		Cache-Control: no-store: this answer is not remembered
 *	POST url/notifications/read  {"user","notification","readMs"}
 *
 * Each request is signed (client.c); what is not idempotent is sent once. When actions are not
 * answered several times in a row, others are not sent for a pause but refused at once; for
 * questions the gateway does the same. Configuration: settings.h. Written against the public
 * header, as any plugin is, and the gateway's circuit breaker, which knows nothing of it.
 */
#include "settings.h"

#include <stdlib.h>

static struct settings settings;
static struct breaker breaker; /* of actions */
static struct tg_counter actions_failed, actions_cut, circuit_open;

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

/* An action on its way. */
struct errand {
	struct tg_call call;
	enum breaker_pass pass;
};

/* Gateways in front of a backend answer 502 to 504 when there is none. */
static bool
is_answer(const struct client_answer *a)
{
	return a->status && (a->status < 502 || a->status > 504);
}

static void
tell_breaker(enum breaker_pass pass, bool is_good)
{
	if (!is_good)
		tg_count(actions_failed, 1);
	switch (breaker_note(&breaker, &settings.breaker, pass, is_good, tg_mono_ms())) {
	case BREAKER_OPENS:
		tg_count(circuit_open, 1);
		tg_log(TG_WARN, "circuit opened: failures=%u pause_ms=%u",
		       settings.breaker.failures_n, settings.breaker.pause_ms);
		break;
	case BREAKER_CLOSES:
		tg_count(circuit_open, -1);
		tg_log(TG_INFO, "circuit closed");
		break;
	case BREAKER_STAYS:
		break;
	}
}

static void
answer_call(struct tg_call call, const struct client_answer *a)
{
	if (a->status >= 200 && a->status < 300) {
		if (tg_reply_ok(call, a->body.len ? a->body : TG("null")) ==
		    TG_E_ARGUMENT)
			tg_reply_error(call, TG("BACKEND_ERROR"),
				       TG("the backend's answer is no JSON"), TG(""));
	} else if (a->status) {
		reply_error(call, a);
	} else if (a->is_late) {
		tg_reply_error(call, TG("TIMEOUT"), TG("the backend took too long"),
			       TG(""));
	} else {
		tg_reply_error(call, TG("BACKEND_UNAVAILABLE"),
			       TG("the backend cannot be reached"), TG(""));
	}
}

static void
on_action(void *arg, const struct client_answer *a)
{
	struct errand *e = arg;

	if (a->is_unsent)
		breaker_leave(&breaker, e->pass, tg_mono_ms());
	else
		tell_breaker(e->pass, is_answer(a));
	answer_call(e->call, a);
	free(e);
}

static bool
is_wanted(void *arg)
{
	const struct errand *e = arg;

	return tg_is_open(e->call);
}

/* Errors: as client_send. */
static int
send_action(const struct forwarded *f, const struct tg_request *request, struct errand *e)
{
	struct text body = {0};
	int error = TG_E_NOMEM;

	add_request(&body, request);
	if (!body.failed)
		error = client_send(&(struct client_request){
			.path = f->path,
			.body = &body,
			.timeout_ms = (long)f->action.timeout_ms,
			.may_repeat = f->is_idempotent,
			.done = on_action,
			.is_wanted = is_wanted,
			.arg = e,
		});
	if (error)
		text_free(&body);
	return error;
}

static void
run(struct tg_call call, const struct tg_request *request, void *state)
{
	struct errand *e = malloc(sizeof(*e));
	enum breaker_pass pass = e ? breaker_try(&breaker, tg_mono_ms()) : BREAKER_PASSES;

	if (pass == BREAKER_REFUSES) {
		tg_count(actions_cut, 1);
		free(e);
		tg_reply_error(call, TG("BACKEND_UNAVAILABLE"),
			       TG("the backend has not answered for a while"), TG(""));
		return;
	}
	if (e)
		*e = (struct errand){call, pass};
	if (e && !send_action(state, request, e))
		return;
	breaker_leave(&breaker, pass, tg_mono_ms());
	free(e);
	tg_reply_error(call, TG("OVERLOADED"), TG("too much waits for the backend"),
		       TG(""));
}

/* --- questions ---------------------------------------------------------------------------- */

static enum tg_verdict
verdict_of(const struct client_answer *a)
{
	if (a->status == 200)
		return a->is_for_once ? TG_ALLOW_ONCE : TG_ALLOW;
	if (a->status == 403)
		return a->is_for_once ? TG_DENY_ONCE : TG_DENY;
	return a->status == 0 || a->status >= 500 ? TG_FAILED : TG_PASS;
}

static void
on_authorize(void *arg, const struct client_answer *a)
{
	uint64_t *id = arg;

	tg_answer(*id, verdict_of(a));
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
		tg_answer(question->id, TG_FAILED);
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
	tg_add_counter("actions_failed", "actions that the backend did not answer", 0,
		       &actions_failed);
	tg_add_counter("actions_cut",
		       "actions refused at once because it had not for long", 0,
		       &actions_cut);
	tg_add_counter("circuit_open", "1 while actions are refused at once", TG_GAUGE,
		       &circuit_open);
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
