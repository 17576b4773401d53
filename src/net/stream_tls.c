/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/stream_tls.h"

#include "base/errors.h"
#include "base/log.h"
#include "net/loop.h"
#include "net/tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>

struct stream_tls {
	SSL *ssl;
	const struct stream_ops *below; /* what carries the records */
	char *early;                    /* of the peer, read before TLS began */
	size_t early_n, early_used;
	struct loop_job announce;
	struct stream *stream; /* it belongs to, for the job */
	bool is_at_end;        /* below */
	bool is_open;          /* the handshake is done */
	bool is_broken;        /* no further word */
	bool is_dry;           /* what is inside is less than a record */
};

/* --- how OpenSSL reaches the peer: through the ops below ------------------------------------ */

static int
bio_read(BIO *b, char *into, int n)
{
	struct stream *s = BIO_get_data(b);
	struct stream_tls *t = s->tls;
	ssize_t got;

	BIO_clear_retry_flags(b);
	if (t->early) {
		size_t left = t->early_n - t->early_used;
		size_t taken = left < (size_t)n ? left : (size_t)n;

		memcpy(into, t->early + t->early_used, taken);
		t->early_used += taken;
		if (taken == left) {
			free(t->early);
			t->early = NULL;
		}
		return (int)taken;
	}
	got = t->below->read(s, into, (size_t)n);
	if (got > 0)
		return (int)got;
	if (got < 0) {
		t->is_at_end = true;
		return 0;
	}
	BIO_set_retry_read(b);
	return -1;
}

static int
bio_write(BIO *b, const char *bytes, int n)
{
	struct stream *s = BIO_get_data(b);
	struct iovec part = {(void *)(uintptr_t)bytes, (size_t)n};
	ssize_t sent = s->tls->below->writev(s, &part, 1);

	BIO_clear_retry_flags(b);
	if (sent > 0)
		return (int)sent;
	if (sent == 0)
		BIO_set_retry_write(b);
	return -1;
}

static long
bio_ctrl(BIO *b, int command, long n, void *arg)
{
	const struct stream *s = BIO_get_data(b);

	(void)n;
	(void)arg;
	if (command == BIO_CTRL_EOF)
		return s->tls->is_at_end;
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *bio_method;

static void
make_bio_method(void)
{
	bio_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
	if (!bio_method)
		return;
	BIO_meth_set_read(bio_method, bio_read);
	BIO_meth_set_write(bio_method, bio_write);
	BIO_meth_set_ctrl(bio_method, bio_ctrl);
}

static BIO *
new_bio(struct stream *s)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	BIO *b;

	pthread_once(&once, make_bio_method);
	b = bio_method ? BIO_new(bio_method) : NULL;
	if (!b)
		return NULL;
	BIO_set_data(b, s);
	BIO_set_init(b, 1);
	return b;
}

/* --- the ops above -------------------------------------------------------------------------- */

static ssize_t
break_off(struct stream *s)
{
	struct stream_tls *t = s->tls;
	const char *why = ERR_reason_error_string(ERR_peek_error());

	if (!t->is_broken && !t->is_open) {
		counter_add(&s->loop->counters, COUNTER_TLS_FAILURES, 1);
		log_debug("handshake failed", "why=\"%s\"", why ? why : "the peer left");
	}
	t->is_broken = true;
	return -E_GONE;
}

/* What OpenSSL answered in this direction: nothing now, or never again. */
static ssize_t
stop(struct stream *s, int direction, int answer)
{
	int swapped = s->swapped & ~direction;

	switch (SSL_get_error(s->tls->ssl, answer)) {
	case SSL_ERROR_WANT_READ:
		swapped |= direction & STREAM_WRITE;
		break;
	case SSL_ERROR_WANT_WRITE:
		swapped |= direction & STREAM_READ;
		break;
	case SSL_ERROR_ZERO_RETURN:
		return s->tls->is_open ? -E_GONE : break_off(s);
	default:
		return break_off(s);
	}
	return stream_swap(s, swapped);
}

static ssize_t
tls_read(struct stream *s, void *into, size_t n)
{
	struct stream_tls *t = s->tls;
	size_t got;
	int answer;

	if (t->is_broken)
		return -E_GONE;
	ERR_clear_error();
	answer = SSL_read_ex(t->ssl, into, n, &got);
	t->is_dry = answer != 1;
	if (!t->is_open && SSL_is_init_finished(t->ssl)) {
		t->is_open = true;
		counter_add(&s->loop->counters, COUNTER_TLS_HANDSHAKES, 1);
	}
	if (answer != 1)
		return stop(s, STREAM_READ, answer);
	return stream_swap(s, s->swapped & ~STREAM_READ) ? -E_GONE : (ssize_t)got;
}

/* Parts that are still to be written: at bytes of the first are gone. */
struct rest {
	const struct iovec *parts;
	int n;
	size_t at;
};

static void
advance(struct rest *r, size_t n)
{
	r->at += n;
	while (r->n && r->at >= r->parts->iov_len) {
		r->at -= r->parts->iov_len;
		r->parts++;
		r->n--;
	}
}

enum { RECORD_BYTES = SSL3_RT_MAX_PLAIN_LENGTH };

/* The next record's bytes: where they are when they are in one piece, else side by side.
 * A record that found no room is offered again with the same bytes first, perhaps more. */
static struct str
next_record(const struct rest *r)
{
	static _Thread_local char joined[RECORD_BYTES];
	size_t first = r->parts->iov_len - r->at, len = 0;

	if (r->n == 1 || first >= RECORD_BYTES)
		return (struct str){(const char *)r->parts->iov_base + r->at,
				    first < RECORD_BYTES ? first : RECORD_BYTES};
	for (int i = 0; i < r->n && len < RECORD_BYTES; i++) {
		size_t gone = i == 0 ? r->at : 0, part = r->parts[i].iov_len - gone;

		if (part > RECORD_BYTES - len)
			part = RECORD_BYTES - len;
		memcpy(joined + len, (const char *)r->parts[i].iov_base + gone, part);
		len += part;
	}
	return (struct str){joined, len};
}

static ssize_t
tls_writev(struct stream *s, const struct iovec *parts, int n)
{
	struct stream_tls *t = s->tls;
	struct rest rest = {parts, n, 0};
	ssize_t total = 0;

	if (!t->is_open || t->is_broken)
		return -E_GONE;
	for (advance(&rest, 0); rest.n;) {
		struct str record = next_record(&rest);
		size_t taken;
		int answer;

		ERR_clear_error();
		answer = SSL_write_ex(t->ssl, record.ptr, record.len, &taken);
		if (answer != 1) {
			ssize_t error = stop(s, STREAM_WRITE, answer);

			return total ? total : error;
		}
		total += (ssize_t)taken;
		advance(&rest, taken);
	}
	return stream_swap(s, s->swapped & ~STREAM_WRITE) ? -E_GONE : total;
}

static bool
tls_has_pending(const struct stream *s)
{
	const struct stream_tls *t = s->tls;

	return !t->is_dry && !t->is_broken && (t->early || SSL_has_pending(t->ssl));
}

static void
on_announce(struct loop_job *j)
{
	stream_ready(CONTAINER_OF(j, struct stream_tls, announce)->stream, STREAM_READ);
}

void
stream_tls_announce(struct stream *s)
{
	if (s->watch & STREAM_READ && tls_has_pending(s))
		loop_at_end(s->loop, &s->tls->announce);
}

void
stream_tls_announce_next(struct stream *s)
{
	if (s->watch & STREAM_READ && tls_has_pending(s))
		loop_at_next_end(s->loop, &s->tls->announce);
}

void
stream_tls_hush(struct stream *s)
{
	loop_job_cancel(&s->tls->announce);
}

static void
tls_end(struct stream *s)
{
	struct stream_tls *t = s->tls;

	ERR_clear_error();
	if (t->is_open && !t->is_broken)
		SSL_shutdown(t->ssl); /* should it find no room, the end below must do */
	t->below->end(s);
}

static void
tls_close(struct stream *s)
{
	struct stream_tls *t = s->tls;

	if (!t->is_open && !t->is_broken) /* we gave it up */
		counter_add(&s->loop->counters, COUNTER_TLS_FAILURES, 1);
	t->below->close(s);
	SSL_free(t->ssl);
	free(t->early);
	free(t);
	s->tls = NULL;
}

static const struct stream_ops tls_ops = {
	.read = tls_read,
	.writev = tls_writev,
	.has_pending = tls_has_pending,
	.end = tls_end,
	.close = tls_close,
	.is_secure = true,
	.pause_ms = STREAM_PAUSE_MS,
};

int
stream_secure(struct stream *s, const struct tls *tls, struct str early)
{
	struct stream_tls *t = calloc(1, sizeof(*t));
	BIO *b = new_bio(s);

	if (!t || !b)
		goto fail;
	t->below = s->ops;
	t->ssl = tls_accept(tls);
	if (!t->ssl)
		goto fail;
	if (early.len) {
		t->early = malloc(early.len);
		if (!t->early)
			goto fail;
		memcpy(t->early, early.ptr, early.len);
		t->early_n = early.len;
	}
	loop_job_init(&t->announce, on_announce);
	t->stream = s;
	SSL_set_bio(t->ssl, b, b);
	s->tls = t;
	s->ops = &tls_ops;
	return 0;
fail:
	if (t)
		SSL_free(t->ssl);
	BIO_free(b);
	free(t);
	return -E_NOMEM;
}
