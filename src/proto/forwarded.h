/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Forwarded header: one element for each proxy. Pure; any thread. Source: RFC 7239 4. */
#ifndef PROTO_FORWARDED_H
#define PROTO_FORWARDED_H

#include "base/str.h"

/* Cut the next element off *rest, a value of the header. *for_out is the node it names without
 * quotes, as a slice of the value; ptr NULL when it names none.
 * Returns 1, 0 at the end. Errors: -E_HTTP_SYNTAX for anything that the grammar does not
 * know, so that no quote can hide what a later proxy added. */
int forwarded_next(struct str *rest, struct str *for_out) MUST_USE;

#endif
