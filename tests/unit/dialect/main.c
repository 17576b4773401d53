/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/dialect: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/dialect/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		dialect_suite, envelope_suite, plain_suite, template_suite, NULL,
	};

	return unit_run(suites);
}
