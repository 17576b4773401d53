/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices by their User-Agent. */
#include "hub/device.h"

#include "unit/hub/suites.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *agent, *text;
} rows[] = {
	{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
	 "Chrome/120.0 "
	 "Safari/537.36",
	 "{\"type\":\"web\",\"browser\":\"Chrome\"}"},
	{"Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 "
	 "Edg/120.0",
	 "{\"type\":\"web\",\"browser\":\"Edge\"}"},
	{"Mozilla/5.0 (X11; rv:120.0) Gecko/20100101 Firefox/120.0",
	 "{\"type\":\"web\",\"browser\":\"Firefox\"}"},
	{"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605 Version/17.0 "
	 "Mobile/15E148 "
	 "Safari/604.1",
	 "{\"type\":\"mobile\",\"browser\":\"Safari\"}"},
	{"Python/3.11 websockets/10.4", "{\"type\":\"app\",\"browser\":\"Python\"}"},
	{"\"quoted\"", "{\"type\":\"app\",\"browser\":\"\\\"quoted\\\"\"}"},
	{"", "{\"type\":\"app\",\"browser\":null}"},
};

START_TEST(the_agent_tells_the_device)
{
	char line[256];
	struct slab slab;
	struct texts texts;
	struct session_hello h;
	struct buf out = BUF_INIT;

	slab_init(&slab);
	texts_init(&texts, &slab);
	snprintf(line, sizeof(line), "user-agent: %s\r\n", rows[_i].agent);
	h = (struct session_hello){.headers = texts_get(&texts, str_from(line))};
	ck_assert_ptr_nonnull(h.headers);
	device_write(&out, &h, false);
	buf_add_char(&out, '\0');
	ck_assert_str_eq(out.data, rows[_i].text);
	buf_fini(&out);
	texts_put(&texts, h.headers);
	slab_fini(&slab);
}
END_TEST

START_TEST(one_that_is_gone_tells_nothing)
{
	struct buf out = BUF_INIT;

	device_write(&out, NULL, true);
	ck_assert(str_eq(buf_str(&out), STR("{\"type\":\"app\",\"browser\":null}")));
	buf_fini(&out);
}
END_TEST

Suite *
device_suite(void)
{
	Suite *suite = suite_create("device");
	TCase *tcase = tcase_create("agents");

	tcase_add_loop_test(tcase, the_agent_tells_the_device, 0,
			    sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tcase, one_that_is_gone_tells_nothing);
	suite_add_tcase(suite, tcase);
	return suite;
}
