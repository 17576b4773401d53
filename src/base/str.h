/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Borrowed text: a pointer and a length, not zero-terminated, owned by somebody
 * else and valid until that owner says otherwise (mostly: until the call returns).
 * Pure; any thread.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *ptr;
	size_t len;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).len, (s).ptr

/* A word of eight bytes that are all b: to look at eight at once. */
#define STR_EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

static inline struct str
str_from(const char *zero_terminated)
{
	return (struct str){zero_terminated,
			    zero_terminated ? strlen(zero_terminated) : 0};
}

static inline bool
str_eq(struct str a, struct str b)
{
	/* of a literal the compiler knows the length */
	return a.len == b.len && (b.len == 0 || memcmp(a.ptr, b.ptr, b.len) == 0);
}

static inline bool
str_has_prefix(struct str s, struct str prefix)
{
	return s.len >= prefix.len && memcmp(s.ptr, prefix.ptr, prefix.len) == 0;
}

static inline bool
str_has_suffix(struct str s, struct str suffix)
{
	return s.len >= suffix.len &&
	       memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0;
}

static inline struct str
str_skip(struct str s, size_t n)
{
	return (struct str){s.ptr + n, s.len - n};
}

/* Copy s to *at and move *at behind it; the copy. For texts that share one allocation. */
static inline struct str
str_put(char **at, struct str s)
{
	struct str copy = {*at, s.len};

	if (s.len)
		memcpy(*at, s.ptr, s.len);
	*at += s.len;
	return copy;
}

/* The texts of two of one length, for str_eq_nocase. */
bool str_eq_nocase_bytes(const char *a, const char *b, size_t n);

/* ASCII letters compare without case, as header names and tokens do. */
static inline bool
str_eq_nocase(struct str a, struct str b)
{
	return a.len == b.len && str_eq_nocase_bytes(a.ptr, b.ptr, b.len);
}

/* Without blanks (space, tab) at either end. */
struct str str_trim(struct str s);

/* The text before the first sep; *rest becomes what follows it, or empty with ptr NULL
 * when there was no sep. Loop: for (rest = s; rest.ptr;) { part = str_cut(&rest, ','); … } */
static inline struct str
str_cut(struct str *rest, char sep)
{
	struct str part = *rest;
	const char *at = part.len ? memchr(part.ptr, sep, part.len) : NULL;

	if (!at) {
		*rest = (struct str){NULL, 0};
		return part;
	}
	part.len = (size_t)(at - part.ptr);
	*rest = str_skip(*rest, part.len + 1);
	return part;
}

/* Decimal digits only, no sign, no blanks, no leading '+'. False above max or if empty. */
bool str_to_u64(struct str s, uint64_t max, uint64_t *out);

/* Heap copy, zero-terminated; NULL when memory is short. Owns: caller frees. */
char *str_dup(struct str s) MUST_USE;

/* Equal, in a time that depends on the lengths only: for secrets. */
bool str_eq_secret(struct str a, struct str b);

#endif
