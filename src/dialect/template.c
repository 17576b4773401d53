/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dialect/template.h"

#include "base/clock.h"
#include "proto/json.h"

/* A word found: JSON as it stands, or text to be quoted. Not there when ptr is NULL. */
struct value {
	struct str text;
	bool is_json;
};

static const struct value nothing = {{NULL, 0}, false};

struct writer {
	const char *at; /* in the shape */
	const struct words *words;
	struct buf *out;
	/* printed when they are used */
	char now[CLOCK_TEXT_BYTES], precisely[CLOCK_TEXT_BYTES];
};

static struct value
text_value(struct str text)
{
	return text.len ? (struct value){text, false} : nothing;
}

static struct value
derived(struct writer *w, struct str name)
{
	struct str rest = w->words->event, head, channel = STR("channel:");

	if (str_eq(name, STR("now"))) {
		if (!*w->now)
			clock_text(w->words->wall_ms, w->now);
		return text_value(str_from(w->now));
	}
	if (str_eq(name, STR("precisely"))) {
		clock_text_us(w->words->wall_ms, w->precisely);
		return text_value(str_from(w->precisely));
	}
	if (str_eq(name, STR("channel")))
		return str_has_prefix(w->words->room, channel)
			       ? text_value(str_skip(w->words->room, channel.len))
			       : nothing;
	head = str_cut(&rest, '.');
	if (str_eq(name, STR("type")))
		return text_value(head);
	return str_eq(name, STR("action")) ? text_value(rest) : nothing;
}

static struct value
named(struct writer *w, struct str name)
{
	static const struct {
		struct str name;
		size_t offset;
		bool is_json;
	} rows[] = {
#define W(name_, is_json_) {STR(#name_), offsetof(struct words, name_), is_json_},
		TEMPLATE_WORDS(W)
#undef W
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct str *text = (const void *)((const char *)w->words +
							rows[i].offset);

		if (!str_eq(rows[i].name, name))
			continue;
		return text->len ? (struct value){*text, rows[i].is_json} : nothing;
	}
	return derived(w, name);
}

/* path is "a.b" inside the data; a null counts as not there. */
static struct value
member(struct writer *w, struct str path)
{
	struct str here = w->words->data;

	while (path.ptr) {
		struct str key = str_cut(&path, '.');

		if (!here.len || !json_get(here, key, &here))
			return nothing;
	}
	return json_kind(here) == JSON_NULL_KIND ? nothing : (struct value){here, true};
}

static struct value
lookup(struct writer *w, struct str reference)
{
	if (reference.len && reference.ptr[0] == '=')
		return (struct value){str_skip(reference, 1), true};
	if (reference.len && reference.ptr[0] == '.')
		return member(w, str_skip(reference, 1));
	return named(w, reference);
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

/* What follows a "$" and its sigil. */
static struct value
reference(struct writer *w)
{
	struct value v = nothing;
	const char *end;
	struct str rest;

	if (*w->at != '(') {
		rest.ptr = w->at;
		while (is_name_char(*w->at))
			w->at++;
		rest.len = (size_t)(w->at - rest.ptr);
		return lookup(w, rest);
	}
	end = strchr(w->at, ')');
	rest = (struct str){w->at + 1, (size_t)(end - w->at - 1)};
	w->at = end + 1;
	while (rest.ptr && !v.text.ptr)
		v = lookup(w, str_cut(&rest, '|'));
	return v;
}

/* An id's text, quoted or not. */
static void
print_id(struct buf *out, struct value v, bool may_be_number)
{
	struct str text = v.text;
	bool is_string = !v.is_json || json_kind(v.text) == JSON_STRING_KIND;

	if (v.is_json && is_string && !json_borrow_string(v.text, &text)) {
		buf_add_str(out, v.text);
		return;
	}
	if (v.is_json && !is_string && json_kind(v.text) != JSON_NUMBER)
		buf_add_str(out, v.text);
	else if (may_be_number && json_is_safe_integer(text))
		buf_add_str(out, text);
	else
		json_quote(out, text);
}

static void
print_inside(struct buf *out, struct value v)
{
	struct buf quoted = BUF_INIT;

	if (v.is_json)
		buf_add_str(&quoted, v.text);
	else
		json_quote(&quoted, v.text);
	if (quoted.failed)
		out->failed = true;
	else if (quoted.len >= 2 && quoted.data[0] == '"')
		buf_add(out, quoted.data + 1, quoted.len - 2);
	else
		buf_add_str(out, buf_str(&quoted));
	buf_fini(&quoted);
}

static bool
word(struct writer *w)
{
	char sigil = *w->at;
	struct value v;

	if (sigil == '#' || sigil == '@' || sigil == '-')
		w->at++;
	v = reference(w);
	if (!v.text.ptr)
		buf_add_str(w->out, sigil == '-' ? STR("") : STR("null"));
	else if (sigil == '-')
		print_inside(w->out, v);
	else if (sigil == '#' || sigil == '@')
		print_id(w->out, v, sigil == '#');
	else if (v.is_json)
		buf_add_str(w->out, v.text);
	else
		json_quote(w->out, v.text);
	return v.text.ptr != NULL;
}

/* Up to the end of the shape or of this optional part. Returns whether all words were there. */
static bool
part(struct writer *w)
{
	bool is_complete = true;

	while (*w->at && *w->at != ']') {
		size_t plain = strcspn(w->at, "$[]"), start = w->out->len;

		buf_add(w->out, w->at, plain);
		w->at += plain;
		if (*w->at == '$') {
			w->at++;
			is_complete &= word(w);
		} else if (*w->at == '[') {
			start += plain;
			w->at++;
			if (!part(w) && !w->out->failed)
				w->out->len = start;
			w->at++; /* the bracket that ends it */
		}
	}
	return is_complete;
}

void
template_write(const char *shape, const struct words *words, struct buf *out)
{
	struct writer w = {.at = shape, .words = words, .out = out};

	part(&w);
}
