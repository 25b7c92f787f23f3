/* SPDX-License-Identifier: MIT */
/* .tsv: what each line of the map's text is, and what a written line means. */
#include "format_help.h"

static void lines(void **state)
{
	struct types t = types_new();
	int key = btf__add_struct(t.btf, "key", 8);
	const uint64_t a[] = { 1, 2 };

	(void)state;
	member(&t, "saddr", t.be32, 0);
	member(&t, "port", t.u16, 4);
	struct codec *codec = codec_pair(&t, key, 8, stats_type(&t), 16);
	const struct entry two[] = { { "\12\0\0\1\5\0\0\0", a }, { "\12\0\0\1\5\0\0\1", a } };
	prints_map("tsv", codec, two, 2,
		   "saddr=10.0.0.1,port=5\tpackets=1 bytes=2\n0x0a00000105000001\tpackets=1 bytes=2\n");
	codec_free(codec);
	btf__free(t.btf);
}

/* Each line is the name and the value as they are printed alone. */
static void same_as_alone(void **state)
{
	struct types t = types_new();
	int texts = array_of(&t, array_of(&t, t.chr, 4), 2), pair = array_of(&t, t.u16, 2);
	int dense = btf__add_struct(t.btf, "dense", 16);
	uint8_t v[32] = "a\tb\0c,d\0\1\2\3\4\5\6\7\xff";

	(void)state;
	member(&t, "t", texts, 0);
	member(&t, "l", pair, 8);
	struct codec *codecs[] = {
		codec_both(&t, dense, 16),
		codec_of((struct text_shape){ .key_size = 16, .value_size = 4, .lpm = true }),
		codec_of((struct text_shape){ .key_size = 8, .value_size = 8, .cpus = 2 }),
		codec_of((struct text_shape){ .key_size = 4, .value_size = 3, .keys_are_indices = true, .max_entries = 9 }),
	};
	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		struct text_buf want = { 0 };

		assert_int_equal(name_print(codecs[i], v, &want), 0);
		assert_int_equal(text_append(&want, "\t", 1), 0);
		assert_int_equal(value_print(codecs[i], v, &want), 0);
		assert_int_equal(text_append(&want, "\n", 1), 0);
		prints_entry("tsv", codecs[i], v, v, want.data);
		text_free(&want);
		codec_free(codecs[i]);
	}
	btf__free(t.btf);
}

static int old_seven(void *arg, const void *key, void *value)
{
	*(uint32_t *)arg = *(const uint32_t *)key;
	((uint64_t *)value)[0] = 7;
	((uint64_t *)value)[1] = 8;
	return 0;
}

static int old_gone(void *arg, const void *key, void *value)
{
	(void)arg;
	(void)key;
	(void)value;
	return -ENOENT;
}

static void parsing(void **state)
{
	struct types t = types_new();
	struct codec *codec = codec_pair(&t, t.u32, 4, stats_type(&t), 16);
	struct text_note note;
	uint32_t key = 0, asked = 0;
	uint64_t v[2] = { 0 };

	(void)state;
	assert_int_equal(tsv_parse(codec, "5\tpackets=1 bytes=2", 19, &key, v, NULL, NULL, &note), TEXT_WHOLE);
	assert_int_equal(key, 5);
	assert_true(v[0] == 1 && v[1] == 2);
	assert_int_equal(tsv_parse(codec, "6\tpackets+=1", 12, &key, v, old_seven, &asked, &note), TEXT_PARTIAL);
	assert_int_equal(asked, 6);
	assert_true(v[0] == 8 && v[1] == 8);
	assert_int_equal(tsv_parse(codec, "6\tpackets=1", 11, &key, v, old_gone, NULL, &note), -ENOENT);
	codec_free(codec);
	btf__free(t.btf);
}

static void refusals(void **state)
{
	static const struct {
		const char *line;
		int err;
		const char *words;
	} rows[] = {
		{ "", -EINVAL, "empty" },
		{ "5 packets=1", -EINVAL, "no tab" },
		{ "\tpackets=1", -EINVAL, "name before it is missing" },
		{ "x\tpackets=1", -EINVAL, "'x'" },
		{ "5\t", -EINVAL, "empty" },
		{ "5\tpakets=1", -EINVAL, "'pakets'" },
		{ "5\tpackets=18446744073709551616", -ERANGE, "does not fit: packets" },
	};
	struct types t = types_new();
	struct codec *codec = codec_pair(&t, t.u32, 4, stats_type(&t), 16);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text_note note = { "" };
		uint64_t v[2] = { 0 };
		uint32_t key;

		assert_int_equal(tsv_parse(codec, rows[i].line, strlen(rows[i].line), &key, v, NULL, NULL, &note),
				 rows[i].err);
		if (!strstr(note.msg, rows[i].words))
			fail_msg("'%s' should say '%s'", note.msg, rows[i].words);
	}
	codec_free(codec);
	btf__free(t.btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines), cmocka_unit_test(same_as_alone), cmocka_unit_test(parsing),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
