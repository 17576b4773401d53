/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ids that nobody else gives out, and that sort by the time they were made. Any thread. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdint.h>

enum { UUID_TEXT_BYTES = 37 };

/* A version 7 UUID, "0190f3a4-…", zero-terminated. Source: RFC 9562 5.7. */
void uuid_text(int64_t wall_ms, char out[UUID_TEXT_BYTES]);

#endif
