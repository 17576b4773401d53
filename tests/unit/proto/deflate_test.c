/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages through the shared contexts: the examples of RFC 7692 7.2.3 and what breaks. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/deflate.h"

#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

static struct deflate_pool *pool;

static void
make_pool(void)
{
	pool = deflate_pool_new();
	ck_assert_ptr_nonnull(pool);
}

static void
free_pool(void)
{
	deflate_pool_free(pool);
}

static const struct {
	struct str compressed, plain;
} examples[] = {
	{STR("\xF2\x48\xCD\xC9\xC9\x07\x00"), STR("Hello")},                 /* 7.2.3.1 */
	{STR("\x00\x05\x00\xFA\xFF\x48\x65\x6C\x6C\x6F\x00"), STR("Hello")}, /* 7.2.3.3 */
	{STR("\xF3\x48\xCD\xC9\xC9\x07\x00\x00"), STR("Hello")},             /* 7.2.3.4 */
	{STR("\xF2\x48\x05\x00\x00\x00\xFF\xFF\xCA\xC9\xC9\x07\x00"),
	 STR("Hello")},             /* .5 */
	{STR("\x00"), STR("")},     /* 7.2.3.6 */
	{STR("\x02\x00"), STR("")}, /* an empty block with fixed codes */
	{STR("\xF3\x48\xCD\xC9\xC9\x07\x00"), STR("Hello")}, /* last block, no flush */
	{STR("\xF3\x48\xCD\xC9\xC9\x07\x00\xF3\x48\xCD\xC9\xC9\x07\x00\x00"),
	 STR("HelloHello")}, /* two streams */
};

START_TEST(the_examples_of_the_rfc_inflate)
{
	char *copy = malloc(examples[_i].compressed.len);
	struct str in = {copy, examples[_i].compressed.len};
	struct buf out = BUF_INIT;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, examples[_i].compressed.ptr, in.len);
	buf_add_str(&out, STR("before "));
	ck_assert_int_eq(inflate_message(pool, 15, in, 100, &out), 0);
	ck_assert(str_has_prefix(buf_str(&out), STR("before ")));
	ck_assert(str_eq(str_skip(buf_str(&out), 7), examples[_i].plain));
	free(copy);
	buf_fini(&out);
}
END_TEST

/* Cut, the example is no message; it ends inside of a block. */
START_TEST(a_cut_message_is_refused)
{
	struct str whole = STR("\xF2\x48\xCD\xC9\xC9\x07\x00");
	struct buf out = BUF_INIT;

	for (size_t n = 0; n + 1 < whole.len; n++)
		ck_assert_int_eq(
			inflate_message(pool, 15, (struct str){whole.ptr, n}, 100, &out),
			-E_DEFLATE);
	ck_assert_uint_eq(out.len, 0);
	buf_fini(&out);
}
END_TEST

static const struct str broken[] = {
	STR("\x06"),
	STR("\x07"),
	STR("\xFF\xFF\xFF\xFF"), /* reserved block type */
	STR("\x00\x05\x00\xFA\xFE"
	    "Hello\x00"),        /* lengths disagree */
	STR("\x02\x07\x10\x00"), /* reaches before the start */
	STR("\xF2\x48\xCD\xC9\xC9\x07\x00\x07"),
	STR("plain text, not deflated at all"),
	STR("\xF3\x48\xCD\xC9\xC9\x07\x00\x06"),
};

START_TEST(broken_data_is_refused_and_leaves_no_trace)
{
	struct buf out = BUF_INIT;

	buf_add_str(&out, STR("before"));
	ck_assert_int_eq(inflate_message(pool, 15, broken[_i], 1000, &out), -E_DEFLATE);
	ck_assert(str_eq(buf_str(&out), STR("before")));
	ck_assert_int_eq(inflate_message(pool, 15, examples[0].compressed, 1000, &out),
			 0);
	ck_assert(str_eq(buf_str(&out), STR("beforeHello")));
	buf_fini(&out);
}
END_TEST

/* Bytes that do not compress, then some that do. */
static void
add_sample(struct buf *out, size_t n)
{
	uint32_t state = 12345;

	for (size_t i = 0; i < n; i++) {
		state = state * 1664525 + 1013904223;
		buf_add_char(out, i % 3000 < 2000 ? (char)(state >> 24) : "abc"[i % 3]);
	}
}

START_TEST(what_goes_in_comes_out_at_every_window)
{
	static const size_t lengths[] = {0, 1, 2, 100, 1000, 70000, 300000};
	struct buf plain = BUF_INIT, compressed = BUF_INIT, out = BUF_INIT;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		buf_clear(&plain);
		buf_clear(&compressed);
		buf_clear(&out);
		add_sample(&plain, lengths[i]);
		ck_assert_int_eq(deflate_message(pool, _i, buf_str(&plain), &compressed),
				 0);
		ck_assert_int_eq(
			inflate_message(pool, _i, buf_str(&compressed), lengths[i], &out),
			0);
		ck_assert(str_eq(buf_str(&out), buf_str(&plain)));
	}
	buf_fini(&plain);
	buf_fini(&compressed);
	buf_fini(&out);
}
END_TEST

/* What repeats at every distance from 3 to 600. */
static void
add_repetitions(struct buf *out)
{
	add_sample(out, 1000);
	for (size_t distance = 3; distance <= 600; distance++) {
		for (int i = 0; i < 20; i++)
			buf_add_char(out, out->data[out->len - distance]);
		buf_add_char(out, (char)(distance * 7));
	}
}

/* A byte at a time, so that the window is all that there is to look back at. */
static bool
inflates_by_window(int window_bits, struct str in, struct str expected)
{
	z_stream z = {.next_in = (const Bytef *)in.ptr, .avail_in = (uInt)in.len};
	size_t at = 0;
	char c;

	ck_assert_int_eq(inflateInit2(&z, -window_bits), Z_OK);
	for (; at < expected.len; at++) {
		z.next_out = (Bytef *)&c;
		z.avail_out = 1;
		if (inflate(&z, Z_SYNC_FLUSH) != Z_OK || z.avail_out ||
		    c != expected.ptr[at])
			break;
	}
	inflateEnd(&z);
	return at == expected.len;
}

START_TEST(no_message_looks_back_further_than_its_window)
{
	struct buf plain = BUF_INIT, small = BUF_INIT, large = BUF_INIT;

	add_repetitions(&plain);
	ck_assert_int_eq(deflate_message(pool, 8, buf_str(&plain), &small), 0);
	ck_assert(inflates_by_window(8, buf_str(&small), buf_str(&plain)));
	ck_assert_int_eq(deflate_message(pool, 10, buf_str(&plain), &large), 0);
	ck_assert(inflates_by_window(10, buf_str(&large), buf_str(&plain)));
	ck_assert(!inflates_by_window(8, buf_str(&large), buf_str(&plain)));
	buf_fini(&plain);
	buf_fini(&small);
	buf_fini(&large);
}
END_TEST

START_TEST(a_message_owes_nothing_to_the_one_before)
{
	struct buf first = BUF_INIT, second = BUF_INIT, empty = BUF_INIT;

	ck_assert_int_eq(deflate_message(pool, 15, STR("the same the same"), &first), 0);
	ck_assert_int_eq(deflate_message(pool, 15, STR("the same the same"), &second), 0);
	ck_assert(str_eq(buf_str(&first), buf_str(&second)));
	ck_assert_int_eq(deflate_message(pool, 15, STR(""), &empty), 0);
	ck_assert(str_eq(buf_str(&empty), STR("\x00")));
	buf_fini(&first);
	buf_fini(&second);
	buf_fini(&empty);
}
END_TEST

START_TEST(a_broken_message_does_not_harm_the_next)
{
	struct buf out = BUF_INIT, plain = BUF_INIT, compressed = BUF_INIT;

	add_sample(&plain, 5000);
	ck_assert_int_eq(deflate_message(pool, 15, buf_str(&plain), &compressed), 0);
	ck_assert_int_eq(inflate_message(pool, 15, buf_str(&compressed), 4000, &out),
			 -E_TOO_LARGE);
	ck_assert_int_eq(inflate_message(pool, 15, STR("\x02\x07\x10\x00"), 9000, &out),
			 -E_DEFLATE);
	ck_assert_int_eq(inflate_message(pool, 15, buf_str(&compressed), 5000, &out), 0);
	ck_assert(str_eq(buf_str(&out), buf_str(&plain)));
	buf_fini(&out);
	buf_fini(&plain);
	buf_fini(&compressed);
}
END_TEST

/* 16 MB of zeros in 16 KB: no more is ever written than the limit, rounded up as buffers
 * grow. */
START_TEST(a_bomb_is_stopped_at_the_limit)
{
	struct buf plain = BUF_INIT, bomb = BUF_INIT, out = BUF_INIT;
	size_t n = 16 << 20;

	ck_assert_ptr_nonnull(buf_reserve(&plain, n));
	memset(plain.data, 0, n);
	plain.len = n;
	ck_assert_int_eq(deflate_message(pool, 15, buf_str(&plain), &bomb), 0);
	ck_assert_uint_lt(bomb.len, n / 500);
	ck_assert_int_eq(inflate_message(pool, 15, buf_str(&bomb), 100000, &out),
			 -E_TOO_LARGE);
	ck_assert_uint_eq(out.len, 0);
	ck_assert_uint_le(out.cap, 1 << 18);
	ck_assert_int_eq(inflate_message(pool, 15, buf_str(&bomb), n - 1, &out),
			 -E_TOO_LARGE);
	ck_assert_int_eq(inflate_message(pool, 15, buf_str(&bomb), n, &out), 0);
	ck_assert_uint_eq(out.len, n);
	buf_fini(&plain);
	buf_fini(&bomb);
	buf_fini(&out);
}
END_TEST

START_TEST(the_limit_counts_to_the_byte)
{
	struct buf out = BUF_INIT;

	ck_assert_int_eq(inflate_message(pool, 15, examples[0].compressed, 5, &out), 0);
	ck_assert_int_eq(inflate_message(pool, 15, examples[0].compressed, 4, &out),
			 -E_TOO_LARGE);
	ck_assert_int_eq(inflate_message(pool, 15, examples[0].compressed, 0, &out),
			 -E_TOO_LARGE);
	ck_assert_int_eq(inflate_message(pool, 15, STR("\x00"), 0, &out), 0);
	ck_assert_int_eq(
		inflate_message(pool, 15, examples[0].compressed, SIZE_MAX, &out), 0);
	ck_assert(str_eq(buf_str(&out), STR("HelloHello")));
	buf_fini(&out);
}
END_TEST

Suite *
deflate_suite(void)
{
	Suite *s = suite_create("deflate");
	TCase *c = tcase_create("deflate");

	tcase_add_checked_fixture(c, make_pool, free_pool);
	tcase_add_loop_test(c, the_examples_of_the_rfc_inflate, 0,
			    sizeof(examples) / sizeof(examples[0]));
	tcase_add_test(c, a_cut_message_is_refused);
	tcase_add_loop_test(c, broken_data_is_refused_and_leaves_no_trace, 0,
			    sizeof(broken) / sizeof(broken[0]));
	tcase_add_loop_test(c, what_goes_in_comes_out_at_every_window, 9, 16);
	tcase_add_test(c, no_message_looks_back_further_than_its_window);
	tcase_add_test(c, a_message_owes_nothing_to_the_one_before);
	tcase_add_test(c, a_broken_message_does_not_harm_the_next);
	tcase_add_test(c, a_bomb_is_stopped_at_the_limit);
	tcase_add_test(c, the_limit_counts_to_the_byte);
	suite_add_tcase(s, c);
	return s;
}
