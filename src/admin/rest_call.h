/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One call of the server API under way: what was asked, and the ways to answer. Lives from its
 * complete request to its answer, which frees it, also when the client does not wait for it.
 * Thread: the loop that accepted the request.
 */
#ifndef ADMIN_REST_CALL_H
#define ADMIN_REST_CALL_H

#include "admin/rest.h"
#include "base/arena.h"
#include "net/loop.h"

struct rest_row;

struct rest_call {
	struct rest *rest;
	const struct rest_row *row;
	struct request *request; /* NULL once the client has left */
	struct loop *loop;
	struct hub *hub;
	struct arena arena; /* forgotten with the call */
	struct str param;   /* what stands for {…} in the path, decoded */
	struct str query;
	struct str body; /* JSON that fits the row's schema; until the handler returns */
	uint32_t limit;  /* ?limit= of a list */
	struct str cursor; /* ?cursor= of a list, empty for the first page */
	struct str user;   /* whom it is about, where the answer has to know */
};

/* What is wrong with a call. */
struct problem {
	int error;          /* -E_NAME: its status and title */
	struct str pointer; /* JSON pointer to the member of the body; .ptr NULL: none */
	struct str detail;  /* empty: the error's own sentence */
};

/* {"type":…,"title":…,"status":…,"code":…,"detail":…,"pointer":…}. Source: RFC 9457. */
void problem_write(struct buf *out, const struct problem *p);

/* Answer once; the call is gone afterwards. body is JSON. A buf that failed is answered as
 * short memory. */
void rest_answer(struct rest_call *c, int status, const struct buf *body);
void rest_refuse(struct rest_call *c, int error);
void rest_problem(struct rest_call *c, const struct problem *p);
/* The same with a problem that is written already. */
void rest_answer_problem(struct rest_call *c, int error, const struct buf *body);

/* A decoded member of the query, empty when there is none. */
struct str rest_query(struct rest_call *c, const char *name);

/* A value as text: a string's contents, else as it is written. Lives as long as the call. */
struct str rest_value_text(struct rest_call *c, struct str value);
/* Member of the (checked) body as text: a string's contents, a number as it is written; empty
 * when absent. Lives as long as the call. */
struct str rest_text(struct rest_call *c, struct str object, const char *name);

#endif
