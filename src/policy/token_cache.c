/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tokens that were good, by SHA-256: their text is never kept. A hit saves the signature and
 * the parsing when a client reconnects or opens several namespaces; only what time changes is
 * looked at again. Only good tokens are kept, so that guesses push nothing out.
 */
#include "policy/token.h"

#include "base/idmap.h"
#include "base/list.h"
#include "policy/token_claims.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <stdlib.h>

enum { DIGEST_BYTES = 32 };

struct entry {
	char digest[DIGEST_BYTES]; /* first: the map finds it by this */
	struct list by_age;
	struct identity *who;
};

struct token_cache {
	size_t tokens_n;
	struct idmap entries;
	struct list by_age; /* the longest unused first */
	/* those the entries were good for: others empty the cache */
	struct token_keys *keys;
	EVP_MD_CTX *ctx;
	EVP_MD *sha256;
};

struct token_cache *
token_cache_new(size_t tokens_n)
{
	struct token_cache *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	list_init(&c->by_age);
	c->entries = IDMAP_INIT(DIGEST_BYTES);
	c->tokens_n = tokens_n;
	c->ctx = EVP_MD_CTX_new();
	c->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (c->ctx && c->sha256)
		return c;
	token_cache_free(c);
	return NULL;
}

static void
forget(struct token_cache *c, struct entry *e)
{
	list_remove(&e->by_age);
	idmap_remove(&c->entries, e);
	identity_unref(e->who);
	free(e);
}

static void
clear(struct token_cache *c)
{
	LIST_EACH (link, &c->by_age)
		forget(c, CONTAINER_OF(link, struct entry, by_age));
	token_keys_unref(c->keys);
	c->keys = NULL;
}

void
token_cache_free(struct token_cache *c)
{
	if (!c)
		return;
	clear(c);
	idmap_fini(&c->entries);
	EVP_MD_CTX_free(c->ctx);
	EVP_MD_free(c->sha256);
	free(c);
}

/* A cache that cannot remember is slow and not wrong: failures are no errors. */
static void
remember(struct token_cache *c, const char digest[DIGEST_BYTES], struct identity *who)
{
	struct entry *e;

	if (c->tokens_n == 0)
		return;
	if (c->entries.places.n >= c->tokens_n)
		forget(c, CONTAINER_OF(c->by_age.next, struct entry, by_age));
	e = malloc(sizeof(*e));
	if (!e)
		return;
	memcpy(e->digest, digest, DIGEST_BYTES);
	if (idmap_add(&c->entries, e)) {
		free(e);
		return;
	}
	e->who = identity_ref(who);
	list_add_tail(&c->by_age, &e->by_age);
}

static int
recall(struct token_cache *c, struct entry *e, int64_t now_s, struct identity **who_out,
       const char **why_out)
{
	if (token_claims_is_expired(c->keys, identity_expires_s(e->who), now_s)) {
		forget(c, e);
		if (why_out)
			*why_out = "expired";
		return -E_TOKEN_EXPIRED;
	}
	list_remove(&e->by_age);
	list_add_tail(&c->by_age, &e->by_age);
	*who_out = identity_ref(e->who);
	return 0;
}

static bool
digest_of(struct token_cache *c, struct str token, char out[DIGEST_BYTES])
{
	bool ok = EVP_DigestInit_ex2(c->ctx, c->sha256, NULL) == 1 &&
		  EVP_DigestUpdate(c->ctx, token.ptr, token.len) == 1 &&
		  EVP_DigestFinal_ex(c->ctx, (unsigned char *)out, NULL) == 1;

	if (!ok)
		ERR_clear_error();
	return ok;
}

int
token_cache_verify(struct token_cache *c, struct token_keys *k, struct str token,
		   int64_t now_s, struct identity **who_out, const char **why_out)
{
	char digest[DIGEST_BYTES];
	struct entry *e;
	int error;

	if (c->keys != k) {
		clear(c);
		c->keys = token_keys_ref(k);
	}
	if (token.len > TOKEN_BYTES_MAX || !digest_of(c, token, digest))
		return token_verify(k, token, now_s, who_out, why_out);
	e = idmap_get(&c->entries, (struct str){digest, DIGEST_BYTES});
	if (e)
		return recall(c, e, now_s, who_out, why_out);
	error = token_verify(k, token, now_s, who_out, why_out);
	if (!error)
		remember(c, digest, *who_out);
	return error;
}
