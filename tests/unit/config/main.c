/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/config: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/config/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		config_check_suite,  config_diff_suite,   config_form_suite,
		config_json_suite,   config_keys_suite,   config_read_suite,
		config_sample_suite, config_source_suite, config_value_suite,
		config_yaml_suite,   options_suite,       NULL,
	};

	return unit_run(suites);
}
