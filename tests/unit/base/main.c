/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/base: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/base/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		arena_suite, buf_suite,    clock_suite, frame_join_suite, frame_suite,
		idmap_suite, keymap_suite, list_suite,  log_suite,        map_suite,
		slab_suite,  spare_suite,  str_suite,   uuid_suite,       NULL,
	};

	return unit_run(suites);
}
