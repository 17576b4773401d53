/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Envelopes of the actions dialect: a JSON value goes in; what is taken from it goes into an
 * answer, whose string form must hold its object form. */
#include "target.h"

#include "base/errors.h"
#include "dialect/envelope.h"

#include <stdlib.h>

static const struct json_limits limits = {32, 1000};
/* Room for what an answer adds: the envelope itself. */
static const struct json_limits wide = {40, 1100};

static void
check_answer(const struct envelope *e)
{
	struct buf object = BUF_INIT, string = BUF_INIT, text = BUF_INIT;

	envelope_write(&object, e);
	envelope_write_string(&string, e);
	if (json_check(buf_str(&object), &wide, NULL) != 0 ||
	    json_check(buf_str(&string), &wide, NULL) != 0)
		abort();
	json_unescape(buf_str(&string), &text);
	if (!str_eq(buf_str(&object), buf_str(&text)))
		abort();
	buf_fini(&object);
	buf_fini(&string);
	buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str value = {(const char *)data, size};
	struct arena a = ARENA_INIT;
	struct envelope_request r;
	struct envelope_fault fault;
	struct json_members members;
	int rc;

	if (json_check_members(value, &limits, 0, &members) != 0)
		return 0;
	rc = envelope_parse(&(struct envelope_text){json_trim(value), &members}, &limits,
			    &a, &r, &fault);
	if (rc == 0) {
		if (!r.request_id.len || r.request_id.len > ENVELOPE_NAME_BYTES ||
		    !r.action.len || r.action.len > ENVELOPE_NAME_BYTES)
			abort();
		check_answer(&(struct envelope){.type = ENVELOPE_RESPONSE,
						.request_id = r.request_id,
						.action = r.action,
						.data = r.data});
	} else {
		struct envelope e = envelope_of_error(r.request_id, r.action, rc);

		if (rc != -E_INVALID_MESSAGE || !fault.text[0])
			abort();
		e.pointer = str_from(fault.pointer);
		check_answer(&e);
	}
	arena_fini(&a);
	return 0;
}
