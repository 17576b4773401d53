/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "driver.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

/* Each request gets an allocation of exactly its size, so that a read past it is seen. */
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
		result = driver_answer(operation, bytes, n, &reply);
		n = htole32((uint32_t)reply.len);
		putchar(result);
		fwrite(&n, sizeof(n), 1, stdout);
		if (reply.len)
			fwrite(reply.data, 1, reply.len, stdout);
		free(bytes);
	}
	buf_fini(&reply);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
