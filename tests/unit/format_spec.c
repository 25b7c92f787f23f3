/* SPDX-License-Identifier: MIT */
/* .spec: lines into specifications and back, types into BTF and back, sentences for what is wrong (R28). */
#include <linux/bpf.h>

#include "spectext.h"
#include "text_help.h"

static struct spec_parsed *parsed(const char *line)
{
	struct spec_parsed *spec = NULL;
	struct text_note note = { "" };

	if (spec_parse(line, strlen(line), &spec, &note))
		fail_msg("%s: %s", line, note.msg);
	return spec;
}

static struct bpfmap_info info_of(const struct bpfmap_spec *spec)
{
	struct bpfmap_info info = {
		.size = sizeof(info), .type = spec->type, .key_size = spec->key_size, .value_size = spec->value_size,
		.max_entries = spec->max_entries, .flags = spec->flags, .map_extra = spec->map_extra,
		.btf_key_type_id = spec->key_type_id, .btf_value_type_id = spec->value_type_id,
	};

	if (spec->name)
		strcpy(info.name, spec->name);
	return info;
}

/* What a map made from the line would print. */
static char *printed(const char *line)
{
	struct spec_parsed *spec = parsed(line);
	struct bpfmap_info info = info_of(&spec->spec), inner_info;
	struct spec_source inner = { .info = &inner_info }, source = { .info = &info, .btf = spec->btf };
	struct text_buf out = { 0 };

	if (spec->inner) {
		inner_info = info_of(&spec->inner->spec);
		inner.btf = spec->inner->btf;
		source.inner = &inner;
	}
	assert_int_equal(spec_print(&source, &out), 0);
	spec_parsed_free(spec);
	return out.data;
}

static void becomes(const char *line, const char *text)
{
	char *got = printed(line);

	assert_string_equal(got, text);
	free(got);
}

static void keeps(const char *line)
{
	becomes(line, line);
}

/* ---- lines ---- */

static void fields(void **state)
{
	struct spec_parsed *spec = parsed("type=lru_hash key_size=4 value_size=0x8 max_entries=1024 "
					  "flags=no_common_lru,zero_seed map_extra=3 numa_node=1 name=a.b_C\n");

	(void)state;
	assert_int_equal(spec->spec.size, sizeof(spec->spec));
	assert_int_equal(spec->spec.type, BPF_MAP_TYPE_LRU_HASH);
	assert_int_equal(spec->spec.key_size, 4);
	assert_int_equal(spec->spec.value_size, 8);
	assert_int_equal(spec->spec.max_entries, 1024);
	assert_int_equal(spec->spec.flags, BPF_F_NO_COMMON_LRU | BPF_F_ZERO_SEED);
	assert_int_equal(spec->spec.map_extra, 3);
	assert_true(spec->spec.has_numa_node);
	assert_int_equal(spec->spec.numa_node, 1);
	assert_string_equal(spec->spec.name, "a.b_C");
	assert_null(spec->spec.btf);
	spec_parsed_free(spec);
}

static void lines(void **state)
{
	(void)state;
	keeps("type=hash key=u32 value={packets:u64,bytes:u64} max_entries=1024");
	keeps("type=hash key_size=4 value_size=12 max_entries=3 flags=no_prealloc name=x");
	keeps("type=queue value_size=8 max_entries=5");
	keeps("type=bloom_filter value=u32 max_entries=5 map_extra=3");
	keeps("type=ringbuf max_entries=4096");
	keeps("type=array_of_maps key_size=4 value_size=4 max_entries=2 "
	      "inner={type=array key=u32 value={a:u8} max_entries=1}");
	becomes("max_entries=0x10  value=u8\tkey={ a : u8 , b : u16 } type=hash",
		"type=hash key={a:u8,b:u16} value=u8 max_entries=16");
	/* a side without a type beside one that has it shows the same text either way */
	becomes("type=hash key_size=4 value={a:u8} max_entries=1", "type=hash key=u32 value={a:u8} max_entries=1");
	becomes("type=hash key_size=5 value={a:u8} max_entries=1", "type=hash key=bytes[5] value={a:u8} max_entries=1");
	becomes("type=hash key=u8 value_size=24 max_entries=1", "type=hash key=u8 value=bytes[24] max_entries=1");
	becomes("type=hash key=u32 key_size=4 value=u8 max_entries=1", "type=hash key=u32 value=u8 max_entries=1");
	becomes("type=array key=u32 value=u32 max_entries=1 flags=0", "type=array key=u32 value=u32 max_entries=1");
}

/* ---- types ---- */

static void types_come_back(void **state)
{
	static const char *const types[] = {
		"u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "bool", "char", "be16", "be32", "be64",
		"ipv4", "ipv6", "mac", "char[16]", "char[4][16]", "bytes[3]", "bytes[2][3]", "mac[2]", "mac[2][3]",
		"u32[5]", "u32[2][3]", "be16[2]", "ipv6[2]", "{a:u8}", "{a:u8,b:u64,c:u16}",
		"{a:{b:{c:u32}},d:{e:u8}[2][2]}", "{v:ipv4,w:ipv6,x:mac,t:char[7]}", "{p:u32,a:be32}[3]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char line[200];

		snprintf(line, sizeof(line), "type=hash key=%s value=%s max_entries=1", types[i], types[i]);
		keeps(line);
	}
	becomes("type=hash key=u8[3] value=bytes[6] max_entries=1", "type=hash key=bytes[3] value=mac max_entries=1");
}

/* Sizes, offsets and names as C has them, seen through libbpf. */
static void types_are_real(void **state)
{
	struct spec_parsed *spec = parsed("type=hash key=be16 value={a:u8,b:u64,c:s16[3],d:{e:be64,f:bool}} max_entries=1");
	const struct btf_type *t = btf__type_by_id(spec->btf, spec->spec.value_type_id);
	static const struct {
		const char *name;
		uint32_t offset;
	} members[] = { { "a", 0 }, { "b", 8 }, { "c", 16 }, { "d", 24 } };

	(void)state;
	assert_int_equal(spec->spec.key_size, 2);
	assert_int_equal(spec->spec.value_size, 40);
	assert_true(btf_is_struct(t));
	assert_int_equal(t->size, 40);
	assert_int_equal(btf_vlen(t), 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_string_equal(btf__name_by_offset(spec->btf, btf_members(t)[i].name_off), members[i].name);
		assert_int_equal(btf_member_bit_offset(t, i), members[i].offset * 8);
	}
	t = btf__type_by_id(spec->btf, spec->spec.key_type_id);
	assert_true(btf_is_typedef(t));
	assert_string_equal(btf__name_by_offset(spec->btf, t->name_off), "__be16");
	spec_parsed_free(spec);
}

/* A type is in the BTF once, however often it is said. */
static void types_are_shared(void **state)
{
	struct spec_parsed *spec = parsed("type=hash key={a:ipv4,b:ipv6,c:u8[2]} value={a:ipv4,b:ipv6,c:u8[2]} "
					  "max_entries=1");
	unsigned found = 0;

	(void)state;
	for (uint32_t id = 1; id < btf__type_cnt(spec->btf); id++) {
		const struct btf_type *t = btf__type_by_id(spec->btf, id);
		const char *name = btf__name_by_offset(spec->btf, t->name_off);

		found += btf_is_struct(t) && (!strcmp(name, "in_addr") || !strcmp(name, "in6_addr"));
	}
	assert_int_equal(found, 2);
	spec_parsed_free(spec);
}

/* ---- what the grammar cannot say ---- */

static char *line_of(const struct types *t, int key, uint32_t key_size, int value, uint32_t value_size)
{
	struct bpfmap_info info = { .type = BPF_MAP_TYPE_HASH, .key_size = key_size, .value_size = value_size,
				    .max_entries = 1, .btf_key_type_id = (uint32_t)key, .btf_value_type_id = (uint32_t)value };
	struct text_buf out = { 0 };

	assert_int_equal(spec_print(&(struct spec_source){ .info = &info, .btf = t->btf }, &out), 0);
	return out.data;
}

static void unsayable(const struct types *t, int type, uint32_t size)
{
	char *line = line_of(t, t->u32, 4, type, size), *again;

	assert_non_null(strstr(line, " btf="));
	assert_null(strstr(line, " value="));
	again = printed(line);
	assert_string_equal(again, line);
	free(line);
	free(again);
}

static void blobs(void **state)
{
	struct types t = types_new();
	int color = btf__add_enum(t.btf, "color", 4), either, bits, lock, gap, tagged, node;

	(void)state;
	btf__add_enum_value(t.btf, "RED", 0);
	either = btf__add_union(t.btf, "either", 4);
	member(&t, "a", t.u32, 0);
	member(&t, "b", t.u8, 0);
	bits = btf__add_struct(t.btf, "bits", 4);
	btf__add_field(t.btf, "low", t.u32, 0, 3);
	lock = btf__add_struct(t.btf, "bpf_spin_lock", 4);
	member(&t, "val", t.u32, 0);
	gap = btf__add_struct(t.btf, "gap", 8);
	member(&t, "late", t.u16, 4);
	node = btf__add_struct(t.btf, "node", 8);
	tagged = btf__add_struct(t.btf, "tagged", 8);
	member(&t, "head", node, 0);
	btf__add_decl_tag(t.btf, "contains:gap:late", tagged, 0);
	unsayable(&t, color, 4);
	unsayable(&t, either, 4);
	unsayable(&t, bits, 4);
	unsayable(&t, lock, 4);
	unsayable(&t, gap, 8);
	unsayable(&t, t.u128, 16);
	unsayable(&t, btf__add_ptr(t.btf, 0), 8);
	unsayable(&t, btf__add_float(t.btf, "double", 8), 8);
	btf__free(t.btf);
}

/* A pointer takes no more along than its struct's name. */
static void blobs_are_small(void **state)
{
	struct types t = types_new();
	int secret = btf__add_struct(t.btf, "pointed_at", 8), value, pointer;
	struct spec_parsed *spec;
	char *line;

	(void)state;
	member(&t, "secret_member", t.u64, 0);
	pointer = btf__add_ptr(t.btf, secret);
	value = btf__add_struct(t.btf, "value", 16);
	member(&t, "p", pointer, 0);
	member(&t, "n", t.s16, 8);
	line = line_of(&t, t.u32, 4, value, 16);
	spec = parsed(line);
	assert_true(btf__find_by_name_kind(spec->btf, "pointed_at", BTF_KIND_STRUCT) > 0);
	assert_true(btf__find_by_name_kind(spec->btf, "unsigned short", BTF_KIND_INT) < 0);
	assert_int_equal(btf__type_cnt(spec->btf), 1 + 5);
	assert_true(btf__find_str(spec->btf, "secret_member") < 0);
	assert_string_equal(btf__name_by_offset(spec->btf, btf__type_by_id(spec->btf, spec->spec.value_type_id)->name_off),
			    "value");
	spec_parsed_free(spec);
	free(line);
	btf__free(t.btf);
}

/* ---- refusals ---- */

static void refuses(const char *line, int err, const char *words)
{
	struct spec_parsed *spec = NULL;
	struct text_note note = { "" };
	int got = spec_parse(line, strlen(line), &spec, &note);

	if (got != err || !strstr(note.msg, words))
		fail_msg("'%s' gave %d, not %d: '%s' should say '%s'", line, got, err, note.msg, words);
	assert_null(spec);
}

static void refusals(void **state)
{
	(void)state;
	refuses("", -EINVAL, "type= is missing");
	refuses("key=u32", -EINVAL, "type= is missing");
	refuses("type=hahs key=u32 value=u32", -EINVAL, "no map type 'hahs'");
	refuses("type=hash key", -EINVAL, "'key' is no field");
	refuses("type=hash keys=u32", -EINVAL, "no field 'keys'");
	refuses("type=hash type=hash", -EINVAL, "type is given twice");
	refuses("type=hash key= value=u8", -EINVAL, "key= has nothing after it");
	refuses("type=hash value=u8 max_entries=1", -EINVAL, "type=hash needs key=");
	refuses("type=hash key=u8 max_entries=1", -EINVAL, "type=hash needs value=");
	refuses("type=queue key=u8 value=u8 max_entries=1", -EINVAL, "type=queue has no keys");
	refuses("type=hash key=u8 value=u8 max_entries=x", -EINVAL, "'x' is no number: max_entries is 0 to 4294967295");
	refuses("type=hash key=u8 value=u8 max_entries=4294967296", -ERANGE, "does not fit");
	refuses("type=hash key=u8 value=u8 max_entries=-1", -ERANGE, "does not fit");
	refuses("type=hash key=u8 value=u8 flags=no_preallok", -EINVAL, "no flag 'no_preallok'");
	refuses("type=hash key=u8 value=u8 flags=no_prealloc,", -EINVAL, "no flag ''");
	refuses("type=hash key=u8 value=u8 flags=numa_node", -EINVAL, "needs numa_node=N");
	refuses("type=hash key=u8 value=u8 name=sixteen_letters_", -EINVAL, "no map's name");
	refuses("type=hash key=u8 value=u8 name=a/b", -EINVAL, "no map's name");
	refuses("type=hash key=u8 key_size=2 value=u8", -EINVAL, "key=u8 has 1 bytes");
	refuses("type=hash_of_maps key=u32 max_entries=1", -EINVAL, "needs inner={");
	refuses("type=hash key=u32 value=u32 inner={type=array key=u32 value=u8}", -EINVAL, "leave inner={…} out");
	refuses("type=hash_of_maps key=u32 inner=array", -EINVAL, "inner={type=");
	refuses("type=hash_of_maps key=u32 inner={key=u32}", -EINVAL, "inner: type= is missing");
	refuses("type=hash_of_maps key=u32 inner={type=hash_of_maps key=u32 inner={type=queue}}", -EINVAL, "within inner");
	refuses("type=hash key={a:u8 value=u8", -EINVAL, "braces do not match");
	refuses("type=hash key=a:u8} value=u8", -EINVAL, "braces do not match");
	refuses("type=hash key_size=4 value_size=4 key_type_id=1", -EINVAL, "btf=BASE64");
	refuses("type=hash key=u8 btf=AAAA key_type_id=1", -EINVAL, "not from both");
	refuses("type=hash btf=AAAA", -EINVAL, "needs key_type_id=");
	refuses("type=struct_ops key_size=4 value_size=256 max_entries=1", -EINVAL, "needs kernel_value=NAME");
	refuses("type=struct_ops kernel_value=task_struct", -EINVAL, "this kernel has no 'task_struct'");
	refuses("type=struct_ops kernel_value=bpf_struct_ops_no_such", -EINVAL, "this kernel has no");
	refuses("type=hash kernel_value=bpf_struct_ops_tcp_congestion_ops key=u32", -EINVAL, "for struct_ops");
	refuses("type=struct_ops kernel_value=bpf_struct_ops_tcp_congestion_ops value=u32", -EINVAL, "leave key");
	refuses("type=hash btf=A key_type_id=1", -EINVAL, "not base64");
	refuses("type=hash btf=AAAA key_type_id=1", -EINVAL, "of no BTF");
}

static void refused_types(void **state)
{
	static const struct {
		const char *type;
		int err;
		const char *words;
	} rows[] = {
		{ "u33", -EINVAL, "no type 'u33'" },
		{ "bytes", -EINVAL, "[N]" },
		{ "u8[0]", -EINVAL, "N is 1 or more" },
		{ "u8[x]", -EINVAL, "'x' is no number of items" },
		{ "u8[3", -EINVAL, "']'" },
		{ "u8[4294967296]", -ERANGE, "too large" },
		{ "u64[100000][100000]", -ERANGE, "too large" },
		{ "u8]", -EINVAL, "']': there should be nothing more" },
		{ "{}", -EINVAL, "'}': there should be a field" },
		{ "{a:u8,}", -EINVAL, "'}': there should be a field" },
		{ "{a}", -EINVAL, "'}': there should be ':'" },
		{ "{a:}", -EINVAL, "'}': there should be a type" },
		{ "{1a:u8}", -EINVAL, "'1a' is no field's name" },
		{ "{a:u8,a:u8}", -EINVAL, "a is given twice" },
		{ "{a:u8;b:u8}", -EINVAL, "';b:u8}': there should be ','" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char line[200];

		snprintf(line, sizeof(line), "type=hash key=u8 value=%s max_entries=1", rows[i].type);
		refuses(line, rows[i].err, rows[i].words);
	}
}

/* ---- base64 ---- */

static void base64(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{ "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "\xff\xfe\xfd", "//79" },
	};
	static const char *const bad[] = { "", "Zg", "Zg=", "Zg==Zg==", "Z===", "Zh==", "Zm9=", "Zm 9", "=Zm9" };
	uint8_t bytes[16];
	size_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text_buf out = { 0 };

		assert_int_equal(base64_print(rows[i].bytes, strlen(rows[i].bytes), &out), 0);
		assert_string_equal(out.data, rows[i].text);
		assert_int_equal(base64_parse(out.data, out.len, bytes, &size), 0);
		assert_int_equal(size, strlen(rows[i].bytes));
		assert_memory_equal(bytes, rows[i].bytes, size);
		text_free(&out);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(base64_parse(bad[i], strlen(bad[i]), bytes, &size), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields), cmocka_unit_test(lines), cmocka_unit_test(types_come_back),
		cmocka_unit_test(types_are_real), cmocka_unit_test(types_are_shared), cmocka_unit_test(blobs),
		cmocka_unit_test(blobs_are_small), cmocka_unit_test(refusals), cmocka_unit_test(refused_types),
		cmocka_unit_test(base64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
