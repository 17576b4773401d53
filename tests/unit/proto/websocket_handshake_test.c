/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The opening handshake, on requests as the HTTP parser reads them. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/websocket.h"

#include <stdio.h>

#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"

static const struct {
	const char *request_line, *headers;
	int expected;
} requests[] = {
	{"GET / HTTP/1.1", UPGRADE KEY VERSION, 0},
	{"GET / HTTP/1.1",
	 "upgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\n" KEY VERSION, 0},
	{"GET / HTTP/1.1", KEY VERSION, -E_HTTP_UPGRADE},
	{"GET / HTTP/1.1", "Upgrade: websocket\r\n" KEY VERSION, -E_HTTP_UPGRADE},
	{"GET / HTTP/1.1", "Upgrade: h2c\r\nConnection: Upgrade\r\n" KEY VERSION,
	 -E_HTTP_UPGRADE},
	{"GET / HTTP/1.0", UPGRADE KEY VERSION, -E_HTTP_UPGRADE},
	{"GET / HTTP/1.1", UPGRADE KEY, -E_HTTP_UPGRADE},
	{"GET / HTTP/1.1", UPGRADE KEY "Sec-WebSocket-Version: 8\r\n", -E_HTTP_UPGRADE},
	{"GET / HTTP/1.1", UPGRADE KEY "Sec-WebSocket-Version: 013\r\n", -E_HTTP_UPGRADE},
	{"GET / HTTP/1.1", UPGRADE KEY VERSION VERSION, -E_HTTP_SYNTAX},
	{"POST / HTTP/1.1", UPGRADE KEY VERSION "Content-Length: 0\r\n", -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1", UPGRADE VERSION, -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1", UPGRADE KEY KEY VERSION, -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1", UPGRADE VERSION "Sec-WebSocket-Key: \r\n", -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1", UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n",
	 -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1",
	 UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZWQ=\r\n",
	 -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1",
	 UPGRADE VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!==\r\n",
	 -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1",
	 UPGRADE KEY VERSION "Sec-WebSocket-Extensions: a; b=\"c\"\r\n"
			     "Sec-WebSocket-Extensions: d,\r\n",
	 0},
	{"GET / HTTP/1.1", UPGRADE KEY VERSION "Sec-WebSocket-Extensions: \r\n",
	 -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1",
	 UPGRADE KEY VERSION "Sec-WebSocket-Extensions: a\r\n"
			     "Sec-WebSocket-Extensions: b c\r\n",
	 -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1",
	 UPGRADE KEY VERSION "Sec-WebSocket-Protocol: chat,, v1.chat ,\r\n"
			     "Sec-WebSocket-Protocol: more\r\n",
	 0},
	{"GET / HTTP/1.1", UPGRADE KEY VERSION "Sec-WebSocket-Protocol: \r\n",
	 -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1", UPGRADE KEY VERSION "Sec-WebSocket-Protocol: ,\r\n",
	 -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1", UPGRADE KEY VERSION "Sec-WebSocket-Protocol: a, b c\r\n",
	 -E_HTTP_SYNTAX},
	{"GET / HTTP/1.1", UPGRADE KEY VERSION "Sec-WebSocket-Protocol: \"a\"\r\n",
	 -E_HTTP_SYNTAX},
};

START_TEST(only_a_whole_handshake_passes)
{
	static const struct http_limits limits = {.head_bytes = 4096,
						  .target_bytes = 1024,
						  .headers_n = 20,
						  .body_bytes = 100};
	struct http_parser *p = http_parser_new(&limits);
	enum http_event event = HTTP_MORE;
	struct str body;
	char request[1024];
	int n = snprintf(request, sizeof(request), "%s\r\nHost: a.test\r\n%s\r\n",
			 requests[_i].request_line, requests[_i].headers);

	ck_assert_ptr_nonnull(p);
	ck_assert_int_gt(http_parser_feed(p, request, (size_t)n, &event, &body), 0);
	ck_assert_int_eq(event, HTTP_HEAD_DONE);
	ck_assert_int_eq(ws_handshake_check(http_parser_head(p)), requests[_i].expected);
	http_parser_free(p);
}
END_TEST

/* RFC 6455 1.3. */
START_TEST(the_accept_key_is_that_of_the_rfc)
{
	char accept[WS_ACCEPT_BYTES];

	ws_accept_key(STR("dGhlIHNhbXBsZSBub25jZQ=="), accept);
	ck_assert_mem_eq(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WS_ACCEPT_BYTES);
}
END_TEST

Suite *
websocket_handshake_suite(void)
{
	Suite *s = suite_create("websocket_handshake");
	TCase *c = tcase_create("websocket_handshake");

	tcase_add_loop_test(c, only_a_whole_handshake_passes, 0,
			    sizeof(requests) / sizeof(requests[0]));
	tcase_add_test(c, the_accept_key_is_that_of_the_rfc);
	suite_add_tcase(s, c);
	return s;
}
