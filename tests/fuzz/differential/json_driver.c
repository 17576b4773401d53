/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers json.mjs: reads requests (operation, length as four bytes little endian, bytes)
 * and writes replies (result, length, bytes) until its input ends. */
#include "proto/json.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

static int
answer(char operation, struct str text, struct buf *reply)
{
	static const struct json_limits limits = {JSON_DEPTH_MAX, UINT32_MAX};
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

/* Each text gets an allocation of exactly its size, so that a read past it is seen. */
static bool
read_request(char *operation, char **bytes_out, uint32_t *n_out)
{
	char *bytes;
	uint32_t n;

	if (fread(operation, 1, 1, stdin) != 1 || fread(&n, sizeof(n), 1, stdin) != 1)
		return false;
	n = le32toh(n);
	bytes = malloc(n ? n : 1);
	if (!bytes || fread(bytes, 1, n, stdin) != n)
		abort();
	*bytes_out = bytes;
	*n_out = n;
	return true;
}

int
main(void)
{
	struct buf reply = BUF_INIT;
	char operation, *bytes;
	uint32_t n;

	while (read_request(&operation, &bytes, &n)) {
		int result;

		buf_clear(&reply);
		result = answer(operation, (struct str){bytes, n}, &reply);
		n = htole32((uint32_t)reply.len);
		putchar(result);
		fwrite(&n, sizeof(n), 1, stdout);
		if (n)
			fwrite(reply.data, 1, reply.len, stdout);
		free(bytes);
	}
	buf_fini(&reply);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
