/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The engine under the plain dialects: text to verb and event, reply or error to text, by a
 * dialect's tables. Knows no connection, room or person. Pure; any thread.
 */
#ifndef DIALECT_PLAIN_H
#define DIALECT_PLAIN_H

#include "base/arena.h"
#include "dialect/dialect.h"
#include "dialect/template.h"
#include "proto/json.h"

/* A message of a client. Slots are JSON values inside its text; ptr NULL when absent. */
struct verb {
	enum verb_kind kind; /* also after an error, as far as it is known */
	/* after an error: the member that is wrong, NULL when none is */
	const char *where;
	struct str type; /* JSON value, empty when there is none */
	struct str slots[SLOT_N];
};

/* Errors: -E_JSON_SYNTAX (whatever is wrong with the JSON), -E_INVALID_MESSAGE,
 * -E_UNKNOWN_TYPE, and what the table says about a missing member. */
int plain_read(const struct dialect *d, struct str text, const struct json_limits *limits,
	       struct verb *out) MUST_USE;

/* The text of an id or string in a slot: borrowed, or unescaped into a. Empty when absent or
 * when memory is short. */
struct str plain_text(const struct verb *v, enum verb_slot slot, struct arena *a);
/* The same of any JSON value. */
struct str plain_value_text(struct str value, struct arena *a);

/* words->event decides the shape; data becomes an empty object when there is none. */
void plain_write_event(const struct dialect *d, const struct words *words,
		       struct buf *out);

/* False when the dialect says nothing. */
bool plain_write_reply(const struct dialect *d, enum reply reply,
		       const struct words *words, struct buf *out);

/* error of either sign. words: names, allowed, where and wall_ms count. Returns the code the
 * connection is to be closed with, 0 when it stays. */
int plain_write_error(const struct dialect *d, int error, enum verb_kind verb,
		      const struct words *words, struct buf *out);

#endif
