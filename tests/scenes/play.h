/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays one scene: a server on memory streams and a clock that stands, lines that say what the
 * clients do and what they must get. The language is described in tests/scenes/README.
 */
#ifndef TESTS_SCENES_PLAY_H
#define TESTS_SCENES_PLAY_H

#include "base/str.h"

struct scene {
	struct str title;
	struct str lines;
	int line_n;      /* number of its first line */
	struct str head; /* what stands before the first scene of its file */
	const char *file;
	/* The program's request for memory that is refused; 0: none. Then players need not get what
	 * is written: the scene ends where they do not. What counts is that the program goes on
	 * for others and forgets everything about these. */
	unsigned long starve_at;
};

/* 0 when everything went as written; else what went wrong was printed. Runs once a process. */
int play(const struct scene *scene);

#endif
