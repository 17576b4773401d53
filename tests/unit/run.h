/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How every Check program of this tree runs: suites in, TAP out. */
#ifndef TESTS_UNIT_RUN_H
#define TESTS_UNIT_RUN_H

#include <check.h>

typedef Suite *(*unit_suite_fn)(void);

/* Run the suites of a table that ends with NULL and print one TAP line for each case.
 * CK_RUN_SUITE and CK_FORK=no work as Check documents them.
 * Returns: what main returns, 0 when every case passed. */
int unit_run(const unit_suite_fn *suites);

#endif
