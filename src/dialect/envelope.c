/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialect/envelope.h"
#include "base/errors.h"

/* --- reading -------------------------------------------------------------------------- */

/* Unescaped text of a string value: borrowed when it has no escapes, else in the arena, where
 * it fits into as many bytes as it had before. False when memory is short. */
static bool
unescape(struct str value, struct arena *a, struct str *out)
{
	struct buf copy;

	if (json_borrow_string(value, out))
		return true;
	copy = (struct buf){.data = arena_alloc(a, value.len), .cap = value.len};
	if (!copy.data)
		return false;
	json_unescape(value, &copy);
	*out = buf_str(&copy);
	return true;
}

static const char not_one[] = "exactly one envelope is expected";

static int
fault(struct envelope_fault *out, const char *pointer, const char *text)
{
	*out = (struct envelope_fault){pointer, text};
	return -E_INVALID_MESSAGE;
}

/* A requestId or an action; *out stays empty when value is none. Errors: -E_NOMEM. */
static int
read_name(struct str value, struct arena *a, struct str *out)
{
	struct str text;

	if (json_kind(value) != JSON_STRING_KIND)
		return 0;
	if (!unescape(value, a, &text))
		return -E_NOMEM;
	if (text.len <= ENVELOPE_NAME_BYTES)
		*out = text;
	return 0;
}

enum { TYPE, REQUEST_ID, ACTION, DATA, MEMBERS_N };

static const struct str keys[MEMBERS_N] = {
	[TYPE] = {"type", 4},
	[REQUEST_ID] = {"requestId", 9},
	[ACTION] = {"action", 6},
	[DATA] = {"data", 4},
};

static int
read_members(const struct str values[MEMBERS_N], struct arena *a,
	     struct envelope_request *out, struct envelope_fault *fault_out)
{
	out->data = values[DATA];
	if (read_name(values[REQUEST_ID], a, &out->request_id) < 0 ||
	    read_name(values[ACTION], a, &out->action) < 0)
		return -E_NOMEM;
	if (!json_string_is(values[TYPE], STR("REQUEST")))
		return fault(fault_out, "/type", "type must be \"REQUEST\"");
	if (out->request_id.len == 0)
		return fault(fault_out, "/requestId",
			     "requestId must be a string of 1 to 128 bytes");
	if (out->action.len == 0)
		return fault(fault_out, "/action",
			     "action must be a string of 1 to 128 bytes");
	return 0;
}

/* Is the one value an object whose members are noted? */
static bool
is_noted(const struct envelope_text *text)
{
	return text->members && text->members->object.ptr == text->values.ptr &&
	       text->members->object.len == text->values.len;
}

int
envelope_parse(const struct envelope_text *text, const struct json_limits *limits,
	       struct arena *a, struct envelope_request *out,
	       struct envelope_fault *fault_out)
{
	struct json_walk w = {text->values.ptr, text->values.ptr + text->values.len};
	struct str value, more, values[MEMBERS_N];

	*out = (struct envelope_request){0};
	*fault_out = (struct envelope_fault){"", ""};
	if (is_noted(text)) {
		json_members_pick(text->members, keys, MEMBERS_N, values);
		return read_members(values, a, out, fault_out);
	}
	if (text->values.len == 0 || !json_next(&w, &value) || json_next(&w, &more))
		return fault(fault_out, "", not_one);
	if (json_kind(value) == JSON_STRING_KIND) {
		out->was_string = true;
		if (!unescape(value, a, &value))
			return -E_NOMEM;
		if (json_check(value, limits, NULL) < 0)
			return fault(fault_out, "", "the text is not valid JSON");
	}
	if (json_kind(value) != JSON_OBJECT_KIND)
		return fault(fault_out, "", "the message must be an object");
	json_pick(value, keys, MEMBERS_N, values);
	return read_members(values, a, out, fault_out);
}

/* --- errors --------------------------------------------------------------------------- */

/* What the dialect tells clients of a failure; others are the server's own. */
static enum error
public_error(int error)
{
	switch (error < 0 ? -error : error) {
	case E_INVALID_MESSAGE:
	case E_UNKNOWN_ACTION:
	case E_FORBIDDEN:
	case E_INVALID_DATA:
	case E_RATE_LIMITED:
	case E_TIMEOUT:
	case E_DUPLICATE_REQUEST:
	case E_OVERLOADED:
	case E_INVALID_TOKEN:
	case E_TOKEN_EXPIRED:
	case E_SESSION_REQUIRED:
	case E_INVALID_SESSION:
		return (enum error)(error < 0 ? -error : error);
	case E_JSON_SYNTAX:
	case E_JSON_DEPTH:
	case E_JSON_COUNT:
	case E_UTF8:
	case E_TOO_LARGE:
		return E_INVALID_MESSAGE;
	case E_NOMEM:
	case E_FULL:
	case E_UNAVAILABLE:
	case E_SHUTDOWN:
		return E_OVERLOADED;
	default:
		return E_INTERNAL_ERROR;
	}
}

struct envelope
envelope_of_error(struct str request_id, struct str action, int error)
{
	enum error shown = public_error(error);

	return (struct envelope){
		.type = ENVELOPE_ERROR,
		.request_id = request_id,
		.action = action,
		.code = str_from(error_name((int)shown)),
		.message = str_from(error_text((int)shown)),
	};
}

/* --- writing -------------------------------------------------------------------------- */

static const struct str type_names[] = {
	[ENVELOPE_RESPONSE] = {"RESPONSE", 8},
	[ENVELOPE_UPDATE] = {"UPDATE", 6},
	[ENVELOPE_ERROR] = {"ERROR", 5},
};

static void
write_error(struct buf *out, const struct envelope *e)
{
	buf_add_str(out, STR(",\"error\":{\"code\":"));
	json_quote(out, e->code);
	buf_add_str(out, STR(",\"message\":"));
	json_quote(out, e->message);
	if (e->pointer.ptr) {
		buf_add_str(out, STR(",\"pointer\":"));
		json_quote(out, e->pointer);
	}
	if (e->details.len) {
		buf_add_str(out, STR(",\"details\":"));
		buf_add_str(out, e->details);
	}
	buf_add_char(out, '}');
}

void
envelope_write(struct buf *out, const struct envelope *e)
{
	buf_add_str(out, STR("{\"type\":\""));
	buf_add_str(out, type_names[e->type]);
	buf_add_str(out, STR("\",\"requestId\":"));
	json_quote(out, e->request_id);
	if (e->action.len) {
		buf_add_str(out, STR(",\"action\":"));
		json_quote(out, e->action);
	}
	if (e->type == ENVELOPE_ERROR) {
		write_error(out, e);
	} else if (e->data.len) {
		buf_add_str(out, STR(",\"data\":"));
		buf_add_str(out, e->data);
	}
	buf_add_char(out, '}');
}

/* The letter that a byte of JSON text is escaped with, 0 when it is not. Control characters
 * stand between values only, and blanks are the only ones there. */
static char
escape_letter(char c)
{
	switch (c) {
	case '"':
	case '\\':
		return c;
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return '\0';
	}
}

void
envelope_write_string(struct buf *out, const struct envelope *e)
{
	size_t start = out->len, escapes_n = 0;
	const char *from;
	char *to;

	buf_add_char(out, '"');
	envelope_write(out, e);
	for (size_t i = start + 1; i < out->len; i++)
		escapes_n += escape_letter(out->data[i]) != '\0';
	if (!buf_reserve(out, escapes_n + 1))
		return;
	/* From the back to the front the text can grow where it stands. */
	from = out->data + out->len;
	to = out->data + out->len + escapes_n;
	out->len += escapes_n + 1;
	*to = '"';
	while (to != from) {
		char letter = escape_letter(*--from);

		*--to = letter ? letter : *from;
		if (letter)
			*--to = '\\';
	}
}

struct str
envelope_event(const struct envelope *e, enum envelope_form form)
{
	if (form == ENVELOPE_AS_ACK && e->type != ENVELOPE_UPDATE)
		return STR("");
	if (form == ENVELOPE_AS_STRING || form == ENVELOPE_AS_OBJECT)
		return STR("message");
	return type_names[e->type];
}
