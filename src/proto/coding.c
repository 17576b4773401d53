/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/coding.h"

#include "base/errors.h"

#include <limits.h>

#define ZLIB_CONST
#include <zlib.h>

enum { WINDOW_ZLIB = 15, WINDOW_GZIP = 15 + 16, MEMORY = 8 };
enum { WEIGHT_ABSENT = -1, WEIGHT_FULL = 1000 };

static const struct str names[] = {
	[CODING_IDENTITY] = STR("identity"),
	[CODING_GZIP] = STR("gzip"),
	[CODING_DEFLATE] = STR("deflate"),
};

enum { CODINGS_N = sizeof(names) / sizeof(names[0]) };

/* "0.5", "1.000" in thousandths. False when it is no weight. */
static bool
read_weight(struct str text, int *out)
{
	int place = 100;

	if (text.len == 0 || text.len > 5 || (text.ptr[0] != '0' && text.ptr[0] != '1') ||
	    (text.len > 1 && text.ptr[1] != '.'))
		return false;
	*out = text.ptr[0] == '1' ? WEIGHT_FULL : 0;
	for (size_t i = 2; i < text.len; i++, place /= 10) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		*out += place * (text.ptr[i] - '0');
	}
	return *out <= WEIGHT_FULL;
}

/* One element, "gzip;q=0.5". False when it is none. */
static bool
read_element(struct str element, int weights[CODINGS_N], int *others)
{
	struct str name = str_trim(str_cut(&element, ';'));
	int weight = WEIGHT_FULL;

	if (element.ptr) {
		struct str q = str_trim(element);

		if (q.len < 2 || (q.ptr[0] | 0x20) != 'q' || q.ptr[1] != '=' ||
		    !read_weight(str_skip(q, 2), &weight))
			return false;
	}
	if (str_eq(name, STR("*")))
		*others = weight;
	if (str_eq_nocase(name, STR("x-gzip")))
		name = names[CODING_GZIP];
	for (int c = 0; c < CODINGS_N; c++)
		if (str_eq_nocase(name, names[c]))
			weights[c] = weight;
	return true;
}

enum coding
coding_choose(const struct http_head *head)
{
	int weights[CODINGS_N] = {WEIGHT_ABSENT, WEIGHT_ABSENT, WEIGHT_ABSENT},
	    others = 0;
	enum coding best = CODING_IDENTITY;

	for (size_t i = 0; i < head->headers_n; i++) {
		struct str rest = head->headers[i].value;

		if (!str_eq_nocase(head->headers[i].name, STR("accept-encoding")))
			continue;
		while (rest.ptr) {
			struct str element = str_trim(str_cut(&rest, ','));

			if (element.len && !read_element(element, weights, &others))
				return CODING_IDENTITY;
		}
	}
	if (weights[CODING_IDENTITY] == WEIGHT_ABSENT)
		weights[CODING_IDENTITY] = 0; /* welcome, after all that is named */
	for (int c = CODING_GZIP; c < CODINGS_N; c++) {
		if (weights[c] == WEIGHT_ABSENT)
			weights[c] = others;
		if (weights[c] > weights[best] ||
		    (best == CODING_IDENTITY && weights[c] > 0 &&
		     weights[c] == weights[best]))
			best = (enum coding)c;
	}
	return best;
}

struct str
coding_name(enum coding c)
{
	return c == CODING_IDENTITY ? STR("") : names[c];
}

int
coding_write(enum coding c, int level, struct str body, struct buf *out)
{
	z_stream z = {0};
	size_t bound;
	char *to;
	int result;

	if (body.len > INT_MAX / 2 ||
	    deflateInit2(&z, level, Z_DEFLATED,
			 c == CODING_GZIP ? WINDOW_GZIP : WINDOW_ZLIB, MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -E_NOMEM;
	bound = deflateBound(&z, body.len);
	to = buf_reserve(out, bound);
	z.next_in = (const Bytef *)body.ptr;
	z.avail_in = (uInt)body.len;
	z.next_out = (Bytef *)to;
	z.avail_out = (uInt)bound;
	result = to ? deflate(&z, Z_FINISH) : Z_MEM_ERROR;
	out->len += to ? bound - z.avail_out : 0;
	deflateEnd(&z);
	return result == Z_STREAM_END ? 0 : -E_NOMEM;
}
