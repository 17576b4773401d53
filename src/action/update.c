/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/update.h"

#include "action/convert.h"
#include "proto/json.h"

/* The envelope with what it lacks, as a JSON string. */
static int
write_args(struct str message, struct buf *out)
{
	static atomic_uint_fast64_t serial;
	struct str key, value, body = value_of(message);
	struct json_walk members = json_walk(body);
	struct buf text = BUF_INIT;
	int error = 0;

	buf_add_char(&text, '{');
	if (!json_get(body, STR("type"), &value))
		buf_add_str(&text, STR("\"type\":\"UPDATE\","));
	if (!json_get(body, STR("requestId"), &value))
		buf_printf(&text, "\"requestId\":\"update-%llu\",",
			   (unsigned long long)atomic_fetch_add(&serial, 1) + 1);
	if (json_next_member(&members, &key, &value))
		buf_add(&text, body.ptr + 1, body.len - 1);
	else if (!text.failed)
		text.data[text.len - 1] = '}'; /* nothing follows the comma */
	json_quote(out, buf_str(&text));
	if (text.failed || out->failed)
		error = -E_NOMEM;
	buf_fini(&text);
	return error;
}

/* What is told, and who counts whom it reaches (NULL: nobody). */
struct news {
	struct str args;
	struct str action, data; /* for plain dialects: an event of that name */
	struct tally *tally;
};

static int
tell(struct actions *a, struct str nsp, struct str room, const struct news *news)
{
	struct target to = {.nsp = nsp,
			    .rooms = &room,
			    .rooms_n = room.len ? 1 : 0,
			    .tally = news->tally};
	struct event_out event = {.name = STR("message"),
				  .args = news->args,
				  .plain_name = news->action,
				  .plain_data = news->data};

	return hub_broadcast(a->hubs, actions_hub_here(a), &to, &event);
}

/* All of the company: in each of its artifacts' namespaces too. */
static int
tell_artifacts(struct actions *a, struct str company, const struct news *news)
{
	struct buf names = BUF_INIT;
	struct str rest, name;
	int error = 0;

	scopes_of_company(&a->scopes, company, &names);
	for (rest = buf_str(&names); !error && rest.len;
	     rest = str_skip(rest, name.len + 1)) {
		name = str_from(rest.ptr);
		error = tell(a, name, STR(""), news);
	}
	if (names.failed)
		error = -E_NOMEM;
	buf_fini(&names);
	return error;
}

static int
tell_company(struct actions *a, const struct scope *whom, const struct news *news)
{
	struct scope all = {whom->company, {NULL, 0}};
	struct buf room = BUF_INIT, nsp = BUF_INIT;
	bool is_one = whom->artifact.len > 0;
	int error;

	scope_room(&room, whom);
	scope_namespace(&nsp, &all);
	error = room.failed || nsp.failed ? -E_NOMEM : 0;
	if (!error)
		error = tell(a, STR("/"), buf_str(&room), news);
	if (!error)
		error = tell(a, buf_str(&nsp), is_one ? buf_str(&room) : STR(""), news);
	if (!error && !is_one)
		error = tell_artifacts(a, whom->company, news);
	if (!error && is_one) {
		buf_clear(&nsp);
		scope_namespace(&nsp, whom);
		error = nsp.failed ? -E_NOMEM : tell(a, buf_str(&nsp), STR(""), news);
	}
	buf_fini(&room);
	buf_fini(&nsp);
	return error;
}

int
update_send(struct actions *a, struct str company, struct str message,
	    struct str artifact, struct tally *tally)
{
	struct scope whom = {company, artifact};
	struct buf args = BUF_INIT;
	struct news news = {.action = STR("update"), .tally = tally};
	struct str body, action;
	int error;

	if (!company.len || check_json(to_tg(message)) ||
	    json_kind(message) != JSON_OBJECT_KIND)
		return -E_ARGUMENT;
	if (!actions_is_open(a))
		return -E_STATE;
	body = value_of(message);
	if (json_get(body, STR("action"), &action) &&
	    json_borrow_string(action, &action) && action.len)
		news.action = action;
	if (!json_get(body, STR("data"), &news.data))
		news.data = STR("{}");
	error = write_args(message, &args);
	news.args = buf_str(&args);
	if (!error)
		error = tell_company(a, &whom, &news);
	buf_fini(&args);
	return error;
}
