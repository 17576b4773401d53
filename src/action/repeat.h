/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is a request another one's repetition? Then it joins the running call, on whatever loop
 * that is, or gets the kept result (replay.h). Thread: the call's loop.
 */
#ifndef ACTION_REPEAT_H
#define ACTION_REPEAT_H

#include "action/call.h"

/* True when it was one, and is dealt with: c may be gone. */
bool repeat_check(struct call *c) MUST_USE;

#endif
