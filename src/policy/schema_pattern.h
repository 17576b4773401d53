/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patterns that the C library can be trusted with. Inner part of the schema unit. Pure. */
#ifndef POLICY_SCHEMA_PATTERN_H
#define POLICY_SCHEMA_PATTERN_H

/* NULL when pattern may be compiled, else what is wrong with it. regcomp(3) copies what is
 * repeated, so nested repetitions multiply; and a back-reference, which POSIX does not have in
 * extended expressions, makes matching exponential. */
const char *schema_pattern_fault(const char *pattern);

#endif
