/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of extensions, as their words one after the other. */
#include "unit/proto/suites.h"

#include "base/buf.h"
#include "base/errors.h"
#include "proto/websocket.h"

#include <stdlib.h>

#define BAD "!"

/* Extensions in [], parameters in (), values behind =; BAD at the end when it is no list. */
static const struct {
	const char *list, *words;
} lists[] = {
	{"a", "[a]"},
	{" \ta\t ", "[a]"},
	{"a, b", "[a][b]"},
	{"a,b;c", "[a][b](c)"},
	{"a;b=c ; d = e , f", "[a](b=c)(d=e)[f]"},
	{"a;b=\"c\"", "[a](b=c)"},
	{"a;b=\"c\\d\"", "[a](b=c\\d)"},
	{"a;b = \"c\" ;d", "[a](b=c)(d)"},
	{",, a ,,b,", "[a][b]"},
	{"!#$%&'*+-.^_`|~09azAZ", "[!#$%&'*+-.^_`|~09azAZ]"},
	{"", BAD},
	{" ", BAD},
	{",", BAD},
	{"a b", "[a]" BAD},
	{"a=b", "[a]" BAD},
	{"a;", "[a]" BAD},
	{"a;,b", "[a]" BAD},
	{"a;;b", "[a]" BAD},
	{";a", BAD},
	{"a,;b", "[a]" BAD},
	{"a;b=", "[a]" BAD},
	{"a;b=,c", "[a]" BAD},
	{"a;b=c d", "[a](b=c)" BAD},
	{"a;b=c=d", "[a](b=c)" BAD},
	{"a;b=\"\"", "[a]" BAD},
	{"a;b=\"c", "[a]" BAD},
	{"a;b=\" c\"", "[a]" BAD},
	{"a;b=\"c \"", "[a]" BAD},
	{"a;b=\"c,d\"", "[a]" BAD},
	{"a;b=\"c\\", "[a]" BAD},
	{"a;b=\"c\\\"", "[a]" BAD},
	{"a;b=\"\\\"\"", "[a]" BAD},
	{"a;b=\"c\"d", "[a](b=c)" BAD},
	{"a;b=c\"d\"", "[a](b=c)" BAD},
	{"\"a\"", BAD},
	{"a/b", "[a]" BAD},
	{"\xC3\xA4", BAD},
};

START_TEST(a_list_is_read_word_by_word)
{
	size_t n = strlen(lists[_i].list);
	char *copy = malloc(n ? n : 1);
	struct ws_extensions list = {.rest = {copy, n}};
	struct ws_extension_word word;
	struct buf words = BUF_INIT;
	int result;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, lists[_i].list, n);
	while ((result = ws_extensions_next(&list, &word)) > 0) {
		buf_printf(&words, word.is_param ? "(%.*s" : "[%.*s", STR_ARG(word.name));
		if (word.has_value)
			buf_printf(&words, "=%.*s", STR_ARG(word.value));
		buf_add_char(&words, word.is_param ? ')' : ']');
	}
	if (result < 0) {
		ck_assert_int_eq(result, -E_HTTP_SYNTAX);
		buf_add_str(&words, STR(BAD));
	}
	ck_assert_msg(str_eq(buf_str(&words), str_from(lists[_i].words)), "%s: %.*s",
		      lists[_i].list, STR_ARG(buf_str(&words)));
	free(copy);
	buf_fini(&words);
}
END_TEST

Suite *
websocket_extensions_suite(void)
{
	Suite *s = suite_create("websocket_extensions");
	TCase *c = tcase_create("websocket_extensions");

	tcase_add_loop_test(c, a_list_is_read_word_by_word, 0,
			    sizeof(lists) / sizeof(lists[0]));
	suite_add_tcase(s, c);
	return s;
}
