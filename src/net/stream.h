/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes in and out of one peer, whatever carries them: a TCP or Unix socket, TLS on top of it,
 * or memory in tests. Embedded in its connection; belongs to the loop it is attached to.
 */
#ifndef NET_STREAM_H
#define NET_STREAM_H

#include "base/str.h"

#include <sys/types.h>
#include <sys/uio.h>

struct loop;
struct stream;
struct stream_tls;

enum { STREAM_READ = 1, STREAM_WRITE = 2 };

/* pause_ms of what crosses a process border: as long as a busy peer may take to wake up. */
enum { STREAM_PAUSE_MS = 2 };

struct stream_ops {
	/* Bytes read, 0: nothing there now. Errors: -E_GONE at the end or on a broken peer. */
	ssize_t (*read)(struct stream *s, void *into, size_t n);
	/* Bytes taken, 0: no room now; then the same bytes must come first the next time.
	 * Errors: -E_GONE. */
	ssize_t (*writev)(struct stream *s, const struct iovec *parts, int n);
	/* Bytes are waiting inside that no event will announce (TLS). */
	bool (*has_pending)(const struct stream *s);
	void (*end)(struct stream *s); /* nothing more will be written */
	void (*close)(struct stream *s);
	bool is_secure;
	uint8_t pause_ms; /* in which a peer reads what was written; 0: at once (memory) */
};

struct stream {
	const struct stream_ops *ops;
	struct loop *loop;
	void *state;                                  /* of what carries the bytes */
	struct stream_tls *tls;                       /* NULL: nothing in between */
	void (*on_ready)(struct stream *s, int what); /* STREAM_READ | STREAM_WRITE */
	int fd;                                       /* -1: memory */
	uint8_t watch;                                /* what it waits for */
	uint8_t below;   /* what has to be ready below for that */
	uint8_t swapped; /* which of the two has to wait for the other (TLS) */
};

/* Take over fd (non-blocking). */
void stream_open_fd(struct stream *s, struct loop *l, int fd,
		    void (*on_ready)(struct stream *s, int what));

/* Wait for these (replaces what was waited for); bytes that wait inside are announced, too.
 * Errors: -E_NOMEM. */
int stream_watch(struct stream *s, int what) MUST_USE;

/* Whoever reads has read enough for this turn: bytes that wait inside are announced with the
 * next one. */
void stream_yield(struct stream *s);

/* For ops: STREAM_READ: what is to be read comes only when something can be written;
 * STREAM_WRITE: the other way round. Errors: -E_NOMEM. */
int stream_swap(struct stream *s, int swapped) MUST_USE;

/* For what carries the bytes: ready below for these; tells on_ready what it means above. */
void stream_ready(struct stream *s, int below);

/* Leave one loop, join another, for hand-over; nothing is watched in between. */
void stream_detach(struct stream *s);
void stream_attach(struct stream *s, struct loop *l);

void stream_close(struct stream *s);

#endif
