/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/admin: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/admin/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		idempotency_suite,
		notify_db_suite,
		rest_table_suite,
		NULL,
	};

	return unit_run(suites);
}
