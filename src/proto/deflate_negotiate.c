/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The offers of a client for permessage-deflate and the answer to the first that fits.
 * An offer with anything unknown, doubled or out of its range is declined as a whole.
 * Source: RFC 7692 5.1, 7.1.
 */
#include "proto/deflate.h"

#include "proto/websocket.h"

enum param { SERVER_CONTEXT, CLIENT_CONTEXT, SERVER_BITS, CLIENT_BITS, PARAMS_N };

static const char *const param_names[PARAMS_N] = {
	[SERVER_CONTEXT] = "server_no_context_takeover",
	[CLIENT_CONTEXT] = "client_no_context_takeover",
	[SERVER_BITS] = "server_max_window_bits",
	[CLIENT_BITS] = "client_max_window_bits",
};

enum { BITS_MIN = 8, BITS_MAX = 15, INFLATE_BITS_MIN = 9 };

struct offer {
	bool has[PARAMS_N];
	uint8_t bits[PARAMS_N]; /* 0: no value */
};

/* Decimal without leading zeros, 8 … 15. */
static bool
read_bits(struct str value, uint8_t *out)
{
	uint64_t bits;

	if (value.ptr[0] == '0' || !str_to_u64(value, BITS_MAX, &bits) || bits < BITS_MIN)
		return false;
	*out = (uint8_t)bits;
	return true;
}

static bool
read_param(const struct ws_extension_word *word, struct offer *out)
{
	int which = 0;

	while (which < PARAMS_N && !str_eq(word->name, str_from(param_names[which])))
		which++;
	if (which == PARAMS_N || out->has[which])
		return false;
	out->has[which] = true;
	switch (which) {
	case SERVER_BITS:
		return word->has_value && read_bits(word->value, &out->bits[which]);
	case CLIENT_BITS:
		return !word->has_value || read_bits(word->value, &out->bits[which]);
	default:
		return !word->has_value;
	}
}

/* The client's window is only answered where it named one; 8 bits are a hint that needs no
 * answer, since any window inflates what was deflated with a smaller one. */
static void
accept_offer(const struct offer *offer, struct ws_deflate *out, struct buf *response)
{
	uint8_t server_bits = offer->bits[SERVER_BITS],
		client_bits = offer->bits[CLIENT_BITS];

	buf_printf(response, "permessage-deflate; %s; %s", param_names[SERVER_CONTEXT],
		   param_names[CLIENT_CONTEXT]);
	if (server_bits)
		buf_printf(response, "; %s=%d", param_names[SERVER_BITS], server_bits);
	if (client_bits < INFLATE_BITS_MIN)
		client_bits = 0;
	else
		buf_printf(response, "; %s=%d", param_names[CLIENT_BITS], client_bits);
	*out = (struct ws_deflate){
		.on = true,
		.server_bits = server_bits ? server_bits : BITS_MAX,
		.client_bits = client_bits ? client_bits : BITS_MAX,
	};
}

void
ws_deflate_negotiate(struct str offers, struct ws_deflate *out, struct buf *response)
{
	struct ws_extensions list = {.rest = offers};
	struct ws_extension_word word;
	struct offer offer = {0};
	bool fits = false;
	int result;

	*out = (struct ws_deflate){.on = false};
	while ((result = ws_extensions_next(&list, &word)) > 0) {
		if (word.is_param) {
			fits = fits && read_param(&word, &offer);
			continue;
		}
		if (fits)
			break;
		offer = (struct offer){0};
		fits = str_eq(word.name, STR("permessage-deflate"));
	}
	if (result >= 0 && fits)
		accept_offer(&offer, out, response);
}
