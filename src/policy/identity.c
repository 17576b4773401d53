/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Layout: the struct, the claims that are there, the payload as it came, then a tail with the
 * few texts that cannot be borrowed from it (escapes, numbers written oddly). A claim is an
 * offset and a length into this text plus the form it has there, so that most lists cost
 * nothing beyond the payload.
 */
#include "policy/identity.h"

#include "proto/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAYLOAD_BYTES_MAX = 60000, TEXT_BYTES_MAX = UINT16_MAX };

/* 2^53: beyond it neighbours of a double are not whole seconds any more. */
#define DATE_S_MAX 9007199254740992.0

enum form {
	FORM_WORDS, /* one text; as a list: items with blanks between */
	FORM_JSON,  /* a JSON array of plain strings and canonical numbers */
	FORM_PACKED /* items, a zero after each */
};

struct claim {
	uint16_t at, len; /* in the text */
	uint8_t name;     /* enum config_claim */
	uint8_t form;     /* enum form */
};

struct identity {
	atomic_uint refs;
	uint16_t payload_len;
	uint16_t claims_n;
	int64_t expires_s;
	struct claim claims[]; /* the text follows */
};

/* While an identity is made: text is the payload, then the tail. */
struct maker {
	struct str payload;
	struct buf tail;
	struct claim claims[CLAIM_N];
	uint16_t claims_n;
};

static const struct json_limits payload_limits = {.depth = 64, .values = 20000};

bool
identity_date(struct str value, bool is_start, int64_t *seconds_out)
{
	double seconds;

	if (json_kind(value) != JSON_NUMBER)
		return false;
	if (json_to_i64(value, seconds_out))
		return true;
	if (!json_to_double(value, &seconds) || isnan(seconds))
		return false;
	seconds = is_start ? ceil(seconds) : floor(seconds);
	*seconds_out = (int64_t)fmax(-DATE_S_MAX, fmin(seconds, DATE_S_MAX));
	return true;
}

/* A whole number without fraction, exponent, leading zero or negative zero, of any length. */
static bool
is_canonical_integer(struct str s)
{
	struct str digits = s.len && s.ptr[0] == '-' ? str_skip(s, 1) : s;

	if (digits.len == 0 || (digits.ptr[0] == '0' && s.len > 1))
		return false;
	for (size_t i = 0; i < digits.len; i++)
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
			return false;
	return true;
}

/* A string or number as it can be found in the payload itself. */
static bool
borrow_item(struct str value, struct str *out)
{
	if (json_kind(value) == JSON_STRING_KIND)
		return json_borrow_string(value, out);
	*out = value;
	return json_kind(value) == JSON_NUMBER && is_canonical_integer(value);
}

/* Append a string or number as text. */
static int
write_item(struct str value, struct buf *tail)
{
	size_t start = tail->len;
	double number;

	switch (json_kind(value)) {
	case JSON_STRING_KIND:
		json_unescape(value, tail);
		if (!tail->failed && tail->len > start &&
		    memchr(tail->data + start, 0, tail->len - start))
			return -E_INVALID_TOKEN;
		return 0;
	case JSON_NUMBER:
		if (is_canonical_integer(value)) {
			buf_add_str(tail, value);
			return 0;
		}
		if (!json_to_double(value, &number) || !(fabs(number) < DATE_S_MAX) ||
		    number != trunc(number))
			return -E_INVALID_TOKEN;
		buf_printf(tail, "%lld", (long long)number);
		return 0;
	default:
		return -E_INVALID_TOKEN;
	}
}

static void
set_claim(struct maker *m, enum config_claim claim, enum form form, size_t at, size_t len)
{
	/* An offset too large is cut here and refused with the whole text by finish. */
	m->claims[m->claims_n++] = (struct claim){(uint16_t)at, (uint16_t)len,
						  (uint8_t)claim, (uint8_t)form};
}

static int
set_text(struct maker *m, enum config_claim claim, struct str value)
{
	size_t start = m->tail.len;
	struct str plain;
	int error;

	if (borrow_item(value, &plain)) {
		set_claim(m, claim, FORM_WORDS, (size_t)(plain.ptr - m->payload.ptr),
			  plain.len);
		return 0;
	}
	error = write_item(value, &m->tail);
	set_claim(m, claim, FORM_WORDS, m->payload.len + start, m->tail.len - start);
	return error;
}

static int
set_list(struct maker *m, enum config_claim claim, struct str array)
{
	struct json_walk walk = json_walk(array);
	size_t start = m->tail.len;
	struct str value, plain;
	bool is_plain = true;
	int error = 0;

	while (is_plain && json_next(&walk, &value))
		is_plain = borrow_item(value, &plain);
	if (is_plain) {
		set_claim(m, claim, FORM_JSON, (size_t)(array.ptr - m->payload.ptr),
			  array.len);
		return 0;
	}
	walk = json_walk(array);
	while (!error && json_next(&walk, &value)) {
		error = write_item(value, &m->tail);
		buf_add_char(&m->tail, '\0');
	}
	set_claim(m, claim, FORM_PACKED, m->payload.len + start, m->tail.len - start);
	return error;
}

/* A member of that very name wins over a path, so that names which are URLs work too. */
static bool
find_claim(struct str object, struct str name, struct str *value_out)
{
	struct str inner;

	if (json_get(object, name, value_out))
		return true;
	for (size_t dot = 1; dot + 1 < name.len; dot++) {
		if (name.ptr[dot] != '.')
			continue;
		if (json_get(object, (struct str){name.ptr, dot}, &inner) &&
		    json_kind(inner) == JSON_OBJECT_KIND &&
		    find_claim(inner, str_skip(name, dot + 1), value_out))
			return true;
	}
	return false;
}

static int
set_claim_named(struct maker *m, enum config_claim claim, const char *name)
{
	struct str value;

	if (!name || !*name || !find_claim(m->payload, str_from(name), &value) ||
	    json_kind(value) == JSON_NULL_KIND)
		return 0;
	if (claim >= CLAIM_ARTIFACTS && json_kind(value) == JSON_ARRAY_KIND)
		return set_list(m, claim, value);
	return set_text(m, claim, value);
}

/* exp of another type is refused: silence would make the token immortal. */
static int
read_expiry(struct str payload, int64_t *expires_s_out)
{
	struct str value;

	*expires_s_out = 0;
	if (!json_get(payload, STR("exp"), &value))
		return 0;
	if (!identity_date(value, false, expires_s_out))
		return -E_INVALID_TOKEN;
	if (*expires_s_out == 0)
		*expires_s_out = -1; /* 0 says "none"; both are long past */
	return 0;
}

static const char *
text_of(const struct identity *who)
{
	return (const char *)(who->claims + who->claims_n);
}

static int
finish(const struct maker *m, int64_t expires_s, struct identity **out)
{
	size_t claims_bytes = m->claims_n * sizeof(m->claims[0]);
	struct identity *who;
	char *text;

	if (m->tail.failed)
		return -E_NOMEM;
	if (m->payload.len + m->tail.len > TEXT_BYTES_MAX)
		return -E_INVALID_TOKEN;
	who = malloc(sizeof(*who) + claims_bytes + m->payload.len + m->tail.len);
	if (!who)
		return -E_NOMEM;
	atomic_init(&who->refs, 1);
	who->payload_len = (uint16_t)m->payload.len;
	who->expires_s = expires_s;
	who->claims_n = m->claims_n;
	memcpy(who->claims, m->claims, claims_bytes);
	text = (char *)(who->claims + who->claims_n);
	memcpy(text, m->payload.ptr, m->payload.len);
	if (m->tail.len)
		memcpy(text + m->payload.len, m->tail.data, m->tail.len);
	*out = who;
	return 0;
}

int
identity_new(struct str claims_json, char *const names[CLAIM_N], struct identity **out)
{
	struct maker m = {.payload = claims_json};
	int64_t expires_s;
	int error;

	if (claims_json.len > PAYLOAD_BYTES_MAX ||
	    json_check(claims_json, &payload_limits, NULL) < 0 ||
	    json_kind(claims_json) != JSON_OBJECT_KIND)
		return -E_INVALID_TOKEN;
	error = read_expiry(claims_json, &expires_s);
	for (int i = 0; !error && i < CLAIM_N; i++)
		error = set_claim_named(&m, (enum config_claim)i, names[i]);
	if (!error)
		error = finish(&m, expires_s, out);
	buf_fini(&m.tail);
	return error;
}

struct identity *
identity_anonymous(void)
{
	struct maker nobody = {.payload = STR("{}")};
	struct identity *who;

	return finish(&nobody, 0, &who) ? NULL : who;
}

struct identity *
identity_ref(struct identity *who)
{
	atomic_fetch_add_explicit(&who->refs, 1, memory_order_relaxed);
	return who;
}

void
identity_unref(struct identity *who)
{
	if (who && atomic_fetch_sub_explicit(&who->refs, 1, memory_order_acq_rel) == 1)
		free(who);
}

/* A claim that is not there is an empty text. */
static struct claim
find(const struct identity *who, enum config_claim name)
{
	for (size_t i = 0; i < who->claims_n; i++)
		if (who->claims[i].name == name)
			return who->claims[i];
	return (struct claim){.name = (uint8_t)name};
}

static struct str
claim_text(const struct identity *who, const struct claim *claim)
{
	return (struct str){text_of(who) + claim->at, claim->len};
}

struct str
identity_text(const struct identity *who, enum config_claim name)
{
	struct claim claim = find(who, name);

	return claim_text(who, &claim);
}

/* *at is the offset of the next byte to look at; JSON walks are resumed there. */
static bool
next_json(struct str list, size_t *at, struct str *value_out)
{
	struct json_walk walk = json_walk(list);
	struct str value;

	if (*at)
		walk.at = list.ptr + *at;
	if (!json_next(&walk, &value))
		return false;
	*at = (size_t)(walk.at - list.ptr);
	return borrow_item(value, value_out);
}

static bool
next_between(struct str list, char sep, size_t *at, struct str *value_out)
{
	struct str rest = str_skip(list, *at);
	const char *end = rest.len ? memchr(rest.ptr, sep, rest.len) : NULL;

	if (rest.len == 0)
		return false;
	*value_out = (struct str){rest.ptr, end ? (size_t)(end - rest.ptr) : rest.len};
	*at += value_out->len + (end != NULL);
	return true;
}

bool
identity_each(const struct identity *who, enum config_claim name, size_t *at,
	      struct str *value_out)
{
	struct claim claim = find(who, name);
	struct str list = claim_text(who, &claim);
	bool found;

	do {
		if (claim.form == FORM_JSON)
			found = next_json(list, at, value_out);
		else
			found = next_between(list, claim.form == FORM_WORDS ? ' ' : '\0',
					     at, value_out);
	} while (found && value_out->len == 0);
	return found;
}

bool
identity_has(const struct identity *who, enum config_claim claim, struct str value)
{
	struct str item;

	for (size_t at = 0; identity_each(who, claim, &at, &item);)
		if (str_eq(item, value))
			return true;
	return false;
}

struct str
identity_claims(const struct identity *who)
{
	return (struct str){text_of(who), who->payload_len};
}

int64_t
identity_expires_s(const struct identity *who)
{
	return who->expires_s;
}
