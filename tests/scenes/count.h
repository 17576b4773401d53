/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How often the program asks malloc for memory, and how it is refused some. Builds with a
 * sanitizer, and those without glibc, have an allocator that cannot be counted: they count
 * nothing but what the program itself asks for, without its libraries (see --wrap of ld).
 */
#ifndef TESTS_SCENES_COUNT_H
#define TESTS_SCENES_COUNT_H

/* Count from now on; stop. Only what this thread asks for. */
void count_begin(void);
void count_end(void);

/* Calls of malloc, calloc, realloc and the like since it was asked last. */
unsigned long count_take(void);

/* How often the program itself asked so far, while it was counted. */
unsigned long count_own(void);
/* That time it is told that there is none; 0: never. */
void count_refuse(unsigned long nth);

#endif
