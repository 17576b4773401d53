/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/config_value.h"

#include "base/errors.h"

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit time_units[] = {
	{"ms", 1},          {"s", 1000},        {"m", 60 * 1000},
	{"min", 60 * 1000}, {"h", 3600 * 1000}, {"d", 24 * 3600 * 1000},
	{NULL, 0},
};

static const struct unit byte_units[] = {
	{"", 1},
	{"b", 1},
	{"k", 1000},
	{"kb", 1000},
	{"kib", 1024},
	{"m", 1000 * 1000},
	{"mb", 1000 * 1000},
	{"mib", 1024 * 1024},
	{"g", 1000 * 1000 * 1000},
	{"gb", 1000 * 1000 * 1000},
	{"gib", 1024 * 1024 * 1024},
	{NULL, 0},
};

static const struct unit count_units[] = {{"", 1}, {NULL, 0}};

static const struct unit rate_units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {NULL, 0}};

enum { RATE_MAX = 1000000 };

static const struct unit *
find_unit(const struct unit *units, struct str name)
{
	for (; units->name; units++)
		if (str_eq_nocase(str_from(units->name), name))
			return units;
	return NULL;
}

static struct str
leading_digits(struct str text)
{
	size_t n = 0;

	while (n < text.len && text.ptr[n] >= '0' && text.ptr[n] <= '9')
		n++;
	return (struct str){text.ptr, n};
}

bool
config_value_number(enum config_type type, struct str text, uint64_t *out)
{
	struct str digits = leading_digits(text),
		   name = str_trim(str_skip(text, digits.len));
	const struct unit *unit = find_unit(type == TYPE_BYTES   ? byte_units
					    : type == TYPE_COUNT ? count_units
								 : time_units,
					    name);
	uint64_t n;

	/* Twelve digits leave room for every factor. */
	if (digits.len > 12 || !str_to_u64(digits, UINT64_MAX, &n))
		return false;
	if (!unit && n == 0 && name.len == 0) {
		*out = 0;
		return true;
	}
	if (!unit)
		return false;
	n *= unit->factor;
	if (type == TYPE_SECONDS && n % 1000)
		return false;
	*out = type == TYPE_SECONDS ? n / 1000 : n;
	return true;
}

/* Digits, perhaps a point and up to six digits more. */
static bool
read_real(struct str text, double *out)
{
	struct str whole = leading_digits(text), rest = str_skip(text, whole.len), part;
	uint64_t n, fraction = 0;
	double scale = 1;

	if (whole.len > 9 || !str_to_u64(whole, UINT64_MAX, &n))
		return false;
	if (rest.len) {
		part = leading_digits(str_skip(rest, 1));
		if (rest.ptr[0] != '.' || part.len + 1 != rest.len || part.len > 6 ||
		    !str_to_u64(part, UINT64_MAX, &fraction))
			return false;
		for (size_t i = 0; i < part.len; i++)
			scale *= 10;
	}
	*out = (double)n + (double)fraction / scale;
	return true;
}

/* "N/unit" or "N/unit burst M" */
static bool
read_rate(struct str text, struct config_rate *out)
{
	struct str rest = text, amount = str_trim(str_cut(&rest, '/')), word;
	const struct unit *unit;
	uint64_t burst;
	double n;

	rest = str_trim(rest);
	word = str_cut(&rest, ' ');
	unit = find_unit(rate_units, word);
	if (!unit || !read_real(amount, &n) || n <= 0 || n > RATE_MAX)
		return false;
	burst = (uint64_t)n + (n > (double)(uint64_t)n);
	rest = str_trim(rest);
	if (rest.len) {
		word = str_cut(&rest, ' ');
		if (!str_eq(word, STR("burst")) ||
		    !str_to_u64(str_trim(rest), RATE_MAX, &burst) || burst == 0)
			return false;
	}
	*out = (struct config_rate){n / (double)unit->factor, (uint32_t)burst};
	return true;
}

static bool
is_text(const struct config_row *row, struct str text)
{
	uint64_t min = 0, max = 0;

	if (row->type == TYPE_WORD)
		return text.len == 0 || config_keys_word(row->words, text) >= 0;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return false;
	return config_value_number(TYPE_COUNT, str_from(row->min), &min) &&
	       config_value_number(TYPE_COUNT, str_from(row->max), &max) &&
	       text.len >= min && text.len <= max;
}

static bool
read_number(const struct config_row *row, struct str text, uint32_t *out)
{
	uint64_t n, min = 0, max = UINT32_MAX;

	if (row->words && str_eq(text, str_from(row->words))) {
		*out = 0;
		return true;
	}
	if (!config_value_number(row->type, text, &n) ||
	    !config_value_number(row->type, str_from(row->min), &min) ||
	    !config_value_number(row->type, str_from(row->max), &max))
		return false;
	if ((n < min || n > max) && !(n == 0 && row->words))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool
read_bounded_real(const struct config_row *row, struct str text, double *out)
{
	double n, min, max;

	if (!read_real(text, &n) || !read_real(str_from(row->min), &min) ||
	    !read_real(str_from(row->max), &max) || n < min || n > max)
		return false;
	*out = n;
	return true;
}

static bool
read_rate_or_word(const struct config_row *row, struct str text, struct config_rate *out)
{
	if (!str_eq(text, str_from(row->words)) && !str_eq(text, STR("0")))
		return read_rate(text, out);
	*out = (struct config_rate){0, 0};
	return true;
}

static bool
read_choice(const struct config_row *row, struct str text, int *out)
{
	int i = config_keys_word(row->words, text);

	if (i >= 0)
		*out = i;
	return i >= 0;
}

static bool
read_bool(struct str text, bool *out)
{
	*out = str_eq(text, STR("true"));
	return *out || str_eq(text, STR("false"));
}

union value {
	bool truth;
	uint32_t number;
	double real;
	int choice;
	struct config_rate rate;
};

/* The bytes of *v that hold the value, 0 when the text is not what the row takes. */
static size_t
read_value(const struct config_row *row, struct str text, union value *v)
{
	switch (row->type) {
	case TYPE_BOOL:
		return read_bool(text, &v->truth) ? sizeof(v->truth) : 0;
	case TYPE_COUNT:
	case TYPE_TIME:
	case TYPE_SECONDS:
	case TYPE_BYTES:
		return read_number(row, text, &v->number) ? sizeof(v->number) : 0;
	case TYPE_REAL:
		return read_bounded_real(row, text, &v->real) ? sizeof(v->real) : 0;
	case TYPE_RATE:
		return read_rate_or_word(row, text, &v->rate) ? sizeof(v->rate) : 0;
	case TYPE_CHOICE:
		return read_choice(row, text, &v->choice) ? sizeof(v->choice) : 0;
	default:
		return 0;
	}
}

int
config_value_set(const struct config_row *row, struct str text, struct arena *arena,
		 void *base)
{
	char *member = (char *)base + row->offset;
	union value v;
	struct str copy;
	size_t size;

	if (row->type != TYPE_WORD && row->type != TYPE_TEXT &&
	    row->type != TYPE_SECRET) {
		size = read_value(row, text, &v);
		memcpy(member, &v, size);
		return size ? 0 : -E_CONFIG;
	}
	if (!is_text(row, text))
		return -E_CONFIG;
	copy = arena_copy(arena, text);
	if (!copy.ptr)
		return -E_NOMEM;
	memcpy(member, &copy.ptr, sizeof(copy.ptr));
	return 0;
}

static void
add_words(const char *words, struct buf *out)
{
	for (; *words; words++) {
		if (*words == ' ')
			buf_add_char(out, ',');
		buf_add_char(out, *words);
	}
}

void
config_value_expected(const struct config_row *row, struct buf *out)
{
	static const char *const kinds[] = {
		[TYPE_BOOL] = "true or false",
		[TYPE_COUNT] = "a whole number",
		[TYPE_REAL] = "a number",
		[TYPE_TIME] = "a time with its unit",
		[TYPE_SECONDS] = "a time with its unit",
		[TYPE_BYTES] = "a size",
		[TYPE_RATE] = "a rate such as \"20/s\", \"100/min\" or \"20/s burst 40\"",
		[TYPE_CHOICE] = "one of ",
		[TYPE_WORD] = "nothing or one of ",
		[TYPE_TEXT] = "text",
		[TYPE_SECRET] = "text",
		[TYPE_TEXTS] = "a list of texts",
		[TYPE_PLUGINS] = "a mapping from plugin names to mappings",
		[TYPE_SECTION] = "a mapping",
		[TYPE_ITEMS] = "a list of mappings",
	};

	buf_add_str(out, str_from(kinds[row->type]));
	if (row->type == TYPE_CHOICE || row->type == TYPE_WORD) {
		add_words(row->words, out);
		return;
	}
	if (row->type == TYPE_TEXT || row->type == TYPE_SECRET)
		buf_printf(out, " of %s to %s bytes without control characters", row->min,
			   row->max);
	else if (row->min)
		buf_printf(out, " from %s to %s", row->min, row->max);
	if (row->words)
		buf_printf(out, " or %s", row->words);
}
