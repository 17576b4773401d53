/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/coding.h"

#include "base/errors.h"
#include "unit/proto/suites.h"

#include <stdlib.h>
#include <zlib.h>

static const struct {
	const char *lines[2]; /* values of Accept-Encoding */
	enum coding chosen;
} choices[] = {
	{{NULL}, CODING_IDENTITY},
	{{""}, CODING_IDENTITY},
	{{"gzip"}, CODING_GZIP},
	{{"GZip"}, CODING_GZIP},
	{{"x-gzip"}, CODING_GZIP},
	{{"deflate"}, CODING_DEFLATE},
	{{"gzip, deflate, br"}, CODING_GZIP},
	{{"deflate, gzip"}, CODING_GZIP},
	{{"br"}, CODING_IDENTITY},
	{{"*"}, CODING_GZIP},
	{{"*;q=0"}, CODING_IDENTITY},
	{{"gzip;q=0, *"}, CODING_DEFLATE},
	{{"gzip;q=0"}, CODING_IDENTITY},
	{{"gzip;q=0.000"}, CODING_IDENTITY},
	{{"gzip;q=0.5, deflate;q=0.8"}, CODING_DEFLATE},
	{{"gzip;q=0.801,deflate;q=0.8"}, CODING_GZIP},
	{{"gzip ; q=0.001"}, CODING_GZIP},
	{{"gzip;Q=1.000"}, CODING_GZIP},
	{{"identity, gzip;q=0.5"}, CODING_IDENTITY},
	{{"identity;q=0.5, gzip;q=0.5"}, CODING_GZIP},
	{{"identity;q=0, deflate;q=0.1"}, CODING_DEFLATE},
	{{",, gzip ,"}, CODING_GZIP},
	{{"gzip;q=0", "deflate"}, CODING_DEFLATE},
	{{"br", "gzip"}, CODING_GZIP},
	{{"gzip;q=2"}, CODING_IDENTITY},
	{{"gzip;q=1.001"}, CODING_IDENTITY},
	{{"gzip;q=0.1234"}, CODING_IDENTITY},
	{{"gzip;q="}, CODING_IDENTITY},
	{{"gzip;q=x"}, CODING_IDENTITY},
	{{"gzip;level=9"}, CODING_IDENTITY},
};

START_TEST(the_client_chooses_the_coding)
{
	struct http_header headers[3] = {{STR("Accept"), STR("deflate")}};
	struct http_head head = {.headers = headers, .headers_n = 1};

	for (size_t i = 0; i < 2 && choices[_i].lines[i]; i++)
		headers[head.headers_n++] = (struct http_header){
			STR("accept-encoding"), str_from(choices[_i].lines[i])};
	ck_assert_int_eq(coding_choose(&head), choices[_i].chosen);
}
END_TEST

START_TEST(what_was_coded_reads_back)
{
	static const enum coding codings[] = {CODING_GZIP, CODING_DEFLATE};
	static const size_t sizes[] = {0, 1, 100, 70000};

	for (size_t c = 0; c < 2; c++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			char *text = malloc(sizes[i] + 1), *back = malloc(sizes[i] + 1);
			struct buf coded = BUF_INIT;
			z_stream z = {0};

			for (size_t at = 0; at < sizes[i]; at++)
				text[at] = (char)(at % 251 * (at % 7));
			ck_assert_int_eq(coding_write(codings[c], 6,
						      (struct str){text, sizes[i]},
						      &coded),
					 0);
			ck_assert_int_eq(
				inflateInit2(&z, codings[c] == CODING_GZIP ? 31 : 15),
				Z_OK);
			z.next_in = (Bytef *)coded.data;
			z.avail_in = (uInt)coded.len;
			z.next_out = (Bytef *)back;
			z.avail_out = (uInt)sizes[i] + 1;
			ck_assert_int_eq(inflate(&z, Z_FINISH), Z_STREAM_END);
			ck_assert_uint_eq(z.total_out, sizes[i]);
			ck_assert_mem_eq(text, back, sizes[i]);
			inflateEnd(&z);
			buf_fini(&coded);
			free(text);
			free(back);
		}
	}
}
END_TEST

Suite *
coding_suite(void)
{
	Suite *s = suite_create("coding");
	TCase *tc = tcase_create("coding");

	tcase_add_loop_test(tc, the_client_chooses_the_coding, 0,
			    sizeof(choices) / sizeof(choices[0]));
	tcase_add_test(tc, what_was_coded_reads_back);
	suite_add_tcase(s, tc);
	return s;
}
