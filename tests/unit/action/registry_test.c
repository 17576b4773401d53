/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "action/registry.h"
#include "unit/action/suites.h"

static struct registry registry;
static struct buf why;
static char hosts[2]; /* two plugins: only their addresses count */

static struct tg_host *
host(int i)
{
	return (struct tg_host *)(void *)&hosts[i];
}

static void
teardown(void)
{
	registry_fini(&registry);
	buf_fini(&why);
}

static void
run(struct tg_call call, const struct tg_request *request, void *state)
{
	(void)call;
	(void)request;
	(void)state;
}

static void
on_event(struct tg_socket *s, const struct tg_event *e, void *state)
{
	(void)s;
	(void)e;
	(void)state;
}

static bool
starts_with_x(struct tg_str name, void *state)
{
	(void)state;
	return name.len > 1 && name.ptr[1] == 'x';
}

static int
add(int plugin, const char *name, const char *schema)
{
	struct tg_action a = {
		.size = sizeof(a), .name = name, .schema = schema, .run = run};

	buf_clear(&why);
	return registry_add_action(&registry, host(plugin), &a, &why, NULL);
}

START_TEST(an_action_is_found_by_its_name)
{
	ck_assert_int_eq(add(0, "report.create", NULL), 0);
	ck_assert_ptr_nonnull(registry_find(&registry, STR("report.create")));
	ck_assert_ptr_null(registry_find(&registry, STR("report")));
	ck_assert_ptr_null(registry_find(&registry, STR("Report.create")));
}
END_TEST

START_TEST(a_name_is_taken_once)
{
	ck_assert_int_eq(add(0, "a", NULL), 0);
	ck_assert_int_eq(add(1, "a", NULL), -E_DUPLICATE);
	ck_assert(str_eq(buf_str(&why), STR("action a is there already")));
}
END_TEST

START_TEST(a_schema_that_cannot_be_used_is_told)
{
	ck_assert_int_eq(add(0, "a", "{\"type\":\"objekt\"}"), -E_ARGUMENT);
	ck_assert(str_has_prefix(buf_str(&why), STR("schema of action a: ")));
	ck_assert_ptr_null(registry_find(&registry, STR("a")));
	ck_assert_int_eq(add(0, "a", "{\"type\":\"object\"}"), 0);
	ck_assert_uint_eq(why.len, 0);
}
END_TEST

START_TEST(what_makes_no_action_is_refused)
{
	struct tg_action no_size = {.name = "a", .run = run};
	struct tg_action no_run = {.size = sizeof(no_run), .name = "a"};
	static char name[130];

	memset(name, 'a', sizeof(name) - 1);
	name[129] = '\0';
	ck_assert_int_eq(registry_add_action(&registry, host(0), &no_size, &why, NULL),
			 -E_ARGUMENT);
	ck_assert_int_eq(registry_add_action(&registry, host(0), &no_run, &why, NULL),
			 -E_ARGUMENT);
	ck_assert_int_eq(add(0, "", NULL), -E_ARGUMENT);
	ck_assert_int_eq(add(0, NULL, NULL), -E_ARGUMENT);
	ck_assert_int_eq(add(0, name, NULL), -E_ARGUMENT);
	ck_assert_int_eq(add(0, name + 1, NULL), 0);
}
END_TEST

START_TEST(a_longer_structure_of_a_later_header_is_cut)
{
	struct {
		struct tg_action now;
		long later[4];
	} a = {.now = {.size = sizeof(a), .name = "a", .run = run, .running_n = 7},
	       .later = {1, 2, 3, 4}};
	struct action *found;

	ck_assert_int_eq(registry_add_action(&registry, host(0), &a.now, &why, &found),
			 0);
	ck_assert_uint_eq(found->def.running_n, 7);
}
END_TEST

static int
add_namespace(const struct tg_namespace *n)
{
	buf_clear(&why);
	return registry_add_namespace(&registry, host(0), n, &why);
}

START_TEST(a_namespace_has_a_name_or_a_match)
{
	static const struct tg_handler twice[] = {
		{"a", on_event}, {"a", on_event}, {NULL, NULL}};
	struct tg_namespace named = {.size = sizeof(named), .name = "/chat"};
	struct tg_namespace matched = {.size = sizeof(matched), .match = starts_with_x};
	struct tg_namespace both = {
		.size = sizeof(both), .name = "/a", .match = starts_with_x};
	struct tg_namespace neither = {.size = sizeof(neither)};
	struct tg_namespace no_slash = {.size = sizeof(no_slash), .name = "chat"};
	struct tg_namespace no_size = {.name = "/chat"};
	struct tg_namespace rows = {.size = sizeof(rows), .name = "/a", .events = twice};

	ck_assert_int_eq(add_namespace(&named), 0);
	ck_assert_int_eq(add_namespace(&matched), 0);
	ck_assert_int_eq(add_namespace(&both), 0);
	ck_assert_int_eq(add_namespace(&neither), -E_ARGUMENT);
	ck_assert_int_eq(add_namespace(&no_slash), -E_ARGUMENT);
	ck_assert_int_eq(add_namespace(&no_size), -E_ARGUMENT);
	ck_assert_int_eq(add_namespace(&rows), -E_DUPLICATE);
	ck_assert(str_eq(buf_str(&why), STR("two rows for event a")));
	ck_assert_uint_eq(registry.nsps_n, 3);
}
END_TEST

START_TEST(a_namespace_matches_by_name_and_mount)
{
	struct tg_namespace def = {
		.size = sizeof(def), .name = "/chat", .path = "/socket.io/"};
	struct tg_namespace any = {.size = sizeof(any), .match = starts_with_x};
	const struct nsp *n;

	ck_assert_int_eq(add_namespace(&def), 0);
	ck_assert_int_eq(add_namespace(&any), 0);
	n = registry.nsps[0];
	ck_assert(nsp_matches(n, STR("/chat"), nsp_path("/socket.io")));
	ck_assert(nsp_matches(n, STR("/chat"), STR("")));
	ck_assert(!nsp_matches(n, STR("/chat"), nsp_path("/realtime/")));
	ck_assert(!nsp_matches(n, STR("/cha"), nsp_path("/socket.io")));
	ck_assert(nsp_matches(registry.nsps[1], STR("/x1"), nsp_path("/realtime/")));
	ck_assert(!nsp_matches(registry.nsps[1], STR("/y1"), nsp_path("/realtime/")));
}
END_TEST

static void
ask(const struct tg_question *question, void *state)
{
	(void)question;
	(void)state;
}

START_TEST(all_that_a_plugin_added_goes_with_it)
{
	struct tg_namespace n = {.size = sizeof(n), .name = "/chat"};

	ck_assert_int_eq(add(0, "a", "true"), 0);
	ck_assert_int_eq(add(1, "b", NULL), 0);
	ck_assert_int_eq(add(0, "c", NULL), 0);
	ck_assert_int_eq(add_namespace(&n), 0);
	ck_assert_int_eq(registry_add_authorizer(&registry, host(0), ask, NULL), 0);
	ck_assert_int_eq(registry_add_authorizer(&registry, host(1), ask, NULL), 0);
	registry_remove(&registry, host(0));
	ck_assert_ptr_null(registry_find(&registry, STR("a")));
	ck_assert_ptr_nonnull(registry_find(&registry, STR("b")));
	ck_assert_ptr_null(registry_find(&registry, STR("c")));
	ck_assert_uint_eq(registry.nsps_n, 0);
	ck_assert_uint_eq(registry.authorizers_n, 1);
	ck_assert_ptr_eq(registry.authorizers[0].host, host(1));
}
END_TEST

Suite *
registry_suite(void)
{
	Suite *s = suite_create("registry");
	TCase *t = tcase_create("registry");

	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, an_action_is_found_by_its_name);
	tcase_add_test(t, a_name_is_taken_once);
	tcase_add_test(t, a_schema_that_cannot_be_used_is_told);
	tcase_add_test(t, what_makes_no_action_is_refused);
	tcase_add_test(t, a_longer_structure_of_a_later_header_is_cut);
	tcase_add_test(t, a_namespace_has_a_name_or_a_match);
	tcase_add_test(t, a_namespace_matches_by_name_and_mount);
	tcase_add_test(t, all_that_a_plugin_added_goes_with_it);
	suite_add_tcase(s, t);
	return s;
}
