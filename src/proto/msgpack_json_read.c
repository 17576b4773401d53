/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msgpack → JSON: one descent over the items, writing as it reads. Each value is charged to
 * the limits before it is written, so a short message cannot make a long text.
 */
#include "proto/msgpack_json.h"
#include "base/errors.h"
#include "proto/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Whole numbers are exact up to here. */
#define INT_DOUBLE_MAX ((double)(INT64_C(1) << 53))

struct decoder {
	struct msgpack_reader *in;
	const struct msgpack_limits *limits;
	struct buf *out;
	struct msgpack_bins *bins;
	size_t first; /* out->len at the start */
	uint32_t values_left, depth_left;
};

static int decode_value(struct decoder *d, bool *is_true_out);

static void
add_i64(struct buf *out, int64_t n)
{
	if (n < 0)
		buf_add_char(out, '-');
	buf_add_u64(out, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

/* The shortest of the texts that a double needs at most 17 digits for. */
static void
add_double(struct buf *out, double number)
{
	char text[32];
	int n = 0;

	if (!isfinite(number)) {
		buf_add_str(out, STR("null"));
		return;
	}
	if (fabs(number) < INT_DOUBLE_MAX && number == floor(number)) {
		add_i64(out, (int64_t)number);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		n = snprintf(text, sizeof(text), "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	for (int i = 0; i < n; i++) /* a plugin may have set a locale with a comma */
		if (text[i] == ',')
			text[i] = '.';
	buf_add(out, text, (size_t)n);
}

/* What Date.toJSON gives. Source: ECMA-262 21.4.1.32 (years beyond 9999 have six digits and
 * a sign) and 21.4.1.31 (the range). */
static void
add_date(struct buf *out, int64_t sec, uint32_t ms)
{
	const int64_t sec_max = INT64_C(8640000000000);
	time_t seconds = (time_t)sec;
	struct tm tm;
	int year;

	if (sec > sec_max || sec < -sec_max || (sec == sec_max && ms > 0) ||
	    !gmtime_r(&seconds, &tm)) {
		buf_add_str(out, STR("null"));
		return;
	}
	year = tm.tm_year + 1900;
	buf_printf(out,
		   year < 0      ? "\"-%06d"
		   : year > 9999 ? "\"+%06d"
				 : "\"%04d",
		   abs(year));
	buf_printf(out, "-%02d-%02dT%02d:%02d:%02d.%03uZ\"", tm.tm_mon + 1, tm.tm_mday,
		   tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
}

static void
add_date_ms(struct buf *out, int64_t ms)
{
	int64_t sec = ms / 1000, rest = ms % 1000;

	if (rest < 0) {
		sec--;
		rest += 1000;
	}
	add_date(out, sec, (uint32_t)rest);
}

static uint64_t
big_endian(const char *at, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | (unsigned char)at[i];
	return value;
}

/* Account for what is about to be written, as json_check would count it. */
static int
charge(struct decoder *d, uint32_t values_n, uint32_t depth)
{
	if (d->depth_left < depth)
		return -E_JSON_DEPTH;
	if (d->values_left < values_n)
		return -E_JSON_COUNT;
	d->values_left -= values_n;
	return d->out->len - d->first > d->limits->json_bytes ? -E_TOO_LARGE : 0;
}

static int
add_bin(struct decoder *d, struct str bytes)
{
	int rc = charge(d, 2, 1);

	if (rc < 0)
		return rc;
	if (d->bins->n >= d->bins->max)
		return -E_PACKETS;
	buf_add_str(d->out, STR("{\"_placeholder\":true,\"num\":"));
	buf_add_u64(d->out, d->bins->n);
	buf_add_char(d->out, '}');
	d->bins->items[d->bins->n++] = bytes;
	return 0;
}

static int
add_timestamp(struct decoder *d, struct str bytes)
{
	const char *at = bytes.ptr;
	uint64_t packed;
	uint32_t ns;

	switch (bytes.len) {
	case 4:
		add_date(d->out, (int64_t)big_endian(at, 4), 0);
		return 0;
	case 8:
		packed = big_endian(at, 8);
		ns = (uint32_t)(packed >> 34);
		break;
	case 12:
		packed = big_endian(at + 4, 8);
		ns = (uint32_t)big_endian(at, 4);
		break;
	default:
		return -E_MSGPACK;
	}
	if (ns > 999999999)
		return -E_MSGPACK;
	if (bytes.len == 8)
		packed &= (UINT64_C(1) << 34) - 1;
	add_date(d->out, (int64_t)packed, ns / 1000000);
	return 0;
}

static int
add_ext(struct decoder *d, const struct msgpack_item *item)
{
	int rc;

	if (item->ext_type == -1)
		return add_timestamp(d, item->bytes);
	if (msgpack_is_nil(item)) {
		buf_add_str(d->out, STR("null"));
		return 0;
	}
	if (item->ext_type == 0 && item->bytes.len == 8) {
		add_date_ms(d->out, (int64_t)big_endian(item->bytes.ptr, 8));
		return 0;
	}
	if (item->ext_type == 0)
		return add_bin(d, item->bytes);
	rc = charge(d, 2, 2);
	if (rc < 0)
		return rc;
	buf_add_char(d->out, '[');
	add_i64(d->out, item->ext_type);
	buf_add_char(d->out, ',');
	rc = add_bin(d, item->bytes);
	buf_add_char(d->out, ']');
	return rc;
}

static int
add_str(struct decoder *d, struct str text)
{
	if (!utf8_is_valid(text))
		return -E_UTF8;
	json_quote(d->out, text);
	return 0;
}

static int
decode_array(struct decoder *d, uint32_t n)
{
	bool ignored;
	int rc = 0;

	buf_add_char(d->out, '[');
	for (uint32_t i = 0; i < n && rc == 0; i++) {
		if (i > 0)
			buf_add_char(d->out, ',');
		rc = decode_value(d, &ignored);
	}
	buf_add_char(d->out, ']');
	return rc;
}

static int
decode_key(struct decoder *d, bool *is_placeholder_out)
{
	struct msgpack_item key;
	int rc = msgpack_next(d->in, &key);

	*is_placeholder_out = false;
	if (rc < 0)
		return rc;
	switch (key.kind) {
	case MSGPACK_STR:
		*is_placeholder_out = str_eq(key.bytes, STR("_placeholder"));
		return add_str(d, key.bytes);
	case MSGPACK_UINT:
		buf_add_char(d->out, '"');
		buf_add_u64(d->out, key.u64);
		break;
	case MSGPACK_INT:
		buf_add_char(d->out, '"');
		add_i64(d->out, key.i64);
		break;
	default:
		return -E_MSGPACK;
	}
	buf_add_char(d->out, '"');
	return 0;
}

static int
decode_map(struct decoder *d, uint32_t n)
{
	buf_add_char(d->out, '{');
	for (uint32_t i = 0; i < n; i++) {
		bool is_placeholder, is_true;
		int rc;

		if (i > 0)
			buf_add_char(d->out, ',');
		rc = decode_key(d, &is_placeholder);
		if (rc < 0)
			return rc;
		buf_add_char(d->out, ':');
		rc = decode_value(d, &is_true);
		if (rc < 0)
			return rc;
		if (is_placeholder && is_true)
			d->bins->has_lookalike = true;
	}
	buf_add_char(d->out, '}');
	return 0;
}

static int
decode_container(struct decoder *d, const struct msgpack_item *item)
{
	int rc;

	rc = charge(d, 0, 1);
	if (rc < 0)
		return rc;
	d->depth_left--;
	rc = item->kind == MSGPACK_MAP ? decode_map(d, item->n)
				       : decode_array(d, item->n);
	d->depth_left++;
	return rc;
}

static int
decode_value(struct decoder *d, bool *is_true_out)
{
	struct msgpack_item item;
	int rc = msgpack_next(d->in, &item);

	*is_true_out = false;
	if (rc == 0)
		rc = charge(d, 1, 0);
	if (rc < 0)
		return rc;
	switch (item.kind) {
	case MSGPACK_NIL:
		buf_add_str(d->out, STR("null"));
		return 0;
	case MSGPACK_BOOL:
		*is_true_out = item.is_true;
		buf_add_str(d->out, item.is_true ? STR("true") : STR("false"));
		return 0;
	case MSGPACK_UINT:
		buf_add_u64(d->out, item.u64);
		return 0;
	case MSGPACK_INT:
		add_i64(d->out, item.i64);
		return 0;
	case MSGPACK_FLOAT:
		add_double(d->out, item.number);
		return 0;
	case MSGPACK_STR:
		return add_str(d, item.bytes);
	case MSGPACK_BIN:
		return add_bin(d, item.bytes);
	case MSGPACK_EXT:
		return add_ext(d, &item);
	case MSGPACK_ARRAY:
	case MSGPACK_MAP:
		return decode_container(d, &item);
	}
	return -E_MSGPACK;
}

int
msgpack_to_json(struct msgpack_reader *r, const struct msgpack_limits *limits,
		struct buf *out, struct msgpack_bins *bins)
{
	struct decoder d = {
		.in = r,
		.limits = limits,
		.out = out,
		.bins = bins,
		.first = out->len,
		.values_left = limits->json.values,
		.depth_left = limits->json.depth < JSON_DEPTH_MAX ? limits->json.depth
								  : JSON_DEPTH_MAX,
	};
	bool ignored;
	int rc = decode_value(&d, &ignored);

	if (rc < 0)
		return rc;
	if (out->failed)
		return -E_NOMEM;
	if (out->len - d.first > limits->json_bytes)
		return -E_TOO_LARGE;
	return bins->has_lookalike && bins->n > 0 ? -E_MSGPACK : 0;
}
