/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A subset of JSON Schema for the data of actions: compiled once when the action registers,
 * then checked straight over JSON text, without a tree. Immutable; any thread.
 *
 * Keywords: type, properties, required, additionalProperties, minProperties, maxProperties,
 * items (one schema for all), minItems, maxItems, minLength, maxLength (code points), pattern,
 * minimum, maximum, exclusiveMinimum, exclusiveMaximum, enum, const; true and false as schemas.
 * Annotations (title, description, default, examples, $schema, $id, $comment) are skipped; any
 * other keyword is an error and never silently no check. As in JSON Schema, a keyword concerns
 * values of its kind only, and 1.0 is an integer.
 *
 * Deviations: pattern is a POSIX extended regular expression and not ECMA 262: no \d, \w, \b,
 * (?:) or lazy repetition, [0-9] and [[:alpha:]] instead; it matches bytes of UTF-8, and a
 * subject above 4,096 bytes or with U+0000 does not match. Of duplicate members each must be
 * valid, and each counts. Source: JSON Schema Validation 2020-12.
 */
#ifndef POLICY_SCHEMA_H
#define POLICY_SCHEMA_H

#include "base/buf.h"
#include "base/errors.h"

struct schema;

/* text: a schema as JSON, nested 64 deep at most.
 * Errors: -E_ARGUMENT with one line in errors that names the place as JSON pointer
 * ("/properties/x: unknown keyword \"foo\""), -E_NOMEM. Owns: the caller frees *out. */
int schema_compile(struct str text, struct schema **out, struct buf *errors) MUST_USE;
void schema_free(struct schema *s); /* NULL is allowed */

/* value: validated JSON text (json_check); empty is judged as null. On the first fault its JSON
 * pointer (RFC 6901; empty: the value itself) is appended to pointer_out and a sentence
 * ("expected integer, got string") to why_out.
 * Errors: -E_INVALID_DATA, -E_NOMEM. */
int schema_check(const struct schema *s, struct str value, struct buf *pointer_out,
		 struct buf *why_out) MUST_USE;

#endif
