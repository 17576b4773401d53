/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenes/play.h"

#include "config/config.h"
#include "net/loop.h"
#include "policy/token.h"
#include "scenes/count.h"
#include "scenes/player.h"
#include "scenes/text.h"
#include "server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLAYERS = 16, WALL_S = 1700000000, ROUNDS_UNTIL_STEADY = 20 };
#define SECRET "0123456789abcdef0123456789abcdef"

struct stage {
	const struct scene *scene;
	int line_n;
	struct clock_hand hand;
	struct config *config;
	struct server *server;
	struct token_keys *keys;
	uint64_t loops_n;
	struct variables variables;
	struct player players[PLAYERS];
	size_t players_n;
	struct buf lines, target, body; /* of what a player says */
	jmp_buf over;                   /* where a starved scene ends early */
};

__attribute__((format(printf, 2, 3), noreturn)) static void
fail(struct stage *st, const char *format, ...)
{
	va_list args;

	if (st->scene->starve_at && st->server)
		longjmp(st->over, 1);
	printf("# %s:%d: ", st->scene->file, st->line_n);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_Exit(1);
}

static struct str
next_word(struct str *rest)
{
	struct str word;

	*rest = str_trim(*rest);
	word = str_cut(rest, ' ');
	return word;
}

/* --- the server -------------------------------------------------------------------------- */

static const char *
from(const char *variable)
{
	const char *value = getenv(variable);

	return value ? value : ".";
}

/* "config FILE", "plugins FOLDER", "loops N", and "set key=value" stand in a file's head. */
static void
open_server(struct stage *st)
{
	static char secret[] = "TIDEGATE_JWT_SECRET=" SECRET;
	char *environment[] = {secret, NULL};
	char file[512] = "", plugins[512], html[512], workers[32];
	const char *sets[16] = {
		plugins,
		html,
		workers,
	};
	struct config_source source = {
		.environment = environment, .sets = sets, .sets_n = 3};
	struct str rest = st->scene->head;
	struct buf errors = BUF_INIT;

	st->loops_n = 1;
	snprintf(plugins, sizeof(plugins), "plugin_dir=%s/plugins", from("TG_BUILD"));
	snprintf(html, sizeof(html), "html_dir=%s/html", from("TG_SOURCE"));
	while (rest.ptr) {
		struct str line = str_cut(&rest, '\n'), verb = next_word(&line);

		if (str_eq(verb, STR("config")))
			snprintf(file, sizeof(file), "%s/tests/%.*s", from("TG_SOURCE"),
				 STR_ARG(line));
		else if (str_eq(verb, STR("plugins")))
			snprintf(plugins, sizeof(plugins), "plugin_dir=%s/%.*s",
				 from("TG_BUILD"), STR_ARG(line));
		else if (str_eq(verb, STR("loops")) && !str_to_u64(line, 8, &st->loops_n))
			fail(st, "loops: a number is missing");
		else if (str_eq(verb, STR("set")) && source.sets_n < 16)
			sets[source.sets_n++] = str_dup(line);
	}
	snprintf(workers, sizeof(workers), "workers=%d", (int)st->loops_n);
	source.file = *file ? file : NULL;
	log_configure(LOG_ERROR, false);
	if (config_load(&source, &st->config, &errors) ||
	    token_keys_load(&st->config->token, &st->keys, &errors) ||
	    server_new(st->config, clock_of_hand(&st->hand), &st->server, &errors))
		fail(st, "%.*s", STR_ARG(buf_str(&errors)));
	while (source.sets_n > 3)
		free((char *)(uintptr_t)sets[--source.sets_n]);
	buf_fini(&errors);
}

static void
turn(struct stage *st)
{
	count_begin();
	for (int round = 0; round < 4; round++) {
		for (size_t i = 0; i < st->players_n; i++)
			player_pump(&st->players[i]);
		for (size_t i = 0; i < st->loops_n; i++)
			loop_turn(server_loop(st->server, i), false);
	}
	count_end();
}

static void
close_server(struct stage *st)
{
	server_free(st->server);
	token_keys_unref(st->keys);
	config_unref(st->config);
	for (size_t i = 0; i < st->players_n; i++)
		player_fini(&st->players[i]);
	variables_fini(&st->variables);
	buf_fini(&st->lines);
	buf_fini(&st->target);
	buf_fini(&st->body);
}

/* The player of that name; a new one connects. "A@1" plays on loop 1, "api…" on the server
 * API's listener. */
static struct player *
player_called(struct stage *st, struct str name)
{
	const char *at = memchr(name.ptr, '@', name.len);
	size_t listener = str_has_prefix(name, STR("api")) ? st->config->listeners_n : 0;
	struct player *p;
	bool is_in;

	for (size_t i = 0; i < st->players_n; i++)
		if (str_eq(str_from(st->players[i].name), name))
			return &st->players[i];
	if (st->players_n == PLAYERS || name.len >= sizeof(p->name))
		fail(st, "too many players");
	p = &st->players[st->players_n++];
	memcpy(p->name, name.ptr, name.len);
	count_begin();
	is_in = server_connect(st->server, at ? (size_t)(at[1] - '0') : 0, listener,
			       &p->memory) != NULL;
	count_end();
	if (!is_in)
		fail(st, "%.*s was not let in", STR_ARG(name));
	return p;
}

/* --- what players do --------------------------------------------------------------------- */

/* "TARGET | Header: value | … || BODY", or "TARGET BODY": appends the headers as lines to out,
 * returns the target; *rest becomes the body. */
static struct str
cut_headers(struct stage *st, struct str *rest, struct buf *out)
{
	struct str target = next_word(rest), line;
	const char *end;

	while (rest->ptr && str_has_prefix(*rest = str_trim(*rest), STR("| "))) {
		line = str_skip(*rest, 2);
		end = memmem(line.ptr, line.len, " |", 2);
		if (end)
			line.len = (size_t)(end - line.ptr);
		*rest = str_skip(*rest, 2 + line.len);
		if (!text_fill(&st->variables, str_trim(line), out))
			fail(st, "a variable is not set");
		buf_add_str(out, STR("\r\n"));
	}
	if (rest->ptr && str_has_prefix(*rest, STR("|| ")))
		*rest = str_skip(*rest, 3);
	return target;
}

static void
do_request(struct stage *st, struct player *p, struct str verb, struct str rest)
{
	struct str method = str_eq(verb, STR("get"))    ? STR("GET")
			    : str_eq(verb, STR("post")) ? STR("POST")
							: STR("");

	if (str_eq(verb, STR("request")))
		method = next_word(&rest);
	buf_clear(&st->lines);
	buf_clear(&st->target);
	buf_clear(&st->body);
	if (!text_fill(&st->variables, cut_headers(st, &rest, &st->lines), &st->target) ||
	    !text_fill(&st->variables, rest.ptr ? str_trim(rest) : STR(""), &st->body))
		fail(st, "a variable is not set");
	if (str_eq(verb, STR("upgrade"))) {
		player_upgrade(p, buf_str(&st->target), buf_str(&st->lines));
		turn(st);
		if (!player_take_answer(p) || p->status != 101)
			fail(st, "no upgrade: %.*s%.*s", STR_ARG(buf_str(&p->head)),
			     STR_ARG(buf_str(&p->body)));
	} else {
		player_request(p, method, buf_str(&st->target), buf_str(&st->lines),
			       buf_str(&st->body));
	}
}

static void
do_send(struct stage *st, struct player *p, struct str verb, struct str rest)
{
	buf_clear(&st->body);
	if (!text_fill(&st->variables, rest, &st->body))
		fail(st, "a variable is not set");
	if (str_eq(verb, STR("raw")))
		player_write(p, buf_str(&st->body));
	else
		player_frame(p,
			     str_eq(verb, STR("bytes"))   ? WS_BINARY
			     : str_eq(verb, STR("ping"))  ? WS_PING
			     : str_eq(verb, STR("close")) ? WS_CLOSE
							  : WS_TEXT,
			     buf_str(&st->body));
}

static void
do_leave(struct stage *st, struct player *p, struct str verb, struct str rest)
{
	(void)st;
	(void)verb;
	(void)rest;
	stream_memory_end(&p->memory);
}

/* --- what players get -------------------------------------------------------------------- */

static void
expect_answer(struct stage *st, struct player *p, struct str verb, struct str rest)
{
	struct str status = next_word(&rest);
	uint64_t wanted;

	(void)verb;
	if (!str_to_u64(status, 999, &wanted))
		fail(st, "gets: a status is missing");
	if (!player_take_answer(p))
		fail(st, "%s got no answer, but \"%.*s\"", p->name,
		     STR_ARG(buf_str(&p->memory.to_client)));
	if (p->status != (int)wanted ||
	    (rest.ptr && !text_matches(&st->variables, rest, buf_str(&p->body))))
		fail(st, "%s got %d \"%.*s\"", p->name, p->status,
		     STR_ARG(buf_str(&p->body)));
}

static void
expect_header(struct stage *st, struct player *p, struct str verb, struct str rest)
{
	struct str name = str_cut(&rest, ':'), value = player_header(p, name);

	(void)verb;
	if (!value.ptr || !text_matches(&st->variables, str_trim(rest), value))
		fail(st, "%.*s is \"%.*s\"", STR_ARG(name), STR_ARG(value));
}

static void
expect_frame(struct stage *st, struct player *p, struct str verb, struct str rest)
{
	int opcode = str_eq(verb, STR("hears-bytes"))  ? WS_BINARY
		     : str_eq(verb, STR("hears-ping")) ? WS_PING
		     : str_eq(verb, STR("hears-pong")) ? WS_PONG
						       : WS_TEXT;

	if (!player_take_frame(p))
		fail(st, "%s heard nothing whole, but \"%.*s\"", p->name,
		     STR_ARG(buf_str(&p->memory.to_client)));
	if (p->opcode != opcode || !text_matches(&st->variables, rest, buf_str(&p->body)))
		fail(st, "%s heard (opcode %d) \"%.*s\"", p->name, p->opcode,
		     STR_ARG(buf_str(&p->body)));
}

static void
expect_close(struct stage *st, struct player *p, struct str verb, struct str rest)
{
	const uint8_t *b;
	uint64_t code = 1005;

	(void)verb;
	if (rest.ptr && rest.len && !str_to_u64(str_trim(rest), 4999, &code))
		fail(st, "hears-close: a code is missing");
	if (!player_take_frame(p) || p->opcode != WS_CLOSE)
		fail(st, "%s heard no close", p->name);
	b = (const uint8_t *)p->body.data;
	if ((p->body.len < 2 ? 1005u : (unsigned)(b[0] << 8 | b[1])) != code)
		fail(st, "%s heard another code: %u", p->name,
		     (unsigned)(b[0] << 8 | b[1]));
}

static void
expect_nothing(struct stage *st, struct player *p, struct str verb, struct str rest)
{
	(void)rest;
	if (p->memory.to_client.len)
		fail(st, "%s heard \"%.*s\"", p->name,
		     STR_ARG(buf_str(&p->memory.to_client)));
	if (p->memory.server_closed || p->memory.server_ended)
		fail(st, "%s is closed", p->name);
	(void)verb;
}

static void
expect_end(struct stage *st, struct player *p, struct str verb, struct str rest)
{
	(void)verb;
	(void)rest;
	if (p->memory.to_client.len)
		fail(st, "%s heard \"%.*s\"", p->name,
		     STR_ARG(buf_str(&p->memory.to_client)));
	if (!p->memory.server_closed && !p->memory.server_ended)
		fail(st, "%s is still connected", p->name);
}

/* --- lines ------------------------------------------------------------------------------- */

static const struct verb {
	struct str name;
	void (*act)(struct stage *st, struct player *p, struct str verb, struct str rest);
	bool is_deed; /* the turn goes on after it */
} verbs[] = {
	{STR("get"), do_request, true},
	{STR("post"), do_request, true},
	{STR("request"), do_request, true},
	{STR("upgrade"), do_request, true},
	{STR("send"), do_send, true},
	{STR("queue"), do_send, false},
	{STR("bytes"), do_send, true},
	{STR("ping"), do_send, true},
	{STR("close"), do_send, true},
	{STR("raw"), do_send, true},
	{STR("leaves"), do_leave, true},
	{STR("gets"), expect_answer, false},
	{STR("header"), expect_header, false},
	{STR("hears"), expect_frame, false},
	{STR("hears-bytes"), expect_frame, false},
	{STR("hears-ping"), expect_frame, false},
	{STR("hears-pong"), expect_frame, false},
	{STR("hears-close"), expect_close, false},
	{STR("nothing"), expect_nothing, false},
	{STR("closed"), expect_end, false},
};

static void
make_token(struct stage *st, struct str rest)
{
	struct str name = next_word(&rest);
	struct buf token = BUF_INIT;

	if (!rest.ptr || token_sign(st->keys, str_trim(rest), &token))
		fail(st, "token: claims are missing");
	variables_set(&st->variables, name, buf_str(&token));
	buf_fini(&token);
}

static void
pass_time(struct stage *st, struct str rest)
{
	uint64_t ms;

	rest = str_trim(rest);
	if (!str_has_suffix(rest, STR("ms")) ||
	    !str_to_u64((struct str){rest.ptr, rest.len - 2}, 100000000, &ms))
		fail(st, "wait: milliseconds are missing");
	clock_hand_move(&st->hand, ms);
	turn(st);
}

static void play_line(struct stage *st, struct str line);

static void
play_times(struct stage *st, struct str rest)
{
	uint64_t n;

	if (!str_to_u64(next_word(&rest), 100000, &n))
		fail(st, "times: a number is missing");
	while (n--)
		play_line(st, rest);
}

/* "LINE && LINE …": one after the other. */
static void
play_each(struct stage *st, struct str rest)
{
	while (rest.ptr) {
		const char *end = rest.len ? memmem(rest.ptr, rest.len, " && ", 4) : NULL;
		struct str line = rest;

		if (end)
			line.len = (size_t)(end - rest.ptr);
		rest = end ? str_skip(rest, line.len + 4) : (struct str){NULL, 0};
		play_line(st, line);
	}
}

/* The lines again and again, until nothing new is needed for them; what they bring is thrown
 * away. */
static void
play_costs(struct stage *st, struct str rest)
{
	uint64_t most_n;
	unsigned long n = 0;

	if (!str_to_u64(next_word(&rest), 1000, &most_n))
		fail(st, "costs: a number is missing");
	for (int i = 0; i < ROUNDS_UNTIL_STEADY; i++) {
		(void)count_take();
		play_each(st, rest);
		n = count_take();
		for (size_t p = 0; p < st->players_n; p++)
			player_forget(&st->players[p]);
	}
	if (n > most_n)
		fail(st, "asks for memory %lu times", n);
}

/* With an address sanitizer slabs are empty: malloc has everything. */
static void
check_rests(struct stage *st, struct str text)
{
	uint64_t most_n;
	size_t n = 0;

	if (!str_to_u64(text, 100000, &most_n))
		fail(st, "rests: a number is missing");
	for (size_t i = 0; i < st->loops_n; i++)
		n += server_loop(st->server, i)->slab.used_bytes;
	if (n > most_n)
		fail(st, "%zu bytes rest", n);
}

static void
play_line(struct stage *st, struct str line)
{
	struct str name = next_word(&line), verb_name;

	if (str_eq(name, STR("token"))) {
		make_token(st, line);
		return;
	}
	if (str_eq(name, STR("wait"))) {
		pass_time(st, line);
		return;
	}
	if (str_eq(name, STR("times"))) {
		play_times(st, line);
		return;
	}
	if (str_eq(name, STR("costs"))) {
		play_costs(st, line);
		return;
	}
	if (str_eq(name, STR("rests"))) {
		check_rests(st, line);
		return;
	}
	verb_name = next_word(&line);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!str_eq(verbs[i].name, verb_name))
			continue;
		verbs[i].act(st, player_called(st, name), verb_name, line);
		if (verbs[i].is_deed)
			turn(st);
		return;
	}
	fail(st, "unknown: %.*s", STR_ARG(verb_name));
}

static void
play_lines(struct stage *st)
{
	struct str rest = st->scene->lines;

	for (; rest.ptr; st->line_n++) {
		struct str line = str_trim(str_cut(&rest, '\n'));

		if (line.len && line.ptr[0] != '#')
			play_line(st, line);
	}
}

/* --- after a refusal ----------------------------------------------------------------------- */

enum { WAITS = 20, WAIT_MS = 60000 };

/* All have left, and every time limit has passed. */
static void
check_nothing_remains(struct stage *st)
{
	static const enum counter gauges[] = {
		COUNTER_CONNECTIONS,    COUNTER_SESSIONS, COUNTER_PLAIN_SESSIONS,
		COUNTER_WEBSOCKETS,     COUNTER_SOCKETS,  COUNTER_ROOMS,
		COUNTER_ACTIONS_RUNNING};

	for (size_t i = 0; i < st->players_n; i++)
		stream_memory_end(&st->players[i].memory);
	for (int i = 0; i < WAITS; i++) {
		clock_hand_move(&st->hand, WAIT_MS);
		turn(st);
	}
	for (size_t g = 0; g < sizeof(gauges) / sizeof(gauges[0]); g++) {
		uint64_t n = 0;

		for (size_t i = 0; i < st->loops_n; i++)
			n += counter_get(&server_loop(st->server, i)->counters,
					 gauges[g]);
		if (n)
			fail(st, "%s: %lld remain", counter_name(gauges[g]),
			     (long long)n);
	}
}

static void
check_next_client(struct stage *st)
{
	struct player *p;

	if (st->players_n == PLAYERS) {
		player_fini(&st->players[--st->players_n]);
		st->players[st->players_n] = (struct player){.status = 0};
	}
	p = player_called(st, STR("next"));
	player_request(p, STR("GET"), STR("/healthz"), STR(""), STR(""));
	turn(st);
	if (!player_take_answer(p) || p->status != 200)
		fail(st, "the next client is not served");
}

/* Those that come afterwards do not notice. */
static void
check_recovery(struct stage *st)
{
	struct scene fed = *st->scene;

	count_refuse(0);
	fed.starve_at = 0; /* from here on everything is as written */
	st->scene = &fed;
	check_nothing_remains(st);
	check_next_client(st);
}

int
play(const struct scene *scene)
{
	static struct stage st;

	st = (struct stage){.scene = scene,
			    .line_n = scene->line_n,
			    .hand = {1000, (int64_t)WALL_S * 1000}};
	open_server(&st);
	count_refuse(scene->starve_at);
	if (setjmp(st.over) == 0)
		play_lines(&st);
	if (scene->starve_at)
		check_recovery(&st);
	close_server(&st);
	return 0;
}
