/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of HTTP answers. Thread: any loop. Source: RFC 9110, RFC 9112. */
#ifndef TRANSPORT_RESPONSE_H
#define TRANSPORT_RESPONSE_H

#include "base/frame.h"
#include "transport/request.h"

/* Status line, headers and, unless shared or not wanted, the body, as one frame. keep_alive
 * says what Connection tells. NULL when memory is short. */
struct frame *response_frame(const struct answer *a, struct str common_headers,
			     int64_t wall_ms, bool keep_alive,
			     bool without_body) MUST_USE;

#endif
