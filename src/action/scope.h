/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Companies and artifacts: names of their rooms and namespaces, and which artifact namespaces
 * have clients on this node, so that an update for a company finds them. The names are pure;
 * struct scopes is for any thread, touched when a client enters or leaves.
 * Source: doc/protocols.md "actions".
 */
#ifndef ACTION_SCOPE_H
#define ACTION_SCOPE_H

#include "base/buf.h"
#include "base/map.h"

#include <pthread.h>

struct scope {
	struct str company, artifact; /* slices of the name; artifact may be empty */
};

/* "/company/C" or "/company/C/artifact/A" with non-empty C and A without slashes. False for
 * any other name. */
bool scope_of_namespace(struct str name, struct scope *out);

/* Append "company:C" or "company:C:artifact:A"; "/company/C" or "/company/C/artifact/A". */
void scope_room(struct buf *out, const struct scope *s);
void scope_namespace(struct buf *out, const struct scope *s);

/* Artifact namespaces with clients, counted. */
struct scopes {
	pthread_mutex_t lock;
	struct map companies;
};

void scopes_init(struct scopes *s);
void scopes_fini(struct scopes *s);

/* A client enters or leaves a namespace; nothing happens for other names. Errors: -E_NOMEM.
 * [any thread] */
int scopes_enter(struct scopes *s, struct str nsp) MUST_USE;
void scopes_leave(struct scopes *s, struct str nsp);

/* Append the names of the company's artifact namespaces, each with a zero byte behind it.
 * [any thread] */
void scopes_of_company(struct scopes *s, struct str company, struct buf *names_out);

#endif
