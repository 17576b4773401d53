/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client.h"

#include <curl/curl.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <strings.h>

enum { TRIES = 3, POLL_MS = 1000, RETRY_MS = 50 };

/* Waits in the queue, then is among those that the thread has begun. */
struct transfer {
	struct transfer *next, **link; /* link: what points to it, once begun */
	struct client_request request;
	struct text body, answer;
	CURL *easy;
	struct curl_slist *headers;
	bool is_for_once;
	size_t sent_n; /* bytes of the body that curl has taken */
	int tries_n;
	int64_t deadline_ms; /* monotonic */
	int64_t again_ms;    /* when it is tried again; 0: it is under way */
};

static struct {
	const struct client_settings *settings;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	struct transfer *first, **last;
	size_t n; /* waiting and under way */
	bool is_stopping;
	CURLM *multi; /* the thread's, as is begun; others only wake it */
	struct transfer *begun;
} client;

/* --- one transfer ------------------------------------------------------------------------- */

static void
finish(struct transfer *t, long status, bool is_late)
{
	struct client_answer answer = {.status = status,
				       .is_late = is_late,
				       .is_unsent = !t->tries_n,
				       .is_for_once = t->is_for_once,
				       .body = {t->answer.data, t->answer.len}};

	t->request.done(t->request.arg, &answer);
	if (t->link) {
		*t->link = t->next;
		if (t->next)
			t->next->link = t->link;
	}
	if (t->easy)
		curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	text_free(&t->body);
	text_free(&t->answer);
	free(t);
	pthread_mutex_lock(&client.lock);
	client.n--;
	pthread_mutex_unlock(&client.lock);
}

static size_t
on_answer(char *bytes, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	if (t->answer.len + size * n > client.settings->answer_bytes)
		return 0; /* ends the transfer */
	text_add(&t->answer, bytes, size * n);
	return t->answer.failed ? 0 : size * n;
}

static size_t
on_header(char *line, size_t size, size_t n, void *arg)
{
	static const char wanted[] = "cache-control:", word[] = "no-store";
	struct transfer *t = arg;
	const size_t name_n = sizeof(wanted) - 1, word_n = sizeof(word) - 1;

	if (size * n > name_n && strncasecmp(line, wanted, name_n) == 0)
		for (size_t i = name_n; i + word_n <= size * n; i++)
			t->is_for_once |= strncasecmp(line + i, word, word_n) == 0;
	return size * n;
}

/* curl repeats a request by itself when a kept connection turns out to be dead, unless it
 * would have to read the body again and cannot: this is why the body is read and not given,
 * and why there is a seek function only where repeating is allowed. */
static size_t
on_body(char *out, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t left = t->body.len - t->sent_n, part = size * n < left ? size * n : left;

	memcpy(out, t->body.data + t->sent_n, part);
	t->sent_n += part;
	return part;
}

static int
on_seek(void *arg, curl_off_t offset, int origin)
{
	struct transfer *t = arg;

	if (origin != SEEK_SET || offset < 0 || (size_t)offset > t->body.len)
		return CURL_SEEKFUNC_FAIL;
	t->sent_n = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

/* X-Tidegate-Signature: t=SECONDS,v1=HEX of HMAC-SHA256 over "SECONDS.BODY". */
static bool
sign(struct transfer *t)
{
	const char *secret = client.settings->secret;
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned mac_n = 0;
	long long now_s = tg_now_ms() / 1000;
	char line[160];
	struct text signed_text = {0};
	bool is_good;
	int n;

	snprintf(line, sizeof(line), "%lld.", now_s);
	text_put(&signed_text, line);
	text_add(&signed_text, t->body.data, t->body.len);
	is_good = !signed_text.failed && HMAC(EVP_sha256(), secret, (int)strlen(secret),
					      (const unsigned char *)signed_text.data,
					      signed_text.len, mac, &mac_n);
	text_free(&signed_text);
	n = snprintf(line, sizeof(line), "X-Tidegate-Signature: t=%lld,v1=", now_s);
	for (unsigned i = 0; i < mac_n; i++)
		n += snprintf(line + n, sizeof(line) - (size_t)n, "%02x", mac[i]);
	if (is_good)
		t->headers = curl_slist_append(t->headers, line);
	return is_good;
}

static bool
make_headers(struct transfer *t)
{
	curl_slist_free_all(t->headers);
	t->headers = curl_slist_append(NULL, "Content-Type: application/json");
	t->headers = curl_slist_append(t->headers, "Expect:"); /* no 100-continue */
	return t->headers && (!client.settings->secret || sign(t));
}

static void
set_up(struct transfer *t, const char *url)
{
	const struct client_settings *s = client.settings;
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_URL, url);
	if (s->socket)
		curl_easy_setopt(e, CURLOPT_UNIX_SOCKET_PATH, s->socket);
	curl_easy_setopt(e, CURLOPT_PROXY, ""); /* the environment's is for browsers */
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "tidegate");
	curl_easy_setopt(e, CURLOPT_POST, 1L);
	curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.len);
	curl_easy_setopt(e, CURLOPT_READFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_READDATA, t);
	if (t->request.may_repeat) {
		curl_easy_setopt(e, CURLOPT_SEEKFUNCTION, on_seek);
		curl_easy_setopt(e, CURLOPT_SEEKDATA, t);
	}
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(e, CURLOPT_PRIVATE, t);
}

/* The first try, or another one. */
static void
start(struct transfer *t)
{
	int64_t left_ms = t->deadline_ms - (int64_t)tg_mono_ms();
	struct text url = {0};

	if (left_ms <= 0 ||
	    (t->request.is_wanted && !t->request.is_wanted(t->request.arg))) {
		finish(t, 0, true);
		return;
	}
	text_put(&url, client.settings->url);
	text_put(&url, t->request.path);
	t->sent_n = 0;
	t->answer.len = 0;
	t->is_for_once = false;
	if (!t->easy)
		t->easy = curl_easy_init();
	if (!t->easy || url.failed || !make_headers(t)) {
		text_free(&url);
		finish(t, 0, false);
		return;
	}
	set_up(t, url.data);
	text_free(&url); /* curl has a copy */
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
	if (curl_multi_add_handle(client.multi, t->easy))
		finish(t, 0, false);
	else
		t->tries_n++;
}

static void
on_end(CURL *easy, CURLcode result)
{
	struct transfer *t = NULL;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_multi_remove_handle(client.multi, easy);
	if (!result) {
		finish(t, status, false);
		return;
	}
	tg_log(TG_DEBUG, "%s: %s", t->request.path, curl_easy_strerror(result));
	if (result != CURLE_OPERATION_TIMEDOUT && t->request.may_repeat &&
	    t->tries_n < TRIES) {
		t->again_ms = (int64_t)tg_mono_ms() + RETRY_MS;
		return;
	}
	t->answer.len = 0;
	finish(t, 0, result == CURLE_OPERATION_TIMEDOUT);
}

/* --- the thread --------------------------------------------------------------------------- */

/* What waits begins. False when it is time to stop. */
static bool
take_queue(void)
{
	struct transfer *all, *next;
	bool is_stopping;

	pthread_mutex_lock(&client.lock);
	all = client.first;
	client.first = NULL;
	client.last = &client.first;
	is_stopping = client.is_stopping;
	pthread_mutex_unlock(&client.lock);
	for (; all; all = next) {
		next = all->next;
		all->next = client.begun;
		all->link = &client.begun;
		if (client.begun)
			client.begun->link = &all->next;
		client.begun = all;
		if (!is_stopping)
			start(all);
	}
	return !is_stopping;
}

/* Those that failed a while ago. Returns for how long nothing of that kind is to be done. */
static int
try_again(void)
{
	int64_t now_ms = (int64_t)tg_mono_ms();
	struct transfer *next;
	int wait_ms = POLL_MS;

	for (struct transfer *t = client.begun; t; t = next) {
		next = t->next;
		if (!t->again_ms)
			continue;
		wait_ms = RETRY_MS;
		if (t->again_ms <= now_ms) {
			t->again_ms = 0;
			start(t);
		}
	}
	return wait_ms;
}

static void *
run(void *arg)
{
	struct CURLMsg *message;
	int running_n, left_n;

	(void)arg;
	while (take_queue()) {
		curl_multi_perform(client.multi, &running_n);
		while ((message = curl_multi_info_read(client.multi, &left_n)))
			if (message->msg == CURLMSG_DONE)
				on_end(message->easy_handle, message->data.result);
		curl_multi_poll(client.multi, NULL, 0, try_again(), NULL);
	}
	return NULL;
}

int
client_start(const struct client_settings *settings)
{
	sigset_t all, old;
	int error;

	client.settings = settings;
	client.last = &client.first;
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return TG_E_SYSTEM;
	client.multi = curl_multi_init();
	if (!client.multi) {
		curl_global_cleanup();
		return TG_E_NOMEM;
	}
	curl_multi_setopt(client.multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
			  settings->connections_n);
	curl_multi_setopt(client.multi, CURLMOPT_MAXCONNECTS, settings->connections_n);
	pthread_mutex_init(&client.lock, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&client.thread, NULL, run, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!error)
		return TG_OK;
	curl_multi_cleanup(client.multi);
	curl_global_cleanup();
	pthread_mutex_destroy(&client.lock);
	return TG_E_SYSTEM;
}

void
client_stop(void)
{
	pthread_mutex_lock(&client.lock);
	client.is_stopping = true;
	pthread_mutex_unlock(&client.lock);
	curl_multi_wakeup(client.multi);
	pthread_join(client.thread, NULL);
	while (client.begun) {
		if (client.begun->easy)
			curl_multi_remove_handle(client.multi, client.begun->easy);
		finish(client.begun, 0, false);
	}
	curl_multi_cleanup(client.multi);
	curl_global_cleanup();
	pthread_mutex_destroy(&client.lock);
}

int
client_send(const struct client_request *request)
{
	struct transfer *t = calloc(1, sizeof(*t));
	int error = t ? TG_OK : TG_E_NOMEM;

	if (error)
		return error;
	t->request = *request;
	t->deadline_ms = (int64_t)tg_mono_ms() + request->timeout_ms;
	pthread_mutex_lock(&client.lock);
	if (client.n >= client.settings->queue_n || client.is_stopping) {
		error = TG_E_FULL;
		free(t);
	} else {
		t->body = *request->body;
		*request->body = (struct text){0};
		*client.last = t;
		client.last = &t->next;
		client.n++;
	}
	pthread_mutex_unlock(&client.lock);
	if (!error)
		curl_multi_wakeup(client.multi);
	return error;
}
