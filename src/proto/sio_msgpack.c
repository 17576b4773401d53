/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/sio_msgpack.h"
#include "base/errors.h"
#include "proto/utf8.h"

#define SIO_ID_MAX ((UINT64_C(1) << 53) - 1)

enum member { MEMBER_TYPE = 1, MEMBER_NSP = 2, MEMBER_ID = 4, MEMBER_DATA = 8 };

struct parse {
	struct msgpack_reader in;
	const struct sio_limits *limits;
	struct msgpack_limits json_limits;
	struct buf *json;
	struct msgpack_bins bins;
	struct sio_packet *out;
	unsigned seen; /* enum member */
};

static enum member
member_of(struct str key)
{
	static const struct {
		struct str name;
		enum member member;
	} members[] = {
		{{"type", 4}, MEMBER_TYPE},
		{{"nsp", 3}, MEMBER_NSP},
		{{"id", 2}, MEMBER_ID},
		{{"data", 4}, MEMBER_DATA},
	};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (str_eq(key, members[i].name))
			return members[i].member;
	return 0;
}

static int
read_type(struct parse *p)
{
	struct msgpack_item item;
	int rc = msgpack_next(&p->in, &item);

	if (rc < 0)
		return rc;
	if (item.kind != MSGPACK_UINT || item.u64 > SIO_CONNECT_ERROR)
		return -E_PACKET;
	p->out->type = (enum sio_type)item.u64;
	return 0;
}

static int
read_nsp(struct parse *p)
{
	struct msgpack_item item;
	int rc = msgpack_next(&p->in, &item);

	if (rc < 0)
		return rc;
	if (item.kind != MSGPACK_STR || item.bytes.len == 0 || item.bytes.ptr[0] != '/')
		return -E_PACKET;
	if (!utf8_is_valid(item.bytes))
		return -E_UTF8;
	p->out->nsp = str_cut(&item.bytes, '?');
	p->out->query = item.bytes;
	return p->out->nsp.len <= p->limits->namespace_bytes ? 0 : -E_PACKET;
}

static int
read_id(struct parse *p)
{
	struct msgpack_item item;
	int rc = msgpack_next(&p->in, &item);

	if (rc < 0)
		return rc;
	if (msgpack_is_nil(&item))
		return 0;
	if (item.kind != MSGPACK_UINT || item.u64 > SIO_ID_MAX)
		return -E_PACKET;
	p->out->has_id = true;
	p->out->id = item.u64;
	return 0;
}

static int
read_data(struct parse *p)
{
	struct msgpack_reader ahead = p->in;
	struct msgpack_item item;
	int rc = msgpack_next(&ahead, &item);

	if (rc < 0)
		return rc;
	if (msgpack_is_nil(&item)) {
		p->in = ahead;
		return 0;
	}
	rc = msgpack_to_json(&p->in, &p->json_limits, p->json, &p->bins);
	if (rc < 0)
		return rc;
	p->out->data = buf_str(p->json);
	return 0;
}

static int
read_member(struct parse *p)
{
	struct msgpack_item key;
	enum member member;
	int rc = msgpack_next(&p->in, &key);

	if (rc < 0)
		return rc;
	if (key.kind != MSGPACK_STR)
		return -E_PACKET;
	member = member_of(key.bytes);
	if (p->seen & member)
		return -E_PACKET;
	p->seen |= member;
	switch (member) {
	case MEMBER_TYPE:
		return read_type(p);
	case MEMBER_NSP:
		return read_nsp(p);
	case MEMBER_ID:
		return read_id(p);
	case MEMBER_DATA:
		return read_data(p);
	}
	return msgpack_skip(&p->in);
}

static int
read_packet(struct parse *p)
{
	struct msgpack_item map;
	int rc = msgpack_next(&p->in, &map);

	if (rc == 0 && map.kind != MSGPACK_MAP)
		rc = -E_PACKET;
	for (uint32_t i = 0; rc == 0 && i < map.n; i++)
		rc = read_member(p);
	if (rc < 0)
		return rc;
	if (p->in.at != p->in.end || (~p->seen & (MEMBER_TYPE | MEMBER_NSP)))
		return -E_PACKET;
	return 0;
}

int
sio_msgpack_parse(struct str bytes, const struct sio_limits *limits, size_t json_bytes,
		  struct buf *json, struct str *bins, struct sio_packet *out)
{
	uint32_t bins_max = limits->attachments < SIO_ATTACHMENTS_MAX
				    ? limits->attachments
				    : SIO_ATTACHMENTS_MAX;
	struct parse p = {
		.in = msgpack_reader(bytes),
		.limits = limits,
		.json_limits = {limits->json, json_bytes},
		.json = json,
		.bins = {.items = bins, .max = bins_max},
		.out = out,
	};
	int rc;

	buf_clear(json);
	sio_packet_clear(out);
	rc = read_packet(&p);
	if (rc < 0)
		return rc;
	out->attachments = p.bins.n;
	if (p.bins.n > 0) {
		if (out->type != SIO_EVENT && out->type != SIO_ACK)
			return -E_PACKET;
		out->type = out->type == SIO_EVENT ? SIO_BINARY_EVENT : SIO_BINARY_ACK;
	}
	return sio_packet_check(out);
}

int
sio_msgpack_write(struct buf *out, const struct sio_packet *p, const struct str *bins)
{
	enum sio_type type = p->type == SIO_BINARY_EVENT ? SIO_EVENT
			     : p->type == SIO_BINARY_ACK ? SIO_ACK
							 : p->type;
	bool has_data = p->data.len > 0;

	msgpack_write_map(out, 2 + has_data + p->has_id);
	msgpack_write_str(out, STR("type"));
	msgpack_write_u64(out, type);
	if (has_data) {
		int rc;

		msgpack_write_str(out, STR("data"));
		rc = msgpack_from_json(out, p->data, bins, p->attachments);
		if (rc < 0)
			return rc;
	}
	msgpack_write_str(out, STR("nsp"));
	msgpack_write_str(out, p->nsp);
	if (p->has_id) {
		msgpack_write_str(out, STR("id"));
		msgpack_write_u64(out, p->id);
	}
	return out->failed ? -E_NOMEM : 0;
}
