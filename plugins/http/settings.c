/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings.h"

#include <stdlib.h>

/* A string's contents as heap text; NULL when it is empty or no string. */
static char *
text_of(struct tg_str value)
{
	size_t n = tg_json_text(value, NULL, 0);
	char *text = n ? malloc(n + 1) : NULL;

	if (text)
		tg_json_text(value, text, n + 1);
	return text;
}

/* The same of a member; NULL also when there is none. */
static char *
take_text(struct tg_str object, const char *name)
{
	struct tg_str value;

	return tg_json_get(object, tg_text(name), &value) ? text_of(value) : NULL;
}

/* A whole number from min to max, or what stands there is wrong. */
static int
take_number_from(struct tg_str object, const char *name, int64_t min, int64_t max,
		 int64_t *number)
{
	struct tg_str value;
	int64_t n;

	if (!tg_json_get(object, tg_text(name), &value))
		return TG_OK;
	if (!tg_json_int(value, &n) || n < min || n > max) {
		tg_log(TG_ERROR, "%s: expected a whole number from %lld to %lld", name,
		       (long long)min, (long long)max);
		return TG_E_ARGUMENT;
	}
	*number = n;
	return TG_OK;
}

static int
take_number(struct tg_str object, const char *name, int64_t max, int64_t *number)
{
	return take_number_from(object, name, 1, max, number);
}

/* true or false, or what stands there is wrong. */
static int
take_flag(struct tg_str object, const char *name, bool *flag)
{
	struct tg_str value;

	if (!tg_json_get(object, tg_text(name), &value))
		return TG_OK;
	*flag = tg_equal(value, TG("true"));
	if (*flag || tg_equal(value, TG("false")))
		return TG_OK;
	tg_log(TG_ERROR, "%s: expected true or false", name);
	return TG_E_ARGUMENT;
}

/* "/actions/" and the name, percent-encoded. */
static char *
make_path(const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";
	struct text path = {0};

	text_put(&path, "/actions/");
	for (; *name; name++) {
		char hex[4];

		snprintf(hex, sizeof(hex), "%%%02X", (unsigned char)*name);
		if (strchr(plain, *name))
			text_add(&path, name, 1);
		else
			text_put(&path, hex);
	}
	if (path.failed)
		text_free(&path);
	return path.data;
}

/* value: the name, or an object. */
static int
read_action(struct tg_str value, long timeout_ms, struct forwarded *out)
{
	int64_t timeout = timeout_ms, running = 0;
	bool is_object = value.len && value.ptr[0] == '{';
	struct tg_str schema;
	int error;

	out->action.name = is_object ? take_text(value, "name") : text_of(value);
	if (!out->action.name) {
		tg_log(TG_ERROR, "actions: each is a name, or an object with name");
		return TG_E_ARGUMENT;
	}
	error = take_number(value, "timeout_ms", 3600000, &timeout);
	if (!error)
		error = take_number(value, "running", 1000000, &running);
	if (!error)
		error = take_flag(value, "idempotent", &out->is_idempotent);
	out->action.size = sizeof(out->action);
	out->action.permission = take_text(value, "permission");
	if (tg_json_get(value, TG("schema"), &schema)) {
		struct text text = {0};

		text_add(&text, schema.ptr, schema.len);
		out->action.schema = text.data;
	}
	out->action.timeout_ms = (uint32_t)timeout;
	out->action.running_n = (uint32_t)running;
	out->action.flags = out->is_idempotent ? TG_IDEMPOTENT : 0;
	out->path = make_path(out->action.name);
	return error ? error : out->path ? TG_OK : TG_E_NOMEM;
}

static int
read_actions(struct tg_str config, struct settings *out)
{
	struct tg_str list, value;
	int error = TG_OK;

	if (!tg_json_get(config, TG("actions"), &list))
		return TG_OK;
	if (list.ptr[0] != '[') {
		tg_log(TG_ERROR, "actions: expected a list");
		return TG_E_ARGUMENT;
	}
	for (size_t at = 0; tg_json_next(list, &at, &value);)
		out->actions_n++;
	out->actions = calloc(out->actions_n + 1, sizeof(out->actions[0]));
	if (!out->actions)
		return TG_E_NOMEM;
	for (size_t at = 0, i = 0; !error && tg_json_next(list, &at, &value); i++)
		error = read_action(value, out->timeout_ms, &out->actions[i]);
	return error;
}

static int
read_breaker(struct tg_str config, struct breaker_rule *out)
{
	int64_t failures = 5, pause = 10000;
	int error = take_number_from(config, "failures", 0, 1000000, &failures);

	if (!error)
		error = take_number(config, "pause_ms", 3600000, &pause);
	*out = (struct breaker_rule){(uint32_t)failures, (uint32_t)pause};
	return error;
}

int
settings_read(struct settings *out)
{
	struct tg_str config = tg_config();
	int64_t timeout = 5000, connections = 16, queue = 1024, answer = 1 << 20;
	const char *secret = getenv("BACKEND_SECRET");
	char *url = take_text(config, "url");
	int error;

	*out = (struct settings){.client.url = url};
	if (!url)
		return TG_OK;
	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) {
		tg_log(TG_ERROR, "url: expected http:// or https://");
		return TG_E_ARGUMENT;
	}
	while (url[strlen(url) - 1] == '/')
		url[strlen(url) - 1] = '\0';
	error = take_number(config, "timeout_ms", 3600000, &timeout);
	if (!error)
		error = take_number(config, "connections", 10000, &connections);
	if (!error)
		error = take_number(config, "queue", 1000000, &queue);
	if (!error)
		error = take_number(config, "answer_bytes", 1 << 30, &answer);
	if (!error)
		error = read_breaker(config, &out->breaker);
	if (!error)
		error = take_flag(config, "authorize", &out->asks_authorize);
	if (!error)
		error = take_flag(config, "notifications", &out->tells_read);
	out->client.socket = take_text(config, "socket");
	out->client.secret = secret && *secret ? strdup(secret)
					       : take_text(config, "secret");
	out->client.connections_n = (long)connections;
	out->client.queue_n = (size_t)queue;
	out->client.answer_bytes = (size_t)answer;
	out->timeout_ms = (long)timeout;
	return error ? error : read_actions(config, out);
}

/* The texts are ours; the structures that show them to others say const. */
static void
give_back(const char *text)
{
	free((void *)(uintptr_t)text);
}

void
settings_free(struct settings *s)
{
	for (size_t i = 0; s->actions && i < s->actions_n; i++) {
		give_back(s->actions[i].action.name);
		give_back(s->actions[i].action.permission);
		give_back(s->actions[i].action.schema);
		free(s->actions[i].path);
	}
	free(s->actions);
	give_back(s->client.url);
	give_back(s->client.socket);
	give_back(s->client.secret);
	*s = (struct settings){0};
}
