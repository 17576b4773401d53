/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS between a stream and what carries it. What is written in one call leaves in as few records
 * as possible; buffers exist only while bytes are in flight. The handshake happens while reading;
 * before its end nothing can be written. It moves between loops with its stream.
 */
#ifndef NET_STREAM_TLS_H
#define NET_STREAM_TLS_H

#include "net/stream.h"

struct tls;

/* Speak TLS on an open stream from here on. early: bytes of the peer that were read already
 * (copied). Errors: -E_NOMEM; the stream is as it was. Thread: the stream's loop. */
int stream_secure(struct stream *s, const struct tls *tls, struct str early) MUST_USE;

/* If it waits for bytes and has some inside: say so at the end of the turn, or of the next one
 * for who has read enough in this, as no descriptor will. Hush: not any more. */
void stream_tls_announce(struct stream *s);
void stream_tls_announce_next(struct stream *s);
void stream_tls_hush(struct stream *s);

#endif
