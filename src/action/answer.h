/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What plugins say about a call, by its number, from any thread: on the call's loop at once,
 * from elsewhere by mail. Claiming the number makes the answer the only one.
 */
#ifndef ACTION_ANSWER_H
#define ACTION_ANSWER_H

#include "action/call.h"

/* End it with e: type, and data or error; names are filled in.
 * Errors: -E_LATE, -E_NOMEM, -E_STATE. [any thread] */
int answer_call(struct actions *a, uint64_t id, const struct envelope *e) MUST_USE;

/* An UPDATE with that data. Errors: as above. [any thread] */
int answer_update(struct actions *a, uint64_t id, struct str data) MUST_USE;

bool answer_is_open(struct actions *a, uint64_t id);

#endif
