/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/hub: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/hub/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		batch_suite,           broadcast_suite,       client_suite,
		device_suite,          permit_suite,          plain_entry_suite,
		presence_suite,        recovery_behind_suite, recovery_log_suite,
		recovery_return_suite, recovery_suite,        room_suite,
		ticket_suite,          tally_suite,           NULL,
	};

	return unit_run(suites);
}
