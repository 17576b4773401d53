/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/errors.h"

static const struct row {
	const char *name, *text;
	short http, ws;
} rows[E_N] = {
	[E_OK] = {"OK", "no error", 200, 1000},
#define E(name, http, ws, text) [E_##name] = {#name, text, http, ws},
#include "base/errors.def"
#undef E
};

static const struct row *
row_of(int error)
{
	int i = error < 0 ? -error : error;

	return &rows[i < E_N ? i : E_INTERNAL_ERROR];
}

const char *
error_name(int error)
{
	return row_of(error)->name;
}

const char *
error_text(int error)
{
	return row_of(error)->text;
}

int
error_http_status(int error)
{
	return row_of(error)->http;
}

int
error_ws_code(int error)
{
	return row_of(error)->ws;
}
