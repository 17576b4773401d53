/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/static_files.h"

#include "base/errors.h"
#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 16 << 20, ETAG_BYTES = 16 };

struct file {
	struct frame *body;
	struct str type;
	char etag[ETAG_BYTES + 3]; /* with its quotes */
	char name[];
};

struct static_files {
	struct map files;
};

static const struct {
	struct str suffix, type;
} types[] = {
	{STR(".html"), STR("text/html; charset=utf-8")},
	{STR(".js"), STR("application/javascript; charset=utf-8")},
	{STR(".mjs"), STR("application/javascript; charset=utf-8")},
	{STR(".css"), STR("text/css; charset=utf-8")},
	{STR(".json"), STR("application/json; charset=utf-8")},
	{STR(".map"), STR("application/json; charset=utf-8")},
	{STR(".svg"), STR("image/svg+xml")},
	{STR(".png"), STR("image/png")},
	{STR(".ico"), STR("image/x-icon")},
	{STR(".woff2"), STR("font/woff2")},
	{STR(".txt"), STR("text/plain; charset=utf-8")},
	{STR(""), STR("application/octet-stream")},
};

static struct str
type_of(struct str name)
{
	size_t i = 0;

	while (!str_has_suffix(name, types[i].suffix))
		i++;
	return types[i].type;
}

static void
set_etag(struct file *f)
{
	unsigned char digest[EVP_MAX_MD_SIZE] = {0};

	EVP_Digest(f->body->bytes, f->body->len, digest, NULL, EVP_sha256(), NULL);
	f->etag[0] = '"';
	for (int i = 0; i < ETAG_BYTES / 2; i++)
		snprintf(f->etag + 1 + 2 * i, 3, "%02x", digest[i]);
	f->etag[ETAG_BYTES + 1] = '"';
}

static struct frame *
read_file(const char *path, size_t n)
{
	struct frame *f = frame_new(FRAME_RAW, 0, n);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t at = 0;
	ssize_t got = 1;

	while (f && fd >= 0 && at < n && got > 0) {
		got = read(fd, f->bytes + at, n - at);
		at += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	if (f && at == n)
		return f;
	frame_unref(f);
	return NULL;
}

static int
add_file(struct static_files *s, const char *path, struct str name, size_t n)
{
	struct file *f = calloc(1, sizeof(*f) + name.len + 1);
	int error;

	if (!f)
		return -E_NOMEM;
	memcpy(f->name, name.ptr, name.len);
	f->type = type_of(name);
	f->body = read_file(path, n);
	if (!f->body) {
		free(f);
		return -E_SYSTEM;
	}
	set_etag(f);
	error = map_add(&s->files, (struct str){f->name, name.len}, f);
	if (error) {
		frame_unref(f->body);
		free(f);
	}
	return error;
}

static struct str
name_below(const char *path, const char *directory)
{
	const char *name = path + strlen(directory);

	return str_from(name + strspn(name, "/")); /* one may stand at the directory's end */
}

int
static_files_load(const char *directory, struct static_files **out)
{
	char *const roots[] = {(char *)(uintptr_t)directory, NULL};
	struct static_files *s = calloc(1, sizeof(*s));
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *e;
	int error = s && walk ? 0 : -E_NOMEM;

	while (!error && (e = fts_read(walk))) {
		if (e->fts_level > 0 && e->fts_name[0] == '.')
			fts_set(walk, e, FTS_SKIP);
		else if (e->fts_info == FTS_F && e->fts_statp->st_size <= FILE_BYTES_MAX)
			error = add_file(s, e->fts_path, name_below(e->fts_path, directory),
					 (size_t)e->fts_statp->st_size);
		else if (e->fts_info == FTS_ERR || e->fts_info == FTS_DNR || e->fts_info == FTS_NS) {
			errno = e->fts_errno;
			error = -E_SYSTEM;
		}
	}
	if (walk)
		fts_close(walk);
	if (!error) {
		*out = s;
		return 0;
	}
	static_files_free(s);
	return error;
}

void
static_files_free(struct static_files *s)
{
	struct file *f;

	if (!s)
		return;
	for (size_t at = 0; (f = map_next(&s->files, &at));) {
		frame_unref(f->body);
		free(f);
	}
	map_fini(&s->files);
	free(s);
}

static const struct file *
find(const struct static_files *s, struct str name)
{
	char index[256];
	int n;

	if (name.len && name.ptr[name.len - 1] != '/')
		return map_get(&s->files, name);
	n = snprintf(index, sizeof(index), "%.*sindex.html", STR_ARG(name));
	return (size_t)n < sizeof(index) ? map_get(&s->files, (struct str){index, (size_t)n}) : NULL;
}

bool
static_files_has(const struct static_files *s, struct str name)
{
	return find(s, name) != NULL;
}

bool
static_files_answer(const struct static_files *s, struct request *r, struct str name)
{
	const struct file *f = find(s, name);
	char headers[128];
	bool is_known;
	int n;

	if (!f)
		return false;
	n = snprintf(headers, sizeof(headers),
		     "ETag: %s\r\nCache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n",
		     f->etag);
	is_known = http_header_has_token(r->head, STR("if-none-match"), str_from(f->etag));
	request_answer(r, &(struct answer){
				  .status = is_known ? 304 : 200,
				  .type = f->type,
				  .headers = {headers, (size_t)n},
				  .frame = is_known ? NULL : f->body,
			  });
	return true;
}

void
static_files_serve(struct request *r)
{
	struct str name;
	int error;

	if (r->head->method != HTTP_GET && r->head->method != HTTP_HEAD) {
		request_refuse(r, -E_HTTP_METHOD);
		return;
	}
	error = uri_file_name(r->head->uri.path, &r->arena, &name);
	if (error == -E_FORBIDDEN)
		error = -E_NOT_FOUND; /* what is outside does not exist */
	if (!error && !static_files_answer(r->route->arg, r, name))
		error = -E_NOT_FOUND;
	if (error)
		request_refuse(r, error);
}
