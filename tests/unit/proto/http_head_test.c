/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a head may say: each row is fed whole, byte by byte and cut at every place. */
#include "proto/http_head.h"

#include "base/errors.h"
#include "unit/proto/http_transcript.h"
#include "unit/proto/suites.h"

struct row {
	const char *name;
	struct str bytes;
	const char *transcript; /* the error without '!', or the head without host=a … */
};

/* clang-format off */
#define ROW(name, bytes, transcript) {name, {bytes, sizeof(bytes) - 1}, transcript}
/* clang-format on */
#define HOST "Host: a\r\n"
#define START "GET / HTTP/1.1\r\n" HOST

static const struct http_limits limits = {300, 64, 6, 1000};

static const struct row refused_starts[] = {
	ROW("HTTP/0.9", "GET /\r\n", "HTTP_SYNTAX"),
	ROW("HTTP/0.9 with a version", "GET / HTTP/0.9\r\n", "HTTP_VERSION"),
	ROW("HTTP/2.0", "GET / HTTP/2.0\r\n", "HTTP_VERSION"),
	ROW("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP_VERSION"),
	ROW("HTTP/1.2", "GET / HTTP/1.2\r\n", "HTTP_VERSION"),
	ROW("HTTP/1.10", "GET / HTTP/1.10\r\n", "HTTP_SYNTAX"),
	ROW("HTTP/1", "GET / HTTP/1\r\n", "HTTP_SYNTAX"),
	ROW("HTTP/1,1", "GET / HTTP/1,1\r\n", "HTTP_SYNTAX"),
	ROW("HTTP/x.1", "GET / HTTP/x.1\r\n", "HTTP_SYNTAX"),
	ROW("a small version", "GET / http/1.1\r\n", "HTTP_SYNTAX"),
	ROW("another protocol", "GET / ICY/1.1\r\n", "HTTP_SYNTAX"),
	ROW("no version but its blank", "GET / \r\n", "HTTP_SYNTAX"),
	ROW("a blank after the version", "GET / HTTP/1.1 \r\n", "HTTP_SYNTAX"),
	ROW("a blank before the method", " GET / HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("two blanks before the target", "GET  / HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("two blanks before the version", "GET /  HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("a blank in the target", "GET /a b HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("a tab for a blank", "GET\t/ HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("a tab in the target", "GET /a\tb HTTP/1.1\r\n" HOST "\r\n", "HTTP_SYNTAX"),
	ROW("only a method", "GET\r\n", "HTTP_SYNTAX"),
	ROW("a method that is no token", "G@T / HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("a small method", "get / HTTP/1.1\r\n", "HTTP_CODING"),
	ROW("a mixed method", "Get / HTTP/1.1\r\n", "HTTP_CODING"),
	ROW("an unknown method", "BREW / HTTP/1.1\r\n", "HTTP_CODING"),
	ROW("a method that begins with another", "GETS / HTTP/1.1\r\n", "HTTP_CODING"),
	ROW("CONNECT", "CONNECT a:443 HTTP/1.1\r\n", "HTTP_METHOD"),
	ROW("NUL in the method", "G\0T / HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("NUL in the target", "GET /\0 HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("a control byte in the target", "GET /\x1b HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("DEL in the target", "GET /\x7f HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("bytes above ASCII in the target", "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n",
	    "HTTP_SYNTAX"),
	ROW("a fragment", "GET /#top HTTP/1.1\r\n" HOST "\r\n", "HTTP_SYNTAX"),
	ROW("a bare LF ends the line", "GET / HTTP/1.1\n", "HTTP_SYNTAX"),
	ROW("a bare CR in the line", "GET /\r HTTP/1.1\r\n", "HTTP_SYNTAX"),
	ROW("CR CR LF ends the line", "GET / HTTP/1.1\r\r\n", "HTTP_SYNTAX"),
	ROW("a TLS hello", "\x16\x03\x01\x02", "HTTP_SYNTAX"),
	ROW("a target without its slash", "GET a HTTP/1.1\r\n" HOST "\r\n",
	    "HTTP_SYNTAX"),
	ROW("* for GET", "GET * HTTP/1.1\r\n" HOST "\r\n", "HTTP_SYNTAX"),
	ROW("** for OPTIONS", "OPTIONS ** HTTP/1.1\r\n" HOST "\r\n", "HTTP_SYNTAX"),
	ROW("absolute form for another host", "GET http://b/ HTTP/1.1\r\n" HOST "\r\n",
	    "HTTP_HOST"),
	ROW("absolute form for another port", "GET http://a:80/ HTTP/1.1\r\n" HOST "\r\n",
	    "HTTP_HOST"),
	ROW("absolute form with a user", "GET http://u@a/ HTTP/1.1\r\n" HOST "\r\n",
	    "HTTP_HOST"),
	ROW("absolute form of a longer name", "GET http://a.b/ HTTP/1.1\r\n" HOST "\r\n",
	    "HTTP_HOST"),
	ROW("absolute form without a host", "GET http:/// HTTP/1.1\r\n" HOST "\r\n",
	    "HTTP_HOST"),
	ROW("absolute form that ends with //", "GET http:// HTTP/1.1\r\n" HOST "\r\n",
	    "HTTP_HOST"),
	ROW("absolute form without //", "GET http:/x HTTP/1.1\r\n" HOST "\r\n",
	    "HTTP_SYNTAX"),
	ROW("absolute form without Host", "GET http://a/ HTTP/1.0\r\n\r\n", "HTTP_HOST"),
	ROW("absolute form of another scheme", "GET ftp://a/ HTTP/1.1\r\n" HOST "\r\n",
	    "HTTP_SYNTAX"),
	ROW("absolute form with a backslash",
	    "GET http://a\\@b/ HTTP/1.1\r\n" HOST "\r\n", "HTTP_SYNTAX"),
	ROW("authority form", "GET a:80 HTTP/1.1\r\n" HOST "\r\n", "HTTP_SYNTAX"),
};

static const struct row refused_lines[] = {
	ROW("a folded header", START "X: 1\r\n 2\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a header folded with a tab", START "X: 1\r\n\t2\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a header folded to nothing", START "X: 1\r\n \r\n\r\n", "HTTP_SYNTAX"),
	ROW("a blank before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
	    "HTTP_SYNTAX"),
	ROW("a blank before the colon", START "X : 1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a tab before the colon", START "X\t: 1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a blank before the colon of a framing header",
	    START "Content-Length : 1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("an empty name", START ": 1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a line without a colon", START "X\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a name that is no token", START "X(y): 1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a name in quotes", START "\"X\": 1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a name above ASCII", START "\xc3\xa9: 1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a bare CR in a value", START "X: 1\rY: 2\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a bare CR at the end of a value", START "X: 1\r\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a bare CR in a name", START "X\r: 1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a bare LF after a value", START "X: 1\nY: 2\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a bare LF before a value", START "X:\n1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a bare LF ends the head", START "X: 1\r\n\n", "HTTP_SYNTAX"),
	ROW("a bare CR ends the head", START "X: 1\r\n\rX", "HTTP_SYNTAX"),
	ROW("NUL in a value", START "X: 1\0\r\n\r\n", "HTTP_SYNTAX"),
	ROW("NUL in a name", START "X\0: 1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("BEL in a value", START "X: \a\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a vertical tab in a value", START "X: 1\v2\r\n\r\n", "HTTP_SYNTAX"),
	ROW("a form feed before a value", START "X:\f1\r\n\r\n", "HTTP_SYNTAX"),
	ROW("ESC in a long value", START "X: 0123456789\x1b\r\n\r\n", "HTTP_SYNTAX"),
	ROW("DEL in a value", START "X: 1234567\x7f\r\n\r\n", "HTTP_SYNTAX"),
};

static const struct row refused_hosts[] = {
	ROW("no Host", "GET / HTTP/1.1\r\n\r\n", "HTTP_HOST"),
	ROW("no Host but others", "GET / HTTP/1.1\r\nX-Host: a\r\n\r\n", "HTTP_HOST"),
	ROW("Host twice", START "Host: a\r\n\r\n", "HTTP_HOST"),
	ROW("Host twice in HTTP/1.0", "GET / HTTP/1.0\r\n" HOST "host: b\r\n\r\n",
	    "HTTP_HOST"),
	ROW("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "HTTP_HOST"),
	ROW("two hosts in one", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "HTTP_HOST"),
	ROW("a comma", "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", "HTTP_HOST"),
	ROW("a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "HTTP_HOST"),
	ROW("a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "HTTP_HOST"),
	ROW("a backslash", "GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n", "HTTP_HOST"),
	ROW("an escape", "GET / HTTP/1.1\r\nHost: a%00b\r\n\r\n", "HTTP_HOST"),
	ROW("bytes above ASCII", "GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n", "HTTP_HOST"),
	ROW("only a port", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "HTTP_HOST"),
	ROW("a port with letters", "GET / HTTP/1.1\r\nHost: a:8o\r\n\r\n", "HTTP_HOST"),
	ROW("a port with a sign", "GET / HTTP/1.1\r\nHost: a:+80\r\n\r\n", "HTTP_HOST"),
	ROW("a port above 65535", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", "HTTP_HOST"),
	ROW("a port of six digits", "GET / HTTP/1.1\r\nHost: a:000080\r\n\r\n",
	    "HTTP_HOST"),
	ROW("two ports", "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n", "HTTP_HOST"),
	ROW("IPv6 without brackets", "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", "HTTP_HOST"),
	ROW("an open bracket", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "HTTP_HOST"),
	ROW("empty brackets", "GET / HTTP/1.1\r\nHost: []\r\n\r\n", "HTTP_HOST"),
	ROW("a name in brackets", "GET / HTTP/1.1\r\nHost: [a:go]\r\n\r\n", "HTTP_HOST"),
	ROW("IPv4 in brackets", "GET / HTTP/1.1\r\nHost: [127.0.0.1]\r\n\r\n",
	    "HTTP_HOST"),
	ROW("text after brackets", "GET / HTTP/1.1\r\nHost: [::1]80\r\n\r\n",
	    "HTTP_HOST"),
};

static const struct row refused_framings[] = {
	ROW("two lengths that differ",
	    START "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "HTTP_FRAMING"),
	ROW("two equal lengths", START "Content-Length: 1\r\ncontent-length: 1\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("a list of lengths", START "Content-Length: 1, 1\r\n\r\n", "HTTP_FRAMING"),
	ROW("a length with a comma", START "Content-Length: 1,\r\n\r\n", "HTTP_FRAMING"),
	ROW("a length with plus", START "Content-Length: +1\r\n\r\n", "HTTP_FRAMING"),
	ROW("a length with minus", START "Content-Length: -1\r\n\r\n", "HTTP_FRAMING"),
	ROW("minus zero", START "Content-Length: -0\r\n\r\n", "HTTP_FRAMING"),
	ROW("a length with a blank inside", START "Content-Length: 1 0\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("a length with a tab inside", START "Content-Length: 1\t0\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("a hexadecimal length", START "Content-Length: 0x1\r\n\r\n", "HTTP_FRAMING"),
	ROW("a fraction", START "Content-Length: 1.0\r\n\r\n", "HTTP_FRAMING"),
	ROW("an exponent", START "Content-Length: 1e2\r\n\r\n", "HTTP_FRAMING"),
	ROW("digits with underscores", START "Content-Length: 1_0\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("an empty length", START "Content-Length:\r\n\r\n", "HTTP_FRAMING"),
	ROW("a length above the limit", START "Content-Length: 1001\r\n\r\n",
	    "TOO_LARGE"),
	ROW("a length of 2^64", START "Content-Length: 18446744073709551616\r\n\r\n",
	    "TOO_LARGE"),
	ROW("a length of many digits",
	    START "Content-Length: 100000000000000000000000000000000000001\r\n\r\n",
	    "TOO_LARGE"),
	ROW("coding and length",
	    START "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("length and coding",
	    START "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("length and identity",
	    START "Content-Length: 5\r\nTransfer-Encoding: identity\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("a coding in HTTP/1.0",
	    "GET / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("chunked twice in a list",
	    START "Transfer-Encoding: chunked, chunked\r\n\r\n", "HTTP_FRAMING"),
	ROW("chunked in two lines",
	    START "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("chunked and a comma", START "Transfer-Encoding: chunked,\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("a comma and chunked", START "Transfer-Encoding: ,chunked\r\n\r\n",
	    "HTTP_FRAMING"),
	ROW("an empty coding", START "Transfer-Encoding:\r\n\r\n", "HTTP_FRAMING"),
	ROW("identity", START "Transfer-Encoding: identity\r\n\r\n", "HTTP_CODING"),
	ROW("gzip", START "Transfer-Encoding: gzip\r\n\r\n", "HTTP_CODING"),
	ROW("gzip, chunked", START "Transfer-Encoding: gzip, chunked\r\n\r\n",
	    "HTTP_CODING"),
	ROW("chunked, gzip", START "Transfer-Encoding: chunked, gzip\r\n\r\n",
	    "HTTP_CODING"),
	ROW("chunked with a parameter", START "Transfer-Encoding: chunked;q=1\r\n\r\n",
	    "HTTP_CODING"),
	ROW("chunked in quotes", START "Transfer-Encoding: \"chunked\"\r\n\r\n",
	    "HTTP_CODING"),
	ROW("a longer word", START "Transfer-Encoding: xchunked\r\n\r\n", "HTTP_CODING"),
	ROW("chunked before a vertical tab", START "Transfer-Encoding: chunked\v\r\n\r\n",
	    "HTTP_SYNTAX"),
	ROW("chunked before a tab, which some do not know as chunked",
	    START "Transfer-Encoding: chunked\t\r\n\r\n", "HTTP_SYNTAX"),
	ROW("an unknown expectation", START "Expect: 200-ok\r\n\r\n", "HTTP_EXPECT"),
	ROW("a list of expectations", START "Expect: 100-continue, x\r\n\r\n",
	    "HTTP_EXPECT"),
	ROW("an empty expectation", START "Expect:\r\n\r\n", "HTTP_EXPECT"),
	ROW("two expectations",
	    START "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n", "HTTP_EXPECT"),
};

#define X10 "xxxxxxxxxx"
#define X50 X10 X10 X10 X10 X10
#define X250 X50 X50 X50 X50 X50

static const struct row refused_sizes[] = {
	ROW("a target one too long", "GET /" X50 X10 "1234 HTTP/1.1\r\n", "URI_TOO_LONG"),
	ROW("a request line longer than a head", "GET /" X250 X50, "URI_TOO_LONG"),
	ROW("a method longer than a head", X250 X50, "URI_TOO_LONG"),
	ROW("a value longer than a head", START "X: " X250 X50, "HEAD_TOO_LARGE"),
	ROW("a name longer than a head", START X250 X50, "HEAD_TOO_LARGE"),
	/* 25 + 3 + 250 + 19 + 4 are 301: refused without waiting for the last one */
	ROW("a head one too long", START "X: " X250 "1234567890123456789\r\n\r",
	    "HEAD_TOO_LARGE"),
	ROW("a header too many", START "A:1\r\nB:2\r\nC:3\r\nD:4\r\nE:5\r\nF:6\r\n",
	    "HEAD_TOO_LARGE"),
	ROW("a bad request line in a head too large", "GET / HTTP/2.0\r\n" X250 X50,
	    "HTTP_VERSION"),
	ROW("a bad byte after a bad request line", "GET / HTTP/2.0\r\nX\0",
	    "HTTP_VERSION"),
};

static const struct row accepted[] = {
	ROW("a head as long as may be", START "X: " X250 "123456789012345678\r\n\r\n",
	    "GET /| host=a 1.1 keep\n=\n"),
	ROW("as many headers as may be", START "A:1\r\nB:2\r\nC:3\r\nD:4\r\nE:5\r\n\r\n",
	    "GET /| host=a 1.1 keep\n=\n"),
	ROW("a target as long as may be", "GET /" X50 X10 "123 HTTP/1.1\r\n" HOST "\r\n",
	    "GET /" X50 X10 "123| host=a 1.1 keep\n=\n"),
	ROW("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "GET /| host= 1.0\n=\n"),
	ROW("HTTP/1.0 with Host", "GET / HTTP/1.0\r\n" HOST "\r\n",
	    "GET /| host=a 1.0\n=\n"),
	ROW("OPTIONS of the server", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n",
	    "OPTIONS *| host=a 1.1 keep\n=\n"),
	ROW("OPTIONS of a path", "OPTIONS /x HTTP/1.1\r\n" HOST "\r\n",
	    "OPTIONS /x| host=a 1.1 keep\n=\n"),
	ROW("a method nothing serves", "TRACE / HTTP/1.1\r\n" HOST "\r\n",
	    "TRACE /| host=a 1.1 keep\n=\n"),
	ROW("marks that clients leave as they are",
	    "GET /a|{}\"<>^`[]\\'%zz?a={\"b\":[1]}? HTTP/1.1\r\n" HOST "\r\n",
	    "GET /a|{}\"<>^`[]\\'%zz|a={\"b\":[1]}? host=a 1.1 keep\n=\n"),
	ROW("two slashes", "GET //b/c HTTP/1.1\r\n" HOST "\r\n",
	    "GET //b/c| host=a 1.1 keep\n=\n"),
	ROW("an URI as a value", "GET /?u=http://b/ HTTP/1.1\r\n" HOST "\r\n",
	    "GET /|u=http://b/ host=a 1.1 keep\n=\n"),
	ROW("absolute form", "GET http://a/p?q HTTP/1.1\r\n" HOST "\r\n",
	    "GET /p|q host=a 1.1 keep\n=\n"),
	ROW("absolute form in capitals", "GET HTTPS://A/p HTTP/1.1\r\n" HOST "\r\n",
	    "GET /p| host=a 1.1 keep\n=\n"),
	ROW("absolute form with a port",
	    "GET http://a.b:80/ HTTP/1.1\r\nHost: A.B:80\r\n\r\n",
	    "GET /| host=A.B:80 1.1 keep\n=\n"),
	ROW("absolute form without a path", "GET http://a HTTP/1.1\r\n" HOST "\r\n",
	    "GET /| host=a 1.1 keep\n=\n"),
	ROW("absolute form with only a query", "GET http://a?/q HTTP/1.1\r\n" HOST "\r\n",
	    "GET /|/q host=a 1.1 keep\n=\n"),
	ROW("IPv4", "GET / HTTP/1.1\r\nHost: 127.0.0.1:65535\r\n\r\n",
	    "GET /| host=127.0.0.1:65535 1.1 keep\n=\n"),
	ROW("IPv6", "GET / HTTP/1.1\r\nHost: [::FFff:1.2.3.4]\r\n\r\n",
	    "GET /| host=[::FFff:1.2.3.4] 1.1 keep\n=\n"),
	ROW("IPv6 with a port", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
	    "GET /| host=[::1]:80 1.1 keep\n=\n"),
	ROW("a host with an empty port", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n",
	    "GET /| host=a: 1.1 keep\n=\n"),
	ROW("a host with every mark", "GET / HTTP/1.1\r\nHost: a-B_c~9.\r\n\r\n",
	    "GET /| host=a-B_c~9. 1.1 keep\n=\n"),
	ROW("a length with zeros before", START "Content-Length: 0003\r\n\r\nabc",
	    "GET /| host=a 1.1 body keep\n=abc\n"),
	ROW("Chunked in capitals",
	    START "Transfer-Encoding: \t CHUNKED \r\n\r\n0\r\n\r\n",
	    "GET /| host=a 1.1 body keep\n=\n"),
};

static void
check_refusal(const struct row *row)
{
	struct buf transcript = BUF_INIT;

	buf_printf(&transcript, "!%s\n", row->transcript);
	buf_add_char(&transcript, '\0');
	http_expect(row->name, &limits, row->bytes, false, transcript.data);
	buf_fini(&transcript);
}

START_TEST(a_request_line_is_refused)
{
	check_refusal(&refused_starts[_i]);
}
END_TEST

START_TEST(a_header_line_is_refused)
{
	check_refusal(&refused_lines[_i]);
}
END_TEST

START_TEST(a_host_is_refused)
{
	check_refusal(&refused_hosts[_i]);
}
END_TEST

START_TEST(a_framing_is_refused)
{
	check_refusal(&refused_framings[_i]);
}
END_TEST

START_TEST(a_size_is_refused)
{
	check_refusal(&refused_sizes[_i]);
}
END_TEST

START_TEST(a_head_is_accepted)
{
	http_expect(accepted[_i].name, &limits, accepted[_i].bytes, false,
		    accepted[_i].transcript);
}
END_TEST

START_TEST(no_control_byte_but_the_tab_passes_anywhere)
{
	const char head[] = START "Name: value\r\n\r\n";
	struct buf out = BUF_INIT;

	for (size_t at = 0; at < sizeof(head) - 1; at++)
		for (int c = 0; c < 0x80; c = c == 0x1f ? 0x7f : c + 1) {
			char bytes[sizeof(head)];
			struct str text = {bytes, sizeof(head) - 1};

			if (c == '\t' || head[at] == c)
				continue;
			memcpy(bytes, head, sizeof(head));
			bytes[at] = (char)c;
			buf_clear(&out);
			http_transcribe(&limits, text,
					(struct http_cuts){text.len, 1, false}, &out);
			/* A CR less at the end only asks for more. */
			ck_assert_msg(strchr(out.data, '=') == NULL, "0x%02x at %zu", c,
				      at);
		}
	buf_fini(&out);
}
END_TEST

START_TEST(trailers_may_not_change_the_message)
{
	static const char *const forbidden[] = {
		"Host: a",
		"content-length: 1",
		"Transfer-Encoding: chunked",
		"Cookie: a=b",
		"Authorization: x",
		"Connection: close",
		"Upgrade: websocket",
		"Expect: 100-continue",
	};

	ck_assert_int_eq(http_head_check_trailer(STR("X-Sum: 1")), 0);
	ck_assert_int_eq(http_head_check_trailer(STR("X-Sum : 1")), -E_HTTP_SYNTAX);
	ck_assert_int_eq(http_head_check_trailer(STR(" folded")), -E_HTTP_SYNTAX);
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
		ck_assert_int_eq(http_head_check_trailer(str_from(forbidden[i])),
				 -E_HTTP_FRAMING);
}
END_TEST

#define ADD_ROWS(tcase, test, rows)                                                      \
	tcase_add_loop_test(tcase, test, 0, (int)(sizeof(rows) / sizeof((rows)[0])))

Suite *
http_head_suite(void)
{
	Suite *s = suite_create("http_head");
	TCase *t = tcase_create("http_head");

	ADD_ROWS(t, a_request_line_is_refused, refused_starts);
	ADD_ROWS(t, a_header_line_is_refused, refused_lines);
	ADD_ROWS(t, a_host_is_refused, refused_hosts);
	ADD_ROWS(t, a_framing_is_refused, refused_framings);
	ADD_ROWS(t, a_size_is_refused, refused_sizes);
	ADD_ROWS(t, a_head_is_accepted, accepted);
	tcase_add_test(t, no_control_byte_but_the_tab_passes_anywhere);
	tcase_add_test(t, trailers_may_not_change_the_message);
	suite_add_tcase(s, t);
	return s;
}
