/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory for objects that come and go with requests, connections and messages. glibc's calloc
 * passes by the thread's cache of freed blocks, of which malloc and free make a few dozen
 * instructions; so the zeros are written here. Any thread.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include "base/str.h"

#include <stdlib.h>

/* Is there an address sanitizer, which has to see each object? */
#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_IS_CHECKED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_IS_CHECKED true
#endif
#endif
#ifndef MEMORY_IS_CHECKED
#define MEMORY_IS_CHECKED false
#endif

/* n bytes of zeros; NULL when memory is short. Owns: caller frees. */
static inline void *
memory_new(size_t n)
{
	void *memory = malloc(n);

	__asm__("" : "+r"(memory)); /* or compilers make a calloc of malloc and memset */
	return memory ? memset(memory, 0, n) : NULL;
}

/* The size of a list that is full at cap: twice as large, once it is long a quarter larger. */
static inline uint32_t
memory_next_cap(uint32_t cap)
{
	return cap < 256 ? 2 * cap + !cap : cap + cap / 4;
}

#endif
