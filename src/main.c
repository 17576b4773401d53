/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program: reads its command line and environment, then serves, or answers a question. */
#include "config.h"

#include "admin/rest.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/random.h"
#include "config/config.h"
#include "config/config_sample.h"
#include "config/options.h"
#include "policy/token.h"
#include "proto/json.h"
#include "server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

extern char **environ;

/* As many descriptors as the system lets us have. */
static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool
has_keys(const struct config *c)
{
	return c->token.keys_n || *c->token.secret || *c->token.jwks_file;
}

enum { SETTING_BYTES = 64 + 32 };

/* What a demo lacks is made up, and lives as long as the process: "token.secret=…". */
static void
make_secret(const char *key, char out[SETTING_BYTES])
{
	unsigned char random[32];
	int n = sprintf(out, "%s=", key);

	random_bytes(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		n += sprintf(out + n, "%02x", random[i]);
}

static int
load_config(const struct options *o, const char *const *extra, size_t extra_n,
	    struct config **out, struct buf *errors)
{
	const char **sets = calloc(o->sets_n + extra_n + 1, sizeof(*sets));
	struct config_source source = {.file = o->config ? o->config
							 : getenv("TIDEGATE_CONFIG"),
				       .environment = environ,
				       .sets = sets,
				       .sets_n = o->sets_n + extra_n};
	int error;

	if (!sets)
		return -E_NOMEM;
	for (size_t i = 0; i < o->sets_n; i++)
		sets[i] = o->sets[i];
	for (size_t i = 0; i < extra_n; i++)
		sets[o->sets_n + i] = extra[i];
	error = config_load(&source, out, errors);
	free(sets);
	return error;
}

static int
load_or_complain(const struct options *o, struct config **out)
{
	struct buf errors = BUF_INIT;
	char settings[2][SETTING_BYTES];
	const char *extra[] = {settings[0], settings[1]};
	size_t extra_n = 0;
	int error = load_config(o, NULL, 0, out, &errors);

	if (!error && (*out)->demo && !has_keys(*out))
		make_secret("token.secret", settings[extra_n++]);
	if (!error && (*out)->demo && *(*out)->api_listen && !*(*out)->api_key)
		make_secret("api.key", settings[extra_n++]);
	if (extra_n) {
		config_unref(*out);
		error = load_config(o, extra, extra_n, out, &errors);
	}
	if (errors.len)
		fprintf(stderr, "%.*s", STR_ARG(buf_str(&errors)));
	buf_fini(&errors);
	return error;
}

/* --- serve --------------------------------------------------------------------------------- */

static void
say_where(const struct server *s, const struct config *c)
{
	struct buf token = BUF_INIT;

	for (size_t i = 0; i < c->listeners_n; i++)
		log_info("listening", "listener=%s address=%s port=%u",
			 c->listeners[i].name, c->listeners[i].address,
			 server_port(s, i));
	if (rest_is_wanted(c))
		log_info("listening", "listener=api address=%s port=%u", c->api_listen,
			 server_port(s, c->listeners_n));
	log_info("serving", "version=%s", PACKAGE_VERSION);
	if (c->demo && rest_is_wanted(c))
		printf("server API: http://localhost:%u/api/v1/\napi key:    %s\n",
		       server_port(s, c->listeners_n), c->api_key);
	if (c->demo && c->listeners_n && server_demo_token(s, &token) == 0)
		printf("test page:  %s://localhost:%u/\ndemo token: %.*s\n",
		       *c->listeners[0].tls_certificate ? "https" : "http",
		       server_port(s, 0), STR_ARG(buf_str(&token)));
	fflush(stdout);
	buf_fini(&token);
}

/* The signals that end us wait until they are asked for. */
static sigset_t
block_signals(void)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	return ends;
}

static void
wait_for_signal(const sigset_t *ends)
{
	int which = 0;

	sigwait(ends, &which);
	log_info("stopping", "signal=%s", which == SIGINT ? "INT" : "TERM");
}

static int
serve(const struct options *o)
{
	struct buf errors = BUF_INIT;
	struct config *config;
	struct server *s = NULL;
	sigset_t ends = block_signals();
	int error = load_or_complain(o, &config);

	if (error)
		return 1;
	log_configure(config->log_level, config->log_json);
	raise_descriptor_limit();
	error = server_new(config, clock_system, &s, &errors);
	if (!error)
		error = server_listen(s, &errors);
	if (!error)
		error = server_start(s);
	if (errors.len)
		fprintf(stderr, "%.*s", STR_ARG(buf_str(&errors)));
	if (error) {
		log_error("cannot start", "why=\"%s\"", error_text(error));
	} else {
		say_where(s, config);
		wait_for_signal(&ends);
		server_stop(s);
	}
	server_free(s);
	config_unref(config);
	buf_fini(&errors);
	return error ? 1 : 0;
}

/* --- questions ----------------------------------------------------------------------------- */

static int
check_config(const struct options *o)
{
	struct buf errors = BUF_INIT;
	struct token_keys *keys = NULL;
	struct config *config;
	int error;

	if (load_or_complain(o, &config))
		return 1;
	error = token_keys_load(&config->token, &keys, &errors);
	fprintf(error ? stderr : stdout, "%.*s", STR_ARG(buf_str(&errors)));
	if (!error)
		puts("the configuration is good");
	token_keys_unref(keys);
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
