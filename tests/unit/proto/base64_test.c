/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/base64.h"

#include "base/errors.h"
#include "unit/proto/suites.h"

/* RFC 4648 10, and bytes that need the last two characters. */
static const struct {
	struct str bytes;
	const char *text, *url_text;
} vectors[] = {
	{{"", 0}, "", ""},
	{{"f", 1}, "Zg==", "Zg"},
	{{"fo", 2}, "Zm8=", "Zm8"},
	{{"foo", 3}, "Zm9v", "Zm9v"},
	{{"foob", 4}, "Zm9vYg==", "Zm9vYg"},
	{{"fooba", 5}, "Zm9vYmE=", "Zm9vYmE"},
	{{"foobar", 6}, "Zm9vYmFy", "Zm9vYmFy"},
	{{"\xfb\xef\xbe\xff\xff\xff\0", 7}, "++++////AA==", "----____AA"},
};

static void
check(int (*decode)(struct str text, void *out, size_t *n_out), struct str text,
      struct str bytes)
{
	char out[16];
	size_t n;

	ck_assert_int_eq(decode(text, out, &n), 0);
	ck_assert(str_eq(bytes, (struct str){out, n}));
	memcpy(out, text.ptr, text.len);
	text.ptr = out;
	ck_assert_int_eq(decode(text, out, &n), 0);
	ck_assert(str_eq(bytes, (struct str){out, n}));
}

START_TEST(vectors_go_both_ways)
{
	struct str bytes = vectors[_i].bytes;
	struct str text = str_from(vectors[_i].text),
		   url_text = str_from(vectors[_i].url_text);
	char out[16];
	size_t n;

	n = base64_encode(bytes.ptr, bytes.len, out);
	ck_assert_uint_eq(n, BASE64_LEN(bytes.len));
	ck_assert(str_eq(text, (struct str){out, n}));
	n = base64url_encode(bytes.ptr, bytes.len, out);
	ck_assert(str_eq(url_text, (struct str){out, n}));

	check(base64_decode, text, bytes);
	check(base64url_decode, url_text, bytes);
}
END_TEST

START_TEST(every_byte_in_every_place_is_a_character_of_the_alphabet_or_refused)
{
	const char *standard =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char
		*url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (int at = 0; at < 6; at++)
		for (int c = 0; c < 256; c++) {
			char text[] = "AAAAAA", out[8];
			bool in_standard = c && strchr(standard, c);
			bool in_url = c && strchr(url, c);
			size_t n;

			text[at] = (char)c;
			if (at == 5) /* has bits that fall off */
				in_url &= c == 'A' || c == 'Q' || c == 'g' || c == 'w';
			ck_assert_int_eq(base64_decode((struct str){text, 6}, out, &n) ==
						 0,
					 in_standard);
			ck_assert_int_eq(
				base64url_decode((struct str){text, 6}, out, &n) == 0,
				in_url);
		}
}
END_TEST

START_TEST(padding_may_be_absent_but_not_wrong)
{
	static const char *const refused[] = {
		"Z",     "Zg=",      "Z===",     "====",  "=",    "Zm8==",
		"Zm9v=", "Zm9v====", "Zg==Zg==", "Zm9vY", "Zg= ="};
	char out[16];
	size_t n;

	check(base64_decode, STR("Zg"), STR("f"));
	check(base64_decode, STR("Zm8"), STR("fo"));
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(base64_decode(str_from(refused[i]), out, &n) == -E_BASE64,
			      "%s", refused[i]);
}
END_TEST

START_TEST(the_url_form_is_strict)
{
	static const char *const refused[] = {"Zg==", "Zm8=",  "Zh",     "Zm9",  "Z",
					      "Zm 8", "Zm8\n", "Zm9v\n", "Zm+v", "Zm/v"};
	char out[16];
	size_t n;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(base64url_decode(str_from(refused[i]), out, &n) ==
				      -E_BASE64,
			      "%s", refused[i]);
}
END_TEST

Suite *
base64_suite(void)
{
	Suite *s = suite_create("base64");
	TCase *t = tcase_create("base64");

	tcase_add_loop_test(t, vectors_go_both_ways, 0,
			    (int)(sizeof(vectors) / sizeof(vectors[0])));
	tcase_add_test(
		t, every_byte_in_every_place_is_a_character_of_the_alphabet_or_refused);
	tcase_add_test(t, padding_may_be_absent_but_not_wrong);
	tcase_add_test(t, the_url_form_is_strict);
	suite_add_tcase(s, t);
	return s;
}
