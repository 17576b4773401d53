/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a body ends: each row is fed whole, byte by byte and cut at every place. */
#include "proto/http_body.h"

#include "base/errors.h"
#include "unit/proto/http_transcript.h"
#include "unit/proto/suites.h"

struct row {
	const char *name;
	struct str bytes; /* after the head of a chunked request */
	const char *transcript;
};

#define START "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
#define HEAD "POST /| host=a 1.1 body keep\n"
/* clang-format off */
#define ROW(name, bytes, transcript) \
	{name, {START bytes, sizeof(START bytes) - 1}, HEAD transcript "\n"}
/* clang-format on */

static const struct http_limits limits = {100, 64, 3, 20};

static const struct row rows[] = {
	ROW("no content", "0\r\n\r\n", "="),
	ROW("one chunk", "5\r\nhello\r\n0\r\n\r\n", "=hello"),
	ROW("several chunks", "1\r\nh\r\n4\r\nello\r\n000\r\n\r\n", "=hello"),
	ROW("content that looks like framing", "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
	    "=\r\n0\r\n\r\n"),
	ROW("digits in both cases", "00a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
	    "=01234567890123456789"),
	ROW("sixteen digits", "0000000000000002\r\nhi\r\n0000000000000000\r\n\r\n",
	    "=hi"),
	ROW("seventeen digits", "00000000000000002\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("seventeen zeros", "00000000000000000\r\n\r\n", "!HTTP_FRAMING"),
	ROW("a size that wraps to 2", "10000000000000002\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("the largest size", "ffffffffffffffff\r\n", "!TOO_LARGE"),
	ROW("one byte above the limit", "15\r\n", "!TOO_LARGE"),
	ROW("above the limit in sum", "13\r\n0123456789012345678\r\n2\r\n",
	    "!0123456789012345678TOO_LARGE"),
	ROW("an empty size", "\r\n", "!HTTP_FRAMING"),
	ROW("an empty size after a chunk", "1\r\nx\r\n\r\n", "!xHTTP_FRAMING"),
	ROW("0x", "0x2\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("a sign", "+2\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("minus", "-2\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("a blank before the size", " 2\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("a blank after the size", "2 \r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("a tab after the size", "2\t\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("a blank after the last size", "0 \r\n\r\n", "!HTTP_FRAMING"),
	ROW("an underscore", "1_0\r\n", "!HTTP_FRAMING"),
	ROW("a letter", "g\r\n", "!HTTP_FRAMING"),
	ROW("NUL", "2\0\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("NUL for a size", "\0\r\n\r\n", "!HTTP_FRAMING"),
	ROW("an extension", "2;x=y\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("an extension of the last chunk", "0;x\r\n\r\n", "!HTTP_FRAMING"),
	ROW("an empty extension", "2;\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("a comma", "2,2\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("a bare LF after the size", "2\nhi\r\n", "!HTTP_FRAMING"),
	ROW("a bare CR after the size", "2\rhi\r\n", "!HTTP_FRAMING"),
	ROW("CR CR LF after the size", "2\r\r\nhi\r\n", "!HTTP_FRAMING"),
	ROW("content longer than its size", "2\r\nhi!\r\n0\r\n\r\n", "!hiHTTP_FRAMING"),
	ROW("content without CRLF", "2\r\nhi0\r\n\r\n", "!hiHTTP_FRAMING"),
	ROW("content before a bare LF", "2\r\nhi\n0\r\n\r\n", "!hiHTTP_FRAMING"),
	ROW("content before a bare CR", "2\r\nhi\r0\r\n\r\n", "!hiHTTP_FRAMING"),
	ROW("content before any two bytes", "2\r\nhiXX0\r\n\r\n", "!hiHTTP_FRAMING"),
	ROW("a trailer", "0\r\nX: 1\r\n\r\n", "="),
	ROW("three trailers", "0\r\nX: 1\r\nY:\r\nZ:3\r\n\r\n", "="),
	ROW("a trailer too many", "0\r\nX: 1\r\nY:\r\nZ:3\r\nA:4\r\n", "!HEAD_TOO_LARGE"),
	ROW("trailers too long",
	    "0\r\nX: "
	    "0123456789012345678901234567890123456789012345678901234567890123456789"
	    "012345678901234567890123456789",
	    "!HEAD_TOO_LARGE"),
	ROW("a trailer that frames", "0\r\nContent-Length: 5\r\n\r\n", "!HTTP_FRAMING"),
	ROW("a trailer that codes", "0\r\ntransfer-encoding: x\r\n\r\n", "!HTTP_FRAMING"),
	ROW("a trailer that routes", "0\r\nHost: b\r\n\r\n", "!HTTP_FRAMING"),
	ROW("a trailer after a good one", "0\r\nX: 1\r\nCookie: a\r\n\r\n",
	    "!HTTP_FRAMING"),
	ROW("a folded trailer", "0\r\nX: 1\r\n 2\r\n\r\n", "!HTTP_SYNTAX"),
	ROW("a trailer with a blank before its colon", "0\r\nX : 1\r\n\r\n",
	    "!HTTP_SYNTAX"),
	ROW("a trailer without a name", "0\r\n: 1\r\n\r\n", "!HTTP_SYNTAX"),
	ROW("a request for a trailer", "0\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
	    "!HTTP_SYNTAX"),
	ROW("NUL in a trailer", "0\r\nX: \0\r\n\r\n", "!HTTP_SYNTAX"),
	ROW("a bare LF ends the trailers", "0\r\nX: 1\r\n\n", "!HTTP_SYNTAX"),
	ROW("a bare LF ends the body", "0\r\n\n", "!HTTP_SYNTAX"),
	ROW("a bare CR ends the body", "0\r\n\rX", "!HTTP_SYNTAX"),
};

START_TEST(a_chunked_body_is_read_one_way_only)
{
	http_expect(rows[_i].name, &limits, rows[_i].bytes, false, rows[_i].transcript);
}
END_TEST

START_TEST(a_slice_is_never_longer_than_the_body)
{
	struct http_body body;
	struct str slice;

	http_body_init(&body, 3, 3);
	ck_assert_int_eq(http_body_feed(&body, "abcdef", 6, &slice), 3);
	ck_assert(str_eq(slice, STR("abc")));
	ck_assert(http_body_is_complete(&body));
	ck_assert_int_eq(http_body_feed(&body, "def", 3, &slice), 0);
	ck_assert_uint_eq(slice.len, 0);
}
END_TEST

START_TEST(a_limit_only_gets_smaller)
{
	struct http_body body;
	struct str slice;

	http_body_init_chunked(&body, 9);
	http_body_limit(&body, 100);
	ck_assert_int_eq(http_body_feed(&body, "a\r\n", 3, &slice), -E_TOO_LARGE);
	http_body_init_chunked(&body, 9);
	http_body_limit(&body, 4);
	ck_assert_int_eq(http_body_feed(&body, "5\r\n", 3, &slice), -E_TOO_LARGE);
}
END_TEST

Suite *
http_body_suite(void)
{
	Suite *s = suite_create("http_body");
	TCase *t = tcase_create("http_body");

	tcase_add_loop_test(t, a_chunked_body_is_read_one_way_only, 0,
			    (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, a_slice_is_never_longer_than_the_body);
	tcase_add_test(t, a_limit_only_gets_smaller);
	suite_add_tcase(s, t);
	return s;
}
