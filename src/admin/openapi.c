/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "admin/openapi.h"

#include "admin/rest_schemas.h"
#include "admin/rest_table.h"
#include "proto/json.h"

#include <stdio.h>

#include "config.h"

void
openapi_add_schema(struct buf *out, const char *schema)
{
	size_t n = strlen(schema);
	char *at = buf_reserve(out, n);

	if (!at)
		return;
	for (size_t i = 0; i < n; i++)
		at[i] = schema[i] == '\'' ? '"' : schema[i];
	out->len += n;
}

static void
add_parameter(struct buf *out, const char *name, const char *in, bool is_required,
	      const char *schema)
{
	bool is_first = out->len && out->data[out->len - 1] == '[';

	buf_printf(out, "%s{\"name\":\"%s\",\"in\":\"%s\",\"required\":%s,\"schema\":",
		   is_first ? "" : ",", name, in, is_required ? "true" : "false");
	openapi_add_schema(out, schema);
	buf_add_char(out, '}');
}

static void
add_parameters(struct buf *out, const struct rest_row *row)
{
	const char *open = strchr(row->path, '{');
	char name[32];

	buf_add_str(out, STR("\"parameters\":["));
	if (open) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(open + 1, "}"),
			 open + 1);
		add_parameter(out, name, "path", true, TEXT);
	}
	if (row->flags & REST_USER)
		add_parameter(out, "user", "query", true, TEXT);
	if (row->flags & REST_UNREAD)
		add_parameter(out, "unread", "query", false, FLAG);
	if (row->flags & REST_LIST) {
		add_parameter(
			out, "limit", "query", false,
			"{'type':'integer','minimum':1,'maximum':1000,'default':100}");
		add_parameter(out, "cursor", "query", false, TEXT);
	}
	buf_add_str(out, STR("],"));
}

static void
add_content(struct buf *out, const char *type, const char *schema)
{
	buf_printf(out, "\"content\":{\"%s\":{\"schema\":", type);
	openapi_add_schema(out, schema);
	buf_add_str(out, STR("}}"));
}

static void
add_call(struct buf *out, const struct rest_row *row)
{
	static const char *const lower[] = {[HTTP_GET] = "get", [HTTP_POST] = "post"};

	buf_printf(out, "\"%s\":{\"summary\":", lower[row->method]);
	json_quote(out, str_from(row->summary));
	buf_add_char(out, ',');
	if (row->flags & REST_DEMO)
		buf_add_str(out, STR("\"security\":[],"));
	add_parameters(out, row);
	if (row->body) {
		buf_add_str(out, STR("\"requestBody\":{\"required\":true,"));
		add_content(out, "application/json", row->body);
		buf_add_str(out, STR("},"));
	}
	buf_printf(out, "\"responses\":{\"%d\":{\"description\":\"done\",", row->status);
	add_content(out, "application/json", row->answer);
	buf_add_str(out,
		    STR("},\"default\":{\"$ref\":\"#/components/responses/Problem\"}}}"));
}

/* A path stands once, with all its methods. */
static void
add_paths(struct buf *out, bool with_demo)
{
	const char *last = "";

	for (size_t i = 0; i < rest_rows_n; i++) {
		const struct rest_row *row = &rest_rows[i];

		if ((row->flags & REST_DEMO) && !with_demo)
			continue;
		if (strcmp(row->path, last) == 0) {
			buf_add_char(out, ',');
		} else {
			buf_printf(out, "%s\"%s\":{", *last ? "}," : "", row->path);
			last = row->path;
		}
		add_call(out, row);
	}
	buf_add_char(out, '}');
}

struct frame *
openapi_document(bool with_demo)
{
	struct buf text = BUF_INIT;
	struct frame *f = NULL;

	buf_printf(&text,
		   "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"tidegate server "
		   "API\",\"version\":\"%s\"},",
		   PACKAGE_VERSION);
	buf_add_str(&text, STR("\"security\":[{\"key\":[]}],\"paths\":{"));
	add_paths(&text, with_demo);
	buf_add_str(
		&text,
		STR("},\"components\":{\"securitySchemes\":{\"key\":{\"type\":\"http\","
		    "\"scheme\":\"bearer\"}},\"responses\":{\"Problem\":{\"description\":"
		    "\"what is wrong, and where in the body (RFC 9457)\","));
	add_content(&text, "application/problem+json", PROBLEM);
	buf_add_str(&text, STR("}}}}"));
	if (!text.failed)
		f = frame_new(FRAME_RAW, 0, text.len);
	if (f)
		memcpy(f->bytes, text.data, text.len);
	buf_fini(&text);
	return f;
}
