/* SPDX-License-Identifier: MIT */
/* .prom: a metric after the other, labels from the key, sums over the CPUs (R27). */
#include "format_help.h"

#define HEAD(name, of) "# HELP " name " " of "\n# TYPE " name " untyped\n"

static void metrics_in_turn(void **state)
{
	struct types t = types_new();
	int key = btf__add_struct(t.btf, "key", 8);
	const uint64_t a[] = { 1, 2 }, b[] = { 3, 4 };
	const struct entry two[] = { { "\12\0\0\1\1\0\0\0", a }, { "\12\0\0\2\2\0\0\0", b } };

	(void)state;
	member(&t, "saddr", t.be32, 0);
	member(&t, "port", t.u32, 4);
	struct codec *codec = codec_pair(&t, key, 8, stats_type(&t), 16);
	prints_map("prom", codec, two, 2,
		   HEAD("bpf_map_m_packets", "Field packets of the eBPF map m.")
		   "bpf_map_m_packets{saddr=\"10.0.0.1\",port=\"1\"} 1\n"
		   "bpf_map_m_packets{saddr=\"10.0.0.2\",port=\"2\"} 3\n"
		   HEAD("bpf_map_m_bytes", "Field bytes of the eBPF map m.")
		   "bpf_map_m_bytes{saddr=\"10.0.0.1\",port=\"1\"} 2\n"
		   "bpf_map_m_bytes{saddr=\"10.0.0.2\",port=\"2\"} 4\n");
	codec_free(codec);
	btf__free(t.btf);
}

static void scalars(void **state)
{
	struct codec *codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 8 });
	struct codec *bytes = codec_of((struct text_shape){ .key_size = 4, .value_size = 3 });

	(void)state;
	prints_entry("prom", codec, &(uint32_t){ 7 }, &(uint64_t){ 5 },
		     HEAD("bpf_map_m", "Value of the eBPF map m.") "bpf_map_m{key=\"7\"} 5\n");
	prints_entry("prom", bytes, &(uint32_t){ 7 }, "abc", "");
	codec_free(codec);
	codec_free(bytes);
}

/* What is a sample, and what is none. */
static void kinds(void **state)
{
	struct types t = types_new();
	int color = btf__add_enum(t.btf, "color", 4), dbl = btf__add_float(t.btf, "double", 8), value;
	uint8_t v[80] = { 0 };

	(void)state;
	btf__add_enum_value(t.btf, "BLUE", 5);
	int text = array_of(&t, t.chr, 4), ptr = btf__add_ptr(t.btf, 0);
	value = btf__add_struct(t.btf, "value", 80);
	member(&t, "e", color, 0);
	member(&t, "b", t.bln, 4);
	member(&t, "s", t.s16, 6);
	member(&t, "d", dbl, 8);
	member(&t, "inf", dbl, 16);
	member(&t, "nan", dbl, 24);
	member(&t, "wide", t.u128, 32);
	member(&t, "ip", t.be32, 48);
	member(&t, "name", text, 52);
	member(&t, "p", ptr, 56);
	member(&t, "port", t.be16, 64);
	v[0] = 5;
	v[4] = 1;
	memcpy(v + 6, &(int16_t){ -2 }, 2);
	memcpy(v + 8, &(double){ 0.25 }, 8);
	memcpy(v + 16, &(double){ -__builtin_inf() }, 8);
	memcpy(v + 24, &(double){ __builtin_nan("") }, 8);
	memset(v + 32, 255, 16);
	v[65] = 80;
	struct codec *codec = codec_pair(&t, t.u32, 4, value, 80);
	char *got = print_map("prom", codec, &(struct format_map){ .name = "m" },
			      &(struct entry){ &(uint32_t){ 1 }, v }, 1);
	assert_non_null(strstr(got, "\nbpf_map_m_e{key=\"1\"} 5\n"));
	assert_non_null(strstr(got, "\nbpf_map_m_b{key=\"1\"} 1\n"));
	assert_non_null(strstr(got, "\nbpf_map_m_s{key=\"1\"} -2\n"));
	assert_non_null(strstr(got, "\nbpf_map_m_d{key=\"1\"} 0.25\n"));
	assert_non_null(strstr(got, "\nbpf_map_m_inf{key=\"1\"} -Inf\n"));
	assert_non_null(strstr(got, "\nbpf_map_m_nan{key=\"1\"} NaN\n"));
	assert_non_null(strstr(got, "\nbpf_map_m_wide{key=\"1\"} 340282366920938463463374607431768211455\n"));
	assert_non_null(strstr(got, "\nbpf_map_m_port{key=\"1\"} 80\n"));
	assert_null(strstr(got, "bpf_map_m_ip"));
	assert_null(strstr(got, "bpf_map_m_name"));
	assert_null(strstr(got, "bpf_map_m_p{"));
	free(got);
	codec_free(codec);
	btf__free(t.btf);
}

static void list_index(void **state)
{
	struct types t = types_new();
	struct codec *codec = codec_pair(&t, t.u32, 4, array_of(&t, array_of(&t, t.u16, 2), 2), 8);

	(void)state;
	prints_entry("prom", codec, &(uint32_t){ 1 }, (const uint16_t[]){ 5, 6, 7, 8 },
		     HEAD("bpf_map_m", "Value of the eBPF map m.")
		     "bpf_map_m{key=\"1\",i=\"0\"} 5\nbpf_map_m{key=\"1\",i=\"1\"} 6\n"
		     "bpf_map_m{key=\"1\",i=\"2\"} 7\nbpf_map_m{key=\"1\",i=\"3\"} 8\n");
	codec_free(codec);
	btf__free(t.btf);
}

static void sums(void **state)
{
	struct types t = types_new();
	int color = btf__add_enum(t.btf, "color", 4), dbl = btf__add_float(t.btf, "double", 8), value;
	uint8_t v[64] = { 0 };

	(void)state;
	value = btf__add_struct(t.btf, "value", 32);
	member(&t, "n", t.s32, 0);
	member(&t, "e", color, 4);
	member(&t, "d", dbl, 8);
	member(&t, "w", t.u128, 16);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		memcpy(v + 32 * cpu, &(int32_t){ cpu ? -7 : 3 }, 4);
		memcpy(v + 32 * cpu + 8, &(double){ 0.5 }, 8);
		v[32 * cpu + 24] = 1;
	}
	struct codec *codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 32, .cpus = 2, .btf = t.btf,
		.key_type = (uint32_t)t.u32, .value_type = (uint32_t)value });
	prints_entry("prom", codec, &(uint32_t){ 1 }, v,
		     HEAD("bpf_map_m_n", "Field n of the eBPF map m.") "bpf_map_m_n{key=\"1\"} -4\n"
		     HEAD("bpf_map_m_d", "Field d of the eBPF map m.") "bpf_map_m_d{key=\"1\"} 1\n"
		     HEAD("bpf_map_m_w", "Field w of the eBPF map m.") "bpf_map_m_w{key=\"1\"} 36893488147419103232\n");
	codec_free(codec);
	btf__free(t.btf);
}

/* Names and labels that clash, with each other and with those that the format adds. */
static void clashes(void **state)
{
	struct types t = types_new();
	int list = array_of(&t, t.u16, 1), inner = btf__add_struct(t.btf, NULL, 1), key, value;
	struct format_map map = { .name = "a.b-c", .path = "dir/\"x\"" };

	(void)state;
	member(&t, "b", t.u8, 0);
	key = btf__add_struct(t.btf, "key", 4);
	member(&t, "i", t.u8, 0);
	member(&t, "path", t.u8, 1);
	member(&t, "__x", t.u8, 2);
	member(&t, "_x", t.u8, 3);
	value = btf__add_struct(t.btf, "value", 6);
	member(&t, "a", inner, 0);
	member(&t, "a_b", t.u8, 1);
	member(&t, "a_b_2", t.u8, 2);
	member(&t, "v", list, 4);
	struct codec *codec = codec_pair(&t, key, 4, value, 6);
	char *got = print_map("prom", codec, &map, &(struct entry){ "\1\2\3\4", "\1\2\3\0\4\0" }, 1);
	assert_non_null(strstr(got, "\nbpf_map_a_b_c_a_b{path=\"dir/\\\"x\\\"\",i_2=\"1\",path_2=\"2\","
				    "_x=\"3\",_x_2=\"4\"} 1\n"));
	assert_non_null(strstr(got, "\nbpf_map_a_b_c_a_b_2{path="));
	assert_non_null(strstr(got, "\nbpf_map_a_b_c_a_b_2_2{path="));
	assert_non_null(strstr(got, "_x_2=\"4\",i=\"0\"} 4\n"));
	free(got);
	codec_free(codec);
	btf__free(t.btf);
}

/* Every key has labels of its own, whatever its bytes. */
static void label_texts(void **state)
{
	struct types t = types_new();
	struct codec *codec = codec_pair(&t, array_of(&t, t.chr, 8), 8, t.u8, 1);
	static const struct {
		char key[9];
		const char *label;
	} rows[] = {
		{ "plain", "plain" }, { "a b", "a b" }, { "q\"", "q\\\"" }, { "back\\", "back\\\\\\\\" }, { "\n", "\\\\x0a" },
		{ "\xff", "\\\\xff" }, { "\xc3\xa9", "\xc3\xa9" }, { "", "" }, { "\0x", "\\\\x00x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char want[200];

		snprintf(want, sizeof(want), HEAD("bpf_map_m", "Value of the eBPF map m.") "bpf_map_m{key=\"%s\"} 1\n",
			 rows[i].label);
		prints_entry("prom", codec, rows[i].key, "\1", want);
	}
	codec_free(codec);
	btf__free(t.btf);
}

/* Two keys that differ in their padding alone. */
static void padding(void **state)
{
	struct types t = types_new();
	int key = btf__add_struct(t.btf, "key", 4);

	(void)state;
	member(&t, "a", t.u8, 0);
	member(&t, "b", t.u16, 2);
	struct codec *codec = codec_pair(&t, key, 4, t.u8, 1);
	const struct entry two[] = { { "\1\0\2\0", "\1" }, { "\1\7\2\0", "\2" } };
	prints_map("prom", codec, two, 2,
		   HEAD("bpf_map_m", "Value of the eBPF map m.")
		   "bpf_map_m{a=\"1\",b=\"2\"} 1\nbpf_map_m{key=\"0x01070200\"} 2\n");
	codec_free(codec);
	btf__free(t.btf);
}

static void help_text(void **state)
{
	struct codec *codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 8 });
	struct format_map map = { .name = "a\\b\nc" };
	char *got = print_map("prom", codec, &map, NULL, 0);

	(void)state;
	assert_string_equal(got, HEAD("bpf_map_a_b_c", "Value of the eBPF map a\\\\\\\\b\\\\x0ac."));
	free(got);
	codec_free(codec);
}

/* Two maps of one name in a directory: each metric once, with the samples of both below it. */
static void merged(void **state)
{
	struct types t = types_new();
	struct codec *codec = codec_pair(&t, t.u32, 4, stats_type(&t), 16);
	struct format_run *runs[2];
	struct text_buf out = { 0 };
	const uint64_t v[] = { 1, 2 };

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(format_run_new(format_find("prom"), codec,
						&(struct format_map){ .name = "m", .path = i ? "b/m" : "a/m" }, &runs[i]), 0);
	assert_int_equal(format_passes(runs[0]), 2);
	assert_string_equal(prom_metric(runs[0], 1), "bpf_map_m_bytes");
	assert_null(prom_metric(runs[0], 2));
	assert_int_equal(prom_head(runs[0], 1, &out), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(prom_pass(runs[i], 1), 0);
		assert_int_equal(format_entry(runs[i], &(uint32_t){ 1 }, v, &out), 0);
		format_run_free(runs[i]);
	}
	assert_string_equal(out.data, HEAD("bpf_map_m_bytes", "Field bytes of the eBPF map m.")
				      "bpf_map_m_bytes{path=\"a/m\",key=\"1\"} 2\n"
				      "bpf_map_m_bytes{path=\"b/m\",key=\"1\"} 2\n");
	text_free(&out);
	codec_free(codec);
	btf__free(t.btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_in_turn), cmocka_unit_test(scalars), cmocka_unit_test(kinds),
		cmocka_unit_test(list_index), cmocka_unit_test(sums), cmocka_unit_test(clashes),
		cmocka_unit_test(label_texts), cmocka_unit_test(padding), cmocka_unit_test(help_text),
		cmocka_unit_test(merged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
