/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "proto/socketio.h"
#include "base/errors.h"
#include "proto/json_scan.h"
#include "proto/json_token.h"
#include "proto/utf8.h"

#define SIO_ID_MAX ((UINT64_C(1) << 53) - 1)

/* Each has a meaning of its own in clients and servers. */
static const struct str reserved_events[] = {
	{"connect", 7},        {"connect_error", 13}, {"disconnect", 10},
	{"disconnecting", 13}, {"newListener", 11},   {"removeListener", 14},
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Digits at the start of *rest, which moves behind them; leading zeros are harmless.
 * False above max. */
static bool
read_number(struct str *rest, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	while (rest->len && rest->ptr[0] >= '0' && rest->ptr[0] <= '9') {
		n = n * 10 + (uint64_t)(rest->ptr[0] - '0');
		if (n > max)
			return false;
		*rest = str_skip(*rest, 1);
	}
	*out = n;
	return true;
}

static int
read_attachments(struct str *rest, const struct sio_limits *limits, struct sio_packet *p)
{
	const char *start = rest->ptr;
	uint64_t n;

	if (!read_number(rest, SIO_ID_MAX, &n) || rest->ptr == start || rest->len == 0 ||
	    rest->ptr[0] != '-' || n == 0)
		return -E_PACKET;
	if (n > limits->attachments || n > SIO_ATTACHMENTS_MAX)
		return -E_PACKETS;
	*rest = str_skip(*rest, 1);
	p->attachments = (uint32_t)n;
	return 0;
}

static int
read_namespace(struct str *rest, const struct sio_limits *limits, struct sio_packet *p)
{
	struct str name;

	if (rest->len == 0 || rest->ptr[0] != '/') {
		p->nsp = STR("/");
		return 0;
	}
	name = str_cut(rest, ',');
	if (!utf8_is_valid(name))
		return -E_UTF8;
	p->nsp = str_cut(&name, '?');
	p->query = name;
	return p->nsp.len <= limits->namespace_bytes ? 0 : -E_PACKET;
}

static int
read_id(struct str *rest, struct sio_packet *p)
{
	const char *start = rest->ptr;

	if (!read_number(rest, SIO_ID_MAX, &p->id))
		return -E_PACKET;
	p->has_id = rest->ptr != start;
	return 0;
}

static int
read_data(struct str rest, const struct sio_limits *limits, struct sio_packet *p)
{
	int rc;

	if (rest.len == 0)
		return 0;
	if (is_blank(rest.ptr[0]))
		return -E_PACKET;
	rc = json_check_members(rest, &limits->json, 1, &p->members);
	if (rc < 0)
		return rc;
	while (is_blank(rest.ptr[rest.len - 1]))
		rest.len--;
	p->data = rest;
	return 0;
}

/* --- placeholders --------------------------------------------------------------------- */

struct marks {
	uint64_t seen[SIO_ATTACHMENTS_MAX / 64];
	uint32_t highest_n; /* highest number + 1 */
	bool is_bad;        /* a placeholder without a usable number */
};

static void
mark(struct marks *m, struct str num)
{
	int64_t n;

	if (!json_to_i64(num, &n) || n < 0 || n >= SIO_ATTACHMENTS_MAX) {
		m->is_bad = true;
		return;
	}
	m->seen[n / 64] |= UINT64_C(1) << n % 64;
	if (n >= m->highest_n)
		m->highest_n = (uint32_t)n + 1;
}

static void scan_value(struct json_tokens *t, enum json_token token, struct marks *m);

/* Members behind the brace. Of several with one name JSON.parse keeps the last. */
static void
scan_members(struct json_tokens *t, struct marks *m)
{
	struct str key, value, num = {"", 0};
	bool is_placeholder = false;

	while (json_token_next(t, &key) == JSON_TOKEN_KEY) {
		enum json_token token = json_token_next(t, &value);

		if (json_string_is(key, STR("_placeholder")))
			is_placeholder = str_eq(value, STR("true"));
		else if (json_string_is(key, STR("num")))
			num = token == JSON_TOKEN_NUMBER ? value : (struct str){"", 0};
		scan_value(t, token, m);
	}
	if (is_placeholder)
		mark(m, num);
}

static void
scan_value(struct json_tokens *t, enum json_token token, struct marks *m)
{
	struct str ignored;

	if (token == JSON_TOKEN_OBJECT)
		scan_members(t, m);
	else if (token == JSON_TOKEN_ARRAY)
		while ((token = json_token_next(t, &ignored)) != JSON_TOKEN_ARRAY_END &&
		       token != JSON_TOKEN_END)
			scan_value(t, token, m);
}

static struct marks
find_placeholders(struct str json)
{
	struct json_tokens t = json_tokens(json);
	struct marks m = {{0}, 0, false};
	struct str token;

	scan_value(&t, json_token_next(&t, &token), &m);
	return m;
}

/* Are 0 … n-1 all there, and no others? */
static bool
has_placeholders(struct str json, uint32_t n)
{
	struct marks m = find_placeholders(json);

	if (m.is_bad || m.highest_n != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!(m.seen[i / 64] >> i % 64 & 1))
			return false;
	return true;
}

uint32_t
sio_count_placeholders(struct str json)
{
	struct marks m = find_placeholders(json);

	return m.is_bad ? 0 : m.highest_n;
}

/* --- the shape of data ---------------------------------------------------------------- */

static bool
is_reserved(struct str event)
{
	size_t n = sizeof(reserved_events) / sizeof(reserved_events[0]);
	struct str name;

	if (json_borrow_string(event, &name)) {
		for (size_t i = 0; i < n; i++)
			if (str_eq(name, reserved_events[i]))
				return true;
	} else {
		for (size_t i = 0; i < n; i++)
			if (json_string_is(event, reserved_events[i]))
				return true;
	}
	return false;
}

/* Sets event and args: data is an array whose first element names the event. */
static int
check_event(struct sio_packet *p)
{
	struct json_walk walk = json_walk(p->data);
	const char *at, *end = p->data.ptr + p->data.len - 1;
	enum json_kind kind = json_next(&walk, &p->event) ? json_kind(p->event)
							  : JSON_INVALID;

	if (kind != JSON_STRING_KIND && kind != JSON_NUMBER)
		return -E_PACKET;
	if (kind == JSON_STRING_KIND && is_reserved(p->event))
		return -E_PACKET;
	at = json_skip_blanks(walk.at, end);
	if (at < end)
		at = json_skip_blanks(at + 1, end); /* the comma */
	while (at < end && is_blank(end[-1]))
		end--;
	p->args = (struct str){at, (size_t)(end - at)};
	return 0;
}

static int
check_ack(struct sio_packet *p)
{
	if (json_kind(p->data) != JSON_ARRAY_KIND)
		return -E_PACKET;
	p->args = (struct str){p->data.ptr + 1, p->data.len - 2};
	return 0;
}

int
sio_packet_check(struct sio_packet *p)
{
	enum json_kind kind = p->data.len ? json_kind(p->data) : JSON_INVALID;
	int rc = 0;

	switch (p->type) {
	case SIO_CONNECT:
		return kind == JSON_INVALID || kind == JSON_OBJECT_KIND ? 0 : -E_PACKET;
	case SIO_DISCONNECT:
		return kind == JSON_INVALID ? 0 : -E_PACKET;
	case SIO_CONNECT_ERROR:
		return kind == JSON_STRING_KIND || kind == JSON_OBJECT_KIND ? 0
									    : -E_PACKET;
	case SIO_EVENT:
	case SIO_BINARY_EVENT:
		rc = kind == JSON_ARRAY_KIND ? check_event(p) : -E_PACKET;
		break;
	case SIO_ACK:
	case SIO_BINARY_ACK:
		rc = kind == JSON_ARRAY_KIND ? check_ack(p) : -E_PACKET;
		break;
	}
	if (rc == 0 && sio_type_is_binary(p->type) &&
	    !has_placeholders(p->data, p->attachments))
		return -E_PACKET;
	return rc;
}

/* Not as a whole: what would be noted of members is most of it. */
void
sio_packet_clear(struct sio_packet *p)
{
	static const struct str none = {NULL, 0};

	p->type = SIO_CONNECT;
	p->attachments = 0;
	p->nsp = STR("");
	p->query = p->data = p->event = p->args = none;
	p->has_id = false;
	p->id = 0;
	p->members.object = none;
}

int
sio_packet_parse(struct str text, const struct sio_limits *limits, struct sio_packet *out)
{
	int rc = 0;

	sio_packet_clear(out);
	if (text.len == 0 || text.ptr[0] < '0' || text.ptr[0] > '0' + SIO_BINARY_ACK)
		return -E_PACKET;
	out->type = (enum sio_type)(text.ptr[0] - '0');
	text = str_skip(text, 1);
	if (sio_type_is_binary(out->type))
		rc = read_attachments(&text, limits, out);
	if (rc == 0)
		rc = read_namespace(&text, limits, out);
	if (rc == 0)
		rc = read_id(&text, out);
	if (rc == 0)
		rc = read_data(text, limits, out);
	return rc == 0 ? sio_packet_check(out) : rc;
}

void
sio_packet_head(struct buf *out, enum sio_type type, uint32_t attachments, struct str nsp,
		const uint64_t *id)
{
	buf_add_char(out, (char)('0' + type));
	if (sio_type_is_binary(type)) {
		buf_add_u64(out, attachments);
		buf_add_char(out, '-');
	}
	if (nsp.len > 1) {
		buf_add_str(out, nsp);
		buf_add_char(out, ',');
	}
	if (id)
		buf_add_u64(out, *id);
}
