/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another reader of the same bytes: llhttp by itself, head and body, in its strictest mode.
 * In a file of its own because llhttp.h and http.h share names. */
#ifndef TESTS_FUZZ_HTTP_PEER_H
#define TESTS_FUZZ_HTTP_PEER_H

#include <stddef.h>
#include <stdint.h>

struct http_peer {
	size_t end; /* where the first message ends; 0 when it is refused or not all there */
	uint64_t body; /* http_peer_hash of its body */
};

/* Hash on from hash, which starts as 0. */
uint64_t http_peer_hash(uint64_t hash, const void *bytes, size_t n);

struct http_peer http_peer_read(const uint8_t *bytes, size_t n);

#endif
