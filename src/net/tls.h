/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a listener needs to speak TLS: certificate, key, versions, ciphers and the keys of its
 * session tickets. One for all loops, so a client resumes its session on whichever it meets.
 * Immutable and counted; any thread. Reload makes a new one; connections keep theirs.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "base/buf.h"

#include <openssl/types.h>

struct config_listener;
struct tls;

/* From the PEM files of l. old, if there is one, passes on its ticket keys, so that clients
 * resume sessions across a reload. Errors: -E_CONFIG with a line in errors, -E_NOMEM.
 * Owns: *out holds one reference. Thread: any. */
int tls_new(const struct config_listener *l, const struct tls *old, struct tls **out,
	    struct buf *errors) MUST_USE;
struct tls *tls_ref(struct tls *t);
void tls_unref(struct tls *t); /* NULL is allowed */

/* The server's side of a new connection, without a way to its peer yet. NULL: no memory.
 * Owns: the caller frees it. Thread: any. */
SSL *tls_accept(const struct tls *t) MUST_USE;

#endif
