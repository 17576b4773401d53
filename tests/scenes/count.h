/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How often the program asks malloc for memory. Builds with a sanitizer, and those without
 * glibc, have an allocator that cannot be counted: they count nothing.
 */
#ifndef TESTS_SCENES_COUNT_H
#define TESTS_SCENES_COUNT_H

/* Count from now on; stop. Only what this thread asks for. */
void count_begin(void);
void count_end(void);

/* Calls of malloc, calloc, realloc and the like since it was asked last. */
unsigned long count_take(void);

#endif
