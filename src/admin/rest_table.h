/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one list of calls of the server API: method, path, handler, and what goes in and comes
 * out as JSON Schema. Routing, checks and the OpenAPI document are made from it.
 * Immutable; any thread.
 */
#ifndef ADMIN_REST_TABLE_H
#define ADMIN_REST_TABLE_H

#include "admin/rest_call.h"

enum rest_flags {
	REST_LIST = 1,  /* takes ?limit= and ?cursor=, answers {items, cursor} */
	REST_DEMO = 2,  /* there in demo mode only, and without a key */
	REST_USER = 4,  /* ?user= must be given */
	REST_UNREAD = 8 /* takes ?unread=true */
};

struct rest_row {
	enum http_method method;
	const char *path; /* "/api/v1/rooms/{room}/members"; {…} stands for one segment */
	void (*serve)(struct rest_call *c);
	unsigned flags;
	const char *summary; /* one sentence */
	const char *body;    /* schema of the request's body; NULL: it has none */
	int status;          /* of the good answer */
	const char *answer;  /* schema of its body */
};

extern const struct rest_row rest_rows[];
extern const size_t rest_rows_n;

/* The row for a path and method. NULL: no such path, or (allow not empty) no such method;
 * allow is a buffer for "GET, POST". param_out gets the raw text that stands for {…}. */
const struct rest_row *rest_find(struct str path, enum http_method method,
				 struct str *param_out, char allow[32]);

/* The compiled schema of this handler's body. */
const struct schema *rest_schema(const struct rest *r,
				 void (*serve)(struct rest_call *c));

#endif
