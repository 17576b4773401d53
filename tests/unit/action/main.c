/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/action: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/action/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		api_http_suite,  api_json_suite, api_room_suite, api_socket_suite,
		authorize_suite, call_suite,     connect_suite,  convert_suite,
		event_suite,     form_suite,     handle_suite,   handshake_suite,
		memo_suite,      meters_suite,   pool_suite,     refresh_suite,
		registry_suite,  repeat_suite,   replay_suite,   scope_suite,
		timer_suite,     update_suite,   NULL,
	};

	return unit_run(suites);
}
