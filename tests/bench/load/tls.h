/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * TLS of one connection of the load, on its socket. Certificates are not looked at. Buffers
 * are given back between records, so that a client at rest costs some 20 KB here, too.
 */
#ifndef LOAD_TLS_H
#define LOAD_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tls;

/* The client's side, on a connected socket. Exits when memory is short. */
struct tls *tls_new(int fd);
void tls_free(struct tls *tls);

/* As recv and send, and the handshake meanwhile: -1 with EAGAIN when the socket has to become
 * readable first. One record is received at a time. */
ssize_t tls_receive(struct tls *tls, void *bytes, size_t bytes_n);
ssize_t tls_send(struct tls *tls, const void *bytes, size_t bytes_n);

/* The handshake is over: sending waits for nothing but room. */
bool tls_is_open(const struct tls *tls);

#endif
