/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Envelopes of the actions dialect, read and written. */
#include "unit/dialect/suites.h"

#include "base/errors.h"
#include "dialect/envelope.h"

#include <stdlib.h>

static const struct json_limits limits = {16, 100};

#define NAME_OF_128                                                                      \
	"0123456789012345678901234567890123456789012345678901234567890123"               \
	"0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	struct str value;
	const char *request_id, *action, *data;
	bool was_string;
} goods[] = {
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"r1\",\"action\":\"a\",\"data\":{"
	     "\"k\":[1]}}"),
	 "r1", "a", "{\"k\":[1]}", false},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"r1\",\"action\":\"a\"}"), "r1", "a",
	 "", false},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"r1\",\"action\":\"a\",\"data\":"
	     "null}"),
	 "r1", "a", "null", false},
	{STR(" { \"data\" : 5 , \"action\" : \"a\" , \"x\" : {} , \"requestId\" : \"r\" "
	     ", "
	     "\"type\" : \"REQUEST\" } "),
	 "r", "a", "5", false},
	{STR("{\"type\":\"x\",\"requestId\":1,\"action\":{},\"type\":\"REQ\\u0055EST\","
	     "\"requestId\":\"\\u0072\\n\",\"action\":\"\xc3\xa4\",\"d\\u0061ta\":true}"),
	 "r\n", "\xc3\xa4", "true", false},
	{STR("\"{\\\"type\\\":\\\"REQUEST\\\",\\\"requestId\\\":\\\"1705312200000\\\","
	     "\\\"action\\\":\\\"someAction\\\",\\\"data\\\":{\\\"key\\\":"
	     "\\\"va\\\\\\\"lue\\\"}}\""),
	 "1705312200000", "someAction", "{\"key\":\"va\\\"lue\"}", true},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"" NAME_OF_128
	     "\",\"action\":\"" NAME_OF_128 "\"}"),
	 NAME_OF_128, NAME_OF_128, "", false},
};

/* What is read from noted members is what a walk finds. */
static void
assert_same_when_noted(struct str value, int expected, struct arena *a,
		       const struct envelope_request *r,
		       const struct envelope_fault *fault)
{
	struct json_members members;
	struct envelope_text text = {json_trim(value), &members};
	struct envelope_request again;
	struct envelope_fault other;

	if (json_check_members(value, &limits, 0, &members))
		return;
	ck_assert_int_eq(envelope_parse(&text, &limits, a, &again, &other), expected);
	ck_assert(str_eq(again.request_id, r->request_id));
	ck_assert(str_eq(again.action, r->action));
	ck_assert(str_eq(again.data, r->data));
	ck_assert_str_eq(other.pointer, fault->pointer);
	ck_assert_str_eq(other.text, fault->text);
}

/* Parses a copy without a byte to spare; the copy and what points into it live in the arena. */
static int
parse(struct str value, struct arena *a, struct envelope_request *out,
      struct envelope_fault *fault)
{
	char *copy = malloc(value.len ? value.len : 1);
	struct str *slices[] = {&out->request_id, &out->action, &out->data};
	struct envelope_text text = {.values = {copy, value.len}};
	int rc;

	memcpy(copy, value.ptr, value.len);
	rc = envelope_parse(&text, &limits, a, out, fault);
	assert_same_when_noted(text.values, rc, a, out, fault);
	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++)
		*slices[i] = arena_copy(a, *slices[i]);
	free(copy);
	return rc;
}

START_TEST(a_request_is_understood_in_either_form)
{
	struct arena a = ARENA_INIT;
	struct envelope_request r;
	struct envelope_fault fault;

	ck_assert_int_eq(parse(goods[_i].value, &a, &r, &fault), 0);
	ck_assert_str_eq(r.request_id.ptr, goods[_i].request_id);
	ck_assert_str_eq(r.action.ptr, goods[_i].action);
	ck_assert_str_eq(r.data.ptr, goods[_i].data);
	ck_assert_int_eq(r.was_string, goods[_i].was_string);
	arena_fini(&a);
}
END_TEST

static const struct {
	struct str value;
	const char *pointer, *request_id, *action;
} bads[] = {
	{STR("1"), "", "", ""},
	{STR("null"), "", "", ""},
	{STR("[]"), "", "", ""},
	{STR(""), "", "", ""},
	{STR("1,2"), "", "", ""},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"r\",\"action\":\"a\"} , {}"), "", "",
	 ""},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"r\",\"action\":\"a\"},1"), "", "",
	 ""},
	{STR("\"\""), "", "", ""},
	{STR("\"hello\""), "", "", ""},
	{STR("\"{\\\"type\\\":\\\"REQUEST\\\"\""), "", "", ""},
	{STR("\"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]\""), "", "", ""},
	{STR("\"\\\"{}\\\"\""), "", "", ""},
	{STR("{}"), "/type", "", ""},
	{STR("{\"type\":\"request\",\"requestId\":\"r\",\"action\":\"a\"}"), "/type", "r",
	 "a"},
	{STR("{\"type\":\"RESPONSE\",\"requestId\":\"r\",\"action\":\"a\"}"), "/type",
	 "r", "a"},
	{STR("{\"type\":1,\"requestId\":\"r\"}"), "/type", "r", ""},
	{STR("{\"requestId\":\"r\",\"action\":\"a\"}"), "/type", "r", "a"},
	{STR("{\"type\":\"REQUEST\",\"action\":\"a\"}"), "/requestId", "", "a"},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"\",\"action\":\"a\"}"), "/requestId",
	 "", "a"},
	{STR("{\"type\":\"REQUEST\",\"requestId\":7,\"action\":\"a\"}"), "/requestId", "",
	 "a"},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"" NAME_OF_128
	     "x\",\"action\":\"a\"}"),
	 "/requestId", "", "a"},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"r\"}"), "/action", "r", ""},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"r\",\"action\":\"\"}"), "/action",
	 "r", ""},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"r\",\"action\":null}"), "/action",
	 "r", ""},
	{STR("{\"type\":\"REQUEST\",\"requestId\":\"r\",\"action\":\"" NAME_OF_128
	     "x\"}"),
	 "/action", "r", ""},
};

START_TEST(a_fault_names_the_member_and_keeps_what_is_good)
{
	struct arena a = ARENA_INIT;
	struct envelope_request r;
	struct envelope_fault fault;

	ck_assert_int_eq(parse(bads[_i].value, &a, &r, &fault), -E_INVALID_MESSAGE);
	ck_assert_str_eq(fault.pointer, bads[_i].pointer);
	ck_assert_str_ne(fault.text, "");
	ck_assert_str_eq(r.request_id.ptr, bads[_i].request_id);
	ck_assert_str_eq(r.action.ptr, bads[_i].action);
	ck_assert_int_eq(r.was_string, str_has_prefix(bads[_i].value, STR("\"")));
	arena_fini(&a);
}
END_TEST

START_TEST(a_string_cut_anywhere_is_refused)
{
	struct buf whole = BUF_INIT, quoted = BUF_INIT;
	struct arena a = ARENA_INIT;
	struct envelope_request r;
	struct envelope_fault fault;

	json_unescape(goods[5].value, &whole);
	for (size_t cut = 0; cut < whole.len; cut++) {
		buf_clear(&quoted);
		json_quote(&quoted, (struct str){whole.data, cut});
		ck_assert_int_eq(parse(buf_str(&quoted), &a, &r, &fault),
				 -E_INVALID_MESSAGE);
		arena_reset(&a);
	}
	buf_fini(&whole);
	buf_fini(&quoted);
	arena_fini(&a);
}
END_TEST

static const struct {
	struct envelope e;
	const char *text;
} written[] = {
	{{.type = ENVELOPE_RESPONSE,
	  .request_id = STR("r1"),
	  .action = STR("someAction"),
	  .data = STR("{\"a\": [1]}")},
	 "{\"type\":\"RESPONSE\",\"requestId\":\"r1\",\"action\":\"someAction\","
	 "\"data\":{\"a\": [1]}}"},
	{{.type = ENVELOPE_UPDATE,
	  .request_id = STR("r\"1"),
	  .action = STR("\xc3\xa4\n")},
	 "{\"type\":\"UPDATE\",\"requestId\":\"r\\\"1\",\"action\":\"\xc3\xa4\\n\"}"},
	{{.type = ENVELOPE_ERROR,
	  .request_id = STR(""),
	  .data = STR("1"),
	  .code = STR("INVALID_MESSAGE"),
	  .message = STR("say \"please\"")},
	 "{\"type\":\"ERROR\",\"requestId\":\"\",\"error\":{\"code\":\"INVALID_MESSAGE\","
	 "\"message\":\"say \\\"please\\\"\"}}"},
	{{.type = ENVELOPE_ERROR,
	  .request_id = STR("r"),
	  .action = STR("a"),
	  .code = STR("INVALID_DATA"),
	  .message = STR("no"),
	  .pointer = STR(""),
	  .details = STR("{\"min\":1}")},
	 "{\"type\":\"ERROR\",\"requestId\":\"r\",\"action\":\"a\",\"error\":{"
	 "\"code\":\"INVALID_DATA\",\"message\":\"no\",\"pointer\":\"\",\"details\":{"
	 "\"min\":1}}}"},
};

START_TEST(an_envelope_is_written_as_an_object)
{
	struct buf out = BUF_INIT;

	envelope_write(&out, &written[_i].e);
	ck_assert(str_eq(buf_str(&out), str_from(written[_i].text)));
	buf_fini(&out);
}
END_TEST

START_TEST(an_envelope_is_written_as_a_string_that_holds_the_object)
{
	struct buf out = BUF_INIT, text = BUF_INIT;

	buf_add_str(&out, STR("before"));
	envelope_write_string(&out, &written[_i].e);
	ck_assert(str_has_prefix(buf_str(&out), STR("before\"")));
	buf_drop(&out, 6);
	ck_assert_int_eq(json_check(buf_str(&out), &limits, NULL), 0);
	json_unescape(buf_str(&out), &text);
	ck_assert(str_eq(buf_str(&text), str_from(written[_i].text)));
	buf_fini(&out);
	buf_fini(&text);
}
END_TEST

START_TEST(blanks_of_data_are_escaped_inside_a_string)
{
	struct envelope e = {.type = ENVELOPE_RESPONSE,
			     .request_id = STR("r"),
			     .data = STR("[\n\t1\r]")};
	struct buf out = BUF_INIT;

	envelope_write_string(&out, &e);
	ck_assert(
		str_eq(buf_str(&out),
		       STR("\"{\\\"type\\\":\\\"RESPONSE\\\",\\\"requestId\\\":\\\"r\\\","
			   "\\\"data\\\":[\\n\\t1\\r]}\"")));
	buf_fini(&out);
}
END_TEST

START_TEST(the_event_follows_the_form_of_the_request)
{
	static const struct {
		enum envelope_type type;
		enum envelope_form form;
		const char *event;
	} forms[] = {
		{ENVELOPE_UPDATE, ENVELOPE_AS_STRING, "message"},
		{ENVELOPE_ERROR, ENVELOPE_AS_OBJECT, "message"},
		{ENVELOPE_UPDATE, ENVELOPE_AS_EVENT, "UPDATE"},
		{ENVELOPE_RESPONSE, ENVELOPE_AS_EVENT, "RESPONSE"},
		{ENVELOPE_ERROR, ENVELOPE_AS_EVENT, "ERROR"},
		{ENVELOPE_UPDATE, ENVELOPE_AS_ACK, "UPDATE"},
		{ENVELOPE_RESPONSE, ENVELOPE_AS_ACK, ""},
		{ENVELOPE_ERROR, ENVELOPE_AS_ACK, ""},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct envelope e = {.type = forms[i].type};

		ck_assert(str_eq(envelope_event(&e, forms[i].form),
				 str_from(forms[i].event)));
	}
}
END_TEST

START_TEST(failures_have_public_codes)
{
	static const struct {
		int error;
		const char *code;
	} codes[] = {
		{-E_UNKNOWN_ACTION, "UNKNOWN_ACTION"},
		{E_FORBIDDEN, "FORBIDDEN"},
		{-E_INVALID_DATA, "INVALID_DATA"},
		{-E_RATE_LIMITED, "RATE_LIMITED"},
		{-E_TIMEOUT, "TIMEOUT"},
		{-E_DUPLICATE_REQUEST, "DUPLICATE_REQUEST"},
		{-E_OVERLOADED, "OVERLOADED"},
		{-E_SESSION_REQUIRED, "SESSION_REQUIRED"},
		{-E_JSON_DEPTH, "INVALID_MESSAGE"},
		{-E_NOMEM, "OVERLOADED"},
		{-E_CONFIG, "INTERNAL_ERROR"},
		{-E_SYSTEM, "INTERNAL_ERROR"},
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct envelope e = envelope_of_error(STR("r"), STR("a"), codes[i].error);

		ck_assert_int_eq(e.type, ENVELOPE_ERROR);
		ck_assert(str_eq(e.code, str_from(codes[i].code)));
		ck_assert_uint_gt(e.message.len, 0);
		ck_assert(str_eq(e.request_id, STR("r")) && str_eq(e.action, STR("a")));
	}
}
END_TEST

Suite *
envelope_suite(void)
{
	Suite *suite = suite_create("envelope");
	TCase *tc = tcase_create("envelope");
	int written_n = sizeof(written) / sizeof(written[0]);

	tcase_add_loop_test(tc, a_request_is_understood_in_either_form, 0,
			    sizeof(goods) / sizeof(goods[0]));
	tcase_add_loop_test(tc, a_fault_names_the_member_and_keeps_what_is_good, 0,
			    sizeof(bads) / sizeof(bads[0]));
	tcase_add_test(tc, a_string_cut_anywhere_is_refused);
	tcase_add_loop_test(tc, an_envelope_is_written_as_an_object, 0, written_n);
	tcase_add_loop_test(tc, an_envelope_is_written_as_a_string_that_holds_the_object,
			    0, written_n);
	tcase_add_test(tc, blanks_of_data_are_escaped_inside_a_string);
	tcase_add_test(tc, the_event_follows_the_form_of_the_request);
	tcase_add_test(tc, failures_have_public_codes);
	suite_add_tcase(suite, tc);
	return suite;
}
