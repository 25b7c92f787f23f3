/* SPDX-License-Identifier: MIT */
/* From write(2) to lines (R2): which write completes which line, and what is kept for the next. */
#include "fs_help.h"

#include "fs/file.h"
#include "fs/why.h"

#define WHOLE 4096  /* R2: a shorter write is complete without a newline */
#define LIMIT 20000 /* a line's longest tail */

static struct file file;
static struct text_buf got; /* what lines() was given: a '|' before each call */
static int calls, answer;

static int take(struct file *of, const char *text, size_t len)
{
	assert_ptr_equal(of, &file);
	calls++;
	assert_int_equal(text_append(&got, "|", 1), 0);
	assert_int_equal(text_append(&got, text, len), 0);
	return answer;
}

static int fresh(void **state)
{
	(void)state;
	text_free(&file.pending);
	text_free(&got);
	calls = answer = 0;
	why_clear();
	return 0;
}

static int give(const char *text)
{
	return file_gather_lines(&file, text, strlen(text), LIMIT, take);
}

static const char *so_far(void)
{
	return got.data ? got.data : "";
}

/* n times c, and end after it; the caller frees it. */
static char *run(size_t n, char c, const char *end)
{
	char *text = malloc(n + strlen(end) + 1);

	memset(text, c, n);
	strcpy(text + n, end);
	return text;
}

static void give_run(size_t n, char c, const char *end, int want)
{
	char *text = run(n, c, end);

	assert_int_equal(give(text), want);
	free(text);
}

static void a_short_write_is_complete(void **state)
{
	(void)state;
	assert_int_equal(give("5\n"), 0);
	assert_int_equal(give("6"), 0);
	assert_int_equal(give("7\n8"), 0);
	assert_int_equal(give("\n"), 0);
	assert_string_equal(so_far(), "|5\n|6|7\n8|\n");
	assert_int_equal(file.pending.len, 0);
}

static void nothing_written_is_nothing(void **state)
{
	(void)state;
	assert_int_equal(give(""), 0);
	assert_int_equal(calls, 0);
}

static void the_edge_of_a_short_write(void **state)
{
	(void)state;
	give_run(WHOLE - 1, 'x', "", 0);
	assert_int_equal(calls, 1);
	assert_int_equal(file.pending.len, 0);
	give_run(WHOLE, 'x', "", 0);
	assert_int_equal(calls, 1);
	assert_int_equal(file.pending.len, WHOLE);
	assert_int_equal(give("\n"), 0);
	assert_int_equal(calls, 2);
	assert_int_equal(file.pending.len, 0);
	assert_int_equal(got.len, 1 + WHOLE - 1 + 1 + WHOLE + 1);
}

static void a_long_write_with_its_newline_is_complete(void **state)
{
	(void)state;
	give_run(2 * WHOLE, 'x', "\n", 0);
	assert_int_equal(calls, 1);
	assert_int_equal(got.len, 1 + 2 * WHOLE + 1);
	assert_int_equal(file.pending.len, 0);
}

static void a_value_in_pieces_comes_in_one(void **state)
{
	(void)state;
	give_run(WHOLE, 'a', "", 0);
	give_run(WHOLE, 'b', "", 0);
	assert_int_equal(calls, 0);
	assert_int_equal(give("c\n"), 0);
	assert_int_equal(calls, 1);
	assert_int_equal(got.len, 1 + 2 * WHOLE + 2);
	assert_memory_equal(got.data + WHOLE - 2, "aaabbb", 6);
	assert_string_equal(got.data + got.len - 3, "bc\n");
}

static void a_short_last_piece_completes_without_a_newline(void **state)
{
	(void)state;
	give_run(WHOLE, 'a', "", 0);
	assert_int_equal(give("b"), 0);
	assert_int_equal(calls, 1);
	assert_string_equal(got.data + got.len - 2, "ab");
}

static void whole_lines_go_and_the_tail_waits(void **state)
{
	(void)state;
	char *text = run(WHOLE, 'x', "");

	memcpy(text, "1\n2\n", 4);
	assert_int_equal(give(text), 0);
	assert_string_equal(so_far(), "|1\n2\n");
	assert_int_equal(file.pending.len, WHOLE - 4);
	assert_int_equal(give("\n"), 0);
	assert_int_equal(calls, 2);
	assert_int_equal(got.len, 5 + 1 + WHOLE - 4 + 1);
	free(text);
}

static void bytes_are_bytes(void **state)
{
	(void)state;
	assert_int_equal(file_gather_lines(&file, "a\0b\n", 4, LIMIT, take), 0);
	assert_int_equal(got.len, 5);
	assert_memory_equal(got.data, "|a\0b\n", 5);
}

static void a_tail_has_a_limit(void **state)
{
	(void)state;
	size_t n = 0;

	for (; n + WHOLE <= LIMIT; n += WHOLE)
		give_run(WHOLE, 'x', "", 0);
	give_run(WHOLE, 'x', "", -EINVAL);
	assert_string_not_equal(why(), "");
	assert_int_equal(calls, 0);
	assert_int_equal(file.pending.len, 0); /* and the next line starts afresh */
	assert_int_equal(give("5\n"), 0);
	assert_string_equal(so_far(), "|5\n");
}

/* R21: a rejected write changes nothing. */
static void a_write_with_too_long_a_tail_applies_nothing(void **state)
{
	(void)state;
	char *text = run(LIMIT + 100, 'x', "");

	text[1] = '\n';
	assert_int_equal(give(text), -EINVAL);
	assert_int_equal(calls, 0);
	free(text);
}

static void an_error_is_passed_on_and_forgets_the_tail(void **state)
{
	(void)state;
	char *text = run(WHOLE, 'x', "");

	answer = -ERANGE;
	assert_int_equal(give("5\n"), -ERANGE);
	text[1] = '\n';
	assert_int_equal(give(text), -ERANGE);
	assert_int_equal(file.pending.len, 0);
	answer = 0;
	give_run(WHOLE, 'y', "", 0);
	answer = -ENOSPC;
	assert_int_equal(give("\n"), -ENOSPC);
	assert_int_equal(file.pending.len, 0);
	answer = 0;
	assert_int_equal(give("6\n"), 0);
	assert_string_equal(got.data + got.len - 3, "|6\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_short_write_is_complete, fresh),
		cmocka_unit_test_setup(nothing_written_is_nothing, fresh),
		cmocka_unit_test_setup(the_edge_of_a_short_write, fresh),
		cmocka_unit_test_setup(a_long_write_with_its_newline_is_complete, fresh),
		cmocka_unit_test_setup(a_value_in_pieces_comes_in_one, fresh),
		cmocka_unit_test_setup(a_short_last_piece_completes_without_a_newline, fresh),
		cmocka_unit_test_setup(whole_lines_go_and_the_tail_waits, fresh),
		cmocka_unit_test_setup(bytes_are_bytes, fresh),
		cmocka_unit_test_setup(a_tail_has_a_limit, fresh),
		cmocka_unit_test_setup(a_write_with_too_long_a_tail_applies_nothing, fresh),
		cmocka_unit_test_setup_teardown(an_error_is_passed_on_and_forgets_the_tail, fresh, fresh),
	};

	return cmocka_run_group_tests_name("fs_lines", tests, NULL, NULL);
}
