/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fuzz target defines: libFuzzer calls it, and so does replay.c. */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Feed one input; anything wrong with the code under test ends the process (abort, trap
 * or sanitizer). Returns 0. The program keeps no state from one call to the next. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
