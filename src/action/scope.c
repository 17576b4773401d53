/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/scope.h"

#include <stdlib.h>

/* A namespace with clients, inside its company. */
struct place {
	size_t clients_n;
	struct str name;
	char text[];
};

struct company {
	struct map places;
	struct str id;
	char text[];
};

bool
scope_of_namespace(struct str name, struct scope *out)
{
	struct str rest;

	if (!str_has_prefix(name, STR("/company/")))
		return false;
	rest = str_skip(name, sizeof("/company/") - 1);
	out->company = str_cut(&rest, '/');
	out->artifact = (struct str){NULL, 0};
	if (!out->company.len)
		return false;
	if (!rest.ptr)
		return true;
	if (!str_has_prefix(rest, STR("artifact/")))
		return false;
	out->artifact = str_skip(rest, sizeof("artifact/") - 1);
	return out->artifact.len && !memchr(out->artifact.ptr, '/', out->artifact.len);
}

static void
write_name(struct buf *out, const char *company, const char *artifact,
	   const struct scope *s)
{
	buf_add_str(out, str_from(company));
	buf_add_str(out, s->company);
	if (!s->artifact.len)
		return;
	buf_add_str(out, str_from(artifact));
	buf_add_str(out, s->artifact);
}

void
scope_room(struct buf *out, const struct scope *s)
{
	write_name(out, "company:", ":artifact:", s);
}

void
scope_namespace(struct buf *out, const struct scope *s)
{
	write_name(out, "/company/", "/artifact/", s);
}

void
scopes_init(struct scopes *s)
{
	pthread_mutex_init(&s->lock, NULL);
	s->companies = MAP_INIT;
}

static void
free_company(struct scopes *s, struct company *c)
{
	struct place *p;

	for (size_t at = 0; (p = map_next(&c->places, &at)); at = 0) {
		map_remove(&c->places, p->name);
		free(p);
	}
	map_fini(&c->places);
	map_remove(&s->companies, c->id);
	free(c);
}

void
scopes_fini(struct scopes *s)
{
	struct company *c;

	for (size_t at = 0; (c = map_next(&s->companies, &at)); at = 0)
		free_company(s, c);
	map_fini(&s->companies);
	pthread_mutex_destroy(&s->lock);
}

static struct company *
get_company(struct scopes *s, struct str id)
{
	struct company *c = map_get(&s->companies, id);

	if (c)
		return c;
	c = calloc(1, sizeof(*c) + id.len);
	if (!c)
		return NULL;
	memcpy(c->text, id.ptr, id.len);
	c->id = (struct str){c->text, id.len};
	if (!map_add(&s->companies, c->id, c))
		return c;
	free(c);
	return NULL;
}

static struct place *
get_place(struct company *c, struct str nsp)
{
	struct place *p = map_get(&c->places, nsp);

	if (p)
		return p;
	p = calloc(1, sizeof(*p) + nsp.len);
	if (!p)
		return NULL;
	memcpy(p->text, nsp.ptr, nsp.len);
	p->name = (struct str){p->text, nsp.len};
	if (!map_add(&c->places, p->name, p))
		return p;
	free(p);
	return NULL;
}

int
scopes_enter(struct scopes *s, struct str nsp)
{
	struct scope scope;
	struct company *c;
	struct place *p = NULL;

	if (!scope_of_namespace(nsp, &scope) || !scope.artifact.len)
		return 0;
	pthread_mutex_lock(&s->lock);
	c = get_company(s, scope.company);
	if (c)
		p = get_place(c, nsp);
	if (p)
		p->clients_n++;
	else if (c && c->places.n == 0)
		free_company(s, c);
	pthread_mutex_unlock(&s->lock);
	return p ? 0 : -E_NOMEM;
}

void
scopes_leave(struct scopes *s, struct str nsp)
{
	struct scope scope;
	struct company *c;
	struct place *p;

	if (!scope_of_namespace(nsp, &scope) || !scope.artifact.len)
		return;
	pthread_mutex_lock(&s->lock);
	c = map_get(&s->companies, scope.company);
	p = c ? map_get(&c->places, nsp) : NULL;
	if (p && --p->clients_n == 0) {
		map_remove(&c->places, nsp);
		free(p);
		if (c->places.n == 0)
			free_company(s, c);
	}
	pthread_mutex_unlock(&s->lock);
}

void
scopes_of_company(struct scopes *s, struct str company, struct buf *names_out)
{
	const struct company *c;
	const struct place *p;

	pthread_mutex_lock(&s->lock);
	c = map_get(&s->companies, company);
	for (size_t at = 0; c && (p = map_next(&c->places, &at));) {
		buf_add_str(names_out, p->name);
		buf_add_char(names_out, '\0');
	}
	pthread_mutex_unlock(&s->lock);
}
