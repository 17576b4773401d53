/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SipHash-1-3 with a key drawn at start, so that clients cannot choose colliding names.
 * Any thread.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

uint64_t hash_str(struct str s);

#endif
