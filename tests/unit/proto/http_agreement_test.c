/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parser asks llhttp about few heads only: here all that it accepts are shown to it. */
#include "unit/proto/http_agreement.h"

#include "base/buf.h"
#include "unit/proto/suites.h"

static const struct http_limits limits = {4096, 1024, 32, UINT64_MAX};

/* Is it accepted? Then llhttp accepts the same. */
static bool
is_accepted(struct str text)
{
	struct http_parser *p = http_parser_new(&limits);
	enum http_event event;
	struct str body;
	long used;
	bool is_head;

	ck_assert_ptr_nonnull(p);
	used = http_parser_feed(p, text.ptr, text.len, &event, &body);
	is_head = used > 0 && event == HTTP_HEAD_DONE;
	if (is_head)
		ck_assert_msg(http_agreement(http_parser_head(p)), "llhttp differs: %.*s",
			      STR_ARG(text));
	http_parser_free(p);
	return is_head;
}

static const struct str heads[] = {
	STR("POST /p/?EIO=4&sid=a_-1%20 HTTP/1.1\r\nHost: a.b:80\r\nX-Y_z:  v w \r\n"
	    "Connection: keep-alive\r\nContent-Length: 10\r\nE:\r\n\r\n"),
	STR("GET / HTTP/1.1\r\nConnection:close\r\nhost:[::1]\r\n\r\n"),
	STR("OPTIONS * HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
	    "Expect: 100-continue\r\n\r\n"),
	STR("GET /ws HTTP/1.0\r\nConnection: Upgrade, x\r\nUpgrade: websocket\r\n\r\n"),
};

START_TEST(any_byte_in_any_place)
{
	struct str head = heads[_i];
	struct buf text = BUF_INIT;
	unsigned accepted_n = 0;

	ck_assert(is_accepted(head));
	for (size_t at = 0; at < head.len; at++)
		for (unsigned c = 0; c < 256; c++)
			for (size_t cut = 0; cut <= 2; cut++) {
				size_t rest = at + cut < head.len ? at + cut : head.len;

				/* before the byte there, instead of it, of it and the next */
				buf_clear(&text);
				buf_add(&text, head.ptr, at);
				buf_add_char(&text, (char)c);
				buf_add_str(&text, str_skip(head, rest));
				accepted_n += is_accepted(buf_str(&text));
			}
	ck_assert_uint_gt(accepted_n, head.len);
	buf_fini(&text);
}
END_TEST

static const char *const methods[] = {"GET",    "HEAD",  "POST",    "PUT",
				      "DELETE", "PATCH", "OPTIONS", "TRACE"};
static const char *const targets[] = {"/",          "//a",    "/a/../b%2f?x=/?&y",
				      "/?",         "/\\|{}", "/a:1",
				      "/http://a/", "*",      "http://a/"};
static const char *const lines[] = {
	"Content-Length: 0",
	"Content-Length: 18446744073709551615",
	"content-length:\t7",
	"Content-Length:  0012   ",
	"Content-Length:",
	"Content-Lengt: 1",
	"Content-Lengths: 1",
	"Content-Length-: 2, 3",
	"Connection: keep-alive",
	"Connection: Close",
	"Connection: keep-alive, close",
	"connection: Upgrade",
	"Connection:",
	"Connections: upgrade",
	"Connectio: close",
	"Proxy-Connection: close",
	"Proxy-Connection: keep-alive, upgrade",
	"Transfer-Encoding: chunked",
	"Transfer-Encoding: CHUNKED\t",
	"Transfer-Encodin: chunked",
	"Transfer-Encodings: gzip",
	"Upgrade: websocket",
	"Upgrade:",
	"Upgrad: h2c",
	"Upgrades: h2c",
	"Expect: 100-continue",
	"Host: b",
	"X: caf\xc3\xa9\t1",
	"X:",
	"X:   ",
	"X: \"a\", b; c=(d)",
	"c: 1",
	"p: 1",
	"t: 1",
	"u: 1",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A number below n: another one each time, the same ones in each run. */
static size_t
pick(uint64_t *state, size_t n)
{
	*state = *state * 6364136223846793005U + 1442695040888963407U;
	return (size_t)(*state >> 33) % n;
}

START_TEST(lines_in_any_company)
{
	uint64_t state = 1;
	struct buf text = BUF_INIT;
	unsigned accepted_n = 0;

	for (int i = 0; i < 100000; i++) {
		buf_clear(&text);
		buf_printf(&text, "%s %s HTTP/1.%c\r\n",
			   methods[pick(&state, COUNT(methods))],
			   targets[pick(&state, COUNT(targets))],
			   pick(&state, 8) ? '1' : '0');
		buf_add_str(&text, STR("Host: a\r\n"));
		for (size_t n = pick(&state, 5); n > 0; n--)
			buf_printf(&text, "%s\r\n", lines[pick(&state, COUNT(lines))]);
		buf_add_str(&text, STR("\r\n"));
		accepted_n += is_accepted(buf_str(&text));
	}
	ck_assert_uint_gt(accepted_n, 20000);
	ck_assert_uint_lt(accepted_n, 80000);
	buf_fini(&text);
}
END_TEST

Suite *
http_agreement_suite(void)
{
	Suite *s = suite_create("http_agreement");
	TCase *t = tcase_create("http_agreement");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, any_byte_in_any_place, 0, (int)COUNT(heads));
	tcase_add_test(t, lines_in_any_company);
	suite_add_tcase(s, t);
	return s;
}
