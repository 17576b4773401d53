/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenes/count.h"

#include <stdbool.h>
#include <stdlib.h>

static _Thread_local bool is_counting;
static _Thread_local unsigned long asked_n;
static unsigned long own_n, refused_nth;

void
count_begin(void)
{
	is_counting = true;
}

void
count_end(void)
{
	is_counting = false;
}

unsigned long
count_take(void)
{
	unsigned long n = asked_n;

	asked_n = 0;
	return n;
}

unsigned long
count_own(void)
{
	return own_n;
}

void
count_refuse(unsigned long nth)
{
	refused_nth = nth;
}

static bool
may_have(void)
{
	return !is_counting || ++own_n != refused_nth;
}

/* What the linker has the program's own code call (see Makefile.inc). */
extern void *__real_malloc(size_t n);
extern void *__real_calloc(size_t n, size_t size);
extern void *__real_realloc(void *memory, size_t n);
extern void *__wrap_malloc(size_t n);
extern void *__wrap_calloc(size_t n, size_t size);
extern void *__wrap_realloc(void *memory, size_t n);

void *
__wrap_malloc(size_t n)
{
	return may_have() ? __real_malloc(n) : NULL;
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return may_have() ? __real_calloc(n, size) : NULL;
}

void *
__wrap_realloc(void *memory, size_t n)
{
	return may_have() ? __real_realloc(memory, n) : NULL;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define IS_SANITIZED
#endif
#endif
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) &&                              \
	!defined(__SANITIZE_THREAD__) && !defined(IS_SANITIZED)

/* glibc's own names of them, which no header has. */
extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t n);

void *
malloc(size_t n)
{
	asked_n += is_counting;
	return __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	asked_n += is_counting;
	return __libc_calloc(n, size);
}

void *
realloc(void *memory, size_t n)
{
	asked_n += is_counting;
	return __libc_realloc(memory, n);
}

#endif
