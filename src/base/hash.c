/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input PRF". */
#include "base/hash.h"

#include "base/random.h"

#include <pthread.h>

static uint64_t key[2];
static pthread_once_t key_once = PTHREAD_ONCE_INIT;

static void
draw_key(void)
{
	random_bytes(key, sizeof(key));
}

static inline uint64_t
rotl(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static inline void
round_once(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

uint64_t
hash_str(struct str s)
{
	uint64_t v[4], word, last = (uint64_t)s.len << 56;
	size_t whole = s.len & ~(size_t)7;

	pthread_once(&key_once, draw_key);
	v[0] = key[0] ^ 0x736f6d6570736575;
	v[1] = key[1] ^ 0x646f72616e646f6d;
	v[2] = key[0] ^ 0x6c7967656e657261;
	v[3] = key[1] ^ 0x7465646279746573;
	for (size_t i = 0; i < whole; i += 8) {
		memcpy(&word, s.ptr + i, 8);
		v[3] ^= word;
		round_once(v);
		v[0] ^= word;
	}
	for (size_t i = whole; i < s.len; i++)
		last |= (uint64_t)(unsigned char)s.ptr[i] << (8 * (i - whole));
	v[3] ^= last;
	round_once(v);
	v[0] ^= last;
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		round_once(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}
