/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/sid.h"

#include "base/random.h"
#include "proto/base64.h"

enum { SID_RAW = 18, SOCKET_RAW = 15 };

void
sid_new(uint16_t node, int loop, char out[SID_BYTES])
{
	uint8_t raw[SID_RAW];

	random_bytes(raw, sizeof(raw));
	raw[0] = (uint8_t)(node >> 8);
	raw[1] = (uint8_t)node;
	raw[2] = (uint8_t)loop;
	base64url_encode(raw, sizeof(raw), out);
}

bool
sid_owner(struct str sid, uint16_t *node_out, int *loop_out)
{
	uint8_t raw[SID_RAW];
	size_t n;

	if (sid.len != SID_BYTES || base64url_decode(sid, raw, &n))
		return false;
	*node_out = (uint16_t)(raw[0] << 8 | raw[1]);
	*loop_out = raw[2];
	return true;
}

void
socket_sid_new(int loop, char out[SOCKET_SID_BYTES])
{
	uint8_t raw[SOCKET_RAW];

	random_bytes(raw, sizeof(raw));
	raw[0] = (uint8_t)loop;
	base64url_encode(raw, sizeof(raw), out);
}

bool
socket_sid_owner(struct str sid, int *loop_out)
{
	uint8_t raw[SOCKET_RAW];
	size_t n;

	if (sid.len != SOCKET_SID_BYTES || base64url_decode(sid, raw, &n))
		return false;
	*loop_out = raw[0];
	return true;
}
