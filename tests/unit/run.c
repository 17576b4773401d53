/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "unit/run.h"

#include <stdio.h>
#include <stdlib.h>

int
unit_run(const unit_suite_fn *suites)
{
	SRunner *runner;
	int failed_n;

	if (suites[0] == NULL) {
		puts("1..0 # SKIP no suites");
		return EXIT_SUCCESS;
	}
	runner = srunner_create(suites[0]());
	while (*++suites != NULL)
		srunner_add_suite(runner, (*suites)());
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	failed_n = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed_n == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
