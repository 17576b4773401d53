/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server API described in its own terms: OpenAPI 3.1 from the table of calls. Pure. */
#ifndef ADMIN_OPENAPI_H
#define ADMIN_OPENAPI_H

#include "base/buf.h"
#include "base/frame.h"

/* Append a schema of rest_schemas.h as JSON: ' becomes ". */
void openapi_add_schema(struct buf *out, const char *schema);

/* The whole document as the body of an answer; with_demo: also the calls of demo mode. One
 * reference; NULL when memory is short. */
struct frame *openapi_document(bool with_demo) MUST_USE;

#endif
