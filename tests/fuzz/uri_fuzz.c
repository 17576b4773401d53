/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Targets: what is cut lies inside and loses nothing, what is decoded only gets shorter,
 * and no file name leaves its root. */
#include "proto/uri.h"

#include "target.h"

#include <stdlib.h>

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
check_file_name(struct str name)
{
	require(name.len == 0 || name.ptr[0] != '/');
	require(!memchr(name.ptr, '\0', name.len) && !memchr(name.ptr, '\\', name.len));
	while (name.ptr) {
		struct str segment = str_cut(&name, '/');

		require(segment.len == 0 || segment.ptr[0] != '.');
		require(segment.len > 0 || !name.ptr);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str target = {(const char *)data, size}, name, value, out;
	struct arena arena = ARENA_INIT;
	struct query q;
	struct uri uri;

	if (uri_split(target, &uri) == 0) {
		require(uri.path.ptr == target.ptr && uri.path.len > 0);
		require(uri.query.len == 0 ||
			uri.path.len + 1 + uri.query.len == target.len);
		require(!memchr(uri.path.ptr, '?', uri.path.len));
		require(uri.query.ptr + uri.query.len == target.ptr + target.len);
		for (q = query_walk(uri.query); query_next(&q, &name, &value);) {
			require(!memchr(name.ptr, '=', name.len));
			(void)query_get(target, name, &arena, &out);
		}
	}
	if (uri_file_name(target, &arena, &out) == 0)
		check_file_name(out);
	if (uri_decode(target, size & 1, &arena, &out) == 0)
		require(out.len <= size && out.ptr[out.len] == '\0');
	arena_fini(&arena);
	return 0;
}
