/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/json_token.h"

#include "proto/json_scan.h"

/* On the opening quote. */
static const char *
string_end(const char *at, const char *end)
{
	for (at++; (at = json_find_special(at, end)) < end && *at != '"';)
		at += *at == '\\' && end - at > 1 ? 2 : 1;
	return at < end ? at + 1 : end;
}

static const char *
scalar_end(const char *at, const char *end)
{
	while (at < end && *at != ',' && *at != ']' && *at != '}' &&
	       (unsigned char)*at > ' ')
		at++;
	return at;
}

/* A string is a key when a colon follows. */
static enum json_token
string_or_key(const char *at, const char *end)
{
	at = json_skip_blanks(at, end);
	return at < end && *at == ':' ? JSON_TOKEN_KEY : JSON_TOKEN_STRING;
}

enum json_token
json_token_next(struct json_tokens *t, struct str *bytes_out)
{
	const char *start = json_skip_blanks(t->at, t->end);
	enum json_token token;

	if (start < t->end && (*start == ',' || *start == ':'))
		start = json_skip_blanks(start + 1, t->end);
	t->at = start < t->end ? start + 1 : start;
	switch (start < t->end ? *start : '\0') {
	case '\0':
		token = JSON_TOKEN_END;
		break;
	case '"':
		t->at = string_end(start, t->end);
		token = string_or_key(t->at, t->end);
		break;
	case '{':
		token = JSON_TOKEN_OBJECT;
		break;
	case '}':
		token = JSON_TOKEN_OBJECT_END;
		break;
	case '[':
		token = JSON_TOKEN_ARRAY;
		break;
	case ']':
		token = JSON_TOKEN_ARRAY_END;
		break;
	default:
		token = *start == '-' || (*start >= '0' && *start <= '9')
				? JSON_TOKEN_NUMBER
				: JSON_TOKEN_WORD;
		t->at = scalar_end(start, t->end);
	}
	*bytes_out = (struct str){start, (size_t)(t->at - start)};
	return token;
}
