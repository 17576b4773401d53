/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The target of a request: path and query in origin form. Source: RFC 3986, RFC 9112 3.2.
 * Pure; any thread.
 */
#ifndef PROTO_URI_H
#define PROTO_URI_H

#include "base/arena.h"
#include "base/str.h"

struct uri {
	struct str path;  /* raw, starts with '/' */
	struct str query; /* raw, without '?'; empty when there is none */
};

/* Slices of target, which is in origin form ("/p?q"); a fragment and all but visible ASCII
 * are refused. Errors: -E_HTTP_SYNTAX. */
int uri_split(struct str target, struct uri *out) MUST_USE;

/* Percent-decoded copy; plus_is_space as in form data. Errors: -E_PERCENT, -E_NOMEM. */
int uri_decode(struct str raw, bool plus_is_space, struct arena *a,
	       struct str *out) MUST_USE;

/* Decoded value of the first member called name: a slice of the query, or in the arena when
 * it had escapes. False when there is none, or when its encoding is broken. "a" and "a="
 * both give an empty value. */
bool query_get(struct str query, struct str name, struct arena *a, struct str *out);

/* A walk over the raw members of a query. Few queries have escapes: whether this one has any
 * is found out once. */
struct query {
	struct str rest;
	bool is_coded;
};

struct query query_walk(struct str query);
/* The next member, as it came: while (query_next(&q, &name, &value)) … */
bool query_next(struct query *q, struct str *name_out, struct str *value_out);
/* Does a raw name of a query with escapes, decoded, equal text? */
bool query_coded_name_is(struct str raw, struct str text);
/* Does a raw name of q, decoded, equal text? */
static inline bool
query_name_is(const struct query *q, struct str raw, struct str text)
{
	return q->is_coded ? query_coded_name_is(raw, text) : str_eq(raw, text);
}
/* A raw value of q decoded, as query_get gives it. False when its encoding is broken. */
bool query_value(const struct query *q, struct str raw, struct arena *a, struct str *out);

/* The path with "." and ".." resolved and percent-decoded, as a relative file name without a
 * leading '/': "" for the root, and "dir/" stays "dir/". Errors: -E_FORBIDDEN for whatever
 * leaves the root, names a hidden file, holds NUL, backslash or an encoded slash;
 * -E_PERCENT, -E_NOMEM. */
int uri_file_name(struct str path, struct arena *a, struct str *out) MUST_USE;

#endif
