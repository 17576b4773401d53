/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Headers that plugins add to HTTP answers: a part of struct tg_api. What each does is said in
 * tidegate/plugin.h.
 */
#ifndef ACTION_API_HTTP_H
#define ACTION_API_HTTP_H

#include "action/registry.h"

struct request;

int api_add_headers(struct tg_host *host,
		    void (*add)(const struct tg_http_answer *answer, void *state),
		    void *state);
bool api_request_header(const struct tg_http_answer *answer, struct tg_str name,
			struct tg_str *value_out);
int api_set_header(const struct tg_http_answer *answer, struct tg_str name,
		   struct tg_str value);

/* Ask all plugins for headers of the answer to r, in their order. Thread: its loop. */
void api_http_decorate(const struct registry *registry, struct request *r, bool is_first);

#endif
