/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of one directory, read once at start into shared frames, as they are and, where it
 * pays, in gzip: serving needs no file system, so nothing outside can be reached and nothing
 * blocks. Immutable; any thread.
 */
#ifndef TRANSPORT_STATIC_FILES_H
#define TRANSPORT_STATIC_FILES_H

#include "transport/request.h"

struct static_files;

/* Hidden files, links that leave the directory and files above 16 MiB are left out.
 * Errors: -E_SYSTEM with errno set, -E_NOMEM. */
int static_files_load(const char *directory, struct static_files **out) MUST_USE;
void static_files_free(struct static_files *s);

/* Answer with the file called name ("css/a.css"; "" or "d/" means index.html there): 200, 304
 * or 404. False when there is no such file: nothing was answered. */
bool static_files_answer(const struct static_files *s, struct request *r,
			 struct str name);

bool static_files_has(const struct static_files *s, struct str name);

/* Route handler (GET, HEAD) with struct static_files as its argument. */
void static_files_serve(struct request *r);

#endif
