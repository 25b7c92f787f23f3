/* SPDX-License-Identifier: MIT */
/* .h: declarations of keys and values that stand alone. The kernel's corpus test compiles them. */
#include "format_help.h"

static void declares(const struct codec *codec, const char *name, const char *text)
{
	struct text_buf out = { 0 };

	assert_int_equal(cdecl_print(codec, name, &out), 0);
	assert_string_equal(out.data, text);
	text_free(&out);
}

static void without_types(void **state)
{
	struct codec *codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 24 });
	struct codec *keyless = codec_of((struct text_shape){ .value_size = 8 });
	struct codec *odd = codec_of((struct text_shape){ .key_size = 3, .value_size = 2 });

	(void)state;
	declares(codec, "flows", "typedef unsigned int flows_key;\ntypedef unsigned char flows_value[24];\n");
	declares(keyless, "4-in.a", "typedef unsigned long long _4_in_a_value;\n");
	declares(odd, "m", "typedef unsigned char m_key[3];\ntypedef unsigned short m_value;\n");
	codec_free(codec);
	codec_free(keyless);
	codec_free(odd);
}

static void with_types(void **state)
{
	struct types t = types_new();
	struct codec *codec = codec_pair(&t, t.be32, 4, stats_type(&t), 16);

	(void)state;
	declares(codec, "m",
		 "typedef unsigned int __be32;\n\n"
		 "typedef __be32 m_key;\n"
		 "struct stats {\n\tunsigned long long packets;\n\tunsigned long long bytes;\n};\n\n"
		 "typedef struct stats m_value;\n");
	codec_free(codec);
	btf__free(t.btf);
}

/* Variables where they are, in whatever order the BTF has them, and the gaps between them. */
static void data_section(void **state)
{
	struct types t = types_new();
	int list = array_of(&t, t.u16, 2), a, b, section;
	struct codec *codec;

	(void)state;
	a = btf__add_var(t.btf, "a", BTF_VAR_GLOBAL_ALLOCATED, list);
	b = btf__add_var(t.btf, "b", BTF_VAR_GLOBAL_ALLOCATED, t.u8);
	section = btf__add_datasec(t.btf, ".bss", 16);
	btf__add_datasec_var_info(t.btf, a, 8, 4);
	btf__add_datasec_var_info(t.btf, b, 0, 1);
	codec = codec_of((struct text_shape){ .key_size = 4, .value_size = 16, .btf = t.btf,
					      .value_type = (uint32_t)section });
	declares(codec, "bss",
		 "typedef unsigned int bss_key;\n"
		 "typedef struct {\n\tunsigned char b;\n\tunsigned char __pad_1[7];\n\tunsigned short a[2];\n"
		 "\tunsigned char __pad_12[4];\n} __attribute__((packed)) bss_value;\n");
	codec_free(codec);
	btf__free(t.btf);
}

/* A type of another size than the map's is none of the map's. */
static void wrong_size(void **state)
{
	struct types t = types_new();
	struct codec *codec = codec_pair(&t, t.u32, 4, t.u32, 8);

	(void)state;
	declares(codec, "m", "typedef unsigned int m_key;\ntypedef unsigned long long m_value;\n");
	codec_free(codec);
	btf__free(t.btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_types), cmocka_unit_test(with_types), cmocka_unit_test(data_section),
		cmocka_unit_test(wrong_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
