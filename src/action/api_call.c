/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/api_call.h"

#include "action/answer.h"
#include "action/authorize.h"
#include "action/call.h"
#include "action/convert.h"
#include "action/plugin.h"
#include "base/log.h"

/* --- offers ------------------------------------------------------------------------------ */

int
api_offered(struct tg_host *host, int error, struct buf *why)
{
	if (error && !host->is_at_fault) {
		host->is_at_fault = true;
		buf_add_str(&host->why,
			    why->len ? buf_str(why) : str_from(error_text(error)));
	}
	buf_fini(why);
	return to_tg_error(error);
}

int
api_add_action(struct tg_host *host, const struct tg_action *action)
{
	struct buf why = BUF_INIT;

	if (!host->is_in_init)
		return TG_E_STATE;
	return api_offered(
		host, registry_add_action(&host->all->registry, host, action, &why, NULL),
		&why);
}

int
api_add_namespace(struct tg_host *host, const struct tg_namespace *nsp)
{
	struct buf why = BUF_INIT;

	if (!host->is_in_init)
		return TG_E_STATE;
	return api_offered(host,
			   registry_add_namespace(&host->all->registry, host, nsp, &why),
			   &why);
}

int
api_add_authorize(struct tg_host *host, void (*ask)(const struct tg_question *, void *),
		  void *state)
{
	struct buf why = BUF_INIT;

	if (!host->is_in_init)
		return TG_E_STATE;
	if (!ask)
		return api_offered(host, -E_ARGUMENT, &why);
	return api_offered(
		host, registry_add_authorizer(&host->all->registry, host, ask, state),
		&why);
}

int
api_add_read(struct tg_host *host, void (*read)(const struct tg_read *, void *),
	     void *state)
{
	struct buf why = BUF_INIT;

	if (!host->is_in_init)
		return TG_E_STATE;
	if (!read)
		return api_offered(host, -E_ARGUMENT, &why);
	return api_offered(
		host, registry_add_reader(&host->all->registry, host, read, state), &why);
}

/* --- answers ----------------------------------------------------------------------------- */

/* A plugin that says what is no JSON has a bug: its author wants to read of it. */
static int
refused(const struct tg_host *host, const char *what)
{
	log_warn("plugin answer refused", "plugin=%s why=%s", host->name, what);
	return TG_E_ARGUMENT;
}

int
api_reply_ok(struct tg_host *host, struct tg_call call, struct tg_str data)
{
	struct envelope e = {.type = ENVELOPE_RESPONSE, .data = from_tg(data)};

	if (!call_is_running_data(e.data) && check_json(data))
		return refused(host, "data_is_no_json");
	return to_tg_error(answer_call(host->all, call.id, &e));
}

int
api_reply_error(struct tg_host *host, struct tg_call call, struct tg_str code,
		struct tg_str message, struct tg_str details)
{
	struct envelope e = {
		.type = ENVELOPE_ERROR,
		.code = from_tg(code),
		.message = from_tg(message),
		.details = from_tg(details),
	};

	if (!code.len)
		return refused(host, "no_error_code");
	if (details.len && check_json(details))
		return refused(host, "details_are_no_json");
	return to_tg_error(answer_call(host->all, call.id, &e));
}

int
api_update(struct tg_host *host, struct tg_call call, struct tg_str data)
{
	if (check_json(data))
		return refused(host, "data_is_no_json");
	return to_tg_error(answer_update(host->all, call.id, from_tg(data)));
}

bool
api_is_open(struct tg_host *host, struct tg_call call)
{
	return answer_is_open(host->all, call.id);
}

int
api_answer(struct tg_host *host, uint64_t question_id, enum tg_verdict verdict)
{
	return to_tg_error(authorize_answer(host->all, question_id, verdict));
}

bool
api_has_permission(const struct tg_identity *who, struct tg_str permission)
{
	return identity_has(who->inside, CLAIM_PERMISSIONS, from_tg(permission));
}
