/* SPDX-License-Identifier: GPL-3.0-or-later */
/* OpenSSL as a client on bare sockets: see tls.h. `struct tls` is its SSL. */
#include "tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>

static SSL *
ssl(struct tls *tls)
{
	return (SSL *)tls;
}

static SSL_CTX *
context(void)
{
	static SSL_CTX *shared;

	if (shared)
		return shared;
	shared = SSL_CTX_new(TLS_client_method());
	if (!shared) {
		ERR_print_errors_fp(stderr);
		exit(2);
	}
	SSL_CTX_set_mode(shared, SSL_MODE_RELEASE_BUFFERS |
					 SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(shared, SSL_SESS_CACHE_OFF);
	return shared;
}

struct tls *
tls_new(int fd)
{
	SSL *s = SSL_new(context());

	if (!s || SSL_set_fd(s, fd) != 1) {
		ERR_print_errors_fp(stderr);
		exit(2);
	}
	SSL_set_connect_state(s);
	return (struct tls *)s;
}

void
tls_free(struct tls *tls)
{
	SSL_free(ssl(tls));
}

bool
tls_is_open(const struct tls *tls)
{
	return SSL_is_init_finished((const SSL *)tls);
}

/* What OpenSSL says of a call, in the words of recv and send. */
static ssize_t
outcome(struct tls *tls, int result)
{
	if (result > 0)
		return result;
	switch (SSL_get_error(ssl(tls), result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		errno = EPROTO;
		return -1;
	}
}

ssize_t
tls_receive(struct tls *tls, void *bytes, size_t bytes_n)
{
	ERR_clear_error();
	return outcome(tls, SSL_read(ssl(tls), bytes, (int)bytes_n));
}

ssize_t
tls_send(struct tls *tls, const void *bytes, size_t bytes_n)
{
	ERR_clear_error();
	return outcome(tls, SSL_write(ssl(tls), bytes, (int)bytes_n));
}
