/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tidegate/plugin.h: how an application lives inside the gateway. The only public header.
 *
 * A plugin is a shared object with one exported symbol, made by TG_PLUGIN at its end. Its init
 * registers what it offers; examples/echo/echo.c is the smallest whole one. It is built by
 *
 *	cc -shared -fPIC $(pkg-config --cflags tidegate) -o echo.so echo.c
 *
 * and loaded at start from the plugin directory, in the order of the file names. The tg_…
 * words go through a table that the gateway hands over, so the object links nothing.
 *
 * Threads. The gateway runs several event loops; a client belongs to one of them for life. Only
 * one that was lost and comes back (recovered) may go on on another.
 * Each function says where it may be called:
 *	[init]	     from init only
 *	[loop]	     from a callback that got the socket, on the loop it came on
 *	[any thread] from anywhere, also from threads of your own, from init on
 * Callbacks run on the loop of their client unless they say otherwise. They must not block:
 * use TG_BLOCKING or tg_in_pool for that. Different loops call you at the same time: what
 * your callbacks share needs atomics or a lock of yours.
 *
 * Memory. Text is (pointer, length), not zero-terminated. What a callback gets, and what a
 * function returns, is borrowed until the callback returns; what you pass is copied before
 * the function returns. Structures that you register, and the texts in them, must stay as
 * long as the plugin: make them static.
 *
 * Errors. Functions return 0 or one of the negative numbers of enum tg_error.
 *
 * Growth. Structures start with their size; later versions add members at the end, where zero
 * always means "as before". Set .size, leave out what you do not need.
 */
#ifndef TIDEGATE_PLUGIN_H
#define TIDEGATE_PLUGIN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define TG_ABI 1

enum tg_error {
	TG_OK = 0,
	TG_E_NOMEM = -1,     /* memory is short */
	TG_E_ARGUMENT = -2,  /* not JSON, a missing name, a size of zero … */
	TG_E_LATE = -3,      /* answered before, or its time is over */
	TG_E_GONE = -4,      /* the client is gone */
	TG_E_NOT_FOUND = -5, /* there is no such thing */
	TG_E_DUPLICATE = -6, /* that name is taken */
	TG_E_FULL = -7,      /* a queue is full: try later or say no */
	TG_E_TOO_LARGE = -8, /* above a limit */
	TG_E_STATE = -9,     /* not now */
	TG_E_TIMEOUT = -10,  /* the other side did not answer in time */
	TG_E_SYSTEM = -11    /* the system refused */
};

/* --- text, JSON, arguments ------------------------------------------------------------- */

struct tg_str {
	const char *ptr;
	size_t len;
};

/* TG("literal"), tg_span(pointer, length), tg_text(zero_terminated). */
#define TG(literal) ((struct tg_str){"" literal, sizeof(literal) - 1})
static inline struct tg_str
tg_text(const char *zero_terminated)
{
	return (struct tg_str){zero_terminated,
			       zero_terminated ? strlen(zero_terminated) : 0};
}

#define tg_span(ptr, len) ((struct tg_str){ptr, len})

static inline bool
tg_equal(struct tg_str a, struct tg_str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The arguments of an event or acknowledgement as they are on the wire: JSON values with
 * commas between them and no brackets around (`1,"two",{"three":3}`, empty: none). Where a
 * value is binary, the JSON has TG_BINARY(n) and binary[n] the bytes. */
struct tg_args {
	struct tg_str json;
	const struct tg_str *binary;
	size_t binary_n;
};

#define TG_BINARY(n) "{\"_placeholder\":true,\"num\":" #n "}"
/* TG_JSON("literal"), and tg_json(text) for JSON made at run time. */
#define TG_JSON(literal) ((struct tg_args){TG(literal), NULL, 0})
#define TG_NO_ARGS ((struct tg_args){{"", 0}, NULL, 0})

static inline struct tg_args
tg_json(struct tg_str json)
{
	return (struct tg_args){json, NULL, 0};
}

/* --- who ------------------------------------------------------------------------------- */

/* Whom a verified token speaks for; empty where it says nothing, or on a mount without
 * tokens. Ids are text even where the claim is a number. */
struct tg_identity {
	size_t size;
	struct tg_str user, username, email, company, session;
	struct tg_str claims; /* the token's whole payload, a JSON object */
	int64_t expires_s;    /* since 1970; 0: never */
	const void *inside;   /* the gateway's own */
};

/* --- actions: a REQUEST in, one RESPONSE or ERROR out ---------------------------------- */

/* One request under way. A number, not a pointer: keep it, copy it, use it from any thread;
 * when the call is over the functions below return TG_E_LATE and do nothing. */
struct tg_call {
	uint64_t id;
};

/* A client in one namespace. Good on its loop from admit until disconnected returns (or until
 * it is refused); from elsewhere use its id and tg_on_socket. */
struct tg_socket;

struct tg_request {
	size_t size;
	struct tg_str action, request_id;
	struct tg_str data; /* JSON that fits the schema; "null": the client sent none */
	const struct tg_identity *who;
	struct tg_str artifact; /* the one its connection named and may see, or empty */
	struct tg_str socket_id, nsp;
	struct tg_socket *socket; /* where it came from; NULL in a TG_BLOCKING action */
};

enum tg_action_flags {
	TG_BLOCKING = 1,  /* run on the thread pool: it may block */
	TG_IDEMPOTENT = 2 /* may run again: no result is kept for a repetition */
};

struct tg_action {
	size_t size;
	const char *name;       /* what clients call: "report.create" */
	const char *permission; /* in the token's permissions, or granted by an authorize
				 * hook; NULL: everybody who may connect */
	/* JSON Schema that data must fit, else INVALID_DATA; NULL: any data. Of draft 2020-12:
	 * type, enum, const, properties, required, additionalProperties, min/maxProperties,
	 * items (one schema), min/maxItems, min/maxLength, pattern (POSIX extended),
	 * minimum, maximum, exclusiveMinimum, exclusiveMaximum. Others refuse the plugin. */
	const char *schema;
	uint32_t timeout_ms; /* then the client gets TIMEOUT; 0: 30 s */
	uint32_t running_n;  /* so many at once, then OVERLOADED; 0: any number */
	uint32_t flags;      /* enum tg_action_flags */
	/* Answer in it, or keep call and answer later. */
	void (*run)(struct tg_call call, const struct tg_request *request, void *state);
	void *state;
};

/* --- sockets: the whole of Socket.IO --------------------------------------------------- */

/* How a client came. */
struct tg_handshake {
	size_t size;
	struct tg_str auth;    /* JSON object that the client gave for this namespace */
	struct tg_str query;   /* of the first HTTP request, undecoded: use tg_query */
	struct tg_str headers; /* "name: value\r\n"…, names in small letters: tg_header */
	struct tg_str address;   /* the client's, as text */
	struct tg_str url;       /* path and query */
	struct tg_str origin;    /* page that opened it, or empty */
	struct tg_str transport; /* "polling" or "websocket", at the moment */
	int64_t issued_ms;       /* since 1970 */
	bool secure;             /* over TLS */
	bool xdomain;            /* has an origin */
	/* It was lost and goes on as the socket it was: with its id and its rooms; once it is in,
	 * what it missed has been sent before anything that you emit. In between, disconnected
	 * was called. */
	bool recovered;
};

struct tg_event {
	size_t size;
	struct tg_str name;
	struct tg_args args; /* can be handed to tg_emit, tg_ack, tg_broadcast as it is */
	bool wants_ack; /* then answer once, now or later: tg_ack(socket, ack_id, …) */
	uint64_t ack_id;
};

/* A row of a table that ends with a zero row. */
struct tg_handler {
	const char *event;
	void (*run)(struct tg_socket *socket, const struct tg_event *event, void *state);
};

/* An event goes to the row of its name in the first plugin that has one, else to the any
 * functions, else to the actions. A namespace is there when a plugin adds it. */
struct tg_namespace {
	size_t size;
	const char *name; /* "/", "/chat"; NULL: match decides */
	/* Is there a namespace of that name? Without side effects. [any thread] */
	bool (*match)(struct tg_str name, void *state);
	/* Only on the mount with this path ("/socket.io"); NULL: on all. */
	const char *path;
	/* May this client enter? Call tg_accept or tg_refuse once, now or later; join rooms and
	 * emit only when accepted. NULL: everybody may. */
	void (*admit)(struct tg_socket *socket, const struct tg_handshake *h,
		      void *state);
	/* It is in: the place to emit and to join rooms. */
	void (*connected)(struct tg_socket *socket, const struct tg_handshake *h,
			  void *state);
	/* It is gone, its rooms are still there. reason as in Socket.IO: "transport close",
	 * "client namespace disconnect", … Also called when you disconnect it. */
	void (*disconnected)(struct tg_socket *socket, struct tg_str reason, void *state);
	const struct tg_handler *events;
	/* Events without a row. Returns: true when it is dealt with. */
	bool (*any)(struct tg_socket *socket, const struct tg_event *event, void *state);
	void *state;
	/* What this plugin set with tg_set_data waits for a client that is lost and may come
	 * back: with h->recovered it is there again, from admit on, whichever loop that is on.
	 * Meanwhile it is the gateway's; free_fn gets it when the client does not come back. */
	bool keep_data;
};

/* The answer to tg_emit_ack, once. error: 0, TG_E_TIMEOUT, or TG_E_GONE (socket is NULL). */
typedef void tg_ack_fn(struct tg_socket *socket, int error, struct tg_args args,
		       void *arg);

/* Whom a broadcast reaches: the members of any of the rooms, each once, without the members of
 * the except rooms, on all loops and nodes. Every socket is alone in a room named by its id;
 * people are in "user:ID", "company:ID", "company:ID:artifact:ID". */
struct tg_target {
	size_t size;
	struct tg_str nsp;          /* empty: "/" */
	const struct tg_str *rooms; /* none: everybody in the namespace */
	size_t rooms_n;
	const struct tg_str *except;
	size_t except_n;
	bool is_volatile; /* drop it for clients that cannot take it now */
	bool local;       /* this node only */
};

/* --- authorize hook: what the token does not say ---------------------------------------- */

enum tg_question_kind {
	TG_MAY_RUN, /* what: the permission of an action */
	TG_MAY_JOIN /* what: a room or topic that a client asks for */
};

/* TG_PASS: the next hook may know. TG_FAILED: the same, because it could not be found out; it
 * is not remembered, and after so many in a row (authorize.failures) the hook is not asked for
 * a pause. The …_ONCE answers are not remembered. */
enum tg_verdict { TG_PASS, TG_ALLOW, TG_DENY, TG_FAILED, TG_ALLOW_ONCE, TG_DENY_ONCE };

struct tg_question {
	size_t size;
	uint64_t id; /* for tg_answer, from any thread */
	enum tg_question_kind kind;
	struct tg_str what;
	const struct tg_identity *who;
};

/* --- notifications ---------------------------------------------------------------------- */

/* A user has read a stored notification, the first time. */
struct tg_read {
	size_t size;
	struct tg_str user;
	int64_t notification; /* its id */
	int64_t read_ms;      /* since 1970 */
};

struct tg_timer {
	uint64_t id;
};

/* --- counters --------------------------------------------------------------------------- */

/* A number in /metrics, tidegate_plugin_PLUGIN_NAME. */
struct tg_counter {
	uint64_t id;
};

/* --- answers over HTTP ------------------------------------------------------------------- */

/* The answer to a poll, a POST or an upgrade on a mount of Socket.IO, while its headers are put
 * together: engine.io's events headers and, with is_first, initial_headers. */
struct tg_http_answer {
	size_t size;
	bool is_first;     /* its request opens a session */
	struct tg_str url; /* of the request: path and query */
	void *request;     /* the gateway's own */
};

enum tg_counter_flags {
	TG_GAUGE = 1 /* goes both ways; else it only grows */
};

enum tg_log_level { TG_ERROR, TG_WARN, TG_INFO, TG_DEBUG };

/* --- what the gateway can do: the table ------------------------------------------------- */

/* One row for each word; the words (tg_emit, …) are at the end and leave out host. */
struct tg_host;
struct tg_api {
	size_t size;

	/* What a plugin offers. [init]
	 * Errors: TG_E_DUPLICATE, TG_E_ARGUMENT (for example a schema that cannot be used),
	 * TG_E_STATE after init. Any of them makes the gateway refuse the plugin. */
	int (*add_action)(struct tg_host *host, const struct tg_action *action);
	int (*add_namespace)(struct tg_host *host, const struct tg_namespace *nsp);
	/* ask is called when the token does not grant what a client wants. Answer each question
	 * once, in the hook or later; silence for authorize.timeout (five seconds) is TG_FAILED.
	 * Hooks are asked in the order of their plugins until one does not pass; when all pass
	 * it is forbidden. An answer is remembered for all connections with the same claims:
	 * TG_ALLOW for authorize.grants, TG_DENY and TG_PASS for authorize.refusals, unless the
	 * server API meanwhile moves or disconnects that user; the same question is not asked
	 * again while it is open. */
	int (*add_authorize)(struct tg_host *host,
			     void (*ask)(const struct tg_question *question, void *state),
			     void *state);

	/* Answering. [any thread]
	 * RESPONSE with data, or ERROR with {code, message, details}; details is JSON or empty.
	 * Errors: TG_E_LATE; TG_E_ARGUMENT when it is no JSON, and the call is still open. */
	int (*reply_ok)(struct tg_host *host, struct tg_call call, struct tg_str data);
	int (*reply_error)(struct tg_host *host, struct tg_call call, struct tg_str code,
			   struct tg_str message, struct tg_str details);
	/* UPDATE with data, any number of times before the answer. */
	int (*update)(struct tg_host *host, struct tg_call call, struct tg_str data);
	/* False once it is answered or its time is over: long work can stop early. */
	bool (*is_open)(struct tg_host *host, struct tg_call call);
	/* Errors: TG_E_LATE; TG_E_ARGUMENT for no verdict. */
	int (*answer)(struct tg_host *host, uint64_t question_id,
		      enum tg_verdict verdict);
	/* Is it in the token's permissions? */
	bool (*has_permission)(const struct tg_identity *who, struct tg_str permission);

	/* One socket. [loop] */
	struct tg_str (*socket_id)(const struct tg_socket *s);
	struct tg_str (*socket_nsp)(const struct tg_socket *s);
	const struct tg_identity *(*identity)(struct tg_socket *s);
	/* Set out->size first. */
	int (*handshake)(struct tg_socket *s, struct tg_handshake *out);
	/* A header of the first request (name in lower case); a decoded member of its query.
	 * False when absent. handshake_json: the object that Socket.IO calls socket.handshake,
	 * empty when memory is short. */
	bool (*header)(struct tg_socket *s, struct tg_str name, struct tg_str *value_out);
	bool (*query)(struct tg_socket *s, struct tg_str name, struct tg_str *value_out);
	struct tg_str (*handshake_json)(struct tg_socket *s);
	/* One pointer of this plugin on the socket, given to free_fn (may be NULL) when the
	 * socket is forgotten or another pointer is set. tg_namespace.keep_data: see there. */
	int (*set_data)(struct tg_host *host, struct tg_socket *s, void *data,
			void (*free_fn)(void *data));
	void *(*data)(struct tg_host *host, struct tg_socket *s);
	/* Answers to admit. Refusing sends a CONNECT_ERROR with message and data (JSON or
	 * empty). Errors: TG_E_STATE when it was answered before. */
	int (*accept)(struct tg_socket *s);
	int (*refuse)(struct tg_socket *s, struct tg_str message, struct tg_str data);
	/* A volatile event is dropped when the client cannot take it at once: no error.
	 * Errors: TG_E_GONE; TG_E_ARGUMENT when args are no JSON or do not fit the binaries. */
	int (*emit)(struct tg_socket *s, struct tg_str event, struct tg_args args,
		    bool is_volatile);
	/* Emit and wait for the client's acknowledgement. After an error on_ack is not called.
	 * Errors: as emit; TG_E_FULL when the client owes too many already (acks of its mount). */
	int (*emit_ack)(struct tg_socket *s, struct tg_str event, struct tg_args args,
			uint32_t timeout_ms, tg_ack_fn *on_ack, void *arg);
	/* Answer an event that wants it. */
	int (*ack)(struct tg_socket *s, uint64_t ack_id, struct tg_args args);
	/* Joining twice and leaving what was not joined are harmless. */
	int (*join)(struct tg_socket *s, struct tg_str room);
	int (*leave)(struct tg_socket *s, struct tg_str room);
	bool (*is_in)(struct tg_socket *s, struct tg_str room);
	/* for (size_t at = 0; tg_next_room(s, &at, &room);) */
	bool (*next_room)(struct tg_socket *s, size_t *at, struct tg_str *room_out);
	/* Out of the namespace, or (close) the whole connection. */
	int (*disconnect)(struct tg_socket *s, bool close);

	/* Many sockets. [any thread] */
	int (*broadcast)(struct tg_host *host, const struct tg_target *to,
			 struct tg_str event, struct tg_args args);
	int (*join_all)(struct tg_host *host, const struct tg_target *who,
			struct tg_str room);
	int (*leave_all)(struct tg_host *host, const struct tg_target *who,
			 struct tg_str room);
	int (*disconnect_all)(struct tg_host *host, const struct tg_target *who,
			      bool close);
	/* Push message ({"type":"UPDATE","requestId":…,"action":…,"data":…}; type and requestId
	 * are filled in when missing) to every client of the company, or to those of one
	 * artifact (not empty). */
	int (*send_update)(struct tg_host *host, struct tg_str company,
			   struct tg_str message, struct tg_str artifact);
	/* Run fn on the loop of that socket, with NULL when it is gone by then. Calls for one
	 * socket from one thread run in order. Errors: TG_E_NOT_FOUND when it cannot be a
	 * socket of this node; fn is not called after an error. */
	int (*on_socket)(struct tg_host *host, struct tg_str socket_id,
			 void (*fn)(struct tg_socket *s, void *arg), void *arg);
	/* Visit the sockets of a namespace (room empty: all, else its members) on this node:
	 * visit runs on all loops at the same time; done (may be NULL) after the last one. */
	int (*visit)(struct tg_host *host, struct tg_str nsp, struct tg_str room,
		     void (*visit)(struct tg_socket *s, void *arg),
		     void (*done)(void *arg), void *arg);

	/* Threads, time, log, configuration. [any thread]
	 * fn runs on the thread pool. Errors: TG_E_FULL, TG_E_STATE in init. */
	int (*in_pool)(struct tg_host *host, void (*fn)(void *arg), void *arg);
	/* fn after first_ms, then every repeat_ms (0: once): on the loop of the caller, from
	 * another thread on the first loop. free_fn (may be NULL) gets arg when the timer is
	 * over, however it ends. timer_out may be NULL. */
	int (*timer_start)(struct tg_host *host, uint32_t first_ms, uint32_t repeat_ms,
			   void (*fn)(void *arg), void *arg, void (*free_fn)(void *arg),
			   struct tg_timer *timer_out);
	/* On the timer's loop fn runs no more once this returns 0; elsewhere it may be running.
	 * Errors: TG_E_LATE when it is over. */
	int (*timer_stop)(struct tg_host *host, struct tg_timer timer);
	int64_t (*now_ms)(struct tg_host *host);   /* since 1970, UTC */
	uint64_t (*mono_ms)(struct tg_host *host); /* since some start, never goes back */
	/* One line under the plugin's name. No token, no client's data. */
	void (*log)(struct tg_host *host, enum tg_log_level level, const char *line);
	/* plugins.NAME of the configuration as JSON, "{}" for none. Good as long as the plugin. */
	struct tg_str (*config)(struct tg_host *host);

	/* JSON that is valid, as all is that comes from the gateway. [any thread] */
	bool (*json_get)(struct tg_str object, struct tg_str key,
			 struct tg_str *value_out);
	/* for (size_t at = 0; tg_json_next(array, &at, &value);) */
	bool (*json_next)(struct tg_str array, size_t *at, struct tg_str *value_out);
	/* The n-th argument of an event, from 0. False when there are fewer. */
	bool (*json_arg)(struct tg_args args, size_t n, struct tg_str *value_out);
	bool (*json_int)(struct tg_str value, int64_t *out);
	bool (*json_double)(struct tg_str value, double *out);
	/* A JSON string's contents, and text as a JSON string with quotes: zero-terminated, cut
	 * or (json_quote) empty when out is too small. Returns the whole length, like snprintf. */
	size_t (*json_text)(struct tg_str value, char *out, size_t out_bytes);
	size_t (*json_quote)(struct tg_str text, char *out, size_t out_bytes);

	/* read is called for each notification that was read, on the loop of who said so. [init] */
	int (*add_read)(struct tg_host *host,
			void (*read)(const struct tg_read *read, void *state),
			void *state);

	/* name: a-z, 0-9 and _; help: one line without a backslash, must stay. [init] */
	int (*add_counter)(struct tg_host *host, const char *name, const char *help,
			   uint32_t flags, struct tg_counter *out);
	/* Add n to it; a counter of zeros is none. [any thread, after init] */
	void (*count)(struct tg_host *host, struct tg_counter counter, int64_t n);

	/* add is called for each answer, on the loop of its connection. [init] */
	int (*add_headers)(struct tg_host *host,
			   void (*add)(const struct tg_http_answer *answer, void *state),
			   void *state);
	/* In add: a header of the request (name in any case; false when absent), and one more line
	 * of the answer. Errors: TG_E_ARGUMENT for what is no header, and for those that say how
	 * the answer is to be read (Connection, Content-…, Sec-WebSocket-…, …). */
	bool (*request_header)(const struct tg_http_answer *answer, struct tg_str name,
			       struct tg_str *value_out);
	int (*set_header)(const struct tg_http_answer *answer, struct tg_str name,
			  struct tg_str value);
};

/* --- the plugin itself ------------------------------------------------------------------ */

/* What the gateway fills in before init. */
struct tg_link {
	const struct tg_api *api;
	struct tg_host *host;
};
extern struct tg_link tg_link __attribute__((visibility("hidden")));

struct tg_plugin {
	size_t size;
	uint32_t abi;
	size_t api_size; /* of the header it was built with */
	const char *name, *version;
	/* 0, or the plugin is refused. Main thread, before any client. */
	int (*init)(void);
	/* None of its callbacks runs any more. May be NULL. */
	void (*fini)(void);
	struct tg_link *link;
};

/* Once in a plugin, at its end. */
#define TG_PLUGIN(name_, version_, init_, fini_)                                         \
	struct tg_link tg_link;                                                          \
	extern const struct tg_plugin tg_plugin __attribute__((visibility("default")));  \
	const struct tg_plugin tg_plugin = {.size = sizeof(struct tg_plugin),            \
					    .abi = TG_ABI,                               \
					    .api_size = sizeof(struct tg_api),           \
					    .name = name_,                               \
					    .version = version_,                         \
					    .init = init_,                               \
					    .fini = fini_,                               \
					    .link = &tg_link};

/* --- the words -------------------------------------------------------------------------- */

#define tg_add_action(action) tg_link.api->add_action(tg_link.host, action)
#define tg_add_namespace(nsp) tg_link.api->add_namespace(tg_link.host, nsp)
#define tg_add_read(read, state) tg_link.api->add_read(tg_link.host, read, state)
#define tg_add_authorize(ask, state) tg_link.api->add_authorize(tg_link.host, ask, state)

#define tg_reply_ok(call, data) tg_link.api->reply_ok(tg_link.host, call, data)
#define tg_reply_error(call, code, message, details)                                     \
	tg_link.api->reply_error(tg_link.host, call, code, message, details)
#define tg_update(call, data) tg_link.api->update(tg_link.host, call, data)
#define tg_is_open(call) tg_link.api->is_open(tg_link.host, call)
#define tg_answer(question_id, verdict)                                                  \
	tg_link.api->answer(tg_link.host, question_id, verdict)
#define tg_has_permission(who, permission) tg_link.api->has_permission(who, permission)

#define tg_socket_id(s) tg_link.api->socket_id(s)
#define tg_socket_nsp(s) tg_link.api->socket_nsp(s)
#define tg_identity(s) tg_link.api->identity(s)
#define tg_handshake(s, out) tg_link.api->handshake(s, out)
#define tg_header(s, name, value_out) tg_link.api->header(s, name, value_out)
#define tg_query(s, name, value_out) tg_link.api->query(s, name, value_out)
#define tg_handshake_json(s) tg_link.api->handshake_json(s)
#define tg_set_data(s, data, free_fn)                                                    \
	tg_link.api->set_data(tg_link.host, s, data, free_fn)
#define tg_data(s) tg_link.api->data(tg_link.host, s)
#define tg_accept(s) tg_link.api->accept(s)
#define tg_refuse(s, message, data) tg_link.api->refuse(s, message, data)
#define tg_emit(s, event, args) tg_link.api->emit(s, event, args, false)
#define tg_emit_volatile(s, event, args) tg_link.api->emit(s, event, args, true)
#define tg_emit_ack(s, event, args, timeout_ms, on_ack, arg)                             \
	tg_link.api->emit_ack(s, event, args, timeout_ms, on_ack, arg)
#define tg_ack(s, ack_id, args) tg_link.api->ack(s, ack_id, args)
#define tg_join(s, room) tg_link.api->join(s, room)
#define tg_leave(s, room) tg_link.api->leave(s, room)
#define tg_is_in(s, room) tg_link.api->is_in(s, room)
#define tg_next_room(s, at, room_out) tg_link.api->next_room(s, at, room_out)
#define tg_disconnect(s, close) tg_link.api->disconnect(s, close)

#define tg_broadcast(to, event, args)                                                    \
	tg_link.api->broadcast(tg_link.host, to, event, args)
#define tg_join_all(who, room) tg_link.api->join_all(tg_link.host, who, room)
#define tg_leave_all(who, room) tg_link.api->leave_all(tg_link.host, who, room)
#define tg_disconnect_all(who, close)                                                    \
	tg_link.api->disconnect_all(tg_link.host, who, close)
#define tg_send_update(company, message, artifact)                                       \
	tg_link.api->send_update(tg_link.host, company, message, artifact)
#define tg_on_socket(socket_id, fn, arg)                                                 \
	tg_link.api->on_socket(tg_link.host, socket_id, fn, arg)
#define tg_visit(nsp, room, visit_fn, done, arg)                                         \
	tg_link.api->visit(tg_link.host, nsp, room, visit_fn, done, arg)

#define tg_in_pool(fn, arg) tg_link.api->in_pool(tg_link.host, fn, arg)
#define tg_timer_start(first_ms, repeat_ms, fn, arg, free_fn, timer_out)                 \
	tg_link.api->timer_start(tg_link.host, first_ms, repeat_ms, fn, arg, free_fn,    \
				 timer_out)
#define tg_timer_stop(timer) tg_link.api->timer_stop(tg_link.host, timer)
#define tg_add_counter(name, help, flags, out)                                           \
	tg_link.api->add_counter(tg_link.host, name, help, flags, out)
#define tg_count(counter, n) tg_link.api->count(tg_link.host, counter, n)
#define tg_add_headers(add, state) tg_link.api->add_headers(tg_link.host, add, state)
#define tg_request_header(answer, name, value_out)                                       \
	tg_link.api->request_header(answer, name, value_out)
#define tg_set_header(answer, name, value) tg_link.api->set_header(answer, name, value)
#define tg_now_ms() tg_link.api->now_ms(tg_link.host)
#define tg_mono_ms() tg_link.api->mono_ms(tg_link.host)
#define tg_config() tg_link.api->config(tg_link.host)

#define tg_json_get(object, key, value_out) tg_link.api->json_get(object, key, value_out)
#define tg_json_next(array, at, value_out) tg_link.api->json_next(array, at, value_out)
#define tg_json_arg(args, n, value_out) tg_link.api->json_arg(args, n, value_out)
#define tg_json_int(value, out) tg_link.api->json_int(value, out)
#define tg_json_double(value, out) tg_link.api->json_double(value, out)
#define tg_json_text(value, out, out_bytes) tg_link.api->json_text(value, out, out_bytes)
#define tg_json_quote(text, out, out_bytes) tg_link.api->json_quote(text, out, out_bytes)

/* To one room of "/": "user:42", a socket's id, … [any thread] */
static inline int
tg_to_room(struct tg_str room, struct tg_str event, struct tg_args args)
{
	struct tg_target to = {.size = sizeof(to), .rooms = &room, .rooms_n = 1};

	return tg_broadcast(&to, event, args);
}

/* To everybody in the socket's namespace but itself. [loop] */
static inline int
tg_to_others(struct tg_socket *s, struct tg_str event, struct tg_args args)
{
	struct tg_str self = tg_socket_id(s);
	struct tg_target to = {.size = sizeof(to),
			       .nsp = tg_socket_nsp(s),
			       .except = &self,
			       .except_n = 1};

	return tg_broadcast(&to, event, args);
}

/* tg_log(TG_INFO, "format", …): one line, cut at 511 bytes. [any thread] */
__attribute__((format(printf, 2, 3), unused)) static void
tg_log(enum tg_log_level level, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	tg_link.api->log(tg_link.host, level, line);
}

#endif
