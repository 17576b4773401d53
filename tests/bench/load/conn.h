/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One TCP connection of the load and the epoll loop that serves all of them: connects from a
 * chosen loopback address, hands received bytes up, joins what is queued while they are
 * handled into one send. One thread. Open it anew only after its end or from up->closed.
 */
#ifndef LOAD_CONN_H
#define LOAD_CONN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn;
struct tls;

struct conn_up {
	void (*connected)(struct conn *conn);
	/* Returns how many of the bytes were used; the rest comes again with more behind it. */
	size_t (*bytes)(struct conn *conn, char *bytes, size_t bytes_n);
	void (*closed)(struct conn *conn); /* by the other side or by an error, once */
};

struct conn {
	const struct conn_up *up;
	int fd; /* -1: closed */
	bool connecting, paused, has_tls, discards;
	struct tls *tls; /* once connected, when has_tls */
	uint32_t interest;
	uint64_t received_n; /* bytes since it was opened; with TLS those inside */
	char *rest, *out;    /* received but not used yet; queued but not sent yet */
	uint32_t rest_n, out_n, out_room;
};

/* Bytes that one message may have. */
#define CONN_MESSAGE_MAX (256U * 1024)

/* Make the loop. Exits when the system refuses. */
void conn_loop_open(void);

/* Wait up to timeout_ms and handle what happened. */
void conn_loop_run(int timeout_ms);

/* Monotonic time, read once for each chunk that is received. */
uint64_t conn_now_ns(void);
uint64_t conn_read_clock_ns(void);

struct conn_how {
	const struct sockaddr_in *to;
	unsigned source;   /* comes from 127.0.0.(2 + source) */
	int receive_bytes; /* of the socket's buffer; 0: as the system likes */
	bool has_tls;
};

/* Returns: 0, or -1 with errno. */
int conn_open(struct conn *conn, const struct conn_up *up, const struct conn_how *how);

/* Take n more bytes into the output: where to write them. They are sent by conn_flush or when
 * the handler returns. */
char *conn_reserve(struct conn *conn, size_t n);
void conn_queue(struct conn *conn, const void *bytes, size_t bytes_n);
void conn_flush(struct conn *conn);

/* Read no more from now on. */
void conn_pause(struct conn *conn);

/* Look at nothing from now on, only count: the system throws away what arrives without a copy,
 * and wakes the loop but once in low_water bytes. Not with TLS. Again with 1: for the last ones. */
void conn_discard(struct conn *conn, int low_water);

/* End it from this side; up->closed follows, from which it may be opened anew. */
void conn_end(struct conn *conn);

/* Close without calling up->closed; harmless when closed. */
void conn_close(struct conn *conn);

#endif
