/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/api_json.h"

#include "action/convert.h"
#include "proto/json.h"

bool
api_json_get(struct tg_str object, struct tg_str key, struct tg_str *value_out)
{
	struct str value;

	if (!json_get(value_of(from_tg(object)), from_tg(key), &value))
		return false;
	*value_out = to_tg(value);
	return true;
}

bool
api_json_next(struct tg_str array, size_t *at, struct tg_str *value_out)
{
	struct json_walk w = json_walk(from_tg(array));
	struct str value;

	if (json_kind(from_tg(array)) != JSON_ARRAY_KIND)
		return false;
	if (*at)
		w.at = array.ptr + *at;
	if (!json_next(&w, &value))
		return false;
	*at = (size_t)(w.at - array.ptr);
	*value_out = to_tg(value);
	return true;
}

bool
api_json_arg(struct tg_args args, size_t n, struct tg_str *value_out)
{
	struct json_walk w = {args.json.ptr, args.json.ptr + args.json.len};
	struct str value;

	for (size_t i = 0; i <= n; i++)
		if (!args.json.len || !json_next(&w, &value))
			return false;
	*value_out = to_tg(value);
	return true;
}

bool
api_json_int(struct tg_str value, int64_t *out)
{
	return json_to_i64(value_of(from_tg(value)), out);
}

bool
api_json_double(struct tg_str value, double *out)
{
	return json_to_double(value_of(from_tg(value)), out);
}

/* As much as fits, and never half a character. */
static void
give(struct str text, char *out, size_t out_bytes)
{
	size_t n = text.len;

	if (!out_bytes)
		return;
	if (n >= out_bytes) {
		n = out_bytes - 1;
		while (n && ((unsigned char)text.ptr[n] & 0xC0) == 0x80)
			n--;
	}
	memcpy(out, text.ptr, n);
	out[n] = '\0';
}

size_t
api_json_text(struct tg_str value, char *out, size_t out_bytes)
{
	struct str string = value_of(from_tg(value)), plain = STR("");
	struct buf copy = BUF_INIT;
	size_t n;

	if (json_kind(string) == JSON_STRING_KIND &&
	    !json_borrow_string(string, &plain)) {
		json_unescape(string, &copy);
		plain = copy.len && !copy.failed ? buf_str(&copy) : STR("");
	}
	n = plain.len;
	give(plain, out, out_bytes);
	buf_fini(&copy);
	return n;
}

size_t
api_json_quote(struct tg_str text, char *out, size_t out_bytes)
{
	struct buf quoted = BUF_INIT;
	size_t n;

	json_quote(&quoted, from_tg(text));
	n = quoted.failed ? SIZE_MAX : quoted.len;
	give(n < out_bytes ? buf_str(&quoted) : STR(""), out, out_bytes);
	buf_fini(&quoted);
	return n;
}
