/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/session: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/session/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		bad_tokens_suite, credentials_suite, engine_suite,  headers_suite,
		session_suite,    sid_suite,         upgrade_suite, NULL,
	};

	return unit_run(suites);
}
