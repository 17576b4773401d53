/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON → msgpack: one pass over the tokens. Counts are known behind a container only, so
 * its head is put in front of what was written.
 */
#include "proto/msgpack_json.h"
#include "base/errors.h"
#include "proto/json_token.h"

#include <math.h>

/* Whole numbers are exact up to here. */
#define INT_DOUBLE_MAX ((double)(INT64_C(1) << 53))

struct encoder {
	struct json_tokens in;
	struct buf *out;
	const struct str *bins;
	uint32_t bins_n;
};

static int encode_value(struct encoder *e, enum json_token token, struct str text);

static void
encode_number(struct buf *out, struct str text)
{
	uint64_t positive;
	int64_t whole;
	double number;

	if (json_to_i64(text, &whole))
		msgpack_write_i64(out, whole);
	else if (str_to_u64(text, UINT64_MAX, &positive))
		msgpack_write_u64(out, positive);
	else if (!json_to_double(text, &number))
		msgpack_write_nil(out);
	else if (fabs(number) <= INT_DOUBLE_MAX && number == floor(number))
		msgpack_write_i64(out, (int64_t)number);
	else
		msgpack_write_double(out, number);
}

static void
encode_string(struct buf *out, struct str quoted)
{
	size_t at = out->len;
	struct str plain;

	if (json_borrow_string(quoted, &plain)) {
		msgpack_write_str(out, plain);
		return;
	}
	buf_add_char(out, 0);
	json_unescape(quoted, out);
	if (!out->failed)
		msgpack_put_head(out, at, MSGPACK_STR, (uint32_t)(out->len - at - 1));
}

static void
encode_word(struct buf *out, struct str word)
{
	if (word.ptr[0] == 'n')
		msgpack_write_nil(out);
	else
		msgpack_write_bool(out, word.ptr[0] == 't');
}

static int
encode_array(struct encoder *e)
{
	size_t at = e->out->len;
	uint32_t n = 0;
	struct str text;
	enum json_token token;

	buf_add_char(e->out, 0);
	while ((token = json_token_next(&e->in, &text)) != JSON_TOKEN_ARRAY_END) {
		int rc = encode_value(e, token, text);

		if (rc < 0)
			return rc;
		n++;
	}
	if (!e->out->failed)
		msgpack_put_head(e->out, at, MSGPACK_ARRAY, n);
	return 0;
}

/* What was written since at was a placeholder: the attachment takes its place. */
static int
replace_by_bin(struct encoder *e, size_t at, struct str num)
{
	int64_t n;

	if (!json_to_i64(num, &n) || n < 0 || n >= (int64_t)e->bins_n)
		return -E_PACKET;
	e->out->len = at;
	msgpack_write_bin(e->out, e->bins[n]);
	return 0;
}

static int
encode_map(struct encoder *e)
{
	size_t at = e->out->len;
	uint32_t n = 0;
	struct str key, value, num = {"", 0};
	bool is_placeholder = false;

	buf_add_char(e->out, 0);
	while (json_token_next(&e->in, &key) == JSON_TOKEN_KEY) {
		enum json_token token = json_token_next(&e->in, &value);
		int rc;

		if (json_string_is(key, STR("_placeholder")))
			is_placeholder = str_eq(value, STR("true"));
		else if (json_string_is(key, STR("num")))
			num = token == JSON_TOKEN_NUMBER ? value : (struct str){"", 0};
		encode_string(e->out, key);
		rc = encode_value(e, token, value);
		if (rc < 0)
			return rc;
		n++;
	}
	if (e->out->failed)
		return -E_NOMEM;
	if (is_placeholder && e->bins_n > 0)
		return replace_by_bin(e, at, num);
	msgpack_put_head(e->out, at, MSGPACK_MAP, n);
	return 0;
}

static int
encode_value(struct encoder *e, enum json_token token, struct str text)
{
	switch (token) {
	case JSON_TOKEN_OBJECT:
		return encode_map(e);
	case JSON_TOKEN_ARRAY:
		return encode_array(e);
	case JSON_TOKEN_STRING:
		encode_string(e->out, text);
		return 0;
	case JSON_TOKEN_NUMBER:
		encode_number(e->out, text);
		return 0;
	case JSON_TOKEN_WORD:
		encode_word(e->out, text);
		return 0;
	default: /* the text was not validated */
		return -E_JSON_SYNTAX;
	}
}

int
msgpack_from_json(struct buf *out, struct str json, const struct str *bins,
		  uint32_t bins_n)
{
	struct encoder e = {json_tokens(json), out, bins, bins_n};
	struct str text;
	enum json_token token = json_token_next(&e.in, &text);
	int rc = encode_value(&e, token, text);

	if (rc < 0)
		return rc;
	return out->failed ? -E_NOMEM : 0;
}
