/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Failures by number; the rows are in errors.def. Any thread. */
#ifndef BASE_ERRORS_H
#define BASE_ERRORS_H

enum error {
	E_OK,
#define E(name, http, ws, text) E_##name,
#include "base/errors.def"
#undef E
	E_N
};

/* All take an error of either sign: -E_NAME as returned, or E_NAME. */
const char *error_name(int error); /* "TOO_LARGE" */
const char *error_text(int error); /* the sentence, without a final stop */
int error_http_status(int error);
int error_ws_code(int error);

#endif
