/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What proxies say of their clients. A PROXY header means the same wherever it is cut, no byte
 * behind its end changes it, and an error stays one; elements of Forwarded lie inside the value,
 * one behind the other. */
#include "proto/forwarded.h"
#include "proto/proxy_header.h"

#include "target.h"

#include <stdlib.h>

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
check_proxy_header(struct str all)
{
	struct proxy_header whole, part;
	long used = proxy_header_read(all.ptr, all.len, &whole), was = 0;

	require(used <= (long)all.len);
	for (size_t n = 0; n <= all.len && n < 600; n++) {
		long now = proxy_header_read(all.ptr, n, &part);

		require(now <= (long)n);
		/* once decided it stays decided */
		require(was == 0 || now == was);
		was = now;
		if (now > 0 && used > 0)
			require(part.source == whole.source && part.port == whole.port &&
				memcmp(part.address, whole.address,
				       sizeof(part.address)) == 0);
	}
	if (all.len < 600)
		require(was == used);
}

static void
check_forwarded(struct str all)
{
	struct str rest = all, node;
	const char *behind = all.ptr;
	int more;

	while ((more = forwarded_next(&rest, &node)) > 0) {
		require(rest.ptr > behind && rest.ptr + rest.len == all.ptr + all.len);
		if (node.ptr) {
			require(node.ptr >= behind && node.ptr + node.len <= rest.ptr);
			require(!memchr(node.ptr, ',', node.len) || node.ptr[-1] == '"');
		}
		behind = rest.ptr;
	}
	require(more < 0 || rest.len == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str all = {(const char *)data, size};

	check_proxy_header(all);
	check_forwarded(all);
	return 0;
}
