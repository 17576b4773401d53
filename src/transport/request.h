/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One HTTP request on its way through a handler, and its answer. Lives from its head until it
 * was answered, upgraded or aborted; the handler that keeps it longer than serve sets on_abort.
 * Thread: the loop of its connection.
 */
#ifndef TRANSPORT_REQUEST_H
#define TRANSPORT_REQUEST_H

#include "base/arena.h"
#include "base/frame.h"
#include "proto/http.h"
#include "transport/http_server.h"

#include <stdalign.h>

enum {
	REQUEST_BEGUN_BYTES = 40,
	/* Of lines of an answer: does for those that every answer of a mount has. */
	REQUEST_ROOM_BYTES = 64
};

struct request {
	struct conn *conn;
	struct http_server *server;
	const struct http_head *head;
	const struct route *route;
	struct address client; /* who asks, behind proxies that are trusted */
	/* JSONP: the index of the script that asks; ptr NULL: none does */
	struct str script;
	struct arena arena; /* forgotten with the request */
	struct buf body;
	/* Lines that go out with whatever answer comes ("A: b\r\n"), begun in room. */
	struct buf headers;
	char room[REQUEST_ROOM_BYTES];
	/* The client left before the answer: forget the request. Set by who answers later. */
	void (*on_abort)(struct request *r);
	void *state; /* of that handler */
	alignas(void *) char begun
		[REQUEST_BEGUN_BYTES]; /* what begin found out, for serve */
	bool has_begun;
	/* A client that ends its side still waits: not so one that gives a poll up, which looks
	 * the same. */
	bool outlives_end;
	bool is_answered;
};

struct answer {
	int status;
	struct str type;     /* Content-Type; empty: none */
	struct str headers;  /* further complete lines */
	struct str body;     /* copied, or */
	struct frame *frame; /* shared: a FRAME_RAW whose bytes are the body */
	bool close;
};

/* Exactly once per request; the request is gone afterwards. */
void request_answer(struct request *r, const struct answer *a);
/* JSON that no cache keeps. */
void request_answer_json(struct request *r, int status, struct str body);
/* {"status":…,"error":"NAME","message":"…"} with the error's status, or problem+json. */
void request_refuse(struct request *r, int error);

/* In begin: a smaller limit for the body than the server's; above it 413. */
void request_limit_body(struct request *r, uint64_t bytes);

/* Hand the connection, unread bytes included, to the loop to; begin runs there again. */
void request_move(struct request *r, struct loop *to);

/* Answer 101 with these header lines. The request is gone afterwards, and the caller sets up
 * another protocol on the connection at once, to which bytes go that came behind it.
 * Errors: -E_NOMEM, -E_GONE. */
int request_upgrade(struct request *r, struct str headers) MUST_USE;

#endif
