/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TLS on a memory stream, against OpenSSL's own client: no socket, every cut under control. */
#include "net/stream_tls.h"

#include "base/errors.h"
#include "config/config.h"
#include "net/loop.h"
#include "net/stream_memory.h"
#include "net/tls.h"
#include "unit/net/certificate.h"
#include "unit/net/suites.h"

#include <openssl/ssl.h>
#include <stdlib.h>

enum { APPLICATION_DATA = 23 };

static struct clock_hand hand;
static struct loop *loop;
static struct stream stream;
static struct stream_memory memory;
static struct certificate files;
static struct tls *tls;
static SSL_CTX *client_ctx;
static SSL *client;
static struct buf got, sent; /* by the server as text; by the client as records */
static bool is_gone, reads_once;
static int told;

static void
on_ready(struct stream *s, int what)
{
	char text[65536];
	ssize_t n;

	told |= what;
	if (!(what & STREAM_READ))
		return;
	do {
		n = s->ops->read(s, text, sizeof(text));
		if (n > 0)
			buf_add(&got, text, (size_t)n);
		is_gone |= n < 0;
	} while (!is_gone && !reads_once && s->ops->has_pending(s));
}

static void
new_client(const char *alpn, size_t alpn_n)
{
	client = SSL_new(client_ctx);
	SSL_set_bio(client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	BIO_set_mem_eof_return(SSL_get_rbio(client), -1);
	SSL_set_alpn_protos(client, (const unsigned char *)alpn, (unsigned)alpn_n);
	SSL_set_connect_state(client);
}

static void
set_up(void)
{
	char name[] = "test";
	struct config_listener l = {.name = name};
	struct buf errors = BUF_INIT;

	certificate_make(&files);
	l.tls_certificate = files.certificate;
	l.tls_key = files.key;
	ck_assert_int_eq(tls_new(&l, NULL, &tls, &errors), 0);
	loop = loop_new(0, clock_of_hand(&hand), NULL);
	stream_open_memory(&stream, loop, &memory, on_ready);
	client_ctx = SSL_CTX_new(TLS_client_method());
	new_client("\x02h2\x08http/1.1", 12);
	is_gone = reads_once = false;
	told = 0;
}

static void
tear_down(void)
{
	stream_close(&stream);
	buf_fini(&memory.to_server);
	buf_fini(&memory.to_client);
	buf_fini(&got);
	buf_fini(&sent);
	SSL_free(client);
	SSL_CTX_free(client_ctx);
	tls_unref(tls);
	loop_free(loop);
	certificate_remove(&files);
}

static void
secure(struct str early)
{
	ck_assert_int_eq(stream_secure(&stream, tls, early), 0);
	ck_assert(stream.ops->is_secure);
	ck_assert_int_eq(stream_watch(&stream, STREAM_READ), 0);
}

/* What the client has to say, as bytes. */
static void
take_from_client(void)
{
	char bytes[4096];
	int n;

	while ((n = BIO_read(SSL_get_wbio(client), bytes, sizeof(bytes))) > 0)
		buf_add(&sent, bytes, (size_t)n);
}

/* At most step bytes at once, in both directions, until nobody has anything to say. */
static void
exchange(size_t step)
{
	char text[1];

	for (;;) {
		struct str to_server, to_client = buf_str(&memory.to_client);
		size_t n = to_client.len < step ? to_client.len : step;

		if (n)
			ck_assert_int_eq(
				BIO_write(SSL_get_rbio(client), to_client.ptr, (int)n),
				(int)n);
		buf_drop(&memory.to_client, n);
		if (!SSL_is_init_finished(client))
			SSL_do_handshake(client);
		else
			SSL_peek(client, text, 1); /* takes tickets in */
		take_from_client();
		to_server = buf_str(&sent);
		if (!n && !to_server.len)
			return;
		to_server.len = to_server.len < step ? to_server.len : step;
		if (to_server.len)
			stream_memory_write(&memory, to_server);
		buf_drop(&sent, to_server.len);
	}
}

static void
client_says(const char *text)
{
	ck_assert_int_eq(SSL_write(client, text, (int)strlen(text)), (int)strlen(text));
	exchange(SIZE_MAX);
}

static void
expect_got(const char *text)
{
	ck_assert(str_eq(buf_str(&got), str_from(text)));
	buf_clear(&got);
}

static void
expect_at_client(const char *text, size_t n)
{
	char *seen = malloc(n + 1);
	size_t at = 0;
	int read;

	exchange(SIZE_MAX);
	while (at < n && (read = SSL_read(client, seen + at, (int)(n + 1 - at))) > 0)
		at += (size_t)read;
	ck_assert_uint_eq(at, n);
	ck_assert_mem_eq(seen, text, n);
	free(seen);
}

static ssize_t
server_says(const char *text)
{
	struct iovec part = {(void *)(uintptr_t)text, strlen(text)};

	return stream.ops->writev(&stream, &part, 1);
}

static int
records_waiting(void)
{
	struct str rest = buf_str(&memory.to_client);
	int n = 0;

	while (rest.len) {
		const unsigned char *head = (const unsigned char *)rest.ptr;

		ck_assert_uint_ge(rest.len, 5);
		n += head[0] == APPLICATION_DATA;
		rest = str_skip(rest, 5 + ((size_t)head[3] << 8 | head[4]));
	}
	return n;
}

START_TEST(what_is_said_arrives_however_it_is_cut)
{
	static const size_t steps[] = {1, 2, 7, 100, SIZE_MAX};
	const unsigned char *alpn;
	unsigned alpn_n;

	secure((struct str){NULL, 0});
	exchange(steps[_i]);
	ck_assert(SSL_is_init_finished(client));
	ck_assert(!is_gone);
	SSL_get0_alpn_selected(client, &alpn, &alpn_n);
	ck_assert(str_eq((struct str){(const char *)alpn, alpn_n}, STR("http/1.1")));
	ck_assert_int_eq(SSL_write(client, "question", 8), 8);
	exchange(steps[_i]);
	expect_got("question");
	ck_assert_int_eq(server_says("answer"), 6);
	expect_at_client("answer", 6);
	ck_assert_uint_eq(counter_get(&loop->counters, COUNTER_TLS_HANDSHAKES), 1);
	ck_assert_uint_eq(counter_get(&loop->counters, COUNTER_TLS_FAILURES), 0);
}
END_TEST

START_TEST(bytes_that_were_read_before_begin_the_handshake)
{
	SSL_do_handshake(client);
	take_from_client();
	secure(buf_str(&sent));
	buf_clear(&sent);
	ck_assert(stream.ops->has_pending(&stream));
	loop_turn(loop, false); /* no descriptor will announce them */
	ck_assert_int_eq(told, STREAM_READ);
	exchange(SIZE_MAX);
	client_says("question");
	expect_got("question");
}
END_TEST

START_TEST(parts_of_a_turn_leave_as_one_record)
{
	struct iovec parts[40];
	char text[40 * 3];

	secure((struct str){NULL, 0});
	exchange(SIZE_MAX);
	for (size_t i = 0; i < 40; i++) {
		memcpy(text + i * 3, "ab ", 3);
		parts[i] = (struct iovec){text + i * 3, i % 10 == 5 ? 0 : 3};
	}
	ck_assert_int_eq(stream.ops->writev(&stream, parts, 40), 36 * 3);
	ck_assert_int_eq(records_waiting(), 1);
	expect_at_client(text, 36 * 3);
}
END_TEST

START_TEST(what_is_more_leaves_in_records_of_16_kilobytes)
{
	char *text = malloc(40000);
	struct iovec parts[] = {{text, 5000}, {text + 5000, 30000}, {text + 35000, 5000}};

	for (size_t i = 0; i < 40000; i++)
		text[i] = (char)('a' + i % 23);
	secure((struct str){NULL, 0});
	exchange(SIZE_MAX);
	ck_assert_int_eq(stream.ops->writev(&stream, parts, 3), 40000);
	ck_assert_int_eq(records_waiting(), 3);
	expect_at_client(text, 40000);
	free(text);
}
END_TEST

START_TEST(a_record_that_found_no_room_goes_on_where_it_stopped)
{
	char *text = malloc(60000);
	size_t offered = 20000, done = 0;
	struct buf kept = BUF_INIT;

	for (size_t i = 0; i < 60000; i++)
		text[i] = (char)('a' + i % 23);
	secure((struct str){NULL, 0});
	exchange(SIZE_MAX);
	memory.window_bytes = 700;
	while (done < 60000) {
		struct iovec parts[] = {{text + done, (offered - done) / 2},
					{text + done + (offered - done) / 2,
					 offered - done - (offered - done) / 2}};
		ssize_t n = stream.ops->writev(&stream, parts, 2);

		ck_assert_int_ge(n, 0);
		done += (size_t)n;
		ck_assert_uint_le(memory.to_client.len, 700);
		buf_add_str(&kept, buf_str(&memory.to_client));
		buf_clear(&memory.to_client);
		offered = offered + 1000 < 60000 ? offered + 1000
						 : 60000; /* the queue grows */
	}
	memory.window_bytes = SIZE_MAX / 4;
	buf_add_str(&memory.to_client, buf_str(&kept));
	expect_at_client(text, 60000);
	buf_fini(&kept);
	free(text);
}
END_TEST

START_TEST(reading_that_has_to_write_first_waits_for_room)
{
	secure((struct str){NULL, 0});
	memory.window_bytes = 10;
	exchange(SIZE_MAX); /* the server's half of the handshake does not fit */
	ck_assert_int_eq(stream.watch, STREAM_READ);
	ck_assert_int_eq(stream.below, STREAM_WRITE);
	ck_assert(!stream.ops->has_pending(&stream));
	memory.window_bytes = SIZE_MAX / 4;
	told = 0;
	stream_memory_read(&memory, 0);
	ck_assert_int_eq(told, STREAM_READ);
	ck_assert_int_eq(stream.below, STREAM_READ);
	exchange(SIZE_MAX);
	client_says("question");
	expect_got("question");
}
END_TEST

START_TEST(records_left_inside_are_announced_when_reading_goes_on)
{
	secure((struct str){NULL, 0});
	exchange(SIZE_MAX);
	reads_once = true;
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(SSL_write(client, "abc", 3), 3);
	exchange(SIZE_MAX);
	expect_got("abc");
	ck_assert(stream.ops->has_pending(&stream));
	ck_assert_int_eq(stream_watch(&stream, 0), 0);
	loop_turn(loop, false);
	expect_got("");
	reads_once = false;
	ck_assert_int_eq(stream_watch(&stream, STREAM_READ), 0);
	loop_turn(loop, false);
	expect_got("abcabc");
	ck_assert(!stream.ops->has_pending(&stream));
}
END_TEST

START_TEST(nothing_is_written_before_the_handshake_is_done)
{
	secure((struct str){NULL, 0});
	ck_assert_int_eq(server_says("HTTP/1.1 408"), -E_GONE);
	stream.ops->end(&stream);
	ck_assert_uint_eq(memory.to_client.len, 0);
	ck_assert(memory.server_ended);
}
END_TEST

START_TEST(a_client_without_tls_is_gone_without_an_answer)
{
	secure((struct str){NULL, 0});
	stream_memory_write(&memory, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
	ck_assert(is_gone);
	ck_assert_uint_eq(memory.to_client.len, 0);
	ck_assert_int_eq(server_says("x"), -E_GONE);
	ck_assert_int_eq(stream.ops->read(&stream, &(char){0}, 1), -E_GONE);
	stream.ops->end(&stream);
	ck_assert_uint_eq(memory.to_client.len, 0);
	ck_assert_uint_eq(counter_get(&loop->counters, COUNTER_TLS_FAILURES), 1);
}
END_TEST

START_TEST(a_handshake_that_is_given_up_has_failed)
{
	secure((struct str){NULL, 0});
	stream_memory_write(&memory, STR("\x16\x03\x01\x02"));
	ck_assert(!is_gone);
	stream_close(&stream);
	ck_assert_uint_eq(counter_get(&loop->counters, COUNTER_TLS_FAILURES), 1);
	buf_fini(&memory.to_server);
	stream_open_memory(&stream, loop, &memory, on_ready); /* for tear_down to close */
}
END_TEST

START_TEST(a_client_that_wants_another_protocol_is_told)
{
	SSL_free(client);
	new_client("\x02h2", 3);
	secure((struct str){NULL, 0});
	exchange(SIZE_MAX);
	ck_assert(is_gone);
	ck_assert(!SSL_is_init_finished(client));
	ck_assert_uint_eq(counter_get(&loop->counters, COUNTER_TLS_FAILURES), 1);
}
END_TEST

START_TEST(tls_1_1_is_refused)
{
	SSL_set_security_level(client, 0);
	SSL_set_min_proto_version(client, TLS1_VERSION);
	SSL_set_max_proto_version(client, TLS1_1_VERSION);
	secure((struct str){NULL, 0});
	exchange(SIZE_MAX);
	ck_assert(is_gone);
	ck_assert(!SSL_is_init_finished(client));
}
END_TEST

START_TEST(the_end_is_said_in_tls_both_ways)
{
	char text[8];

	secure((struct str){NULL, 0});
	exchange(SIZE_MAX);
	server_says("last");
	stream.ops->end(&stream);
	ck_assert(memory.server_ended);
	expect_at_client("last", 4);
	ck_assert_int_eq(SSL_read(client, text, sizeof(text)), 0);
	ck_assert_int_eq(SSL_get_shutdown(client), SSL_RECEIVED_SHUTDOWN);
	ck_assert(!is_gone);
	SSL_shutdown(client);
	exchange(SIZE_MAX);
	ck_assert(is_gone);
}
END_TEST

START_TEST(a_client_that_has_ended_can_still_be_answered)
{
	secure((struct str){NULL, 0});
	exchange(SIZE_MAX);
	client_says("question");
	stream_memory_end(&memory);
	ck_assert(is_gone);
	ck_assert_int_eq(server_says("answer"), 6);
	expect_at_client("answer", 6);
}
END_TEST

START_TEST(it_goes_on_at_another_loop)
{
	struct loop *other = loop_new(1, clock_of_hand(&hand), NULL);

	secure((struct str){NULL, 0});
	exchange(SIZE_MAX);
	reads_once = true;
	ck_assert_int_eq(SSL_write(client, "one ", 4), 4);
	ck_assert_int_eq(SSL_write(client, "two ", 4), 4);
	exchange(SIZE_MAX);
	reads_once = false;
	stream_detach(&stream);
	stream_attach(&stream, other);
	ck_assert_int_eq(stream_watch(&stream, STREAM_READ), 0);
	loop_turn(loop, false);
	expect_got("one ");
	loop_turn(other, false);
	expect_got("two ");
	client_says("three");
	expect_got("three");
	stream_close(&stream);
	loop_free(other);
	buf_fini(&memory.to_server);
	buf_fini(&memory.to_client);
	stream_open_memory(&stream, loop, &memory, on_ready);
}
END_TEST

Suite *
stream_tls_suite(void)
{
	Suite *s = suite_create("stream_tls");
	TCase *t = tcase_create("stream_tls");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, what_is_said_arrives_however_it_is_cut, 0, 5);
	tcase_add_test(t, bytes_that_were_read_before_begin_the_handshake);
	tcase_add_test(t, parts_of_a_turn_leave_as_one_record);
	tcase_add_test(t, what_is_more_leaves_in_records_of_16_kilobytes);
	tcase_add_test(t, a_record_that_found_no_room_goes_on_where_it_stopped);
	tcase_add_test(t, reading_that_has_to_write_first_waits_for_room);
	tcase_add_test(t, records_left_inside_are_announced_when_reading_goes_on);
	tcase_add_test(t, nothing_is_written_before_the_handshake_is_done);
	tcase_add_test(t, a_client_without_tls_is_gone_without_an_answer);	tcase_add_test(t, a_handshake_that_is_given_up_has_failed);
	tcase_add_test(t, a_client_that_wants_another_protocol_is_told);
	tcase_add_test(t, tls_1_1_is_refused);
	tcase_add_test(t, the_end_is_said_in_tls_both_ways);
	tcase_add_test(t, a_client_that_has_ended_can_still_be_answered);
	tcase_add_test(t, it_goes_on_at_another_loop);
	suite_add_tcase(s, t);
	return s;
}
