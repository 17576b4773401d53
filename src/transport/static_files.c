/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "transport/static_files.h"

#include "base/errors.h"
#include "base/map.h"
#include "proto/coding.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 16 << 20, ETAG_BYTES = 16, COMPRESSION_LEVEL = 9 };

struct file {
	struct frame *body, *gzip; /* gzip: NULL when that saves too little */
	struct str type;
	char etag[ETAG_BYTES + 3], gzip_etag[ETAG_BYTES + 3]; /* with their quotes */
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
set_etag(const struct frame *body, char etag[ETAG_BYTES + 3])
{
	unsigned char digest[EVP_MAX_MD_SIZE] = {0};

	EVP_Digest(body->bytes, body->len, digest, NULL, EVP_sha256(), NULL);
	etag[0] = '"';
	for (int i = 0; i < ETAG_BYTES / 2; i++)
		snprintf(etag + 1 + 2 * i, 3, "%02x", digest[i]);
	etag[ETAG_BYTES + 1] = '"';
}

/* Keep a compressed form when it saves a tenth or more, so not of pictures and fonts. */
static void
compress(struct file *f)
{
	struct buf coded = BUF_INIT;
	struct str body = {f->body->bytes, f->body->len};

	if (coding_write(CODING_GZIP, COMPRESSION_LEVEL, body, &coded) == 0 &&
	    coded.len <= body.len - body.len / 10)
		f->gzip = frame_new(FRAME_RAW, 0, coded.len);
	if (f->gzip) {
		memcpy(f->gzip->bytes, coded.data, coded.len);
		set_etag(f->gzip, f->gzip_etag);
	}
	buf_fini(&coded);
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

static void
free_file(struct file *f)
{
	frame_unref(f->body);
	frame_unref(f->gzip);
	free(f);
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
	set_etag(f->body, f->etag);
	compress(f);
	error = map_add(&s->files, (struct str){f->name, name.len}, f);
	if (error)
		free_file(f);
	return error;
}

static struct str
name_below(const char *path, const char *directory)
{
	const char *name = path + strlen(directory);

	/* one may stand at the directory's end */
	return str_from(name + strspn(name, "/"));
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
			error = add_file(s, e->fts_path,
					 name_below(e->fts_path, directory),
					 (size_t)e->fts_statp->st_size);
		else if (e->fts_info == FTS_ERR || e->fts_info == FTS_DNR ||
			 e->fts_info == FTS_NS) {
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
	for (size_t at = 0; (f = map_next(&s->files, &at));)
		free_file(f);
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
	return (size_t)n < sizeof(index)
		       ? map_get(&s->files, (struct str){index, (size_t)n})
		       : NULL;
}

bool
static_files_has(const struct static_files *s, struct str name)
{
	return find(s, name) != NULL;
}

/* Has the client what this tag is of? Also when a proxy made the tag weak: RFC 9110 13.1.2. */
static bool
has_it(const struct request *r, const char *etag)
{
	char weak[ETAG_BYTES + 5] = "W/";

	strcat(weak, etag);
	return http_header_has_token(r->head, STR("if-none-match"), str_from(etag)) ||
	       http_header_has_token(r->head, STR("if-none-match"), str_from(weak));
}

bool
static_files_answer(const struct static_files *s, struct request *r, struct str name)
{
	const struct file *f = find(s, name);
	const char *etag;
	bool is_known, packed;

	if (!f)
		return false;
	packed = f->gzip && coding_choose(r->head) == CODING_GZIP;
	etag = packed ? f->gzip_etag : f->etag;
	if (f->gzip) /* with 304, too: RFC 9110 15.4.5 */
		buf_add_str(&r->headers, STR("Vary: Accept-Encoding\r\n"));
	buf_printf(&r->headers,
		   "ETag: %s\r\nCache-Control: no-cache\r\nX-Content-Type-Options: "
		   "nosniff\r\n",
		   etag);
	is_known = has_it(r, etag);
	if (packed && !is_known)
		buf_add_str(&r->headers, STR("Content-Encoding: gzip\r\n"));
	request_answer(r, &(struct answer){
				  .status = is_known ? 304 : 200,
				  .type = f->type,
				  .frame = is_known ? NULL
					   : packed ? f->gzip
						    : f->body,
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
