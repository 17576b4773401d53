/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msgpack, as an item and as a packet of Socket.IO. What becomes JSON must be JSON within the
 * limits, and come back the same after a turn through msgpack. */
#include "target.h"

#include "proto/sio_msgpack.h"

#include <stdlib.h>

enum { BINS_MAX = 16, JSON_BYTES = 1 << 16 };

static const struct sio_limits limits = {{32, 1000}, BINS_MAX, 128};

static void
check_bins(const struct str *a, const struct str *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (!str_eq(a[i], b[i]))
			abort();
}

static void
check_item(struct str bytes)
{
	const struct msgpack_limits item_limits = {limits.json, JSON_BYTES};
	struct str items[BINS_MAX], items_again[BINS_MAX];
	struct msgpack_bins bins = {.items = items, .max = BINS_MAX};
	struct msgpack_bins bins_again = {.items = items_again, .max = BINS_MAX};
	struct msgpack_reader in = msgpack_reader(bytes), back;
	struct buf json = BUF_INIT, packed = BUF_INIT, json_again = BUF_INIT;

	if (msgpack_to_json(&in, &item_limits, &json, &bins) == 0) {
		if (json_check(buf_str(&json), &limits.json, NULL) != 0 ||
		    msgpack_from_json(&packed, buf_str(&json), items, bins.n) != 0)
			abort();
		back = msgpack_reader(buf_str(&packed));
		if (msgpack_to_json(&back, &item_limits, &json_again, &bins_again) != 0 ||
		    back.at != back.end || bins_again.n != bins.n ||
		    !str_eq(buf_str(&json), buf_str(&json_again)))
			abort();
		check_bins(items, items_again, bins.n);
	}
	buf_fini(&json);
	buf_fini(&packed);
	buf_fini(&json_again);
}

static void
check_packet(struct str bytes)
{
	struct str bins[BINS_MAX], bins_again[BINS_MAX];
	struct buf json = BUF_INIT, packed = BUF_INIT, json_again = BUF_INIT;
	struct sio_packet p, again;

	if (sio_msgpack_parse(bytes, &limits, JSON_BYTES, &json, bins, &p) == 0) {
		if (sio_msgpack_write(&packed, &p, bins) != 0 ||
		    sio_msgpack_parse(buf_str(&packed), &limits, JSON_BYTES, &json_again,
				      bins_again, &again) != 0)
			abort();
		if (p.type != again.type || p.id != again.id ||
		    p.has_id != again.has_id || p.attachments != again.attachments ||
		    !str_eq(p.nsp, again.nsp) || !str_eq(p.data, again.data))
			abort();
		check_bins(bins, bins_again, p.attachments);
	}
	buf_fini(&json);
	buf_fini(&packed);
	buf_fini(&json_again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = {(const char *)data, size};
	struct msgpack_reader r = msgpack_reader(bytes);

	if (msgpack_skip(&r) == 0 && r.at > r.end)
		abort();
	check_item(bytes);
	check_packet(bytes);
	return 0;
}
