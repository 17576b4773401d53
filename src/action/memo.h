/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What authorize hooks answered, for as long as it may be believed: a bounded map from the
 * text of a question to a verdict. When it is full the oldest refusal makes room, else the
 * oldest grant: asking for what is not there pushes out no grant but one. Time is a parameter.
 * One for each loop, its thread.
 */
#ifndef ACTION_MEMO_H
#define ACTION_MEMO_H

#include "base/list.h"
#include "base/map.h"
#include "tidegate/plugin.h"

struct memo {
	struct map items;             /* by key */
	struct list grants, refusals; /* the least used first */
};

void memo_init(struct memo *m);
void memo_fini(struct memo *m);

/* False when it is not known, or was known too long ago. */
bool memo_find(struct memo *m, struct str key, uint64_t now_ms,
	       enum tg_verdict *verdict_out);

/* Until then key has this verdict (TG_ALLOW is a grant, others are refusals). owner: a number
 * for memo_forget. most_n: of all that is remembered; 0: nothing is. Nothing is
 * remembered when memory is short either. */
void memo_keep(struct memo *m, struct str key, uint64_t owner, enum tg_verdict verdict,
	       uint64_t until_ms, size_t most_n);

/* Forget what is too old, as far as it is known without looking at everything: it finds the rest
 * when asked again. Returns when to do so, UINT64_MAX: nothing is remembered. */
uint64_t memo_trim(struct memo *m, uint64_t now_ms);

/* All of that owner. Costs a walk through everything. */
void memo_forget(struct memo *m, uint64_t owner);

size_t memo_n(const struct memo *m);

#endif
