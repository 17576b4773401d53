/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elements of Forwarded, from left to right. */
#include "unit/proto/suites.h"

#include "base/buf.h"
#include "base/errors.h"
#include "proto/forwarded.h"

#include <stdlib.h>

static const struct {
	const char *value,
		*nodes; /* nodes joined by '|', "-" where there is none, "!" at a fault */
} cases[] = {
	{"for=192.0.2.1", "192.0.2.1|"},
	{"For=192.0.2.1;proto=http;by=203.0.113.43", "192.0.2.1|"},
	{"for=\"[2001:db8::17]:4711\"", "[2001:db8::17]:4711|"},
	{"for=192.0.2.1, for=198.51.100.17", "192.0.2.1|198.51.100.17|"},
	{"for=192.0.2.1 ,\tfor=unknown", "192.0.2.1|unknown|"},
	{"proto=https", "-|"},
	{"proto=https;host=\"a,for=6.6.6.6\", for=192.0.2.1", "-|192.0.2.1|"},
	{"host=\"a\\\",for=6.6.6.6\";for=192.0.2.1", "192.0.2.1|"},
	{"for=_hidden, for=192.0.2.1:80", "_hidden|192.0.2.1:80|"},
	{"for=192.0.2.1 ; proto=http", "192.0.2.1|"},
	{";;for=192.0.2.1;", "192.0.2.1|"},
	{"", ""},
	{"  ", ""},
	{"for=192.0.2.1,", "192.0.2.1|"},
	{",for=192.0.2.1", "-|192.0.2.1|"},
	{"for=\"\"", "|"},
	{"for", "!"},
	{"for=", "!"},
	{"for=;proto=http", "!"},
	{"=192.0.2.1", "!"},
	{"for =192.0.2.1", "!"},
	{"for= 192.0.2.1", "!"},
	{"for=192.0.2.1 for=192.0.2.2", "!"},
	{"for=192.0.2.1;for=192.0.2.2", "!"},
	{"for=\"192.0.2.1", "!"},
	{"for=\"192.0.2.1\\\"", "!"},
	{"for=\"192.0.2.1\"x", "!"},
	{"for=a\"b", "!"},
	/* a quote that a client left open shall not swallow what a proxy added */
	{"for=\"x, for=192.0.2.1", "!"},
	{"for=\", for=192.0.2.1;host=\"h\"", "!"},
};

START_TEST(elements_come_from_left_to_right)
{
	char *copy = str_dup(str_from(cases[_i].value));
	struct str rest = {copy, strlen(cases[_i].value)}, node;
	struct buf found = BUF_INIT;
	int more;

	while ((more = forwarded_next(&rest, &node)) > 0) {
		if (node.ptr)
			buf_add_str(&found, node);
		else
			buf_add_char(&found, '-');
		buf_add_char(&found, '|');
	}
	if (more < 0) {
		ck_assert_int_eq(more, -E_HTTP_SYNTAX);
		buf_add_char(&found, '!');
	}
	buf_add_char(&found, '\0');
	ck_assert_str_eq(found.data, cases[_i].nodes);
	buf_fini(&found);
	free(copy);
}
END_TEST

Suite *
forwarded_suite(void)
{
	Suite *s = suite_create("forwarded");
	TCase *t = tcase_create("forwarded");

	tcase_add_loop_test(t, elements_come_from_left_to_right, 0,
			    sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, t);
	return s;
}
