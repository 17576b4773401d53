/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON for plugins: the last part of struct tg_api. Pure; any thread.
 * What each does is said in tidegate/plugin.h.
 */
#ifndef ACTION_API_JSON_H
#define ACTION_API_JSON_H

#include "tidegate/plugin.h"

bool api_json_get(struct tg_str object, struct tg_str key, struct tg_str *value_out);
bool api_json_next(struct tg_str array, size_t *at, struct tg_str *value_out);
bool api_json_arg(struct tg_args args, size_t n, struct tg_str *value_out);
bool api_json_int(struct tg_str value, int64_t *out);
bool api_json_double(struct tg_str value, double *out);
size_t api_json_text(struct tg_str value, char *out, size_t out_bytes);
size_t api_json_quote(struct tg_str text, char *out, size_t out_bytes);

#endif
