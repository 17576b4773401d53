/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept of the headers of a session's first request. Thread: its loop. */
#ifndef SESSION_HEADERS_H
#define SESSION_HEADERS_H

#include "base/texts.h"
#include "transport/request.h"

/* "name: value\r\n" each, names in lower case, without those that concern the connection and
 * not the session. NULL when memory is short. Owns: the caller gives it back to texts. */
struct text *headers_get(struct texts *texts, struct request *r) MUST_USE;

#endif
