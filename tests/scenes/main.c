/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenes: the whole program on memory streams with a clock that the test moves. */
#include "scenes/suites.h"
#include "unit/run.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		NULL,
	};

	return unit_run(suites);
}
