/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The envelopes of the Socket.IO actions dialect: REQUEST in, RESPONSE, UPDATE and ERROR out,
 * as objects or as strings that hold one. Text to slices and back; who runs the action is
 * somebody else's business. Owns nothing. Pure; any thread.
 */
#ifndef DIALECT_ENVELOPE_H
#define DIALECT_ENVELOPE_H

#include "base/arena.h"
#include "proto/json.h"

enum { ENVELOPE_NAME_BYTES = 128 }; /* longest requestId and longest action */

struct envelope_request {
	/* unescaped; empty when the envelope has no valid one */
	struct str request_id, action;
	struct str data; /* JSON; empty when absent */
	bool was_string; /* the envelope was the text of a JSON string */
};

/* What is wrong with an envelope. Both are constants. */
struct envelope_fault {
	const char *pointer; /* RFC 6901, of the member; "" for the whole */
	const char *text;    /* a sentence without a final stop */
};

/* Where an envelope may be. */
struct envelope_text {
	struct str values; /* validated JSON values with commas between them */
	/* noted of the first object in them; may be NULL */
	const struct json_members *members;
};

/* Take a REQUEST from the values. There must be one: an object, or a string whose text is one
 * (checked against limits here). type must be "REQUEST", requestId and action non-empty strings
 * of at most ENVELOPE_NAME_BYTES; of members with one name the last counts, unknown ones are
 * ignored. out is filled as far as the envelope goes, in case of a fault too, so that the answer
 * can name the request. Slices point into values or into the arena.
 * Errors: -E_INVALID_MESSAGE with *fault_out, -E_NOMEM. */
int envelope_parse(const struct envelope_text *text, const struct json_limits *limits,
		   struct arena *a, struct envelope_request *out,
		   struct envelope_fault *fault_out) MUST_USE;

enum envelope_type { ENVELOPE_RESPONSE, ENVELOPE_UPDATE, ENVELOPE_ERROR };

struct envelope {
	enum envelope_type type;
	struct str request_id; /* plain text; printed even when empty */
	struct str action;     /* plain text; left out when empty */
	struct str data;       /* RESPONSE, UPDATE: JSON; left out when empty */
	/* ERROR: */
	struct str code, message; /* plain text */
	/* of a fault in data, plain text; left out when ptr is NULL */
	struct str pointer;
	struct str details; /* JSON; left out when empty */
};

/* An ERROR with the dialect's code and sentence for a failure (either sign). What clients are
 * not to know in detail becomes INTERNAL_ERROR. */
struct envelope envelope_of_error(struct str request_id, struct str action, int error);

/* How a request came, and its answers go. */
enum envelope_form {
	ENVELOPE_AS_STRING, /* ["message","{…}"]: data must hold no placeholders */
	ENVELOPE_AS_OBJECT, /* ["message",{…}] */
	ENVELOPE_AS_EVENT,  /* ["RESPONSE",{…}], ["UPDATE",{…}], ["ERROR",{…}] */
	ENVELOPE_AS_ACK /* [{…}] for an acknowledgement; an UPDATE as ENVELOPE_AS_EVENT */
};

/* Append the envelope as an object. out->failed tells of missing memory, here and below. */
void envelope_write(struct buf *out, const struct envelope *e);
/* Append it as a JSON string that holds the object. */
void envelope_write_string(struct buf *out, const struct envelope *e);
/* The event that carries it to one who asked in that form; empty: an acknowledgement does. */
struct str envelope_event(const struct envelope *e, enum envelope_form form);

#endif
