/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/net: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/net/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		address_set_suite, address_suite, listener_suite,
		loop_suite,        stream_suite,  stream_tls_suite,
		tls_suite,         wheel_suite,   NULL,
	};

	return unit_run(suites);
}
