/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/msgpack.h"
#include "base/errors.h"

enum { HEAD_BYTES = 5 };

/* Big-endian number of n bytes, which the caller knows to be there. */
static uint64_t
take_number(struct msgpack_reader *r, unsigned n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | (unsigned char)*r->at++;
	return value;
}

static int
take_signed(struct msgpack_reader *r, unsigned n, struct msgpack_item *out)
{
	unsigned unused_bits = 64 - 8 * n;
	uint64_t sign, value;

	if ((size_t)(r->end - r->at) < n)
		return -E_MSGPACK;
	value = take_number(r, n) << unused_bits;
	sign = value >> 63 ? UINT64_MAX : 0;
	value = value >> unused_bits | (unused_bits ? sign << (64 - unused_bits) : 0);
	out->kind = sign ? MSGPACK_INT : MSGPACK_UINT;
	if (sign)
		out->i64 = (int64_t)value;
	else
		out->u64 = value;
	return 0;
}

static int
take_unsigned(struct msgpack_reader *r, unsigned n, struct msgpack_item *out)
{
	if ((size_t)(r->end - r->at) < n)
		return -E_MSGPACK;
	out->kind = MSGPACK_UINT;
	out->u64 = take_number(r, n);
	return 0;
}

static int
take_float(struct msgpack_reader *r, unsigned n, struct msgpack_item *out)
{
	uint64_t bits;

	if ((size_t)(r->end - r->at) < n)
		return -E_MSGPACK;
	bits = take_number(r, n);
	out->kind = MSGPACK_FLOAT;
	if (n == sizeof(float)) {
		uint32_t half = (uint32_t)bits;
		float number;

		memcpy(&number, &half, sizeof(number));
		out->number = (double)number;
	} else {
		memcpy(&out->number, &bits, sizeof(out->number));
	}
	return 0;
}

/* Bytes whose length stands in length_n bytes; of an ext, the type stands behind that. */
static int
take_bytes(struct msgpack_reader *r, unsigned length_n, enum msgpack_kind kind,
	   struct msgpack_item *out)
{
	size_t left = (size_t)(r->end - r->at), head = length_n + (kind == MSGPACK_EXT);
	uint64_t n;

	if (left < head)
		return -E_MSGPACK;
	n = take_number(r, length_n);
	if (n > left - head)
		return -E_MSGPACK;
	out->kind = kind;
	if (kind == MSGPACK_EXT)
		out->ext_type = (int8_t)*r->at++;
	out->bytes = (struct str){r->at, n};
	r->at += n;
	return 0;
}

static int
take_fixed(struct msgpack_reader *r, size_t n, enum msgpack_kind kind,
	   struct msgpack_item *out)
{
	size_t head = kind == MSGPACK_EXT;

	if ((size_t)(r->end - r->at) < head + n)
		return -E_MSGPACK;
	out->kind = kind;
	if (head)
		out->ext_type = (int8_t)*r->at++;
	out->bytes = (struct str){r->at, n};
	r->at += n;
	return 0;
}

/* Each item is a byte at least, which bounds a count by what is left. */
static int
set_count(const struct msgpack_reader *r, uint64_t n, enum msgpack_kind kind,
	  struct msgpack_item *out)
{
	if (n * (kind == MSGPACK_MAP ? 2 : 1) > (uint64_t)(r->end - r->at))
		return -E_MSGPACK;
	out->kind = kind;
	out->n = (uint32_t)n;
	return 0;
}

static int
take_count(struct msgpack_reader *r, unsigned length_n, enum msgpack_kind kind,
	   struct msgpack_item *out)
{
	if ((size_t)(r->end - r->at) < length_n)
		return -E_MSGPACK;
	return set_count(r, take_number(r, length_n), kind, out);
}

/* The forms from 0xc0 to 0xdf. */
static int
take_long_form(struct msgpack_reader *r, unsigned char head, struct msgpack_item *out)
{
	if (head == 0xc0) {
		out->kind = MSGPACK_NIL;
		return 0;
	}
	if (head == 0xc2 || head == 0xc3) {
		out->kind = MSGPACK_BOOL;
		out->is_true = head == 0xc3;
		return 0;
	}
	if (head >= 0xc4 && head <= 0xc6)
		return take_bytes(r, 1u << (head - 0xc4), MSGPACK_BIN, out);
	if (head >= 0xc7 && head <= 0xc9)
		return take_bytes(r, 1u << (head - 0xc7), MSGPACK_EXT, out);
	if (head == 0xca || head == 0xcb)
		return take_float(r, head == 0xca ? 4 : 8, out);
	if (head >= 0xcc && head <= 0xcf)
		return take_unsigned(r, 1u << (head - 0xcc), out);
	if (head >= 0xd0 && head <= 0xd3)
		return take_signed(r, 1u << (head - 0xd0), out);
	if (head >= 0xd4 && head <= 0xd8)
		return take_fixed(r, (size_t)1 << (head - 0xd4), MSGPACK_EXT, out);
	if (head >= 0xd9 && head <= 0xdb)
		return take_bytes(r, 1u << (head - 0xd9), MSGPACK_STR, out);
	if (head == 0xdc || head == 0xdd)
		return take_count(r, head == 0xdc ? 2 : 4, MSGPACK_ARRAY, out);
	if (head == 0xde || head == 0xdf)
		return take_count(r, head == 0xde ? 2 : 4, MSGPACK_MAP, out);
	return -E_MSGPACK; /* 0xc1 is nothing */
}

int
msgpack_next(struct msgpack_reader *r, struct msgpack_item *out)
{
	unsigned char head;

	if (r->at == r->end)
		return -E_MSGPACK;
	head = (unsigned char)*r->at++;
	if (head < 0x80) {
		out->kind = MSGPACK_UINT;
		out->u64 = head;
		return 0;
	}
	if (head >= 0xe0) {
		out->kind = MSGPACK_INT;
		out->i64 = (int8_t)head;
		return 0;
	}
	if (head < 0x90)
		return set_count(r, head & 0x0f, MSGPACK_MAP, out);
	if (head < 0xa0)
		return set_count(r, head & 0x0f, MSGPACK_ARRAY, out);
	if (head < 0xc0)
		return take_fixed(r, head & 0x1f, MSGPACK_STR, out);
	return take_long_form(r, head, out);
}

int
msgpack_skip(struct msgpack_reader *r)
{
	/* Cannot overflow: what is counted here was found to fit into the rest of the input. */
	uint64_t items_due = 1;

	while (items_due--) {
		struct msgpack_item item;
		int rc = msgpack_next(r, &item);

		if (rc < 0)
			return rc;
		if (item.kind == MSGPACK_ARRAY)
			items_due += item.n;
		else if (item.kind == MSGPACK_MAP)
			items_due += 2 * (uint64_t)item.n;
		if (items_due > (uint64_t)(r->end - r->at))
			return -E_MSGPACK;
	}
	return 0;
}

bool
msgpack_is_nil(const struct msgpack_item *item)
{
	return item->kind == MSGPACK_NIL ||
	       (item->kind == MSGPACK_EXT && item->ext_type == 0 && item->bytes.len == 1);
}

/* --- writing -------------------------------------------------------------------------- */

/* A head byte and a big-endian number of n bytes. */
static size_t
make_head(char out[9], unsigned head, uint64_t value, unsigned n)
{
	out[0] = (char)head;
	for (unsigned i = n; i > 0; i--, value >>= 8)
		out[i] = (char)value;
	return n + 1;
}

static void
write_head(struct buf *out, unsigned head, uint64_t value, unsigned n)
{
	char bytes[9];

	buf_add(out, bytes, make_head(bytes, head, value, n));
}

/* Bytes that a number of this size needs, of 1, 2, 4 and 8; *step gets their power of 2. */
static unsigned
width_of(uint64_t value, unsigned *step)
{
	*step = value <= UINT8_MAX    ? 0
		: value <= UINT16_MAX ? 1
		: value <= UINT32_MAX ? 2
				      : 3;
	return 1u << *step;
}

void
msgpack_write_nil(struct buf *out)
{
	buf_add_char(out, (char)0xc0);
}

void
msgpack_write_bool(struct buf *out, bool is_true)
{
	buf_add_char(out, (char)(0xc2 + is_true));
}

void
msgpack_write_u64(struct buf *out, uint64_t n)
{
	unsigned step, width = width_of(n, &step);

	if (n < 0x80)
		buf_add_char(out, (char)n);
	else
		write_head(out, 0xcc + step, n, width);
}

void
msgpack_write_i64(struct buf *out, int64_t n)
{
	if (n >= 0)
		msgpack_write_u64(out, (uint64_t)n);
	else if (n >= -0x20)
		buf_add_char(out, (char)n);
	else if (n >= INT8_MIN)
		write_head(out, 0xd0, (uint64_t)n, 1);
	else if (n >= INT16_MIN)
		write_head(out, 0xd1, (uint64_t)n, 2);
	else if (n >= INT32_MIN)
		write_head(out, 0xd2, (uint64_t)n, 4);
	else
		write_head(out, 0xd3, (uint64_t)n, 8);
}

void
msgpack_write_double(struct buf *out, double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	write_head(out, 0xcb, bits, 8);
}

static size_t
make_count_head(char out[9], enum msgpack_kind kind, uint32_t n)
{
	unsigned step, width = width_of(n, &step);

	if (kind == MSGPACK_STR)
		return n < 0x20 ? make_head(out, 0xa0 | n, 0, 0)
				: make_head(out, 0xd9 + step, n, width);
	if (n < 0x10)
		return make_head(out, (kind == MSGPACK_MAP ? 0x80 : 0x90) | n, 0, 0);
	if (width == 1) /* arrays and maps have no form with one byte of count */
		width = 2;
	return make_head(out, (kind == MSGPACK_MAP ? 0xde : 0xdc) + (width == 4), n,
			 width);
}

void
msgpack_write_str(struct buf *out, struct str text)
{
	char head[9];

	buf_add(out, head, make_count_head(head, MSGPACK_STR, (uint32_t)text.len));
	buf_add_str(out, text);
}

void
msgpack_write_bin(struct buf *out, struct str bytes)
{
	unsigned step, width = width_of(bytes.len, &step);

	write_head(out, 0xc4 + step, bytes.len, width);
	buf_add_str(out, bytes);
}

void
msgpack_write_map(struct buf *out, uint32_t n)
{
	char head[9];

	buf_add(out, head, make_count_head(head, MSGPACK_MAP, n));
}

void
msgpack_put_head(struct buf *out, size_t at, enum msgpack_kind kind, uint32_t n)
{
	char head[9];
	size_t head_n = make_count_head(head, kind, n), contents = at + 1;

	if (!buf_reserve(out, HEAD_BYTES))
		return;
	memmove(out->data + at + head_n, out->data + contents, out->len - contents);
	memcpy(out->data + at, head, head_n);
	out->len += head_n - 1;
}
