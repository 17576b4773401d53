/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Offers of permessage-deflate and their answers. */
#include "unit/proto/suites.h"

#include "proto/deflate.h"

#include <stdlib.h>

#define D "permessage-deflate"
#define ANSWER                                                                           \
	"permessage-deflate; server_no_context_takeover; client_no_context_takeover"

/* The answer, empty when the offer is declined, and the windows agreed on. */
static const struct {
	const char *offers, *answer;
	int server_bits, client_bits;
} offers[] = {
	{D, ANSWER, 15, 15},
	{"  " D "\t", ANSWER, 15, 15},
	{D "; client_max_window_bits", ANSWER, 15, 15},
	{D ";client_max_window_bits ;server_no_context_takeover", ANSWER, 15, 15},
	{D "; client_no_context_takeover; server_no_context_takeover", ANSWER, 15, 15},
	{D "; server_max_window_bits=8", ANSWER "; server_max_window_bits=8", 8, 15},
	{D "; server_max_window_bits=9", ANSWER "; server_max_window_bits=9", 9, 15},
	{D "; server_max_window_bits=15", ANSWER "; server_max_window_bits=15", 15, 15},
	{D "; server_max_window_bits = \"10\"", ANSWER "; server_max_window_bits=10", 10,
	 15},
	{D "; client_max_window_bits=9", ANSWER "; client_max_window_bits=9", 15, 9},
	{D "; client_max_window_bits=12; server_max_window_bits=11",
	 ANSWER "; server_max_window_bits=11; client_max_window_bits=12", 11, 12},
	{D "; client_max_window_bits=8", ANSWER, 15, 15},
	/* declined */
	{"", "", 0, 0},
	{",", "", 0, 0},
	{"permessage-bzip2", "", 0, 0},
	{"x-webkit-deflate-frame", "", 0, 0},
	{"permessage-deflatex", "", 0, 0},
	{D "; server_max_window_bits", "", 0, 0},
	{D "; server_max_window_bits=", "", 0, 0},
	{D "; server_max_window_bits=\"\"", "", 0, 0},
	{D "; server_max_window_bits=\"10", "", 0, 0},
	{D "; server_max_window_bits=\" 10\"", "", 0, 0},
	{D "; server_max_window_bits=16", "", 0, 0},
	{D "; server_max_window_bits=7", "", 0, 0},
	{D "; server_max_window_bits=09", "", 0, 0},
	{D "; server_max_window_bits=+9", "", 0, 0},
	{D "; server_max_window_bits=10x", "", 0, 0},
	{D "; server_max_window_bits=4294967305", "", 0, 0},
	{D "; server_max_window_bits=10; server_max_window_bits=10", "", 0, 0},
	{D "; client_max_window_bits=7", "", 0, 0},
	{D "; client_max_window_bits=16", "", 0, 0},
	{D "; client_max_window_bits=010", "", 0, 0},
	{D "; client_max_window_bits; client_max_window_bits", "", 0, 0},
	{D "; server_no_context_takeover=1", "", 0, 0},
	{D "; server_no_context_takeover; server_no_context_takeover", "", 0, 0},
	{D "; client_no_context_takeover=true", "", 0, 0},
	{D "; client_no_context_takeover; client_no_context_takeover", "", 0, 0},
	{D "; unknown", "", 0, 0},
	{D ";", "", 0, 0},
	{D "; ;", "", 0, 0},
	{D " x", "", 0, 0},
	{D "=1", "", 0, 0},
	{D ", " D "=1", ANSWER, 15, 15}, /* the handshake is refused for the second */
	/* the next offer */
	{"foo, " D, ANSWER, 15, 15},
	{"foo; a=\"x\"; b, " D, ANSWER, 15, 15},
	{D "; server_max_window_bits=\"1\\0\", " D, ANSWER, 15, 15},
	{D "; server_max_window_bits=7, " D "; server_max_window_bits=9, " D,
	 ANSWER "; server_max_window_bits=9", 9, 15},
	{D "; server_max_window_bits=10, " D, ANSWER "; server_max_window_bits=10", 10,
	 15},
	{D "; server_no_context_takeover=1; server_max_window_bits=9, " D, ANSWER, 15,
	 15},
	{",, " D ",", ANSWER, 15, 15},
};

START_TEST(the_first_offer_that_fits_is_answered)
{
	size_t n = strlen(offers[_i].offers);
	char *copy = malloc(n + 1);
	struct ws_deflate agreed = {.on = !offers[_i].server_bits};
	struct buf answer = BUF_INIT;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, offers[_i].offers, n);
	ws_deflate_negotiate((struct str){copy, n}, &agreed, &answer);
	ck_assert_msg(str_eq(buf_str(&answer), str_from(offers[_i].answer)), "%s: %.*s",
		      offers[_i].offers, STR_ARG(buf_str(&answer)));
	ck_assert_int_eq(agreed.on, answer.len > 0);
	ck_assert_int_eq(agreed.server_bits, offers[_i].server_bits);
	ck_assert_int_eq(agreed.client_bits, offers[_i].client_bits);
	free(copy);
	buf_fini(&answer);
}
END_TEST

START_TEST(the_answer_is_appended)
{
	struct ws_deflate agreed;
	struct buf answer = BUF_INIT;

	buf_add_str(&answer, STR("Sec-WebSocket-Extensions: "));
	ws_deflate_negotiate(STR(D), &agreed, &answer);
	ck_assert(str_eq(buf_str(&answer), STR("Sec-WebSocket-Extensions: " ANSWER)));
	buf_fini(&answer);
}
END_TEST

START_TEST(no_offers_at_all_are_declined)
{
	struct ws_deflate agreed = {.on = true};
	struct buf answer = BUF_INIT;

	ws_deflate_negotiate((struct str){NULL, 0}, &agreed, &answer);
	ck_assert(!agreed.on);
	ck_assert_uint_eq(answer.len, 0);
}
END_TEST

Suite *
deflate_negotiate_suite(void)
{
	Suite *s = suite_create("deflate_negotiate");
	TCase *c = tcase_create("deflate_negotiate");

	tcase_add_loop_test(c, the_first_offer_that_fits_is_answered, 0,
			    sizeof(offers) / sizeof(offers[0]));
	tcase_add_test(c, the_answer_is_appended);
	tcase_add_test(c, no_offers_at_all_are_declined);
	suite_add_tcase(s, c);
	return s;
}
