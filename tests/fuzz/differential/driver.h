/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a driver of tests/fuzz/differential defines: driver.c reads requests (operation,
 * length as four bytes little endian, bytes), asks it, and writes replies (result, length,
 * bytes) until its input ends. ask.mjs is the other side. */
#ifndef TESTS_FUZZ_DIFFERENTIAL_DRIVER_H
#define TESTS_FUZZ_DIFFERENTIAL_DRIVER_H

#include "base/buf.h"

/* Append what is to be told to reply, which is empty; returns 0 or an error without its sign.
 * bytes is an allocation of just that size and may be changed. */
int driver_answer(char operation, char *bytes, size_t n, struct buf *reply);

#endif
