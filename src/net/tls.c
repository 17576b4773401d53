/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/tls.h"

#include "base/errors.h"
#include "config/config.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct tls {
	atomic_uint refs;
	SSL_CTX *ctx;
};

/* TLS 1.2 with forward secrecy and authenticated encryption only (RFC 9325 4.2); 1.3 has
 * nothing else. */
static const char ciphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

/* Name and length, as they stand in the extension. Source: RFC 7301 3.1. */
static const unsigned char alpn[] = "\x08http/1.1";

/* A client that offers only what we do not speak is told so, instead of being misunderstood. */
static int
choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_n,
		const unsigned char *offer, unsigned offer_n, void *arg)
{
	unsigned char *chosen;

	(void)ssl;
	(void)arg;
	if (SSL_select_next_proto(&chosen, out_n, alpn, sizeof(alpn) - 1, offer,
				  offer_n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

/* Nobody sits at the terminal of a server to type a pass phrase: notes that one was wanted. */
static int
no_pass_phrase(char *into, int n, int is_writing, void *wanted)
{
	(void)into;
	(void)n;
	(void)is_writing;
	*(bool *)wanted = true;
	return -1;
}

static bool
set_up(SSL_CTX *ctx)
{
	SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
					 SSL_OP_PRIORITIZE_CHACHA |
					 SSL_OP_CIPHER_SERVER_PREFERENCE |
					 /* HTTP and WebSocket know their own ends */
					 SSL_OP_IGNORE_UNEXPECTED_EOF);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
				      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ctx, 1); /* a record costs one system call, not two */
	/* tickets, not a cache: nothing is kept here, so loops share nothing */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_cipher_list(ctx, ciphers) == 1;
}

static int
complain(const struct config_listener *l, const char *key, const char *file,
	 const char *why, struct buf *errors)
{
	buf_printf(errors, "listener %s: %s: %s: %s\n", l->name, key, file, why);
	return -E_CONFIG;
}

/* OpenSSL tells badly why a file cannot be read. */
static int
check_readable(const struct config_listener *l, const char *key, const char *file,
	       struct buf *errors)
{
	FILE *f = fopen(file, "re");

	if (!f)
		return complain(l, key, file, strerror(errno), errors);
	fclose(f);
	return 0;
}

/* What OpenSSL's TLS part objects to (such as too small a key) in its words; about files that
 * it cannot make sense of it has none that help. */
static const char *
reason(const char *no_sense)
{
	unsigned long code = ERR_peek_error();
	const char *text = ERR_GET_LIB(code) == ERR_LIB_SSL
				   ? ERR_reason_error_string(code)
				   : NULL;

	if (ERR_GET_LIB(code) == ERR_LIB_X509 &&
	    ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH)
		return "does not fit the certificate";
	return text ? text : no_sense;
}

static int
load(SSL_CTX *ctx, const struct config_listener *l, struct buf *errors)
{
	const char *certificate = l->tls_certificate, *key = l->tls_key;
	bool wants_phrase = false;
	int done;

	if (check_readable(l, "tls_certificate", certificate, errors) ||
	    check_readable(l, "tls_key", key, errors))
		return -E_CONFIG;
	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1)
		return complain(l, "tls_certificate", certificate,
				reason("no PEM certificate in it"), errors);
	ERR_clear_error();
	SSL_CTX_set_default_passwd_cb(ctx, no_pass_phrase);
	SSL_CTX_set_default_passwd_cb_userdata(ctx, &wants_phrase);
	done = SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1 &&
	       SSL_CTX_check_private_key(ctx) == 1;
	SSL_CTX_set_default_passwd_cb_userdata(ctx, NULL);
	if (wants_phrase)
		return complain(l, "tls_key", key, "must not need a pass phrase", errors);
	return done ? 0
		    : complain(l, "tls_key", key, reason("no PEM private key in it"),
			       errors);
}

static bool
pass_on_ticket_keys(SSL_CTX *from, SSL_CTX *to)
{
	unsigned char keys[256];
	long n = SSL_CTX_get_tlsext_ticket_keys(from, NULL, 0);
	bool done = n > 0 && n <= (long)sizeof(keys) &&
		    SSL_CTX_get_tlsext_ticket_keys(from, keys, n) == 1 &&
		    SSL_CTX_set_tlsext_ticket_keys(to, keys, n) == 1;

	OPENSSL_cleanse(keys, sizeof(keys));
	return done;
}

int
tls_new(const struct config_listener *l, const struct tls *old, struct tls **out,
	struct buf *errors)
{
	struct tls *t = calloc(1, sizeof(*t));
	int error = 0;

	if (!t)
		return -E_NOMEM;
	atomic_init(&t->refs, 1);
	t->ctx = SSL_CTX_new(TLS_server_method());
	if (!t->ctx || !set_up(t->ctx))
		error = -E_NOMEM;
	if (!error)
		error = load(t->ctx, l, errors);
	if (!error && old && !pass_on_ticket_keys(old->ctx, t->ctx))
		error = -E_NOMEM;
	ERR_clear_error();
	if (error) {
		tls_unref(t);
		return error;
	}
	*out = t;
	return 0;
}

struct tls *
tls_ref(struct tls *t)
{
	atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void
tls_unref(struct tls *t)
{
	if (!t || atomic_fetch_sub(&t->refs, 1) != 1)
		return;
	SSL_CTX_free(t->ctx);
	free(t);
}

SSL *
tls_accept(const struct tls *t)
{
	SSL *ssl = SSL_new(t->ctx);

	if (ssl)
		SSL_set_accept_state(ssl);
	return ssl;
}
