/* SPDX-License-Identifier: MIT */
/* .csv: RFC 4180 quoting with LF, key columns before value columns, a row per CPU (R26). */
#include "format_help.h"

static void structs_and_scalars(void **state)
{
	struct types t = types_new();
	struct codec *codec = codec_pair(&t, t.u32, 4, stats_type(&t), 16);
	struct codec *plain = codec_of((struct text_shape){ .key_size = 4, .value_size = 8 });
	const uint64_t a[] = { 1, 2 }, b[] = { 3, 4 };
	const struct entry two[] = { { &(uint32_t){ 7 }, a }, { &(uint32_t){ 8 }, b } };

	(void)state;
	prints_map("csv", codec, two, 2, "key,packets,bytes\n7,1,2\n8,3,4\n");
	prints_map("csv", plain, two, 1, "key,value\n7,1\n");
	prints_map("csv", codec, NULL, 0, "key,packets,bytes\n");
	codec_free(codec);
	codec_free(plain);
	btf__free(t.btf);
}

/* What the key is called, the value is not. */
static void clashes(void **state)
{
	struct types t = types_new();
	int inner = btf__add_struct(t.btf, NULL, 1), key, value;

	(void)state;
	member(&t, "a", t.u8, 0);
	key = btf__add_struct(t.btf, "key", 3);
	member(&t, "a", t.u8, 0);
	member(&t, "value", inner, 1);
	member(&t, "cpu", t.u8, 2);
	value = btf__add_struct(t.btf, "value", 3);
	member(&t, "a", t.u8, 0);
	member(&t, "b", t.u8, 1);
	member(&t, "cpu", t.u8, 2);
	struct codec *codec = codec_pair(&t, key, 3, value, 3);
	prints_entry("csv", codec, "\1\2\3", "\4\5\6", "a,value.a,cpu,value.value.a,b,value.cpu\n1,2,3,4,5,6\n");
	codec_free(codec);
	codec = codec_of((struct text_shape){ .key_size = 3, .value_size = 3, .cpus = 1, .btf = t.btf,
					      .key_type = (uint32_t)key, .value_type = (uint32_t)value });
	prints_entry("csv", codec, "\1\2\3", "\4\5\6\0\0\0\0",
		     "a,value.a,cpu,value.cpu,value.value.a,b,value.value.cpu\n1,2,3,0,4,5,6\n");
	codec_free(codec);
	btf__free(t.btf);
}

static void quoting(void **state)
{
	struct types t = types_new();
	int text = array_of(&t, t.chr, 8);
	struct codec *codec = codec_pair(&t, t.u32, 4, text, 8);
	static const struct {
		char value[9];
		const char *cell;
	} rows[] = {
		{ "plain", "plain" },         { "a b", "a b" },       { "a,b", "\"a,b\"" },
		{ "\"q\"", "\"\"\"q\"\"\"" }, { "a\nb", "\"a\nb\"" }, { "", "\"\"" },
		{ "\r", "\"\r\"" },           { "\xff", "\"\"\"\\xff\"\"\"" }, { "a\0b", "\"\"\"a\\x00b\"\"\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char want[64];

		snprintf(want, sizeof(want), "key,value\n1,%s\n", rows[i].cell);
		prints_entry("csv", codec, &(uint32_t){ 1 }, rows[i].value, want);
	}
	codec_free(codec);
	btf__free(t.btf);
}

static void lists_are_one_column(void **state)
{
	struct types t = types_new();
	struct codec *codec = codec_pair(&t, t.u32, 4, array_of(&t, t.u16, 3), 6);

	(void)state;
	prints_entry("csv", codec, &(uint32_t){ 1 }, (const uint16_t[]){ 1, 2, 3 }, "key,value\n1,\"1,2,3\"\n");
	codec_free(codec);
	btf__free(t.btf);
}

static void per_cpu(void **state)
{
	struct types t = types_new();
	const uint64_t v[] = { 1, 2, 3, 4 };
	struct codec *codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 16, .cpus = 2, .btf = t.btf,
		.key_type = (uint32_t)t.u32, .value_type = (uint32_t)stats_type(&t) });
	const struct entry two[] = { { &(uint32_t){ 7 }, v }, { &(uint32_t){ 88 }, v } };

	(void)state;
	prints_map("csv", codec, two, 2,
		   "key,cpu,packets,bytes\n7,0,1,2\n7,1,3,4\n88,0,1,2\n88,1,3,4\n");
	codec_free(codec);
	btf__free(t.btf);
}

static void addresses(void **state)
{
	struct codec *lpm = codec_of((struct text_shape){ .key_size = 8, .value_size = 3, .lpm = true });

	(void)state;
	prints_entry("csv", lpm, "\10\0\0\0\12\1\2\3", "\1\2\3", "key,value\n10.0.0.0_8,0x010203\n");
	codec_free(lpm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structs_and_scalars), cmocka_unit_test(clashes), cmocka_unit_test(quoting),
		cmocka_unit_test(lists_are_one_column), cmocka_unit_test(per_cpu), cmocka_unit_test(addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
