/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks, behind how many proxies and in spite of what headers. */
#include "transport/client_address.h"

#include "unit/transport/suites.h"

#define XFF "X-Forwarded-For"
#define FWD "Forwarded"

static const struct {
	const char *peer;
	struct {
		const char *name, *value;
	} headers[4];
	const char *client;
} cases[] = {
	/* trusted: 10.0.0.0/8 and ::1 */
	{"10.0.0.1", {{NULL, NULL}}, "10.0.0.1"},
	{"10.0.0.1", {{XFF, "192.0.2.1"}}, "192.0.2.1"},
	{"10.0.0.1", {{"x-forwarded-for", "192.0.2.1"}}, "192.0.2.1"},
	{"::1", {{XFF, "192.0.2.1:4711"}}, "192.0.2.1"},
	{"10.0.0.1", {{XFF, "2001:db8::7"}}, "2001:db8::7"},
	{"10.0.0.1", {{XFF, "[2001:db8::7]:80"}}, "2001:db8::7"},
	/* a stranger's word is nothing */
	{"192.0.2.9", {{XFF, "198.51.100.1"}}, "192.0.2.9"},
	{"192.0.2.9", {{FWD, "for=198.51.100.1"}}, "192.0.2.9"},
	/* what the client wrote himself stands on the left */
	{"10.0.0.1", {{XFF, "198.51.100.1, 192.0.2.1"}}, "192.0.2.1"},
	{"10.0.0.1", {{XFF, "10.0.0.7, 192.0.2.1"}}, "192.0.2.1"},
	{"10.0.0.1", {{XFF, "198.51.100.1"}, {XFF, "192.0.2.1"}}, "192.0.2.1"},
	/* several proxies of ours */
	{"10.0.0.1", {{XFF, "192.0.2.1, 10.0.0.3,10.0.0.2"}}, "192.0.2.1"},
	{"10.0.0.1", {{XFF, "192.0.2.1"}, {XFF, "10.0.0.2"}}, "192.0.2.1"},
	{"10.0.0.1", {{XFF, "10.0.0.3, 10.0.0.2"}}, "10.0.0.3"},
	/* what is no address ends the walk */
	{"10.0.0.1", {{XFF, "unknown"}}, "10.0.0.1"},
	{"10.0.0.1", {{XFF, ""}}, "10.0.0.1"},
	{"10.0.0.1", {{XFF, "192.0.2.1, garbage, 10.0.0.2"}}, "10.0.0.2"},
	{"10.0.0.1", {{XFF, "192.0.2.1,"}}, "10.0.0.1"},
	{"10.0.0.1", {{FWD, "for=192.0.2.1"}}, "192.0.2.1"},
	{"10.0.0.1", {{FWD, "for=\"[2001:db8::7]:80\";proto=https"}}, "2001:db8::7"},
	{"10.0.0.1", {{FWD, "for=198.51.100.1, for=192.0.2.1;by=10.0.0.1"}}, "192.0.2.1"},
	{"10.0.0.1", {{FWD, "for=_secret"}}, "10.0.0.1"},
	{"10.0.0.1", {{FWD, "proto=https"}}, "10.0.0.1"},
	{"10.0.0.1", {{FWD, "for=192.0.2.1;host=\"x,for=198.51.100.1\""}}, "192.0.2.1"},
	{"10.0.0.1", {{FWD, "for=\"x"}, {FWD, "for=192.0.2.1"}}, "10.0.0.1"},
	/* both: the same, or one of them is invented */
	{"10.0.0.1", {{FWD, "for=192.0.2.1"}, {XFF, "192.0.2.1"}}, "192.0.2.1"},
	{"10.0.0.1", {{FWD, "for=198.51.100.1"}, {XFF, "192.0.2.1"}}, "10.0.0.1"},
	{"10.0.0.1", {{FWD, "for="}, {XFF, "192.0.2.1"}}, "10.0.0.1"},
	/* more hops than anybody has: the right ones count */
	{"10.0.0.1",
	 {{XFF, "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,"
		"1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1"},
	  {XFF, "192.0.2.1, 10.0.0.2"}},
	 "192.0.2.1"},
};

static struct address
address(const char *text)
{
	struct address a;

	ck_assert_int_eq(address_from_text(str_from(text), &a), 0);
	return a;
}

static struct http_head
head_of(size_t i, struct http_header headers[4])
{
	struct http_head head = {.headers = headers};

	for (; head.headers_n < 4 && cases[i].headers[head.headers_n].name;
	     head.headers_n++)
		headers[head.headers_n] = (struct http_header){
			str_from(cases[i].headers[head.headers_n].name),
			str_from(cases[i].headers[head.headers_n].value)};
	return head;
}

START_TEST(the_client_is_the_last_one_nobody_vouches_for)
{
	char ten[] = "10.0.0.0/8", self[] = "::1", text[ADDRESS_TEXT_BYTES];
	char *items[] = {ten, self};
	struct config_list list = {items, 2};
	struct http_header headers[4];
	struct http_head head = head_of((size_t)_i, headers);
	struct address peer = address(cases[_i].peer), client;
	struct address_set *trusted;

	ck_assert_int_eq(address_set_new(&list, &trusted), 0);
	client = client_address(trusted, &peer, &head);
	address_text(&client, text);
	ck_assert_str_eq(text, cases[_i].client);
	address_set_free(trusted);
}
END_TEST

START_TEST(without_trusted_proxies_it_is_the_peer)
{
	struct http_header headers[4];
	struct http_head head = head_of((size_t)_i, headers);
	struct address peer = address(cases[_i].peer), client;
	char text[ADDRESS_TEXT_BYTES];

	client = client_address(NULL, &peer, &head);
	address_text(&client, text);
	ck_assert_str_eq(text, cases[_i].peer);
}
END_TEST

Suite *
client_address_suite(void)
{
	Suite *s = suite_create("client_address");
	TCase *t = tcase_create("client_address");
	int n = sizeof(cases) / sizeof(cases[0]);

	tcase_add_loop_test(t, the_client_is_the_last_one_nobody_vouches_for, 0, n);
	tcase_add_loop_test(t, without_trusted_proxies_it_is_the_peer, 0, n);
	suite_add_tcase(s, t);
	return s;
}
