/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/cors.h"

#include "config/config.h"
#include "policy/origin.h"

static bool
allows_everybody(const struct config_mount *mount)
{
	return mount->origins.n == 1 &&
	       str_eq(str_from(mount->origins.items[0]), STR("*"));
}

bool
cors_check(const struct config_mount *mount, struct request *r)
{
	struct str origin = http_header_get(r->head, STR("origin"));

	if (!origin_is_allowed(&mount->origins, origin, r->head->host)) {
		counter_add(&r->conn->loop->counters, COUNTER_ORIGINS_REFUSED, 1);
		return false;
	}
	if (allows_everybody(mount) && !mount->cors_credentials) {
		buf_add_str(&r->headers, STR("Access-Control-Allow-Origin: *\r\n"));
		return true;
	}
	if (origin.len)
		buf_printf(&r->headers, "Access-Control-Allow-Origin: %.*s\r\n",
			   STR_ARG(origin));
	buf_add_str(&r->headers, STR("Vary: Origin\r\n"));
	if (origin.len && mount->cors_credentials)
		buf_add_str(&r->headers,
			    STR("Access-Control-Allow-Credentials: true\r\n"));
	return true;
}

void
cors_preflight(struct request *r)
{
	struct str wanted = http_header_get(r->head,
					    STR("access-control-request-headers"));

	buf_add_str(
		&r->headers,
		STR("Access-Control-Allow-Methods: GET,HEAD,PUT,PATCH,POST,DELETE\r\n"));
	buf_add_str(&r->headers, STR("Vary: Access-Control-Request-Headers\r\n"));
	if (wanted.len)
		buf_printf(&r->headers, "Access-Control-Allow-Headers: %.*s\r\n",
			   STR_ARG(wanted));
	request_answer(r, &(struct answer){.status = 204});
}
