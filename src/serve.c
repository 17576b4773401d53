/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "serve.h"

#include "admin/rest.h"
#include "base/errors.h"
#include "base/log.h"
#include "config/config.h"
#include "config/config_diff.h"
#include "server.h"
#include "setup.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

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

/* Free pieces are joined at once, small ones, too: else they keep glibc from giving back what
 * lies between them when a crowd has left (see server_tidy). */
static void
join_free_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_MXFAST, 0);
#endif
}

/* Whoever starts us without standard descriptors must not have the log written to the first
 * client that got such a number. */
static void
fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

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

/* --- signals ------------------------------------------------------------------------------- */

/* Those that mean something wait until they are asked for. */
static sigset_t
block_signals(void)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &ours, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit of file size is as good as a full disk */
	return ours;
}

static void
end_at_once(int which)
{
	_exit(128 + which);
}

/* Who asks for the end twice does not want to wait for clients. A handler, because without one
 * the first process of a container would not hear the signal. */
static void
end_at_the_next(void)
{
	sigset_t ends;

	signal(SIGTERM, end_at_once);
	signal(SIGINT, end_at_once);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_UNBLOCK, &ends, NULL);
}

/* --- reload -------------------------------------------------------------------------------- */

static void
on_change(void *arg, const char *key, bool is_reloaded)
{
	size_t *taken_n = arg;

	*taken_n += is_reloaded;
	if (!is_reloaded)
		log_warn("change needs a restart", "key=%s", key);
}

/* Faults, a line each, as what they are: lines of the log. */
static void
refuse_reload(struct str faults)
{
	while (faults.len) {
		struct str line = str_cut(&faults, '\n');

		log_error("reload refused", "why=%s", LOG_TEXT(line));
	}
}

static void
reload(const struct options *o, struct server *s)
{
	struct buf errors = BUF_INIT;
	struct config *fresh;
	size_t taken_n = 0;
	int error = setup_config(o, &fresh, &errors);

	if (error) {
		refuse_reload(errors.len ? buf_str(&errors)
					 : str_from(error_text(error)));
		buf_fini(&errors);
		return;
	}
	config_diff(server_config(s), fresh, on_change, &taken_n);
	error = server_reload(s, fresh, &errors);
	if (error) {
		refuse_reload(errors.len ? buf_str(&errors)
					 : str_from(error_text(error)));
	} else {
		log_configure(fresh->log_level, fresh->log_json);
		log_info("reloaded", "changes=%zu", taken_n);
	}
	config_unref(fresh);
	buf_fini(&errors);
}

/* --- from start to end --------------------------------------------------------------------- */

/* The next signal; meanwhile the server is kept tidy. */
static int
await_signal(struct server *s, const sigset_t *ours)
{
	static const struct timespec pause = {.tv_sec = 5};
	int which;

	while ((which = sigtimedwait(ours, NULL, &pause)) < 0)
		server_tidy(s);
	return which;
}

static void
run(const struct options *o, struct server *s, const sigset_t *ours)
{
	bool has_terminal = isatty(STDERR_FILENO);
	int which;

	/* a terminal that is closed says so with SIGHUP, too */
	while ((which = await_signal(s, ours)) == SIGHUP &&
	       (!has_terminal || isatty(STDERR_FILENO)))
		reload(o, s);
	log_info("stopping", "signal=%s",
		 which == SIGINT   ? "INT"
		 : which == SIGHUP ? "HUP"
				   : "TERM");
	end_at_the_next();
	server_stop(s);
}

int
serve(const struct options *o)
{
	struct buf errors = BUF_INIT;
	struct config *config = NULL;
	struct server *s = NULL;
	sigset_t ours = block_signals();
	int error = setup_config(o, &config, &errors);
	bool is_read = !error;

	fill_standard_descriptors();
	join_free_memory();
	if (is_read) {
		log_configure(config->log_level, config->log_json);
		raise_descriptor_limit();
		if (*config->redis_url)
			log_warn("no cluster", "key=redis.url why=not_in_this_version");
		error = server_new(config, clock_system, &s, &errors);
	}
	if (!error)
		error = server_listen(s, &errors);
	if (!error)
		error = server_start(s);
	if (errors.len)
		fprintf(stderr, "%.*s", STR_ARG(buf_str(&errors)));
	if (error && is_read)
		log_error("cannot start", "why=\"%s\"", error_text(error));
	if (!error) {
		say_where(s, config);
		run(o, s, &ours);
	}
	server_free(s);
	config_unref(config);
	buf_fini(&errors);
	return error ? 1 : 0;
}
