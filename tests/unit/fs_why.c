/* SPDX-License-Identifier: MIT */
/* The sentence of a failure: the thread's own, cut where it is too long, kept until it is cleared. */
#include "fs_help.h"

#include <pthread.h>

#include "bpfmap.h"
#include "fs/why.h"

static void the_errno_turns_negative_and_the_sentence_stays(void **state)
{
	(void)state;
	why_clear();
	assert_string_equal(why(), "");
	assert_int_equal(fail(EINVAL, "%d of %s", 7, "nine"), -EINVAL);
	assert_string_equal(why(), "7 of nine");
	assert_int_equal(fail(ENOENT, "another"), -ENOENT);
	assert_string_equal(why(), "another");
	why_clear();
	assert_string_equal(why(), "");
}

static void a_percent_sign_from_outside_is_text(void **state)
{
	(void)state;
	fail(EINVAL, "%s", "%n%s%d");
	assert_string_equal(why(), "%n%s%d");
}

static void a_long_sentence_is_cut(void **state)
{
	(void)state;
	char text[5000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	fail(EINVAL, "%s", text);
	assert_in_range(strlen(why()), 100, sizeof(text) - 2);
	assert_memory_equal(why(), text, strlen(why()));
}

static void the_engines_own_sentence(void **state)
{
	(void)state;
	struct bpfmap *map = NULL;
	int err = bpfmap_open_pin("/no/such/pin", 0, &map);

	assert_true(err < 0);
	assert_string_not_equal(bpfmap_errmsg(), "");
	assert_int_equal(fail_engine(err), err);
	assert_string_equal(why(), bpfmap_errmsg());
}

static void *another(void *arg)
{
	(void)arg;
	bool empty = !*why();
	fail(EPERM, "the other thread's");
	return empty ? NULL : (void *)1;
}

static void each_thread_has_its_own(void **state)
{
	(void)state;
	pthread_t thread;
	void *failed;

	fail(EINVAL, "mine");
	assert_int_equal(pthread_create(&thread, NULL, another, NULL), 0);
	pthread_join(thread, &failed);
	assert_null(failed);
	assert_string_equal(why(), "mine");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_errno_turns_negative_and_the_sentence_stays),
		cmocka_unit_test(a_percent_sign_from_outside_is_text),
		cmocka_unit_test(a_long_sentence_is_cut),
		cmocka_unit_test(the_engines_own_sentence),
		cmocka_unit_test(each_thread_has_its_own),
	};

	return cmocka_run_group_tests_name("fs_why", tests, NULL, NULL);
}
