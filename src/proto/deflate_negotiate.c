/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The offers of a client for permessage-deflate and the answer to the first that fits.
 * An offer with anything unknown, doubled or out of its range is declined as a whole.
 * Source: RFC 7692 5.1, 7.1; syntax: RFC 6455 9.1.
 */
#include "proto/deflate.h"

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

static void
skip_blanks(struct str *s)
{
	while (s->len && (*s->ptr == ' ' || *s->ptr == '\t'))
		*s = str_skip(*s, 1);
}

static bool
take_char(struct str *s, char c)
{
	skip_blanks(s);
	if (s->len == 0 || *s->ptr != c)
		return false;
	*s = str_skip(*s, 1);
	return true;
}

static bool
is_token_char(char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool
take_token(struct str *s, struct str *out)
{
	size_t n = 0;

	skip_blanks(s);
	while (n < s->len && is_token_char(s->ptr[n]))
		n++;
	*out = (struct str){s->ptr, n};
	*s = str_skip(*s, n);
	return n > 0;
}

/* A token, bare or in quotes, which then hold nothing else. */
static bool
take_value(struct str *s, struct str *out)
{
	if (!take_char(s, '"'))
		return take_token(s, out);
	if (s->len == 0 || !is_token_char(*s->ptr) || !take_token(s, out))
		return false;
	return s->len && *s->ptr == '"' && take_char(s, '"');
}

/* Behind the comma that ends this offer; one inside of quotes ends nothing. */
static void
skip_offer(struct str *s)
{
	bool quoted = false;

	while (s->len) {
		char c = *s->ptr;

		*s = str_skip(*s, quoted && c == '\\' && s->len > 1 ? 2 : 1);
		if (c == '"')
			quoted = !quoted;
		if (c == ',' && !quoted)
			return;
	}
}

/* Decimal without leading zeros, 8 … 15. */
static bool
read_bits(struct str value, uint8_t *out)
{
	uint64_t bits;

	if (value.ptr[0] == '0' || !str_to_u64(value, BITS_MAX, &bits) ||
	    bits < BITS_MIN)
		return false;
	*out = (uint8_t)bits;
	return true;
}

static bool
read_param(struct str *s, struct offer *out)
{
	struct str name, value;
	bool has_value;
	int which = 0;

	if (!take_token(s, &name))
		return false;
	while (which < PARAMS_N && !str_eq(name, str_from(param_names[which])))
		which++;
	if (which == PARAMS_N || out->has[which])
		return false;
	out->has[which] = true;
	has_value = take_char(s, '=');
	if (has_value && !take_value(s, &value))
		return false;
	switch (which) {
	case SERVER_BITS:
		return has_value && read_bits(value, &out->bits[which]);
	case CLIENT_BITS:
		return !has_value || read_bits(value, &out->bits[which]);
	default:
		return !has_value;
	}
}

static bool
read_offer(struct str *s, struct offer *out)
{
	struct str name;

	if (!take_token(s, &name) || !str_eq(name, STR("permessage-deflate")))
		return false;
	while (take_char(s, ';'))
		if (!read_param(s, out))
			return false;
	return s->len == 0 || *s->ptr == ',';
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
	*out = (struct ws_deflate){.on = false};
	while (offers.len) {
		struct offer offer = {0};
		struct str text = offers;

		if (read_offer(&text, &offer)) {
			accept_offer(&offer, out, response);
			return;
		}
		skip_offer(&offers);
	}
}
