/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of src/policy: links that floor and those below, nothing else. */
#include "unit/run.h"
#include "unit/policy/suites.h"

int
main(void)
{
	static const unit_suite_fn suites[] = {
		breaker_suite,    identity_suite,   limit_suite, origin_suite,
		rate_suite,       schema_suite,     token_suite, token_cache_suite,
		token_jwks_suite, token_keys_suite, NULL,
	};

	return unit_run(suites);
}
