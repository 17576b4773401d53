/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the demo configuration adds: tokens for the asking, so that the test page works without
 * a login. Never routed outside demo mode. Thread: the request's loop.
 */
#ifndef ADMIN_DEMO_H
#define ADMIN_DEMO_H

#include "base/buf.h"
#include "transport/request.h"

struct config;
struct hubs;

struct demo {
	const struct config *config;
	struct hubs *hubs;
};

/* GET /demo/token?user=U&ttl=S&permissions=P: a token and what the page needs beside it. Its
 * argument is a struct demo. */
void demo_serve_token(struct request *r);

/* POST /api/v1/auth/login {"username"|"email":…}: a token for whoever asks. Its argument is a
 * struct demo. */
void demo_serve_login(struct request *r);

/* The answer to a login with this body, appended to out.
 * Errors: -E_JSON_SYNTAX and the like, -E_INVALID_DATA, -E_UNSUPPORTED, -E_NOMEM. */
int demo_login(const struct demo *d, struct str body, int64_t now_s,
	       struct buf *out) MUST_USE;

/* One token for this demo user. permissions NULL: those of the examples.
 * Errors: -E_UNSUPPORTED, -E_NOMEM. */
int demo_token(const struct demo *d, struct str user, int64_t ttl_s,
	       const struct str *permissions, int64_t now_s, struct buf *out) MUST_USE;

#endif
