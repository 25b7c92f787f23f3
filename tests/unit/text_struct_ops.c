/* SPDX-License-Identifier: MIT */
/*
 * The values of struct_ops maps, by the running kernel's own types: state and counter, program ids where
 * the kernel has pointers to functions, texts and flags. Members are found by BTF here, not by offsets.
 */
#include "format_help.h"

static uint8_t value[1024];
static uint32_t size;

/* The byte at which a member named by its path begins. */
static uint32_t offset_of(const struct btf *btf, uint32_t id, const char *path)
{
	const char *dot = strchr(path, '.');
	size_t len = dot ? (size_t)(dot - path) : strlen(path);
	const struct btf_type *t = btf__type_by_id(btf, (uint32_t)btf__resolve_type(btf, id));

	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		const char *name = btf__name_by_offset(btf, btf_members(t)[i].name_off);

		if (strlen(name) == len && !memcmp(name, path, len))
			return btf_member_bit_offset(t, i) / 8 +
			       (dot ? offset_of(btf, btf_members(t)[i].type, dot + 1) : 0);
	}
	fail_msg("there is no member %s", path);
	return 0;
}

static struct codec *tcp_codec(const struct btf *btf, uint32_t *ret_id)
{
	int id = btf__find_by_name_kind(btf, "bpf_struct_ops_tcp_congestion_ops", BTF_KIND_STRUCT);

	if (id < 0)
		skip();
	*ret_id = (uint32_t)id;
	size = (uint32_t)btf__resolve_size(btf, (uint32_t)id);
	assert_true(size <= sizeof(value));
	memset(value, 0, sizeof(value));
	return codec_of((struct text_shape){ .key_size = 4, .value_size = size, .btf = btf,
					     .value_type = (uint32_t)id, .content = TEXT_STRUCT_OPS });
}

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' lacks '%s'", text, part);
}

static void tcp_congestion(void **state)
{
	const struct btf *btf = *state;
	uint32_t id;
	struct codec *codec = tcp_codec(btf, &id);
	const struct format_map map = { .name = "m" };
	struct text_buf out = { 0 };
	char *text;

	value[offset_of(btf, id, "common.refcnt")] = 3;
	value[offset_of(btf, id, "common.state")] = 1;
	value[offset_of(btf, id, "data.ssthresh")] = 17;
	value[offset_of(btf, id, "data.flags")] = 2;
	memcpy(value + offset_of(btf, id, "data.name"), "bpf_cubic", 9);
	assert_int_equal(value_print(codec, value, &out), 0);
	has(out.data, "common.refcnt.refs.counter=3 common.state=BPF_STRUCT_OPS_STATE_INUSE data.ssthresh=17 ");
	has(out.data, " data.cong_avoid=0 ");
	has(out.data, " data.name=bpf_cubic data.owner=0x0 data.list.next=0x0 ");
	has(out.data, " data.flags=2");
	text_free(&out);
	text = print_map("json", codec, &map, &(struct entry){ "\0\0\0", value }, 1);
	has(text, "{\"common\":{\"refcnt\":{\"refs\":{\"counter\":3}},\"state\":\"BPF_STRUCT_OPS_STATE_INUSE\"},"
		  "\"data\":{\"ssthresh\":17,");
	free(text);
	text = print_map("csv", codec, &map, &(struct entry){ "\0\0\0", value }, 1);
	has(text, "key,common.refcnt.refs.counter,common.state,data.ssthresh,");
	has(text, "\n0,3,BPF_STRUCT_OPS_STATE_INUSE,17,");
	free(text);
	text = print_map("prom", codec, &map, &(struct entry){ "\0\0\0", value }, 1);
	has(text, "\nbpf_map_m_data_ssthresh{key=\"0\"} 17\n");
	has(text, "\nbpf_map_m_common_refcnt_refs_counter{key=\"0\"} 3\n");
	free(text);
	codec_free(codec);
}

/* All of the kernel's kinds of struct_ops, with any bytes. */
static void every_kind(void **state)
{
	const struct btf *btf = *state;
	unsigned found = 0;

	for (uint32_t id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, t->name_off);
		struct text_buf out = { 0 }, again = { 0 };
		struct codec *codec;

		if (!btf_is_struct(t) || strncmp(name, "bpf_struct_ops_", 15) || btf_vlen(t) != 2 ||
		    strcmp(btf__name_by_offset(btf, btf_members(t)[1].name_off), "data") || t->size > sizeof(value))
			continue;
		codec = codec_of((struct text_shape){ .key_size = 4, .value_size = t->size, .btf = btf,
						      .value_type = id, .content = TEXT_STRUCT_OPS });
		for (uint32_t i = 0; i < t->size; i++)
			value[i] = (uint8_t)(i * 37 + id);
		assert_int_equal(value_print(codec, value, &out), 0);
		has(out.data, "common.refcnt.refs.counter=");
		memset(value, 0, sizeof(value));
		accepts(codec, out.data, TEXT_WHOLE, value);
		assert_int_equal(value_print(codec, value, &again), 0);
		assert_string_equal(out.data, again.data);
		text_free(&out);
		text_free(&again);
		assert_int_equal(cdecl_print(codec, "m", &out), 0);
		has(out.data, "m_value;");
		text_free(&out);
		codec_free(codec);
		found++;
	}
	assert_true(found > 0);
}

/* Without the content a pointer to a function is a pointer. */
static void other_pointers(void **state)
{
	const struct btf *btf = *state;
	uint32_t id;
	struct codec *codec = tcp_codec(btf, &id), *own;
	struct text_buf out = { 0 };

	own = codec_of((struct text_shape){ .key_size = 4, .value_size = size, .btf = btf, .value_type = id });
	assert_int_equal(value_print(own, value, &out), 0);
	has(out.data, " data.ssthresh=0x0 ");
	text_free(&out);
	codec_free(own);
	codec_free(codec);
}

int main(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(tcp_congestion, btf), cmocka_unit_test_prestate(every_kind, btf),
		cmocka_unit_test_prestate(other_pointers, btf),
	};
	int failed;

	if (!btf) {
		puts("SKIP: this kernel shows no BTF of its own");
		return 77;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	btf__free(btf);
	return failed;
}
