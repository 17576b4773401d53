/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One pass over a JSON text that json_check has accepted, token by token: for work that goes
 * through nested values, where walking each level anew would cost depth times length.
 * Trusts its input. Owns nothing; pure; any thread. Source: RFC 8259.
 */
#ifndef PROTO_JSON_TOKEN_H
#define PROTO_JSON_TOKEN_H

#include "base/str.h"

enum json_token {
	JSON_TOKEN_END, /* of the text */
	JSON_TOKEN_OBJECT,
	JSON_TOKEN_OBJECT_END,
	JSON_TOKEN_ARRAY,
	JSON_TOKEN_ARRAY_END,
	JSON_TOKEN_KEY,    /* a member's name, with its quotes */
	JSON_TOKEN_STRING, /* with its quotes */
	JSON_TOKEN_NUMBER,
	JSON_TOKEN_WORD /* true, false, null */
};

struct json_tokens {
	const char *at, *end;
};

static inline struct json_tokens
json_tokens(struct str valid)
{
	return (struct json_tokens){valid.ptr, valid.ptr + valid.len};
}

/* The next token and its bytes; commas, colons and blanks are passed over. */
enum json_token json_token_next(struct json_tokens *t, struct str *bytes_out);

#endif
