/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The opening handshake as far as it is text. Source: RFC 6455 4.2. */
#include "proto/websocket.h"

#include "base/errors.h"
#include "proto/base64.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>

enum { KEY_BYTES = 16, KEY_TEXT_BYTES = BASE64_LEN(KEY_BYTES) };

static bool
is_key(struct str text)
{
	char key[KEY_TEXT_BYTES];
	size_t key_bytes;

	return text.len == KEY_TEXT_BYTES && base64_decode(text, key, &key_bytes) == 0 &&
	       key_bytes == KEY_BYTES;
}

static bool
is_extension_list(struct str value)
{
	struct ws_extensions list = {.rest = value};
	struct ws_extension_word word;
	int result;

	do
		result = ws_extensions_next(&list, &word);
	while (result > 0);
	return result == 0;
}

/* Source: RFC 6455 4.3, Sec-WebSocket-Protocol-Client. */
static bool
is_subprotocol_list(struct str value)
{
	size_t n = 0;

	while (value.ptr) {
		struct str item = str_trim(str_cut(&value, ','));

		if (item.len && !http_is_token(item))
			return false;
		n += item.len > 0;
	}
	return n > 0;
}

static bool
has_proper_lists(const struct http_head *h)
{
	for (size_t i = 0; i < h->headers_n; i++) {
		struct str name = h->headers[i].name, value = h->headers[i].value;

		if (str_eq_nocase(name, STR("Sec-WebSocket-Extensions")) &&
		    !is_extension_list(value))
			return false;
		if (str_eq_nocase(name, STR("Sec-WebSocket-Protocol")) &&
		    !is_subprotocol_list(value))
			return false;
	}
	return true;
}

int
ws_handshake_check(const struct http_head *h)
{
	struct str key = STR("Sec-WebSocket-Key"), version = STR("Sec-WebSocket-Version");

	if (!h->upgrade || !http_header_has_token(h, STR("Upgrade"), STR("websocket")))
		return -E_HTTP_UPGRADE;
	if (h->method != HTTP_GET || h->has_body || http_header_count(h, version) > 1)
		return -E_HTTP_SYNTAX;
	if (!str_eq(http_header_get(h, version), STR("13")))
		return -E_HTTP_UPGRADE;
	if (http_header_count(h, key) != 1 || !is_key(http_header_get(h, key)))
		return -E_HTTP_SYNTAX;
	return has_proper_lists(h) ? 0 : -E_HTTP_SYNTAX;
}

/* Fetched once: OpenSSL looks it up by name for each SHA1(), at the price of hashing twice. */
static EVP_MD *sha1;
static pthread_once_t sha1_once = PTHREAD_ONCE_INIT;

static void
fetch_sha1(void)
{
	sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
}

void
ws_accept_key(struct str key, char out[WS_ACCEPT_BYTES])
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	unsigned char text[KEY_TEXT_BYTES + sizeof(guid) - 1], digest[SHA_DIGEST_LENGTH];
	size_t key_bytes = key.len < KEY_TEXT_BYTES ? key.len : KEY_TEXT_BYTES;

	memcpy(text, key.ptr, key_bytes);
	memcpy(text + key_bytes, guid, sizeof(guid) - 1);
	pthread_once(&sha1_once, fetch_sha1);
	if (!sha1 ||
	    !EVP_Digest(text, key_bytes + sizeof(guid) - 1, digest, NULL, sha1, NULL))
		SHA1(text, key_bytes + sizeof(guid) - 1, digest);
	base64_encode(digest, sizeof(digest), out);
}
