/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: reads its command line, builds the floors bottom-up, runs, frees top-down. */
#include "config.h"

#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("%s\nlibraries: %s\nhardening: %s\nsanitizers: %s\n", PACKAGE_STRING,
		       TG_BUILD_LIBS, TG_BUILD_HARDENING, TG_BUILD_SANITIZE);
		return 0;
	}
	fprintf(stderr, "usage: tidegate --version\n");
	return 2;
}
