/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/transport: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/transport/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		admission_suite,    client_address_suite, conn_suite,   http_conn_suite,
		http_server_suite,  proxy_conn_suite,     router_suite, send_queue_suite,
		static_files_suite, websocket_conn_suite, NULL,
	};

	return unit_run(suites);
}
