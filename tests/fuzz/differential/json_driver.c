/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers json.mjs. */
#include "driver.h"

#include "proto/json.h"

#include <stdlib.h>

int
driver_answer(char operation, char *bytes, size_t n, struct buf *reply)
{
	static const struct json_limits limits = {JSON_DEPTH_MAX, UINT32_MAX};
	struct str text = {bytes, n};
	double d;

	switch (operation) {
	case 'c':
		return -json_check(text, &limits, NULL);
	case 'q':
		json_quote(reply, text);
		return 0;
	case 'u':
		json_unescape(json_trim(text), reply);
		return 0;
	case 'd':
		if (!json_to_double(json_trim(text), &d))
			return 1;
		buf_add(reply, &d, sizeof(d));
		return 0;
	case 'i':
		return !json_is_safe_integer(text);
	default:
		abort();
	}
}
