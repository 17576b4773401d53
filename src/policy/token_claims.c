/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy/token_claims.h"

#include "proto/json.h"

static const struct json_limits header_limits = {.depth = 8, .values = 64};
static const struct json_limits payload_limits = {.depth = 32, .values = 4096};

static int
refuse(const char **why_out, const char *why)
{
	*why_out = why;
	return -E_INVALID_TOKEN;
}

/* Both raw, possibly with escapes. */
static bool
is_same_key(struct str a, struct str b)
{
	struct buf plain = BUF_INIT;
	bool same;

	if (!(a.len && memchr(a.ptr, '\\', a.len)))
		return json_key_is(b, a);
	/* With its quotes, which stand around it, a key is a string value. */
	json_unescape((struct str){a.ptr - 1, a.len + 2}, &plain);
	same = plain.failed || json_key_is(b, buf_str(&plain));
	buf_fini(&plain);
	return same;
}

/* JSON libraries differ in which of two equal members they see: no token may have any. */
static bool
has_twin_members(struct str object)
{
	struct json_walk outer = json_walk(object);
	struct str key, other, value;

	while (json_next_member(&outer, &key, &value)) {
		struct json_walk inner = outer;

		while (json_next_member(&inner, &other, &value))
			if (is_same_key(key, other))
				return true;
	}
	return false;
}

/* "JWT", or an access token's type. Source: RFC 7515 4.1.9, RFC 9068 2.1. */
static bool
is_known_type(struct str value)
{
	struct str type;

	return json_kind(value) == JSON_STRING_KIND && json_borrow_string(value, &type) &&
	       (str_eq_nocase(type, STR("JWT")) || str_eq_nocase(type, STR("at+jwt")) ||
		str_eq_nocase(type, STR("application/at+jwt")));
}

static const struct token_algorithm *
read_algorithm(struct str value)
{
	struct str name;

	if (json_kind(value) != JSON_STRING_KIND || !json_borrow_string(value, &name))
		return NULL;
	return token_algorithm_find(name);
}

/* One member of the header. Others than these are ignored: a key that a token brings with
 * it (jwk, jku, x5c, x5u) is never looked at. */
static int
read_member(struct str key, struct str value, struct token_header *header,
	    const char **why_out)
{
	if (json_key_is(key, STR("alg"))) {
		header->algorithm = read_algorithm(value);
		if (!header->algorithm)
			return refuse(why_out, "unknown algorithm");
	} else if (json_key_is(key, STR("kid"))) {
		header->kid = value;
		if (json_kind(value) != JSON_STRING_KIND)
			return refuse(why_out, "kid is no text");
	} else if (json_key_is(key, STR("typ"))) {
		if (!is_known_type(value))
			return refuse(why_out, "typ is not JWT");
	} else if (json_key_is(key, STR("crit"))) {
		return refuse(why_out, "crit is not understood");
	} else if (json_key_is(key, STR("b64")) && !json_is_true(value)) {
		return refuse(why_out, "b64 is not understood");
	}
	return 0;
}

int
token_header_read(struct str json, struct token_header *header_out, const char **why_out)
{
	struct json_walk members;
	struct str key, value;

	*header_out = (struct token_header){0};
	if (json_check(json, &header_limits, NULL) < 0 ||
	    json_kind(json) != JSON_OBJECT_KIND)
		return refuse(why_out, "header is no JSON object");
	if (has_twin_members(json))
		return refuse(why_out, "header has a member twice");
	members = json_walk(json);
	while (json_next_member(&members, &key, &value)) {
		int error = read_member(key, value, header_out, why_out);

		if (error)
			return error;
	}
	return header_out->algorithm ? 0 : refuse(why_out, "no algorithm");
}

static bool
list_has(const struct config_list *list, struct str value)
{
	for (size_t i = 0; i < list->n; i++)
		if (json_string_is(value, str_from(list->items[i])))
			return true;
	return false;
}

static int
check_issuer(const struct token_keys *k, struct str payload, const char **why_out)
{
	struct str value;

	if (!json_get(payload, STR("iss"), &value))
		return k->issuer.n ? refuse(why_out, "no issuer") : 0;
	if (json_kind(value) != JSON_STRING_KIND)
		return refuse(why_out, "iss is no text");
	if (k->issuer.n && !list_has(&k->issuer, value))
		return refuse(why_out, "wrong issuer");
	return 0;
}

/* One text, or an array of which one is enough. */
static int
check_audience(const struct token_keys *k, struct str payload, const char **why_out)
{
	struct str value, item;
	struct json_walk items;
	bool fits = k->audience.n == 0;

	if (!json_get(payload, STR("aud"), &value))
		return fits ? 0 : refuse(why_out, "no audience");
	if (json_kind(value) == JSON_STRING_KIND)
		return fits || list_has(&k->audience, value)
			       ? 0
			       : refuse(why_out, "wrong audience");
	if (json_kind(value) != JSON_ARRAY_KIND)
		return refuse(why_out, "aud is neither text nor list");
	items = json_walk(value);
	while (json_next(&items, &item)) {
		if (json_kind(item) != JSON_STRING_KIND)
			return refuse(why_out, "aud is neither text nor list");
		fits = fits || list_has(&k->audience, item);
	}
	return fits ? 0 : refuse(why_out, "wrong audience");
}

bool
token_claims_is_expired(const struct token_keys *k, int64_t expires_s, int64_t now_s)
{
	return expires_s != 0 && now_s - (int64_t)k->leeway_s >= expires_s;
}

static int
check_times(const struct token_keys *k, struct str payload, int64_t now_s,
	    const char **why_out)
{
	int64_t latest = now_s + (int64_t)k->leeway_s, at;
	struct str value;

	if (json_get(payload, STR("nbf"), &value)) {
		if (!identity_date(value, true, &at))
			return refuse(why_out, "nbf is no number");
		if (at > latest)
			return refuse(why_out, "not valid yet");
	}
	if (json_get(payload, STR("iat"), &value)) {
		if (!identity_date(value, true, &at))
			return refuse(why_out, "iat is no number");
		if (at > latest)
			return refuse(why_out, "issued in the future");
	}
	if (json_get(payload, STR("exp"), &value)) {
		if (!identity_date(value, false, &at))
			return refuse(why_out, "exp is no number");
		if (at == 0 || token_claims_is_expired(k, at, now_s)) {
			*why_out = "expired";
			return -E_TOKEN_EXPIRED;
		}
	}
	return 0;
}

int
token_claims_check(const struct token_keys *k, struct str json, int64_t now_s,
		   const char **why_out)
{
	int error;

	if (json_check(json, &payload_limits, NULL) < 0 ||
	    json_kind(json) != JSON_OBJECT_KIND)
		return refuse(why_out, "payload is no JSON object");
	if (has_twin_members(json))
		return refuse(why_out, "payload has a member twice");
	error = check_issuer(k, json, why_out);
	if (!error)
		error = check_audience(k, json, why_out);
	if (!error)
		error = check_times(k, json, now_s, why_out);
	return error;
}
