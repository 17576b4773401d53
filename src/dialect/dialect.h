/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a plain JSON dialect is: tables. Message type → verb with the members it needs, event →
 * shape, reply → shape, error → words. A dialect is one file of such tables and one row in
 * dialects.def; reading, printing, membership, limits and presence are the same code for all.
 * All tables are constants that end with an empty row. Pure; any thread.
 */
#ifndef DIALECT_DIALECT_H
#define DIALECT_DIALECT_H

#include "base/buf.h"
#include "base/errors.h"
#include "config/config.h"

/* What a client can ask for. */
enum verb_kind {
	VERB_ANY, /* in a table of errors: whatever it asked */
	VERB_PING,
	VERB_PONG,
	VERB_AUTH, /* a fresh token */
	VERB_JOIN, /* one room; its members are told */
	VERB_LEAVE,
	VERB_SUBSCRIBE, /* many names, all or none; nobody is told */
	VERB_UNSUBSCRIBE,
	VERB_SAY, /* a message to a room */
	VERB_TYPING,
	VERB_WHO, /* who is online in a room */
	VERB_READ /* a notification was read */
};

/* Where a member of a message goes. */
enum verb_slot {
	SLOT_ROOM,
	SLOT_NAMES,
	SLOT_DATA,
	SLOT_USER,
	SLOT_TOKEN,
	SLOT_FLAG,
	SLOT_ID,
	SLOT_CONTEXT,
	SLOT_CONTENT,
	SLOT_METADATA,
	SLOT_EMPLOYEE,
	SLOT_START,
	SLOT_END,
	SLOT_N
};

/* What a member may be; several at once with |. */
enum {
	IS_TEXT = 1,   /* a string that is not empty */
	IS_NUMBER = 2, /* an integer */
	IS_ID = IS_TEXT | IS_NUMBER,
	IS_BOOL = 4,
	IS_OBJECT = 8,
	IS_IDS = 16,    /* an array of ids, not empty */
	IS_STRING = 32, /* a string, also an empty one */
	IS_DATE = 64,   /* a string that begins with YYYY-MM-DD */
	IS_NULL = 128
};

struct member_row {
	const char *path; /* "data.events"; NULL ends the table */
	enum verb_slot slot;
	unsigned kinds;
	bool is_required;
	int missing; /* error when it is not there; 0: E_INVALID_MESSAGE */
};

enum { VERB_MEMBERS_MAX = 7 };

struct verb_row {
	const char *type;   /* NULL ends the table */
	const char *action; /* NULL: the type says it all */
	enum verb_kind kind;
	bool decides; /* an undecided connection that sends it speaks this dialect from now on */
	struct member_row members[VERB_MEMBERS_MAX];
};

struct event_row {
	const char *name;  /* "task.created"; NULL ends the table */
	const char *shape; /* see dialect/template.h */
};

/* What an error is called. The row for error and verb counts, else the one for VERB_ANY. */
struct fault_row {
	int error; /* enum error; 0 ends the table */
	enum verb_kind verb;
	const char *code, *message;
	const char *second;  /* a further word where the shape has one */
	const char *details; /* JSON; NULL: none */
	int close; /* WebSocket code the connection is closed with; 0: it stays */
};

/* What the server says of itself or in answer to a verb. */
enum reply {
	REPLY_WELCOME,
	REPLY_PONG,
	REPLY_PING,
	REPLY_JOINED,
	REPLY_LEFT,
	REPLY_SUBSCRIBED,
	REPLY_UNSUBSCRIBED,
	REPLY_WHO,
	REPLY_RENEWED,
	REPLY_LEFT_BEHIND,
	REPLY_N
};

struct dialect {
	const char *name;
	enum config_dialect number;
	const char *prefix;  /* of the rooms that its names stand for: "channel:" */
	const char *general; /* shape of an event without a row */
	const char *error;   /* shape of all errors */
	const struct verb_row *verbs;
	const struct event_row *events;
	const struct fault_row *faults;
	const char *replies[REPLY_N]; /* shapes; NULL: nothing is said */
	/* event types that reach subscribers only, up to NULL */
	const char *const *filtered;
	/* typing goes to the dialect's own room, not to one of the message */
	bool says_user_typing;
	bool joins_channels; /* those of the token, without being asked */
	bool logs_in;        /* who it is may come with the first subscribe */
	bool beats;          /* the server pings, with REPLY_PING or a control frame */
};

#define D(name) extern const struct dialect dialect_##name;
#include "dialect/dialects.def"
#undef D

/* NULL for the numbers of dialects that are not plain. */
const struct dialect *dialect_of(enum config_dialect number);

/* By name, without "undecided". NULL: none. */
const struct dialect *dialect_named(struct str name);

/* Whose message is it that an undecided connection sent? NULL: nothing tells. */
const struct dialect *dialect_deciding(struct str type_value);

/* Does an event of that name go to subscribers only? *type_out is its type. */
bool dialect_filters(const struct dialect *d, struct str event, struct str *type_out);

/* The room that a name of this dialect stands for, appended to out. */
void dialect_room(const struct dialect *d, struct str name, struct buf *out);

#endif
