/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msgpack items: every form, its edges, and input that ends too early. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/msgpack.h"

#include <stdlib.h>

static int
next_of(struct str bytes, struct msgpack_item *out, size_t *used_out)
{
	char *copy = malloc(bytes.len ? bytes.len : 1);
	struct msgpack_reader r = msgpack_reader((struct str){copy, bytes.len});
	int rc;

	memcpy(copy, bytes.ptr, bytes.len);
	*out = (struct msgpack_item){0};
	rc = msgpack_next(&r, out);
	*used_out = (size_t)(r.at - copy);
	if (rc == 0 && out->bytes.ptr)
		out->bytes.ptr = bytes.ptr + (out->bytes.ptr - copy);
	free(copy);
	return rc;
}

static const struct {
	struct str bytes;
	enum msgpack_kind kind;
	int64_t number; /* integers, counts, lengths, ext types */
} forms[] = {
	{STR("\x00"), MSGPACK_UINT, 0},
	{STR("\x7f"), MSGPACK_UINT, 127},
	{STR("\xcc\x80"), MSGPACK_UINT, 128},
	{STR("\xcd\x01\x00"), MSGPACK_UINT, 256},
	{STR("\xce\x00\x01\x00\x00"), MSGPACK_UINT, 65536},
	{STR("\xcf\x00\x00\x00\x01\x00\x00\x00\x00"), MSGPACK_UINT, INT64_C(1) << 32},
	{STR("\xd0\x05"), MSGPACK_UINT, 5},
	{STR("\xff"), MSGPACK_INT, -1},
	{STR("\xe0"), MSGPACK_INT, -32},
	{STR("\xd0\x80"), MSGPACK_INT, -128},
	{STR("\xd1\x80\x00"), MSGPACK_INT, -32768},
	{STR("\xd2\x80\x00\x00\x00"), MSGPACK_INT, INT32_MIN},
	{STR("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), MSGPACK_INT, INT64_MIN},
	{STR("\xd3\x00\x00\x00\x00\x00\x00\x00\x07"), MSGPACK_UINT, 7},
	{STR("\xa0"), MSGPACK_STR, 0},
	{STR("\xa2hi"), MSGPACK_STR, 2},
	{STR("\xd9\x02hi"), MSGPACK_STR, 2},
	{STR("\xda\x00\x02hi"), MSGPACK_STR, 2},
	{STR("\xdb\x00\x00\x00\x02hi"), MSGPACK_STR, 2},
	{STR("\xc4\x02\x00\xff"), MSGPACK_BIN, 2},
	{STR("\xc5\x00\x02\x00\xff"), MSGPACK_BIN, 2},
	{STR("\xc6\x00\x00\x00\x02\x00\xff"), MSGPACK_BIN, 2},
	{STR("\x90"), MSGPACK_ARRAY, 0},
	{STR("\xdc\x00\x00"), MSGPACK_ARRAY, 0},
	{STR("\xdd\x00\x00\x00\x00"), MSGPACK_ARRAY, 0},
	{STR("\x80"), MSGPACK_MAP, 0},
	{STR("\xde\x00\x00"), MSGPACK_MAP, 0},
	{STR("\xdf\x00\x00\x00\x00"), MSGPACK_MAP, 0},
	{STR("\xd4\x05x"), MSGPACK_EXT, 5},
	{STR("\xd5\xffxy"), MSGPACK_EXT, -1},
	{STR("\xd6\x80wxyz"), MSGPACK_EXT, -128},
	{STR("\xd7\x01stuvwxyz"), MSGPACK_EXT, 1},
	{STR("\xd8\x02stuvwxyzstuvwxyz"), MSGPACK_EXT, 2},
	{STR("\xc7\x01\x03x"), MSGPACK_EXT, 3},
	{STR("\xc8\x00\x01\x03x"), MSGPACK_EXT, 3},
	{STR("\xc9\x00\x00\x00\x01\x03x"), MSGPACK_EXT, 3},
	{STR("\xc0"), MSGPACK_NIL, 0},
	{STR("\xc2"), MSGPACK_BOOL, 0},
	{STR("\xc3"), MSGPACK_BOOL, 1},
};

START_TEST(every_form_is_read_and_cut_anywhere_is_refused)
{
	struct msgpack_item item;
	size_t used;
	int64_t number = 0;

	ck_assert_int_eq(next_of(forms[_i].bytes, &item, &used), 0);
	ck_assert_uint_eq(used, forms[_i].bytes.len);
	ck_assert_int_eq(item.kind, forms[_i].kind);
	switch (item.kind) {
	case MSGPACK_UINT:
		number = (int64_t)item.u64;
		break;
	case MSGPACK_INT:
		number = item.i64;
		break;
	case MSGPACK_BOOL:
		number = item.is_true;
		break;
	case MSGPACK_STR:
	case MSGPACK_BIN:
		number = (int64_t)item.bytes.len;
		ck_assert_ptr_eq(item.bytes.ptr + item.bytes.len,
				 forms[_i].bytes.ptr + forms[_i].bytes.len);
		break;
	case MSGPACK_ARRAY:
	case MSGPACK_MAP:
		number = item.n;
		break;
	case MSGPACK_EXT:
		number = item.ext_type;
		break;
	default:
		break;
	}
	ck_assert_int_eq(number, forms[_i].number);
	for (size_t cut = 0; cut < forms[_i].bytes.len; cut++)
		ck_assert_int_eq(
			next_of((struct str){forms[_i].bytes.ptr, cut}, &item, &used),
			-E_MSGPACK);
}
END_TEST

START_TEST(floats_are_read)
{
	struct msgpack_item item;
	size_t used;

	ck_assert_int_eq(next_of(STR("\xca\x3f\x80\x00\x00"), &item, &used), 0);
	ck_assert(item.kind == MSGPACK_FLOAT && item.number == 1.0);
	ck_assert_int_eq(next_of(STR("\xcb\xbf\xf8\0\0\0\0\0\0"), &item, &used), 0);
	ck_assert(item.kind == MSGPACK_FLOAT && item.number == -1.5);
	ck_assert_int_eq(next_of(STR("\xca\x3f\x80\x00"), &item, &used), -E_MSGPACK);
	ck_assert_int_eq(next_of(STR("\xcb\xbf\xf8\0\0\0\0\0"), &item, &used),
			 -E_MSGPACK);
}
END_TEST

START_TEST(a_count_that_cannot_be_is_refused_at_once)
{
	struct msgpack_item item;
	size_t used;

	ck_assert_int_eq(next_of(STR("\xdd\xff\xff\xff\xff\x00"), &item, &used),
			 -E_MSGPACK);
	ck_assert_int_eq(next_of(STR("\xdf\xff\xff\xff\xff\x00\x00"), &item, &used),
			 -E_MSGPACK);
	ck_assert_int_eq(next_of(STR("\x81\x00"), &item, &used), -E_MSGPACK);
	ck_assert_int_eq(next_of(STR("\x92\x00"), &item, &used), -E_MSGPACK);
	ck_assert_int_eq(next_of(STR("\xdb\xff\xff\xff\xffx"), &item, &used), -E_MSGPACK);
	ck_assert_int_eq(next_of(STR("\xc9\xff\xff\xff\xff\x01x"), &item, &used),
			 -E_MSGPACK);
	ck_assert_int_eq(next_of(STR("\xc1"), &item, &used), -E_MSGPACK);
}
END_TEST

START_TEST(skipping_passes_over_a_whole_tree)
{
	struct str tree = STR("\x93\x01\x82\xa1"
			      "a\x90\xa1"
			      "b\x92\xc0\xc4\x01x\xa1z");
	struct msgpack_reader r = msgpack_reader(tree);

	ck_assert_int_eq(msgpack_skip(&r), 0);
	ck_assert_ptr_eq(r.at, r.end);
	ck_assert_int_eq(msgpack_skip(&r), -E_MSGPACK);
	for (size_t cut = 0; cut < tree.len; cut++) {
		r = msgpack_reader((struct str){tree.ptr, cut});
		ck_assert_int_eq(msgpack_skip(&r), -E_MSGPACK);
	}
}
END_TEST

START_TEST(skipping_a_deep_tree_needs_no_stack)
{
	enum { DEPTH = 1000000 };
	char *deep = malloc(DEPTH + 1);
	struct msgpack_reader r;

	memset(deep, '\x91', DEPTH);
	deep[DEPTH] = '\xc0';
	r = msgpack_reader((struct str){deep, DEPTH + 1});
	ck_assert_int_eq(msgpack_skip(&r), 0);
	ck_assert_ptr_eq(r.at, r.end);
	free(deep);
}
END_TEST

static const struct {
	int64_t n;
	struct str bytes;
} integers[] = {
	{0, STR("\x00")},
	{127, STR("\x7f")},
	{128, STR("\xcc\x80")},
	{255, STR("\xcc\xff")},
	{256, STR("\xcd\x01\x00")},
	{65535, STR("\xcd\xff\xff")},
	{65536, STR("\xce\x00\x01\x00\x00")},
	{UINT32_MAX, STR("\xce\xff\xff\xff\xff")},
	{INT64_C(1) << 32, STR("\xcf\x00\x00\x00\x01\x00\x00\x00\x00")},
	{-1, STR("\xff")},
	{-32, STR("\xe0")},
	{-33, STR("\xd0\xdf")},
	{-128, STR("\xd0\x80")},
	{-129, STR("\xd1\xff\x7f")},
	{-32768, STR("\xd1\x80\x00")},
	{-32769, STR("\xd2\xff\xff\x7f\xff")},
	{INT32_MIN, STR("\xd2\x80\x00\x00\x00")},
	{INT64_C(-2147483649), STR("\xd3\xff\xff\xff\xff\x7f\xff\xff\xff")},
	{INT64_MIN, STR("\xd3\x80\x00\x00\x00\x00\x00\x00\x00")},
};

START_TEST(integers_take_the_smallest_form)
{
	struct buf out = BUF_INIT;

	msgpack_write_i64(&out, integers[_i].n);
	ck_assert(str_eq(buf_str(&out), integers[_i].bytes));
	buf_fini(&out);
}
END_TEST

static const struct {
	uint32_t n;
	struct str str, bin, array, map;
} heads[] = {
	{0, STR("\xa0"), STR("\xc4\x00"), STR("\x90"), STR("\x80")},
	{15, STR("\xaf"), STR("\xc4\x0f"), STR("\x9f"), STR("\x8f")},
	{16, STR("\xb0"), STR("\xc4\x10"), STR("\xdc\x00\x10"), STR("\xde\x00\x10")},
	{31, STR("\xbf"), STR("\xc4\x1f"), STR("\xdc\x00\x1f"), STR("\xde\x00\x1f")},
	{32, STR("\xd9\x20"), STR("\xc4\x20"), STR("\xdc\x00\x20"), STR("\xde\x00\x20")},
	{255, STR("\xd9\xff"), STR("\xc4\xff"), STR("\xdc\x00\xff"), STR("\xde\x00\xff")},
	{256, STR("\xda\x01\x00"), STR("\xc5\x01\x00"), STR("\xdc\x01\x00"),
	 STR("\xde\x01\x00")},
	{65535, STR("\xda\xff\xff"), STR("\xc5\xff\xff"), STR("\xdc\xff\xff"),
	 STR("\xde\xff\xff")},
	{65536, STR("\xdb\x00\x01\x00\x00"), STR("\xc6\x00\x01\x00\x00"),
	 STR("\xdd\x00\x01\x00\x00"), STR("\xdf\x00\x01\x00\x00")},
};

static void
check_head(const struct buf *out, struct str head, size_t contents_n)
{
	ck_assert(str_has_prefix(buf_str(out), head));
	ck_assert_uint_eq(out->len, head.len + contents_n);
}

START_TEST(heads_take_the_smallest_form_before_and_behind_their_contents)
{
	static char zeros[65536];
	struct str contents = {zeros, heads[_i].n};
	struct buf out = BUF_INIT;

	msgpack_write_str(&out, contents);
	check_head(&out, heads[_i].str, contents.len);
	buf_clear(&out);
	msgpack_write_bin(&out, contents);
	check_head(&out, heads[_i].bin, contents.len);
	buf_clear(&out);
	buf_add_char(&out, '?');
	msgpack_put_head(&out, 0, MSGPACK_ARRAY, heads[_i].n);
	check_head(&out, heads[_i].array, 0);
	buf_clear(&out);
	msgpack_write_map(&out, heads[_i].n);
	check_head(&out, heads[_i].map, 0);
	buf_clear(&out);
	buf_add_str(&out, STR("x?contents"));
	msgpack_put_head(&out, 1, MSGPACK_MAP, heads[_i].n);
	ck_assert_uint_eq(out.len, 1 + heads[_i].map.len + 8);
	ck_assert(str_has_suffix(buf_str(&out), STR("contents")));
	ck_assert(str_has_prefix(str_skip(buf_str(&out), 1), heads[_i].map));
	buf_fini(&out);
}
END_TEST

START_TEST(scalars_are_written)
{
	struct buf out = BUF_INIT;

	msgpack_write_nil(&out);
	msgpack_write_bool(&out, false);
	msgpack_write_bool(&out, true);
	msgpack_write_u64(&out, UINT64_MAX);
	msgpack_write_double(&out, -1.5);
	ck_assert(str_eq(buf_str(&out),
			 STR("\xc0\xc2\xc3\xcf\xff\xff\xff\xff\xff\xff\xff\xff"
			     "\xcb\xbf\xf8\0\0\0\0\0\0")));
	buf_fini(&out);
}
END_TEST

Suite *
msgpack_suite(void)
{
	Suite *suite = suite_create("msgpack");
	TCase *tc = tcase_create("msgpack");

	tcase_add_loop_test(tc, every_form_is_read_and_cut_anywhere_is_refused, 0,
			    sizeof(forms) / sizeof(forms[0]));
	tcase_add_test(tc, floats_are_read);
	tcase_add_test(tc, a_count_that_cannot_be_is_refused_at_once);
	tcase_add_test(tc, skipping_passes_over_a_whole_tree);
	tcase_add_test(tc, skipping_a_deep_tree_needs_no_stack);
	tcase_add_loop_test(tc, integers_take_the_smallest_form, 0,
			    sizeof(integers) / sizeof(integers[0]));
	tcase_add_loop_test(tc,
			    heads_take_the_smallest_form_before_and_behind_their_contents,
			    0, sizeof(heads) / sizeof(heads[0]));
	tcase_add_test(tc, scalars_are_written);
	suite_add_tcase(suite, tc);
	return suite;
}
