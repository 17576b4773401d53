/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Schemas and values: the input is a schema, a newline, a value. A value that is refused must
 * come with a sentence and a pointer that starts with a slash or is empty, one that is accepted
 * with neither, and the same question must get the same answer.
 */
#include "target.h"

#include "policy/schema.h"
#include "proto/json.h"

#include <stdlib.h>

static int
judge(const struct schema *s, struct str value)
{
	struct buf pointer = BUF_INIT, why = BUF_INIT;
	int error = schema_check(s, value, &pointer, &why);

	if (error == -E_INVALID_DATA) {
		if (why.len == 0 || (pointer.len && pointer.data[0] != '/'))
			abort();
	} else if (error || pointer.len || why.len) {
		abort();
	}
	buf_fini(&pointer);
	buf_fini(&why);
	return error;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct json_limits limits = {128, 10000};
	struct str value = {(const char *)data, size}, text = str_cut(&value, '\n');
	struct buf errors = BUF_INIT;
	struct schema *s;
	int error;

	error = schema_compile(text, &s, &errors);
	if (error) {
		if (error != -E_ARGUMENT || errors.len == 0 ||
		    errors.data[errors.len - 1] != '\n')
			abort();
	} else {
		if (json_check(value, &limits, NULL) == 0 &&
		    judge(s, value) != judge(s, value))
			abort();
		schema_free(s);
	}
	buf_fini(&errors);
	return 0;
}
