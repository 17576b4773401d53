/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The configuration as everybody reads it: an immutable counted snapshot. Loops hold a
 * reference each. Texts are zero-terminated, never NULL ("" when unset),
 * owned by the snapshot. The rows that fill it (key, type, default, range, unit, help) are in
 * config/keys.def. Any thread.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/buf.h"
#include "base/log.h"

#include <stdatomic.h>

struct config_list { /* of texts */
	char **items;
	size_t n;
};

enum config_dialect {
	DIALECT_ACTIONS,
	DIALECT_SCHEDULE,
	DIALECT_ROOMS,
	DIALECT_TOPICS,
	DIALECT_CHANNELS,
	DIALECT_ENGINE_ECHO,
	DIALECT_WS_ECHO,
	DIALECT_UNDECIDED,
	DIALECT_N
};

enum config_auth { AUTH_TOKEN, AUTH_NONE };
enum config_trust { TRUST_NOBODY, TRUST_LOOPBACK, TRUST_FORCED };
enum config_forbidden { FORBIDDEN_CLOSES, FORBIDDEN_IS_TOLD };

struct config_listener {
	char *name;    /* referred to by mounts */
	char *address; /* "0.0.0.0:8000", "[::]:8000", "unix:/path"; port 0: any free one */
	char *tls_certificate, *tls_key; /* PEM files; empty: plaintext */
	bool proxy_protocol;
};

struct config_rate {
	double per_second; /* 0: no limit */
	uint32_t burst;
};

struct config_mount {
	char *listener; /* empty: all of them */
	char *path;     /* "/realtime", here without slash at its end; "/" is the root */
	char *host;     /* in small letters, without port; empty: any */
	enum config_dialect dialect;
	enum config_auth auth;
	bool session_required;      /* actions: query.sessionId */
	struct config_list origins; /* "*" or exact origins; empty: same host only */
	bool cors_credentials;
	struct config_list namespaces; /* static ones beside "/" */

	/* Engine.IO */
	bool polling, websocket, upgrades, eio3, serve_client;
	uint32_t ping_interval_ms, ping_timeout_ms, upgrade_timeout_ms,
		connect_timeout_ms;
	uint32_t max_payload_bytes;
	uint32_t poll_packets_n;      /* packets in one poll's answer, at most */
	uint32_t poll_compress_bytes; /* compress answers above it; 0: never */
	char *cookie;                 /* name of the sid cookie; empty: none */
	uint32_t recovery_ms;         /* connection state recovery window; 0: off */
	bool msgpack;                 /* socket.io-msgpack-parser clients */

	/* WebSocket */
	uint32_t message_bytes; /* one message, inflated */
	uint32_t fragments_n;
	bool deflate;
	uint32_t deflate_min_bytes;

	/* limits of one connection or user */
	struct config_rate message_rate;
	uint32_t strays_n; /* packets without a message in a second; 0: no limit */
	struct config_rate connect_rate; /* CONNECT packets of one client */
	uint32_t user_connections_n;     /* 0: no limit */
	uint32_t heartbeat_ms, idle_ms, subscriptions_n;
	struct config_rate connection_rate; /* per address */
	struct config_rate subscription_rate;
	uint32_t queue_soft_bytes, queue_hard_bytes;
	/* clients of one address that joined nothing yet; 0: no limit */
	uint32_t newcomers_n;
	uint32_t acks_n; /* that a client owes in one namespace; 0: no limit */
	uint32_t client_namespaces_n, attachments_n, json_depth, json_values_n;

	/* plain dialects */
	char *claim;  /* "name=value" that the token must have; empty: none */
	bool confirm; /* subscriptions are answered */
	/* topics: the userId of a client without a token */
	enum config_trust trust_user_id;
	enum config_forbidden forbidden_join; /* rooms: what a refused join_room brings */
	bool presence_address; /* schedule: device_info tells the client's address */
};

struct config_key {
	char *kid;       /* empty: for tokens without kid, and any */
	char *algorithm; /* "HS256", "RS256", … or "" to take what fits the key's type */
	char *secret;    /* HMAC key as text, or */
	char *file;      /* PEM public key, certificate, or raw HMAC key */
};

enum config_claim {
	CLAIM_USER,
	CLAIM_USERNAME,
	CLAIM_EMAIL,
	CLAIM_COMPANY,
	CLAIM_SESSION,
	CLAIM_ARTIFACTS,
	CLAIM_ROLES,
	CLAIM_PERMISSIONS,
	CLAIM_CHANNELS,
	CLAIM_ROOMS,
	CLAIM_EVENTS,
	CLAIM_TOPICS,
	CLAIM_N
};

struct config_token {
	struct config_key *keys;
	size_t keys_n;
	char *secret; /* TIDEGATE_JWT_SECRET: an HS256/384/512 key without kid */
	char *jwks_file;
	struct config_list audience, issuer; /* one of them, when any is given */
	uint32_t leeway_s, expiry_grace_ms;
	char *cookie;                 /* where a token may come from; empty: nowhere */
	char *claims[CLAIM_N];        /* names of the claims */
	uint32_t failures_per_minute; /* per address, then HTTP 429; 0: no limit */
};

/* Questions to the authorize hooks of plugins. */
struct config_authorize {
	uint32_t timeout_ms;
	uint32_t answers_n;              /* remembered, all loops together; 0: none */
	uint32_t grants_ms, refusals_ms; /* for how long; 0: not at all */
	uint32_t failures_n, pause_ms;   /* of the circuit breaker; 0: it never opens */
};

struct config_http {
	uint32_t head_bytes, target_bytes, headers_n, body_bytes;
	uint32_t head_timeout_ms, body_timeout_ms, keepalive_timeout_ms, write_timeout_ms;
	uint32_t requests_n; /* of one connection in a second; 0: no limit */
};

struct config_plugin {
	char *name; /* file name without ".so" */
	char *text; /* its configuration as JSON text */
};

struct config {
	atomic_uint refs;
	uint32_t workers; /* 0: one per core */
	bool demo;
	char *plugin_dir, *html_dir, *client_dir; /* never empty */
	struct config_list trusted_proxies;       /* "10.0.0.0/8", "::1" */
	enum log_level log_level;
	bool log_json;
	/* per process: above it accepted ones are closed; 0: no limit */
	uint32_t connections_n;
	uint32_t address_connections_n; /* per client address; 0: no limit */
	uint32_t pool_threads, pool_queue_n;
	uint32_t actions_running_n; /* per connection, waiting for an answer */
	uint32_t replay_ms; /* how long a REQUEST's result is kept for its repetition */
	uint32_t replay_bytes;        /* memory for such results, all together */
	uint32_t recovery_sessions_n; /* lost clients whose state is kept, all together */
	uint32_t recovery_bytes; /* memory for what they may have missed, all together */
	uint32_t drain_ms; /* on SIGTERM: time for clients to leave and answers to come */
	char *redis_url;
	char *api_listen, *api_key;       /* either is empty: no server API */
	uint32_t api_keys_ms, api_keys_n; /* idempotency keys */
	bool metrics_open;                /* /metrics without the key */
	/* messages and people remembered; 0: none */
	uint32_t explain_n, explain_people_n;
	char *notify_file; /* empty: in memory */
	uint32_t notify_keep_s, notify_user_n, notify_total_n, notify_queue_n;
	uint32_t notify_on_connect_n; /* unread ones sent to who connects; 0: none */
	struct config_authorize authorize;
	struct config_http http;
	struct config_token token;
	struct config_listener *listeners;
	size_t listeners_n;
	struct config_mount *mounts;
	size_t mounts_n;
	struct config_plugin *plugins;
	size_t plugins_n;
};

/* What comes over the file: environment variables and --set key=value pairs. */
struct config_source {
	const char *file;        /* NULL: defaults only */
	char **environment;      /* "NAME=value"…, NULL-terminated, or NULL */
	const char *const *sets; /* "key=value"… */
	size_t sets_n;
};

/* Read source->file and what comes over it. Everything that is wrong, one line each:
 * "file:line:column: key: expected …", is appended to errors, no secret among it.
 * Precedence: sets > environment > file > default. Lists of listeners and mounts that nobody
 * gave hold the default ones.
 * Errors: -E_CONFIG, -E_NOMEM. Owns: *config_out holds one reference. */
int config_load(const struct config_source *source, struct config **config_out,
		struct buf *errors) MUST_USE;

/* The same with the bytes of the file at hand; source->file is their name in the errors. */
int config_load_text(const struct config_source *source, struct str text,
		     struct config **config_out, struct buf *errors) MUST_USE;

struct config *config_ref(struct config *c);
void config_unref(struct config *c); /* NULL is allowed */

/* "actions", "schedule", … */
const char *config_dialect_name(enum config_dialect d);

/* JSON text of a plugin's section, "{}" when there is none. */
struct str config_plugin_text(const struct config *c, struct str plugin_name);

#endif
