/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The whole server, played by up to four clients on memory streams under a clock that is moved
 * by hand. The first byte chooses a mount; what follows is said by client 0 as it stands, but
 * for steps, which begin with the byte 0x1f:
 *	0 … 3  from here on this client; it connects when it is not
 *	t X    X tenths of a second go by
 *	e      the client ends its side
 *	w X    X kilobytes fit between the server and this client
 *	s      says the session id that was heard last
 *	T, B   what follows, up to the next step, as one masked WebSocket message, text or binary
 *	F X    … as one masked frame that starts with the byte X
 *	R      … as the offset with which the socket heard of last wants to go on
 *	P      … as the body of a polling POST
 *	G, U   a polling GET; a request to upgrade
 * Whatever was said: once all clients left and their time limits passed, nothing remains. */
#include "connection_script.h"
#include "target.h"

#include "base/clock.h"
#include "net/loop.h"
#include "server.h"

#include <stdlib.h>

static const char settings[] =
	"workers: 1\n"
	"plugin_dir: /nonexistent\n"
	"html_dir: /nonexistent\n"
	"client_dir: /nonexistent\n"
	"log: {level: off}\n"
	"api: {listen: ''}\n"
	"listeners: [{name: public, address: '127.0.0.1:0'}]\n"
	"token: {secret: 0123456789abcdef0123456789abcdef, failures_per_minute: "
	"unlimited}\n"
	"mounts:\n"
	"- {path: /engine, dialect: engine-echo, eio3: true, queue_hard: 64KiB, "
	"queue_soft: 4KiB}\n"
	"- {path: /socket, dialect: actions, auth: none, session_required: false, eio3: "
	"true,\n"
	"   namespaces: [/custom], max_payload: 16kB, poll_compress: 64, recovery: 1m}\n"
	"- {path: /packed, dialect: actions, auth: none, session_required: false, eio3: "
	"true,\n"
	"   msgpack: true, max_payload: 16kB}\n"
	"- {path: /token, dialect: actions, cookie: io}\n"
	"- {path: /plain, dialect: ws-echo, deflate: true, deflate_min: always,\n"
	"   message_size: 16kB, fragments: 16, queue_hard: 64KiB, queue_soft: 4KiB}\n"
	"- {path: /ws, dialect: undecided}\n"
	"- {path: /ws, dialect: rooms}\n"
	"- {path: /ws, dialect: channels, deflate: true, deflate_min: 64}\n"
	"- {path: /ws, dialect: schedule, queue_hard: 64KiB, queue_soft: 4KiB}\n"
	"- {path: /topics, dialect: topics, trust_user_id: true, confirm: true}\n";

static struct clock_hand hand = {.mono_ms = 1000, .wall_ms = INT64_C(1800000000000)};
static struct server *server;

static void
end_server(void)
{
	server_free(server);
}

static void
start_server(void)
{
	struct config_source source = {.file = "fuzz.yaml"};
	struct buf errors = BUF_INIT;
	struct config *config;

	if (config_load_text(&source, (struct str){settings, sizeof(settings) - 1},
			     &config, &errors))
		abort();
	log_configure(config->log_level, false);
	if (server_new(config, clock_of_hand(&hand), &server, &errors))
		abort();
	config_unref(config);
	buf_fini(&errors);
	atexit(end_server);
}

/* All limits of an idle server's clients are shorter than this, all together. */
enum { STEP_MS = 20000, STEPS = 8 };

static void
check_nothing_remains(struct loop *l)
{
	static const enum counter gauges[] = {
		COUNTER_CONNECTIONS, COUNTER_SESSIONS, COUNTER_WEBSOCKETS,
		COUNTER_SOCKETS,     COUNTER_ROOMS,    COUNTER_ACTIONS_RUNNING};

	for (size_t i = 0; i < STEPS; i++) {
		clock_hand_move(&hand, STEP_MS);
		loop_turn(l, false);
	}
	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
		if (counter_get(&l->counters, gauges[i]) != 0)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script;

	if (!size)
		return 0;
	if (!server)
		start_server();
	script_init(&script, server, &hand, data[0]);
	script_play(&script, (struct str){(const char *)data + 1, size - 1});
	script_fini(&script);
	check_nothing_remains(server_loop(server, 0));
	return 0;
}
