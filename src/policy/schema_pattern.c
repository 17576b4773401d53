/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/schema_pattern.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* More copies than any honest pattern needs, less than 100 MB. */
enum { COPIES_MAX = 100000 };

/* From '[' to its ']'; where it never ends, to the end. */
static const char *
skip_set(const char *at)
{
	at++;
	if (*at == '^')
		at++;
	if (*at == ']')
		at++;
	while (*at && *at != ']') {
		const char *shut = NULL;

		if (at[0] == '[' && (at[1] == ':' || at[1] == '.' || at[1] == '=')) {
			char end[3] = {at[1], ']', '\0'};

			shut = strstr(at + 2, end);
		}
		at = shut ? shut + 2 : at + 1;
	}
	return *at ? at : at - 1;
}

/* How often the braces at hand copy what is before them. */
static unsigned long
copies_of_braces(const char *at)
{
	char *end;
	unsigned long least = strtoul(at + 1, &end, 10), most = least;

	if (*end == ',')
		most = strtoul(end + 1, &end, 10);
	if (most < least)
		most = least;
	return most ? most : 1;
}

static bool
is_repetition(char c)
{
	return c == '*' || c == '+' || c == '?' || c == '{';
}

const char *
schema_pattern_fault(const char *pattern)
{
	double copies = 1;
	bool was_repetition = false;

	for (const char *at = pattern; *at; at++) {
		/* POSIX leaves it open, JavaScript refuses it, regcomp takes forever */
		if (was_repetition && is_repetition(*at))
			return "a repetition of a repetition in the pattern";
		was_repetition = *at == '*' || *at == '+' || *at == '?' || *at == '}';
		if (*at == '\\') {
			if (at[1] >= '1' && at[1] <= '9')
				return "back-references are not supported";
			at += at[1] != '\0';
		} else if (*at == '[') {
			at = skip_set(at);
		} else if (*at == '+') {
			copies *= 2;
		} else if (*at == '{') {
			copies *= (double)copies_of_braces(at);
		}
		if (copies > COPIES_MAX)
			return "too many repetitions in the pattern";
	}
	return NULL;
}
