/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command serve: from start to end, what signals ask for between. */
#ifndef SERVE_H
#define SERVE_H

#include "config/options.h"

/* Returns the exit status. Thread: the main thread. */
int serve(const struct options *o);

#endif
