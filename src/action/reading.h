/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plugins hear that a notification was read. Thread: the loop of who said so. */
#ifndef ACTION_READING_H
#define ACTION_READING_H

#include "base/str.h"

/* actions is the struct actions. */
void reading_tell(void *actions, struct str user, int64_t notification, int64_t read_ms);

#endif
