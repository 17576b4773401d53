/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/convert.h"

#include "base/errors.h"
#include "proto/json.h"
#include "proto/socketio.h"

/* Of what plugins say: generous, and yet no stack of a reader is blown. */
static const struct json_limits limits = {.depth = 512, .values = UINT32_MAX};

int
to_tg_error(int error)
{
	static const struct {
		int ours, theirs;
	} rows[] = {
		{0, TG_OK},
		{-E_NOMEM, TG_E_NOMEM},
		{-E_ARGUMENT, TG_E_ARGUMENT},
		{-E_LATE, TG_E_LATE},
		{-E_GONE, TG_E_GONE},
		{-E_NOT_FOUND, TG_E_NOT_FOUND},
		{-E_DUPLICATE, TG_E_DUPLICATE},
		{-E_FULL, TG_E_FULL},
		{-E_TOO_LARGE, TG_E_TOO_LARGE},
		{-E_STATE, TG_E_STATE},
		{-E_TIMEOUT, TG_E_TIMEOUT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].ours == error)
			return rows[i].theirs;
	return TG_E_SYSTEM;
}

void
tg_identity_of(const struct identity *who, struct tg_identity *out)
{
	*out = (struct tg_identity){
		.size = sizeof(*out),
		.user = to_tg(identity_text(who, CLAIM_USER)),
		.username = to_tg(identity_text(who, CLAIM_USERNAME)),
		.email = to_tg(identity_text(who, CLAIM_EMAIL)),
		.company = to_tg(identity_text(who, CLAIM_COMPANY)),
		.session = to_tg(identity_text(who, CLAIM_SESSION)),
		.claims = to_tg(identity_claims(who)),
		.expires_s = identity_expires_s(who),
		.inside = who,
	};
}

int
check_json(struct tg_str value)
{
	return json_check(from_tg(value), &limits, NULL) ? -E_ARGUMENT : 0;
}

struct str
value_of(struct str json)
{
	struct json_walk w = {json.ptr, json.ptr + json.len};
	struct str value = {"", 0};

	return json.len && json_next(&w, &value) ? value : STR("");
}

/* The values between brackets are one array, for the checker and for the counter. */
static int
check_list(struct str json, size_t attachments_n)
{
	struct buf array = BUF_INIT;
	int error = -E_ARGUMENT;

	buf_add_char(&array, '[');
	buf_add_str(&array, json);
	buf_add_char(&array, ']');
	if (array.failed)
		error = -E_NOMEM;
	else if (!json_check(buf_str(&array), &limits, NULL) &&
		 (!attachments_n ||
		  sio_count_placeholders(buf_str(&array)) == attachments_n))
		error = 0;
	buf_fini(&array);
	return error;
}

int
check_args(struct tg_args args, struct checked_args *out)
{
	if (args.binary_n > CONVERT_ATTACHMENTS_MAX)
		return -E_TOO_LARGE;
	out->json = from_tg(args.json);
	out->attachments_n = args.binary_n;
	for (size_t i = 0; i < args.binary_n; i++)
		out->attachments[i] = from_tg(args.binary[i]);
	return out->json.len || args.binary_n ? check_list(out->json, args.binary_n) : 0;
}

void
to_tg_list(const struct str *from, size_t n, struct tg_str *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = to_tg(from[i]);
}
