/* SPDX-License-Identifier: MIT */
/* .errors: what is said of a rejection, which map's it is, that it is safe to print and bounded (R23). */
#include "fs_help.h"

#include <pthread.h>
#include <regex.h>
#include <time.h>

#include "fs/journal.h"

static int fresh(void **state)
{
	(void)state;
	journal_clear();
	return 0;
}

/* The journal as path shows it; the caller frees it. "" where it is empty. */
static char *printed(const char *path)
{
	struct text_buf out = { 0 };

	assert_int_equal(journal_print(path, &out), 0);
	return out.data ? out.data : strdup("");
}

static size_t lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void assert_like(const char *text, const char *pattern)
{
	regex_t re;

	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	if (regexec(&re, text, 0, NULL, 0))
		fail_msg("\"%s\" is not like \"%s\"", text, pattern);
	regfree(&re);
}

static void a_line_has_time_pid_path_errno_and_sentence(void **state)
{
	(void)state;
	struct tm tm = { 0 };
	time_t before = time(NULL);

	journal_add(4711, "app/flows/7", ENOSPC, "the map is full");
	char *text = printed("");
	assert_like(text, "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z\t4711\tapp/flows/7\t"
			  "ENOSPC\tthe map is full\n$");
	assert_non_null(strptime(text, "%Y-%m-%dT%H:%M:%S", &tm));
	assert_in_range(timegm(&tm), before, time(NULL));
	free(text);
}

static void an_unknown_errno_does_no_harm(void **state)
{
	(void)state;
	journal_add(1, "m", 54321, "odd");
	char *text = printed("m");
	assert_like(text, "\tm\t[^\t]+\todd\n$");
	free(text);
}

static void oldest_first_and_bounded(void **state)
{
	(void)state;
	char path[16], *text, *first;
	size_t kept;

	for (int i = 0; i < 10000; i++) {
		snprintf(path, sizeof(path), "m/%d", i);
		journal_add(1, path, EINVAL, "no");
	}
	text = printed("");
	kept = lines(text);
	assert_in_range(kept, 16, 1024);
	snprintf(path, sizeof(path), "\tm/%d\t", 10000 - (int)kept);
	first = strstr(text, path);
	assert_non_null(first);
	assert_true(first < strchr(text, '\n'));
	assert_null(strstr(text, "\tm/0\t"));
	assert_true(strstr(text, "\tm/9998\t") < strstr(text, "\tm/9999\t"));
	free(text);
	journal_clear();
	text = printed("");
	assert_string_equal(text, "");
	free(text);
}

static void a_map_sees_its_own(void **state)
{
	(void)state;
	static const char *const paths[] = { "a", "a/1", "a.raw/1", "a.clear", "ab", "ab/1", "b/a", "a/b/c" };
	static const struct { const char *of; size_t n; } want[] = {
		{ "a", 5 }, { "ab", 2 }, { "b", 1 }, { "b/a", 1 }, { "a/b", 1 }, { "c", 0 }, { "", 8 },
	};

	for (size_t i = 0; i < COUNT(paths); i++)
		journal_add(1, paths[i], EPERM, "no");
	for (size_t i = 0; i < COUNT(want); i++) {
		char *text = printed(want[i].of);
		assert_int_equal(lines(text), want[i].n);
		free(text);
	}
}

static void nothing_reaches_the_terminal(void **state)
{
	(void)state;
	char path[300] = "m/", sentence[300] = "";

	for (int c = 1; c < 256; c++) {
		path[1 + c] = (char)c;
		sentence[c - 1] = (char)c;
	}
	journal_add(1, path, EINVAL, sentence);
	char *text = printed("");
	assert_int_equal(lines(text), 1);
	for (const char *s = text; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f)
			fail_msg("control byte %#x", c);
	}
	assert_non_null(strstr(text, "\\x1b"));
	assert_non_null(strstr(text, "\\x0a"));
	assert_non_null(strstr(text, "\\x7f"));
	size_t tabs = 0;
	for (const char *s = text; *s; s++)
		tabs += *s == '\t';
	assert_int_equal(tabs, 4); /* a name cannot add a column, nor a line */
	free(text);
}

static void long_texts_are_cut(void **state)
{
	(void)state;
	char *huge = malloc(1 << 20);

	memset(huge, 'x', (1 << 20) - 1);
	huge[(1 << 20) - 1] = 0;
	for (int i = 0; i < 1000; i++)
		journal_add(1, huge, EINVAL, huge);
	char *text = printed("");
	assert_true(strlen(text) < 1 << 20);
	free(text);
	free(huge);
}

static void *add_many(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		journal_add(*(int *)arg, "m/1", EINVAL, "no");
		if (i % 100 == 0)
			free(printed("m"));
	}
	return NULL;
}

static void threads(void **state)
{
	(void)state;
	pthread_t t[4];
	int ids[4] = { 1, 2, 3, 4 };

	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, add_many, &ids[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	char *text = printed("m"), *rest = text, *line;
	while ((line = strsep(&rest, "\n")) && *line)
		assert_like(line, "Z\t[1-4]\tm/1\tEINVAL\tno$");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_line_has_time_pid_path_errno_and_sentence, fresh),
		cmocka_unit_test_setup(an_unknown_errno_does_no_harm, fresh),
		cmocka_unit_test_setup(oldest_first_and_bounded, fresh),
		cmocka_unit_test_setup(a_map_sees_its_own, fresh),
		cmocka_unit_test_setup(nothing_reaches_the_terminal, fresh),
		cmocka_unit_test_setup(long_texts_are_cut, fresh),
		cmocka_unit_test_setup_teardown(threads, fresh, fresh),
	};

	return cmocka_run_group_tests_name("fs_journal", tests, NULL, NULL);
}
