/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparing values of a schema with JSON text. Inner part of the schema unit. Pure. */
#ifndef POLICY_SCHEMA_EQUAL_H
#define POLICY_SCHEMA_EQUAL_H

#include "proto/json.h" /* before jansson, which has a macro json_is_true */

#include <jansson.h>

/* The same value, as JSON Schema sees it: 1 and 1.0 are, members have no order, of duplicate
 * ones the last counts. text is validated. */
bool schema_equal(json_t *wanted, struct str text);

/* Below 0, 0 or above 0 as the number text is below, at or above limit; whole numbers of 64
 * bits are compared exactly. A number too large for a double is infinite. */
int schema_compare(struct str text, const json_t *limit);

/* Without a fraction, however it is written. */
bool schema_is_integer(struct str text);

#endif
