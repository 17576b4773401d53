/* SPDX-License-Identifier: GPL-3.0-or-later */
/* llhttp's veto: our own pass hands it a wrong split, and it must notice. */
#include "proto/http_llhttp.h"

#include "unit/proto/suites.h"

static const char head[] = "GET /p?q HTTP/1.1\r\nHost: a\r\nX:\r\nY: \t2 \t\r\n\r\n";

struct fixture {
	struct http_header headers[3];
	struct http_split split;
};

static struct str
slice(size_t at, size_t n)
{
	return (struct str){head + at, n};
}

static void
init(struct fixture *f)
{
	f->headers[0] = (struct http_header){slice(19, 4), slice(25, 1)};
	f->headers[1] = (struct http_header){slice(28, 1), slice(30, 0)};
	f->headers[2] = (struct http_header){slice(32, 1), slice(36, 1)};
	f->split = (struct http_split){
		.method = slice(0, 3),
		.target = slice(4, 4),
		.minor = 1,
		.headers = f->headers,
		.headers_n = 3,
	};
}

static bool
agrees(const struct fixture *f)
{
	return http_llhttp_agrees(slice(0, sizeof(head) - 1), &f->split);
}

START_TEST(the_same_slices_are_agreed_on)
{
	struct fixture f;

	init(&f);
	ck_assert(agrees(&f));
}
END_TEST

START_TEST(any_other_slice_is_noticed)
{
	struct fixture f;

	init(&f);
	f.split.method = STR("PUT");
	ck_assert(!agrees(&f));
	init(&f);
	f.split.target.len--;
	ck_assert(!agrees(&f));
	init(&f);
	f.split.minor = 0;
	ck_assert(!agrees(&f));
	for (int i = 0; i < 3; i++) {
		init(&f);
		f.headers[i].name.len--;
		ck_assert(!agrees(&f));
		init(&f);
		f.headers[i].value.len++;
		ck_assert(!agrees(&f));
	}
	/* the same text in another place */
	init(&f);
	f.headers[0].value = STR("a");
	ck_assert(!agrees(&f));
}
END_TEST

START_TEST(another_number_of_headers_is_noticed)
{
	struct fixture f;

	init(&f);
	f.split.headers_n = 2;
	ck_assert(!agrees(&f));
	init(&f);
	f.split.headers_n = 0;
	ck_assert(!agrees(&f));
}
END_TEST

START_TEST(another_end_is_noticed)
{
	struct fixture f;

	init(&f);
	for (size_t n = 1; n < sizeof(head) - 1; n++)
		ck_assert(!http_llhttp_agrees(slice(0, n), &f.split));
	/* the terminating zero stands for a byte of the next message */
	ck_assert(!http_llhttp_agrees(slice(0, sizeof(head)), &f.split));
}
END_TEST

START_TEST(another_body_is_noticed)
{
	static const char
		chunked[] = "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
		length[] = "PUT / HTTP/1.1\r\nContent-Length: 00000000000007\r\n\r\n";
	struct str heads[] = {{chunked, sizeof(chunked) - 1},
			      {length, sizeof(length) - 1}};

	for (int i = 0; i < 2; i++) {
		const char *at = heads[i].ptr;
		size_t name_n = i ? 14 : 17, value_n = i ? 14 : 7;
		struct http_header header = {{at + 16, name_n},
					     {at + 18 + name_n, value_n}};
		struct http_split split = {{at, 3}, {at + 4, 1}, 1,    &header,
					   1,       !i,          i * 7};

		ck_assert(http_llhttp_agrees(heads[i], &split));
		split.is_chunked = i;
		ck_assert(!http_llhttp_agrees(heads[i], &split));
		split.is_chunked = !i;
		split.body_bytes++;
		ck_assert(!http_llhttp_agrees(heads[i], &split));
	}
}
END_TEST

START_TEST(what_llhttp_refuses_is_refused)
{
	static const char twice[] =
		"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n";
	const struct http_header headers[] = {
		{{twice + 16, 14}, {twice + 32, 1}},
		{{twice + 35, 14}, {twice + 51, 1}},
	};
	const struct http_split split = {{twice, 3}, {twice + 4, 1}, 1, headers,
					 2,          false,          1};

	ck_assert(!http_llhttp_agrees((struct str){twice, sizeof(twice) - 1}, &split));
}
END_TEST

Suite *
http_llhttp_suite(void)
{
	Suite *s = suite_create("http_llhttp");
	TCase *t = tcase_create("http_llhttp");

	tcase_add_test(t, the_same_slices_are_agreed_on);
	tcase_add_test(t, any_other_slice_is_noticed);
	tcase_add_test(t, another_number_of_headers_is_noticed);
	tcase_add_test(t, another_end_is_noticed);
	tcase_add_test(t, another_body_is_noticed);
	tcase_add_test(t, what_llhttp_refuses_is_refused);
	suite_add_tcase(s, t);
	return s;
}
