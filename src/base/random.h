/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random bytes from the kernel, fetched in batches. Any thread. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

/* Fills n bytes; aborts if the kernel has none to give (getrandom(2) cannot fail here
 * except on a system without it). */
void random_bytes(void *out, size_t n);

#endif
