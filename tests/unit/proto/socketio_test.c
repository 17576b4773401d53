/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Socket.IO packets: what is taken, what is refused, how it is sliced. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/socketio.h"

#include <stdlib.h>

static const struct sio_limits limits = {{16, 100}, 10, 64};

/* Parses a copy without a byte to spare, so that a read past its end is seen; the slices are
 * moved to text. */
static int
parse(struct str text, struct sio_packet *p)
{
	char *copy = malloc(text.len ? text.len : 1);
	struct str *slices[] = {&p->nsp, &p->query, &p->data, &p->event, &p->args};
	int rc;

	memcpy(copy, text.ptr, text.len);
	rc = sio_packet_parse((struct str){copy, text.len}, &limits, p);
	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++)
		if (slices[i]->ptr >= copy && slices[i]->ptr <= copy + text.len)
			slices[i]->ptr = text.ptr + (slices[i]->ptr - copy);
	free(copy);
	return rc;
}

#define NONE                                                                             \
	{                                                                                \
		"", 0                                                                    \
	}
#define TEXT(literal)                                                                    \
	{                                                                                \
		"" literal, sizeof(literal) - 1                                          \
	}
#define PLACE(n) "{\"_placeholder\":true,\"num\":" n "}"

static const struct good_case {
	struct str text, nsp, data, event, args;
	enum sio_type type;
	uint32_t attachments;
	int64_t id; /* -1: none */
	struct str query;
} goods[] = {
	{TEXT("0"), TEXT("/"), NONE, NONE, NONE, SIO_CONNECT, 0, -1, NONE},
	{TEXT("0{\"token\":\"123\"}"), TEXT("/"), TEXT("{\"token\":\"123\"}"), NONE, NONE,
	 SIO_CONNECT, 0, -1, NONE},
	{TEXT("0/custom,"), TEXT("/custom"), NONE, NONE, NONE, SIO_CONNECT, 0, -1, NONE},
	{TEXT("0/custom"), TEXT("/custom"), NONE, NONE, NONE, SIO_CONNECT, 0, -1, NONE},
	{TEXT("0/custom,{\"token\":\"abc\"}"), TEXT("/custom"),
	 TEXT("{\"token\":\"abc\"}"), NONE, NONE, SIO_CONNECT, 0, -1, NONE},
	{TEXT("0/admin?token=1234&uid=abcd,"), TEXT("/admin"), NONE, NONE, NONE,
	 SIO_CONNECT, 0, -1, TEXT("token=1234&uid=abcd")},
	{TEXT("0/?a=1"), TEXT("/"), NONE, NONE, NONE, SIO_CONNECT, 0, -1, TEXT("a=1")},
	{TEXT("012{}"), TEXT("/"), TEXT("{}"), NONE, NONE, SIO_CONNECT, 0, 12, NONE},
	{TEXT("1"), TEXT("/"), NONE, NONE, NONE, SIO_DISCONNECT, 0, -1, NONE},
	{TEXT("1/custom"), TEXT("/custom"), NONE, NONE, NONE, SIO_DISCONNECT, 0, -1,
	 NONE},
	{TEXT("1/custom,"), TEXT("/custom"), NONE, NONE, NONE, SIO_DISCONNECT, 0, -1,
	 NONE},
	{TEXT("2[\"message\",1,\"2\",{\"3\":[true]}]"), TEXT("/"),
	 TEXT("[\"message\",1,\"2\",{\"3\":[true]}]"), TEXT("\"message\""),
	 TEXT("1,\"2\",{\"3\":[true]}"), SIO_EVENT, 0, -1, NONE},
	{TEXT("2[\"a\"]"), TEXT("/"), TEXT("[\"a\"]"), TEXT("\"a\""), NONE, SIO_EVENT, 0,
	 -1, NONE},
	{TEXT("2[\"\"]"), TEXT("/"), TEXT("[\"\"]"), TEXT("\"\""), NONE, SIO_EVENT, 0, -1,
	 NONE},
	{TEXT("2[ \"a\" , [1 ] ] \n"), TEXT("/"), TEXT("[ \"a\" , [1 ] ]"), TEXT("\"a\""),
	 TEXT("[1 ]"), SIO_EVENT, 0, -1, NONE},
	{TEXT("2[ \"a\"  ]"), TEXT("/"), TEXT("[ \"a\"  ]"), TEXT("\"a\""), NONE,
	 SIO_EVENT, 0, -1, NONE},
	{TEXT("2[1,\"x\"]"), TEXT("/"), TEXT("[1,\"x\"]"), TEXT("1"), TEXT("\"x\""),
	 SIO_EVENT, 0, -1, NONE},
	{TEXT("2/n,17[\"a\\\"]\",\"]\"]"), TEXT("/n"), TEXT("[\"a\\\"]\",\"]\"]"),
	 TEXT("\"a\\\"]\""), TEXT("\"]\""), SIO_EVENT, 0, 17, NONE},
	{TEXT("2456[\"message-with-ack\",1]"), TEXT("/"),
	 TEXT("[\"message-with-ack\",1]"), TEXT("\"message-with-ack\""), TEXT("1"),
	 SIO_EVENT, 0, 456, NONE},
	{TEXT("20007[\"a\"]"), TEXT("/"), TEXT("[\"a\"]"), TEXT("\"a\""), NONE, SIO_EVENT,
	 0, 7, NONE},
	{TEXT("29007199254740991[\"a\"]"), TEXT("/"), TEXT("[\"a\"]"), TEXT("\"a\""),
	 NONE, SIO_EVENT, 0, 9007199254740991, NONE},
	{TEXT("2[\"connected\"]"), TEXT("/"), TEXT("[\"connected\"]"),
	 TEXT("\"connected\""), NONE, SIO_EVENT, 0, -1, NONE},
	{TEXT("2[\"a\"," PLACE("7") "]"), TEXT("/"), TEXT("[\"a\"," PLACE("7") "]"),
	 TEXT("\"a\""), TEXT(PLACE("7")), SIO_EVENT, 0, -1, NONE},
	{TEXT("3456[1,\"2\"]"), TEXT("/"), TEXT("[1,\"2\"]"), NONE, TEXT("1,\"2\""),
	 SIO_ACK, 0, 456, NONE},
	{TEXT("30[]"), TEXT("/"), TEXT("[]"), NONE, NONE, SIO_ACK, 0, 0, NONE},
	{TEXT("3[1]"), TEXT("/"), TEXT("[1]"), NONE, TEXT("1"), SIO_ACK, 0, -1, NONE},
	{TEXT("61-[" PLACE("0") "]"), TEXT("/"), TEXT("[" PLACE("0") "]"), NONE,
	 TEXT(PLACE("0")), SIO_BINARY_ACK, 1, -1, NONE},
	{TEXT("4/random,{\"message\":\"Invalid namespace\"}"), TEXT("/random"),
	 TEXT("{\"message\":\"Invalid namespace\"}"), NONE, NONE, SIO_CONNECT_ERROR, 0,
	 -1, NONE},
	{TEXT("4\"no\""), TEXT("/"), TEXT("\"no\""), NONE, NONE, SIO_CONNECT_ERROR, 0, -1,
	 NONE},
	{TEXT("52-[\"message\"," PLACE("0") "," PLACE("1") "]"), TEXT("/"),
	 TEXT("[\"message\"," PLACE("0") "," PLACE("1") "]"), TEXT("\"message\""),
	 TEXT(PLACE("0") "," PLACE("1")), SIO_BINARY_EVENT, 2, -1, NONE},
	{TEXT("52-/n,9[\"a\",{\"x\":[" PLACE("1") "],\"y\":" PLACE("0") "}]"), TEXT("/n"),
	 TEXT("[\"a\",{\"x\":[" PLACE("1") "],\"y\":" PLACE("0") "}]"), TEXT("\"a\""),
	 TEXT("{\"x\":[" PLACE("1") "],\"y\":" PLACE("0") "}"), SIO_BINARY_EVENT, 2, 9,
	 NONE},
	{TEXT("501-[\"a\",{\"x\":[" PLACE("0") "," PLACE("0") "]}]"), TEXT("/"),
	 TEXT("[\"a\",{\"x\":[" PLACE("0") "," PLACE("0") "]}]"), TEXT("\"a\""),
	 TEXT("{\"x\":[" PLACE("0") "," PLACE("0") "]}"), SIO_BINARY_EVENT, 1, -1, NONE},
	{TEXT("51-[\"a\",{\"num\":0,\"\\u005fplaceholder\":true}]"), TEXT("/"),
	 TEXT("[\"a\",{\"num\":0,\"\\u005fplaceholder\":true}]"), TEXT("\"a\""),
	 TEXT("{\"num\":0,\"\\u005fplaceholder\":true}"), SIO_BINARY_EVENT, 1, -1, NONE},
	{TEXT("51-[\"a\"," PLACE(
		 "0") ",{\"_placeholder\":1,\"num\":9},"
		      "{\"_placeholder\":true,\"num\":9,\"_placeholder\":false}]"),
	 TEXT("/"),
	 TEXT("[\"a\"," PLACE(
		 "0") ",{\"_placeholder\":1,\"num\":9},"
		      "{\"_placeholder\":true,\"num\":9,\"_placeholder\":false}]"),
	 TEXT("\"a\""),
	 TEXT(PLACE("0") ",{\"_placeholder\":1,\"num\":9},"
			 "{\"_placeholder\":true,\"num\":9,\"_placeholder\":false}"),
	 SIO_BINARY_EVENT, 1, -1, NONE},
	{TEXT("62-789[" PLACE("1") "," PLACE("0") "]"), TEXT("/"),
	 TEXT("[" PLACE("1") "," PLACE("0") "]"), NONE, TEXT(PLACE("1") "," PLACE("0")),
	 SIO_BINARY_ACK, 2, 789, NONE},
};

START_TEST(a_good_packet_is_sliced)
{
	const struct good_case *c = &goods[_i];
	struct sio_packet p;

	ck_assert_int_eq(parse(c->text, &p), 0);
	ck_assert_int_eq(p.type, c->type);
	ck_assert_uint_eq(p.attachments, c->attachments);
	ck_assert(str_eq(p.nsp, c->nsp));
	ck_assert(str_eq(p.query, c->query));
	ck_assert_int_eq(p.has_id, c->id >= 0);
	ck_assert(!p.has_id || p.id == (uint64_t)c->id);
	ck_assert(str_eq(p.data, c->data));
	ck_assert(str_eq(p.event, c->event));
	ck_assert(str_eq(p.args, c->args));
}
END_TEST

START_TEST(a_packet_with_data_is_refused_when_cut_inside_it)
{
	const struct good_case *c = &goods[_i];
	struct sio_packet p;

	for (size_t cut = 0; cut < c->text.len; cut++) {
		int rc = parse((struct str){c->text.ptr, cut}, &p);

		ck_assert_int_le(rc, 0);
		if (c->type != SIO_CONNECT && c->type != SIO_DISCONNECT &&
		    cut < c->text.len - 2)
			ck_assert_int_lt(rc, 0);
	}
}
END_TEST

static const struct {
	struct str text;
	int rc;
} bads[] = {
	{TEXT(""), -E_PACKET},
	{TEXT(" "), -E_PACKET},
	{TEXT("7"), -E_PACKET},
	{TEXT("abc"), -E_PACKET},
	{TEXT("0[]"), -E_PACKET},
	{TEXT("0null"), -E_PACKET},
	{TEXT("0\"x\""), -E_PACKET},
	{TEXT("0{"), -E_JSON_SYNTAX},
	{TEXT("0 {}"), -E_PACKET},
	{TEXT("1{}"), -E_PACKET},
	{TEXT("1[]"), -E_PACKET},
	{TEXT("2"), -E_PACKET},
	{TEXT("212"), -E_PACKET},
	{TEXT("2{}"), -E_PACKET},
	{TEXT("2[]"), -E_PACKET},
	{TEXT("2[null]"), -E_PACKET},
	{TEXT("2[{\"a\":1}]"), -E_PACKET},
	{TEXT("2[[\"a\"]]"), -E_PACKET},
	{TEXT("2 [\"a\"]"), -E_PACKET},
	{TEXT("2abc[\"a\"]"), -E_JSON_SYNTAX},
	{TEXT("2-1[\"a\"]"), -E_JSON_SYNTAX},
	{TEXT("2[\"a\"]x"), -E_JSON_SYNTAX},
	{TEXT("2[\"a\"][]"), -E_JSON_SYNTAX},
	{TEXT("2[\"\xff\"]"), -E_UTF8},
	{TEXT("2/\xff,[\"a\"]"), -E_UTF8},
	{TEXT("2/custom[\"a\"]"), -E_PACKET},
	{TEXT("29007199254740992[\"a\"]"), -E_PACKET},
	{TEXT("299999999999999999999999[\"a\"]"), -E_PACKET},
	{TEXT("2[\"connect\"]"), -E_PACKET},
	{TEXT("2[\"connect_error\"]"), -E_PACKET},
	{TEXT("2[\"disconnect\",1]"), -E_PACKET},
	{TEXT("2[\"disconnecting\"]"), -E_PACKET},
	{TEXT("2[\"newListener\"]"), -E_PACKET},
	{TEXT("2[\"removeListener\"]"), -E_PACKET},
	{TEXT("2[\"\\u0063onnect\"]"), -E_PACKET},
	{TEXT("2[\"dis\\u0063onnect\"]"), -E_PACKET},
	{TEXT("31"), -E_PACKET},
	{TEXT("31{}"), -E_PACKET},
	{TEXT("4"), -E_PACKET},
	{TEXT("4[]"), -E_PACKET},
	{TEXT("41"), -E_PACKET},
	{TEXT("5"), -E_PACKET},
	{TEXT("5-[\"a\"]"), -E_PACKET},
	{TEXT("5[\"a\"]"), -E_PACKET},
	{TEXT("51"), -E_PACKET},
	{TEXT("51[\"a\"," PLACE("0") "]"), -E_PACKET},
	{TEXT("50-[\"a\"]"), -E_PACKET},
	{TEXT("51-"), -E_PACKET},
	{TEXT("5-1-[\"a\"," PLACE("0") "]"), -E_PACKET},
	{TEXT("51e0-[\"a\"," PLACE("0") "]"), -E_PACKET},
	{TEXT("511-[\"a\"]"), -E_PACKETS},
	{TEXT("599999999999999999999-[\"a\"]"), -E_PACKET},
	{TEXT("51-[\"a\"]"), -E_PACKET},
	{TEXT("51-[\"a\"," PLACE("1") "]"), -E_PACKET},
	{TEXT("52-[\"a\"," PLACE("0") "]"), -E_PACKET},
	{TEXT("53-[\"a\"," PLACE("0") "," PLACE("2") "]"), -E_PACKET},
	{TEXT("51-[\"a\"," PLACE("-1") "]"), -E_PACKET},
	{TEXT("51-[\"a\"," PLACE("0.5") "]"), -E_PACKET},
	{TEXT("51-[\"a\"," PLACE("\"0\"") "]"), -E_PACKET},
	{TEXT("51-[\"a\"," PLACE("99999999999999999999") "]"), -E_PACKET},
	{TEXT("51-[\"a\"," PLACE("0") ",{\"_placeholder\":true}]"), -E_PACKET},
	{TEXT("51-[\"a\"," PLACE("0") ",{\"x\":{\"_placeholder\":true,\"num\":4}}]"),
	 -E_PACKET},
	{TEXT("51-[" PLACE("0") "]"), -E_PACKET},
	{TEXT("61-1{\"a\":" PLACE("0") "}"), -E_PACKET},
	{TEXT("2[\"a\",[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]"), -E_JSON_DEPTH},
};

START_TEST(a_bad_packet_is_refused)
{
	struct sio_packet p;

	ck_assert_int_eq(parse(bads[_i].text, &p), bads[_i].rc);
}
END_TEST

START_TEST(a_namespace_may_be_as_long_as_the_limit_without_its_query)
{
	struct buf text = BUF_INIT;
	struct sio_packet p;

	buf_add_str(&text, STR("0/"));
	for (int i = 1; i < 64; i++)
		buf_add_char(&text, 'n');
	ck_assert_int_eq(parse(buf_str(&text), &p), 0);
	ck_assert_uint_eq(p.nsp.len, 64);
	buf_add_str(&text, STR("?token=1"));
	ck_assert_int_eq(parse(buf_str(&text), &p), 0);
	text.len -= 8;
	buf_add_char(&text, 'n');
	ck_assert_int_eq(parse(buf_str(&text), &p), -E_PACKET);
	buf_fini(&text);
}
END_TEST

START_TEST(attachments_have_a_highest_number_whatever_the_limits_say)
{
	struct sio_limits wide = {{16, UINT32_MAX}, UINT32_MAX, 64};
	struct sio_packet p;

	for (uint32_t n = SIO_ATTACHMENTS_MAX; n <= SIO_ATTACHMENTS_MAX + 1; n++) {
		struct buf text = BUF_INIT;

		buf_printf(&text, "5%u-[\"a\"", n);
		for (uint32_t i = 0; i < n; i++)
			buf_printf(&text, "," PLACE("%u"), i);
		buf_add_char(&text, ']');
		ck_assert_int_eq(sio_packet_parse(buf_str(&text), &wide, &p),
				 n == SIO_ATTACHMENTS_MAX ? 0 : -E_PACKETS);
		buf_fini(&text);
	}
}
END_TEST

START_TEST(a_head_has_what_is_not_the_default)
{
	static const uint64_t zero, big = (UINT64_C(1) << 53) - 1;
	struct buf out = BUF_INIT;

	sio_packet_head(&out, SIO_CONNECT, 0, STR("/"), NULL);
	buf_add_char(&out, ' ');
	sio_packet_head(&out, SIO_EVENT, 0, STR("/n"), &zero);
	buf_add_char(&out, ' ');
	sio_packet_head(&out, SIO_BINARY_ACK, 2, STR("/"), &big);
	buf_add_char(&out, ' ');
	sio_packet_head(&out, SIO_BINARY_EVENT, 12, STR("/n"), NULL);
	ck_assert(str_eq(buf_str(&out), STR("0 2/n,0 62-9007199254740991 512-/n,")));
	buf_fini(&out);
}
END_TEST

START_TEST(placeholders_are_counted_by_the_highest_number)
{
	ck_assert_uint_eq(sio_count_placeholders(STR("[1,{}]")), 0);
	ck_assert_uint_eq(sio_count_placeholders(STR("{\"a\":[" PLACE("2") "]}")), 3);
	ck_assert_uint_eq(sio_count_placeholders(STR(PLACE("0"))), 1);
	ck_assert_uint_eq(sio_count_placeholders(STR("[" PLACE("0") "," PLACE("-1") "]")),
			  0);
	ck_assert_uint_eq(
		sio_count_placeholders(STR("[{\"num\":3,\"_placeholder\":false}]")), 0);
	ck_assert_uint_eq(sio_count_placeholders(STR("")), 0);
}
END_TEST

Suite *
socketio_suite(void)
{
	Suite *suite = suite_create("socketio");
	TCase *tc = tcase_create("socketio");
	int goods_n = sizeof(goods) / sizeof(goods[0]);

	tcase_add_loop_test(tc, a_good_packet_is_sliced, 0, goods_n);
	tcase_add_loop_test(tc, a_packet_with_data_is_refused_when_cut_inside_it, 0,
			    goods_n);
	tcase_add_loop_test(tc, a_bad_packet_is_refused, 0,
			    sizeof(bads) / sizeof(bads[0]));
	tcase_add_test(tc, a_namespace_may_be_as_long_as_the_limit_without_its_query);
	tcase_add_test(tc, attachments_have_a_highest_number_whatever_the_limits_say);
	tcase_add_test(tc, a_head_has_what_is_not_the_default);
	tcase_add_test(tc, placeholders_are_counted_by_the_highest_number);
	suite_add_tcase(suite, tc);
	return suite;
}
