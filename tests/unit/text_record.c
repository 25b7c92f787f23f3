/* SPDX-License-Identifier: MIT */
/* Records as lines: bytes of any number, and texts in quotes. */
#include "text_help.h"

static void parses(const char *line, const char *bytes, size_t len)
{
	struct text_buf out = { 0 };
	struct text_note note = { "" };

	assert_int_equal(text_append(&out, "kept", 4), 0);
	int err = record_parse(line, strlen(line), &out, &note);
	if (err)
		fail_msg("%s: %d: %s", line, err, note.msg);
	assert_int_equal(out.len, 4 + len);
	assert_memory_equal(out.data, "kept", 4);
	assert_memory_equal(out.data + 4, bytes, len + 1); /* and a NUL */
	text_free(&out);
}

static void refuses(const char *line, const char *words)
{
	struct text_buf out = { 0 };
	struct text_note note = { "" };

	assert_int_equal(record_parse(line, strlen(line), &out, &note), -EINVAL);
	assert_int_equal(out.len, 0);
	if (!strstr(note.msg, words))
		fail_msg("%s: no \"%s\" in \"%s\"", line, words, note.msg);
	text_free(&out);
}

static void bytes(void **state)
{
	(void)state;
	parses("0x", "", 0);
	parses("0x00", "\0", 1);
	parses("0xdeadBEEF", "\xde\xad\xbe\xef", 4);
	parses("0Xff", "\xff", 1);
	refuses("0x1", "two hex digits");
	refuses("0x0g", "two hex digits");
	refuses("0x00 ", "two hex digits");
}

static void texts(void **state)
{
	(void)state;
	parses("\"\"", "", 0);
	parses("\"a b,c=d'e\"", "a b,c=d'e", 9);
	parses("\"\\x00\\xfF\\n\\t\\\\\\\"\"", "\0\xff\n\t\\\"", 6);
	parses("\"\xc3\xa4\"", "\xc3\xa4", 2);
	refuses("\"", "closing quote");
	refuses("\"a", "closing quote");
	refuses("\"a\"b", "closing quote");
	refuses("\"a\\\"", "closing quote");
	refuses("\"\\q\"", "unknown escape");
	refuses("\"\\x1\"", "unknown escape");
	refuses("\"\\", "unknown escape");
	refuses("\"\t\"", "control byte");
	refuses("", "is no record");
	refuses("7", "is no record");
	refuses("text", "is no record");
	refuses("'a'", "is no record");
}

static void all_bytes_there_and_back(void **state)
{
	uint8_t all[513];
	struct text_buf line = { 0 }, back = { 0 };
	struct text_note note;

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)(i * 7);
	for (size_t size = 0; size <= sizeof(all); size++) {
		line.len = back.len = 0;
		assert_int_equal(record_print(all, size, &line), 0);
		assert_int_equal(line.len, 2 + 2 * size);
		assert_int_equal(record_parse(line.data, line.len, &back, &note), 0);
		assert_int_equal(back.len, size);
		assert_memory_equal(back.data, all, size);
	}
	text_free(&line);
	text_free(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),
		cmocka_unit_test(texts),
		cmocka_unit_test(all_bytes_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
