/* SPDX-License-Identifier: MIT */
/* .json: the shape of bpftool's dumps, text where "Text" has text (R25). */
#include "format_help.h"

/* The value alone of a map with key 1. */
static void shows(const struct codec *codec, const void *value, const char *json)
{
	char text[1024];

	snprintf(text, sizeof(text), "[\n{\"key\":1,\"value\":%s}\n]\n", json);
	prints_entry("json", codec, &(uint32_t){ 1 }, value, text);
}

static struct codec *with_value(const struct types *t, int type, uint32_t size)
{
	return codec_pair(t, t->u32, 4, type, size);
}

static void shows_type(const struct types *t, int type, uint32_t size, const void *value, const char *json)
{
	struct codec *codec = with_value(t, type, size);

	shows(codec, value, json);
	codec_free(codec);
}

static void entries(void **state)
{
	struct types t = types_new();
	struct codec *codec = codec_pair(&t, t.u32, 4, stats_type(&t), 16);
	const uint64_t a[] = { 1, 2 }, b[] = { UINT64_MAX, 0 };
	const struct entry two[] = { { &(uint32_t){ 7 }, a }, { &(uint32_t){ UINT32_MAX }, b } };

	(void)state;
	prints_map("json", codec, NULL, 0, "[]\n");
	prints_map("json", codec, two, 2,
		   "[\n{\"key\":7,\"value\":{\"packets\":1,\"bytes\":2}},\n"
		   "{\"key\":4294967295,\"value\":{\"packets\":18446744073709551615,\"bytes\":0}}\n]\n");
	codec_free(codec);
	btf__free(t.btf);
}

static void again_from_the_start(void **state)
{
	struct codec *codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 1 });
	struct format_run *run = NULL;
	struct text_buf out = { 0 };

	(void)state;
	assert_int_equal(format_run_new(format_find("json"), codec, &(struct format_map){ .name = "m" }, &run), 0);
	for (int i = 0; i < 2; i++) {
		out.len = 0;
		assert_int_equal(format_pass(run, 0, &out), 0);
		assert_int_equal(format_entry(run, &(uint32_t){ 3 }, "\x05", &out), 0);
		assert_int_equal(format_end(run, &out), 0);
		assert_string_equal(out.data, "[\n{\"key\":3,\"value\":5}\n]\n");
	}
	text_free(&out);
	format_run_free(run);
	codec_free(codec);
}

static void scalars(void **state)
{
	struct types t = types_new();
	const uint8_t ones[16] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };

	(void)state;
	shows_type(&t, t.u8, 1, ones, "255");
	shows_type(&t, t.s8, 1, ones, "-1");
	shows_type(&t, t.s64, 8, &(int64_t){ INT64_MIN }, "-9223372036854775808");
	shows_type(&t, t.u128, 16, ones, "\"340282366920938463463374607431768211455\"");
	shows_type(&t, t.s128, 16, ones, "\"-1\"");
	shows_type(&t, t.bln, 1, "\1", "true");
	shows_type(&t, t.bln, 1, "\0", "false");
	shows_type(&t, t.bln, 1, "\2", "2");
	shows_type(&t, t.be16, 2, "\1\2", "258");
	shows_type(&t, t.be32, 4, "\12\0\0\1", "\"10.0.0.1\"");
	shows_type(&t, btf__add_ptr(t.btf, 0), 8, &(uint64_t){ 0xabc }, "\"0xabc\"");
	btf__free(t.btf);
}

static void floats(void **state)
{
	struct types t = types_new();
	int type = btf__add_float(t.btf, "double", 8);

	(void)state;
	shows_type(&t, type, 8, &(double){ 0.5 }, "0.5");
	shows_type(&t, type, 8, &(double){ -1e300 }, "-1e+300");
	shows_type(&t, type, 8, &(double){ __builtin_inf() }, "\"inf\"");
	shows_type(&t, type, 8, &(double){ -__builtin_inf() }, "\"-inf\"");
	shows_type(&t, type, 8, &(uint64_t){ 0x7ff8000000000000 }, "\"nan\"");
	shows_type(&t, type, 8, &(uint64_t){ 0x7ff8000000000001 }, "\"nan:0x7ff8000000000001\"");
	btf__free(t.btf);
}

static void enumerators(void **state)
{
	struct types t = types_new();
	int type = btf__add_enum(t.btf, "color", 4);

	(void)state;
	btf__add_enum_value(t.btf, "RED", 0);
	btf__add_enum_value(t.btf, "BLUE", 5);
	shows_type(&t, type, 4, &(uint32_t){ 5 }, "\"BLUE\"");
	shows_type(&t, type, 4, &(uint32_t){ 6 }, "6");
	btf__free(t.btf);
}

static void strings(void **state)
{
	struct types t = types_new();
	int text = array_of(&t, t.chr, 16), bytes = array_of(&t, t.u8, 3), mac = array_of(&t, t.u8, 6);
	char v[16] = "a\"b\\c\n";

	(void)state;
	shows_type(&t, text, 16, v, "\"a\\\"b\\\\c\\u000a\"");
	memset(v, 0, 16);
	shows_type(&t, text, 16, v, "\"\"");
	memcpy(v, "\0x", 3);
	shows_type(&t, text, 16, v, "\"\\u0000x\"");
	memcpy(v, "\xc3\xa9\xff\xed\xa0\x80", 7);
	shows_type(&t, text, 16, v, "\"\xc3\xa9\\u00ff\\u00ed\\u00a0\\u0080\"");
	shows_type(&t, bytes, 3, "\1\2\xff", "\"0x0102ff\"");
	shows_type(&t, mac, 6, "\1\2\3\4\5\xff", "\"01:02:03:04:05:ff\"");
	btf__free(t.btf);
}

static void lists(void **state)
{
	struct types t = types_new();
	const uint16_t six[] = { 1, 2, 3, 4, 5, 6 };
	int matrix = array_of(&t, array_of(&t, t.u16, 3), 2);

	(void)state;
	shows_type(&t, array_of(&t, t.u16, 6), 12, six, "[1,2,3,4,5,6]");
	shows_type(&t, matrix, 12, six, "[[1,2,3],[4,5,6]]");
	shows_type(&t, array_of(&t, t.u16, 1), 2, six, "[1]");
	shows_type(&t, array_of(&t, array_of(&t, t.chr, 2), 2), 4, "a\0bc", "[\"a\",\"bc\"]");
	btf__free(t.btf);
}

/* Rows of structs, with indices of two digits. */
static void arrays_of_structs(void **state)
{
	struct types t = types_new();
	int pair = btf__add_struct(t.btf, "one", 1), matrix, long_row;
	uint8_t v[22];

	(void)state;
	member(&t, "a", t.u8, 0);
	for (unsigned i = 0; i < 22; i++)
		v[i] = (uint8_t)i;
	matrix = array_of(&t, array_of(&t, pair, 2), 2);
	long_row = array_of(&t, array_of(&t, pair, 11), 2);
	shows_type(&t, array_of(&t, pair, 2), 2, v, "[{\"a\":0},{\"a\":1}]");
	shows_type(&t, matrix, 4, v, "[[{\"a\":0},{\"a\":1}],[{\"a\":2},{\"a\":3}]]");
	shows_type(&t, array_of(&t, matrix, 1), 4, v, "[[[{\"a\":0},{\"a\":1}],[{\"a\":2},{\"a\":3}]]]");
	shows_type(&t, long_row, 22, v,
		   "[[{\"a\":0},{\"a\":1},{\"a\":2},{\"a\":3},{\"a\":4},{\"a\":5},{\"a\":6},{\"a\":7},{\"a\":8},"
		   "{\"a\":9},{\"a\":10}],[{\"a\":11},{\"a\":12},{\"a\":13},{\"a\":14},{\"a\":15},{\"a\":16},"
		   "{\"a\":17},{\"a\":18},{\"a\":19},{\"a\":20},{\"a\":21}]]");
	btf__free(t.btf);
}

/* { u32 a; struct { u8 x; }; union { u16 wide; u8 narrow; }; struct bpf_spin_lock lock; } */
static void members(void **state)
{
	struct types t = types_new();
	int lock = btf__add_struct(t.btf, "bpf_spin_lock", 4), part, either, all;

	(void)state;
	member(&t, "val", t.u32, 0);
	part = btf__add_struct(t.btf, NULL, 1);
	member(&t, "x", t.u8, 0);
	either = btf__add_union(t.btf, NULL, 2);
	member(&t, "wide", t.u16, 0);
	member(&t, "narrow", t.u8, 0);
	all = btf__add_struct(t.btf, "all", 12);
	member(&t, "a", t.u32, 0);
	member(&t, "", part, 4);
	member(&t, "", either, 6);
	member(&t, "lock", lock, 8);
	shows_type(&t, all, 12, "\1\0\0\0\2\0\3\1\0\0\0\0", "{\"a\":1,\"x\":2,\"wide\":259,\"narrow\":3}");
	btf__free(t.btf);
}

static void data_section(void **state)
{
	struct types t = types_new();
	int a = btf__add_var(t.btf, "a", BTF_VAR_GLOBAL_ALLOCATED, t.u32);
	int b = btf__add_var(t.btf, "b", BTF_VAR_GLOBAL_ALLOCATED, t.u8), section;

	(void)state;
	section = btf__add_datasec(t.btf, ".bss", 8);
	btf__add_datasec_var_info(t.btf, a, 0, 4);
	btf__add_datasec_var_info(t.btf, b, 4, 1);
	shows_type(&t, section, 8, "\1\0\0\0\2\0\0\0", "{\".bss\":[{\"a\":1},{\"b\":2}]}");
	btf__free(t.btf);
}

static void per_cpu(void **state)
{
	struct types t = types_new();
	const uint64_t v[] = { 5, 6 };
	struct codec *codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 4, .cpus = 2, .btf = t.btf,
		.key_type = (uint32_t)t.u32, .value_type = (uint32_t)t.u32 });

	(void)state;
	prints_entry("json", codec, &(uint32_t){ 1 }, v,
		     "[\n{\"key\":1,\"values\":[{\"cpu\":0,\"value\":5},{\"cpu\":1,\"value\":6}]}\n]\n");
	codec_free(codec);
	btf__free(t.btf);
}

static void without_types(void **state)
{
	struct codec *number = codec_of((struct text_shape){ .key_size = 8, .value_size = 2 });
	struct codec *bytes = codec_of((struct text_shape){ .key_size = 3, .value_size = 5 });
	struct codec *lpm = codec_of((struct text_shape){ .key_size = 8, .value_size = 4, .lpm = true });

	(void)state;
	prints_entry("json", number, &(uint64_t){ UINT64_MAX }, &(uint16_t){ 9 },
		     "[\n{\"key\":18446744073709551615,\"value\":9}\n]\n");
	prints_entry("json", bytes, "\1\2\3", "\1\2\3\4\5",
		     "[\n{\"key\":\"0x010203\",\"value\":\"0x0102030405\"}\n]\n");
	prints_entry("json", lpm, "\10\0\0\0\12\1\2\3", "\1\0\0\0",
		     "[\n{\"key\":\"10.0.0.0_8\",\"value\":1}\n]\n");
	codec_free(number);
	codec_free(bytes);
	codec_free(lpm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries), cmocka_unit_test(again_from_the_start), cmocka_unit_test(scalars),
		cmocka_unit_test(floats), cmocka_unit_test(enumerators), cmocka_unit_test(strings),
		cmocka_unit_test(lists), cmocka_unit_test(arrays_of_structs), cmocka_unit_test(members),
		cmocka_unit_test(data_section), cmocka_unit_test(per_cpu), cmocka_unit_test(without_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
