/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets of socket.io-msgpack-parser. */
#include "unit/proto/suites.h"

#include "base/errors.h"
#include "proto/sio_msgpack.h"

#include <stdlib.h>

static const struct sio_limits limits = {{16, 100}, 4, 64};

#define PLACE(n) "{\"_placeholder\":true,\"num\":" n "}"

static const struct good_case {
	struct str bytes;
	enum sio_type type;
	const char *nsp, *data, *event, *args;
	int64_t id;
	uint32_t attachments;
} goods[] = {
	{STR("\x82\xa4type\x00\xa3nsp\xa1/"), SIO_CONNECT, "/", "", "", "", -1, 0},
	{STR("\x83\xa4type\x00\xa4"
	     "data\x81\xa5token\xa1x\xa3nsp\xa2/n"),
	 SIO_CONNECT, "/n", "{\"token\":\"x\"}", "", "", -1, 0},
	{STR("\x84\xa4type\x00\xa4"
	     "data\xd4\x00\x00\xa2id\xd4\x00\x00\xa3nsp\xa1/"),
	 SIO_CONNECT, "/", "", "", "", -1, 0},
	{STR("\x82\xa3nsp\xa1/\xa4type\x01"), SIO_DISCONNECT, "/", "", "", "", -1, 0},
	{STR("\x85\xa4type\x02\xa4"
	     "data\x92\xa1"
	     "e\x01\xa7options\x81\xa8"
	     "compress\xc3\xa2id"
	     "\x07\xa3nsp\xa1/"),
	 SIO_EVENT, "/", "[\"e\",1]", "\"e\"", "1", 7, 0},
	{STR("\x83\xa4type\x02\xa4"
	     "data\x92\xa1"
	     "e\xc4\x02\x01\x02\xa3nsp\xa1/"),
	 SIO_BINARY_EVENT, "/", "[\"e\"," PLACE("0") "]", "\"e\"", PLACE("0"), -1, 1},
	{STR("\x84\xa4type\x03\xa4"
	     "data\x91\xc4\x00\xa2id\x00\xa3nsp\xa1/"),
	 SIO_BINARY_ACK, "/", "[" PLACE("0") "]", "", PLACE("0"), 0, 1},
	{STR("\x83\xa4type\x03\xa4"
	     "data\x90\xa3nsp\xa1/"),
	 SIO_ACK, "/", "[]", "", "", -1, 0},
	{STR("\x83\xa4type\x02\xa4"
	     "data\x92\xa1"
	     "e\x81\xac_placeholder\xc3\xa3nsp\xa1/"),
	 SIO_EVENT, "/", "[\"e\",{\"_placeholder\":true}]", "\"e\"",
	 "{\"_placeholder\":true}", -1, 0},
};

static int
parse(struct str bytes, struct buf *json, struct str *bins, struct sio_packet *p)
{
	return sio_msgpack_parse(bytes, &limits, 1000, json, bins, p);
}

START_TEST(a_packet_looks_like_one_that_came_as_text)
{
	const struct good_case *c = &goods[_i];
	struct buf json = BUF_INIT;
	struct str bins[4];
	struct sio_packet p;

	ck_assert_int_eq(parse(c->bytes, &json, bins, &p), 0);
	ck_assert_int_eq(p.type, c->type);
	ck_assert(str_eq(p.nsp, str_from(c->nsp)));
	ck_assert(str_eq(p.data, str_from(c->data)));
	ck_assert(str_eq(p.event, str_from(c->event)));
	ck_assert(str_eq(p.args, str_from(c->args)));
	ck_assert_int_eq(p.has_id, c->id >= 0);
	ck_assert(!p.has_id || p.id == (uint64_t)c->id);
	ck_assert_uint_eq(p.attachments, c->attachments);
	buf_fini(&json);
}
END_TEST

START_TEST(a_packet_cut_anywhere_is_refused)
{
	const struct good_case *c = &goods[_i];
	struct buf json = BUF_INIT;
	struct str bins[4];
	struct sio_packet p;

	for (size_t cut = 0; cut < c->bytes.len; cut++) {
		char *copy = malloc(cut ? cut : 1);

		memcpy(copy, c->bytes.ptr, cut);
		ck_assert_int_lt(parse((struct str){copy, cut}, &json, bins, &p), 0);
		free(copy);
	}
	buf_fini(&json);
}
END_TEST

START_TEST(a_packet_survives_writing_and_reading)
{
	const struct good_case *c = &goods[_i];
	struct buf json = BUF_INIT, packed = BUF_INIT, json_again = BUF_INIT;
	struct str bins[4], bins_again[4];
	struct sio_packet p, again;

	ck_assert_int_eq(parse(c->bytes, &json, bins, &p), 0);
	ck_assert_int_eq(sio_msgpack_write(&packed, &p, bins), 0);
	ck_assert_int_eq(parse(buf_str(&packed), &json_again, bins_again, &again), 0);
	ck_assert_int_eq(again.type, p.type);
	ck_assert_int_eq(again.has_id, p.has_id);
	ck_assert_uint_eq(again.id, p.id);
	ck_assert(str_eq(again.data, p.data));
	ck_assert(str_eq(again.nsp, p.nsp));
	for (uint32_t i = 0; i < p.attachments; i++)
		ck_assert(str_eq(bins[i], bins_again[i]));
	buf_fini(&json);
	buf_fini(&json_again);
	buf_fini(&packed);
}
END_TEST

static const struct {
	struct str bytes;
	int rc;
} bads[] = {
	{STR("\x90"), -E_PACKET},
	{STR("\x80"), -E_PACKET},
	{STR("\x81\xa4type\x00"), -E_PACKET},
	{STR("\x81\xa3nsp\xa1/"), -E_PACKET},
	{STR("\x82\xa4type\x05\xa3nsp\xa1/"), -E_PACKET},
	{STR("\x82\xa4type\xff\xa3nsp\xa1/"), -E_PACKET},
	{STR("\x82\xa4type\xa1"
	     "0\xa3nsp\xa1/"),
	 -E_PACKET},
	{STR("\x82\xa4type\x00\xa3nsp\xa0"), -E_PACKET},
	{STR("\x82\xa4type\x00\xa3nsp\xa1x"), -E_PACKET},
	{STR("\x82\xa4type\x00\xa3nsp\xa2/\xff"), -E_UTF8},
	{STR("\x82\xa4type\x02\xa3nsp\xa1/"), -E_PACKET},
	{STR("\x83\xa4type\x02\xa4"
	     "data\x80\xa3nsp\xa1/"),
	 -E_PACKET},
	{STR("\x83\xa4type\x02\xa4"
	     "data\x91\xa7"
	     "connect\xa3nsp\xa1/"),
	 -E_PACKET},
	{STR("\x83\xa4type\x00\xa4"
	     "data\xa1x\xa3nsp\xa1/"),
	 -E_PACKET},
	{STR("\x83\xa4type\x00\xa4"
	     "data\x81\xa1"
	     "a\xc4\x01x\xa3nsp\xa1/"),
	 -E_PACKET},
	{STR("\x84\xa4type\x03\xa4"
	     "data\x90\xa3nsp\xa1/\xa2id\xff"),
	 -E_PACKET},
	{STR("\x84\xa4type\x03\xa4"
	     "data\x90\xa3nsp\xa1/\xa2id\xcf\x00\x20\0\0\0\0\0\0"),
	 -E_PACKET},
	{STR("\x83\xa4type\x00\xa3nsp\xa1/\xa3nsp\xa1/"), -E_PACKET},
	{STR("\x82\x01\x00\xa3nsp\xa1/"), -E_PACKET},
	{STR("\x82\xa4type\x00\xa3nsp\xa1/\xc0"), -E_PACKET},
	{STR("\x83\xa4type\x02\xa3nsp\xa1/\xa4"
	     "data\x96\xa1"
	     "e\xc4\0\xc4\0\xc4\0\xc4\0\xc4\0"),
	 -E_PACKETS},
};

START_TEST(a_bad_packet_is_refused)
{
	struct buf json = BUF_INIT;
	struct str bins[4];
	struct sio_packet p;

	ck_assert_int_eq(parse(bads[_i].bytes, &json, bins, &p), bads[_i].rc);
	buf_fini(&json);
}
END_TEST

Suite *
sio_msgpack_suite(void)
{
	Suite *suite = suite_create("sio_msgpack");
	TCase *tc = tcase_create("sio_msgpack");
	int goods_n = sizeof(goods) / sizeof(goods[0]);

	tcase_add_loop_test(tc, a_packet_looks_like_one_that_came_as_text, 0, goods_n);
	tcase_add_loop_test(tc, a_packet_cut_anywhere_is_refused, 0, goods_n);
	tcase_add_loop_test(tc, a_packet_survives_writing_and_reading, 0, goods_n);
	tcase_add_loop_test(tc, a_bad_packet_is_refused, 0,
			    sizeof(bads) / sizeof(bads[0]));
	suite_add_tcase(suite, tc);
	return suite;
}
