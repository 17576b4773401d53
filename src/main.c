/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: reads its command line and environment, then serves, or answers a question. */
#include "config.h"

#include "base/clock.h"
#include "base/errors.h"
#include "config/config.h"
#include "config/config_sample.h"
#include "config/options.h"
#include "net/tls.h"
#include "policy/token.h"
#include "proto/json.h"
#include "serve.h"
#include "setup.h"

#include <stdio.h>

static int
load_or_complain(const struct options *o, struct config **out)
{
	struct buf errors = BUF_INIT;
	int error = setup_config(o, out, &errors);

	if (errors.len)
		fprintf(stderr, "%.*s", STR_ARG(buf_str(&errors)));
	buf_fini(&errors);
	return error;
}

/* --- questions ----------------------------------------------------------------------------- */

/* Can the keys and certificates that it names be used? Faults are appended to errors. */
static int
check_files(const struct config *config, struct buf *errors)
{
	struct token_keys *keys = NULL;
	int error = token_keys_load(&config->token, &keys, errors);

	token_keys_unref(keys);
	for (size_t i = 0; i < config->listeners_n; i++) {
		struct tls *tls = NULL;
		int one = 0;

		if (*config->listeners[i].tls_certificate)
			one = tls_new(&config->listeners[i], NULL, &tls, errors);
		error = one ? one : error;
		tls_unref(tls);
	}
	return error;
}

static int
check_config(const struct options *o)
{
	struct buf errors = BUF_INIT;
	struct config *config;
	int error;

	if (load_or_complain(o, &config))
		return 1;
	error = check_files(config, &errors);
	fprintf(error ? stderr : stdout, "%.*s", STR_ARG(buf_str(&errors)));
	if (!error)
		puts("the configuration is good");
	config_unref(config);
	buf_fini(&errors);
	return error ? 1 : 0;
}

static int
print_sample(void)
{
	struct buf text = BUF_INIT;

	config_sample(&text);
	fwrite(text.data, 1, text.len, stdout);
	buf_fini(&text);
	return 0;
}

/* {"sub":…,"iat":…,"exp":…, and what --claim adds}. False names the bad claim on stderr. */
static bool
write_claims(const struct options *o, const struct config *c, struct buf *out)
{
	static const struct json_limits limits = {.depth = 32, .values = 10000};
	long long now = clock_system.wall_ms(NULL) / 1000;

	buf_printf(out, "{\"iat\":%lld,\"exp\":%lld,", now, now + o->ttl_s);
	json_quote(out, str_from(c->token.claims[CLAIM_USER]));
	buf_add_char(out, ':');
	json_quote(out, str_from(o->subject));
	for (size_t i = 0; i < o->claims_n; i++) {
		struct str value = str_from(o->claims[i]), name = str_cut(&value, '=');

		if (!value.ptr || json_check(value, &limits, NULL)) {
			fprintf(stderr,
				"--claim %s: expected NAME=JSON, such as "
				"companyId='\"c1\"'\n",
				o->claims[i]);
			return false;
		}
		buf_add_char(out, ',');
		json_quote(out, name);
		buf_add_char(out, ':');
		buf_add_str(out, value);
	}
	buf_add_char(out, '}');
	return true;
}

static int
print_token(const struct options *o)
{
	struct buf errors = BUF_INIT, claims = BUF_INIT, token = BUF_INIT;
	struct token_keys *keys = NULL;
	struct config *config;
	int error;

	if (load_or_complain(o, &config))
		return 1;
	error = token_keys_load(&config->token, &keys, &errors);
	if (!error)
		error = write_claims(o, config, &claims) ? 0 : -E_ARGUMENT;
	if (!error)
		error = token_sign(keys, buf_str(&claims), &token);
	if (error == -E_UNSUPPORTED)
		fputs("no key that can sign: set TIDEGATE_JWT_SECRET or token.secret\n",
		      stderr);
	else if (error && claims.len)
		fprintf(stderr, "these claims make no token (is one given twice?): %s\n",
			error_text(error));
	if (errors.len)
		fprintf(stderr, "%.*s", STR_ARG(buf_str(&errors)));
	if (!error)
		printf("%.*s\n", STR_ARG(buf_str(&token)));
	token_keys_unref(keys);
	config_unref(config);
	buf_fini(&errors);
	buf_fini(&claims);
	buf_fini(&token);
	return error ? 1 : 0;
}

static int
print_version(void)
{
	printf("%s\nlibraries: %s\nhardening: %s\nsanitizers: %s\n", PACKAGE_STRING,
	       TG_BUILD_LIBS, TG_BUILD_HARDENING, TG_BUILD_SANITIZE);
	return 0;
}

static int
run(const struct options *o)
{
	switch (o->command) {
	case COMMAND_SERVE:
		return serve(o);
	case COMMAND_CHECK_CONFIG:
		return check_config(o);
	case COMMAND_SAMPLE_CONFIG:
		return print_sample();
	case COMMAND_TOKEN:
		return print_token(o);
	case COMMAND_VERSION:
		return print_version();
	case COMMAND_HELP:
		fputs(options_usage(), stdout);
		return 0;
	}
	return 2;
}

int
main(int argc, char **argv)
{
	struct buf errors = BUF_INIT;
	struct options options;
	int status = 2;

	if (options_parse(argc, argv, &options, &errors) == 0)
		status = run(&options);
	else
		fprintf(stderr, "%.*s", STR_ARG(buf_str(&errors)));
	options_fini(&options);
	buf_fini(&errors);
	return status;
}
