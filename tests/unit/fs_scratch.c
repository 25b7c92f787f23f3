/* SPDX-License-Identifier: MIT */
/* Buffers per thread and slot: large enough, apart from each other, and not large for ever. */
#include "fs_help.h"

#include <malloc.h>
#include <pthread.h>

#include "fs/scratch.h"

static int clean(void **state)
{
	(void)state;
	scratch_free();
	return 0;
}

static void slots_are_apart(void **state)
{
	(void)state;
	unsigned char *all[SCRATCH_SLOTS];

	for (int i = 0; i < SCRATCH_SLOTS; i++) {
		all[i] = scratch_bytes((enum scratch_slot)i, 1000);
		assert_non_null(all[i]);
		memset(all[i], i + 1, 1000);
	}
	for (int i = 0; i < SCRATCH_SLOTS; i++) {
		for (int j = 0; j < 1000; j++)
			assert_int_equal(all[i][j], i + 1);
	}
}

static void every_size_has_room(void **state)
{
	(void)state;
	static const size_t sizes[] = { 0, 1, 255, 256, 257, 65535, 65536, 65537, 4 << 20, 1, 100000, 16, 65536 };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		void *p = scratch_bytes(SCRATCH_VALUE, sizes[i]);
		assert_non_null(p);
		memset(p, 0xa5, sizes[i]); /* AddressSanitizer knows whether that much is there */
		assert_true(malloc_usable_size(p) >= sizes[i]);
	}
}

static void the_same_buffer_serves_again(void **state)
{
	(void)state;
	void *p = scratch_bytes(SCRATCH_KEY, 1000);

	assert_ptr_equal(scratch_bytes(SCRATCH_KEY, 1000), p);
	assert_ptr_equal(scratch_bytes(SCRATCH_KEY, 10), p);
}

static void a_huge_buffer_is_given_back(void **state)
{
	(void)state;
	size_t huge = 8 << 20;

	assert_non_null(scratch_bytes(SCRATCH_VALUE, huge));
	assert_true(malloc_usable_size(scratch_bytes(SCRATCH_VALUE, 8)) < huge);
	struct text_buf *text = scratch_text(SCRATCH_LINE);
	assert_int_equal(text_reserve(text, huge), 0);
	assert_true(scratch_text(SCRATCH_LINE)->cap < huge);
}

static void texts_come_empty_and_apart(void **state)
{
	(void)state;
	struct text_buf *line = scratch_text(SCRATCH_LINE), *path = scratch_text(SCRATCH_PATH);

	assert_ptr_not_equal(line, path);
	assert_int_equal(text_append(line, "one", 3), 0);
	assert_int_equal(text_append(path, "two", 3), 0);
	assert_string_equal(line->data, "one");
	assert_int_equal(scratch_text(SCRATCH_LINE)->len, 0);
	assert_string_equal(path->data, "two");
}

static void *use_and_end(void *arg)
{
	void *mine = scratch_bytes(SCRATCH_KEY, 100);
	bool apart = mine && mine != arg;

	memset(mine, 0, 100);
	scratch_free();
	scratch_free(); /* nothing is left: nothing happens */
	return apart ? NULL : (void *)1;
}

static void each_thread_has_its_own(void **state)
{
	(void)state;
	pthread_t thread;
	void *failed, *mine = scratch_bytes(SCRATCH_KEY, 100);

	memset(mine, 7, 100);
	assert_int_equal(pthread_create(&thread, NULL, use_and_end, mine), 0);
	pthread_join(thread, &failed);
	assert_null(failed);
	assert_int_equal(((char *)mine)[99], 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(slots_are_apart, clean),
		cmocka_unit_test_teardown(every_size_has_room, clean),
		cmocka_unit_test_teardown(the_same_buffer_serves_again, clean),
		cmocka_unit_test_teardown(a_huge_buffer_is_given_back, clean),
		cmocka_unit_test_teardown(texts_come_empty_and_apart, clean),
		cmocka_unit_test_teardown(each_thread_has_its_own, clean),
	};

	return cmocka_run_group_tests_name("fs_scratch", tests, NULL, NULL);
}
